"""The waiting list, and the places proposed."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from admissions.actions.propositions import (
    accept_proposition,
    expire_proposition,
    make_proposition,
    refuse_proposition,
    withdraw_proposition,
)
from admissions.forms.propositions import AnswerForm, EntryDayForm, PropositionForm, WaitingFilterForm
from admissions.models import Besoin, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.budget import budget_of, facts_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.orientations import (
    contrat_url,
    days_in_stage,
    matching,
    next_act,
    orientations_of,
    stage_badge,
)
from admissions.queries.places import places_for
from admissions.views.common import PER_PAGE, about, done, form_page, orientation_or_404, residence_chosen
from logement.models import Place
from residence.actions.journal import record_reading
from residence.components import Badge, Column, Row, Table
from residence.models import Dispositif, MembreMenage
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for
from residence.rules.money import NBSP

S = OrientationStatus
P = Proposition.Status
BADGES = {
    P.MADE: Badge("faite", "information"),
    P.ACCEPTED: Badge("acceptée", "done"),
    P.REFUSED: Badge("refusée", "plain"),
    P.EXPIRED: Badge("expirée", "late"),
    P.WITHDRAWN: Badge("retirée", "plain"),
}


@require_http_methods(["GET"])
@require_permission(Permission.CANDIDAT_VIEW)
def candidat_list(request: HttpRequest) -> HttpResponse:
    """Who waits for a place, the priorities first, then by the time waited."""
    residence_id = residence_chosen(request)
    dispositifs = Dispositif.objects.visible_to(request.user, Permission.CANDIDAT_VIEW)
    if residence_id:
        dispositifs = dispositifs.filter(residence=residence_id)
    form = WaitingFilterForm(request.GET, dispositifs=dispositifs)
    wanted = form.cleaned_data if form.is_valid() else {}
    live = Proposition.objects.filter(orientation=OuterRef("pk"), status__in=[P.MADE, P.ACCEPTED])
    rows = (
        orientations_of(request.user, Permission.CANDIDAT_VIEW)
        .candidates()
        .since()
        .annotate(
            proposition_id=Subquery(live.values("pk")[:1]),
            proposed_status=Subquery(live.values("status")[:1]),
            proposed_place=Subquery(live.values("place__code")[:1]),
            is_priority=Q(needs__contains=[Besoin.PRIORITE]),
        )
    )
    if residence_id:
        rows = rows.filter(residence=residence_id)
    if wanted.get("dispositif"):
        rows = rows.filter(dispositif=wanted["dispositif"])
    if wanted.get("etat"):
        rows = rows.filter(status=S.WAITING if wanted["etat"] == "attente" else S.PROPOSED)
    rows = matching(rows, wanted.get("q", ""))
    page = Paginator(rows.order_by("-is_priority", "stage_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    persons = _persons_of(page)
    table = Table(
        caption="Candidats en attente d’une place",
        columns=(
            Column("Ménage", "main"),
            Column("Dispositif", word="pour"),
            Column("Personnes", "number", word="personnes"),
            Column("Besoins"),
            Column("Attend depuis", "number", word="attend depuis"),
            Column("Place proposée", word="place"),
            Column("Où il en est", "tags"),
        ),
        rows=tuple(_row(request.user, one, persons.get(one.menage_id, 1)) for one in page),
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "admissions/candidat_list.html", context)


def _persons_of(page: Any) -> dict[int, int]:
    """Persons of each household of the page, in one query: those named, or the number announced when it is higher."""
    menages = {one.menage_id: one.menage for one in page}
    named: dict[int, int] = dict.fromkeys(menages, 0)
    for menage_id in MembreMenage.objects.in_force().filter(menage__in=menages).values_list("menage_id", flat=True):
        named[menage_id] += 1
    return {pk: max(count, menages[pk].declared_persons or 0, 1) for pk, count in named.items()}


def _row(user: Any, one: Any, persons: int) -> Row:
    days = days_in_stage(one)
    if one.proposition_id:
        url = reverse("admissions:proposition_detail", args=[one.proposition_id])
    elif user.holds(Permission.ORIENTATION_VIEW, one.residence_id):
        url = one.get_absolute_url()
    else:
        url = ""
    accepted = one.proposed_status == P.ACCEPTED
    return Row(
        (
            str(one.menage),
            str(one.dispositif),
            persons,
            ", ".join(one.needs_display),
            "aujourd’hui" if days < 1 else f"{days}{NBSP}jour{'s' if days > 1 else ''}",
            one.proposed_place,
            Badge("contrat à préparer", "soon") if accepted else stage_badge(one.status),
        ),
        url=url,
    )


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROPOSITION_MAKE)
def proposition_make(request: HttpRequest, orientation_id: int) -> HttpResponse:
    """Choose a place for a candidate: those that fit, those that do not, and why."""
    orientation = orientation_or_404(request, orientation_id, Permission.PROPOSITION_MAKE)
    entry_on = _entry_on(request, orientation)
    form = PropositionForm(request.POST or None, orientation=orientation, entry_on=entry_on)
    if request.method == "POST" and form.is_valid():
        entry_on = form.cleaned_data["entry_on"]
        place = get_object_or_404(
            Place.objects.visible_to(request.user, Permission.PARC_VIEW), pk=form.cleaned_data["place"]
        )
        proposition = done(
            request,
            form,
            lambda: make_proposition(
                by=request.user,
                orientation=orientation,
                place=place,
                entry_on=entry_on,
                answer_by_on=form.cleaned_data["answer_by_on"],
                comment=form.cleaned_data["comment"],
            ),
        )
        if proposition is not None:
            messages.success(request, f"La place {place} est proposée et gardée ; la lettre est prête.")
            return redirect("admissions:proposition_detail", proposition.pk)
    context = {
        **about(request, orientation),
        "form": form,
        "day_form": EntryDayForm(initial={"entree": entry_on}),
        "entry_on": entry_on,
        "fits": places_for(orientation, entry_on),
        "missing": derogations_missing(points_of(orientation, entry_on=entry_on)),
        "persons": orientation.menage.persons_count,
        "chosen": request.POST.get("place", ""),
        "may_propose": orientation.status == S.WAITING,
        "next": next_act(orientation, request.user),
    }
    return render(request, "admissions/proposition_make.html", context)


def _entry_on(request: HttpRequest, orientation: Any) -> datetime.date:
    """The day asked for, else the one wished at the interview, never a day gone by."""
    form = EntryDayForm(request.GET)
    asked = form.cleaned_data.get("entree") if form.is_valid() else None
    entretien = getattr(orientation, "entretien", None)
    wished = entretien.wished_entry_on if entretien else None
    return max(asked or wished or today(), today())


@require_http_methods(["GET"])
@require_permission(Permission.CANDIDAT_VIEW)
def proposition_detail(request: HttpRequest, proposition_id: int) -> HttpResponse:
    """A place proposed: to whom, until when, the answer, and the contract to prepare."""
    proposition = _proposition(request, proposition_id, Permission.CANDIDAT_VIEW)
    orientation, user = proposition.orientation, request.user
    may_answer = user.holds(Permission.PROPOSITION_MAKE, orientation.residence_id)
    may_prepare = user.holds(Permission.CONTRAT_PREPARE, orientation.residence_id)
    budget = budget_of(
        facts_of(
            orientation.menage,
            orientation.residence,
            getattr(orientation, "entretien", None),
            categorie=proposition.place.categorie,
            entry_on=proposition.entry_on,
        )
    )
    to_sign = proposition.status == P.ACCEPTED and orientation.status == S.PROPOSED
    context = {
        "proposition": proposition,
        "orientation": orientation,
        "banner": banner_for(user, orientation.menage, current="candidature"),
        "badge": BADGES[proposition.status],
        "persons": orientation.menage.persons_count,
        "tarif": budget.tarif,
        "may_answer": may_answer and proposition.status in (P.MADE, P.ACCEPTED) and orientation.status == S.PROPOSED,
        "contrat_url": contrat_url(proposition) if to_sign and may_prepare else "",
        "waits_for_contract": to_sign and not may_prepare,
        "opens_orientation": user.holds(Permission.ORIENTATION_VIEW, orientation.residence_id),
        "made_on": timezone.localdate(proposition.made_at),
    }
    return render(request, "admissions/proposition_detail.html", context)


def _proposition(request: HttpRequest, proposition_id: int, permission: Permission) -> Any:
    rows = Proposition.objects.visible_to(request.user, permission).select_related(
        "orientation__menage",
        "orientation__dispositif",
        "orientation__residence",
        "orientation__entretien",
        "place__logement__batiment",
        "place__categorie",
        "document__residence",
        "made_by",
    )
    proposition = get_object_or_404(rows, pk=proposition_id)
    orientation = proposition.orientation
    record_reading(orientation.menage, by=request.user, what=proposition, residence=orientation.residence)
    return proposition


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PROPOSITION_MAKE)
def proposition_answer(request: HttpRequest, proposition_id: int) -> HttpResponse:
    """Take the candidate's answer, or take the proposal back."""
    proposition = _proposition(request, proposition_id, Permission.PROPOSITION_MAKE)
    detail = reverse("admissions:proposition_detail", args=[proposition.pk])
    form = AnswerForm(request.POST or None, proposition=proposition, back=detail)

    def act() -> Any:
        given = form.cleaned_data
        whole = {"by": request.user, "proposition": proposition}
        match given["answer"]:
            case AnswerForm.ACCEPT:
                return accept_proposition(**whole, answered_on=given["answered_on"])
            case AnswerForm.REFUSE:
                return refuse_proposition(
                    **whole,
                    answered_on=given["answered_on"],
                    refusal_reason=given["refusal_reason"],
                    comment=given["comment"],
                )
            case AnswerForm.EXPIRE:
                return expire_proposition(**whole)
        return withdraw_proposition(**whole, comment=given["comment"])

    return form_page(
        request,
        "admissions/proposition_answer.html",
        form=form,
        act=act,
        success="La réponse est enregistrée.",
        to=detail,
        context={**about(request, proposition.orientation), "proposition": proposition},
    )
