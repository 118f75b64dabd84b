"""What a dispositif's criteria say of a candidate, and what a file still lacks.

No criterion refuses a candidate alone: it flags, asks for a reasoned derogation before a proposal is made, or reduces
the redevance. The commission decides, with its reasons.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from residence.rules.budget import reduction, taux_effort
from residence.rules.dates import add_months, age_on
from residence.rules.money import NBSP, ZERO, euros, percent, share


class Kind(Enum):
    """What a criterion looks at."""

    AGE = "age"
    HOUSEHOLD_SIZE = "household_size"
    RESOURCES_CEILING = "resources_ceiling"
    TAUX_EFFORT = "taux_effort"
    LOYER_NET = "loyer_net"
    PAPERS = "papers"
    PARTNER_IDENTIFICATION = "partner_identification"
    ACTIVITY = "activity"
    RESOURCES_HELD = "resources_held"
    PROTECTION = "protection"
    MEDICAL_VALIDATION = "medical_validation"
    ADULT_WOMEN = "adult_women"


TWO = 2  # From two on, French takes the plural.

# Results that only who may read residence permits may see: permits, and what tells of health or of a judge.
SENSITIVE_KINDS = frozenset({Kind.PAPERS, Kind.RESOURCES_HELD, Kind.PROTECTION, Kind.MEDICAL_VALIDATION})


class Effect(Enum):
    """What a criterion that is not met does."""

    FLAGS = "flags"
    NEEDS_DEROGATION = "needs_derogation"
    REDUCES = "reduces"

    @property
    def label(self) -> str:
        """What it does, in French."""
        return _EFFECT_LABELS[self]


_EFFECT_LABELS = {
    Effect.FLAGS: "signale",
    Effect.NEEDS_DEROGATION: "exige une dérogation motivée",
    Effect.REDUCES: "réduit la redevance",
}


@dataclass(frozen=True)
class Critere:
    """A criterion of a dispositif; both bounds are included, None is no bound.

    Years for AGE, persons for HOUSEHOLD_SIZE, euros a month for RESOURCES_CEILING, a share (0.25) for TAUX_EFFORT and
    LOYER_NET; the other kinds are met or not and have no bounds. REDUCES reduces something for these two only. `asked`:
    for RESOURCES_HELD, the code and the French name of each resource that must be received, all together.
    """

    kind: Kind
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    effect: Effect = Effect.FLAGS
    asked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of the candidate; None is not known yet, and is never held against anybody.

        `births`: of those who would sign the contract. Amounts in euros a month; `redevance` is the part that the
    dispositif's ceiling names, before APL; `rent` is the loyer alone. `has_papers`: valid on the planned day of entry,
    or not needed. `resources_held`: codes of what the household receives. `has_protection`: a measure of judicial
    protection of adults holds on the planned day of entry, for one of those who would sign (code civil, art. 425).
    """

    entry_on: date | None = None
    births: Sequence[date | None] = ()
    persons: int | None = None
    resources: Decimal | None = None
    redevance: Decimal | None = None
    rent: Decimal | None = None
    apl: Decimal | None = None
    has_papers: bool | None = None
    identified_by_partner: bool | None = None
    has_activity: bool | None = None
    resources_held: frozenset[str] | None = None
    has_protection: bool | None = None
    medical_validation: bool | None = None
    adults_are_women: bool | None = None


@dataclass(frozen=True)
class Result:
    """What a criterion says: met, not met, or None while a fact is missing; `why` is a French sentence.

    `reduction`: euros a month by which the redevance must come down, above 0 for an unmet share that REDUCES.
    """

    critere: Critere
    met: bool | None
    why: str
    reduction: Decimal = ZERO

    @property
    def effect(self) -> Effect | None:
        """What follows: the criterion's effect when it is not met, else None."""
        return self.critere.effect if self.met is False else None


def evaluate(criteres: Iterable[Critere], facts: Facts) -> list[Result]:
    """What each criterion says of `facts`, in their order.

    Ages are taken on the planned day of entry; bounds are inclusive. A missing fact gives None, not a failure.
    """
    return [_evaluate_one(critere, facts) for critere in criteres]


def derogations_needed(results: Iterable[Result]) -> list[Result]:
    """Those for which a reasoned derogation is needed before a proposal is made."""
    return [result for result in results if result.effect is Effect.NEEDS_DEROGATION]


def still_unknown(results: Iterable[Result]) -> list[Result]:
    """Those that wait for a fact."""
    return [result for result in results if result.met is None]


def reduction_due(results: Iterable[Result]) -> Decimal:
    """Euros a month by which the redevance must come down for all of them to be met."""
    return max((result.reduction for result in results), default=ZERO)


