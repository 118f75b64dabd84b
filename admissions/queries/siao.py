"""What a partner is owed about those they orient: the clock of each request, and its answer in the partner's words."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from admissions.models import Decision, EntretienPreadmission, MotifCloture
from admissions.models.orientations import OrientationStatus
from residence.exports import Column
from residence.models import MembreMenage, RendezVous
from residence.models.base import today
from residence.rules.dates import add_days

S = OrientationStatus
D = Decision.Kind

# Motives by which a household did not come, and by which it said no: neither is a refusal of the résidence.
ABSENT = frozenset({MotifCloture.NON_VENU, MotifCloture.INJOIGNABLE, MotifCloture.SANS_NOUVELLE})
REFUSED_BY_HOUSEHOLD = frozenset(
    {
        MotifCloture.SECTEUR,
        MotifCloture.LOGEMENT,
        MotifCloture.COUT,
        MotifCloture.COHABITATION,
        MotifCloture.AUTRE_SOLUTION,
    }
)
DECIDED = {
    D.FAVORABLE: "admis",
    D.FAVORABLE_SUBJECT_TO: "admis sous réserve",
    D.WAITING_LIST: "admis, en liste d’attente",
    D.DEFERRED: "ajourné",
    D.UNFAVORABLE: "refusé",
}
PENDING = "en cours d’examen"


@dataclass
class Reponse:
    """The state of a request as its partner is told of it: no health, no evaluation, what they need to know only."""

    orientation: Any
    personne: Any = None
    state: str = PENDING
    on: datetime.date | None = None
    motives: str = ""
    detail: str = ""
    entered_on: datetime.date | None = None
    contacted_on: datetime.date | None = None
    interview_on: datetime.date | None = None
    no_shows: list[datetime.date] = field(default_factory=list)
    persons: int = 1

    @property
    def is_final(self) -> bool:
        """Whether there is something to answer: before it, saying « répondu » would say nothing."""
        return self.state != PENDING

    @property
    def cancelled_on(self) -> datetime.date | None:
        """The day from which the partner drops a request whose household nobody has met."""
        one = self.orientation
        days = one.partenaire.cancels_after_days if one.partenaire else None
        if days is None or one.status != S.RECEIVED or self.interview_on:
            return None
        return add_days(one.received_on, days)

    @property
    def too_many_no_shows(self) -> bool:
        """Whether the partner's number of absences is reached while the household is still to be met."""
        one = self.orientation
        most = one.partenaire.no_shows_max if one.partenaire else None
        return bool(most) and len(self.no_shows) >= most and one.status == S.RECEIVED

    @property
    def fields(self) -> list[tuple[str, str]]:
        """(label, what to copy) in the order of the partner's screens; what is not known is left out."""
        told = [(column.label, _written(column.of(self))) for column in COLUMNS]
        return [(label, text) for label, text in told if text]


def reponses_of(orientations: Sequence[Any]) -> list[Reponse]:
    """The answer to give for each request, in a few queries for all (`menage`, `partenaire`, `sejour` are read)."""
    menages = {one.menage_id for one in orientations}
    members: dict[int, list[Any]] = {}
    for membre in MembreMenage.objects.in_force(today()).filter(menage__in=menages).select_related("personne"):
        members.setdefault(membre.menage_id, []).append(membre)
    decisions = {
        one.passage.orientation_id: one
        for one in Decision.objects.filter(passage__orientation__in=orientations, passage__session__status="closed")
        .select_related("passage")
        .order_by("pk")
    }
    held = dict(
        EntretienPreadmission.objects.filter(orientation__in=orientations, held_on__isnull=False).values_list(
            "orientation", "held_on"
        )
    )
    meetings: dict[tuple[int, int], list[Any]] = {}
    for rendez_vous in RendezVous.objects.filter(menage__in=menages, kind=RendezVous.Kind.PREADMISSION).exclude(
        status=RendezVous.Status.CANCELLED
    ):
        meetings.setdefault((rendez_vous.menage_id, rendez_vous.residence_id), []).append(rendez_vous)
    return [
        _reponse(
            one,
            members.get(one.menage_id, []),
            decisions.get(one.pk),
            held.get(one.pk),
            meetings.get((one.menage_id, one.residence_id), []),
        )
        for one in orientations
    ]


