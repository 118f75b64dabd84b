"""The days of a collective action, and who has a seat in it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Every(StrEnum):
    """How often an action comes back."""

    ONCE = "once"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


_STEP = {Every.WEEK: timedelta(days=7), Every.FORTNIGHT: timedelta(days=14)}


def session_days(first: date, last: date, every: Every) -> Iterator[date]:
    """The days from `first` to `last`, both included; a month keeps the weekday and its rank (the second Tuesday).

    Where a month has no fifth such weekday, its last one.
    """
    if every == Every.ONCE:
        yield first
        return
    day, months = first, 0
    while day <= last:
        yield day
        months += 1
        day = _same_rank(first, months) if every == Every.MONTH else day + _STEP[every]


def _same_rank(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    start = date(day.year + years, month + 1, 1)
    found = start + timedelta(days=(day.weekday() - start.weekday()) % 7 + (day.day - 1) // 7 * 7)
    return found if found.month == start.month else found - timedelta(days=7)


def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of a year in metropolitan France. Source: code du travail, article L.3133-1."""
    easter = _easter(year)
    moving = (easter + timedelta(days=days) for days in (1, 39, 50))
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset([*moving, *(date(year, month, day) for month, day in fixed)])


def _easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


def seated(waiting: Sequence[T], seats: int | None) -> tuple[Sequence[T], Sequence[T]]:
    """Who has a seat and who waits for one, in the order in which they asked; without `seats`, all have one."""
    return (waiting, waiting[:0]) if seats is None else (waiting[:seats], waiting[seats:])
