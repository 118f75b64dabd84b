"""The waiting list, and the places to give: who comes first, and why."""

import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from admissions.forms.propositions import WaitingFilterForm
from admissions.models import CritereRang, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.activite import parts_active
from admissions.queries.attente import candidates_for, matches_for, ranks
from admissions.queries.orientations import days_in_stage, matching, orientations_of, stage_badge
from admissions.queries.places import given_from, why_then, with_details
from admissions.queries.plai import part_plai
from admissions.rules.rang import Ranked, ordinal
from admissions.views.common import PER_PAGE, residence_chosen
from logement.models import OccupationPlace
from logement.queries.parc import PlaceState, places_of, soon_free, states
from residence.components import Badge, Column, Row, Table
from residence.models import Dispositif, MembreMenage
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.money import NBSP

S = OrientationStatus
P = Proposition.Status
Kind = OccupationPlace.Kind


def _residences(request: HttpRequest) -> list[int]:
    """The résidences whose candidates the user sees: the one chosen, else all of theirs."""
    chosen = residence_chosen(request)
    held = [scope.residence_id for scope in request.user.scopes_for(Permission.CANDIDAT_VIEW)]
    return [pk for pk in held if pk is not None and chosen in (None, pk)]


@require_http_methods(["GET"])
@require_permission(Permission.CANDIDAT_VIEW)
def candidat_list(request: HttpRequest) -> HttpResponse:
    """Who waits for a place, in the order of the résidence's own criteria, with the reason of each rank."""
    residence_id = residence_chosen(request)
    dispositifs = Dispositif.objects.visible_to(request.user, Permission.CANDIDAT_VIEW)
    if residence_id:
        dispositifs = dispositifs.filter(residence=residence_id)
    form = WaitingFilterForm(request.GET, dispositifs=dispositifs)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = orientations_of(request.user, Permission.CANDIDAT_VIEW).candidates()
    if residence_id:
        rows = rows.filter(residence=residence_id)
    if wanted.get("dispositif"):
        rows = rows.filter(dispositif=wanted["dispositif"])
    if wanted.get("etat"):
        rows = rows.filter(status=S.WAITING if wanted["etat"] == "attente" else S.PROPOSED)
    rows = matching(rows, wanted.get("q", ""))
    found = list(
        rows.order_by("dispositif__name", "dispositif").values_list("pk", "dispositif__name", "dispositif", "status")
    )
    order = ranks({dispositif for _, _, dispositif, _ in found})
    last = len(order) + 1
    found.sort(key=lambda one: (one[1], one[2], order[one[0]].rank if one[0] in order else last))
    page = Paginator([pk for pk, *_ in found], PER_PAGE).get_page(request.GET.get("page"))
    shown = _shown(rows, list(page))
    persons = _persons_of(shown)
    table = Table(
        caption="Candidats en attente d’une place",
        columns=(
            Column("Rang", "number", word="rang"),
            Column("Ménage", "main"),
            Column("Dispositif", word="pour"),
            Column("Personnes", "number", word="personnes"),
            Column("Besoins"),
            Column("Pourquoi ce rang"),
            Column("Place proposée", word="place"),
            Column("Où il en est", "tags"),
        ),
        rows=tuple(_row(request.user, one, persons.get(one.menage_id, 1), order.get(one.pk)) for one in shown),
    )
    unweighted = (
        dispositifs.filter(pk__in={dispositif for _, _, dispositif, _ in found})
        .filter(~Exists(CritereRang.objects.filter(dispositif=OuterRef("pk"))))
        .values_list("name", flat=True)
    )
    context = {
        "form": form,
        "page": page,
        "table": table,
        "unweighted": list(unweighted),
        "criteria_url": _admin_list(request, "critererang"),
    }
    return render(request, "admissions/candidat_list.html", context)


def _admin_list(request: HttpRequest, model: str) -> str:
    """Where the settings of the waiting list are entered, for who may."""
    user = request.user
    may = user.holds(Permission.ADMIN_USE) and user.holds(Permission.ETABLISSEMENT_EDIT)
    return reverse(f"admin:admissions_{model}_changelist") if may else ""


def _shown(rows: Any, pks: list[int]) -> list[Any]:
    """The candidates of a page, in its order."""
    live = Proposition.objects.filter(orientation=OuterRef("pk"), status__in=[P.MADE, P.ACCEPTED])
    found = (
        rows.filter(pk__in=pks)
        .since()
        .annotate(
            proposition_id=Subquery(live.values("pk")[:1]),
            proposed_status=Subquery(live.values("status")[:1]),
            proposed_place=Subquery(live.values("place__code")[:1]),
        )
        .in_bulk()
    )
    return [found[pk] for pk in pks]


def _persons_of(shown: list[Any]) -> dict[int, int]:
    """Persons of each household, in one query: those named, or the number announced when it is higher."""
    menages = {one.menage_id: one.menage for one in shown}
    named: dict[int, int] = dict.fromkeys(menages, 0)
    for menage_id in MembreMenage.objects.in_force().filter(menage__in=menages).values_list("menage_id", flat=True):
        named[menage_id] += 1
    return {pk: max(count, menages[pk].declared_persons or 0, 1) for pk, count in named.items()}


