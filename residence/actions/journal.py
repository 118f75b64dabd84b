"""The line that every act leaves."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from residence.models import EntreeJournal, Menage, Residence, User


def record(
    action: str,
    *,
    by: User | None,
    target: Model | None = None,
    residence: Residence | None = None,
    menage: Menage | None = None,
    kind: EntreeJournal.Kind = EntreeJournal.Kind.ACTION,
    **details: Any,
) -> EntreeJournal:
    """Write one line of the journal. `details`: names of fields, figures, dates; never a name or words on a person."""
    return EntreeJournal.objects.create(
        action=action,
        kind=kind,
        by=by,
        residence=residence,
        menage=menage,
        target_type=ContentType.objects.get_for_model(target) if target is not None else None,
        target_id=target.pk if target is not None else None,
        details=details,
    )


def record_technique(
    action: str, *, by: User | None, user: User | None, residence: Residence | None = None, **details: Any
) -> EntreeJournal:
    """A technical line about the account `user`: never what was typed at a sign-in, which may be a password."""
    return record(action, by=by, target=user, residence=residence, kind=EntreeJournal.Kind.TECHNIQUE, **details)


def record_reading(menage: Menage, *, by: User, what: Model | None = None, residence: Residence | None = None) -> None:
    """Leave a line when a confidential file is read; nothing for another."""
    if menage.is_confidential:
        record(
            "confidentiel.read",
            by=by,
            target=what or menage,
            residence=residence,
            menage=menage,
            kind=EntreeJournal.Kind.READING,
        )
