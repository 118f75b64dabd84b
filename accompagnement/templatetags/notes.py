"""How a note is told on the pages of the social file."""

from django import template

from accompagnement.models import NoteSociale
from accompagnement.queries.notes import ICONS, sentence

register = template.Library()


@register.filter
def note_sentence(note: NoteSociale) -> str:
    """« Entretien avec Nadia Benali : budget, 45 min »."""
    return sentence(note)


@register.filter
def note_icon(note: NoteSociale) -> str:
    return ICONS[NoteSociale.Kind(note.kind)]
