"""Let a stay go on, follow its APL, take a notice, record its end."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from logement.actions.parc import described, in_the_way, lift, occupy
from logement.actions.travaux import begin_when_empty
from logement.models import (
    Absence,
    ContratOccupation,
    Destination,
    DroitApl,
    OccupationPlace,
    Preavis,
    RenouvellementSejour,
    Sejour,
)
from logement.models.parc import days
from logement.queries.contrats import convention_of
from logement.queries.courriers import letter_data, preavis_letter
from logement.queries.sejours import next_planned_end, renewal_block
from logement.rules.preavis import (
    Ground,
    ShortNotice,
    last_day_due,
    manager_notice_end,
    resident_notice_end,
)
from residence import hooks
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.personnes import detach
from residence.actions.statuses import move
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Residence, User
from residence.models.base import today
from residence.permissions import Cause
from residence.rules.dates import add_days, eve, month_start, morrow

Status = ContratOccupation.Status
Kind = OccupationPlace.Kind


# The stay and its length


@transaction.atomic
def decide_renouvellement(
    *,
    by: User,
    sejour: Sejour,
    kind: RenouvellementSejour.Kind,
    reasons: str,
    decided_on: datetime.date,
    until_on: datetime.date | None = None,
) -> RenouvellementSejour:
    """Let a stay go on, or not, beyond its planned end. The contract is not touched: nothing here ends it.

    A renewal takes the span that the dispositif gives; an over-stay the day of `until_on`; a refusal changes no date.
    """
    sejour = _locked_sejour(sejour)
    planned = sejour.planned_end_on
    if planned is None:
        raise ValidationError("Ce séjour est sans limitation de durée : il n’y a rien à renouveler.")
    if sejour.ended_on is not None or sejour.cancelled_at is not None:
        raise ValidationError("Ce séjour est terminé.")
    if not reasons.strip():
        raise ValidationError({"reasons": "Une décision a ses motifs."})
    if decided_on > today():
        raise ValidationError({"decided_on": "Une décision se date d’aujourd’hui ou d’avant."})
    match kind:
        case RenouvellementSejour.Kind.RENEWAL:
            block = renewal_block(sejour)
            if block:
                raise ValidationError(block)
            until = next_planned_end(sejour)
        case RenouvellementSejour.Kind.OVERSTAY:
            if until_on is None or until_on <= planned:
                raise ValidationError({"until_on": f"Le dépassement va au-delà du {planned:%d/%m/%Y}."})
            until = until_on
        case _:
            until = planned
    if kind == RenouvellementSejour.Kind.REFUSAL and sejour.renouvellements.filter(kind=kind, until_on=until).exists():
        raise ValidationError("Le non-renouvellement est déjà décidé.")
    decision = RenouvellementSejour(
        sejour=sejour,
        kind=kind,
        from_on=morrow(planned) if until > planned else planned,
        until_on=until,
        reasons=reasons.strip(),
        decided_on=decided_on,
        decided_by=by,
    )
    decision.full_clean()
    decision.save()
    if until > planned:
        sejour.planned_end_on = until
        sejour.full_clean()
        sejour.save(update_fields=["planned_end_on"])
    refresh_duties(sejour)
    record(
        "renouvellement.decide",
        by=by,
        target=sejour,
        residence=sejour.residence,
        menage=sejour.menage,
        nature=kind,
        until_on=until,
    )
    return decision


@transaction.atomic
def record_apl(
    *,
    by: User,
    sejour: Sejour,
    status: DroitApl.Status,
    requested_on: datetime.date | None = None,
    start_on: datetime.date | None = None,
    monthly_amount: Decimal = Decimal(0),
    source: str = "",
) -> DroitApl:
    """Follow the APL of a stay: asked for, granted from a month on, suspended, refused.

    A request becomes the right when it is answered; a later right ends the one before it on the eve.
    """
    sejour = _locked_sejour(sejour)
    start = month_start(start_on or today())
    if status == DroitApl.Status.GRANTED and monthly_amount <= 0:
        raise ValidationError({"monthly_amount": "Donnez le montant mensuel de la notification."})
    if status == DroitApl.Status.REQUESTED and requested_on is None:
        raise ValidationError({"requested_on": "Donnez le jour de la demande."})
    if start < month_start(sejour.start_on):
        raise ValidationError({"start_on": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    rows = list(sejour.droits_apl.select_for_update().order_by("-start_on", "-pk"))
    last = rows[0] if rows else None
    amount = monthly_amount if status == DroitApl.Status.GRANTED else Decimal(0)
    same = last is not None and (last.status, last.start_on, last.monthly_amount) == (status, start, amount)
    if last is not None and same and last.requested_on == (requested_on or last.requested_on):
        return last
    if last is not None and (last.status == DroitApl.Status.REQUESTED or last.start_on == start):
        droit = last
        droit.end_on = None
    else:
        if last is not None:
            if start < last.start_on:
                raise ValidationError(
                    {"start_on": f"Un droit est déjà noté à partir du {last.start_on:%d/%m/%Y}, après cette date."}
                )
            last.end_on = eve(start)
            last.save(update_fields=["end_on"])
        droit = DroitApl(sejour=sejour)
    droit.status, droit.start_on, droit.monthly_amount = status, start, amount
    droit.requested_on = requested_on or droit.requested_on
    droit.source, droit.recorded_by, droit.recorded_at = source, by, timezone.now()
    droit.full_clean()
    droit.save()
    for contrat in sejour.contrats.in_progress():
        refresh_duties(contrat)
    refresh_duties(sejour)
    record(
        "apl.record",
        by=by,
        target=sejour,
        residence=sejour.residence,
        menage=sejour.menage,
        status=status,
        start_on=start,
        amount=amount,
    )
    return droit


# The notice


def notice_end(
    *,
    residence: Residence,
    given_by_whom: Preavis.By,
    notified_on: datetime.date,
    is_shortened: bool = False,
    ground: str = "",
    offer_notified_on: datetime.date | None = None,
) -> tuple[datetime.date, str]:
    """The last day of a notice, and why: the rule in a sentence, its source. ValidationError where it cannot run."""
    if given_by_whom == Preavis.By.RESIDENT:
        if convention_of(residence, notified_on) is None:
            end = resident_notice_end(notified_on, shortened=True)
            return end, (
                f"Reçu le {notified_on:%d/%m/%Y} : huit jours, le jour de réception non compté (CCH, art. R.633-3, I). "
                "Aucune convention ne régit la résidence ce jour-là."
            )
        end = resident_notice_end(notified_on, shortened=is_shortened)
        length = "huit jours, sur justificatif" if is_shortened else "un mois"
        return end, (
            f"Reçu le {notified_on:%d/%m/%Y} : {length} à compter de la réception "
            "(CCH, annexe 2 au III de l’art. R.353-159, art. 5)."
        )
    if not ground:
        raise ValidationError({"ground": "Choisissez l’un des trois cas de la loi."})
    case = Ground(ground)
    if case is Ground.CONDITIONS_ENDED and offer_notified_on is None:
        raise ValidationError(
            {"offer_notified_on": "La fin des conditions d’admission demande une offre de relogement, et sa date."}
        )
    end = manager_notice_end(notified_on, ground=case, offer_notified_on=offer_notified_on)
    match case:
        case Ground.BREACH:
            why = "un mois (CCH, art. R.633-3, II)"
        case Ground.CLOSURE:
            why = "trois mois (CCH, art. R.633-3, II)"
        case _:
            why = (
                f"trois mois francs, et pas avant un mois après l’offre de relogement notifiée le "
                f"{offer_notified_on:%d/%m/%Y} : la plus tardive des deux dates "
                "(CCH, annexe 2 au III de l’art. R.353-159, art. 6)"
            )
    return end, f"Remis le {notified_on:%d/%m/%Y} : {why}."


@transaction.atomic
def record_preavis(
    *,
    by: User,
    contrat: ContratOccupation,
    given_by_whom: Preavis.By,
    form: Preavis.Form,
    delivery: Preavis.Delivery = Preavis.Delivery.DELIVERED,
    notified_on: datetime.date | None = None,
    sent_on: datetime.date | None = None,
    is_shortened: bool = False,
    shortened_reason: str = "",
    shortened_proof: str = "",
    ground: str = "",
    offer_notified_on: datetime.date | None = None,
    reasons: str = "",
    is_for_absence: bool = False,
) -> Preavis:
    """Keep a notice. It runs from the day it was received: a manager's letter that nobody collected gives none."""
    contrat = _locked_contrat(contrat)
    if contrat.is_left:
        raise ValidationError("Le ménage a changé de place : le préavis porte sur le nouveau contrat.")
    if contrat.following.filter(status__in=[Status.DRAFT, Status.TO_SIGN]).exists():
        raise ValidationError("Un changement de place est en préparation : annulez-le d’abord.")
    if contrat.status != Status.RUNNING:
        raise ValidationError(
            f"Ce contrat est {contrat.get_status_display()} : un préavis ne s’enregistre que sur un contrat en cours."
        )
    by_manager = given_by_whom == Preavis.By.MANAGER
    if by_manager and not reasons.strip():
        raise ValidationError({"reasons": "Le gestionnaire motive la résiliation."})
    if by_manager and is_for_absence:
        _refuse_justified_absence(contrat.sejour)
    if is_shortened and not shortened_proof.strip():
        raise ValidationError({"shortened_proof": "Le délai de huit jours demande son justificatif."})
    if is_shortened and shortened_reason not in {one.value for one in ShortNotice}:
        raise ValidationError({"shortened_reason": "Choisissez la raison du délai réduit."})
    proof = f"{ShortNotice(shortened_reason).label} : {shortened_proof.strip()}"[:200] if is_shortened else ""
    preavis = Preavis(
        contrat=contrat,
        given_by_whom=given_by_whom,
        ground=ground if by_manager else "",
        form=form,
        sent_on=sent_on,
        delivery=delivery,
        is_shortened=is_shortened and not by_manager,
        shortened_proof="" if by_manager else proof,
        offer_notified_on=offer_notified_on if by_manager else None,
        is_for_absence=is_for_absence and by_manager,
        reasons=reasons.strip(),
        recorded_by=by,
    )
    if delivery == Preavis.Delivery.DELIVERED:
        _run(preavis, contrat, notified_on)
    else:
        preavis.full_clean()
        preavis.save()
    _refresh(contrat)
    record(
        "preavis.record",
        by=by,
        target=preavis,
        residence=contrat.residence,
        menage=contrat.menage,
        given_by=given_by_whom,
        delivery=delivery,
        ends_on=preavis.ends_on,
    )
    return preavis


