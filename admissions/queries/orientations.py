"""The candidates: who they are, where each one stands, what comes next."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from admissions.models import Decision, EtapeOrientation, Orientation, PassageCommission, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.completude import completeness_of
from residence.components import Badge, Duty, Event, Meaning
from residence.models import MembreMenage, RendezVous, User
from residence.models.base import PlainText, today
from residence.permissions import Permission

S = OrientationStatus

OPEN_STAGES = (S.RECEIVED, S.INTERVIEW_PLANNED, S.INCOMPLETE, S.READY, S.DECIDED, S.WAITING, S.PROPOSED)
PATH = (
    (S.RECEIVED, "Reçue"),
    (S.INTERVIEW_PLANNED, "Entretien"),
    (S.INCOMPLETE, "Dossier"),
    (S.READY, "Commission"),
    (S.DECIDED, "Décision"),
    (S.WAITING, "Attente"),
    (S.PROPOSED, "Proposition"),
    (S.ENTERED, "Entrée"),
)


def orientations_of(user: User, permission: Permission = Permission.ORIENTATION_VIEW) -> QuerySet[Any]:
    """Orientations that `user` may read, with what their pages show of them."""
    return Orientation.objects.visible_to(user, permission).select_related(
        "menage", "residence", "dispositif", "partenaire", "prescripteur"
    )


def matching(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose household, one of its persons or whose SIAO number holds `text`, accents and capitals aside."""
    text = " ".join(text.split())
    if not text:
        return rows
    plain = Lower(PlainText(Value(text)))
    persons = MembreMenage.objects.filter(menage=OuterRef("menage"), personne__search_name__contains=plain)
    return rows.filter(Q(menage__sort_name__contains=plain) | Q(siao_number__icontains=text) | Q(Exists(persons)))


@dataclass(frozen=True)
class Stage:
    """A tab of the board: a stage, or all those that are open, and how many stand there."""

    code: str
    label: str
    count: int
    current: bool


def stages(rows: QuerySet[Any], current: str) -> list[Stage]:
    """The tabs of the board, counted in one query, whatever stage is looked at."""
    counts = {row["status"]: row["n"] for row in rows.order_by().values("status").annotate(n=Count("pk"))}
    tabs = [Stage("", "En cours", sum(counts.get(stage, 0) for stage in OPEN_STAGES), current == "")]
    for stage in (*OPEN_STAGES, S.ENTERED, S.CLOSED):
        label = str(S(stage).label)
        tabs.append(Stage(stage.value, label[0].upper() + label[1:], counts.get(stage, 0), current == stage))
    return tabs


_BADGES: dict[str, Badge] = {
    S.READY: Badge("prête", "done"),
    S.WAITING: Badge("liste d’attente", "information"),
    S.PROPOSED: Badge("proposition faite", "information"),
    S.ENTERED: Badge("entrée", "done"),
    S.CLOSED: Badge("close", "plain"),
}


def stage_badge(status: str) -> Badge:
    """A stage as a badge."""
    return _BADGES.get(status, Badge(str(S(status).label), "plain"))


def days_in_stage(orientation: Any) -> int:
    """Days gone by since the orientation reached its stage (`since()` gives `stage_at`)."""
    since = orientation.stage_at
    return (today() - (timezone.localdate(since) if since else orientation.received_on)).days


@dataclass(frozen=True)
class Step:
    """A stage of the path: done, current, or to come; `on` the day it was first reached."""

    label: str
    state: str
    on: datetime.date | None = None


def path_of(orientation: Orientation) -> list[Step]:
    """The path of a candidate, from the request to the entry; a closed one ends where it was closed.

    Each stage has the day it began, an interview to come its own day.
    """
    reached: dict[str, datetime.date] = {}
    last_open = S.RECEIVED
    ranks = {stage: rank for rank, (stage, _) in enumerate(PATH)}
    for etape in orientation.etapes.order_by("pk"):
        reached[etape.status] = timezone.localdate(etape.at)
        if etape.status != S.CLOSED:
            last_open = S(etape.status)
    if orientation.status == S.INTERVIEW_PLANNED and (planned := planned_interviews(orientation).first()):
        reached[S.INTERVIEW_PLANNED] = timezone.localdate(planned.start_at)
    here = ranks[last_open if orientation.status == S.CLOSED else S(orientation.status)]
    steps = []
    for rank, (stage, label) in enumerate(PATH):
        state = "done" if rank < here else "current" if rank == here else "next"
        steps.append(Step(label, state, reached.get(stage) if rank <= here else None))
    if orientation.status == S.CLOSED:
        done = [Step(step.label, "done", step.on) for step in steps[: here + 1]]
        return [*done, Step("Close", "current", reached.get(S.CLOSED))]
    return steps


