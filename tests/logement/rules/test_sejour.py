from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.sejour import last_day, period, renewal_allowed, renewal_calendar, warning_dates
from residence.rules.dates import eve, morrow


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param(date(2025, 3, 1), 12, date(2026, 2, 28), id="a year from 1 March"),
        pytest.param(date(2023, 3, 1), 12, date(2024, 2, 29), id="a year from 1 March, leap"),
        pytest.param(date(2025, 1, 31), 1, date(2025, 2, 28), id="no 31 February: its last day, not the eve"),
        pytest.param(date(2025, 1, 30), 1, date(2025, 2, 28), id="no 30 February either"),
        pytest.param(date(2025, 1, 29), 1, date(2025, 2, 28), id="no 29 February in 2025"),
        pytest.param(date(2025, 1, 28), 1, date(2025, 2, 27), id="28 February exists: the eve"),
        pytest.param(date(2024, 1, 29), 1, date(2024, 2, 28), id="29 February 2024 exists: the eve"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="a year from a leap day"),
        pytest.param(date(2024, 2, 29), 48, date(2028, 2, 28), id="four years from a leap day"),
        pytest.param(date(2026, 8, 31), 1, date(2026, 9, 30), id="31 August, one month"),
        pytest.param(date(2026, 1, 1), 24, date(2027, 12, 31), id="two calendar years"),
        pytest.param(date(2026, 6, 15), 6, date(2026, 12, 14), id="six months"),
    ],
)
def test_last_day(start, months, expected):
    assert last_day(start, months=months) == expected


@pytest.mark.parametrize("months", [0, -1])
def test_a_stay_lasts_at_least_a_month(months):
    with pytest.raises(ValueError, match="at least one month"):
        last_day(date(2026, 1, 1), months=months)


@pytest.mark.parametrize(
    ("done", "most", "allowed"),
    [
        pytest.param(0, 1, True, id="first of one"),
        pytest.param(1, 1, False, id="second of one"),
        pytest.param(0, 0, False, id="none allowed"),
        pytest.param(2, None, True, id="third of six months, without a maximum"),
        pytest.param(5, 1, False, id="already past the maximum"),
    ],
)
def test_renewal_allowed(done, most, allowed):
    assert renewal_allowed(renewals_done=done, renewals_max=most) is allowed


@pytest.mark.parametrize(("done", "most"), [(-1, 1), (0, -1)])
def test_renewals_are_counted_from_0(done, most):
    with pytest.raises(ValueError, match="from 0"):
        renewal_allowed(renewals_done=done, renewals_max=most)


def test_a_year_renewable_once():
    spans = renewal_calendar(date(2025, 3, 1), months=12, renewals_max=1)
    assert [(span.rank, span.first_day, span.last_day) for span in spans] == [
        (0, date(2025, 3, 1), date(2026, 2, 28)),
        (1, date(2026, 3, 1), date(2027, 2, 28)),
    ]


@given(
    start=st.dates(min_value=date(2015, 1, 1), max_value=date(2040, 12, 31)),
    months=st.integers(min_value=1, max_value=36),
    rank=st.integers(min_value=1, max_value=8),
)
def test_spans_touch_and_the_last_is_counted_from_the_first_day(start, months, rank):
    span = period(start, months=months, rank=rank)
    assert eve(span.first_day) == period(start, months=months, rank=rank - 1).last_day
    assert span.last_day == last_day(start, months=months * (rank + 1))
    assert morrow(span.last_day) > span.first_day


def test_a_rank_is_counted_from_0():
    with pytest.raises(ValueError, match="from 0"):
        period(date(2026, 1, 1), months=1, rank=-1)


def test_warning_dates():
    assert warning_dates(date(2026, 2, 28)) == {
        90: date(2025, 11, 30),
        60: date(2025, 12, 30),
        30: date(2026, 1, 29),
    }
