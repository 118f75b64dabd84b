"""The PLAI ceilings of a résidence, and the share of its entrants of the year who are under them."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from admissions.models import EntretienPreadmission, PlafondPLAI
from admissions.queries.budget import Facts
from admissions.rules import plai
from logement.models import Sejour
from residence.components import Badge
from residence.models import MembreMenage
from residence.models.base import today
from residence.rules.dates import age_on
from residence.rules.money import percent

ADULT_TIES = (MembreMenage.Tie.REFERENCE, MembreMenage.Tie.PARTNER)


@dataclass(frozen=True)
class PartPLAI:
    """The share of a year's entrants under the PLAI ceilings; `part` is None while no ceiling is entered."""

    year: int
    part: plai.Part | None

    @property
    def unknown(self) -> int:
        """Entrants whose income is still to be asked for."""
        return self.part.entrants - self.part.known if self.part else 0

    @property
    def ratio(self) -> str:
        """The share known, as it is read: « 82,0 % »; nothing while nobody's income is known."""
        return percent(self.part.ratio) if self.part and self.part.ratio is not None else ""

    @property
    def least(self) -> str:
        return percent(plai.LEAST_SHARE)


def plafonds_of(residences: Iterable[int]) -> dict[int, list[plai.Plafonds]]:
    """The ceilings entered for each of `residences`, as the rule takes them."""
    found: dict[int, list[plai.Plafonds]] = defaultdict(list)
    for row in PlafondPLAI.objects.filter(residence__in=residences).order_by("valid_from"):
        found[row.residence_id].append(
            plai.Plafonds(
                row.valid_from,
                (row.category_1, row.category_2, row.category_3, row.category_4, row.category_5, row.category_6),
                row.per_further,
            )
        )
    return found


def ages_on(members: Iterable[tuple[str, Any]], persons: int, day: datetime.date) -> plai.Household:
    """A household as the ceilings count it: its members are (tie, day of birth)."""
    known = list(members)
    adults = [born_on for tie, born_on in known if tie in ADULT_TIES]
    ages = [age_on(born_on, day) for born_on in adults if born_on is not None and born_on <= day]
    is_couple = len(adults) == len(ages) == 2
    return plai.Household(
        persons=persons,
        dependants=sum(1 for tie, _ in known if tie == MembreMenage.Tie.CHILD),
        couple_ages=(ages[0], ages[1]) if is_couple else None,
    )


@dataclass(frozen=True)
class CeilingPLAI:
    """The PLAI ceiling of a candidate's household on the day of entry, and what was told of its income."""

    ceiling: Decimal | None
    income: Decimal | None

    @property
    def badge(self) -> Badge:
        if self.ceiling is None:
            return Badge("plafonds à saisir", "soon")
        return plai_badge(plai.Entrant(self.income, self.ceiling))


def ceiling_plai(facts: Facts) -> CeilingPLAI:
    """The ceiling for what is saved of a household, or being typed."""
    rows = plafonds_of([facts.residence.pk])[facts.residence.pk]
    composition = facts.composition
    household = plai.Household(
        persons=composition.persons, dependants=composition.dependants, couple_ages=composition.couple_ages
    )
    return CeilingPLAI(plai.plafond(rows, household, on=facts.entry_on or today()), facts.reference_tax_income)


UNDER = Badge("sous le plafond PLAI", "done")
ABOVE = Badge("au-dessus du plafond PLAI", "soon")
INCOME_UNKNOWN = Badge("revenu fiscal à demander")


def plai_badge(entrant: plai.Entrant) -> Badge:
    """Where a household stands under its PLAI ceiling, as a badge."""
    if entrant.is_under is None:
        return INCOME_UNKNOWN
    return UNDER if entrant.is_under else ABOVE


def part_plai(residences: Sequence[int], year: int | None = None) -> PartPLAI:
    """The share of those who came into `residences` in `year` (this one) and are under the ceilings of their day.

    Stays begun from 1 January to today, cancelled ones left out; one household is one entrant.
    """
    day = today()
    year = year or day.year
    rows = plafonds_of(residences)
    if not rows:
        return PartPLAI(year, None)
    stays = Sejour.objects.live().filter(residence__in=rows, start_on__year=year, start_on__lte=day)
    incomes = dict(
        EntretienPreadmission.objects.filter(orientation__sejour__in=stays).values_list(
            "orientation__sejour", "reference_tax_income"
        )
    )
    members: dict[int, list[tuple[str, Any, Any, Any]]] = defaultdict(list)
    of_stays = MembreMenage.objects.filter(menage__in=stays.values("menage"))
    for menage, *one in of_stays.values_list("menage", "tie", "personne__born_on", "start_on", "end_on"):
        members[menage].append((one[0], one[1], one[2], one[3]))
    entrants = []
    for pk, residence, menage, start_on, declared in stays.values_list(
        "pk", "residence", "menage", "start_on", "menage__declared_persons"
    ):
        there = [
            (tie, born_on)
            for tie, born_on, since, until in members[menage]
            if since <= start_on and (until is None or until >= start_on)
        ]
        household = ages_on(there, max(len(there), declared or 0, 1), start_on)
        entrants.append(plai.Entrant(incomes.get(pk), plai.plafond(rows[residence], household, on=start_on)))
    return PartPLAI(year, plai.part(entrants))
