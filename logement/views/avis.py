"""Avis d'échéance: those of a month, one of them, its correction."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.apl import cancel_take_back, is_take_back
from logement.actions.avis import differences, rectify_avis
from logement.forms.avis import AvisFilterForm
from logement.forms.campagnes import ReasonForm, month_name
from logement.forms.errors import put_errors
from logement.models import AvisEcheance, Encaissement
from logement.queries.compte import stays_like
from logement.views.parc import chosen_residence, ordered
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Row, Table
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.templatetags.residence_ui import de

PER_PAGE = 50
Status = AvisEcheance.Status


def avis_badge(avis: AvisEcheance) -> Badge:
    """How an avis stands, in a word."""
    if avis.status == Status.CANCELLED:
        return Badge("annulé")
    if avis.status == Status.PREPARED:
        return Badge("préparé", "information")
    if avis.total < 0:
        return Badge("en faveur du résident", "information")
    if avis.left == 0:
        return Badge("payé", "done")
    if avis.left_to_pay == 0:
        return Badge("APL attendue", "information")
    if avis.due_on < today():
        return Badge("en retard", "late")
    return Badge("payé en partie" if avis.paid else "à payer", "plain")


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def avis_list(request: HttpRequest) -> HttpResponse:
    """The avis d'échéance, with what they come to."""
    rows = AvisEcheance.objects.visible_to(request.user, Permission.COMPTE_VIEW)
    if residence_id := chosen_residence(request):
        rows = rows.filter(contrat__sejour__residence=residence_id)
    form = AvisFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = rows.filter(status=wanted["etat"]) if wanted.get("etat") else rows.live()
    if wanted.get("mois"):
        rows = rows.filter(month=wanted["mois"])
    if wanted.get("q"):
        rows = rows.filter(contrat__sejour__in=stays_like(request.user, wanted["q"].strip()).values("pk"))
    rows = rows.with_to_pay()
    match wanted.get("reste"):
        case "oui":
            rows = rows.filter(to_pay__gt=0)
        case "retard":
            rows = rows.filter(to_pay__gt=0, due_on__lt=today(), status__in=[Status.CONFIRMED, Status.SENT])
        case "non":
            rows = rows.filter(to_pay=0)
    shown = rows.select_related("contrat__sejour__menage", "contrat__place")
    paginator = KeysFirst(
        ordered(request, shown, _SORTS, "mois"),
        PER_PAGE,
        totals={"total": Sum("total"), "apl": Sum("apl_expected"), "paid": Sum("paid"), "left": Sum("to_pay")},
        whole="compter" in request.GET,
        leading="month",
    )
    page = paginator.get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "table": avis_table(list(page), paginator.figures)}
    return render(request, "logement/avis_list.html", context)


_SORTS = {
    "mois": ("-month", "contrat__place__code", "rank"),
    "menage": ("contrat__sejour__menage__sort_name", "-month"),
    "total": ("-total",),
    "reste": ("-to_pay",),
}


