"""Plan the pre-admission interview, note that nobody came, record what was learnt."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.orientations import reach, record_piece
from admissions.models import Dette, EntretienPreadmission, EvaluationTheme, Orientation
from admissions.models.orientations import OrientationStatus
from admissions.queries.completude import pieces_of
from admissions.queries.courriers import addressee_of, place_and_date
from admissions.queries.orientations import planned_interviews
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.personnes import add_member
from residence.actions.rendez_vous import hold_rendez_vous, miss_rendez_vous, move_rendez_vous, plan_rendez_vous
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import (
    Charge,
    DocumentEmis,
    DocumentKind,
    MembreMenage,
    Menage,
    Personne,
    PieceRequise,
    RendezVous,
    Ressource,
    TitreSejour,
    User,
)
from residence.models.base import today
from residence.rules.dates import eve
from residence.uploads import CleanFile

S = OrientationStatus

# Stages at which an interview is planned, held, or written further.
PLANNABLE = frozenset({S.RECEIVED, S.INTERVIEW_PLANNED, S.INCOMPLETE})
RECORDABLE = frozenset({S.RECEIVED, S.INTERVIEW_PLANNED, S.INCOMPLETE, S.READY})


class StaleEntretien(ValidationError):
    """Somebody else saved the interview since the form was opened."""


@dataclass(frozen=True)
class MoneyInput:
    """A line of resources, charges or debts as typed; `pk` None for a new one; `amount_due` for a debt only."""

    kind: str
    monthly_amount: Decimal
    label: str = ""
    is_proved: bool = False
    pk: int | None = None
    removed: bool = False
    amount_due: Decimal | None = None


@dataclass(frozen=True)
class MemberInput:
    """A person of the household as typed; `pk` is that of the tie (MembreMenage), None for a new person."""

    tie: str
    fields: dict[str, Any]
    in_custody: bool = False
    pk: int | None = None
    removed: bool = False


@dataclass(frozen=True)
class PieceInput:
    """A piece as typed."""

    piece: PieceRequise
    received_on: datetime.date | None
    expires_on: datetime.date | None = None
    not_needed_reason: str = ""
    upload: CleanFile | None = None
    upload_name: str = ""


@dataclass(frozen=True)
class ThemeInput:
    """What is said of a theme."""

    theme: str
    level: str
    comment: str = ""


@dataclass(frozen=True)
class EntretienInput:
    """Everything that the page of the interview holds."""

    version: int
    fields: dict[str, Any]
    reference: dict[str, Any] = field(default_factory=dict)
    permit: dict[str, Any] = field(default_factory=dict)
    menage: dict[str, Any] = field(default_factory=dict)
    members: Sequence[MemberInput] = ()
    resources: Sequence[MoneyInput] = ()
    charges: Sequence[MoneyInput] = ()
    debts: Sequence[MoneyInput] = ()
    themes: Sequence[ThemeInput] = ()
    pieces: Sequence[PieceInput] = ()
    held_on: datetime.date | None = None


@transaction.atomic
def plan_entretien(
    *,
    by: User,
    orientation: Orientation,
    user: User,
    start_at: datetime.datetime,
    end_at: datetime.datetime,
    place: str = "",
) -> DocumentEmis:
    """Fix the interview, or put it at another time, and issue the letter that invites the household to it."""
    orientation = locked(orientation)
    if orientation.status not in PLANNABLE:
        raise ValidationError(
            f"La candidature est « {orientation.get_status_display()} » : il n’y a plus d’entretien à fixer."
        )
    if end_at <= start_at:
        raise ValidationError({"end_at": "L’entretien finit après avoir commencé."})
    planned = planned_interviews(orientation).first()
    if planned is not None and (planned.start_at, planned.end_at, planned.user_id) == (start_at, end_at, user.pk):
        # The same click twice.
        document = _invitation_of(planned)
        if document is not None:
            return document
    if planned is not None:
        rendez_vous = move_rendez_vous(
            by=by, rendez_vous=planned, start_at=start_at, end_at=end_at, place=place, user=user
        )
    else:
        rendez_vous = plan_rendez_vous(
            by=by,
            menage=orientation.menage,
            residence=orientation.residence,
            user=user,
            kind=RendezVous.Kind.PREADMISSION,
            start_at=start_at,
            end_at=end_at,
            place=place,
        )
    if orientation.status != S.INTERVIEW_PLANNED:
        reach(orientation, S.INTERVIEW_PLANNED, by=by)
    EntretienPreadmission.objects.update_or_create(orientation=orientation, defaults={"rendez_vous": rendez_vous})
    document = _invite(by, orientation, rendez_vous)
    record(
        "entretien.plan",
        by=by,
        target=orientation,
        menage=orientation.menage,
        residence=orientation.residence,
        at=start_at,
    )
    refresh_duties(orientation)
    return document


def _invitation_of(rendez_vous: RendezVous) -> DocumentEmis | None:
    return (
        DocumentEmis.objects.filter(
            kind=DocumentKind.INVITATION, menage=rendez_vous.menage_id, data__rendez_vous=rendez_vous.pk
        )
        .order_by("-pk")
        .first()
    )


def _invite(by: User, orientation: Orientation, rendez_vous: RendezVous) -> DocumentEmis:
    residence = orientation.residence
    start = timezone.localtime(rendez_vous.start_at)
    pieces = [state.piece for state in pieces_of(orientation) if not state.is_present]
    data = {
        **addressee_of(orientation.menage, orientation.partenaire).data(),
        "title": "Invitation à un entretien",
        "object": "votre entretien de préadmission",
        "place_and_date": place_and_date(residence),
        "rendez_vous": rendez_vous.pk,
        "day": start.date(),
        "time": f"{start.hour} h {start.minute:02d}",
        "where": rendez_vous.place or ", ".join(residence.address_lines),
        "with": rendez_vous.user.get_full_name(),
        "with_function": rendez_vous.user.function,
        "pieces": [{"name": piece.name, "help": piece.help_text} for piece in pieces],
        "signatory": {
            "name": rendez_vous.user.get_full_name(),
            "function": rendez_vous.user.function or "La coordinatrice",
        },
        "siao_number": orientation.siao_number,
        "partenaire": str(orientation.partenaire) if orientation.partenaire else "",
    }
    return issue_document(
        kind=DocumentKind.INVITATION,
        residence=residence,
        menage=orientation.menage,
        template="admissions/pdf/invitation.html",
        data=data,
        by=by,
        target=orientation,
    )


@transaction.atomic
def miss_entretien(*, by: User, orientation: Orientation) -> Orientation:
    """Nobody came: the appointment is kept as missed, and the candidature goes back to be contacted."""
    orientation = locked(orientation)
    planned = planned_interviews(orientation).first()
    if planned is None:
        raise ValidationError("Aucun entretien n’est prévu pour ce ménage.")
    miss_rendez_vous(by=by, rendez_vous=planned)
    orientation.refresh_from_db()
    return orientation


@transaction.atomic
def return_to_received(*, by: User | None, rendez_vous: RendezVous) -> None:
    """After a missed interview, the candidature is to be contacted again."""
    waiting = Orientation.objects.select_for_update(of=("self",)).filter(
        menage=rendez_vous.menage_id, residence=rendez_vous.residence_id, status=S.INTERVIEW_PLANNED
    )
    for orientation in waiting:
        reach(orientation, S.RECEIVED, by=by, reason="non venu à l’entretien")
        record(
            "entretien.miss",
            by=by,
            target=orientation,
            menage=orientation.menage,
            residence=orientation.residence,
        )
        refresh_duties(orientation)


@transaction.atomic
def record_entretien(*, by: User, orientation: Orientation, typed: EntretienInput) -> EntretienPreadmission:
    """Save the interview: its own facts, the household, its money, its needs, its pieces.

    With `held_on`, the interview is held: the appointment too, and a request not seen yet becomes a file to complete.
    StaleEntretien when somebody saved it since the form was opened: nothing is written.
    """
    orientation = locked(orientation)
    if orientation.status not in RECORDABLE:
        raise ValidationError(
            f"La candidature est « {orientation.get_status_display()} » : l’entretien ne se modifie plus."
        )
    held_on = typed.held_on
    if held_on is not None and held_on > today():
        raise ValidationError({"held_on": "Cette date n’est pas encore arrivée."})
    entretien = EntretienPreadmission.objects.select_for_update(of=("self",)).filter(orientation=orientation).first()
    if entretien is None:
        entretien = EntretienPreadmission(orientation=orientation, version=0)
    if entretien.version != typed.version and not (entretien.pk and not entretien.updated_by_id and typed.version == 0):
        raise StaleEntretien("Quelqu’un d’autre a enregistré cet entretien pendant que vous le remplissiez.")
    # What is corrected later holds from the day it is corrected; what is said at the interview, from that day.
    day = held_on if held_on is not None and entretien.held_on is None else today()
    for name, value in typed.fields.items():
        setattr(entretien, name, value)
    if held_on is not None:
        entretien.held_on = held_on
        entretien.held_by = entretien.held_by or by
    entretien.version += 1
    entretien.updated_by, entretien.updated_at = by, timezone.now()
    entretien.full_clean()
    entretien.save()
    _save_household(by, orientation, typed, day)
    _save_lines(by, orientation.menage, Ressource, typed.resources, day)
    _save_lines(by, orientation.menage, Charge, typed.charges, day)
    _save_lines(by, orientation.menage, Dette, typed.debts, day)
    for theme in typed.themes:
        EvaluationTheme.objects.update_or_create(
            entretien=entretien, theme=theme.theme, defaults={"level": theme.level, "comment": theme.comment}
        )
    for piece in typed.pieces:
        record_piece(
            by=by,
            orientation=orientation,
            piece=piece.piece,
            received_on=piece.received_on,
            expires_on=piece.expires_on,
            not_needed_reason=piece.not_needed_reason,
            upload=piece.upload,
            upload_name=piece.upload_name,
        )
    if held_on is not None:
        _hold(by, orientation)
    record(
        "entretien.record",
        by=by,
        target=orientation,
        menage=orientation.menage,
        residence=orientation.residence,
        version=entretien.version,
        held_on=entretien.held_on,
    )
    refresh_duties(orientation)
    return entretien


def _hold(by: User, orientation: Orientation) -> None:
    """The interview took place: its appointment is held, and the file is to be completed."""
    for rendez_vous in planned_interviews(orientation):
        if rendez_vous.start_at <= timezone.now() + datetime.timedelta(minutes=30):
            hold_rendez_vous(by=by, rendez_vous=rendez_vous)
    if orientation.status in (S.RECEIVED, S.INTERVIEW_PLANNED):
        reach(orientation, S.INCOMPLETE, by=by)


def _save_household(by: User, orientation: Orientation, typed: EntretienInput, day: datetime.date) -> None:
    menage: Menage = locked(orientation.menage)
    changed = _set(menage, typed.menage)
    reference = menage.membres.filter(end_on__isnull=True, tie=MembreMenage.Tie.REFERENCE).first()
    if reference is not None and typed.reference:
        changed += _set(reference.personne, typed.reference)
        name = f"{reference.personne.last_name.upper()} {reference.personne.first_names}"
        if menage.name != name and {"last_name", "first_names"} & set(changed):
            menage.name = name
    if reference is not None and any(typed.permit.values()):
        _save_permit(reference.personne, typed.permit)
    if changed:
        menage.full_clean()
        menage.save()
        record(
            "menage.edit",
            by=by,
            target=menage,
            menage=menage,
            residence=orientation.residence,
            fields=sorted(set(changed)),
        )
    for member in typed.members:
        _save_member(by, orientation, menage, member, day)


def _set(row: Any, values: dict[str, Any]) -> list[str]:
    """Give `row` what differs, check it and save it; the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        row.full_clean()
        row.save()
    return changed


