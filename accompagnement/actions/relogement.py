"""Rehousing: the housing request and its renewals, priorities, pieces, offers and their answers."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.actions.projets import open_file
from accompagnement.models import DemandeLogement, DossierSocial, OffreLogement, PieceRelogement, Priorite
from accompagnement.rules.relogement import request_valid_until
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today


@transaction.atomic
def record_demande(*, by: User, dossier: DossierSocial, **fields: Any) -> DemandeLogement:
    """The housing request of the household, under its unique number."""
    dossier = open_file(dossier)
    demande = DemandeLogement(dossier=dossier, recorded_by=by, **fields)
    _not_ahead(registered_on=demande.registered_on, renewed_on=demande.renewed_on)
    demande.valid_until_on = request_valid_until(demande.renewed_on or demande.registered_on)
    demande.full_clean()
    demande.save()
    _record("demande_logement.record", by, demande)
    return demande


@transaction.atomic
def renew_demande(*, by: User, demande: DemandeLogement, renewed_on: datetime.date) -> DemandeLogement:
    """A housing request is renewed for a year from `renewed_on`."""
    demande = locked(demande)
    if demande.ended_on is not None:
        raise ValidationError("Cette demande est terminée : enregistrez la nouvelle.")
    _not_ahead(renewed_on=renewed_on)
    if renewed_on < (demande.renewed_on or demande.registered_on):
        raise ValidationError({"renewed_on": "Le dernier renouvellement connu est plus récent."})
    if demande.renewed_on != renewed_on:
        demande.renewed_on = renewed_on
        demande.valid_until_on = request_valid_until(renewed_on)
        demande.full_clean()
        demande.save(update_fields=["renewed_on", "valid_until_on"])
        _record("demande_logement.renew", by, demande, until=demande.valid_until_on)
    return demande


@transaction.atomic
def end_demande(*, by: User, demande: DemandeLogement, reason: str, on: datetime.date) -> DemandeLogement:
    """A housing request no longer runs."""
    demande = locked(demande)
    if demande.ended_on is not None:
        raise ValidationError("Quelqu’un est passé avant vous : cette demande est déjà terminée.")
    _not_ahead(on=on)
    demande.ended_on, demande.ended_reason, demande.ended_by = on, reason, by
    demande.full_clean()
    demande.save(update_fields=["ended_on", "ended_reason", "ended_by"])
    _record("demande_logement.end", by, demande, reason=reason)
    return demande


@transaction.atomic
def file_priorite(*, by: User, dossier: DossierSocial, form_key: uuid.UUID | None = None, **fields: Any) -> Priorite:
    """A priority is asked for: SYPLO, accord collectif or DALO."""
    dossier = open_file(dossier)
    if form_key is not None and (same := Priorite.objects.filter(form_key=form_key).first()):
        return same
    priorite = Priorite(dossier=dossier, recorded_by=by, form_key=form_key, **fields)
    _not_ahead(filed_on=priorite.filed_on)
    priorite.full_clean()
    priorite.save()
    _record("priorite.file", by, priorite, kind_of=priorite.kind)
    return priorite


@transaction.atomic
def decide_priorite(
    *, by: User, priorite: Priorite, status: str, on: datetime.date, valid_until_on: datetime.date | None = None
) -> Priorite:
    """What came of a priority: granted until a day, refused, or ended."""
    priorite = locked(priorite)
    _not_ahead(on=on)
    move(priorite, status)
    if status == Priorite.Status.ENDED:
        priorite.ended_on = on
    else:
        priorite.decided_on = on
        priorite.valid_until_on = valid_until_on if status == Priorite.Status.GRANTED else None
    priorite.full_clean()
    priorite.save(update_fields=["status", "decided_on", "valid_until_on", "ended_on"])
    _record("priorite.decide", by, priorite, kind_of=priorite.kind, status=status)
    return priorite


@transaction.atomic
def record_pieces(*, by: User, dossier: DossierSocial, pieces: Mapping[str, Mapping[str, Any]]) -> None:
    """Which pieces are in hand, until when, and which are of no use here."""
    dossier = open_file(dossier)
    stored = {one.kind: one for one in dossier.pieces_relogement.all()}
    changed = []
    for kind, given in pieces.items():
        piece = stored.get(kind) or PieceRelogement(dossier=dossier, kind=kind)
        if piece.pk is None and not any(given.values()):
            continue
        if any(getattr(piece, name) != value for name, value in given.items()):
            for name, value in given.items():
                setattr(piece, name, value)
            piece.recorded_by, piece.recorded_at = by, timezone.now()
            piece.full_clean()
            piece.save()
            changed.append(kind)
    if changed:
        record(
            "dossier.record_pieces",
            by=by,
            target=dossier,
            menage=dossier.menage,
            residence=dossier.residence,
            pieces=changed,
        )
        refresh_duties(dossier)


@transaction.atomic
def record_offre(
    *, by: User, dossier: DossierSocial, form_key: uuid.UUID | None = None, **fields: Any
) -> OffreLogement:
    """A home is offered."""
    dossier = open_file(dossier)
    if form_key is not None and (same := OffreLogement.objects.filter(form_key=form_key).first()):
        return same
    offre = OffreLogement(dossier=dossier, recorded_by=by, form_key=form_key, **fields)
    _not_ahead(received_on=offre.received_on)
    offre.full_clean()
    offre.save()
    _record("offre_logement.record", by, offre)
    return offre


@transaction.atomic
def answer_offre(
    *, by: User, offre: OffreLogement, answer: str, on: datetime.date, answer_reason: str = ""
) -> OffreLogement:
    """What the person answers to an offer; a refusal says why."""
    offre = locked(offre)
    if offre.answer:
        raise ValidationError(f"Quelqu’un est passé avant vous : cette offre est {offre.get_answer_display()}.")
    _not_ahead(on=on)
    offre.answer, offre.answer_reason, offre.answered_on = answer, answer_reason, on
    offre.full_clean()
    offre.save(update_fields=["answer", "answer_reason", "answered_on"])
    _record("offre_logement.answer", by, offre, answer=answer)
    return offre


@transaction.atomic
def settle_offre(*, by: User, offre: OffreLogement, outcome: str, on: datetime.date) -> OffreLogement:
    """What came of an offer. A lease signed ends the housing request that runs."""
    offre = locked(offre)
    if offre.outcome:
        raise ValidationError(f"Quelqu’un est passé avant vous : l’issue est « {offre.get_outcome_display()} ».")
    if outcome == OffreLogement.Outcome.SIGNED and offre.answer != OffreLogement.Answer.ACCEPTED:
        raise ValidationError("Un bail se signe après que la personne a accepté : notez d’abord sa réponse.")
    _not_ahead(on=on)
    offre.outcome, offre.outcome_on = outcome, on
    offre.full_clean()
    offre.save(update_fields=["outcome", "outcome_on"])
    _record("offre_logement.settle", by, offre, outcome=outcome)
    if outcome == OffreLogement.Outcome.SIGNED:
        for demande in DemandeLogement.objects.filter(dossier=offre.dossier_id, ended_on=None):
            end_demande(by=by, demande=demande, reason=DemandeLogement.End.ATTRIBUTION, on=on)
    return offre


def _not_ahead(**days: datetime.date | None) -> None:
    for name, day in days.items():
        if day is not None and day > today():
            raise ValidationError({name: "Cette date est à venir."})


def _record(action: str, by: User, target: Any, **details: Any) -> None:
    dossier = target.dossier
    record(action, by=by, target=target, menage=dossier.menage, residence=dossier.residence, **details)
    refresh_duties(target)