def _reponse(
    orientation: Any,
    members: list[Any],
    decision: Decision | None,
    held_on: datetime.date | None,
    meetings: list[Any],
) -> Reponse:
    told = Reponse(orientation, interview_on=held_on)
    reference = next((one for one in members if one.tie == MembreMenage.Tie.REFERENCE), None)
    told.personne = reference.personne if reference else None
    told.persons = max(len(members), orientation.menage.declared_persons or 0, 1)
    ours = [one for one in meetings if timezone.localdate(one.start_at) >= orientation.received_on]
    told.no_shows = sorted(timezone.localdate(one.start_at) for one in ours if one.status == RendezVous.Status.NO_SHOW)
    made = [timezone.localdate(one.created_at) for one in ours]
    told.contacted_on = min(made, default=held_on)
    _decide(told, decision)
    return told


def _decide(told: Reponse, decision: Decision | None) -> None:
    """The last word: the entry, else the closing, else the decision of a closed session, else where the file stands."""
    one = told.orientation
    if one.status == S.ENTERED:
        told.state, told.entered_on = "entré", one.sejour.start_on if one.sejour else None
        told.on = told.entered_on
    elif one.status == S.CLOSED and not (decision is not None and decision.kind == D.UNFAVORABLE):
        reason = MotifCloture(one.closed_reason)
        told.state = (
            "non présenté" if reason in ABSENT else "refus du ménage" if reason in REFUSED_BY_HOUSEHOLD else "refusé"
        )
        if reason == MotifCloture.ERREUR:
            told.state = "annulée"
        told.motives, told.detail = str(reason.label), one.closed_detail
    elif decision is not None:
        told.state, told.on = DECIDED[D(decision.kind)], decision.decided_on
        told.motives = ", ".join(decision.motives_display)
        told.detail = decision.reasons_prescripteur or decision.conditions
        if decision.kind == D.DEFERRED and decision.deferred_to_on:
            told.state = f"ajourné au {decision.deferred_to_on:%d/%m/%Y}"
    elif told.no_shows and one.status == S.RECEIVED:
        told.state, told.on = "absent à l’entretien", told.no_shows[-1]


def _written(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, datetime.date) else str(value)


def _absences(told: Reponse) -> str:
    return ", ".join(f"{day:%d/%m/%Y}" for day in told.no_shows)


# The fields of the answer, on the page of the candidate and in the export alike.
COLUMNS = (
    Column("Numéro SIAO", "orientation.siao_number"),
    Column("Personne", lambda told: str(told.personne or told.orientation.menage), named=True),
    Column("Date de naissance", "personne.born_on", named=True),
    Column("Nombre de personnes", "persons"),
    Column("Structure", "orientation.residence.name"),
    Column("Dispositif", "orientation.dispositif.name"),
    Column("Orientation reçue le", "orientation.received_on"),
    Column("Contact pris le", "contacted_on"),
    Column("Entretien tenu le", "interview_on"),
    Column("Absences à l’entretien", _absences),
    Column("Réponse", "state"),
    Column("Motif", "motives"),
    Column("Précision", "detail"),
    Column("Date de la décision", "on"),
    Column("Entrée le", "entered_on"),
)
EXPORTED = (
    Column("Partenaire", lambda told: str(told.orientation.partenaire or "")),
    Column("Prescripteur", lambda told: told.orientation.prescripteur.name if told.orientation.prescripteur else ""),
    *COLUMNS,
    Column("Réponse due le", "orientation.answer_due_on"),
    Column("Réponse donnée le", "orientation.answered_on"),
)
