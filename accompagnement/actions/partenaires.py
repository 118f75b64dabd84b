"""Keep the directory of partners; orient a person to one of them, with their consent."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accompagnement.actions.projets import open_file
from accompagnement.models import DossierSocial, OrientationPartenaire
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import ContactPartenaire, Partenaire, Residence, User
from residence.models.base import today


@transaction.atomic
def save_partenaire(*, by: User, partenaire: Partenaire, residences: Iterable[Residence] = ()) -> Partenaire:
    """Add a partner to the directory, or change it; `residences` are those that a new one is tied to."""
    is_new = partenaire.pk is None
    partenaire.full_clean()
    partenaire.save()
    if is_new:
        partenaire.residences.set(residences)
    record("partenaire.create" if is_new else "partenaire.edit", by=by, target=partenaire)
    return partenaire


@transaction.atomic
def save_contact(*, by: User, contact: ContactPartenaire) -> ContactPartenaire:
    """Add a contact to a partner, or change them."""
    is_new = contact.pk is None
    contact.full_clean()
    contact.save()
    record("contact.create" if is_new else "contact.edit", by=by, target=contact)
    return contact


@transaction.atomic
def orient(
    *, by: User, dossier: DossierSocial, form_key: uuid.UUID | None = None, **fields: Any
) -> OrientationPartenaire:
    """Orient a person to a partner: their consent has its kind and its day. The same form sent twice orients once."""
    dossier = open_file(dossier)
    if form_key is not None and (same := OrientationPartenaire.objects.filter(form_key=form_key).first()):
        return same
    row = OrientationPartenaire(dossier=dossier, recorded_by=by, form_key=form_key, **fields)
    if row.sent_on and row.sent_on > today():
        raise ValidationError({"sent_on": "Cette date est à venir."})
    if row.contact is not None and row.contact.partenaire_id != row.partenaire_id:
        raise ValidationError({"contact": "Ce contact est d’un autre partenaire."})
    if row.sent_on and not dossier.menage.members_on(row.sent_on).filter(personne=row.personne_id).exists():
        raise ValidationError({"personne": "Cette personne ne fait pas partie du ménage ce jour-là."})
    row.full_clean()
    row.save()
    _record("orientation_partenaire.make", by, row)
    refresh_duties(row)
    return row


@transaction.atomic
def record_answer(
    *, by: User, orientation: OrientationPartenaire, answer: str, answered_on: datetime.date, answer_detail: str = ""
) -> OrientationPartenaire:
    """What the partner answers; a seat after a waiting list is another answer, told in its turn."""
    row = locked(orientation)
    if row.outcome:
        raise ValidationError("L’issue de cette orientation est déjà notée.")
    row.answer, row.answered_on, row.answer_detail = answer, answered_on, answer_detail
    row.full_clean()
    row.save(update_fields=["answer", "answered_on", "answer_detail"])
    _record("orientation_partenaire.answer", by, row, answer=answer)
    refresh_duties(row)
    return row


@transaction.atomic
def record_outcome(
    *, by: User, orientation: OrientationPartenaire, outcome: str, outcome_on: datetime.date
) -> OrientationPartenaire:
    """What came of an orientation."""
    row = locked(orientation)
    if outcome_on < row.sent_on:
        raise ValidationError({"outcome_on": f"L’orientation est du {row.sent_on:%d/%m/%Y}."})
    row.outcome, row.outcome_on = outcome, outcome_on
    row.full_clean()
    row.save(update_fields=["outcome", "outcome_on"])
    _record("orientation_partenaire.end", by, row, outcome=outcome)
    refresh_duties(row)
    return row


@transaction.atomic
def withdraw_consent(*, by: User, orientation: OrientationPartenaire) -> OrientationPartenaire:
    """The person no longer agrees: nothing more is told to the partner, and no answer is awaited."""
    row = locked(orientation)
    if row.consent_withdrawn_on is None:
        row.consent_withdrawn_on, row.consent_withdrawn_by = today(), by
        row.save(update_fields=["consent_withdrawn_on", "consent_withdrawn_by"])
        _record("orientation_partenaire.withdraw", by, row)
        refresh_duties(row)
    return row


def _record(code: str, by: User, row: OrientationPartenaire, **details: Any) -> None:
    record(code, by=by, target=row, menage=row.dossier.menage, residence=row.dossier.residence, **details)
