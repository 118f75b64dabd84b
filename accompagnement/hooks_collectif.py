"""What is done together, as the pages of a household and the navigation tell it."""

from django.urls import reverse

from accompagnement.models import PresenceAction
from residence.components import Event
from residence.contracts import MenagePart, Told
from residence.menu import MenuEntry
from residence.permissions import Permission, Role

MENU = [
    MenuEntry(
        "accompagnement",
        "Actions collectives",
        "accompagnement:action_agenda",
        Permission.ACTION_VIEW,
        "users",
        order=130,
        mobile_for_roles=frozenset({Role.VIE_RESIDENTIELLE}),
    ),
]


class Participations(MenagePart):
    """What a household takes part in, for who registers people."""

    def timeline(self) -> list[Event | Told]:
        """The sessions to which somebody of the household came, or did not."""
        if not self.user.holds(Permission.ACTION_ATTEND):
            return []
        return [
            Told(
                self.reader.rows(PresenceAction, Permission.ACTION_ATTEND),
                ("status", "seance__id", "seance__name", "seance__held_on"),
                _of_presence,
            )
        ]


def _of_presence(presence: PresenceAction) -> Event:
    came = presence.status == PresenceAction.Status.PRESENT
    said = "" if came else f" ({presence.get_status_display()})"
    return Event(
        on=presence.seance.held_on,
        sentence=f"{presence.seance.name}{said}",
        theme="actions collectives",
        icon="users",
        url=reverse("accompagnement:seance_detail", args=[presence.seance_id]),
    )
