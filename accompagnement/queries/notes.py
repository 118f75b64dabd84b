"""The notes of a social file, told in sentences."""

from django.urls import reverse

from accompagnement.models import NoteSociale
from residence.components import Event

ICONS = {
    NoteSociale.Kind.ENTRETIEN: "talk",
    NoteSociale.Kind.VISITE: "door",
    NoteSociale.Kind.APPEL: "phone",
    NoteSociale.Kind.DEMARCHE: "briefcase",
    NoteSociale.Kind.NOTE: "note",
}


def sentence(note: NoteSociale) -> str:
    """« Entretien avec Nadia Benali : budget, emploi, 45 min », which says nothing of what the note holds."""
    said = f"{str(note.get_kind_display()).capitalize()} avec {note.author}"
    if note.kind == NoteSociale.Kind.NOTE:
        said = f"Note de {note.author}"
    if note.outcome != NoteSociale.Outcome.HELD:
        said += f" ({note.get_outcome_display()})"
    about = [*note.themes_display, *([f"{note.minutes}\u00a0min"] if note.minutes else [])]
    return f"{said}\u00a0: {', '.join(about)}" if about else said


def note_event(note: NoteSociale) -> Event:
    """A note as a line of the timeline of the household."""
    return Event(
        on=note.held_on,
        sentence=sentence(note),
        theme="accompagnement",
        icon="lock" if note.level == NoteSociale.Level.REFERENTS else ICONS[NoteSociale.Kind(note.kind)],
        url=reverse("accompagnement:note_detail", args=[note.pk]),
    )
