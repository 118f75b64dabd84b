"""Who is to be visited, what a home needs, and the calls of a heat wave."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.rythmes import end_veille, record_diagnostic, set_rhythm, start_veille, tick_call
from accompagnement.forms.projets import DiagnosticForm, RhythmForm
from accompagnement.forms.rythmes import VisitFilterForm
from accompagnement.models import AppelVeille, DiagnosticHabitat, DossierSocial, VeilleCanicule
from accompagnement.queries.dossiers import followed_by, scope, with_facts
from accompagnement.queries.rythmes import aged_from, exposed, visited
from accompagnement.views.pages import acted, dossier_of, form_page, in_dossier, refusal
from residence.components import Column, Row, Table
from residence.context_processors import Frame
from residence.models import Residence
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.DOSSIER_VIEW)
def visite_list(request: HttpRequest) -> HttpResponse:
    """The visits to make, the most urgent first: of mine or of the team, of all or of elderly residents."""
    chosen = Frame(request).residence
    form = VisitFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = scope(request.user, residence_id=chosen.pk if chosen else None)
    if wanted.get("qui") != "equipe":
        rows = followed_by(rows, request.user)
    if wanted.get("age"):
        rows = aged_from(rows, int(wanted["age"]), today())
    rows = visited(with_facts(rows, request.user)).order_by("visit_due_on", "pk")
    page = KeysFirst(rows, PER_PAGE, at_once=True).get_page(request.GET.get("page"))
    return render(
        request, "accompagnement/visite_list.html", {"form": form, "page": page, "table": _visits(list(page))}
    )


def _visits(dossiers: list[DossierSocial]) -> Table:
    return Table(
        caption="Visites à faire",
        columns=(
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("À visiter", "deadline", word="à visiter"),
            Column("Dernière visite", "date", word="vu le"),
            Column("Rythme", word="tous les"),
            Column("Refus depuis", "number", word="refus depuis :"),
        ),
        rows=tuple(
            Row(
                (
                    str(one.menage),
                    one.place_code,  # type: ignore[attr-defined]
                    one.visit_due_on,  # type: ignore[attr-defined]
                    one.last_visit_on,  # type: ignore[attr-defined]
                    f"{one.every} jours",  # type: ignore[attr-defined]
                    one.refused,  # type: ignore[attr-defined]
                ),
                url=one.get_absolute_url(),
            )
            for one in dossiers
        ),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def dossier_set_rhythm(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """How often a household is visited."""
    dossier = dossier_of(request, dossier_id, Permission.PROJET_EDIT)
    form = RhythmForm(
        request.POST or None,
        initial={"visit_every_days": dossier.visit_every_days},
        back=dossier.get_absolute_url(),
    )
    if acted(request, form, set_rhythm, dossier=dossier, done="Rythme des visites enregistré."):
        return redirect(dossier)
    every = dossier.sejour.dispositif.visit_every_days if dossier.sejour else None
    lead = f"Le dispositif prévoit une visite tous les {every} jours." if every else "Le dispositif n’en prévoit pas."
    return form_page(request, dossier, form, f"À quel rythme visiter {dossier.menage} ?", lead=lead)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def diagnostic_record(request: HttpRequest, dossier_id: int) -> HttpResponse:
    """What a visit says of the home, and of what the person wants help with."""
    dossier = dossier_of(request, dossier_id, Permission.PROJET_EDIT)
    form = DiagnosticForm(request.POST or None, back=dossier.get_absolute_url())
    if acted(request, form, record_diagnostic, dossier=dossier, done="Diagnostic enregistré."):
        return redirect(dossier)
    return form_page(request, dossier, form, f"Comment se vit le logement pour {dossier.menage} ?")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROJET_EDIT)
def diagnostic_again(request: HttpRequest, diagnostic_id: int) -> HttpResponse:
    """The diagnosis to make again."""
    diagnostic = in_dossier(request, DiagnosticHabitat.objects, diagnostic_id, Permission.PROJET_EDIT)
    return redirect("accompagnement:diagnostic_record", diagnostic.dossier_id)


@require_http_methods(["GET"])
@require_permission(Permission.VEILLE_CALL)
def veille_list(request: HttpRequest) -> HttpResponse:
    """The heat waves, and the button that begins one."""
    rows = VeilleCanicule.objects.visible_to(request.user, Permission.VEILLE_CALL).select_related(
        "residence", "started_by", "ended_by"
    )
    residences = Residence.objects.visible_to(request.user, Permission.VEILLE_CALL)
    running = [one for one in rows if one.ended_on is None]
    context = {
        "running": running,
        "past": [one for one in rows[:PER_PAGE] if one.ended_on is not None],
        "residences": [one for one in residences if one.pk not in {veille.residence_id for veille in running}],
    }
    return render(request, "accompagnement/veille_list.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.VEILLE_CALL)
def veille_start(request: HttpRequest, residence_id: int) -> HttpResponse:
    """A heat wave begins."""
    residence = get_object_or_404(Residence.objects.visible_to(request.user, Permission.VEILLE_CALL), pk=residence_id)
    veille = start_veille(by=request.user, residence=residence)
    messages.success(request, "La veille commence : la liste des personnes à appeler est prête.")
    return redirect("accompagnement:veille_detail", veille.pk)


@require_http_methods(["GET"])
@require_permission(Permission.VEILLE_CALL)
def veille_detail(request: HttpRequest, veille_id: int) -> HttpResponse:
    """Who is called today, who needs something first; each call is ticked where it stands."""
    veille = _veille(request, veille_id)
    people = exposed(veille, today()) if veille.ended_on is None else []
    context = {
        "veille": veille,
        "people": people,
        "settled": sum(one.is_settled for one in people),
        "results": AppelVeille.Result.choices,
        "day": today(),
    }
    return render(request, "accompagnement/veille_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.VEILLE_CALL)
def veille_call(request: HttpRequest, veille_id: int) -> HttpResponse:
    """What came of the call of a person of the list."""
    veille = _veille(request, veille_id)
    wanted, result = request.POST.get("personne", ""), request.POST.get("result", "")
    one = next((one for one in exposed(veille, today()) if str(one.personne.pk) == wanted), None)
    if one is None or result not in AppelVeille.Result.values:
        messages.error(request, "Cette personne n’est plus dans la liste du jour.")
    else:
        try:
            tick_call(by=request.user, veille=veille, menage=one.menage, personne=one.personne, result=result)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return redirect(reverse("accompagnement:veille_detail", args=[veille.pk]))


@require_http_methods(["POST"])
@require_permission(Permission.VEILLE_CALL)
def veille_end(request: HttpRequest, veille_id: int) -> HttpResponse:
    """The heat wave is over."""
    refusal(request, end_veille, veille=_veille(request, veille_id), done="La veille est terminée.")
    return redirect("accompagnement:veille_list")


def _veille(request: HttpRequest, veille_id: int) -> VeilleCanicule:
    rows = VeilleCanicule.objects.visible_to(request.user, Permission.VEILLE_CALL)
    return get_object_or_404(rows.select_related("residence"), pk=veille_id)
