from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.rules.dates import (
    add_days,
    add_months,
    age_on,
    clear_months,
    days_in_month,
    eve,
    iter_months,
    month_end,
    month_start,
    months_between,
    morrow,
    overlap_days,
)

days = st.dates(min_value=date(1940, 1, 1), max_value=date(2090, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2026, 3, 15), 1, date(2026, 4, 15), id="same day number"),
        pytest.param(date(2025, 1, 31), 1, date(2025, 2, 28), id="no such day: last of the month"),
        pytest.param(date(2024, 1, 31), 1, date(2024, 2, 29), id="leap February"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="leap day a year later"),
        pytest.param(date(2025, 2, 28), 1, date(2025, 3, 28), id="the last of February is not sticky"),
        pytest.param(date(2026, 11, 30), 2, date(2027, 1, 30), id="over the new year"),
        pytest.param(date(2026, 12, 31), 12, date(2027, 12, 31), id="from December to December"),
        pytest.param(date(2026, 3, 31), -1, date(2026, 2, 28), id="backwards"),
        pytest.param(date(2026, 1, 15), -1, date(2025, 12, 15), id="backwards over the new year"),
        pytest.param(date(2026, 1, 15), 0, date(2026, 1, 15), id="no month"),
    ],
)
def test_add_months(day, months, expected):
    assert add_months(day, months) == expected


def test_eight_days_from_the_first_end_on_the_ninth():
    assert add_days(date(2026, 6, 1), 8) == date(2026, 6, 9)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2026, 1, 15), 3, date(2026, 4, 16), id="one day more than plain months"),
        pytest.param(date(2025, 11, 30), 3, date(2026, 3, 1), id="February ends it, then the clear day"),
        pytest.param(date(2025, 9, 30), 3, date(2025, 12, 31), id="stays in the month"),
        pytest.param(date(2023, 11, 30), 3, date(2024, 3, 1), id="leap year"),
    ],
)
def test_clear_months(day, months, expected):
    assert clear_months(day, months) == expected


def test_neighbours_and_month_bounds():
    assert eve(date(2024, 3, 1)) == date(2024, 2, 29)
    assert morrow(date(2026, 12, 31)) == date(2027, 1, 1)
    assert month_start(date(2026, 2, 17)) == date(2026, 2, 1)
    assert month_end(date(2024, 2, 1)) == date(2024, 2, 29)
    assert month_end(date(2100, 2, 1)) == date(2100, 2, 28)
    assert days_in_month(date(2026, 4, 30)) == 30


def test_iter_months_takes_both_ends():
    months = list(iter_months(date(2026, 11, 30), date(2027, 2, 1)))
    assert months == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert list(iter_months(date(2026, 5, 31), date(2026, 5, 1))) == [date(2026, 5, 1)]
    assert list(iter_months(date(2026, 5, 1), date(2026, 4, 30))) == []


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        pytest.param(date(2026, 1, 15), date(2026, 2, 14), 0, id="a day short"),
        pytest.param(date(2026, 1, 15), date(2026, 2, 15), 1, id="to the day"),
        pytest.param(date(2025, 1, 31), date(2025, 2, 27), 0, id="month end, a day short"),
        pytest.param(date(2025, 1, 31), date(2025, 2, 28), 1, id="month end to shorter month end"),
        pytest.param(date(2024, 2, 29), date(2026, 2, 28), 24, id="two years from a leap day"),
        pytest.param(date(2026, 1, 15), date(2026, 1, 15), 0, id="same day"),
    ],
)
def test_months_between(start, end, months):
    assert months_between(start, end) == months


def test_months_between_refuses_an_end_before_the_start():
    with pytest.raises(ValueError, match="before"):
        months_between(date(2026, 2, 1), date(2026, 1, 31))


@given(start=days, months=st.integers(min_value=0, max_value=600))
def test_months_between_undoes_add_months(start, months):
    assert months_between(start, add_months(start, months)) == months


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        pytest.param(date(2000, 6, 10), date(2026, 6, 9), 25, id="eve of the birthday"),
        pytest.param(date(2000, 6, 10), date(2026, 6, 10), 26, id="birthday"),
        pytest.param(date(2008, 2, 29), date(2026, 2, 27), 17, id="leap birth, two days before March"),
        pytest.param(date(2008, 2, 29), date(2026, 2, 28), 18, id="leap birth, last of February"),
        pytest.param(date(2008, 2, 29), date(2028, 2, 28), 19, id="leap birth in a leap year, the 28th"),
        pytest.param(date(2008, 2, 29), date(2028, 2, 29), 20, id="leap birth in a leap year, the 29th"),
        pytest.param(date(2026, 6, 10), date(2026, 6, 10), 0, id="day of birth"),
    ],
)
def test_age_on(birth, day, age):
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(date(2026, 1, 1), None, 28, id="whole month"),
        pytest.param(date(2026, 2, 1), date(2026, 2, 28), 28, id="exactly the month"),
        pytest.param(date(2026, 2, 28), None, 1, id="last day lived in"),
        pytest.param(date(2026, 1, 1), date(2026, 2, 1), 1, id="first day lived in"),
        pytest.param(date(2026, 2, 10), date(2026, 2, 10), 1, id="one day"),
        pytest.param(date(2026, 3, 1), None, 0, id="not yet"),
        pytest.param(date(2025, 3, 1), date(2026, 1, 31), 0, id="no more"),
    ],
)
def test_overlap_days(start, end, expected):
    assert overlap_days(date(2026, 2, 14), start, end) == expected


@given(first=days, length=st.integers(min_value=0, max_value=800))
def test_overlaps_of_all_months_add_up_to_the_period(first, length):
    last = add_days(first, length)
    assert sum(overlap_days(month, first, last) for month in iter_months(first, last)) == length + 1
