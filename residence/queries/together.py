"""Rows of several models in one query: what a page puts side by side need not be asked table by table."""

from dataclasses import dataclass
from typing import Any

from django.db.models import DecimalField, F, Field, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject


@dataclass(frozen=True)
class Rows:
    """Rows to be asked for, and what is read of each: names of fields, `author__first_name` for what a key leads to.

    To read what was not named costs a query.
    """

    rows: QuerySet[Any]
    fields: tuple[str, ...]


def staff(key: str) -> tuple[str, ...]:
    """What is read of the member of the staff that `key` leads to, so as to print their name."""
    return tuple(f"{key}__{name}" for name in ("id", "first_name", "last_name", "username"))


def whole(model: type[Model], key: str) -> tuple[str, ...]:
    """All that is kept of the `model` that `key` leads to."""
    return tuple(f"{key}__{field.name}" for field in model._meta.concrete_fields if not field.generated)


def together(*asked: Rows) -> list[list[Any]]:
    """The instances of each of `asked`, oldest first, in one query for all."""
    found: list[list[Any]] = [[] for _ in asked]
    if asked:
        first, *others = (_as_json(rank, one) for rank, one in enumerate(asked))
        for rank, values in first.union(*others, all=True) if others else first:
            found[rank].append(_rebuilt(asked[rank].rows.model, values))
    return [sorted(rows, key=lambda row: row.pk) for rows in found]


def _as_json(rank: int, asked: Rows) -> QuerySet[Any, tuple[int, dict[str, Any]]]:
    values = {name: _expression(asked.rows.model, name) for name in ("id", *asked.fields)}
    return asked.rows.order_by().values_list(Value(rank), JSONObject(**values))


def _expression(model: type[Model], lookup: str) -> F | Cast:
    """A field as JSON carries it; an amount in letters, since numbers there are binary."""
    key, _, name = lookup.rpartition("__")
    field: Field[Any, Any] = _field(_field(model, key).related_model if key else model, name)
    return Cast(lookup, TextField()) if isinstance(field, DecimalField) else F(lookup)


def _field(model: Any, name: str) -> Any:
    return model._meta.get_field(name)


def _rebuilt(model: type[Model], values: dict[str, Any]) -> Any:
    """The instance that `values` tell, those of the models that its keys lead to included."""
    led_to: dict[str, dict[str, Any]] = {}
    own: dict[str, Any] = {}
    for lookup, value in values.items():
        key, _, name = lookup.rpartition("__")
        if key:
            led_to.setdefault(key, {})[name] = value
        else:
            own[_field(model, name).attname] = _field(model, name).to_python(value)
    for key, parts in led_to.items():
        own[_field(model, key).attname] = parts["id"]
    named = [field.attname for field in model._meta.concrete_fields if field.attname in own]
    instance = model.from_db("default", named, [own[name] for name in named])
    for key, parts in led_to.items():
        field = _field(model, key)
        field.set_cached_value(instance, None if parts["id"] is None else _rebuilt(field.related_model, parts))
    return instance
