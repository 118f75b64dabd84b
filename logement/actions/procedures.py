"""Open a procedure of a stay, record its steps, close it; and what only a person decides: who stays after the end."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.actions.parc import described, in_the_way, lift
from logement.models import (
    Absence,
    ContratOccupation,
    EtapeProcedure,
    OccupationPlace,
    PartieContrat,
    Procedure,
    Sejour,
)
from logement.models.parc import days
from logement.queries.courriers import letter_data
from logement.queries.procedures import done_of, letter_of
from logement.rules.procedures import steps_of, truce_of
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.menages import edit_personne
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Personne, User
from residence.models.base import today
from residence.rules.dates import morrow

Status = ContratOccupation.Status
Kind = OccupationPlace.Kind
Outcome = Procedure.Outcome


@transaction.atomic
def open_procedure(
    *,
    by: User,
    contrat: ContratOccupation,
    kind: str,
    event_on: datetime.date,
    personne: Personne | None = None,
    is_isolated: bool = False,
) -> Procedure:
    """Begin the steps of a death, of somebody not seen any more, of somebody who stays. The contract is not touched.

    A death is written on the person. Asked for twice, it is the same procedure.
    """
    contrat = _locked_contrat(contrat)
    sejour = contrat.sejour
    if sejour.ended_on is not None or contrat.status not in ContratOccupation.OCCUPYING:
        raise ValidationError("Personne n’habite plus là par ce contrat.")
    if event_on > today():
        raise ValidationError({"event_on": "Cette date est à venir."})
    if kind != Procedure.Kind.DEATH:
        personne, is_isolated = None, False
    elif personne is None:
        raise ValidationError({"personne": "Dites qui est décédé."})
    known = sejour.procedures.open().filter(kind=kind, personne=personne).first()
    if known is not None:
        return known
    procedure = Procedure(
        sejour=sejour,
        contrat=contrat,
        kind=kind,
        personne=personne,
        event_on=event_on,
        is_isolated=is_isolated,
        opened_on=today(),
        opened_by=by,
    )
    procedure.full_clean()
    procedure.save()
    if personne is not None and personne.deceased_on is None:
        edit_personne(by=by, menage=sejour.menage, personne=personne, residence=sejour.residence, deceased_on=event_on)
    _refresh(procedure)
    _record("procedure.open", by, procedure)
    return procedure


@transaction.atomic
def record_etape(
    *,
    by: User,
    procedure: Procedure,
    code: str,
    done_on: datetime.date,
    note: str = "",
    is_rehoused: bool = False,
) -> EtapeProcedure:
    """Keep a step as done on a day. A step done is one line for ever; a mistake is taken back by another line."""
    procedure = _locked(procedure)
    step = next((one for one in steps_of(procedure.case, isolated=procedure.is_isolated) if one.code == code), None)
    if step is None:
        raise ValidationError("Cette étape n’est pas de cette procédure.")
    done = done_of(procedure)
    if code in done:
        if done[code] == done_on:
            return procedure.etapes.standing().get(code=code)
        raise ValidationError("Cette étape est déjà notée : retirez-la pour la noter autrement.")
    missing = [one.label for one in steps_of(procedure.case) if one.code in step.needs and one.code not in done]
    if missing:
        raise ValidationError(f"Notez d’abord : {' ; '.join(missing)}.")
    if done_on > today():
        raise ValidationError({"done_on": "Une étape se note une fois faite."})
    if done_on < procedure.event_on:
        raise ValidationError({"done_on": f"Le fait date du {procedure.event_on:%d/%m/%Y}."})
    truce = truce_of(done_on) if step.executes else None
    if truce is not None and not is_rehoused:
        first, last, source = truce
        raise ValidationError(
            {
                "done_on": f"Trêve hivernale du {first:%d/%m/%Y} au {last:%d/%m/%Y} ({source}) : personne ne sort sans "
                "relogement assuré."
            }
        )
    if step.letter and procedure.kind == Procedure.Kind.UNSEEN and code == "summons":
        _refuse_justified(procedure.sejour, done_on)
    etape = EtapeProcedure(
        procedure=procedure,
        code=code,
        done_on=done_on,
        note=note.strip(),
        document=_letter(by, procedure, code) if step.letter else None,
        recorded_by=by,
    )
    etape.full_clean()
    etape.save()
    _refresh(procedure)
    _record("procedure.step", by, procedure, code=code, done_on=done_on)
    return etape


@transaction.atomic
def take_back_etape(*, by: User, etape: EtapeProcedure) -> EtapeProcedure:
    """Take back a step noted by mistake, with a line that says so; both stay."""
    procedure = _locked(etape.procedure)
    if etape.takes_back_id is not None or EtapeProcedure.objects.filter(takes_back=etape).exists():
        raise ValidationError("Cette étape est déjà retirée.")
    done = done_of(procedure)
    leaning = [
        one.label
        for one in steps_of(procedure.case, isolated=procedure.is_isolated)
        if etape.code in one.needs and one.code in done
    ]
    if leaning:
        raise ValidationError(f"Retirez d’abord ce qui a suivi : {' ; '.join(leaning)}.")
    line = EtapeProcedure(procedure=procedure, code=etape.code, done_on=etape.done_on, takes_back=etape, recorded_by=by)
    line.full_clean()
    line.save()
    _refresh(procedure)
    _record("procedure.withdraw", by, procedure, code=etape.code)
    return line


@transaction.atomic
def close_procedure(*, by: User, procedure: Procedure, outcome: str) -> Procedure:
    """End a procedure and say how. The contract stays as it is."""
    procedure = _locked(procedure)
    if procedure.closed_on is not None:
        return procedure
    procedure.closed_on, procedure.closed_by, procedure.outcome = today(), by, outcome
    procedure.full_clean()
    procedure.save(update_fields=["closed_on", "closed_by", "outcome"])
    _refresh(procedure)
    _record("procedure.close", by, procedure, outcome=outcome)
    return procedure


# After the end of the title


@transaction.atomic
def record_maintien(*, by: User, contrat: ContratOccupation) -> Procedure:
    """Somebody stays after the end of their contract: the place is held, an indemnité replaces the redevance."""
    contrat = _locked_contrat(contrat)
    if contrat.status != Status.NOTICE or contrat.end_on is None:
        raise ValidationError("Ce contrat n’a pas de préavis arrivé à son terme.")
    if contrat.end_on >= today():
        raise ValidationError(f"Le contrat court jusqu’au {contrat.end_on:%d/%m/%Y} inclus.")
    _without_title(contrat, contrat.end_on, by=by)
    return open_procedure(by=by, contrat=contrat, kind=Procedure.Kind.AFTER_END, event_on=contrat.end_on)


@transaction.atomic
def end_by_death(*, by: User, procedure: Procedure) -> ContratOccupation:
    """The contract of somebody who died alone in it ends on the day of the death; the place waits for its keys."""
    procedure = _locked(procedure)
    contrat = _locked_contrat(procedure.contrat)
    if procedure.kind != Procedure.Kind.DEATH or procedure.closed_on is not None:
        raise ValidationError("Cette procédure n’est pas celle d’un décès en cours.")
    if contrat.status not in (Status.RUNNING, Status.NOTICE) or contrat.is_left:
        raise ValidationError(f"Ce contrat est {contrat.get_status_display()} : il n’a pas à finir par le décès.")
    day = procedure.event_on
    others = contrat.parties.on(day).exclude(personne=procedure.personne)
    if contrat.organisation:
        raise ValidationError("L’organisme est titulaire : le contrat continue, il se résilie par un préavis.")
    if others.exclude(capacity=PartieContrat.Capacity.OCCUPANT).exists():
        raise ValidationError("Le contrat continue avec le co-titulaire : faites l’avenant du départ.")
    if others.exists():
        raise ValidationError(
            "Quelqu’un d’autre habite là : décidez avec la direction d’un avenant ou d’un nouveau contrat à son nom."
        )
    if day < contrat.start_on:
        raise ValidationError("Le décès précède la prise d’effet : annulez le contrat.")
    if contrat.end_on is not None and contrat.end_on < day:
        day = contrat.end_on
    _without_title(contrat, day, by=by)
    _refresh(procedure)
    _record("procedure.end", by, procedure, end_on=day)
    return contrat


def _without_title(contrat: ContratOccupation, last: datetime.date, *, by: User) -> None:
    """Give the contract its last day and hold its places after it, without an end, until the keys are back."""
    move(contrat, Status.OCCUPANT_SANS_TITRE)
    contrat.end_on = last
    contrat.full_clean()
    contrat.save(update_fields=["status", "end_on"])
    held = OccupationPlace.objects.live().filter(contrat=contrat, kind=Kind.CONTRACT)
    for occupation in held.select_for_update(of=("self",)).select_related("place").order_by("place_id"):
        occupation.period = days(occupation.start_on, last)
        occupation.save(update_fields=["period"])
        for planned in in_the_way(occupation.place, morrow(last), None):
            if planned.pk == occupation.pk:
                continue
            if planned.kind in (Kind.CONTRACT, Kind.AFTER_CONTRACT):
                raise ValidationError(f"Un contrat suit sur cette place ({described(planned)}) : déplacez-le d’abord.")
            lift(planned, by=by, on=planned.start_on)
        # Not `occupy`: the contract, without its keys, holds the place already.
        after = OccupationPlace(
            place=occupation.place,
            kind=Kind.AFTER_CONTRACT,
            contrat=contrat,
            period=days(morrow(last), None),
            created_by=by,
        )
        after.full_clean()
        after.save()
    refresh_duties(contrat)
    refresh_duties(contrat.sejour)
    record(
        "contrat.stay_on",
        by=by,
        target=contrat,
        residence=contrat.residence,
        menage=contrat.menage,
        end_on=last,
    )


# Parts


def _refuse_justified(sejour: Sejour, day: datetime.date) -> None:
    for absence in sejour.absences.live().filter(reason=Absence.Reason.JUSTIFIED, start_on__lte=day):
        if absence.back_on is None or absence.back_on > day:
            raise ValidationError(
                "Une absence justifiée est en cours : pas de mise en demeure ni de résiliation pour inoccupation "
                "(CCH, annexe 2 au III de l’art. R.353-159, art. 6)."
            )


def _letter(by: User, procedure: Procedure, code: str) -> DocumentEmis | None:
    contrat = procedure.contrat
    if contrat.menage.is_masked:
        return None
    title, subject, paragraphs = letter_of(procedure, code)
    return issue_document(
        kind=DocumentKind.MISE_EN_DEMEURE if code == "summons" else DocumentKind.LETTRE_SEJOUR,
        residence=contrat.residence,
        menage=contrat.menage,
        template="pdf/letter.html",
        data=letter_data(contrat, by=by, title=title, subject=subject, paragraphs=paragraphs),
        by=by,
        target=procedure,
    )


def _locked(procedure: Procedure) -> Procedure:
    row: Procedure = locked(procedure)
    if row.closed_on is not None:
        raise ValidationError("Cette procédure est close.")
    return row


def _locked_contrat(contrat: ContratOccupation) -> ContratOccupation:
    row: ContratOccupation = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place")
        .get(pk=contrat.pk)
    )
    return row


def _refresh(procedure: Procedure) -> None:
    refresh_duties(procedure)
    refresh_duties(procedure.contrat)
    refresh_duties(procedure.sejour)


def _record(act: str, by: User, procedure: Procedure, **details: object) -> None:
    sejour = procedure.sejour
    record(
        act,
        by=by,
        target=procedure,
        residence=sejour.residence,
        menage=sejour.menage,
        nature=procedure.kind,
        **details,
    )
