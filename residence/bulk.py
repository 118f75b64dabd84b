"""Write many rows at once: PostgreSQL's COPY, without one statement's worth of SQL to write and to read for each."""

import json
from collections.abc import Callable, Iterable, Sequence
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
            "SELECT nextval(keys) FROM CAST(pg_get_serial_sequence(%s, 'id') AS regclass) keys, generate_series(1, %s)",
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
    writers = [_writer(field) for field in fields]
    # Column by column: a field is asked once how all its values are written.
    written = [write(values) for write, values in zip(writers, zip(*rows, strict=True), strict=False)]
    buffer = StringIO("".join(["\t".join(row) + "\n" for row in zip(*written, strict=True)]))
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", buffer)


class Written(str):
    """Data for a JSON field, written as JSON already: a batch that has hashed it does not write it twice."""

    __slots__ = ()


def _writer(field: Any) -> Callable[[Iterable[Any]], list[str]]:
    """What writes the values of a field."""
    if field.get_internal_type() == "JSONField":
        return _json(field)
    # A foreign key is stored as what it points at.
    stored = field.target_field if field.is_relation else field
    return _plain if stored.get_internal_type() in _PLAIN else _text


# Fields whose values hold no sign that COPY would read as its own.
_PLAIN = frozenset(
    {
        "AutoField",
        "BigAutoField",
        "BigIntegerField",
        "DateField",
        "DateTimeField",
        "DecimalField",
        "IntegerField",
        "PositiveBigIntegerField",
        "PositiveIntegerField",
        "PositiveSmallIntegerField",
        "SmallIntegerField",
        "UUIDField",
    }
)


def _plain(values: Iterable[Any]) -> list[str]:
    return ["\\N" if value is None else str(value) for value in values]


def _text(values: Iterable[Any]) -> list[str]:
    return ["\\N" if value is None else _escaped(str(value)) for value in values]


def _escaped(text: str) -> str:
    # Few texts hold one of them: looking for each is quicker than translating all.
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def _json(field: Any) -> Callable[[Iterable[Any]], list[str]]:
    def write(values: Iterable[Any]) -> list[str]:
        return [
            _escaped(value if isinstance(value, Written) else json.dumps(value, cls=field.encoder)) for value in values
        ]

    return write
