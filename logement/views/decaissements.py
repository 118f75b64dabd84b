"""Money that goes out: pay a credit back, settle a deposit, take a refund back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.decaissements import Deduction, cancel_remboursement, record_remboursement, settle_deposit
from logement.forms.campagnes import ReasonForm
from logement.forms.decaissements import RemboursementForm, RestitutionForm
from logement.forms.errors import put_errors
from logement.models import Decaissement, RestitutionDepot, RetenueDepot, RetenueSortie
from logement.queries.compte import balance_of, current_contrats
from logement.queries.decaissements import refundable
from logement.rules.depot import legal_rate, refund_due_on
from logement.views.compte import sejour_or_404
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.money import euros


def _back(sejour_id: int) -> str:
    return reverse("logement:compte_detail", args=[sejour_id])


@require_http_methods(["GET", "POST"])
@require_permission(Permission.REMBOURSEMENT_RECORD)
def remboursement_record(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Pay back what an account holds ahead, or the APL above loyer and charges."""
    sejour = sejour_or_404(request, sejour_id, Permission.REMBOURSEMENT_RECORD)
    most = refundable(sejour.pk)
    form = RemboursementForm(request.POST or None, most=most, back=_back(sejour.pk), payee=str(sejour.menage))
    if request.method == "POST" and form.is_valid():
        try:
            row = record_remboursement(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"{euros(row.amount)} rendus. L’avis de remboursement est prêt.")
            return redirect(_back(sejour.pk))
    context = {
        "form": form,
        "sejour": sejour,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
        "nothing": not any(amount > 0 for amount in most.values()),
    }
    return render(request, "logement/remboursement_record.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.REMBOURSEMENT_RECORD)
def remboursement_cancel(request: HttpRequest, decaissement_id: int) -> HttpResponse:
    """Take a refund back."""
    rows = Decaissement.objects.visible_to(request.user, Permission.REMBOURSEMENT_RECORD)
    row: Any = get_object_or_404(rows.select_related("sejour__menage"), pk=decaissement_id)
    if row.cancelled_at is not None:
        messages.info(request, "Ce remboursement est déjà annulé.")
        return redirect(_back(row.sejour_id))
    form = ReasonForm(request.POST or None, submit="Annuler le remboursement", back=_back(row.sejour_id))
    if request.method == "POST" and form.is_valid():
        try:
            cancel_remboursement(by=request.user, decaissement=row, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le remboursement est annulé : le crédit est de nouveau au compte.")
            return redirect(_back(row.sejour_id))
    context = {
        "form": form,
        "row": row,
        "sejour": row.sejour,
        "banner": banner_for(request.user, row.sejour.menage, current="compte"),
    }
    return render(request, "logement/remboursement_cancel.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.REMBOURSEMENT_RECORD)
def depot_settle(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Settle the deposit of a stay that is over, and give back what is left of it."""
    sejour = sejour_or_404(request, sejour_id, Permission.REMBOURSEMENT_RECORD)
    balance = balance_of(sejour)
    contrat = current_contrats([sejour.pk]).get(sejour.pk)
    keys_on = contrat.keys_back_on if contrat else None
    done = RestitutionDepot.objects.filter(sejour=sejour).first()
    form = RestitutionForm(
        request.POST or None,
        owed=balance.to_pay,
        held=balance.deposit_held,
        decided=[
            Deduction(RetenueDepot.Kind.REPAIR, str(one)[:150], one.amount, one.proof_reference)
            for one in RetenueSortie.objects.live().of_stay(sejour.pk).select_related("ligne").order_by("pk")
            if one.amount > 0
        ],
        back=_back(sejour.pk),
        payee=str(sejour.menage),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = settle_deposit(
                by=request.user,
                sejour=sejour,
                deductions=form.deductions(),
                **{name: given[name] for name in ("paid_on", "method", "payee", "proof", "form_key")},
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Le dépôt est arrêté : {euros(row.refund)} rendus. Le décompte est prêt.")
            return redirect(_back(sejour.pk))
    context = {
        "form": form,
        "sejour": sejour,
        "banner": banner_for(request.user, sejour.menage, current="compte"),
        "balance": balance,
        "keys_on": keys_on,
        "due_on": refund_due_on(keys_on) if keys_on else None,
        "rate": legal_rate(today()),
        "rate_percent": legal_rate(today()).value * 100,
        "done": done,
        "may": keys_on is not None and balance.deposit_held > 0 and done is None,
    }
    return render(request, "logement/depot_settle.html", context)
