"""The services of the house: set them, plan and tick the rounds of linen, note the days that open."""

import datetime
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accompagnement.models import JourService, PassageLinge, ServiceMaison, TourneeLinge
from accompagnement.queries.services import carried, sheet
from accompagnement.rules.services import open_days, round_days
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import Residence, User
from residence.models.base import today

# Days ahead for which the rounds are planned.
PLANNED_DAYS = 31


@transaction.atomic
def set_service(
    *, by: User, residence: Residence, service: ServiceMaison | None = None, **fields: Any
) -> ServiceMaison:
    """A service of the house, new or changed; its rounds to come are planned again."""
    locked(residence)
    is_new = service is None
    row = ServiceMaison(residence=residence) if service is None else locked(service)
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    record("service.create" if is_new else "service.edit", by=by, target=row, residence=residence)
    _plan(row, today())
    return row


def plan_rounds(day: datetime.date) -> int:
    """The rounds of the month to come, in every résidence; how many were added. May run twice."""
    running = ServiceMaison.objects.filter(kind=ServiceMaison.Kind.LINGE, starts_on__lte=day + _AHEAD).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=day)
    )
    return sum(_plan(service, day) for service in running)


_AHEAD = datetime.timedelta(days=PLANNED_DAYS)


@transaction.atomic
def _plan(service: ServiceMaison, day: datetime.date) -> int:
    if not service.goes_round or service.every_days is None:
        return 0
    last = min(day + _AHEAD, service.ended_on or datetime.date.max)
    wanted = round_days(service.starts_on, service.every_days, first=day, last=last)
    # What a new rhythm no longer wants is left out, unless somebody began it.
    ahead = service.tournees.filter(closed_at=None, cycle_on__gte=day, passages=None).exclude(cycle_on__in=wanted)
    unwanted = list(ahead)
    ahead.delete()
    for one in unwanted:
        refresh_duties(one)
    made = [
        TourneeLinge.objects.get_or_create(service=service, cycle_on=on, defaults={"planned_on": on}) for on in wanted
    ]
    new = [row for row, is_new in made if is_new]
    for row in new:
        refresh_duties(row)
    return len(new)


@transaction.atomic
def move_tournee(*, by: User, tournee: TourneeLinge, planned_on: datetime.date) -> TourneeLinge:
    """The round is made on another day; the cycle stays."""
    tournee = _open_round(tournee)
    if planned_on < today():
        raise ValidationError({"planned_on": "Ce jour est passé."})
    if tournee.planned_on != planned_on:
        tournee.planned_on = planned_on
        tournee.full_clean()
        tournee.save(update_fields=["planned_on"])
        _record("linge.move", by, tournee, planned_on=planned_on.isoformat())
        refresh_duties(tournee)
    return tournee


@transaction.atomic
def tick_passages(*, by: User, tournee: TourneeLinge, menages: Collection[int], result: str) -> None:
    """What came of the round at households of its sheet, by their numbers: the last word stands."""
    tournee = _open_round(tournee)
    stops = [stop for floor in sheet(tournee) for stop in floor.stops if stop.menage.pk in menages]
    if not stops:
        raise ValidationError("Ce ménage n’est plus sur la feuille de tournée.")
    for stop in stops:
        passage = stop.passage or PassageLinge(tournee=tournee, menage=stop.menage, place=stop.place)
        if passage.pk and passage.result == result:
            continue
        passage.result, passage.is_carried = result, stop.carried_from_on is not None
        passage.ticked_by, passage.ticked_at = by, timezone.now()
        passage.full_clean()
        passage.save()


@transaction.atomic
def close_tournee(*, by: User, tournee: TourneeLinge) -> int:
    """The round is over: who was not ticked is missed, and comes first the next time. How many were."""
    tournee = locked(tournee)
    if tournee.closed_at is not None:
        return 0
    if tournee.planned_on > today():
        raise ValidationError("Cette tournée est à venir : changez son jour si elle est faite plus tôt.")
    late = carried(tournee)
    left = [stop for floor in sheet(tournee) for stop in floor.stops if stop.is_left]
    PassageLinge.objects.bulk_create(
        PassageLinge(
            tournee=tournee,
            menage=stop.menage,
            place=stop.place,
            result=PassageLinge.Result.MISSED,
            is_carried=stop.menage.pk in late,
            ticked_by=by,
        )
        for stop in left
    )
    tournee.closed_at, tournee.closed_by = timezone.now(), by
    tournee.save(update_fields=["closed_at", "closed_by"])
    _record("linge.close", by, tournee, missed=len(left))
    refresh_duties(tournee)
    return len(left)


@transaction.atomic
def note_day(
    *, by: User, service: ServiceMaison, on: datetime.date, visitors: int | None = None, closed_reason: str = ""
) -> JourService:
    """How many came to a service on a day, or why it stayed closed: the last word stands."""
    service = locked(service)
    if service.goes_round:
        raise ValidationError("Le linge se coche sur la feuille de sa tournée.")
    if on > today():
        raise ValidationError({"on": "Ce jour est à venir."})
    if on < service.starts_on or (service.ended_on and on > service.ended_on):
        raise ValidationError({"on": "Le service ne tournait pas ce jour-là."})
    if visitors is not None and on not in open_days(service.weekdays, first=on, last=on):
        raise ValidationError({"on": f"Ce service est ouvert {service.days}."})
    row = JourService.objects.filter(service=service, on=on).first() or JourService(service=service, on=on)
    row.visitors, row.closed_reason = visitors, closed_reason.strip()
    row.noted_by, row.noted_at = by, timezone.now()
    row.full_clean()
    row.save()
    record("service.note", by=by, target=row, residence=service.residence, on=on.isoformat(), count=visitors)
    return row


def quotidien(day: datetime.date) -> str:
    """The rounds of the month to come."""
    count = plan_rounds(day)
    if not count:
        return ""
    return f"{count} tournées du linge prévues" if count > 1 else "une tournée du linge prévue"


def _open_round(tournee: TourneeLinge) -> TourneeLinge:
    tournee = locked(tournee)
    if tournee.closed_at is not None:
        raise ValidationError("Cette tournée est terminée.")
    return tournee


def _record(action: str, by: User, tournee: TourneeLinge, **details: Any) -> None:
    record(action, by=by, target=tournee, residence=tournee.service.residence, **details)
