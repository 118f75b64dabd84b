"""Write many rows at once: PostgreSQL's COPY, without one statement's worth of SQL to write and to read for each."""

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)

# Below, an INSERT is as quick and asks for nothing else.
MANY = 100

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def reserve_keys(model: type[Model], count: int) -> list[int]:
    """`count` primary keys of `model` that nobody else gets."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def write_all(rows: Sequence[M]) -> Sequence[M]:
    """Insert rows of one model, of which only the constraints of the database are checked; they have their keys after.

    Values are those that the fields hold in Python: text, numbers, dates, instants, data for JSON.
    """
    if not rows:
        return rows
    model = type(rows[0])
    if len(rows) < MANY:
        model._default_manager.bulk_create(rows)
        return rows
    without = [row for row in rows if row.pk is None]
    if without:
        for row, key in zip(without, reserve_keys(model, len(without)), strict=True):
            row.pk = key
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    names = [field.attname for field in fields]
    _copy(model, fields, ([row.__dict__[name] for name in names] for row in rows))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def write_values(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows given as the values of the fields `names` (a foreign key by its `_id`), in the same order."""
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    _copy(model, [by_name[name] for name in names], rows)


def _copy(model: type[Model], fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    writers = [_json(field) if field.get_internal_type() == "JSONField" else _text for field in fields]
    buffer = StringIO()
    for values in rows:
        buffer.write("\t".join([write(value) for write, value in zip(writers, values, strict=True)]))
        buffer.write("\n")
    buffer.seek(0)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", buffer)


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return str(value).translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | Decimal):
        return str(value)
    return str(value).translate(_ESCAPES)


def _json(field: Any) -> Callable[[Any], str]:
    return lambda value: json.dumps(value, cls=field.encoder).translate(_ESCAPES)
