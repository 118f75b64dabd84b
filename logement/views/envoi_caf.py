"""The yearly table for the CAF or the MSA, and the attestation of a resident's redevance."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.envoi_caf import issue_rent_attestation, record_envoi
from logement.forms.envoi_caf import EnvoiForm
from logement.forms.errors import put_errors
from logement.models import EnvoiAnnuelCaf
from logement.queries.compte import place_and_date
from logement.queries.envoi_caf import (
    LATE_COLUMNS,
    PLACE_COLUMNS,
    due_on,
    not_up_to_date,
    redevances_at,
    reference_day,
)
from logement.views.campagnes import pdf_response
from logement.views.compte import sejour_or_404
from residence.actions.documents import letterhead
from residence.actions.journal import record
from residence.components import Column, Row, Table
from residence.confidentiality import reading_as
from residence.exports import response
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.rules.money import ZERO

FILES = {"redevances": "Redevances au 1er juillet", "retards": "Résidents non à jour", "pdf": "Envoi annuel à la CAF"}


def _residence(request: HttpRequest, residence_id: int) -> Any:
    return get_object_or_404(
        Residence.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD), pk=residence_id
    )


def _year(request: HttpRequest) -> int:
    """The year asked for, else this one from July on, else the last."""
    asked = request.GET.get("annee", "")
    this = today()
    return int(asked) if asked.isdecimal() and 2000 <= int(asked) <= this.year else this.year - (this.month < 7)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def envoi_caf(request: HttpRequest, residence_id: int) -> HttpResponse:
    """What is sent before 15 November: the figures, the files, the day it was sent."""
    residence, year = _residence(request, residence_id), _year(request)
    here = f"{reverse('logement:envoi_caf', args=[residence.pk])}?annee={year}"
    form = EnvoiForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_envoi(by=request.user, residence=residence, year=year, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Envoi noté.")
            return redirect(here)
    lines, late = redevances_at(residence, reference_day(year)), not_up_to_date(residence, today())
    context = {
        "residence": residence,
        "year": year,
        "due_on": due_on(year),
        "kept": EnvoiAnnuelCaf.objects.filter(residence=residence, year=year).select_related("recorded_by").first(),
        "places": len(lines),
        "without": [line.place.code for line in lines if line.total is None],
        "total": sum((line.total or ZERO for line in lines), ZERO),
        "late_total": sum((line.overdue for line in late), ZERO),
        "late": late,
        "table": _table(late),
        "form": form,
        "files": FILES,
    }
    return render(request, "logement/envoi_caf.html", context)


def _table(late: list[Any]) -> Table:
    return Table(
        "Résidents non à jour",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Termes", "number", word="termes"),
            Column("Depuis le", "date", word="depuis le"),
            Column("APL", "money", word="APL"),
            Column("En retard", "money"),
        ),
        tuple(
            Row(
                (str(one.sejour.menage), one.place, one.terms, one.since, one.apl or None, one.overdue),
                reverse("logement:compte_detail", args=[one.sejour.pk]),
            )
            for one in late
        ),
    )


@require_http_methods(["POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def envoi_caf_export(request: HttpRequest, residence_id: int, quoi: str) -> HttpResponse:
    """One of the files. A paper goes out of the reader's hands: a confidential household is its number on it."""
    residence, year = _residence(request, residence_id), _year(request)
    if quoi not in FILES:
        raise Http404
    with reading_as(None):
        lines, late = redevances_at(residence, reference_day(year)), not_up_to_date(residence, today())
        record(
            "envoi_caf.export",
            by=request.user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            rows=len(lines) if quoi == "redevances" else len(late),
            named=quoi != "redevances",
        )
        if quoi == "pdf":
            data = {
                "title": f"Redevances au 1er juillet {year}",
                "place_and_date": place_and_date(residence, today()),
                "recipient_lines": [],
                "residence": letterhead(residence),
                "issued_on": today(),
                "year": year,
                "lines": lines,
                "late": [(one, str(one.sejour.menage)) for one in late],
                "total": sum((line.total or ZERO for line in lines), ZERO),
                "late_total": sum((line.overdue for line in late), ZERO),
            }
            return pdf_response(render_pdf("logement/pdf/envoi_caf.html", data), f"{FILES[quoi]} {year}")
        rows, columns = (lines, PLACE_COLUMNS) if quoi == "redevances" else (late, LATE_COLUMNS)
        return response(f"{FILES[quoi]} {year}", columns, rows, file_format="xlsx")


@require_http_methods(["POST"])
@require_permission(Permission.QUITTANCE_ISSUE)
def attestation_apl(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Attest the redevance of a resident for the CAF or the MSA, and open the paper."""
    sejour = sejour_or_404(request, sejour_id, Permission.QUITTANCE_ISSUE)
    try:
        document = issue_rent_attestation(by=request.user, sejour=sejour)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("logement:compte_detail", sejour.pk)
    return redirect(document)
