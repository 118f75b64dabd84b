"""What staff is told, by message: management of each right given, a person of what touches their account."""

import datetime
import logging
from functools import partial

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet

from residence.models import Delegation, Residence, RoleAttribution, User
from residence.permissions import Role

logger = logging.getLogger(__name__)


def direction_of(residence: Residence | None) -> QuerySet[User]:
    """Who holds `direction` today for this résidence, or for any when none is named."""
    here = {"role": Role.DIRECTION} | ({"residence": residence} if residence is not None else {})
    own = RoleAttribution.objects.in_force().filter(**here).values("user")
    lent = Delegation.objects.in_force().filter(**here).values("to_user")
    return User.objects.filter(Q(pk__in=own) | Q(pk__in=lent), is_active=True)


def where(residence: Residence | None) -> str:
    """« à la résidence … », as a sentence goes on."""
    return f"à la résidence {residence}" if residence is not None else "pour tout l’organisme"


def when(start_on: datetime.date, end_on: datetime.date | None) -> str:
    """« du … au … », as a sentence goes on."""
    start = f"{start_on:%d/%m/%Y}"
    return f"du {start} au {end_on:%d/%m/%Y}" if end_on is not None else f"à partir du {start}"


def tell_direction(subject: str, sentence: str, *, user: User, residence: Residence | None = None) -> None:
    """Write to management once the transaction holds; to that of every résidence of `user` when none is named."""
    if residence is not None:
        told = direction_of(residence)
    else:
        houses = RoleAttribution.objects.in_force().filter(user=user, residence__isnull=False).values("residence")
        heads = RoleAttribution.objects.in_force().filter(role=Role.DIRECTION)
        told = User.objects.filter(pk__in=heads.filter(residence__in=houses).values("user"), is_active=True)
        told = told if told.exists() else direction_of(None)
    write([head.email for head in told], subject, sentence)


def write(to: list[str], subject: str, text: str) -> None:
    """Send a message to each of `to`, once the transaction holds."""
    if to:
        transaction.on_commit(partial(_send, to, subject, text))


def _send(to: list[str], subject: str, text: str) -> None:
    """One message each, so that nobody reads the others' addresses; what does not leave is logged."""
    foot = "\n\nCe message est envoyé par le logiciel de votre organisme. N’y répondez pas."
    for address in dict.fromkeys(to):
        try:
            EmailMessage(subject, text + foot, to=[address]).send()
        except OSError:  # SMTPException is one
            logger.exception("Mail « %s » could not be sent", subject)
