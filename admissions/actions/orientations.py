"""Enter an orientation, correct it, take in its pieces, answer its prescripteur, close it, reopen it."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils import timezone

from admissions.actions.agenda import return_to_agenda
from admissions.models import (
    EtapeOrientation,
    MotifCloture,
    Orientation,
    PassageCommission,
    PieceCandidature,
    Proposition,
)
from admissions.models.orientations import OrientationStatus
from admissions.queries.completude import completeness_of
from admissions.queries.orientations import decision_of, planned_interviews
from residence.actions.fusions import note_hidden, note_likeness
from residence.actions.journal import record
from residence.actions.personnes import add_member, attach, detach, open_menage
from residence.actions.pieces import add_piece
from residence.actions.rendez_vous import cancel_rendez_vous
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import (
    ContactPartenaire,
    Dispositif,
    MembreMenage,
    Menage,
    Partenaire,
    PieceRequise,
    Route,
    User,
)
from residence.models.base import PlainText, today
from residence.permissions import Cause
from residence.rules.dates import add_days
from residence.rules.identite import bare_words
from residence.uploads import CleanFile

S = OrientationStatus

LIVE_PROPOSITIONS = (Proposition.Status.MADE, Proposition.Status.ACCEPTED)


@dataclass(frozen=True)
class NewContact:
    """A person who answers for a partner and is not in the directory yet."""

    name: str
    function: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class NewMember:
    """A further person of the household: the tie, then fields of Personne."""

    tie: str
    fields: dict[str, Any]
    in_custody: bool = False


def reach(
    orientation: Orientation, to: str, *, by: User | None, reason: str = "", save: Iterable[str] = ()
) -> Orientation:
    """Take an orientation, locked by the caller, to a stage, and keep the stage in its history."""
    was_closed = orientation.status in (S.CLOSED, S.ENTERED)
    move(orientation, to)
    if was_closed and by is not None:
        _guard_number(by, orientation)
        save = (*save, "doubles_hidden")
    if was_closed:
        # Another request of the household, or of the same SIAO number, may have been opened since.
        orientation.validate_constraints()
    orientation.save(update_fields=["status", *save])
    EtapeOrientation.objects.create(orientation=orientation, status=to, by=by, reason=reason[:250])
    return orientation


def create_orientation(*, by: User, form_key: uuid.UUID | None = None, **asked: Any) -> Orientation:
    """A new orientation (arguments: those of `_create`). A form sent twice, even at once, gives the first one back."""
    try:
        return _create(by=by, form_key=form_key, **asked)
    except IntegrityError:
        existing = Orientation.objects.filter(form_key=form_key).first() if form_key else None
        if existing is None:
            raise
        return existing


@transaction.atomic
def _create(
    *,
    by: User,
    dispositif: Dispositif,
    route: str,
    received_on: datetime.date,
    form_key: uuid.UUID | None = None,
    menage: Menage | None = None,
    reference: dict[str, Any] | None = None,
    household: dict[str, Any] | None = None,
    members: Sequence[NewMember] = (),
    partenaire: Partenaire | None = None,
    new_partenaire: str = "",
    prescripteur: ContactPartenaire | None = None,
    new_contact: NewContact | None = None,
    **fields: Any,
) -> Orientation:
    """Enter an orientation, for a household already known (`menage`) or for a new one around `reference`.

    The partner and the contact are taken from the directory, or added to it. Attaches the household as a candidate.
    """
    if form_key is not None and (existing := Orientation.objects.filter(form_key=form_key).first()):
        return existing
    if route not in dispositif.routes:
        raise ValidationError({"route": f"« {dispositif} » ne reçoit pas de demande par cette voie."})
    if not dispositif.is_open:
        raise ValidationError({"dispositif": f"« {dispositif} » n’est pas ouvert aux orientations."})
    residence = dispositif.residence
    partenaire = partenaire or _partenaire(by, new_partenaire, route, residence)
    contact = prescripteur or _contact(by, new_contact, partenaire, residence)
    known = menage is not None
    if menage is None:
        menage = open_menage(by=by, reference=reference or {}, residence=residence, on=received_on, **(household or {}))
    else:
        menage = locked(menage)
    orientation = Orientation(
        menage=menage,
        residence=residence,
        dispositif=dispositif,
        route=route,
        partenaire=partenaire,
        prescripteur=contact,
        received_on=received_on,
        **delays(received_on, partenaire, dispositif),
        form_key=form_key,
        created_by=by,
        **fields,
    )
    _guard_number(by, orientation)
    orientation.full_clean(exclude=["form_key"])
    orientation.save()
    if known:
        _fill_blanks(menage, household or {})
    _add_members(by, menage, members, orientation, known=known)
    EtapeOrientation.objects.create(orientation=orientation, status=S.RECEIVED, by=by)
    PieceCandidature.objects.bulk_create(
        PieceCandidature(orientation=orientation, piece=piece) for piece in dispositif.pieces.all()
    )
    attach(menage, residence, Cause.CANDIDATURE, on=received_on)
    record(
        "orientation.create",
        by=by,
        target=orientation,
        menage=menage,
        residence=residence,
        route=route,
        dispositif=dispositif.code,
        known_household=known,
    )
    refresh_duties(orientation)
    _tell_hidden(by, orientation)
    return orientation


def _guard_number(by: User, orientation: Orientation) -> None:
    """Refuse a SIAO number already open where `by` may see it; let it pass where it is that of a hidden household."""
    orientation.doubles_hidden = False
    if not orientation.siao_number or orientation.status == S.CLOSED:
        return
    same = (
        Orientation.objects.filter(residence=orientation.residence, siao_number=orientation.siao_number)
        .exclude(status=S.CLOSED)
        .exclude(pk=orientation.pk)
    )
    if same.open_to(by).exists():
        raise ValidationError({"siao_number": "Une orientation de ce numéro SIAO est déjà ouverte."})
    orientation.doubles_hidden = same.exists()


def _tell_hidden(by: User, orientation: Orientation) -> None:
    """Whoever is named on a hidden household that this one may be learns it; `by` does not, and waits no longer."""
    present = [membre.personne for membre in orientation.menage.members_on(max(today(), orientation.received_on))]
    for personne in present:
        note_hidden(by=by, personne=personne, residence=orientation.residence)
    if orientation.doubles_hidden and present:
        hidden = Orientation.objects.filter(residence=orientation.residence, siao_number=orientation.siao_number)
        for one in hidden.exclude(status=S.CLOSED).exclude(menage=orientation.menage_id).select_related("menage"):
            if one.menage.is_confidential:
                note_likeness(menage=one.menage, personne=present[0], residence=orientation.residence)


def _fill_blanks(menage: Menage, household: dict[str, Any]) -> None:
    """What the request tells of a household already known, where nothing was known yet."""
    blank = [name for name, value in household.items() if value and not getattr(menage, name)]
    for name in blank:
        setattr(menage, name, household[name])
    if blank:
        menage.full_clean()
        menage.save(update_fields=blank)


def delays(
    received_on: datetime.date, partenaire: Partenaire | None, dispositif: Dispositif
) -> dict[str, datetime.date | None]:
    """When the household must be contacted and the prescripteur answered, by the delays that the partner asks for.

    A partner who asks for none leaves the dispositif's own delay to meet the household, and no delay to answer.
    """
    contact = partenaire.contact_within_days if partenaire else None
    answer = partenaire.answer_within_days if partenaire else None
    return {
        "contact_by_on": add_days(received_on, dispositif.notice_of_interview_days if contact is None else contact),
        "answer_due_on": None if answer is None else add_days(received_on, answer),
    }


def _partenaire(by: User, name: str, route: str, residence: Any) -> Partenaire | None:
    """The partner of that name in the directory, whatever the accents and capitals; added when there is none."""
    name = " ".join(name.split())
    if not name:
        return None
    kinds = {
        Route.SIAO: Partenaire.Kind.SIAO,
        Route.CCAS: Partenaire.Kind.CCAS,
        Route.DEPARTEMENT: Partenaire.Kind.DEPARTEMENT,
    }
    kind = kinds.get(Route(route), Partenaire.Kind.ASSOCIATION)
    known = Partenaire.objects.filter(kind=kind, sort_name=Lower(PlainText(Value(name)))).first()
    if known is not None:
        return known
    partenaire = Partenaire.objects.create(kind=kind, name=name)
    partenaire.residences.add(residence)
    record("partenaire.add", by=by, target=partenaire, residence=residence)
    return partenaire


def _contact(by: User, new: NewContact | None, partenaire: Partenaire | None, residence: Any) -> Any:
    if new is None or not new.name:
        return None
    if partenaire is None:
        raise ValidationError({"contact_name": "Dites pour quel partenaire cette personne travaille."})
    wanted = bare_words(new.name)
    for contact in partenaire.contacts.filter(left_on__isnull=True):
        # « MOREL Lucie » is « Lucie Morel ».
        if sorted(bare_words(contact.name)) == sorted(wanted):
            return contact
    contact = ContactPartenaire(
        partenaire=partenaire, name=new.name, function=new.function, phone=new.phone, email=new.email
    )
    contact.full_clean()
    contact.save()
    record("contact.add", by=by, target=contact, residence=residence)
    return contact


def _add_members(
    by: User, menage: Menage, members: Sequence[NewMember], orientation: Orientation, *, known: bool
) -> None:
    """Add those that the household does not have yet: by name and day of birth when it was already known."""
    # Counted, not gathered: of twins of one name, one who is here already leaves the other to be added.
    here = Counter(_identity(membre.personne) for membre in menage.members_on(today())) if known else Counter()
    for member in members:
        if here[_identity_of(member.fields)] > 0:
            here[_identity_of(member.fields)] -= 1
            continue
        personne = add_member(
            by=by,
            menage=menage,
            tie=member.tie,
            residence=orientation.residence,
            on=orientation.received_on,
            **member.fields,
        )
        if member.in_custody:
            MembreMenage.objects.filter(menage=menage, personne=personne).update(in_custody=True)


def _identity(personne: Any) -> tuple[str, str, Any]:
    return (personne.last_name.casefold(), personne.first_names.casefold(), personne.born_on)


def _identity_of(fields: dict[str, Any]) -> tuple[str, str, Any]:
    return (fields["last_name"].casefold(), fields["first_names"].casefold(), fields.get("born_on"))


@transaction.atomic
def edit_orientation(*, by: User, orientation: Orientation, **fields: Any) -> Orientation:
    """Correct what was typed; the delays follow the day it was received and the partner."""
    orientation = locked(orientation)
    if orientation.status in (S.ENTERED, S.CLOSED):
        raise ValidationError("Cette candidature est terminée : rouvrez-la pour la modifier.")
    changed = [name for name, value in fields.items() if getattr(orientation, name) != value]
    for name, value in fields.items():
        setattr(orientation, name, value)
    if {"received_on", "partenaire"} & set(changed):
        due = delays(orientation.received_on, orientation.partenaire, orientation.dispositif)
        orientation.contact_by_on, orientation.answer_due_on = due["contact_by_on"], due["answer_due_on"]
    if "siao_number" in changed:
        _guard_number(by, orientation)
    orientation.full_clean()
    orientation.save()
    if changed:
        record(
            "orientation.edit",
            by=by,
            target=orientation,
            menage=orientation.menage,
            residence=orientation.residence,
            fields=sorted(changed),
        )
    refresh_duties(orientation)
    if "siao_number" in changed:
        _tell_hidden(by, orientation)
    return orientation


@transaction.atomic
def record_piece(
    *,
    by: User,
    orientation: Orientation,
    piece: PieceRequise,
    received_on: datetime.date | None,
    expires_on: datetime.date | None = None,
    not_needed_reason: str = "",
    upload: CleanFile | None = None,
    upload_name: str = "",
) -> PieceCandidature:
    """Say that a piece came in, on which day and until when it holds, or that this household does not need it.

    `upload` is its file, cleaned before the transaction begins; it takes the place of the one attached so far.
    """
    orientation = locked(orientation)
    if piece.dispositif_id != orientation.dispositif_id:
        raise ValidationError("Ce dispositif ne demande pas cette pièce.")
    if received_on is not None and received_on > today():
        raise ValidationError({"received_on": "Cette date n’est pas encore arrivée."})
    held, _ = PieceCandidature.objects.get_or_create(orientation=orientation, piece=piece)
    before = (held.received_on, held.expires_on, held.not_needed_reason)
    held.received_on, held.expires_on, held.not_needed_reason = received_on, expires_on, not_needed_reason
    if upload is not None:
        held.file = add_piece(
            by=by,
            menage=orientation.menage,
            residence=orientation.residence,
            upload=upload,
            name=upload_name or piece.name,
            piece_requise=piece,
            expires_on=expires_on,
        )
    held.full_clean()
    held.save()
    if before != (received_on, expires_on, not_needed_reason):
        record(
            "piece.record",
            by=by,
            target=orientation,
            menage=orientation.menage,
            residence=orientation.residence,
            piece=piece.pk,
            received_on=received_on,
        )
    refresh_duties(orientation)
    return held


@transaction.atomic
def ready_orientation(*, by: User, orientation: Orientation) -> Orientation:
    """Say that a file may go to the commission: interview held, mandatory pieces in."""
    orientation = locked(orientation)
    if orientation.status == S.READY:
        return orientation
    blocking = completeness_of(orientation).blocking
    if blocking:
        raise ValidationError([f"Il manque encore : {label}." for label in blocking])
    reach(orientation, S.READY, by=by)
    _record("orientation.ready", by, orientation)
    return_to_agenda(by=by, orientation=orientation)
    refresh_duties(orientation)
    return orientation


@transaction.atomic
def complete_again(*, by: User, orientation: Orientation, reason: str) -> Orientation:
    """Take a file that was ready back to be completed, out of the agendas where it is not decided."""
    orientation = locked(orientation)
    if orientation.status != S.READY:
        raise ValidationError("Ce dossier n’est pas prêt : il n’y a rien à reprendre.")
    _leave_agendas(by, orientation, reason)
    reach(orientation, S.INCOMPLETE, by=by, reason=reason)
    _record("orientation.complete_again", by, orientation)
    refresh_duties(orientation)
    return orientation


@transaction.atomic
def answer_orientation(*, by: User, orientation: Orientation, answered_on: datetime.date) -> Orientation:
    """The prescripteur has been answered; a request refused, whose letters have left, is then closed."""
    orientation = locked(orientation)
    if answered_on > today():
        raise ValidationError({"answered_on": "Cette date n’est pas encore arrivée."})
    if answered_on < orientation.received_on:
        raise ValidationError({"answered_on": "La réponse ne peut pas précéder la demande."})
    if orientation.answered_on == answered_on:
        return orientation
    orientation.answered_on = answered_on
    orientation.save(update_fields=["answered_on"])
    _record("orientation.answer", by, orientation, answered_on=answered_on)
    settle_refusal(by=by, orientation=orientation)
    refresh_duties(orientation)
    return orientation


def settle_refusal(*, by: User, orientation: Orientation) -> None:
    """Close a request refused by the commission once the letters have left and the prescripteur is answered."""
    decision = decision_of(orientation)
    if orientation.status != S.DECIDED or decision is None or decision.kind != decision.Kind.UNFAVORABLE:
        return
    if decision.notified_on is None or (orientation.partenaire_id and orientation.answered_on is None):
        return
    orientation.closed_reason = decision.motives[0]
    orientation.closed_detail = "décision défavorable de la commission"
    reach(
        orientation,
        S.CLOSED,
        by=by,
        reason="décision défavorable, notifiée",
        save=("closed_reason", "closed_detail"),
    )
    leave_candidates(orientation)
    _record("orientation.close", by, orientation, reason=orientation.closed_reason)


@transaction.atomic
def close_orientation(
    *,
    by: User,
    orientation: Orientation,
    reason: str,
    detail: str = "",
    answered_on: datetime.date | None = None,
) -> Orientation:
    """Close a request with its motive. Its appointment is cancelled; it leaves the agendas; a place kept is let go."""
    orientation = locked(orientation)
    if orientation.status == S.CLOSED:
        return orientation
    if reason not in MotifCloture.values:
        raise ValidationError({"reason": "Une candidature close a son motif."})
    if answered_on is not None and not orientation.received_on <= answered_on <= today():
        raise ValidationError({"answered_on": "La réponse est donnée entre le jour de la demande et aujourd’hui."})
    live = Proposition.objects.filter(orientation=orientation, status__in=LIVE_PROPOSITIONS).exists()
    if live:
        raise ValidationError(
            "Une place est proposée à ce candidat : notez d’abord sa réponse, ou retirez la proposition."
        )
    label = str(MotifCloture(reason).label)
    _leave_agendas(by, orientation, f"candidature close : {label}")
    for rendez_vous in planned_interviews(orientation):
        cancel_rendez_vous(by=by, rendez_vous=rendez_vous)
    orientation.closed_reason, orientation.closed_detail = reason, detail
    if answered_on is not None:
        orientation.answered_on = answered_on
    reach(
        orientation,
        S.CLOSED,
        by=by,
        reason=f"{label}. {detail}".rstrip(". "),
        save=("closed_reason", "closed_detail", "answered_on"),
    )
    leave_candidates(orientation)
    _record("orientation.close", by, orientation, reason=reason)
    refresh_duties(orientation)
    return orientation


@transaction.atomic
def reopen_orientation(*, by: User, orientation: Orientation, reason: str) -> Orientation:
    """Take a closed request back to its beginning; the household is a candidate again."""
    orientation = locked(orientation)
    if orientation.status == S.RECEIVED:
        return orientation
    orientation.closed_reason = orientation.closed_detail = ""
    reach(orientation, S.RECEIVED, by=by, reason=reason, save=("closed_reason", "closed_detail"))
    attach(orientation.menage, orientation.residence, Cause.CANDIDATURE)
    _record("orientation.reopen", by, orientation)
    refresh_duties(orientation)
    return orientation


def _leave_agendas(by: User, orientation: Orientation, reason: str) -> None:
    """Take the file out of the agendas where it waits for its decision."""
    PassageCommission.objects.on_agenda().filter(orientation=orientation, decision__isnull=True).update(
        withdrawn_by=by, withdrawn_at=timezone.now(), withdrawn_reason=reason[:200]
    )


def leave_candidates(orientation: Orientation) -> None:
    """End the tie of the candidate, unless another of their requests is open in the résidence."""
    others = Orientation.objects.open().filter(menage=orientation.menage_id, residence=orientation.residence_id)
    if not others.exclude(pk=orientation.pk).exists():
        detach(orientation.menage, orientation.residence, Cause.CANDIDATURE)


def _record(action: str, by: User | None, orientation: Orientation, **details: Any) -> None:
    record(
        action,
        by=by,
        target=orientation,
        menage=orientation.menage,
        residence=orientation.residence,
        **details,
    )
