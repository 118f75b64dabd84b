"""The interview: its appointment, its absence, and the page that is filled with the person opposite."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from admissions.actions.entretiens import (
    RECORDABLE,
    StaleEntretien,
    miss_entretien,
    plan_entretien,
    record_entretien,
)
from admissions.forms.entretiens import ENTRETIEN_FIELDS, LINES, EntretienPage, PlanForm
from admissions.forms.orientations import ConfirmForm, refuse
from admissions.models import EntretienPreadmission, Orientation
from admissions.queries.budget import budget_of, facts_of
from admissions.queries.completude import completeness_of
from admissions.queries.criteres import Answers, points_of
from admissions.queries.orientations import planned_interviews
from admissions.queries.plai import ceiling_plai
from admissions.views.common import about, done, form_page, orientation_or_404
from admissions.views.orientations import one_more_line
from residence.components import Part
from residence.models import Personne, RendezVous
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.rendez_vous import appointments_between, clash_of, monday_of, week_of


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def entretien_plan(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Fix the interview, or put it at another time; the invitation is issued."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    planned = planned_interviews(orientation).first()
    form = PlanForm(request.POST or None, orientation=orientation, by=request.user, planned=planned)
    if request.method == "POST" and form.is_valid():
        document = done(
            request,
            form,
            lambda: plan_entretien(by=request.user, orientation=orientation, **form.appointment()),
        )
        if document is not None:
            messages.success(request, "L’entretien est fixé, l’invitation est prête à partir.")
            for words in filter(None, map(clash_of, planned_interviews(orientation).select_related("user"))):
                messages.warning(request, words)
            return redirect(orientation)
    context = {**about(request, orientation), "form": form, "planned": planned, **_taken(request, orientation, planned)}
    return render(request, "admissions/entretien_plan.html", context)


def _taken(request: HttpRequest, orientation: Orientation, planned: RendezVous | None) -> dict[str, Any]:
    """The week of the team that is asked for, else that of the appointment, else the next, as the user may see it."""
    if not request.user.holds(Permission.RENDEZ_VOUS_VIEW, orientation.residence_id):
        return {"week": None}
    day = timezone.localdate(planned.start_at) if planned else today() + datetime.timedelta(days=1)
    first = monday_of(request.GET.get("semaine") or day.isoformat())
    rows = appointments_between(request.user, first, first + datetime.timedelta(days=6))
    meetings = list(rows.filter(residence=orientation.residence_id).exclude(status=RendezVous.Status.CANCELLED))
    return {
        "week": week_of(meetings, first),
        "meetings": meetings,
        "team": True,
        "today": today(),
        "previous": first - datetime.timedelta(days=7),
        "following": first + datetime.timedelta(days=7),
    }


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def entretien_miss(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Nobody came."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        submit="Noter l’absence",
        back=orientation.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/entretien_miss.html",
        form=form,
        act=lambda: miss_entretien(by=request.user, orientation=orientation),
        success="L’absence est notée : le ménage est à recontacter.",
        to=orientation,
        context={**about(request, orientation), "planned": planned_interviews(orientation).first()},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def entretien_record(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """The interview, part by part, with the budget and the criteria beside it."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    entretien = _entretien(orientation)
    if request.method == "POST" and request.POST.get("ajouter") in LINES:
        data = one_more_line(request.POST, request.POST["ajouter"])
        return render(request, "admissions/entretien_record.html", _context(request, orientation, entretien, data))
    data = request.POST if request.method == "POST" else None
    context = _context(request, orientation, entretien, data, request.FILES if data else None)
    page: EntretienPage = context["page"]
    if request.method == "POST" and page.is_valid():
        try:
            record_entretien(by=request.user, orientation=orientation, typed=page.typed())
        except StaleEntretien as error:
            context |= _stale(page, error)
        except ValidationError as error:
            refuse(page.main, error)
        else:
            messages.success(request, "L’entretien est enregistré.")
            if "rester" in request.POST:
                return redirect(request.path)
            return redirect(orientation)
    context["refused"] = request.method == "POST"
    return render(request, "admissions/entretien_record.html", context)


def _entretien(orientation: Orientation) -> EntretienPreadmission | None:
    return (
        EntretienPreadmission.objects.filter(orientation=orientation)
        .select_related("wished_categorie", "held_by", "updated_by")
        .first()
    )


