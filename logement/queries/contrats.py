"""What a contract rests on: the price of places, who is in the household, what stands in the way, what is left."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from logement.models import (
    AssuranceOccupant,
    ContratOccupation,
    DroitApl,
    Ecriture,
    EtatDesLieux,
    LigneEtatDesLieux,
    Place,
    Sejour,
    Tarif,
    TarifPrestation,
)
from logement.rules import depot
from logement.rules.redevance import excess_over_maximum
from logement.rules.surfaces import minimal_surface
from residence.models import (
    Convention,
    Dispositif,
    Mandataire,
    MembreMenage,
    Menage,
    Personne,
    PlafondRedevance,
    Residence,
    SurfaceDispositif,
    TypeLogement,
    User,
)
from residence.permissions import Permission
from residence.queries.together import Rows, together
from residence.rules import convention as convention_rules
from residence.rules.dates import age_on
from residence.rules.money import euros

MAJORITY = 18


@dataclass(frozen=True)
class Price:
    """What places cost a month, in euros, in the parts that the law tells apart."""

    rent: Decimal
    charges: Decimal
    services: Decimal

    @property
    def redevance(self) -> Decimal:
        return self.rent + self.charges + self.services


def price_of(places: Sequence[Place], day: datetime.date) -> Price | None:
    """The tariffs in force on `day` for these places, added up; None where one of them has none."""
    tarifs = {
        tarif.categorie_id: tarif
        for tarif in Tarif.objects.filter(categorie__in={place.categorie_id for place in places}).in_force(day)
    }
    if any(place.categorie_id not in tarifs for place in places):
        return None
    found = [tarifs[place.categorie_id] for place in places]
    return Price(
        sum((tarif.rent for tarif in found), Decimal(0)),
        sum((tarif.charges for tarif in found), Decimal(0)),
        sum((tarif.services for tarif in found), Decimal(0)),
    )


def deposit_maximum(price: Price, dispositif: Dispositif) -> Decimal:
    """The most that may be asked as a deposit: the dispositif's share of a month of redevance, one month at most."""
    return depot.maximum(price.redevance, months=dispositif.deposit_months)


def convention_of(residence: Residence, day: datetime.date) -> Convention | None:
    """The convention that rules the résidence on `day`."""
    return conventions_on(residence, day).order_by("-signed_on").first()


def conventions_on(residence: Residence, day: datetime.date) -> QuerySet[Convention]:
    return residence.conventions.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), signed_on__lte=day)


def is_to_verify(residence: Residence, day: datetime.date) -> bool:
    """Whether what rests on the convention-type is shown « à vérifier » on screen."""
    return convention_rules.to_verify(day) and convention_of(residence, day) is not None


def conventional_maximum(places: Sequence[Place], day: datetime.date) -> Decimal | None:
    """The most that the convention lets these places cost, loyer and charges; None where it sets no maximum."""
    convention = convention_of(places[0].residence, day)
    if convention is None:
        return None
    rows = PlafondRedevance.objects.filter(convention=convention, valid_from__lte=day).order_by("valid_from")
    by_type = {row.type_logement: row.monthly_maximum for row in rows}
    wanted = [by_type.get(place.categorie.type_logement) for place in places]
    return None if None in wanted else sum((one for one in wanted if one is not None), Decimal(0))


def optional_services(residence: Residence, day: datetime.date) -> QuerySet[TarifPrestation]:
    """The optional services offered on `day`, with their price."""
    return (
        TarifPrestation.objects.filter(prestation__residence=residence)
        .in_force(day)
        .select_related("prestation")
        .order_by("prestation__name")
    )


# Who signs


def members_on(menage: Menage, day: datetime.date) -> list[MembreMenage]:
    """The persons of the household on `day`, or as soon as they are known to come."""
    rows = list(menage.membres.in_force(day).select_related("personne"))
    return rows or list(menage.membres.filter(end_on__isnull=True).select_related("personne"))


def persons_on(menage: Menage, day: datetime.date) -> int:
    return max(len(members_on(menage, day)), menage.declared_persons or 0, 1)


def is_minor(personne: Personne, day: datetime.date) -> bool:
    return personne.born_on is not None and personne.born_on < day and age_on(personne.born_on, day) < MAJORITY


def signing_mandataires(personnes: Iterable[Personne], day: datetime.date) -> list[Mandataire]:
    """Who signs with or for these persons under a measure of protection, on `day`."""
    return list(Mandataire.objects.in_force(day).filter(personne__in=personnes, signs=True).select_related("personne"))


# What stands in the way


