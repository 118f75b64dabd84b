"""Checks told without the database: what they say is what the database says."""

import datetime
import random
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value

from residence.models.conditions import Check, NotPlainError, truth

OURS = ("residence", "logement", "admissions", "accompagnement")
DAY = datetime.date(2026, 3, 1)
ROUNDS = 12


def checks():
    return [
        (model, check)
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for check in model._meta.constraints
        if isinstance(check, models.CheckConstraint)
    ]


def named(condition):
    """(field, value) of each comparison of a condition, fields and expressions left out of the values."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from named(child)
        elif isinstance(child, tuple):
            yield child[0].partition("__")[0], child[1]
            if isinstance(child[1], F):
                yield child[1].name, None


def some_values(field, said):
    """Values at and around those that a condition names."""
    told = [one for value in said for one in (value if isinstance(value, list | tuple) else [value])]
    if isinstance(field, models.DateTimeField):
        start = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
        return [None, start, start + datetime.timedelta(days=1)]
    if isinstance(field, models.DateField):
        days = [one for one in told if isinstance(one, datetime.date)]
        return [None, DAY, DAY + datetime.timedelta(days=1), *days]
    if isinstance(field, models.BooleanField):
        return [None, True, False]
    if isinstance(field, models.DecimalField):
        numbers = {Decimal(one) for one in told if isinstance(one, int | Decimal) and not isinstance(one, bool)}
        return [None, Decimal(0), Decimal("0.5"), *(one + step for one in numbers for step in (-1, 0, 1))]
    if isinstance(field, models.IntegerField | models.ForeignKey | models.AutoField):
        numbers = {one for one in told if isinstance(one, int) and not isinstance(one, bool)}
        return [None, 1, 2, *(max(0, one + step) for one in numbers for step in (-1, 0, 1))]
    if isinstance(field, models.CharField | models.TextField):
        return ["", "autre chose", *(str(one) for one in told if isinstance(one, str))]
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("app", OURS)
def test_every_check_says_what_the_database_says(app):
    chance = random.Random(1)
    compared = asked = 0
    for model, check in checks():
        if model._meta.app_label != app:
            continue
        assert isinstance(check, Check), f"{check.name}: Check of residence.models.conditions"
        fields = {}
        for name, value in named(check.condition):
            fields.setdefault(model._meta.get_field(name), []).append(value)
        choices = {field: some_values(field, said) for field, said in fields.items()}
        for _ in range(ROUNDS if None not in choices.values() else 0):
            row = {field: chance.choice(among) for field, among in choices.items()}
            try:
                told = truth(check.condition, {field.name: value for field, value in row.items()})
            except NotPlainError:
                asked += 1
                break
            against = {field.name: Value(value, field) for field, value in row.items()}
            assert (told is not False) is Q(check.condition).check(against), (check.name, row)
            compared += 1
    # Nearly all are plain.
    assert compared > 20 * asked


def test_what_is_left_out_is_not_checked_and_what_is_wrong_is_said():
    model, check = next(pair for pair in checks() if pair[1].name == "contrat_order")
    row = model(start_on=DAY, end_on=DAY - datetime.timedelta(days=1))
    with pytest.raises(ValidationError, match="ne précède pas le premier"):
        check.validate(model, row)
    row.end_on = DAY
    check.validate(model, row)
    for condition in (Q(code__gt="a"), Q(start_on=F("unknown")), Q(start_on__year=2026)):
        with pytest.raises(NotPlainError):
            truth(condition, {"code": "b", "start_on": DAY})


@pytest.mark.django_db
def test_a_field_left_out_passes():
    model, check = next(pair for pair in checks() if pair[1].name == "contrat_order")
    check.validate(model, model(start_on=DAY, end_on=DAY - datetime.timedelta(days=1)), exclude={"end_on"})
