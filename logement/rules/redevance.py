"""The redevance of a month: its parts, the days they cover, when it falls due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from residence.rules.dates import add_days, days_in_month, month_end, month_start, morrow, overlap_days
from residence.rules.money import ZERO, cents

# An avis confirmed once its month is over leaves this many days to pay.
LATE_ISSUE_DAYS = 8


class Part(Enum):
    """What the texts tell apart in the amount a resident pays (CCH, R.353-156 to R.353-158)."""

    LOYER = "loyer"
    CHARGES = "charges"
    OBLIGATORY = "obligatory"
    OPTIONAL = "optional"

    @property
    def label(self) -> str:
        """Its name in French."""
        return _LABELS[self]

    @property
    def counts_for_apl(self) -> bool:
        """Whether the APL is computed on it: équivalent loyer and équivalent charges only."""
        return self in (Part.LOYER, Part.CHARGES)

    @property
    def in_redevance(self) -> bool:
        """Whether it belongs to the redevance; optional services are invoiced apart."""
        return self is not Part.OPTIONAL


_LABELS = {
    Part.LOYER: "équivalent loyer",
    Part.CHARGES: "équivalent charges",
    Part.OBLIGATORY: "prestations obligatoires",
    Part.OPTIONAL: "prestations facultatives",
}


@dataclass(frozen=True)
class DatedPart:
    """A monthly amount in euros that applies from `start` to `end`, both included; an end of None is still open."""

    part: Part
    monthly: Decimal
    start: date
    end: date | None = None
    label: str = ""


@dataclass(frozen=True)
class Line:
    """An amount of an avis in euros, and the days from `start` to `end`, both included, that it pays for."""

    part: Part
    label: str
    amount: Decimal
    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the line pays for."""
        return (self.end - self.start).days + 1


def prorated(monthly: Decimal, *, month: date, start: date, end: date | None) -> Decimal:
    """Part of `monthly` (euros) due for the month of `month` by a stay from `start` to `end`, both included.

    Days occupied over days in the month, rounded half up to the cent; a whole month gives `monthly`, a month outside
    the stay 0. `end` is None while the stay is open. ValueError if `end` is before `start`.
    Source: CCH, annexe 2 au III de l'article R.353-159, articles 8 and 13 (redevance paid by the month, à terme échu).
    """
    if end is not None and end < start:
        raise ValueError("the stay ends before it starts")
    return cents(monthly * overlap_days(month, start, end) / days_in_month(month))


def lines_for_month(parts: Iterable[DatedPart], *, month: date, start: date, end: date | None) -> list[Line]:
    """What a stay from `start` to `end` (both included) owes for the month of `month`, part by part.

    Each dated part is prorated on the days that the stay and its own dates share, and rounded half up to the cent: the
    total of the avis is the sum of its lines. A part without a day in the month gives no line. Loyer comes first, then
    charges, obligatory services, optional services; each by date.
    """
    first, last = month_start(month), month_end(month)
    lines = []
    for dated in parts:
        line_start = max(first, start, dated.start)
        line_end = min(day for day in (last, end, dated.end) if day is not None)
        if line_end >= line_start:
            amount = prorated(dated.monthly, month=month, start=line_start, end=line_end)
            lines.append(Line(dated.part, dated.label or dated.part.label, amount, line_start, line_end))
    order = list(Part)
    return sorted(lines, key=lambda line: (order.index(line.part), line.start))


def total(lines: Iterable[Line], *parts: Part) -> Decimal:
    """Sum of `lines` in euros; with `parts`, of the lines of those parts only."""
    return sum((line.amount for line in lines if not parts or line.part in parts), ZERO)


def housing_total(lines: Sequence[Line]) -> Decimal:
    """Loyer and charges of `lines`, in euros: what the APL and the convention's maximum look at."""
    return total(lines, Part.LOYER, Part.CHARGES)


def excess_over_maximum(*, loyer: Decimal, charges: Decimal, maximum: Decimal | None) -> Decimal:
    """By how much monthly loyer and charges pass the convention's maximum, in euros; 0 at the maximum or below.

    Compare whole months, never prorated amounts. 0 when the convention sets no maximum for this type of logement.
    Source: CCH, R.353-157.
    """
    if maximum is None:
        return ZERO
    return max(ZERO, loyer + charges - maximum)


def due_on(month: date) -> date:
    """The day the avis of a month falls due: the last of that month, à terme échu.

    No advance can be asked for. Source: CCH, annexe 2 au III de l'article R.353-159, articles 8 and 13.
    """
    return month_end(month)


def payable_until(month: date, *, issued_on: date) -> date:
    """The last day on which the avis of a month is paid in time.

    The day it falls due; for an avis issued after that day, eight days after its issue, the day of issue not counted.
    """
    due = due_on(month)
    return due if issued_on <= due else add_days(issued_on, LATE_ISSUE_DAYS)


def late_on(month: date, *, issued_on: date) -> date:
    """The first day on which the avis of a month, if unpaid, is late: the day after the last one to pay."""
    return morrow(payable_until(month, issued_on=issued_on))