def planned_interviews(orientation: Orientation) -> QuerySet[Any]:
    """Appointments for the interview that are still to come or to be recorded."""
    return RendezVous.objects.filter(
        menage=orientation.menage_id,
        residence=orientation.residence_id,
        kind=RendezVous.Kind.PREADMISSION,
        status=RendezVous.Status.PLANNED,
    ).order_by("start_at")


def interview_held(orientation: Orientation) -> bool:
    """Whether the household came to the appointment of its interview, recorded or not."""
    return RendezVous.objects.filter(
        menage=orientation.menage_id,
        residence=orientation.residence_id,
        kind=RendezVous.Kind.PREADMISSION,
        status=RendezVous.Status.HELD,
        start_at__date__gte=orientation.received_on,
    ).exists()


def decision_of(orientation: Orientation) -> Decision | None:
    """The last decision of the commission on this file, None before the first."""
    return (
        Decision.objects.filter(passage__orientation=orientation)
        .select_related("passage__session", "letter_candidat__residence", "letter_prescripteur__residence")
        .order_by("-pk")
        .first()
    )


def live_passage(orientation: Orientation) -> PassageCommission | None:
    """The agenda on which the file waits for its decision."""
    return (
        PassageCommission.objects.on_agenda()
        .filter(orientation=orientation, decision__isnull=True)
        .select_related("session")
        .order_by("-pk")
        .first()
    )


def live_proposition(orientation: Orientation) -> Proposition | None:
    """The proposal made or accepted."""
    live = (Proposition.Status.MADE, Proposition.Status.ACCEPTED)
    return (
        orientation.propositions.filter(status__in=live)
        .select_related("place__logement", "place__categorie", "document__residence")
        .first()
    )


@dataclass(frozen=True)
class NextAct:
    """What to do now: a verb with its object, and where. Without an address, what is waited for."""

    label: str
    url: str = ""
    waits: str = ""


def next_act(orientation: Orientation, user: User) -> NextAct | None:
    """The one main act of the page of a candidate, by its stage."""
    pk = orientation.pk

    def go(label: str, name: str, target: int = pk) -> NextAct:
        return NextAct(label, reverse(f"admissions:{name}", args=[target]))

    match orientation.status:
        case S.RECEIVED:
            return go("Fixer l’entretien", "entretien_plan")
        case S.INTERVIEW_PLANNED:
            if not planned_interviews(orientation).exists() and not interview_held(orientation):
                return go("Fixer l’entretien", "entretien_plan")
            return go("Tenir l’entretien", "entretien_record")
        case S.INCOMPLETE:
            if completeness_of(orientation).is_complete:
                return go("Déclarer le dossier prêt", "orientation_ready")
            return go("Compléter le dossier", "entretien_record")
        case S.READY:
            passage = live_passage(orientation)
            if passage is None:
                return go("Inscrire à une séance", "passage_add")
            return go("Ouvrir la séance", "session_detail", passage.session_id)
        case S.DECIDED | S.WAITING:
            return _after_decision(orientation, go)
        case S.PROPOSED:
            return _after_proposal(orientation, user, go)
        case S.CLOSED:
            return go("Rouvrir la candidature", "orientation_reopen")
    return None


def _after_decision(orientation: Orientation, go: Any) -> NextAct | None:
    decision = decision_of(orientation)
    if decision is None:
        return go("Proposer une place", "proposition_make") if orientation.status == S.WAITING else None
    if decision.passage.session.status != decision.passage.session.Status.CLOSED:
        return go("Ouvrir la séance", "session_detail", decision.passage.session_id)
    if decision.letter_candidat_id is None:
        return go("Éditer les lettres", "decision_letters", decision.pk)
    if orientation.status == S.WAITING:
        return go("Proposer une place", "proposition_make")
    if decision.kind == Decision.Kind.FAVORABLE_SUBJECT_TO:
        return go("Lever la réserve", "reserve_lift", decision.pk)
    if orientation.answered_on is None and orientation.partenaire_id:
        return go("Noter la réponse au prescripteur", "orientation_answer")
    return None


