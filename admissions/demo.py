"""The demonstration's requests: two years of them, the sittings that decided, and those in progress today.

What is over is written in bulk; tomorrow's sitting, the proposals and the contracts under way are done by the acts.
"""

import datetime
from dataclasses import dataclass

from admissions.actions.opinions import give_opinion
from admissions.actions.propositions import accept_proposition, make_proposition
from admissions.actions.sessions import add_passage, convene_session, prepare_session
from admissions.demo_attente import set_criteria
from admissions.demo_book import Book, Request
from admissions.demo_gestes import merge_a_double, reserve_and_plan_works, take_in_files
from admissions.demo_texts import (
    AFTER,
    BEFORE,
    CONDITIONS,
    DEFERRED,
    HEARD_AGAIN,
    PIECE_TO_HAND_IN,
    REFUSALS,
    SUBJECT_TO,
    WAITING_LIST,
)
from admissions.models import AvisMembre, Besoin, Decision, MotifCloture, Proposition, SessionCommission
from admissions.models.orientations import OrientationStatus
from logement.actions.contrats import issue_contrat, prepare_contrat, sign_contrat
from logement.actions.etats_des_lieux import create_etat_des_lieux
from logement.models import EtatDesLieux, Place
from residence.demo import Household, World, lived_on, make_household
from residence.models import MembreMenage, RendezVous
from residence.rules.dates import add_days, add_months

S = OrientationStatus
K = Decision.Kind

SITTING_EVERY_DAYS = 28
SITTING_HOUR = 14
ON_TOMORROWS_AGENDA = 9
TO_RENEW_ONE_IN = 8
YOUNG = 5  # the rank of the candidate whose age asks for a derogation
LARGEST_SCALE = 25  # a waiting list of five hundred, from there on


def load(world: World) -> None:
    set_criteria(world)
    book = Book(world, _sittings(world))
    scale = min(LARGEST_SCALE, world.places / 222)
    _entered(book)
    _closed(book, max(1, round(3 * scale * world.months / 24)))
    ready = _in_progress(book, scale)
    waiting = _waiting(book, scale)
    _decided(book)
    lost = _lost_sight_of(book)
    book.write()
    _sit_tomorrow(book, ready)
    _propose(book, waiting)
    take_in_files(world)
    merge_a_double(world, lost.orientation)
    reserve_and_plan_works(world)


def sitting_day(world: World) -> datetime.date:
    """The day of the coming sitting: tomorrow, or Monday."""
    day = world.ahead(1)
    return day + datetime.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


