"""The answers to partners, taken away as a file so that nothing is typed twice."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.forms.siao import ReponsesForm
from admissions.queries.orientations import orientations_of
from admissions.queries.siao import EXPORTED, reponses_of
from admissions.views.common import residence_chosen
from residence.actions.journal import record
from residence.exports import XLSX_ROWS, response
from residence.models import EntreeJournal, Residence
from residence.permissions import Permission, require_permission


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_VIEW)
def reponse_export(request: HttpRequest) -> HttpResponse:
    """Choose which answers leave, then download them; the journal keeps how many, and by whom."""
    if not request.user.holds(Permission.EXPORT_NAMED):
        raise PermissionDenied("Votre rôle n’ouvre pas cet export.")
    form = ReponsesForm(request.POST or None, back=reverse("admissions:orientation_list"))
    rows = _rows(request)
    if request.method == "POST" and form.is_valid():
        rows = _narrowed(rows, form.cleaned_data)
        count = rows.count()
        if count > XLSX_ROWS:
            form.add_error(None, f"Il y a {count} réponses : choisissez une période plus courte.")
        elif not count:
            form.add_error(None, "Aucune réponse ne correspond à ce choix.")
        else:
            return _download(request, rows, form.cleaned_data["file_format"])
    context = {"form": form, "count": rows.filter(answer_due_on__isnull=False, answered_on__isnull=True).count()}
    return render(request, "admissions/reponse_export.html", context)


def _rows(request: HttpRequest) -> QuerySet[Any]:
    """Requests oriented by a partner, where the user reads them and may take names away."""
    rows = orientations_of(request.user).visible_to(request.user, Permission.EXPORT_NAMED)
    if (residence_id := residence_chosen(request)) is not None:
        rows = rows.filter(residence=residence_id)
    return rows.filter(partenaire__isnull=False).exclude(closed_reason="erreur").select_related("sejour")


def _narrowed(rows: QuerySet[Any], wanted: dict[str, Any]) -> QuerySet[Any]:
    if wanted["partenaire"]:
        rows = rows.filter(partenaire=wanted["partenaire"])
    if wanted["start_on"]:
        rows = rows.filter(received_on__gte=wanted["start_on"])
    if wanted["end_on"]:
        rows = rows.filter(received_on__lte=wanted["end_on"])
    if wanted["which"] == "due":
        rows = rows.filter(answered_on__isnull=True)
    elif wanted["which"] == "given":
        rows = rows.filter(answered_on__isnull=False)
    return rows


@transaction.atomic
def _download(request: HttpRequest, rows: QuerySet[Any], file_format: str) -> HttpResponse:
    counts = dict(rows.order_by().values_list("residence").annotate(Count("pk")))
    for residence in Residence.objects.filter(pk__in=counts):
        record(
            "orientation.export",
            by=request.user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            rows=counts[residence.pk],
            named=True,
            file_format=file_format,
        )
    told = reponses_of(list(rows.order_by("answer_due_on", "received_on", "pk")))
    return response("Réponses aux partenaires", EXPORTED, told, file_format=file_format)
