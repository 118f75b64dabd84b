"""A candidate's budget: the redevance simulated, the APL estimated, what is left to pay and to live on."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from admissions.models import Dette, EntretienPreadmission
from admissions.rules.apl_base import Counted, Line, yearly_resources
from logement.models import CategoriePlace, Tarif
from logement.rules.apl import Estimation, Household, Situation, estimation
from residence.models import Charge, Convention, MembreMenage, Menage, Residence, Ressource
from residence.models.base import today
from residence.rules.budget import consumption_units, net_redevance, reste_a_vivre, taux_effort
from residence.rules.dates import age_on
from residence.rules.money import ZERO, percent

ADULT_UNIT_AGE = 14
DEPENDANT_AGE = 21
PAIR = 2
OVERSEAS = ("97", "98")
SCALE_NAMES = {"apl1": "barème APL 1", "apl2": "barème APL 2"}

_KIND = Ressource.Kind
COUNTED = {
    _KIND.SALAIRE: Counted.ABATED,
    _KIND.CHOMAGE: Counted.ABATED,
    _KIND.RETRAITE: Counted.ABATED,
    _KIND.INVALIDITE: Counted.ABATED,
    _KIND.INDEMNITES: Counted.ABATED,
    _KIND.FORMATION: Counted.ABATED,
    _KIND.PENSION_ALIMENTAIRE: Counted.WHOLE,
    _KIND.AUTRE: Counted.WHOLE,
    _KIND.RSA: Counted.RSA,
    _KIND.PRIME_ACTIVITE: Counted.OUT,
    _KIND.ASPA: Counted.OUT,
    _KIND.AAH: Counted.OUT,
    _KIND.PCH: Counted.OUT,
    _KIND.PRESTATIONS_FAMILIALES: Counted.OUT,
}


@dataclass(frozen=True)
class Composition:
    """Who would live there, as the rules count them; `unnamed`: announced, and not named yet."""

    persons: int
    adults: int
    children_under_14: int
    couple: bool
    dependants: int
    unnamed: int = 0
    alternating_custody: bool = False
    couple_ages: tuple[int, int] | None = None

    @classmethod
    def of(
        cls,
        *,
        ages: Sequence[int | None],
        is_child: Sequence[bool],
        couple: bool,
        declared: int | None,
        alternating_custody: bool = False,
    ) -> "Composition":
        """From the ages of those named (None unknown) and who is a child; the others announced count as adults."""
        known = list(zip(ages, is_child, strict=True))
        under_14 = sum(1 for age, child in known if (child if age is None else age < ADULT_UNIT_AGE))
        persons = max(len(known), declared or 0, 1)
        adults = [age for age, child in known if not child and age is not None]
        return cls(
            persons=persons,
            adults=persons - under_14,
            children_under_14=under_14,
            couple=couple,
            dependants=sum(1 for age, child in known if child and (age is None or age < DEPENDANT_AGE)),
            unnamed=max(0, (declared or 0) - len(known)),
            alternating_custody=alternating_custody,
            couple_ages=(adults[0], adults[1]) if couple and len(adults) == PAIR else None,
        )


@dataclass(frozen=True)
class Amount:
    """A resource or a charge of a month: its kind and its euros."""

    kind: str
    monthly: Decimal


@dataclass(frozen=True)
class Facts:
    """What a budget rests on, saved or just typed."""

    residence: Residence
    composition: Composition
    resources: Sequence[Amount] = ()
    charges: Sequence[Amount] = ()  # with what is paid back of debts
    debts_due: Decimal = ZERO
    without_resources: bool = False
    categorie: CategoriePlace | None = None
    entry_on: datetime.date | None = None
    annual_resources: Decimal | None = None
    announced_apl: Decimal | None = None
    is_student: bool = False
    is_self_employed: bool = False
    reference_tax_income: Decimal | None = None


@dataclass(frozen=True)
class Scenario:
    """What the budget becomes on one scale of the APL: amounts in euros a month, the rest to live on a day and unit."""

    label: str
    apl: Decimal
    net: Decimal
    taux_effort: Decimal | None
    reste_a_vivre: Decimal | None
    is_low: bool = False

    @property
    def effort(self) -> str:
        """The taux d'effort as it is read: « 25,1 % »; nothing without resources."""
        return "" if self.taux_effort is None else percent(self.taux_effort)


