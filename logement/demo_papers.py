"""The demonstration's papers: contracts issued, états des lieux signed, frozen as the acts freeze them."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from logement.actions.contrats import TEMPLATE as CONTRAT_TEMPLATE
from logement.actions.etats_des_lieux import TEMPLATE as ETAT_DES_LIEUX_TEMPLATE
from logement.models import (
    Condition,
    ContratOccupation,
    ElementModele,
    EtapeSortie,
    EtatDesLieux,
    LigneEtatDesLieux,
    ModeleEtatDesLieux,
    Sejour,
    SignatureEtatDesLieux,
)
from logement.queries.etats_des_lieux import sealed_data, signers_of
from logement.queries.texte_contrat import contract_data
from logement.rules.cles import read_keys
from logement.rules.inventaire import KEYS, Element, default_elements
from residence.actions.documents import frozen, reserve_ranks
from residence.confidentiality import reading_as
from residence.demo import World, lived_on
from residence.models import DocumentEmis, DocumentKind, TypeLogement
from residence.models.base import bulk_set
from residence.rules.dates import add_days

BATCH = 2000
CONTRACTS = 60  # the last ones signed: the others are on paper, from before the software
EXITS_IN_DAYS = 60
EXIT_STEPS_AFTER_DAYS = 12

CONDITIONS = ((Condition.NEW, 12), (Condition.GOOD, 62), (Condition.WORN, 23), (Condition.BAD, 3))
REMARKS = ("éclat près de la fenêtre", "tache à l’entrée", "joint à reprendre", "rayures", "trous rebouchés")


def load_papers(world: World) -> None:
    with reading_as(None):
        _contracts(world)
        _states(world)
        _exits(world)


def _contracts(world: World) -> None:
    """The last contracts signed, as they were issued on the day of their signature."""
    rows = (
        ContratOccupation.objects.filter(sejour__residence=world.residence, status__in=["running", "notice"])
        .filter(start_on__gte=world.begins)
        .select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place__logement__batiment")
        .order_by("-signed_on", "-pk")
    )
    contrats = sorted(rows[:CONTRACTS], key=lambda contrat: (contrat.signed_on, contrat.pk))
    papers = []
    for contrat, rank in zip(contrats, _ranks(world, DocumentKind.CONTRAT, contrats, "signed_on"), strict=True):
        with lived_on(contrat.signed_on):
            papers.append(
                frozen(
                    kind=DocumentKind.CONTRAT,
                    residence=world.residence,
                    rank=rank,
                    template=CONTRAT_TEMPLATE,
                    data=contract_data(contrat, modele=None, reglement=None),
                    by=world.users["gestionnaire"],
                    target=contrat,
                    menage=contrat.sejour.menage,
                )
            )
    DocumentEmis.objects.bulk_create(papers, batch_size=BATCH)
    for contrat, paper in zip(contrats, papers, strict=True):
        contrat.document = paper
    bulk_set(contrats, ["document"])


def _ranks(world: World, kind: DocumentKind, rows: Sequence[Any], field: str) -> list[int]:
    """The number of each row in its year; rows are in the order of their dates."""
    by_year: dict[int, int] = defaultdict(int)
    for row in rows:
        by_year[getattr(row, field).year] += 1
    return [
        rank
        for year, count in sorted(by_year.items())
        for rank in reserve_ranks(world.residence, kind, year, count=count)
    ]


def _states(world: World) -> None:
    """The états des lieux of all who came in since the beginning and live here, and of who left lately."""
    models = _models(world)
    rows = (
        ContratOccupation.objects.filter(sejour__residence=world.residence, start_on__lte=world.today)
        .exclude(status="ended", end_on__lt=world.days_ago(EXITS_IN_DAYS))
        .select_related("sejour__menage", "sejour__residence", "place__logement__batiment")
        .order_by("start_on", "pk")
    )
    made: list[EtatDesLieux] = []
    for contrat in rows:
        if world.begins <= contrat.start_on <= world.days_ago(2):
            made.append(_state(world, contrat, EtatDesLieux.Kind.ENTRY, contrat.start_on, len(made)))
        if contrat.status == "ended":
            made.append(_state(world, contrat, EtatDesLieux.Kind.EXIT, contrat.end_on, len(made)))
    made.sort(key=lambda edl: edl.made_on)
    EtatDesLieux.objects.bulk_create(made, batch_size=BATCH)
    LigneEtatDesLieux.objects.bulk_create(
        [line for edl in made for line in _lines(world, edl, models)], batch_size=BATCH
    )
    _seal(world, made)


def _exits(world: World) -> None:
    """The last accounts handed over, but those of the last days."""
    gestionnaire = world.users["gestionnaire"]
    ended = Sejour.objects.filter(residence=world.residence, ended_on__lt=world.days_ago(EXIT_STEPS_AFTER_DAYS))
    EtapeSortie.objects.bulk_create(
        EtapeSortie(
            sejour=sejour,
            step=EtapeSortie.Step.LAST_ACCOUNT,
            done_on=add_days(sejour.ended_on, 9),
            recorded_by=gestionnaire,
            recorded_at=world.at(add_days(sejour.ended_on, 9), 11),
        )
        for sejour in ended.order_by("ended_on", "pk")
    )


def _models(world: World) -> dict[str, list[Element]]:
    """The résidence's own model for each type of logement, and its lines."""
    kinds = ("chambre", "T1", "T1bis", "T2", "T3", "T4")
    modeles = ModeleEtatDesLieux.objects.bulk_create(
        ModeleEtatDesLieux(residence=world.residence, name=f"Modèle {TypeLogement(kind).label}", type_logement=kind)
        for kind in kinds
    )
    lines = {kind: default_elements(kind, is_furnished=True) for kind in kinds}
    ElementModele.objects.bulk_create(
        ElementModele(
            modele=modele, room=one.room, element=one.element, quantity=one.quantity, is_key=one.is_key, rank=rank
        )
        for modele in modeles
        for rank, one in enumerate(lines[modele.type_logement])
    )
    return lines


