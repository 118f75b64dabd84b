"""An incident: report it, note what is done, change its kind, close it."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accompagnement.models import Incident, SuiteIncident
from accompagnement.models.incidents import PROTECTED
from accompagnement.queries.incidents import left_of, living_at
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import EntreeJournal, Residence, User
from residence.models.base import today
from residence.permissions import Permission


@transaction.atomic
def report_incident(*, by: User, residence: Residence, form_key: uuid.UUID | None = None, **fields: Any) -> Incident:
    """An incident, as it is told; who lived at the place that day is looked up. The same form sent twice makes one."""
    locked(residence)
    if form_key is not None and (same := Incident.objects.filter(form_key=form_key).first()):
        return same
    incident = Incident(residence=residence, reported_by=by, form_key=form_key, **fields)
    if incident.happened_at > timezone.now():
        raise ValidationError({"happened_at": "Ce moment est à venir."})
    if incident.place is not None:
        if incident.place.residence_id != residence.pk:
            raise ValidationError({"place": "Cette place n’est pas dans cette résidence."})
        incident.menage = living_at(incident.place, timezone.localdate(incident.happened_at))
    elif not incident.where.strip():
        raise ValidationError({"where": "Dites où, ou chez qui."})
    incident.full_clean()
    incident.save()
    _record("incident.report", by, incident)
    _refresh(incident)
    return incident


@transaction.atomic
def follow_incident(*, by: User, incident: Incident, form_key: uuid.UUID | None = None, **fields: Any) -> SuiteIncident:
    """What was done about an incident; one that was closed is open again."""
    incident = _readable(incident, by)
    if form_key is not None and (same := SuiteIncident.objects.filter(form_key=form_key).first()):
        return same
    suite = SuiteIncident(incident=incident, written_by=by, form_key=form_key, **fields)
    if suite.on > today():
        raise ValidationError({"on": "Cette date est à venir."})
    if suite.on < timezone.localdate(incident.happened_at):
        raise ValidationError({"on": "Cette date précède l’incident."})
    if suite.next_on is not None and suite.next_on < today():
        raise ValidationError({"next_on": "Cette date est passée."})
    if suite.kind == SuiteIncident.Kind.EQUIPE and not by.holds(Permission.INCIDENT_CLOSE, incident.residence_id):
        raise ValidationError({"kind": "C’est à la coordinatrice ou à la gestionnaire de le noter."})
    suite.full_clean()
    suite.save()
    if incident.status != Incident.Status.FOLLOWED:
        move(incident, Incident.Status.FOLLOWED)
        incident.closed_on, incident.closed_by, incident.outcome, incident.closed_reason = None, None, "", ""
        incident.save(update_fields=["status", "closed_on", "closed_by", "outcome", "closed_reason"])
    _record("incident.follow", by, incident)
    _refresh(incident)
    return suite


@transaction.atomic
def requalify_incident(*, by: User, incident: Incident, kind: str, text: str) -> Incident:
    """Another kind. Made a danger, it is the social team's alone; once a danger is being dealt with, it stays one."""
    incident = _readable(incident, by)
    before = incident.kind
    if kind == before:
        return incident
    if before in PROTECTED and kind not in PROTECTED and incident.suites.exists():
        raise ValidationError(
            {"kind": "Des suites sont déjà notées sous cette protection : l’incident ne peut plus être ouvert à tous."}
        )
    said = f"{Incident.Kind(before).label} devient {Incident.Kind(kind).label} : {text}"
    was_told = incident.is_protected
    incident.kind = kind
    incident.full_clean()
    incident.save(update_fields=["kind"])
    suite = SuiteIncident(incident=incident, kind=SuiteIncident.Kind.NATURE, on=today(), text=said[:600], written_by=by)
    suite.full_clean()
    suite.save()
    _record("incident.requalify", by, incident, hidden=was_told or incident.is_protected)
    _refresh(incident)
    return incident


@transaction.atomic
def close_incident(*, by: User, incident: Incident, outcome: str, closed_reason: str = "") -> Incident:
    """The end of an incident; that of a danger, once each stage of its path has its trace."""
    incident = _readable(incident, by)
    if outcome != Incident.Outcome.ERREUR and (left := left_of(incident)):
        raise ValidationError(f"Notez d’abord ce qui a été fait, ou pourquoi c’est sans objet : {left[0].what}.")
    if outcome == Incident.Outcome.ERREUR and not closed_reason:
        raise ValidationError({"closed_reason": "Dites en quoi c’est une erreur."})
    move(incident, Incident.Status.CLOSED)
    incident.closed_on, incident.closed_by = today(), by
    incident.outcome, incident.closed_reason = outcome, closed_reason
    incident.full_clean()
    incident.save(update_fields=["status", "closed_on", "closed_by", "outcome", "closed_reason"])
    _record("incident.close", by, incident)
    _refresh(incident)
    return incident


def record_incident_reading(incident: Incident, *, by: User) -> None:
    """Leave a line when a danger, or the incident of a confidential household, is read."""
    if incident.is_protected or (incident.menage is not None and incident.menage.is_confidential):
        record(
            "incident.read",
            by=by,
            target=incident,
            menage=None if incident.is_protected else incident.menage,
            residence=incident.residence,
            kind=EntreeJournal.Kind.READING,
        )


def _readable(incident: Incident, by: User) -> Incident:
    """The row, locked: it may have become a danger since the page of an ordinary one was opened."""
    incident = locked(incident)
    if incident.is_protected and not by.holds(Permission.INCIDENT_PROTECTED, incident.residence_id):
        raise ValidationError("L’équipe sociale a pris cet incident : il n’est plus suivi ici.")
    return incident


def _refresh(incident: Incident) -> None:
    """Its duties, and those of the open ones of the same household or place, which count together."""
    refresh_duties(incident)
    same = Q(pk__in=[])
    if incident.menage_id is not None:
        same |= Q(menage=incident.menage_id)
    if incident.place_id is not None:
        same |= Q(place=incident.place_id)
    elif incident.menage_id is None:
        same |= Q(residence=incident.residence_id, where__iexact=incident.where.strip())
    for other in Incident.objects.running().filter(same).exclude(pk=incident.pk):
        refresh_duties(other)


def _record(action: str, by: User, incident: Incident, *, hidden: bool = False) -> None:
    """One line, which says neither the household nor the kind of a danger."""
    hidden = hidden or incident.is_protected
    record(
        action,
        by=by,
        target=incident,
        menage=None if hidden else incident.menage,
        residence=incident.residence,
        **({} if hidden else {"nature": incident.kind}),
    )
