"""What happened to a household that every app shares: people who came and left, appointments, documents."""

from django.db.models import QuerySet
from django.utils import timezone

from residence.components import Event, Meaning
from residence.models import DocumentEmis, MembreMenage, Menage, RendezVous, User
from residence.permissions import Permission

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


def events(user: User, menage: Menage) -> list[Event]:
    """Members, appointments and issued documents of `menage`, in sentences, as far as `user` may read them."""
    return [*_members(user, menage), *_appointments(user, menage), *_documents(user, menage)]


def _members(user: User, menage: Menage) -> list[Event]:
    if not Menage.objects.visible_to(user, Permission.MENAGE_VIEW).filter(pk=menage.pk).exists():
        return []
    told = []
    for membre in MembreMenage.objects.filter(menage=menage).select_related("personne"):
        if membre.tie != MembreMenage.Tie.REFERENCE:
            told.append(Event(membre.start_on, f"{membre.personne} rejoint le ménage", "ménage", "users"))
        if membre.end_on:
            told.append(Event(membre.end_on, f"{membre.personne} quitte le ménage", "ménage", "users"))
    return told


def _appointments(user: User, menage: Menage) -> list[Event]:
    rows = RendezVous.objects.visible_to(user, Permission.RENDEZ_VOUS_VIEW).filter(menage=menage)
    return [
        Event(
            on=timezone.localdate(one.start_at),
            sentence=f"{_SENTENCES[RendezVous.Status(one.status)]} : {one.get_kind_display()} avec {one.user}",
            theme="rendez-vous",
            icon="meeting",
            meaning=_MEANINGS.get(one.status, "plain"),
        )
        for one in rows.select_related("user")
    ]


def _documents(user: User, menage: Menage) -> list[Event]:
    rows: QuerySet[DocumentEmis] = DocumentEmis.objects.filter(menage=menage).readable_by(user)
    return [
        Event(
            on=document.issued_on,
            sentence=f"{str(document.get_kind_display()).capitalize()} n° {document.number}",
            theme="documents",
            icon="document",
            url=document.get_absolute_url(),
        )
        for document in rows.select_related("residence").defer("data")
    ]
