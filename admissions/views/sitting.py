"""The sitting on a projector or a tablet: one file at a time, its synthesis, the count of opinions, the decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.actions.decisions import record_decision
from admissions.forms.decisions import DecisionForm
from admissions.models import Decision, SessionCommission
from admissions.queries.commission import agenda_of, passages_of_staff, tally_of
from admissions.queries.dossier import synthesis_shown
from admissions.views.commission import session_or_404, when_of
from admissions.views.common import done
from residence.actions.journal import record_reading
from residence.permissions import Permission, require_permission

St = SessionCommission.Status


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DECISION_RECORD)
def session_hold(request: HttpRequest, session_id: int) -> HttpResponse:
    """Hear the files one after the other before everybody: nothing here that a member may not read."""
    session = session_or_404(request, session_id, Permission.DECISION_RECORD)
    if session.status != St.SITTING:
        messages.info(request, "La salle s’ouvre avec la séance, une fois les présents notés.")
        return redirect(session)
    agenda = agenda_of(session, request.user)
    asked = request.GET.get("dossier", "")
    line = next((one for one in agenda if str(one.passage.pk) == asked), None)
    line = line or next((one for one in agenda if one.decision is None), None) or next(iter(agenda), None)
    if line is None:
        return render(request, "admissions/session_hold.html", {"session": session, "when": when_of(session)})
    rows = passages_of_staff(request.user, Permission.DECISION_RECORD).filter(pk=line.passage.pk)
    passage = rows.select_related("orientation__menage", "orientation__dispositif").first()
    form = None
    if passage is not None:
        menage = passage.orientation.menage
        record_reading(menage, by=request.user, what=passage, residence=session.residence)
        # What is typed stands on the wall: the reasons of a confidential file are written on its own page.
        form = None if menage.is_confidential else _form(request, session, passage)
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(request, form, lambda: record_decision(by=request.user, passage=passage, **form.cleaned_data))
    ):
        messages.success(request, "La décision est consignée.")
        return redirect(reverse("admissions:session_hold", args=[session.pk]))
    return render(
        request, "admissions/session_hold.html", _context(session, agenda, line, passage is not None) | {"form": form}
    )


def _form(request: HttpRequest, session: Any, passage: Any) -> DecisionForm:
    decision = Decision.objects.filter(passage=passage).first()
    return DecisionForm(request.POST or None, passage=passage, decision=decision, back=session.get_absolute_url())


def _context(session: Any, agenda: list[Any], line: Any, is_opened: bool) -> dict[str, Any]:
    here = agenda.index(line)
    synthesis = synthesis_shown(line.passage)
    return {
        "session": session,
        "when": when_of(session),
        "agenda": agenda,
        "line": line,
        "rank": here + 1,
        "previous": agenda[here - 1] if here > 0 else None,
        "next": agenda[here + 1] if here < len(agenda) - 1 else None,
        "undecided": sum(1 for one in agenda if one.decision is None and not one.is_kept_out),
        "tally": line.tally,
        "passage": line.passage,
        # Who projects shows no more than what they may read.
        "synthesis": synthesis.data if is_opened and synthesis else None,
        "is_opened": is_opened,
    }


@require_http_methods(["GET"])
@require_permission(Permission.DECISION_RECORD)
def passage_tally(request: HttpRequest, passage_id: int) -> HttpResponse:
    """The count of opinions on a file, asked again while the sitting goes on."""
    rows = passages_of_staff(request.user, Permission.DECISION_RECORD).prefetch_related("opinions", "liens")
    passage = get_object_or_404(rows.select_related("session"), pk=passage_id)
    context = {"passage": passage, "tally": tally_of(passage, passage.session.membres.all())}
    return render(request, "admissions/_tally.html", context)
