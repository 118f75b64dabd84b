"""Vacancies, those foreseen too: since when, from when, why, what the convention reserves, who was told."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q

from logement.models import OccupationPlace, Place, SignalementVacance, Tarif, TravauxPrevus
from logement.models.parc import PlaceQuerySet
from logement.queries.planning import Line, planning_of
from logement.rules.planning import State, free_from
from residence.components import Badge
from residence.exports import Column
from residence.models import Convention, Partenaire, Residence
from residence.rules.dates import add_days, add_months, eve
from residence.rules.money import NBSP

# How far the planning is read: longer than any works or notice.
FAR_MONTHS = 36
HORIZON_DAYS = 90
NOW, FORESEEN, POSSIBLE = "vacante", "prévisible", "possible"
MEANINGS = {NOW: "done", FORESEEN: "soon", POSSIBLE: "plain"}
LAST_LIVED_IN = (OccupationPlace.Kind.CONTRACT, OccupationPlace.Kind.AFTER_CONTRACT)
WHY = {
    State.NOTICE: "préavis jusqu’au",
    State.AFTER: "occupée jusqu’au",
    State.WORKS: "travaux jusqu’au",
    State.TURNAROUND: "remise en état jusqu’au",
    State.RESERVED: "réservée jusqu’au",
}


@dataclass(frozen=True)
class Vacance:
    """A place that is free or will be. `vacant_on`: since when, or from when; `ready_on`: once it is made ready."""

    line: Line
    state: str
    vacant_on: datetime.date
    ready_on: datetime.date
    why: str
    left_on: datetime.date | None
    redevance: Decimal | None
    residence: Residence
    convention: Convention | None
    told: tuple[SignalementVacance, ...]

    @property
    def place(self) -> Any:
        return self.line.place

    @property
    def badge(self) -> Badge:
        return Badge(self.state, MEANINGS[self.state])  # type: ignore[arg-type]

    @property
    def told_to(self) -> str:
        """« SIAO 63 le 12/03/2026, préfecture le 13/03/2026 »; empty while nobody was told of it as it stands."""
        return ", ".join(f"{one.partenaire} le {one.reported_on:%d/%m/%Y}" for one in self.told)

    @property
    def is_certain(self) -> bool:
        return self.state != POSSIBLE


def vacances_of(
    rows: PlaceQuerySet, *, today: datetime.date, horizon: int = HORIZON_DAYS, possible: bool = False
) -> list[Vacance]:
    """Vacancies of today and of the `horizon` days to come, by day; with `possible`, the stays that reach their end.

    A place that is promised later (a contract signed, a proposal made) is not vacant: somebody comes.
    """
    until = add_days(today, horizon)
    planning = planning_of(rows, first=today, last=add_months(today, FAR_MONTHS), today=today)
    found: list[tuple[Line, str, datetime.date, str]] = []
    for line in planning.lines:
        free = free_from(line.spans, today)
        if free is not None and free <= until:
            before = next((span for span in line.spans if span.end == eve(free)), None)
            why = f"{WHY[before.state]}{NBSP}{before.end:%d/%m/%Y}" if before and before.state in WHY else ""
            found.append((line, NOW if free == today else FORESEEN, free, why))
        elif possible and free is None:
            last = line.spans[-1]
            if last.state is State.MIGHT and last.start <= until and last.hold and last.hold.stay_ends_on:
                why = f"fin de séjour prévue le{NBSP}{last.hold.stay_ends_on:%d/%m/%Y}, sans préavis"
                found.append((line, POSSIBLE, last.start, why))
    made = _made(found, today)
    return sorted(made, key=lambda one: (one.vacant_on, one.place.code))


def _made(found: list[tuple[Line, str, datetime.date, str]], today: datetime.date) -> list[Vacance]:
    """What is told of each vacancy besides its place: in five queries for all."""
    ids = [line.place.pk for line, *_ in found]
    ended = (
        OccupationPlace.objects.live()
        .filter(place__in=ids, period__startswith__lte=today)
        .order_by()
        .values_list("place")
        .annotate(last=Max("period__endswith"), left=Max("period__endswith", filter=Q(kind__in=LAST_LIVED_IN)))
    )
    emptied = {place_id: (last, left) for place_id, last, left in ended}
    prices = _prices({line.place.categorie_id for line, *_ in found}, today)
    residences = Residence.objects.in_bulk({line.place.residence_id for line, *_ in found})
    conventions = conventions_of(residences, today)
    told: dict[tuple[int, datetime.date], list[SignalementVacance]] = defaultdict(list)
    for one in SignalementVacance.objects.filter(place__in=ids).select_related("partenaire").order_by("reported_on"):
        told[one.place_id, one.vacant_on].append(one)
    works = dict(TravauxPrevus.objects.waiting().filter(place__in=ids).values_list("place", "days"))
    made = []
    for line, state, day, why in found:
        place = line.place
        last, left = emptied.get(place.pk, (None, None))
        vacant_on = (last or place.opened_on) if state == NOW else day
        lived_in_until = state == POSSIBLE or why.startswith((WHY[State.NOTICE], WHY[State.AFTER]))
        made.append(
            Vacance(
                line=line,
                state=state,
                vacant_on=vacant_on,
                # The works that wait come first, then the turn-around.
                ready_on=add_days(day, works.get(place.pk, 0) + (place.turnaround_days if lived_in_until else 0)),
                why=why,
                left_on=eve(left) if left and left <= today else None,
                redevance=prices.get(place.categorie_id),
                residence=residences[place.residence_id],
                convention=conventions.get(place.residence_id),
                told=tuple(told.get((place.pk, vacant_on), ())),
            )
        )
    return made


def _prices(categories: set[int], day: datetime.date) -> dict[int, Decimal]:
    """What a place of each category costs a month on `day`, in euros."""
    return {one.categorie_id: one.redevance for one in Tarif.objects.in_force(day).filter(categorie__in=categories)}


def conventions_of(residences: Any, day: datetime.date) -> dict[int, Convention]:
    """The convention that rules each résidence on `day`: the last one signed."""
    rows = Convention.objects.filter(residence__in=list(residences), signed_on__lte=day).order_by("signed_on", "pk")
    return {one.residence_id: one for one in rows}


# What the convention reserves


@dataclass(frozen=True)
class PartPrefet:
    """The share of the places that a convention reserves to the prefect, and where it stands."""

    residence: Residence
    convention: Convention
    places: int
    carried: int
    vacant: int

    @property
    def due(self) -> int:
        """Places that the share makes, rounded up: the reading that keeps the reservation."""
        share = self.convention.prefect_share or Decimal(0)
        return int(-(-self.places * share // 100))


def parts_prefet(rows: PlaceQuerySet, vacances: Sequence[Vacance], day: datetime.date) -> list[PartPrefet]:
    """The prefect's share of each résidence among `rows` whose convention says one."""
    of_prefect = Q(reservataire__kind=Partenaire.Kind.PREFECTURE)
    counted = {
        residence: (places, carried)
        for residence, places, carried in rows.lettable()
        .in_service(day)
        .order_by()
        .values_list("residence")
        .annotate(places=Count("pk"), carried=Count("pk", filter=of_prefect))
    }
    residences = Residence.objects.in_bulk(counted)
    reserved = set(
        Place.objects.filter(of_prefect, pk__in=[one.place.pk for one in vacances]).values_list("pk", flat=True)
    )
    return [
        PartPrefet(
            residences[pk],
            convention,
            *counted[pk],
            vacant=sum(one.place.pk in reserved and one.place.residence_id == pk for one in vacances),
        )
        for pk, convention in conventions_of(counted, day).items()
        if convention.prefect_share is not None
    ]


