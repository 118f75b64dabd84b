"""The planning: places by months, places on a day."""

import datetime
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from logement.forms.planning import MONTHS, PlacesShownForm, PlanningDayForm, PlanningForm
from logement.models import Batiment, Place
from logement.models.parc import PlaceQuerySet
from logement.queries.planning import (
    FILTERS,
    MEANINGS,
    Line,
    Planning,
    badge_of,
    cells_of,
    contracts_of,
    match_url,
    planning_of,
    residences_of_candidates,
    sentence,
    works_waiting,
)
from logement.rules.planning import LIVED_IN, SLOTS, State, months_from
from logement.views.parc import PER_PAGE, chosen_residence, dispositifs_of
from residence.components import Column, Row, Table
from residence.models import MembreMenage
from residence.models.base import today
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_days, add_months, eve, month_end, month_start

# A whole résidence of ordinary size at a glance; a larger one goes by pages.
LINES_PER_PAGE = 250


def places_shown(request: HttpRequest) -> PlaceQuerySet:
    """Places whose state the user may see, in the résidence that they work in."""
    rows: PlaceQuerySet = Place.objects.visible_to(request.user, Permission.PARC_VIEW)
    residence_id = chosen_residence(request)
    return rows.filter(residence=residence_id) if residence_id else rows


def choices_of(request: HttpRequest) -> dict[str, Any]:
    """The buildings and dispositifs that the filters offer."""
    batiments = Batiment.objects.visible_to(request.user, Permission.PARC_VIEW)
    residence_id = chosen_residence(request)
    return {
        "batiments": batiments.filter(residence=residence_id) if residence_id else batiments,
        "dispositifs": dispositifs_of(request, Permission.PARC_VIEW),
    }


def narrowed(rows: PlaceQuerySet, form: PlacesShownForm) -> PlaceQuerySet:
    """`rows` as the form asks, but for the state, which is read from the planning."""
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("batiment"):
        rows = rows.filter(logement__batiment=wanted["batiment"])
    if wanted.get("dispositif"):
        rows = rows.filter(dispositif=wanted["dispositif"])
    if wanted.get("accessible"):
        rows = rows.filter(Q(is_accessible=True) | Q(logement__is_accessible=True, logement__is_shared=False))
    return rows


def in_state(planning: Planning, form: PlacesShownForm) -> Planning:
    wanted = form.cleaned_data.get("etat") if form.is_valid() else ""
    return planning.showing(FILTERS[wanted][1]) if wanted else planning


@require_http_methods(["GET"])
@require_permission(Permission.PARC_VIEW)
def planning_view(request: HttpRequest) -> HttpResponse:
    """What each place is, month after month: who stays, who leaves, what falls free and when, what only might."""
    day = today()
    form = PlanningForm(request.GET, **choices_of(request))
    wanted = form.cleaned_data if form.is_valid() else {}
    first = wanted.get("du") or month_start(day)
    count = wanted.get("mois") or MONTHS
    months = months_from(first, count)
    last = month_end(months[-1])
    planning = in_state(planning_of(narrowed(places_shown(request), form), first=first, last=last, today=day), form)
    # A month is counted on its first day, the present one on this day.
    counted_on = [max(month, day) if month_start(day) == month else month for month in months]
    page = Paginator(planning.lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "months": [(month, month == month_start(day)) for month in months],
        "slots": SLOTS,
        "slots_total": SLOTS * count,
        "free": planning.counts(State.FREE, counted_on),
        "might": planning.counts(State.MIGHT, counted_on),
        "floors": _floors(request, planning, list(page), first=first, months=count),
        "legend": [(state.value, state.letter, state.label) for state in MEANINGS],
        "first": first,
        "last": last,
        "previous": f"{add_months(first, -count):%Y-%m}",
        "next": f"{add_months(first, count):%Y-%m}",
        "is_now": first == month_start(day),
        "count": count,
    }
    return render(request, "logement/planning_view.html", context)