@transaction.atomic
def issue_preavis_letter(*, by: User, preavis: Preavis) -> DocumentEmis:
    """The letter of a notice: the manager's, to deliver in one of its forms; of the resident's, the answer. Once."""
    preavis = Preavis.objects.select_for_update(of=("self",)).select_related("document__residence").get(pk=preavis.pk)
    if preavis.document is not None:
        return preavis.document
    if preavis.withdrawn_at is not None:
        raise ValidationError("Ce préavis est retiré.")
    contrat = _locked_contrat(preavis.contrat)
    why = ""
    if preavis.notified_on is not None:
        _, why = notice_end(
            residence=contrat.residence,
            given_by_whom=Preavis.By(preavis.given_by_whom),
            notified_on=preavis.notified_on,
            is_shortened=preavis.is_shortened,
            ground=preavis.ground,
            offer_notified_on=preavis.offer_notified_on,
        )
    title, subject, paragraphs = preavis_letter(preavis, why)
    preavis.document = issue_document(
        kind=DocumentKind.LETTRE_PREAVIS,
        residence=contrat.residence,
        menage=contrat.menage,
        template="pdf/letter.html",
        data=letter_data(contrat, by=by, title=title, subject=subject, paragraphs=paragraphs),
        by=by,
        target=preavis,
    )
    preavis.save(update_fields=["document"])
    record("preavis.issue", by=by, target=preavis, residence=contrat.residence, menage=contrat.menage)
    return preavis.document


