"""The sheet of a round of linen, the days of a service, the counts of a year."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from accompagnement.models import JourService, PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.rules.services import open_days
from logement.models import ContratOccupation, Place
from residence.models import User
from residence.models.base import today
from residence.rules.dates import month_start

# Above this many households, the sheet of a round is shown a floor at a time.
SHOWN_AT_ONCE = 50
CARRIED = (PassageLinge.Result.ABSENT, PassageLinge.Result.MISSED)


@dataclass(frozen=True)
class Stop:
    """A household on the sheet of a round: where, what came of it, and since when it waits."""

    menage: Any
    place: Place
    passage: PassageLinge | None
    carried_from_on: datetime.date | None

    @property
    def is_left(self) -> bool:
        return self.passage is None

    @property
    def sets(self) -> int:
        """Sets of linen to bring: one more where the last round found nobody."""
        return 2 if self.carried_from_on else 1


@dataclass
class SheetFloor:
    """The stops of one floor of one building; `rank`: its place on the sheet, from 1."""

    rank: int
    building: str
    name: str
    stops: list[Stop] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(stop.is_left for stop in self.stops)

    @property
    def short(self) -> str:
        """Its name where there is little room: « RDC », « 2e »."""
        return "RDC" if self.name.startswith("rez") else self.name.removesuffix(" étage")


def carried(tournee: TourneeLinge) -> dict[int, datetime.date]:
    """The households that the round before missed, by number, with the day of that round."""
    before = (
        TourneeLinge.objects.filter(service=tournee.service_id, cycle_on__lt=tournee.cycle_on, closed_at__isnull=False)
        .order_by("-cycle_on")
        .first()
    )
    if before is None:
        return {}
    missed = before.passages.filter(result__in=CARRIED).values_list("menage", flat=True)
    return dict.fromkeys(missed, before.planned_on)


def sheet(tournee: TourneeLinge) -> list[SheetFloor]:
    """Who the round goes to, floor by floor, the ground floor first; once closed, who it went to."""
    passages = {one.menage_id: one for one in tournee.passages.select_related("menage", "ticked_by", *_PLACE)}
    late = carried(tournee)
    if tournee.closed_at is not None:
        stops = [Stop(one.menage, one.place, one, _since(one, late)) for one in passages.values()]
    else:
        stops = [
            Stop(menage, place, passages.get(menage.pk), late.get(menage.pk))
            for menage, place in _living_here(tournee.service.residence_id)
        ]
    floors: dict[tuple[Any, ...], SheetFloor] = {}
    for stop in sorted(stops, key=lambda one: (_floor(one.place), one.place.code)):
        logement = stop.place.logement
        where = logement.batiment.name if logement.batiment else str(tournee.service.residence)
        floor = SheetFloor(len(floors) + 1, where, logement.floor_name)
        floors.setdefault(_floor(stop.place), floor).stops.append(stop)
    return list(floors.values())


def shown_floor(floors: list[SheetFloor], asked: str, *, is_open: bool) -> SheetFloor | None:
    """The floor to show: the one asked for, else the first with somebody to see; None when all fit on one page."""
    if sum(len(floor.stops) for floor in floors) <= SHOWN_AT_ONCE:
        return None
    chosen = next((floor for floor in floors if str(floor.rank) == asked), None)
    return chosen or next((floor for floor in floors if is_open and floor.left), floors[0])


_PLACE = ("place__logement__batiment",)


def _since(passage: PassageLinge, late: dict[int, datetime.date]) -> datetime.date | None:
    return late.get(passage.menage_id) if passage.is_carried else None


def _floor(place: Place) -> tuple[str, int]:
    batiment = place.logement.batiment
    return (batiment.name if batiment else "", place.logement.floor)


def _living_here(residence_id: int) -> list[tuple[Any, Place]]:
    """Each household that lives in the résidence today, with its place."""
    day = today()
    contrats = (
        ContratOccupation.objects.in_progress()
        .filter(sejour__residence=residence_id, start_on__lte=day)
        .exclude(status=ContratOccupation.Status.RUNNING, end_on__lt=day)
        .select_related("sejour__menage", "place__logement__batiment")
        .order_by("start_on", "pk")
    )
    # A household that changes places has two contracts for a day: the last one says where it sleeps.
    return [(one.sejour.menage, one.place) for one in {one.sejour.menage_id: one for one in contrats}.values()]


@dataclass(frozen=True)
class DayShown:
    """A day of a service that opens at its hours, with what was noted of it."""

    on: datetime.date
    noted: JourService | None


def month_days(service: ServiceMaison, first: datetime.date, last: datetime.date) -> list[DayShown]:
    """The days of a month on which the service opens, up to today, the last one first."""
    last = min(last, today(), service.ended_on or last)
    first = max(first, service.starts_on)
    noted = {one.on: one for one in service.jours.filter(on__range=(first, last)).select_related("noted_by")}
    days = set(open_days(service.weekdays, first=first, last=last)) | set(noted)
    return [DayShown(day, noted.get(day)) for day in sorted(days, reverse=True)]


@dataclass(frozen=True)
class MonthCount:
    """What a service did in a month: figures by their label, in order."""

    month: datetime.date
    figures: tuple[int, ...]


@dataclass(frozen=True)
class YearCount:
    """A service, the labels of its figures, a line a month and the sum of the year."""

    service: ServiceMaison
    labels: tuple[str, ...]
    months: tuple[MonthCount, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(figures) for figures in zip(*(one.figures for one in self.months), strict=True))


ROUND_LABELS = ("tours", "remis", "absents", "refus", "manqués")
OPEN_LABELS = ("jours ouverts", "jours fermés", "personnes venues")


def year_counts(user: User, services: list[ServiceMaison], year: int) -> list[YearCount]:
    """What each service did in `year`, month by month, in three queries."""
    rounds: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(ROUND_LABELS))
    in_year = TourneeLinge.objects.filter(service__in=services, planned_on__year=year, closed_at__isnull=False)
    for row in (
        in_year.annotate(month=TruncMonth("planned_on")).values("service", "month").annotate(n=Count("pk")).order_by()
    ):
        rounds[row["service"], row["month"].month][0] = row["n"]
    told = (
        PassageLinge.objects.filter(tournee__in=in_year)
        .annotate(month=TruncMonth("tournee__planned_on"))
        .values("tournee__service", "month")
        .annotate(**{result: Count("pk", filter=Q(result=result)) for result in PassageLinge.Result.values})
        .order_by()
    )
    for row in told:
        figures = rounds[row["tournee__service"], row["month"].month]
        figures[1:] = [row["done"], row["absent"], row["declined"], row["missed"]]
    opened: dict[tuple[int, int], list[int]] = {}
    noted = (
        JourService.objects.filter(service__in=services, on__year=year)
        .annotate(month=TruncMonth("on"))
        .values("service", "month")
        .annotate(
            days=Count("pk", filter=Q(closed_reason="")),
            shut=Count("pk", filter=~Q(closed_reason="")),
            people=Sum("visitors", default=0),
        )
        .order_by()
    )
    for row in noted:
        opened[row["service"], row["month"].month] = [row["days"], row["shut"], row["people"]]
    found = []
    for service in services:
        labels = ROUND_LABELS if service.goes_round else OPEN_LABELS
        kept = rounds if service.goes_round else opened
        months = tuple(
            MonthCount(datetime.date(year, month, 1), tuple(kept.get((service.pk, month), [0] * len(labels))))
            for month in range(1, 13)
            if month_start(service.starts_on)
            <= datetime.date(year, month, 1)
            <= min(today(), service.ended_on or today())
        )
        found.append(YearCount(service, labels, months))
    return found


def services_of(user: User, permission: Any, residence_id: int | None) -> Any:
    """The services that run, in one résidence of the user or in all of theirs."""
    rows = ServiceMaison.objects.visible_to(user, permission).select_related("residence")
    if residence_id:
        rows = rows.filter(residence=residence_id)
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=today()))
