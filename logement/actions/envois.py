"""Send receipts by e-mail to who agreed to it: asked for once, done by a worker, tried again when the server is down.

The frozen PDF is attached; the subject and the text name nobody and tell no amount.
"""

import datetime
import logging
from collections.abc import Iterable, Sequence

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django_tasks import task

from logement.models import EnvoiQuittance, Quittance
from logement.queries.envois import ways_of
from residence.actions.documents import pdf_of
from residence.actions.journal import record
from residence.models import User
from residence.models.base import today
from residence.rules.courriel import retry_on

logger = logging.getLogger(__name__)

# A message still on its way after this was left behind by a worker that stopped.
LEFT_BEHIND_AFTER = datetime.timedelta(hours=1)


@transaction.atomic
def email_receipts(*, by: User, quittances: Sequence[Quittance]) -> list[EnvoiQuittance]:
    """Have those of these live receipts leave that may and have not; asked twice, each leaves once."""
    ids = [quittance.pk for quittance in quittances]
    rows = (
        Quittance.objects.live()
        .filter(pk__in=ids)
        .select_for_update(of=("self",), no_key=True)
        .select_related("sejour__menage", "sejour__residence")
    )
    live = list(rows.order_by("pk"))
    ways = ways_of(live)
    gone = set(EnvoiQuittance.objects.filter(quittance__in=live, failed_at=None).values_list("quittance_id", "address"))
    asked = [
        EnvoiQuittance(quittance=one, address=ways[one.pk].address, asked_by=by)
        for one in live
        if ways[one.pk].address and (one.pk, ways[one.pk].address) not in gone
    ]
    EnvoiQuittance.objects.bulk_create(asked)
    if asked:
        residences = {one.quittance.sejour.residence_id: one.quittance.sejour.residence for one in asked}
        for pk, residence in residences.items():
            count = sum(one.quittance.sejour.residence_id == pk for one in asked)
            record("quittance.send", by=by, residence=residence, count=count)
        send_all.enqueue([one.pk for one in asked])
    return asked


@task()
def send_all(envois: Iterable[int]) -> int:
    """Send these messages, each in its own transaction; gives how many left."""
    return sum(_send(pk) for pk in envois)


@transaction.atomic
def _send(envoi_id: int) -> bool:
    """Send a message that has not left, once; a receipt cancelled meanwhile does not leave."""
    rows = EnvoiQuittance.objects.leaving().select_for_update(of=("self",), skip_locked=True)
    envoi = rows.select_related("quittance__document__residence").filter(pk=envoi_id).first()
    if envoi is None:
        return False
    try:
        if envoi.quittance.cancelled_at is None:
            _message(envoi).send()
        else:
            envoi.failed_at = timezone.now()
    except OSError:  # SMTPException is one
        logger.exception("Receipt %s could not be sent", envoi.quittance_id)
        envoi.failed_at = timezone.now()
    else:
        envoi.sent_on = None if envoi.failed_at else today()
    envoi.save(update_fields=["sent_on", "failed_at"])
    return envoi.sent_on is not None


def _message(envoi: EnvoiQuittance) -> EmailMessage:
    document = envoi.quittance.document
    residence = document.residence
    phone = f" au {residence.phone}" if residence.phone else ""
    message = EmailMessage(
        f"Courrier de {residence.name}, réf. {document.number}",
        f"Bonjour,\n\nVous trouverez en pièce jointe un courrier de {residence.name}.\n\n"
        "Vous avez accepté de recevoir nos courriers à cette adresse. Si vous les préférez sur papier, "
        f"ou si ce message ne vous est pas destiné, dites-le-nous{phone}.",
        to=[envoi.address],
    )
    message.attach(f"{document.number.lower()}.pdf", pdf_of(document), "application/pdf")
    return message


def send_again(day: datetime.date) -> str:
    """Try again what did not leave and whose day has come, and what a stopped worker left behind. Says how many."""
    left_behind = EnvoiQuittance.objects.leaving().filter(asked_at__lt=timezone.now() - LEFT_BEHIND_AFTER)
    tried = list(left_behind.values_list("pk", flat=True))
    failed = (
        Quittance.objects.live()
        .filter(envois__failed_at__isnull=False)
        .exclude(envois__in=EnvoiQuittance.objects.filter(failed_at=None))
        .annotate(failures=Count("envois"), last=Max("envois__failed_at"))
        .select_related("sejour__menage", "sejour__residence")
        .order_by("pk")
    )
    due = [one for one in failed if (on := retry_on(one.failures, last=timezone.localdate(one.last))) and on <= day]
    ways = ways_of(due)
    for one in due:
        if not ways[one.pk].address:
            continue
        last = one.envois.order_by("-pk").first()
        again = EnvoiQuittance(
            quittance=one, address=ways[one.pk].address, attempt=one.failures + 1, asked_by=last.asked_by
        )
        again.save()
        tried.append(again.pk)
    if tried:
        send_all.enqueue(tried)
    return f"{len(tried)} quittance{'s' if len(tried) > 1 else ''} de nouveau en partance" if tried else ""
