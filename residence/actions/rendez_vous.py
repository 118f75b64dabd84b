"""Plan, move, hold, miss and cancel an appointment."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from residence import hooks
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import Menage, RendezVous, Residence, User


@transaction.atomic
def plan_rendez_vous(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    user: User,
    kind: str,
    start_at: datetime.datetime,
    end_at: datetime.datetime,
    place: str = "",
) -> RendezVous:
    """A new appointment of `menage` with `user`. The same one asked for twice is one."""
    # The household is locked so that two clicks on one button find each other.
    locked(menage)
    same = RendezVous.objects.filter(
        menage=menage, residence=residence, user=user, kind=kind, start_at=start_at, status=RendezVous.Status.PLANNED
    ).first()
    if same is not None:
        return same
    rendez_vous = RendezVous(
        menage=menage,
        residence=residence,
        user=user,
        kind=kind,
        start_at=start_at,
        end_at=end_at,
        place=place,
        created_by=by,
    )
    rendez_vous.full_clean()
    rendez_vous.save()
    record("rendez_vous.plan", by=by, target=rendez_vous, menage=menage, residence=residence, kind_of=kind)
    refresh_duties(rendez_vous)
    return rendez_vous


@transaction.atomic
def move_rendez_vous(
    *,
    by: User,
    rendez_vous: RendezVous,
    start_at: datetime.datetime,
    end_at: datetime.datetime,
    place: str | None = None,
    user: User | None = None,
) -> RendezVous:
    """Put a planned appointment at another time, in another place, with somebody else."""
    rendez_vous = _planned(rendez_vous)
    before = rendez_vous.start_at
    rendez_vous.start_at, rendez_vous.end_at = start_at, end_at
    if place is not None:
        rendez_vous.place = place
    if user is not None:
        rendez_vous.user = user
    rendez_vous.full_clean()
    rendez_vous.save()
    _record("rendez_vous.move", by, rendez_vous, before=before, after=start_at)
    refresh_duties(rendez_vous)
    return rendez_vous


@transaction.atomic
def hold_rendez_vous(*, by: User, rendez_vous: RendezVous) -> RendezVous:
    """The household came."""
    if rendez_vous.start_at > timezone.now() + datetime.timedelta(minutes=30):
        raise ValidationError("Ce rendez-vous n’a pas encore commencé.")
    return _settle(by, rendez_vous, RendezVous.Status.HELD, "rendez_vous.hold")


@transaction.atomic
def miss_rendez_vous(*, by: User, rendez_vous: RendezVous) -> RendezVous:
    """The household did not come; what this changes elsewhere is told to ON_RENDEZ_VOUS_MISSED."""
    if rendez_vous.start_at > timezone.now():
        raise ValidationError("Ce rendez-vous n’a pas encore commencé.")
    missed_already = locked(rendez_vous).status == RendezVous.Status.NO_SHOW
    rendez_vous = _settle(by, rendez_vous, RendezVous.Status.NO_SHOW, "rendez_vous.miss")
    if not missed_already:
        hooks.call("ON_RENDEZ_VOUS_MISSED", rendez_vous=rendez_vous, by=by)
    return rendez_vous


@transaction.atomic
def cancel_rendez_vous(*, by: User, rendez_vous: RendezVous) -> RendezVous:
    """The appointment will not be held."""
    return _settle(by, rendez_vous, RendezVous.Status.CANCELLED, "rendez_vous.cancel")


def _settle(by: User, rendez_vous: RendezVous, status: RendezVous.Status, action: str) -> RendezVous:
    rendez_vous = locked(rendez_vous)
    if rendez_vous.status == status:
        return rendez_vous
    move(rendez_vous, status)
    rendez_vous.save(update_fields=["status"])
    _record(action, by, rendez_vous)
    refresh_duties(rendez_vous)
    return rendez_vous


def _planned(rendez_vous: RendezVous) -> RendezVous:
    rendez_vous = locked(rendez_vous)
    if rendez_vous.status != RendezVous.Status.PLANNED:
        raise ValidationError(f"Ce rendez-vous est « {rendez_vous.get_status_display()} » : fixez-en un nouveau.")
    return rendez_vous


def _record(action: str, by: User, rendez_vous: RendezVous, **details: object) -> None:
    record(action, by=by, target=rendez_vous, menage=rendez_vous.menage, residence=rendez_vous.residence, **details)
