"""The cash box and the cheques: counted, handed to the bank."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.caisse import count_caisse, make_bordereau
from logement.forms.caisse import BordereauForm, ComptageForm
from logement.forms.errors import put_errors
from logement.models import BordereauCheques, ComptageCaisse
from logement.queries.caisse import caisse_of, cheques_to_hand
from logement.views.parc import chosen_residence
from residence.components import Badge, Column, Row, Table
from residence.models import Residence
from residence.permissions import Permission, require_permission
from residence.rules.money import ZERO, euros

PER_PAGE = 50
RECORD = Permission.ENCAISSEMENT_RECORD


def _residences(request: HttpRequest) -> Any:
    rows = Residence.objects.visible_to(request.user, RECORD)
    residence_id = chosen_residence(request)
    return rows.filter(pk=residence_id) if residence_id else rows


@require_http_methods(["GET"])
@require_permission(RECORD)
def caisse_list(request: HttpRequest) -> HttpResponse:
    """What each box should hold now; the counts."""
    residences = list(_residences(request))
    rows = ComptageCaisse.objects.filter(residence__in=residences).select_related("residence", "counted_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Comptages",
        (
            Column("Compté le", "main"),
            Column("Par", word="par"),
            Column("Écart", "tags"),
            Column("Explication"),
            Column("Attendu", "money", word="attendu"),
            Column("Versé à la banque", "money", word="versé"),
            Column("Compté", "money"),
        ),
        tuple(
            Row(
                (
                    f"{one.counted_at:%d/%m/%Y}",
                    str(one.counted_by),
                    Badge(f"{one.difference:+.2f} €".replace(".", ","), "soon")
                    if one.difference
                    else Badge("juste", "done"),
                    one.explanation or None,
                    one.opening + one.received,
                    one.taken or None,
                    one.counted,
                )
            )
            for one in page
        ),
    )
    boxes = [(one, caisse_of(one)) for one in residences]
    return render(request, "logement/caisse_list.html", {"page": page, "table": table, "boxes": boxes})


@require_http_methods(["GET", "POST"])
@require_permission(RECORD)
def caisse_count(request: HttpRequest, residence_id: int) -> HttpResponse:
    """Count the box of a résidence."""
    residence: Any = get_object_or_404(Residence.objects.visible_to(request.user, RECORD), pk=residence_id)
    form = ComptageForm(request.POST or None, back=reverse("logement:caisse_list"))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = count_caisse(by=request.user, residence=residence, **given | {"taken": given["taken"] or ZERO})
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Caisse comptée : {euros(row.counted)}.")
            return redirect("logement:caisse_list")
    context = {"form": form, "residence": residence, "caisse": caisse_of(residence)}
    return render(request, "logement/caisse_count.html", context)


@require_http_methods(["GET"])
@require_permission(RECORD)
def bordereau_list(request: HttpRequest) -> HttpResponse:
    """The slips; the cheques that wait."""
    residences = list(_residences(request))
    rows = BordereauCheques.objects.filter(residence__in=residences)
    rows = rows.select_related("residence", "made_by", "document__residence").defer("document__data")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Bordereaux de remise",
        (
            Column("Bordereau", "main"),
            Column("Remis le", "date", word="remis le"),
            Column("Par", word="par"),
            Column("Chèques", "number", word="chèques"),
            Column("Total", "money"),
        ),
        tuple(
            Row(
                (one.document.number, one.handed_on, str(one.made_by), one.count, one.total),
                one.document.get_absolute_url(),
            )
            for one in page
        ),
    )
    waiting = [(one, cheques_to_hand(one).count()) for one in residences]
    return render(request, "logement/bordereau_list.html", {"page": page, "table": table, "waiting": waiting})


@require_http_methods(["GET", "POST"])
@require_permission(RECORD)
def bordereau_make(request: HttpRequest, residence_id: int) -> HttpResponse:
    """The slip of the cheques that wait."""
    residence: Any = get_object_or_404(Residence.objects.visible_to(request.user, RECORD), pk=residence_id)
    cheques = list(cheques_to_hand(residence)[:200])
    form = BordereauForm(request.POST or None, cheques=cheques, back=reverse("logement:bordereau_list"))
    if request.method == "POST" and form.is_valid():
        try:
            bordereau = make_bordereau(by=request.user, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Bordereau de {euros(bordereau.total)} : imprimez-le pour la banque.")
            return redirect("logement:bordereau_list")
    context = {
        "form": form,
        "residence": residence,
        "cheques": cheques,
        "total": sum((c.amount for c in cheques), ZERO),
    }
    return render(request, "logement/bordereau_make.html", context)
