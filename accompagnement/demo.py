"""The demonstration's social files: of who lives here, of who left, of who lives elsewhere; the appointments."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from accompagnement.demo_collectif import load as load_collectif
from accompagnement.demo_partenaires import load as load_partenaires
from accompagnement.demo_projets import load as load_projets
from accompagnement.demo_relogement import load as load_relogement
from accompagnement.demo_rsa import load as load_rsa
from accompagnement.demo_texts import (
    CLOSED,
    DRAFT,
    ELSEWHERE,
    FIRST,
    LAST,
    NOTES,
    PINNED,
    REFERENTS_ONLY,
    VISIT,
)
from accompagnement.demo_vie_privee import load as load_vie_privee
from accompagnement.models import BrouillonNote, DossierSocial, EtapeDossier, NoteSociale
from logement.models import Sejour
from residence.demo import Household, World, make_household, write_households
from residence.models import Menage, Rattachement, Referent, RendezVous, User
from residence.permissions import Cause

BATCH = 2000
MOST_NOTES = 14
LIVE_ELSEWHERE = 6
FOLLOWED_PERMANENT = 8
# Of the last notes of open files, the share that announces a step not taken yet.
STEP_TO_DO = 0.25


@dataclass
class Book:
    """Files, and all that hangs on them, not written yet."""

    files: list[DossierSocial] = field(default_factory=list)
    stages: list[EtapeDossier] = field(default_factory=list)
    referents: list[Referent] = field(default_factory=list)
    ties: list[Rattachement] = field(default_factory=list)
    notes: list[NoteSociale] = field(default_factory=list)

    def write(self) -> None:
        DossierSocial.objects.bulk_create(self.files, batch_size=BATCH)
        EtapeDossier.objects.bulk_create(self.stages, batch_size=BATCH)
        Referent.objects.bulk_create(self.referents, batch_size=BATCH)
        Rattachement.objects.bulk_create(self.ties, batch_size=BATCH)
        NoteSociale.objects.bulk_create(sorted(self.notes, key=lambda note: note.held_on), batch_size=BATCH)


def load(world: World) -> None:
    team = [world.users["coordinatrice"], world.users["coordinatrice2"]]
    book = Book()
    permanent = 0
    for rank, contrat in enumerate(world.shared["contrats"]):
        sejour = contrat.sejour
        if sejour.dispositif == world.permanent:
            permanent += sejour.ended_on is None
            if sejour.ended_on is not None or permanent > FOLLOWED_PERMANENT:
                continue
        elif sejour.ended_on is not None and sejour.ended_on < world.begins:
            continue
        hidden = sejour.menage.is_confidential
        _follow(world, book, sejour, team[0] if hidden else team[rank % 2], team[1] if hidden else team[1 - rank % 2])
    _elsewhere(world, book, team)
    book.write()
    load_projets(world, book.files)
    load_relogement(world, book.files)
    load_rsa(world, book.files)
    load_collectif(world, book.files)
    load_partenaires(world, book.files)
    load_vie_privee(world, book.files)
    _drafts(world, book)
    _appointments(world, team)


def _follow(world: World, book: Book, sejour: Sejour, user: User, substitute: User) -> None:
    """The file of a stay, from the day it began; closed some weeks after its end."""
    chance = world.chance
    opened = max(sejour.start_on, world.begins)
    file = _open(world, book, sejour.menage, opened, user, substitute, sejour=sejour)
    left = sejour.ended_on
    _write_notes(world, book, file, user, substitute, until=left or world.today)
    if left is None:
        if world.today - opened > datetime.timedelta(days=45) and chance.random() < 0.9:
            _note(book, file, VISIT, user, world.past(chance.randint(3, 44)), world=world)
        if chance.random() < 0.12:
            file.pinned_note = chance.choice(PINNED)
        return
    _note(book, file, LAST, user, max(opened, left - datetime.timedelta(days=12)))
    closed = left + datetime.timedelta(days=chance.randint(6, 28))
    if closed > world.days_ago(2):
        if chance.random() < 0.4:
            file.continued_on = left
            _stage(world, book, file, EtapeDossier.Kind.CONTINUED, left, user)
        return
    _close(world, book, file, closed, CLOSED.get(sejour.destination, "sortie de la résidence"), user)


def _open(
    world: World,
    book: Book,
    menage: Menage,
    day: datetime.date,
    user: User,
    substitute: User,
    *,
    sejour: Sejour | None = None,
) -> DossierSocial:
    residence = world.residence
    file = DossierSocial(
        menage=menage, residence=residence, sejour=sejour, opened_on=day, created_by=user, created_at=world.at(day)
    )
    book.files.append(file)
    _stage(world, book, file, EtapeDossier.Kind.OPENED, day, user)
    book.ties.append(Rattachement(menage=menage, residence=residence, cause=Cause.SUIVI, start_on=day))
    for kind, who in ((Referent.Kind.SOCIAL, user), (Referent.Kind.SUBSTITUTE, substitute)):
        book.referents.append(Referent(menage=menage, residence=residence, kind=kind, user=who, start_on=day))
    return file


def _close(world: World, book: Book, file: DossierSocial, day: datetime.date, reason: str, user: User) -> None:
    file.closed_on, file.closed_reason = day, reason
    _stage(world, book, file, EtapeDossier.Kind.CLOSED, day, user, reason)
    book.ties[-1].end_on = day
    for referent in book.referents[-2:]:
        referent.end_on = day


def _stage(
    world: World, book: Book, file: DossierSocial, kind: str, day: datetime.date, user: User, reason: str = ""
) -> None:
    book.stages.append(EtapeDossier(dossier=file, kind=kind, on=day, reason=reason, by=user, at=world.at(day)))


def _write_notes(
    world: World, book: Book, file: DossierSocial, user: User, substitute: User, *, until: datetime.date
) -> None:
    """A first meeting, then a note a month or so; the last one may announce a step."""
    chance = world.chance
    days, day = [], file.opened_on + datetime.timedelta(days=chance.randint(5, 24))
    while day < until:
        days.append(day)
        day += datetime.timedelta(days=chance.randint(19, 48))
    days = days[:1] + days[1:][-MOST_NOTES:]
    told = chance.sample(NOTES, min(len(NOTES), max(1, len(days) - 1)))
    for rank, day in enumerate(days):
        if rank == 0:
            _note(book, file, chance.choice(FIRST), user, day, world=world)
        elif chance.random() < 0.04:
            _note(book, file, chance.choice(REFERENTS_ONLY), user, day, world=world, level=NoteSociale.Level.REFERENTS)
        else:
            author = substitute if chance.random() < 0.08 else user
            is_last = rank == len(days) - 1 and until == world.today
            _note(book, file, told[(rank - 1) % len(told)], author, day, world=world, is_last=is_last)


def _note(
    book: Book,
    file: DossierSocial,
    said: tuple[Any, ...],
    user: User,
    day: datetime.date,
    *,
    world: World | None = None,
    level: str = NoteSociale.Level.TEAM,
    is_last: bool = False,
) -> None:
    kind, themes, text, step, mission = said
    note = NoteSociale(
        dossier=file,
        kind=kind,
        themes=themes,
        held_on=day,
        minutes=None if kind == NoteSociale.Kind.NOTE else 15 if kind == NoteSociale.Kind.APPEL else 45,
        text=text,
        level=level,
        mission=mission,
        author=user,
    )
    if world is not None:
        note.created_at = world.at(day, 17)
        if step and is_last and world.chance.random() < STEP_TO_DO:
            note.next_step, note.next_step_on = step, world.ahead(world.chance.randint(-1, 32))
        elif step and not is_last and world.chance.random() < 0.6:
            note.next_step, note.next_step_on = step, day + datetime.timedelta(days=12)
            note.next_step_done_on = min(day + datetime.timedelta(days=world.chance.randint(5, 16)), world.today)
            note.next_step_done_by = user
    book.notes.append(note)


def _elsewhere(world: World, book: Book, team: list[User]) -> None:
    """People who live elsewhere, and whom the team follows all the same."""
    households = [make_household(world, persons=world.chance.choice((1, 1, 2, 3))) for _ in range(LIVE_ELSEWHERE)]
    for household in households:
        household.since = world.begins
    write_households(world, households)
    for rank, household in enumerate(households):
        day = world.past(world.chance.randint(40, 300))
        user, substitute = team[rank % 2], team[1 - rank % 2]
        file = _open(world, book, _menage(household), day, user, substitute)
        file.pinned_note = "Vit hors de la résidence."
        said = (NoteSociale.Kind.ENTRETIEN, ["logement"], ELSEWHERE[0], "Refaire le point", "")
        _note(book, file, said, user, day, world=world)
        _write_notes(world, book, file, user, substitute, until=world.today)


def _menage(household: Household) -> Menage:
    return household.menage


def _drafts(world: World, book: Book) -> None:
    """A note begun and left, for each of the two."""
    for user in (world.users["coordinatrice"], world.users["coordinatrice2"]):
        file = next(
            (one for one in book.files if one.closed_on is None and one.created_by == user and one.sejour), None
        )
        if file is not None:
            data = {"kind": "entretien", "held_on": world.today.isoformat(), "text": DRAFT, "themes": ["logement"]}
            BrouillonNote.objects.create(dossier=file, author=user, data=data, saved_at=world.at(world.today, 8, 40))


def _appointments(world: World, team: list[User]) -> None:
    """The two weeks around today: follow-ups held and to come, signatures and états des lieux of the gestionnaire."""
    chance = world.chance
    here = [contrat for contrat in world.shared["contrats"] if contrat.status != "ended"]
    followed = [contrat for contrat in here if contrat.sejour.dispositif == world.temporaire] or here
    if not followed:
        return
    rows = []
    for offset in range(-10, 11):
        day = world.ahead(offset)
        if day.weekday() >= 5 and offset != 0:
            continue
        slots = ((10, 30), (15, 30)) if offset >= 0 else ((10, 30),)
        for rank, user in enumerate(team):
            mine = followed[rank::2] or followed
            for hour, minute in slots:
                contrat = chance.choice(mine)
                rows.append(_appointment(world, contrat.sejour.menage, user, RendezVous.Kind.SUIVI, day, hour, minute))
    gestionnaire = world.users["gestionnaire"]
    for offset, kind in (
        (0, RendezVous.Kind.AUTRE),
        (1, RendezVous.Kind.SIGNATURE),
        (3, RendezVous.Kind.ETAT_DES_LIEUX),
    ):
        menage = chance.choice(here).sejour.menage
        rows.append(_appointment(world, menage, gestionnaire, kind, world.ahead(offset), 11, 0))
    past = [row for row in rows if row.start_at.date() < world.today]
    for row in past[1:]:
        row.status = RendezVous.Status.NO_SHOW if chance.random() < 0.1 else RendezVous.Status.HELD
    RendezVous.objects.bulk_create(rows)


def _appointment(
    world: World, menage: Menage, user: User, kind: str, day: datetime.date, hour: int, minute: int
) -> RendezVous:
    start = world.at(day, hour, minute)
    return RendezVous(
        residence=world.residence,
        menage=menage,
        user=user,
        kind=kind,
        start_at=start,
        end_at=start + datetime.timedelta(minutes=45),
        place="bureau des coordinatrices" if kind == RendezVous.Kind.SUIVI else "accueil",
        created_by=user,
        created_at=world.at(world.past(20)),
    )
