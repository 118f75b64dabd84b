"""The demonstration's projets personnalisés: where people say they stand, what they want, who does what."""

import datetime

from accompagnement.actions.projets import issue_projet, sign_projet
from accompagnement.actions.rythmes import end_veille, record_diagnostic, set_rhythm, start_veille, tick_call
from accompagnement.models import (
    AppelVeille,
    BilanProjet,
    DossierSocial,
    EtapeObjectif,
    NiveauBilan,
    Objectif,
    Theme,
)
from accompagnement.queries.rythmes import exposed
from accompagnement.rules.rythmes import review_on
from residence.demo import World, lived_on
from residence.models import User

EVERY = 6  # months between two reviews
LATELY = 75  # days
SIGNED = 8  # projets that went through their paper
BATCH = 2000

WORDS = (
    "Je veux un logement à moi, pas trop loin du tram, et retrouver mon fils le week-end.",
    "Je veux travailler, même à mi-temps, et finir de rembourser mes dettes.",
    "Je veux que mes papiers soient en règle pour ne plus avoir peur.",
    "Je veux apprendre le français et passer le permis.",
)
# Theme, objective, steps: what, who (of EtapeObjectif.Who), detail.
OBJECTIVES = (
    (
        Theme.LOGEMENT,
        "Avoir mon logement avant l’été",
        (
            ("Renouveler la demande de logement social", "equipe", ""),
            ("Ouvrir un livret pour le dépôt de garantie", "personne", ""),
            ("Monter le dossier d’accord collectif", "partenaire", "Département"),
        ),
    ),
    (
        Theme.EMPLOI,
        "Trouver un travail près d’ici",
        (
            ("Refaire le CV en salle informatique", "equipe", ""),
            ("Aller au rendez-vous de la mission emploi", "personne", ""),
        ),
    ),
    (
        Theme.BUDGET,
        "Ne plus avoir de découvert à la fin du mois",
        (
            ("Noter les dépenses pendant un mois", "personne", ""),
            ("Demander un échéancier pour l’énergie", "equipe", ""),
        ),
    ),
    (
        Theme.NUMERIQUE,
        "Faire mes démarches seul sur le site de la CAF",
        (("Venir à l’atelier informatique du mardi", "personne", ""),),
    ),
)


def load(world: World, files: list[DossierSocial]) -> None:
    """A projet for most of the open files of the temporary public; a veille that has begun where there is somebody."""
    housed = [
        one for one in files if one.closed_on is None and one.sejour and one.sejour.dispositif == world.temporaire
    ]
    bilans: list[BilanProjet] = []
    levels: list[NiveauBilan] = []
    objectives: list[Objectif] = []
    steps: list[EtapeObjectif] = []
    for rank, file in enumerate(housed):
        # One in five of those who came lately still waits for it.
        if rank % 5 != 4 or file.opened_on < world.days_ago(LATELY):
            user = file.created_by
            mine = _bilans(world, file, user)
            bilans += mine
            levels += _levels(world, mine)
            if mine:
                _objectives(world, file, user, mine[0].held_on, objectives, steps)
    BilanProjet.objects.bulk_create(bilans, batch_size=BATCH)
    NiveauBilan.objects.bulk_create(levels, batch_size=BATCH)
    Objectif.objects.bulk_create(objectives, batch_size=BATCH)
    EtapeObjectif.objects.bulk_create(steps, batch_size=BATCH)
    _papers(world, bilans)
    _elderly(world, files)


def _bilans(world: World, file: DossierSocial, user: User) -> list[BilanProjet]:
    found: list[BilanProjet] = []
    day = file.opened_on + datetime.timedelta(days=world.chance.randint(20, 55))
    while day <= world.today:
        kind = BilanProjet.Kind.REVIEW if found else BilanProjet.Kind.ENTRY
        found.append(
            BilanProjet(
                dossier=file,
                kind=kind,
                held_on=day,
                words=world.chance.choice(WORDS),
                review_on=review_on(day, every_months=EVERY),
                written_by=user,
                written_at=world.at(day, 16),
            )
        )
        day = found[-1].review_on + datetime.timedelta(days=world.chance.randint(-10, 12))
    return found


