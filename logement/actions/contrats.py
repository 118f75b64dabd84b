"""Prepare, issue, sign, cancel and end an occupancy contract."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from logement.actions.compte import call_deposit, cancel_deposit_call
from logement.actions.mutations import end_kept, hand_over, take_back
from logement.actions.parc import in_the_way, occupy, taken_message
from logement.models import (
    AssuranceOccupant,
    AvisEcheance,
    ContratOccupation,
    EtatDesLieux,
    OccupationPlace,
    PartieContrat,
    Place,
    Sejour,
)
from logement.queries.contrats import Look, deposit_maximum, is_minor, look_at, members_on, price_of
from logement.queries.texte_avenant import change_of_place_data
from logement.queries.texte_contrat import contract_data
from logement.rules.sejour import last_day
from residence import hooks
from residence.actions.documents import current_modele, issue_document
from residence.actions.journal import record
from residence.actions.personnes import attach, detach
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import DocumentEmis, DocumentKind, Menage, Residence, User
from residence.models.base import today
from residence.permissions import Cause
from residence.rules.money import euros

Status = ContratOccupation.Status
Capacity = PartieContrat.Capacity
Kind = OccupationPlace.Kind

TEMPLATE = "logement/pdf/contrat.html"
AVENANT_TEMPLATE = "logement/pdf/avenant.html"


def placed(places: Iterable[Place]) -> list[Place]:
    """The same places, with what a contract reads of them."""
    keys = [place.pk for place in places]
    rows = {
        place.pk: place
        for place in Place.objects.filter(pk__in=keys).select_related("logement__batiment", "categorie", "dispositif")
    }
    return [rows[key] for key in keys]


def in_way_of_contract(
    places: Iterable[Place], start_on: datetime.date, *, previous: ContratOccupation | None = None
) -> list[str]:
    """What keeps these places from a contract that starts on that day; a reservation is dealt with at signature.

    `previous`: the contract that this one would follow; it ends on the eve, in a room that is kept too.
    """
    left = previous.pk if previous else 0
    met = [[one for one in in_the_way(place, start_on, None) if one.kind != Kind.RESERVATION] for place in places]
    return [taken_message(rest) for found in met if (rest := [one for one in found if one.contrat_id != left])]


def look(
    places: list[Place], *, menage: Menage, start_on: datetime.date, previous: ContratOccupation | None = None
) -> Look:
    """What stands between a household and places from a day on."""
    taken = in_way_of_contract(places, start_on, previous=previous)
    return look_at(places, menage=menage, start_on=start_on, taken=taken)


@transaction.atomic
def prepare_contrat(
    *,
    by: User,
    menage: Menage,
    place: Place,
    start_on: datetime.date,
    parties: Mapping[int, str],
    joined_places: Iterable[Place] = (),
    deposit_amount: Decimal | None = None,
    organisation: str = "",
    special_terms: str = "",
    surface_confirmed: bool = False,
) -> ContratOccupation:
    """A stay and its first contract, in draft. `parties`: capacity by person of the household.

    The price is that of the tariff in force on the first day; the deposit, unless given, the most that may be asked.
    """
    menage = locked(menage)
    places = placed([place, *joined_places])
    residence, dispositif = places[0].residence, places[0].dispositif
    _check_places(places, menage=menage, start_on=start_on, surface_confirmed=surface_confirmed)
    if Sejour.objects.open().filter(menage=menage, residence=residence).exists():
        raise ValidationError("Ce ménage a déjà un séjour en cours, ou un contrat en préparation, dans la résidence.")
    sejour = Sejour(
        menage=menage,
        residence=residence,
        dispositif=dispositif,
        start_on=start_on,
        planned_end_on=_planned_end(start_on, dispositif.stay_months),
        created_by=by,
    )
    sejour.full_clean()
    sejour.save()
    contrat = ContratOccupation(sejour=sejour, place=places[0], start_on=start_on, created_by=by)
    _write_terms(contrat, places, deposit_amount=deposit_amount, organisation=organisation, special_terms=special_terms)
    contrat.joined_places.set(places[1:])
    _write_parties(contrat, parties)
    _refresh(contrat)
    record("contrat.prepare", by=by, target=contrat, residence=residence, menage=menage, start_on=start_on)
    return contrat


@transaction.atomic
def prepare_mutation(
    *,
    by: User,
    contrat: ContratOccupation,
    place: Place,
    start_on: datetime.date,
    reason: str,
    is_avenant: bool,
    deposit_amount: Decimal | None = None,
    special_terms: str = "",
    surface_confirmed: bool = False,
    joined_places: Iterable[Place] = (),
) -> ContratOccupation:
    """The contract by which a household changes places within its stay, in draft: signed, it takes over from `contrat`.

    The stay, its length and its account go on. The price is that of the tariff of the new place on the first day.
    """
    contrat = _locked_contrat(contrat)
    sejour = contrat.sejour
    if contrat.status != Status.RUNNING or contrat.end_on is not None:
        raise ValidationError(
            f"Ce contrat est {contrat.get_status_display()} : un changement de place part d’un contrat en cours, "
            "sans préavis."
        )
    if contrat.following.exclude(status=Status.CANCELLED).exists():
        raise ValidationError("Un changement de place est déjà préparé pour ce contrat.")
    places = placed([place, *joined_places])
    if any(one.residence_id != sejour.residence_id for one in places):
        raise ValidationError({"place": "Cette place est dans une autre résidence."})
    if places[0].dispositif_id != sejour.dispositif_id:
        raise ValidationError(
            {
                "place": f"Cette place relève de « {places[0].dispositif} », le séjour de « {sejour.dispositif} » : "
                "changer de dispositif est une nouvelle admission."
            }
        )
    if start_on <= contrat.start_on:
        raise ValidationError({"start_on": f"Le contrat en cours a pris effet le {contrat.start_on:%d/%m/%Y}."})
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi le ménage change de place."})
    if {one.pk for one in places} == {contrat.place_id, *contrat.joined_places.values_list("pk", flat=True)}:
        raise ValidationError({"place": "C’est la place que le ménage occupe : cochez ce qui s’y joint."})
    _check_places(
        places, menage=sejour.menage, start_on=start_on, surface_confirmed=surface_confirmed, previous=contrat
    )
    following = ContratOccupation(
        sejour=sejour,
        previous=contrat,
        is_avenant=is_avenant,
        change_reason=reason.strip(),
        place=places[0],
        start_on=start_on,
        created_by=by,
    )
    price = price_of(places, start_on)
    if deposit_amount is None and price is not None:
        # Never revised (CCH, annexe 2 au III de l'article R.353-159, article 8): that of the stay goes on.
        deposit_amount = min(contrat.deposit_amount, deposit_maximum(price, places[0].dispositif))
    _write_terms(
        following,
        places,
        deposit_amount=deposit_amount,
        organisation=contrat.organisation,
        special_terms=special_terms or contrat.special_terms,
    )
    following.joined_places.set(places[1:])
    for party in contrat.parties.on(start_on):
        PartieContrat.objects.create(contrat=following, personne_id=party.personne_id, capacity=party.capacity)
    _refresh(following)
    record(
        "mutation.prepare",
        by=by,
        target=following,
        residence=sejour.residence,
        menage=sejour.menage,
        start_on=start_on,
    )
    return following


@transaction.atomic
def edit_contrat(
    *,
    by: User,
    contrat: ContratOccupation,
    place: Place,
    start_on: datetime.date,
    parties: Mapping[int, str],
    joined_places: Iterable[Place] = (),
    deposit_amount: Decimal | None = None,
    organisation: str = "",
    special_terms: str = "",
    surface_confirmed: bool = False,
) -> ContratOccupation:
    """Change a contract that nobody has signed; one that was issued goes back to draft, to be issued again."""
    contrat = _locked_contrat(contrat)
    if contrat.previous_id is not None:
        raise ValidationError("Un changement de place ne se modifie pas : annulez-le, puis préparez-en un autre.")
    if contrat.status == Status.TO_SIGN:
        move(contrat, Status.DRAFT)
    elif contrat.status != Status.DRAFT:
        raise ValidationError(f"Ce contrat est {contrat.get_status_display()} : il ne se modifie plus.")
    sejour = contrat.sejour
    places = placed([place, *joined_places])
    if places[0].residence_id != sejour.residence_id:
        raise ValidationError({"place": "Cette place est dans une autre résidence."})
    _check_places(places, menage=sejour.menage, start_on=start_on, surface_confirmed=surface_confirmed)
    sejour.dispositif, sejour.start_on = places[0].dispositif, start_on
    sejour.planned_end_on = _planned_end(start_on, sejour.dispositif.stay_months)
    sejour.full_clean()
    sejour.save()
    contrat.place, contrat.start_on = places[0], start_on
    _write_terms(contrat, places, deposit_amount=deposit_amount, organisation=organisation, special_terms=special_terms)
    contrat.joined_places.set(places[1:])
    _write_parties(contrat, parties)
    _refresh(contrat)
    record("contrat.edit", by=by, target=contrat, residence=sejour.residence, menage=sejour.menage, start_on=start_on)
    return contrat


@transaction.atomic
def issue_contrat(*, by: User, contrat: ContratOccupation) -> ContratOccupation:
    """Freeze the contract as a numbered document, ready to be signed."""
    contrat = _locked_contrat(contrat)
    move(contrat, Status.TO_SIGN)
    sejour, residence = contrat.sejour, contrat.sejour.residence
    places = placed([contrat.place, *contrat.joined_places.all()])
    _refuse_taken(places, contrat.start_on, previous=contrat.previous)
    if not contrat.organisation and not contrat.parties.filter(capacity=Capacity.TITULAIRE).exists():
        raise ValidationError("Le contrat n’a pas de titulaire.")
    day = today()
    kind = DocumentKind.AVENANT if contrat.is_avenant else DocumentKind.CONTRAT
    modele = current_modele(residence, kind, day)
    reglement = current_modele(residence, DocumentKind.REGLEMENT, day)
    contrat.document = issue_document(
        kind=kind,
        residence=residence,
        menage=sejour.menage,
        template=AVENANT_TEMPLATE if contrat.is_avenant else TEMPLATE,
        data=change_of_place_data(contrat)
        if contrat.is_avenant
        else contract_data(contrat, modele=modele, reglement=reglement),
        modele=modele,
        by=by,
        target=contrat,
        replaces=contrat.document,
        on=day,
    )
    contrat.full_clean()
    contrat.save(update_fields=["status", "document"])
    _refresh(contrat)
    record("contrat.issue", by=by, target=contrat, residence=residence, menage=sejour.menage)
    return contrat


@transaction.atomic
def sign_contrat(*, by: User, contrat: ContratOccupation, signed_on: datetime.date) -> ContratOccupation:
    """Both have signed: the place is occupied, the stay begins, the deposit is asked for."""
    contrat = _locked_contrat(contrat)
    sejour = contrat.sejour
    move(contrat, Status.RUNNING)
    if signed_on > today():
        raise ValidationError({"signed_on": "Un contrat se signe aujourd’hui ou s’est signé avant."})
    if contrat.document is not None and signed_on < contrat.document.issued_on:
        raise ValidationError(
            {"signed_on": f"Le contrat est édité du {contrat.document.issued_on:%d/%m/%Y}, il se signe après."}
        )
    contrat.signed_on, contrat.signed_by = signed_on, by
    if contrat.previous_id is not None:
        hand_over(contrat, by=by)
    contrat.full_clean()
    contrat.save(update_fields=["status", "signed_on", "signed_by"])
    is_first = not sejour.contrats.filter(signed_on__isnull=False).exclude(pk=contrat.pk).exists()
    if is_first:
        # Before the place is taken: the proposal of this household gives its reservation back here.
        hooks.call("ON_STAY_OPENED", contrat=contrat, by=by)
    for place in [contrat.place, *contrat.joined_places.all()]:
        occupy(place=place, kind=Kind.CONTRACT, start_on=contrat.start_on, end_on=None, by=by, contrat=contrat)
    if contrat.previous_id is not None:
        end_kept(today(), by=by)
    attach(sejour.menage, sejour.residence, Cause.SEJOUR, on=min(contrat.start_on, today()))
    call_deposit(contrat=contrat, by=by)
    _refresh(contrat)
    record("contrat.sign", by=by, target=contrat, residence=sejour.residence, menage=sejour.menage, signed_on=signed_on)
    return contrat


@transaction.atomic
def cancel_contrat(*, by: User, contrat: ContratOccupation, reason: str) -> ContratOccupation:
    """Give up a contract that was never signed, or whose keys were never taken."""
    contrat = _locked_contrat(contrat)
    sejour = contrat.sejour
    was_running = contrat.status == Status.RUNNING
    if was_running:
        _refuse_begun(contrat)
    move(contrat, Status.CANCELLED)
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi le contrat est annulé."})
    contrat.cancelled_reason = reason.strip()
    contrat.full_clean()
    contrat.save(update_fields=["status", "cancelled_reason"])
    for edl in contrat.etats_des_lieux.filter(status=EtatDesLieux.Status.DRAFT).select_for_update():
        move(edl, EtatDesLieux.Status.CANCELLED)
        edl.save(update_fields=["status"])
    if was_running:
        cancel_deposit_call(contrat=contrat, by=by)
        for occupation in _occupations(contrat):
            occupation.released_by, occupation.released_at = by, timezone.now()
            occupation.save(update_fields=["released_by", "released_at"])
        if contrat.previous_id is not None:
            take_back(contrat, by=by)
    if not sejour.contrats.live().exists():
        sejour.cancelled_at = timezone.now()
        sejour.save(update_fields=["cancelled_at"])
        if was_running:
            detach(sejour.menage, sejour.residence, Cause.SEJOUR)
            hooks.call("ON_STAY_CLOSED", sejour=sejour, by=by)
    _refresh(contrat)
    record(
        "contrat.cancel",
        by=by,
        target=contrat,
        residence=sejour.residence,
        menage=sejour.menage,
        was_signed=was_running,
    )
    return contrat


@transaction.atomic
def record_assurance(
    *,
    by: User,
    contrat: ContratOccupation,
    insurer: str,
    start_on: datetime.date,
    end_on: datetime.date,
    policy_number: str = "",
) -> AssuranceOccupant:
    """Keep an attestation of insurance, and the day it ends. The same one given twice is kept once."""
    contrat = _locked_contrat(contrat)
    known = contrat.assurances.filter(
        insurer=insurer, policy_number=policy_number, start_on=start_on, end_on=end_on
    ).first()
    if known:
        return known
    assurance = AssuranceOccupant(
        contrat=contrat,
        insurer=insurer,
        policy_number=policy_number,
        start_on=start_on,
        end_on=end_on,
        recorded_by=by,
    )
    assurance.full_clean()
    assurance.save()
    _refresh(contrat)
    record(
        "assurance.record",
        by=by,
        target=contrat,
        residence=contrat.residence,
        menage=contrat.menage,
        end_on=end_on,
    )
    return assurance


@transaction.atomic
def issue_attestation(*, by: User, sejour: Sejour) -> DocumentEmis:
    """A certificate that the household lives here. Asked for twice in a day for the same facts, it is the same one."""
    sejour = Sejour.objects.select_for_update(of=("self",)).select_related("menage", "residence").get(pk=sejour.pk)
    contrat = (
        sejour.contrats.in_progress().filter(start_on__lte=today()).select_related("place__logement__batiment").first()
    )
    if contrat is None:
        raise ValidationError("Ce ménage n’habite pas la résidence aujourd’hui : il n’y a rien à attester.")
    day = today()
    data = attestation_data(sejour, contrat, day)
    for known in DocumentEmis.objects.filter(
        kind=DocumentKind.ATTESTATION, residence=sejour.residence, menage=sejour.menage, issued_on=day
    ):
        if known.target_id == sejour.pk and known.data.get("names") == data["names"]:
            return known
    document = issue_document(
        kind=DocumentKind.ATTESTATION,
        residence=sejour.residence,
        menage=sejour.menage,
        template="logement/pdf/attestation.html",
        data=data,
        by=by,
        target=sejour,
        on=day,
    )
    record("attestation.issue", by=by, target=sejour, residence=sejour.residence, menage=sejour.menage)
    return document


def attestation_data(sejour: Sejour, contrat: ContratOccupation, day: datetime.date) -> dict[str, object]:
    """What an attestation de résidence freezes."""
    residence, place = sejour.residence, contrat.place
    building = f"{place.logement.batiment}, " if place.logement.batiment else ""
    return {
        "title": "Attestation de résidence",
        "reference": "",
        "recipient_lines": [],
        "place_and_date": f"{residence.city}, le {day:%d/%m/%Y}",
        "names": [membre.personne.formal_name for membre in members_on(sejour.menage, day)],
        "since": sejour.start_on,
        "place": f"{place.code}, {building}{place.logement.floor_name}",
        "signatory": {
            "name": residence.signatory_name or str(residence.organisme),
            "function": residence.signatory_title or "Le gestionnaire",
        },
    }


# Parts


def _locked_contrat(contrat: ContratOccupation) -> ContratOccupation:
    """The contract locked, with its stay, its household and its places."""
    row: ContratOccupation = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related(
            "sejour__menage",
            "sejour__residence",
            "sejour__dispositif",
            "place__logement__batiment",
            "place__categorie",
            "place__dispositif",
            "document__residence",
        )
        .get(pk=contrat.pk)
    )
    return row


def _refresh(contrat: ContratOccupation) -> None:
    refresh_duties(contrat)
    refresh_duties(contrat.sejour)


def _occupations(contrat: ContratOccupation) -> QuerySet[OccupationPlace]:
    rows: QuerySet[OccupationPlace] = OccupationPlace.objects.live().filter(contrat=contrat)
    return rows.select_for_update(of=("self",)).select_related("place")


def _planned_end(start_on: datetime.date, stay_months: int | None) -> datetime.date | None:
    return last_day(start_on, months=stay_months) if stay_months else None


def _refuse_taken(places: list[Place], start_on: datetime.date, *, previous: ContratOccupation | None) -> None:
    taken = in_way_of_contract(places, start_on, previous=previous)
    if taken:
        raise ValidationError(taken)


def _check_places(
    places: list[Place],
    *,
    menage: Menage,
    start_on: datetime.date,
    surface_confirmed: bool,
    previous: ContratOccupation | None = None,
) -> None:
    first: Place = places[0]
    residence: Residence = first.residence
    if start_on < residence.first_month:
        raise ValidationError({"start_on": f"La résidence est tenue ici depuis le {residence.first_month:%d/%m/%Y}."})
    for other in places[1:]:
        if other.pk == first.pk or (first.pk != other.joined_with_id and other.pk != first.joined_with_id):
            raise ValidationError({"joined_places": f"{other} ne se joint pas à {first}."})
    seen = look(places, menage=menage, start_on=start_on, previous=previous)
    if seen.refusals:
        raise ValidationError(list(seen.refusals))
    if seen.surface_to_confirm and not surface_confirmed:
        raise ValidationError({"surface_confirmed": [*seen.warnings, "Cochez pour faire le contrat malgré cela."]})


def _write_terms(
    contrat: ContratOccupation,
    places: list[Place],
    *,
    deposit_amount: Decimal | None,
    organisation: str,
    special_terms: str,
) -> None:
    price = price_of(places, contrat.start_on)
    if price is None:
        raise ValidationError("Aucun tarif n’est en vigueur à la prise d’effet.")
    most = deposit_maximum(price, places[0].dispositif)
    deposit = most if deposit_amount is None else deposit_amount
    if deposit > most:
        raise ValidationError(
            {"deposit_amount": f"Le dépôt de garantie ne dépasse pas {euros(most)} (un mois de redevance au plus)."}
        )
    contrat.monthly_rent, contrat.monthly_charges, contrat.monthly_services = price.rent, price.charges, price.services
    contrat.deposit_amount = deposit
    contrat.organisation, contrat.special_terms = organisation.strip(), special_terms.strip()
    contrat.full_clean()
    contrat.save()


def _write_parties(contrat: ContratOccupation, parties: Mapping[int, str]) -> None:
    """Name the persons of the household in the contract, each in its capacity."""
    members = {membre.personne_id: membre.personne for membre in members_on(contrat.sejour.menage, contrat.start_on)}
    unknown = set(parties) - set(members)
    if unknown:
        raise ValidationError("Une des personnes n’est pas du ménage.")
    capacities = {pk: Capacity(capacity) for pk, capacity in parties.items() if capacity}
    holders = [pk for pk, capacity in capacities.items() if capacity != Capacity.OCCUPANT]
    titulaires = [pk for pk, capacity in capacities.items() if capacity == Capacity.TITULAIRE]
    if len(titulaires) > 1:
        raise ValidationError("Un contrat a un seul titulaire ; les autres adultes sont co-titulaires ou occupants.")
    if not titulaires and not contrat.organisation:
        raise ValidationError("Choisissez le titulaire du contrat, ou l’organisme qui l’est pour l’occupant.")
    for pk in holders:
        if is_minor(members[pk], contrat.start_on):
            raise ValidationError(f"{members[pk]} est mineur à la prise d’effet : il ne peut être qu’occupant.")
    contrat.parties.exclude(personne__in=capacities).delete()
    for pk, capacity in capacities.items():
        PartieContrat.objects.update_or_create(contrat=contrat, personne=members[pk], defaults={"capacity": capacity})


def _refuse_begun(contrat: ContratOccupation) -> None:
    """A signed contract is cancelled only while nothing has happened under it."""
    if contrat.following.exclude(status=Status.CANCELLED).exists():
        raise ValidationError("Un changement de place suit ce contrat : annulez-le d’abord.")
    if contrat.etats_des_lieux.filter(status=EtatDesLieux.Status.SIGNED).exists():
        raise ValidationError(
            "L’état des lieux est signé, les clés sont remises : le contrat ne s’annule plus, il se résilie."
        )
    if AvisEcheance.objects.filter(contrat=contrat).called().exists():
        raise ValidationError("Un avis d’échéance est émis sur ce contrat : annulez-le d’abord.")
    if contrat.sejour.encaissements.live().exists():
        raise ValidationError("Un paiement est enregistré sur ce séjour : remboursez-le ou annulez-le d’abord.")
