"""The demonstration's absences, guests, entries, procedures; an avenant to sign, a change of place prepared."""

import datetime

from logement.actions.avenants import issue_avenant
from logement.actions.contrats import prepare_mutation
from logement.models import (
    Absence,
    ContratOccupation,
    EntreeLogement,
    EtapeProcedure,
    Prestation,
    Procedure,
    TiersHeberge,
)
from residence.demo import World
from residence.models import User
from residence.rules.dates import month_start


def load_presence(world: World) -> None:
    """A few stays where something is going on; those of the confidential household are left alone."""
    running = [
        one
        for one in world.shared["contrats"]
        if one.status == "running" and not one.sejour.menage.is_confidential and one.start_on < world.days_ago(60)
    ]
    if len(running) < 16:
        return
    team, gestionnaire = world.users["vie"], world.users["gestionnaire"]
    permanent = [one for one in running if one.sejour.dispositif == world.permanent][:4] or running[8:12]
    temporary = [one for one in running if one.sejour.dispositif == world.temporaire]
    Absence.objects.bulk_create(
        Absence(
            sejour=contrat.sejour,
            reason=reason,
            start_on=world.days_ago(since),
            expected_back_on=back and world.ahead(back),
            recorded_by=team,
        )
        for contrat, reason, since, back in (
            (permanent[0], "justified", 40, 12),
            (permanent[1], "personal", 25, None),
            (permanent[2], "personal", 100, 40),
        )
    )
    TiersHeberge.objects.bulk_create(
        TiersHeberge(
            sejour=contrat.sejour,
            last_name=name,
            first_names=first,
            start_on=world.days_ago(since),
            end_on=world.ahead(until),
            recorded_by=team,
        )
        for contrat, name, first, since, until in (
            (temporary[3], "Camara", "Sékou", 20, 5),
            (temporary[4], "Martin", "Élise", 45, -4),
        )
    )
    EntreeLogement.objects.bulk_create(
        EntreeLogement(
            sejour=contrat.sejour,
            kind=kind,
            entered_at=world.at(world.days_ago(ago)),
            asked_on=asked and world.days_ago(asked),
            purpose=purpose,
            staff_names=team.get_full_name(),
            recorded_by=team,
        )
        for contrat, kind, ago, asked, purpose in (
            (temporary[3], "request", 9, 12, "Remplacement du détecteur de fumée"),
            (temporary[5], "emergency", 1, None, "Fuite d’eau chez le voisin du dessous"),
        )
    )
    _unseen(world, permanent[1])
    _papers(world, temporary, gestionnaire)


def _unseen(world: World, contrat: ContratOccupation) -> None:
    case = Procedure.objects.create(
        sejour=contrat.sejour,
        contrat=contrat,
        kind="unseen",
        event_on=world.days_ago(25),
        opened_on=world.days_ago(4),
        opened_by=world.users["coordinatrice"],
    )
    EtapeProcedure.objects.bulk_create(
        EtapeProcedure(procedure=case, code=code, done_on=world.days_ago(ago), note=note, recorded_by=world.users[by])
        for code, ago, note, by in (
            ("knock", 4, "À 9 h et à 18 h 30, sans réponse. Courrier dans la boîte.", "vie"),
            ("asked", 3, "Le voisin de palier pense à une visite à la famille.", "coordinatrice"),
        )
    )


def _papers(world: World, temporary: list[ContratOccupation], gestionnaire: User) -> None:
    """An avenant issued and not signed; a change of place in draft."""
    effect = month_start(world.ahead(32))
    parking = Prestation.objects.filter(residence=world.residence, name="Place de stationnement").first()
    if parking is not None:
        issue_avenant(
            by=gestionnaire, contrat=temporary[6], subject="service_added", effect_on=effect, prestation=parking
        )
    _move(temporary[7], world, effect, gestionnaire)


def _move(contrat: ContratOccupation, world: World, day: datetime.date, gestionnaire: User) -> None:
    wanted = contrat.place
    free = [
        one
        for one in world.shared["free_places"]
        if one.dispositif_id == wanted.dispositif_id
        and one.capacity >= wanted.capacity
        and one.surface >= wanted.surface
    ]
    if free:
        prepare_mutation(
            by=gestionnaire,
            contrat=contrat,
            place=free[-1],
            start_on=day,
            reason="Plus près de l’ascenseur, à sa demande",
            is_avenant=True,
        )
