"""The page of a household."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from residence import hooks
from residence.actions.journal import record_reading
from residence.components import Event
from residence.models import Menage, User
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for

EVENTS_PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def menage_detail(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Who the household is, where it stands, what is due, what happened."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW), pk=menage_id)
    record_reading(menage, by=request.user)
    events = timeline(request.user, menage)
    themes = sorted({event.theme for event in events if event.theme})
    theme = request.GET.get("theme", "")
    if theme:
        events = [event for event in events if event.theme == theme]
    panels = [panel for part in hooks.call("PERSON_PANELS", user=request.user, menage=menage) for panel in part]
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage, current="menage"),
        "duties": duties_about(request.user, menage),
        "panels": sorted(panels, key=lambda panel: panel.order),
        "page": Paginator(events, EVENTS_PER_PAGE).get_page(request.GET.get("page")),
        "themes": themes,
        "theme": theme,
    }
    return render(request, "residence/menage_detail.html", context)


def timeline(user: User, menage: Menage) -> list[Event]:
    """What every app tells of the household, most recent first."""
    events = [event for part in hooks.call("TIMELINE", user=user, menage=menage) for event in part]
    return sorted(events, key=lambda event: event.on, reverse=True)
