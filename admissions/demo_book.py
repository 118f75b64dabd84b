"""Requests of the demonstration, told stage by stage, then written in bulk as the acts write them."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from typing import Any

from admissions.actions.lettres import letter_data
from admissions.actions.minutes import issue_minutes
from admissions.actions.orientations import delays
from admissions.demo_texts import (
    CCAS_EVALUATION,
    COMMENTS,
    FAVORABLE,
    PROPOSALS,
    REASONS,
    REASONS_PERMANENT,
    SITUATIONS,
    WISHES,
)
from admissions.models import (
    Autonomie,
    AvisMembre,
    Decision,
    EntretienPreadmission,
    EnvoiLettre,
    EtapeOrientation,
    EvaluationTheme,
    MembreSession,
    Orientation,
    PassageCommission,
    PieceCandidature,
    Proposition,
    SessionCommission,
    ThemeBesoin,
)
from admissions.models.commission import reserve_line
from admissions.models.orientations import OrientationStatus
from admissions.queries.courriers import addressee_of, addressee_partner
from admissions.queries.lettres import RETRY_AFTER_DAYS, way_of
from logement.models import CategoriePlace, Place
from residence.actions.documents import frozen, reserve_ranks
from residence.confidentiality import reading_as
from residence.demo import Household, World, lived_on, write_households
from residence.demo_facts import load_money, load_permits
from residence.models import (
    Dispositif,
    DocumentEmis,
    DocumentKind,
    PieceRequise,
    Rattachement,
    RendezVous,
    Route,
    User,
)
from residence.models.base import bulk_set
from residence.permissions import Cause
from residence.rules.dates import add_days

S = OrientationStatus
K = Decision.Kind
BATCH = 2000
WITH_EMAIL = 3
MINUTES = 8  # the last sittings have theirs; the older ones are on paper
TYPES = {1: "T1", 2: "T1bis", 3: "T2", 4: "T3"}
AFTER_DECISION = {K.FAVORABLE: S.WAITING, K.WAITING_LIST: S.WAITING}
OPINIONS = {K.UNFAVORABLE: AvisMembre.Opinion.AGAINST, K.DEFERRED: AvisMembre.Opinion.ABSTAIN}


class Request:
    """A request and all that hangs on it, not written yet; `owner` follows it."""

    def __init__(self, book: "Book", household: Household, orientation: Orientation, owner: User) -> None:
        self.book, self.household, self.orientation, self.owner = book, household, orientation, owner
        self.stages: list[EtapeOrientation] = []
        self.entretien: EntretienPreadmission | None = None
        self.rendez_vous: RendezVous | None = None
        self.themes: list[EvaluationTheme] = []
        self.pieces: list[PieceCandidature] = []
        self.passages: list[tuple[PassageCommission, Decision, bool]] = []
        self.propositions: list[Proposition] = []
        self.left_on: datetime.date | None = None

    @property
    def lacking(self) -> list[PieceCandidature]:
        """The compulsory pieces that are not in the file."""
        return [held for held in self.pieces if held.piece.is_mandatory and held.received_on is None]

    @property
    def is_permanent(self) -> bool:
        return self.orientation.dispositif == self.book.world.permanent

    def reach(self, status: str, day: datetime.date, hour: int = 10, reason: str = "") -> None:
        self.orientation.status = status
        at = self.book.world.at(min(day, self.book.world.today), hour)
        self.stages.append(
            EtapeOrientation(orientation=self.orientation, status=status, at=at, by=self.owner, reason=reason)
        )
        if status in (S.ENTERED, S.CLOSED):
            self.left_on = max(day, self.orientation.received_on)

    def plan(
        self,
        told_on: datetime.date,
        day: datetime.date,
        *,
        hour: int = 0,
        minute: int = 0,
        status: str = RendezVous.Status.HELD,
    ) -> None:
        """Fix the interview of `day`, which was held unless told otherwise."""
        world = self.book.world
        told_on = max(told_on, self.orientation.received_on)
        start = world.at(day, hour or world.chance.choice((9, 10, 14, 15)), minute)
        self.rendez_vous = RendezVous(
            residence=world.residence,
            user=self.owner,
            kind=RendezVous.Kind.PREADMISSION,
            start_at=start,
            end_at=start + datetime.timedelta(minutes=75),
            place="bureau des coordinatrices",
            status=status,
            created_by=self.owner,
            created_at=world.at(told_on),
        )
        self.entretien = EntretienPreadmission(orientation=self.orientation, version=0)
        self.reach(S.INTERVIEW_PLANNED, told_on)

    def interview(
        self, day: datetime.date, *, entry_on: datetime.date | None = None, missing: int = 0, expired: bool = False
    ) -> None:
        """Hold the interview: the file is to be completed, by `missing` pieces and an expired one."""
        world, chance = self.book.world, self.book.world.chance
        wished = entry_on or max(add_days(day, 45), world.ahead(10))
        if self.entretien is None:
            raise ValueError("an interview is planned before it is held")
        self.entretien.held_on, self.entretien.held_by = day, self.owner
        self.entretien.wishes = chance.choice(WISHES)
        self.entretien.wished_categorie = self.book.categories[self.orientation.requested_type]
        self.entretien.wished_entry_on = wished
        self.entretien.autonomy = chance.choices([Autonomie.FULL, Autonomie.PARTIAL], [70, 30])[0]
        self.entretien.has_activity = chance.random() < 0.6
        self.entretien.annual_resources = Decimal(chance.randrange(6200, 11800, 50))
        self.entretien.reference_tax_income = Decimal(chance.randrange(0, 13600, 100))
        self.entretien.reference_tax_year = day.year - 2
        self.entretien.proposal = chance.choice(PROPOSALS)
        self.entretien.version = 1
        self.entretien.updated_by, self.entretien.updated_at = self.owner, world.at(day, 12)
        told = chance.sample(list(ThemeBesoin), 5)
        levels = EvaluationTheme.Level
        self.themes = [
            EvaluationTheme(
                entretien=self.entretien,
                theme=theme,
                level=chance.choices([levels.SOME, levels.STRONG, levels.NONE], [60, 20, 20])[0],
                comment=COMMENTS[theme],
            )
            for theme in ThemeBesoin
            if theme in told
        ]
        self._hand_in(day, missing=missing, expired=expired)
        self.reach(S.INCOMPLETE, day, 12)

    def _hand_in(self, day: datetime.date, *, missing: int, expired: bool) -> None:
        mandatory = [piece for piece in self.pieces if piece.piece.is_mandatory]
        lacking = mandatory[len(mandatory) - missing :] if missing else []
        for held in self.pieces:
            if held in lacking or (not held.piece.is_mandatory and self.book.world.chance.random() < 0.4):
                continue
            held.received_on = day
            if held.piece.validity_months is None:
                continue
            if expired and held is mandatory[1]:
                held.expires_on = add_days(day, 2)

    def renew(self, day: datetime.date) -> None:
        """Bring again what has gone out of date, as asked for while waiting."""
        for held in self.pieces:
            if held.received_on is not None and held.piece.validity_months is not None:
                held.received_on = max(held.received_on, day)

    def ready(self, day: datetime.date) -> None:
        self.reach(S.READY, day, 16)

    def propose(
        self,
        place: Place,
        day: datetime.date,
        entry_on: datetime.date,
        status: str,
        *,
        answered_on: datetime.date | None,
        refusal: str = "",
    ) -> None:
        """A proposal of the past, and its answer, if any."""
        self.propositions.append(
            Proposition(
                orientation=self.orientation,
                place=place,
                status=status,
                entry_on=entry_on,
                answer_by_on=add_days(day, 8),
                answered_on=answered_on,
                refusal_reason=refusal,
                made_by=self.owner,
                made_at=self.book.world.at(day),
            )
        )
        self.reach(S.PROPOSED, day, 18)

    def close(self, motive: str, detail: str, day: datetime.date, hour: int = 17) -> None:
        day = min(day, self.book.world.days_ago(1))
        self.orientation.closed_reason, self.orientation.closed_detail = motive, detail
        self.orientation.answered_on = self.orientation.answered_on or max(day, self.orientation.received_on)
        self.reach(S.CLOSED, day, hour, detail)


class Book:
    """Every request of the demonstration, and the sittings that heard them."""

    def __init__(self, world: World, sittings: list[datetime.date]) -> None:
        self.world = world
        self.requests: list[Request] = []
        self.heard: dict[int, int] = defaultdict(int)
        self.reserves: list[tuple[Decision, Sequence[PieceCandidature]]] = []
        self.categories = {row.type_logement: row for row in CategoriePlace.objects.filter(residence=world.residence)}
        self.asked = {
            dispositif.pk: list(PieceRequise.objects.filter(dispositif=dispositif).order_by("rank"))
            for dispositif in (world.temporaire, world.permanent)
        }
        self.members = [world.users[name] for name in ("commission", "commission2", "commission3")]
        self.sessions = [
            SessionCommission(
                residence=world.residence,
                starts_at=world.at(day, 14),
                place="salle de réunion, rez-de-chaussée",
                quorum=2,
                status=SessionCommission.Status.CLOSED,
                convened_by=world.users["coordinatrice"],
                convened_at=world.at(day - datetime.timedelta(days=8)),
                closed_by=world.users["direction"],
                closed_at=world.at(day, 17),
                created_by=world.users["coordinatrice"],
                created_at=world.at(day - datetime.timedelta(days=15)),
            )
            for day in sittings
        ]

    def session_before(self, day: datetime.date) -> SessionCommission | None:
        """The last sitting held on `day` at the latest, of the sixty days before."""
        held = [session for session in self.sessions if session.starts_at.date() <= day]
        return held[-1] if held and (day - held[-1].starts_at.date()).days <= 60 else None

    def receive(self, household: Household, dispositif: Dispositif, received_on: datetime.date) -> Request:
        """A request received, entered the same day by one of the two coordinatrices, in turn."""
        world, chance = self.world, self.world.chance
        is_permanent = dispositif == world.permanent
        partner = "ccas" if is_permanent else "siao"
        rank = len(self.requests)
        hidden = household.menage.is_confidential
        owner = world.users["coordinatrice" if rank % 2 == 0 or hidden else "coordinatrice2"]
        persons = len(household.members)
        orientation = Orientation(
            menage=household.menage,
            residence=world.residence,
            dispositif=dispositif,
            route=Route.CCAS if is_permanent else Route.SIAO,
            partenaire=world.partenaires[partner],
            prescripteur=chance.choice(world.contacts[partner]),
            siao_number="" if is_permanent else f"63-{received_on.year}-{10_000 + rank}",
            clt_on=None if is_permanent else received_on - datetime.timedelta(days=chance.randint(2, 9)),
            received_on=received_on,
            requested_type="chambre" if is_permanent else TYPES.get(persons, "T4"),
            reasons=chance.choice(REASONS_PERMANENT if is_permanent else REASONS),
            current_situation=chance.choice(SITUATIONS),
            social_evaluation=CCAS_EVALUATION if is_permanent else "",
            created_by=owner,
            created_at=world.at(received_on, 9),
            **delays(received_on, world.partenaires[partner], dispositif),
        )
        request = Request(self, household, orientation, owner)
        request.pieces = [PieceCandidature(orientation=orientation, piece=piece) for piece in self.asked[dispositif.pk]]
        request.reach(S.RECEIVED, received_on, 9)
        if household.menage.pk is None:
            household.since = received_on
            if rank % WITH_EMAIL == 0:
                # One household in so many reads its post on its telephone, and said so at the first call.
                household.menage.email = f"menage{rank}@courriel.exemple"
                household.menage.email_agreed_on = received_on
        self.requests.append(request)
        return request

    def decide(
        self,
        request: Request,
        session: SessionCommission,
        kind: str,
        *,
        notified: bool = True,
        reserve: Sequence[PieceCandidature] = (),
        **fields: Any,
    ) -> None:
        """What the sitting decided on a request, which is then told of it; the request goes where that leads.

        `reserve`: the pieces that a « favorable sous réserve » asks for.
        """
        world, day = self.world, session.starts_at.date()
        rank = self.sessions.index(session)
        self.heard[rank] += 1
        passage = PassageCommission(
            session=session,
            orientation=request.orientation,
            rank=self.heard[rank],
            added_by=request.owner,
            added_at=world.at(day - datetime.timedelta(days=9)),
        )
        decision = Decision(
            passage=passage,
            kind=kind,
            decided_on=day,
            recorded_by=world.users["coordinatrice"],
            recorded_at=world.at(day, 15),
            notified_on=add_days(day, 2) if notified else None,
            **({"reasons": FAVORABLE} | {name: value for name, value in fields.items() if value}),
        )
        if reserve:
            decision.conditions = reserve_line(held.piece.name for held in reserve)
            self.reserves.append((decision, reserve))
        request.passages.append((passage, decision, notified))
        label = f"décision {decision.get_kind_display()}"
        request.reach(S.DECIDED, day, 15, label)
        if notified and kind != K.DEFERRED:
            request.orientation.answered_on = add_days(day, 2)
        if kind in AFTER_DECISION:
            request.reach(AFTER_DECISION[kind], day, 17, label)

    def write(self) -> None:
        new = [request.household for request in self.requests if request.household.menage.pk is None]
        write_households(self.world, new)
        load_money(
            self.world,
            (
                (request.household, request.entretien.held_on)
                for request in self.requests
                if request.entretien and request.entretien.held_on and request.orientation.status != S.ENTERED
            ),
        )
        load_permits(self.world, new, held=0.96)
        self._write_requests()
        self._write_sittings()

    def _write_requests(self) -> None:
        requests = self.requests
        appointments = [request for request in requests if request.rendez_vous]
        for request in appointments:
            request.rendez_vous.menage = request.household.menage  # type: ignore[union-attr]
        RendezVous.objects.bulk_create([request.rendez_vous for request in appointments], batch_size=BATCH)
        Orientation.objects.bulk_create([request.orientation for request in requests], batch_size=BATCH)
        EtapeOrientation.objects.bulk_create(
            [stage for request in requests for stage in request.stages], batch_size=BATCH
        )
        for request in appointments:
            request.entretien.rendez_vous = request.rendez_vous  # type: ignore[union-attr]
        EntretienPreadmission.objects.bulk_create([request.entretien for request in appointments], batch_size=BATCH)
        EvaluationTheme.objects.bulk_create(
            [theme for request in requests for theme in request.themes], batch_size=BATCH
        )
        PieceCandidature.objects.bulk_create(
            [piece for request in requests for piece in request.pieces], batch_size=BATCH
        )
        Proposition.objects.bulk_create([one for request in requests for one in request.propositions], batch_size=BATCH)
        Rattachement.objects.bulk_create(
            [
                Rattachement(
                    menage=request.household.menage,
                    residence=self.world.residence,
                    cause=Cause.CANDIDATURE,
                    start_on=request.orientation.received_on,
                    end_on=request.left_on,
                )
                for request in requests
            ],
            batch_size=BATCH,
        )

    def _write_sittings(self) -> None:
        SessionCommission.objects.bulk_create(self.sessions)
        MembreSession.objects.bulk_create(
            MembreSession(session=session, user=user, function=user.function, is_present=(rank + place) % 5 != 0)
            for rank, session in enumerate(self.sessions)
            for place, user in enumerate(self.members)
        )
        heard = [(request, *passage) for request in self.requests for passage in request.passages]
        PassageCommission.objects.bulk_create([passage for _, passage, _, _ in heard], batch_size=BATCH)
        AvisMembre.objects.bulk_create(
            [
                AvisMembre(
                    passage=passage,
                    user=user,
                    opinion=OPINIONS.get(K(decision.kind), AvisMembre.Opinion.FOR),
                    given_at=self.world.at(decision.decided_on, 9),
                )
                for _, passage, decision, _ in heard
                for user in self.members[:2]
            ],
            batch_size=BATCH,
        )
        Decision.objects.bulk_create([decision for _, _, decision, _ in heard], batch_size=BATCH)
        asked = Decision.reserve_pieces.through
        asked.objects.bulk_create(
            asked(decision=decision, piecerequise=held.piece) for decision, pieces in self.reserves for held in pieces
        )
        told = [(request, decision) for request, _, decision, notified in heard if notified]
        self._letters(told)
        bulk_set([decision for _, decision in told], ["letter_candidat", "letter_prescripteur"])
        self._minutes(heard)

    def _letters(self, told: list[tuple[Request, Decision]]) -> None:
        """The two letters of each decision, frozen on the day they left."""
        told = sorted(told, key=lambda one: one[1].decided_on)
        for kind, field in (
            (DocumentKind.LETTRE_CANDIDAT, "letter_candidat"),
            (DocumentKind.LETTRE_PRESCRIPTEUR, "letter_prescripteur"),
        ):
            by_year: dict[int, list[tuple[Request, Decision]]] = defaultdict(list)
            for request, decision in told:
                by_year[decision.notified_on.year].append((request, decision))
            papers: list[tuple[Decision, DocumentEmis]] = []
            for year, rows in sorted(by_year.items()):
                ranks = reserve_ranks(self.world.residence, kind, year, count=len(rows))
                for (request, decision), rank in zip(rows, ranks, strict=True):
                    papers.append((decision, self._letter(request, decision, kind, rank)))
            DocumentEmis.objects.bulk_create([paper for _, paper in papers], batch_size=BATCH)
            for decision, paper in papers:
                setattr(decision, field, paper)
            sendings = [self._sending(decision, paper, kind) for decision, paper in papers]
            if kind == DocumentKind.LETTRE_CANDIDAT:
                sendings += self._never_left(sendings)
            EnvoiLettre.objects.bulk_create(sendings, batch_size=BATCH)

    def _never_left(self, sendings: list[EnvoiLettre]) -> list[EnvoiLettre]:
        """The last letter sent by e-mail did not leave, as often as it was tried: the tries after the first."""
        last = next((one for one in reversed(sendings) if one.means == EnvoiLettre.Means.EMAIL), None)
        if last is None:
            return []
        tries = [last]
        for days in RETRY_AFTER_DAYS:
            tries.append(copy(last))
            tries[-1].asked_at = tries[-2].asked_at + datetime.timedelta(days=days)
        for one in tries:
            one.sent_on, one.failed_at = None, one.asked_at
        return tries[1:]

    def _sending(self, decision: Decision, paper: DocumentEmis, kind: DocumentKind) -> EnvoiLettre:
        """How a letter left on the day of its notification: by e-mail where it may."""
        orientation = decision.passage.orientation
        email, _ = way_of(orientation, paper, to_partner=kind == DocumentKind.LETTRE_PRESCRIPTEUR)
        return EnvoiLettre(
            decision=decision,
            document=paper,
            means=EnvoiLettre.Means.EMAIL if email else EnvoiLettre.Means.POST,
            address=email,
            sent_on=decision.notified_on,
            asked_by=paper.issued_by,
            asked_at=self.world.at(decision.notified_on, 16),
        )

    def _letter(self, request: Request, decision: Decision, kind: DocumentKind, rank: int) -> DocumentEmis:
        orientation, on = request.orientation, decision.notified_on
        with reading_as(request.owner), lived_on(on):
            if kind == DocumentKind.LETTRE_CANDIDAT:
                to = addressee_of(orientation.menage, orientation.partenaire)
            else:
                to = addressee_partner(orientation.partenaire, orientation.prescripteur)
            return frozen(
                kind=kind,
                residence=self.world.residence,
                rank=rank,
                template=f"admissions/pdf/{kind.value}.html",
                data=letter_data(request.owner, decision, kind, to, on),
                by=request.owner,
                target=decision,
                menage=orientation.menage,
            )

    def _minutes(self, heard: list[Any]) -> None:
        last = self.sessions[-MINUTES:]
        for session in last:
            passages = [passage for _, passage, _, _ in heard if passage.session == session]
            with lived_on(session.starts_at.date(), 17):
                session.minutes = issue_minutes(self.world.users["direction"], session, passages)
        SessionCommission.objects.bulk_update(last, ["minutes"])
