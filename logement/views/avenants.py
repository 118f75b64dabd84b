"""Change places within a stay; change a running contract."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from logement.actions.avenants import cancel_avenant, issue_avenant, sign_avenant
from logement.actions.contrats import look, placed, prepare_mutation
from logement.actions.mutations import record_mutation_cles
from logement.forms.avenants import AvenantForm, AvenantSignForm, MutationClesForm, MutationForm
from logement.forms.errors import put_errors
from logement.models import Avenant, ContratOccupation, EtatDesLieux, OccupationPlace, Place
from logement.queries.contrats import deposit_maximum, persons_on, price_of
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

Status = ContratOccupation.Status


def _contrat(request: HttpRequest, contrat_id: int, permission: Permission) -> ContratOccupation:
    rows = ContratOccupation.objects.visible_to(request.user, permission)
    contrat: ContratOccupation = get_object_or_404(
        rows.select_related(
            "sejour__menage", "sejour__residence", "sejour__dispositif", "place__logement", "document__residence"
        ),
        pk=contrat_id,
    )
    return contrat


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def mutation_prepare(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Another place for a household that lives here; ?place= proposes one."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_PREPARE)
    prepared = contrat.following.exclude(status=Status.CANCELLED).first()
    if prepared is not None:
        messages.info(request, "Un changement de place est déjà préparé : le voici.")
        return redirect(prepared)
    if contrat.status != Status.RUNNING or contrat.end_on is not None:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : il n’y a pas de place à changer.")
        return redirect(contrat)
    places = _places_for(request, contrat)
    proposed = request.GET.get("place", "")
    initial = {"is_avenant": "avenant", "place": proposed if proposed.isdecimal() else None}
    form = MutationForm(request.POST or None, contrat=contrat, places=places, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            following = prepare_mutation(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            if hasattr(error, "error_dict") and "surface_confirmed" in error.error_dict:
                form.ask_about_surface()
            put_errors(form, error)
        else:
            messages.success(
                request, f"Changement de place préparé pour {contrat.menage} : relisez-le, puis éditez-le."
            )
            return redirect(following)
    context = {
        "contrat": contrat,
        "form": form,
        "facts": _facts(form, contrat, places),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/mutation_prepare.html", context)


def _places_for(request: HttpRequest, contrat: ContratOccupation) -> Any:
    """Places of the same dispositif that nobody else holds without a known end, and its own to join others to."""
    lived_in = (
        OccupationPlace.objects.live()
        .filter(
            kind__in=[OccupationPlace.Kind.CONTRACT, OccupationPlace.Kind.AFTER_CONTRACT],
            place=OuterRef("pk"),
            period__endswith__isnull=True,
        )
        .exclude(contrat=contrat)
    )
    own = Place.objects.filter(Q(pk=contrat.place_id) | Q(joined_contrats=contrat))
    joined = Q(joined_with__isnull=False) | Q(joinable__isnull=False)
    return (
        Place.objects.visible_to(request.user, Permission.CONTRAT_PREPARE)
        .lettable()
        .filter(residence=contrat.residence, dispositif=contrat.sejour.dispositif)
        .exclude(pk__in=own.exclude(joined))
        .exclude(Exists(lived_in))
        .select_related("logement__batiment", "categorie", "dispositif", "residence")
        .order_by("code")
    )


def _facts(form: MutationForm, contrat: ContratOccupation, places: Any) -> dict[str, Any] | None:
    typed = form["place"].value()
    place = places.filter(pk=typed).first() if str(typed or "").isdecimal() else None
    if place is None:
        return None
    typed = form["joined_places"].value() if "joined_places" in form.fields else None
    joined = [int(one) for one in typed or () if str(one).isdecimal()]
    places = placed([place, *places.filter(pk__in=joined).exclude(pk=place.pk)])
    place = places[0]
    day = form.day()
    price = price_of(places, day)
    return {
        "place": place,
        "day": day,
        "price": price,
        "deposit": deposit_maximum(price, place.dispositif) if price else None,
        "look": look(places, menage=contrat.menage, start_on=day, previous=contrat),
        "persons": persons_on(contrat.menage, day),
    }


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CLES_RECORD)
def mutation_cles(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """The keys of the place left after a change of place are back."""
    contrat = _contrat(request, contrat_id, Permission.CLES_RECORD)
    if not contrat.is_left or ContratOccupation.objects.kept().filter(pk=contrat.pk).exists():
        messages.info(request, "Ce contrat n’attend pas les clés d’une place quittée.")
        return redirect(contrat)
    form = MutationClesForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            record_mutation_cles(by=request.user, contrat=contrat, keys_on=form.cleaned_data["keys_on"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Clés rendues : la place quittée est rendue au parc, le séjour continue.")
            return redirect(contrat.sejour)
    edl = contrat.etats_des_lieux.filter(kind=EtatDesLieux.Kind.EXIT).exclude(status=EtatDesLieux.Status.CANCELLED)
    context = {
        "contrat": contrat,
        "form": form,
        "exit_edl": edl.first(),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/mutation_cles.html", context)


# Avenants


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def avenant_issue(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """What changes in a running contract, as a numbered avenant to sign."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_PREPARE)
    waiting = contrat.avenants.filter(status=Avenant.Status.TO_SIGN).first()
    if waiting is not None:
        messages.info(request, "Un avenant attend déjà d’être signé : le voici.")
        return redirect(waiting)
    if contrat.status != Status.RUNNING or contrat.end_on is not None:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : un avenant n’y changerait rien.")
        return redirect(contrat)
    form = AvenantForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            avenant = issue_avenant(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Avenant n° {avenant.rank} édité : il change le contrat une fois signé.")
            return redirect(avenant)
    context = {
        "contrat": contrat,
        "form": form,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/avenant_issue.html", context)


def _avenant(request: HttpRequest, avenant_id: int, permission: Permission) -> Avenant:
    avenant: Avenant = get_object_or_404(
        Avenant.objects.visible_to(request.user, permission)
        .open_to(request.user)
        .select_related(
            "contrat__sejour__menage",
            "contrat__sejour__residence",
            "contrat__place",
            "contrat__document__residence",
            "document__residence",
            "personne",
            "successor",
            "prestation",
            "signed_by",
        ),
        pk=avenant_id,
    )
    return avenant


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_VIEW)
def avenant_detail(request: HttpRequest, avenant_id: int) -> HttpResponse:
    """An avenant: what it changes, its paper; posted, the day it was signed."""
    avenant = _avenant(request, avenant_id, Permission.CONTRAT_VIEW)
    may_sign = avenant.status == Avenant.Status.TO_SIGN and request.user.holds(
        Permission.CONTRAT_SIGN, avenant.contrat.residence.pk
    )
    form = AvenantSignForm(request.POST or None, avenant=avenant) if may_sign else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            sign_avenant(by=request.user, avenant=avenant, signed_on=form.cleaned_data["signed_on"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Avenant n° {avenant.rank} signé : le contrat est changé.")
            return redirect(avenant.contrat)
    context = {
        "avenant": avenant,
        "contrat": avenant.contrat,
        "data": avenant.document.data if avenant.document else {},
        "form": form,
        "may_cancel": avenant.status == Avenant.Status.TO_SIGN
        and request.user.holds(Permission.CONTRAT_PREPARE, avenant.contrat.residence.pk),
        "banner": banner_for(request.user, avenant.contrat.menage, current="sejour"),
    }
    return render(request, "logement/avenant_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def avenant_cancel(request: HttpRequest, avenant_id: int) -> HttpResponse:
    """Give up an avenant that nobody signed."""
    avenant = _avenant(request, avenant_id, Permission.CONTRAT_PREPARE)
    try:
        cancel_avenant(by=request.user, avenant=avenant)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(avenant)
    messages.success(request, f"Avenant n° {avenant.rank} annulé.")
    return redirect(avenant.contrat)
