"""Partners, as the pages of a household and the navigation tell them."""

from django.urls import reverse

from accompagnement.models import OrientationPartenaire
from residence.components import Event
from residence.contracts import MenagePart, Told
from residence.menu import MenuEntry
from residence.permissions import Permission

MENU = [
    MenuEntry(
        "accompagnement",
        "Partenaires",
        "accompagnement:partenaire_list",
        Permission.PARTENAIRE_VIEW,
        "briefcase",
        order=140,
    ),
    MenuEntry(
        "accompagnement", "Instances", "accompagnement:instance_list", Permission.INSTANCE_VIEW, "meeting", order=150
    ),
]


class Orientations(MenagePart):
    """To whom the household was oriented, for who reads its social file."""

    def timeline(self) -> list[Event | Told]:
        """Each orientation on its day, with what came of it."""
        if not self.user.holds(Permission.DOSSIER_VIEW):
            return []
        return [
            Told(
                self.reader.rows(OrientationPartenaire, Permission.DOSSIER_VIEW),
                ("dossier", "sent_on", "answer", "outcome", "partenaire__id", "partenaire__name"),
                _of_orientation,
            )
        ]


def _of_orientation(row: OrientationPartenaire) -> Event:
    end = row.get_outcome_display() or row.get_answer_display()
    return Event(
        on=row.sent_on,
        sentence=f"Orientation vers {row.partenaire.name}" + (f", {end}" if end else ""),
        theme="partenaires",
        icon="briefcase",
        url=reverse("accompagnement:orientation_partenaire_list", args=[row.dossier_id]),
    )
