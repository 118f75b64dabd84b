"""The board of the candidates: a lane a stage, and for each card where it may go and what that asks for."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from admissions.models import Decision, Orientation, PassageCommission, Proposition, SessionCommission
from admissions.models.orientations import OrientationStatus
from admissions.queries.orientations import OPEN_STAGES, Stage, contrat_url, days_in_stage
from residence.models import User
from residence.permissions import Permission

S = OrientationStatus
PER_LANE = 8


@dataclass(frozen=True)
class Move:
    """Where a card may go: the stage, the act in words, the page that does it and asks for what it needs."""

    stage: str
    label: str
    url: str


@dataclass(frozen=True)
class Card:
    """A candidate on the board."""

    orientation: Any
    days: int
    due_on: datetime.date | None
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Lane:
    """A stage: how many stand there, and the cards of those who have been there longest."""

    code: str
    label: str
    count: int
    cards: tuple[Card, ...]

    @property
    def left(self) -> int:
        """How many more stand there than are shown."""
        return self.count - len(self.cards)


def board(rows: QuerySet[Any], counted: list[Stage], user: User) -> list[Lane]:
    """The lanes of the stages in progress, over `rows` that `user` may see; `counted` are their numbers by stage."""
    rank = Window(RowNumber(), partition_by=F("status"), order_by=["stage_at", "pk"])
    shown = list(rows.filter(status__in=OPEN_STAGES).since().annotate(at=rank).filter(at__lte=PER_LANE).order_by("at"))
    facts = _Facts(shown)
    cards: dict[str, list[Card]] = defaultdict(list)
    for one in shown:
        cards[one.status].append(Card(one, days_in_stage(one), _due_on(one), tuple(_moves(one, facts, user))))
    numbers = {stage.code: stage for stage in counted}
    return [Lane(stage.value, numbers[stage].label, numbers[stage].count, tuple(cards[stage])) for stage in OPEN_STAGES]


def _due_on(one: Any) -> datetime.date | None:
    """The first day on which something is owed for the stage: the contact, else the answer to the prescripteur."""
    if one.status == S.RECEIVED and one.contact_by_on is not None:
        return one.contact_by_on  # type: ignore[no-any-return]
    return None if one.answered_on else one.answer_due_on


class _Facts:
    """What the moves of many cards rest on, in three queries."""

    def __init__(self, shown: list[Any]) -> None:
        pks = [one.pk for one in shown]
        live = Proposition.objects.filter(
            orientation__in=pks, status__in=[Proposition.Status.MADE, Proposition.Status.ACCEPTED]
        )
        self.propositions = {
            one.orientation_id: one for one in live.select_related("orientation__menage").defer("comment")
        }
        decisions = (
            Decision.objects.filter(passage__orientation__in=pks).order_by("pk").select_related("passage__session")
        )
        self.decisions = {one.passage.orientation_id: one for one in decisions}
        passages = PassageCommission.objects.on_agenda().filter(orientation__in=pks, decision__isnull=True)
        self.passages = {one.orientation_id: one for one in passages.select_related("session").order_by("pk")}


@cache
def _address(name: str) -> str:
    """The address of an act, its number left to write: the cards of a board ask for the same few by the hundred."""
    return reverse(f"admissions:{name}", args=[0]).replace("/0/", "/{}/")


def _moves(one: Orientation, facts: _Facts, user: User) -> list[Move]:
    """Every stage that the card may be taken to, each with the page that does it and asks for what it needs."""
    found: list[Move] = []

    def to(stage: str, label: str, name: str, target: int | None = None) -> None:
        found.append(Move(stage, label, _address(name).format(target or one.pk)))

    match one.status:
        case S.RECEIVED:
            to(S.INTERVIEW_PLANNED, "Fixer l’entretien", "entretien_plan")
            to(S.INCOMPLETE, "Tenir l’entretien maintenant", "entretien_record")
        case S.INTERVIEW_PLANNED:
            to(S.INCOMPLETE, "Tenir l’entretien", "entretien_record")
            to(S.RECEIVED, "Noter l’absence", "entretien_miss")
        case S.INCOMPLETE:
            to(S.READY, "Déclarer le dossier prêt", "orientation_ready")
            to(S.INTERVIEW_PLANNED, "Fixer un autre entretien", "entretien_plan")
        case S.READY:
            found += _from_ready(one, facts)
            to(S.INCOMPLETE, "Reprendre le dossier", "orientation_complete")
        case S.DECIDED:
            found += _from_decided(one, facts)
        case S.WAITING:
            to(S.PROPOSED, "Proposer une place", "proposition_make")
        case S.PROPOSED:
            found += _from_proposed(one, facts, user)
    if one.status != S.PROPOSED and user.holds(Permission.ORIENTATION_CLOSE, one.residence_id):
        to(S.CLOSED, "Clore avec son motif", "orientation_close")
    return found


def _from_ready(one: Orientation, facts: _Facts) -> list[Move]:
    passage = facts.passages.get(one.pk)
    if passage is None:
        return [Move(S.DECIDED, "Inscrire à une séance", reverse("admissions:passage_add", args=[one.pk]))]
    if passage.session.status == SessionCommission.Status.SITTING:
        address = reverse("admissions:decision_record", args=[passage.pk])
        return [Move(S.DECIDED, "Consigner la décision", address)]
    return [Move(S.DECIDED, "Ouvrir la séance", passage.session.get_absolute_url())]


def _from_decided(one: Orientation, facts: _Facts) -> list[Move]:
    decision = facts.decisions.get(one.pk)
    if decision is None:
        return []
    if decision.passage.session.status != SessionCommission.Status.CLOSED:
        return [Move(S.WAITING, "Ouvrir la séance", decision.passage.session.get_absolute_url())]
    if decision.letter_candidat_id is None:
        return [Move(S.WAITING, "Éditer les lettres", reverse("admissions:decision_letters", args=[decision.pk]))]
    if decision.kind == Decision.Kind.FAVORABLE_SUBJECT_TO:
        return [Move(S.WAITING, "Lever la réserve", reverse("admissions:reserve_lift", args=[decision.pk]))]
    return []


def _from_proposed(one: Orientation, facts: _Facts, user: User) -> list[Move]:
    proposition = facts.propositions.get(one.pk)
    if proposition is None:
        return []
    answer = reverse("admissions:proposition_answer", args=[proposition.pk])
    if proposition.status == Proposition.Status.MADE:
        return [Move(S.WAITING, "Noter la réponse", answer)]
    moves = [Move(S.WAITING, "Retirer la proposition", answer)]
    if user.holds(Permission.CONTRAT_PREPARE, one.residence_id):
        moves.insert(0, Move(S.ENTERED, "Préparer le contrat", contrat_url(proposition)))
    return moves
