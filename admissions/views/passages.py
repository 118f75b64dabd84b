"""One file of an agenda: its synthesis, the opinions of the members."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.actions.opinions import give_opinion
from admissions.forms.commission import (
    OpinionForm,
)
from admissions.models import Decision, PassageCommission, SessionCommission
from admissions.queries.commission import passages_for_member, passages_of_staff, passages_readable, tally_of
from admissions.queries.dossier import synthesis_readable, synthesis_shown
from admissions.views.commission import pdf_response, points_for, when_of
from admissions.views.common import done
from residence.actions.documents import pdf_of
from residence.actions.journal import record_reading
from residence.permissions import Permission, require_permission

St = SessionCommission.Status


@require_http_methods(["GET"])
@require_permission(Permission.SYNTHESE_VIEW, Permission.DECISION_VIEW)
def passage_detail(request: HttpRequest, passage_id: int) -> HttpResponse:
    """A file of the agenda: its synthesis for who may read it, its criteria, what was said and decided."""
    passage = get_object_or_404(passages_readable(request.user), pk=passage_id)
    form = None
    if passages_for_member(request.user).filter(pk=passage.pk).exists():
        form = _opinion_form(request, passage)
    return _passage_page(request, passage, form)


def _opinion_form(request: HttpRequest, passage: Any, data: Any = None) -> OpinionForm:
    given = passage.opinions.filter(user=request.user).first()
    return OpinionForm(
        data,
        given=given,
        action=reverse("admissions:opinion_give", args=[passage.pk]),
        back=passage.session.get_absolute_url(),
    )


@require_http_methods(["POST"])
@require_permission(Permission.OPINION_GIVE)
def opinion_give(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Give one's opinion on a file, or change it; then on to the next file to hear."""
    readable = passages_readable(request.user).filter(pk__in=passages_for_member(request.user).values("pk"))
    passage = get_object_or_404(readable, pk=passage_id)
    form = _opinion_form(request, passage, request.POST)
    if form.is_valid():
        given = done(request, form, lambda: give_opinion(by=request.user, passage=passage, **form.cleaned_data))
        if given is not None:
            messages.success(request, "Votre avis est enregistré ; vous pouvez le changer jusqu’à la clôture.")
            return redirect(_next_file(passage, request.user) or passage.session)
    return _passage_page(request, passage, form)


def _passage_page(request: HttpRequest, passage: Any, form: OpinionForm | None) -> HttpResponse:
    user, session, orientation = request.user, passage.session, passage.orientation
    record_reading(orientation.menage, by=user, what=passage, residence=session.residence)
    is_member = form is not None
    synthesis = synthesis_shown(passage)
    # A member who is also of the staff reads, of a confidential file, what a member reads and no more.
    reads_synthesis = synthesis_readable(user).filter(pk=passage.pk).exists()
    reads_decision = passages_of_staff(user, Permission.DECISION_VIEW).filter(pk=passage.pk).exists()
    context = {
        "passage": passage,
        "session": session,
        "when": when_of(session),
        "name": orientation.menage.masked_name if orientation.menage.is_confidential else str(orientation),
        "synthesis": synthesis.data if synthesis and reads_synthesis else None,
        "reads_synthesis": reads_synthesis,
        "points": points_for(orientation, user) if reads_decision else [],
        "decision": Decision.objects.filter(passage=passage).select_related("recorded_by").first()
        if reads_decision
        else None,
        "opinions": passage.opinions.select_related("user") if reads_decision else [],
        "liens": passage.liens.select_related("user") if reads_decision else [],
        "tally": tally_of(passage, session.membres.all()) if session.status != St.PREPARED else None,
        "form": form,
        "may_decide": reads_decision
        and user.holds(Permission.DECISION_RECORD, session.residence_id)
        and session.status == St.SITTING,
        "may_withdraw": reads_decision
        and user.holds(Permission.COMMISSION_PREPARE, session.residence_id)
        and session.status != St.CLOSED,
        "may_declare": session.status != St.CLOSED
        and (is_member or user.holds(Permission.COMMISSION_PREPARE, session.residence_id)),
        "opens_orientation": user.holds(Permission.ORIENTATION_VIEW, session.residence_id),
        "neighbours": _neighbours(passage, user),
    }
    return render(request, "admissions/passage_detail.html", context)


def _neighbours(passage: PassageCommission, user: Any) -> dict[str, Any]:
    """The files heard before and after this one that the user may open."""
    order = list(passages_readable(user).filter(session=passage.session_id).on_agenda().order_by("rank", "pk"))
    here = next((rank for rank, one in enumerate(order) if one.pk == passage.pk), None)
    if here is None:
        return {}
    return {
        "previous": order[here - 1] if here > 0 else None,
        "next": order[here + 1] if here + 1 < len(order) else None,
        "rank": here + 1,
        "count": len(order),
    }


def _next_file(passage: PassageCommission, user: Any) -> str:
    """The page of the next file on which the member has said nothing."""
    silent = passages_for_member(user).filter(session=passage.session_id).exclude(opinions__user=user)
    following = silent.order_by("rank", "pk").first()
    return reverse("admissions:passage_detail", args=[following.pk]) if following else ""


@require_http_methods(["GET"])
@require_permission(Permission.SYNTHESE_VIEW)
def passage_synthese(request: HttpRequest, passage_id: int) -> HttpResponse:
    """The frozen synthesis of a file as a PDF, for those who hear it and for the coordinatrice."""
    passage = get_object_or_404(synthesis_readable(request.user), pk=passage_id)
    synthesis = synthesis_shown(passage)
    if synthesis is None:
        raise Http404
    record_reading(passage.orientation.menage, by=request.user, what=passage, residence=passage.session.residence)
    return pdf_response(pdf_of(synthesis), f"synthese-{synthesis.number.lower()}.pdf")
