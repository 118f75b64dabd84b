"""The data that an avenant freezes: which contract, what changes, from when, what stays."""

import datetime
from collections.abc import Sequence
from typing import Any

from logement.models import Avenant, ContratOccupation, PartieContrat, Place
from logement.queries.contrats import price_of
from logement.queries.texte_contrat import french_date, parties_of, premises_of, signatures_of
from residence.rules.dates import eve
from residence.rules.money import euros

Subject = Avenant.Subject
CAPACITIES = PartieContrat.Capacity


def avenant_data(avenant: Avenant) -> dict[str, Any]:
    """What an avenant to a running contract freezes at issue."""
    contrat = avenant.contrat
    common = _common(contrat, avenant.effect_on, f"Avenant n° {avenant.rank}")
    if avenant.subject == Subject.ARRIVAL and avenant.capacity == CAPACITIES.CO_TITULAIRE and avenant.personne:
        signer = {"label": "Le co-titulaire", "name": avenant.personne.formal_name, "mention": "« lu et approuvé »"}
        common["signatures"].insert(-1, signer)
    return {
        **common,
        "effect_on": avenant.effect_on,
        "paragraphs": _changes(avenant),
        "before": _amounts(contrat) if avenant.subject == Subject.REDEVANCE else None,
        "after": _amounts(avenant) if avenant.subject == Subject.REDEVANCE else None,
        "premises": [],
        "reason": avenant.reason,
    }


def change_of_place_data(contrat: ContratOccupation) -> dict[str, Any]:
    """What the avenant by which a household changes places freezes; `contrat`: the contract of the new place."""
    before = contrat.previous
    if before is None:
        raise ValueError("a change of place follows a contract")
    rank = before.avenants.count() + 1
    old = [before.place, *before.joined_places.order_by("code")]
    new = [contrat.place, *contrat.joined_places.order_by("code")]
    left, kept = [one for one in old if one not in new], [one for one in old if one in new]
    if left:
        moves = f"occupe {_named(new)} au lieu de {_named(old)}, et quitte {_named(left)} la veille au soir."
        states = (
            "Un état des lieux est dressé dans ce qui est quitté et dans ce qui est donné. Les clés de ce qui est "
            "quitté sont rendues ; plus rien n’est dû pour cela à compter de la même date."
        )
    else:
        moves = f"occupe {_named(new)} : il garde {_named(kept)}."
        states = "Un état des lieux est dressé dans ce qui est ajouté. Aucune clé n’est rendue."
    moves = f"À compter du {french_date(contrat.start_on)}, le résident {moves}"
    rooms = Place.objects.select_related("logement__batiment").in_bulk([one.pk for one in new])
    return {
        **_common(before, contrat.start_on, f"Avenant n° {rank}", signed=contrat),
        "effect_on": contrat.start_on,
        "paragraphs": [
            moves,
            states,
            _deposit(before, contrat),
        ],
        "before": _amounts_now(before, contrat.start_on),
        "after": _amounts(contrat),
        "premises": [premises_of(rooms[one.pk]) for one in new],
        "reason": contrat.change_reason,
    }


def _named(places: Sequence[Place]) -> str:
    """« la place A101 », « les places A101 et A103 »."""
    codes = [one.code for one in places]
    return f"la place {codes[0]}" if len(codes) == 1 else f"les places {', '.join(codes[:-1])} et {codes[-1]}"


def _common(
    contrat: ContratOccupation, day: datetime.date, name: str, signed: ContratOccupation | None = None
) -> dict[str, Any]:
    parties = parties_of(signed or contrat, day)
    number = contrat.document.number if contrat.document else ""
    return {
        "title": f"{name} au contrat d’occupation{f' n° {number}' if number else ''}",
        "reference": "",
        "place_and_date": "",
        "recipient_lines": [],
        "contract_start_on": contrat.start_on,
        "place": str(contrat.place),
        "parties": parties,
        "organisation": contrat.organisation,
        "signatures": signatures_of(parties, contrat),
    }


def _amounts(row: Any) -> dict[str, Any]:
    return {
        "rent": row.monthly_rent,
        "charges": row.monthly_charges,
        "services": row.monthly_services,
        "total": row.monthly_redevance,
    }


def _amounts_now(contrat: ContratOccupation, day: datetime.date) -> dict[str, Any]:
    """What the place costs on the eve of `day`: the tariff may have been revised since the contract was signed."""
    places = Place.objects.filter(pk__in=[contrat.place_id, *contrat.joined_places.values_list("pk", flat=True)])
    price = price_of(list(places.select_related("categorie")), eve(day))
    if price is None:
        return _amounts(contrat)
    return {"rent": price.rent, "charges": price.charges, "services": price.services, "total": price.redevance}


def _deposit(before: ContratOccupation, contrat: ContratOccupation) -> str:
    if contrat.deposit_amount > before.deposit_amount:
        more = euros(contrat.deposit_amount - before.deposit_amount)
        return f"Le dépôt de garantie déjà versé reste acquis au séjour ; le complément est de {more}."
    return "Le dépôt de garantie déjà versé reste celui du séjour : aucun complément n’est demandé."


def _changes(avenant: Avenant) -> list[str]:
    since = f"À compter du {french_date(avenant.effect_on)}"
    name = avenant.personne.formal_name if avenant.personne else ""
    capacity = CAPACITIES(avenant.capacity).label if avenant.capacity else ""
    match avenant.subject:
        case Subject.REDEVANCE:
            return [f"{since}, la somme que le résident acquitte chaque mois est celle du tableau ci-dessous."]
        case Subject.ARRIVAL:
            signs = (
                " Cette personne est tenue du contrat comme le titulaire."
                if avenant.capacity == CAPACITIES.CO_TITULAIRE
                else ""
            )
            return [f"{since}, {name} habite le logement en qualité de {capacity}.{signs}"]
        case Subject.DEPARTURE:
            leaves = f"{since}, {name} n’habite plus le logement et n’est plus partie au contrat."
            said = [leaves, "Le contrat continue avec les autres parties."]
            if avenant.successor:
                said.append(f"{avenant.successor.formal_name} devient titulaire du contrat à la même date.")
            return said
        case Subject.CAPACITY:
            return [f"{since}, {name} est au contrat en qualité de {capacity}."]
        case Subject.SERVICE_ADDED:
            taken = f"{since}, le résident prend la prestation facultative « {avenant.prestation} », facturée à part."
            return [taken, "Son prix est affiché dans la résidence. Elle s’arrête sur simple demande."]
        case _:
            return [f"{since}, la prestation facultative « {avenant.prestation} » est arrêtée."]
