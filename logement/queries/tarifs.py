"""What a place costs on a day, and the most that the convention lets it cost."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q

from logement.models import AvisEcheance, CategoriePlace, Prestation, Tarif, TarifPrestation
from residence.models import Convention, PlafondRedevance, Residence
from residence.permissions import Permission


@dataclass(frozen=True)
class Maximum:
    """The most that loyer and charges may come to in a month, in euros, and what says so."""

    amount: Decimal
    valid_from: datetime.date
    source: str


class Maxima:
    """The maxima of a résidence, read once: `maxima.on(type_logement, day)`.

    The convention is the last one signed by that day, while it runs. Where it sets one maximum per loan and nothing
    says which loan a place comes from, the lowest of them: the reading that protects the home (CCH, R.353-157).
    """

    def __init__(self, residence: Residence) -> None:
        self._conventions = list(Convention.objects.filter(residence=residence).order_by("-signed_on"))
        self._plafonds = list(PlafondRedevance.objects.filter(convention__residence=residence).order_by("-valid_from"))
        self._known: dict[tuple[str, datetime.date], Maximum | None] = {}

    def on(self, type_logement: str, day: datetime.date) -> Maximum | None:
        """The maximum of a type of logement on a day; None where the convention sets none."""
        key = (type_logement, day)
        if key not in self._known:
            self._known[key] = self._find(type_logement, day)
        return self._known[key]

    def _find(self, type_logement: str, day: datetime.date) -> Maximum | None:
        convention = next((one for one in self._conventions if one.signed_on <= day), None)
        if convention is None or (convention.ends_on is not None and convention.ends_on < day):
            return None
        by_loan: dict[str, PlafondRedevance] = {}
        for plafond in self._plafonds:
            is_ours = (plafond.convention_id, plafond.type_logement) == (convention.pk, type_logement)
            if is_ours and plafond.valid_from <= day:
                by_loan.setdefault(plafond.loan, plafond)
        if not by_loan:
            return None
        lowest = min(by_loan.values(), key=lambda plafond: plafond.monthly_maximum)
        return Maximum(lowest.monthly_maximum, lowest.valid_from, str(convention))


def categories_with_tarifs(user: Any, day: datetime.date) -> Iterable[CategoriePlace]:
    """The categories that the user sees, each with its tariffs, most recent first (`.all_tarifs`), and its places."""
    return (
        CategoriePlace.objects.visible_to(user, Permission.TARIF_VIEW)
        .select_related("residence")
        .annotate(places_count=Count("places", filter=Q(places__closed_on=None) | Q(places__closed_on__gt=day)))
        .prefetch_related(Prefetch("tarifs", Tarif.objects.order_by("-valid_from"), to_attr="all_tarifs"))
        .order_by("residence__name", "name")
    )


def in_force(rows: Iterable[Any], day: datetime.date) -> Any:
    """Of dated rows, the one in force on `day`; None without one."""
    return next((row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)), None)


def prestations_with_prices(user: Any) -> Iterable[Prestation]:
    """The optional services that the user sees, each with its prices (`.all_prices`) and who takes it (`taken`)."""
    return (
        Prestation.objects.visible_to(user, Permission.TARIF_VIEW)
        .select_related("residence")
        .annotate(taken=Count("souscriptions", filter=Q(souscriptions__end_on=None)))
        .prefetch_related(Prefetch("tarifs", TarifPrestation.objects.order_by("-valid_from"), to_attr="all_prices"))
        .order_by("residence__name", "name")
    )


def last_called_month(categorie: CategoriePlace) -> datetime.date | None:
    """The last month for which an avis of a place of this category is confirmed."""
    month: datetime.date | None = (
        AvisEcheance.objects.called()
        .filter(Q(contrat__place__categorie=categorie) | Q(contrat__joined_places__categorie=categorie))
        .order_by(F("month").desc())
        .values_list("month", flat=True)
        .first()
    )
    return month


def last_billed_month(prestation: Prestation) -> datetime.date | None:
    """The last month for which an avis of somebody who takes this service is confirmed."""
    month: datetime.date | None = (
        AvisEcheance.objects.called()
        .filter(contrat__souscriptions__prestation=prestation)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    return month
