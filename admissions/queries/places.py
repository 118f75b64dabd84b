"""Which places a candidate may be offered, and why each one fits or does not."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from admissions.models import Besoin, Orientation
from logement.models import Logement, OccupationPlace, Place, Tarif
from logement.models.parc import days
from logement.rules.surfaces import minimal_surface
from residence.models import SurfaceDispositif
from residence.models.base import today
from residence.rules.money import NBSP


@dataclass(frozen=True)
class Needs:
    """What a candidate asks of a place."""

    persons: int
    needs: frozenset[str]
    requested_type: str = ""


@dataclass(frozen=True)
class PlaceFit:
    """A place and what it says to a candidate: `against` each reason it does not fit, `caution` what to know first."""

    place: Place
    tarif: Tarif | None
    against: tuple[str, ...]
    caution: tuple[str, ...]
    favour: tuple[str, ...]
    is_too_small: bool = False

    @property
    def fits(self) -> bool:
        return not self.against


def needs_of(orientation: Orientation) -> Needs:
    """What the household of an orientation asks of a place."""
    return Needs(
        persons=orientation.menage.persons_count,
        needs=frozenset(orientation.needs),
        requested_type=orientation.requested_type,
    )


def offerable(orientation: Orientation, entry_on: datetime.date) -> QuerySet[Any]:
    """Places of the dispositif that nothing takes from `entry_on` on, and that are in service then."""
    taken = OccupationPlace.objects.live().filter(place=OuterRef("pk"), period__overlap=days(entry_on, None))
    held = OccupationPlace.objects.holding(entry_on).filter(place=OuterRef("pk"))
    return (
        Place.objects.in_service(entry_on)
        .filter(
            dispositif=orientation.dispositif_id,
            closed_on__isnull=True,
            logement__usage=Logement.Usage.HABITATION,
        )
        .filter(~Exists(taken), ~Exists(held))
        .select_related("logement__batiment", "categorie")
        .order_by("code")
    )


def places_for(orientation: Orientation, entry_on: datetime.date) -> list[PlaceFit]:
    """Places that may be offered for `entry_on`, those that fit first, each with its reasons."""
    needs = needs_of(orientation)
    bounds = {row.type_logement: row for row in SurfaceDispositif.objects.filter(dispositif=orientation.dispositif_id)}
    places = list(offerable(orientation, entry_on))
    tarifs = {
        tarif.categorie_id: tarif
        for tarif in Tarif.objects.filter(categorie__in={place.categorie_id for place in places}).in_force(entry_on)
    }
    fits = [
        fit(place, needs, bounds.get(place.logement.type_logement), tarifs.get(place.categorie_id)) for place in places
    ]
    return sorted(fits, key=lambda one: (len(one.against), len(one.caution), -len(one.favour), one.place.code))


def fit(place: Place, needs: Needs, bounds: SurfaceDispositif | None, tarif: Tarif | None) -> PlaceFit:
    """Why `place` fits these needs, and why it does not."""
    against: list[str] = []
    caution: list[str] = []
    favour: list[str] = []
    logement = place.logement
    accessible = place.is_accessible or logement.is_accessible
    if needs.persons > place.capacity:
        against.append(f"prévue pour {_persons(place.capacity)}, le ménage en compte {needs.persons}")
    else:
        favour.append(f"prévue pour {_persons(place.capacity)}")
    least = minimal_surface(needs.persons)
    if place.surface < least:
        caution.append(
            f"{_metres(place.surface)}{NBSP}: sous les {least}{NBSP}m² que l’APL demande pour {_persons(needs.persons)}"
        )
    if bounds is not None and not _within(place.surface, bounds):
        caution.append(f"{_metres(place.surface)}{NBSP}: hors des surfaces que le dispositif admet pour ce type")
    if Besoin.FAUTEUIL in needs.needs:
        (favour if accessible else against).append(
            "accessible en fauteuil" if accessible else "pas accessible en fauteuil"
        )
    if Besoin.REZ_DE_CHAUSSEE in needs.needs:
        if logement.floor == 0 or accessible:
            favour.append(logement.floor_name)
        else:
            against.append(
                f"au {logement.floor_name}{NBSP}: rez-de-chaussée ou ascenseur demandé, à vérifier sur place"
            )
    if Besoin.SEUL in needs.needs and logement.is_shared:
        against.append("dans un appartement partagé")
    if Besoin.CALME in needs.needs:
        caution.append("logement au calme demandé, à vérifier")
    if Besoin.ANIMAL in needs.needs:
        caution.append("animal de compagnie, voir avec la gestionnaire")
    if needs.requested_type and needs.requested_type == logement.type_logement:
        favour.append("du type demandé")
    elif needs.requested_type:
        caution.append("d’un autre type que celui demandé")
    if tarif is None:
        caution.append("pas de tarif en vigueur à cette date")
    return PlaceFit(
        place, tarif, tuple(against), tuple(caution), tuple(favour), is_too_small=needs.persons > place.capacity
    )


def reserved_from(place: Place, entry_on: datetime.date) -> datetime.date:
    """From when a place is kept: at once when nothing takes it any more, else from the day of entry."""
    taken = OccupationPlace.objects.live().filter(place=place, period__overlap=days(today(), None)).exists()
    held = OccupationPlace.objects.holding(today()).filter(place=place).exists()
    return entry_on if taken or held else min(today(), entry_on)


def _within(surface: Any, bounds: SurfaceDispositif) -> bool:
    return (bounds.minimum is None or surface >= bounds.minimum) and (
        bounds.maximum is None or surface <= bounds.maximum
    )


def _persons(count: int) -> str:
    return f"{count}{NBSP}personne{'s' if count > 1 else ''}"


def _metres(surface: Any) -> str:
    return f"{surface:.2f}{NBSP}m²".replace(".", ",")