def avis_table(avis: list[AvisEcheance], totals: dict[str, Any]) -> Table:
    return Table(
        "Avis d’échéance",
        (
            Column("Ménage", "main", sort="menage"),
            Column("Place", "code", word="place"),
            Column("Mois", sort="mois"),
            Column("À payer pour le", "date", word="pour le"),
            Column("État", "tags"),
            Column("Demandé", "money", sort="total"),
            Column("APL attendue", "money", word="APL attendue"),
            Column("Payé", "money", word="payé"),
            Column("Reste au résident", "money", sort="reste", word="reste"),
        ),
        tuple(
            Row(
                (
                    str(one.contrat.sejour.menage),
                    one.contrat.place.code,
                    month_name(one.month) + (f" (rectificatif {one.rank})" if one.rank else ""),
                    one.due_on,
                    avis_badge(one),
                    one.total,
                    one.apl_expected or None,
                    one.paid or None,
                    one.left_to_pay if one.status != Status.CANCELLED else None,
                ),
                one.get_absolute_url(),
            )
            for one in avis
        ),
        totals=(
            "En tout",
            None,
            None,
            None,
            None,
            totals["total"],
            totals["apl"],
            totals["paid"],
            totals["left"],
        )
        if totals and avis
        else (),
    )


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def avis_detail(request: HttpRequest, avis_id: int) -> HttpResponse:
    """One avis: its lines, what has paid it, its papers."""
    avis = _avis(request, avis_id, Permission.COMPTE_VIEW)
    sejour = avis.contrat.sejour
    record_reading(sejour.menage, by=request.user, what=avis, residence=sejour.residence)
    settled = (
        avis.imputations.values(
            "encaissement", "encaissement__received_on", "encaissement__method", "credit_avis__month"
        )
        .annotate(amount=Sum("amount"))
        .exclude(amount=0)
        .order_by("encaissement__received_on")
    )
    methods = dict(Encaissement.Method.choices)
    context = {
        "avis": avis,
        "badge": avis_badge(avis),
        "period": f"du {avis.start_on:%d/%m/%Y} au {avis.end_on:%d/%m/%Y}",
        "sejour": sejour,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
        "lines": avis.lignes.order_by("pk"),
        "settled": [{**row, "label": methods.get(row["encaissement__method"], "crédit du compte")} for row in settled],
        "rectificatifs": avis.rectificatifs.live().order_by("rank"),
        "receipts": avis.quittances.select_related("document__residence", "encaissement").order_by("pk"),
        "can_cancel": avis.status in (Status.CONFIRMED, Status.SENT)
        and is_take_back(avis)
        and request.user.holds(Permission.AVIS_ISSUE, sejour.residence_id),
        "can_rectify": avis.rank == 0
        and avis.status in (Status.CONFIRMED, Status.SENT)
        and request.user.holds(Permission.AVIS_ISSUE, sejour.residence_id),
    }
    return render(request, "logement/avis_detail.html", context)


def _avis(request: HttpRequest, avis_id: int, permission: Permission) -> AvisEcheance:
    rows = AvisEcheance.objects.visible_to(request.user, permission)
    avis: AvisEcheance = get_object_or_404(
        rows.select_related(
            "contrat__sejour__menage",
            "contrat__sejour__residence",
            "contrat__place",
            "campagne",
            "rectifies",
            "document__residence",
            "facture__residence",
        ),
        pk=avis_id,
    )
    return avis


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def avis_rectify(request: HttpRequest, avis_id: int) -> HttpResponse:
    """Correct an avis that is out: what differs is shown, a rectificatif says it."""
    avis = _avis(request, avis_id, Permission.AVIS_ISSUE)
    if avis.rank or avis.status not in (Status.CONFIRMED, Status.SENT):
        messages.info(request, "On rectifie un avis d’échéance confirmé, pas celui-ci.")
        return redirect(avis)
    form = ReasonForm(
        request.POST or None,
        submit="Émettre l’avis rectificatif",
        back=avis.get_absolute_url(),
        help_text="Écrit sur l’avis rectificatif, que le résident lira.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            rectificatif = rectify_avis(by=request.user, avis=avis, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"L’{rectificatif.kind_label} {de(month_name(avis.month))} est émis.")
            return redirect(rectificatif)
    context = {
        "form": form,
        "avis": avis,
        "found": differences(avis),
        "back": reverse("logement:avis_detail", args=[avis.pk]),
        "banner": banner_for(request.user, avis.contrat.sejour.menage, current="compte"),
    }
    return render(request, "logement/avis_rectify.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def reprise_cancel(request: HttpRequest, avis_id: int) -> HttpResponse:
    """Undo an APL that was asked back from the resident by mistake."""
    avis = _avis(request, avis_id, Permission.AVIS_ISSUE)
    if avis.status == Status.CANCELLED or not is_take_back(avis):
        messages.info(request, "Il n’y a pas de reprise d’APL à annuler ici.")
        return redirect(avis)
    form = ReasonForm(
        request.POST or None,
        submit="Annuler la reprise",
        back=avis.get_absolute_url(),
        help_text="Écrit sur le relevé, que le résident lira.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            cancel_take_back(by=request.user, avis=avis, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La reprise est annulée : le compte et le relevé le disent.")
            return redirect(avis)
    banner = banner_for(request.user, avis.contrat.sejour.menage, current="compte")
    return render(request, "logement/reprise_cancel.html", {"form": form, "avis": avis, "banner": banner})
