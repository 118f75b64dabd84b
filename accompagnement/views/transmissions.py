"""The hand-over log of a team: what is still to be read first, then day after day."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accompagnement.actions.transmissions import read_transmissions, withdraw_transmission, write_transmission
from accompagnement.forms.transmissions import TransmissionForm
from accompagnement.models import Transmission
from accompagnement.queries.transmissions import unread
from accompagnement.views.pages import acted, refusal
from residence.context_processors import frame_of
from residence.permissions import Permission, require_permission

PER_PAGE = 20
SHOWN_UNREAD = 50


def _rows(request: HttpRequest) -> Any:
    rows = Transmission.objects.visible_to(request.user, Permission.TRANSMISSION_USE)
    chosen = frame_of(request).residence
    return rows.filter(residence=chosen.pk) if chosen else rows


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TRANSMISSION_USE)
def transmission_list(request: HttpRequest) -> HttpResponse:
    """What the team hands over, unread first; the word to leave."""
    chosen = frame_of(request).residence
    form = TransmissionForm(request.POST or None, user=request.user, chosen=chosen.pk if chosen else None)
    if acted(request, form, write_transmission, done="C’est transmis."):
        return redirect("accompagnement:transmission_list")
    rows = (
        _rows(request)
        .select_related("written_by", "withdrawn_by", "place", "residence")
        .prefetch_related("lectures__read_by")
    )
    to_read = list(unread(rows, request.user).order_by("-is_urgent", "-written_at", "-pk")[:SHOWN_UNREAD])
    others = rows.exclude(pk__in=[one.pk for one in to_read])
    context = {
        "form": form,
        "to_read": to_read,
        "page": Paginator(others, PER_PAGE).get_page(request.GET.get("page")),
        "takes_back": {scope.residence_id for scope in request.user.scopes_for(Permission.INCIDENT_PROTECTED)},
    }
    return render(request, "accompagnement/transmission_list.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.TRANSMISSION_USE)
def transmission_read(request: HttpRequest) -> HttpResponse:
    """The user has read one, or all those that the page showed them."""
    one = request.POST.get("transmission", "")
    wanted = {one} if one else set(request.POST.getlist("shown"))
    rows = unread(Transmission.objects.visible_to(request.user, Permission.TRANSMISSION_USE), request.user)
    read_transmissions(by=request.user, transmissions=[row for row in rows if str(row.pk) in wanted])
    return redirect("accompagnement:transmission_list")


@require_http_methods(["POST"])
@require_permission(Permission.TRANSMISSION_USE)
def transmission_withdraw(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """Take a word back: its text is shown no more."""
    rows = Transmission.objects.visible_to(request.user, Permission.TRANSMISSION_USE)
    transmission = get_object_or_404(rows, pk=transmission_id)
    refusal(request, withdraw_transmission, transmission=transmission, done="La transmission est retirée.")
    return redirect("accompagnement:transmission_list")
