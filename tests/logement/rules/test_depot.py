from datetime import date
from decimal import Decimal as D

import pytest

from logement.rules.depot import balance, late_interest, maximum, refund_due_on


@pytest.mark.parametrize(
    ("keys_returned_on", "expected"),
    [
        pytest.param(date(2026, 3, 1), date(2026, 3, 16), id="within the month"),
        pytest.param(date(2024, 2, 20), date(2024, 3, 6), id="over a leap day"),
        pytest.param(date(2026, 12, 20), date(2027, 1, 4), id="over the new year"),
        pytest.param(date(2026, 7, 31), date(2026, 8, 15), id="a holiday: not put off"),
    ],
)
def test_refund_due_on(keys_returned_on, expected):
    assert refund_due_on(keys_returned_on) == expected


@pytest.mark.parametrize(
    ("redevance", "months", "expected"),
    [("450.00", "1", "450.00"), ("450.01", "0.5", "225.00"), ("450.00", "0", "0.00")],
)
def test_maximum(redevance, months, expected):
    assert str(maximum(D(redevance), months=D(months))) == expected


@pytest.mark.parametrize("months", ["1.01", "-0.5"])
def test_never_more_than_a_month(months):
    with pytest.raises(ValueError, match="at most one month"):
        maximum(D(450), months=D(months))


@pytest.mark.parametrize(
    ("deposit", "deductions", "left"),
    [
        pytest.param("450.00", [], "450.00", id="nothing withheld"),
        pytest.param("450.00", ["120.00", "30.50"], "299.50", id="something withheld"),
        pytest.param("450.00", ["450.00"], "0.00", id="all withheld"),
        pytest.param("450.00", ["500.00"], "-50.00", id="more than the deposit: still owed"),
    ],
)
def test_balance(deposit, deductions, left):
    assert str(balance(D(deposit), [D(deduction) for deduction in deductions])) == left


def test_a_deduction_is_not_negative():
    with pytest.raises(ValueError, match="not negative"):
        balance(D(450), [D(-1)])


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        pytest.param(date(2026, 3, 10), "0.00", id="before the last day"),
        pytest.param(date(2026, 3, 16), "0.00", id="on the last day"),
        pytest.param(date(2026, 3, 17), "0.05", id="a day late"),
        pytest.param(date(2027, 3, 16), "18.00", id="a year late"),
    ],
)
def test_late_interest(paid_on, expected):
    interest = late_interest(D(450), keys_returned_on=date(2026, 3, 1), paid_on=paid_on, yearly_rate=D("0.04"))
    assert str(interest) == expected
