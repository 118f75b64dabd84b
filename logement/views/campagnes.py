"""The month's avis: prepare, look, confirm, print, send, undo."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from logement.actions.campagnes import (
    drop_campagne,
    prepare_campagne,
    send_campagne,
    undo_campagne,
)
from logement.actions.compte import closed_until
from logement.actions.confirmations import ask_confirmation
from logement.actions.confirmations_live import live_confirmation
from logement.forms.campagnes import CampagneFilterForm, ReasonForm, ResidenceMonthForm, month_name
from logement.forms.errors import put_errors
from logement.models import AvisEcheance, Campagne, ConfirmationCampagne, Quittance
from logement.queries.avis import print_papers
from logement.queries.campagnes import contracts_without_avis
from logement.queries.compte import box_order
from logement.views.avis import avis_badge
from logement.views.parc import chosen_residence
from residence.actions.journal import record
from residence.components import Badge, Column, Row, Table
from residence.models import EntreeJournal, Residence
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_months, month_end, month_start
from residence.rules.money import ZERO, euros
from residence.tasks_watch import is_waiting
from residence.templatetags.residence_ui import de

PER_PAGE = 50
# Points to look at that stand on the page of a campaign before it is asked for all of them.
POINTS = 20
Status = Campagne.Status
# A worker takes a task within a second: past this, none is at work.
LATE_START = datetime.timedelta(seconds=30)
BADGES = {
    Status.PREPARED: Badge("préparée", "information"),
    Status.CONFIRMED: Badge("confirmée", "soon"),
    Status.SENT: Badge("envoyée", "done"),
}


def _residences(request: HttpRequest, permission: Permission) -> Any:
    rows = Residence.objects.visible_to(request.user, permission)
    residence_id = chosen_residence(request)
    return rows.filter(pk=residence_id) if residence_id else rows


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def campagne_list(request: HttpRequest) -> HttpResponse:
    """The campaigns, month by month."""
    rows = (
        Campagne.objects.visible_to(request.user, Permission.COMPTE_VIEW)
        .filter(residence__in=_residences(request, Permission.COMPTE_VIEW))
        .select_related("residence")
        .defer("anomalies")
        .annotate(
            count=Count("avis", filter=~Q(avis__status=AvisEcheance.Status.CANCELLED)),
            called=Sum("avis__total", filter=~Q(avis__status=AvisEcheance.Status.CANCELLED)),
        )
        .order_by("-month", "residence__name", "rank")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        "Campagnes",
        (
            Column("Mois", "main"),
            Column("Résidence"),
            Column("État", "tags"),
            Column("Avis", "number", word="avis :"),
            Column("Demandé", "money"),
        ),
        tuple(
            Row(
                (campagne_name(row), str(row.residence), BADGES[row.status], row.count, row.called),
                row.get_absolute_url(),
            )
            for row in page
        ),
    )
    may_prepare = request.user.holds(Permission.AVIS_ISSUE)
    return render(request, "logement/campagne_list.html", {"page": page, "table": table, "may_prepare": may_prepare})


def campagne_name(campagne: Campagne) -> str:
    """« Mars 2026 », « Mars 2026, complémentaire 1 »."""
    name = month_name(campagne.month).capitalize()
    return f"{name}, complémentaire {campagne.rank}" if campagne.rank else name


@require_http_methods(["GET"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_open(request: HttpRequest, residence_id: int) -> HttpResponse:
    """The campaign of a résidence that is to be worked on: the one at work, or a new one."""
    residences: Any = Residence.objects.visible_to(request.user, Permission.AVIS_ISSUE)
    residence = get_object_or_404(residences, pk=residence_id)
    at_work = Campagne.objects.filter(residence=residence, status=Status.PREPARED).order_by("month").first()
    if at_work is not None:
        return redirect(at_work)
    month = _month_to_call(residence)
    return redirect(f"{reverse('logement:campagne_prepare')}?residence={residence.pk}&mois={month:%Y-%m}")


def _month_to_call(residence: Residence) -> datetime.date:
    """The month before while contracts lack its avis, else this one."""
    this = month_start(today())
    before = add_months(this, -1)
    closed = closed_until(residence)
    is_open = before >= month_start(residence.first_month) and (closed is None or before > closed)
    return before if is_open and contracts_without_avis(residence, before).exists() else this


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_prepare(request: HttpRequest) -> HttpResponse:
    """Work out the avis of a month; nothing is issued yet."""
    residences = Residence.objects.visible_to(request.user, Permission.AVIS_ISSUE)
    initial = {
        "residence": request.GET.get("residence") or chosen_residence(request),
        "month": request.GET.get("mois") or f"{month_start(today()):%Y-%m}",
    }
    form = ResidenceMonthForm(
        request.POST or None,
        residences=residences,
        submit="Préparer les avis",
        back=reverse("logement:campagne_list"),
        initial={name: value for name, value in initial.items() if value},
    )
    if request.method == "POST" and form.is_valid():
        try:
            prepared = prepare_campagne(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            month = month_name(form.cleaned_data["month"])
            if prepared.campagne is not None:
                return redirect(prepared.campagne)
            messages.info(request, f"Tous les contrats qui ont des jours en {month} ont déjà leur avis.")
            return redirect("logement:campagne_list")
    return render(request, "logement/campagne_prepare.html", {"form": form})


def _campagne(request: HttpRequest, campagne_id: int, permission: Permission) -> Campagne:
    rows = Campagne.objects.visible_to(request.user, permission)
    campagne: Campagne = get_object_or_404(
        rows.select_related("residence", "confirmed_by", "sent_by", "prepared_by"), pk=campagne_id
    )
    return campagne


def _live(campagne: Campagne) -> Any:
    return campagne.avis.live()


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def campagne_detail(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """A campaign: what it calls, what differs from the month before, what stands in the way."""
    campagne = _campagne(request, campagne_id, Permission.COMPTE_VIEW)
    before = (
        AvisEcheance.objects.live()
        .filter(contrat__sejour=OuterRef("contrat__sejour"), month=add_months(campagne.month, -1), rank=0)
        .order_by()
        .values("contrat__sejour")
        .annotate(sum=Sum("total"))
        .values("sum")
    )
    rows = _live(campagne).annotate(before=Subquery(before, output_field=DecimalField(max_digits=10, decimal_places=2)))
    figures = _live(campagne).aggregate(count=Count("pk"), total=Sum("total"), apl=Sum("apl_expected"))
    blocked = [anomaly for anomaly in campagne.anomalies if anomaly["blocking"]]
    warned = [anomaly for anomaly in campagne.anomalies if not anomaly["blocking"]]
    told = None if "points" in request.GET else POINTS
    form = CampagneFilterForm(request.GET)
    shown = form.cleaned_data["montre"] if form.is_valid() else ""
    odd = {anomaly["contrat"]: anomaly["text"] for anomaly in warned}
    if shown == "changes":
        rows = rows.filter(Q(before=None) | ~Q(before=F("total")))
    elif shown == "anomalies":
        rows = rows.filter(contrat__in=odd)
    rows = rows.select_related("contrat__sejour__menage", "contrat__place").order_by("contrat__place__code", "pk")
    paginator = KeysFirst(rows, PER_PAGE)
    if not shown:
        paginator.count = figures["count"]
    page = paginator.get_page(request.GET.get("page"))
    live = live_confirmation(campagne) if campagne.status == Status.PREPARED else None
    last = campagne.confirmations.first() if campagne.status == Status.PREPARED and live is None else None
    holds = request.user.holds(Permission.AVIS_ISSUE, campagne.residence_id) and live is None
    in_time = today() >= campagne.month.replace(day=20)
    context = {
        "campagne": campagne,
        "name": campagne_name(campagne),
        "badge": BADGES[campagne.status],
        "figures": figures,
        "net": (figures["total"] or ZERO) - (figures["apl"] or ZERO),
        "blocked": blocked[:told],
        "blocked_more": len(blocked[told:]) if told else 0,
        "odd": warned[:told],
        "odd_count": len(warned),
        "form": form,
        "page": page,
        "table": _table(list(page), odd),
        "may": holds,
        "can_confirm": holds and campagne.status == Status.PREPARED and figures["count"] and in_time,
        "from_day": campagne.month.replace(day=20),
        "refused": last.error if last else "",
        "missing": contracts_without_avis(campagne.residence, campagne.month).count()
        if campagne.status != Status.PREPARED
        else 0,
    }
    return render(request, "logement/campagne_detail.html", context | (_progress(live) if live else {}))


def _table(avis: list[Any], odd: dict[int, str]) -> Table:
    return Table(
        "Avis de la campagne",
        (
            Column("Ménage", "main"),
            Column("Place", "code", word="place"),
            Column("Du", "date", word="du"),
            Column("Au", "date", word="au"),
            Column("État", "tags"),
            Column("Mois d’avant", "money", word="mois d’avant"),
            Column("APL attendue", "money", word="APL attendue"),
            Column("Demandé", "money"),
            Column("À regarder"),
        ),
        tuple(
            Row(
                (
                    str(one.contrat.sejour.menage),
                    one.contrat.place.code,
                    one.start_on,
                    one.end_on,
                    avis_badge(one),
                    one.before,
                    one.apl_expected or None,
                    one.total,
                    odd.get(one.contrat_id) or _difference(one),
                ),
                one.get_absolute_url(),
            )
            for one in avis
        ),
    )


def _difference(avis: Any) -> str | None:
    if avis.before is None:
        return "premier avis" if avis.start_on > avis.month else "nouveau"
    change = avis.total - avis.before
    if not change:
        return None
    leaves = ", départ" if avis.end_on < month_end(avis.month) else ""
    return f"{'+' if change > 0 else '−'} {euros(abs(change))}{leaves}"


@require_http_methods(["POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_redo(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """Prepare again, with the facts as they are now."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    try:
        prepared = prepare_campagne(by=request.user, residence=campagne.residence, month=campagne.month)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(campagne)
    if prepared.campagne is None:
        messages.info(request, "Tous les contrats du mois ont leur avis.")
        return redirect(campagne)
    messages.success(request, "Les avis sont préparés avec les faits de maintenant.")
    return redirect(prepared.campagne)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_confirm(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """Number the avis and enter them in the accounts."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    figures = _live(campagne).aggregate(count=Count("pk"), total=Sum("total"))
    if campagne.status != Status.PREPARED:
        messages.info(request, f"Cette campagne est déjà {campagne.get_status_display()}.")
        return redirect(campagne)
    if request.method == "POST":
        try:
            asked = ask_confirmation(by=request.user, campagne=campagne)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            if asked.finished_at and not asked.error:
                messages.success(request, _confirmed(figures["count"]))
        return redirect(campagne)
    facts = [
        f"{figures['count']} avis, {euros(figures['total'] or ZERO)} en tout.",
        "Chaque avis prend son numéro et entre dans le compte du résident.",
        "Jusqu’à l’envoi, la campagne peut encore être annulée en entier.",
    ]
    blocked = len({anomaly["contrat"] for anomaly in campagne.anomalies if anomaly["blocking"]})
    if blocked:
        facts.append(f"Laissés de côté : {blocked}. Une campagne complémentaire les prendra.")
    context = {
        "campagne": campagne,
        "name": campagne_name(campagne),
        "facts": facts,
        "verb": f"Confirmer {'les ' + str(figures['count']) + ' avis' if figures['count'] > 1 else 'l’avis'}",
    }
    return render(request, "logement/campagne_confirm.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def campagne_progress(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """How far a confirmation has come, asked for by its page until its end; then the page is read again."""
    campagne = _campagne(request, campagne_id, Permission.COMPTE_VIEW)
    live = live_confirmation(campagne)
    if live is not None:
        return render(request, "logement/_campagne_progress.html", _progress(live))
    last = campagne.confirmations.filter(asked_by=request.user, error="").first()
    if last is not None and campagne.status == Status.CONFIRMED:
        messages.success(request, _confirmed(last.total))
    response = HttpResponse()
    response["HX-Refresh"] = "true"
    return response


def _confirmed(count: int) -> str:
    return f"{count} avis confirmé{'s' if count > 1 else ''}. Il reste à imprimer, puis à marquer envoyé."


def _progress(live: ConfirmationCampagne) -> dict[str, Any]:
    is_late = timezone.now() - live.asked_at > LATE_START and is_waiting(live.task)
    return {"live": live, "campagne": live.campagne, "is_late": is_late}


@require_http_methods(["POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_drop(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """Take back a preparation."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    try:
        drop_campagne(by=request.user, campagne=campagne)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(campagne)
    messages.success(request, "La préparation est retirée : rien n’avait été émis.")
    return redirect("logement:campagne_list")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_undo(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """Take back a confirmed campaign as a whole."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    if campagne.status != Status.CONFIRMED:
        messages.info(request, "Seule une campagne confirmée et pas encore envoyée s’annule en entier.")
        return redirect(campagne)
    form = ReasonForm(request.POST or None, submit="Annuler toute la campagne", back=campagne.get_absolute_url())
    if request.method == "POST" and form.is_valid():
        try:
            undo_campagne(by=request.user, campagne=campagne, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La campagne est annulée. Corrigez les faits, puis préparez-la à nouveau.")
            return redirect(campagne)
    context = {
        "form": form,
        "campagne": campagne,
        "name": campagne_name(campagne),
        "count": _live(campagne).count(),
        "receipts": Quittance.objects.live().filter(avis__campagne=campagne).count(),
    }
    return render(request, "logement/campagne_undo.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_send(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """Say that the avis have gone to the residents."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    if campagne.status != Status.CONFIRMED:
        messages.info(request, f"Cette campagne est {campagne.get_status_display()}.")
        return redirect(campagne)
    if request.method == "POST":
        try:
            send_campagne(by=request.user, campagne=campagne)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "Les avis sont partis. Désormais ils se rectifient un par un.")
        return redirect(campagne)
    return render(request, "logement/campagne_send.html", {"campagne": campagne, "name": campagne_name(campagne)})


@require_http_methods(["POST"])
@require_permission(Permission.AVIS_ISSUE)
def campagne_print(request: HttpRequest, campagne_id: int) -> HttpResponse:
    """All the avis of a campaign in one PDF, invoices behind them, in the order of the letter boxes."""
    campagne = _campagne(request, campagne_id, Permission.AVIS_ISSUE)
    avis = list(
        _live(campagne)
        .exclude(document=None)
        .select_related("contrat__place", "document", "facture")
        .defer("document__data", "facture__data")
    )
    if not avis:
        messages.info(request, "Il n’y a pas encore d’avis à imprimer.")
        return redirect(campagne)
    avis.sort(key=lambda one: (box_order(one.contrat.place), one.pk))
    papers = [paper for one in avis for paper in (one.document, one.facture) if paper is not None]
    name = f"Avis d’échéance {de(month_name(campagne.month))}"
    content = print_papers(papers, title=name)
    record(
        "campagne.print",
        by=request.user,
        target=campagne,
        residence=campagne.residence,
        kind=EntreeJournal.Kind.EXPORT,
        month=campagne.month,
        count=len(papers),
    )
    return pdf_response(content, name)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF to take away."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
