"""The ceilings of a dispositif on the share of the resources: those of a résidence, and where one household stands."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from logement.models import AvisEcheance, LigneAvis, Sejour
from logement.rules.plafonds import Base, Ceiling, Month, over, rate
from residence.models import CritereDispositif, Residence, Ressource
from residence.models.base import today
from residence.queries.together import Rows, together
from residence.rules.dates import month_end
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