def _save_permit(personne: Personne, values: dict[str, Any]) -> None:
    last = TitreSejour.objects.filter(personne=personne).order_by("-end_on").first()
    if last is None:
        last = TitreSejour(personne=personne, kind=values.get("kind") or "titre de séjour")
    _set(last, values | {"kind": values.get("kind") or last.kind})
    if last.pk is None:
        last.full_clean()
        last.save()


def _save_member(by: User, orientation: Orientation, menage: Menage, member: MemberInput, day: datetime.date) -> None:
    if member.pk is None:
        if member.removed:
            return
        personne = add_member(
            by=by, menage=menage, tie=member.tie, residence=orientation.residence, on=day, **member.fields
        )
        if member.in_custody:
            MembreMenage.objects.filter(menage=menage, personne=personne).update(in_custody=True)
        return
    tie = MembreMenage.objects.select_related("personne").get(pk=member.pk, menage=menage)
    if member.removed:
        _end_line(tie, day)
        changed = ["end_on"]
    else:
        changed = _set(tie.personne, member.fields)
        changed += _set(tie, {"tie": member.tie, "in_custody": member.in_custody})
    if changed:
        record(
            "menage.edit_member",
            by=by,
            target=menage,
            menage=menage,
            residence=orientation.residence,
            fields=sorted(changed),
        )


