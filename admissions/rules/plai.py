"""The PLAI ceilings: of a household, and the share of those who come in under them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from residence.rules.dated import in_force
from residence.rules.money import share

# Convention-type, article 4: three entrants in four, at least, under the ceilings.
LEAST_SHARE = Decimal("0.75")

YOUNG_COUPLE_AGES = 55
CATEGORIES = 6


@dataclass(frozen=True)
class Plafonds:
    """The ceilings of yearly reference tax income from `valid_from` on, in euros, by category of household (1 to 6).

    `per_further` is added for each person beyond the sixth category.
    """

    valid_from: date
    amounts: tuple[Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]
    per_further: Decimal


@dataclass(frozen=True)
class Household:
    """Who would live there: how many, how many of them dependants, the ages of a couple when both are known."""

    persons: int
    dependants: int = 0
    couple_ages: tuple[int, int] | None = None


def categorie(household: Household) -> int:
    """The category of a household, from 1 up; beyond 6 each further person is one more.

    1: one person. 2: two without a dependant. 3: three, or one with one dependant, or a couple without a dependant
    whose ages make 55 at most. 4, 5, 6: four, five, six persons, or one with two, three, four dependants. A handicap,
    which would give one category more, is not asked: the ceiling taken is then the lower one.
    Source: arrêté du 29 juillet 1987, article 1 and annex I, to which CCH D.331-12 and D.331-1 II refer.
    """
    persons = household.persons
    alone_with_dependants = persons - household.dependants == 1 and household.dependants > 0
    ages = household.couple_ages
    young_couple = persons == 2 and household.dependants == 0 and ages is not None and sum(ages) <= YOUNG_COUPLE_AGES
    return persons + 1 if alone_with_dependants or young_couple else persons


def plafond(rows: Sequence[Plafonds], household: Household, *, on: date) -> Decimal | None:
    """The ceiling for `household` on day `on`, in euros a year; None while no row holds on that day."""
    try:
        row = in_force(rows, on)
    except LookupError:
        return None
    rank = categorie(household)
    further = max(0, rank - CATEGORIES)
    return row.amounts[min(rank, CATEGORIES) - 1] + row.per_further * further


@dataclass(frozen=True)
class Entrant:
    """A household that came in: its reference tax income (None: not known) and its ceiling that day (None: no row)."""

    income: Decimal | None
    ceiling: Decimal | None

    @property
    def is_under(self) -> bool | None:
        """Whether it is under its ceiling, the ceiling itself included; None while one of the two is missing."""
        return None if self.income is None or self.ceiling is None else self.income <= self.ceiling


@dataclass(frozen=True)
class Part:
    """How many came in, of how many both figures are known, how many of these are under."""

    entrants: int
    known: int
    under: int

    @property
    def ratio(self) -> Decimal | None:
        """The share under the ceilings among those known, four decimals; None when none is known."""
        return share(Decimal(self.under) / self.known) if self.known else None

    @property
    def is_low(self) -> bool:
        """Whether the share known is under the one that the convention asks for."""
        return self.ratio is not None and self.ratio < LEAST_SHARE


def part(entrants: Iterable[Entrant]) -> Part:
    """The share of `entrants` under the ceilings."""
    answers = [entrant.is_under for entrant in entrants]
    return Part(len(answers), sum(one is not None for one in answers), sum(one is True for one in answers))
