"""When the services of the house take place: rounds every so many days, days of the week. Dates in, dates out."""

from collections.abc import Collection
from datetime import date, timedelta


def round_days(starts_on: date, every_days: int, *, first: date, last: date) -> list[date]:
    """The days, from `first` to `last` included, of a round that began on `starts_on`."""
    if every_days < 1:
        raise ValueError("A round comes back after at least one day.")
    missed = max(0, -(-(first - starts_on).days // every_days))
    days, day = [], starts_on + timedelta(days=missed * every_days)
    while day <= last:
        days.append(day)
        day += timedelta(days=every_days)
    return days


def open_days(weekdays: Collection[int], *, first: date, last: date) -> list[date]:
    """The days from `first` to `last` included that fall on one of `weekdays` (1 for Monday, 7 for Sunday)."""
    every = (first + timedelta(days=rank) for rank in range((last - first).days + 1))
    return [day for day in every if day.isoweekday() in weekdays]
