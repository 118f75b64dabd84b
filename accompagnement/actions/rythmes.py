"""The rhythm of visits, the diagnosis of a home, the calls of a heat wave."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accompagnement.actions.projets import open_file
from accompagnement.models import AppelVeille, DiagnosticHabitat, DossierSocial, VeilleCanicule
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import Menage, Personne, Residence, User
from residence.models.base import today


@transaction.atomic
def set_rhythm(*, by: User, dossier: DossierSocial, visit_every_days: int | None) -> DossierSocial:
    """How often this household is visited; None goes back to the rhythm of its dispositif."""
    dossier = open_file(dossier)
    if dossier.visit_every_days != visit_every_days:
        dossier.visit_every_days = visit_every_days
        dossier.full_clean()
        dossier.save(update_fields=["visit_every_days"])
        record(
            "dossier.set_rhythm",
            by=by,
            target=dossier,
            menage=dossier.menage,
            residence=dossier.residence,
            days=visit_every_days,
        )
        refresh_duties(dossier)
    return dossier


@transaction.atomic
def record_diagnostic(
    *, by: User, dossier: DossierSocial, form_key: uuid.UUID | None = None, **fields: Any
) -> DiagnosticHabitat:
    """What a visit says of the home, and of what the person needs help with."""
    dossier = open_file(dossier)
    if form_key is not None and (same := DiagnosticHabitat.objects.filter(form_key=form_key).first()):
        return same
    diagnostic = DiagnosticHabitat(dossier=dossier, made_by=by, form_key=form_key, **fields)
    if diagnostic.made_on > today():
        raise ValidationError({"made_on": "Cette date est à venir."})
    diagnostic.full_clean()
    diagnostic.save()
    record("diagnostic.record", by=by, target=diagnostic, menage=dossier.menage, residence=dossier.residence)
    for one in dossier.diagnostics.all():
        refresh_duties(one)
    return diagnostic


@transaction.atomic
def start_veille(*, by: User, residence: Residence) -> VeilleCanicule:
    """A heat wave begins: the one that runs already, or a new one."""
    locked(residence)
    veille = VeilleCanicule.objects.filter(residence=residence, ended_on=None).first()
    if veille is None:
        veille = VeilleCanicule.objects.create(residence=residence, started_on=today(), started_by=by)
        record("veille.start", by=by, target=veille, residence=residence)
        refresh_duties(veille)
    return veille


@transaction.atomic
def end_veille(*, by: User, veille: VeilleCanicule) -> VeilleCanicule:
    """The heat wave is over."""
    veille = locked(veille)
    if veille.ended_on is None:
        veille.ended_on, veille.ended_by = today(), by
        veille.save(update_fields=["ended_on", "ended_by"])
        record("veille.end", by=by, target=veille, residence=veille.residence)
        refresh_duties(veille)
    return veille


@transaction.atomic
def tick_call(*, by: User, veille: VeilleCanicule, menage: Menage, personne: Personne, result: str) -> AppelVeille:
    """What came of today's call: the last one of the day stands, each leaves its line in the journal."""
    veille = locked(veille)
    if veille.ended_on is not None:
        raise ValidationError("Cette veille est terminée.")
    call = AppelVeille.objects.filter(veille=veille, personne=personne, on=today()).first()
    if call is None:
        call = AppelVeille(veille=veille, personne=personne, on=today())
    elif call.result == result:
        return call
    call.menage, call.result, call.called_by, call.called_at = menage, result, by, timezone.now()
    call.full_clean()
    try:
        call.save()
    except IntegrityError as error:
        raise ValidationError("Cet appel vient d’être noté par quelqu’un d’autre.") from error
    record("veille.call", by=by, target=call, menage=menage, residence=veille.residence, result=result)
    refresh_duties(veille)
    return call
