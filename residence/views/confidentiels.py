"""Confidential households: which ones I read, and who else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from residence.models import Menage
from residence.permissions import Permission, require_permission


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def confidentiel_list(request: HttpRequest) -> HttpResponse:
    """The confidential households on which the user was named."""
    seen = Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW).filter(is_confidential=True)
    return render(request, "residence/confidentiel_list.html", {"menages": seen})
