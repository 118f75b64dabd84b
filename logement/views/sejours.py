"""Stays: who lives here until when; a stay, its length, its APL, its notice and its end."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from logement.actions.contrats import issue_attestation
from logement.actions.sejours import (
    decide_renouvellement,
    deliver_preavis,
    issue_preavis_letter,
    notice_end,
    record_apl,
    record_cles,
    record_preavis,
    withdraw_preavis,
)
from logement.forms.errors import put_errors
from logement.forms.sejours import (
    AplForm,
    ClesForm,
    PreavisForm,
    RemiseForm,
    RenouvellementForm,
    SejourFilterForm,
)
from logement.hooks import stay_among
from logement.models import (
    ContratOccupation,
    DroitApl,
    EtatDesLieux,
    Preavis,
    Procedure,
    RenouvellementSejour,
    Sejour,
)
from logement.queries.contrats import EntryStep, conventions_on, entry_rows, entry_steps, is_to_verify
from logement.queries.plafonds import standing
from logement.queries.sejours import (
    current_contrat,
    length_of,
    next_planned_end,
    renewal_block,
    status_badge,
    stays,
)
from logement.rules.bordereau import right_starts_on
from logement.rules.depot import refund_due_on
from logement.views.compte import sejour_or_404
from logement.views.parc import chosen_residence, dispositifs_of, ordered
from residence.actions.journal import record_reading
from residence.components import SOON_IN_MONTHS, Badge, Column, Row, Table
from residence.models import DocumentEmis
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for, parts_of
from residence.queries.menages import MenageReader
from residence.queries.together import Rows, all_of, staff, together
from residence.rules.convention import to_verify
from residence.rules.dates import add_days
from residence.rules.money import ZERO
from residence.templatetags.residence_ui import echeance

PER_PAGE = 50
Status = ContratOccupation.Status

SORTS = {
    "menage": ("menage__sort_name",),
    "entree": ("start_on",),
    "fin": ("planned_end_on",),
}


@require_http_methods(["GET"])
@require_permission(Permission.SEJOUR_VIEW)
def sejour_list(request: HttpRequest) -> HttpResponse:
    """Who lives here, since when, until when."""
    day = today()
    rows = stays(request.user, chosen_residence(request))
    form = SejourFilterForm(request.GET, dispositifs=dispositifs_of(request, Permission.SEJOUR_VIEW))
    chosen = form.cleaned_data if form.is_valid() else {}
    match chosen.get("etat"):
        case "termines":
            rows = rows.filter(ended_on__isnull=False)
        case "a_venir":
            rows = rows.filter(ended_on__isnull=True, start_on__gt=day)
        case "tous":
            pass
        case _:
            rows = rows.filter(ended_on__isnull=True, contrats__status__in=ContratOccupation.OCCUPYING).distinct()
    if chosen.get("dispositif"):
        rows = rows.filter(dispositif=chosen["dispositif"])
    if chosen.get("terme") == "passee":
        rows = rows.filter(planned_end_on__lt=day)
    elif chosen.get("terme"):
        rows = rows.filter(planned_end_on__gte=day, planned_end_on__lte=add_days(day, int(chosen["terme"])))
    page = Paginator(ordered(request, rows, SORTS, "menage"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "logement/sejour_list.html", {"form": form, "page": page, "table": _table(list(page))})


def _table(sejours: list[Sejour]) -> Table:
    columns = (
        Column("Ménage", "main", sort="menage"),
        Column("Contrat", "tags"),
        Column("Place", "code"),
        Column("Entrée", "date", sort="entree", word="depuis le"),
        Column("Fin prévue du séjour", sort="fin", word="fin prévue :"),
        Column("Sortie", "date", word="sorti le"),
        Column("Dispositif", "minor"),
    )
    rows = []
    for sejour in sejours:
        contrat = current_contrat(sejour)
        rows.append(
            Row(
                (
                    str(sejour.menage),
                    status_badge(contrat) if contrat else "",
                    contrat.place.code if contrat else "",
                    sejour.start_on,
                    _planned_end(sejour),
                    sejour.ended_on,
                    sejour.dispositif,
                ),
                sejour.get_absolute_url(),
            )
        )
    return Table("Séjours", columns, tuple(rows))


def _planned_end(sejour: Sejour) -> Any:
    if sejour.ended_on:
        return sejour.planned_end_on and f"{sejour.planned_end_on:%d/%m/%Y}"
    return echeance(sejour.planned_end_on, SOON_IN_MONTHS) if sejour.planned_end_on else "sans limitation"


@require_http_methods(["GET"])
@require_permission(Permission.SEJOUR_VIEW)
def sejour_detail(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """A stay: how long, under which contract, what is left to do, what was decided."""
    user, day = request.user, today()
    sejour = sejour_or_404(request, sejour_id, Permission.SEJOUR_VIEW)
    record_reading(sejour.menage, by=user, what=sejour, residence=sejour.residence)
    parts = parts_of(MenageReader(user, sejour.menage))
    sejour = stay_among(parts, sejour)
    contrat = current_contrat(sejour)
    opens = {
        name: user.holds(permission, sejour.residence_id)
        for name, permission in {
            "contrat": Permission.CONTRAT_VIEW,
            "prepare": Permission.CONTRAT_PREPARE,
            "compte": Permission.COMPTE_VIEW,
            "ressources": Permission.RESSOURCE_VIEW,
            "edl": Permission.ETAT_DES_LIEUX_VIEW,
            "attestation": Permission.ATTESTATION_ISSUE,
            "assurance": Permission.ASSURANCE_RECORD,
            "apl": Permission.APL_RECORD,
            "renouvellement": Permission.RENOUVELLEMENT_DECIDE,
            "preavis": Permission.PREAVIS_RECORD,
            "cles": Permission.CLES_RECORD,
            "presence": Permission.PRESENCE_VIEW,
            "procedure": Permission.PROCEDURE_VIEW,
            "procedure_record": Permission.PROCEDURE_RECORD,
        }.items()
    }
    prefetch_related_objects(
        [sejour],
        Prefetch(
            "renouvellements",
            RenouvellementSejour.objects.select_related("decided_by").order_by("-decided_on", "-pk"),
        ),
    )
    is_masked = sejour.menage.is_masked
    *entered, preavis, procedures, states, conventions = together(
        *entry_rows(sejour, contrat),
        Rows(Preavis.objects.live().filter(contrat=contrat), (*all_of(Preavis), *staff("recorded_by"))),
        Rows(
            sejour.procedures.all() if opens["procedure"] and not is_masked else Procedure.objects.none(),
            ("kind", "opened_on", "closed_on", "outcome"),
        ),
        Rows(
            EtatDesLieux.objects.filter(contrat__sejour=sejour).exclude(status="cancelled")
            if opens["edl"]
            else EtatDesLieux.objects.none(),
            ("contrat", "kind", "status", "made_on"),
        ),
        Rows(conventions_on(sejour.residence, day), ("signed_on",)),
    )
    insurances, rights, _, entries, _ = entered
    is_entering = contrat and contrat.status in _ENTERING and not sejour.ended_on
    steps = entry_steps(contrat, entered) if is_entering else []
    context = {
        "sejour": sejour,
        "menage": sejour.menage,
        "banner": banner_for(user, sejour.menage, current="sejour", parts=parts),
        "duties": duties_about(user, sejour.menage),
        "contrat": contrat,
        "badge": status_badge(contrat) if contrat else None,
        "opens": opens,
        "length": length_of(sejour, contrat, day),
        "steps": [(step, _step_url(step, user, sejour)) for step in steps],
        "steps_left": sum(1 for step in steps if not step.done),
        "contrats": [
            (one, status_badge(one))
            for one in sorted(sejour.contrats.all(), key=lambda one: one.start_on, reverse=True)
        ],
        "decisions": sejour.renouvellements.all(),
        "preavis": _live_preavis(contrat, preavis),
        "ceilings": standing(sejour) if opens["compte"] and not is_masked else None,
        "procedures": sorted(
            procedures, key=lambda one: (one.closed_on or datetime.date.max, -one.opened_on.toordinal())
        ),
        "is_past_end": contrat is not None
        and contrat.status == Status.NOTICE
        and contrat.end_on is not None
        and contrat.end_on < day,
        "droit": max(rights, key=lambda one: (one.start_on, one.pk), default=None) if opens["compte"] else None,
        "assurance": max(insurances, key=lambda one: one.end_on, default=None),
        "deposit": _deposit(contrat, entries) if opens["compte"] else None,
        "states": _states(sejour, states),
        "documents": DocumentEmis.objects.filter(menage=sejour.menage, residence=sejour.residence)
        .readable_by(user)
        .select_related("residence")
        .defer("data")[:12],
        "to_verify": to_verify(day) and bool(conventions),
        "can_decide": opens["renouvellement"] and sejour.planned_end_on and not sejour.ended_on,
        "lives_here": contrat is not None and contrat.status in ContratOccupation.OCCUPYING,
    }
    return render(request, "logement/sejour_detail.html", context)


_ENTERING = frozenset({Status.DRAFT, Status.TO_SIGN, Status.RUNNING})


def _sejour(request: HttpRequest, sejour_id: int, permission: Permission) -> Sejour:
    rows = Sejour.objects.visible_to(request.user, permission)
    sejour: Sejour = get_object_or_404(
        rows.select_related("menage", "residence", "dispositif").prefetch_related(
            Prefetch("contrats", ContratOccupation.objects.select_related("place__logement"))
        ),
        pk=sejour_id,
    )
    return sejour


def _step_url(step: EntryStep, user: Any, sejour: Sejour) -> str:
    """Where a step of the entry is done, for who may do it."""
    if step.done or not user.holds(step.permission, sejour.residence_id):
        return ""
    try:
        return reverse(f"logement:{step.url_name}", args=[step.target_id])
    except NoReverseMatch:
        return ""


def _live_preavis(contrat: ContratOccupation | None, found: list[Preavis]) -> dict[str, Any] | None:
    preavis = max(found, key=lambda one: one.notified_on or datetime.date.max, default=None)
    if contrat is None or preavis is None:
        return None
    preavis.contrat = contrat
    return explained(preavis)


def explained(preavis: Preavis) -> dict[str, Any]:
    """A notice with the sentence that gives its end and its source."""
    why = ""
    if preavis.notified_on:
        _, why = notice_end(
            residence=preavis.contrat.residence,
            given_by_whom=Preavis.By(preavis.given_by_whom),
            notified_on=preavis.notified_on,
            is_shortened=preavis.is_shortened,
            ground=preavis.ground,
            offer_notified_on=preavis.offer_notified_on,
        )
    return {"row": preavis, "why": why}


def _deposit(contrat: ContratOccupation | None, entries: list[Any]) -> dict[str, Any] | None:
    if contrat is None or not contrat.deposit_amount:
        return None
    keys = contrat.keys_back_on
    return {
        "amount": contrat.deposit_amount,
        "due": sum((one.amount for one in entries), ZERO) if contrat.signed_on else contrat.deposit_amount,
        "refund_on": refund_due_on(keys) if keys else None,
    }


def _states(sejour: Sejour, states: list[Any]) -> list[Any]:
    ranks = {contrat.pk: rank for rank, contrat in enumerate(sejour.contrats.all())}
    return [
        (edl, Badge(edl.get_status_display(), "done" if edl.status == "signed" else "soon"))
        for edl in sorted(states, key=lambda one: (ranks[one.contrat_id], one.made_on))
    ]


@require_http_methods(["POST"])
@require_permission(Permission.ATTESTATION_ISSUE)
def attestation_issue(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Certify that the household lives here."""
    sejour = _sejour(request, sejour_id, Permission.ATTESTATION_ISSUE)
    try:
        document = issue_attestation(by=request.user, sejour=sejour)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(sejour)
    return redirect(document)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RENOUVELLEMENT_DECIDE)
