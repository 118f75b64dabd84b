"""Quittances et reçus: those of a month, on paper in one file."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.envois import email_receipts
from logement.actions.quittances import issue_quittances
from logement.forms.avis import QuittanceFilterForm
from logement.forms.campagnes import QuittancesForm, SentMonthForm, month_name
from logement.forms.errors import put_errors
from logement.models import Quittance
from logement.queries.avis import print_papers
from logement.queries.compte import stays_like
from logement.queries.envois import gone_by_email, ways_of
from logement.views.campagnes import pdf_response
from logement.views.parc import chosen_residence, ordered
from residence.actions.journal import record
from residence.components import Badge, Column, Row, Table
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_months, month_start
from residence.templatetags.residence_ui import de

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def quittance_list(request: HttpRequest) -> HttpResponse:
    """The receipts that were issued."""
    rows = Quittance.objects.visible_to(request.user, Permission.COMPTE_VIEW)
    if residence_id := chosen_residence(request):
        rows = rows.filter(sejour__residence=residence_id)
    form = QuittanceFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("nature") == "annulees":
        rows = rows.filter(cancelled_at__isnull=False)
    else:
        rows = rows.live()
        rows = rows.filter(kind=wanted["nature"]) if wanted.get("nature") else rows
    if wanted.get("mois"):
        rows = rows.filter(avis__month=wanted["mois"])
    if wanted.get("q"):
        rows = rows.filter(sejour__in=stays_like(request.user, wanted["q"].strip()).values("pk"))
    total = rows.aggregate(total=Sum("amount"))["total"]
    shown = rows.select_related("sejour__menage", "avis", "document__residence").defer("document__data")
    shown = shown.prefetch_related("envois")
    page = Paginator(ordered(request, shown, _SORTS, "date"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "table": _table(list(page), total),
        "may_issue": request.user.holds(Permission.QUITTANCE_ISSUE),
    }
    return render(request, "logement/quittance_list.html", context)


_SORTS = {"date": ("-issued_on", "-pk"), "menage": ("sejour__menage__sort_name",), "montant": ("-amount",)}


def _table(receipts: list[Quittance], total: Any) -> Table:
    return Table(
        "Quittances et reçus",
        (
            Column("Ménage", "main", sort="menage"),
            Column("Nature", "tags"),
            Column("Mois"),
            Column("Numéro", word="n°"),
            Column("Édité le", "date", sort="date", word="édité le"),
            Column("Montant", "money", sort="montant"),
        ),
        tuple(
            Row(
                (
                    str(one.sejour.menage),
                    _badges(one),
                    month_name(one.avis.month) if one.avis else "hors échéance",
                    one.document.number,
                    one.issued_on,
                    one.amount,
                ),
                one.document.get_absolute_url(),
            )
            for one in receipts
        ),
        totals=("En tout", None, None, None, None, total) if receipts else (),
    )


def _badges(one: Quittance) -> list[Badge]:
    if one.cancelled_at:
        return [Badge("annulée", "late")]
    badges = [Badge(one.get_kind_display(), "done" if one.kind == Quittance.Kind.QUITTANCE else "plain")]
    envois = list(one.envois.all())
    if any(envoi.sent_on for envoi in envois):
        badges.append(Badge("par courriel", "information"))
    elif any(envoi.failed_at is None for envoi in envois):
        badges.append(Badge("courriel en partance", "information"))
    elif envois:
        badges.append(Badge("courriel pas parti", "soon"))
    return badges


@require_http_methods(["GET", "POST"])
@require_permission(Permission.QUITTANCE_ISSUE)
def quittances_issue(request: HttpRequest) -> HttpResponse:
    """The receipts of a month in one PDF, in the order of the letter boxes; what was missing is issued."""
    form = QuittancesForm(
        request.POST or None,
        residences=Residence.objects.visible_to(request.user, Permission.QUITTANCE_ISSUE),
        submit="Imprimer les quittances",
        back=reverse("logement:quittance_list"),
        initial={"month": add_months(month_start(today()), -1), "residence": chosen_residence(request)},
    )
    if request.method == "POST" and form.is_valid():
        residence, month = form.cleaned_data["residence"], form.cleaned_data["month"]
        try:
            receipts, _ = issue_quittances(by=request.user, residence=residence, month=month)
        except ValidationError as error:
            put_errors(form, error)
        else:
            if receipts and not form.cleaned_data["with_emailed"]:
                gone = gone_by_email(receipts)
                receipts = [one for one in receipts if one.pk not in gone]
                if not receipts:
                    form.add_error("with_emailed", "Toutes celles de ce mois sont parties par courriel.")
                    return render(request, "logement/quittances_issue.html", {"form": form})
            if receipts:
                name = f"Quittances {de(month_name(month))}"
                content = print_papers([one.document for one in receipts], title=name)
                record(
                    "quittance.print",
                    by=request.user,
                    residence=residence,
                    kind=EntreeJournal.Kind.EXPORT,
                    month=month,
                    count=len(receipts),
                )
                return pdf_response(content, name)
            form.add_error("month", f"Rien n’a encore été payé pour {month_name(month)}.")
    return render(request, "logement/quittances_issue.html", {"form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.QUITTANCE_ISSUE)
def quittances_email(request: HttpRequest) -> HttpResponse:
    """Send the receipts of a month by e-mail to the households that agreed to it; what was missing is issued."""
    form = SentMonthForm(
        request.POST or None,
        residences=Residence.objects.visible_to(request.user, Permission.QUITTANCE_ISSUE),
        submit="Envoyer par courriel",
        back=reverse("logement:quittance_list"),
        initial={"month": add_months(month_start(today()), -1), "residence": chosen_residence(request)},
    )
    if request.method == "POST" and form.is_valid():
        residence, month = form.cleaned_data["residence"], form.cleaned_data["month"]
        try:
            receipts, _ = issue_quittances(by=request.user, residence=residence, month=month)
        except ValidationError as error:
            put_errors(form, error)
        else:
            asked = email_receipts(by=request.user, quittances=receipts)
            if asked:
                on_paper = len(receipts) - len(gone_by_email(receipts))
                messages.success(
                    request,
                    f"{_papers(len(asked))} en partance par courriel, {_papers(on_paper)} à remettre sur papier.",
                )
                return redirect("logement:quittance_list")
            form.add_error("month", _nobody(receipts))
    return render(request, "logement/quittances_email.html", {"form": form})


def _papers(count: int) -> str:
    return f"{count} papier{'s' if count > 1 else ''}"


def _nobody(receipts: list[Quittance]) -> str:
    """Why nothing leaves by e-mail."""
    if not receipts:
        return "Rien n’a encore été payé pour ce mois."
    if any(way.address for way in ways_of(receipts).values()):
        return "Tout est déjà parti par courriel à ceux qui l’acceptent."
    return "Aucun de ces ménages n’a accepté le courriel avec une adresse : leur accord se note sur leur page."
