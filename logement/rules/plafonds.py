"""The share of a household's resources that its home may take, where its dispositif sets one."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from residence.rules.budget import reduction, taux_effort
from residence.rules.dates import days_in_month, overlap_days
from residence.rules.money import cents, percent


class Base(Enum):
    """What a ceiling looks at, the APL deducted. The values are those of the criteria of a dispositif."""

    ALL_IN = "taux_effort"
    RENT = "loyer_net"

    @property
    def label(self) -> str:
        """Its name in French."""
        return "redevance tout compris" if self is Base.ALL_IN else "loyer hors charges"


@dataclass(frozen=True)
class Ceiling:
    """At most `share` (0.25 is 25 %) of the resources; `reduces`: what is above is taken off, else only said."""

    base: Base
    share: Decimal
    reduces: bool

    @property
    def label(self) -> str:
        """« loyer hors charges après APL : au plus 20 % des ressources »."""
        return f"{self.base.label} après APL : au plus {percent(self.share)} des ressources"


@dataclass(frozen=True)
class Month:
    """What a month asks for and what there is to pay it, in euros, for the days of the contract from `start` to `end`.

    `rent`: loyer alone; `all_in`: loyer, charges and obligatory services; `apl`: deducted for this month; `resources`:
    those of a whole month.
    """

    start: date
    end: date
    rent: Decimal
    all_in: Decimal
    apl: Decimal
    resources: Decimal

    @property
    def own_resources(self) -> Decimal:
        """The resources of the days of the contract: all of them for a whole month."""
        days = overlap_days(self.start, self.start, self.end)
        return cents(self.resources * days / days_in_month(self.start))

    def amount(self, base: Base) -> Decimal:
        """What `base` looks at, before the APL."""
        return self.rent if base is Base.RENT else self.all_in


def over(ceiling: Ceiling, month: Month) -> Decimal:
    """By how much the month passes the ceiling, in euros; 0 at the ceiling or below.

    The most that may be asked is rounded down to the cent, so that the ceiling truly holds.
    """
    return reduction(
        redevance=month.amount(ceiling.base), apl=month.apl, resources=month.own_resources, ceiling=ceiling.share
    )


def rate(ceiling: Ceiling, month: Month) -> Decimal | None:
    """The share of the resources that the month takes; None without resources."""
    return taux_effort(redevance=month.amount(ceiling.base), apl=month.apl, resources=month.own_resources)
