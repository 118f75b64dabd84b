"""The demonstration's partners: persons oriented with their consent, two instances and their sessions."""

import datetime

from accompagnement.actions.instances import (
    add_situation,
    close_reunion,
    create_instance,
    decide_situation,
    name_participant,
    plan_reunion,
)
from accompagnement.models import Accord, DossierSocial, InstancePartenariale, OrientationPartenaire, Theme
from residence.demo import World, lived_on
from residence.models import MembreMenage

# Code of the partner in residence.demo, theme, what is told, answer, outcome.
ORIENTED = (
    ("isba", Theme.SANTE, "Souhaite un bilan de santé, disponible le mardi matin.", "accepted", "followed"),
    ("mission", Theme.EMPLOI, "Cherche un emploi de nuit, permis en cours.", "", ""),
    ("ccas", Theme.DROITS, "Demande d’aide alimentaire pour deux mois.", "accepted", "settled"),
    ("caf", Theme.BUDGET, "Droits interrompus depuis septembre, dossier complet remis.", "", ""),
    ("udaf", Theme.BUDGET, "Souhaite être aidé à gérer son compte, sans mesure.", "waiting", ""),
    ("ramm", Theme.FORMATION, "Débutant en français, disponible le soir.", "refused", ""),
    ("isba", Theme.SANTE, "Cherche un médecin traitant près de la résidence.", "accepted", "not_come"),
)
SITUATIONS = (
    ("Sortie prévue dans dix jours, seul chez lui ; besoin d’une aide pour les repas.", "Aide à domicile demandée."),
    ("Loyer impayé et courriers non ouverts depuis l’été.", "Visite commune avec le CCAS."),
    ("Ne répond plus depuis trois semaines ; voisins inquiets.", "Passage de l’équipe mobile jeudi."),
)


def load(world: World, files: list[DossierSocial]) -> None:
    """Orientations of the last months, an instance held each month with the CCAS, a new one with a hospital."""
    followed = [one for one in files if one.closed_on is None and not one.menage.is_confidential]
    _orientations(world, followed[6:])
    _instances(world, followed[20:])


def _orientations(world: World, files: list[DossierSocial]) -> None:
    people = dict(
        MembreMenage.objects.in_force(world.today)
        .filter(menage__in=[one.menage_id for one in files], tie=MembreMenage.Tie.REFERENCE)
        .values_list("menage", "personne")
    )
    rows = []
    for rank, file in enumerate(files[: 2 * len(ORIENTED)]):
        code, theme, shared, answer, outcome = ORIENTED[rank % len(ORIENTED)]
        sent = max(file.opened_on, world.past(9 + 7 * rank if answer else 4 + 2 * rank))
        rows.append(
            OrientationPartenaire(
                dossier=file,
                personne_id=people[file.menage_id],
                partenaire=world.partenaires[code],
                contact=world.contacts[code][0],
                theme=theme,
                shared=shared,
                sent_on=sent,
                consent_kind=Accord.WRITTEN if rank % 3 == 0 else Accord.ORAL,
                consented_on=sent,
                answer_by_on=sent + datetime.timedelta(days=15),
                answer=answer,
                answered_on=min(sent + datetime.timedelta(days=8), world.today) if answer else None,
                outcome=outcome,
                outcome_on=world.today if outcome else None,
                recorded_by=file.created_by,
                recorded_at=world.at(sent),
            )
        )
    OrientationPartenaire.objects.bulk_create(rows)


def _instances(world: World, files: list[DossierSocial]) -> None:
    nadia, claire = world.users["coordinatrice"], world.users["coordinatrice2"]
    day = world.past(26)
    with lived_on(world.past(40)):
        complexes = create_instance(
            by=nadia,
            residence=world.residence,
            name="Situations complexes du centre-ville",
            kind=InstancePartenariale.Kind.SITUATIONS,
            purpose="Ce qu’aucun service ne règle seul : qui fait quoi, pour quand.",
        )
        name_participant(by=nadia, instance=complexes, user=claire)
        name_participant(by=nadia, instance=complexes, user=world.users["gestionnaire"])
        there = name_participant(by=nadia, instance=complexes, contact=world.contacts["ccas"][0])
        create_instance(
            by=claire,
            residence=world.residence,
            name="Retours d’hospitalisation",
            kind=InstancePartenariale.Kind.HOPITAL,
            partenaire=world.partenaires["isba"],
            purpose="L’accord de la personne, et l’aide prête, avant le retour.",
        )
        first = plan_reunion(by=nadia, instance=complexes, held_on=day, hour=datetime.time(14), place="CCAS")
        for file, (need, _) in zip(files, SITUATIONS, strict=False):
            add_situation(
                by=nadia, reunion=first, dossier=file, need=need, consent_kind=Accord.ORAL, consented_on=world.past(41)
            )
    with lived_on(day, hour=16):
        for rank, situation in enumerate(first.situations.all()):
            decide_situation(
                by=nadia,
                situation=situation,
                decision=SITUATIONS[rank][1],
                outcome="closed" if rank == 0 else "open",
                due_on=world.ahead(3) if rank == 1 else None,
            )
        close_reunion(by=nadia, reunion=first, presents=[*complexes.participants.exclude(pk=there.pk), there])
        plan_reunion(by=nadia, instance=complexes, held_on=world.ahead(2), hour=datetime.time(14), place="CCAS")
