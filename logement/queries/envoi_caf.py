"""What the CAF or the MSA is sent each year before 15 November: the redevances at 1 July, and who is not up to date.

Source: convention-type of the résidences sociales (CCH, annexe 2 au III de l'article R.353-159), article 16: à vérifier
once it has expired.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from logement.models import ContratOccupation, DroitApl, Place, Sejour, Tarif
from logement.queries.compte import balances, current_contrats
from residence.exports import Column
from residence.models import Residence
from residence.rules.money import ZERO

DUE_MONTH, DUE_DAY = 11, 15


def due_on(year: int) -> datetime.date:
    return datetime.date(year, DUE_MONTH, DUE_DAY)


def reference_day(year: int) -> datetime.date:
    return datetime.date(year, 7, 1)


@dataclass(frozen=True)
class PlaceLine:
    """A place at 1 July: its parts in euros a month; None without a tariff on that day."""

    place: Any
    loyer: Decimal | None
    charges: Decimal | None
    services: Decimal | None
    is_occupied: bool

    @property
    def housing(self) -> Decimal | None:
        return None if self.loyer is None else self.loyer + (self.charges or ZERO)

    @property
    def total(self) -> Decimal | None:
        return None if self.housing is None else self.housing + (self.services or ZERO)


def redevances_at(residence: Residence, day: datetime.date) -> list[PlaceLine]:
    """Every place that is let, in the order of its code, at the tariffs in force on `day`."""
    tarifs = {one.categorie_id: one for one in Tarif.objects.in_force(day).filter(residence=residence)}
    lived = set(
        ContratOccupation.objects.live()
        .filter(sejour__residence=residence, start_on__lte=day)
        .exclude(status__in=["draft", "to_sign", "cancelled"])
        .exclude(keys_back_on__lt=day)
        .values_list("place_id", flat=True)
    )
    places = Place.objects.filter(residence=residence).select_related("logement", "categorie").order_by("code")
    lines = []
    for place in places:
        tarif = tarifs.get(place.categorie_id)
        lines.append(
            PlaceLine(
                place,
                tarif.rent if tarif else None,
                tarif.charges if tarif else None,
                tarif.services if tarif else None,
                place.pk in lived,
            )
        )
    return lines


@dataclass(frozen=True)
class LateLine:
    """A household that is not up to date, in euros."""

    sejour: Any
    place: str
    terms: int
    since: datetime.date
    overdue: Decimal
    apl: Decimal

    @property
    def caf_number(self) -> str:
        """Empty for a household that the reader may not open."""
        return "" if self.sejour.menage.is_masked else str(self.sejour.menage.caf_number)


def not_up_to_date(residence: Residence, day: datetime.date) -> list[LateLine]:
    """Every stay, former ones too, with a term past its last day on `day`: the whole list, or none."""
    sejours = {
        one.pk: one for one in Sejour.objects.live().filter(residence=residence).select_related("menage", "residence")
    }
    late = {pk: one for pk, one in balances(sejours, day=day).items() if one.overdue > 0}
    contrats = current_contrats(list(late))
    apl = dict(
        DroitApl.objects.filter(sejour__in=late, status="granted", start_on__lte=day)
        .order_by("start_on")
        .values_list("sejour_id", "monthly_amount")
    )
    lines = [
        LateLine(
            sejours[pk],
            contrats[pk].place.code if pk in contrats else "",
            one.overdue_terms,
            one.overdue_since or day,
            one.overdue,
            apl.get(pk, ZERO),
        )
        for pk, one in late.items()
    ]
    return sorted(lines, key=lambda line: (line.place, line.sejour.pk))


PLACE_COLUMNS = (
    Column("Place", "place.code"),
    Column("Type", "place.logement.get_type_logement_display"),
    Column("Surface (m²)", lambda line: line.place.surface or line.place.logement.surface),
    Column("Équivalent de loyer (€)", "loyer"),
    Column("Équivalent de charges (€)", "charges"),
    Column("Loyer et charges (€)", "housing"),
    Column("Prestations obligatoires (€)", "services"),
    Column("Redevance (€)", "total"),
    Column("Occupée", "is_occupied"),
)
LATE_COLUMNS = (
    Column("N° d’allocataire", "caf_number", named=True),
    Column("Résident", lambda line: str(line.sejour.menage), named=True),
    Column("Place", "place"),
    Column("APL mensuelle (€)", "apl"),
    Column("Termes en retard", "terms"),
    Column("Depuis le", "since"),
    Column("En retard (€)", "overdue"),
)
