"""Checks that `full_clean` tells by itself: the database has them too, and need not be asked of each row before."""

import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import F, Q

_LOOKUPS = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, among: value in among,
    "range": lambda value, ends: ends[0] <= value <= ends[1],
}


class NotPlainError(Exception):
    """Only the database can tell."""


class Check(models.CheckConstraint):
    """A CheckConstraint whose condition, where it is plain, is told from the values of the row as SQL would."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        _, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Collection[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        left_out = set(exclude or ())
        values = {
            field.name: getattr(instance, field.attname)
            for field in model._meta.local_concrete_fields
            if not field.generated and field.name not in left_out
        }
        try:
            told = truth(self.condition, values)
        except NotPlainError:
            super().validate(model, instance, exclude, using)
        else:
            # Unknown passes, as in SQL.
            if told is False:
                raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


def truth(condition: Any, values: Mapping[str, Any]) -> bool | None:
    """Whether a condition holds for a row of these values, by field; None where SQL does not know.

    Raises NotPlainError for what is not a comparison of fields with one another or with values.
    """
    if not isinstance(condition, Q):
        return _compared(condition, values)
    told = [truth(child, values) for child in condition.children]
    if condition.connector == Q.AND:
        whole = False if False in told else None if None in told else True
    elif condition.connector == Q.OR:
        whole = True if True in told else None if None in told else False
    else:
        raise NotPlainError
    return whole if whole is None or not condition.negated else not whole


def _compared(condition: Any, values: Mapping[str, Any]) -> bool | None:
    if not isinstance(condition, tuple):
        raise NotPlainError
    name, _, lookup = condition[0].partition("__")
    value, other = _value(F(name), values), _value(condition[1], values)
    if condition[1] is None:
        return value is None
    if lookup == "isnull":
        return (value is None) is other
    if isinstance(value, str) and lookup not in ("", "exact", "in"):
        # Which of two texts comes first is for the database's collation to say.
        raise NotPlainError
    if value is None or other is None:
        return None
    try:
        return bool(_LOOKUPS[lookup or "exact"](value, other))
    except (KeyError, TypeError) as error:
        raise NotPlainError from error


def _value(term: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(term, F):
        try:
            term = values[term.name]
        except KeyError as error:
            raise NotPlainError from error
    if hasattr(term, "resolve_expression") or isinstance(term, models.Model):
        raise NotPlainError
    return term
