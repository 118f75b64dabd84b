"""The RSA: open the support of a person, sign and renew the contract, hold a meeting and print its record."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accompagnement.actions.projets import open_file
from accompagnement.models import ContratEngagement, DossierSocial, EntretienRsa, ParcoursRsa
from accompagnement.rules.rsa import hours_asked
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Personne, User
from residence.models.base import today


@transaction.atomic
def open_rsa(*, by: User, dossier: DossierSocial, personne: Personne, **fields: Any) -> ParcoursRsa:
    """The support of one person who receives the RSA."""
    dossier = open_file(dossier)
    if not dossier.menage.members_on(today()).filter(personne=personne).exists():
        raise ValidationError({"personne": "Cette personne ne fait pas partie du ménage."})
    parcours = ParcoursRsa(dossier=dossier, personne=personne, opened_by=by, **fields)
    for name in ("delegated_on", "notified_on", "old_contract_on"):
        if getattr(parcours, name) and getattr(parcours, name) > today():
            raise ValidationError({name: "Cette date est à venir."})
    parcours.full_clean()
    parcours.save()
    _record("rsa.open", by, parcours, parcours)
    return parcours


@transaction.atomic
def edit_rsa(
    *, by: User, parcours: ParcoursRsa, seeks_work: bool, has_longer_delay: bool, diagnosed_on: datetime.date | None
) -> ParcoursRsa:
    """What decides of the joint diagnosis with France Travail."""
    parcours = _running(parcours)
    if diagnosed_on and diagnosed_on > today():
        raise ValidationError({"diagnosed_on": "Cette date est à venir."})
    parcours.seeks_work, parcours.has_longer_delay, parcours.diagnosed_on = seeks_work, has_longer_delay, diagnosed_on
    parcours.full_clean()
    parcours.save(update_fields=["seeks_work", "has_longer_delay", "diagnosed_on"])
    _record("rsa.edit", by, parcours, parcours)
    return parcours


@transaction.atomic
def end_rsa(*, by: User, parcours: ParcoursRsa, reason: str) -> ParcoursRsa:
    """The support of the RSA stops."""
    parcours = _running(parcours)
    parcours.ended_on, parcours.ended_reason, parcours.ended_by = today(), reason, by
    parcours.full_clean()
    parcours.save(update_fields=["ended_on", "ended_reason", "ended_by"])
    _record("rsa.end", by, parcours, parcours)
    return parcours


@transaction.atomic
def sign_engagement(
    *, by: User, parcours: ParcoursRsa, form_key: uuid.UUID | None = None, **fields: Any
) -> ContratEngagement:
    """A contrat d'engagement is signed: the first one, or the renewal of the last one, which it follows."""
    parcours = _running(parcours)
    if form_key is not None and (same := ContratEngagement.objects.filter(form_key=form_key).first()):
        return same
    before = parcours.contrats.first()
    contrat = ContratEngagement(parcours=parcours, renews=before, recorded_by=by, form_key=form_key, **fields)
    if contrat.signed_on > today():
        raise ValidationError({"signed_on": "Cette date est à venir."})
    if before is not None and contrat.start_on <= before.end_on:
        raise ValidationError({"start_on": f"Le contrat d’avant court jusqu’au {before.end_on:%d/%m/%Y}."})
    asked = hours_asked(contrat.start_on)
    if contrat.weekly_hours < asked and not contrat.fewer_hours_reason:
        raise ValidationError(
            {"fewer_hours_reason": f"Moins de {asked} heures par semaine : dites la dispense ou l’aménagement."}
        )
    contrat.full_clean()
    contrat.save()
    _record("rsa.sign", by, parcours, contrat, hours=contrat.weekly_hours)
    return contrat


@transaction.atomic
def hold_rsa(*, by: User, parcours: ParcoursRsa, form_key: uuid.UUID | None = None, **fields: Any) -> EntretienRsa:
    """A meeting of the RSA, with its record frozen as a paper."""
    parcours = _running(parcours)
    if form_key is not None and (same := EntretienRsa.objects.filter(form_key=form_key).first()):
        return same
    entretien = EntretienRsa(parcours=parcours, written_by=by, form_key=form_key, **fields)
    if entretien.held_on > today():
        raise ValidationError({"held_on": "Cette date est à venir."})
    entretien.full_clean()
    entretien.save()
    entretien.document = _paper(entretien, by)
    entretien.save(update_fields=["document"])
    _record("rsa.hold", by, parcours, entretien, presence=entretien.presence)
    return entretien


def _paper(entretien: EntretienRsa, by: User) -> DocumentEmis:
    parcours = entretien.parcours
    dossier = parcours.dossier
    contrat = parcours.contrats.first()
    return issue_document(
        kind=DocumentKind.COMPTE_RENDU_RSA,
        residence=dossier.residence,
        menage=dossier.menage,
        template="accompagnement/pdf/entretien_rsa.html",
        data={
            "title": "Compte rendu d’entretien RSA",
            "name": str(parcours.personne),
            "body": parcours.delegated_from_body,
            "with_whom": str(by),
            "held_on": entretien.held_on,
            "presence": entretien.get_presence_display(),
            "done": entretien.done,
            "to_do": entretien.to_do,
            "next_on": entretien.next_on,
            "contract": {"start_on": contrat.start_on, "end_on": contrat.end_on, "hours": contrat.weekly_hours}
            if contrat
            else None,
            "signatures": [
                {"label": "La personne", "name": str(parcours.personne), "mention": "", "signed": ""},
                {"label": "Le référent", "name": str(by), "mention": "", "signed": ""},
            ],
        },
        by=by,
        target=entretien,
    )


def _running(parcours: ParcoursRsa) -> ParcoursRsa:
    parcours = locked(parcours)
    if parcours.ended_on is not None:
        raise ValidationError("Ce suivi RSA est terminé.")
    return parcours


def _record(action: str, by: User, parcours: ParcoursRsa, target: Any, **details: Any) -> None:
    dossier = parcours.dossier
    record(action, by=by, target=target, menage=dossier.menage, residence=dossier.residence, **details)
    refresh_duties(parcours)
