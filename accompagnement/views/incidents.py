"""The incidents: report one, read those of the house, note what is done, close."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accompagnement.actions.incidents import (
    close_incident,
    follow_incident,
    record_incident_reading,
    report_incident,
    requalify_incident,
)
from accompagnement.forms.incidents import (
    CloseIncidentForm,
    IncidentFilterForm,
    IncidentForm,
    RequalifyForm,
    SuiteForm,
)
from accompagnement.forms.lieux import SEPARATOR
from accompagnement.models import Incident
from accompagnement.models.incidents import PROTECTED
from accompagnement.queries.incidents import COUNT_LABELS, path_shown, recent, year_count
from accompagnement.views.pages import act_page, acted
from logement.models import ContratOccupation
from residence.components import Badge, Column, Meaning, Row, Table
from residence.context_processors import frame_of
from residence.models.base import today
from residence.permissions import Permission, require_permission

PER_PAGE = 50
MEANINGS: dict[str, Meaning] = {
    Incident.Status.REPORTED: "soon",
    Incident.Status.FOLLOWED: "information",
    Incident.Status.CLOSED: "done",
}
# Whom to call, by kind, before anything is typed; shown to who reports as to who follows.
CALLS = {
    Incident.Kind.VIOLENCE: (("17", "police"), ("114", "par SMS"), ("3919", "violences faites aux femmes")),
    Incident.Kind.ENFANT: (("17", "police"), ("119", "enfance en danger")),
    Incident.Kind.SANTE: (("15", "SAMU"), ("112", "secours")),
}


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INCIDENT_REPORT)
def incident_report(request: HttpRequest) -> HttpResponse:
    """Report an incident, in thirty seconds, from a phone."""
    frame = frame_of(request)
    form = IncidentForm(
        request.POST or None,
        user=request.user,
        chosen=frame.residence.pk if frame.residence else None,
        initial={"place": _place_of(request)},
        back=reverse("accompagnement:incident_list"),
    )
    if acted(request, form, report_incident, done=_reported(form)):
        return redirect("accompagnement:incident_list")
    return render(request, "accompagnement/incident_report.html", {"form": form})


def _place_of(request: HttpRequest) -> str:
    """The place of the household whose page one comes from, as the field proposes it; empty when it has none."""
    asked = request.GET.get("menage", "")
    if not asked.isdigit() or len(asked) > 9:
        return ""
    rows = ContratOccupation.objects.visible_to(request.user, Permission.INCIDENT_REPORT).in_progress()
    contrat = rows.filter(sejour__menage=int(asked)).select_related("sejour__menage", "place").last()
    return f"{contrat.place.code}{SEPARATOR}{contrat.sejour.menage}" if contrat else ""


def _reported(form: IncidentForm) -> str:
    if form.data.get("kind") in PROTECTED:
        return "Signalé : l’équipe sociale est prévenue, elle seule le lit à partir de maintenant."
    return "Signalé : l’équipe est prévenue."


@require_http_methods(["GET"])
@require_permission(Permission.INCIDENT_REPORT)
def incident_list(request: HttpRequest) -> HttpResponse:
    """What happened in the house, as far as the user reads it."""
    form = IncidentFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = Incident.objects.visible_to(request.user, Permission.INCIDENT_REPORT)
    chosen = frame_of(request).residence
    if chosen:
        rows = rows.filter(residence=chosen.pk)
    if wanted.get("etat") == "clos":
        rows = rows.filter(status=Incident.Status.CLOSED)
    elif wanted.get("etat") != "tous":
        rows = rows.running()
    if wanted.get("nature"):
        rows = rows.filter(kind=wanted["nature"])
    page = Paginator(rows.select_related("place", "menage"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "table": _table(list(page), request.user)}
    return render(request, "accompagnement/incident_list.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.INCIDENT_FOLLOW)
def incident_count(request: HttpRequest) -> HttpResponse:
    """How many incidents a year, by kind: those that the user follows, and nobody's name."""
    last = today().year
    asked = request.GET.get("annee", "")
    year = min(max(int(asked), 2000), last) if asked.isdigit() and len(asked) == 4 else last
    rows = Incident.objects.visible_to(request.user, Permission.INCIDENT_FOLLOW)
    chosen = frame_of(request).residence
    counts = year_count(rows.filter(residence=chosen.pk) if chosen else rows, year)
    context = {
        "year": year,
        "labels": COUNT_LABELS,
        "counts": counts,
        "totals": [sum(figures) for figures in zip(*(one.figures for one in counts), strict=True)],
        "before": year - 1,
        "after": year + 1 if year < last else None,
        "all_kinds": request.user.holds(Permission.INCIDENT_PROTECTED),
    }
    return render(request, "accompagnement/incident_count.html", context)


