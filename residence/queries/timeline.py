"""What happened to a household: the story of all the apps in order, and people, appointments and documents."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from residence.components import Event, Meaning
from residence.contracts import MenagePart, Told
from residence.models import DocumentEmis, MembreMenage, RendezVous
from residence.permissions import Permission
from residence.queries.menages import MenageReader
from residence.queries.together import staff, together

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


def timeline(parts: Iterable[MenagePart]) -> list[Event]:
    """What every app tells of the household, most recent first; the rows of all in one query."""
    told = [one for part in parts for one in part.timeline()]
    asked = [one for one in told if isinstance(one, Told)]
    found = dict(zip(map(id, asked), together(*asked), strict=True))
    events = [
        event
        for one in told
        for event in ([one.tell(row) for row in reversed(found[id(one)])] if isinstance(one, Told) else [one])
    ]
    return sorted(events, key=lambda event: event.on, reverse=True)


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
