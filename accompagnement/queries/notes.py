"""The notes of a social file, told in sentences; the notes in which a word is written."""

import re
import unicodedata
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse

from accompagnement.models import NoteSociale
from residence.components import Event
from residence.models import User
from residence.permissions import Permission

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


MOST_WORDS = 6
# Letters shown before and after the word that was found.
AROUND = 90
_WORD = re.compile(r"\w{2,}")


def words_of(text: str) -> list[str]:
    """The words of a search, without accents or capitals."""
    split = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in split if not unicodedata.combining(sign)).lower()
    return _WORD.findall(plain)[:MOST_WORDS]


def matching(user: User, text: str) -> QuerySet[Any]:
    """Notes that `user` may read and that hold every word of `text`, or its beginning, the most recent first.

    In French, as PostgreSQL knows it: « dettes » finds « dette ». The notes that a correction replaced are not read.
    """
    rows = NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW).readable_by(user).current()
    words = words_of(text)
    if not words:
        return rows.none()
    asked = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="french")
    return rows.filter(words=asked).order_by("-held_on", "-pk")


def first_of(rows: QuerySet[Any], count: int) -> list[Any]:
    """The first rows of a search. Workers are not called: for so few rows, to wait for them takes longer."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
        return list(rows[:count])


def around(text: str, words: list[str]) -> str:
    """The part of `text` where the first of `words` stands."""
    plain = "".join(_plain_sign(sign) for sign in text)
    found = [plain.find(word[: max(3, len(word) - 2)]) for word in words]
    at = min((place for place in found if place >= 0), default=0)
    start = max(0, at - AROUND)
    end = min(len(text), at + AROUND)
    cut = " ".join(text[start:end].split())
    return f"{'… ' if start else ''}{cut}{' …' if end < len(text) else ''}"


def _plain_sign(sign: str) -> str:
    """One letter for one, so that a place in the plain text is a place in the other."""
    plain = unicodedata.normalize("NFKD", sign)[:1].lower()
    return plain if len(plain) == 1 else " "
