"""Write a note, put it right, take the step that it announced, keep a draft of it."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.models import BrouillonNote, DossierSocial, NoteSociale
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import EntreeJournal, User
from residence.models.base import today


@transaction.atomic
def write_note(*, by: User, dossier: DossierSocial, form_key: uuid.UUID | None = None, **fields: Any) -> NoteSociale:
    """A new note in an open file. The same form sent twice writes one."""
    dossier = locked(dossier)
    if form_key is not None and (same := NoteSociale.objects.filter(form_key=form_key, author=by).first()):
        return same
    if not dossier.is_open:
        raise ValidationError("Ce dossier est clos : rouvrez-le avant d’y écrire.")
    note = NoteSociale(dossier=dossier, author=by, form_key=form_key, **fields)
    _save(note)
    BrouillonNote.objects.filter(dossier=dossier, author=by, corrects=None).delete()
    _record("note.write", by, note)
    refresh_duties(dossier)
    return note


class NoteChanged(ValidationError):
    """Somebody corrected the note in the meantime; `current` is what it says now."""

    def __init__(self, current: NoteSociale) -> None:
        super().__init__(
            "Cette note a été corrigée pendant que vous écriviez : relisez la version actuelle, "
            "reprenez ce qui manque dans la vôtre, puis enregistrez."
        )
        self.current = current


@transaction.atomic
def correct_note(*, by: User, note: NoteSociale, form_key: uuid.UUID | None = None, **fields: Any) -> NoteSociale:
    """A new version of a note, which keeps the one before. NoteChanged when `note` is no longer the last."""
    dossier = locked(note.dossier)
    if form_key is not None and (same := NoteSociale.objects.filter(form_key=form_key, author=by).first()):
        return same
    current = current_version(note)
    if current.pk != note.pk:
        raise NoteChanged(current)
    if not dossier.is_open:
        raise ValidationError("Ce dossier est clos : rouvrez-le avant d’y corriger une note.")
    step = {name: fields.get(name) for name in ("next_step", "next_step_on")}
    corrected = NoteSociale(dossier=dossier, author=by, replaces=note, form_key=form_key, **fields)
    if step == {"next_step": note.next_step, "next_step_on": note.next_step_on}:
        corrected.next_step_done_on, corrected.next_step_done_by = note.next_step_done_on, note.next_step_done_by
    _save(corrected)
    BrouillonNote.objects.filter(dossier=dossier, author=by, corrects__in=versions(corrected)).delete()
    _record("note.correct", by, corrected)
    refresh_duties(note)
    refresh_duties(dossier)
    return corrected


@transaction.atomic
def finish_next_step(*, by: User, note: NoteSociale) -> NoteSociale:
    """What the note announced has been done."""
    note = locked(note)
    if note.next_step_done_on is None and note.next_step:
        note.next_step_done_on, note.next_step_done_by = today(), by
        note.save(update_fields=["next_step_done_on", "next_step_done_by"])
        _record("note.finish_next_step", by, note)
        refresh_duties(note)
    return note


@transaction.atomic
def save_draft(
    *, by: User, dossier: DossierSocial, corrects: NoteSociale | None, data: dict[str, Any]
) -> BrouillonNote:
    """Keep a note as it is typed, for its author alone."""
    draft, _ = BrouillonNote.objects.update_or_create(
        dossier=dossier, author=by, corrects=corrects, defaults={"data": data, "saved_at": timezone.now()}
    )
    return draft


@transaction.atomic
def discard_draft(*, by: User, dossier: DossierSocial, corrects: NoteSociale | None) -> None:
    """Throw away one's own draft."""
    BrouillonNote.objects.filter(dossier=dossier, author=by, corrects=corrects).delete()


@transaction.atomic
def record_note_reading(note: NoteSociale, *, by: User) -> None:
    """Leave a line when somebody reads a note that is kept to the referents; its author re-reads it freely."""
    if note.level == NoteSociale.Level.REFERENTS and note.author_id != by.pk:
        record(
            "note.read",
            by=by,
            target=note,
            menage=note.dossier.menage,
            residence=note.dossier.residence,
            kind=EntreeJournal.Kind.READING,
        )


def current_version(note: NoteSociale) -> NoteSociale:
    """The last correction of `note`, or itself."""
    while (after := NoteSociale.objects.filter(replaces=note).first()) is not None:
        note = after
    return note


def versions(note: NoteSociale) -> list[NoteSociale]:
    """The versions that `note` has replaced, most recent first."""
    before: list[NoteSociale] = []
    while note.replaces is not None:
        note = note.replaces
        before.append(note)
    return before


def _save(note: NoteSociale) -> None:
    if note.held_on and note.held_on > today():
        raise ValidationError({"held_on": "Une note raconte ce qui a eu lieu : la date ne peut pas être à venir."})
    note.full_clean()
    note.save()
    refresh_duties(note)


def _record(action: str, by: User, note: NoteSociale) -> None:
    dossier = note.dossier
    record(
        action,
        by=by,
        target=note,
        menage=dossier.menage,
        residence=dossier.residence,
        kind_of=note.kind,
        level=note.level,
    )
