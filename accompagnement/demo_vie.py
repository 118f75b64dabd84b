"""The demonstration's life of the house: incidents and their follow-up, hand-overs, services and their rounds."""

import datetime
from typing import Any

from accompagnement.actions.services import plan_rounds
from accompagnement.models import (
    Incident,
    JourService,
    LectureTransmission,
    PassageLinge,
    ServiceMaison,
    SuiteIncident,
    TourneeLinge,
    Transmission,
)
from accompagnement.rules.services import open_days, round_days
from residence.demo import World

Kind, Step = Incident.Kind, SuiteIncident.Kind
ROUNDS_SHOWN = 13
LINEN_EVERY = 15

# Days ago, kind, rank of the household (None: a common part), spot, words, who told it, steps, outcome.
INCIDENTS: tuple[Any, ...] = (
    (1, Kind.BRUIT, 0, "", "Musique forte après 23 h, porte fermée, pas de réponse.", "voisin", [], ""),
    (
        19,
        Kind.BRUIT,
        0,
        "",
        "Télévision très forte la nuit, deux voisins se plaignent.",
        "voisin",
        [(18, Step.VISITE, "Rappel de l’heure du calme, bien reçu.")],
        Incident.Outcome.AVERTI,
    ),
    (
        44,
        Kind.BRUIT,
        0,
        "",
        "Visiteurs bruyants dans le couloir vers minuit.",
        "equipe",
        [(43, Step.COURRIER, "Rappel du règlement remis en main propre.")],
        Incident.Outcome.AVERTI,
    ),
    (3, Kind.DEGAT, None, "hall", "Vitre de la porte d’entrée fendue.", "equipe", [], ""),
    (
        12,
        Kind.CONFLIT,
        1,
        "",
        "Dispute entre colocataires pour le ménage de la cuisine.",
        "equipe",
        [
            (10, Step.RENCONTRE, "Réunion des trois occupants ; un tour de ménage est écrit et affiché."),
            (4, Step.APPEL, "Le tour est tenu cette semaine."),
        ],
        "",
    ),
    (
        27,
        Kind.INSALUBRITE,
        2,
        "",
        "Odeur forte et encombrement du balcon signalés par l’entreprise de nettoyage.",
        "agence",
        [(25, Step.VISITE, "Vu avec la personne, évacuation prévue."), (20, Step.REPARATION, "Enlèvement demandé.")],
        Incident.Outcome.REGLE,
    ),
    (
        60,
        Kind.DEGAT,
        None,
        "ascenseur",
        "Panneau arraché dans la cabine.",
        "voisin",
        [(59, Step.REPARATION, "Ascensoriste passé.")],
        Incident.Outcome.REPARE,
    ),
    (
        2,
        Kind.VIOLENCE,
        3,
        "",
        "Cris et coups entendus, la police est venue.",
        "voisin",
        [(2, Step.SECOURS, "Police appelée par une voisine, venue à 22 h 10.")],
        "",
    ),
    (
        70,
        Kind.ENFANT,
        4,
        "",
        "Un enfant de cinq ans seul dans le couloir, tard, plusieurs soirs.",
        "equipe",
        [
            (70, Step.SECOURS, ""),
            (70, Step.CRIP, "Information préoccupante envoyée par écrit le jour même."),
            (70, Step.PROCUREUR, ""),
            (69, Step.PARENTS, "La mère est informée de la transmission."),
        ],
        Incident.Outcome.RELAIS,
    ),
    (
        33,
        Kind.SANTE,
        None,
        "escalier",
        "Malaise d’un résident, pompiers appelés.",
        "equipe",
        [(33, Step.POLICE, "Repris conscience, parti avec les pompiers.")],
        Incident.Outcome.REGLE,
    ),
)
SET_ASIDE = {(70, Step.SECOURS): "Aucun danger immédiat ce soir-là.", (70, Step.PROCUREUR): "Pas de gravité immédiate."}

# Days ago, hour, who, words, rank of a place, urgent.
HANDED = (
    (0, 8, "vie2", "Ascenseur en panne depuis 7 h, réparateur attendu avant midi.", None, True),
    (0, 9, "gestionnaire", "Livraison de matelas à 14 h, prévoir le local du rez-de-chaussée.", None, False),
    (1, 17, "vie", "Double de la clé prêté au plombier, à récupérer demain.", 5, False),
    (1, 18, "coordinatrice2", "Salle de réunion prise jeudi toute la journée pour la formation.", None, False),
    (2, 17, "vie2", "Fuite sous l’évier colmatée, à revoir par l’entreprise.", 7, False),
    (4, 12, "vie", "Machine n° 2 de la buanderie hors service, affichette posée.", None, False),
    (6, 17, "gestionnaire", "Coupure d’eau annoncée mardi de 9 h à 11 h, mots à glisser sous les portes.", None, True),
    (9, 16, "vie2", "Nouveaux sacs de linge reçus, rangés au local.", None, False),
)


def load(world: World) -> None:
    """Incidents, hand-overs, services of the one résidence."""
    running = [
        one
        for one in world.shared["contrats"]
        if one.status == "running" and not one.sejour.menage.is_confidential and one.start_on < world.days_ago(80)
    ]
    if running:
        _incidents(world, running)
        _handed(world, running)
    _services(world)


