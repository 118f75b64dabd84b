"""Issue the letters of a decision, and make them leave: by e-mail where it was agreed to, else on paper.

An e-mail carries the letter as an attachment; its own words name nobody and tell nothing of the decision. The letters
about a confidential household, or of a confidential résidence, never leave by e-mail.
"""

import datetime
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from admissions.actions.decisions import record_decided
from admissions.actions.orientations import settle_refusal
from admissions.models import Decision, EnvoiLettre, SessionCommission
from admissions.queries.courriers import (
    Addressee,
    addressee_of,
    addressee_partner,
    place_and_date,
    reference_of,
    signatory_of,
)
from admissions.queries.lettres import Lettre, lettres_of, not_all_gone, with_letters
from admissions.queries.siao import DECIDED
from residence.actions.documents import issue_document, pdf_of
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, User
from residence.models.base import today

logger = logging.getLogger(__name__)

# Longer than any sending lasts: a message still on its way then was left by a server that stopped.
LEFT_BEHIND_AFTER = datetime.timedelta(hours=1)

St = SessionCommission.Status
K = Decision.Kind
Means = EnvoiLettre.Means


@transaction.atomic
def issue_letters(
    *, by: User, decision: Decision, notified_on: datetime.date, answered_on: datetime.date | None = None
) -> Decision:
    """Issue the letter to the candidate and that to the prescripteur, numbered and frozen, and say when they leave."""
    decision = locked(decision)
    orientation = locked(decision.passage.orientation)
    if decision.letter_candidat_id is not None:
        return decision
    if decision.passage.session.status != St.CLOSED:
        raise ValidationError("Les lettres partent une fois la séance close.")
    if notified_on < decision.decided_on:
        raise ValidationError({"notified_on": "Une décision ne se notifie pas avant d’être prise."})
    decision.letter_candidat = _letter(
        by,
        decision,
        DocumentKind.LETTRE_CANDIDAT,
        addressee_of(orientation.menage, orientation.partenaire),
        notified_on,
    )
    if orientation.partenaire is not None:
        decision.letter_prescripteur = _letter(
            by,
            decision,
            DocumentKind.LETTRE_PRESCRIPTEUR,
            addressee_partner(orientation.partenaire, orientation.prescripteur),
            notified_on,
        )
    decision.notified_on = notified_on
    decision.save(update_fields=["letter_candidat", "letter_prescripteur", "notified_on"])
    record_decided("decision.letters", by, decision, notified_on=notified_on)
    if answered_on is not None and orientation.answered_on is None:
        if not orientation.received_on <= answered_on <= today():
            raise ValidationError({"answered_on": "La réponse est donnée entre le jour de la demande et aujourd’hui."})
        orientation.answered_on = answered_on
        orientation.save(update_fields=["answered_on"])
        record(
            "orientation.answer",
            by=by,
            target=orientation,
            menage=orientation.menage,
            residence=orientation.residence,
            answered_on=answered_on,
        )
    settle_refusal(by=by, orientation=orientation)
    refresh_duties(decision)
    refresh_duties(orientation)
    return decision


def _letter(by: User, decision: Decision, kind: DocumentKind, to: Addressee, on: datetime.date) -> DocumentEmis:
    orientation = decision.passage.orientation
    return issue_document(
        kind=kind,
        residence=orientation.residence,
        menage=orientation.menage,
        template=f"admissions/pdf/{kind.value}.html",
        data=letter_data(by, decision, kind, to, on),
        by=by,
        target=decision,
        on=on,
    )


def letter_data(by: User, decision: Decision, kind: DocumentKind, to: Addressee, on: datetime.date) -> dict[str, Any]:
    """What a letter of decision freezes."""
    orientation = decision.passage.orientation
    residence = orientation.residence
    reference = reference_of(orientation.menage)
    to_partner = kind == DocumentKind.LETTRE_PRESCRIPTEUR
    return {
        **to.data(),
        "title": "Décision de la commission",
        "object": f"votre demande de logement à {residence.name}"
        if not to_partner
        else f"orientation de {orientation}",
        "place_and_date": place_and_date(residence, on),
        "candidate": reference.formal_name if reference else str(orientation),
        "dispositif": str(orientation.dispositif),
        "siao_number": orientation.siao_number,
        "received_on": orientation.received_on,
        "decided_on": decision.decided_on,
        "kind": str(decision.kind),
        "kind_label": str(decision.get_kind_display()),
        "partner_word": DECIDED[K(decision.kind)],
        "reasons": decision.reasons,
        "reasons_prescripteur": decision.reasons_prescripteur,
        "motives": decision.motives_display,
        "conditions": decision.reserve_display,
        "conditions_by_on": decision.conditions_by_on,
        "deferred_to_on": decision.deferred_to_on,
        "contact": by.get_full_name(),
        "contact_phone": by.phone or residence.phone,
        "signatory": signatory_of(residence, by),
    }


