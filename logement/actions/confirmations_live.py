"""The confirmation of a campaign that a worker has, or will have, in hand; told from one whose worker died."""

from django.utils import timezone

from logement.models import Campagne, ConfirmationCampagne
from residence.models import Residence
from residence.tasks_watch import is_lost

STOPPED = "Le traitement s’est arrêté avant la fin : rien n’a été écrit. Confirmez de nouveau."


def live_confirmation(at: Campagne | Residence) -> ConfirmationCampagne | None:
    """The one that waits or runs; one whose task died or was given up is ended, and said to be."""
    rows = ConfirmationCampagne.objects.live()
    rows = rows.filter(campagne=at) if isinstance(at, Campagne) else rows.filter(campagne__residence=at)
    for live in rows:
        if live.task and is_lost(live.task):
            end_confirmation(live.pk, STOPPED)
        else:
            return live
    return None


def end_confirmation(confirmation_id: int, error: str = "") -> None:
    """Say that it is at its end, with what was refused, if anything; an end already said stays."""
    ConfirmationCampagne.objects.live().filter(pk=confirmation_id).update(finished_at=timezone.now(), error=error)
