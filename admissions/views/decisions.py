"""What the commission decides on a file, and what follows: the reserve, a derogation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.actions.decisions import grant_derogation, lift_reserve, record_decision
from admissions.forms.decisions import DecisionForm, DerogationForm, ReserveForm
from admissions.models import Decision
from admissions.queries.commission import reserve_awaits
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.orientations import stage_badge
from admissions.views.commission import decision_or_404, passage_context, passage_or_404, points_for
from admissions.views.common import about, form_page, orientation_or_404
from residence.models import CritereDispositif
from residence.permissions import Permission, require_permission


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DECISION_RECORD)
def decision_record(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Write down what the commission decides on a file, with its reasons."""
    passage = passage_or_404(request, passage_id, Permission.DECISION_RECORD)
    decision = Decision.objects.filter(passage=passage).first()
    form = DecisionForm(
        request.POST or None,
        passage=passage,
        decision=decision,
        back=reverse("admissions:passage_detail", args=[passage.pk]),
    )
    return form_page(
        request,
        "admissions/decision_record.html",
        form=form,
        act=lambda: record_decision(by=request.user, passage=passage, **form.cleaned_data),
        success=f"La décision sur le dossier de {passage.orientation} est consignée.",
        to=passage.session,
        context={
            **passage_context(passage),
            "decision": decision,
            "opinions": passage.opinions.select_related("user"),
            "points": points_of(passage.orientation),
        },
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DECISION_RECORD)
def reserve_lift(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Say that what the commission asked for is there."""
    decision = decision_or_404(request, decision_id, Permission.DECISION_RECORD)
    orientation = decision.passage.orientation
    form = ReserveForm(request.POST or None, back=orientation.get_absolute_url())
    return form_page(
        request,
        "admissions/reserve_lift.html",
        form=form,
        act=lambda: lift_reserve(by=request.user, decision=decision, **form.cleaned_data),
        success=f"La réserve est levée : {orientation} rejoint la liste d’attente.",
        to=orientation,
        context={
            **about(request, orientation),
            "decision": decision,
            "pieces": decision.reserve_pieces.all(),
            "awaited": reserve_awaits(decision),
        },
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DEROGATION_GRANT)
def derogation_grant(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Let a candidate past a criterion, with the reasons."""
    orientation = orientation_or_404(request, orientation_id, Permission.DEROGATION_GRANT)
    missing = derogations_missing(points_of(orientation))
    form = DerogationForm(request.POST or None, points=missing, back=reverse("admissions:session_list"))

    def act() -> Any:
        critere = get_object_or_404(
            CritereDispositif, pk=form.cleaned_data["critere"], dispositif=orientation.dispositif_id
        )
        return grant_derogation(
            by=request.user, orientation=orientation, critere=critere, reasons=form.cleaned_data["reasons"]
        )

    decision = (
        Decision.objects.visible_to(request.user, Permission.DECISION_VIEW)
        .filter(passage__orientation=orientation)
        .order_by("-pk")
        .first()
    )
    context = {
        "orientation": orientation,
        "points": points_for(orientation, request.user),
        "missing": missing,
        "decision": decision,
        "badge": stage_badge(orientation.status),
    }
    return form_page(
        request,
        "admissions/derogation_grant.html",
        form=form,
        act=act,
        success="La dérogation est accordée.",
        to=reverse("admissions:derogation_grant", args=[orientation.pk]),
        context=context,
    )
