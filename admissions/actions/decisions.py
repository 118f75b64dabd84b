"""Record the commission's decision on a file, lift its reserve, grant a derogation."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.orientations import reach
from admissions.models import (
    Decision,
    Derogation,
    MotifCloture,
    Orientation,
    PassageCommission,
    SessionCommission,
)
from admissions.models.commission import reserve_line
from admissions.models.orientations import OrientationStatus
from admissions.queries.commission import reserve_awaits
from admissions.queries.criteres import derogations_missing, points_of
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import CritereDispositif, PieceRequise, User
from residence.models.base import today

S = OrientationStatus
St = SessionCommission.Status
K = Decision.Kind
# Decisions that may choose motives of the list; an unfavourable one must.
_WITH_MOTIVES = frozenset({K.UNFAVORABLE, K.DEFERRED, K.WAITING_LIST})


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
    reserve_pieces: Iterable[PieceRequise] = (),
    conditions_by_on: datetime.date | None = None,
    deferred_to_on: datetime.date | None = None,
) -> Decision:
    """Write down what the commission decides on a file; it may be corrected until the sitting closes.

    The request becomes decided; where it goes next is settled at the closing. Pieces that a reserve asks for say by
    themselves what is awaited.
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
    if kind != K.DEFERRED:
        _require_quorum(session, passage)
    pieces = list(reserve_pieces) if kind == K.FAVORABLE_SUBJECT_TO else []
    if any(piece.dispositif_id != orientation.dispositif_id for piece in pieces):
        raise ValidationError({"reserve_pieces": "Ce dispositif ne demande pas cette pièce."})
    if kind == K.UNFAVORABLE:
        _require_own_reasons(reasons, orientation)
    day = timezone.localdate(session.starts_at)
    decision = Decision.objects.filter(passage=passage).first() or Decision(passage=passage)
    corrected = decision.pk is not None
    decision.kind = kind
    decision.reasons = reasons.strip()
    decision.reasons_prescripteur = reasons_prescripteur
    # What goes with another kind of decision is not kept.
    decision.motives = (motives or []) if kind in _WITH_MOTIVES else []
    asked = conditions.strip() or reserve_line(piece.name for piece in pieces)
    decision.conditions = asked if kind == K.FAVORABLE_SUBJECT_TO else ""
    decision.conditions_by_on = conditions_by_on if kind == K.FAVORABLE_SUBJECT_TO else None
    decision.deferred_to_on = deferred_to_on if kind == K.DEFERRED else None
    for name, value in (("conditions_by_on", decision.conditions_by_on), ("deferred_to_on", decision.deferred_to_on)):
        if value is not None and value < day:
            raise ValidationError({name: "Cette date précède la séance."})
    decision.decided_on = min(day, today())
    decision.recorded_by, decision.recorded_at = by, timezone.now()
    decision.full_clean()
    decision.save()
    decision.reserve_pieces.set(pieces)
    if not corrected:
        reach(orientation, S.DECIDED, by=by, reason=str(decision.get_kind_display()))
    record_decided("decision.record", by, decision, kind_of=kind, corrected=corrected)
    refresh_duties(orientation)
    refresh_duties(session)
    return decision


def _require_quorum(session: SessionCommission, passage: PassageCommission) -> None:
    """Enough of those present may speak of this file: a link keeps some out of it."""
    heard = session.membres.filter(is_present=True).exclude(user__in=passage.liens.values("user")).count()
    if heard < session.quorum:
        raise ValidationError(
            f"Le quorum est de {session.quorum} membres et {heard} seulement peuvent se prononcer sur ce dossier : "
            "ajournez-le, ou remplacez un membre."
        )


def _require_own_reasons(reasons: str, orientation: Orientation) -> None:
    """A refusal says why for this person: neither a motive of the list nor a criterion is enough by itself."""
    said = _bare(reasons)
    labels = [str(label) for label in MotifCloture.labels] + [point.label for point in points_of(orientation)]
    if said and said in {_bare(label) for label in labels}:
        raise ValidationError(
            {
                "reasons": "Dites pourquoi pour cette personne : un motif de la liste ou un critère ne suffit pas "
                "à refuser un candidat."
            }
        )


def _bare(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


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
    awaited = reserve_awaits(decision)
    if awaited:
        raise ValidationError(
            [f"« {piece.name} » n’est pas au dossier : marquez-la reçue, puis levez la réserve." for piece in awaited]
        )
    decision.conditions_lifted_on = lifted_on
    decision.save(update_fields=["conditions_lifted_on"])
    reach(orientation, S.WAITING, by=by, reason="réserve levée")
    record_decided("reserve.lift", by, decision, lifted_on=lifted_on)
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


def record_decided(action: str, by: User | None, decision: Decision, **details: Any) -> None:
    """Write in the journal what was done of a decision."""
    orientation = decision.passage.orientation
    record(
        action,
        by=by,
        target=decision,
        menage=orientation.menage,
        residence=orientation.residence,
        **details,
    )