@transaction.atomic
def deliver_preavis(
    *, by: User, preavis: Preavis, delivery: Preavis.Delivery, notified_on: datetime.date | None = None
) -> Preavis:
    """Say what became of a letter sent: handed over, the notice runs; unclaimed or returned, it does not."""
    contrat = _locked_contrat(preavis.contrat)
    preavis = Preavis.objects.select_for_update().get(pk=preavis.pk)
    if preavis.withdrawn_at is not None or preavis.delivery == Preavis.Delivery.DELIVERED:
        raise ValidationError("Quelqu’un est passé avant vous : ce préavis est déjà remis ou retiré.")
    preavis.delivery = delivery
    if delivery == Preavis.Delivery.DELIVERED:
        _run(preavis, contrat, notified_on)
    else:
        preavis.full_clean()
        preavis.save()
    _refresh(contrat)
    record(
        "preavis.deliver",
        by=by,
        target=preavis,
        residence=contrat.residence,
        menage=contrat.menage,
        delivery=delivery,
        ends_on=preavis.ends_on,
    )
    return preavis


@transaction.atomic
def withdraw_preavis(*, by: User, preavis: Preavis) -> Preavis:
    """Take a notice back: the contract goes on, the place is held again without a last day."""
    contrat = _locked_contrat(preavis.contrat)
    preavis = Preavis.objects.select_for_update().get(pk=preavis.pk)
    if preavis.withdrawn_at is not None:
        raise ValidationError("Ce préavis est déjà retiré.")
    if preavis.ends_on is not None:
        move(contrat, Status.RUNNING)
        # Who stayed after the end has a title again: nothing is held besides the contract.
        OccupationPlace.objects.live().filter(contrat=contrat, kind=Kind.AFTER_CONTRACT).update(
            released_by=by, released_at=timezone.now()
        )
        for occupation in _held(contrat):
            met = [one for one in in_the_way(occupation.place, occupation.start_on, None) if one.pk != occupation.pk]
            if met:
                raise ValidationError(
                    f"La place est déjà promise ensuite ({', '.join(described(one) for one in met)}) : "
                    "levez ou déplacez d’abord ce qui la prend, depuis la page de la place."
                )
            occupation.period = days(occupation.start_on, None)
            occupation.save(update_fields=["period"])
        contrat.end_on = None
        contrat.full_clean()
        contrat.save(update_fields=["status", "end_on"])
    preavis.withdrawn_by, preavis.withdrawn_at = by, timezone.now()
    preavis.full_clean()
    preavis.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _refresh(contrat)
    record("preavis.withdraw", by=by, target=preavis, residence=contrat.residence, menage=contrat.menage)
    return preavis


