"""How long a stay lasts, its renewals, and when to speak of its end.

The length of a stay is that of the social project. It ends no contract: the contract is for one month, renewed by
tacit agreement at the sole will of the resident (CCH, L.633-2). A last day reached is a warning, never an end.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from residence.rules.dates import add_months, eve, morrow

WARNING_DAYS = (90, 60, 30)
# What each warning asks for; none of them ends anything.
ASKED_AT = {
    90: "parler de la suite avec le résident, le contrat ne prend pas fin seul",
    60: "faire décider : renouvellement, dépassement ou relogement",
    30: "dire la décision au résident, par écrit",
}


@dataclass(frozen=True)
class StayPeriod:
    """One span of a stay, `first_day` and `last_day` both lived in; `rank` 0 is the initial one, then the renewals."""

    rank: int
    first_day: date
    last_day: date


def last_day(start: date, *, months: int) -> date:
    """The last day, lived in, of a stay of `months` months from `start`.

    The eve of the same day number; where that month has no such day, its last day: from 31 January 2025 one month ends
    on 28 February, from 29 February 2024 twelve end on 28 February 2025. ValueError for less than a month.
    Source: code de procédure civile, article 641, the first day of the stay being lived in.
    """
    if months < 1:
        raise ValueError("a stay lasts at least one month")
    anniversary = add_months(start, months)
    return eve(anniversary) if anniversary.day == start.day else anniversary


def renewal_allowed(*, renewals_done: int, renewals_max: int | None) -> bool:
    """Whether one more renewal fits; a maximum of None means as many as it takes.

    ValueError for a negative number.
    """
    if renewals_done < 0 or (renewals_max is not None and renewals_max < 0):
        raise ValueError("renewals are counted from 0")
    return renewals_max is None or renewals_done < renewals_max


def period(start: date, *, months: int, rank: int) -> StayPeriod:
    """The span of rank `rank` (0 the initial one) of a stay from `start` renewed by `months` months at a time.

    Always counted from the first day of the stay, so that short months take no day away for good; spans touch, without
    overlap or hole. ValueError for a negative rank.
    """
    if rank < 0:
        raise ValueError("periods are counted from 0")
    first_day = start if rank == 0 else morrow(last_day(start, months=months * rank))
    return StayPeriod(rank, first_day, last_day(start, months=months * (rank + 1)))


def renewal_calendar(start: date, *, months: int, renewals_max: int) -> list[StayPeriod]:
    """All the spans that a stay from `start` may have, the initial one and `renewals_max` renewals."""
    return [period(start, months=months, rank=rank) for rank in range(renewals_max + 1)]


def warning_dates(end: date) -> dict[int, date]:
    """When to warn that a stay reaches its last day `end`: {90: day, 60: day, 30: day}, that many days before it."""
    return {days: end - timedelta(days=days) for days in WARNING_DAYS}