def _levels(world: World, bilans: list[BilanProjet]) -> list[NiveauBilan]:
    """Six themes or so; each rises, stays or falls a little from a meeting to the next."""
    chance = world.chance
    levels = {theme: chance.randint(1, 3) for theme in chance.sample(list(Theme), 6)}
    rows = []
    for bilan in bilans:
        for theme in Theme:
            if theme in levels:
                rows.append(NiveauBilan(bilan=bilan, theme=theme, level=levels[theme]))
                levels[theme] = min(5, max(1, levels[theme] + chance.choice((-1, 0, 1, 1, 1))))
    return rows


def _objectives(
    world: World,
    file: DossierSocial,
    user: User,
    day: datetime.date,
    objectives: list[Objectif],
    steps: list[EtapeObjectif],
) -> None:
    chance = world.chance
    for theme, words, todo in chance.sample(OBJECTIVES, 2):
        objectif = Objectif(dossier=file, theme=theme, words=words, opened_on=day, opened_by=user)
        if chance.random() < 0.2 and day < world.days_ago(90):
            objectif.outcome, objectif.ended_on, objectif.ended_by = Objectif.Outcome.REACHED, world.days_ago(40), user
        objectives.append(objectif)
        for rank, (what, who, detail) in enumerate(todo):
            step = EtapeObjectif(
                objectif=objectif,
                what=what,
                who=who,
                who_detail=detail,
                written_by=user,
                written_at=world.at(day, 16),
            )
            if objectif.outcome or (rank == 0 and day < world.days_ago(60)):
                step.done_on, step.done_by = min(day + datetime.timedelta(days=30), world.today), user
            elif rank == 1 and chance.random() < 0.3:
                step.due_on = world.ahead(chance.randint(3, 70))
            steps.append(step)


def _papers(world: World, bilans: list[BilanProjet]) -> None:
    """Papers issued, signed some days later; the last one still waits."""
    shown = [one for one in bilans if one.held_on > world.days_ago(120)][:SIGNED]
    for rank, bilan in enumerate(shown):
        with lived_on(bilan.held_on, 16):
            issue_projet(by=bilan.written_by, bilan=bilan)
        if rank < len(shown) - 1:
            sign_projet(
                by=bilan.written_by, bilan=bilan, signed_on=min(bilan.held_on + datetime.timedelta(days=7), world.today)
            )


def _elderly(world: World, files: list[DossierSocial]) -> None:
    """Two elderly residents visited every fortnight after a diagnosis; the list of a heat wave half ticked."""
    permanent = [
        one for one in files if one.closed_on is None and one.sejour and one.sejour.dispositif == world.permanent
    ]
    for file in permanent[:2]:
        user = world.users["coordinatrice"]
        set_rhythm(by=user, dossier=file, visit_every_days=14)
        record_diagnostic(
            by=user,
            dossier=file,
            made_on=world.past(40),
            to_adapt=["salle_deau", "sols"],
            help_with=["courses"],
            conclusion="Une barre d’appui est posée ; les courses se font le jeudi avec le service d’aide.",
            again_on=world.ahead(320),
        )
    vie = world.users["vie"]
    summer = max(world.begins, datetime.date(world.today.year - (world.today.month < 9), 8, 10))
    results = (AppelVeille.Result.ANSWERED, AppelVeille.Result.SEEN, AppelVeille.Result.NO_ANSWER)
    with lived_on(summer):
        veille = start_veille(by=vie, residence=world.residence)
        for rank, one in enumerate(exposed(veille, summer)[:12]):
            tick_call(by=vie, veille=veille, menage=one.menage, personne=one.personne, result=results[rank % 3])
    with lived_on(summer + datetime.timedelta(days=4)):
        end_veille(by=vie, veille=veille)
