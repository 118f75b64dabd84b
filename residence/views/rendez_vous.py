"""Appointments: who comes this week."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.rendez_vous import appointments_between


@require_http_methods(["GET"])
@require_permission(Permission.RENDEZ_VOUS_VIEW)
def rendez_vous_list(request: HttpRequest) -> HttpResponse:
    """Appointments of a week."""
    first = today() - datetime.timedelta(days=today().weekday())
    rows = appointments_between(request.user, first, first + datetime.timedelta(days=6))
    return render(request, "residence/rendez_vous_list.html", {"rows": rows, "first": first})
