"""Record the commission's decision on a file, write its letters, lift its reserve, grant a derogation."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.orientations import reach, settle_refusal
from admissions.models import Decision, Derogation, Orientation, PassageCommission, SessionCommission
from admissions.models.orientations import OrientationStatus
from admissions.queries.courriers import (
    Addressee,
    addressee_of,
    addressee_partner,
    place_and_date,
    reference_of,
    signatory_of,
)
from admissions.queries.criteres import derogations_missing, points_of
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import CritereDispositif, DocumentEmis, DocumentKind, User
from residence.models.base import today

S = OrientationStatus
St = SessionCommission.Status
K = Decision.Kind


@transaction.atomic
def record_decision(
    *,
    by: User,
    passage: PassageCommission,
    kind: str,
    reasons: str,
    motives: list[str] | None = None,
    reasons_prescripteur: str = "",
    conditions: str = "",
    conditions_by_on: datetime.date | None = None,
    deferred_to_on: datetime.date | None = None,
) -> Decision:
    """Write down what the commission decides on a file; it may be corrected until the sitting closes.

    The request becomes decided; where it goes next is settled at the closing.
    """
    # Always in this order: session, orientation, passage.
    session = locked(passage.session)
    orientation = locked(passage.orientation)
    passage = locked(passage)
    if passage.withdrawn_at is not None:
        raise ValidationError("Ce dossier a été retiré de l’ordre du jour.")
    if session.status != St.SITTING:
        raise ValidationError(
            f"La séance est « {session.get_status_display()} » : une décision se consigne pendant la séance."
        )
    day = timezone.localdate(session.starts_at)
    decision = Decision.objects.filter(passage=passage).first() or Decision(passage=passage)
    corrected = decision.pk is not None
    decision.kind = kind
    decision.reasons = reasons.strip()
    decision.motives = motives or []
    decision.reasons_prescripteur = reasons_prescripteur
    # What goes with another kind of decision is not kept.
    decision.conditions = conditions if kind == K.FAVORABLE_SUBJECT_TO else ""
    decision.conditions_by_on = conditions_by_on if kind == K.FAVORABLE_SUBJECT_TO else None
    decision.deferred_to_on = deferred_to_on if kind == K.DEFERRED else None
    for name, value in (("conditions_by_on", decision.conditions_by_on), ("deferred_to_on", decision.deferred_to_on)):
        if value is not None and value < day:
            raise ValidationError({name: "Cette date précède la séance."})
    decision.decided_on = min(day, today())
    decision.recorded_by, decision.recorded_at = by, timezone.now()
    decision.full_clean()
    decision.save()
    if not corrected:
        reach(orientation, S.DECIDED, by=by, reason=str(decision.get_kind_display()))
    _record("decision.record", by, decision, kind_of=kind, corrected=corrected)
    refresh_duties(orientation)
    refresh_duties(session)
    return decision


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
    _record("decision.letters", by, decision, notified_on=notified_on)
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
        "reasons": decision.reasons,
        "reasons_prescripteur": decision.reasons_prescripteur,
        "motives": decision.motives_display,
        "conditions": decision.conditions,
        "conditions_by_on": decision.conditions_by_on,
        "deferred_to_on": decision.deferred_to_on,
        "contact": by.get_full_name(),
        "contact_phone": by.phone or residence.phone,
        "signatory": signatory_of(residence, by),
    }


@transaction.atomic
def lift_reserve(*, by: User, decision: Decision, lifted_on: datetime.date) -> Decision:
    """What the commission asked for is there: the candidate joins the waiting list."""
    decision = locked(decision)
    orientation = locked(decision.passage.orientation)
    if decision.kind != K.FAVORABLE_SUBJECT_TO:
        raise ValidationError("Cette décision n’a pas de réserve.")
    if decision.conditions_lifted_on is not None:
        return decision
    if decision.passage.session.status != St.CLOSED:
        raise ValidationError("La séance n’est pas close : sa décision ne produit pas encore d’effet.")
    if not decision.decided_on <= lifted_on <= today():
        raise ValidationError({"lifted_on": "La réserve se lève entre le jour de la décision et aujourd’hui."})
    decision.conditions_lifted_on = lifted_on
    decision.save(update_fields=["conditions_lifted_on"])
    reach(orientation, S.WAITING, by=by, reason="réserve levée")
    _record("reserve.lift", by, decision, lifted_on=lifted_on)
    refresh_duties(decision)
    refresh_duties(orientation)
    return decision


@transaction.atomic
def grant_derogation(*, by: User, orientation: Orientation, critere: CritereDispositif, reasons: str) -> Derogation:
    """Let a candidate pass a criterion, with the reasons; asked for after the decision, before a proposal."""
    orientation = locked(orientation)
    if orientation.status in (S.ENTERED, S.CLOSED):
        raise ValidationError("Cette candidature est terminée.")
    granted = Derogation.objects.filter(orientation=orientation, critere=critere).first()
    if granted is not None:
        return granted
    if not any(point.row and point.row.pk == critere.pk for point in derogations_missing(points_of(orientation))):
        raise ValidationError("Ce critère ne demande pas de dérogation pour ce candidat.")
    derogation = Derogation(orientation=orientation, critere=critere, reasons=reasons.strip(), granted_by=by)
    derogation.full_clean()
    derogation.save()
    record(
        "derogation.grant",
        by=by,
        target=orientation,
        menage=orientation.menage,
        residence=orientation.residence,
        critere=critere.kind,
    )
    refresh_duties(orientation)
    return derogation


def _record(action: str, by: User, decision: Decision, **details: Any) -> None:
    orientation = decision.passage.orientation
    record(
        action,
        by=by,
        target=decision,
        menage=orientation.menage,
        residence=orientation.residence,
        **details,
    )
