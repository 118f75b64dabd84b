"""An estimate of the APL of a résidence sociale's resident, paid to the manager (tiers payant).

Only the CAF or the MSA decides: an estimate is never set against anybody and never a ground for refusing a candidate.
Source: CCH, D.832-24 to D.832-27; arrêté du 27 septembre 2019, articles 27 to 32, read as of 30 June 2026; ceilings of
1 October 2026: arrêté du 28 septembre 2026.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from pathlib import Path

from residence.rules.dated import in_force
from residence.rules.dates import add_months, month_start
from residence.rules.money import ZERO, cents, cents_down

# Arrêté du 27 septembre 2019: what the formula's result comes down by, the least that is paid, the CRDS.
FLAT_REDUCTION = Decimal(5)
LEAST_PAID = Decimal(10)
CRDS = Decimal("0.005")

# A set of ceilings is expected to be replaced on the next 1 October: nothing is estimated past that.
CEILINGS_LAST_MONTHS = 12

# Parts for more than four dependants.
PARTS_PER_FURTHER_DEPENDANT = Decimal("0.5")


@dataclass(frozen=True)
class Household:
    """Whom the APL is computed for: alone or a couple, and how many dependants."""

    couple: bool
    dependants: int

    def __post_init__(self) -> None:
        if self.dependants < 0:
            raise ValueError("dependants are counted from 0")


@dataclass(frozen=True)
class Bareme:
    """A scale: how many parts a household has, the share taken charge of (K), the least expense (E0).

    `parts` are those of a single person, of a couple, then of 1, 2, 3 and 4 dependants. K is
    `k_maximum` - (R - `k_resources` x N) / (`k_divisor` x N). E0 is, over twelve, the sum on the slices of R of their
    rates (`brackets`: upper bound per part, rate; the last has no bound) and of `e0_flat`, per part if `e0_per_part`.
    `least_net` is what the household pays in any case, in euros a month.
    """

    code: str
    valid_from: date
    source: str
    parts: tuple[Decimal, Decimal, Decimal, Decimal, Decimal, Decimal]
    k_maximum: Decimal
    k_resources: Decimal
    k_divisor: Decimal
    brackets: tuple[tuple[Decimal | None, Decimal], ...]
    e0_flat: Decimal
    e0_per_part: bool
    least_net: Decimal

    def parts_of(self, household: Household) -> Decimal:
        """N, the number of parts of `household`; 0.5 more for each dependant after the fourth."""
        single, couple, *with_dependants = self.parts
        if household.dependants == 0:
            return couple if household.couple else single
        further = max(0, household.dependants - len(with_dependants))
        return with_dependants[household.dependants - further - 1] + PARTS_PER_FURTHER_DEPENDANT * further

    def coefficient(self, *, resources: Decimal, parts: Decimal) -> Decimal:
        """K: rounded down to two decimals, then held between 0 and its maximum; `resources` rounded already."""
        exact = self.k_maximum - (resources - self.k_resources * parts) / (self.k_divisor * parts)
        return min(self.k_maximum, max(ZERO, exact.quantize(Decimal("0.01"), rounding=ROUND_FLOOR)))

    def least_expense(self, *, resources: Decimal, parts: Decimal) -> Decimal:
        """E0, in euros a month, rounded half up to the cent; `resources` rounded already."""
        yearly = self.e0_flat * (parts if self.e0_per_part else 1)
        lower = Decimal(0)
        for bound, rate in self.brackets:
            upper = resources if bound is None else min(resources, bound * parts)
            yearly += max(Decimal(0), upper - lower) * rate
            lower = upper
        return cents(yearly / 12)


APL1 = Bareme(
    code="apl1",
    valid_from=date(2019, 10, 1),
    source="CCH, D.832-25 1° ; arrêté du 27/09/2019, art. 27 à 32, lus au 30/06/2026 (avant mai 2022 : à vérifier)",
    parts=(Decimal("1.4"), Decimal("1.8"), Decimal("2.5"), Decimal("3.0"), Decimal("3.7"), Decimal("4.3")),
    k_maximum=Decimal("0.95"),
    k_resources=Decimal("1217.26"),
    k_divisor=Decimal("13393.40"),
    brackets=(
        (Decimal("1948.10"), Decimal("0.04")),
        (Decimal("2678.71"), Decimal("0.104")),
        (Decimal("3896.18"), Decimal("0.216")),
        (Decimal("5357.44"), Decimal("0.264")),
        (Decimal("6331.29"), Decimal("0.32")),
        (None, Decimal("0.48")),
    ),
    e0_flat=Decimal("45.57"),
    e0_per_part=True,
    least_net=Decimal("26.68"),
)
"""General scale: résidences built or improved with works."""

APL2 = Bareme(
    code="apl2",
    valid_from=date(2019, 10, 1),
    source="CCH, D.832-25 2° ; arrêté du 27/09/2019, art. 27 à 32, lus au 30/06/2026 (avant mai 2022 : à vérifier)",
    parts=(Decimal("1.2"), Decimal("1.5"), Decimal("2.5"), Decimal("3.0"), Decimal("3.7"), Decimal("4.3")),
    k_maximum=Decimal("0.90"),
    k_resources=Decimal(0),
    k_divisor=Decimal("21420.91"),
    brackets=(
        (Decimal("1423.03"), Decimal(0)),
        (Decimal("2047.61"), Decimal("0.024")),
        (Decimal("2629.85"), Decimal("0.208")),
        (Decimal("4095.05"), Decimal("0.232")),
        (None, Decimal("0.328")),
    ),
    e0_flat=Decimal("76.32"),
    e0_per_part=False,
    least_net=Decimal(15),
)
"""Scale of existing résidences brought under convention without works."""

# Rows of both scales; a scale that changes is a new row of the same code, from its own day.
BAREMES = (APL1, APL2)
BAREME_CODES = ("apl1", "apl2")


def bareme_of(code: str, *, on: date) -> Bareme:
    """The scale of code "apl1" or "apl2" (that of the convention) in force on day `on`.

    LookupError for any other code, or before the first row.
    """
    return in_force([bareme for bareme in BAREMES if bareme.code == code], on)


def estimate(
    *, household: Household, redevance: Decimal, resources: Decimal, bareme: Bareme, ceiling: Decimal
) -> Decimal:
    """Whole euros of APL paid a month, an estimate; 0 when nothing would be paid.

    `redevance` is loyer + charges a month, other services left out; `resources` those of a year in euros, after
    abatements, not rounded yet (0 for the holder of a RSA, whose earnings are ignored: CCH, R.822-17); `ceiling` that
    of the redevance for the day, the zone and the household. In order: resources rounded up to the next hundred;
    K x (E - E0), never below 0; 5 euros less; less whatever would leave the household under the least it pays; CRDS,
    rounded down to the cent; euros rounded down. Nothing where the amount before CRDS is under 10 euros.
    Source: CCH, D.832-24 to D.832-27.
    """
    parts = bareme.parts_of(household)
    hundreds = _up_to_the_hundred(max(ZERO, resources))
    expense = min(redevance, ceiling)
    coefficient = bareme.coefficient(resources=hundreds, parts=parts)
    least_expense = bareme.least_expense(resources=hundreds, parts=parts)
    formula = max(ZERO, coefficient * (expense - least_expense)) - FLAT_REDUCTION
    before_crds = min(formula, expense - bareme.least_net)
    if before_crds < LEAST_PAID:
        return Decimal(0)
    return (before_crds - cents_down(before_crds * CRDS)).quantize(Decimal(1), rounding=ROUND_FLOOR)


def _up_to_the_hundred(resources: Decimal) -> Decimal:
    return (resources / 100).quantize(Decimal(1), rounding=ROUND_CEILING) * 100


@dataclass(frozen=True)
class Ceilings:
    """Ceilings of loyer + charges in a zone, in euros a month, from `valid_from` until the next set."""

    valid_from: date
    zone: int
    single: Decimal
    couple: Decimal
    with_dependants: tuple[Decimal, Decimal, Decimal, Decimal]
    per_further_dependant: Decimal

    def of(self, household: Household) -> Decimal:
        """The ceiling for `household`."""
        if household.dependants == 0:
            return self.couple if household.couple else self.single
        further = max(0, household.dependants - len(self.with_dependants))
        return self.with_dependants[household.dependants - further - 1] + self.per_further_dependant * further


def _ceilings() -> tuple[Ceilings, ...]:
    with Path(__file__).with_name("apl_plafonds.csv").open(encoding="utf-8", newline="") as rows:
        return tuple(
            Ceilings(
                valid_from=date.fromisoformat(row["valid_from"]),
                zone=int(row["zone"]),
                single=Decimal(row["isole"]),
                couple=Decimal(row["couple"]),
                with_dependants=(
                    Decimal(row["pac1"]),
                    Decimal(row["pac2"]),
                    Decimal(row["pac3"]),
                    Decimal(row["pac4"]),
                ),
                per_further_dependant=Decimal(row["par_pac_supplementaire"]),
            )
            for row in csv.DictReader(rows)
        )


# Source: arrêté du 27 septembre 2019, article 27 and following, as amended each year; from 1 October 2026, arrêté du
# 28 septembre 2026.
CEILINGS = _ceilings()

# The first month for which no ceiling is known well enough.
NOT_ESTIMABLE_FROM = add_months(max(row.valid_from for row in CEILINGS), CEILINGS_LAST_MONTHS)


def ceiling(*, household: Household, zone: int, on: date) -> Decimal:
    """The ceiling of loyer + charges on day `on`, in euros a month, for `household` in `zone` (1, 2 or 3).

    LookupError for another zone, or before the first set (1 October 2019).
    """
    return in_force([row for row in CEILINGS if row.zone == zone], on).of(household)


class NotEstimable(Enum):
    """Why no figure is given; `why` says it in French."""

    STUDENT = "student"
    SELF_EMPLOYED = "self_employed"
    OVERSEAS = "overseas"
    ALTERNATING_CUSTODY = "alternating_custody"
    NO_SCALE = "no_scale"
    ZONE_UNKNOWN = "zone_unknown"

    @property
    def why(self) -> str:
        """The reason as a French sentence."""
        return _WHY[self]


_WHY = {
    NotEstimable.STUDENT: "Non estimable\u00a0: les étudiants relèvent de montants forfaitaires.",
    NotEstimable.SELF_EMPLOYED: "Non estimable\u00a0: les ressources des indépendants s’apprécient autrement.",
    NotEstimable.OVERSEAS: "Non estimable\u00a0: l’outre-mer a ses propres barèmes.",
    NotEstimable.ALTERNATING_CUSTODY: "Non estimable\u00a0: la garde alternée se compte mois par mois.",
    NotEstimable.NO_SCALE: "Non estimable\u00a0: aucun barème connu pour ce mois.",
    NotEstimable.ZONE_UNKNOWN: "Non estimable\u00a0: la zone d’APL de la résidence n’est pas renseignée.",
}


@dataclass(frozen=True)
class Situation:
    """What an estimate for a month rests on; `redevance` and `resources` as in `estimate`, `zone` None if unknown."""

    household: Household
    redevance: Decimal
    resources: Decimal
    zone: int | None
    month: date
    student: bool = False
    self_employed: bool = False
    overseas: bool = False
    alternating_custody: bool = False


@dataclass(frozen=True)
class Estimation:
    """Whole euros a month by scale code, or the reasons why there is no figure: one of the two is empty."""

    amounts: dict[str, Decimal]
    reasons: tuple[NotEstimable, ...]

    @property
    def is_estimable(self) -> bool:
        """Whether a figure is given."""
        return not self.reasons

    @property
    def lowest(self) -> Decimal | None:
        """The smallest figure, the prudent one for a budget; None when not estimable."""
        return min(self.amounts.values(), default=None)


def not_estimable(situation: Situation) -> tuple[NotEstimable, ...]:
    """Every reason for which `situation` has no estimate; empty when it has one."""
    month = month_start(situation.month)
    known = CEILINGS[0].valid_from <= month < NOT_ESTIMABLE_FROM
    reasons = {
        NotEstimable.STUDENT: situation.student,
        NotEstimable.SELF_EMPLOYED: situation.self_employed,
        NotEstimable.OVERSEAS: situation.overseas,
        NotEstimable.ALTERNATING_CUSTODY: situation.alternating_custody,
        NotEstimable.NO_SCALE: not known,
        NotEstimable.ZONE_UNKNOWN: situation.zone is None,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def estimation(situation: Situation, *, scale: str | None = None) -> Estimation:
    """The estimate for `situation` on the scale of code `scale`; on both when the résidence's is not known (None)."""
    reasons = not_estimable(situation)
    if reasons or situation.zone is None:
        return Estimation({}, reasons)
    month = month_start(situation.month)
    most = ceiling(household=situation.household, zone=situation.zone, on=month)
    amounts = {
        code: estimate(
            household=situation.household,
            redevance=situation.redevance,
            resources=situation.resources,
            bareme=bareme_of(code, on=month),
            ceiling=most,
        )
        for code in (BAREME_CODES if scale is None else (scale,))
    }
    return Estimation(amounts, ())