@transaction.atomic
def record_cles(
    *,
    by: User,
    contrat: ContratOccupation,
    keys_on: datetime.date,
    destination: Destination,
    destination_detail: str = "",
    new_address: str = "",
) -> ContratOccupation:
    """The keys are back: the contract and the stay end, the place is freed that day and made ready for the next."""
    contrat = _locked_contrat(contrat)
    sejour, residence = contrat.sejour, contrat.sejour.residence
    preavis = contrat.preavis.live().filter(ends_on__isnull=False).first()
    without_title = contrat.status == Status.OCCUPANT_SANS_TITRE and contrat.end_on is not None
    if contrat.status == Status.RUNNING or (preavis is None and not without_title):
        raise ValidationError("Enregistrez d’abord le préavis : le dernier jour du contrat en dépend.")
    move(contrat, Status.ENDED)
    if keys_on > today():
        raise ValidationError({"keys_on": "Les clés sont rendues aujourd’hui ou l’ont été avant."})
    if keys_on < contrat.start_on:
        raise ValidationError({"keys_on": f"Le contrat a pris effet le {contrat.start_on:%d/%m/%Y}."})
    planned = contrat.end_on if without_title or preavis is None else preavis.ends_on
    contrat.keys_back_on = keys_on
    contrat.end_on = last_day_due(
        notice_end=planned,
        keys_returned_on=keys_on,
        by_manager=preavis is not None and preavis.given_by_whom == Preavis.By.MANAGER,
    )
    contrat.full_clean()
    contrat.save(update_fields=["status", "keys_back_on", "end_on"])
    stayed = OccupationPlace.objects.live().filter(contrat=contrat, kind=Kind.AFTER_CONTRACT)
    for occupation in _held(contrat):
        occupation.period = days(occupation.start_on, min(keys_on, planned))
        occupation.keys_back_on = keys_on
        occupation.save(update_fields=["period", "keys_back_on"])
        if stayed.filter(place=occupation.place).exists():
            _end_stayed(stayed.filter(place=occupation.place), keys_on=keys_on, by=by)
        elif keys_on > planned:
            _clear(occupation, until=keys_on, by=by)
            after = occupy(
                place=occupation.place,
                kind=Kind.AFTER_CONTRACT,
                start_on=morrow(planned),
                end_on=keys_on,
                by=by,
                contrat=contrat,
            )
            after.keys_back_on = keys_on
            after.save(update_fields=["keys_back_on"])
        _make_ready(occupation, keys_on=keys_on, for_days=sejour.dispositif.turnaround_days, by=by)
    sejour.ended_on = keys_on
    sejour.destination, sejour.destination_detail = destination, destination_detail.strip()
    sejour.full_clean()
    sejour.save(update_fields=["ended_on", "destination", "destination_detail"])
    if new_address.strip():
        sejour.menage.address, sejour.menage.postal_code, sejour.menage.city = new_address.strip(), "", ""
        sejour.menage.save(update_fields=["address", "postal_code", "city"])
    detach(sejour.menage, residence, Cause.SEJOUR, on=keys_on)
    hooks.call("ON_STAY_CLOSED", sejour=sejour, by=by)
    _refresh(contrat)
    record(
        "cles.record",
        by=by,
        target=contrat,
        residence=residence,
        menage=sejour.menage,
        keys_on=keys_on,
        end_on=contrat.end_on,
        destination=destination,
    )
    return contrat


