"""The ceilings of a dispositif on the share of the resources: those of a résidence, and where one household stands."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from logement.models import AvisEcheance, LigneAvis, Sejour
from logement.rules.plafonds import Base, Ceiling, Month, over, rate
from residence.models import CritereDispositif, Residence, Ressource
from residence.models.base import today
from residence.rules.dates import month_end
from residence.rules.money import ZERO, percent

_IN_REDEVANCE = frozenset({LigneAvis.Kind.RENT, LigneAvis.Kind.CHARGES, LigneAvis.Kind.SERVICES})


def ceilings_of(residence: Residence) -> dict[int, list[Ceiling]]:
    """The ceilings on the share of the resources, by dispositif of the résidence."""
    found: dict[int, list[Ceiling]] = defaultdict(list)
    kinds = [base.value for base in Base]
    rows = CritereDispositif.objects.filter(dispositif__residence=residence, kind__in=kinds, maximum__isnull=False)
    for row in rows:
        reduces = row.effect == CritereDispositif.Effect.REDUCES
        found[row.dispositif_id].append(Ceiling(Base(row.kind), row.maximum, reduces))
    return found


def resources_of(menages: Collection[int], day: datetime.date) -> dict[int, Decimal]:
    """Euros a month, by household whose resources are known on `day`."""
    lines = Ressource.objects.filter(Q(end_on=None) | Q(end_on__gte=day), start_on__lte=day, menage__in=menages)
    # The PCH pays for an aid: it is not the household's to live on.
    lines = lines.exclude(kind=Ressource.Kind.PCH)
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
    ceilings = ceilings_of(sejour.residence).get(sejour.dispositif_id)
    if not ceilings:
        return None
    rows = AvisEcheance.objects.live().filter(contrat__sejour=sejour, rank=0).prefetch_related("lignes")
    avis = rows.order_by("-month", "-pk").first()
    if avis is None:
        return None
    lines = list(avis.lignes.all())
    known = resources_of([sejour.menage_id], min(month_end(avis.month), max(today(), avis.month)))
    resources = known.get(sejour.menage_id)
    month = None if resources is None else month_of(lines, apl=avis.apl_expected, resources=resources)
    reduction = -sum((line.amount for line in lines if line.kind == LigneAvis.Kind.REDUCTION), ZERO)
    return Ceilings(tuple(_held(ceiling, month) for ceiling in ceilings), avis, reduction)


def _held(ceiling: Ceiling, month: Month | None) -> Held:
    if month is None:
        return Held(ceiling, None)
    return Held(ceiling, month, over(ceiling, month), rate(ceiling, month))
