"""The demonstration's collective actions: French every Monday, workshops, outings, who came."""

import datetime
from decimal import Decimal

from accompagnement.actions.actions_collectives import worked
from accompagnement.models import (
    ActionCollective,
    DossierSocial,
    InscriptionAction,
    Objectif,
    PresenceAction,
    SeanceAction,
    Theme,
)
from accompagnement.rules.collectif import Every, session_days
from residence.demo import World
from residence.models import MembreMenage, User

MONDAY, WEDNESDAY, FRIDAY = 0, 2, 4
BATCH = 2000


def load(world: World, files: list[DossierSocial]) -> None:
    """Actions since the beginning of the history and for some months, their people taken among the open files."""
    people = _people(world, files)
    nadia, claire = world.users["coordinatrice"], world.users["coordinatrice2"]
    begins = max(world.begins, world.days_ago(300))
    french = _action(
        world,
        "Cours de français (FLE)",
        Theme.FORMATION,
        claire,
        begins,
        MONDAY,
        hour=14,
        seats=12,
        partenaire=world.partenaires["ramm"],
        description="Deux groupes dans la salle, à l’oral d’abord. On peut venir débutant, et en cours d’année.",
    )
    budget = _action(
        world,
        "Atelier budget",
        Theme.BUDGET,
        nadia,
        begins,
        WEDNESDAY,
        every=Every.FORTNIGHT,
        hour=10,
        minutes=90,
        seats=8,
        mission=ActionCollective.Mission.IMPAYES,
        description="Lire sa facture, prévoir les dépenses du mois, préparer le premier logement.",
    )
    cafe = _action(
        world,
        "Café des résidents",
        Theme.ISOLEMENT,
        nadia,
        begins,
        FRIDAY,
        every=Every.MONTH,
        hour=16,
        is_open=True,
        mission=ActionCollective.Mission.ISOLEMENT,
        session_cost=Decimal("25.00"),
        description="Ouvert à ceux qui habitent la résidence et aux voisins.",
    )
    _attended(world, french, people[:14], often=0.75)
    _attended(world, budget, people[14:20], often=0.8)
    _attended(world, cafe, people[20:23], often=0.6)
    _outing(world, nadia, people[4:16])
    _party(world, claire)
    coming = SeanceAction.objects.filter(action=budget, held_on__gt=world.today).order_by("held_on").first()
    if coming is not None:
        SeanceAction.objects.filter(pk=coming.pk).update(
            cancelled_on=world.today, cancelled_by=nadia, cancelled_reason="La salle est prise par les travaux"
        )


def _people(world: World, files: list[DossierSocial]) -> list[MembreMenage]:
    """Adults of the open files, one a household, the confidential ones left out."""
    followed = [one.menage_id for one in files if one.closed_on is None and not one.menage.is_confidential]
    rows = MembreMenage.objects.in_force(world.today).filter(menage__in=followed, tie=MembreMenage.Tie.REFERENCE)
    return list(rows.select_related("menage", "personne").order_by("pk")[:30])


def _action(
    world: World,
    name: str,
    theme: str,
    leader: User,
    begins: datetime.date,
    weekday: int,
    *,
    hour: int,
    every: Every = Every.WEEK,
    minutes: int = 120,
    **more: object,
) -> ActionCollective:
    first = begins + datetime.timedelta(days=(weekday - begins.weekday()) % 7)
    last = world.ahead(120)
    action = ActionCollective.objects.create(
        residence=world.residence,
        name=name,
        theme=theme,
        leader=leader,
        place="Salle commune",
        every=every.value,
        first_on=first,
        last_on=last,
        hour=datetime.time(hour),
        minutes=minutes,
        created_by=leader,
        created_at=world.at(begins),
        **more,
    )
    _sessions(action, worked(session_days(first, last, every)))
    return action


def _sessions(action: ActionCollective, days: list[datetime.date]) -> None:
    SeanceAction.objects.bulk_create(
        SeanceAction(
            action=action,
            name=action.name,
            held_on=day,
            hour=action.hour,
            minutes=action.minutes,
            place=action.place,
        )
        for day in days
    )


def _attended(world: World, action: ActionCollective, people: list[MembreMenage], *, often: float) -> None:
    """Registrations since some weeks, and who came to each session held; the last one is still to be told."""
    chance = world.chance
    inscriptions = []
    for one in people:
        start = max(action.first_on, one.start_on, world.past(chance.randint(20, 250)))
        towards = Objectif.objects.filter(dossier__menage=one.menage, ended_on=None, theme=action.theme).first()
        inscriptions.append(
            InscriptionAction(
                action=action,
                menage=one.menage,
                personne=one.personne,
                objectif=towards,
                start_on=start,
                registered_by=action.created_by,
                registered_at=world.at(start),
            )
        )
    InscriptionAction.objects.bulk_create(inscriptions)
    held = list(action.seances.filter(held_on__lt=world.today).order_by("held_on"))
    presences = []
    for seance in held[:-1] if not action.is_open else held:
        seance.attended_at, seance.attended_by = world.at(seance.held_on, 18), action.created_by
        if action.is_open:
            seance.anonymous_count = chance.randint(6, 22)
        for one in inscriptions:
            if one.start_on <= seance.held_on:
                told = chance.random()
                status = "present" if told < often else "excused" if told < often + 0.12 else "absent"
                presences.append(
                    PresenceAction(
                        seance=seance,
                        inscription=one,
                        status=status,
                        recorded_by=action.created_by,
                        recorded_at=seance.attended_at,
                    )
                )
    SeanceAction.objects.bulk_update(held, ["attended_at", "attended_by", "anonymous_count"], batch_size=BATCH)
    PresenceAction.objects.bulk_create(presences, batch_size=BATCH)


def _once(world: World, name: str, theme: str, leader: User, day: datetime.date, **more: object) -> ActionCollective:
    action = ActionCollective.objects.create(
        residence=world.residence,
        name=name,
        theme=theme,
        leader=leader,
        every=Every.ONCE.value,
        first_on=day,
        last_on=day,
        hour=datetime.time(13, 30),
        minutes=240,
        created_by=leader,
        created_at=world.at(world.past(30)),
        **more,
    )
    _sessions(action, [day])
    return action


def _outing(world: World, leader: User, people: list[MembreMenage]) -> None:
    """To come, and full: the last ones wait for a seat."""
    action = _once(
        world,
        "Sortie au musée Bargoin",
        Theme.ISOLEMENT,
        leader,
        world.ahead(9),
        seats=8,
        place="Départ à 13 h 30 de l’accueil",
        session_cost=Decimal("64.00"),
        mission=ActionCollective.Mission.VIE_COLLECTIVE,
    )
    for rank, one in enumerate(people[:10]):
        InscriptionAction.objects.create(
            action=action,
            menage=one.menage,
            personne=one.personne,
            start_on=world.today,
            registered_by=leader,
            registered_at=world.at(world.today, 9, rank),
        )


def _party(world: World, leader: User) -> None:
    """Held, open to the neighbourhood: counted without a name."""
    day = world.past(60)
    action = _once(
        world,
        "Fête des voisins",
        Theme.ISOLEMENT,
        leader,
        day,
        is_open=True,
        place="Cour de la résidence",
        session_cost=Decimal("180.00"),
        mission=ActionCollective.Mission.VIE_COLLECTIVE,
        partenaire=world.partenaires["ccas"],
    )
    action.seances.update(attended_at=world.at(day, 19), attended_by=leader, anonymous_count=74, cost=Decimal("171.40"))
