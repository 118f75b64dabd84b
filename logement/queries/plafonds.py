"""The ceilings of a dispositif on the share of the resources: those of a résidence, and where one household stands."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from logement.models import AvisEcheance, LigneAvis, Sejour
from logement.queries.owed import ABOVE_CEILING, NO_RESOURCES, NewLine, Owed
from logement.rules.plafonds import Base, Ceiling, Month, over, rate
from residence.models import CritereDispositif, Dispositif, Residence, Ressource
from residence.models.base import today
from residence.queries.together import Rows, together
from residence.rules.dates import add_months, eve, month_end
from residence.rules.money import ZERO, percent

_IN_REDEVANCE = frozenset({LigneAvis.Kind.RENT, LigneAvis.Kind.CHARGES, LigneAvis.Kind.SERVICES})


def ceilings_of(residence: Residence) -> dict[int, list[Ceiling]]:
    """The ceilings on the share of the resources, by dispositif of the résidence."""
    return _ceilings(_limits().filter(dispositif__residence=residence))


def _limits() -> QuerySet[CritereDispositif]:
    return CritereDispositif.objects.filter(kind__in=[base.value for base in Base], maximum__isnull=False)


def _ceilings(limits: Iterable[CritereDispositif]) -> dict[int, list[Ceiling]]:
    found: dict[int, list[Ceiling]] = defaultdict(list)
    for row in limits:
        reduces = row.effect == CritereDispositif.Effect.REDUCES
        found[row.dispositif_id].append(Ceiling(Base(row.kind), row.maximum, reduces))
    return found


def _living() -> QuerySet[Ressource]:
    """Resources to live on: the PCH pays for an aid."""
    return Ressource.objects.exclude(kind=Ressource.Kind.PCH)


def resources_of(menages: Collection[int], day: datetime.date) -> dict[int, Decimal]:
    """Euros a month, by household whose resources are known on `day`."""
    lines = _living().filter(Q(end_on=None) | Q(end_on__gte=day), start_on__lte=day, menage__among=menages)
    return dict(lines.order_by().values_list("menage").annotate(sum=Sum("monthly_amount")))


def month_of(lines: Sequence[Any], *, apl: Decimal, resources: Decimal) -> Month | None:
    """What the lines of an avis ask for under a title; None when they ask for nothing of the kind."""
    with_title = [line for line in lines if line.kind in _IN_REDEVANCE]
    if not with_title:
        return None
    return Month(
        start=min(line.start_on for line in with_title),
        end=max(line.end_on for line in with_title),
        rent=sum((line.amount for line in with_title if line.kind == LigneAvis.Kind.RENT), ZERO),
        all_in=sum((line.amount for line in with_title), ZERO),
        apl=apl,
        resources=resources,
    )


def hold_ceilings(owed: Sequence[Owed], residence: Residence, month: datetime.date) -> None:
    """Take off what passes the ceiling of a dispositif that reduces; say what begins to pass one that does not.

    Resources are those known for the last day of the month; who reads the campaign learns the reduction, not them.
    """
    ceilings = ceilings_of(residence)
    concerned = [one for one in owed if one.lines and one.contrat.sejour.dispositif_id in ceilings]
    if not concerned:
        return
    resources = resources_of({one.contrat.sejour.menage_id for one in concerned}, month_end(month))
    dispositifs = Dispositif.objects.in_bulk(ceilings)
    above: list[tuple[Owed, Ceiling]] = []
    for one in concerned:
        known = resources.get(one.contrat.sejour.menage_id)
        if known is None:
            one.warn(NO_RESOURCES, "ressources inconnues : le plafond du dispositif n’est pas calculé")
            continue
        asked = month_of(one.lines, apl=one.apl_expected, resources=known)
        if asked is not None:
            of_stay = ceilings[one.contrat.sejour.dispositif_id]
            above += [(one, ceiling) for ceiling in of_stay if not ceiling.reduces and over(ceiling, asked) > 0]
            _hold(one, asked, of_stay, dispositifs[one.contrat.sejour.dispositif_id])
    _say_above(above, month)


def _say_above(above: Sequence[tuple[Owed, Ceiling]], month: datetime.date) -> None:
    """Say which whole months pass a ceiling that only warns, where the whole month before did not.

    The APL begins after the month of the entry (CCH, R.823-10): a month begun or left half way says nothing.
    """
    last, before = month_end(month), add_months(month, -1)
    above = [(one, ceiling) for one, ceiling in above if (one.start_on, one.end_on) == (month, last)]
    whole = AvisEcheance.objects.live().filter(month=before, rank=0, start_on=before, end_on=eve(month))
    contrats = {one.contrat.pk for one, _ in above}
    lines = LigneAvis.objects.filter(avis__contrat__among=contrats, avis__in=whole.order_by())
    names = ("avis__contrat_id", "avis__apl_expected", "kind", "start_on", "end_on", "amount")
    previous: dict[int, list[Any]] = defaultdict(list)
    for line in lines.order_by().values_list(*names, named=True):
        previous[line.avis__contrat_id].append(line)
    resources = resources_of({one.contrat.sejour.menage_id for one, _ in above}, eve(month)) if previous else {}
    for one, ceiling in above:
        avis, known = previous.get(one.contrat.pk), resources.get(one.contrat.sejour.menage_id)
        asked = avis and known and month_of(avis, apl=avis[0].avis__apl_expected, resources=known)
        if not asked or over(ceiling, asked) == 0:
            one.warn(ABOVE_CEILING, f"au-dessus du plafond du dispositif ({ceiling.label})")


def _hold(one: Owed, asked: Month, ceilings: Sequence[Ceiling], dispositif: Dispositif) -> None:
    """Apply the reduction that makes every ceiling hold: the greatest of them."""
    reducing = [(over(ceiling, asked), ceiling) for ceiling in ceilings if ceiling.reduces]
    less, ceiling = max(reducing, key=lambda pair: pair[0], default=(ZERO, None))
    if not less or ceiling is None:
        return
    reduction = NewLine(
        kind=LigneAvis.Kind.REDUCTION,
        label=f"remise, {ceiling.label}"[:150],
        start_on=asked.start,
        end_on=asked.end,
        monthly_amount=-less,
        amount=-less,
        reason=f"Plafond du dispositif « {dispositif} »"[:200],
    )
    one.lines = [*one.lines, reduction]
    for name in ("total", "housing"):
        one.__dict__.pop(name, None)


@dataclass(frozen=True)
class Held:
    """Where a household stands before a ceiling, on its last avis. `rate` and `month` tell its resources."""

    ceiling: Ceiling
    month: Month | None
    over: Decimal = ZERO
    rate: Decimal | None = None

    @property
    def asked(self) -> Decimal:
        return self.month.amount(self.ceiling.base) if self.month else ZERO

    @property
    def share(self) -> str:
        """« 23 % », "" without resources."""
        return "" if self.rate is None else percent(self.rate)

    @property
    def net(self) -> Decimal:
        return max(ZERO, self.asked - self.month.apl) if self.month else ZERO


@dataclass(frozen=True)
class Ceilings:
    """The ceilings of a stay's dispositif on its last avis, and what was taken off it."""

    rows: tuple[Held, ...]
    avis: Any
    reduction: Decimal


