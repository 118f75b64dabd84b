"""Plan what is done together, register who comes, take the attendance, cancel with a reason."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.models import ActionCollective, InscriptionAction, Objectif, PresenceAction, SeanceAction
from accompagnement.rules.collectif import Every, public_holidays, session_days
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import Menage, Personne, Residence, User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.dates import add_months

# A series is planned for a year and a term at most, then extended: nobody plans further, and a slip stays small.
LONGEST_MONTHS = 15
# What a session copies of its action, until the session is held.
COPIED = ("name", "hour", "minutes", "place")


@transaction.atomic
def plan_action(
    *, by: User, residence: Residence, form_key: uuid.UUID | None = None, **fields: Any
) -> ActionCollective:
    """A new action and its sessions; public holidays are left out. The same form sent twice plans one."""
    if form_key is not None and (same := ActionCollective.objects.filter(form_key=form_key).first()):
        return same
    if fields.get("every") == Every.ONCE:
        fields["last_on"] = fields["first_on"]
    action = ActionCollective(residence=residence, created_by=by, form_key=form_key, **fields)
    _check(action)
    action.full_clean()
    action.save()
    days = list(session_days(action.first_on, action.last_on, Every(action.every)))
    # The one day of an outing is chosen knowingly, a bank holiday or not.
    planned = _add_sessions(action, days if action.every == Every.ONCE else worked(days))
    if not planned:
        raise ValidationError({"first_on": "Aucune séance : tous ces jours sont fériés."})
    _record("action_collective.plan", by, action, sessions=planned)
    refresh_duties(action)
    return action


@transaction.atomic
def edit_action(*, by: User, action: ActionCollective, **fields: Any) -> ActionCollective:
    """Change an action; its sessions to come follow."""
    action = _running(action)
    changed = sorted(name for name, value in fields.items() if getattr(action, name) != value)
    if not changed:
        return action
    for name in changed:
        setattr(action, name, fields[name])
    _check(action)
    action.full_clean()
    action.save(update_fields=changed)
    if copied := {name: getattr(action, name) for name in COPIED if name in changed}:
        _to_come(action).update(**copied)
    _record("action_collective.edit", by, action, fields=changed)
    for seance in action.seances.filter(held_on__lte=today(), attended_at=None, cancelled_on=None):
        refresh_duties(seance)
    refresh_duties(action)
    return action


@transaction.atomic
def extend_action(*, by: User, action: ActionCollective, last_on: datetime.date) -> ActionCollective:
    """Go on with a series until `last_on`."""
    action = _running(action)
    if action.every == Every.ONCE:
        raise ValidationError("Cette action n’a lieu qu’une fois : ajoutez une séance.")
    if last_on <= action.last_on:
        raise ValidationError({"last_on": f"L’action va déjà jusqu’au {action.last_on:%d/%m/%Y}."})
    if last_on > add_months(today(), LONGEST_MONTHS):
        raise ValidationError({"last_on": f"Prolongez de {LONGEST_MONTHS} mois au plus à la fois."})
    before, action.last_on = action.last_on, last_on
    action.full_clean()
    action.save(update_fields=["last_on"])
    days = [day for day in session_days(action.first_on, last_on, Every(action.every)) if day > before]
    planned = _add_sessions(action, worked(days))
    _record("action_collective.extend", by, action, sessions=planned)
    refresh_duties(action)
    return action


@transaction.atomic
def end_action(*, by: User, action: ActionCollective, reason: str) -> ActionCollective:
    """Stop an action: its sessions to come are cancelled for that reason, its registrations end."""
    action = _running(action)
    action.ended_on, action.ended_by, action.ended_reason = today(), by, reason
    action.full_clean()
    action.save(update_fields=["ended_on", "ended_by", "ended_reason"])
    cancelled = _to_come(action).update(cancelled_on=today(), cancelled_by=by, cancelled_reason=reason)
    action.inscriptions.current().update(withdrawn_on=today(), withdrawn_by=by)
    _record("action_collective.end", by, action, sessions=cancelled)
    for seance in action.seances.filter(held_on=today()):
        refresh_duties(seance)
    refresh_duties(action)
    return action


@transaction.atomic
def add_seance(*, by: User, action: ActionCollective, **fields: Any) -> SeanceAction:
    """One more session, outside of the rhythm."""
    action = _running(action)
    given = {name: getattr(action, name) for name in COPIED} | {key: value for key, value in fields.items() if value}
    seance = SeanceAction(action=action, **given)
    seance.full_clean()
    seance.save()
    _record("seance_action.add", by, action, target=seance)
    refresh_duties(seance)
    return seance


@transaction.atomic
def cancel_seance(*, by: User, seance: SeanceAction, reason: str) -> SeanceAction:
    """A session does not take place. The first reason stands."""
    seance = locked(seance)
    if seance.attended_at is not None:
        raise ValidationError("Les présences de cette séance sont notées : elle a eu lieu.")
    if seance.cancelled_on is None:
        seance.cancelled_on, seance.cancelled_by, seance.cancelled_reason = today(), by, reason
        seance.full_clean()
        seance.save(update_fields=["cancelled_on", "cancelled_by", "cancelled_reason"])
        _record("seance_action.cancel", by, seance.action, target=seance)
        refresh_duties(seance)
    return seance


@transaction.atomic
def enrol(
    *,
    by: User,
    action: ActionCollective,
    menage: Menage | None = None,
    personne: Personne | None = None,
    guest_name: str = "",
    objectif: Objectif | None = None,
    start_on: datetime.date | None = None,
    seance: SeanceAction | None = None,
    form_key: uuid.UUID | None = None,
) -> InscriptionAction:
    """Register somebody for an action from a day on, or for one `seance` of it only."""
    action = _running(action)
    if form_key is not None and (same := InscriptionAction.objects.filter(form_key=form_key).first()):
        return same
    if seance is not None and seance.action_id != action.pk:
        raise ValidationError("Cette séance est d’une autre action.")
    start = seance.held_on if seance else start_on or today()
    if menage is not None and not menage.members_on(start).filter(personne=personne).exists():
        raise ValidationError({"personne": "Cette personne ne fait pas partie du ménage ce jour-là."})
    if objectif is not None and (objectif.dossier.menage_id != getattr(menage, "pk", None) or objectif.ended_on):
        raise ValidationError({"objectif": "Choisissez un objectif en cours de cette personne."})
    if personne is not None:
        known = action.inscriptions.on(start) if seance else action.inscriptions.filter(withdrawn_on=None, end_on=None)
        if known.filter(personne=personne).exists():
            raise ValidationError({"personne": "Cette personne est déjà inscrite."})
    inscription = InscriptionAction(
        action=action,
        menage=menage,
        personne=personne,
        guest_name=guest_name,
        objectif=objectif,
        start_on=start,
        end_on=seance.held_on if seance else None,
        registered_by=by,
        form_key=form_key,
    )
    inscription.full_clean()
    inscription.save()
    _record("action_collective.enrol", by, action, target=inscription, menage=menage)
    return inscription


@transaction.atomic
def withdraw_inscription(*, by: User, inscription: InscriptionAction) -> InscriptionAction:
    """Somebody no longer comes: from today on, and to no session where they were not seen."""
    inscription = locked(inscription)
    if inscription.withdrawn_on is None:
        inscription.withdrawn_on, inscription.withdrawn_by = today(), by
        inscription.save(update_fields=["withdrawn_on", "withdrawn_by"])
        _record("action_collective.leave", by, inscription.action, target=inscription, menage=inscription.menage)
    return inscription


@transaction.atomic
def record_attendance(
    *,
    by: User,
    seance: SeanceAction,
    statuses: Mapping[int, str],
    anonymous_count: int | None = None,
    cost: Decimal | None = None,
) -> SeanceAction:
    """Who came, by number of registration; what is not told of stays as it is. The last word on each person stands."""
    seance = locked(seance)
    if seance.cancelled_on is not None:
        raise ValidationError("Cette séance est annulée.")
    if seance.held_on > today():
        raise ValidationError("Les présences se notent le jour de la séance, ou après.")
    stored = {one.inscription_id: one for one in seance.presences.all()}
    may_come = set(seance.action.inscriptions.on(seance.held_on).values_list("pk", flat=True)) | set(stored)
    if not set(statuses) <= may_come:
        raise ValidationError("Une personne n’est plus inscrite à cette séance : rechargez la page.")
    for inscription_id, status in statuses.items():
        presence = stored.get(inscription_id) or PresenceAction(seance=seance, inscription_id=inscription_id)
        if presence.pk is None or presence.status != status:
            presence.status, presence.recorded_by, presence.recorded_at = status, by, timezone.now()
            presence.full_clean()
            presence.save()
    seance.attended_at, seance.attended_by = timezone.now(), by
    if anonymous_count is not None:
        seance.anonymous_count = anonymous_count
    if cost is not None:
        seance.cost = cost
    seance.full_clean()
    seance.save(update_fields=["attended_at", "attended_by", "anonymous_count", "cost"])
    came = seance.presences.filter(status=PresenceAction.Status.PRESENT).count()
    _record("seance_action.attend", by, seance.action, target=seance, present=came, others=seance.anonymous_count)
    refresh_duties(seance)
    return seance


def worked(days: Iterable[datetime.date]) -> list[datetime.date]:
    """The days that are not public holidays."""
    return [day for day in days if day not in public_holidays(day.year)]


def _check(action: ActionCollective) -> None:
    if action.leader is not None and not action.leader.holds(Permission.ACTION_ATTEND, action.residence_id):
        raise ValidationError({"leader": "Cette personne ne tient pas d’action dans cette résidence."})
    if action.first_on and action.last_on and action.last_on > add_months(action.first_on, LONGEST_MONTHS):
        raise ValidationError({"last_on": f"Prévoyez {LONGEST_MONTHS} mois au plus, puis prolongez."})


def _running(action: ActionCollective) -> ActionCollective:
    action = locked(action)
    if action.ended_on is not None:
        raise ValidationError(f"Cette action est arrêtée depuis le {action.ended_on:%d/%m/%Y}.")
    return action


def _to_come(action: ActionCollective) -> Any:
    return action.seances.filter(held_on__gte=today(), attended_at=None, cancelled_on=None)


def _add_sessions(action: ActionCollective, days: Iterable[datetime.date]) -> int:
    copied = {name: getattr(action, name) for name in COPIED}
    rows = SeanceAction.objects.bulk_create([SeanceAction(action=action, held_on=day, **copied) for day in days])
    for seance in rows:
        if seance.held_on <= today():
            refresh_duties(seance)
    return len(rows)


def _record(code: str, by: User, action: ActionCollective, *, target: Any = None, **details: Any) -> None:
    menage = details.pop("menage", None)
    record(code, by=by, target=target or action, residence=action.residence, menage=menage, **details)
