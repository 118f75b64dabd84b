"""Appointments: who comes this week, and what becomes of each."""

import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from residence.actions.rendez_vous import (
    cancel_rendez_vous,
    hold_rendez_vous,
    miss_rendez_vous,
    move_rendez_vous,
    plan_rendez_vous,
)
from residence.components import Badge, Column, Row, Table
from residence.context_processors import Frame
from residence.forms.rendez_vous import RendezVousForm
from residence.models import Menage, RendezVous
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.queries.menages import residence_for
from residence.queries.rendez_vous import appointments_between, as_ics, clash_of, monday_of, week_of
from residence.queries.search import households_named

BADGES = {
    RendezVous.Status.PLANNED: Badge("prévu", "information"),
    RendezVous.Status.HELD: Badge("tenu", "done"),
    RendezVous.Status.NO_SHOW: Badge("non venu", "late"),
    RendezVous.Status.CANCELLED: Badge("annulé", "plain"),
}
UNTOLD = Badge("à confirmer", "soon")
ACTS = {
    "tenu": (hold_rendez_vous, "Le rendez-vous a été tenu."),
    "non-venu": (miss_rendez_vous, "Le ménage n’est pas venu : c’est noté."),
    "annule": (cancel_rendez_vous, "Le rendez-vous est annulé."),
}


@require_http_methods(["GET"])
@require_permission(Permission.RENDEZ_VOUS_VIEW)
def rendez_vous_list(request: HttpRequest) -> HttpResponse:
    """Appointments of a week, of the user or of the whole team."""
    first = monday_of(request.GET.get("semaine", ""))
    last = first + datetime.timedelta(days=6)
    team = request.GET.get("qui") == "equipe"
    rows = appointments_between(request.user, first, last)
    chosen = Frame(request).residence
    if chosen is not None:
        rows = rows.filter(residence=chosen.pk)
    if not team:
        rows = rows.filter(user=request.user)
    rows = list(rows)
    days = [
        (day, _table(day, list(group), team=team))
        for day, group in groupby(rows, key=lambda one: timezone.localdate(one.start_at))
    ]
    context = {
        "first": first,
        "last": last,
        "previous": first - datetime.timedelta(days=7),
        "following": first + datetime.timedelta(days=7),
        "this_week": first == monday_of(""),
        "today": today(),
        "team": team,
        "days": days,
        "week": week_of(rows, first),
        "may_edit": request.user.holds(Permission.RENDEZ_VOUS_EDIT),
    }
    return render(request, "residence/rendez_vous_list.html", context)


def _table(day: datetime.date, rows: list[Any], *, team: bool) -> Table:
    columns = [Column("Heure"), Column("Ménage", "main"), Column("Objet"), Column("Lieu", "minor")]
    if team:
        columns.append(Column("Avec", word="avec"))
    columns.append(Column("État", "tags"))
    made = []
    for one in rows:
        cells = [_hours(one), str(one.menage), str(one.get_kind_display()), one.place]
        if team:
            cells.append(str(one.user))
        cells.append(badge_of(one))
        made.append(Row(tuple(cells), url=reverse("residence:rendez_vous_detail", args=[one.pk])))
    return Table(caption=f"Rendez-vous du {day:%d/%m/%Y}", columns=tuple(columns), rows=tuple(made))


def badge_of(rendez_vous: Any) -> Badge:
    if rendez_vous.status == RendezVous.Status.PLANNED and rendez_vous.is_past:
        return UNTOLD
    return BADGES[RendezVous.Status(rendez_vous.status)]


def _hours(rendez_vous: Any) -> str:
    start, end = timezone.localtime(rendez_vous.start_at), timezone.localtime(rendez_vous.end_at)
    return f"{start.hour}\u00a0h\u00a0{start:%M} – {end.hour}\u00a0h\u00a0{end:%M}"


@require_http_methods(["GET"])
@require_permission(Permission.RENDEZ_VOUS_EDIT)
def rendez_vous_choose(request: HttpRequest) -> HttpResponse:
    """With whom to fix an appointment."""
    text = " ".join(request.GET.get("menage", "").replace("\x00", "").split())[:100]
    found = households_named(request.user, text, Permission.RENDEZ_VOUS_EDIT) if len(text) > 1 else []
    return render(request, "residence/rendez_vous_choose.html", {"text": text, "found": found})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RENDEZ_VOUS_EDIT)
