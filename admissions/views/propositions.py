"""The places proposed to candidates."""

import datetime
from typing import Any

from django.contrib import messages
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
from admissions.forms.propositions import AnswerForm, EntryDayForm, PropositionForm
from admissions.models import Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.attente import plai_of, ranks, stale_pieces
from admissions.queries.budget import budget_of, facts_of
from admissions.queries.criteres import derogations_missing, points_of
from admissions.queries.orientations import contrat_url, next_act
from admissions.queries.places import places_for, places_soon
from admissions.queries.plai import part_plai
from admissions.views.common import about, done, form_page, orientation_or_404
from logement.models import Place
from residence.actions.journal import record_reading
from residence.components import Badge
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.queries.banner import banner_for

S = OrientationStatus
P = Proposition.Status
BADGES = {
    P.MADE: Badge("faite", "information"),
    P.ACCEPTED: Badge("acceptée", "done"),
    P.REFUSED: Badge("refusée", "plain"),
    P.EXPIRED: Badge("expirée", "late"),
    P.WITHDRAWN: Badge("retirée", "plain"),
}


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
    stale = stale_pieces(orientation, entry_on)
    ranked = ranks([orientation.dispositif_id]).get(orientation.pk)
    context = {
        **about(request, orientation),
        "form": form,
        "day_form": EntryDayForm(initial={"entree": entry_on}),
        "entry_on": entry_on,
        "fits": places_for(orientation, entry_on, stale=stale),
        "soon": places_soon(orientation, entry_on, stale=stale),
        "ranked": ranked,
        "candidate_plai": plai_of(orientation, entry_on),
        "plai": part_plai([orientation.residence_id]),
        "missing": derogations_missing(points_of(orientation, entry_on=entry_on)),
        "persons": orientation.menage.persons_count,
        "chosen": request.POST.get("place") or request.GET.get("place", ""),
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
        "is_over": proposition.status in (P.REFUSED, P.EXPIRED, P.WITHDRAWN),
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
