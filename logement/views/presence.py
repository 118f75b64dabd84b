"""Who is away, who is hosted, who entered: the presence page of a stay and its acts."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from logement.actions.presence import (
    cancel_absence,
    cancel_tiers,
    declare_absence,
    declare_tiers,
    end_absence,
    end_tiers,
    inform_of_entree,
    issue_entree_letter,
    record_entree,
)
from logement.forms.errors import put_errors
from logement.forms.presence import (
    AbsenceForm,
    EntreeForm,
    InformationForm,
    RetourForm,
    TiersDepartForm,
    TiersForm,
)
from logement.models import Absence, EntreeLogement, Sejour, TiersHeberge
from logement.queries.presence import away_of, guests_of
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for


def _sejour(request: HttpRequest, sejour_id: int, permission: Permission) -> Sejour:
    sejour: Sejour = get_object_or_404(
        Sejour.objects.visible_to(request.user, permission).select_related("menage", "residence", "dispositif"),
        pk=sejour_id,
    )
    return sejour


def _of_sejour(request: HttpRequest, model: Any, pk: int) -> Any:
    rows = model.objects.visible_to(request.user, Permission.PRESENCE_RECORD)
    return get_object_or_404(rows.select_related("sejour__menage", "sejour__residence"), pk=pk)


@require_http_methods(["GET"])
@require_permission(Permission.PRESENCE_VIEW)
def presence_detail(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Absences, guests, entries of a stay, with the days that count."""
    day = today()
    sejour = _sejour(request, sejour_id, Permission.PRESENCE_VIEW)
    absences = sejour.absences.live().select_related("personne", "recorded_by")
    alone = len(sejour.menage.members_on(day)) <= 1
    context = {
        "sejour": sejour,
        "absences": list(absences),
        "away": away_of([one for one in absences if one.personne_id is None or alone], day),
        "year": day.year,
        "guests": guests_of(sejour, day),
        "entrees": list(sejour.entrees_logement.select_related("recorded_by", "document__residence")),
        "may_record": request.user.holds(Permission.PRESENCE_RECORD, sejour.residence_id),
        "may_open": request.user.holds(Permission.PROCEDURE_RECORD, sejour.residence_id),
        "is_open": sejour.ended_on is None and sejour.cancelled_at is None,
        "contrat": sejour.contrats.in_progress().order_by("-start_on").first(),
        "today": day,
        "duties": duties_about(request.user, sejour.menage),
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/presence_detail.html", context)


def _page(request: HttpRequest, sejour: Sejour, form: Any, title: str, lead: str, **more: Any) -> HttpResponse:
    context = {
        "sejour": sejour,
        "form": form,
        "title": title,
        "lead": lead,
        "guests": None,
        **more,
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/presence_form.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def absence_declare(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """A long absence."""
    sejour = _sejour(request, sejour_id, Permission.PRESENCE_RECORD)
    form = AbsenceForm(request.POST or None, sejour=sejour)
    if request.method == "POST" and form.is_valid():
        try:
            declare_absence(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Absence notée.")
            return redirect("logement:presence_detail", sejour.pk)
    lead = "Le contrat continue. Une absence justifiée ne compte pas contre l’APL, ni contre le contrat."
    return _page(request, sejour, form, "Qui s’absente, et jusqu’à quand ?", lead)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def absence_end(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Somebody is back, or comes back later than said."""
    absence: Absence = _of_sejour(request, Absence, absence_id)
    sejour = absence.sejour
    form = RetourForm(request.POST or None, absence=absence)
    if request.method == "POST" and form.is_valid():
        try:
            end_absence(by=request.user, absence=absence, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Retour noté." if form.cleaned_data["back_on"] else "Absence mise à jour.")
            return redirect("logement:presence_detail", sejour.pk)
    lead = "Sans nouvelles au jour prévu, assurez-vous d’abord que la personne va bien."
    return _page(request, sejour, form, "Cette personne est‑elle revenue ?", lead)


@require_http_methods(["POST"])
@require_permission(Permission.PRESENCE_RECORD)
def absence_cancel(request: HttpRequest, absence_id: int) -> HttpResponse:
    """An absence entered by mistake."""
    absence: Absence = _of_sejour(request, Absence, absence_id)
    cancel_absence(by=request.user, absence=absence)
    messages.success(request, "Absence annulée.")
    return redirect("logement:presence_detail", absence.sejour_id)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def tiers_declare(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Somebody hosted by a resident: the days are counted before anything is kept."""
    sejour = _sejour(request, sejour_id, Permission.PRESENCE_RECORD)
    form = TiersForm(request.POST or None, sejour=sejour)
    if request.method == "POST" and form.is_valid():
        try:
            declare_tiers(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Personne hébergée déclarée.")
            return redirect("logement:presence_detail", sejour.pk)
    lead = "Trois mois au plus pour une même personne, six mois par an en tout, sur douze mois (CCH, art. R.633-9)."
    return _page(request, sejour, form, "Qui est hébergé, et jusqu’à quand ?", lead, guests=guests_of(sejour, today()))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def tiers_end(request: HttpRequest, tiers_id: int) -> HttpResponse:
    """A guest is gone."""
    tiers: TiersHeberge = _of_sejour(request, TiersHeberge, tiers_id)
    form = TiersDepartForm(request.POST or None, tiers=tiers)
    if request.method == "POST" and form.is_valid():
        try:
            end_tiers(by=request.user, tiers=tiers, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Départ noté.")
            return redirect("logement:presence_detail", tiers.sejour_id)
    lead = f"Hébergement déclaré du {tiers.start_on:%d/%m/%Y} au {tiers.end_on:%d/%m/%Y}."
    return _page(request, tiers.sejour, form, "La personne hébergée est‑elle partie ?", lead)


@require_http_methods(["POST"])
@require_permission(Permission.PRESENCE_RECORD)
def tiers_cancel(request: HttpRequest, tiers_id: int) -> HttpResponse:
    """A guest who never came."""
    tiers: TiersHeberge = _of_sejour(request, TiersHeberge, tiers_id)
    cancel_tiers(by=request.user, tiers=tiers)
    messages.success(request, "Déclaration annulée.")
    return redirect("logement:presence_detail", tiers.sejour_id)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def entree_record(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """An entry of the staff in the room."""
    sejour = _sejour(request, sejour_id, Permission.PRESENCE_RECORD)
    form = EntreeForm(request.POST or None, sejour=sejour)
    if request.method == "POST" and form.is_valid():
        try:
            record_entree(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            if hasattr(error, "error_dict") and "entered_at" in error.error_dict:
                error.error_dict["entered_on"] = error.error_dict.pop("entered_at")
            put_errors(form, error)
        else:
            messages.success(request, "Entrée notée.")
            return redirect("logement:presence_detail", sejour.pk)
    lead = (
        "On n’entre qu’après l’avoir demandé. Une urgence de sécurité permet d’entrer sans attendre ; le résident est "
        "alors informé par écrit (CCH, art. L.633-2)."
    )
    return _page(request, sejour, form, "Qui est entré dans ce logement, et pourquoi ?", lead)


@require_http_methods(["POST"])
@require_permission(Permission.PRESENCE_RECORD)
def entree_issue(request: HttpRequest, entree_id: int) -> HttpResponse:
    """The letter that tells the resident of an entry."""
    entree: EntreeLogement = _of_sejour(request, EntreeLogement, entree_id)
    try:
        document = issue_entree_letter(by=request.user, entree=entree)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("logement:presence_detail", entree.sejour_id)
    return redirect(document)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PRESENCE_RECORD)
def entree_inform(request: HttpRequest, entree_id: int) -> HttpResponse:
    """The letter about an entry is given."""
    entree: EntreeLogement = _of_sejour(request, EntreeLogement, entree_id)
    form = InformationForm(request.POST or None, entree=entree)
    if request.method == "POST" and form.is_valid():
        informed_on: datetime.date = form.cleaned_data["informed_on"]
        try:
            inform_of_entree(by=request.user, entree=entree, informed_on=informed_on)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Remise de la lettre enregistrée.")
            return redirect("logement:presence_detail", entree.sejour_id)
    lead = str(entree).capitalize() + ". La lettre se remet en main propre, sous la porte ou par courrier."
    return _page(request, entree.sejour, form, "Le résident est‑il informé par écrit ?", lead, entree=entree)