def _after_proposal(orientation: Orientation, user: User, go: Any) -> NextAct | None:
    proposition = live_proposition(orientation)
    if proposition is None:
        return None
    if proposition.status == Proposition.Status.MADE:
        return go("Noter la réponse du candidat", "proposition_answer", proposition.pk)
    if user.holds(Permission.CONTRAT_PREPARE, orientation.residence_id):
        return NextAct("Préparer le contrat", contrat_url(proposition))
    return go("Voir la proposition acceptée", "proposition_detail", proposition.pk)


def contrat_url(proposition: Proposition) -> str:
    """Where the contract of an accepted proposal is prepared, with its place and its day."""
    address = reverse("logement:contrat_prepare", args=[proposition.orientation.menage_id])
    return f"{address}?place={proposition.place_id}&entree={proposition.entry_on.isoformat()}"


def deadlines_of(orientation: Orientation) -> list[Duty]:
    """What is due on the file, each with the page that settles it."""
    due: list[Duty] = []
    pk = orientation.pk

    def add(what: str, on: datetime.date | None, name: str, target: int = pk, label: str = "Ouvrir") -> None:
        if on is not None:
            due.append(Duty(what, on, reverse(f"admissions:{name}", args=[target]), label))

    if orientation.status == S.RECEIVED:
        add("Contacter le ménage", orientation.contact_by_on, "entretien_plan", label="Fixer l’entretien")
    if orientation.answered_on is None and orientation.closed_reason != "erreur":
        add("Répondre au prescripteur", orientation.answer_due_on, "orientation_answer", label="Noter la réponse")
    decision = decision_of(orientation)
    if decision is not None and orientation.status == S.DECIDED and decision.kind == Decision.Kind.FAVORABLE_SUBJECT_TO:
        add("Lever la réserve", decision.conditions_by_on, "reserve_lift", decision.pk, "Lever")
    if (
        decision is not None
        and decision.kind == Decision.Kind.DEFERRED
        and orientation.status in (S.READY, S.INCOMPLETE)
    ):
        add("Représenter à la commission", decision.deferred_to_on, "orientation_detail")
    proposition = live_proposition(orientation)
    if proposition is not None and proposition.status == Proposition.Status.MADE:
        add(
            "Réponse à la proposition",
            proposition.answer_by_on,
            "proposition_answer",
            proposition.pk,
            "Noter la réponse",
        )
    return sorted(due, key=lambda duty: duty.due_on)


_STAGE_SENTENCES: dict[str, tuple[str, str, Meaning]] = {
    S.RECEIVED: ("Candidature reçue", "inbox", "information"),
    S.INTERVIEW_PLANNED: ("Entretien de préadmission prévu", "calendar", "information"),
    S.INCOMPLETE: ("Dossier à compléter", "checklist", "soon"),
    S.READY: ("Dossier prêt pour la commission", "check", "done"),
    S.DECIDED: ("Décision de la commission consignée", "meeting", "information"),
    S.WAITING: ("Inscrit en liste d’attente", "clock", "information"),
    S.PROPOSED: ("Place proposée", "door", "information"),
    S.ENTERED: ("Entrée : contrat signé", "key", "done"),
    S.CLOSED: ("Candidature close", "archive", "plain"),
}


def history_of(orientation: Orientation) -> list[Event]:
    """The stages that a candidate went through, most recent first."""
    return [stage_event(etape, orientation) for etape in orientation.etapes.select_related("by").order_by("-pk")]


def stage_event(etape: EtapeOrientation, orientation: Orientation, url: str = "") -> Event:
    """A stage in a sentence."""
    return Event(
        on=timezone.localdate(etape.at),
        sentence=f"{_STAGE_SENTENCES[etape.status][0]}{f' ({etape.reason})' if etape.reason else ''}",
        theme=f"candidature, {orientation.dispositif}",
        icon=_STAGE_SENTENCES[etape.status][1],
        by=str(etape.by) if etape.by else "",
        meaning=_STAGE_SENTENCES[etape.status][2],
        url=url,
    )
