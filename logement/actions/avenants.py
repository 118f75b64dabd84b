"""Avenants: change a running contract, numbered, signed by both, then applied."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from logement.actions.contrats import placed
from logement.actions.tarifs import close_souscription, open_souscription
from logement.models import Avenant, ContratOccupation, PartieContrat, Prestation, Souscription
from logement.queries.contrats import is_minor, price_of
from logement.queries.texte_avenant import avenant_data
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import DocumentKind, MembreMenage, Personne, User
from residence.models.base import today
from residence.rules.dates import eve

Status = Avenant.Status
Subject = Avenant.Subject
Capacity = PartieContrat.Capacity

TEMPLATE = "logement/pdf/avenant.html"


@transaction.atomic
def issue_avenant(
    *,
    by: User,
    contrat: ContratOccupation,
    subject: str,
    effect_on: datetime.date,
    personne: Personne | None = None,
    capacity: str = "",
    successor: Personne | None = None,
    prestation: Prestation | None = None,
    reason: str = "",
) -> Avenant:
    """Freeze a change of a running contract as a numbered document, to be signed: nothing changes before it is."""
    contrat = _locked_contrat(contrat)
    _check_running(contrat, effect_on)
    avenant = Avenant(
        contrat=contrat,
        rank=(contrat.avenants.aggregate(last=Max("rank"))["last"] or 0) + 1,
        subject=subject,
        effect_on=effect_on,
        personne=personne if subject in Avenant.OF_PERSON else None,
        capacity=capacity if subject in (Subject.ARRIVAL, Subject.CAPACITY) else "",
        successor=successor if subject == Subject.DEPARTURE else None,
        prestation=prestation if subject in Avenant.OF_SERVICE else None,
        reason=reason.strip(),
        created_by=by,
    )
    _check_subject(avenant, contrat)
    avenant.full_clean()
    avenant.save()
    avenant.document = issue_document(
        kind=DocumentKind.AVENANT,
        residence=contrat.residence,
        menage=contrat.menage,
        template=TEMPLATE,
        data=avenant_data(avenant),
        by=by,
        target=avenant,
    )
    avenant.save(update_fields=["document"])
    refresh_duties(avenant)
    _record("avenant.issue", by, avenant)
    return avenant


@transaction.atomic
def sign_avenant(*, by: User, avenant: Avenant, signed_on: datetime.date) -> Avenant:
    """Both have signed: the change is made in the contract, from its day of effect."""
    contrat = _locked_contrat(avenant.contrat)
    avenant = locked(avenant)
    move(avenant, Status.SIGNED)
    if signed_on > today():
        raise ValidationError({"signed_on": "Un avenant se signe aujourd’hui ou s’est signé avant."})
    if avenant.document is not None and signed_on < avenant.document.issued_on:
        raise ValidationError(
            {"signed_on": f"L’avenant est édité du {avenant.document.issued_on:%d/%m/%Y}, il se signe après."}
        )
    _check_running(contrat, avenant.effect_on)
    _check_subject(avenant, contrat)
    avenant.signed_on, avenant.signed_by = signed_on, by
    avenant.full_clean()
    avenant.save(update_fields=["status", "signed_on", "signed_by"])
    _apply(avenant, contrat, by=by)
    refresh_duties(avenant)
    refresh_duties(contrat)
    _record("avenant.sign", by, avenant)
    return avenant


@transaction.atomic
def cancel_avenant(*, by: User, avenant: Avenant) -> Avenant:
    """Give up an avenant that nobody signed; its number stays taken."""
    avenant = locked(avenant)
    move(avenant, Status.CANCELLED)
    avenant.cancelled_by, avenant.cancelled_at = by, timezone.now()
    avenant.full_clean()
    avenant.save(update_fields=["status", "cancelled_by", "cancelled_at"])
    refresh_duties(avenant)
    _record("avenant.cancel", by, avenant)
    return avenant


# Parts


def _check_running(contrat: ContratOccupation, effect_on: datetime.date) -> None:
    if contrat.status != ContratOccupation.Status.RUNNING or contrat.end_on is not None:
        raise ValidationError(
            f"Ce contrat est {contrat.get_status_display()} : un avenant ne modifie qu’un contrat en cours."
        )
    if effect_on <= contrat.start_on:
        raise ValidationError({"effect_on": f"Le contrat a pris effet le {contrat.start_on:%d/%m/%Y}."})


def _check_subject(avenant: Avenant, contrat: ContratOccupation) -> None:
    """Refuse what the contract does not allow on that day; the amounts are read from the tariff in force."""
    day, personne = avenant.effect_on, avenant.personne
    if avenant.subject in Avenant.OF_PERSON:
        if personne is None:
            raise ValidationError({"personne": "Dites de quelle personne il s’agit."})
        named = {party.personne_id: party for party in contrat.parties.on(day).select_related("personne")}
        party = named.get(personne.pk)
        match avenant.subject:
            case Subject.ARRIVAL:
                _check_arrival(avenant, contrat, personne, is_named=party is not None, persons=len(named))
            case Subject.DEPARTURE:
                _check_departure(avenant, party, named)
            case _:
                _check_capacity(avenant, personne, party)
    elif avenant.subject in Avenant.OF_SERVICE:
        _check_service(avenant, contrat)
    else:
        _read_amounts(avenant, contrat)


def _check_arrival(
    avenant: Avenant, contrat: ContratOccupation, personne: Personne, *, is_named: bool, persons: int
) -> None:
    if is_named:
        raise ValidationError({"personne": f"{personne} est déjà au contrat."})
    here = MembreMenage.objects.in_force(avenant.effect_on).filter(menage=contrat.menage, personne=personne)
    if not here.exists():
        raise ValidationError(
            {"personne": "Ajoutez d’abord cette personne au ménage : le contrat ne nomme que ses membres."}
        )
    _check_holder(avenant, personne)
    capacity = contrat.place.capacity + sum(place.capacity for place in contrat.joined_places.all())
    if persons + 1 > capacity:
        raise ValidationError(
            {"personne": f"Le logement accueille {capacity} personne{'s' if capacity > 1 else ''} au plus."}
        )


def _check_departure(avenant: Avenant, party: PartieContrat | None, named: dict[int, PartieContrat]) -> None:
    if party is None:
        raise ValidationError({"personne": "Cette personne n’est pas au contrat ce jour-là."})
    others = [one for one in named.values() if one.pk != party.pk]
    if not others and not avenant.contrat.organisation:
        raise ValidationError(
            {"personne": "C’est la seule personne du contrat : son départ est un préavis, pas un avenant."}
        )
    if party.capacity != Capacity.TITULAIRE or avenant.contrat.organisation:
        return
    successor = avenant.successor
    found = named.get(successor.pk) if successor else None
    if successor is None or found is None or found.pk == party.pk:
        raise ValidationError({"successor": "Le titulaire part : dites qui, au contrat, devient titulaire."})
    if is_minor(successor, avenant.effect_on):
        raise ValidationError({"successor": f"{successor} est mineur : il ne peut pas être titulaire."})


def _check_capacity(avenant: Avenant, personne: Personne, party: PartieContrat | None) -> None:
    if party is None:
        raise ValidationError({"personne": "Cette personne n’est pas au contrat ce jour-là."})
    if party.capacity == Capacity.TITULAIRE:
        raise ValidationError({"personne": "Le titulaire le reste ; s’il part, c’est l’avenant de son départ."})
    if party.capacity == avenant.capacity:
        raise ValidationError({"capacity": f"{personne} est déjà {party.get_capacity_display()}."})
    _check_holder(avenant, personne)


def _check_holder(avenant: Avenant, personne: Personne) -> None:
    if avenant.capacity not in (Capacity.CO_TITULAIRE, Capacity.OCCUPANT):
        raise ValidationError({"capacity": "Une personne s’ajoute comme co-titulaire ou comme occupant."})
    if avenant.capacity == Capacity.CO_TITULAIRE and is_minor(personne, avenant.effect_on):
        raise ValidationError({"capacity": f"{personne} est mineur : il ne peut être qu’occupant."})


def _check_service(avenant: Avenant, contrat: ContratOccupation) -> None:
    if avenant.prestation is None:
        raise ValidationError({"prestation": "Dites de quelle prestation il s’agit."})
    taken = _taken(avenant, contrat).exists()
    if avenant.subject == Subject.SERVICE_ADDED and taken:
        raise ValidationError({"prestation": "Le résident a déjà cette prestation."})
    if avenant.subject == Subject.SERVICE_ENDED and not taken:
        raise ValidationError({"prestation": "Le résident n’a pas cette prestation ce jour-là."})


def _taken(avenant: Avenant, contrat: ContratOccupation) -> Any:
    rows = Souscription.objects.filter(contrat=contrat, prestation=avenant.prestation, start_on__lt=avenant.effect_on)
    return rows.filter(end_on=None) | rows.filter(end_on__gte=avenant.effect_on)


def _read_amounts(avenant: Avenant, contrat: ContratOccupation) -> None:
    price = price_of(placed([contrat.place, *contrat.joined_places.all()]), avenant.effect_on)
    if price is None:
        raise ValidationError({"effect_on": "Aucun tarif n’est en vigueur ce jour-là : fixez-le d’abord."})
    amounts = (price.rent, price.charges, price.services)
    if avenant.pk is None:
        if amounts == (contrat.monthly_rent, contrat.monthly_charges, contrat.monthly_services):
            raise ValidationError(
                {"effect_on": "Les montants du contrat sont déjà ceux du tarif : il n’y a rien à modifier."}
            )
    elif amounts != (avenant.monthly_rent, avenant.monthly_charges, avenant.monthly_services):
        raise ValidationError("Le tarif a changé depuis que l’avenant est édité : annulez-le et faites-en un autre.")
    avenant.monthly_rent, avenant.monthly_charges, avenant.monthly_services = amounts


def _apply(avenant: Avenant, contrat: ContratOccupation, *, by: User) -> None:
    day, last = avenant.effect_on, eve(avenant.effect_on)
    match avenant.subject:
        case Subject.REDEVANCE:
            contrat.monthly_rent = avenant.monthly_rent
            contrat.monthly_charges = avenant.monthly_charges
            contrat.monthly_services = avenant.monthly_services
            # Never revised (annexe 2 au III de l'article R.353-159, article 8), never above one month either.
            contrat.deposit_amount = min(contrat.deposit_amount, contrat.monthly_redevance)
            contrat.full_clean()
            contrat.save(update_fields=["monthly_rent", "monthly_charges", "monthly_services", "deposit_amount"])
        case Subject.ARRIVAL:
            _add(contrat, avenant.personne_id, avenant.capacity, day)
        case Subject.DEPARTURE:
            contrat.parties.filter(personne=avenant.personne_id, end_on=None).update(end_on=last)
            if avenant.successor_id is not None:
                contrat.parties.filter(personne=avenant.successor_id, end_on=None).update(end_on=last)
                _add(contrat, avenant.successor_id, Capacity.TITULAIRE, day)
        case Subject.CAPACITY:
            contrat.parties.filter(personne=avenant.personne_id, end_on=None).update(end_on=last)
            _add(contrat, avenant.personne_id, avenant.capacity, day)
        case Subject.SERVICE_ADDED:
            if avenant.prestation is not None:
                open_souscription(by=by, contrat=contrat, prestation=avenant.prestation, start_on=day)
        case _:
            for taken in _taken(avenant, contrat):
                close_souscription(by=by, souscription=taken, end_on=last)


def _add(contrat: ContratOccupation, personne_id: int | None, capacity: str, day: datetime.date) -> None:
    party = PartieContrat(contrat=contrat, personne_id=personne_id, capacity=capacity, start_on=day)
    party.full_clean()
    party.save()


def _locked_contrat(contrat: ContratOccupation) -> ContratOccupation:
    row: ContratOccupation = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place", "document__residence")
        .get(pk=contrat.pk)
    )
    return row


def _record(code: str, by: User, avenant: Avenant) -> None:
    sejour = avenant.contrat.sejour
    record(
        code,
        by=by,
        target=avenant,
        residence=sejour.residence,
        menage=sejour.menage,
        subject=avenant.subject,
        effect_on=avenant.effect_on,
    )