def _context(
    request: HttpRequest, orientation: Orientation, entretien: Any, data: Any, files: Any = None
) -> dict[str, Any]:
    page = EntretienPage(orientation, entretien, data, files)
    completeness = completeness_of(orientation)
    return {
        **about(request, orientation),
        "page": page,
        "entretien": entretien,
        "completeness": completeness,
        "parts": _parts(page, completeness),
        "may_save": orientation.status in RECORDABLE,
        **_budget(orientation, page),
    }


def _parts(page: EntretienPage, completeness: Any) -> list[Part]:
    """The parts of the page, each with how many answers it still waits for in what is saved."""
    entretien, household = page.entretien, page.household.initial
    born_on = (household.get("birth") or (None, ""))[0]
    unknown = household.get("nationality") == Personne.Nationality.UNKNOWN
    wished = 2 if entretien is None else int(entretien.wished_categorie_id is None) + int(not entretien.autonomy)
    return [
        Part("Pièces", "pieces", sum(1 for state, _ in page.pieces if not state.is_present)),
        Part("Ménage", "menage", int(born_on is None) + int(unknown)),
        Part("Ressources et charges", "budget", int("les ressources ne sont pas saisies" in completeness.missing)),
        Part("Besoins", "besoins", int(entretien is None or not entretien.themes.exists())),
        Part("Souhaits et autonomie", "souhaits", wished),
        Part("Pour la commission", "proposition", int(entretien is None or not entretien.proposal)),
    ]


def _budget(orientation: Orientation, page: EntretienPage) -> dict[str, Any]:
    """The budget and the criteria on what is typed, or on what is saved when nothing is."""
    if not page.main.is_bound:
        saved = facts_of(orientation.menage, orientation.residence, page.entretien)
        budget = budget_of(saved)
        return {"budget": budget, "points": points_of(orientation), "plai": ceiling_plai(saved)}
    facts = page.budget_facts()
    budget = budget_of(facts)
    typed = page.main.cleaned_data
    answers = Answers(typed.get("has_activity"), typed.get("medical_validation"))
    return {
        "budget": budget,
        "plai": ceiling_plai(facts),
        "points": points_of(orientation, facts=facts, budget=budget, entry_on=facts.entry_on, answers=answers),
    }


@require_http_methods(["POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def entretien_budget(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """The budget panel on what is being typed; nothing is saved."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    page = EntretienPage(orientation, _entretien(orientation), request.POST)
    return render(request, "admissions/_budget.html", _budget(orientation, page))


@require_http_methods(["POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def entretien_lines(request: HttpRequest, orientation_id: int, lines: str) -> HttpResponse:
    """The lines of members, resources or charges, with one more to fill; nothing is saved."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    if lines not in LINES:
        return HttpResponseBadRequest("Ces lignes n’existent pas.")
    formset = LINES[lines](one_more_line(request.POST, lines), prefix=lines)
    return render(
        request, f"admissions/_{lines}.html", {"formset": formset, "orientation": orientation, "just_added": True}
    )


def _stale(page: EntretienPage, error: StaleEntretien) -> dict[str, Any]:
    """What was typed stays; what somebody else saved in the meantime is shown beside; the next sending wins."""
    saved = _entretien(page.orientation)
    refuse(page.main, error)
    page.main.data = page.main.data.copy()
    page.main.data["version"] = saved.version if saved else 0
    differences = []
    for name in ENTRETIEN_FIELDS:
        stored, typed = getattr(saved, name, None), page.main.cleaned_data.get(name)
        if (stored or "") != (typed or ""):
            differences.append((page.main.fields[name].label, stored, typed))
    themes = {theme.theme: theme for theme in saved.themes.all()} if saved else {}
    for form in page.themes.forms:
        stored_theme = themes.get(form.cleaned_data.get("theme"))
        if stored_theme is None:
            continue
        typed_pair = (form.cleaned_data["level"], form.cleaned_data["comment"])
        if (stored_theme.level, stored_theme.comment) != typed_pair:
            differences.append(
                (
                    form.title,
                    f"{stored_theme.get_level_display()} {stored_theme.comment}".strip(),
                    f"{dict(form.fields['level'].choices)[typed_pair[0]]} {typed_pair[1]}".strip(),
                )
            )
    return {"saved": saved, "differences": differences}
