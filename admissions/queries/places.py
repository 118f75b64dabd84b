"""Which places a candidate may be offered, now and soon, and why each one fits or does not."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from admissions.models import Orientation
from admissions.rules import convenance
from logement.models import Logement, OccupationPlace, Place, Tarif
from logement.models.parc import days
from logement.queries.contrats import type_code
from logement.queries.parc import SOON_FREE_DAYS, PlaceState, states
from residence.components import Badge
from residence.models import SurfaceDispositif
from residence.models.base import today
from residence.rules.dates import add_days
from residence.rules.money import NBSP

Kind = OccupationPlace.Kind


@dataclass(frozen=True)
class PlaceFit:
    """A place before a candidate: from which day, why only then, its tariff, and what speaks for and against it."""

    place: Place
    free_on: datetime.date
    why_then: str
    tarif: Tarif | None
    fit: convenance.Fit

    @property
    def fits(self) -> bool:
        return self.fit.fits

    @property
    def badge(self) -> Badge:
        return fit_badge(self.fit)


def fit_badge(fit: convenance.Fit) -> Badge:
    """Whether a place suits somebody, as a badge."""
    if not fit.fits:
        return Badge("ne convient pas", "late")
    if fit.is_too_large:
        return Badge("trop grande", "soon")
    return Badge("à vérifier", "soon") if fit.caution else Badge("convient", "done")


def candidate_facts(orientation: Orientation, *, stale: tuple[str, ...] = ()) -> convenance.Candidate:
    """What the household of an orientation asks of a place."""
    entretien = getattr(orientation, "entretien", None)
    return convenance.Candidate(
        dispositif=orientation.dispositif_id,
        dispositif_name=orientation.dispositif.name,
        persons=orientation.menage.persons_count,
        needs=frozenset(orientation.needs),
        type_code=orientation.requested_type,
        partner=orientation.partenaire_id,
        ready_on=entretien.wished_entry_on if entretien else None,
        stale=stale,
    )


def place_facts(
    places: Sequence[Place], free_on: Mapping[int, datetime.date], priced: Mapping[int, list[Tarif]] | None = None
) -> dict[int, convenance.Place]:
    """Places as the rule takes them, by number, each free from its day; `priced`: their tariffs when known already."""
    bounds = {
        (row.dispositif_id, row.type_logement): row
        for row in SurfaceDispositif.objects.filter(dispositif__in={place.dispositif_id for place in places})
    }
    priced = _tarifs(places) if priced is None else priced
    return {
        place.pk: _facts(
            place,
            free_on[place.pk],
            bounds.get((place.dispositif_id, type_code(place))),
            has_tarif=_tarif(priced, place, free_on[place.pk]) is not None,
        )
        for place in places
    }


def _facts(
    place: Place, free_on: datetime.date, bounds: SurfaceDispositif | None, *, has_tarif: bool
) -> convenance.Place:
    logement = place.logement
    return convenance.Place(
        dispositif=place.dispositif_id,
        dispositif_name=place.dispositif.name,
        type_code=type_code(place),
        capacity=place.capacity,
        surface=place.surface,
        floor=logement.floor,
        floor_name=logement.floor_name,
        free_on=free_on,
        accessible=place.is_accessible or logement.is_accessible,
        shared=logement.is_shared,
        least=bounds.minimum if bounds else None,
        most=bounds.maximum if bounds else None,
        reserved_for=place.reservataire_id,
        reserved_name=str(place.reservataire) if place.reservataire_id else "",
        has_tarif=has_tarif,
    )


def _tarifs(places: Sequence[Place]) -> dict[int, list[Tarif]]:
    """Every tariff of the categories of `places`, in one query."""
    found: dict[int, list[Tarif]] = {}
    for tarif in Tarif.objects.filter(categorie__in={place.categorie_id for place in places}):
        found.setdefault(tarif.categorie_id, []).append(tarif)
    return found


def _tarif(priced: Mapping[int, list[Tarif]], place: Place, day: datetime.date) -> Tarif | None:
    for tarif in priced.get(place.categorie_id, ()):
        if tarif.valid_from <= day and (tarif.valid_to is None or tarif.valid_to >= day):
            return tarif
    return None


def with_details(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Places with what a candidate is told of them."""
    return rows.select_related("logement__batiment", "categorie", "dispositif", "residence", "reservataire")