@dataclass(frozen=True)
class Item:
    """A piece or a fact that a file should hold; `is_mandatory` stops it from going to the commission."""

    label: str
    is_present: bool
    is_mandatory: bool = True


@dataclass(frozen=True)
class Completeness:
    """How far a file is: labels of what is missing, of what stops it, and the share that is there (0 to 1)."""

    missing: tuple[str, ...]
    blocking: tuple[str, ...]
    ratio: Decimal

    @property
    def is_complete(self) -> bool:
        """Whether nothing stops the file from going to the commission."""
        return not self.blocking

    @property
    def optional(self) -> tuple[str, ...]:
        """What is missing and stops nothing."""
        return tuple(label for label in self.missing if label not in self.blocking)

    @property
    def percent(self) -> int:
        """The share that is there, in whole percent, rounded down: 100 says that nothing at all is missing."""
        return int(self.ratio * 100)


def completeness(items: Iterable[Item]) -> Completeness:
    """What a file lacks, in the order of `items`.

    The share that is there has four decimals, rounded half up; it is 1 when nothing is asked.
    """
    asked = list(items)
    missing = [item for item in asked if not item.is_present]
    ratio = share(Decimal(len(asked) - len(missing)) / len(asked)) if asked else Decimal(1)
    return Completeness(
        missing=tuple(item.label for item in missing),
        blocking=tuple(item.label for item in missing if item.is_mandatory),
        ratio=ratio,
    )


def piece_is_valid(
    *, on: date, issued_on: date | None = None, expires_on: date | None = None, validity_months: int | None = None
) -> bool:
    """Whether a piece still holds on day `on`: until its own last day, and `validity_months` after its date, included.

    A piece whose date is not known is held good for what its date would say: it is asked again, not refused.
    """
    last = last_valid_day(issued_on=issued_on, expires_on=expires_on, validity_months=validity_months)
    return last is None or on <= last


def last_valid_day(
    *, issued_on: date | None = None, expires_on: date | None = None, validity_months: int | None = None
) -> date | None:
    """The last day on which a piece holds: its own, or its dispositif's when nearer; None when neither is known."""
    habit = add_months(issued_on, validity_months) if issued_on and validity_months is not None else None
    return min((day for day in (expires_on, habit) if day is not None), default=None)


def _evaluate_one(critere: Critere, facts: Facts) -> Result:
    match critere.kind:
        case Kind.AGE:
            return _age(critere, facts)
        case Kind.HOUSEHOLD_SIZE:
            return _household_size(critere, facts)
        case Kind.RESOURCES_CEILING:
            return _resources(critere, facts)
        case Kind.TAUX_EFFORT:
            return _share(critere, facts, "Taux d’effort", facts.redevance)
        case Kind.LOYER_NET:
            return _share(critere, facts, "Loyer hors charges après APL", facts.rent)
        case Kind.PAPERS:
            return _yes_or_no(critere, facts.has_papers, _PAPERS)
        case Kind.PARTNER_IDENTIFICATION:
            return _yes_or_no(critere, facts.identified_by_partner, _PARTNER)
        case Kind.ACTIVITY:
            return _yes_or_no(critere, facts.has_activity, _ACTIVITY)
        case Kind.RESOURCES_HELD:
            return _resources_held(critere, facts)
        case Kind.PROTECTION:
            return _yes_or_no(critere, facts.has_protection, _PROTECTION)
        case Kind.MEDICAL_VALIDATION:
            return _yes_or_no(critere, facts.medical_validation, _MEDICAL)
        case Kind.ADULT_WOMEN:
            return _yes_or_no(critere, facts.adults_are_women, _WOMEN)


def _age(critere: Critere, facts: Facts) -> Result:
    if facts.entry_on is None:
        return Result(critere, None, "Âge\u00a0: la date d’entrée prévue est à renseigner.")
    births = [birth for birth in facts.births if birth is not None and birth <= facts.entry_on]
    ages = [age_on(birth, facts.entry_on) for birth in births]
    day = f"{facts.entry_on:%d/%m/%Y}"
    if not all(_within(critere, Decimal(age)) for age in ages):
        met: bool | None = False
    elif not ages or len(ages) < len(facts.births):
        return Result(critere, None, "Âge\u00a0: une date de naissance est à renseigner ou à vérifier.")
    else:
        met = True
    written = " et ".join(_years(age) for age in ages)
    return Result(critere, met, f"{written} à l’entrée prévue le {day}{NBSP}; {_bounds(critere, _years)}.")


def _household_size(critere: Critere, facts: Facts) -> Result:
    if facts.persons is None:
        return Result(critere, None, "Nombre de personnes\u00a0: à renseigner.")
    met = _within(critere, Decimal(facts.persons))
    return Result(critere, met, f"{_persons(facts.persons)}{NBSP}; {_bounds(critere, _persons)}.")


