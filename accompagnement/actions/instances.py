"""Hold an instance with partners: who takes part, its sessions, what is put on the agenda and decided."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.models import (
    DossierSocial,
    InstancePartenariale,
    ParticipantInstance,
    ReunionInstance,
    SituationInstance,
)
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import ContactPartenaire, EntreeJournal, Residence, User
from residence.models.base import today
from residence.permissions import Permission


@transaction.atomic
def create_instance(
    *, by: User, residence: Residence, form_key: uuid.UUID | None = None, **fields: Any
) -> InstancePartenariale:
    """A new instance; who creates it takes part in it."""
    if form_key is not None and (same := InstancePartenariale.objects.filter(form_key=form_key).first()):
        return same
    instance = InstancePartenariale(residence=residence, created_by=by, form_key=form_key, **fields)
    instance.full_clean()
    instance.save()
    _record("instance.create", by, instance)
    name_participant(by=by, instance=instance, user=by)
    return instance


@transaction.atomic
def name_participant(
    *, by: User, instance: InstancePartenariale, user: User | None = None, contact: ContactPartenaire | None = None
) -> ParticipantInstance:
    """Name somebody to the instance: what is told there opens to them from now on."""
    instance = locked(instance)
    if user is not None and not user.holds(Permission.INSTANCE_VIEW, instance.residence_id):
        raise ValidationError({"user": "Le rôle de cette personne n’ouvre pas les instances de cette résidence."})
    participant = ParticipantInstance(instance=instance, user=user, contact=contact, named_by=by)
    participant.full_clean()
    participant.save()
    _record("instance.name", by, instance, target=participant)
    return participant


@transaction.atomic
def remove_participant(*, by: User, participant: ParticipantInstance) -> ParticipantInstance:
    """Somebody no longer takes part, and no longer reads."""
    participant = locked(participant)
    if participant.end_on is None:
        participant.end_on = today()
        participant.save(update_fields=["end_on"])
        _record("instance.remove", by, participant.instance, target=participant)
    return participant


@transaction.atomic
def plan_reunion(*, by: User, instance: InstancePartenariale, held_on: datetime.date, **fields: Any) -> ReunionInstance:
    """The next session; the situations left open by the last one are on its agenda."""
    instance = locked(instance)
    last = instance.reunions.first()
    if last is not None and held_on <= last.held_on:
        raise ValidationError({"held_on": f"La dernière réunion est du {last.held_on:%d/%m/%Y}."})
    reunion = ReunionInstance(instance=instance, held_on=held_on, planned_by=by, **fields)
    reunion.full_clean()
    reunion.save()
    _record("instance.plan", by, instance, target=reunion)
    if last is not None:
        left = last.situations.on_agenda().filter(outcome=SituationInstance.Outcome.OPEN, dossier__closed_on=None)
        for one in left:
            kept = {name: getattr(one, name) for name in ("need", "consent_kind", "consented_on")}
            SituationInstance.objects.create(reunion=reunion, dossier_id=one.dossier_id, added_by=by, **kept)
    return reunion


@transaction.atomic
def add_situation(
    *,
    by: User,
    reunion: ReunionInstance,
    dossier: DossierSocial,
    need: str,
    consent_kind: str,
    consented_on: datetime.date,
) -> SituationInstance:
    """Put a household on the agenda, with the little that is needed, and its consent."""
    reunion = _open(reunion)
    if dossier.residence_id != reunion.instance.residence_id or not dossier.is_open:
        raise ValidationError("Ce dossier n’est pas suivi dans cette résidence.")
    situation = SituationInstance(
        reunion=reunion, dossier=dossier, need=need, consent_kind=consent_kind, consented_on=consented_on, added_by=by
    )
    situation.full_clean()
    situation.save()
    _record("situation.add", by, reunion.instance, target=situation, menage=dossier.menage)
    return situation


@transaction.atomic
def withdraw_situation(*, by: User, situation: SituationInstance, reason: str) -> SituationInstance:
    """Take a household off the agenda: the person no longer agrees, or there is no need any more."""
    situation = locked(situation)
    if situation.decided_on is not None:
        raise ValidationError("Une décision est prise : la situation ne se retire plus.")
    if situation.withdrawn_on is None:
        situation.withdrawn_on, situation.withdrawn_by, situation.withdrawn_reason = today(), by, reason
        situation.full_clean()
        situation.save(update_fields=["withdrawn_on", "withdrawn_by", "withdrawn_reason"])
        _record("situation.withdraw", by, situation.reunion.instance, target=situation, menage=situation.dossier.menage)
    return situation


@transaction.atomic
def decide_situation(
    *, by: User, situation: SituationInstance, decision: str, outcome: str, due_on: datetime.date | None = None
) -> SituationInstance:
    """What the participants decide, and by when it is to be done; put right until the session is closed."""
    situation = locked(situation)
    reunion = _open(situation.reunion)
    if situation.withdrawn_on is not None:
        raise ValidationError("Cette situation a été retirée de l’ordre du jour.")
    if reunion.held_on > today():
        raise ValidationError("La réunion n’a pas encore eu lieu.")
    situation.decision, situation.outcome, situation.due_on = decision, outcome, due_on
    situation.decided_by, situation.decided_on = by, situation.decided_on or today()
    situation.full_clean()
    situation.save(update_fields=["decision", "outcome", "due_on", "decided_by", "decided_on"])
    _record("situation.decide", by, reunion.instance, target=situation, menage=situation.dossier.menage)
    refresh_duties(situation)
    return situation


@transaction.atomic
def finish_situation(*, by: User, situation: SituationInstance) -> SituationInstance:
    """What was decided is done."""
    situation = locked(situation)
    if situation.decided_on is not None and situation.done_on is None:
        situation.done_on, situation.done_by = today(), by
        situation.save(update_fields=["done_on", "done_by"])
        _record("situation.end", by, situation.reunion.instance, target=situation, menage=situation.dossier.menage)
        refresh_duties(situation)
    return situation


@transaction.atomic
def close_reunion(*, by: User, reunion: ReunionInstance, presents: Iterable[ParticipantInstance]) -> ReunionInstance:
    """The session is held: who was there; its decisions no longer change."""
    reunion = _open(reunion)
    if reunion.held_on > today():
        raise ValidationError("La réunion n’a pas encore eu lieu.")
    undecided = reunion.situations.on_agenda().filter(decided_on=None).count()
    if undecided:
        raise ValidationError(f"Il reste {undecided} situation(s) sans décision : décidez, ou retirez-les.")
    reunion.closed_at, reunion.closed_by = timezone.now(), by
    reunion.save(update_fields=["closed_at", "closed_by"])
    reunion.presents.set(presents)
    _record("instance.hold", by, reunion.instance, target=reunion)
    return reunion


@transaction.atomic
def record_instance_reading(*, by: User, reunion: ReunionInstance, situation: SituationInstance | None = None) -> None:
    """Leave a line each time that an agenda, or what is told of a household on it, is read."""
    _record(
        "situation.read" if situation else "instance.read",
        by,
        reunion.instance,
        target=situation or reunion,
        menage=situation.dossier.menage if situation else None,
        kind=EntreeJournal.Kind.READING,
    )


def _open(reunion: ReunionInstance) -> ReunionInstance:
    reunion = locked(reunion)
    if reunion.closed_at is not None:
        raise ValidationError("Cette réunion est close.")
    return reunion


def _record(code: str, by: User, instance: InstancePartenariale, *, target: Any = None, **details: Any) -> None:
    record(code, by=by, target=target or instance, residence=instance.residence, **details)
