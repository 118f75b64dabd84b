"""Who is away, who is hosted, who entered: the figures that a stay shows."""

import datetime
from dataclasses import dataclass
from typing import Any

from logement.models import Absence, Sejour, TiersHeberge
from logement.models.presence import spells_of
from logement.rules.presence import Presence, Spell, away_until, presence
from logement.rules.tiers import ALL_GUESTS_DAYS, SAME_GUEST_DAYS, Hosting, hosted_days


def hostings_of(sejour: Sejour) -> list[Hosting]:
    """What a stay has hosted and will, guest by guest, as the rules count it."""
    return [hosting(one) for one in sejour.tiers_heberges.live()]


def hosting(tiers: TiersHeberge) -> Hosting:
    return Hosting(tiers.guest, tiers.start_on, max(tiers.start_on, tiers.last_night))


@dataclass(frozen=True)
class Hosted:
    """One guest, with the days hosted over the twelve months up to their last night, of the most there may be."""

    tiers: TiersHeberge
    days: int
    allowed: int = SAME_GUEST_DAYS


@dataclass(frozen=True)
class Guests:
    """The guests of a stay; `days`: all of them together over the twelve months up to a day."""

    rows: tuple[Hosted, ...]
    days: int
    allowed: int = ALL_GUESTS_DAYS


def guests_of(sejour: Sejour, day: datetime.date) -> Guests:
    """The guests of a stay, the last ones first, and what is counted on `day`."""
    rows = list(sejour.tiers_heberges.live().select_related("recorded_by"))
    known = [hosting(one) for one in rows]
    return Guests(
        tuple(Hosted(one, hosted_days(known, on=min(day, one.last_night), guest=one.guest)) for one in rows),
        hosted_days(known, on=day),
    )


@dataclass(frozen=True)
class Away:
    """The absences of a household: the rows, the days that count so far this year, and what they come to."""

    rows: tuple[Absence, ...]
    days: int
    presence: Presence


def away_of(absences: Any, day: datetime.date) -> Away:
    """What absences make of the year of `day`; only those of the whole household, or of a single person, count."""
    rows = tuple(absences)
    spells = [Spell(*one) for one in spells_of(rows)]
    return Away(rows, away_until(spells, on=day), presence(spells, year=day.year))
