"""Long absences: what they do to the APL, and when somebody should be asked after.

A spell goes from the first night away to the last, both counted; the day of return is a day of presence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from residence.rules.dates import add_days, iter_months

# From when, months of presence in the year, source. Shown « à vérifier »: the article was not read again.
PRESENCE_MONTHS = ((date(2019, 9, 1), 8, "CCH, art. R.822-23"),)

# Without an announced return, somebody asks after the person this many days after they left.
ASK_AFTER_DAYS = 15


@dataclass(frozen=True)
class Spell:
    """Nights away from `start` to `end`, both included; an end of None is still going on.

    `justified`: for work, care or a case of force majeure, on proof: it does not count against the presence.
    """

    start: date
    end: date | None
    justified: bool = False


@dataclass(frozen=True)
class Presence:
    """Where a household stands in a year: days away that count, the most there may be, the day that passes it."""

    away: int
    allowed: int
    passed_on: date | None
    source: str


def days_allowed(year: int) -> tuple[int, str]:
    """Days that may be spent away in `year` without losing the main home, and the source.

    The text counts months of presence, without saying which: they are taken as the shortest that follow each other, the
    reading that protects the resident. Eight months leave 123 days. ValueError before the first row of the parameter.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = [row for row in PRESENCE_MONTHS if row[0] <= last]
    if not rows:
        raise ValueError("no presence rule for that year")
    _, months, source = rows[-1]
    lengths = [_length(month) for month in iter_months(first, last)]
    shortest = min(sum(lengths[start : start + months]) for start in range(13 - months))
    return sum(lengths) - shortest, source


def presence(spells: Iterable[Spell], *, year: int) -> Presence:
    """What the spells make of the year; one still going on is taken to last, so that the day passed may be to come."""
    allowed, source = days_allowed(year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    away = {
        date.fromordinal(day)
        for spell in spells
        if not spell.justified
        for day in range(max(spell.start, first).toordinal(), min(spell.end or last, last).toordinal() + 1)
    }
    ordered = sorted(away)
    return Presence(len(ordered), allowed, ordered[allowed] if len(ordered) > allowed else None, source)


def away_until(spells: Iterable[Spell], *, on: date) -> int:
    """Days away that count, from 1 January of the year of `on` to `on`, included."""
    known = [Spell(one.start, min(one.end or on, on), one.justified) for one in spells if one.start <= on]
    return presence(known, year=on.year).away


def days_there(spells: Iterable[Spell], *, first: date, last: date) -> list[tuple[date, date]]:
    """The days from `first` to `last` outside the spells, as ranges with both ends included, in order."""
    there = []
    day = first
    for spell in sorted(spells, key=lambda one: one.start):
        if spell.start > last:
            break
        if spell.start > day:
            there.append((day, add_days(spell.start, -1)))
        if spell.end is None:
            return there
        day = max(day, add_days(spell.end, 1))
    if day <= last:
        there.append((day, last))
    return there


def ask_on(start: date, expected_back: date | None) -> date:
    """The day on which somebody makes sure that the person is back, or well."""
    return expected_back or add_days(start, ASK_AFTER_DAYS)


def _length(month: date) -> int:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return (following - month).days
