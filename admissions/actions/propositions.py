"""Propose a place, which keeps it; take the answer, which lets it go or leads to the contract."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from admissions.actions.orientations import LIVE_PROPOSITIONS, leave_candidates, reach
from admissions.models import MotifCloture, Orientation, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.budget import Budget, budget_of, facts_of, money_facts
from admissions.queries.courriers import addressee_of, place_and_date, signatory_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.places import offerable, reserved_from
from logement.actions.parc import occupy
from logement.models import OccupationPlace, Place
from logement.queries.contrats import outside_surfaces
from logement.rules import depot
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.personnes import attach
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, User
from residence.models.base import today
from residence.permissions import Cause

S = OrientationStatus
P = Proposition.Status


@transaction.atomic
def make_proposition(
    *,
    by: User,
    orientation: Orientation,
    place: Place,
    entry_on: datetime.date,
    answer_by_on: datetime.date,
    comment: str = "",
) -> Proposition:
    """Propose a place to a candidate of the waiting list, keep it for them, and issue the letter."""
    orientation = locked(orientation)
    live = Proposition.objects.filter(orientation=orientation, status__in=LIVE_PROPOSITIONS).first()
    if live is not None and (live.place_id, live.entry_on) == (place.pk, entry_on):
        return live
    if orientation.status != S.WAITING:
        raise ValidationError(
            f"La candidature est « {orientation.get_status_display()} » : "
            "une place se propose à un candidat de la liste d’attente."
        )
    if answer_by_on < today():
        raise ValidationError({"answer_by_on": "Cette date est passée."})
    if entry_on < today():
        raise ValidationError({"entry_on": "Cette date est passée."})
    # Two people may be looking at the same place.
    place = Place.objects.select_for_update(of=("self",)).get(pk=place.pk)
    if not offerable(orientation, entry_on).filter(pk=place.pk).exists():
        raise ValidationError({"place": f"La place {place} n’est pas libre à partir du {entry_on:%d/%m/%Y}."})
    persons = orientation.menage.persons_count
    if persons > place.capacity:
        raise ValidationError(
            {
                "place": f"La place {place} accueille {place.capacity} personne(s) au plus, "
                f"et le ménage en compte {persons}."
            }
        )
    if outside := outside_surfaces(place):
        raise ValidationError({"place": outside})
    if missing := derogations_missing(points_of(orientation, entry_on=entry_on, categorie=place.categorie)):
        raise ValidationError(
            [
                f"Le critère « {point.label} » exige une dérogation motivée, que la direction n’a pas encore accordée."
                for point in missing
            ]
        )
    reservation = occupy(
        place=place,
        kind=OccupationPlace.Kind.RESERVATION,
        start_on=reserved_from(place, entry_on),
        end_on=None,
        by=by,
        reason="proposition à un candidat",
    )
    proposition = Proposition(
        orientation=orientation,
        place=place,
        reservation=reservation,
        entry_on=entry_on,
        answer_by_on=answer_by_on,
        comment=comment,
        made_by=by,
    )
    proposition.full_clean()
    proposition.save()
    proposition.document = _letter(by, proposition)
    proposition.save(update_fields=["document"])
    reach(orientation, S.PROPOSED, by=by)
    _record("proposition.make", by, proposition, place=place.code, entry_on=entry_on)
    _refresh(proposition, orientation)
    return proposition


def _letter(by: User, proposition: Proposition) -> DocumentEmis:
    orientation, place = proposition.orientation, proposition.place
    residence, logement = orientation.residence, place.logement
    entretien = getattr(orientation, "entretien", None)
    budget = budget_of(
        facts_of(orientation.menage, residence, entretien, categorie=place.categorie, entry_on=proposition.entry_on)
    )
    tarif = budget.tarif
    address = logement.batiment.address if logement.batiment and logement.batiment.address else ""
    data = {
        **addressee_of(orientation.menage, orientation.partenaire).data(),
        "title": "Proposition de logement",
        "object": f"proposition d’un logement à {residence.name}",
        "place_and_date": place_and_date(residence),
        "place": place.code,
        "logement": logement.get_type_logement_display(),
        "is_shared": logement.is_shared,
        "surface": str(place.surface),
        "floor": logement.floor_name,
        "is_furnished": logement.is_furnished,
        "equipment": logement.equipment,
        "address": address or ", ".join(residence.address_lines),
        "entry_on": proposition.entry_on,
        "answer_by_on": proposition.answer_by_on,
        "stay_months": orientation.dispositif.stay_months,
        "rent": str(tarif.rent) if tarif else None,
        "charges": str(tarif.charges) if tarif else None,
        "services": str(tarif.services) if tarif else None,
        "redevance": str(tarif.redevance) if tarif else None,
        "deposit": str(depot.maximum(tarif.redevance, months=orientation.dispositif.deposit_months)) if tarif else None,
        # The gestionnaire opens this letter: what is paid, never what the household earns.
        "budget": _told_of_money(budget),
        "contact": by.get_full_name(),
        "contact_phone": by.phone or residence.phone,
        "signatory": signatory_of(residence, by),
    }
    return issue_document(
        kind=DocumentKind.PROPOSITION,
        residence=residence,
        menage=orientation.menage,
        template="admissions/pdf/proposition.html",
        data=data,
        by=by,
        target=proposition,
    )


def _told_of_money(budget: Budget) -> dict[str, Any]:
    """The APL and what is left to pay, by scale."""
    facts = money_facts(budget)
    scenarios = [{name: one[name] for name in ("label", "apl", "net")} for one in facts["scenarios"]]
    return {"has_apl": facts["has_apl"], "reasons": facts["reasons"], "scenarios": scenarios}


@transaction.atomic
def accept_proposition(*, by: User, proposition: Proposition, answered_on: datetime.date) -> Proposition:
    """The candidate says yes: the place stays kept until the contract is signed."""
    orientation, proposition = _locked(proposition)
    if proposition.status == P.ACCEPTED:
        return proposition
    _check_day(proposition, answered_on)
    move(proposition, P.ACCEPTED)
    proposition.answered_on = answered_on
    proposition.full_clean()
    proposition.save()
    _record("proposition.accept", by, proposition, answered_on=answered_on)
    _refresh(proposition, orientation)
    return proposition


@transaction.atomic
def refuse_proposition(
    *, by: User, proposition: Proposition, answered_on: datetime.date, refusal_reason: str, comment: str = ""
) -> Proposition:
    """The candidate says no, with the motive: the place is let go and they wait for another one."""
    orientation, proposition = _locked(proposition)
    if proposition.status == P.REFUSED:
        return proposition
    _check_day(proposition, answered_on)
    if refusal_reason not in MotifCloture.values:
        raise ValidationError({"refusal_reason": "Un refus a son motif."})
    move(proposition, P.REFUSED)
    proposition.answered_on, proposition.refusal_reason = answered_on, refusal_reason
    proposition.comment = comment or proposition.comment
    _let_go(by, orientation, proposition, f"proposition refusée : {MotifCloture(refusal_reason).label}")
    _record("proposition.refuse", by, proposition, reason=refusal_reason)
    return proposition


@transaction.atomic
def expire_proposition(*, by: User, proposition: Proposition) -> Proposition:
    """Nobody answered in time: the place is let go."""
    orientation, proposition = _locked(proposition)
    if proposition.status == P.EXPIRED:
        return proposition
    if proposition.answer_by_on >= today():
        raise ValidationError(
            f"Le candidat peut répondre jusqu’au {proposition.answer_by_on:%d/%m/%Y} : la proposition n’a pas expiré."
        )
    move(proposition, P.EXPIRED)
    _let_go(by, orientation, proposition, "proposition restée sans réponse")
    _record("proposition.expire", by, proposition)
    return proposition


@transaction.atomic
def withdraw_proposition(*, by: User, proposition: Proposition, comment: str) -> Proposition:
    """Take a proposal back, also an accepted one, and say why."""
    orientation, proposition = _locked(proposition)
    if proposition.status == P.WITHDRAWN:
        return proposition
    if not comment.strip():
        raise ValidationError({"comment": "Dites pourquoi la proposition est retirée."})
    move(proposition, P.WITHDRAWN)
    proposition.comment = comment
    _let_go(by, orientation, proposition, f"proposition retirée : {comment}")
    _record("proposition.withdraw", by, proposition)
    return proposition


def _locked(proposition: Proposition) -> tuple[Orientation, Proposition]:
    orientation = locked(proposition.orientation)
    return orientation, locked(proposition)


def _check_day(proposition: Proposition, day: datetime.date) -> None:
    if not timezone.localdate(proposition.made_at) <= day <= today():
        raise ValidationError({"answered_on": "La réponse est donnée entre le jour de la proposition et aujourd’hui."})


def _let_go(by: User, orientation: Orientation, proposition: Proposition, reason: str) -> None:
    proposition.full_clean()
    proposition.save()
    release(by, proposition)
    if orientation.status == S.PROPOSED:
        reach(orientation, S.WAITING, by=by, reason=reason)
    _refresh(proposition, orientation)


def release(by: User | None, proposition: Proposition) -> None:
    """Let the place go, if it is still kept."""
    if proposition.reservation_id is None:
        return
    OccupationPlace.objects.live().filter(pk=proposition.reservation_id).update(
        released_by=by, released_at=timezone.now()
    )


@transaction.atomic
def enter_orientation(*, by: User, contrat: Any) -> Orientation | None:
    """A contract is signed: the candidate has entered, their proposal is settled and the place let go for the contract.

    Nothing for a household that came without any request waiting for a place here.
    """
    sejour = contrat.sejour
    waiting = (
        Orientation.objects.select_for_update(of=("self",))
        .filter(menage=sejour.menage_id, residence=sejour.residence_id, status__in=[S.WAITING, S.PROPOSED])
        .order_by("-received_on", "-pk")
    )
    found = list(waiting)
    orientation = next((one for one in found if one.dispositif_id == sejour.dispositif_id), found[0] if found else None)
    if orientation is None:
        return None
    live = list(
        Proposition.objects.select_for_update(of=("self",)).filter(
            orientation=orientation, status__in=LIVE_PROPOSITIONS
        )
    )
    for proposition in live:
        if proposition.place_id != contrat.place_id:
            move(proposition, P.WITHDRAWN)
            proposition.comment = "contrat signé pour une autre place"
        elif proposition.status == P.MADE:
            move(proposition, P.ACCEPTED)
            proposition.answered_on = today()
        proposition.full_clean()
        proposition.save()
        release(by, proposition)
        _record("proposition.enter", by, proposition)
    orientation.sejour = sejour
    reach(orientation, S.ENTERED, by=by, save=("sejour",))
    leave_candidates(orientation)
    record(
        "orientation.enter",
        by=by,
        target=orientation,
        menage=orientation.menage,
        residence=orientation.residence,
        contrat=contrat.pk,
    )
    for proposition in live:
        refresh_duties(proposition)
    refresh_duties(orientation)
    return orientation


@transaction.atomic
def wait_again(*, by: User, sejour: Any) -> None:
    """A contract signed and given up before anybody moved in: the candidate waits for a place again."""
    entered = Orientation.objects.select_for_update(of=("self",)).filter(sejour=sejour, status=S.ENTERED)
    for orientation in entered:
        orientation.sejour = None
        reach(orientation, S.WAITING, by=by, reason="contrat annulé avant l’entrée", save=("sejour",))
        attach(orientation.menage, orientation.residence, Cause.CANDIDATURE)
        record(
            "orientation.wait_again",
            by=by,
            target=orientation,
            menage=orientation.menage,
            residence=orientation.residence,
        )
        refresh_duties(orientation)


def _refresh(proposition: Proposition, orientation: Orientation) -> None:
    refresh_duties(proposition)
    refresh_duties(orientation)


def _record(action: str, by: User | None, proposition: Proposition, **details: Any) -> None:
    orientation = proposition.orientation
    record(
        action,
        by=by,
        target=proposition,
        menage=orientation.menage,
        residence=orientation.residence,
        **details,
    )
