"""The CAF's list: months, natures, parts, the first and last month of the right."""

import datetime
from decimal import Decimal as D
from typing import Any

import pytest

from logement.rules.bordereau import (
    Nature,
    Part,
    caf_key,
    months_in,
    months_paid,
    parts_of,
    right_ends_on,
    right_starts_on,
    share,
)


def m(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, 1)


@pytest.mark.parametrize(
    ("entry", "requested", "alt", "expected"),
    [
        ("2026-03-15", "2026-03-20", False, m(2026, 4)),
        ("2026-03-01", "2026-03-01", False, m(2026, 4)),
        ("2026-03-15", "2026-06-02", False, m(2026, 6)),
        ("2026-03-15", "2026-02-02", False, m(2026, 4)),
        ("2026-03-15", "2026-03-20", True, m(2026, 3)),
        ("2026-12-31", "2026-12-31", False, m(2027, 1)),
    ],
)
def test_first_day_of_the_right(entry: str, requested: str, alt: bool, expected: datetime.date) -> None:
    day = datetime.date.fromisoformat
    assert right_starts_on(entry_on=day(entry), requested_on=day(requested), from_alt=alt) == expected


@pytest.mark.parametrize(
    ("left", "death", "expected"),
    [
        ("2026-03-01", False, "2026-02-28"),
        ("2026-03-31", False, "2026-02-28"),
        ("2024-03-10", False, "2024-02-29"),
        ("2026-03-10", True, "2026-03-31"),
    ],
)
def test_last_day_of_the_right(left: str, death: bool, expected: str) -> None:
    assert right_ends_on(left_on=datetime.date.fromisoformat(left), is_death=death).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/2026", (m(2026, 3), m(2026, 3))),
        ("2026-03", (m(2026, 3), m(2026, 3))),
        ("202603", (m(2026, 3), m(2026, 3))),
        ("mars 2026", (m(2026, 3), m(2026, 3))),
        ("Mars 2026", (m(2026, 3), m(2026, 3))),
        ("01/03/2026", (m(2026, 3), m(2026, 3))),
        ("2026-03-01", (m(2026, 3), m(2026, 3))),
        ("02/2026 - 03/2026", (m(2026, 2), m(2026, 3))),
        ("du 01/02/2026 au 31/03/2026", (m(2026, 2), m(2026, 3))),
        ("février-mars 2026", (m(2026, 2), m(2026, 3))),
        ("décembre et janvier 2026", (m(2025, 12), m(2026, 1))),
        ("décembre 2025 à janvier 2026", (m(2025, 12), m(2026, 1))),
        ("", None),
        ("APL", None),
    ],
)
def test_months(text: str, expected: Any) -> None:
    assert months_in(text) == expected


@pytest.mark.parametrize("text", ["03/2026 - 02/2026", "13/2026", "01/2020 - 03/2026"])
def test_months_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"mois"):
        months_in(text)


@pytest.mark.parametrize(
    ("number", "key"),
    [("1234567 A", "1234567"), ("0012345", "12345"), ("N° 1 234 567", "1234567"), ("", ""), ("néant", "")],
)
def test_number_of_allocataire(number: str, key: str) -> None:
    assert caf_key(number) == key


MARCH = m(2026, 3)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"amount": D(250)}, [Part(Nature.PAYMENT, D(250), None, None)]),
        ({"amount": D(250), "months": (MARCH, MARCH)}, [Part(Nature.PAYMENT, D(250), MARCH, MARCH)]),
        # A right that ends before the list is a recall, whatever it is called.
        (
            {"amount": D(250), "months": (m(2026, 1), m(2026, 2))},
            [Part(Nature.RECALL, D(250), m(2026, 1), m(2026, 2))],
        ),
        (
            {"amount": D(500), "months": (m(2026, 2), MARCH)},
            [Part(Nature.PAYMENT, D(500), m(2026, 2), MARCH)],
        ),
        ({"amount": D(-40), "nature": "APL"}, [Part(Nature.OVERPAID, D(40), None, None)]),
        ({"amount": D(40), "nature": "Retenue sur indu"}, [Part(Nature.OVERPAID, D(40), None, None)]),
        ({"amount": D(40), "nature": "Régularisation"}, [Part(Nature.RECALL, D(40), None, None)]),
        (
            {"amount": D(250), "recall": D(30), "overpaid": D(-20), "months": (MARCH, MARCH)},
            [
                Part(Nature.PAYMENT, D(250), MARCH, MARCH),
                Part(Nature.RECALL, D(30), None, None),
                Part(Nature.OVERPAID, D(20), None, None),
            ],
        ),
        ({"amount": D(0)}, []),
    ],
)
def test_parts(given: dict[str, Any], expected: list[Part]) -> None:
    base: dict[str, Any] = {"amount": D(0), "recall": D(0), "overpaid": D(0), "nature": "", "months": None}
    assert parts_of(**base | given, list_month=MARCH) == expected


@pytest.mark.parametrize(
    ("amount", "awaited", "first"),
    [
        ("250", {MARCH: D(250), m(2026, 2): D(250)}, MARCH),
        ("500", {MARCH: D(250), m(2026, 2): D(250)}, m(2026, 2)),
        ("740", {MARCH: D(250), m(2026, 2): D(250), m(2026, 1): D(240)}, m(2026, 1)),
        ("480", {MARCH: D(250), m(2026, 2): D(250)}, MARCH),
        # A month in between that is received already: what is older is not guessed.
        ("500", {MARCH: D(250), m(2026, 1): D(250)}, MARCH),
        ("250", {}, MARCH),
    ],
)
def test_a_line_without_period(amount: str, awaited: dict[datetime.date, D], first: datetime.date) -> None:
    assert months_paid(D(amount), list_month=MARCH, awaited=awaited) == (first, MARCH)


@pytest.mark.parametrize(
    ("amount", "expected", "parts"),
    [
        ("490", {m(2026, 2): D(240), MARCH: D(250)}, ["240", "250"]),
        ("491", {m(2026, 2): D(240), MARCH: D(250)}, ["245.50", "245.50"]),
        ("100.01", {}, ["50.01", "50.00"]),
    ],
)
def test_two_months_in_one_line(amount: str, expected: dict[datetime.date, D], parts: list[str]) -> None:
    shared = share(D(amount), [m(2026, 2), MARCH], expected)
    assert [D(part) for part in parts] == list(shared.values())
