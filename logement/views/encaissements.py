"""Payments: record one, look at those of a period, cancel one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.encaissements import cancel_encaissement, impute_again, record_encaissement
from logement.forms.campagnes import ReasonForm
from logement.forms.encaissements import EncaissementFilterForm, EncaissementForm, ImputationForm
from logement.forms.errors import put_errors
from logement.models import AvisEcheance, Encaissement, Quittance
from logement.queries.compte import balance_of, current_contrats, open_avis, stays_like
from logement.views.compte import sejour_or_404
from logement.views.parc import chosen_residence, ordered
from residence.components import Badge, Column, Row, Table
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.money import euros

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def encaissement_list(request: HttpRequest) -> HttpResponse:
    """What has been received, and how much in all."""
    rows = Encaissement.objects.visible_to(request.user, Permission.COMPTE_VIEW)
    if residence_id := chosen_residence(request):
        rows = rows.filter(sejour__residence=residence_id)
    form = EncaissementFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("etat") == "annules":
        rows = rows.filter(cancelled_at__isnull=False)
    elif wanted.get("etat") != "tous":
        rows = rows.live()
    if wanted.get("q"):
        rows = rows.filter(sejour__in=stays_like(request.user, wanted["q"].strip()).values("pk"))
    if wanted.get("du"):
        rows = rows.filter(received_on__gte=wanted["du"])
    if wanted.get("au"):
        rows = rows.filter(received_on__lte=wanted["au"])
    if wanted.get("moyen"):
        rows = rows.filter(method=wanted["moyen"])
    paginator = KeysFirst(
        ordered(request, rows.select_related("sejour__menage"), _SORTS, "date"),
        PER_PAGE,
        totals={"total": Sum("amount")},
        whole="compter" in request.GET,
    )
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "table": _table(list(page), paginator.figures),
        "may_import": request.user.holds(Permission.ENCAISSEMENT_RECORD),
    }
    return render(request, "logement/encaissement_list.html", context)


_SORTS = {"date": ("-received_on", "-pk"), "montant": ("-amount",), "menage": ("sejour__menage__sort_name",)}


def _table(payments: list[Encaissement], totals: dict[str, Any]) -> Table:
    contrats = current_contrats({payment.sejour_id for payment in payments})
    return Table(
        "Paiements",
        (
            Column("Ménage", "main", sort="menage"),
            Column("Place", "code", word="place"),
            Column("Reçu le", "date", sort="date", word="reçu le"),
            Column("Moyen"),
            Column("Pour"),
            Column("Référence", "minor"),
            Column("État", "tags"),
            Column("Montant", "money", sort="montant"),
        ),
        tuple(
            Row(
                (
                    str(payment.sejour.menage),
                    contrats[payment.sejour_id].place.code if payment.sejour_id in contrats else None,
                    payment.received_on,
                    payment.get_method_display(),
                    "dépôt de garantie" if payment.is_deposit else "redevance",
                    payment.cash_number or ("" if payment.sejour.menage.is_masked else payment.reference),
                    Badge("annulé", "late") if payment.cancelled_at else "",
                    payment.amount,
                ),
                reverse("logement:compte_detail", args=[payment.sejour_id]),
            )
            for payment in payments
        ),
        totals=("En tout", None, None, None, None, None, None, totals["total"]) if totals and payments else (),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def encaissement_record(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Record a payment: what is left to pay is proposed, the receipts follow by themselves."""
    sejour = sejour_or_404(request, sejour_id, Permission.ENCAISSEMENT_RECORD)
    back = reverse("logement:compte_detail", args=[sejour.pk])
    balance = balance_of(sejour)
    terms = list(open_avis(sejour))
    form = EncaissementForm(
        request.POST or None, balance=balance, open_avis=terms, deposit="depot" in request.GET, back=back
    )
    if request.method == "POST" and form.is_valid():
        try:
            payment = record_encaissement(by=request.user, sejour=sejour, **form.payment())
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _told(payment))
            return redirect(back)
    context = {
        "form": form,
        "sejour": sejour,
        "balance": balance,
        "open_avis": terms,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
    }
    return render(request, "logement/encaissement_record.html", context)


def _told(payment: Encaissement) -> str:
    """What has been done, receipts included."""
    said = [f"{euros(payment.amount)} enregistrés ({payment.get_method_display()})."]
    settled = payment.imputations.values_list("avis", flat=True)
    quittances = Quittance.objects.live().filter(kind=Quittance.Kind.QUITTANCE, avis__in=settled).count()
    recus = payment.quittances.live().filter(kind=Quittance.Kind.RECU).count()
    papers = []
    if quittances:
        papers.append("la quittance" if quittances == 1 else f"{quittances} quittances")
    if recus:
        papers.append("le reçu" if recus == 1 else f"{recus} reçus")
    if papers:
        said.append(f"À remettre : {' et '.join(papers)}, ci-dessous.")
    if payment.surplus:
        said.append(f"{euros(payment.surplus)} restent d’avance sur le compte.")
    return " ".join(said)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def encaissement_cancel(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Take back a payment recorded by mistake, or one that bounced."""
    rows = Encaissement.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD)
    payment = get_object_or_404(rows.select_related("sejour__menage", "sejour__residence"), pk=encaissement_id)
    back = reverse("logement:compte_detail", args=[payment.sejour_id])
    if payment.cancelled_at:
        messages.info(request, "Ce paiement est déjà annulé.")
        return redirect(back)
    form = ReasonForm(
        request.POST or None,
        submit="Annuler ce paiement",
        back=back,
        help_text="Le résident lira cette raison : « chèque sans provision », « saisi deux fois »…",
    )
    if request.method == "POST" and form.is_valid():
        try:
            cancel_encaissement(by=request.user, encaissement=payment, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Le paiement de {euros(payment.amount)} est annulé.")
            return redirect(back)
    receipts = Quittance.objects.live().filter(sejour=payment.sejour).filter(_rest_on(payment))
    context = {
        "form": form,
        "payment": payment,
        "receipts": receipts.select_related("avis", "document__residence"),
        "banner": banner_for(request.user, payment.sejour.menage, current="compte"),
    }
    return render(request, "logement/encaissement_cancel.html", context)


def _rest_on(payment: Encaissement) -> Any:
    return Q(encaissement=payment) | Q(
        kind=Quittance.Kind.QUITTANCE, avis__in=payment.imputations.values_list("avis", flat=True)
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENCAISSEMENT_RECORD)
def encaissement_impute(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Set a payment against other terms than those it settled."""
    rows = Encaissement.objects.visible_to(request.user, Permission.ENCAISSEMENT_RECORD)
    encaissement: Any = get_object_or_404(rows.select_related("sejour__menage"), pk=encaissement_id)
    sejour = encaissement.sejour
    back = reverse("logement:compte_detail", args=[sejour.pk])
    settled = encaissement.imputations.exclude(avis=None).values("avis")
    called = AvisEcheance.objects.called().filter(contrat__sejour=sejour, total__gt=0)
    terms = list(called.filter(Q(pk__in=settled) | ~Q(paid=F("total"))).order_by("due_on", "pk"))
    form = ImputationForm(request.POST or None, terms=terms, back=back)
    if request.method == "POST" and form.is_valid():
        try:
            impute_again(by=request.user, encaissement=encaissement, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le paiement est imputé autrement. Les reçus suivent.")
            return redirect(back)
    context = {
        "form": form,
        "payment": encaissement,
        "sejour": sejour,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
    }
    return render(request, "logement/encaissement_impute.html", context)