def standing(sejour: Sejour) -> Ceilings | None:
    """How the ceilings of its dispositif look at a stay; None without a ceiling or an avis."""
    last = AvisEcheance.objects.live().filter(contrat__sejour=sejour, rank=0).order_by("-month", "-pk").values("pk")[:1]
    limits, found, lines, resources = together(
        Rows(_limits().filter(dispositif=sejour.dispositif_id), ("dispositif", "kind", "maximum", "effect")),
        Rows(AvisEcheance.objects.filter(pk__in=last), ("month", "apl_expected")),
        Rows(LigneAvis.objects.filter(avis__in=last), ("kind", "start_on", "end_on", "amount")),
        Rows(_living().filter(menage=sejour.menage_id), ("start_on", "end_on", "monthly_amount")),
    )
    ceilings = _ceilings(sorted(limits, key=lambda one: one.kind)).get(sejour.dispositif_id)
    if not ceilings or not found:
        return None
    avis = found[0]
    day = min(month_end(avis.month), max(today(), avis.month))
    known = [one.monthly_amount for one in resources if one.start_on <= day and (one.end_on or day) >= day]
    month = month_of(lines, apl=avis.apl_expected, resources=sum(known, ZERO)) if known else None
    reduction = -sum((line.amount for line in lines if line.kind == LigneAvis.Kind.REDUCTION), ZERO)
    return Ceilings(tuple(_held(ceiling, month) for ceiling in ceilings), avis, reduction)


def _held(ceiling: Ceiling, month: Month | None) -> Held:
    if month is None:
        return Held(ceiling, None)
    return Held(ceiling, month, over(ceiling, month), rate(ceiling, month))
