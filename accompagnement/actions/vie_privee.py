"""Tell people what is kept of them, note what they agree to, give them their own file."""

import datetime
import uuid
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accompagnement.models import (
    Consentement,
    DemandeAcces,
    InformationRgpd,
    NoteCommuniquee,
    NoteSociale,
)
from accompagnement.queries.vie_privee import communicated, given_text, notes_of, undecided
from accompagnement.wording import INFORMATION
from residence.actions.documents import current_modele, issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Menage, Personne, Residence, User
from residence.models.base import today


@transaction.atomic
def give_information(
    *, by: User, menage: Menage, residence: Residence, personnes: Iterable[Personne], given_on: datetime.date
) -> list[InformationRgpd]:
    """The information sheet is given to these persons, in the version of the day. Who has it already keeps theirs."""
    locked(menage)
    modele = current_modele(residence, DocumentKind.INFORMATION_RGPD, given_on)
    version = modele.version if modele else 0
    given = []
    for personne in personnes:
        if not menage.members_on(given_on).filter(personne=personne).exists():
            raise ValidationError({"personnes": "Une personne ne fait pas partie du ménage ce jour-là."})
        row = InformationRgpd.objects.filter(residence=residence, personne=personne, version=version).first()
        if row is None:
            texts = modele.texts if modele else {}
            row = InformationRgpd(
                residence=residence, menage=menage, personne=personne, version=version, given_on=given_on, given_by=by
            )
            row.document = issue_document(
                kind=DocumentKind.INFORMATION_RGPD,
                residence=residence,
                menage=menage,
                template="accompagnement/pdf/information_rgpd.html",
                data={
                    "title": "Vos informations personnelles",
                    "name": str(personne),
                    "version": version,
                    "paragraphs": [
                        {"title": one.title, "text": texts.get(one.code) or one.text} for one in INFORMATION
                    ],
                },
                by=by,
            )
            row.full_clean()
            row.save()
            record("information.deliver", by=by, target=row, menage=menage, residence=residence, version=version)
        given.append(row)
    return given


@transaction.atomic
def record_consent(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    personne: Personne,
    purpose: str,
    kind: str,
    given_on: datetime.date,
) -> Consentement:
    """A person agrees, in the words that stand on that day."""
    modele = current_modele(residence, DocumentKind.INFORMATION_RGPD, given_on)
    row = Consentement(
        residence=residence,
        menage=menage,
        personne=personne,
        purpose=purpose,
        kind=kind,
        given_on=given_on,
        version=modele.version if modele else 0,
        recorded_by=by,
    )
    if not menage.members_on(given_on).filter(personne=personne).exists():
        raise ValidationError({"personne": "Cette personne ne fait pas partie du ménage ce jour-là."})
    row.full_clean()
    row.save()
    record("consentement.record", by=by, target=row, menage=menage, residence=residence, purpose=purpose)
    return row


@transaction.atomic
def withdraw_consent(*, by: User, consentement: Consentement) -> Consentement:
    """A person no longer agrees, from today on: what was done before stands."""
    row = locked(consentement)
    if row.withdrawn_on is None:
        row.withdrawn_on, row.withdrawn_by = today(), by
        row.save(update_fields=["withdrawn_on", "withdrawn_by"])
        record(
            "consentement.withdraw", by=by, target=row, menage=row.menage, residence=row.residence, purpose=row.purpose
        )
    return row


@transaction.atomic
def receive_demande(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    personne: Personne,
    received_on: datetime.date,
    identity: str,
    form_key: uuid.UUID | None = None,
) -> DemandeAcces:
    """A person asks for their file: the month runs from the day of the request."""
    if form_key is not None and (same := DemandeAcces.objects.filter(form_key=form_key).first()):
        return same
    if not menage.membres.filter(personne=personne).exists():
        raise ValidationError({"personne": "Cette personne n’a jamais fait partie du ménage."})
    demande = DemandeAcces(
        residence=residence,
        menage=menage,
        personne=personne,
        received_on=received_on,
        identity=identity,
        recorded_by=by,
        form_key=form_key,
    )
    demande.full_clean()
    demande.save()
    _record("acces.open", by, demande)
    refresh_duties(demande)
    return demande


