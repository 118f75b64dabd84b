"""Arrears: the board, the file of one stay, and what people do about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from logement.actions.impayes import (
    LETTERS,
    cancel_demarche,
    deliver_letter,
    issue_letter,
    record_demarche,
    sign_plan,
    stop_plan,
)
from logement.forms.campagnes import ReasonForm
from logement.forms.errors import put_errors
from logement.forms.impayes import (
    ArriereFilterForm,
    DemarcheForm,
    MiseEnDemeureForm,
    PlanForm,
    RemiseMiseEnDemeureForm,
)
from logement.models import DemarcheImpaye, DossierImpaye, PlanApurement
from logement.queries.compte import current_contrats, open_avis, stays_like
from logement.queries.impayes import arrears_of, arrears_told, board, is_followed, late_today, terms_of
from logement.rules.arrieres import Step, Suggestion, Watch
from logement.rules.impayes import caf_report_due_on, caf_thresholds, termination_threshold
from logement.views.compte import sejour_or_404
from logement.views.parc import chosen_residence, ordered
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Row, Table
from residence.models.base import today
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission
from residence.queries.accueil import duties_about
from residence.queries.banner import banner_for
from residence.rules.dates import add_days, add_months
from residence.rules.money import ZERO

PER_PAGE = 50
Kind = DemarcheImpaye.Kind
Etape = DossierImpaye.Etape
_SORTS = {
    "depuis": ("late_since", "-late"),
    "montant": ("-late",),
    "mois": ("-late_terms", "late_since"),
    "menage": ("sejour__menage__sort_name",),
    "contact": ("last_contact_on", "late_since"),
}
WATCH_BADGES = {
    Watch.KEPT: Badge("plan tenu", "done"),
    Watch.BROKEN: Badge("plan non tenu", "late"),
    Watch.DONE: Badge("plan fini", "done"),
}


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def arriere_list(request: HttpRequest) -> HttpResponse:
    """Who has a term past its last day, the longest first: the stage, the amount, the age, the last contact."""
    rows = board(request.user)
    if residence_id := chosen_residence(request):
        rows = rows.filter(sejour__residence=residence_id)
    form = ArriereFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("q"):
        rows = rows.filter(sejour__in=stays_like(request.user, wanted["q"].strip()).values("pk"))
    if wanted.get("etape") == Etape.NEW:
        rows = rows.filter(Q(stage=Etape.NEW) | Q(stage=None))
    elif wanted.get("etape"):
        rows = rows.filter(stage=wanted["etape"])
    if wanted.get("montant"):
        rows = rows.filter(late__gte=wanted["montant"])
    if wanted.get("age"):
        rows = rows.filter(late_since__lt=add_months(today(), -wanted["age"]))
    if wanted.get("contact"):
        rows = rows.filter(Q(last_contact_on=None) | Q(last_contact_on__lt=add_days(today(), -wanted["contact"])))
    page = KeysFirst(ordered(request, rows, _SORTS, "depuis"), PER_PAGE, at_once=True).get_page(request.GET.get("page"))
    return render(request, "logement/arriere_list.html", {"page": page, "form": form, "table": _table(list(page))})


def _table(rows: list[Any]) -> Table:
    ids = [row.sejour_id for row in rows]
    contrats, arrears = current_contrats(ids), arrears_told(rows, day=today())
    return Table(
        "Impayés",
        (
            Column("Ménage", "main", sort="menage"),
            Column("Place", "code", word="place"),
            Column("Étape", "tags"),
            Column("Mois en retard", "number", sort="mois", word="mois en retard :"),
            Column("Depuis le", "date", sort="depuis", word="depuis le"),
            Column("Dernier contact", "date", sort="contact", word="dernier contact le"),
            Column("À penser", "minor"),
            Column("En retard", "money", sort="montant"),
        ),
        tuple(
            Row(
                (
                    str(row.sejour.menage),
                    contrats[row.sejour_id].place.code if row.sejour_id in contrats else None,
                    _badges(row, arrears[row.sejour_id].plan_state if row.sejour_id in arrears else None),
                    row.late_terms,
                    row.late_since,
                    row.last_contact_on,
                    _thought(arrears[row.sejour_id].suggestions if row.sejour_id in arrears else []),
                    row.late,
                ),
                reverse("logement:impaye_detail", args=[row.sejour_id]),
            )
            for row in rows
        ),
    )


def _badges(row: Any, plan: Any) -> list[Badge]:
    stage = Etape(row.stage) if row.stage else Etape.NEW
    badges = [Badge(str(stage.label), "soon" if stage == Etape.NEW else "plain")]
    if plan is not None:
        badges.append(WATCH_BADGES[plan.watch])
    if row.followed:
        badges.append(Badge("suivi social en cours", "information"))
    return badges


def _thought(found: list[Suggestion]) -> str:
    return str(Kind(found[0].step.value).label) if found else ""


@require_http_methods(["GET"])
@require_permission(Permission.COMPTE_VIEW)
def impaye_detail(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """The arrears of a stay: what is late, what was done, what to think of next, the thresholds with their figures."""
    user = request.user
    sejour = sejour_or_404(request, sejour_id, Permission.COMPTE_VIEW)
    record_reading(sejour.menage, by=user, what=sejour, residence=sejour.residence)
    arrears = arrears_of([sejour.pk]).get(sejour.pk)
    terms = terms_of([sejour.pk])[sejour.pk] if arrears else []
    dossiers = DossierImpaye.objects.filter(sejour=sejour)
    dossier = next((one for one in dossiers if one.closed_on is None), None)
    holds = {
        "follow": user.holds(Permission.IMPAYE_FOLLOW, sejour.residence_id),
        "write": user.holds(Permission.IMPAYE_WRITE, sejour.residence_id),
        "pay": user.holds(Permission.ENCAISSEMENT_RECORD, sejour.residence_id),
    }
    threshold = termination_threshold(terms, today=today()) if terms else None
    done = arrears.situation.done if arrears else {}
    context = {
        "sejour": sejour,
        "banner": banner_for(user, sejour.menage, current="compte"),
        "duties": duties_about(user, sejour.menage),
        "dossier": dossier,
        "arrears": arrears,
        "open_avis": open_avis(sejour).filter(due_on__lt=today()).select_related("contrat__place"),
        "suggestions": [(Kind(one.step.value).label, one) for one in (arrears.suggestions if arrears else [])],
        "stage": Badge(str(Etape(dossier.stage).label)) if dossier else None,
        "followed": is_followed(sejour),
        "plan_badge": WATCH_BADGES[arrears.plan_state.watch] if arrears and arrears.plan_state else None,
        "thresholds": caf_thresholds(terms, today=today()) if terms else [],
        "caf_due_on": caf_report_due_on(dossier.caf_constituted_on) if dossier and dossier.caf_constituted_on else None,
        "termination": threshold,
        "may": holds,
        "next_letter": _next_letter(done) if holds["write"] and arrears else None,
        "can_notify": bool(holds["write"] and threshold and threshold.is_reached),
        "past": [one for one in dossiers if one.closed_on is not None],
    }
    return render(request, "logement/impaye_detail.html", context)


def _next_letter(done: Any) -> Kind | None:
    if Step.TALK not in done:
        return None
    return next((kind for kind in LETTERS if Step(kind.value) not in done), None)


def _back(sejour_id: int) -> str:
    return reverse("logement:impaye_detail", args=[sejour_id])


def _shown(request: HttpRequest, template: str, sejour: Any, form: Any, **more: Any) -> HttpResponse:
    context = {"form": form, "sejour": sejour, "banner": banner_for(request.user, sejour.menage, current="compte")}
    return render(request, template, context | more)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_FOLLOW)
def impaye_record(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Note a talk with the household, a request to the FSL or the CCAPEX, a report to the CAF or the MSA."""
    sejour = sejour_or_404(request, sejour_id, Permission.IMPAYE_FOLLOW)
    may_report = request.user.holds(Permission.IMPAYE_WRITE, sejour.residence_id)
    asked = request.GET.get("quoi")
    form = DemarcheForm(
        request.POST or None,
        may_report=may_report,
        back=_back(sejour.pk),
        initial={"kind": asked} if asked in Kind.values else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            record_demarche(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La démarche est notée.")
            return redirect(_back(sejour.pk))
    return _shown(request, "logement/impaye_record.html", sejour, form)


@require_http_methods(["POST"])
@require_permission(Permission.IMPAYE_WRITE)
def impaye_remind(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Write the reminder that comes next."""
    sejour = sejour_or_404(request, sejour_id, Permission.IMPAYE_WRITE)
    arrears = arrears_of([sejour.pk]).get(sejour.pk)
    kind = _next_letter(arrears.situation.done) if arrears else None
    if kind is None:
        messages.error(request, "Aucune lettre de rappel n’est à écrire : parlez-en d’abord, ou voyez la suite.")
        return redirect(_back(sejour.pk))
    try:
        issue_letter(by=request.user, sejour=sejour, kind=kind)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "La lettre est prête : imprimez-la ci-dessous, signez-la, remettez-la.")
    return redirect(_back(sejour.pk))


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_WRITE)
def impaye_notify(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Write a formal notice, once the threshold of the code is reached."""
    sejour = sejour_or_404(request, sejour_id, Permission.IMPAYE_WRITE)
    form = MiseEnDemeureForm(request.POST or None, back=_back(sejour.pk))
    if request.method == "POST" and form.is_valid():
        try:
            issue_letter(by=request.user, sejour=sejour, kind=Kind.FORMAL_NOTICE, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La mise en demeure est prête. Dites ce qu’elle devient une fois partie.")
            return redirect(_back(sejour.pk))
    threshold = termination_threshold(terms_of([sejour.pk])[sejour.pk], today=today())
    return _shown(request, "logement/impaye_notify.html", sejour, form, threshold=threshold)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_FOLLOW)
def impaye_plan(request: HttpRequest, sejour_id: int) -> HttpResponse:
    """Keep the plan that the household has signed."""
    sejour = sejour_or_404(request, sejour_id, Permission.IMPAYE_FOLLOW)
    debt = late_today(sejour)
    if debt <= ZERO:
        messages.info(request, "Rien n’est en retard sur ce compte.")
        return redirect(_back(sejour.pk))
    form = PlanForm(request.POST or None, debt=debt, back=_back(sejour.pk))
    if request.method == "POST" and form.is_valid():
        try:
            sign_plan(by=request.user, sejour=sejour, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le plan est enregistré : imprimez-le en deux exemplaires.")
            return redirect(_back(sejour.pk))
    return _shown(request, "logement/impaye_plan.html", sejour, form, debt=debt)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_FOLLOW)
def plan_stop(request: HttpRequest, plan_id: int) -> HttpResponse:
    """End a plan that no longer fits."""
    rows = PlanApurement.objects.visible_to(request.user, Permission.IMPAYE_FOLLOW)
    plan: Any = get_object_or_404(rows.select_related("dossier__sejour__menage"), pk=plan_id)
    sejour = plan.dossier.sejour
    form = ReasonForm(request.POST or None, submit="Arrêter le plan", back=_back(sejour.pk))
    if request.method == "POST" and form.is_valid():
        try:
            stop_plan(by=request.user, plan=plan, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Le plan est arrêté. Vous pouvez en signer un autre.")
            return redirect(_back(sejour.pk))
    return _shown(request, "logement/plan_stop.html", sejour, form, plan=plan)


def _demarche(request: HttpRequest, demarche_id: int, permission: Permission) -> Any:
    rows = DemarcheImpaye.objects.visible_to(request.user, permission).select_related("dossier__sejour__menage")
    return get_object_or_404(rows, pk=demarche_id)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_WRITE)
def demarche_deliver(request: HttpRequest, demarche_id: int) -> HttpResponse:
    """Say what became of a formal notice."""
    demarche = _demarche(request, demarche_id, Permission.IMPAYE_WRITE)
    sejour = demarche.dossier.sejour
    form = RemiseMiseEnDemeureForm(request.POST or None, demarche=demarche, back=_back(sejour.pk))
    if request.method == "POST" and form.is_valid():
        try:
            deliver_letter(by=request.user, demarche=demarche, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "L’état de la remise est noté.")
            return redirect(_back(sejour.pk))
    return _shown(request, "logement/demarche_deliver.html", sejour, form, demarche=demarche)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.IMPAYE_FOLLOW)
def demarche_cancel(request: HttpRequest, demarche_id: int) -> HttpResponse:
    """Take back a step noted by mistake."""
    demarche = _demarche(request, demarche_id, Permission.IMPAYE_FOLLOW)
    sejour = demarche.dossier.sejour
    form = ReasonForm(request.POST or None, submit="Annuler la démarche", back=_back(sejour.pk))
    if request.method == "POST" and form.is_valid():
        try:
            cancel_demarche(by=request.user, demarche=demarche, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, "La démarche est annulée.")
            return redirect(_back(sejour.pk))
    return _shown(request, "logement/demarche_cancel.html", sejour, form, demarche=demarche)
