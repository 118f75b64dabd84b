"""The commission: its sessions, their agendas, what members read and say, decisions, letters."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from admissions.actions.decisions import grant_derogation, issue_letters, lift_reserve, record_decision
from admissions.actions.sessions import (
    add_passage,
    close_session,
    convene_session,
    declare_lien,
    edit_session,
    give_opinion,
    move_passage,
    open_sitting,
    prepare_session,
    withdraw_passage,
)
from admissions.forms.commission import (
    AgendaForm,
    DecisionForm,
    DerogationForm,
    LettersForm,
    LienForm,
    OpinionForm,
    PresenceForm,
    ReserveForm,
    ResidenceForm,
    SessionChoiceForm,
    SessionForm,
)
from admissions.forms.orientations import ConfirmForm, ReasonForm
from admissions.models import Decision, PassageCommission, SessionCommission
from admissions.queries.commission import (
    agenda_of,
    passages_for_member,
    passages_readable,
    ready_files,
    sessions_for,
    with_counts,
)
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.orientations import stage_badge
from admissions.views.common import PER_PAGE, about, done, form_page, orientation_or_404, residence_chosen
from residence.actions.documents import pdf_of
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Row, Table
from residence.models import CritereDispositif, Residence
from residence.permissions import Permission, require_permission

St = SessionCommission.Status
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
                    _when(session),
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


def _when(session: Any) -> str:
    start = timezone.localtime(session.starts_at)
    return f"{start:%d/%m/%Y} à {start.hour} h {start.minute:02d}"


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


def _session(request: HttpRequest, session_id: int, permission: Permission) -> Any:
    """A session in the user's scope for an act."""
    rows = SessionCommission.objects.visible_to(request.user, permission).select_related("residence")
    return get_object_or_404(rows, pk=session_id)


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
    agenda = agenda_of(session, user)
    reads_decisions = user.holds(Permission.DECISION_VIEW, residence_id)
    context = {
        "session": session,
        "when": _when(session),
        "is_closed": session.status == St.CLOSED,
        "badge": BADGES[session.status],
        "agenda": agenda,
        "undecided": sum(1 for line in agenda if not hasattr(line.passage, "decision")),
        "withdrawn": session.passages.filter(withdrawn_at__isnull=False).select_related("orientation__menage")
        if reads_decisions
        else [],
        "members": session.membres.select_related("user"),
        "ready": ready_files(session) if may_prepare and session.status != St.CLOSED else [],
        "may_prepare": may_prepare,
        "may_close": may_close,
        "may_open": (may_prepare or may_close) and session.status in (St.CONVENED, St.SITTING),
        "may_decide": user.holds(Permission.DECISION_RECORD, residence_id) and session.status == St.SITTING,
        "may_read_minutes": reads_decisions,
        "reads_decisions": reads_decisions,
        "is_member": any(member.user_id == user.pk for member in session.membres.all()),
    }
    return render(request, "admissions/session_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_edit(request: HttpRequest, session_id: int) -> HttpResponse:
    """Change the day, the place, the quorum or the members."""
    session = _session(request, session_id, Permission.COMMISSION_PREPARE)
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


@require_http_methods(["POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def session_agenda(request: HttpRequest, session_id: int) -> HttpResponse:
    """Put the ready files that were ticked on the agenda."""
    session = _session(request, session_id, Permission.COMMISSION_PREPARE)
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
def session_convene(request: HttpRequest, session_id: int) -> HttpResponse:
    """Convene the members: the syntheses are frozen and opened to them."""
    session = _session(request, session_id, Permission.COMMISSION_PREPARE)
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
            "when": _when(session),
            "agenda": agenda_of(session, request.user),
            "members": session.membres.select_related("user"),
        },
    )


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
        context={"session": session, "when": _when(session)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_CLOSE)
def session_close(request: HttpRequest, session_id: int) -> HttpResponse:
    """Close the sitting: decisions take effect, the minutes are issued."""
    session = _session(request, session_id, Permission.COMMISSION_CLOSE)
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
        context={"session": session, "when": _when(session), "agenda": agenda_of(session, request.user)},
    )


# One file


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
    reads_synthesis = is_member or user.holds(Permission.ENTRETIEN_VIEW, session.residence_id)
    reads_decision = user.holds(Permission.DECISION_VIEW, session.residence_id)
    context = {
        "passage": passage,
        "session": session,
        "when": _when(session),
        "name": orientation.menage.masked_name if orientation.menage.is_confidential else str(orientation),
        "synthesis": passage.synthese.data if passage.synthese and reads_synthesis else None,
        "reads_synthesis": reads_synthesis,
        "points": _points(orientation, user) if reads_decision else [],
        "decision": Decision.objects.filter(passage=passage).select_related("recorded_by").first()
        if reads_decision
        else None,
        "opinions": passage.opinions.select_related("user") if reads_decision else [],
        "liens": passage.liens.select_related("user") if reads_decision else [],
        "form": form,
        "may_decide": user.holds(Permission.DECISION_RECORD, session.residence_id) and session.status == St.SITTING,
        "may_withdraw": user.holds(Permission.COMMISSION_PREPARE, session.residence_id) and session.status != St.CLOSED,
        "may_declare": session.status != St.CLOSED
        and (is_member or user.holds(Permission.COMMISSION_PREPARE, session.residence_id)),
        "opens_orientation": user.holds(Permission.ORIENTATION_VIEW, session.residence_id),
        "neighbours": _neighbours(passage, user),
    }
    return render(request, "admissions/passage_detail.html", context)