@transaction.atomic
def extend_demande(*, by: User, demande: DemandeAcces, reason: str) -> DemandeAcces:
    """Two months more, told to the person within the first one."""
    demande = _open(demande)
    if demande.extended_on is None:
        if today() > demande.due_on:  # type: ignore[operator]
            raise ValidationError("Le mois est passé : une prolongation se dit avant sa fin.")
        demande.extended_on, demande.extended_reason = today(), reason
        demande.full_clean()
        demande.save(update_fields=["extended_on", "extended_reason"])
        _record("acces.extend", by, demande)
        refresh_duties(demande)
    return demande


@transaction.atomic
def review_note(
    *, by: User, demande: DemandeAcces, note: NoteSociale, choice: str, text: str = "", reason: str = ""
) -> NoteCommuniquee:
    """What is given of a note, as somebody has read it again; changed until the file is issued."""
    demande = _open(demande)
    if demande.document_id is not None:
        raise ValidationError("Le dossier est édité : il ne change plus.")
    row = NoteCommuniquee.objects.filter(demande=demande, note=note).first() or NoteCommuniquee(
        demande=demande, note=note
    )
    if choice == NoteCommuniquee.Choice.GIVEN:
        text = given_text(demande, note)
    row.choice, row.reason = choice, reason
    row.text = "" if choice == NoteCommuniquee.Choice.KEPT else text
    row.decided_by, row.decided_at = by, timezone.now()
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def give_notes(*, by: User, demande: DemandeAcces, notes: Iterable[NoteSociale]) -> int:
    """Give these notes as they are proposed, the names of the others taken out: they have been read again."""
    count = 0
    for note in notes:
        review_note(by=by, demande=demande, note=note, choice=NoteCommuniquee.Choice.GIVEN)
        count += 1
    return count


@transaction.atomic
def issue_file(*, by: User, demande: DemandeAcces) -> DocumentEmis:
    """The person's own file, frozen without the others, once each note has been read again. Asked twice: the same."""
    demande = _open(demande)
    if demande.document is not None:
        return demande.document
    if left := undecided(demande).count():
        raise ValidationError(f"Il reste {left} note{'s' if left > 1 else ''} à relire avant d’éditer le dossier.")
    demande.document = issue_document(
        kind=DocumentKind.DOSSIER_PERSONNE,
        residence=demande.residence,
        menage=demande.menage,
        template="accompagnement/pdf/dossier_personne.html",
        data=communicated(demande),
        by=by,
        target=demande,
    )
    demande.save(update_fields=["document"])
    kept = demande.notes.filter(choice=NoteCommuniquee.Choice.KEPT).count()
    _record("acces.issue", by, demande, notes=notes_of(demande).count(), kept=kept)
    return demande.document


@transaction.atomic
def answer_demande(*, by: User, demande: DemandeAcces, answered_on: datetime.date) -> DemandeAcces:
    """The file is in the hands of the person."""
    demande = _open(demande)
    if demande.document_id is None:
        raise ValidationError("Éditez d’abord le dossier à remettre.")
    demande.answered_on, demande.answered_by = answered_on, by
    demande.full_clean()
    demande.save(update_fields=["answered_on", "answered_by"])
    _record("acces.deliver", by, demande)
    refresh_duties(demande)
    return demande


@transaction.atomic
def close_demande(*, by: User, demande: DemandeAcces, reason: str) -> DemandeAcces:
    """The request ends without a file: the person gave it up, or it was not theirs to make."""
    demande = _open(demande)
    demande.answered_on, demande.answered_by, demande.closed_reason = today(), by, reason
    demande.full_clean()
    demande.save(update_fields=["answered_on", "answered_by", "closed_reason"])
    _record("acces.close", by, demande)
    refresh_duties(demande)
    return demande


def _open(demande: DemandeAcces) -> DemandeAcces:
    demande = locked(demande)
    if demande.answered_on is not None:
        raise ValidationError(f"Cette demande est close depuis le {demande.answered_on:%d/%m/%Y}.")
    return demande


def _record(code: str, by: User, demande: DemandeAcces, **details: object) -> None:
    record(code, by=by, target=demande, menage=demande.menage, residence=demande.residence, **details)