def _resources(critere: Critere, facts: Facts) -> Result:
    if facts.resources is None:
        return Result(critere, None, "Ressources\u00a0: à renseigner.")
    met = _within(critere, facts.resources)
    return Result(critere, met, f"Ressources de {euros(facts.resources)} par mois{NBSP}; {_bounds(critere, euros)}.")


def _share(critere: Critere, facts: Facts, what: str, amount: Decimal | None) -> Result:
    """The share of the resources that `amount` (euros a month) takes once the APL is deducted."""
    if facts.resources is None or amount is None:
        return Result(critere, None, f"{what}\u00a0: les ressources et la redevance sont à renseigner.")
    apl = ZERO if facts.apl is None else facts.apl
    rate = taux_effort(redevance=amount, apl=apl, resources=facts.resources)
    if rate is None:
        return Result(critere, None, f"{what}\u00a0: il ne se calcule pas sans ressources.")
    met = _within(critere, rate)
    if facts.apl is None and not (met and critere.minimum is None):
        return Result(critere, None, f"{what} de {percent(rate)} avant APL{NBSP}: l’APL est à estimer.")
    before = " avant APL" if facts.apl is None else ""
    why = f"{what} de {percent(rate)}{before}{NBSP}; {_bounds(critere, percent)}."
    less = ZERO
    if critere.effect is Effect.REDUCES and critere.maximum is not None and rate > critere.maximum:
        less = reduction(redevance=amount, apl=apl, resources=facts.resources, ceiling=critere.maximum)
        why = f"{why[:-1]}{NBSP}; redevance à réduire de {euros(less)}."
    return Result(critere, met, why, less)


def _resources_held(critere: Critere, facts: Facts) -> Result:
    if facts.resources_held is None:
        return Result(critere, None, f"Ressources perçues{NBSP}: à renseigner.")
    lacking = [label for code, label in critere.asked if code not in facts.resources_held]
    together = " et ".join(label for _, label in critere.asked)
    if lacking:
        said = f"{together} demandées ensemble" if len(critere.asked) > 1 else f"{together} demandée"
        return Result(critere, False, f"Pas de {' ni de '.join(lacking)} parmi les ressources{NBSP}; {said}.")
    return Result(critere, True, f"Parmi les ressources{NBSP}: {together}.")


# What is said when met, not met, not known.
_PAPERS = (
    "Titre de séjour valable à l’entrée prévue, ou non requis.",
    "Pas de titre de séjour valable à l’entrée prévue.",
    "Titre de séjour\u00a0: à renseigner.",
)
_PARTNER = (
    "Situation identifiée par le partenaire.",
    "Situation non identifiée par le partenaire.",
    "Identification par le partenaire\u00a0: à renseigner.",
)
_ACTIVITY = (
    "Activité ou projet en cours.",
    "Ni activité ni projet en cours.",
    "Activité ou projet\u00a0: à renseigner.",
)


_PROTECTION = (
    "Mesure de protection en cours à l’entrée prévue.",
    "Pas de mesure de protection en cours à l’entrée prévue.",
    "Mesure de protection\u00a0: à renseigner.",
)
_MEDICAL = (
    "Validation médicale reçue.",
    "Pas de validation médicale.",
    "Validation médicale\u00a0: à renseigner.",
)
_WOMEN = (
    "Ménage d’une ou de plusieurs femmes, avec ou sans enfants.",
    "Un adulte du ménage n’est pas une femme.",
    "Civilité d’un adulte du ménage\u00a0: à renseigner.",
)


def _yes_or_no(critere: Critere, met: bool | None, sentences: tuple[str, str, str]) -> Result:
    yes, no, unknown = sentences
    return Result(critere, met, unknown if met is None else yes if met else no)


def _within(critere: Critere, value: Decimal) -> bool:
    above = critere.minimum is None or value >= critere.minimum
    below = critere.maximum is None or value <= critere.maximum
    return above and below


def _bounds(critere: Critere, written: Callable[[Decimal], str]) -> str:
    low, high = critere.minimum, critere.maximum
    if low is not None and high is not None:
        return f"critère{NBSP}: de {written(low)} à {written(high)}"
    if low is not None:
        return f"critère{NBSP}: {written(low)} au moins"
    if high is not None:
        return f"critère{NBSP}: {written(high)} au plus"
    return "critère sans borne"


def _years(value: Decimal | int) -> str:
    return f"{_number(value)}{NBSP}{'an' if value < TWO else 'ans'}"


def _persons(value: Decimal | int) -> str:
    return f"{_number(value)}{NBSP}{'personne' if value < TWO else 'personnes'}"


def _number(value: Decimal | int) -> str:
    written = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return (written.rstrip("0").rstrip(".") if "." in written else written).replace(".", ",")
