"""Contracts: which are to sign; prepare one, read it, issue it, have it signed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.contrats import (
    cancel_contrat,
    edit_contrat,
    issue_contrat,
    look,
    placed,
    prepare_contrat,
    record_assurance,
    sign_contrat,
)
from logement.forms.contrats import AnnulationForm, AssuranceForm, ContratForm, SignatureForm
from logement.forms.errors import put_errors
from logement.forms.sejours import ContratFilterForm
from logement.models import ContratOccupation, OccupationPlace, Place
from logement.queries.contrats import (
    deposit_maximum,
    is_to_verify,
    pending_contrat,
    preparable_menages,
    price_of,
    signing_mandataires,
)
from logement.queries.sejours import contracts, length_of, status_badge
from logement.queries.texte_contrat import contract_data
from logement.views.parc import chosen_residence, dispositifs_of, ordered
from logement.views.sejours import explained
from residence.actions.documents import current_modele
from residence.actions.journal import record_reading
from residence.components import Column, Row, Table
from residence.forms.fields import DateField
from residence.models import DocumentKind, Menage
from residence.models.base import PlainText, today
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for

PER_PAGE = 50
MOST_FOUND = 20
Status = ContratOccupation.Status

SORTS = {
    "menage": ("sejour__menage__sort_name",),
    "effet": ("start_on",),
    "place": ("place__code",),
}


@require_http_methods(["GET"])
@require_permission(Permission.CONTRAT_VIEW)
def contrat_list(request: HttpRequest) -> HttpResponse:
    """Which contracts are to issue or to sign; and all the others."""
    rows = contracts(request.user, chosen_residence(request))
    form = ContratFilterForm(request.GET, dispositifs=dispositifs_of(request, Permission.CONTRAT_VIEW))
    chosen = form.cleaned_data if form.is_valid() else {}
    status = chosen.get("etat")
    if not status:
        rows = rows.to_sign()
    elif status != "tous":
        rows = rows.filter(status=status)
    if chosen.get("dispositif"):
        rows = rows.filter(sejour__dispositif=chosen["dispositif"])
    page = Paginator(ordered(request, rows, SORTS, "effet"), PER_PAGE).get_page(request.GET.get("page"))
    columns = (
        Column("Ménage", "main", sort="menage"),
        Column("État", "tags"),
        Column("Place", "code", sort="place"),
        Column("Prise d’effet", "date", sort="effet", word="prend effet le"),
        Column("Dernier jour", "date", word="jusqu’au"),
        Column("Redevance", "money"),
        Column("Contrat n°", "minor"),
    )
    table = Table(
        "Contrats d’occupation",
        columns,
        tuple(
            Row(
                (
                    str(one.menage),
                    status_badge(one),
                    one.place.code,
                    one.start_on,
                    one.end_on,
                    one.monthly_redevance,
                    one.document.number if one.document else "",
                ),
                one.get_absolute_url(),
            )
            for one in page
        ),
    )
    context = {
        "form": form,
        "page": page,
        "table": table,
        "is_default": not status and not chosen.get("dispositif"),
        "can_prepare": request.user.holds(Permission.CONTRAT_PREPARE),
    }
    return render(request, "logement/contrat_list.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.CONTRAT_PREPARE)
def contrat_begin(request: HttpRequest) -> HttpResponse:
    """For whom a contract is to be prepared: a household looked for by its name."""
    asked = request.GET.get("q", "").strip()
    rows = preparable_menages(request.user) if asked else Menage.objects.none()
    for word in asked.split():
        rows = rows.filter(sort_name__contains=Lower(PlainText(Value(word))))
    context = {
        "asked": asked,
        "menages": list(rows.order_by("sort_name", "pk")[:MOST_FOUND]),
        "query": {name: request.GET[name] for name in ("place", "entree") if request.GET.get(name)},
    }
    return render(request, "logement/contrat_begin.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def contrat_prepare(request: HttpRequest, menage_id: int) -> HttpResponse:
    """A stay and its contract in draft, for a household: ?place= and ?entree= propose the place and the day."""
    menage = get_object_or_404(preparable_menages(request.user), pk=menage_id)
    lived_in = menage.sejours.open().exclude(contrats__status__in=_PENDING).values("residence")
    places = _places_for(request, menage).exclude(residence__in=lived_in)
    form = ContratForm(
        request.POST or None,
        menage=menage,
        places=places,
        initial=_proposed(request, places),
        back=reverse("logement:contrat_list"),
    )
    begun = _begun(menage)
    if begun is not None:
        messages.info(request, "Ce ménage a déjà un contrat en préparation : le voici.")
        return redirect(begun)
    lived = menage.sejours.visible_to(request.user, Permission.CONTRAT_PREPARE).open().first()
    if lived is not None and not places.exists():
        messages.info(request, "Ce ménage habite déjà la résidence : voici son séjour.")
        return redirect(lived)
    if request.method == "POST" and form.is_valid():
        try:
            contrat = prepare_contrat(by=request.user, menage=menage, **form.terms)
        except ValidationError as error:
            begun = _begun(menage)
            if begun is not None:
                return redirect(begun)
            _explain(form, error)
        else:
            messages.success(request, f"Contrat préparé pour {menage} : relisez-le, puis éditez-le.")
            return redirect(contrat)
    context = {
        "menage": menage,
        "form": form,
        "facts": _facts(form, menage, places),
        "banner": banner_for(request.user, menage, current="sejour"),
    }
    return render(request, "logement/contrat_prepare.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def contrat_edit(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Change a contract that nobody has signed."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_PREPARE)
    if contrat.previous_id is not None:
        messages.info(request, "Un changement de place ne se modifie pas : annulez-le, puis préparez-en un autre.")
        return redirect(contrat)
    if contrat.status not in (Status.DRAFT, Status.TO_SIGN):
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : il ne se modifie plus.")
        return redirect(contrat)
    places = _places_for(request, contrat.menage).filter(residence=contrat.residence)
    form = ContratForm(
        request.POST or None,
        menage=contrat.menage,
        places=places,
        contrat=contrat,
        initial={
            "place": contrat.place_id,
            "joined_places": [place.pk for place in contrat.joined_places.all()],
            "start_on": contrat.start_on,
            "deposit_amount": contrat.deposit_amount,
            "organisation": contrat.organisation,
            "special_terms": contrat.special_terms,
        },
        back=contrat.get_absolute_url(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            edit_contrat(by=request.user, contrat=contrat, **form.terms)
        except ValidationError as error:
            _explain(form, error)
        else:
            messages.success(request, "Contrat modifié : éditez-le de nouveau avant de le faire signer.")
            return redirect(contrat)
    context = {
        "contrat": contrat,
        "menage": contrat.menage,
        "form": form,
        "facts": _facts(form, contrat.menage, places),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/contrat_edit.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.CONTRAT_VIEW)
def contrat_detail(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """A contract: its terms, who signs, where it stands, what comes next."""
    user, day = request.user, today()
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_VIEW)
    record_reading(contrat.menage, by=user, what=contrat, residence=contrat.residence)
    parties = list(contrat.parties.select_related("personne").order_by("start_on", "pk"))
    preavis = contrat.preavis.live().select_related("recorded_by").first()
    may = {
        "prepare": user.holds(Permission.CONTRAT_PREPARE, contrat.residence.pk),
        "sign": user.holds(Permission.CONTRAT_SIGN, contrat.residence.pk),
        "preavis": user.holds(Permission.PREAVIS_RECORD, contrat.residence.pk),
        "cles": user.holds(Permission.CLES_RECORD, contrat.residence.pk),
        "edl": user.holds(Permission.ETAT_DES_LIEUX_RECORD, contrat.residence.pk),
    }
    is_open = contrat.status == Status.RUNNING and contrat.end_on is None
    may["change"] = may["prepare"] and is_open and not contrat.menage.is_masked
    context = {
        "following": contrat.following.exclude(status=Status.CANCELLED).select_related("place").first(),
        "avenants": [] if contrat.menage.is_masked else list(contrat.avenants.all()),
        "contrat": contrat,
        "sejour": contrat.sejour,
        "badge": status_badge(contrat),
        "parties": parties,
        "mandataires": []
        if contrat.menage.is_masked
        else signing_mandataires([party.personne for party in parties], contrat.start_on),
        "joined": list(contrat.joined_places.all()),
        "preavis": explained(preavis) if preavis else None,
        "past_preavis": contrat.preavis.filter(withdrawn_at__isnull=False).select_related("withdrawn_by"),
        "length": length_of(contrat.sejour, contrat, day),
        "keys_awaited": contrat.is_left and not ContratOccupation.objects.kept().filter(pk=contrat.pk).exists(),
        "may": may,
        "to_verify": is_to_verify(contrat.residence, day),
        "duties": duties_about(user, contrat.menage),
        "banner": banner_for(user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/contrat_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def contrat_issue(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Read the contract as it will be, then freeze it as a numbered document to sign."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_PREPARE)
    if contrat.status != Status.DRAFT:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : il est déjà édité.")
        return redirect(contrat)
    errors: list[str] = []
    if request.method == "POST":
        try:
            contrat = issue_contrat(by=request.user, contrat=contrat)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, f"Contrat n° {contrat.document.number} édité : il est prêt à signer.")
            return redirect(contrat)
    day = today()
    data = contract_data(
        contrat,
        modele=current_modele(contrat.residence, DocumentKind.CONTRAT, day),
        reglement=current_modele(contrat.residence, DocumentKind.REGLEMENT, day),
    )
    context = {
        "contrat": contrat,
        "data": data,
        "errors": errors,
        "to_verify": is_to_verify(contrat.residence, day),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/contrat_issue.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_SIGN)
def contrat_sign(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Both have signed; the reservation of the place becomes an occupation."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_SIGN)
    if contrat.status != Status.TO_SIGN:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()}.")
        return redirect(contrat)
    form = SignatureForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            sign_contrat(by=request.user, contrat=contrat, signed_on=form.cleaned_data["signed_on"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(
                request, f"Contrat signé pour {contrat.menage}. Reste à faire pour l’entrée : voir ci-dessous."
            )
            return redirect(contrat.sejour)
    context = {
        "contrat": contrat,
        "form": form,
        "signatures": contrat.document.data["signatures"] if contrat.document else (),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/contrat_sign.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CONTRAT_PREPARE)
def contrat_cancel(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """Give up a contract that was never signed, or whose keys were never taken."""
    contrat = _contrat(request, contrat_id, Permission.CONTRAT_PREPARE)
    if contrat.status not in (Status.DRAFT, Status.TO_SIGN, Status.RUNNING):
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : il ne s’annule plus.")
        return redirect(contrat)
    form = AnnulationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_contrat(by=request.user, contrat=contrat, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Contrat annulé pour {contrat.menage}.")
            return redirect(contrat)
    context = {
        "contrat": contrat,
        "form": form,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/contrat_cancel.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ASSURANCE_RECORD)
def assurance_record(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """The attestation of insurance of a resident."""
    contrat = _contrat(request, contrat_id, Permission.ASSURANCE_RECORD)
    form = AssuranceForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            assurance = record_assurance(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Assurance enregistrée : {assurance}.")
            return redirect(contrat.sejour)
    context = {
        "contrat": contrat,
        "form": form,
        "known": contrat.assurances.select_related("recorded_by").order_by("-end_on"),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/assurance_record.html", context)


# Parts

_PENDING = (Status.DRAFT, Status.TO_SIGN)


def _contrat(request: HttpRequest, contrat_id: int, permission: Permission) -> ContratOccupation:
    rows = ContratOccupation.objects.visible_to(request.user, permission)
    contrat: ContratOccupation = get_object_or_404(
        rows.select_related(
            "sejour__menage",
            "sejour__residence",
            "sejour__dispositif",
            "place__logement__batiment",
            "place__categorie",
            "place__dispositif",
            "document__residence",
            "previous__place",
        ),
        pk=contrat_id,
    )
    return contrat


def _places_for(request: HttpRequest, menage: Menage) -> Any:
    """Places of the résidences that the household is tied to, save those lived in without a known end."""
    lived_in = OccupationPlace.objects.live().filter(
        kind=OccupationPlace.Kind.CONTRACT, place=OuterRef("pk"), period__endswith__isnull=True
    )
    return (
        Place.objects.visible_to(request.user, Permission.CONTRAT_PREPARE)
        .lettable()
        .filter(residence__in=menage.rattachements.values("residence"))
        .exclude(Exists(lived_in))
        .select_related("logement__batiment", "categorie", "dispositif", "residence")
        .order_by("residence__name", "code")
    )


def _proposed(request: HttpRequest, places: Any) -> dict[str, Any]:
    """What the address proposes: a place, and a day of entry."""
    place_id = request.GET.get("place", "")
    try:
        day = DateField(required=False).clean(request.GET.get("entree", ""))
    except ValidationError:
        day = None
    found = places.filter(pk=place_id).first() if place_id.isdecimal() else None
    return {"place": found.pk if found else None, "start_on": day or today()}


def _begun(menage: Menage) -> ContratOccupation | None:
    """The contract that this household already has in preparation, where the form would make another."""
    residences = menage.rattachements.values_list("residence_id", flat=True)
    found = [pending_contrat(menage, residence_id) for residence_id in set(residences)]
    return next((one for one in found if one is not None), None)


def _facts(form: ContratForm, menage: Menage, places: Any) -> dict[str, Any] | None:
    """What the place that is proposed costs, and what stands in its way, before anything is written."""
    typed = form["place"].value()
    place = places.filter(pk=typed).first() if str(typed or "").isdecimal() else None
    if place is None:
        return None
    day = form.entry_day()
    (place,) = placed([place])
    price = price_of([place], day)
    seen = look([place], menage=menage, start_on=day)
    return {
        "place": place,
        "day": day,
        "price": price,
        "deposit": deposit_maximum(price, place.dispositif) if price else None,
        "look": seen,
        "persons": form.household_size,
    }


def _explain(form: ContratForm, error: ValidationError) -> None:
    if hasattr(error, "error_dict") and "surface_confirmed" in error.error_dict:
        form.ask_about_surface()
    put_errors(form, error)