@transaction.atomic
def issue_session_letters(
    *, by: User, decisions: Iterable[Decision], notified_on: datetime.date, answers: bool
) -> list[Decision]:
    """Issue the letters of several decisions at once; `answers` says that they answer the prescripteurs."""
    issued = []
    for decision in decisions:
        if decision.letter_candidat_id is None:
            asked = notified_on if answers and decision.passage.orientation.partenaire_id else None
            issued.append(issue_letters(by=by, decision=decision, notified_on=notified_on, answered_on=asked))
    return issued


@transaction.atomic
def email_letters(*, by: User, decisions: Iterable[Decision], documents: Iterable[int]) -> int:
    """Send those of `documents` that may leave by e-mail and have not left yet; gives how many."""
    asked = 0
    wanted = set(documents)
    for decision in map(locked, decisions):
        for lettre in lettres_of([decision]):
            if lettre.document.pk not in wanted or not lettre.email or lettre.is_sent or lettre.is_leaving:
                continue
            _email(decision, lettre, by)
            record_decided("lettre.send", by, decision, document=lettre.document.number, means=Means.EMAIL)
            asked += 1
    return asked


def _email(decision: Decision, lettre: Lettre, by: User) -> None:
    """Have a letter leave by e-mail once the transaction is over; `by` asked for it."""
    envoi = EnvoiLettre(
        decision=decision, document=lettre.document, means=Means.EMAIL, address=lettre.email, asked_by=by
    )
    envoi.full_clean()
    envoi.save()
    transaction.on_commit(partial(send_email, envoi.pk))


def send_again(day: datetime.date) -> str:
    """Try again the messages that did not leave and whose day has come; those that a stopped server left behind too.

    Says how many. A letter is tried as often as `RETRY_AFTER_DAYS` says, then a person prints it.
    """
    left_behind = EnvoiLettre.objects.filter(
        means=Means.EMAIL, sent_on=None, failed_at=None, asked_at__lt=timezone.now() - LEFT_BEHIND_AFTER
    )
    tried = 0
    for pk in left_behind.values_list("pk", flat=True):
        transaction.on_commit(partial(send_email, pk))
        tried += 1
    failed = EnvoiLettre.objects.filter(decision=OuterRef("pk"), failed_at__isnull=False)
    for known in not_all_gone(Decision.objects.filter(Exists(failed))):
        locked(known)
        (decision,) = with_letters(Decision.objects.filter(pk=known.pk))
        for lettre in lettres_of([decision]):
            if lettre.retry_on is not None and lettre.retry_on <= day:
                _email(decision, lettre, lettre.envois[-1].asked_by)
                record_decided("lettre.retry", None, decision, document=lettre.document.number, after=lettre.failures)
                tried += 1
    return f"{tried} courriel{'s' if tried > 1 else ''} de nouveau en partance" if tried else ""


@transaction.atomic
def post_letters(
    *, by: User, decisions: Iterable[Decision], documents: Iterable[int], means: str, sent_on: datetime.date
) -> int:
    """Say that letters left on paper on a day; gives how many. Saying it twice changes nothing."""
    if means not in (Means.POST, Means.HAND):
        raise ValidationError({"means": "Une lettre sur papier part par la poste, ou se remet en main propre."})
    told = 0
    wanted = set(documents)
    for decision in map(locked, decisions):
        for lettre in lettres_of([decision]):
            if lettre.document.pk not in wanted or lettre.left_on_paper(means, sent_on):
                continue
            if not lettre.document.issued_on <= sent_on <= today():
                raise ValidationError({"sent_on": "Une lettre part entre le jour dont elle est datée et aujourd’hui."})
            envoi = EnvoiLettre(decision=decision, document=lettre.document, means=means, sent_on=sent_on, asked_by=by)
            envoi.full_clean()
            envoi.save()
            record_decided("lettre.send", by, decision, document=lettre.document.number, means=means)
            told += 1
        refresh_duties(decision)
    return told


def send_email(envoi_id: int) -> None:
    """Send the message of a sending that has not left, once; a mail server that is down is told on the page."""
    with transaction.atomic():
        rows = EnvoiLettre.objects.select_for_update(of=("self",), skip_locked=True)
        envoi = rows.filter(pk=envoi_id, sent_on__isnull=True, failed_at__isnull=True).first()
        if envoi is None:
            return
        try:
            _message(envoi).send()
        except OSError:
            logger.exception("Letter %s could not be sent", envoi.document_id)
            envoi.failed_at = timezone.now()
        else:
            envoi.sent_on = today()
        envoi.save(update_fields=["sent_on", "failed_at"])
        refresh_duties(envoi.decision)


def _message(envoi: EnvoiLettre) -> EmailMessage:
    document = envoi.document
    residence = document.residence
    phone = f" au {residence.phone}" if residence.phone else ""
    message = EmailMessage(
        f"Courrier de {residence.name}, réf. {document.number}",
        f"Bonjour,\n\nUn courrier de {residence.name} vous est adressé : vous le trouverez en pièce jointe.\n\n"
        "Vous avez accepté de recevoir nos courriers à cette adresse. Si vous les préférez sur papier, "
        f"ou si ce message ne vous est pas destiné, dites-le-nous{phone}.",
        to=[envoi.address],
    )
    message.attach(f"courrier-{document.number.lower()}.pdf", pdf_of(document), "application/pdf")
    return message