# Parts


def _refuse_justified_absence(sejour: Sejour) -> None:
    """No notice for a home left empty for care, work or force majeure (annexe 2 au III de l'article R.353-159, 6)."""
    if sejour.absences.live().filter(reason=Absence.Reason.JUSTIFIED, back_on=None).exists():
        raise ValidationError(
            {
                "is_for_absence": "Une absence justifiée est en cours : le contrat ne se résilie pas pour inoccupation "
                "(CCH, annexe 2 au III de l’art. R.353-159, art. 6)."
            }
        )


def _end_stayed(rows: QuerySet[OccupationPlace], *, keys_on: datetime.date, by: User) -> None:
    """Close what held a place after the end of the contract, on the day of its keys."""
    for after in rows.select_for_update(of=("self",)):
        after.keys_back_on = keys_on
        if keys_on < after.start_on:
            after.released_by, after.released_at = by, timezone.now()
        else:
            after.period = days(after.start_on, keys_on)
        after.save(update_fields=["period", "keys_back_on", "released_by", "released_at"])


def _run(preavis: Preavis, contrat: ContratOccupation, notified_on: datetime.date | None) -> None:
    """Make a notice run from the day it was received, and give the contract and its places their last day."""
    if notified_on is None:
        raise ValidationError({"notified_on": "Donnez le jour de la réception : le délai court de ce jour."})
    if notified_on > today():
        raise ValidationError({"notified_on": "Un préavis se reçoit aujourd’hui ou s’est reçu avant."})
    if preavis.sent_on is not None and notified_on < preavis.sent_on:
        raise ValidationError({"notified_on": "La réception ne peut pas précéder l’envoi."})
    end, _ = notice_end(
        residence=contrat.residence,
        given_by_whom=Preavis.By(preavis.given_by_whom),
        notified_on=notified_on,
        is_shortened=preavis.is_shortened,
        ground=preavis.ground,
        offer_notified_on=preavis.offer_notified_on,
    )
    if end < contrat.start_on:
        raise ValidationError(
            {"notified_on": f"Le contrat prend effet le {contrat.start_on:%d/%m/%Y} : annulez-le plutôt."}
        )
    preavis.notified_on, preavis.ends_on = notified_on, end
    preavis.full_clean()
    preavis.save()
    move(contrat, Status.NOTICE)
    contrat.end_on = end
    contrat.full_clean()
    contrat.save(update_fields=["status", "end_on"])
    for occupation in _held(contrat):
        occupation.period = days(occupation.start_on, end)
        occupation.save(update_fields=["period"])


