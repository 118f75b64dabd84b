"""Procedures of a stay: a death, somebody not seen any more, somebody who stays after the end of the contract."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from logement.actions.procedures import (
    close_procedure,
    end_by_death,
    open_procedure,
    record_etape,
    record_maintien,
    take_back_etape,
)
from logement.forms.errors import put_errors
from logement.forms.presence import ClotureProcedureForm, EtapeForm, ProcedureForm
from logement.models import ContratOccupation, EtapeProcedure, Procedure
from logement.queries.procedures import facts_of, paper_of, shown_steps
from logement.rules.procedures import steps_of
from logement.views.campagnes import pdf_response
from residence.actions.documents import letterhead
from residence.actions.journal import record
from residence.confidentiality import reading_as
from residence.models import EntreeJournal
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for

Status = ContratOccupation.Status


def _contrat(request: HttpRequest, contrat_id: int) -> ContratOccupation:
    contrat: ContratOccupation = get_object_or_404(
        ContratOccupation.objects.visible_to(request.user, Permission.PROCEDURE_RECORD).select_related(
            "sejour__menage", "sejour__residence", "sejour__dispositif", "place"
        ),
        pk=contrat_id,
    )
    return contrat


def _procedure(request: HttpRequest, procedure_id: int, permission: Permission) -> Procedure:
    procedure: Procedure = get_object_or_404(
        Procedure.objects.visible_to(request.user, permission).select_related(
            "sejour__menage", "sejour__residence", "contrat__place", "contrat__sejour__menage", "personne", "opened_by"
        ),
        pk=procedure_id,
    )
    return procedure


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROCEDURE_RECORD)
def procedure_open(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Begin the steps of a death, or of somebody not seen any more."""
    contrat = _contrat(request, contrat_id)
    form = ProcedureForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            procedure = open_procedure(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"{str(procedure.get_kind_display()).capitalize()} : voici les étapes.")
            return redirect(procedure)
    context = {
        "contrat": contrat,
        "sejour": contrat.sejour,
        "form": form,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/procedure_open.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROCEDURE_RECORD)
def maintien_record(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Say that somebody stays after the last day of their contract."""
    contrat = _contrat(request, contrat_id)
    errors: list[str] = []
    if contrat.status != Status.NOTICE:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : il n’a pas de préavis en cours.")
        return redirect(contrat.sejour)
    if request.method == "POST":
        try:
            procedure = record_maintien(by=request.user, contrat=contrat)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, "Occupation après la fin du contrat notée : voici les étapes.")
            return redirect(procedure)
    context = {
        "contrat": contrat,
        "errors": errors,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/maintien_record.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROCEDURE_VIEW)
def procedure_detail(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """The steps of a procedure, each with its date and why; posted, how it ended."""
    user = request.user
    procedure = _procedure(request, procedure_id, Permission.PROCEDURE_VIEW)
    contrat = procedure.contrat
    may_record = procedure.closed_on is None and user.holds(Permission.PROCEDURE_RECORD, procedure.sejour.residence_id)
    form = ClotureProcedureForm(request.POST or None, procedure=procedure) if may_record else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            close_procedure(by=user, procedure=procedure, outcome=form.cleaned_data["outcome"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Procédure close.")
            return redirect(procedure.sejour)
    context = {
        "procedure": procedure,
        "sejour": procedure.sejour,
        "contrat": contrat,
        "steps": shown_steps(procedure),
        "facts": facts_of(procedure, today()),
        "taken_back": list(procedure.etapes.filter(takes_back__isnull=False).select_related("recorded_by")),
        "form": form,
        "may_record": may_record,
        "may_end": may_record
        and procedure.kind == Procedure.Kind.DEATH
        and contrat.status in (Status.RUNNING, Status.NOTICE),
        "may_take_keys": contrat.status == Status.OCCUPANT_SANS_TITRE
        and user.holds(Permission.CLES_RECORD, procedure.sejour.residence_id),
        "duties": duties_about(user, procedure.sejour.menage),
        "banner": banner_for(user, procedure.sejour.menage, current="sejour"),
    }
    return render(request, "logement/procedure_detail.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.PROCEDURE_VIEW)
def procedure_print(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """The steps of a procedure as a PDF. It goes out of the reader's hands: a confidential household is its number."""
    with reading_as(None):
        procedure = _procedure(request, procedure_id, Permission.PROCEDURE_VIEW)
        sejour = procedure.sejour
        paper = paper_of(procedure, today())
        paper |= {"residence": letterhead(sejour.residence), "on": today()}
        content = render_pdf("logement/pdf/etapes.html", paper)
    record(
        "procedure.print",
        by=request.user,
        target=procedure,
        residence=sejour.residence,
        menage=sejour.menage,
        kind=EntreeJournal.Kind.EXPORT,
    )
    return pdf_response(content, f"Étapes place {procedure.contrat.place.code}")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROCEDURE_RECORD)
def etape_record(request: HttpRequest, procedure_id: int, code: str) -> HttpResponse:
    """A step as it was done."""
    procedure = _procedure(request, procedure_id, Permission.PROCEDURE_RECORD)
    steps = steps_of(procedure.case, isolated=procedure.is_isolated)
    step = next((one for one in steps if one.code == code), None)
    if step is None:
        raise Http404
    if procedure.closed_on is not None:
        messages.info(request, "Cette procédure est close.")
        return redirect(procedure)
    form = EtapeForm(request.POST or None, procedure=procedure, step=step)
    if request.method == "POST" and form.is_valid():
        try:
            record_etape(by=request.user, procedure=procedure, code=code, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Étape notée.")
            return redirect(procedure)
    context = {
        "procedure": procedure,
        "step": step,
        "form": form,
        "banner": banner_for(request.user, procedure.sejour.menage, current="sejour"),
    }
    return render(request, "logement/etape_record.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.PROCEDURE_RECORD)
def etape_take_back(request: HttpRequest, etape_procedure_id: int) -> HttpResponse:
    """A step noted by mistake."""
    rows = EtapeProcedure.objects.visible_to(request.user, Permission.PROCEDURE_RECORD)
    etape = get_object_or_404(rows.select_related("procedure"), pk=etape_procedure_id)
    try:
        take_back_etape(by=request.user, etape=etape)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Étape retirée.")
    return redirect(etape.procedure)


@require_http_methods(["POST"])
@require_permission(Permission.CLES_RECORD)
def procedure_end(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """The contract of somebody who died ends on that day: a person says so."""
    procedure = _procedure(request, procedure_id, Permission.CLES_RECORD)
    try:
        contrat = end_by_death(by=request.user, procedure=procedure)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Le contrat finit le {contrat.end_on:%d/%m/%Y} ; la place attend ses clés.")
    return redirect(procedure)