@dataclass(frozen=True)
class Look:
    """What a place is for a household: what forbids it, and what a person has to confirm."""

    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    surface_to_confirm: bool


def look_at(places: Sequence[Place], *, menage: Menage, start_on: datetime.date, taken: Iterable[str] = ()) -> Look:
    """What stands between `menage` and these places from `start_on`; `taken`: what occupies them already."""
    place = places[0]
    persons = persons_on(menage, start_on)
    capacity = sum(one.capacity for one in places)
    surface = sum((one.surface for one in places), Decimal(0))
    refusals, warnings = list(taken), []
    for one in places:
        if one.logement.usage != one.logement.Usage.HABITATION:
            refusals.append(f"{one.code} n’est pas un logement à donner ({one.logement.get_usage_display()}).")
        if one.opened_on > start_on or (one.closed_on is not None and one.closed_on <= start_on):
            refusals.append(f"La place {one.code} n’est pas en service le {start_on:%d/%m/%Y}.")
    if persons > capacity:
        refusals.append(f"Le ménage compte {persons} personnes, la place en accueille {capacity} au plus.")
    if len(places) == 1:
        refusals += outside_surfaces(place)
    price = price_of(places, start_on)
    if price is None:
        refusals.append(f"Aucun tarif n’est en vigueur le {start_on:%d/%m/%Y} pour cette place.")
    else:
        excess = excess_over_maximum(
            loyer=price.rent, charges=price.charges, maximum=conventional_maximum(places, start_on)
        )
        if excess:
            refusals.append(
                f"Le tarif passe de {euros(excess)} le maximum de la convention : corrigez-le avant le contrat."
            )
    needed = minimal_surface(persons)
    too_small = surface < needed
    if too_small:
        warnings.append(
            f"{_m2(surface)} pour {persons} personne{'s' if persons > 1 else ''} : l’APL en demande {needed} au moins "
            "(CCH, art. R.822-25). Le ménage n’aurait pas l’APL."
        )
    return Look(tuple(refusals), tuple(warnings), too_small)


def type_code(place: Place) -> str:
    """The type that a place is given as: a private room of a shared flat is a room, whatever the flat."""
    logement = place.logement
    return TypeLogement.CHAMBRE.value if logement.is_shared else str(logement.type_logement)


def outside_surfaces(place: Place) -> list[str]:
    """How the surface of a place leaves those that its dispositif admits for its type, bounds included; [] within."""
    bounds = SurfaceDispositif.objects.filter(dispositif=place.dispositif_id, type_logement=type_code(place)).first()
    told = []
    if bounds is not None and bounds.minimum is not None and place.surface < bounds.minimum:
        told.append(f"{_m2(place.surface)} : le dispositif demande {_m2(bounds.minimum)} au moins pour ce type.")
    if bounds is not None and bounds.maximum is not None and place.surface > bounds.maximum:
        told.append(f"{_m2(place.surface)} : le dispositif admet {_m2(bounds.maximum)} au plus pour ce type.")
    return told


def _m2(surface: Decimal) -> str:
    return f"{surface:.2f}".rstrip("0").rstrip(".").replace(".", ",") + "\u00a0m²"


def pending_contrat(menage: Menage, residence_id: int) -> ContratOccupation | None:
    """The contract of this household that is being prepared in the résidence, if any."""
    return ContratOccupation.objects.to_sign().filter(sejour__menage=menage, sejour__residence=residence_id).first()


# What is left to do


@dataclass(frozen=True)
class EntryStep:
    """One thing to do for the entry: done or not, said in a word, and where to do it (by whom the page opens)."""

    code: str
    label: str
    done: bool
    detail: str
    url_name: str
    target_id: int
    permission: Permission


def entry_rows(sejour: Sejour, contrat: ContratOccupation | None) -> tuple[Rows, ...]:
    """What `entry_steps` reads, to be asked for `together` with what else a page reads of the stay."""
    states = EtatDesLieux.objects.filter(contrat=contrat, kind=EtatDesLieux.Kind.ENTRY)
    keys = LigneEtatDesLieux.objects.filter(
        etat_des_lieux__in=states.filter(status=EtatDesLieux.Status.SIGNED), is_key=True, quantity__gt=0
    )
    return (
        Rows(AssuranceOccupant.objects.filter(contrat__sejour=sejour), ("insurer", "end_on")),
        Rows(DroitApl.objects.filter(sejour=sejour), ("status", "requested_on", "start_on", "monthly_amount")),
        Rows(states.exclude(status=EtatDesLieux.Status.CANCELLED), ("status", "made_on", "keys")),
        Rows(_deposit_entries(sejour), ("amount",)),
        Rows(keys, ("quantity",)),
    )


