"""The sessions of the commission: prepared, convened, opened, closed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from admissions.actions.sessions import (
    close_session,
    convene_session,
    edit_session,
    open_sitting,
    prepare_session,
    replace_siege,
    unconvene_session,
)
from admissions.forms.commission import (
    PresenceForm,
    ReplaceForm,
    ResidenceForm,
    SessionForm,
)
from admissions.forms.orientations import ConfirmForm, ReasonForm
from admissions.models import AvisMembre, MembreSession, SessionCommission
from admissions.queries.commission import (
    agenda_counts,
    agenda_lines,
    agenda_of,
    agenda_rows,
    ready_files,
    sessions_for,
    with_counts,
)
from admissions.queries.dossier import folder_of, synthesis_readable, synthesis_shown
from admissions.views.commission import pdf_response, session_or_404, when_of
from admissions.views.common import PER_PAGE, done, form_page, residence_chosen
from residence.actions.journal import record, record_reading
from residence.components import Badge, Column, Row, Table
from residence.models import Residence
from residence.paging import KeysFirst
from residence.permissions import Permission, require_permission

St = SessionCommission.Status
# More files than a sitting hears: an agenda of every day stands on one page.
AGENDA_PER_PAGE = 25

BADGES = {
    St.PREPARED: Badge("préparée", "plain"),
    St.CONVENED: Badge("convoquée", "information"),
    St.SITTING: Badge("en séance", "soon"),
    St.CLOSED: Badge("close", "done"),
}


@require_http_methods(["GET"])
@require_permission(Permission.COMMISSION_VIEW)
def session_list(request: HttpRequest) -> HttpResponse:
    """When the commission sits, and what it has decided."""
    rows = with_counts(sessions_for(request.user))
    residence_id = residence_chosen(request)
    if residence_id:
        rows = rows.filter(residence=residence_id)
    page = Paginator(rows.order_by("-starts_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    table = Table(
        caption="Séances de la commission",
        columns=(
            Column("Séance", "main"),
            Column("Résidence"),
            Column("Dossiers", "number", word="dossiers"),
            Column("Décisions", "number", word="décisions"),
            Column("Membres", "number", word="membres"),
            Column("État", "tags"),
        ),
        rows=tuple(
            Row(
                (
                    when_of(session),
                    str(session.residence),
                    session.files,
                    session.decided,
                    session.members,
                    BADGES[session.status],
                ),
                url=session.get_absolute_url(),
            )
            for session in page
        ),
    )
    context = {
        "page": page,
        "table": table,
        "may_prepare": request.user.holds(Permission.COMMISSION_PREPARE, residence_id),
    }
    return render(request, "admissions/session_list.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_prepare(request: HttpRequest) -> HttpResponse:
    """Prepare a session: when, where, with whom."""
    residences = Residence.objects.visible_to(request.user, Permission.COMMISSION_PREPARE)
    asked = request.GET.get("residence", "")
    wanted = int(asked) if asked.isdecimal() else residence_chosen(request)
    residence = residences.filter(pk=wanted).first() or residences.first()
    if residence is None:
        raise Http404
    choice = ResidenceForm(initial={"residence": residence.pk})
    choice.fields["residence"].queryset = residences
    back = reverse("admissions:session_list")
    form = SessionForm(request.POST or None, residence=residence, back=back)
    if request.method == "POST" and form.is_valid():
        session = done(
            request,
            form,
            lambda: prepare_session(
                by=request.user, residence=residence, form_key=form.cleaned_data["form_key"], **form.facts()
            ),
        )
        if session is not None:
            messages.success(request, "La séance est préparée : faites-en l’ordre du jour.")
            return redirect(session)
    context = {"form": form, "residence": residence, "choice": choice if residences.count() > 1 else None}
    return render(request, "admissions/session_prepare.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.COMMISSION_VIEW)
def session_detail(request: HttpRequest, session_id: int) -> HttpResponse:
    """A session: who sits, which files in which order, what was said and decided."""
    session = get_object_or_404(
        sessions_for(request.user).select_related("closed_by", "convened_by", "minutes__residence"), pk=session_id
    )
    user, residence_id = request.user, session.residence_id
    may_prepare = user.holds(Permission.COMMISSION_PREPARE, residence_id)
    may_close = user.holds(Permission.COMMISSION_CLOSE, residence_id)
    counts = agenda_counts(session, user)
    paginator = KeysFirst(agenda_rows(session, user), AGENDA_PER_PAGE)
    paginator.count = counts["files"]
    page = paginator.get_page(request.GET.get("page"))
    ready = ready_files(session) if may_prepare and session.status != St.CLOSED else None
    members = list(session.membres.select_related("user", "replaces"))
    reads_decisions = user.holds(Permission.DECISION_VIEW, residence_id)
    context = {
        "session": session,
        "when": when_of(session),
        "is_closed": session.status == St.CLOSED,
        "badge": BADGES[session.status],
        "page": page,
        "agenda": agenda_lines(list(page), user, members),
        "undecided": counts["undecided"],
        "withdrawn": session.passages.filter(withdrawn_at__isnull=False)
        .save_linked_to(user)
        .select_related("orientation__menage")
        if reads_decisions
        else [],
        "members": members,
        "day": timezone.localdate(session.starts_at),
        "ready": ready[:PER_PAGE] if ready is not None else [],
        "ready_count": ready.count() if ready is not None else 0,
        "may_prepare": may_prepare,
        "may_edit": may_prepare and session.status in (St.PREPARED, St.CONVENED),
        "may_replace": may_prepare and session.status != St.CLOSED,
        "may_write": user.holds(Permission.LETTRE_ISSUE, residence_id) and session.status == St.CLOSED,
        "has_folder": counts["syntheses"] and user.holds(Permission.SYNTHESE_VIEW, residence_id),
        "may_close": may_close,
        "may_open": (may_prepare or may_close) and session.status in (St.CONVENED, St.SITTING),
        "may_decide": user.holds(Permission.DECISION_RECORD, residence_id) and session.status == St.SITTING,
        "may_read_minutes": reads_decisions,
        "reads_decisions": reads_decisions,
        "is_member": any(member.user_id == user.pk for member in members),
    }
    return render(request, "admissions/session_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_edit(request: HttpRequest, session_id: int) -> HttpResponse:
    """Change the day, the place, the quorum or the members."""
    session = session_or_404(request, session_id, Permission.COMMISSION_PREPARE)
    form = SessionForm(
        request.POST or None, residence=session.residence, session=session, back=session.get_absolute_url()
    )
    return form_page(
        request,
        "admissions/session_edit.html",
        form=form,
        act=lambda: edit_session(by=request.user, session=session, **form.facts()),
        success="La séance est à jour.",
        to=session,
        context={"session": session},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_convene(request: HttpRequest, session_id: int) -> HttpResponse:
    """Convene the members: the syntheses are frozen and opened to them."""
    session = session_or_404(request, session_id, Permission.COMMISSION_PREPARE)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        submit="Convoquer la commission",
        back=session.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/session_convene.html",
        form=form,
        act=lambda: convene_session(by=request.user, session=session),
        success="La commission est convoquée : les synthèses sont figées et ses membres les lisent.",
        to=session,
        context={
            "session": session,
            "when": when_of(session),
            "agenda": agenda_of(session, request.user),
            "members": session.membres.select_related("user"),
        },
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_unconvene(request: HttpRequest, session_id: int) -> HttpResponse:
    """Take the convocation back, with the reason that the members will read."""
    session = session_or_404(request, session_id, Permission.COMMISSION_PREPARE)
    form = ReasonForm(
        request.POST or None,
        label="Pourquoi la commission est décommandée",
        submit="Annuler la convocation",
        back=session.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/session_unconvene.html",
        form=form,
        act=lambda: unconvene_session(by=request.user, session=session, reason=form.cleaned_data["reason"]),
        success="La convocation est annulée, les membres en sont avertis ; la séance peut être convoquée de nouveau.",
        to=session,
        context={"session": session, "when": when_of(session)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def siege_replace(request: HttpRequest, siege_id: int) -> HttpResponse:
    """Give the seat of a member who cannot come to another."""
    sessions = SessionCommission.objects.visible_to(request.user, Permission.COMMISSION_PREPARE)
    sieges = MembreSession.objects.filter(session__in=sessions).select_related("user", "session__residence")
    siege = get_object_or_404(sieges, pk=siege_id)
    session = siege.session
    form = ReplaceForm(request.POST or None, session=session, back=session.get_absolute_url())
    return form_page(
        request,
        "admissions/siege_replace.html",
        form=form,
        act=lambda: replace_siege(by=request.user, siege=siege, coming=form.cleaned_data["coming"]),
        success=f"{siege.user} est remplacé à cette séance.",
        to=session,
        context={
            "siege": siege,
            "session": session,
            "when": when_of(session),
            "has_spoken": AvisMembre.objects.filter(passage__session=session, user=siege.user_id).exists(),
            "has_choice": form.fields["coming"].queryset.exists(),
        },
    )


@require_http_methods(["GET"])
@require_permission(Permission.SYNTHESE_VIEW)
def session_folder(request: HttpRequest, session_id: int) -> HttpResponse:
    """The folder of a session in one PDF: its agenda, then each frozen synthesis that the user may read."""
    session = get_object_or_404(sessions_for(request.user), pk=session_id)
    passages = synthesis_readable(request.user).filter(session=session).on_agenda().order_by("rank", "pk")
    readable = [passage for passage in passages if synthesis_shown(passage)]
    if not readable:
        messages.error(request, "Il n’y a pas de synthèse à imprimer : elles sont figées à la convocation.")
        return redirect(session)
    for passage in readable:
        record_reading(passage.orientation.menage, by=request.user, what=passage, residence=session.residence)
    record("session.print", by=request.user, target=session, residence=session.residence, files=len(readable))
    content = folder_of(session, agenda_of(session, request.user), readable)
    name = f"commission-{timezone.localdate(session.starts_at):%Y-%m-%d}-dossier.pdf"
    return pdf_response(content, name)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE, Permission.COMMISSION_CLOSE)
def session_open(request: HttpRequest, session_id: int) -> HttpResponse:
    """Open the sitting with those who came."""
    session = get_object_or_404(sessions_for(request.user), pk=session_id)
    rights = (Permission.COMMISSION_PREPARE, Permission.COMMISSION_CLOSE)
    if not any(request.user.holds(right, session.residence_id) for right in rights):
        raise Http404
    form = PresenceForm(request.POST if request.method == "POST" else None, session=session)
    return form_page(
        request,
        "admissions/session_open.html",
        form=form,
        act=lambda: open_sitting(by=request.user, session=session, present=list(form.cleaned_data["present"])),
        success="La séance est ouverte.",
        to=session,
        context={"session": session, "when": when_of(session)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_CLOSE)
def session_close(request: HttpRequest, session_id: int) -> HttpResponse:
    """Close the sitting: decisions take effect, the minutes are issued."""
    session = session_or_404(request, session_id, Permission.COMMISSION_CLOSE)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None, submit="Clore la séance", back=session.get_absolute_url()
    )
    return form_page(
        request,
        "admissions/session_close.html",
        form=form,
        act=lambda: close_session(by=request.user, session=session),
        success="La séance est close, le procès-verbal est édité.",
        to=session,
        context={"session": session, "when": when_of(session), "agenda": agenda_of(session, request.user)},
    )
