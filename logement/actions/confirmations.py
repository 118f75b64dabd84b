"""Confirm a campaign in the background: asked for once, done by a worker, its progress told while it runs.

The confirmation itself is `confirm_campagne`, in one transaction: a worker killed half way has written nothing. The
page of the campaign says so and offers to begin again; else `manage.py quotidien` has another worker take the task.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tasks import task

from logement.actions.campagnes import Tell, check_confirmable, confirm_campagne, hold
from logement.actions.confirmations_live import STOPPED, end_confirmation, live_confirmation
from logement.models import AvisEcheance, Campagne, ConfirmationCampagne
from residence.actions.statuses import locked
from residence.models import User

# Told this often at most, in seconds: what ends before is not told at all.
TOLD_EVERY = 0.5


@transaction.atomic
def ask_confirmation(*, by: User, campagne: Campagne) -> ConfirmationCampagne:
    """Have a worker confirm the avis of a campaign; asked twice, it is the same one.

    ValidationError for what can be told at once: a campaign that is not prepared, or too early. What else stands in
    the way is told at the end, on the page of the campaign.
    """
    residence = hold(campagne.residence)
    live = live_confirmation(campagne)
    if live is not None:
        return live
    campagne = locked(campagne)
    if campagne.status != Campagne.Status.PREPARED:
        raise ValidationError(f"Cette campagne est déjà {campagne.get_status_display()}.")
    check_confirmable(residence, campagne.month)
    asked = ConfirmationCampagne.objects.create(
        campagne=campagne,
        asked_by=by,
        total=AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.PREPARED).count(),
    )
    result = do_confirmation.enqueue(asked.pk)
    ConfirmationCampagne.objects.filter(pk=asked.pk).update(task=str(result.id))
    asked.refresh_from_db()
    return asked


@task()
def do_confirmation(confirmation_id: int) -> str:
    """Confirm what was asked for. Taken again after a worker died, it finds what is left to do, perhaps nothing."""
    asked = (
        ConfirmationCampagne.objects.live()
        .select_related("campagne__residence", "asked_by")
        .filter(pk=confirmation_id)
        .first()
    )
    if asked is None:
        return ""
    error = ""
    try:
        with _telling(asked) as tell:
            confirm_campagne(by=asked.asked_by, campagne=asked.campagne, tell=tell)
    except ValidationError as refused:
        # Confirmed meanwhile, by an earlier life of this task or by the command: what was asked for is there.
        done = Campagne.objects.filter(pk=asked.campagne_id).exclude(status=Campagne.Status.PREPARED).exists()
        error = "" if done else " ".join(refused.messages)
    except Exception:
        end_confirmation(asked.pk, STOPPED)
        raise
    end_confirmation(asked.pk, error)
    return error


@contextmanager
def _telling(asked: ConfirmationCampagne) -> Iterator[Tell]:
    """A function that writes how far the work has come, at once: its transaction is seen by nobody until its end."""
    beside = connection.copy()
    last = time.monotonic()

    def tell(step: str, done: int) -> None:
        nonlocal last
        if time.monotonic() - last < TOLD_EVERY:
            return
        last = time.monotonic()
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE logement_confirmationcampagne SET step = %s, done = %s WHERE id = %s", [step, done, asked.pk]
            )

    try:
        yield tell
    finally:
        beside.close()