def _state(world: World, contrat: Any, kind: str, day: datetime.date, rank: int) -> EtatDesLieux:
    chance = world.chance
    return EtatDesLieux(
        contrat=contrat,
        kind=kind,
        made_on=day,
        made_by=world.users["vie2" if rank % 3 == 0 else "vie"],
        electricity_meter="" if contrat.place.logement.is_shared else f"{chance.randint(10_000, 99_999)} kWh",
        water_meter="" if contrat.place.logement.is_shared else f"{chance.randint(100, 999)} m³",
        comments="" if chance.random() < 0.8 else "Logement propre, peinture refaite avant l’entrée.",
    )


def _lines(world: World, edl: Any, models: dict[str, list[Element]]) -> list[LigneEtatDesLieux]:
    chance, logement = world.chance, edl.contrat.place.logement
    given = [Element(KEYS, one.label, one.count, is_key=True) for one in read_keys(edl.contrat.place.keys)]
    elements = [
        *given,
        *(one for one in models["chambre" if logement.is_shared else logement.type_logement] if not one.is_key),
    ]
    drawn = chance.choices([kind for kind, _ in CONDITIONS], [weight for _, weight in CONDITIONS], k=len(elements))
    return [
        LigneEtatDesLieux(
            etat_des_lieux=edl,
            room=one.room,
            element=one.element,
            quantity=one.quantity,
            is_key=one.is_key,
            condition=condition if one.quantity is None else "",
            comment=chance.choice(REMARKS) if condition == Condition.BAD and one.quantity is None else "",
            rank=rank,
        )
        for rank, (one, condition) in enumerate(zip(elements, drawn, strict=True))
    ]


def _seal(world: World, made: Sequence[EtatDesLieux]) -> None:
    """Sign each one on paper, on its day, and freeze its document; entries first, which the exits are compared with."""
    ranks = dict(
        zip((edl.pk for edl in made), _ranks(world, DocumentKind.ETAT_DES_LIEUX, made, "made_on"), strict=True)
    )
    for kind in (EtatDesLieux.Kind.ENTRY, EtatDesLieux.Kind.EXIT):
        rows = (
            EtatDesLieux.objects.filter(pk__in=[edl.pk for edl in made if edl.kind == kind])
            .select_related("contrat__sejour__menage", "contrat__place__logement__batiment", "made_by")
            .prefetch_related("contrat__sejour__residence", "lignes")
        )
        sealed = list(rows.order_by("made_on", "pk"))
        signatures, papers = [], []
        for edl in sealed:
            names = {
                SignatureEtatDesLieux.Signer.RESIDENT: signers_of(edl)[:150],
                SignatureEtatDesLieux.Signer.MANAGER: edl.made_by.get_full_name(),
            }
            at = world.at(edl.made_on, 11)
            signatures += [
                SignatureEtatDesLieux(
                    etat_des_lieux=edl, signer=signer, name=name, paper_signed_on=edl.made_on, signed_at=at
                )
                for signer, name in names.items()
            ]
            labels = ("Le résident ou son représentant", "Pour le gestionnaire")
            data = sealed_data(
                edl,
                [
                    {
                        "label": label,
                        "name": name,
                        "paper_signed_on": edl.made_on,
                        "signed_at": f"{at:%d/%m/%Y} à 11 h 00",
                        "image": "",
                    }
                    for label, name in zip(labels, names.values(), strict=True)
                ],
            )
            with lived_on(edl.made_on, 11):
                papers.append(
                    frozen(
                        kind=DocumentKind.ETAT_DES_LIEUX,
                        residence=world.residence,
                        rank=ranks[edl.pk],
                        template=ETAT_DES_LIEUX_TEMPLATE,
                        data=data,
                        by=edl.made_by,
                        target=edl,
                        menage=edl.contrat.sejour.menage,
                    )
                )
            edl.status, edl.signed_at = EtatDesLieux.Status.SIGNED, at
        SignatureEtatDesLieux.objects.bulk_create(signatures, batch_size=BATCH)
        DocumentEmis.objects.bulk_create(papers, batch_size=BATCH)
        for edl, paper in zip(sealed, papers, strict=True):
            edl.document = paper
        EtatDesLieux.objects.bulk_update(sealed, ["status", "signed_at", "document"], batch_size=500)
