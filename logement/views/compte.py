"""Accounts: where each stands, the statement of one, who begins to owe; close a month."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.compte import close_month
from logement.actions.quittances import issue_statement
from logement.forms.avis import CompteFilterForm
from logement.forms.campagnes import CloseMonthForm, month_name
from logement.forms.errors import put_errors
from logement.hooks import stay_among
from logement.models import AvisEcheance, ClotureMensuelle, Sejour
from logement.queries.compte import (
    account_rows,
    balance_of,
    balances,
    current_contrats,
    last_signed,
    statements,
    stays_like,
)
from logement.views.parc import chosen_residence, ordered
from residence.actions.journal import record_reading
from residence.components import Column, Row, Table
from residence.models import Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for, parts_of
from residence.queries.menages import MenageReader
from residence.queries.together import together
from residence.rules.dates import add_months, month_start

PER_PAGE = 50
# A statement on screen begins so many months back, unless all of it is asked for.
STATEMENT_MONTHS = 12


def sejour_or_404(request: HttpRequest, sejour_id: int, permission: Permission) -> Sejour:
    rows = Sejour.objects.visible_to(request.user, permission).select_related("menage", "residence", "dispositif")
    sejour: Sejour = get_object_or_404(rows, pk=sejour_id)
    return sejour


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def compte_list(request: HttpRequest) -> HttpResponse:
    """Where the accounts stand."""
    rows = Sejour.objects.visible_to(request.user, Permission.COMPTE_VIEW).filter(cancelled_at=None)
    if residence_id := chosen_residence(request):
        rows = rows.filter(residence=residence_id)
    form = CompteFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("etat") == "termines":
        rows = rows.filter(ended_on__isnull=False)
    elif wanted.get("etat") != "tous":
        rows = rows.open()
    if wanted.get("q"):
        rows = rows.filter(pk__in=stays_like(request.user, wanted["q"].strip()).values("pk"))
    if wanted.get("reste"):
        owing = AvisEcheance.objects.unsettled().with_to_pay().filter(to_pay__gt=0)
        owing = owing.filter(due_on__lt=today()) if wanted["reste"] == "retard" else owing
        rows = rows.filter(pk__in=owing.values("contrat__sejour"))
    rows = ordered(request, rows.select_related("menage", "residence"), _SORTS, "menage")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "logement/compte_list.html", {"form": form, "page": page, "table": _table(list(page))})


_SORTS = {"menage": ("menage__sort_name",), "entree": ("start_on",)}


def _table(sejours: list[Sejour]) -> Table:
    ids = [sejour.pk for sejour in sejours]
    stand, contrats = balances(ids), current_contrats(ids)
    columns = (
        Column("Ménage", "main", sort="menage"),
        Column("Place", "code", word="place"),
        Column("Entrée", "date", sort="entree", word="entré le"),
        Column("En retard", "money", word="en retard"),
        Column("À payer par le résident", "money", word="à payer"),
        Column("APL attendue", "money", word="APL attendue"),
        Column("Payé d’avance", "money", word="payé d’avance"),
    )
    rows = []
    for sejour in sejours:
        balance, contrat = stand[sejour.pk], contrats.get(sejour.pk)
        rows.append(
            Row(
                (
                    str(sejour.menage),
                    contrat.place.code if contrat else None,
                    sejour.start_on,
                    balance.overdue or None,
                    balance.to_pay,
                    balance.apl_awaited or None,
                    balance.surplus or None,
                ),
                reverse("logement:compte_detail", args=[sejour.pk]),
            )
        )
    return Table("Comptes", columns, tuple(rows))


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def compte_detail(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """The account of a stay: what is left to pay, what was asked and paid, the deposit, the APL, the receipts."""
    user = request.user
    sejour = sejour_or_404(request, sejour_id, Permission.COMPTE_VIEW)
    record_reading(sejour.menage, by=user, what=sejour, residence=sejour.residence)
    everything = "tout" in request.GET
    start = add_months(month_start(today()), -STATEMENT_MONTHS)
    parts = parts_of(MenageReader(user, sejour.menage))
    sejour = stay_among(parts, sejour)
    contrat = last_signed(sejour)
    balance = balance_of(sejour)
    since = None if everything or start <= sejour.start_on else start
    shown, deposit = statements(sejour, start=since, everything=everything, ledger=balance.ledger)
    rights, subscribed, payments, receipts, papers, terms = together(*account_rows(sejour, contrat))
    context = {
        "sejour": sejour,
        "contrat": contrat,
        "banner": banner_for(user, sejour.menage, current="compte", parts=parts),
        "duties": duties_about(user, sejour.menage),
        "balance": balance,
        "open_avis": sorted(terms, key=lambda one: (one.due_on, one.rank, one.pk)),
        "statement": shown,
        "lines": shown.lines[::-1],
        "everything": everything,
        "deposit": deposit,
        "droit": max(rights, key=lambda one: (one.start_on, one.pk), default=None),
        "souscriptions": sorted(subscribed, key=lambda one: one.start_on, reverse=True),
        "payments": sorted(payments, key=lambda one: (one.received_on, one.pk), reverse=True),
        "receipts": receipts[::-1],
        "refunds": sejour.decaissements.select_related("document__residence", "restitution__document__residence")
        .defer("document__data", "restitution__document__data")
        .order_by("-pk")[:6],
        "statements": papers[::-1],
        "may": {
            "debit": user.holds(Permission.PRELEVEMENT_MANAGE, sejour.residence_id),
            "pay": user.holds(Permission.ENCAISSEMENT_RECORD, sejour.residence_id),
            "issue": user.holds(Permission.AVIS_ISSUE, sejour.residence_id),
            "print": user.holds(Permission.QUITTANCE_ISSUE, sejour.residence_id),
            "apl": user.holds(Permission.APL_RECORD, sejour.residence_id),
            "refund": user.holds(Permission.REMBOURSEMENT_RECORD, sejour.residence_id),
        },
    }
    return render(request, "logement/compte_detail.html", context)


@require_http_methods(["POST"])
@require_permission(Permission.QUITTANCE_ISSUE)
def compte_statement(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Issue the statement of an account on paper, and open it."""
    sejour = sejour_or_404(request, sejour_id, Permission.QUITTANCE_ISSUE)
    document = issue_statement(by=request.user, sejour=sejour)
    return redirect(document)


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def mois_list(request: HttpRequest) -> HttpResponse:
    """Until when the books of each résidence are closed."""
    residences = Residence.objects.visible_to(request.user, Permission.COMPTE_VIEW)
    if residence_id := chosen_residence(request):
        residences = residences.filter(pk=residence_id)
    closings = ClotureMensuelle.objects.filter(residence__in=residences)
    closings = closings.select_related("residence", "closed_by").order_by("-month", "residence__name")
    page = Paginator(closings, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Mois clos",
        (
            Column("Mois", "main"),
            Column("Résidence"),
            Column("Clos par", word="clos par"),
            Column("Le", "date", word="le"),
        ),
        tuple(
            Row((month_name(row.month).capitalize(), str(row.residence), str(row.closed_by), row.closed_at))
            for row in page
        ),
    )
    may_close = [residence for residence in residences if request.user.holds(Permission.AVIS_ISSUE, residence.pk)]
    return render(request, "logement/mois_list.html", {"page": page, "table": table, "residences": may_close})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def mois_close(request: HttpRequest, residence_id: int) -> HttpResponse:
    """Close the books of a month: nothing is dated there any more."""
    rows: Any = Residence.objects.visible_to(request.user, Permission.AVIS_ISSUE)
    residence = get_object_or_404(rows, pk=residence_id)
    initial = {"month": add_months(month_start(today()), -1)}
    form = CloseMonthForm(request.POST or None, initial=initial, back=reverse("logement:mois_list"))
    if request.method == "POST" and form.is_valid():
        try:
            cloture = close_month(by=request.user, residence=residence, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Les comptes de {residence} sont clos jusqu’à {month_name(cloture.month)}.")
            return redirect("logement:mois_list")
    return render(request, "logement/mois_close.html", {"form": form, "residence": residence})
