"""The hand-over log of a team: write, read, take back."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.models import LectureTransmission, Transmission
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.models import Residence, User
from residence.permissions import Permission


@transaction.atomic
def write_transmission(
    *, by: User, residence: Residence, form_key: uuid.UUID | None = None, **fields: Any
) -> Transmission:
    """A word for the next of the team; its author has read it. The same form sent twice writes one."""
    locked(residence)
    if form_key is not None and (same := Transmission.objects.filter(form_key=form_key).first()):
        return same
    transmission = Transmission(residence=residence, written_by=by, form_key=form_key, **fields)
    if transmission.place is not None and transmission.place.residence_id != residence.pk:
        raise ValidationError({"place": "Cette place n’est pas dans cette résidence."})
    transmission.full_clean()
    transmission.save()
    LectureTransmission.objects.create(transmission=transmission, read_by=by)
    record("transmission.write", by=by, target=transmission, residence=residence)
    return transmission


@transaction.atomic
def read_transmissions(*, by: User, transmissions: Iterable[Transmission]) -> None:
    """The user has read them; once is enough."""
    rows = [LectureTransmission(transmission=one, read_by=by) for one in transmissions]
    LectureTransmission.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def withdraw_transmission(*, by: User, transmission: Transmission) -> None:
    """Nobody reads it any more: by who wrote it, or by a coordinatrice, who knows what must not be told."""
    transmission = locked(transmission)
    if transmission.withdrawn_at is not None:
        return
    if transmission.written_by_id != by.pk and not by.holds(Permission.INCIDENT_PROTECTED, transmission.residence_id):
        raise ValidationError("Une transmission est retirée par qui l’a écrite, ou par une coordinatrice.")
    transmission.withdrawn_at, transmission.withdrawn_by = timezone.now(), by
    transmission.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record("transmission.withdraw", by=by, target=transmission, residence=transmission.residence)