def _row(user: Any, one: Any, persons: int, ranked: Ranked | None) -> Row:
    if one.proposition_id:
        url = reverse("admissions:proposition_detail", args=[one.proposition_id])
    elif user.holds(Permission.ORIENTATION_VIEW, one.residence_id):
        url = one.get_absolute_url()
    else:
        url = ""
    accepted = one.proposed_status == P.ACCEPTED
    days = days_in_stage(one)
    since = "aujourd’hui" if days < 1 else f"{days}{NBSP}jour{'s' if days > 1 else ''}"
    if ranked is None:
        reason = f"place proposée il y a {since}" if days else "place proposée aujourd’hui"
    elif ranked.reasons:
        reason = ranked.why
    else:
        reason = f"à l’ancienneté{NBSP}: {since}"
    return Row(
        (
            ranked.position if ranked else "",
            str(one.menage),
            str(one.dispositif),
            persons,
            ", ".join(one.needs_display),
            reason,
            one.proposed_place,
            Badge("contrat à préparer", "soon") if accepted else stage_badge(one.status),
        ),
        url=url,
    )


# Places to give


@require_http_methods(["GET"])
@require_permission(Permission.CANDIDAT_VIEW)
def attribution_list(request: HttpRequest) -> HttpResponse:
    """Which places are free or soon free, and who comes first for each."""
    day = today()
    residences = _residences(request)
    rows = places_of(request.user, residence_chosen(request)).filter(residence__in=residences)
    reserved = OccupationPlace.objects.holding(day).filter(place=OuterRef("pk"), kind=Kind.RESERVATION)
    free = rows.free_on(day).values("pk")
    soon = soon_free(rows, day).values("pk")
    rows = rows.filter(Q(pk__in=free) | Q(pk__in=soon) | Exists(reserved))
    found = states(list(with_details(rows)), day)
    found.sort(key=lambda state: (given_from(state) or datetime.date.max, state.place.code))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    free_now = [(state.place, free_on) for state in page if (free_on := given_from(state)) is not None]
    matches = dict(zip([place.pk for place, _ in free_now], matches_for(free_now, request.user), strict=True))
    table = Table(
        caption="Places à donner",
        columns=(
            Column("Place", "main code"),
            Column("Libre le", "deadline", word="libre", soon_within=61),
            Column("Pourquoi"),
            Column("Type"),
            Column("Dispositif", word="pour"),
            Column("Conviennent", "number", word="conviennent :"),
            Column("Premier de la liste"),
        ),
        rows=tuple(_place_row(state, matches.get(state.place.pk)) for state in page),
    )
    context = {
        "page": page,
        "table": table,
        "plai": part_plai(residences),
        "actives": parts_active(residences),
        "plai_url": _admin_list(request, "plafondplai"),
    }
    return render(request, "admissions/attribution_list.html", context)


def _place_row(state: PlaceState, matches: Any) -> Row:
    place = state.place
    kind = "chambre" if place.logement.is_shared else place.logement.get_type_logement_display()
    accessible = place.is_accessible or place.logement.is_accessible
    first = matches.first if matches else None
    told = f"{first.orientation.menage} ({ordinal(first.ranked.rank)})" if first else "personne" if matches else ""
    if first and first.fit.is_too_large:
        told = f"{told}{NBSP}: trop grande"
    return Row(
        (
            place.code,
            given_from(state),
            why_then(state) or "libre",
            f"{kind}, {place.surface:.0f}{NBSP}m²{', accessible' if accessible else ''}",
            str(place.dispositif),
            matches.of_size if matches else "",
            told,
        ),
        url=reverse("admissions:attribution_detail", args=[place.pk]),
    )


@require_http_methods(["GET"])
@require_permission(Permission.CANDIDAT_VIEW)
def attribution_detail(request: HttpRequest, place_id: int) -> HttpResponse:
    """Who may come into a place, in the order of the list: those whom it suits, then the others, and why."""
    rows = places_of(request.user).filter(residence__in=_residences(request))
    place = get_object_or_404(with_details(rows), pk=place_id)
    (state,) = states([place], today())
    user = request.user
    free_on = given_from(state)
    found = candidates_for(place, user, free_on=free_on or today())
    everybody = request.GET.get("qui") == "tous"
    listed = (*found.fitting, *found.others) if everybody else found.fitting
    proposition = (
        Proposition.objects.visible_to(user, Permission.CANDIDAT_VIEW)
        .filter(place=place, status__in=[P.MADE, P.ACCEPTED], orientation__status=S.PROPOSED)
        .select_related("orientation__menage")
        .first()
    )
    context = {
        "place": place,
        "free_on": free_on,
        "why_then": why_then(state),
        "found": found,
        "everybody": everybody,
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "proposition": proposition,
        "may_propose": free_on is not None
        and proposition is None
        and user.holds(Permission.PROPOSITION_MAKE, place.residence_id),
        "opens_files": user.holds(Permission.ORIENTATION_VIEW, place.residence_id),
        "plai": part_plai([place.residence_id]),
        "plai_url": _admin_list(request, "plafondplai"),
    }
    return render(request, "admissions/attribution_detail.html", context)