@dataclass(frozen=True)
class Budget:
    """The budget panel. None where a fact is missing: `missing` says which, in French."""

    resources: Decimal | None
    charges: Decimal
    tarif: Tarif | None
    estimation: Estimation | None
    scenarios: tuple[Scenario, ...]
    units: Decimal
    annual_resources: Decimal
    annual_is_typed: bool
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    threshold: Decimal | None = None
    debts_due: Decimal = ZERO

    @property
    def redevance(self) -> Decimal | None:
        return self.tarif.redevance if self.tarif else None

    @property
    def prudent(self) -> Scenario | None:
        """The scenario with the smallest APL: the one that the criteria look at."""
        return min(self.scenarios, key=lambda scenario: scenario.apl, default=None)


def composition_of(members: Iterable[MembreMenage], *, declared: int | None, on: datetime.date) -> Composition:
    """A household as it will be on the day `on`."""
    known = list(members)
    births = [member.personne.born_on for member in known]
    return Composition.of(
        ages=[age_on(born, on) if born and born <= on else None for born in births],
        is_child=[member.tie == MembreMenage.Tie.CHILD for member in known],
        couple=any(member.tie == MembreMenage.Tie.PARTNER for member in known),
        declared=declared,
        alternating_custody=any(member.in_custody for member in known),
    )


def facts_of(
    menage: Menage,
    residence: Residence,
    entretien: EntretienPreadmission | None,
    *,
    categorie: CategoriePlace | None = None,
    entry_on: datetime.date | None = None,
) -> Facts:
    """What is saved of a household's budget; for another category and day than those wished, when given."""
    debts = list(Dette.objects.in_force().filter(menage=menage))
    on = entry_on or (entretien.wished_entry_on if entretien else None) or today()
    return Facts(
        residence=residence,
        composition=composition_of(menage.members_on(max(on, today())), declared=menage.declared_persons, on=on),
        resources=[
            Amount(line.kind, line.monthly_amount) for line in Ressource.objects.in_force().filter(menage=menage)
        ],
        charges=[
            Amount(line.kind, line.monthly_amount)
            for line in (*Charge.objects.in_force().filter(menage=menage), *debts)
        ],
        debts_due=sum((debt.amount_due for debt in debts), ZERO),
        without_resources=bool(entretien and entretien.without_resources),
        categorie=categorie or (entretien.wished_categorie if entretien else None),
        entry_on=on,
        annual_resources=entretien.annual_resources if entretien else None,
        announced_apl=entretien.apl_estimate if entretien else None,
        is_student=bool(entretien and entretien.is_student),
        is_self_employed=bool(entretien and entretien.is_self_employed),
        reference_tax_income=entretien.reference_tax_income if entretien else None,
    )


def budget_of(facts: Facts) -> Budget:
    """The budget that `facts` give; the APL on both scales where the convention does not tell which is its own."""
    on = facts.entry_on or today()
    known = bool(facts.resources) or facts.without_resources
    # The PCH pays for an aid: it is not the household's to live on.
    own = (line.monthly for line in facts.resources if line.kind != _KIND.PCH)
    resources = sum(own, ZERO) if known else None
    charges = sum((line.monthly for line in facts.charges), ZERO)
    tarif = _tarif(facts.categorie, on)
    units = consumption_units(facts.composition.adults, facts.composition.children_under_14)
    annual = facts.annual_resources
    if annual is None:
        annual = yearly_resources(Line(COUNTED[_KIND(line.kind)], line.monthly) for line in facts.resources)
    missing = []
    if not known:
        missing.append("les ressources du ménage")
    if facts.categorie is None:
        missing.append("la place envisagée")
    elif tarif is None:
        missing.append(f"un tarif en vigueur le {on:%d/%m/%Y} pour « {facts.categorie} »")
    estimated: Estimation | None = None
    scenarios: list[Scenario] = []
    if tarif is not None and known:
        estimated, amounts = _apl(facts, tarif, annual, on)
        scenarios = [
            _scenario(label, apl, tarif, resources or ZERO, charges, units, facts.residence) for label, apl in amounts
        ]
    return Budget(
        resources=resources,
        charges=charges,
        tarif=tarif,
        estimation=estimated,
        scenarios=tuple(scenarios),
        units=units,
        annual_resources=annual,
        annual_is_typed=facts.annual_resources is not None,
        missing=tuple(missing),
        notes=tuple(_notes(facts)),
        threshold=facts.residence.daily_living_threshold,
        debts_due=facts.debts_due,
    )


