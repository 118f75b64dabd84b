"""How long a resident may host third parties: three months for one guest, six months a year in all.

The text counts in months, without saying whether a stay may be cut in pieces. Here days are counted, both ends
included, over the twelve months that end on the day looked at, and a limit is the longest its months can be: 92 days
for three months, 184 for six, the reading that protects the resident. The house rules may set less, and the number of
guests at a time.
Source: CCH, R.633-9.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from residence.rules.dates import add_months, morrow

SAME_GUEST_DAYS = 92
ALL_GUESTS_DAYS = 184
WINDOW_MONTHS = 12


@dataclass(frozen=True)
class Hosting:
    """A guest hosted from `start` to `end`, both included; `guest` tells one person from another."""

    guest: str
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("the hosting ends before it starts")


class Limit(Enum):
    """Which of the two limits is passed."""

    SAME_GUEST = "same_guest"
    ALL_GUESTS = "all_guests"


@dataclass(frozen=True)
class Excess:
    """A limit passed: from which day, and how many days may be hosted."""

    limit: Limit
    first_day: date
    days_allowed: int


def hosted_days(hostings: Iterable[Hosting], *, on: date, guest: str | None = None) -> int:
    """Days hosted within the twelve months that end on `on`, included; of `guest` only if given.

    A day with several guests counts once.
    """
    window_start = morrow(add_months(on, -WINDOW_MONTHS))
    return len(
        {
            day
            for hosting in hostings
            if guest is None or hosting.guest == guest
            for day in _days(max(window_start, hosting.start), min(on, hosting.end))
        }
    )


def excesses(hostings: Iterable[Hosting], *, planned: Hosting) -> list[Excess]:
    """The limits that `planned` would pass, given what the resident hosted already; empty when it fits.

    `hostings` are all those of the resident, of any guest; whether `planned` is among them changes nothing.
    """
    known = [*hostings, planned]
    limits = ((Limit.SAME_GUEST, planned.guest, SAME_GUEST_DAYS), (Limit.ALL_GUESTS, None, ALL_GUESTS_DAYS))
    found = []
    for limit, guest, allowed in limits:
        over = (day for day in _days(planned.start, planned.end) if hosted_days(known, on=day, guest=guest) > allowed)
        first_day = next(over, None)
        if first_day is not None:
            found.append(Excess(limit, first_day, allowed))
    return found


def too_many_on(hostings: Iterable[Hosting], *, planned: Hosting, most: int) -> date | None:
    """The first day on which `planned` would bring the guests of a resident above `most` at once; None when it fits."""
    others = [one for one in hostings if one.guest != planned.guest]
    for day in _days(planned.start, planned.end):
        if 1 + len({one.guest for one in others if one.start <= day <= one.end}) > most:
            return day
    return None


def _days(start: date, end: date) -> Iterator[date]:
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        yield date.fromordinal(ordinal)
