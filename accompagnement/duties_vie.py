"""What is due in the life of the house: incidents to take up, dangers to tell, rounds of linen."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accompagnement.models import Incident, SuiteIncident, TourneeLinge
from accompagnement.models.incidents import OF_THE_PLACE, PROTECTED
from accompagnement.queries.incidents import escalating, known_on, settled
from accompagnement.rules.incidents import follow_by, protect_by
from residence.duties import DutyKind, Expected
from residence.permissions import Permission, Role

# Days ahead for which a round of linen stands among the duties.
ROUND_AHEAD = 7


def _running(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Open incidents with what their duties need; the steps in the order of their writing."""
    return (
        rows.running()
        .select_related("residence", "menage")
        .prefetch_related(Prefetch("suites", SuiteIncident.objects.order_by("pk")))
    )


def _of(incident: Incident, due_on: datetime.date, role: Role) -> Expected:
    return Expected(
        target_id=incident.pk,
        residence_id=incident.residence_id,
        menage_id=incident.menage_id,
        role=role,
        due_on=due_on,
    )


def _protect(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A danger of which a stage has left no trace, for the social team alone."""
    for incident in _running(rows.filter(kind__in=PROTECTED)):
        due_on = _protect_by(incident)
        if due_on is not None:
            yield _of(incident, due_on, Role.COORDINATRICE)


def _protect_by(incident: Incident) -> datetime.date | None:
    suites = incident.suites.all()
    return protect_by(incident.kind, known_on=known_on(incident, suites), settled=settled(suites, incident.menage))


def _follow(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """An open incident to take up, or to take up again: what breaks is the gestionnaire's."""
    for incident in _running(rows):
        if _protect_by(incident) is not None:
            continue
        steps = [one for one in incident.suites.all() if one.kind != SuiteIncident.Kind.NATURE]
        last = steps[-1] if steps else None
        due_on = follow_by(
            timezone.localdate(incident.reported_at),
            within_days=incident.residence.incident_follow_days,
            last_step_on=last.on if last else None,
            next_on=last.next_on if last else None,
        )
        yield _of(incident, due_on, Role.GESTIONNAIRE if incident.kind in OF_THE_PLACE else Role.COORDINATRICE)


def _repeat(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Incidents that come back: the coordinatrice and the gestionnaire look at them together."""
    for incident in escalating(_running(rows).ordinary()):
        for role in (Role.COORDINATRICE, Role.GESTIONNAIRE):
            yield _of(incident, timezone.localdate(incident.reported_at), role)


def _round(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A round of linen of these days that is not over."""
    waiting = rows.filter(closed_at=None, planned_on__lte=day + datetime.timedelta(days=ROUND_AHEAD))
    for tournee in waiting.select_related("service"):
        yield Expected(
            target_id=tournee.pk,
            residence_id=tournee.service.residence_id,
            role=Role.VIE_RESIDENTIELLE,
            due_on=tournee.planned_on,
        )


KINDS = [
    DutyKind(
        code="incident.protect",
        sentence="Protéger : une étape n’a pas encore sa trace",
        model=Incident,
        rule=_protect,
        url_name="accompagnement:incident_detail",
        permission=Permission.INCIDENT_PROTECTED,
    ),
    DutyKind(
        code="incident.follow",
        sentence="Suivre un incident",
        model=Incident,
        rule=_follow,
        url_name="accompagnement:incident_detail",
        permission=Permission.INCIDENT_CLOSE,
    ),
    DutyKind(
        code="incident.repeat",
        sentence="Incidents répétés : en parler ensemble",
        model=Incident,
        rule=_repeat,
        url_name="accompagnement:incident_detail",
        permission=Permission.INCIDENT_CLOSE,
    ),
    DutyKind(
        code="linge.round",
        sentence="Faire la tournée du linge",
        model=TourneeLinge,
        rule=_round,
        url_name="accompagnement:tournee_detail",
        permission=Permission.SERVICE_RUN,
        action_label="Voir la feuille",
    ),
]