def _save_lines(by: User, menage: Menage, model: Any, lines: Sequence[MoneyInput], day: datetime.date) -> None:
    """Write what changed: an amount typed on an earlier day is ended and followed by the new one, never overwritten."""
    for line in lines:
        proved_on = day if line.is_proved else None
        if line.pk is None:
            if not line.removed:
                _new_line(by, menage, model, line, day, proved_on)
            continue
        row = model.objects.select_for_update(of=("self",)).get(pk=line.pk, menage=menage)
        if line.removed:
            _end_line(row, day)
        elif any(getattr(row, name) != value for name, value in _amounts(line).items()):
            _end_line(row, day)
            _new_line(by, menage, model, line, day, proved_on)
        elif row.label != line.label or (row.proved_on is not None) != line.is_proved:
            row.label, row.proved_on = line.label, (row.proved_on or proved_on) if line.is_proved else None
            row.save(update_fields=["label", "proved_on"])


def _new_line(
    by: User, menage: Menage, model: Any, line: MoneyInput, day: datetime.date, proved_on: datetime.date | None
) -> None:
    row = model(
        menage=menage,
        **_amounts(line),
        label=line.label,
        start_on=day,
        proved_on=proved_on,
        created_by=by,
    )
    row.full_clean()
    row.save()


def _amounts(line: MoneyInput) -> dict[str, Any]:
    """What makes a line another one when it changes."""
    due = {} if line.amount_due is None else {"amount_due": line.amount_due}
    return {"kind": line.kind, "monthly_amount": line.monthly_amount, **due}


def _end_line(row: Any, day: datetime.date) -> None:
    """End a line, or a person's time in the household, on the eve; one begun that very day was a slip, and goes."""
    if row.start_on >= day:
        row.delete()
    else:
        row.end_on = eve(day)
        row.save(update_fields=["end_on"])
