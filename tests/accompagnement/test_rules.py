"""The clocks of the social support: tables of cases, no database."""

from datetime import date

import pytest

from accompagnement.rules.rythmes import (
    is_called_in_heat,
    months_of_support,
    refusals_in_a_row,
    review_on,
    visit_due_on,
    within,
)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param(date(2026, 1, 1), 30, date(2026, 1, 31), id="the day of the entry does not count"),
        pytest.param(date(2024, 2, 1), 30, date(2024, 3, 2), id="leap February"),
    ],
)
def test_a_first_meeting_is_held_within_days_of_the_entry(start, days, expected):
    assert within(start, days) == expected


@pytest.mark.parametrize(
    ("last", "every", "expected"),
    [
        pytest.param(None, 7, date(2026, 3, 8), id="a week after the entry"),
        pytest.param(date(2026, 4, 1), 30, date(2026, 5, 1), id="a month after the last visit"),
        pytest.param(date(2026, 2, 1), 7, date(2026, 3, 8), id="a visit before the stay is none"),
    ],
)
def test_a_visit_is_due_after_the_last_one(last, every, expected):
    assert visit_due_on(started_on=date(2026, 3, 1), last_visit_on=last, every_days=every) == expected


@pytest.mark.parametrize(
    ("held", "months", "expected"),
    [
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="end of February"),
        pytest.param(date(2026, 3, 15), 3, date(2026, 6, 15), id="same day number"),
        pytest.param(date(2026, 3, 15), None, None, id="no rhythm"),
    ],
)
def test_a_projet_is_reviewed_every_n_months(held, months, expected):
    assert review_on(held, every_months=months) == expected


@pytest.mark.parametrize(
    ("closed", "today", "expected"),
    [
        pytest.param(None, date(2026, 2, 27), 0, id="31 January to 27 February"),
        pytest.param(None, date(2026, 2, 28), 1, id="31 January to 28 February"),
        pytest.param(date(2026, 7, 31), date(2027, 1, 1), 6, id="stops with the file"),
        pytest.param(None, date(2026, 1, 1), 0, id="not begun"),
    ],
)
def test_months_of_support_are_whole(closed, today, expected):
    assert months_of_support(date(2026, 1, 31), closed, today=today) == expected


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([], 0, id="no visit"),
        pytest.param(["refused", "refused", "held", "refused"], 2, id="since the last one held"),
        pytest.param(["absent", "refused"], 0, id="nobody there is no refusal"),
    ],
)
def test_refusals_are_counted_in_a_row(outcomes, expected):
    assert refusals_in_a_row(outcomes, refused="refused") == expected


@pytest.mark.parametrize(
    ("born", "help_", "expected"),
    [
        pytest.param(date(1961, 7, 1), False, True, id="65 that day"),
        pytest.param(date(1961, 7, 2), False, False, id="65 on the morrow"),
        pytest.param(date(2000, 1, 1), True, True, id="young, to be helped on the stairs"),
        pytest.param(None, False, False, id="age unknown"),
    ],
)
def test_who_is_called_in_a_heat_wave(born, help_, expected):
    assert is_called_in_heat(born_on=born, needs_help=help_, from_age=65, today=date(2026, 7, 1)) is expected
