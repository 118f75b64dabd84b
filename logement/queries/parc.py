"""The stock: what is free and when, who lives where, who is present tonight."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Sum

from logement.models import ContratOccupation, Logement, OccupationPlace, Place
from logement.models.parc import PlaceQuerySet, holds, in_service
from residence.components import Badge
from residence.models import MembreMenage, Personne, User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.dates import add_days, morrow

Kind = OccupationPlace.Kind
SOON_FREE_DAYS = 90


@dataclass(frozen=True)
class PlaceState:
    """What a place is on a day: what holds it, and the first day from which nothing known does (None: no end known)."""

    place: Place
    badge: Badge
    holder: OccupationPlace | None
    following: tuple[OccupationPlace, ...]
    free_on: datetime.date | None

    @property
    def menage(self) -> Any:
        return self.holder.contrat.sejour.menage if self.holder and self.holder.contrat_id else None


def places_of(user: User, residence_id: int | None = None) -> PlaceQuerySet:
    """Places to let that `user` may see, in one résidence or all of theirs."""
    rows = Place.objects.visible_to(user, Permission.PARC_VIEW).lettable().in_service()
    return rows.filter(residence=residence_id) if residence_id else rows


def soon_free(rows: PlaceQuerySet, day: datetime.date) -> PlaceQuerySet:
    """Places that something holds on `day` and that a known end frees within ninety days."""
    later = add_days(day, SOON_FREE_DAYS)
    ending = OccupationPlace.objects.holding(day).filter(
        place=OuterRef("pk"), period__endswith__gt=day, period__endswith__lte=later
    )
    return rows.filter(Exists(ending))


def free_counts(rows: PlaceQuerySet, day: datetime.date) -> dict[int, tuple[int, int]]:
    """(places, persons) free on `day` and 30, 60 and 90 days later, by number of days, in one query.

    Most places are held from the first of these days to the last by one occupation: they are left out at once.
    """
    horizons = {ahead: add_days(day, ahead) for ahead in (0, 30, 60, 90)}
    throughout = DateRange(day, max(horizons.values()), "[]")
    held = OccupationPlace.objects.live().filter(place=OuterRef("pk"), period__contains=throughout)
    live = Q(occupations__released_at__isnull=True)
    found = (
        rows.lettable()
        .filter(~Exists(held))
        .annotate(
            **{
                f"held_{n}": Count("occupations", filter=live & holds(then, "occupations__"))
                for n, then in horizons.items()
            }
        )
        .aggregate(
            **{
                f"places_{n}": Count("pk", filter=in_service(then) & Q(**{f"held_{n}": 0}))
                for n, then in horizons.items()
            },
            **{
                f"persons_{n}": Sum("capacity", filter=in_service(then) & Q(**{f"held_{n}": 0}))
                for n, then in horizons.items()
            },
        )
    )
    return {n: (found[f"places_{n}"], found[f"persons_{n}"] or 0) for n in horizons}


def states(places: Sequence[Place], day: datetime.date) -> list[PlaceState]:
    """The state of each of `places` on `day`, in one query."""
    wanted = (
        OccupationPlace.objects.live()
        .filter(place__in=[place.pk for place in places])
        .filter(Q(period__endswith__isnull=True) | Q(period__endswith__gt=day) | holds(day))
        .select_related("contrat__sejour__menage")
        .order_by("period")
    )
    by_place: dict[int, list[OccupationPlace]] = defaultdict(list)
    for occupation in wanted:
        by_place[occupation.place_id].append(occupation)
    return [_state(place, by_place[place.pk], day) for place in places]


def _state(place: Place, occupations: list[OccupationPlace], day: datetime.date) -> PlaceState:
    holder = next((one for one in reversed(occupations) if one.start_on <= day), None)
    following = tuple(one for one in occupations if one.start_on > day)
    free: datetime.date | None = day
    for one in occupations:
        if free is None or one.start_on > free:
            break
        free = None if one.end_on is None or one.end_on < day else morrow(one.end_on)
    return PlaceState(place, _badge(holder, following, day), holder, following, free)


def _badge(holder: OccupationPlace | None, following: tuple[OccupationPlace, ...], day: datetime.date) -> Badge:
    if holder is None:
        if following and following[0].kind == Kind.CONTRACT:
            return Badge("entrée prévue", "information")
        return Badge("libre", "done")
    match holder.kind:
        case Kind.CONTRACT:
            if holder.end_on is not None and holder.end_on < day:
                return Badge("clés attendues", "late", "key")
            return Badge("en préavis", "soon") if holder.end_on is not None else Badge("occupée")
        case Kind.AFTER_CONTRACT:
            return Badge("occupée après le contrat", "late")
        case Kind.RESERVATION:
            return Badge("réservée", "information")
        case Kind.WORKS:
            return Badge("travaux", "soon", "tools")
        case _:
            return Badge("remise en état", "information", "tools")


# Who is present


@dataclass(frozen=True)
class Present:
    """A household that lives here tonight."""

    places: str
    contrat: ContratOccupation
    menage: Any
    persons: int
    helped: tuple[str, ...]  # who needs help on the stairs, as far as the reader may read the names
    helped_count: int


@dataclass
class Floor:
    """The households of one floor of one building."""

    building: str
    name: str
    rows: list[Present] = field(default_factory=list)

    @property
    def persons(self) -> int:
        return sum(row.persons for row in self.rows)

    @property
    def helped(self) -> int:
        return sum(row.helped_count for row in self.rows)


def presents(user: User, residence_id: int | None = None, day: datetime.date | None = None) -> list[Floor]:
    """Households present on `day` (today), floor by floor, the ground floor first."""
    day = day or today()
    membres = Prefetch(
        "sejour__menage__membres",
        MembreMenage.objects.in_force(day).select_related("personne"),
        "present_members",
    )
    contrats: Iterable[ContratOccupation] = (
        ContratOccupation.objects.visible_to(user, Permission.PRESENTS_VIEW)
        .in_progress()
        .filter(start_on__lte=day)
        # Gone to another place of the résidence: only the keys of this one are awaited.
        .exclude(status=ContratOccupation.Status.RUNNING, end_on__lt=day)
        .select_related("sejour__menage", "place__logement__batiment", "place__residence")
        .prefetch_related(membres, "joined_places")
        .order_by("place__residence__name", "place__logement__batiment__name", "place__logement__floor", "place__code")
    )
    if residence_id:
        contrats = contrats.filter(sejour__residence=residence_id)
    floors: dict[tuple[Any, ...], Floor] = {}
    for contrat in contrats:
        logement: Logement = contrat.place.logement
        key = (contrat.place.residence_id, logement.batiment_id, logement.floor)
        if key not in floors:
            where = logement.batiment.name if logement.batiment else str(contrat.place.residence)
            floors[key] = Floor(where, logement.floor_name)
        floors[key].rows.append(_present(contrat))
    return list(floors.values())


def _present(contrat: ContratOccupation) -> Present:
    menage = contrat.sejour.menage
    members = menage.present_members
    helped: list[Personne] = [membre.personne for membre in members if membre.personne.needs_evacuation_help]
    codes = [contrat.place.code, *(place.code for place in contrat.joined_places.all())]
    return Present(
        places=", ".join(codes),
        contrat=contrat,
        menage=menage,
        persons=max(len(members), menage.declared_persons or 0, 1),
        helped=() if menage.is_masked else tuple(str(personne) for personne in helped),
        helped_count=len(helped),
    )