def _held(contrat: ContratOccupation) -> list[OccupationPlace]:
    """What the contract holds, locked, the places first."""
    rows = OccupationPlace.objects.live().filter(contrat=contrat, kind=Kind.CONTRACT)
    return list(rows.select_for_update(of=("self",)).select_related("place").order_by("place_id"))


def _clear(occupation: OccupationPlace, *, until: datetime.date, by: User) -> None:
    """Put off what was planned on a place whose keys came back late: it begins the day after, or is lifted."""
    for planned in OccupationPlace.objects.live().filter(
        place=occupation.place, period__overlap=days(morrow(occupation.end_on), until)
    ):
        if planned.pk == occupation.pk:
            continue
        if planned.kind in (Kind.CONTRACT, Kind.AFTER_CONTRACT):
            raise ValidationError(f"Un contrat suit sur cette place ({described(planned)}) : déplacez-le d’abord.")
        if planned.end_on is not None and planned.end_on <= until:
            lift(planned, by=by, on=planned.start_on)
        else:
            planned.period = days(morrow(until), planned.end_on)
            planned.save(update_fields=["period"])


def _make_ready(occupation: OccupationPlace, *, keys_on: datetime.date, for_days: int, by: User) -> None:
    """Begin the works that waited, then keep the place for its turn-around, as long as nothing else is planned."""
    start = morrow(keys_on)
    works = begin_when_empty(place=occupation.place, free_on=start, by=by)
    if not for_days:
        return
    if works is not None and works.start_on == start and works.end_on is not None:
        start = morrow(works.end_on)
    end = add_days(start, for_days - 1)
    following = [one for one in in_the_way(occupation.place, start, end) if one.pk != occupation.pk]
    if following:
        end = eve(min(one.start_on for one in following))
    if end >= start:
        occupy(
            place=occupation.place,
            kind=Kind.TURNAROUND,
            start_on=start,
            end_on=end,
            by=by,
            reason="Remise en état après le départ",
        )


def _locked_sejour(sejour: Sejour) -> Sejour:
    row: Sejour = (
        Sejour.objects.select_for_update(of=("self",))
        .select_related("menage", "residence", "dispositif")
        .get(pk=sejour.pk)
    )
    return row


def _locked_contrat(contrat: ContratOccupation) -> ContratOccupation:
    row: ContratOccupation = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place")
        .get(pk=contrat.pk)
    )
    return row


def _refresh(contrat: ContratOccupation) -> None:
    refresh_duties(contrat)
    refresh_duties(contrat.sejour)