def _floors(
    request: HttpRequest, planning: Planning, lines: list[Line], *, first: datetime.date, months: int
) -> list[dict[str, Any]]:
    """The lines of a page under their floors."""
    user: Any = request.user
    contrats = contracts_of(user, planning, lines)
    matching = residences_of_candidates(user)
    works = works_waiting(lines)
    several = len({line.place.residence_id for line in lines}) > 1
    floors = []
    for (residence, building, floor), group in groupby(
        lines, key=lambda line: (line.place.residence_name, line.place.building, line.floor_name)
    ):
        rows = [
            (
                line,
                cells_of(planning, line, first=first, months=months, contrats=contrats, matching=matching),
                works.get(line.place.pk),
            )
            for line in group
        ]
        named = f"{residence}, {building}" if several and building else building or residence
        floors.append({"building": named, "floor": floor, "rows": rows})
    return floors


@require_http_methods(["GET"])
@require_permission(Permission.PARC_VIEW)
def planning_day(request: HttpRequest) -> HttpResponse:
    """Who is where on a day, which places are free then."""
    form = PlanningDayForm(request.GET, **choices_of(request))
    wanted = form.cleaned_data if form.is_valid() else {}
    day = wanted.get("le") or today()
    whole = planning_of(narrowed(places_shown(request), form), first=day, last=day, today=today())
    planning = in_state(whole, form)
    page = Paginator(planning.lines, PER_PAGE).get_page(request.GET.get("page"))
    states = [line.spans[0].state for line in whole.lines]
    free = [line for line in whole.lines if line.spans[0].state in (State.FREE, State.EMPTY)]
    context = {
        "form": form,
        "page": page,
        "day": day,
        "is_today": day == today(),
        "previous": eve(day).isoformat(),
        "next": add_days(day, 1).isoformat(),
        "figures": [
            (len(free), "libres", "libre"),
            (sum(line.place.capacity for line in free), "personnes qu’elles accueillent", ""),
            (_households(whole), "ménages présents", "occupee"),
            (states.count(State.MIGHT), "peuvent se libérer", "possible"),
        ],
        "table": _day_table(request, planning, list(page), day),
    }
    return render(request, "logement/planning_day.html", context)


def _households(planning: Planning) -> int:
    """Households present: rooms joined under one contract are counted once."""
    present = [line.spans[0] for line in planning.lines if line.spans[0].state in LIVED_IN]
    return len({found.contrat_id for span in present if (found := planning.occupation_of(span)) is not None})


def _day_table(request: HttpRequest, planning: Planning, lines: list[Line], day: datetime.date) -> Table:
    user: Any = request.user
    contrats = contracts_of(user, planning, lines)
    matching = residences_of_candidates(user)
    persons = _persons({contrat.sejour.menage_id for contrat in contrats.values()}, day)
    rows = []
    for line in lines:
        span = line.spans[0]
        occupation = planning.occupation_of(span)
        contrat = contrats.get(occupation.contrat_id) if occupation and occupation.contrat_id else None
        lives = contrat is not None and span.state in LIVED_IN
        who: Any = contrat.sejour.menage if contrat else ""
        url = contrat.sejour.get_absolute_url() if contrat else line.url
        if span.state is State.FREE and line.place.residence_id in matching and match_url(line.place.pk):
            who = format_html('<a href="{}">Qui convient&nbsp;?</a>', match_url(line.place.pk))
        told = sentence(span, occupation, contrat) if span.hold else ""
        rows.append(
            Row(
                (
                    line.place.code,
                    badge_of(span),
                    who,
                    _persons_shown(contrat, persons) if lives and contrat else None,
                    told.removeprefix(f"{span.state.label} ") if told else None,
                    f"{line.kind}, accessible" if line.accessible else line.kind,
                    line.where,
                ),
                url=url,
            )
        )
    return Table(
        caption=f"Places le {day:%d/%m/%Y}, par bâtiment et par étage",
        columns=(
            Column("Place", "main code"),
            Column("État", "tags"),
            Column("Qui"),
            Column("Personnes", "number", word="personnes :"),
            Column("Depuis, jusqu’à"),
            Column("Type"),
            Column("Où", "minor"),
        ),
        rows=tuple(rows),
    )


def _persons(menages: set[int], day: datetime.date) -> dict[int, int]:
    """How many persons each household has on `day`, in one query."""
    found: dict[int, int] = {}
    for menage_id in MembreMenage.objects.in_force(day).filter(menage__in=menages).values_list("menage_id", flat=True):
        found[menage_id] = found.get(menage_id, 0) + 1
    return found


def _persons_shown(contrat: Any, persons: dict[int, int]) -> int:
    menage = contrat.sejour.menage
    return max(persons.get(menage.pk, 0), menage.declared_persons or 0, 1)
