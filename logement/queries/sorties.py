"""What an exit asks for, in order: each line reads its fact, or the step that a person recorded."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from logement.models import (
    ContratOccupation,
    Ecriture,
    EtapeSortie,
    EtatDesLieux,
    OccupationPlace,
    RestitutionDepot,
    Sejour,
    SignalementDepart,
)
from logement.models.sejours import PERMANENT_DESTINATIONS
from logement.queries.compte import balance_of
from logement.queries.rapprochement import departing, departures
from logement.rules.depot import refund_due_on
from residence.models.base import today
from residence.permissions import Permission

Step = EtapeSortie.Step


@dataclass(frozen=True)
class ExitStep:
    """One thing that an exit asks for: done or not, said in a word, by when, where and by whom it is done."""

    code: str
    label: str
    done: bool
    detail: str
    due_on: datetime.date | None
    url_name: str
    args: tuple[int | str, ...]
    permission: Permission
    etape: EtapeSortie | None = None


def last_contrat(sejour: Sejour) -> ContratOccupation | None:
    """The contract under which a stay ends, or has ended."""
    return sejour.contrats.live().select_related("place").order_by("-start_on").first()


def exit_steps(sejour: Sejour, contrat: ContratOccupation, *, masked: bool = False) -> list[ExitStep]:
    """What the exit of `sejour` asks for. `masked`: nothing that says where the household went."""
    recorded = {one.step: one for one in EtapeSortie.objects.live().filter(sejour=sejour).select_related("recorded_by")}
    edl = contrat.etats_des_lieux.filter(kind=EtatDesLieux.Kind.EXIT).exclude(status="cancelled").first()
    signed = edl is not None and edl.status == EtatDesLieux.Status.SIGNED
    keys_on = contrat.keys_back_on
    refund_on = refund_due_on(keys_on) if keys_on else None
    leaving_on = keys_on or contrat.end_on
    where = bool(sejour.destination)
    lasting = sejour.destination in PERMANENT_DESTINATIONS
    kind = f"{sejour.get_destination_display()} ({'pérenne' if lasting else 'non pérenne'})" if where else ""
    told = bool(edl and edl.new_address.strip())
    return [
        ExitStep(
            "edl",
            "État des lieux de sortie signé",
            signed,
            f"le {edl.made_on:%d/%m/%Y}" if edl and signed else "commencé, à signer" if edl else "à dresser",
            leaving_on,
            "etat_des_lieux_exit",
            (contrat.pk,),
            Permission.ETAT_DES_LIEUX_RECORD,
        ),
        ExitStep(
            "keys",
            "Clés rendues",
            keys_on is not None,
            f"le {keys_on:%d/%m/%Y}" if keys_on else "à enregistrer",
            contrat.end_on,
            "cles_record",
            (contrat.pk,),
            Permission.CLES_RECORD,
        ),
        ExitStep(
            "destination",
            "Destination notée",
            where,
            kind if where and not masked else "notée" if where else "à noter avec la remise des clés",
            contrat.end_on,
            "cles_record",
            (contrat.pk,),
            Permission.CLES_RECORD,
        ),
        _recorded(Step.ADDRESS, "Nouvelle adresse", sejour, recorded, leaving_on, known=told, why="à l’état des lieux"),
        _caf_step(sejour, leaving_on),
        _recorded(Step.LAST_ACCOUNT, "Dernier compte remis", sejour, recorded, refund_on),
        _deposit_step(sejour, contrat, refund_on),
        _place_step(contrat),
    ]


def paper_of(sejour: Sejour, contrat: ContratOccupation, *, with_account: bool) -> dict[str, Any]:
    """What an exit asks for on paper. `with_account`: what is left on the account and what is held of the deposit."""
    leaves_on = sejour.ended_on or contrat.keys_back_on or contrat.end_on
    keys = f"{contrat.keys_back_on:%d/%m/%Y}" if contrat.keys_back_on else "pas encore rendues"
    facts = [
        ("Résident", str(sejour.menage)),
        ("Place", contrat.place.code),
        ("Entrée", f"{sejour.start_on:%d/%m/%Y}"),
        ("Départ", f"{leaves_on:%d/%m/%Y}" if leaves_on else "date à noter"),
        ("Clés", keys),
    ]
    sums: list[tuple[str, Decimal]] = []
    if with_account:
        balance = balance_of(sejour)
        sums = [("Redevance et prestations restant à payer", balance.to_pay)]
        sums += [("Versé d’avance", -balance.surplus)] if balance.surplus else []
        if balance.apl_awaited:
            sums.append(("APL attendue de la CAF ou de la MSA, à ne pas demander", balance.apl_awaited))
        sums.append(("Dépôt de garantie détenu", balance.deposit_held))
    return {
        "title": "Feuille de sortie",
        "facts": facts,
        "sums": sums,
        "steps": [
            {
                "label": step.label,
                "help": "",
                "when": f"pour le {step.due_on:%d/%m/%Y}" if step.due_on and not step.done else "",
                "done": step.detail if step.done else "",
            }
            for step in exit_steps(sejour, contrat, masked=True)
        ],
    }


def _recorded(
    step: EtapeSortie.Step,
    label: str,
    sejour: Sejour,
    recorded: dict[str, EtapeSortie],
    due_on: datetime.date | None,
    *,
    known: bool = False,
    why: str = "",
) -> ExitStep:
    etape = recorded.get(step)
    if etape is not None:
        detail = f"le {etape.done_on:%d/%m/%Y}, noté par {etape.recorded_by}"
    else:
        detail = why if known else "à faire"
    return ExitStep(
        step,
        label,
        known or etape is not None,
        detail,
        due_on,
        "etape_sortie_record",
        (sejour.pk, step),
        Permission.CLES_RECORD,
        etape,
    )


def _caf_step(sejour: Sejour, leaving_on: datetime.date | None) -> ExitStep:
    """The departure told to whoever pays the APL, without delay (CCH, L.823-6); nobody to tell where there is none."""
    told = SignalementDepart.objects.filter(sejour=sejour).first()
    has_apl = bool(departures(departing(Sejour.objects.filter(pk=sejour.pk), today())))
    return ExitStep(
        "caf",
        "Départ signalé à la CAF ou à la MSA",
        told is not None or not has_apl,
        f"le {told.reported_on:%d/%m/%Y}" if told else "à faire" if has_apl else "aucune APL à arrêter",
        leaving_on,
        "apl_report_departure",
        (sejour.pk,),
        Permission.APL_RECORD,
    )


def _deposit_step(sejour: Sejour, contrat: ContratOccupation, refund_on: datetime.date | None) -> ExitStep:
    """The deposit settled, within fifteen days of the keys; nothing to settle where none was paid."""
    settled = RestitutionDepot.objects.filter(sejour=sejour).first()
    paid = Ecriture.objects.filter(sejour=sejour, kind=Ecriture.Kind.DEPOSIT_PAID, reversed_by__isnull=True).exists()
    return ExitStep(
        "deposit",
        "Dépôt de garantie rendu",
        settled is not None or not paid,
        f"arrêté le {settled.settled_on:%d/%m/%Y}" if settled else "à arrêter" if paid else "aucun dépôt versé",
        refund_on,
        "compte_detail",
        (sejour.pk,),
        Permission.COMPTE_VIEW,
    )


def _place_step(contrat: ContratOccupation) -> ExitStep:
    """The place made ready for the next: its turn-around and works over, or lifted."""
    day = today()
    after = Q(kind__in=[OccupationPlace.Kind.TURNAROUND, OccupationPlace.Kind.WORKS])
    held = (
        OccupationPlace.objects.live()
        .filter(after, place=contrat.place_id, period__endswith__gt=day)
        .order_by("-period")
        .first()
    )
    back = contrat.keys_back_on is not None
    until = held.end_on if held else None
    if not back:
        detail = "une fois les clés rendues"
    elif held is not None:
        detail = f"{held.get_kind_display()} jusqu’au {until:%d/%m/%Y}" if until else held.get_kind_display()
    else:
        detail = f"place {contrat.place.code} rendue au parc"
    return ExitStep(
        "place",
        "Place remise en état",
        back and held is None,
        detail,
        until,
        "place_detail",
        (contrat.place_id,),
        Permission.PARC_VIEW,
    )
