"""When somebody is to be seen, and how long they have been supported. Dates in, dates out; `today` is given."""

from collections.abc import Sequence
from datetime import date, timedelta

from residence.rules.dates import add_months, age_on, months_between


def within(start: date, days: int) -> date:
    """The last day of a delay of `days` days that begins on the day after `start`."""
    return start + timedelta(days=days)


def visit_due_on(*, started_on: date, last_visit_on: date | None, every_days: int) -> date:
    """The day by which the next visit is due: `every_days` after the last one held, or after the stay began.

    A visit refused, or for which nobody was there, is no visit: the next one stays due.
    """
    return within(max(last_visit_on or started_on, started_on), every_days)


def review_on(held_on: date, *, every_months: int | None) -> date | None:
    """The day of the next review of the projet personnalisé; None where the dispositif says no rhythm."""
    return add_months(held_on, every_months) if every_months else None


def months_of_support(opened_on: date, closed_on: date | None, *, today: date) -> int:
    """Whole months of support gone by, to its end or to `today`; nothing before it began."""
    end = min(closed_on or today, today)
    return months_between(opened_on, end) if end >= opened_on else 0


def refusals_in_a_row(outcomes: Sequence[str], *, refused: str) -> int:
    """How many visits, the last first, were refused since the last one of another outcome."""
    count = 0
    for outcome in outcomes:
        if outcome != refused:
            break
        count += 1
    return count


def is_called_in_heat(*, born_on: date | None, needs_help: bool, from_age: int, today: date) -> bool:
    """Whether a person is called each day of a heat wave: by age, the birthday included, or who needs help on stairs.

    Source: code de l'action sociale et des familles, articles L.116-3 and R.121-2 (register of persons exposed); the
    age is a parameter of the résidence.
    """
    return needs_help or (born_on is not None and born_on <= today and age_on(born_on, today) >= from_age)
