"""What the cash box should hold, and the cheques that the bank was not handed yet."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from logement.models import ComptageCaisse, Encaissement
from residence.models import Residence
from residence.rules.money import ZERO


@dataclass(frozen=True)
class Caisse:
    """The cash box: what was left at the last count, what came in since, in euros."""

    last: ComptageCaisse | None
    opening: Decimal
    received: Decimal

    @property
    def expected(self) -> Decimal:
        return self.opening + self.received


def caisse_of(residence: Residence) -> Caisse:
    """What the cash box of a résidence should hold now: payments in cash since the last count, those cancelled off."""
    last = ComptageCaisse.objects.filter(residence=residence).order_by("-counted_at", "-pk").first()
    cash = Encaissement.objects.filter(sejour__residence=residence, method=Encaissement.Method.CASH)
    opening = last.counted - last.taken if last else ZERO
    if last is None:
        received = cash.live().aggregate(sum=Sum("amount"))["sum"] or ZERO
    else:
        since = Q(recorded_at__gt=last.counted_at)
        sums = cash.aggregate(
            new=Sum("amount", filter=since & Q(cancelled_at=None), default=ZERO),
            # Counted last time, given back since.
            gone=Sum("amount", filter=~since & Q(cancelled_at__gt=last.counted_at), default=ZERO),
        )
        received = sums["new"] - sums["gone"]
    return Caisse(last, opening, received)


def cheques_to_hand(residence: Any) -> QuerySet[Encaissement]:
    """Cheques received on no slip yet, oldest first."""
    rows: QuerySet[Encaissement] = (
        Encaissement.objects.live()
        .filter(sejour__residence=residence, method=Encaissement.Method.CHEQUE, bordereau=None, ligne=None)
        .select_related("sejour__menage")
        .order_by("received_on", "pk")
    )
    return rows
