"""The days of a collective action, and who has a seat: cases without a database."""

import datetime

import pytest

from accompagnement.rules.collectif import Every, public_holidays, seated, session_days


def on(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "every", "days"),
    [
        # Four French lessons on the Mondays of a month.
        ("2026-02-02", "2026-02-28", "week", ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"]),
        ("2026-02-02", "2026-02-23", "week", ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23"]),
        ("2026-02-02", "2026-02-22", "fortnight", ["2026-02-02", "2026-02-16"]),
        ("2026-01-13", "2026-04-30", "month", ["2026-01-13", "2026-02-10", "2026-03-10", "2026-04-14"]),
        # The fifth Saturday, where there is one.
        ("2026-01-31", "2026-05-30", "month", ["2026-01-31", "2026-02-28", "2026-03-28", "2026-04-25", "2026-05-30"]),
        ("2025-11-24", "2026-01-31", "month", ["2025-11-24", "2025-12-22", "2026-01-26"]),
        ("2026-05-01", "2026-05-01", "once", ["2026-05-01"]),
    ],
)
def test_session_days(first, last, every, days):
    assert list(session_days(on(first), on(last), Every(every))) == [on(day) for day in days]


@pytest.mark.parametrize(
    ("year", "moving"),
    [
        (2024, ["2024-04-01", "2024-05-09", "2024-05-20"]),
        (2025, ["2025-04-21", "2025-05-29", "2025-06-09"]),
        (2026, ["2026-04-06", "2026-05-14", "2026-05-25"]),
        (2027, ["2027-03-29", "2027-05-06", "2027-05-17"]),
        (2038, ["2038-04-26", "2038-06-03", "2038-06-14"]),
    ],
)
def test_public_holidays(year, moving):
    holidays = public_holidays(year)
    assert {on(day) for day in moving} < holidays
    assert len(holidays) == 11
    assert datetime.date(year, 7, 14) in holidays
    assert datetime.date(year, 7, 15) not in holidays


@pytest.mark.parametrize(("asked", "seats", "having", "waiting"), [("abc", 2, "ab", "c"), ("abc", None, "abc", "")])
def test_seated(asked, seats, having, waiting):
    assert seated(asked, seats) == (having, waiting)