def renouvellement_decide(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Whether a stay goes on beyond what its dispositif plans; the contract is not touched."""
    sejour = _sejour(request, sejour_id, Permission.RENOUVELLEMENT_DECIDE)
    if sejour.planned_end_on is None or sejour.ended_on is not None:
        messages.info(request, "Ce séjour n’a pas de terme à décider.")
        return redirect(sejour)
    why_not = renewal_block(sejour)
    renewal = "" if why_not else f"Renouvellement jusqu’au {next_planned_end(sejour):%d/%m/%Y}"
    form = RenouvellementForm(request.POST or None, sejour=sejour, renewal=renewal)
    if request.method == "POST" and form.is_valid():
        try:
            decision = decide_renouvellement(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Décision enregistrée : {decision}.")
            return redirect(sejour)
    context = {
        "sejour": sejour,
        "form": form,
        "why_not": why_not,
        "length": length_of(sejour, current_contrat(sejour), today()),
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/renouvellement_decide.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.APL_RECORD)
def apl_record(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Where the APL of a stay stands."""
    sejour = _sejour(request, sejour_id, Permission.APL_RECORD)
    rows = list(sejour.droits_apl.select_related("recorded_by").order_by("-start_on", "-pk"))
    last = rows[0] if rows else None
    initial = {
        "status": DroitApl.Status.REQUESTED,
        "requested_on": today(),
        "start_on": right_starts_on(entry_on=sejour.start_on, requested_on=today()),
    }
    if last is not None:
        initial = {"status": last.status, "requested_on": last.requested_on, "start_on": last.start_on}
        if last.status == DroitApl.Status.REQUESTED:
            initial["status"] = DroitApl.Status.GRANTED
    form = AplForm(request.POST or None, sejour=sejour, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            record_apl(
                by=request.user,
                sejour=sejour,
                status=DroitApl.Status(data["status"]),
                requested_on=data["requested_on"],
                start_on=data["start_on"],
                monthly_amount=data["monthly_amount"] or 0,
                source=data["source"],
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Demande d’APL enregistrée.")
            return redirect(sejour)
    context = {
        "sejour": sejour,
        "form": form,
        "droits": rows,
        "banner": banner_for(request.user, sejour.menage, current="sejour"),
    }
    return render(request, "logement/apl_record.html", context)


# The notice


def _contrat(request: HttpRequest, contrat_id: int, permission: Permission) -> ContratOccupation:
    rows = ContratOccupation.objects.visible_to(request.user, permission)
    contrat: ContratOccupation = get_object_or_404(
        rows.select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place"), pk=contrat_id
    )
    return contrat


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PREAVIS_RECORD)
def preavis_record(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """A notice: its end is computed and explained before it is kept."""
    contrat = _contrat(request, contrat_id, Permission.PREAVIS_RECORD)
    if contrat.status != Status.RUNNING:
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : aucun préavis à enregistrer.")
        return redirect(contrat)
    form = PreavisForm(request.POST or None, contrat=contrat)
    end = why = None
    is_computed = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        seen = data.pop("seen")
        try:
            if data["delivery"] == Preavis.Delivery.DELIVERED:
                end, why = _computed(contrat, data)
            # Kept once its last day has been read; a date changed since is read again first.
            if seen == _seen(end):
                preavis = record_preavis(by=request.user, contrat=contrat, **data)
                said = f"jusqu’au {preavis.ends_on:%d/%m/%Y}" if preavis.ends_on else "il ne court pas encore"
                messages.success(request, f"Préavis enregistré, {said}.")
                return redirect(contrat)
        except ValidationError as error:
            put_errors(form, error)
            end = None
        else:
            is_computed = True
            form.has_computed(_seen(end))
    context = {
        "contrat": contrat,
        "form": form,
        "end": end,
        "why": why,
        "is_computed": is_computed,
        "to_verify": is_to_verify(contrat.residence, today()),
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/preavis_record.html", context)


def _computed(contrat: ContratOccupation, data: dict[str, Any]) -> tuple[datetime.date, str]:
    if data["notified_on"] is None:
        raise ValidationError({"notified_on": "Donnez le jour de la réception : le délai court de ce jour."})
    names = ("given_by_whom", "notified_on", "is_shortened", "ground", "offer_notified_on")
    return notice_end(residence=contrat.residence, **{name: data[name] for name in names})


def _seen(end: datetime.date | None) -> str:
    """What the page has shown, as its hidden field says it."""
    return end.isoformat() if end else "not delivered"


def _preavis(request: HttpRequest, preavis_id: int) -> Preavis:
    preavis: Preavis = get_object_or_404(
        Preavis.objects.visible_to(request.user, Permission.PREAVIS_RECORD)
        .live()
        .select_related("contrat__sejour__menage", "contrat__sejour__residence", "contrat__place"),
        pk=preavis_id,
    )
    return preavis


@require_http_methods(["POST"])
@require_permission(Permission.PREAVIS_RECORD)
def preavis_issue(request: HttpRequest, preavis_id: int) -> HttpResponse:
    """The letter of a notice, or the answer to the resident's."""
    preavis = _preavis(request, preavis_id)
    try:
        document = issue_preavis_letter(by=request.user, preavis=preavis)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(preavis.contrat)
    return redirect(document)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PREAVIS_RECORD)
def preavis_deliver(request: HttpRequest, preavis_id: int) -> HttpResponse:
    """What became of a letter of notice."""
    preavis = _preavis(request, preavis_id)
    form = RemiseForm(request.POST or None, preavis=preavis)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            deliver_preavis(
                by=request.user,
                preavis=preavis,
                delivery=Preavis.Delivery(data["delivery"]),
                notified_on=data["notified_on"],
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Remise de la lettre enregistrée.")
            return redirect(preavis.contrat)
    context = {
        "preavis": preavis,
        "contrat": preavis.contrat,
        "form": form,
        "banner": banner_for(request.user, preavis.contrat.menage, current="sejour"),
    }
    return render(request, "logement/preavis_deliver.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PREAVIS_RECORD)
def preavis_withdraw(request: HttpRequest, preavis_id: int) -> HttpResponse:
    """Take a notice back."""
    preavis = _preavis(request, preavis_id)
    errors: list[str] = []
    if request.method == "POST":
        try:
            withdraw_preavis(by=request.user, preavis=preavis)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, "Préavis retiré : le contrat continue.")
            return redirect(preavis.contrat)
    context = {
        "preavis": preavis,
        "contrat": preavis.contrat,
        "errors": errors,
        "banner": banner_for(request.user, preavis.contrat.menage, current="sejour"),
    }
    return render(request, "logement/preavis_withdraw.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.CLES_RECORD)
def cles_record(request: HttpRequest, contrat_id: int) -> HttpResponse:
    """The keys are back: the contract and the stay end."""
    contrat = _contrat(request, contrat_id, Permission.CLES_RECORD)
    if contrat.status not in (Status.NOTICE, Status.OCCUPANT_SANS_TITRE):
        messages.info(request, f"Ce contrat est {contrat.get_status_display()} : enregistrez d’abord le préavis.")
        return redirect(contrat)
    form = ClesForm(request.POST or None, contrat=contrat)
    if request.method == "POST" and form.is_valid():
        try:
            record_cles(by=request.user, contrat=contrat, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Clés rendues : la place {contrat.place} est rendue au parc.")
            return redirect(contrat.sejour)
    exit_edl = contrat.etats_des_lieux.filter(kind="exit").exclude(status="cancelled").first()
    context = {
        "contrat": contrat,
        "form": form,
        "exit_edl": exit_edl,
        "banner": banner_for(request.user, contrat.menage, current="sejour"),
    }
    return render(request, "logement/cles_record.html", context)