def _points(orientation: Any, user: Any) -> list[Any]:
    """The criteria as `user` may know them: residence permits are the coordinatrice's."""
    points = points_of(orientation)
    if user.holds(Permission.MENAGE_SENSITIVE_VIEW, orientation.residence_id):
        return points
    return [point.plain for point in points]


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
    passage = get_object_or_404(passages_readable(request.user), pk=passage_id, synthese__isnull=False)
    user, residence_id = request.user, passage.session.residence_id
    is_member = passages_for_member(user).filter(pk=passage.pk).exists()
    if not is_member and not user.holds(Permission.ENTRETIEN_VIEW, residence_id):
        raise Http404
    record_reading(passage.orientation.menage, by=user, what=passage, residence=passage.session.residence)
    response = HttpResponse(pdf_of(passage.synthese), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="synthese-{passage.synthese.number.lower()}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _passage(request: HttpRequest, passage_id: int, permission: Permission) -> Any:
    rows = PassageCommission.objects.visible_to(request.user, permission).select_related(
        "session__residence", "orientation__menage", "orientation__dispositif", "orientation__partenaire"
    )
    passage = get_object_or_404(rows, pk=passage_id)
    record_reading(passage.orientation.menage, by=request.user, what=passage, residence=passage.session.residence)
    return passage


def _passage_context(passage: Any) -> dict[str, Any]:
    return {"passage": passage, "session": passage.session, "when": _when(passage.session)}


@require_http_methods(["GET", "POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def passage_withdraw(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Take a file off the agenda, with the reason."""
    passage = _passage(request, passage_id, Permission.COMMISSION_PREPARE)
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
        context=_passage_context(passage),
    )


@require_http_methods(["POST"])
@require_permission(Permission.COMMISSION_PREPARE)
def passage_move(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Hear a file one place sooner, or later."""
    passage = _passage(request, passage_id, Permission.COMMISSION_PREPARE)
    try:
        move_passage(by=request.user, passage=passage, up=request.POST.get("sens") == "haut")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(passage.session)


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
        success="Le lien est déclaré : ce membre ne lit plus ce dossier et ne donne pas d’avis.",
        to=session,
        context=_passage_context(passage),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DECISION_RECORD)
def decision_record(request: HttpRequest, passage_id: int) -> HttpResponse:
    """Write down what the commission decides on a file, with its reasons."""
    passage = _passage(request, passage_id, Permission.DECISION_RECORD)
    decision = Decision.objects.filter(passage=passage).first()
    form = DecisionForm(
        request.POST or None,
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
            **_passage_context(passage),
            "decision": decision,
            "opinions": passage.opinions.select_related("user"),
            "points": points_of(passage.orientation),
        },
    )


def _decision(request: HttpRequest, decision_id: int, permission: Permission) -> Any:
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


@require_http_methods(["GET", "POST"])
@require_permission(Permission.LETTRE_ISSUE)
def decision_letters(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Issue the letters of a decision, to the candidate and to the prescripteur."""
    decision = _decision(request, decision_id, Permission.LETTRE_ISSUE)
    orientation = decision.passage.orientation
    form = LettersForm(request.POST or None, decision=decision, back=orientation.get_absolute_url())
    return form_page(
        request,
        "admissions/decision_letters.html",
        form=form,
        act=lambda: issue_letters(by=request.user, decision=decision, **form.cleaned_data),
        success="Les lettres sont éditées : ouvrez-les pour les imprimer.",
        to=reverse("admissions:decision_letters", args=[decision.pk]),
        context={**about(request, orientation), "decision": decision, "badge": stage_badge(orientation.status)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.DECISION_RECORD)
def reserve_lift(request: HttpRequest, decision_id: int) -> HttpResponse:
    """Say that what the commission asked for is there."""
    decision = _decision(request, decision_id, Permission.DECISION_RECORD)
    orientation = decision.passage.orientation
    form = ReserveForm(request.POST or None, back=orientation.get_absolute_url())
    return form_page(
        request,
        "admissions/reserve_lift.html",
        form=form,
        act=lambda: lift_reserve(by=request.user, decision=decision, **form.cleaned_data),
        success=f"La réserve est levée : {orientation} rejoint la liste d’attente.",
        to=orientation,
        context={**about(request, orientation), "decision": decision},
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
        "points": _points(orientation, request.user),
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
