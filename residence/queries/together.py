"""Rows of several models in one query: what a page puts side by side need not be asked table by table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import DecimalField, F, Field, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from residence import statements


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


def all_of(model: type[Model]) -> tuple[str, ...]:
    """All that is kept of a row of `model`."""
    return tuple(field.name for field in model._meta.concrete_fields if not field.generated)


def together(*asked: Rows) -> list[list[Any]]:
    """The instances of each of `asked`, oldest first, in one query for all."""
    return [[one.made() for one in rows] for rows in unmade(*asked)]


@dataclass(frozen=True)
class Unmade:
    """What was read of a row, by lookup, as JSON carries it; an instance costs more than a page needs of thousands."""

    maker: "_Maker"
    values: dict[str, Any]

    def made(self) -> Any:
        return self.maker.made_of(self.values)


def unmade(*asked: Rows) -> list[list[Unmade]]:
    """What is read of each of `asked`, oldest first, in one query for all."""
    return _split(_makers(asked), _united(asked)) if asked else []


class Together:
    """What `together` asks, written once: values of now replace those it was written with."""

    def __init__(self, *asked: Rows) -> None:
        self._makers = _makers(asked)
        self._statement = statements.written(_united(asked))

    def of(self, of_now: Mapping[Any, Any]) -> list[list[Any]]:
        read = ((rank, json.loads(values)) for rank, values in statements.asked(self._statement, of_now))
        return [[one.made() for one in rows] for rows in _split(self._makers, read)]


def _makers(asked: Iterable[Rows]) -> list["_Maker"]:
    return [_Maker(one.rows.model, {name: name for name in ("id", *one.fields)}) for one in asked]


def _united(asked: Iterable[Rows]) -> QuerySet[Any, tuple[int, dict[str, Any]]]:
    first, *others = (_as_json(rank, one) for rank, one in enumerate(asked))
    return first.union(*others, all=True) if others else first


def _split(makers: list["_Maker"], read: Iterable[tuple[int, dict[str, Any]]]) -> list[list[Unmade]]:
    found: list[list[Unmade]] = [[] for _ in makers]
    for rank, values in read:
        found[rank].append(Unmade(makers[rank], values))
    return [sorted(rows, key=lambda row: row.values["id"]) for rows in found]


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


class _Maker:
    """Makes instances of `model`, those that its keys lead to included, of values by lookup.

    What each lookup names is found once, since a household of many years has thousands of rows. `lookups`: by name.
    """

    def __init__(self, model: type[Model], lookups: dict[str, str]) -> None:
        self.model = model
        led_to: dict[str, dict[str, str]] = {}
        own: dict[str, tuple[Field[Any, Any], str]] = {}
        for name, lookup in lookups.items():
            key, _, inside = name.rpartition("__")
            if key:
                led_to.setdefault(key, {})[inside] = lookup
                own.setdefault(_field(model, key).attname, (_field(model, key), f"{lookup.removesuffix(inside)}id"))
            else:
                own[_field(model, name).attname] = (_field(model, name), lookup)
        self.names = [field.attname for field in model._meta.concrete_fields if field.attname in own]
        self.values = [(own[name][0].to_python, own[name][1]) for name in self.names]
        self.led_to = [
            (_field(model, key), f"{key}__id", _Maker(_field(model, key).related_model, parts))
            for key, parts in led_to.items()
        ]

    def made_of(self, values: dict[str, Any]) -> Any:
        instance = self.model.from_db("default", self.names, [read(values[lookup]) for read, lookup in self.values])
        for field, key_lookup, maker in self.led_to:
            made = None if values[key_lookup] is None else maker.made_of(values)
            field.set_cached_value(instance, made)
        return instance
