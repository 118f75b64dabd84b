"""Tariffs and optional services: what they cost, from when; the price list to post; what a resident takes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.tarifs import (
    close_souscription,
    create_prestation,
    open_souscription,
    set_prestation_price,
    set_tarif,
)
from logement.forms.errors import put_errors
from logement.forms.tarifs import CloseSouscriptionForm, PrestationForm, PriceForm, SouscriptionForm, TarifForm
from logement.models import CategoriePlace, ContratOccupation, Prestation, Souscription
from logement.queries.tarifs import Maxima, categories_with_tarifs, in_force, prestations_with_prices
from logement.views.campagnes import pdf_response
from logement.views.parc import chosen_residence
from residence.actions.documents import letterhead
from residence.models import Residence
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.dates import add_months, month_start


def _priced(request: HttpRequest) -> tuple[list[Any], list[Any]]:
    """Categories and optional services with what is in force today (`.now`), what comes (`.next`) and the maximum."""
    day, residence_id = today(), chosen_residence(request)
    categories: Any = categories_with_tarifs(request.user, day)
    prestations: Any = prestations_with_prices(request.user)
    if residence_id:
        categories, prestations = categories.filter(residence=residence_id), prestations.filter(residence=residence_id)
    categories, prestations = list(categories), list(prestations)
    maxima = {one.residence_id: Maxima(one.residence) for one in {c.residence_id: c for c in categories}.values()}
    for one in categories:
        one.now = in_force(one.all_tarifs, day)
        one.next = next((row for row in reversed(one.all_tarifs) if row.valid_from > day), None)
        one.maximum = maxima[one.residence_id].on(one.type_logement, day)
    for one in prestations:
        one.now = in_force(one.all_prices, day)
        one.next = next((row for row in reversed(one.all_prices) if row.valid_from > day), None)
    return categories, prestations


@require_http_methods(["GET"])
@require_permission(Permission.TARIF_VIEW)
def tarif_list(request: HttpRequest) -> HttpResponse:
    """What each kind of place costs, and the optional services."""
    categories, prestations = _priced(request)
    residences = Residence.objects.visible_to(request.user, Permission.TARIF_VIEW)
    if residence_id := chosen_residence(request):
        residences = residences.filter(pk=residence_id)
    context = {
        "categories": categories,
        "prestations": prestations,
        "residences": residences,
        "may": request.user.holds(Permission.TARIF_EDIT),
    }
    return render(request, "logement/tarif_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TARIF_EDIT)
def tarif_set(request: HttpRequest) -> HttpResponse:
    """Fix what a category of place costs from a day on."""
    categories = CategoriePlace.objects.visible_to(request.user, Permission.TARIF_EDIT).select_related("residence")
    initial: dict[str, Any] = {"valid_from": add_months(month_start(today()), 1)}
    chosen = request.GET.get("categorie", "")
    categorie = categories.filter(pk=chosen).first() if chosen.isdecimal() else None
    if categorie is not None:
        now = categorie.tarifs.in_force(today()).first()
        initial |= {"categorie": categorie}
        if now:
            initial |= {"rent": now.rent, "charges": now.charges, "services": now.services}
    asks_called = "accept_called" in request.POST or "asked" in request.GET
    form = TarifForm(
        request.POST or None,
        categories=categories,
        initial=initial,
        back=reverse("logement:tarif_list"),
        asks_called=asks_called,
    )
    if request.method == "POST" and form.is_valid():
        try:
            tarif = set_tarif(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            # Says what stops it, and offers to go on where a box may be ticked.
            form.fields["accept_called"].widget = TarifForm.base_fields["accept_called"].widget
            put_errors(form, error)
        else:
            messages.success(request, f"Tarif de « {tarif.categorie} » fixé à partir du {tarif.valid_from:%d/%m/%Y}.")
            return redirect("logement:tarif_list")
    context = {"form": form, "categorie": categorie, "maximum": _maximum(categorie)}
    return render(request, "logement/tarif_set.html", context)


def _maximum(categorie: CategoriePlace | None) -> Any:
    return Maxima(categorie.residence).on(categorie.type_logement, today()) if categorie else None


@require_http_methods(["GET"])
@require_permission(Permission.TARIF_VIEW)
def tarif_print(request: HttpRequest, residence_id: int) -> HttpResponse:
    """The price list to post in the hall (the prices of services are posted: CCH, convention-type, article 12)."""
    rows: Any = Residence.objects.visible_to(request.user, Permission.TARIF_VIEW)
    residence = get_object_or_404(rows, pk=residence_id)
    categories, prestations = _priced(request)
    context = {
        "residence": letterhead(residence),
        "title": "Redevances et prix des prestations",
        "reference": "",
        "on": today(),
        "categories": [one for one in categories if one.residence_id == residence.pk and one.now],
        "prestations": [one for one in prestations if one.residence_id == residence.pk and one.now],
    }
    return pdf_response(render_pdf("logement/pdf/tarifs.html", context), f"Tarifs {residence}")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TARIF_EDIT)
def prestation_create(request: HttpRequest) -> HttpResponse:
    """Offer an optional service."""
    form = PrestationForm(
        request.POST or None,
        residences=Residence.objects.visible_to(request.user, Permission.TARIF_EDIT),
        back=reverse("logement:tarif_list"),
        initial={"valid_from": month_start(today())},
    )
    if request.method == "POST" and form.is_valid():
        try:
            prestation = create_prestation(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"« {prestation} » est proposée aux résidents.")
            return redirect("logement:tarif_list")
    return render(request, "logement/prestation_create.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.TARIF_EDIT)
def prestation_set_price(request: HttpRequest, prestation_id: int) -> HttpResponse:
    """A new price for an optional service."""
    rows: Any = Prestation.objects.visible_to(request.user, Permission.TARIF_EDIT)
    prestation = get_object_or_404(rows.select_related("residence"), pk=prestation_id)
    initial = {"valid_from": add_months(month_start(today()), 1)}
    form = PriceForm(request.POST or None, back=reverse("logement:tarif_list"), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_prestation_price(by=request.user, prestation=prestation, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Nouveau prix de « {prestation} » enregistré.")
            return redirect("logement:tarif_list")
    return render(request, "logement/prestation_set_price.html", {"form": form, "prestation": prestation})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def souscription_open(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """A resident takes an optional service."""
    rows: Any = ContratOccupation.objects.visible_to(request.user, Permission.AVIS_ISSUE)
    contrat = get_object_or_404(rows.select_related("sejour__menage", "sejour__residence", "place"), pk=contrat_id)
    back = reverse("logement:compte_detail", args=[contrat.sejour_id])
    form = SouscriptionForm(request.POST or None, contrat=contrat, back=back, initial={"start_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            souscription = open_souscription(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"« {souscription.prestation} » sera sur les prochains avis.")
            return redirect(back)
    context = {
        "form": form,
        "contrat": contrat,
        "banner": banner_for(request.user, contrat.sejour.menage, current="compte"),
    }
    return render(request, "logement/souscription_open.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def souscription_close(request: HttpRequest, souscription_id: int) -> HttpResponse:
    """The last day of an optional service."""
    rows: Any = Souscription.objects.visible_to(request.user, Permission.AVIS_ISSUE)
    souscription = get_object_or_404(
        rows.select_related("contrat__sejour__menage", "contrat__sejour__residence", "prestation"), pk=souscription_id
    )
    back = reverse("logement:compte_detail", args=[souscription.contrat.sejour_id])
    form = CloseSouscriptionForm(request.POST or None, back=back, initial={"end_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            close_souscription(by=request.user, souscription=souscription, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(
                request, f"« {souscription.prestation} » s’arrête le {form.cleaned_data['end_on']:%d/%m/%Y}."
            )
            return redirect(back)
    context = {
        "form": form,
        "souscription": souscription,
        "banner": banner_for(request.user, souscription.contrat.sejour.menage, current="compte"),
    }
    return render(request, "logement/souscription_close.html", context)
