"""Euros: the one place where amounts are rounded, shared out and written."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NBSP = "\u00a0"


def cents(value: Decimal) -> Decimal:
    """`value` in euros, rounded half up to the cent.

    A half goes away from zero on both sides, so that a counter-entry cancels its entry to the cent.
    """
    return _without_minus_zero(value.quantize(CENT, rounding=ROUND_HALF_UP))


def cents_down(value: Decimal) -> Decimal:
    """`value` in euros, rounded down to the cent: for what a text allows "at most"."""
    return _without_minus_zero(value.quantize(CENT, rounding=ROUND_FLOOR))


def share(value: Decimal) -> Decimal:
    """A proportion (0.2510 is 25.10 %), rounded half up to four decimals."""
    return _without_minus_zero(value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP))


def split(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` (whole cents, 0 or more) shared out in proportion to `weights`; the parts add up to `total` exactly.

    Each part is first rounded down to the cent; the cents left over go one by one to the largest remainders, the first
    of `weights` before the next when they are equal. So no part is above its exact share by a cent or more.
    ValueError for a negative weight or total, a fraction of a cent, or weights that add up to nothing.
    """
    whole = sum(weights, Decimal(0))
    if total < 0 or total != cents(total):
        raise ValueError("the total to share out must be a positive number of whole cents")
    if any(weight < 0 for weight in weights) or whole <= 0:
        raise ValueError("weights must be positive and not all nil")
    exact = [total * weight / whole for weight in weights]
    parts = [cents_down(part) for part in exact]
    left = int((total - sum(parts, ZERO)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda rank: parts[rank] - exact[rank])
    for rank in by_remainder[:left]:
        parts[rank] += CENT
    return parts


def euros(value: Decimal) -> str:
    """`value` as a French reader expects it, with non-breaking spaces: 1 234,56 €."""
    written = f"{cents(value):,.2f}".replace(",", NBSP).replace(".", ",")
    return f"{written}{NBSP}€"


def percent(value: Decimal) -> str:
    """A proportion in percent as a French reader expects it, without useless zeros: 0.2510 is 25,1 %."""
    written = f"{share(value) * 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{written}{NBSP}%"


def _without_minus_zero(value: Decimal) -> Decimal:
    return value if value else abs(value)