def _table(incidents: list[Incident], user: Any) -> Table:
    followed = {scope.residence_id for scope in user.scopes_for(Permission.INCIDENT_PROTECTED)}

    def told(one: Incident) -> bool:
        """Whether the user reads more than the words they wrote."""
        return not one.is_protected or one.residence_id in followed

    return Table(
        caption="Incidents",
        columns=(
            Column("Incident", "main"),
            Column("Le", "date", word="le"),
            Column("Où", word="à"),
            Column("Ménage"),
            Column("État", "tags"),
        ),
        rows=tuple(
            Row(
                (
                    str(one.get_kind_display()).capitalize(),
                    timezone.localdate(one.happened_at),
                    one.spot,
                    str(one.menage) if one.menage and told(one) else None,
                    [
                        *([Badge("protégé", "late", "lock")] if one.is_protected else []),
                        *([_state(one)] if told(one) else []),
                    ],
                ),
                url=one.get_absolute_url(),
            )
            for one in incidents
        ),
    )


def _state(one: Incident) -> Badge:
    return Badge(one.get_outcome_display() or one.get_status_display(), MEANINGS[one.status])


def _incident(request: HttpRequest, incident_id: int, permission: Permission) -> Incident:
    rows: Any = Incident.objects.visible_to(request.user, permission)
    found: Incident = get_object_or_404(
        rows.select_related("place", "menage", "residence", "reported_by", "closed_by"), pk=incident_id
    )
    return found


@require_http_methods(["GET"])
@require_permission(Permission.INCIDENT_REPORT)
def incident_detail(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What happened, what was done, and whom to tell."""
    user = request.user
    incident = _incident(request, incident_id, Permission.INCIDENT_REPORT)
    record_incident_reading(incident, by=user)
    here = incident.residence_id
    # Who reported a danger and is not of the social team reads what they wrote, and that only.
    own_words_only = incident.is_protected and not user.holds(Permission.INCIDENT_PROTECTED, here)
    suites = [] if own_words_only else list(incident.suites.select_related("written_by"))
    menage = None if own_words_only else incident.menage
    context = {
        "incident": incident,
        "own_words_only": own_words_only,
        "menage": menage,
        "suites": suites,
        "path": [] if own_words_only else path_shown(incident, suites),
        "calls": CALLS.get(Incident.Kind(incident.kind), ()),
        "others": [] if incident.is_protected else _others(request, incident),
        "opens_menage": menage is not None and user.holds(Permission.MENAGE_VIEW, here),
        "may_mask": menage is not None
        and not menage.is_confidential
        and incident.kind == Incident.Kind.VIOLENCE
        and user.holds(Permission.CONFIDENTIEL_MANAGE, here),
        "may_follow": not own_words_only and user.holds(Permission.INCIDENT_FOLLOW, here),
        "may_close": not own_words_only and user.holds(Permission.INCIDENT_CLOSE, here),
    }
    return render(request, "accompagnement/incident_detail.html", context)


def _others(request: HttpRequest, incident: Incident) -> list[Incident]:
    """What it comes back to, as far as the user reads it."""
    known = [one.pk for one in recent(incident)]
    rows = Incident.objects.visible_to(request.user, Permission.INCIDENT_REPORT)
    return list(rows.filter(pk__in=known).select_related("place")) if known else []


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INCIDENT_FOLLOW)
def incident_follow(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What was done about an incident."""
    incident = _incident(request, incident_id, Permission.INCIDENT_FOLLOW)
    form = SuiteForm(
        request.POST or None,
        incident=incident,
        user=request.user,
        initial={"kind": request.GET.get("etape", "")},
        back=incident.get_absolute_url(),
    )
    if acted(request, form, follow_incident, incident=incident, done="C’est noté."):
        return redirect(incident)
    return act_page(request, form, "Qu’a‑t‑on fait ?", lead=_lead(incident), back=incident.get_absolute_url())


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INCIDENT_CLOSE)
def incident_requalify(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Another kind, once more is known."""
    incident = _incident(request, incident_id, Permission.INCIDENT_CLOSE)
    form = RequalifyForm(request.POST or None, initial={"kind": incident.kind}, back=incident.get_absolute_url())
    if acted(request, form, requalify_incident, incident=incident, done="La nature est changée."):
        incident.refresh_from_db()
        readable = Incident.objects.visible_to(request.user, Permission.INCIDENT_REPORT).filter(pk=incident.pk)
        return redirect(incident) if readable.exists() else redirect("accompagnement:incident_list")
    lead = (
        "Violence, enfant en danger, santé : l’équipe sociale seule le lit ensuite. "
        "La gestionnaire et le chargé de vie résidentielle ne le voient plus."
    )
    return act_page(request, form, "De quoi s’agit‑il vraiment ?", lead=lead, back=incident.get_absolute_url())


@require_http_methods(["GET", "POST"])
@require_permission(Permission.INCIDENT_CLOSE)
def incident_close(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The end of an incident."""
    incident = _incident(request, incident_id, Permission.INCIDENT_CLOSE)
    form = CloseIncidentForm(request.POST or None, back=incident.get_absolute_url())
    if acted(request, form, close_incident, incident=incident, done="Incident clos."):
        return redirect(incident)
    question = "Comment l’incident se termine‑t‑il ?"
    return act_page(request, form, question, lead=_lead(incident), back=incident.get_absolute_url())


def _lead(incident: Incident) -> str:
    return f"{incident}{', ' + incident.spot if incident.spot else ''}"
