"""Lists written as spreadsheets, XLSX and CSV, in which no cell is ever a formula."""

import csv
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from residence.models.base import today

# A spreadsheet reads a text that begins so as a formula, or as a command (OWASP, « CSV injection »).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Past this, an XLSX is slow to write and to open: the CSV has no such limit.
XLSX_ROWS = 50_000
FORMATS = {"xlsx": "classeur Excel (XLSX)", "csv": "texte séparé par des points-virgules (CSV)"}
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column of an export. `value`: the path of an attribute (« place.code »), or a function of the row.

    `named`: it says who the person is, or lets guess it; left out of the exports without names.
    """

    label: str
    value: str | Callable[[Any], Any]
    named: bool = False

    def of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        found = row
        for name in self.value.split("."):
            found = getattr(found, name, None)
            if callable(found):
                found = found()
            if found is None:
                return None
        return found


def harmless(text: str) -> str:
    """`text` as a spreadsheet shows it and never runs it; characters that no spreadsheet holds are taken out."""
    kept = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{kept}" if kept.startswith(DANGEROUS) else kept


def unescaped(text: str) -> str:
    """What `harmless` was given: a file that was exported comes back unchanged."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


def plain_value(value: Any) -> str | int | Decimal | datetime.date:
    """A value as a cell holds it: text, number or date."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime.datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, int | Decimal | datetime.date):
        return value
    return harmless(str(value))


def file_name(title: str, extension: str) -> str:
    """« sejours-2026-03-12.xlsx »."""
    return f"{slugify(title) or 'liste'}-{today():%Y-%m-%d}.{extension}"


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """The rows as a workbook of one sheet: bold heads that stay in view, dates and amounts as such."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(ILLEGAL_CHARACTERS_RE.sub("", title)[:31].translate(str.maketrans("\\*?:/[]", "-------")))
    sheet.freeze_panes = "A2"
    for rank, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(rank)].width = max(12, min(40, len(column.label) + 4))
    bold = Font(bold=True)
    head = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=harmless(column.label))
        cell.font = bold
        head.append(cell)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, plain_value(column.of(row))) for column in columns])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula, whatever the text begins with
    elif isinstance(value, datetime.datetime):
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(value, datetime.date):
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    return cell


class _Echo:
    """What csv writes to: gives the line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The rows as a French spreadsheet reads them: semicolons, decimal commas, and a mark that says UTF-8."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow([harmless(column.label) for column in columns])
    for row in rows:
        yield writer.writerow([_written(plain_value(column.of(row))) for column in columns])


def _written(value: Any) -> str:
    if isinstance(value, datetime.datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return str(value)


def response(title: str, columns: Sequence[Column], rows: Iterable[Any], *, file_format: str) -> HttpResponse:
    """The file to download, written at once: the names that it prints are those that the present reader may read.

    `file_format`: a key of FORMATS.
    """
    if file_format == "csv":
        answer = HttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(xlsx(title, columns, rows), content_type=_XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(title, file_format)}"'
    answer["Cache-Control"] = "no-store"
    return answer
