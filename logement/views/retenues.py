"""What is kept of a deposit: the lines that worsened, the decision on each, its proof."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from logement.actions.retenues import cancel_retenue, decide_retenue
from logement.forms.errors import put_errors
from logement.forms.retenues import AnnulationRetenueForm, RetenueForm
from logement.models import EtatDesLieux, LigneEtatDesLieux, RetenueSortie
from logement.queries.etats_des_lieux import entry_of
from logement.queries.retenues import proposal, worsened_lines
from residence.actions.journal import record_reading
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.money import ZERO


@require_http_methods(["GET"])
@require_permission(Permission.RETENUE_DECIDE)
def retenue_list(request: HttpRequest, edl_id: int) -> HttpResponse:
    """What may be kept of the deposit after an exit, line by line."""
    edl = _exit(request, edl_id)
    record_reading(edl.contrat.menage, by=request.user, what=edl, residence=edl.contrat.residence)
    lines = worsened_lines(edl) if edl.status == EtatDesLieux.Status.SIGNED else []
    context = {
        "edl": edl,
        "contrat": edl.contrat,
        "entry": entry_of(edl.contrat),
        "lines": lines,
        "total": sum((one.retenue.amount for one in lines if one.retenue), ZERO),
        "cancelled": RetenueSortie.objects.filter(ligne__etat_des_lieux=edl, cancelled_at__isnull=False)
        .select_related("ligne", "cancelled_by")
        .order_by("cancelled_at"),
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/retenue_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RETENUE_DECIDE)
def retenue_decide(request: HttpRequest, ligne_id: int) -> HttpResponse:
    """What is kept for one line: the grid proposes, a person decides."""
    lines = LigneEtatDesLieux.objects.filter(etat_des_lieux__in=_exits(request))
    ligne = get_object_or_404(lines, pk=ligne_id)
    edl = _exit(request, ligne.etat_des_lieux_id)
    worsened = next((one for one in worsened_lines(edl) if one.compared.line.pk == ligne.pk), None)
    if worsened is None or worsened.retenue is not None or edl.status != EtatDesLieux.Status.SIGNED:
        return redirect("logement:retenue_list", edl.pk)
    form = RetenueForm(
        request.POST or None,
        request.FILES or None,
        worsened=worsened,
        residence=edl.contrat.residence,
        on=edl.made_on,
    )
    said = None
    computes = "compute" in request.POST
    if computes:
        # What the grid proposes is asked before there is an invoice.
        form.fields["proof_reference"].required = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        chosen = form.grid.get(data["poste"])
        said = proposal(cost=data["cost"], poste=chosen, installed_on=data["installed_on"], on=edl.made_on)
        if not computes:
            try:
                decide_retenue(by=request.user, ligne=ligne, **data)
            except ValidationError as error:
                put_errors(form, error)
            else:
                messages.success(request, "Retenue décidée.")
                return redirect("logement:retenue_list", edl.pk)
    form.fields["proof_reference"].required = True
    context = {
        "edl": edl,
        "contrat": edl.contrat,
        "one": worsened,
        "form": form,
        "said": said,
        "share": said.share * 100 if said else None,
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/retenue_decide.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RETENUE_DECIDE)
def retenue_cancel(request: HttpRequest, retenue_id: int) -> HttpResponse:
    """Take a deduction back."""
    retenue = _retenue(request, retenue_id)
    edl = retenue.ligne.etat_des_lieux
    form = AnnulationRetenueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_retenue(by=request.user, retenue=retenue, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Retenue annulée.")
            return redirect("logement:retenue_list", edl.pk)
    context = {
        "retenue": retenue,
        "form": form,
        "banner": banner_for(request.user, edl.contrat.menage, current="sejour"),
    }
    return render(request, "logement/retenue_cancel.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.RETENUE_DECIDE)
def retenue_proof(request: HttpRequest, retenue_id: int) -> HttpResponse:
    """The paper that proves a deduction, as a download."""
    retenue = _retenue(request, retenue_id)
    # An invoice may name who lived there.
    if not retenue.proof or retenue.ligne.etat_des_lieux.contrat.sejour.menage.is_masked:
        raise Http404("Cette retenue n’a pas de fichier.")
    with retenue.proof.open() as file:
        response = HttpResponse(file.read(), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, retenue.proof_name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _exits(request: HttpRequest) -> Any:
    rows = EtatDesLieux.objects.visible_to(request.user, Permission.RETENUE_DECIDE)
    return rows.filter(kind=EtatDesLieux.Kind.EXIT).exclude(status=EtatDesLieux.Status.CANCELLED)


def _exit(request: HttpRequest, edl_id: int) -> EtatDesLieux:
    rows = _exits(request).select_related(
        "contrat__sejour__menage", "contrat__sejour__residence", "contrat__place__logement"
    )
    edl: EtatDesLieux = get_object_or_404(rows.prefetch_related("lignes__photos"), pk=edl_id)
    return edl


def _retenue(request: HttpRequest, retenue_id: int) -> RetenueSortie:
    rows = RetenueSortie.objects.visible_to(request.user, Permission.RETENUE_DECIDE)
    retenue: RetenueSortie = get_object_or_404(
        rows.select_related("ligne__etat_des_lieux__contrat__sejour__menage"), pk=retenue_id
    )
    return retenue
