"""The journal: who did, read or took away what, and when."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence.models import EntreeJournal
from residence.permissions import Permission, require_permission

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.JOURNAL_VIEW)
def journal_list(request: HttpRequest) -> HttpResponse:
    """Acts, readings and exports in the résidences of the user."""
    rows = EntreeJournal.objects.visible_to(request.user).exclude(kind=EntreeJournal.Kind.TECHNIQUE)
    return _list(request, rows, "Qui a fait, lu ou emporté quoi ?")


@require_http_methods(["GET"])
@require_permission(Permission.JOURNAL_TECHNIQUE_VIEW)
def journal_technique_list(request: HttpRequest) -> HttpResponse:
    """Technical acts: accounts, roles, settings."""
    rows = EntreeJournal.objects.visible_to(request.user).filter(kind=EntreeJournal.Kind.TECHNIQUE)
    return _list(request, rows, "Qui a réglé quoi dans le logiciel ?")


def _list(request: HttpRequest, rows: object, title: str) -> HttpResponse:
    page = Paginator(rows.select_related("by", "residence", "menage"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "residence/journal_list.html", {"page": page, "heading": title})
