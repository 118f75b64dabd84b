"""Civil calendar arithmetic: months, eves, legal delays, ages.

Delays are counted as in articles 641 and 642 of the code de procédure civile: a delay in days does not count the day of
the act (8 days from the 1st end on the 9th); a delay in months ends on the same day number, else on the last day of the
month. They are not put off to the next working day: that extension (article 642) is for acts of procedure.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """The same day number `months` later (earlier if negative), else the last day of that month.

    Source: code de procédure civile, article 641.
    """
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, days_in_month(first)))


def add_days(day: date, days: int) -> date:
    """The last day of a delay of `days` days; the day of the act is not counted.

    Source: code de procédure civile, article 641.
    """
    return day + timedelta(days=days)


def clear_months(day: date, months: int) -> date:
    """The last day of a delay of `months` clear months (délai franc) started by an act of `day`.

    Neither the day of the act nor the day on which the delay would end counts: 15 January and three clear months give
    16 April, one day after the delay in plain months.
    """
    return morrow(add_months(day, months))


def eve(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


def morrow(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)


def days_in_month(day: date) -> int:
    """How many days the month of `day` has."""
    return monthrange(day.year, day.month)[1]


def month_start(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=days_in_month(day))


def iter_months(first: date, last: date) -> Iterator[date]:
    """The first day of every month from that of `first` to that of `last`, both included."""
    month = month_start(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


def months_between(start: date, end: date) -> int:
    """Whole months gone by from `start` to `end`, by the same day number, else the month's last day.

    31 January to 28 February 2025 is one month; to 27 February, none. ValueError if `end` is before `start`.
    """
    if end < start:
        raise ValueError("the end is before the start")
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def age_on(birth: date, day: date) -> int:
    """Age in whole years on `day`, the birthday included.

    Who was born on 29 February turns a year older on 28 February of a common year, by the rule for months that have no
    such day (code de procédure civile, article 641). ValueError if `day` is before `birth`.
    """
    return months_between(birth, day) // 12


def overlap_days(month: date, start: date, end: date | None) -> int:
    """Days of the month of `month` that lie from `start` to `end`, both included; an end of None is still open."""
    first = max(month_start(month), start)
    last = month_end(month) if end is None else min(month_end(month), end)
    return max(0, (last - first).days + 1)
