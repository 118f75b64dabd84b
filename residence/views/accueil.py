"""The home page, and the choice of a résidence."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from residence import hooks
from residence.components import by_urgency
from residence.context_processors import SESSION_RESIDENCE, frame_of
from residence.duties import kinds
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_of, near_until, shown, waiting_of
from residence.queries.rendez_vous import appointments_of

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.ACCUEIL_VIEW)
def accueil(request: HttpRequest) -> HttpResponse:
    """What waits for the user today."""
    frame = frame_of(request)
    residence_id = frame.residence.pk if frame.residence else None
    day = today()
    asked = request.GET.get("nature", "")
    kind = kinds().get(asked)
    later = "tout" in request.GET or kind is not None
    rows = duties_of(request.user, residence_id=residence_id, later=later).select_related("menage")
    # Counted together: the frame says one of them on every page.
    waiting = waiting_of(request.user, residence_id=residence_id, later=later)
    frame.due_count = waiting.due
    if kind is not None:
        paginator = KeysFirst(rows.filter(kind=kind.code), PER_PAGE)
    else:
        paginator = KeysFirst(rows if later else rows.filter(due_on__lte=near_until(day)), PER_PAGE)
        paginator.count = waiting.total if later else waiting.near
    page = paginator.get_page(request.GET.get("page"))
    tiles = [tile for part in hooks.call("HOME", user=request.user, residence_id=residence_id) for tile in part]
    context = {
        "page": page,
        "groups": by_urgency(shown(list(page), request.user), today=day),
        "later": later,
        "kind": kind,
        "ahead": [] if later else waiting.ahead,
        "near_until": near_until(day),
        "tiles": sorted(tiles, key=lambda tile: tile.order),
        "appointments": appointments_of(request.user, day, residence_id=residence_id),
        "sees_appointments": request.user.holds(Permission.RENDEZ_VOUS_VIEW),
        "day": day,
    }
    return render(request, "residence/accueil.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.ACCUEIL_VIEW)
def residence_choose(request: HttpRequest) -> HttpResponse:
    """Work in one résidence, or in all of one's own, until told otherwise."""
    held = {str(one.pk): one.pk for one in frame_of(request).residences}
    chosen = held.get(request.POST.get("residence", ""))
    if chosen is None:
        request.session.pop(SESSION_RESIDENCE, None)
    else:
        request.session[SESSION_RESIDENCE] = chosen
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    return redirect(back)
