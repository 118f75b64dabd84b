"""Incidents that come back, the path of a danger stage by stage, who lives where something happened."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accompagnement.models import Incident, SuiteIncident
from accompagnement.models.incidents import OF_THE_PLACE, PROTECTED
from accompagnement.rules.incidents import Stage, is_repeated, path_of, stages_left
from logement.models import ContratOccupation, Place
from residence.models import Menage
from residence.rules.dates import add_months


def living_at(place: Place, day: datetime.date) -> Menage | None:
    """The household that the contract of a place covers on `day`, if any."""
    contrats = ContratOccupation.objects.filter(
        Q(place=place) | Q(joined_places=place),
        Q(end_on__isnull=True)
        | Q(end_on__gte=day)
        | Q(status__in=[ContratOccupation.Status.NOTICE, ContratOccupation.Status.OCCUPANT_SANS_TITRE]),
        status__in=ContratOccupation.OCCUPYING | {ContratOccupation.Status.ENDED},
        start_on__lte=day,
    )
    contrat = contrats.select_related("sejour__menage").order_by("-start_on", "-pk").first()
    return contrat.sejour.menage if contrat else None


# Incidents that come back


def _keys(one: Incident) -> set[tuple[str, Any]]:
    """What an incident has in common with another: the household, else the place, else the spot it was told at."""
    keys: set[tuple[str, Any]] = set()
    if one.menage_id:
        keys.add(("menage", one.menage_id))
    if one.place_id and (not one.menage_id or one.kind in OF_THE_PLACE):
        keys.add(("place", one.place_id))
    if not keys and one.where.strip():
        keys.add((f"where {one.residence_id}", one.where.strip().lower()))
    return keys


def happened_on(one: Incident) -> datetime.date:
    """The day of an incident in Paris."""
    return timezone.localdate(one.happened_at)


def alike(incidents: Iterable[Incident]) -> dict[int, list[Incident]]:
    """For each of `incidents`, the ordinary ones that it comes back to, itself among them, oldest first.

    Those of the same household, place or spot, whatever their state, save what was entered by mistake; two queries.
    """
    incidents = [one for one in incidents if one.kind not in PROTECTED]
    if not incidents:
        return {}
    rows = (
        Incident.objects.ordinary()
        .filter(residence__in={one.residence_id for one in incidents})
        .filter(
            Q(menage__in={one.menage_id for one in incidents if one.menage_id})
            | Q(place__in={one.place_id for one in incidents if one.place_id})
            | Q(menage__isnull=True, place__isnull=True)
        )
        .exclude(outcome=Incident.Outcome.ERREUR)
        .order_by("happened_at", "pk")
    )
    by_key: dict[tuple[str, Any], dict[int, Incident]] = defaultdict(dict)
    for row in rows:
        for key in _keys(row):
            by_key[key][row.pk] = row
    found = {}
    for one in incidents:
        together = {pk: row for key in _keys(one) for pk, row in by_key[key].items()}
        found[one.pk] = sorted(together.values(), key=lambda row: (row.happened_at, row.pk))
    return found


def escalating(incidents: Iterable[Incident]) -> list[Incident]:
    """Those of the open `incidents` that call for the whole team, as the résidence counts them.

    Where several of one household are open, the last one calls, until a step says that the team has looked at it.
    """
    incidents = list(incidents)
    chains = alike(incidents)
    pks = {row.pk for chain in chains.values() for row in chain}
    seen_at: dict[int, datetime.datetime] = {}
    for pk, at in SuiteIncident.objects.filter(incident__in=pks, kind=SuiteIncident.Kind.EQUIPE).values_list(
        "incident", "written_at"
    ):
        seen_at[pk] = max(at, seen_at.get(pk, at))
    found = []
    for one in incidents:
        chain = chains.get(one.pk, [])
        rank = next((rank for rank, row in enumerate(chain) if row.pk == one.pk), None)
        if rank is None or any(row.status != Incident.Status.CLOSED for row in chain[rank + 1 :]):
            continue
        days = [happened_on(row) for row in chain[: rank + 1]]
        residence = one.residence
        if not is_repeated(
            days,
            on=happened_on(one),
            count=residence.incident_repeat_count,
            months=residence.incident_repeat_months,
        ):
            continue
        if not any(seen_at[row.pk] >= one.reported_at for row in chain if row.pk in seen_at):
            found.append(one)
    return found


def recent(incident: Incident) -> list[Incident]:
    """The others that this one comes back to, within the months that the résidence counts, the last one first."""
    day = happened_on(incident)
    since = add_months(day, -incident.residence.incident_repeat_months)
    chain = alike([incident]).get(incident.pk, [])
    return [one for one in reversed(chain) if one.pk != incident.pk and since <= happened_on(one) <= day]


# The path of a danger


@dataclass(frozen=True)
class StageShown:
    """A stage of the path, the day it is due, and the step by which it was settled."""

    stage: Stage
    due_on: datetime.date
    suite: SuiteIncident | None


def settled(suites: Iterable[SuiteIncident], menage: Menage | None) -> set[str]:
    """The stages that have their trace; a household already confidential has had that decided."""
    codes = {str(suite.kind) for suite in suites}
    if menage is not None and menage.is_confidential:
        codes.add(SuiteIncident.Kind.CONFIDENTIALITE)
    return codes


def known_on(incident: Incident, suites: Iterable[SuiteIncident]) -> datetime.date:
    """The day from which the stages of a danger count: it was reported, or its kind was put right."""
    changed = [suite.on for suite in suites if suite.kind == SuiteIncident.Kind.NATURE]
    return max([timezone.localdate(incident.reported_at), *changed])


def path_shown(incident: Incident, suites: list[SuiteIncident]) -> list[StageShown]:
    """The path of a danger as its page shows it."""
    since = known_on(incident, suites)
    by_kind = {str(suite.kind): suite for suite in suites}
    return [
        StageShown(stage, since + datetime.timedelta(days=stage.within_days), by_kind.get(stage.code))
        for stage in path_of(incident.kind)
    ]


def left_of(incident: Incident) -> list[Stage]:
    """The stages that keep an incident from being closed."""
    return stages_left(incident.kind, settled(incident.suites.all(), incident.menage))


# The count of a year

COUNT_LABELS = ("signalés", "par un voisin", "par l’agence", "clos", "en cours")


@dataclass(frozen=True)
class KindCount:
    """A kind of incident in a year: figures in the order of COUNT_LABELS."""

    kind: str
    figures: tuple[int, ...]


def year_count(rows: QuerySet[Any], year: int) -> list[KindCount]:
    """The incidents of `rows` that happened in `year`, by kind, save those entered by mistake; one query."""
    counted = (
        rows.filter(happened_at__year=year)
        .exclude(outcome=Incident.Outcome.ERREUR)
        .order_by()
        .values("kind")
        .annotate(
            all=Count("pk"),
            neighbours=Count("pk", filter=Q(source=Incident.Source.VOISIN)),
            agency=Count("pk", filter=Q(source=Incident.Source.AGENCE)),
            closed=Count("pk", filter=Q(status=Incident.Status.CLOSED)),
        )
    )
    by_kind = {
        row["kind"]: (row["all"], row["neighbours"], row["agency"], row["closed"], row["all"] - row["closed"])
        for row in counted
    }
    return [KindCount(str(label), by_kind[value]) for value, label in Incident.Kind.choices if value in by_kind]
