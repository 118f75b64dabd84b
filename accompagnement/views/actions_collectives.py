"""What is done together: its calendar, an action and its sessions, what a year comes to."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accompagnement.actions.actions_collectives import (
    add_seance,
    edit_action,
    end_action,
    extend_action,
    plan_action,
    worked,
)
from accompagnement.forms.actions_collectives import EditForm, ExtendForm, PlanForm, ReasonForm, SeanceForm, YearForm
from accompagnement.models import ActionCollective, InscriptionAction
from accompagnement.queries.actions_collectives import running, sessions_between, weeks_of, year_of
from accompagnement.rules.collectif import Every, seated, session_days
from accompagnement.views.pages import act_page, acted
from residence.actions.journal import record
from residence.components import Badge, Column, Row, Table
from residence.context_processors import Frame
from residence.exports import Column as ExportColumn
from residence.exports import response
from residence.models import EntreeJournal
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.rendez_vous import monday_of
from residence.rules.dates import add_months, month_end, month_start

PER_PAGE = 50


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_VIEW)
def action_agenda(request: HttpRequest) -> HttpResponse:
    """What takes place this month, or this week."""
    weekly = request.GET.get("vue") == "semaine"
    monday = monday_of(request.GET.get("jour", ""))
    # The month that holds the day asked for, which its Monday may not be of.
    day = _day(request.GET.get("jour", ""))
    first, last = (monday, monday + datetime.timedelta(days=6)) if weekly else (month_start(day), month_end(day))
    rows = sessions_between(request.user, first, last, residence_id=_chosen(request))
    context = {
        "weekly": weekly,
        "day": day,
        "first": first,
        "last": last,
        "previous": first - datetime.timedelta(days=7) if weekly else add_months(first, -1),
        "following": first + datetime.timedelta(days=7) if weekly else add_months(first, 1),
        "is_current": first <= today() <= last,
        "weeks": [] if weekly else weeks_of(first, rows),
        "sessions": rows,
        "today": today(),
        "may_edit": request.user.holds(Permission.ACTION_EDIT),
    }
    return render(request, "accompagnement/action_agenda.html", context)


def _day(text: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return today()
    # Another century is a slip of the address: monday_of says where it stops.
    return day if monday_of(text) <= day < monday_of(text) + datetime.timedelta(days=7) else today()


def _chosen(request: HttpRequest) -> int | None:
    chosen = Frame(request).residence
    return chosen.pk if chosen else None


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_VIEW)
def action_list(request: HttpRequest) -> HttpResponse:
    """The actions that run, or those that are over: when, with whom, how many are registered."""
    ended = request.GET.get("etat") == "passees"
    rows = running(request.user, residence_id=_chosen(request), ended=ended).order_by("name", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "ended": ended,
        "page": page,
        "table": _actions(list(page)),
        "may_edit": request.user.holds(Permission.ACTION_EDIT),
    }
    return render(request, "accompagnement/action_list.html", context)


def _actions(actions: list[Any]) -> Table:
    return Table(
        caption="Actions collectives",
        columns=(
            Column("Action", "main"),
            Column("Rythme"),
            Column("Prochaine séance", "date", word="prochaine le"),
            Column("Inscrits", word="inscrits :"),
            Column("Thème"),
            Column("Partenaire", "minor"),
        ),
        rows=tuple(
            Row(
                (
                    one.name,
                    one.get_every_display(),
                    one.next_on,
                    f"{one.registered} pour {one.seats} places" if one.seats else str(one.registered),
                    one.get_theme_display(),
                    str(one.partenaire) if one.partenaire else "",
                ),
                url=one.get_absolute_url(),
            )
            for one in actions
        ),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def action_plan(request: HttpRequest) -> HttpResponse:
    """A new action: once or at a rhythm; its sessions are made, public holidays left out."""
    back = reverse("accompagnement:action_list")
    form = PlanForm(request.POST or None, user=request.user, chosen=_chosen(request), back=back)
    if acted(request, form, plan_action, done="L’action est prévue."):
        made = ActionCollective.objects.filter(form_key=form.cleaned_data["form_key"]).first()
        return redirect(made or back)
    return act_page(request, form, "Que prévoit‑on de faire ensemble ?", back=back)


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_VIEW)
def action_detail(request: HttpRequest, action_id: int) -> HttpResponse:
    """An action: its next sessions, who is registered for who may know it, what has been held."""
    user: Any = request.user
    action = action_of(request, action_id, Permission.ACTION_VIEW)
    attends = user.holds(Permission.ACTION_ATTEND, action.residence_id)
    current = action.inscriptions.current().filter(end_on=None)
    everybody = list(current.values_list("pk", flat=True))
    shown = []
    if attends:
        rows = InscriptionAction.objects.visible_to(user, Permission.ACTION_ATTEND).filter(pk__in=everybody)
        shown = list(rows.select_related("menage", "personne", "objectif").order_by("registered_at", "pk"))
    _, waiting = seated(everybody, action.seats)
    sessions = action.seances.all()
    holidays = [
        day
        for day in session_days(action.first_on, action.last_on, Every(action.every))
        if day >= today() and not worked([day])
    ]
    context = {
        "action": action,
        "coming": sessions.filter(held_on__gte=today())[:8],
        "past": Paginator(sessions.filter(held_on__lt=today()).order_by("-held_on", "-hour"), 10).get_page(
            request.GET.get("page")
        ),
        "holidays": holidays[:6],
        "shown": shown,
        "waiting": set(waiting),
        "registered": len(everybody),
        "hidden": len(everybody) - len(shown) if attends else 0,
        "reads_files": user.holds(Permission.DOSSIER_VIEW, action.residence_id),
        "attends": attends and action.ended_on is None,
        "may_edit": user.holds(Permission.ACTION_EDIT, action.residence_id) and action.ended_on is None,
        "today": today(),
    }
    return render(request, "accompagnement/action_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def action_edit(request: HttpRequest, action_id: int) -> HttpResponse:
    """Change an action; its sessions to come follow."""
    action = action_of(request, action_id, Permission.ACTION_EDIT)
    back = action.get_absolute_url()
    form = EditForm(request.POST or None, instance=action, residence_ids=[action.residence_id], back=back)
    stored = action_of(request, action_id, Permission.ACTION_EDIT)
    if acted(request, form, edit_action, action=stored, done="C’est enregistré, pour les séances à venir aussi."):
        return redirect(back)
    return act_page(request, form, f"Que change‑t‑il pour « {stored} » ?", back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def action_extend(request: HttpRequest, action_id: int) -> HttpResponse:
    """Go on with a series."""
    action = action_of(request, action_id, Permission.ACTION_EDIT)
    back = action.get_absolute_url()
    form = ExtendForm(request.POST or None, action=action, back=back)
    if acted(request, form, extend_action, action=action, done="L’action est prolongée, ses séances sont prévues."):
        return redirect(back)
    lead = f"Dernière séance prévue : {action.last_on:%d/%m/%Y}. Pour l’arrêter, revenez à sa page."
    return act_page(request, form, f"Jusqu’à quand prolonger « {action} » ?", lead=lead, back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def action_end(request: HttpRequest, action_id: int) -> HttpResponse:
    """Stop an action and cancel its sessions to come."""
    action = action_of(request, action_id, Permission.ACTION_EDIT)
    back = action.get_absolute_url()
    form = ReasonForm(request.POST or None, submit="Arrêter l’action", back=back)
    if acted(request, form, end_action, action=action, done="L’action est arrêtée, ses séances à venir annulées."):
        return redirect(back)
    lead = "Les séances à venir sont annulées avec cette raison. Ce qui a eu lieu reste compté."
    return act_page(request, form, f"Pourquoi arrêter « {action} » ?", lead=lead, back=back)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ACTION_EDIT)
def seance_add(request: HttpRequest, action_id: int) -> HttpResponse:
    """One more session."""
    action = action_of(request, action_id, Permission.ACTION_EDIT)
    back = action.get_absolute_url()
    initial = {"hour": action.hour, "minutes": action.minutes, "place": action.place}
    form = SeanceForm(request.POST or None, initial=initial, back=back)
    if acted(request, form, add_seance, action=action, done="Séance ajoutée."):
        return redirect(back)
    return act_page(request, form, f"Quand ajouter une séance de « {action} » ?", back=back)


COLUMNS = (
    ExportColumn("Résidence", "action.residence.name"),
    ExportColumn("Action", "action.name"),
    ExportColumn("Thème", "action.get_theme_display"),
    ExportColumn("Mission AGLS", "action.get_mission_display"),
    ExportColumn("Partenaire", "action.partenaire.name"),
    ExportColumn("Séances tenues", "held"),
    ExportColumn("Séances annulées", "cancelled"),
    ExportColumn("Heures", "hours"),
    ExportColumn("Personnes différentes", "people"),
    ExportColumn("Présences", "presences"),
    ExportColumn("Comptées sans nom", "others"),
    ExportColumn("Présents par séance", "average"),
    ExportColumn("Coût (€)", "cost"),
)


@require_http_methods(["GET"])
@require_permission(Permission.ACTION_VIEW)
def action_bilan(request: HttpRequest) -> HttpResponse:
    """What a year comes to, action by action: figures only."""
    form = YearForm(request.GET)
    year = _year(form)
    found = year_of(request.user, year, Permission.ACTION_VIEW, residence_id=_chosen(request))
    context = {
        "form": form,
        "year": year,
        "found": found,
        "table": _years(found),
        "may_export": request.user.holds(Permission.EXPORT_ANONYMOUS),
    }
    return render(request, "accompagnement/action_bilan.html", context)


def _year(form: YearForm) -> int:
    chosen = form.cleaned_data.get("annee") if form.is_valid() else None
    return int(chosen or today().year)


def _years(found: list[Any]) -> Table:
    return Table(
        caption="Actions collectives de l’année",
        columns=(
            Column("Action", "main"),
            Column("Thème", "tags"),
            Column("Séances", "number", word="séances :"),
            Column("Annulées", "number", word="annulées :"),
            Column("Personnes", "number", word="personnes :"),
            Column("Présences", "number", word="présences :"),
            Column("Sans nom", "number", word="sans nom :"),
            Column("Par séance", "number", word="par séance :"),
            Column("Coût", "money"),
        ),
        rows=tuple(
            Row(
                (
                    one.action.name,
                    Badge(str(one.action.get_theme_display())),
                    one.held,
                    one.cancelled,
                    one.people,
                    one.presences,
                    one.others,
                    str(one.average).replace(".", ","),
                    one.cost,
                ),
                url=one.action.get_absolute_url(),
            )
            for one in found
        ),
        totals=(
            "Ensemble",
            None,
            sum(one.held for one in found),
            sum(one.cancelled for one in found),
            None,
            sum(one.presences for one in found),
            sum(one.others for one in found),
            None,
            sum(one.cost for one in found),
        ),
    )


@require_http_methods(["POST"])
@require_permission(Permission.EXPORT_ANONYMOUS)
@transaction.atomic
def action_bilan_export(request: HttpRequest) -> HttpResponse:
    """The figures of the year as a workbook; the journal keeps who took it."""
    year = _year(YearForm(request.POST))
    found = year_of(request.user, year, Permission.EXPORT_ANONYMOUS, residence_id=_chosen(request))
    for residence in {one.action.residence for one in found}:
        record(
            "action_collective.export",
            by=request.user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            rows=sum(one.action.residence_id == residence.pk for one in found),
            named=False,
            year=year,
        )
    return response(f"Actions collectives {year}", COLUMNS, found, file_format="xlsx")


def action_of(request: HttpRequest, action_id: int, permission: Permission) -> ActionCollective:
    """The action, where the user holds `permission`; 404 elsewhere."""
    rows: Any = ActionCollective.objects.visible_to(request.user, permission)
    found: ActionCollective = get_object_or_404(rows.select_related("residence", "partenaire", "leader"), pk=action_id)
    return found