def rendez_vous_create(request: HttpRequest, menage_id: int) -> HttpResponse:
    """Fix an appointment with a household."""
    menage = get_object_or_404(Menage.objects.visible_to(request.user, Permission.RENDEZ_VOUS_EDIT), pk=menage_id)
    residence = residence_for(request.user, menage, Permission.RENDEZ_VOUS_EDIT)
    kind = request.GET.get("objet", RendezVous.Kind.SUIVI)
    form = RendezVousForm(
        request.POST or None,
        by=request.user,
        residence_id=residence.pk,
        back=reverse("residence:menage_detail", args=[menage.pk]),
        initial={"kind": kind, "place": residence.name},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rendez_vous = plan_rendez_vous(
                by=request.user,
                menage=menage,
                residence=residence,
                **{name: given[name] for name in ("user", "kind", "start_at", "end_at", "place")},
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "Rendez-vous fixé.")
            warn_of_clash(request, rendez_vous)
            return redirect("residence:rendez_vous_detail", rendez_vous.pk)
    context = {"menage": menage, "form": form, "banner": banner_for(request.user, menage)}
    return render(request, "residence/rendez_vous_create.html", context)


def warn_of_clash(request: HttpRequest, rendez_vous: RendezVous) -> None:
    """Two appointments of one person at one hour may be meant: it is said, and stops nothing."""
    if words := clash_of(rendez_vous):
        messages.warning(request, words)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RENDEZ_VOUS_VIEW)
def rendez_vous_detail(request: HttpRequest, rendez_vous_id: int) -> HttpResponse:
    """One appointment; whether it was held, missed, or is called off."""
    rendez_vous = _rendez_vous(request, rendez_vous_id, Permission.RENDEZ_VOUS_VIEW)
    may_edit = request.user.holds(Permission.RENDEZ_VOUS_EDIT, rendez_vous.residence_id)
    if request.method == "POST":
        rendez_vous = _rendez_vous(request, rendez_vous_id, Permission.RENDEZ_VOUS_EDIT)
        act, said = ACTS.get(request.POST.get("acte", ""), (None, ""))
        if act is not None:
            try:
                act(by=request.user, rendez_vous=rendez_vous)
            except ValidationError as error:
                messages.error(request, " ".join(error.messages))
            else:
                messages.success(request, said)
        return redirect("residence:rendez_vous_detail", rendez_vous.pk)
    context = {
        "rendez_vous": rendez_vous,
        "banner": banner_for(request.user, rendez_vous.menage),
        "badge": badge_of(rendez_vous),
        "hours": _hours(rendez_vous),
        "may_edit": may_edit,
        "has_begun": rendez_vous.start_at <= timezone.now(),
        "is_planned": rendez_vous.status == RendezVous.Status.PLANNED,
    }
    return render(request, "residence/rendez_vous_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.RENDEZ_VOUS_EDIT)
def rendez_vous_move(request: HttpRequest, rendez_vous_id: int) -> HttpResponse:
    """Put an appointment at another time."""
    rendez_vous = _rendez_vous(request, rendez_vous_id, Permission.RENDEZ_VOUS_EDIT)
    back = reverse("residence:rendez_vous_detail", args=[rendez_vous.pk])
    if rendez_vous.status != RendezVous.Status.PLANNED:
        messages.error(request, f"Ce rendez-vous est « {rendez_vous.get_status_display()} » : fixez-en un nouveau.")
        return redirect(back)
    form = RendezVousForm(
        request.POST or None,
        by=request.user,
        residence_id=rendez_vous.residence_id,
        back=back,
        rendez_vous=rendez_vous,
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rendez_vous = move_rendez_vous(
                by=request.user,
                rendez_vous=rendez_vous,
                **{name: given[name] for name in ("user", "start_at", "end_at", "place")},
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "Rendez-vous déplacé.")
            warn_of_clash(request, rendez_vous)
            return redirect(back)
    context = {"rendez_vous": rendez_vous, "form": form, "banner": banner_for(request.user, rendez_vous.menage)}
    return render(request, "residence/rendez_vous_move.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.RENDEZ_VOUS_VIEW)
def rendez_vous_ics(request: HttpRequest, rendez_vous_id: int) -> HttpResponse:
    """The appointment for a calendar: who is met is told by the number of the file, a calendar is not ours to keep."""
    rendez_vous = _rendez_vous(request, rendez_vous_id, Permission.RENDEZ_VOUS_VIEW)
    response = HttpResponse(as_ics(rendez_vous), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rendez-vous-{rendez_vous.pk}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _rendez_vous(request: HttpRequest, rendez_vous_id: int, permission: Permission) -> RendezVous:
    rows = RendezVous.objects.visible_to(request.user, permission)
    return get_object_or_404(rows.select_related("menage", "user", "residence"), pk=rendez_vous_id)
