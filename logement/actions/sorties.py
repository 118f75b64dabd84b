"""Record a step of an exit, or take it back."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.models import EtapeSortie, Sejour
from residence.actions.journal import record
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today


@transaction.atomic
def record_etape_sortie(
    *, by: User, sejour: Sejour, step: EtapeSortie.Step, done_on: datetime.date, note: str = ""
) -> EtapeSortie:
    """Keep that a step of the exit is done. Recorded twice on the same day, it is kept once."""
    sejour = Sejour.objects.select_for_update(of=("self",)).select_related("menage", "residence").get(pk=sejour.pk)
    if done_on > today():
        raise ValidationError({"done_on": "Une étape est faite aujourd’hui ou l’a été avant."})
    if done_on < sejour.start_on:
        raise ValidationError({"done_on": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    known: EtapeSortie | None = EtapeSortie.objects.live().filter(sejour=sejour, step=step).first()
    if known is not None and known.done_on == done_on:
        return known
    etape = EtapeSortie(sejour=sejour, step=step, done_on=done_on, note=note.strip(), recorded_by=by)
    etape.full_clean()
    etape.save()
    refresh_duties(sejour)
    record(
        "sortie.record", by=by, target=sejour, residence=sejour.residence, menage=sejour.menage, step=step, on=done_on
    )
    return etape


@transaction.atomic
def cancel_etape_sortie(*, by: User, etape: EtapeSortie) -> EtapeSortie:
    """Take back a step recorded by mistake: it is to do again."""
    row: EtapeSortie = (
        EtapeSortie.objects.select_for_update(of=("self",)).select_related("sejour__menage", "sejour__residence")
    ).get(pk=etape.pk)
    if row.cancelled_at is None:
        row.cancelled_by, row.cancelled_at = by, timezone.now()
        row.save(update_fields=["cancelled_by", "cancelled_at"])
        refresh_duties(row.sejour)
        sejour = row.sejour
        record("sortie.cancel", by=by, target=sejour, residence=sejour.residence, menage=sejour.menage, step=row.step)
    return row
