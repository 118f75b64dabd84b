"""Tables read from the files that people send: workbooks and CSV, with their limits; values as people write them."""

import csv
import datetime
import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from residence.exports import unescaped
from residence.rules.colonnes import bare

FILE_BYTES = 5 * 1024 * 1024
UNZIPPED_BYTES = 60 * 1024 * 1024
UNZIPPED_PARTS = 1_000
ROWS = 2_000
COLUMNS = 100
# Heads are looked for in the first lines: a title often stands above.
HEAD_WITHIN = 10

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_IN_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})")
_IN_FIGURES = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")


@dataclass(frozen=True)
class Line:
    """A line of a table: its number as the person's spreadsheet shows it, and its cells under the heads."""

    number: int
    cells: tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(content: bytes, *, known: Sequence[str], any_heads: bool = False, most: int = ROWS) -> Sheet:
    """The table of a file, blank lines left out. `known`: heads by which the line of heads is recognised.

    `any_heads`: without one of them, the first line that holds several texts is the line of heads, and those that are
    doubled are numbered. `most`: how many lines a file of this kind may have.
    ValidationError, with a French sentence, for what is no such file, is too long, or hides too much.
    """
    if not content:
        raise ValidationError("Le fichier est vide.")
    if len(content) > FILE_BYTES:
        raise ValidationError(f"Le fichier dépasse {FILE_BYTES // 1024 // 1024} Mo : coupez-le en plusieurs.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            "Ce fichier est un ancien classeur (.xls) ou un classeur protégé par un mot de passe : "
            "enregistrez-le en .xlsx, sans mot de passe."
        )
    rows = _workbook_rows(content, most) if content.startswith(b"PK") else _csv_rows(content, most)
    return _table(rows, known, any_heads)


def _table(rows: list[tuple[int, list[Any]]], known: Sequence[str], any_heads: bool) -> Sheet:
    wanted = {bare(head) for head in known}
    best, best_rank = 0, -1
    for rank, (_, cells) in enumerate(rows[:HEAD_WITHIN]):
        found = len({bare(str(cell)) for cell in cells if cell is not None} & wanted)
        if found > best:
            best, best_rank = found, rank
    if best_rank < 0 and any_heads:
        texts = (sum(isinstance(cell, str) for cell in cells) > 1 for _, cells in rows[:HEAD_WITHIN])
        best_rank = next((rank for rank, several in enumerate(texts) if several), -1)
    if best_rank < 0:
        raise ValidationError(f"Aucune ligne de titres reconnue. Colonnes attendues : {', '.join(known)}.")
    heads = [str(cell).strip() if cell is not None else "" for cell in rows[best_rank][1]]
    while heads and not heads[-1]:
        heads.pop()
    doubled = sorted({head for head in heads if head and sum(bare(head) == bare(other) for other in heads) > 1})
    if doubled and any_heads:
        ranks = [heads[: rank + 1].count(head) for rank, head in enumerate(heads)]
        heads = [f"{head} ({rank})" if head and rank > 1 else head for head, rank in zip(heads, ranks, strict=True)]
    elif doubled:
        raise ValidationError(f"Des colonnes portent le même titre : {', '.join(doubled)}.")
    lines = [
        Line(number, tuple((cells + [None] * len(heads))[: len(heads)]))
        for number, cells in rows[best_rank + 1 :]
        if any(cell not in (None, "") for cell in cells)
    ]
    if not lines:
        raise ValidationError("Le fichier n’a que des titres : il n’y a rien à importer.")
    return Sheet(tuple(heads), tuple(lines))


def _too_many(most: int) -> ValidationError:
    return ValidationError(
        f"Le fichier a plus de {most} lignes : c’est la limite d’un import. Coupez-le en plusieurs fichiers."
    )


# Workbooks


def _workbook_rows(content: bytes, most: int) -> list[tuple[int, list[Any]]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        _check_archive(archive)
        # Links are not followed, formulas give the value that they last had.
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False, keep_vba=False)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise ValidationError("Le classeur n’a aucune feuille visible.")
        sheet.reset_dimensions()
        rows = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=COLUMNS), 1):
            tidied = [_tidied(cell) for cell in cells]
            if any(cell is not None for cell in tidied):
                rows.append((number, tidied))
            if len(rows) > most + HEAD_WITHIN:
                raise _too_many(most)
        _spread_merged(rows, archive, sheet)
        book.close()
    except ValidationError:
        raise
    except Exception as error:
        raise ValidationError(
            "Ce fichier n’est pas un classeur lisible : enregistrez-le de nouveau en .xlsx."
        ) from error
    return rows


