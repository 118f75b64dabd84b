"""Vacancies: which places are free or soon will be, the file for the prefecture and the SIAO, who was told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.vacances import report_vacances
from logement.forms.errors import put_errors
from logement.forms.vacances import SignalementForm, VacanceExportForm, VacanceFilterForm
from logement.models import Place
from logement.queries.vacances import COLUMNS, FORESEEN, HORIZON_DAYS, NOW, POSSIBLE, Vacance, parts_prefet, vacances_of
from logement.views.parc import PER_PAGE, chosen_residence, dispositifs_of
from residence.actions.journal import record
from residence.components import Column, Row, Table
from residence.context_processors import SESSION_RESIDENCE
from residence.exports import response
from residence.models import EntreeJournal
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.money import NBSP

PERMISSION = Permission.PARC_VIEW


def _rows(request: HttpRequest, permission: Permission) -> Any:
    rows = Place.objects.visible_to(request.user, permission)
    residence_id = chosen_residence(request)
    return rows.filter(residence=residence_id) if residence_id else rows


def _wanted(request: HttpRequest) -> tuple[VacanceFilterForm, dict[str, Any]]:
    form = VacanceFilterForm(request.GET, dispositifs=dispositifs_of(request, PERMISSION))
    return form, form.cleaned_data if form.is_valid() else {}


def _found(rows: Any, wanted: dict[str, Any]) -> list[Vacance]:
    """The vacancies that the address asks for."""
    if wanted.get("dispositif"):
        rows = rows.filter(dispositif=wanted["dispositif"])
    found = vacances_of(
        rows,
        today=today(),
        horizon=int(wanted.get("horizon") or HORIZON_DAYS),
        possible=bool(wanted.get("possibles")),
    )
    return [one for one in found if not one.told] if wanted.get("a_signaler") else found


@require_http_methods(["GET"])
@require_permission(PERMISSION)
def vacance_list(request: HttpRequest) -> HttpResponse:
    """Which places are vacant or soon will be, since when, why, and whether the partners were told."""
    form, wanted = _wanted(request)
    rows = _rows(request, PERMISSION)
    found = _found(rows, wanted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    user: Any = request.user
    certain = [one for one in found if one.is_certain]
    context = {
        "form": form,
        "page": page,
        "figures": [
            (sum(one.state == NOW for one in found), "vacantes aujourd’hui"),
            (sum(one.state == FORESEEN for one in found), "prévisibles"),
            *([(sum(one.state == POSSIBLE for one in found), "possibles")] if wanted.get("possibles") else []),
            (sum(not one.told for one in certain), "à signaler"),
        ],
        "parts": parts_prefet(rows, certain, today()),
        "table": _table(list(page)),
        "export_url": reverse("logement:vacance_export") + query if user.holds(Permission.EXPORT_ANONYMOUS) else "",
        "report_url": reverse("logement:vacance_report") + query
        if user.holds(Permission.PARC_EDIT) and any(not one.told for one in certain)
        else "",
    }
    return render(request, "logement/vacance_list.html", context)


def _table(found: list[Vacance]) -> Table:
    return Table(
        caption="Places vacantes et bientôt vacantes",
        columns=(
            Column("Place", "main code"),
            Column("Vacance", "tags"),
            Column("Depuis le, ou à partir du", "date", word="le"),
            Column("Prête le", "date", word="prête le"),
            Column("Pourquoi"),
            Column("Type"),
            Column("Dispositif", "minor"),
            Column("Réservée à"),
            Column("Signalée à"),
        ),
        rows=tuple(
            Row(
                (
                    one.place.code,
                    one.badge,
                    one.vacant_on,
                    one.ready_on if one.state != NOW else None,
                    one.why or _since(one),
                    _kind(one),
                    one.place.dispositif_name,
                    one.place.reservataire_name,
                    one.told_to,
                ),
                url=one.line.url,
            )
            for one in found
        ),
    )


def _since(one: Vacance) -> str:
    days = (today() - one.vacant_on).days
    return f"vide depuis {days}{NBSP}jour{'s' if days > 1 else ''}" if days > 0 else "vide d’aujourd’hui"


def _kind(one: Vacance) -> str:
    parts = [one.line.kind, f"{one.place.surface:.0f}{NBSP}m²", one.line.floor_name]
    return ", ".join([*parts, "accessible"] if one.line.accessible else parts)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.EXPORT_ANONYMOUS)
def vacance_export(request: HttpRequest) -> HttpResponse:
    """Take the list of the vacancies away, as the prefecture and the SIAO want it; the journal keeps how many."""
    filters, wanted = _wanted(request)
    found = _found(_rows(request, Permission.EXPORT_ANONYMOUS), wanted)
    back = f"{reverse('logement:vacance_list')}?{request.GET.urlencode()}"
    form = VacanceExportForm(request.POST or None, back=back)
    if request.method == "POST" and form.is_valid():
        return _download(request, found, form.cleaned_data["file_format"])
    context = {
        "form": form,
        "filters": filters,
        "count": len(found),
        "back": back,
        "labels": [column.label for column in COLUMNS],
    }
    return render(request, "logement/vacance_export.html", context)


@transaction.atomic
def _download(request: HttpRequest, found: list[Vacance], file_format: str) -> HttpResponse:
    user: Any = request.user
    for residence in {one.residence for one in found}:
        record(
            "vacance.export",
            by=user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            rows=sum(one.residence == residence for one in found),
            named=False,
            file_format=file_format,
            filters=sorted(request.GET),
        )
    return response("Vacances", COLUMNS, found, file_format=file_format)


@require_http_methods(["GET"])
@require_permission(Permission.PARC_EDIT)
def vacance_tell(request: HttpRequest, residence_id: int) -> HttpResponse:
    """The vacancies of one résidence that nobody was told of; it is then the one that the user works in."""
    held = Place.objects.visible_to(request.user, Permission.PARC_EDIT).filter(residence=residence_id)
    if not held.exists():
        raise Http404("Cette résidence n’a pas de place.")
    request.session[SESSION_RESIDENCE] = residence_id
    return redirect(f"{reverse('logement:vacance_list')}?a_signaler=on")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARC_EDIT)
def vacance_report(request: HttpRequest) -> HttpResponse:
    """Keep that a partner was told of the vacancies of the list; those that are only possible are left out."""
    filters, wanted = _wanted(request)
    found = [one for one in _found(_rows(request, Permission.PARC_EDIT), wanted) if one.is_certain]
    back = f"{reverse('logement:vacance_list')}?{request.GET.urlencode()}"
    form = SignalementForm(request.POST or None, places=[one.place.pk for one in found], back=back)
    if request.method == "POST" and form.is_valid():
        try:
            count = report_vacances(
                by=request.user,
                vacances=[(one.place.pk, one.vacant_on) for one in found],
                **form.cleaned_data,
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            told = f"{count} vacance{'s' if count > 1 else ''}"
            messages.success(request, f"{told} signalée{'s' if count > 1 else ''} à {form.cleaned_data['partenaire']}.")
            return redirect(back)
    context = {"form": form, "filters": filters, "back": back, "found": found}
    return render(request, "logement/vacance_report.html", context)
