"""What the life of the house gives to the pages of the others, by the names in settings."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accompagnement.models import Incident, Transmission
from accompagnement.queries.transmissions import unread
from residence.components import Event
from residence.contracts import MenagePart, Panel, Told
from residence.duties import refresh_duties
from residence.menu import MenuEntry
from residence.models import Menage, User
from residence.permissions import Cause, Permission, Role

MENU = [
    MenuEntry(
        "accompagnement",
        "Transmissions",
        "accompagnement:transmission_list",
        Permission.TRANSMISSION_USE,
        "mail",
        order=130,
    ),
    MenuEntry(
        "accompagnement",
        "Incidents",
        "accompagnement:incident_list",
        Permission.INCIDENT_REPORT,
        "flag",
        order=125,  # a phone shows four: reporting comes before the rest
        mobile_for_roles=frozenset({Role.VIE_RESIDENTIELLE}),
    ),
    MenuEntry("accompagnement", "Services", "accompagnement:service_list", Permission.SERVICE_RUN, "bed", order=150),
]


class Incidents(MenagePart):
    """What happened at a household, as far as the user reads incidents."""

    def panels(self) -> list[Panel]:
        """Where one reports what happens at a household that lives here."""
        if not self.user.holds(Permission.INCIDENT_REPORT) or not self.reader.opens(Permission.INCIDENT_REPORT):
            return []
        if not any(tie.cause == Cause.SEJOUR and tie.end_on is None for tie in self.reader.ties):
            return []
        address = reverse("accompagnement:incident_report")
        return [
            Panel(
                title="Incidents",
                empty="Ceux que vous pouvez lire sont dans l’histoire du ménage.",
                order=90,
                actions=(("Signaler un incident", f"{address}?menage={self.menage.pk}"),),
            )
        ]

    def timeline(self) -> list[Event | Told]:
        if not self.user.holds(Permission.INCIDENT_FOLLOW) or not self.reader.opens(Permission.INCIDENT_FOLLOW):
            return []
        # As those who follow read them: who reported a danger finds it on its page, not here.
        rows = self.reader.rows(Incident, Permission.INCIDENT_FOLLOW).exclude(outcome=Incident.Outcome.ERREUR)
        return [Told(rows, ("happened_at", "kind", "status", "outcome"), _of_incident)]


def _of_incident(incident: Incident) -> Event:
    end = incident.get_outcome_display() or incident.get_status_display()
    return Event(
        on=timezone.localdate(incident.happened_at),
        sentence=f"Incident : {incident.get_kind_display()}, {end}",
        theme="incidents",
        icon="flag",
        url=incident.get_absolute_url(),
    )


def menage_masked(menage: Menage, by: User) -> None:
    """Whether to make it confidential is decided: what is due on its incidents says so."""
    for incident in Incident.objects.running().filter(menage=menage):
        refresh_duties(incident)


def home(user: User, residence_id: int | None) -> list[Panel]:
    """What the team hands over and still has to be read; what happens in the house."""
    panels = []
    if user.holds(Permission.TRANSMISSION_USE):
        panels.append(_handed_over(user, residence_id))
    if user.holds(Permission.INCIDENT_FOLLOW):
        panels.append(_house(user, residence_id))
    return panels


def _handed_over(user: User, residence_id: int | None) -> Panel:
    rows = Transmission.objects.visible_to(user, Permission.TRANSMISSION_USE)
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    counts = unread(rows, user).aggregate(all=Count("pk"), urgent=Count("pk", filter=Q(is_urgent=True)))
    lines = [("À lire", counts["all"])]
    if counts["urgent"]:
        lines.append(("Dont urgentes", counts["urgent"]))
    return Panel(
        title="Transmissions",
        lines=tuple(lines),
        url=reverse("accompagnement:transmission_list"),
        link_label="Lire, ou laisser un mot",
        order=20,
    )


def _house(user: User, residence_id: int | None) -> Panel:
    rows = Incident.objects.visible_to(user, Permission.INCIDENT_FOLLOW).running()
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    return Panel(
        title="La maison",
        lines=(("Incidents en cours", rows.count()),),
        url=reverse("accompagnement:incident_list"),
        link_label="Voir les incidents",
        order=30,
        actions=(
            ("Signaler un incident", reverse("accompagnement:incident_report")),
            ("Services", reverse("accompagnement:service_list")),
        ),
    )
