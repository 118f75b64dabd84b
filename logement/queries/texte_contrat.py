"""The data that an occupancy contract freezes: every mention that the law asks for, read from the facts."""

import datetime
from typing import Any

from django.db.models import QuerySet

from logement.models import ContratOccupation, Logement, PartieContrat, Place
from logement.queries.contrats import convention_of, optional_services, signing_mandataires
from logement.wording import CONTRAT, REGLEMENT, written
from residence.models import Mandataire, ModeleDocument, Personne, Residence
from residence.rules.money import euros

Capacity = PartieContrat.Capacity

# A long absence starts there, unless the résidence says otherwise (text « jours_absence »).
ABSENCE_DAYS = 15

ASSISTED = frozenset({Mandataire.Measure.CURATELLE, Mandataire.Measure.CURATELLE_RENFORCEE})


def french_date(day: datetime.date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def months_in_words(months: int) -> str:
    """« un an », « deux ans », « 18 mois »."""
    years = {12: "un an", 24: "deux ans", 36: "trois ans"}
    return years.get(months, f"{months} mois")


def contract_data(
    contrat: ContratOccupation, *, modele: ModeleDocument | None, reglement: ModeleDocument | None
) -> dict[str, Any]:
    """What the contract freezes at issue; `modele` and `reglement`: the résidence's own wording, where it has one."""
    sejour, residence, place = contrat.sejour, contrat.sejour.residence, contrat.place
    places = [place, *contrat.joined_places.select_related("logement__batiment")]
    convention = convention_of(residence, contrat.start_on)
    services = [
        {"name": str(one.prestation), "amount": one.monthly_amount}
        for one in optional_services(residence, contrat.start_on)
    ]
    parties = parties_of(contrat)
    own = dict(modele.texts) if modele else {}
    rules = dict(reglement.texts) if reglement else {}
    dispositif = sejour.dispositif
    facts = {
        "organisme": residence.organisme,
        "residence": residence.name,
        "adresse": ", ".join(residence.address_lines),
        "convention_texte": (
            f"La résidence est régie par la convention APL n° {convention.number} du "
            f"{french_date(convention.signed_on)}, conclue avec l’État. Le résident peut la lire à l’accueil."
            if convention
            else ""
        ),
        "effet": french_date(contrat.start_on),
        "espaces": _common_rooms(residence, places),
        "dispositif": dispositif.name,
        "duree_accueil": months_in_words(dispositif.stay_months) if dispositif.stay_months else "",
        "renouvellements": _renewals(dispositif.stay_months, dispositif.renewals_max),
        "fin_accueil": french_date(sejour.planned_end_on) if sejour.planned_end_on else "",
        "conditions_admission": dispositif.admission_conditions.strip()
        or dispositif.public.strip()
        or "relever du public que la résidence accueille, tel que son projet social le définit.",
        "meubles": "des meubles et équipements qui s’y trouvent"
        if place.logement.is_furnished
        else "de ses équipements",
        "services_obligatoires": (
            ", ainsi que les prestations obligatoires comptées à part dans le détail ci-dessus"
            if contrat.monthly_services
            else ""
        ),
        "depot": euros(contrat.deposit_amount),
        "depot_echelonnement": own.get("depot_echelonnement", ""),
        "jours_absence": own.get("jours_absence", ABSENCE_DAYS),
        "representation": " ".join(_represented(parties, contrat.organisation)),
        "clauses_particulieres": contrat.special_terms,
    }
    holds = {
        "terme": sejour.planned_end_on is not None,
        "sans_terme": sejour.planned_end_on is None,
        "convention": convention is not None,
        "sans_convention": convention is None,
        "depot": contrat.deposit_amount > 0,
        "sans_depot": not contrat.deposit_amount,
        "assurance": dispositif.requires_insurance,
        "representation": bool(facts["representation"]),
        "clauses_particulieres": bool(contrat.special_terms.strip()),
    }
    present = frozenset(name for name, held in holds.items() if held)
    return {
        "title": "Contrat d’occupation",
        "reference": "",
        "place_and_date": "",
        "recipient_lines": [],
        "in_short": {
            "place": _where(place),
            "monthly": contrat.monthly_redevance,
            "start_on": contrat.start_on,
            "planned_end_on": sejour.planned_end_on,
            "notice": "un mois" if convention else "huit jours",
            "deposit": contrat.deposit_amount,
        },
        "parties": parties,
        "occupants": [
            {"name": one["name"], "born": one["born"]} for one in parties if one["capacity"] == Capacity.OCCUPANT
        ],
        "organisation": contrat.organisation,
        "premises": [premises_of(one) for one in places],
        "amounts": {
            "rent": contrat.monthly_rent,
            "charges": contrat.monthly_charges,
            "services": contrat.monthly_services,
            "housing": contrat.monthly_rent + contrat.monthly_charges,
            "total": contrat.monthly_redevance,
        },
        "optional_services": services,
        "clauses": written(CONTRAT, facts=facts, present=present, own=own),
        "reglement": written(REGLEMENT, facts=facts, present=present, own=rules),
        "reglement_version": reglement.version if reglement else 0,
        "signatures": signatures_of(parties, contrat, read="« lu et approuvé », règlement intérieur paraphé"),
    }


def parties_of(contrat: ContratOccupation, day: datetime.date | None = None) -> list[dict[str, Any]]:
    """The persons named in a contract on `day` (its first one), with who signs with or for them."""
    rows = list(contrat.parties.on(day or contrat.start_on).select_related("personne"))
    mandataires: dict[int, list[Mandataire]] = {}
    for one in signing_mandataires([row.personne for row in rows], day or contrat.start_on):
        mandataires.setdefault(one.personne_id, []).append(one)
    order = {Capacity.TITULAIRE: 0, Capacity.CO_TITULAIRE: 1, Capacity.OCCUPANT: 2}
    return [
        {
            "capacity": row.capacity,
            "capacity_label": row.get_capacity_display(),
            "name": row.personne.formal_name,
            "born": _born(row.personne),
            "mandataires": [
                {
                    "name": one.name,
                    "measure": one.get_measure_display(),
                    "judged_on": one.judged_on,
                    "assists": one.measure in ASSISTED,
                }
                for one in mandataires.get(row.personne_id, [])
            ],
        }
        for row in sorted(rows, key=lambda row: (order[Capacity(row.capacity)], row.pk))
    ]


def _born(personne: Personne) -> str:
    if personne.is_masked or personne.born_on is None:
        return ""
    precision = Personne.BirthPrecision(personne.birth_precision)
    word = "née" if personne.civility == Personne.Civility.MADAME else "né"
    if personne.civility == Personne.Civility.UNKNOWN:
        word = "né(e)"
    where = f" à {personne.birth_place}" if personne.birth_place else ""
    match precision:
        case Personne.BirthPrecision.DAY:
            return f"{word} le {french_date(personne.born_on)}{where}"
        case Personne.BirthPrecision.MONTH:
            return f"{word} en {MONTHS[personne.born_on.month - 1]} {personne.born_on.year}{where}"
        case _:
            return f"{word} en {personne.born_on.year}{where}"


def _represented(parties: list[dict[str, Any]], organisation: str) -> list[str]:
    said = []
    if organisation:
        said.append(f"{organisation} est titulaire du contrat pour le compte des occupants qui y sont nommés.")
    for party in parties:
        for one in party["mandataires"]:
            verb = "signe avec l’assistance de" if one["assists"] else "est représenté(e) par"
            judged = f", jugement du {french_date(one['judged_on'])}" if one["judged_on"] else ""
            said.append(f"{party['name']} {verb} {one['name']} ({one['measure']}{judged}).")
    return said


def _renewals(stay_months: int | None, renewals_max: int | None) -> str:
    if stay_months is None or renewals_max == 0:
        return ""
    if renewals_max is None:
        return ", renouvelable par périodes de même durée"
    times = "une fois" if renewals_max == 1 else f"{renewals_max} fois"
    return f", renouvelable {times} pour la même durée, sur décision motivée"


def _common_rooms(residence: Residence, places: list[Place]) -> str:
    rows: QuerySet[Logement] = residence.logements.filter(usage=Logement.Usage.COMMUN).order_by("number")
    named = [one.equipment.strip() or f"salle {one.number}" for one in rows]
    if any(place.logement.is_shared for place in places):
        shared = next(place.logement for place in places if place.logement.is_shared)
        inside = shared.equipment.strip() or "cuisine, séjour, salle d’eau"
        named.insert(0, f"les pièces communes de l’appartement {shared.number} ({inside})")
    return " ; ".join(named) or "halls, circulations et locaux communs de la résidence"


def _where(place: Place) -> str:
    logement = place.logement
    building = f"{logement.batiment}, " if logement.batiment else ""
    return f"{place.code}, {building}{logement.floor_name}"


def premises_of(place: Place) -> dict[str, Any]:
    """The private rooms of a contract, as its table says them."""
    logement = place.logement
    kind = (
        f"chambre privative de l’appartement partagé {logement.number} ({logement.get_type_logement_display()})"
        if logement.is_shared
        else logement.get_type_logement_display()
    )
    return {
        "code": place.code,
        "kind": kind,
        "where": _where(place),
        "surface": place.surface,
        "capacity": place.capacity,
        "furnished": logement.is_furnished,
        "equipment": logement.equipment,
        "keys": place.keys,
        "mailbox": place.mailbox,
    }


def signatures_of(
    parties: list[dict[str, Any]], contrat: ContratOccupation, *, read: str = "« lu et approuvé »"
) -> list[dict[str, str]]:
    """Who signs a paper of the contract, each with what they write; `read`: the words of the residents."""
    residence = contrat.sejour.residence
    read = "« lu et approuvé », règlement intérieur paraphé"
    signatures = []
    if contrat.organisation:
        signatures.append({"label": "L’organisme titulaire", "name": contrat.organisation, "mention": read})
    for party in parties:
        if party["capacity"] == Capacity.OCCUPANT:
            continue
        represented = [one for one in party["mandataires"] if not one["assists"]]
        if not represented:
            label = "Le résident" if party["capacity"] == Capacity.TITULAIRE else "Le co-titulaire"
            signatures.append({"label": label, "name": party["name"], "mention": read})
        for one in party["mandataires"]:
            label = f"Pour {party['name']}" if not one["assists"] else f"Avec {party['name']}"
            signatures.append({"label": label, "name": one["name"], "mention": f"{one['measure']} ; {read}"})
    manager = ", ".join(filter(None, (residence.signatory_name, residence.signatory_title)))
    signatures.append({"label": f"Pour {residence.organisme}", "name": manager or residence.name, "mention": ""})
    return signatures
