"""What happened to a household: the story of all the apps in order, and people, appointments and documents."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from residence.components import Event, Meaning
from residence.contracts import MenagePart, Told
from residence.models import DocumentEmis, MembreMenage, RendezVous
from residence.permissions import Permission
from residence.queries.menages import MenageReader
from residence.queries.together import Unmade, staff, unmade

_MEANINGS: dict[str, Meaning] = {
    RendezVous.Status.HELD: "done",
    RendezVous.Status.NO_SHOW: "late",
    RendezVous.Status.PLANNED: "information",
}
_SENTENCES = {
    RendezVous.Status.PLANNED: "Rendez-vous fixé",
    RendezVous.Status.HELD: "Rendez-vous tenu",
    RendezVous.Status.NO_SHOW: "Rendez-vous manqué",
    RendezVous.Status.CANCELLED: "Rendez-vous annulé",
}


@dataclass(frozen=True)
class Moment:
    """When something happened and of which theme it is; what is said of it is asked for as it is shown."""

    on: datetime.date
    theme: str
    event: Callable[[], Event]


class Story(Sequence[Event]):
    """The events of a household, most recent first, each made as it is read."""

    def __init__(self, moments: Iterable[Moment]) -> None:
        self._moments = list(moments)

    @property
    def themes(self) -> list[str]:
        return sorted({moment.theme for moment in self._moments if moment.theme})

    def of(self, theme: str) -> "Story":
        return Story(moment for moment in self._moments if moment.theme == theme)

    def __len__(self) -> int:
        return len(self._moments)

    def __getitem__(self, wanted: Any) -> Any:
        if isinstance(wanted, slice):
            return [moment.event() for moment in self._moments[wanted]]
        return self._moments[wanted].event()


def timeline(parts: Iterable[MenagePart]) -> Story:
    """What every app tells of the household, most recent first; the rows of all in one query."""
    told = [one for part in parts for one in part.timeline()]
    asked = [one for one in told if isinstance(one, Told)]
    found = dict(zip(map(id, asked), unmade(*asked), strict=True))
    moments = [
        moment
        for one in told
        for moment in (_moments(one, found[id(one)]) if isinstance(one, Told) else [_moment(one)])
    ]
    return Story(sorted(moments, key=lambda moment: moment.on, reverse=True))


def _moment(event: Event) -> Moment:
    return Moment(event.on, event.theme, lambda: event)


def _moments(told: Told, rows: list[Unmade]) -> list[Moment]:
    """What a part tells, the last row first."""
    if not told.on:
        return [_moment(told.tell(row.made())) for row in reversed(rows)]
    return [
        Moment(datetime.date.fromisoformat(row.values[told.on]), told.theme, partial(_tell, told, row))
        for row in reversed(rows)
    ]


def _tell(told: Told, row: Unmade) -> Event:
    return told.tell(row.made())


def members_told(reader: MenageReader) -> list[Event]:
    """Who joined the household, and who left it."""
    if not reader.opens(Permission.MENAGE_VIEW):
        return []
    told = []
    for membre in reader.members:
        if membre.personne.merged_into_id:
            continue  # entered twice: neither came nor left
        if membre.tie != MembreMenage.Tie.REFERENCE:
            told.append(Event(membre.start_on, f"{membre.personne} rejoint le ménage", "ménage", "users"))
        if membre.end_on:
            told.append(Event(membre.end_on, f"{membre.personne} quitte le ménage", "ménage", "users"))
    return told


def appointments_of(reader: MenageReader) -> QuerySet[RendezVous]:
    """Appointments of the household that its reader may see: those of households that the permission opens."""
    if not reader.opens(Permission.RENDEZ_VOUS_VIEW):
        return RendezVous.objects.none()
    held = {scope.residence_id for scope in reader.user.scopes_for(Permission.RENDEZ_VOUS_VIEW)}
    rows: QuerySet[RendezVous] = RendezVous.objects.filter(menage=reader.menage, residence__in=held)
    return rows


def appointments_told(reader: MenageReader) -> Told:
    return Told(appointments_of(reader), ("kind", "status", "start_at", *staff("user")), _of_appointment)


def _of_appointment(one: RendezVous) -> Event:
    return Event(
        on=timezone.localdate(one.start_at),
        sentence=f"{_SENTENCES[RendezVous.Status(one.status)]} : {one.get_kind_display()} avec {one.user}",
        theme="rendez-vous",
        icon="meeting",
        meaning=_MEANINGS.get(one.status, "plain"),
    )


def documents_told(reader: MenageReader) -> Told:
    rows = DocumentEmis.objects.readable_by(reader.user).filter(menage=reader.menage)
    number = ("year", "rank", "residence__id", "residence__code")
    return Told(rows, ("kind", "issued_on", *number), _of_document)


def _of_document(document: DocumentEmis) -> Event:
    return Event(
        on=document.issued_on,
        sentence=f"{str(document.get_kind_display()).capitalize()} n° {document.number}",
        theme="documents",
        icon="document",
        url=document.get_absolute_url(),
    )