def _check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what unzips to too much, and what declares entities: a workbook needs neither."""
    parts = archive.infolist()
    if len(parts) > UNZIPPED_PARTS or sum(part.file_size for part in parts) > UNZIPPED_BYTES:
        raise ValidationError("Ce classeur contient trop de données une fois ouvert : coupez-le en plusieurs.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise ValidationError("Ce classeur contient des macros : enregistrez-le en .xlsx, sans macros.")
    if "xl/workbook.xml" not in archive.namelist():
        raise ValidationError("Ce fichier n’est pas un classeur Excel : enregistrez-le en .xlsx ou en .csv.")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                if b"<!DOCTYPE" in _start(file):
                    raise ValidationError("Ce classeur a un contenu inattendu : enregistrez-le de nouveau en .xlsx.")


def _start(file: Any) -> bytes:
    return bytes(file.read(4096))


def _spread_merged(rows: list[tuple[int, list[Any]]], archive: zipfile.ZipFile, sheet: Any) -> None:
    """Give to each cell of a merged block the value that its first cell shows."""
    by_number = dict(rows)
    text = archive.read(sheet._worksheet_path.lstrip("/"))
    for reference in re.findall(rb'<mergeCell [^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"', text)[:ROWS]:
        left, top, right, bottom = range_boundaries(reference.decode())
        if top not in by_number or left > COLUMNS:
            continue
        source = by_number[top]
        value = source[left - 1] if left <= len(source) else None
        # A title across the sheet stays where it is: only blocks that go down fill lines.
        for number in range(top + 1, min(bottom, top + ROWS) + 1):
            cells = by_number.get(number)
            if cells is not None and left == right:
                cells += [None] * (left - len(cells))
                if cells[left - 1] is None:
                    cells[left - 1] = value


# CSV


def _csv_rows(content: bytes, most: int) -> list[tuple[int, list[Any]]]:
    text = _decoded(content)
    start = "\n".join(text.splitlines()[:HEAD_WITHIN])
    delimiter = max(";\t,", key=start.count)
    rows: list[tuple[int, list[Any]]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cells in reader:
            tidied = [_tidied(cell) for cell in cells[:COLUMNS]]
            if any(cell is not None for cell in tidied):
                rows.append((reader.line_num, tidied))
            if len(rows) > most + HEAD_WITHIN:
                raise _too_many(most)
    except csv.Error as error:
        raise ValidationError("Ce fichier n’est ni un classeur ni un CSV lisible.") from error
    return rows


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValidationError("Ce fichier n’est ni un classeur ni un CSV lisible.")


def _tidied(value: Any) -> Any:
    """A cell without the spaces that cannot be seen; None when nothing is left."""
    if isinstance(value, str):
        value = unescaped(unicodedata.normalize("NFC", value).replace("\u00a0", " ").replace("\u202f", " ").strip())
        return value or None
    return value


# Values. Each raises ValueError with a French sentence that says what to write.


class Names:
    """Things found by name: as it is written, else without accents, case or marks where one thing alone fits."""

    def __init__(self) -> None:
        self._exact: dict[Any, Any] = {}
        self._loose: dict[Any, list[Any]] = {}

    def add(self, name: Any, thing: Any) -> None:
        self._exact.setdefault(_written(name), thing)
        found = self._loose.setdefault(_bared(name), [])
        if thing not in found:
            found.append(thing)

    def get(self, name: Any) -> Any:
        """What `name` names; None when it names nothing, or more than one thing."""
        exact = self._exact.get(_written(name))
        if exact is not None:
            return exact
        found = self._loose.get(_bared(name), [])
        return found[0] if len(found) == 1 else None


def _written(name: Any) -> Any:
    if isinstance(name, tuple):
        return tuple(map(_written, name))
    return " ".join(name.replace("’", "'").lower().split()) if isinstance(name, str) else name


def _bared(name: Any) -> Any:
    if isinstance(name, tuple):
        return tuple(map(_bared, name))
    return bare(name) if isinstance(name, str) else name


def text_from(value: Any) -> str:
    """A text; a whole number that the spreadsheet kept as a number is written without its decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    if re.fullmatch(r"#(REF!|N/A|NAME\?|NOM\?|VALUE!|VALEUR!|DIV/0!|NULL!|NUL!|NUM!|NOMBRE!)", text):
        raise ValueError(f"La cellule contient une erreur du tableur ({text}).")
    return text


def amount_from(value: Any) -> Decimal:
    """« 1 234,5 », « 1234.50 », « 1 234,50 € » as a Decimal."""
    if isinstance(value, bool):
        raise ValueError("Écrivez un nombre : 1 234,50.")
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    kept = "".join(char for char in unicodedata.normalize("NFKC", str(value)) if not char.isspace())
    kept = kept.removesuffix("m2").rstrip("€").replace("−", "-").replace("’", "").replace("'", "")
    if "," in kept and "." in kept:
        raise ValueError("Écrivez le nombre avec une seule virgule : 1 234,50.")
    try:
        number = Decimal(kept.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("Écrivez un nombre : 1 234,50.")
    return number


def whole_from(value: Any) -> int:
    """A whole number."""
    number = amount_from(value)
    if number != number.to_integral_value() or abs(number) > 10**9:
        raise ValueError("Écrivez un nombre entier.")
    return int(number)


def day_from(value: Any) -> datetime.date:
    """A date: of the spreadsheet, or « 12/3/26 », « 12.03.2026 », « 2026-03-12 », « 1er mars 2026 »."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = str(value).strip().lower()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.date.fromisoformat(text)
        if found := _IN_FIGURES.fullmatch(text):
            day, month, year = (int(part) for part in found.groups())
            return datetime.date(year if year > 99 else 2000 + year if year < 70 else 1900 + year, month, day)
        plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
        if found := _IN_WORDS.fullmatch(plain):
            month = next(
                rank for rank, name in enumerate(_MONTHS, 1) if name.startswith(found[2]) and len(found[2]) > 2
            )
            return datetime.date(int(found[3]), month, int(found[1]))
    except (ValueError, StopIteration):
        pass
    raise ValueError("Écrivez une date : 12/03/2026.")


def yes_no_from(value: Any) -> bool:
    """« oui », « non », « x », « vrai », 1, 0."""
    if isinstance(value, bool):
        return value
    word = bare(str(value))
    if word in {"oui", "o", "x", "vrai", "1", "1 0", "true", "yes"}:
        return True
    if word in {"non", "n", "faux", "0", "0 0", "false", "no", ""}:
        return False
    raise ValueError("Écrivez « oui » ou « non ».")


def read_upload(file: BinaryIO, *, known: Sequence[str]) -> Sheet:
    """The table of an uploaded file; no more of it is read than the limit."""
    return read_sheet(file.read(FILE_BYTES + 1), known=known)
