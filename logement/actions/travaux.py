"""Plan works where somebody lives; begin them once the place is empty."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.actions.parc import in_the_way, occupy
from logement.models import OccupationPlace, Place, TravauxPrevus
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today
from residence.rules.dates import add_days


@transaction.atomic
def plan_travaux(*, by: User, place: Place, from_on: datetime.date, days: int, reason: str) -> TravauxPrevus:
    """Works of `days` days, wanted from `from_on`, that wait until `place` is empty."""
    place = locked(place)
    travaux = TravauxPrevus(place=place, from_on=from_on, days=days, reason=reason.strip(), planned_by=by)
    travaux.full_clean()
    check_waits(travaux)
    travaux.save()
    refresh_duties(travaux)
    record("travaux.plan", by=by, target=travaux, residence=place.residence, on=from_on, days=days)
    return travaux


def check_waits(travaux: TravauxPrevus) -> None:
    """ValidationError where these works have nothing to wait for."""
    if not in_the_way(travaux.place, travaux.from_on, add_days(travaux.from_on, travaux.days - 1)):
        raise ValidationError("Rien n’occupe la place ces jours-là : bloquez-la pour les travaux.")


@transaction.atomic
def begin_travaux(*, by: User, travaux: TravauxPrevus, start_on: datetime.date) -> OccupationPlace:
    """The works take their place from `start_on`. ValidationError where something still has it."""
    travaux = _waiting(travaux)
    return _begin(travaux, start_on=start_on, by=by)


@transaction.atomic
def drop_travaux(*, by: User, travaux: TravauxPrevus) -> TravauxPrevus:
    """Plan these works no more."""
    travaux = _waiting(travaux)
    travaux.dropped_by, travaux.dropped_at = by, timezone.now()
    travaux.save(update_fields=["dropped_by", "dropped_at"])
    refresh_duties(travaux)
    record("travaux.drop", by=by, target=travaux, residence=travaux.place.residence)
    return travaux


def begin_when_empty(*, place: Place, free_on: datetime.date, by: User) -> OccupationPlace | None:
    """Begin the works that wait on a place empty from `free_on`, in the caller's transaction; None without any.

    They go on waiting where a promise (a proposal, a signed contract) has those days: their duty stays.
    """
    rows = TravauxPrevus.objects.select_for_update(of=("self",)).waiting().select_related("place__residence")
    travaux = rows.filter(place=place).first()
    if travaux is None:
        return None
    start = max(free_on, travaux.from_on, today())
    if in_the_way(place, start, add_days(start, travaux.days - 1)):
        return None
    return _begin(travaux, start_on=start, by=by)


def _begin(travaux: TravauxPrevus, *, start_on: datetime.date, by: User) -> OccupationPlace:
    travaux.occupation = occupy(
        place=travaux.place,
        kind=OccupationPlace.Kind.WORKS,
        start_on=start_on,
        end_on=add_days(start_on, travaux.days - 1),
        by=by,
        reason=travaux.reason,
    )
    travaux.save(update_fields=["occupation"])
    refresh_duties(travaux)
    record("travaux.begin", by=by, target=travaux, residence=travaux.place.residence, on=start_on)
    return travaux.occupation


def _waiting(travaux: TravauxPrevus) -> TravauxPrevus:
    row: TravauxPrevus = (
        TravauxPrevus.objects.select_for_update(of=("self",)).select_related("place__residence").get(pk=travaux.pk)
    )
    if row.occupation_id is not None:
        raise ValidationError("Ces travaux ont déjà commencé.")
    if row.dropped_at is not None:
        raise ValidationError("Ces travaux ont été abandonnés.")
    return row
