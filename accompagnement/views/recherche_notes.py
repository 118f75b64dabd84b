"""The notes in which a word is written, among those that the user may read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accompagnement.forms.notes import SearchForm
from accompagnement.models import NoteSociale
from accompagnement.queries.notes import around, first_of, matching, sentence, words_of
from residence.context_processors import Frame
from residence.permissions import Permission, require_permission

# The most recent ones: further back, another word says more.
SHOWN = 30


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def note_search(request: HttpRequest) -> HttpResponse:
    """What is written in the notes: the most recent ones that hold the words, by household and with what is around.

    A note kept to the referents, or of a confidential household, is told of and read on its own page, journalled there.
    """
    user: Any = request.user
    form = SearchForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    text = wanted.get("q", "")
    rows = matching(user, text)
    chosen = Frame(request).residence
    if chosen is not None:
        rows = rows.filter(dossier__residence=chosen.pk)
    if wanted.get("theme"):
        rows = rows.filter(themes__contains=[wanted["theme"]])
    if wanted.get("nature"):
        rows = rows.filter(kind=wanted["nature"])
    words = words_of(text)
    found = first_of(rows.select_related("author", "dossier__menage"), SHOWN + 1) if words else []
    context = {
        "form": form,
        "text": text,
        "found": [(note, sentence(note), _around(note, words)) for note in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "shown": SHOWN,
    }
    return render(request, "accompagnement/note_search.html", context)


def _around(note: NoteSociale, words: list[str]) -> str:
    if note.level == NoteSociale.Level.REFERENTS or note.dossier.menage.is_confidential:
        return ""
    return around(f"{note.text} {note.next_step}", words)