# The file for the prefecture and the SIAO: no name, and no address of a place that is kept secret


def _address(one: Vacance) -> str:
    return "" if one.residence.is_confidential else one.residence.address


COLUMNS = (
    Column("Organisme", "residence.organisme"),
    Column("Résidence", "residence.name"),
    Column("Adresse", _address),
    Column("Code postal", lambda one: "" if one.residence.is_confidential else one.residence.postal_code),
    Column("Commune", "residence.city"),
    Column("Bâtiment", "place.building"),
    Column("Étage", "line.floor_name"),
    Column("Logement", "place.logement_number"),
    Column("Place", "place.code"),
    Column("Type", "line.kind"),
    Column("Surface (m²)", "place.surface"),
    Column("Personnes au plus", "place.capacity"),
    Column("Accessible en fauteuil", "line.accessible"),
    Column("Meublé", "place.furnished"),
    Column("Se joint à", "place.joined_code"),
    Column("Dispositif", "place.dispositif_name"),
    Column("Redevance mensuelle (€)", "redevance"),
    Column("Réservataire", "place.reservataire_name"),
    Column("Convention", "convention.number"),
    Column("Part du préfet (%)", "convention.prefect_share"),
    Column("Vacance", "state"),
    Column("Vacante depuis le ou à partir du", "vacant_on"),
    Column("Dernier départ le", "left_on"),
    Column("Prête à partir du", "ready_on"),
    Column("Motif", "why"),
    Column("Signalée à", "told_to"),
)