def _sittings(world: World) -> list[datetime.date]:
    """The days of the sittings held since the beginning, oldest first."""
    day, days = sitting_day(world) - datetime.timedelta(days=SITTING_EVERY_DAYS // 2), []
    while day >= add_days(world.begins, 10) and day < world.today:
        days.append(day)
        day -= datetime.timedelta(days=SITTING_EVERY_DAYS)
    return days[::-1]


def _entered(book: Book) -> None:
    """Every stay begun since the beginning was asked for, decided, proposed and accepted."""
    world = book.world
    for contrat in world.shared["contrats"]:
        sejour, household = contrat.sejour, world.shared["households"][contrat.sejour.menage_id]
        start = sejour.start_on
        if start < world.begins:
            continue
        session = book.session_before(start - datetime.timedelta(days=5))
        decided = session.starts_at.date() if session else start - datetime.timedelta(days=12)
        request = book.receive(
            household, sejour.dispositif, decided - datetime.timedelta(days=world.chance.randint(24, 40))
        )
        interview = decided - datetime.timedelta(days=world.chance.randint(9, 16))
        request.plan(interview - datetime.timedelta(days=8), interview)
        request.interview(interview, entry_on=start)
        request.ready(interview + datetime.timedelta(days=4))
        if session:
            book.decide(request, session, K.FAVORABLE)
        else:
            request.reach(S.WAITING, decided, 17)
            request.orientation.answered_on = decided
        proposed = max(decided, start - datetime.timedelta(days=12))
        request.propose(contrat.place, proposed, start, Proposition.Status.ACCEPTED, answered_on=add_days(proposed, 2))
        request.orientation.sejour = sejour
        request.reach(S.ENTERED, contrat.signed_on if contrat.signed_on > proposed else add_days(proposed, 2), 15)


def _closed(book: Book, each: int) -> None:
    """Requests closed for every motive: before the commission, by it, and from the waiting list."""
    world = book.world
    days = max(20, (world.today - world.begins).days - 60)
    for motive, detail in BEFORE.items():
        for _ in range(each):
            received = world.days_ago(world.chance.randint(20, 20 + days))
            request = book.receive(_candidate(world), world.temporaire, received)
            if motive in (MotifCloture.NON_VENU, MotifCloture.SANS_NOUVELLE):
                came = motive != MotifCloture.NON_VENU
                status = RendezVous.Status.HELD if came else RendezVous.Status.NO_SHOW
                request.plan(add_days(received, 5), add_days(received, 11), status=status)
            request.close(motive, detail, add_days(received, 16))
    for motive, (reasons, told) in REFUSALS.items():
        for session in world.chance.sample(book.sessions, min(each, len(book.sessions))):
            request = _heard(book, session, permanent=motive == MotifCloture.HORS_PROJET)
            book.decide(request, session, K.UNFAVORABLE, motives=[motive], reasons=reasons, reasons_prescripteur=told)
            request.close(motive, "décision défavorable de la commission", add_days(session.starts_at.date(), 2))
    places = list(Place.objects.filter(residence=world.residence).order_by("code")[:40])
    for motive, detail in AFTER.items():
        for session in book.sessions[-each - 2 : -1][:each]:
            shared = motive == MotifCloture.COHABITATION
            request = _heard(book, session, permanent=shared)
            book.decide(request, session, K.FAVORABLE)
            proposed = add_days(session.starts_at.date(), 4)
            answered = min(add_days(proposed, 4), world.days_ago(1))
            place = world.chance.choice(places)
            request.propose(
                place,
                proposed,
                add_days(proposed, 15),
                Proposition.Status.REFUSED,
                answered_on=answered,
                refusal=motive,
            )
            request.reach(S.WAITING, answered, 11, "proposition refusée")
            request.close(motive, detail, answered, 12)


def _candidate(world: World, *, persons: int | None = None, permanent: bool = False) -> Household:
    if permanent:
        return make_household(world, persons=1, retired=True)
    return make_household(world, persons=persons or world.chance.choices([1, 2, 3, 4, 5], [58, 16, 12, 9, 5])[0])


def _lost_sight_of(book: Book) -> Request:
    """A candidate closed without news, who has since been oriented again and typed a second time."""
    received = book.world.past(70)
    request = book.receive(_candidate(book.world, persons=1), book.world.temporaire, received)
    request.close(MotifCloture.SANS_NOUVELLE, BEFORE[MotifCloture.SANS_NOUVELLE], add_days(received, 30))
    return request


def _heard(
    book: Book, session: SessionCommission, *, permanent: bool = False, persons: int | None = None, missing: int = 0
) -> Request:
    """A request whose file was ready for a sitting."""
    world, day = book.world, session.starts_at.date()
    household = _candidate(world, permanent=permanent, persons=persons)
    dispositif = world.permanent if permanent else world.temporaire
    request = book.receive(household, dispositif, day - datetime.timedelta(days=world.chance.randint(22, 29)))
    interview = day - datetime.timedelta(days=world.chance.randint(8, 13))
    request.plan(interview - datetime.timedelta(days=6), interview)
    request.interview(interview, missing=missing)
    request.ready(interview + datetime.timedelta(days=3))
    return request


def _in_progress(book: Book, scale: float) -> list[Request]:
    """Requests received, interviews of the week, files to complete; those ready for tomorrow are given back."""
    world = book.world
    for days in (15, 13, 10, 6, 3, 1, 0) * max(1, round(scale)):
        book.receive(
            _candidate(world, permanent=days == 6),
            world.permanent if days == 6 else world.temporaire,
            world.days_ago(days),
        )
    missed = book.receive(_candidate(world), world.temporaire, world.days_ago(12))
    missed.plan(world.days_ago(9), world.days_ago(2), status=RendezVous.Status.NO_SHOW)
    missed.reach(S.RECEIVED, world.days_ago(2), 12, "non venu à l’entretien")
    for ahead, hour, minute in ((0, 9, 0), (0, 9, 0), (1, 9, 30), (1, 9, 30), (2, 14, 0), (3, 10, 0), (6, 9, 0)):
        request = book.receive(_candidate(world), world.temporaire, world.days_ago(world.chance.randint(8, 14)))
        request.plan(world.days_ago(5), world.ahead(ahead), hour=hour, minute=minute, status=RendezVous.Status.PLANNED)
    for rank, days in enumerate((4, 7, 9, 11, 13, 15) * max(1, round(scale))):
        request = book.receive(
            _candidate(world, permanent=rank % 6 == 3),
            world.permanent if rank % 6 == 3 else world.temporaire,
            world.days_ago(days + 10),
        )
        request.plan(world.days_ago(days + 6), world.days_ago(days))
        request.interview(world.days_ago(days), missing=0 if rank == 2 else 1 + rank % 2, expired=rank % 3 == 1)
    ready = []
    for rank in range(ON_TOMORROWS_AGENDA + 2):
        permanent = rank % 4 == 3
        interview = world.days_ago(world.chance.randint(11, 13))
        request = book.receive(
            _candidate(world, permanent=permanent),
            world.permanent if permanent else world.temporaire,
            world.days_ago(world.chance.randint(18, 20)),
        )
        request.plan(interview - datetime.timedelta(days=5), interview)
        request.interview(interview)
        request.ready(world.days_ago(10 if rank < ON_TOMORROWS_AGENDA else 1))
        ready.append(request)
    return ready[:ON_TOMORROWS_AGENDA]


def _waiting(book: Book, scale: float) -> list[Request]:
    """The waiting list: decided in the last sittings, some having refused a place since."""
    world = book.world
    found: list[Request] = []
    if not book.sessions:
        return found
    for rank in range(max(4, round(24 * scale))):
        permanent = rank % 6 == 5
        # One person in two out of three: the studios are for them.
        persons = None if rank % 3 == 0 else 1
        back = 0 if rank == YOUNG else world.chance.randrange(min(6, len(book.sessions)))
        if rank % TO_RENEW_ONE_IN == 0:
            back = min(3, len(book.sessions) - 1)  # long enough for what holds three months to be out of date
        session = book.sessions[-1 - back]
        request = _heard(book, session, permanent=permanent, persons=persons)
        request.orientation.needs = world.chance.choice(NEEDS)
        if rank == YOUNG:
            reference = request.household.members[0][0]
            reference.born_on = add_months(world.today, -57 * 12 - 4)  # under sixty: the direction is asked first
        late = rank % 4 == 2
        book.decide(request, session, K.WAITING_LIST if late else K.FAVORABLE, reasons=WAITING_LIST if late else "")
        if rank % TO_RENEW_ONE_IN:
            request.renew(world.days_ago(rank))
        if rank in PROPOSED_BEFORE:
            _proposed_before(book, request, session, *PROPOSED_BEFORE[rank])
        found.append(request)
    return found


# Of the waiting list: what became of the place proposed to them already, and why it was refused.
PROPOSED_BEFORE: dict[int, tuple[str, str]] = {
    1: (Proposition.Status.REFUSED, MotifCloture.SECTEUR),
    3: (Proposition.Status.EXPIRED, ""),
    9: (Proposition.Status.REFUSED, MotifCloture.LOGEMENT),
}


def _proposed_before(book: Book, request: Request, session: SessionCommission, status: str, refusal: str) -> None:
    """A place proposed since the decision, refused or left without an answer: the candidate waits again."""
    place = Place.objects.filter(dispositif=request.orientation.dispositif).order_by("code")[0]
    proposed = add_days(session.starts_at.date(), 3)
    answered = add_days(proposed, 4) if refusal else None
    request.propose(place, proposed, add_days(proposed, 15), status, answered_on=answered, refusal=refusal)
    reason = "proposition refusée" if refusal else "proposition restée sans réponse"
    request.reach(S.WAITING, answered or add_days(proposed, 9), 11, reason)


NEEDS: tuple[list[str], ...] = (
    *([] for _ in range(4)),
    *([need] for need in Besoin),
)


def _decided(book: Book) -> None:
    """Of the last sitting: reserves to lift, a refusal to notify, files put off; of those before, what came of them."""
    world = book.world
    if not book.sessions:
        return
    last = book.sessions[-1]
    if len(book.sessions) > 1:
        _decided_before(book, book.sessions[-2], last)
    request = _heard(book, last, persons=1, missing=1)
    book.decide(
        request,
        last,
        K.FAVORABLE_SUBJECT_TO,
        reasons=PIECE_TO_HAND_IN,
        reserve=request.lacking,
        conditions_by_on=world.ahead(9),
    )
    for conditions, ahead in zip(CONDITIONS, (6, 2), strict=True):
        request = _heard(book, last)
        book.decide(
            request,
            last,
            K.FAVORABLE_SUBJECT_TO,
            reasons=SUBJECT_TO,
            conditions=conditions,
            conditions_by_on=world.ahead(ahead),
        )
    request = _heard(book, last)
    reasons, told = REFUSALS[MotifCloture.HORS_PROJET]
    book.decide(
        request,
        last,
        K.UNFAVORABLE,
        motives=[MotifCloture.HORS_PROJET],
        reasons=reasons,
        reasons_prescripteur=told,
        notified=False,
    )
    for back in (S.INCOMPLETE, S.READY):
        request = _heard(book, last)
        book.decide(
            request, last, K.DEFERRED, reasons=DEFERRED, deferred_to_on=add_days(sitting_day(world), SITTING_EVERY_DAYS)
        )
        request.reach(back, last.starts_at.date(), 17, "ajournée")
        request.orientation.answered_on = add_days(last.starts_at.date(), 2)


def _decided_before(book: Book, session: SessionCommission, last: SessionCommission) -> None:
    """A file put off and heard again at the next sitting; two reserves that were lifted, of words and of a piece."""
    request = _heard(book, session, persons=1)
    day = last.starts_at.date()
    book.decide(request, session, K.DEFERRED, reasons=DEFERRED, deferred_to_on=day)
    request.reach(S.READY, session.starts_at.date(), 17, "ajournée")
    book.decide(request, last, K.FAVORABLE, reasons=HEARD_AGAIN)
    lifted = add_days(session.starts_at.date(), 10)
    for piece in (False, True):
        request = _heard(book, session, persons=1)
        book.decide(
            request,
            session,
            K.FAVORABLE_SUBJECT_TO,
            reasons=PIECE_TO_HAND_IN if piece else SUBJECT_TO,
            reserve=[request.pieces[1]] if piece else [],
            conditions="" if piece else CONDITIONS[0],
            conditions_by_on=add_days(lifted, 5),
            conditions_lifted_on=lifted,
        )
        request.reach(S.WAITING, lifted, 11, "réserve levée")


def _sit_tomorrow(book: Book, ready: list[Request]) -> None:
    """Nine files convened, with their syntheses and the first opinions; the sitting after it is prepared."""
    world, users = book.world, book.world.users
    members = [users[name] for name in ("commission", "commission2", "commission3")]
    day = sitting_day(world)
    with lived_on(world.past(9)):
        session = prepare_session(
            by=users["coordinatrice"],
            residence=world.residence,
            starts_at=world.at(day, SITTING_HOUR),
            place="salle de réunion, rez-de-chaussée",
            quorum=2,
            members=members,
        )
        passages = [
            add_passage(by=users["coordinatrice"], session=session, orientation=request.orientation)
            for request in ready
        ]
    with lived_on(world.past(7)):
        convene_session(by=users["coordinatrice"], session=session)
    with lived_on(world.past(2)):
        for user, count in ((members[0], 5), (members[1], len(passages))):
            for rank, passage in enumerate(passages[:count]):
                against = rank == 3 and user == members[1]
                give_opinion(
                    by=user,
                    passage=passage,
                    opinion=AvisMembre.Opinion.AGAINST if against else AvisMembre.Opinion.FOR,
                    comment="Le budget me paraît trop juste." if against else "",
                )
    with lived_on(world.past(1)):
        prepare_session(
            by=users["coordinatrice2"],
            residence=world.residence,
            starts_at=world.at(add_days(day, SITTING_EVERY_DAYS), SITTING_HOUR),
            place="salle de réunion, rez-de-chaussée",
            quorum=2,
            members=members,
        )


@dataclass(frozen=True)
class Step:
    """How far a proposal has gone: made so many days ago, to be answered within so many days, then what."""

    made: int
    answer_in: int
    entry_in: int
    then: str = ""


STEPS = (
    Step(6, 1, 1, "signed"),
    Step(6, 1, 3, "issued"),
    Step(6, 1, 6, "prepared"),
    Step(6, 2, 9, "accepted"),
    Step(5, 1, 12),
    Step(9, -1, 10),
    Step(2, 6, 14),
)


def _propose(book: Book, waiting: list[Request]) -> None:
    """Places proposed to candidates of the waiting list: some just made, one whose contract begins tomorrow."""
    left = list(waiting)
    places = _places(book.world)
    for step in STEPS:
        found = next(
            (
                (place, free_on, request)
                for place, free_on in places
                for request in left
                if _fits(book.world, request, place, free_on, step)
            ),
            None,
        )
        if found is None:
            continue
        place, free_on, request = found
        places.remove((place, free_on))
        left.remove(request)
        _take(book, request, place, max(book.world.ahead(step.entry_in), free_on), step)


def _places(world: World) -> list[tuple[Place, datetime.date]]:
    """Places free, then soon free, with the first day on which somebody may come in."""
    free = [(place, world.today) for place in world.shared["free_places"]]
    soon = [(contrat.place, add_days(contrat.end_on, 4)) for contrat, _, _ in world.shared["notices"]]
    return free + soon


def _fits(world: World, request: Request, place: Place, free_on: datetime.date, step: Step) -> bool:
    if step.then in ("signed", "issued") and free_on > world.today:
        return False
    return (
        place.dispositif_id == request.orientation.dispositif_id
        and len(request.household.members) <= place.capacity
        and world.age(request.household.members[0][0]) >= (60 if request.is_permanent else 18)
    )


def _take(book: Book, request: Request, place: Place, entry_on: datetime.date, step: Step) -> None:
    world, gestionnaire = book.world, book.world.users["gestionnaire"]
    with lived_on(world.past(step.made)):
        proposition = make_proposition(
            by=request.owner,
            orientation=request.orientation,
            place=place,
            entry_on=entry_on,
            answer_by_on=world.ahead(step.answer_in),
        )
    if not step.then:
        return
    with lived_on(world.past(3)):
        accept_proposition(by=request.owner, proposition=proposition, answered_on=world.past(3))
        if step.then == "accepted":
            return
        capacities = {MembreMenage.Tie.REFERENCE: "titulaire", MembreMenage.Tie.PARTNER: "co_titulaire"}
        contrat = prepare_contrat(
            by=gestionnaire,
            menage=request.household.menage,
            place=place,
            start_on=entry_on,
            parties={person.pk: capacities.get(tie, "occupant") for person, tie in request.household.members},
            surface_confirmed=True,
        )
        if step.then == "prepared":
            return
        contrat = issue_contrat(by=gestionnaire, contrat=contrat)
    if step.then == "signed":
        with lived_on(world.past(1)):
            contrat = sign_contrat(by=gestionnaire, contrat=contrat, signed_on=world.past(1))
            create_etat_des_lieux(
                by=world.users["vie"], contrat=contrat, kind=EtatDesLieux.Kind.ENTRY, made_on=entry_on
            )