def _of_the_public(orientation: Orientation, day: datetime.date) -> Any:
    """Places to let of the candidate's dispositif, in service on `day`."""
    return Place.objects.in_service(day).filter(
        dispositif=orientation.dispositif_id,
        closed_on__isnull=True,
        logement__usage=Logement.Usage.HABITATION,
    )


def offerable(orientation: Orientation, entry_on: datetime.date) -> QuerySet[Any]:
    """Places of the dispositif that nothing takes from `entry_on` on, and that are in service then."""
    taken = OccupationPlace.objects.live().filter(place=OuterRef("pk"), period__overlap=days(entry_on, None))
    held = OccupationPlace.objects.holding(entry_on).filter(place=OuterRef("pk"))
    rows = _of_the_public(orientation, entry_on).filter(~Exists(taken), ~Exists(held))
    return with_details(rows).order_by("code")


def places_for(orientation: Orientation, entry_on: datetime.date, *, stale: tuple[str, ...] = ()) -> list[PlaceFit]:
    """Places that may be offered for `entry_on`, those that fit first, each with its reasons."""
    return _fits(orientation, [(place, entry_on, "") for place in offerable(orientation, entry_on)], stale)


def places_soon(orientation: Orientation, entry_on: datetime.date, *, stale: tuple[str, ...] = ()) -> list[PlaceFit]:
    """Places that something still takes on `entry_on` and that a known end frees within ninety days, by day."""
    ending = (
        OccupationPlace.objects.live()
        .exclude(kind=Kind.RESERVATION)
        .filter(
            place=OuterRef("pk"),
            period__endswith__gt=entry_on,
            period__endswith__lte=add_days(entry_on, SOON_FREE_DAYS),
        )
    )
    rows = with_details(_of_the_public(orientation, entry_on).filter(Exists(ending))).order_by("code")
    later = [
        (state.place, day, why_then(state))
        for state in states(list(rows), today())
        if (day := given_from(state)) is not None and day > entry_on
    ]
    return sorted(_fits(orientation, later, stale), key=lambda one: (one.free_on, one.place.code))


def given_from(state: PlaceState) -> datetime.date | None:
    """The first day from which a place may be given and kept: None when it is not to give, or promised later."""
    free = state.free_on
    promised = free is None or any(one.start_on > free for one in state.following)
    return None if promised else free


def why_then(state: PlaceState) -> str:
    """Why a place is free on its day and no sooner, or why it is not to give, in French; nothing when free now."""
    last = next((one for one in reversed((state.holder, *state.following)) if one is not None), None)
    if last is None:
        return ""
    if last.kind == Kind.RESERVATION:
        return "gardée pour un candidat"
    if last.kind == Kind.CONTRACT and last.start_on > today():
        return f"entrée prévue le{NBSP}{last.start_on:%d/%m/%Y}"
    if last.end_on is None or (last.end_on < today() and last.kind in (Kind.CONTRACT, Kind.AFTER_CONTRACT)):
        return "sans date de départ connue"
    words = {
        Kind.CONTRACT: "préavis jusqu’au",
        Kind.AFTER_CONTRACT: "occupée jusqu’au",
        Kind.WORKS: "travaux jusqu’au",
        Kind.TURNAROUND: "remise en état jusqu’au",
    }
    return f"{words[Kind(last.kind)]}{NBSP}{last.end_on:%d/%m/%Y}"


def _fits(
    orientation: Orientation, free: Sequence[tuple[Place, datetime.date, str]], stale: tuple[str, ...]
) -> list[PlaceFit]:
    places = [place for place, _, _ in free]
    candidate = candidate_facts(orientation, stale=stale)
    priced = _tarifs(places)
    facts = place_facts(places, {place.pk: day for place, day, _ in free}, priced)
    found = [
        PlaceFit(place, day, why, _tarif(priced, place, day), convenance.convenance(facts[place.pk], candidate))
        for place, day, why in free
    ]
    return sorted(found, key=lambda one: (one.fit.order, one.place.code))


def reserved_from(place: Place, entry_on: datetime.date) -> datetime.date:
    """From when a place is kept: at once when nothing takes it any more, else from the day of entry."""
    taken = OccupationPlace.objects.live().filter(place=place, period__overlap=days(today(), None)).exists()
    held = OccupationPlace.objects.holding(today()).filter(place=place).exists()
    return entry_on if taken or held else min(today(), entry_on)
