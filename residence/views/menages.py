"""The page of a household, and what puts right who it is."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from residence.actions.journal import record_reading
from residence.actions.menages import edit_menage, edit_personne, end_member, join_menage
from residence.forms.menages import MembreEndForm, MembreForm, MenageForm, PersonneForm
from residence.models import MembreMenage, Menage, Personne
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for, parts_of
from residence.queries.menages import MenageReader, residence_for
from residence.queries.timeline import timeline

EVENTS_PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_VIEW)
def menage_detail(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Who the household is, where it stands, what is due, what happened."""
    seen = Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW)
    menage = seen.filter(pk=menage_id).first()
    if menage is None or menage.merged_into_id is not None:
        return redirect("residence:menage_detail", get_object_or_404(seen, merged=menage_id).pk)
    _read(request, menage)
    reader = MenageReader(request.user, menage)
    parts = parts_of(reader)
    events = timeline(parts)
    theme = request.GET.get("theme", "")
    panels = [panel for part in parts for panel in part.panels()]
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage, current="menage", parts=parts),
        "duties": duties_about(request.user, menage),
        "panels": sorted(panels, key=lambda panel: panel.order),
        "page": Paginator(events.of(theme) if theme else events, EVENTS_PER_PAGE).get_page(request.GET.get("page")),
        "themes": events.themes,
        "theme": theme,
        "may_mask": not menage.is_confidential and reader.opens(Permission.CONFIDENTIEL_MANAGE),
    }
    return render(request, "residence/menage_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_EDIT)
def menage_edit(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Where the household is, how to reach it, who is in it."""
    menage = _editable(request, menage_id)
    _read(request, menage)
    form = MenageForm(request.POST or None, instance=menage)
    if request.method == "POST" and form.is_valid():
        residence = residence_for(request.user, menage, Permission.MENAGE_EDIT)
        try:
            edit_menage(by=request.user, menage=menage, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, "Coordonnées enregistrées.")
            return redirect("residence:menage_detail", menage.pk)
    # A refused form must not announce the household under what was typed.
    menage = _editable(request, menage_id)
    context = {
        "menage": menage,
        "form": form,
        "banner": banner_for(request.user, menage, current="menage"),
        "members": menage.membres.filter(end_on=None).select_related("personne"),
        "may_merge": request.user.holds(Permission.MENAGE_MERGE),
    }
    return render(request, "residence/menage_edit.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_EDIT)
def personne_edit(request: HttpRequest, membre_id: int) -> HttpResponse:
    """Who a person of the household is."""
    membre = _membre(request, membre_id)
    menage = membre.menage
    _read(request, menage)
    sensitive = Menage.objects.visible_to(request.user, Permission.MENAGE_SENSITIVE_VIEW).filter(pk=menage.pk).exists()
    back = reverse("residence:menage_edit", args=[menage.pk])
    form = PersonneForm(request.POST or None, instance=membre.personne, back=back, sensitive=sensitive)
    name = str(Personne.objects.get(pk=membre.personne_id))
    if request.method == "POST" and form.is_valid():
        residence = residence_for(request.user, menage, Permission.MENAGE_EDIT)
        try:
            edit_personne(
                by=request.user,
                menage=menage,
                personne=membre.personne,
                residence=residence,
                **form.fields_of_personne(),
            )
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, "Identité enregistrée.")
            return redirect("residence:menage_edit", menage.pk)
    context = {"menage": menage, "form": form, "name": name, "banner": banner_for(request.user, menage)}
    return render(request, "residence/personne_edit.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_EDIT)
def membre_add(request: HttpRequest, menage_id: int) -> HttpResponse:
    """A further person in the household."""
    menage = _editable(request, menage_id)
    sensitive = Menage.objects.visible_to(request.user, Permission.MENAGE_SENSITIVE_VIEW).filter(pk=menage.pk).exists()
    back = reverse("residence:menage_edit", args=[menage.pk])
    form = MembreForm(request.POST or None, back=back, sensitive=sensitive)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        residence = residence_for(request.user, menage, Permission.MENAGE_EDIT)
        try:
            personne = join_menage(
                by=request.user,
                menage=menage,
                residence=residence,
                tie=given["tie"],
                on=given["on"],
                in_custody=given["in_custody"],
                **form.fields_of_personne(),
            )
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, f"{personne} fait partie du ménage.")
            return redirect("residence:menage_edit", menage.pk)
    context = {"menage": menage, "form": form, "banner": banner_for(request.user, menage)}
    return render(request, "residence/membre_add.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_EDIT)
def membre_end(request: HttpRequest, membre_id: int) -> HttpResponse:
    """A person leaves the household."""
    membre = _membre(request, membre_id)
    menage = membre.menage
    form = MembreEndForm(request.POST or None, membre=membre, back=reverse("residence:menage_edit", args=[menage.pk]))
    if request.method == "POST" and form.is_valid():
        residence = residence_for(request.user, menage, Permission.MENAGE_EDIT)
        try:
            end_member(by=request.user, membre=membre, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            _show(form, error)
        else:
            messages.success(request, f"{membre.personne} ne fait plus partie du ménage.")
            return redirect("residence:menage_edit", menage.pk)
    context = {"menage": menage, "membre": membre, "form": form, "banner": banner_for(request.user, menage)}
    return render(request, "residence/membre_end.html", context)


def _editable(request: HttpRequest, menage_id: int) -> Menage:
    menage: Menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.MENAGE_EDIT), pk=menage_id)
    return menage


def _membre(request: HttpRequest, membre_id: int) -> MembreMenage:
    """A present member of a household that the user may put right."""
    seen = Menage.objects.visible_to(request.user, Permission.MENAGE_EDIT)
    rows = MembreMenage.objects.filter(menage__in=seen, end_on=None).select_related("menage", "personne")
    return get_object_or_404(rows, pk=membre_id)


def _read(request: HttpRequest, menage: Menage) -> None:
    """Leave a line when the household is confidential."""
    if menage.is_confidential:
        residence = residence_for(request.user, menage, Permission.MENAGE_VIEW)
        record_reading(menage, by=request.user, residence=residence)


def _show(form: Any, error: ValidationError) -> None:
    """Put what an action refused on the form, at its field when it has one."""
    if hasattr(error, "error_dict"):
        for name, problems in error.error_dict.items():
            form.add_error(name if name in form.fields else None, problems)
    else:
        form.add_error(None, error.messages)
