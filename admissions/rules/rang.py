"""The order of a waiting list, by the weights that the résidence has chosen, each rank with its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from residence.rules.dates import months_between
from residence.rules.money import NBSP, ZERO

TWO = 2  # From two on, French takes the plural.


class Kind(Enum):
    """What gives points: per whole month, per child, per refusal, or once when it holds."""

    WAITED = "waited"
    REQUESTED = "requested"
    NEED = "need"
    ROUTE = "route"
    CHILDREN = "children"
    REFUSED = "refused"


@dataclass(frozen=True)
class Weight:
    """What one criterion is worth from `valid_from` on, that day included, until the next row of its kind and value.

    `points` may be below 0 and are multiplied by months, children or refusals; `most` holds the total of the criterion,
    on its side of 0. `value` names the need or the route, `label` says it in French; both are empty for other kinds.
    """

    kind: Kind
    points: Decimal
    valid_from: date
    value: str = ""
    label: str = ""
    most: Decimal | None = None


@dataclass(frozen=True)
class Candidate:
    """What is known of somebody who waits. `key` is given back; the other fields speak to the weights."""

    key: int
    waiting_since: date
    received_on: date
    needs: frozenset[str] = frozenset()
    route: str = ""
    children: int = 0
    refusals: int = 0


@dataclass(frozen=True)
class Reason:
    """Points, and the French words that say what they are for."""

    points: Decimal
    why: str


@dataclass(frozen=True)
class Ranked:
    """A place in the order, from 1; `of` is how many are ranked with them."""

    key: int
    rank: int
    of: int
    points: Decimal
    reasons: tuple[Reason, ...]

    @property
    def position(self) -> str:
        """« 2e sur 19 »."""
        return f"{ordinal(self.rank)} sur {self.of}"

    @property
    def why(self) -> str:
        """« 22 points : attend une place depuis 6 mois (+12), priorité (+10) »."""
        if not self.reasons:
            return "à l’ancienneté"
        told = ", ".join(f"{reason.why} ({signed(reason.points)})" for reason in self.reasons)
        noun = "points" if abs(self.points) >= TWO else "point"
        return f"{signed(self.points).removeprefix('+')}{NBSP}{noun}{NBSP}: {told}"


def weights_on(weights: Iterable[Weight], day: date) -> list[Weight]:
    """Those that apply on `day`, in their order: the last begun of each kind and value; one of 0 points is ended."""
    latest: dict[tuple[Kind, str], Weight] = {}
    for weight in weights:
        key = (weight.kind, weight.value)
        if weight.valid_from <= day and (key not in latest or weight.valid_from > latest[key].valid_from):
            latest[key] = weight
    return [weight for weight in latest.values() if weight.points != 0]


def score(weights: Sequence[Weight], candidate: Candidate, *, on: date) -> tuple[Reason, ...]:
    """What each weight in force gives to `candidate` on day `on`; those that give nothing are left out."""
    reasons = []
    for weight in weights:
        count, why = _counted(weight, candidate, on)
        if count:
            reasons.append(Reason(_held(weight.points * count, weight.most), why))
    return tuple(reasons)


def rank(weights: Iterable[Weight], candidates: Iterable[Candidate], *, on: date) -> list[Ranked]:
    """Everybody in order on day `on`: most points first, then who has waited longest, then the oldest request.

    Without any weight the order is that of the time waited. Linear in candidates but for the sort.
    """
    own = weights_on(weights, on)
    scored = []
    for candidate in candidates:
        reasons = score(own, candidate, on=on)
        points = sum((reason.points for reason in reasons), ZERO)
        order = (-points, candidate.waiting_since, candidate.received_on, candidate.key)
        scored.append((order, candidate, points, reasons))
    scored.sort(key=lambda one: one[0])
    return [
        Ranked(candidate.key, place, len(scored), points, reasons)
        for place, (_, candidate, points, reasons) in enumerate(scored, start=1)
    ]


def ordinal(rank_: int) -> str:
    """« 1er », « 2e »."""
    return "1er" if rank_ == 1 else f"{rank_}e"


def signed(points: Decimal) -> str:
    """Points as they are read: « +12 », « −3,5 »."""
    written = f"{abs(points):f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".").replace(".", ",")
    return f"{'−' if points < 0 else '+'}{written}"


def _counted(weight: Weight, candidate: Candidate, on: date) -> tuple[int, str]:
    """How many times `weight` counts, and why."""
    match weight.kind:
        case Kind.WAITED:
            months = _months(candidate.waiting_since, on)
            return months, f"attend une place depuis {months}{NBSP}mois"
        case Kind.REQUESTED:
            months = _months(candidate.received_on, on)
            return months, f"demande reçue il y a {months}{NBSP}mois"
        case Kind.NEED:
            return int(weight.value in candidate.needs), weight.label
        case Kind.ROUTE:
            return int(weight.value == candidate.route), f"voie {weight.label}"
        case Kind.CHILDREN:
            return candidate.children, _several(candidate.children, "enfant", "enfants")
        case Kind.REFUSED:
            return candidate.refusals, _several(candidate.refusals, "place refusée", "places refusées")


def _months(start: date, on: date) -> int:
    return months_between(start, on) if start < on else 0


def _several(count: int, one: str, more: str) -> str:
    return f"{count}{NBSP}{one if count < TWO else more}"


def _held(points: Decimal, most: Decimal | None) -> Decimal:
    if most is None:
        return points
    return max(-most, min(most, points))
