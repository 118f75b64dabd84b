"""What is left to do for an exit; a step recorded, or taken back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.sorties import cancel_etape_sortie, record_etape_sortie
from logement.forms.errors import put_errors
from logement.forms.sorties import EtapeSortieForm
from logement.models import EtapeSortie, EtatDesLieux, Sejour
from logement.queries.sorties import ExitStep, exit_steps, last_contrat, paper_of
from logement.views.campagnes import pdf_response
from residence.actions.documents import letterhead
from residence.actions.journal import record, record_reading
from residence.confidentiality import reading_as
from residence.models import EntreeJournal
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

Step = EtapeSortie.Step


@require_http_methods(["GET"])
@require_permission(Permission.SEJOUR_VIEW)
def sortie_detail(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """What an exit asks for, and where it stands."""
    sejour = _sejour(request, sejour_id, Permission.SEJOUR_VIEW)
    record_reading(sejour.menage, by=request.user, what=sejour, residence=sejour.residence)
    contrat = last_contrat(sejour)
    steps = exit_steps(sejour, contrat, masked=sejour.menage.is_masked) if contrat else []
    exit_edl = (
        contrat.etats_des_lieux.filter(kind=EtatDesLieux.Kind.EXIT, status=EtatDesLieux.Status.SIGNED).first()
        if contrat
        else None
    )
    context = {
        "sejour": sejour,
        "contrat": contrat,
        "steps": [(step, _url(request, step, sejour)) for step in steps],
        "left": sum(1 for step in steps if not step.done),
        "can_record": request.user.holds(Permission.CLES_RECORD, sejour.residence_id),
        "exit_edl": exit_edl if request.user.holds(Permission.RETENUE_DECIDE, sejour.residence_id) else None,
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/sortie_detail.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.SEJOUR_VIEW)
def sortie_print(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """The sheet of an exit as a PDF, with the account for who may read it; a confidential household is its number."""
    with reading_as(None):
        sejour = _sejour(request, sejour_id, Permission.SEJOUR_VIEW)
        contrat = last_contrat(sejour)
        if contrat is None:
            raise Http404("Ce séjour n’a pas de contrat.")
        may_count = request.user.holds(Permission.COMPTE_VIEW, sejour.residence_id)
        paper = paper_of(sejour, contrat, with_account=may_count)
        paper |= {"residence": letterhead(sejour.residence), "on": today()}
        content = render_pdf("logement/pdf/etapes.html", paper)
    record(
        "sortie.print",
        by=request.user,
        target=sejour,
        residence=sejour.residence,
        menage=sejour.menage,
        kind=EntreeJournal.Kind.EXPORT,
    )
    return pdf_response(content, f"Sortie place {contrat.place.code}")


def _url(request: HttpRequest, step: ExitStep, sejour: Sejour) -> str:
    """Where a step is done, for who may do it."""
    if step.done or not request.user.holds(step.permission, sejour.residence_id):
        return ""
    return reverse(f"logement:{step.url_name}", args=step.args)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CLES_RECORD)
def etape_sortie_record(request: HttpRequest, sejour_id: int, step: str) -> HttpResponse:
    """A step of the exit is done: when."""
    if step not in Step.values:
        raise Http404("Cette étape n’existe pas.")
    sejour = _sejour(request, sejour_id, Permission.CLES_RECORD)
    back = reverse("logement:sortie_detail", args=[sejour.pk])
    form = EtapeSortieForm(request.POST or None, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            record_etape_sortie(by=request.user, sejour=sejour, step=Step(step), **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Enregistré\u00a0: {Step(step).label}.")
            return redirect(back)
    context = {
        "sejour": sejour,
        "label": Step(step).label,
        "form": form,
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/etape_sortie_record.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.CLES_RECORD)
def etape_sortie_cancel(request: HttpRequest, etape_id: int) -> HttpResponse:
    """Take back a step recorded by mistake."""
    rows = EtapeSortie.objects.visible_to(request.user, Permission.CLES_RECORD)
    etape = get_object_or_404(rows.select_related("sejour"), pk=etape_id)
    cancel_etape_sortie(by=request.user, etape=etape)
    messages.success(request, "Étape annulée\u00a0: elle est de nouveau à faire.")
    return redirect("logement:sortie_detail", etape.sejour_id)


def _sejour(request: HttpRequest, sejour_id: int, permission: Permission) -> Sejour:
    rows = Sejour.objects.visible_to(request.user, permission).live()
    sejour: Sejour = get_object_or_404(rows.select_related("menage", "residence", "dispositif"), pk=sejour_id)
    return sejour
