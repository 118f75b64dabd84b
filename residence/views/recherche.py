"""The search that is always there."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence import hooks
from residence.contracts import Hit
from residence.permissions import Permission, require_permission

LONGEST = 100
ON_PAGE, SUGGESTED = 20, 5


@require_http_methods(["GET"])
@require_permission(Permission.RECHERCHE_USE)
def recherche(request: HttpRequest) -> HttpResponse:
    """Persons, households, places, contracts and documents, by group; a few of each under the field as one types."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    suggesting = bool(request.htmx) and not request.htmx.boosted
    groups = found(request.user, text, SUGGESTED if suggesting else ON_PAGE)
    count = sum(len(hits) for _, hits in groups)
    context = {"text": text, "groups": groups, "count": count, "limit": ON_PAGE}
    return render(
        request, "residence/_recherche_suggestions.html" if suggesting else "residence/recherche.html", context
    )


def found(user: object, text: str, limit: int) -> list[tuple[str, list[Hit]]]:
    """Hits of every app by group, in the order in which settings name the apps."""
    if len(text) < 2 and not text.isdecimal():
        return []
    hits = [hit for part in hooks.call("SEARCH", user=user, text=text, limit=limit) for hit in part]
    order = list(dict.fromkeys(hit.group for hit in hits))
    ranked = sorted(hits, key=lambda hit: order.index(hit.group))
    return [(group, list(members)) for group, members in groupby(ranked, key=lambda hit: hit.group)]