def _incidents(world: World, running: list[Any]) -> None:
    suites, closed = [], world.users["coordinatrice"]
    for ago, kind, rank, where, told, source, steps, outcome in INCIDENTS:
        contrat = None if rank is None else running[(rank * 5 + 3) % len(running)]
        if world.days_ago(ago) < world.begins:
            continue
        incident = Incident.objects.create(
            residence=world.residence,
            kind=kind,
            happened_at=world.at(world.days_ago(ago), 22 if contrat else 9, 15),
            place=contrat and contrat.place,
            menage=contrat and contrat.sejour.menage,
            where=where,
            told=told,
            source=source,
            source_detail={"voisin": "un voisin du dessous", "agence": "entreprise de nettoyage"}.get(source, ""),
            status=Incident.Status.CLOSED if outcome else (Incident.Status.FOLLOWED if steps else "reported"),
            reported_by=world.users["vie"],
            reported_at=world.at(world.days_ago(ago), 22 if contrat else 9, 40),
            outcome=outcome,
            closed_on=world.days_ago(steps[-1][0]) if outcome else None,
            closed_by=closed if outcome else None,
        )
        for day, step, text in steps:
            aside = SET_ASIDE.get((day, step), "")
            suites.append(
                SuiteIncident(
                    incident=incident,
                    kind=step,
                    on=world.days_ago(day),
                    is_set_aside=bool(aside),
                    text=aside or text,
                    to_whom="CRIP du Puy-de-Dôme" if step == Step.CRIP else "",
                    written_by=closed,
                    written_at=world.at(world.days_ago(day), 23 if day == ago else 11),
                )
            )
    SuiteIncident.objects.bulk_create(suites)


def _handed(world: World, running: list[Any]) -> None:
    """Words of the last days; the most recent are still to be read by most."""
    rows = Transmission.objects.bulk_create(
        Transmission(
            residence=world.residence,
            text=text,
            place=None if rank is None else running[rank % len(running)].place,
            is_urgent=urgent,
            written_by=world.users[who],
            written_at=world.at(world.days_ago(ago), hour),
        )
        for ago, hour, who, text, rank, urgent in HANDED
    )
    team = [world.users[name] for name in ("coordinatrice", "coordinatrice2", "gestionnaire", "vie", "vie2")]
    LectureTransmission.objects.bulk_create(
        LectureTransmission(transmission=row, read_by=user, read_at=row.written_at + datetime.timedelta(hours=2))
        for row, (ago, *_) in zip(rows, HANDED, strict=True)
        for user in team
        if user == row.written_by or ago > 2
    )


def _services(world: World) -> None:
    begins = max(world.begins, world.days_ago(LINEN_EVERY * ROUNDS_SHOWN))
    # A round every fifteen days, the last one three days ago, the next in twelve.
    first = world.days_ago(3 + LINEN_EVERY * ((world.days_ago(3) - begins).days // LINEN_EVERY))
    linen, laundry, computers = ServiceMaison.objects.bulk_create(
        [
            ServiceMaison(
                residence=world.residence, kind="linge", name="Linge de lit", starts_on=first, every_days=LINEN_EVERY
            ),
            ServiceMaison(
                residence=world.residence,
                kind="buanderie",
                name="Buanderie",
                starts_on=begins,
                weekdays=[1, 2, 3, 4, 5, 6, 7],
                opens_at=datetime.time(6),
                closes_at=datetime.time(22),
            ),
            ServiceMaison(
                residence=world.residence,
                kind="informatique",
                name="Ordinateurs",
                starts_on=begins,
                weekdays=[1, 2, 3, 4, 5],
                opens_at=datetime.time(10),
                closes_at=datetime.time(12),
            ),
        ]
    )
    _rounds(world, linen)
    days = []
    for service, most in ((laundry, 18), (computers, 6)):
        for day in open_days(service.weekdays, first=begins, last=world.days_ago(1)):
            if world.chance.random() < 0.03:
                said = {"closed_reason": "panne" if service is laundry else "animateur absent"}
            else:
                said = {"visitors": world.chance.randint(most // 3, most)}
            noted = {"noted_by": world.users["vie2"], "noted_at": world.at(day, 18)}
            days.append(JourService(service=service, on=day, **said, **noted))
    JourService.objects.bulk_create(days)
    plan_rounds(world.today)


def _rounds(world: World, linen: ServiceMaison) -> None:
    """Each round of the past, ticked by the team; a few were out, and come back on the next one."""
    team = [world.users["vie"], world.users["vie2"]]
    rows = [
        TourneeLinge(service=linen, cycle_on=day, planned_on=day, closed_at=world.at(day, 16), closed_by=team[rank % 2])
        for rank, day in enumerate(
            round_days(linen.starts_on, LINEN_EVERY, first=linen.starts_on, last=world.days_ago(1))
        )
    ]
    TourneeLinge.objects.bulk_create(rows)
    passages: list[PassageLinge] = []
    late: set[int] = set()
    for row in rows:
        missed: set[int] = set()
        seen: set[int] = set()
        for contrat in world.shared["contrats"]:
            menage = contrat.sejour.menage_id
            gone = contrat.end_on is not None and contrat.end_on < row.planned_on
            if contrat.signed_on is None or contrat.start_on > row.planned_on or gone or menage in seen:
                continue
            seen.add(menage)
            draw = world.chance.random()
            result = "absent" if draw < 0.04 else "missed" if draw < 0.05 else "declined" if draw < 0.07 else "done"
            if result in ("absent", "missed"):
                missed.add(menage)
            passages.append(
                PassageLinge(
                    tournee=row,
                    menage_id=menage,
                    place_id=contrat.place_id,
                    result=result,
                    is_carried=menage in late,
                    ticked_by=row.closed_by,
                    ticked_at=row.closed_at,
                )
            )
        late = missed
    PassageLinge.objects.bulk_create(passages, batch_size=2000)
