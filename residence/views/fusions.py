"""Two records of one household made one, and taken apart again; likenesses with a confidential household."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from residence.actions.fusions import merge_menages, plan_fusion, settle_ressemblance, undo_fusion
from residence.actions.fusions_personnes import merge_personnes, plan_personnes
from residence.actions.journal import record_reading
from residence.forms.fusions import DoubleForm, HouseholdForm, PairsForm, RessemblanceForm
from residence.models import Fusion, Menage, Personne, RessemblanceMasquee
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.queries.fusions import (
    doubles_in,
    members_of,
    moved_by,
    moved_in_words,
    pairs_offered,
    resembling_households,
)
from residence.queries.menages import residence_for
from residence.queries.search import households_named


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_MERGE)
def fusion_choose(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Which other record is of the same household: those that resemble it, or any other by its name or number."""
    menage = _menage(request, menage_id)
    form = HouseholdForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = households_named(request.user, text, Permission.MENAGE_MERGE) if text.strip() else []
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage),
        "form": form,
        "text": text,
        "found": [one for one in found if one.pk != menage.pk],
        "resembling": resembling_households(request.user, menage),
        "fusions": menage.fusions.select_related("absorbed", "made_by"),
    }
    return render(request, "residence/fusion_choose.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_MERGE)
def fusion_make(request: HttpRequest, menage_id: int, autre_id: int) -> HttpResponse:
    """What goes where, person by person; then both records become one."""
    kept, absorbed = _menage(request, menage_id), _menage(request, autre_id)
    if kept.pk == absorbed.pk:
        return redirect("residence:fusion_choose", kept.pk)
    residence = residence_for(request.user, kept, Permission.MENAGE_MERGE)
    offered = pairs_offered(kept, absorbed)
    asked = request.POST if request.method == "POST" else request.GET if "relire" in request.GET else None
    form = PairsForm(asked, mine=members_of(kept), theirs=members_of(absorbed), offered=offered)
    pairs = form.pairs() if form.is_valid() else offered
    if request.method == "POST" and form.is_valid():
        try:
            fusion = merge_menages(by=request.user, residence=residence, kept=kept, absorbed=absorbed, pairs=pairs)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"Les deux fiches n’en font plus qu’une : {fusion.kept}.")
            return redirect("residence:fusion_detail", fusion.pk)
    plan = plan_fusion(kept=kept, absorbed=absorbed, pairs=pairs)
    context = {
        "kept": kept,
        "absorbed": absorbed,
        "banner": banner_for(request.user, kept),
        "form": form,
        "plan": plan,
        "same": [(one, other) for one, other in pairs.items()],
        "joining": [one for one in members_of(absorbed) if one not in pairs],
        "moved": moved_in_words(plan.moved),
    }
    return render(request, "residence/fusion_make.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_MERGE)
def personne_merge(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Somebody who stands twice in their household: what goes where, then both records become one."""
    menage = _menage(request, menage_id)
    members, doubles = members_of(menage), doubles_in(menage)
    asked = request.POST if request.method == "POST" else request.GET if "garder" in request.GET else None
    first = {"garder": str(doubles[0][0].pk), "double": str(doubles[0][1].pk)} if len(doubles) == 1 else {}
    form = DoubleForm(asked, members=members, initial=first)
    plan = None
    if form.is_valid():
        kept, absorbed = form.persons()
        if request.method == "POST":
            residence = residence_for(request.user, menage, Permission.MENAGE_MERGE)
            try:
                fusion = merge_personnes(
                    by=request.user, residence=residence, menage=menage, kept=kept, absorbed=absorbed
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, f"Les deux fiches n’en font plus qu’une : {kept}.")
                return redirect("residence:fusion_detail", fusion.pk)
        plan = plan_personnes(menage=menage, kept=kept, absorbed=absorbed)
    context = {
        "menage": menage,
        "banner": banner_for(request.user, menage),
        "form": form,
        "doubles": doubles,
        "plan": plan,
        "moved": moved_in_words(plan.moved) if plan else [],
    }
    return render(request, "residence/personne_merge.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.MENAGE_MERGE)
def fusion_detail(request: HttpRequest, fusion_id: int) -> HttpResponse:
    """What a merging moved, and the way back."""
    fusion = _fusion(request, fusion_id)
    context = {
        "fusion": fusion,
        "menage": fusion.kept,
        "banner": banner_for(request.user, fusion.kept),
        "moved": moved_in_words(moved_by(fusion)),
        "same": _same(fusion),
    }
    return render(request, "residence/fusion_detail.html", context)


def _same(fusion: Fusion) -> list[tuple[Any, Any]]:
    """Those whom a merging said to be one person: the record that went, the one that stays."""
    if fusion.personne_absorbed is not None:
        return [(fusion.personne_absorbed, fusion.personne_kept)]
    absorbed = Personne.objects.filter(membre_de__menage=fusion.absorbed, merged_into__isnull=False)
    return [(one, one.merged_into) for one in absorbed.select_related("merged_into")]


@require_http_methods(["POST"])
@require_permission(Permission.MENAGE_MERGE)
def fusion_undo(request: HttpRequest, fusion_id: int) -> HttpResponse:
    """Both records are two again."""
    fusion = _fusion(request, fusion_id)
    try:
        undo_fusion(by=request.user, fusion=fusion)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Les deux fiches sont de nouveau séparées.")
    return redirect("residence:fusion_detail", fusion.pk)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.MENAGE_VIEW)
def ressemblance_settle(request: HttpRequest, ressemblance_id: int) -> HttpResponse:
    """Whether somebody typed elsewhere is the person of a confidential household: asked of those named on it."""
    rows = RessemblanceMasquee.objects.visible_to(request.user, Permission.MENAGE_VIEW)
    ressemblance = get_object_or_404(
        rows.select_related("menage", "personne", "typed_at_residence"), pk=ressemblance_id
    )
    menage = ressemblance.menage
    residence = residence_for(request.user, menage, Permission.MENAGE_VIEW)
    record_reading(menage, by=request.user, what=ressemblance, residence=residence)
    other = (
        Menage.objects.visible_to(request.user, Permission.MENAGE_VIEW)
        .filter(membres__personne=ressemblance.personne_id, membres__end_on=None)
        .first()
    )
    form = RessemblanceForm(request.POST or None, back=reverse("residence:menage_detail", args=[menage.pk]))
    if request.method == "POST" and form.is_valid():
        same = form.cleaned_data["same"]
        settle_ressemblance(by=request.user, ressemblance=ressemblance, same=same, residence=residence)
        merges = Menage.objects.visible_to(request.user, Permission.MENAGE_MERGE)
        if same and other is not None and merges.filter(pk__in=[menage.pk, other.pk]).count() == 2:
            messages.success(request, "Réponse enregistrée. Regroupez les deux fiches si c’est le même ménage.")
            return redirect("residence:fusion_make", menage.pk, other.pk)
        messages.success(request, "Réponse enregistrée.")
        return redirect("residence:menage_detail", menage.pk)
    context = {
        "ressemblance": ressemblance,
        "menage": menage,
        "other": other,
        "form": form,
        "banner": banner_for(request.user, menage),
    }
    return render(request, "residence/ressemblance_settle.html", context)


def _menage(request: HttpRequest, menage_id: int) -> Menage:
    rows = Menage.objects.visible_to(request.user, Permission.MENAGE_MERGE)
    menage: Menage = get_object_or_404(rows, pk=menage_id)
    record_reading(menage, by=request.user, residence=residence_for(request.user, menage, Permission.MENAGE_MERGE))
    return menage


def _fusion(request: HttpRequest, fusion_id: int) -> Fusion:
    rows = Fusion.objects.visible_to(request.user, Permission.MENAGE_MERGE)
    about = ("kept", "absorbed", "personne_kept", "personne_absorbed", "made_by", "undone_by")
    fusion: Fusion = get_object_or_404(rows.select_related(*about), pk=fusion_id)
    record_reading(fusion.kept, by=request.user, residence=fusion.residence)
    return fusion
