"""The stock: which places are free, what a place is, who is present."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from logement.actions.parc import BY_HAND, create_occupation, described, release_occupation
from logement.forms.errors import put_errors
from logement.forms.parc import OccupationForm, PlaceFilterForm, ReleaseForm
from logement.models import Logement, OccupationPlace, Place
from logement.queries.parc import Floor, PlaceState, free_counts, places_of, presents, soon_free, states
from logement.rules.cles import read_keys
from residence.actions.documents import letterhead
from residence.actions.journal import record
from residence.components import Badge, Column, Row, Table
from residence.confidentiality import reading_as
from residence.context_processors import frame_of
from residence.models import Dispositif, EntreeJournal, Residence
from residence.models.base import today
from residence.pdf import render_pdf
from residence.permissions import Permission, require_permission
from residence.rules.dates import add_days

PER_PAGE = 50

SORTS = {
    "code": ("residence__name", "code"),
    "etage": ("residence__name", "logement__floor", "code"),
    "surface": ("surface", "code"),
    "capacite": ("capacity", "code"),
}


def chosen_residence(request: HttpRequest) -> int | None:
    """The résidence that the user works in, or None for all of theirs."""
    chosen = frame_of(request).residence
    return chosen.pk if chosen else None


def ordered(request: HttpRequest, rows: Any, sorts: dict[str, tuple[str, ...]], default: str) -> Any:
    """`rows` in the order that the address asks for (`?tri=`), a minus sign for the other way round."""
    asked = request.GET.get("tri", "")
    fields = sorts.get(asked.removeprefix("-"), sorts[default])
    if asked.startswith("-"):
        fields = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in fields)
    if chosen_residence(request):
        # One name for all: without it, an index gives the order.
        fields = tuple(name for name in fields if name.removeprefix("-") != "residence__name")
    return rows.order_by(*fields, "pk")


def dispositifs_of(request: HttpRequest, permission: Permission) -> Any:
    """The dispositifs to filter by."""
    rows = Dispositif.objects.visible_to(request.user, permission)
    residence_id = chosen_residence(request)
    return rows.filter(residence=residence_id) if residence_id else rows


@require_http_methods(["GET"])
@require_permission(Permission.PARC_VIEW)
def place_list(request: HttpRequest) -> HttpResponse:
    """Which places are free, now and soon."""
    day = today()
    logements = Logement.objects.visible_to(request.user, Permission.PARC_VIEW).filter(usage=Logement.Usage.HABITATION)
    residence_id = chosen_residence(request)
    if residence_id:
        logements = logements.filter(residence=residence_id)
    rows = places_of(request.user, residence_id)
    floors = logements.order_by("floor").values_list("floor", flat=True).distinct()
    form = PlaceFilterForm(
        request.GET,
        dispositifs=dispositifs_of(request, Permission.PARC_VIEW),
        floors=[(floor, Logement(floor=floor).floor_name) for floor in floors],
    )
    figures = free_counts(rows, day)
    chosen = form.cleaned_data if form.is_valid() else {}
    when = chosen.get("quand")
    if when == "bientot":
        rows = soon_free(rows, day)
    elif when:
        rows = rows.free_on(day if when == "libre" else add_days(day, int(when)))
    if chosen.get("dispositif"):
        rows = rows.filter(dispositif=chosen["dispositif"])
    if chosen.get("etage") is not None:
        rows = rows.filter(logement__floor=chosen["etage"])
    if chosen.get("type"):
        rows = (
            rows.filter(logement__is_shared=True)
            if chosen["type"] == "chambre"
            else rows.filter(logement__type_logement=chosen["type"], logement__is_shared=False)
        )
    if chosen.get("accessible"):
        rows = rows.filter(is_accessible=True) | rows.filter(logement__is_accessible=True, logement__is_shared=False)
    rows = ordered(request, rows, SORTS, "code").select_related("logement", "dispositif", "residence")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    sees_stays = request.user.holds(Permission.SEJOUR_VIEW)
    context = {
        "form": form,
        "page": page,
        "figures": figures,
        "table": _places_table(states(list(page), day), sees_stays=sees_stays),
    }
    return render(request, "logement/place_list.html", context)


def _places_table(found: list[PlaceState], *, sees_stays: bool) -> Table:
    columns = [
        Column("Place", "main code", sort="code"),
        Column("État", "tags"),
        Column("Libre le", "deadline", word="libre", soon_within=61),
        Column("Type"),
        Column("Étage", sort="etage"),
        Column("Surface", "number", sort="surface"),
        Column("Personnes", "number", sort="capacite", word="personnes :"),
        Column("Dispositif", "minor"),
    ]
    if sees_stays:
        columns.insert(3, Column("Qui y habite"))
    rows = []
    for state in found:
        place, logement = state.place, state.place.logement
        kind = "chambre" if logement.is_shared else logement.get_type_logement_display()
        accessible = place.is_accessible or (logement.is_accessible and not logement.is_shared)
        free_on = state.free_on if state.holder is not None else None
        cells: list[Any] = [
            place.code,
            state.badge,
            free_on,
            f"{kind}, accessible" if accessible else kind,
            logement.floor_name,
            f"{place.surface:.0f} m²",
            place.capacity,
            place.dispositif,
        ]
        if sees_stays:
            cells.insert(3, state.menage or "")
        rows.append(Row(tuple(cells), place.get_absolute_url()))
    return Table("Places, leur état et leurs occupants", tuple(columns), tuple(rows))


@require_http_methods(["GET"])
@require_permission(Permission.PARC_VIEW)
def place_detail(request: HttpRequest, place_id: int) -> HttpResponse:
    """What a place is, who lives there, what is planned, who was there before."""
    place = get_object_or_404(
        Place.objects.visible_to(request.user, Permission.PARC_VIEW).select_related(
            "logement__batiment", "categorie", "dispositif", "residence", "joined_with", "reservataire"
        ),
        pk=place_id,
    )
    user, day = request.user, today()
    (state,) = states([place], day)
    sees_stays = user.holds(Permission.SEJOUR_VIEW, place.residence_id)
    # Who left is for those who read contracts; the others see that there was one.
    sees_past = user.holds(Permission.CONTRAT_VIEW, place.residence_id)
    edits = user.holds(Permission.PARC_EDIT, place.residence_id)
    occupations = place.occupations.live().select_related("contrat__sejour__menage", "created_by").order_by("-period")
    history = []
    for one in occupations:
        is_past = one.end_on is not None and one.end_on < day and one != state.holder
        names = one.contrat_id and (sees_past if is_past else sees_stays)
        history.append(
            {
                "occupation": one,
                "menage": one.contrat.sejour.menage if names else None,
                "url": one.contrat.sejour.get_absolute_url() if names else "",
                "can_release": edits and one.kind in BY_HAND and not is_past,
                "when": "passée" if is_past else "à venir" if one.start_on > day else "en cours",
            }
        )
    context = {
        "place": place,
        "state": state,
        "history": history,
        "keys": read_keys(place.keys),
        "neighbours": place.logement.places.exclude(pk=place.pk) if place.logement.is_shared else (),
        "sees_stays": sees_stays,
        "travaux": place.travaux_prevus.waiting().first(),
        "can_edit": edits,
        "can_prepare": user.holds(Permission.CONTRAT_PREPARE, place.residence_id),
    }
    return render(request, "logement/place_detail.html", context)


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARC_EDIT)
def occupation_create(request: HttpRequest, place_id: int) -> HttpResponse:
    """Put works, a turn-around or a reservation on a place."""
    place = get_object_or_404(Place.objects.visible_to(request.user, Permission.PARC_EDIT), pk=place_id)
    form = OccupationForm(request.POST or None, place=place, initial={"start_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            occupation = create_occupation(by=request.user, place=place, **form.cleaned_data)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Place {place} bloquée : {described(occupation)}.")
            return redirect(place)
    return render(request, "logement/occupation_create.html", {"place": place, "form": form})


@require_http_methods(["GET", "POST"])
@require_permission(Permission.PARC_EDIT)
def occupation_release(request: HttpRequest, occupation_id: int) -> HttpResponse:
    """Free a place from works, a turn-around or a reservation."""
    occupation = get_object_or_404(
        OccupationPlace.objects.visible_to(request.user, Permission.PARC_EDIT)
        .live()
        .filter(kind__in=BY_HAND)
        .select_related("place"),
        pk=occupation_id,
    )
    form = ReleaseForm(request.POST or None, initial={"on": max(today(), occupation.start_on)})
    if request.method == "POST" and form.is_valid():
        try:
            release_occupation(by=request.user, occupation=occupation, on=form.cleaned_data["on"])
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(
                request, f"Place {occupation.place} rendue à partir du {form.cleaned_data['on']:%d/%m/%Y}."
            )
            return redirect(occupation.place)
    context = {
        "occupation": occupation,
        "place": occupation.place,
        "form": form,
        "described": described(occupation),
    }
    return render(request, "logement/occupation_release.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.PRESENTS_VIEW)
def presents_list(request: HttpRequest) -> HttpResponse:
    """Who is here tonight, floor by floor, and who needs help on the stairs."""
    residence_id = chosen_residence(request)
    floors = presents(request.user, residence_id)
    capacity = places_of(request.user, residence_id)
    context = {
        "floors": floors,
        "households": sum(len(floor.rows) for floor in floors),
        "persons": sum(floor.persons for floor in floors),
        "helped": sum(floor.helped for floor in floors),
        "helped_badge": Badge("aide dans les escaliers", "late", "stairs"),
        "places": capacity.count(),
        "capacity": sum(capacity.values_list("capacity", flat=True)),
        "opens_stays": request.user.holds(Permission.SEJOUR_VIEW),
    }
    return render(request, "logement/presents_list.html", context)


@require_http_methods(["GET"])
@require_permission(Permission.PRESENTS_VIEW)
def presents_print(request: HttpRequest) -> HttpResponse:
    """The list of those present as a PDF, for the folder of the fire brigade and the night.

    The paper goes out of the reader's hands: a confidential household is its number on it, whoever prints.
    """
    user: Any = request.user
    with reading_as(None):
        floors = presents(user, chosen_residence(request))
        residences = {row.contrat.place.residence: 0 for floor in floors for row in floor.rows}
        if not floors:
            messages.info(request, "Personne n’est présent : il n’y a rien à imprimer.")
            return redirect("logement:presents_list")
        for floor in floors:
            for row in floor.rows:
                residences[row.contrat.place.residence] += 1
        content = render_pdf("logement/pdf/presents.html", _presents_paper(floors, sorted(residences, key=str)))
    for residence, rows in residences.items():
        record(
            "presents.print",
            by=user,
            residence=residence,
            kind=EntreeJournal.Kind.EXPORT,
            rows=rows,
            named=True,
        )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="presents-{today():%Y-%m-%d}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _presents_paper(floors: list[Floor], residences: list[Residence]) -> dict[str, Any]:
    alone = residences[0] if len(residences) == 1 else None
    several = {"name": residences[0].organisme, "organisme": ", ".join(map(str, residences))}
    return {
        "title": "Qui est présent, étage par étage",
        "residence": letterhead(alone) if alone else several,
        "reference": f"liste du {timezone.localtime():%d/%m/%Y à %H:%M}",
        "floors": floors,
        "to_help": [(floor, row) for floor in floors for row in floor.rows if row.helped_count],
        "households": sum(len(floor.rows) for floor in floors),
        "persons": sum(floor.persons for floor in floors),
        "helped": sum(floor.helped for floor in floors),
        "made_at": timezone.now(),
    }
