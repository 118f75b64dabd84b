"""The candidates: the board, one of them, and what enters, corrects, answers, closes and reopens a request."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from admissions.actions.orientations import (
    answer_orientation,
    close_orientation,
    complete_again,
    create_orientation,
    edit_orientation,
    ready_orientation,
    record_piece,
    reopen_orientation,
)
from admissions.forms.orientations import (
    FACTS,
    NOBODY,
    AnswerForm,
    CloseForm,
    ConfirmForm,
    FilterForm,
    NewMemberFormSet,
    OrientationEditForm,
    OrientationForm,
    PiecePageForm,
    ReasonForm,
)
from admissions.models import EntretienPreadmission, Orientation
from admissions.models.orientations import OrientationStatus
from admissions.queries.completude import completeness_of, pieces_of
from admissions.queries.criteres import points_of
from admissions.queries.orientations import (
    OPEN_STAGES,
    days_in_stage,
    deadlines_of,
    decision_of,
    history_of,
    live_passage,
    live_proposition,
    matching,
    next_act,
    orientations_of,
    path_of,
    planned_interviews,
    stage_badge,
    stages,
)
from admissions.queries.siao import reponses_of
from admissions.queries.tableau import board
from admissions.views.common import PER_PAGE, about, done, form_page, orientation_or_404, residence_chosen
from residence.components import Column, Row, Table
from residence.models import Dispositif, DocumentEmis, PieceRequise
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.connus import Known, known_persons
from residence.rules.money import NBSP

S = OrientationStatus

# Both names are begun when they have this many letters: before, everybody resembles.
FIRST_LETTERS = 2

SORTS = {
    "nom": "menage__sort_name",
    "recue": "received_on",
    "etape": "stage_at",
    "reponse": "answer_due_on",
}


@require_http_methods(["GET"])
@require_permission(Permission.ORIENTATION_VIEW)
def orientation_list(request: HttpRequest) -> HttpResponse:
    """Where the candidates stand, stage by stage."""
    dispositifs = Dispositif.objects.visible_to(request.user, Permission.ORIENTATION_VIEW)
    residence_id = residence_chosen(request)
    if residence_id:
        dispositifs = dispositifs.filter(residence=residence_id)
    form = FilterForm(request.GET, dispositifs=dispositifs)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = orientations_of(request.user)
    if residence_id:
        rows = rows.filter(residence=residence_id)
    if wanted.get("dispositif"):
        rows = rows.filter(dispositif=wanted["dispositif"])
    rows = matching(rows, wanted.get("q", ""))
    stage = wanted.get("etape", "")
    tabs = stages(rows, stage)
    may_create = request.user.holds(Permission.ORIENTATION_CREATE, residence_id)
    # The board unless a list is asked for; when nobody is in progress, the list says what to do.
    if tabs[0].count and not any(request.GET.get(name) for name in ("vue", "etape", "tri", "page")):
        context = {
            "form": form,
            "lanes": board(rows, tabs, request.user),
            "in_progress": tabs[0].count,
            "may_create": may_create,
            "may_export": request.user.holds(Permission.EXPORT_NAMED, residence_id),
        }
        return render(request, "admissions/orientation_list.html", context)
    rows = rows.filter(status=stage) if stage else rows.filter(status__in=OPEN_STAGES)
    page = Paginator(_sorted(rows.since(), request.GET.get("tri", "")), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "lanes": None,
        "tabs": tabs,
        "page": page,
        "table": _table(list(page), with_stage=not stage),
        "may_create": request.user.holds(Permission.ORIENTATION_CREATE, residence_id),
        "may_export": request.user.holds(Permission.EXPORT_NAMED, residence_id),
        "is_filtered": any(request.GET.get(name) for name in ("q", "dispositif", "etape")),
    }
    return render(request, "admissions/orientation_list.html", context)


def _sorted(rows: Any, sort: str) -> Any:
    """In the order asked for; without one, the longest in its stage first."""
    field = SORTS.get(sort.removeprefix("-"), "")
    if not field:
        return rows.order_by("stage_at", "pk")
    order = F(field).desc(nulls_last=True) if sort.startswith("-") else F(field).asc(nulls_last=True)
    return rows.order_by(order, "pk")


def _table(orientations: list[Any], *, with_stage: bool) -> Table:
    columns = [
        Column("Ménage", "main", "nom"),
        Column("Dispositif", word="pour"),
        Column("Orienté par", "minor"),
        Column("Reçue le", "date", "recue", "reçue le"),
        Column("À cette étape depuis", "number", "etape", "à cette étape depuis"),
        Column("Réponse due", "deadline", "reponse", "réponse due"),
    ]
    if with_stage:
        columns.append(Column("Étape", "tags"))
    return Table(
        caption="Candidats",
        columns=tuple(columns),
        rows=tuple(
            Row(
                (
                    str(orientation.menage),
                    str(orientation.dispositif),
                    str(orientation.partenaire) if orientation.partenaire else orientation.get_route_display(),
                    orientation.received_on,
                    _days(days_in_stage(orientation)),
                    None if orientation.answered_on else orientation.answer_due_on,
                    *((stage_badge(orientation.status),) if with_stage else ()),
                ),
                url=orientation.get_absolute_url(),
            )
            for orientation in orientations
        ),
    )


def _days(count: int) -> str:
    return "aujourd’hui" if count < 1 else f"{count}{NBSP}jour{'s' if count > 1 else ''}"


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def orientation_create(request: HttpRequest) -> HttpResponse:
    """Enter an orientation; a person already known is proposed before a new household is made."""
    data = request.POST if request.method == "POST" else None
    if data is not None and "ajouter" in data:
        return _with_one_more_member(request)
    if data is not None and request.htmx:
        if request.htmx.trigger_name == "dispositif":
            # Not sent yet, only followed: the routes of the dispositif, without what else is still to fill.
            form = OrientationForm(
                user=request.user, initial={name: data.get(name) for name in ("dispositif", "route")}
            )
            return render(request, "admissions/_route.html", {"form": form})
        return _known_while_typing(request)
    form = OrientationForm(data, user=request.user)
    members = NewMemberFormSet(data, prefix="membres")
    known: list[Known] = []
    if data is not None and form.is_valid() and members.is_valid():
        known = _known(request, form)
        if not known or _answered(form, known):
            orientation = done(request, form, lambda: _create(request, form, members, known))
            if orientation is not None:
                messages.success(request, f"Orientation enregistrée pour {orientation.menage}.")
                return redirect(orientation)
    context = {
        "form": form,
        "members": members,
        "members_refused": members.is_bound and not members.is_valid(),
        "to_answer": bool(known),
        **_offers(known, data or {}),
    }
    return render(request, "admissions/orientation_create.html", context)


def _offers(known: list[Known], data: Any) -> dict[str, Any]:
    """What is shown of persons already known, and what was answered of them."""
    return {
        "known": known,
        "searched": _keys(known),
        "answer": data.get("same_person", ""),
        "none_of_them": NOBODY,
    }


def _keys(known: list[Known]) -> str:
    return " ".join(sorted(str(one.personne.pk) for one in known))


def _known_while_typing(request: HttpRequest) -> HttpResponse:
    """Persons already known who resemble the one that is being typed, as soon as both names are begun."""
    form = OrientationForm(request.POST, user=request.user)
    form.is_valid()
    names = ("last_name", "first_names")
    told = all(len(form.cleaned_data.get(name, "")) >= FIRST_LETTERS for name in names)
    form.cleaned_data = {"birth_name": "", "birth": (None, ""), **form.cleaned_data}
    return render(request, "admissions/_known.html", _offers(_known(request, form) if told else [], request.POST))


def _known(request: HttpRequest, form: OrientationForm) -> list[Known]:
    given = form.cleaned_data
    return known_persons(
        request.user,
        last_name=given["last_name"],
        first_names=given["first_names"],
        birth_name=given["birth_name"],
        born_on=given["birth"][0],
    )


def _answered(form: OrientationForm, known: list[Known]) -> bool:
    """Whether the user has said of these very persons if one of them is the candidate."""
    asked = _keys(known)
    answer = form.data.get("same_person", "")
    return form.data.get("searched") == asked and (answer == NOBODY or answer in asked.split())


def _create(request: HttpRequest, form: OrientationForm, members: Any, known: list[Known]) -> Orientation:
    given = form.cleaned_data
    answer = form.data.get("same_person", "")
    menage = next((one.menage for one in known if str(one.personne.pk) == answer), None)
    return create_orientation(
        by=request.user,
        dispositif=given["dispositif"],
        route=given["route"],
        received_on=given["received_on"],
        form_key=given["form_key"],
        menage=menage,
        reference=form.reference(),
        household=form.household(),
        members=[
            one.new_member()
            for one in members.forms
            if one.has_changed() and one.cleaned_data and not one.cleaned_data.get("DELETE")
        ],
        partenaire=given["partenaire"],
        new_partenaire=given["new_partenaire"],
        prescripteur=given["prescripteur"],
        new_contact=form.new_contact(),
        **form.facts(),
    )


def _with_one_more_member(request: HttpRequest) -> HttpResponse:
    """The same page with a line more for a member: only the lines when htmx asks for them."""
    data = one_more_line(request.POST, "membres")
    members = NewMemberFormSet(data, prefix="membres")
    if request.htmx:
        return render(request, "admissions/_members.html", {"members": members, "add_url": request.path})
    form = OrientationForm(data, user=request.user)
    context = {"form": form, "members": members, "members_refused": False, "to_answer": False, **_offers([], data)}
    return render(request, "admissions/orientation_create.html", context)


def one_more_line(data: Any, prefix: str) -> Any:
    """What was sent, with a blank line added to the formset `prefix`."""
    more = data.copy()
    total = more.get(f"{prefix}-TOTAL_FORMS", "0")
    more[f"{prefix}-TOTAL_FORMS"] = str(int(total) + 1 if total.isdecimal() else 1)
    return more


@require_http_methods(["GET"])
@require_permission(Permission.ORIENTATION_VIEW)
def orientation_detail(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """One candidate: where they stand, what is due, what is missing, what to do now."""
    orientation = orientation_or_404(request, orientation_id, Permission.ORIENTATION_VIEW)
    user = request.user
    entretien = EntretienPreadmission.objects.filter(orientation=orientation).select_related("held_by").first()
    decision = decision_of(orientation)
    is_over = orientation.status in (S.ENTERED, S.CLOSED)
    context = {
        **about(request, orientation),
        "badge": stage_badge(orientation.status),
        "path": path_of(orientation),
        "next": next_act(orientation, user),
        "duties": deadlines_of(orientation),
        "entretien": entretien,
        "rendez_vous": planned_interviews(orientation).select_related("user").first(),
        "members": orientation.menage.members_on(today()),
        "pieces": pieces_of(orientation),
        "completeness": completeness_of(orientation),
        "points": points_of(orientation),
        "decision": decision,
        "passage": live_passage(orientation),
        "proposition": live_proposition(orientation),
        "past_propositions": orientation.propositions.exclude(status__in=["made", "accepted"]).select_related("place"),
        "documents": _documents(orientation, user),
        "reponse": reponses_of([orientation])[0] if orientation.partenaire_id else None,
        "events": history_of(orientation),
        "is_over": is_over,
        "may_edit": not is_over and user.holds(Permission.ORIENTATION_CREATE, orientation.residence_id),
        "may_merge": not is_over and user.holds(Permission.MENAGE_MERGE, orientation.residence_id),
        "may_close": orientation.status != S.ENTERED
        and orientation.status != S.CLOSED
        and user.holds(Permission.ORIENTATION_CLOSE, orientation.residence_id),
        "may_take_pieces": not is_over and user.holds(Permission.ENTRETIEN_RECORD, orientation.residence_id),
        "may_record": orientation.status in (S.RECEIVED, S.INTERVIEW_PLANNED, S.INCOMPLETE, S.READY)
        and user.holds(Permission.ENTRETIEN_RECORD, orientation.residence_id),
        "may_answer": orientation.answered_on is None
        and orientation.partenaire_id is not None
        and user.holds(Permission.LETTRE_ISSUE, orientation.residence_id),
    }
    return render(request, "admissions/orientation_detail.html", context)


def _documents(orientation: Orientation, user: Any) -> Any:
    """The invitations and letters of this request that the user may open."""
    rows = DocumentEmis.objects.filter(menage=orientation.menage_id, residence=orientation.residence_id)
    wanted = rows.filter(kind__in=["invitation", "lettre_candidat", "lettre_prescripteur", "proposition"])
    since = datetime.datetime.combine(orientation.received_on, datetime.time.min, tzinfo=datetime.UTC)
    return (
        wanted.filter(issued_at__gte=since)
        .readable_by(user)
        .select_related("residence")
        .defer("data")
        .order_by("-issued_at")
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CREATE)
def orientation_edit(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Correct what was typed of a request."""
    orientation = orientation_or_404(request, orientation_id, Permission.ORIENTATION_CREATE)
    form = OrientationEditForm(request.POST or None, orientation=orientation)
    names = (*FACTS, "route", "received_on", "partenaire", "prescripteur")
    return form_page(
        request,
        "admissions/orientation_edit.html",
        form=form,
        act=lambda: edit_orientation(
            by=request.user, orientation=orientation, **{name: form.cleaned_data[name] for name in names}
        ),
        success="Demande enregistrée.",
        to=orientation,
        context=about(request, orientation),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def piece_record(request: HttpRequest, orientation_id: int, piece_id: int) -> HttpResponse:
    """Say that a piece came in, or that it is not needed."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    piece = get_object_or_404(PieceRequise, pk=piece_id, dispositif=orientation.dispositif_id)
    held = orientation.pieces.filter(piece=piece).first()
    form = PiecePageForm(request.POST or None, request.FILES or None, held=held, back=orientation.get_absolute_url())
    (state,) = [state for state in pieces_of(orientation) if state.piece == piece]
    return form_page(
        request,
        "admissions/piece_record.html",
        form=form,
        act=lambda: record_piece(by=request.user, orientation=orientation, piece=piece, **form.piece()),
        success=f"« {piece.name} » est à jour.",
        to=orientation,
        context={**about(request, orientation), "piece": piece, "state": state},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def orientation_ready(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Say that a file may go to the commission."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        submit="Déclarer le dossier prêt",
        back=orientation.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/orientation_ready.html",
        form=form,
        act=lambda: ready_orientation(by=request.user, orientation=orientation),
        success=f"Le dossier de {orientation} est prêt pour la commission.",
        to=orientation,
        context={**about(request, orientation), "completeness": completeness_of(orientation)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ENTRETIEN_RECORD)
def orientation_complete(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Take a ready file back to be completed."""
    orientation = orientation_or_404(request, orientation_id, Permission.ENTRETIEN_RECORD)
    form = ReasonForm(
        request.POST or None,
        label="Ce qui manque encore",
        submit="Reprendre le dossier",
        back=orientation.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/orientation_complete.html",
        form=form,
        act=lambda: complete_again(by=request.user, orientation=orientation, reason=form.cleaned_data["reason"]),
        success="Le dossier est repris : il est à compléter.",
        to=orientation,
        context={**about(request, orientation), "passage": live_passage(orientation)},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.LETTRE_ISSUE)
def orientation_answer(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Say that the prescripteur has been answered."""
    orientation = orientation_or_404(request, orientation_id, Permission.LETTRE_ISSUE)
    form = AnswerForm(request.POST or None, orientation=orientation)
    return form_page(
        request,
        "admissions/orientation_answer.html",
        form=form,
        act=lambda: answer_orientation(by=request.user, orientation=orientation, **form.cleaned_data),
        success="La réponse au prescripteur est notée.",
        to=orientation,
        context={**about(request, orientation), "reponse": reponses_of([orientation])[0]},
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CLOSE)
def orientation_close(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Close a request with its motive."""
    orientation = orientation_or_404(request, orientation_id, Permission.ORIENTATION_CLOSE)
    form = CloseForm(request.POST or None, orientation=orientation)
    return form_page(
        request,
        "admissions/orientation_close.html",
        form=form,
        act=lambda: close_orientation(by=request.user, orientation=orientation, **form.cleaned_data),
        success=f"La candidature de {orientation} est close.",
        to=orientation,
        context=about(request, orientation),
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.ORIENTATION_CLOSE)
def orientation_reopen(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Take a closed request back to its beginning."""
    orientation = orientation_or_404(request, orientation_id, Permission.ORIENTATION_CLOSE)
    form = ReasonForm(
        request.POST or None,
        label="Pourquoi la candidature reprend",
        submit="Rouvrir la candidature",
        back=orientation.get_absolute_url(),
    )
    return form_page(
        request,
        "admissions/orientation_reopen.html",
        form=form,
        act=lambda: reopen_orientation(by=request.user, orientation=orientation, reason=form.cleaned_data["reason"]),
        success=f"La candidature de {orientation} est rouverte.",
        to=orientation,
        context=about(request, orientation),
    )
