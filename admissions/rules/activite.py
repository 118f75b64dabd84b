"""The share of the residents of a dispositif who have an activity: a figure of the house, which keeps nobody out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from residence.rules.money import share


@dataclass(frozen=True)
class Activity:
    """Of the households who live there: how many, of how many it is known, how many are active; the share asked for."""

    least: Decimal
    residents: int
    known: int
    active: int

    @property
    def ratio(self) -> Decimal | None:
        """The share of the active among those known, four decimals, rounded half up; None while nothing is known."""
        return share(Decimal(self.active) / self.known) if self.known else None

    @property
    def is_low(self) -> bool:
        """Whether the share known is under the one asked for, which is enough by itself."""
        return self.known > 0 and Decimal(self.active) < self.least * self.known


def activity(answers: Iterable[bool | None], *, least: Decimal) -> Activity:
    """The share of `answers` (True, False, None for not known) that are True, before the `least` asked for (0 to 1)."""
    told = list(answers)
    known = [answer for answer in told if answer is not None]
    return Activity(least, len(told), len(known), sum(known))
