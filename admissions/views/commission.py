"""What the pages of the commission share: the rows that a user may act on, and how a sitting is said."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from admissions.models import Decision, SessionCommission
from admissions.queries.commission import passages_of_staff
from admissions.queries.criteres import points_of
from residence.actions.journal import record_reading
from residence.permissions import Permission


def when_of(session: Any) -> str:
    start = timezone.localtime(session.starts_at)
    return f"{start:%d/%m/%Y} à {start.hour} h {start.minute:02d}"


def session_or_404(request: HttpRequest, session_id: int, permission: Permission) -> Any:
    """A session in the user's scope for an act."""
    rows = SessionCommission.objects.visible_to(request.user, permission).select_related("residence")
    return get_object_or_404(rows, pk=session_id)


def passage_or_404(request: HttpRequest, passage_id: int, permission: Permission) -> Any:
    rows = passages_of_staff(request.user, permission).select_related(
        "session__residence", "orientation__menage", "orientation__dispositif", "orientation__partenaire"
    )
    passage = get_object_or_404(rows, pk=passage_id)
    record_reading(passage.orientation.menage, by=request.user, what=passage, residence=passage.session.residence)
    return passage


def passage_context(passage: Any) -> dict[str, Any]:
    return {"passage": passage, "session": passage.session, "when": when_of(passage.session)}


def decision_or_404(request: HttpRequest, decision_id: int, permission: Permission) -> Any:
    rows = Decision.objects.visible_to(request.user, permission).select_related(
        "passage__session__residence",
        "passage__orientation__menage",
        "passage__orientation__residence",
        "passage__orientation__dispositif",
        "passage__orientation__partenaire",
        "passage__orientation__prescripteur",
        "letter_candidat__residence",
        "letter_prescripteur__residence",
    )
    decision = get_object_or_404(rows, pk=decision_id)
    orientation = decision.passage.orientation
    record_reading(orientation.menage, by=request.user, what=decision, residence=orientation.residence)
    return decision


def points_for(orientation: Any, user: Any) -> list[Any]:
    """The criteria as `user` may know them: residence permits are the coordinatrice's."""
    points = points_of(orientation)
    if user.holds(Permission.MENAGE_SENSITIVE_VIEW, orientation.residence_id):
        return points
    return [point.plain for point in points]


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows and keeps no copy of."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
