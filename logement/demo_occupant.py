"""The demonstration's resident who stays after the end of their contract: notice, indemnité, steps on their days."""

from logement.actions.procedures import record_etape, record_maintien
from logement.actions.sejours import record_preavis
from logement.models import ContratOccupation, Preavis
from residence.demo import World, lived_on
from residence.rules.dates import add_days

# Notice of a month received so many days ago: the title ended a month and a half ago.
NOTICE_DAYS = 75
# Steps of the procedure, and how many days after the end of the title each was taken.
STEPS = (
    ("talk", 6, "Le logement attendu a été attribué à quelqu’un d’autre ; elle reste le temps d’en trouver un."),
    ("rehousing", 14, "Demande de logement social renouvelée, recours DALO préparé avec elle."),
    ("summons", 33, ""),
)


def load_occupant(world: World) -> None:
    """Somebody gave notice, the home they waited for was given to another, and they stay; the keys are not back."""
    contrats: list[ContratOccupation] = world.shared["contrats"]
    received = world.days_ago(NOTICE_DAYS)
    found = [
        one
        for one in contrats
        if one.status == "running"
        and one.sejour.dispositif == world.temporaire
        and one.start_on < add_days(received, -30)
        and not one.sejour.menage.is_confidential
    ]
    if not found or received < world.begins:
        return
    contrat = found[-1]
    team = {"talk": world.users["coordinatrice"], "rehousing": world.users["coordinatrice"]}
    gestionnaire = world.users["gestionnaire"]
    with lived_on(received):
        preavis = record_preavis(
            by=gestionnaire,
            contrat=contrat,
            given_by_whom=Preavis.By.RESIDENT,
            form=Preavis.Form.LETTER,
            notified_on=received,
        )
    if preavis.ends_on is None:
        return
    with lived_on(add_days(preavis.ends_on, 2)):
        procedure = record_maintien(by=gestionnaire, contrat=contrat)
    for code, days, note in STEPS:
        day = add_days(preavis.ends_on, days)
        if day <= world.today:
            with lived_on(day):
                record_etape(by=team.get(code, gestionnaire), procedure=procedure, code=code, done_on=day, note=note)
    # As it is now, for the parts that come after.
    kept = ContratOccupation.objects.get(pk=contrat.pk)
    contrat.status, contrat.end_on = kept.status, kept.end_on