def entry_steps(contrat: ContratOccupation, read: Sequence[list[Any]] | None = None) -> list[EntryStep]:
    """What an entry asks for, in order. Nothing is ticked by hand: each line reads the fact itself.

    `read`: the rows of `entry_rows`, where the page asked for them.
    """
    sejour = contrat.sejour
    insurances, rights, states, entries, keys = read or together(*entry_rows(sejour, contrat))
    assurance = max(insurances, key=lambda one: one.end_on, default=None)
    droit = max(rights, key=lambda one: (one.start_on, one.pk), default=None)
    edl = states[0] if states else None
    edl_signed = edl is not None and edl.status == EtatDesLieux.Status.SIGNED
    keys_given = bool(keys) or bool(edl_signed and edl and edl.keys.strip())
    signed = contrat.signed_on is not None
    steps = [
        EntryStep(
            "issued",
            "Contrat édité",
            contrat.document_id is not None,
            f"n° {contrat.document.number}" if contrat.document else "à relire puis à éditer",
            "contrat_issue",
            contrat.pk,
            Permission.CONTRAT_PREPARE,
        ),
        EntryStep(
            "signed",
            "Contrat signé, règlement intérieur paraphé",
            signed,
            f"le {contrat.signed_on:%d/%m/%Y}" if contrat.signed_on else "à signer par les deux parties",
            "contrat_sign",
            contrat.pk,
            Permission.CONTRAT_SIGN,
        ),
    ]
    if contrat.deposit_amount:
        due = sum((entry.amount for entry in entries), Decimal(0))
        paid = signed and due <= 0
        detail = "reçu" if paid else f"{euros(due if signed else contrat.deposit_amount)} à recevoir"
        steps.append(
            EntryStep(
                "deposit",
                "Dépôt de garantie",
                paid,
                detail,
                "encaissement_record",
                sejour.pk,
                Permission.ENCAISSEMENT_RECORD,
            )
        )
    if sejour.dispositif.requires_insurance:
        steps.append(
            EntryStep(
                "insurance",
                "Assurance du résident",
                assurance is not None,
                f"{assurance.insurer}, jusqu’au {assurance.end_on:%d/%m/%Y}" if assurance else "attestation à recevoir",
                "assurance_record",
                contrat.pk,
                Permission.ASSURANCE_RECORD,
            )
        )
    steps += [
        EntryStep(
            "edl",
            "État des lieux d’entrée signé",
            edl_signed,
            f"le {edl.made_on:%d/%m/%Y}" if edl and edl_signed else "commencé, à signer" if edl else "à dresser",
            "etat_des_lieux_entry",
            contrat.pk,
            Permission.ETAT_DES_LIEUX_RECORD,
        ),
        EntryStep(
            "keys",
            "Clés remises",
            keys_given,
            "comptées à l’état des lieux" if keys_given else "à compter à l’état des lieux",
            "etat_des_lieux_entry",
            contrat.pk,
            Permission.ETAT_DES_LIEUX_RECORD,
        ),
        EntryStep(
            "apl",
            "Demande d’APL",
            droit is not None,
            _apl_word(droit) if droit else "à faire avec le résident",
            "apl_record",
            sejour.pk,
            Permission.APL_RECORD,
        ),
    ]
    return steps


def _apl_word(droit: DroitApl) -> str:
    if droit.status == DroitApl.Status.GRANTED:
        return f"{euros(droit.monthly_amount)} par mois depuis le {droit.start_on:%d/%m/%Y}"
    asked = f" le {droit.requested_on:%d/%m/%Y}" if droit.requested_on else ""
    return f"{droit.get_status_display()}{asked if droit.status == DroitApl.Status.REQUESTED else ''}"


def _deposit_entries(sejour: Sejour) -> Any:
    return Ecriture.objects.filter(sejour=sejour).of_account(Ecriture.Account.DEPOT)


def with_entry_facts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Contracts with whether their entry is signed for (`has_entry_edl`) and insured (`is_insured`)."""
    edl = EtatDesLieux.objects.filter(
        contrat=OuterRef("pk"), kind=EtatDesLieux.Kind.ENTRY, status=EtatDesLieux.Status.SIGNED
    )
    assurance = AssuranceOccupant.objects.filter(contrat__sejour=OuterRef("sejour"))
    return rows.annotate(has_entry_edl=Exists(edl), is_insured=Exists(assurance))


def preparable_menages(user: User) -> QuerySet[Any]:
    """Households for which `user` may prepare a contract: those tied to one of their résidences."""
    return Menage.objects.visible_to(user, Permission.CONTRAT_PREPARE)
