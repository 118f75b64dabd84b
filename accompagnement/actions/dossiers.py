"""Open, close, reopen and hand over the social file of a household."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accompagnement.models import DossierSocial, EtapeDossier, EtapeObjectif
from logement.models import Sejour
from residence.actions.journal import record
from residence.actions.personnes import attach, detach, open_menage
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import ContactPartenaire, EntreeJournal, Menage, Referent, Residence, User
from residence.models.base import today
from residence.permissions import Cause, Permission


@transaction.atomic
def open_dossier(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    on: datetime.date | None = None,
    sejour: Sejour | None = None,
    referent: User | None = None,
) -> DossierSocial:
    """The social file of `menage` in `residence`: the one that is open, or a new one, followed by `referent`."""
    menage = locked(menage)
    day = on or today()
    dossier = DossierSocial.objects.open().filter(menage=menage, residence=residence).first()
    if dossier is None:
        dossier = DossierSocial(menage=menage, residence=residence, sejour=sejour, opened_on=day, created_by=by)
        dossier.full_clean()
        dossier.save()
        EtapeDossier.objects.create(dossier=dossier, kind=EtapeDossier.Kind.OPENED, on=day, by=by)
        record("dossier.open", by=by, target=dossier, menage=menage, residence=residence)
    elif sejour is not None and dossier.sejour_id != sejour.pk:
        dossier.sejour, dossier.continued_on = sejour, None
        dossier.save(update_fields=["sejour", "continued_on"])
    attach(menage, residence, Cause.SUIVI, on=day)
    if referent is not None:
        name_referent(by=by, menage=menage, residence=residence, kind=Referent.Kind.SOCIAL, user=referent)
    refresh_duties(dossier)
    return dossier


@transaction.atomic
def create_dossier(
    *,
    by: User,
    identity: dict[str, Any],
    contact: dict[str, Any],
    residence: Residence,
    on: datetime.date,
    referent: User | None = None,
    form_key: uuid.UUID | None = None,
) -> DossierSocial:
    """The social file of somebody who lives elsewhere and is not known yet. The same form sent twice opens one."""
    # Two clicks on one button wait for each other on the résidence.
    locked(residence)
    if form_key is not None and (same := DossierSocial.objects.filter(form_key=form_key).first()):
        return same
    menage = open_menage(by=by, reference=identity, residence=residence, on=on, **contact)
    dossier = open_dossier(by=by, menage=menage, residence=residence, on=on, referent=referent)
    dossier.form_key = form_key
    dossier.save(update_fields=["form_key"])
    return dossier


@transaction.atomic
def close_dossier(*, by: User, dossier: DossierSocial, reason: str, on: datetime.date | None = None) -> DossierSocial:
    """End the support of a household; its file stays readable."""
    dossier = _locked(dossier, is_open=True)
    day = on or today()
    if day > today():
        raise ValidationError({"on": "Un dossier se clôt au plus tard aujourd’hui."})
    dossier.closed_on, dossier.closed_reason = day, reason
    dossier.full_clean()
    dossier.save(update_fields=["closed_on", "closed_reason"])
    EtapeDossier.objects.create(dossier=dossier, kind=EtapeDossier.Kind.CLOSED, on=day, reason=reason, by=by)
    detach(dossier.menage, dossier.residence, Cause.SUIVI, on=day)
    record("dossier.close", by=by, target=dossier, menage=dossier.menage, residence=dossier.residence)
    refresh_dossier(dossier)
    return dossier


@transaction.atomic
def continue_dossier(*, by: User, dossier: DossierSocial, reason: str = "") -> DossierSocial:
    """Go on with the support of a household whose stay has ended."""
    dossier = _locked(dossier, is_open=True)
    if dossier.sejour is None or dossier.sejour.ended_on is None:
        raise ValidationError("Le séjour n’est pas terminé : le suivi continue de lui-même.")
    if dossier.continued_on is None:
        dossier.continued_on = today()
        dossier.save(update_fields=["continued_on"])
        EtapeDossier.objects.create(dossier=dossier, kind=EtapeDossier.Kind.CONTINUED, on=today(), reason=reason, by=by)
        record("dossier.continue", by=by, target=dossier, menage=dossier.menage, residence=dossier.residence)
    refresh_dossier(dossier)
    return dossier


@transaction.atomic
def reopen_dossier(*, by: User, dossier: DossierSocial, reason: str) -> DossierSocial:
    """Take up again the support of a household, in the file that was closed."""
    dossier = _locked(dossier, is_open=False)
    if DossierSocial.objects.open().filter(menage=dossier.menage, residence=dossier.residence).exists():
        raise ValidationError("Ce ménage a déjà un dossier ouvert dans la résidence : continuez dans celui-là.")
    dossier.closed_on, dossier.closed_reason = None, ""
    if dossier.sejour is not None and dossier.sejour.ended_on is not None:
        dossier.continued_on = today()
    dossier.save(update_fields=["closed_on", "closed_reason", "continued_on"])
    EtapeDossier.objects.create(dossier=dossier, kind=EtapeDossier.Kind.REOPENED, on=today(), reason=reason, by=by)
    attach(dossier.menage, dossier.residence, Cause.SUIVI)
    record("dossier.reopen", by=by, target=dossier, menage=dossier.menage, residence=dossier.residence)
    refresh_dossier(dossier)
    return dossier


@transaction.atomic
def pin_note(*, by: User, dossier: DossierSocial, text: str) -> DossierSocial:
    """What whoever opens the file must know first; empty takes it away."""
    dossier = locked(dossier)
    dossier.pinned_note = text.strip()
    dossier.full_clean()
    dossier.save(update_fields=["pinned_note"])
    record("dossier.pin", by=by, target=dossier, menage=dossier.menage, residence=dossier.residence)
    return dossier


@transaction.atomic
def record_printing(*, by: User, dossier: DossierSocial) -> None:
    """The whole file was taken as a PDF."""
    record(
        "dossier.print",
        by=by,
        target=dossier,
        menage=dossier.menage,
        residence=dossier.residence,
        kind=EntreeJournal.Kind.EXPORT,
    )


@transaction.atomic
def name_referent(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    kind: str,
    user: User | None = None,
    contact: ContactPartenaire | None = None,
    on: datetime.date | None = None,
) -> Referent | None:
    """Who follows the household as `kind` from `on` (today); nobody ends it. The one before stops on the eve."""
    locked(menage)
    day = on or today()
    before = Referent.objects.filter(menage=menage, residence=residence, kind=kind, end_on=None).first()
    if before is not None and (before.user_id, before.contact_id) == (user and user.pk, contact and contact.pk):
        return before
    if user is not None and not user.holds(Permission.DOSSIER_VIEW, residence.pk):
        raise ValidationError(f"{user} n’ouvre pas les dossiers sociaux de {residence} : choisissez quelqu’un d’autre.")
    if before is not None:
        before.end_on = max(day - datetime.timedelta(days=1), before.start_on)
        before.save(update_fields=["end_on"])
    after = None
    if user is not None or contact is not None:
        after = Referent(menage=menage, residence=residence, kind=kind, user=user, contact=contact, start_on=day)
        after.full_clean()
        after.save()
    if before is not None or after is not None:
        record("referent.name", by=by, target=after, menage=menage, residence=residence, kind_of=kind)
    for dossier in DossierSocial.objects.open().filter(menage=menage, residence=residence):
        refresh_dossier(dossier)
    return after


@transaction.atomic
def name_referents(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    social: User | None,
    substitute: User | None,
    partner: ContactPartenaire | None,
    on: datetime.date | None = None,
) -> None:
    """The whole team around a household at once; nobody under a kind ends it."""
    for kind, user in ((Referent.Kind.SOCIAL, social), (Referent.Kind.SUBSTITUTE, substitute)):
        name_referent(by=by, menage=menage, residence=residence, kind=kind, user=user, on=on)
    name_referent(by=by, menage=menage, residence=residence, kind=Referent.Kind.PARTNER, contact=partner, on=on)


def _locked(dossier: DossierSocial, *, is_open: bool) -> DossierSocial:
    """The file, locked; refused when somebody has closed or reopened it in the meantime."""
    dossier = locked(dossier)
    if dossier.is_open != is_open:
        state = "rouvert" if dossier.is_open else "clos"
        raise ValidationError(f"Quelqu’un est passé avant vous : le dossier est {state}.")
    return dossier


def refresh_dossier(dossier: DossierSocial) -> None:
    """The duties of a file and of the notes in it, which are addressed to who follows it."""
    refresh_duties(dossier)
    for note in dossier.notes.with_step_to_do():
        refresh_duties(note)
    of_file = (
        dossier.bilans,
        dossier.diagnostics,
        dossier.demandes,
        dossier.priorites,
        dossier.offres,
        dossier.parcours_rsa,
    )
    for rows in of_file:
        for row in rows.all():
            refresh_duties(row)
    for step in EtapeObjectif.objects.filter(objectif__dossier=dossier, done_on=None, due_on__isnull=False):
        refresh_duties(step)
