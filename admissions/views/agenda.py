"""What a session hears, in which order, and which member is kept out of which file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.actions.agenda import add_passage, move_passage, withdraw_passage
from admissions.actions.opinions import declare_lien, withdraw_lien
from admissions.forms.commission import (
    AgendaForm,
    LienForm,
    SessionChoiceForm,
)
from admissions.forms.orientations import ReasonForm
from admissions.models import LienMembre, SessionCommission
from admissions.queries.commission import (
    passages_for_member,
    passages_readable,
    ready_files,
)
from admissions.views.commission import passage_context, passage_or_404, session_or_404
from admissions.views.common import about, form_page, orientation_or_404
from residence.permissions import Permission, require_permission

St = SessionCommission.Status


@require_http_methods(["POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_agenda(request: HttpRequest, session_id: int) -> HttpResponse:
    """Put the ready files that were ticked on the agenda."""
    session = session_or_404(request, session_id, Permission.COMMISSION_PREPARE)
    form = AgendaForm(request.POST, ready=ready_files(session))
    if not form.is_valid():
        messages.error(request, "Cochez au moins un dossier prêt ; un autre vient peut-être d’être inscrit.")
        return redirect(session)
    added = 0
    for orientation in form.cleaned_data["orientations"]:
        try:
            add_passage(by=request.user, session=session, orientation=orientation)
            added += 1
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    if added:
        messages.success(request, f"{added} dossier{'s inscrits' if added > 1 else ' inscrit'} à l’ordre du jour.")
    return redirect(session)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def passage_add(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Put one ready file on the agenda of a session."""
    orientation = orientation_or_404(request, orientation_id, Permission.COMMISSION_PREPARE)
    sessions = (
        SessionCommission.objects.visible_to(request.user, Permission.COMMISSION_PREPARE)
        .filter(residence=orientation.residence_id)
        .exclude(status=St.CLOSED)
        .order_by("starts_at")
    )
    form = SessionChoiceForm(request.POST or None, sessions=sessions, back=orientation.get_absolute_url())
    return form_page(
        request,
        "admissions/passage_add.html",
        form=form,
        act=lambda: add_passage(by=request.user, session=form.cleaned_data["session"], orientation=orientation),
        success=f"Le dossier de {orientation} est à l’ordre du jour.",
        to=orientation,
        context={**about(request, orientation), "sessions": sessions},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def passage_withdraw(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Take a file off the agenda, with the reason."""
    passage = passage_or_404(request, passage_id, Permission.COMMISSION_PREPARE)
    form = ReasonForm(
        request.POST or None,
        label="Pourquoi ce dossier est retiré",
        submit="Retirer le dossier",
        back=passage.session.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/passage_withdraw.html",
        form=form,
        act=lambda: withdraw_passage(by=request.user, passage=passage, reason=form.cleaned_data["reason"]),
        success="Le dossier est retiré de l’ordre du jour.",
        to=passage.session,
        context=passage_context(passage),
    )


@require_http_methods(["POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def passage_move(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Hear a file one place sooner, or later."""
    passage = passage_or_404(request, passage_id, Permission.COMMISSION_PREPARE)
    try:
        move_passage(by=request.user, passage=passage, up=request.POST.get("sens") == "haut")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    asked = request.POST.get("page", "")
    page = f"?page={asked}" if asked.isdecimal() and asked != "1" else ""
    return redirect(f"{passage.session.get_absolute_url()}{page}")


@require_http_methods(["GET", "POST"])
@require_permission(Permission.OPINION_GIVE, Permission.COMMISSION_PREPARE)
def lien_declare(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Keep a member out of a file because they know the candidate."""
    passage = get_object_or_404(passages_readable(request.user), pk=passage_id)
    user, session = request.user, passage.session
    prepares = user.holds(Permission.COMMISSION_PREPARE, session.residence_id)
    if not prepares and not passages_for_member(user).filter(pk=passage.pk).exists():
        raise Http404
    form = LienForm(
        request.POST or None,
        passage=passage,
        only=None if prepares else user,
        back=reverse("admissions:passage_detail", args=[passage.pk]),
    )
    return form_page(
        request,
        "admissions/lien_declare.html",
        form=form,
        act=lambda: declare_lien(by=user, passage=passage, user=form.cleaned_data["user"]),
        success="Le lien est déclaré : ce membre n’ouvre plus cette demande et ne donne pas d’avis.",
        to=session,
        context=passage_context(passage),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def lien_withdraw(request: HttpRequest, lien_id: int) -> HttpResponse:
    """Say that a link was declared by mistake."""
    lien = get_object_or_404(LienMembre.objects.select_related("user"), pk=lien_id)
    passage = passage_or_404(request, lien.passage_id, Permission.COMMISSION_PREPARE)
    form = ReasonForm(
        request.POST or None,
        label="Pourquoi ce lien n’a pas lieu d’être",
        submit="Retirer le lien",
        back=reverse("admissions:passage_detail", args=[passage.pk]),
    )
    return form_page(
        request,
        "admissions/lien_withdraw.html",
        form=form,
        act=lambda: withdraw_lien(by=request.user, lien=lien, reason=form.cleaned_data["reason"]),
        success=f"Le lien est retiré : {lien.user} ouvre de nouveau ce dossier.",
        to=passage.session,
        context={**passage_context(passage), "lien": lien},
    )