def _tarif(categorie: CategoriePlace | None, on: datetime.date) -> Tarif | None:
    if categorie is None:
        return None
    return Tarif.objects.filter(categorie=categorie).in_force(on).first()


def _apl(
    facts: Facts, tarif: Tarif, annual: Decimal, on: datetime.date
) -> tuple[Estimation, list[tuple[str, Decimal]]]:
    convention = convention_on(facts.residence, on)
    household = Household(couple=facts.composition.couple, dependants=facts.composition.dependants)
    estimated = estimation(
        Situation(
            household=household,
            redevance=tarif.rent + tarif.charges,
            resources=annual,
            zone=int(convention.apl_zone) if convention and convention.apl_zone else None,
            month=on,
            student=facts.is_student,
            self_employed=facts.is_self_employed,
            overseas=facts.residence.postal_code.startswith(OVERSEAS),
            alternating_custody=facts.composition.alternating_custody,
        ),
        scale=(convention.apl_scale or None) if convention else None,
    )
    if facts.announced_apl is not None:
        return estimated, [("APL annoncée par la CAF ou la MSA", facts.announced_apl)]
    if not estimated.is_estimable:
        return estimated, [("sans APL", ZERO)]
    alone = len(estimated.amounts) == 1
    return estimated, [
        ("APL estimée" if alone else f"APL estimée, {SCALE_NAMES[code]}", amount)
        for code, amount in estimated.amounts.items()
    ]


def convention_on(residence: Residence, day: datetime.date) -> Convention | None:
    """The convention that rules the résidence on `day`: the last one signed by then."""
    return residence.conventions.filter(signed_on__lte=day).order_by("-signed_on").first()


def _scenario(
    label: str, apl: Decimal, tarif: Tarif, resources: Decimal, charges: Decimal, units: Decimal, residence: Residence
) -> Scenario:
    net = net_redevance(redevance=tarif.redevance, apl=min(apl, tarif.rent + tarif.charges))
    left = reste_a_vivre(resources=resources, charges=charges, net_redevance=net, units=units)
    threshold = residence.daily_living_threshold
    return Scenario(
        label=label,
        apl=apl,
        net=net,
        taux_effort=taux_effort(redevance=tarif.redevance, apl=apl, resources=resources),
        reste_a_vivre=left,
        is_low=threshold is not None and left < threshold,
    )


def _notes(facts: Facts) -> Iterable[str]:
    if facts.composition.unnamed:
        yield (
            f"{facts.composition.unnamed} personne(s) annoncée(s) et pas encore nommée(s) : comptée(s) comme adulte(s) "
            "pour le reste à vivre, non comptée(s) pour l’APL."
        )
    if any(line.kind == _KIND.RSA for line in facts.resources) and facts.annual_resources is None:
        yield "RSA : l’APL s’estime sur des ressources nulles."


def money_facts(budget: Budget) -> dict[str, Any]:
    """The budget as an issued document keeps it: amounts as text, rates as they are read."""
    return {
        "resources": None if budget.resources is None else str(budget.resources),
        "charges": str(budget.charges),
        "debts_due": str(budget.debts_due) if budget.debts_due else "",
        "redevance": None if budget.redevance is None else str(budget.redevance),
        "has_apl": any(scenario.apl > 0 for scenario in budget.scenarios),
        "reasons": [reason.why for reason in budget.estimation.reasons] if budget.estimation else [],
        "scenarios": [
            {
                "label": scenario.label,
                "apl": str(scenario.apl),
                "net": str(scenario.net),
                "effort": scenario.effort,
                "reste_a_vivre": None if scenario.reste_a_vivre is None else str(scenario.reste_a_vivre),
            }
            for scenario in budget.scenarios
        ],
        "missing": list(budget.missing),
    }
