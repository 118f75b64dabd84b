"""The planning: what each place is over some months, what falls free when, who is where on a day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse

from logement.models import ContratOccupation, Logement, OccupationPlace, TravauxPrevus
from logement.models.parc import PlaceQuerySet, days
from logement.rules.planning import LIVED_IN, Hold, Span, State, columns, monthly, spans
from logement.rules.sejour import last_day
from residence.components import Badge, Meaning
from residence.models import TypeLogement, User
from residence.permissions import Permission
from residence.rules.dates import eve
from residence.rules.money import NBSP

MEANINGS: dict[State, Meaning] = {
    State.OCCUPIED: "plain",
    State.NOTICE: "soon",
    State.MIGHT: "soon",
    State.KEYS: "late",
    State.AFTER: "late",
    State.COMING: "information",
    State.RESERVED: "information",
    State.WORKS: "soon",
    State.TURNAROUND: "information",
    State.FREE: "done",
    State.EMPTY: "plain",
    State.CLOSED: "plain",
}
ICONS = {State.KEYS: "key", State.WORKS: "tools", State.TURNAROUND: "tools"}
# What a state is filtered by: a code of the address, its name, the states that it takes in.
FILTERS = {
    "libre": ("libres ou qui se libèrent", frozenset({State.FREE})),
    "possible": ("qui peuvent se libérer", frozenset({State.MIGHT})),
    "preavis": ("en préavis", frozenset({State.NOTICE})),
    "occupee": ("occupées", LIVED_IN),
    "retard": ("clés attendues, après le contrat", frozenset({State.KEYS, State.AFTER})),
    "entree": ("entrée prévue", frozenset({State.COMING})),
    "reservee": ("réservées", frozenset({State.RESERVED})),
    "travaux": ("travaux, remise en état", frozenset({State.WORKS, State.TURNAROUND})),
}

# What is read of a place, and of what stands around it under names of ours.
FIELDS = (
    *("pk", "code", "surface", "capacity", "is_accessible", "opened_on", "closed_on"),
    *("residence_id", "dispositif_id", "categorie_id", "reservataire_id"),
)
TOLD = {
    "floor": F("logement__floor"),
    "logement_number": F("logement__number"),
    "type_code": F("logement__type_logement"),
    "shared": F("logement__is_shared"),
    "flat_accessible": F("logement__is_accessible"),
    "furnished": F("logement__is_furnished"),
    "building": F("logement__batiment__name"),
    "residence_name": F("residence__name"),
    "dispositif_name": F("dispositif__name"),
    "turnaround_days": F("dispositif__turnaround_days"),
    "reservataire_name": F("reservataire__name"),
    "joined_code": F("joined_with__code"),
}


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[0])


def address_of(name: str, pk: int) -> str:
    """`reverse(name, args=[pk])`, resolved once a process: a page has a thousand of them."""
    return _pattern(name).replace("/0/", f"/{pk}/")


@dataclass(frozen=True)
class Occupation:
    """What the planning reads of an occupation besides its days."""

    contrat_id: int | None
    reason: str


@dataclass(frozen=True)
class Line:
    """A place and its spans. `place`: a named tuple of FIELDS and TOLD."""

    place: Any
    spans: list[Span]

    @property
    def kind(self) -> str:
        return "chambre" if self.place.shared else str(TypeLogement(self.place.type_code).label)

    @property
    def accessible(self) -> bool:
        return bool(self.place.is_accessible or (self.place.flat_accessible and not self.place.shared))

    @property
    def floor_name(self) -> str:
        return Logement(floor=self.place.floor).floor_name

    @property
    def where(self) -> str:
        """« Bâtiment A, 1er étage »; the résidence where there is no building."""
        return f"{self.place.building or self.place.residence_name}, {self.floor_name}"

    @property
    def url(self) -> str:
        return address_of("logement:place_detail", self.place.pk)


class Planning:
    """The lines of some places from `first` to `last`, and the occupations that their spans come from, by number."""

    def __init__(self, lines: list[Line], occupations: dict[int, Occupation]) -> None:
        self.lines = lines
        self.occupations = occupations

    def showing(self, states: frozenset[State]) -> "Planning":
        """Lines that are in one of `states` at some time."""
        return Planning(
            [line for line in self.lines if any(one.state in states for one in line.spans)], self.occupations
        )

    def counts(self, state: State, on: Sequence[datetime.date]) -> list[int]:
        """How many places are in `state` on each of the days `on`."""
        found = [0] * len(on)
        for line in self.lines:
            for rank in monthly(line.spans, state, on):
                found[rank] += 1
        return found

    def occupation_of(self, span: Span) -> Occupation | None:
        return self.occupations.get(span.hold.key) if span.hold else None


def in_service_between(rows: PlaceQuerySet, first: datetime.date, last: datetime.date) -> PlaceQuerySet:
    """Places to let that are in service at some time from `first` to `last`."""
    return rows.lettable().filter(Q(closed_on__isnull=True) | Q(closed_on__gt=first), opened_on__lte=last)


def planning_of(rows: PlaceQuerySet, *, first: datetime.date, last: datetime.date, today: datetime.date) -> Planning:
    """What each of `rows` is from `first` to `last`, both included, by building, floor, logement: in two queries."""
    places = (
        in_service_between(rows, first, last)
        .order_by("residence__name", "logement__batiment__name", "logement__floor", "logement__number", "code")
        .annotate(**TOLD)
        .values_list(*FIELDS, *TOLD, named=True)
    )
    holds, occupations = _holds(rows, first, last, today)
    lines = [
        Line(
            place,
            spans(
                holds.get(place.pk, ()),
                first=first,
                last=last,
                today=today,
                opened_on=place.opened_on,
                closed_on=place.closed_on,
            ),
        )
        for place in places
    ]
    return Planning(lines, occupations)


def _holds(
    rows: PlaceQuerySet, first: datetime.date, last: datetime.date, today: datetime.date
) -> tuple[dict[int, list[Hold]], dict[int, Occupation]]:
    """What takes the places in these days, by place; an end that passed without its keys still does."""
    still_there = Q(
        kind__in=[OccupationPlace.Kind.CONTRACT, OccupationPlace.Kind.AFTER_CONTRACT],
        keys_back_on__isnull=True,
        period__startswith__lte=last,
        period__endswith__lte=today,
    )
    found = (
        OccupationPlace.objects.live()
        .filter(Q(period__overlap=days(first, last)) | still_there, place__in=rows.order_by().values("pk"))
        .order_by()
        .values_list(
            "pk",
            "place_id",
            "kind",
            "period__startswith",
            "period__endswith",
            "keys_back_on",
            "contrat_id",
            "contrat__sejour__planned_end_on",
            "reason",
        )
    )
    holds: dict[int, list[Hold]] = defaultdict(list)
    occupations = {}
    for pk, place_id, kind, start, after, keys_on, contrat_id, stay_ends_on, reason in found:
        holds[place_id].append(Hold(kind, start, after and eve(after), keys_on is not None, stay_ends_on, pk))
        occupations[pk] = Occupation(contrat_id, reason)
    return holds, occupations


# Names, asked for the lines of one page

# Hundreds of contracts on a page: what it says of them, and no more.
READ_OF_CONTRACT = (
    "sejour__start_on",
    "sejour__menage__name",
    "sejour__menage__is_confidential",
    "sejour__menage__declared_persons",
    "sejour__dispositif__stay_months_max",
)


def contracts_of(user: User, planning: Planning, lines: Iterable[Line]) -> dict[int, ContratOccupation]:
    """Contracts behind the spans of `lines` whose stays `user` may see, by number, in one query."""
    wanted = {
        occupation.contrat_id
        for line in lines
        for span in line.spans
        if (occupation := planning.occupation_of(span)) is not None and occupation.contrat_id
    }
    if not wanted:
        return {}
    ended = Q(status=ContratOccupation.Status.ENDED)
    # Who left is for those who read contracts; the others see that somebody was there.
    rows = ContratOccupation.objects.visible_to(user, Permission.SEJOUR_VIEW).exclude(ended)
    rows |= ContratOccupation.objects.visible_to(user, Permission.CONTRAT_VIEW).filter(ended)
    rows = rows.select_related("sejour__menage", "sejour__dispositif").only(*READ_OF_CONTRACT)
    found: dict[int, ContratOccupation] = rows.in_bulk(wanted)
    return found


def works_waiting(lines: Iterable[Line]) -> dict[int, datetime.date]:
    """From when works are wanted on the places of `lines` that wait for them, by place."""
    rows = TravauxPrevus.objects.waiting().filter(place__in=[line.place.pk for line in lines])
    return dict(rows.values_list("place", "from_on"))


def residences_of_candidates(user: User) -> set[int | None]:
    """Résidences where `user` may see who waits for a place."""
    return {scope.residence_id for scope in user.scopes_for(Permission.CANDIDAT_VIEW)}


def match_url(place_id: int) -> str:
    """The page that says who fits a place; empty where no app has one."""
    return address_of(settings.PLACE_MATCH, place_id) if settings.PLACE_MATCH else ""


# What a span says


def badge_of(span: Span) -> Badge:
    return Badge(span.state.label, MEANINGS[span.state], ICONS.get(span.state, ""))


def sentence(span: Span, occupation: Occupation | None, contrat: ContratOccupation | None) -> str:
    """What a span is, from when to when, and what may still happen: one line without a name."""
    hold, label = span.hold, span.state.label
    if hold is None:
        return label if span.state is State.CLOSED else f"{label} du {span.start:%d/%m/%Y} au {span.end:%d/%m/%Y}"
    match span.state:
        case State.NOTICE:
            return f"{label} jusqu’au {hold.end:%d/%m/%Y}"
        case State.MIGHT:
            return (
                f"{label}{NBSP}: séjour prévu jusqu’au {hold.stay_ends_on:%d/%m/%Y}{_longest(contrat)}, aucun préavis"
            )
        case State.KEYS | State.AFTER:
            return f"{label} depuis le {span.start:%d/%m/%Y}"
        case State.COMING:
            return f"{label} le {hold.start:%d/%m/%Y}"
        case State.OCCUPIED if not hold.is_over:
            planned = f", séjour prévu jusqu’au {hold.stay_ends_on:%d/%m/%Y}" if hold.stay_ends_on else ""
            return f"{label} depuis le {hold.start:%d/%m/%Y}{planned}"
    until = (
        f"du {hold.start:%d/%m/%Y} au {hold.end:%d/%m/%Y}"
        if hold.end
        else f"depuis le {hold.start:%d/%m/%Y}, fin inconnue"
    )
    reason = f"{NBSP}: {occupation.reason}" if occupation and occupation.reason else ""
    return f"{label} {until}{reason}"


def _longest(contrat: ContratOccupation | None) -> str:
    """« , au plus tard le 28/02/2027 »: the longest stay of the dispositif, where it has one."""
    if contrat is None or not contrat.sejour.dispositif.stay_months_max:
        return ""
    day = last_day(contrat.sejour.start_on, months=contrat.sejour.dispositif.stay_months_max)
    return f", au plus tard le {day:%d/%m/%Y}"


@dataclass(frozen=True)
class Cell:
    """A span on the planning: how wide, what it says in short and in full, where it leads."""

    width: int
    state: str
    short: str
    full: str
    url: str


def cells_of(
    planning: Planning,
    line: Line,
    *,
    first: datetime.date,
    months: int,
    contrats: dict[int, ContratOccupation],
    matching: set[int | None],
) -> list[Cell]:
    """The cells of a line, which fill its months."""
    found = []
    for span, width in columns(line.spans, first=first, months=months):
        occupation = planning.occupation_of(span)
        contrat = contrats.get(occupation.contrat_id) if occupation and occupation.contrat_id else None
        name = str(contrat.sejour.menage) if contrat else ""
        full = sentence(span, occupation, contrat)
        url = line.url
        if contrat:
            url = address_of("logement:sejour_detail", contrat.sejour_id)
        elif span.state is State.FREE and line.place.residence_id in matching:
            url = match_url(line.place.pk) or line.url
            full = f"{full}{NBSP}: qui convient{NBSP}?"
        elif span.state in (State.CLOSED, State.EMPTY):
            url = ""
        found.append(
            Cell(
                width=width,
                state=span.state.value,
                # A column is narrow when a month has many: a letter of the legend is what it has room for.
                short=span.state.letter if width * 12 < 3 * months else _short(span, name),
                full=f"{name}, {full}" if name else full,
                url=url,
            )
        )
    return found


def _short(span: Span, name: str) -> str:
    match span.state:
        case State.OCCUPIED:
            return f"{name} · {span.state.label}" if name else span.state.label
        case State.NOTICE:
            said = f"préavis {span.end:%d/%m}"
        case State.MIGHT | State.FREE:
            said = f"{span.state.label} dès le {span.start:%d/%m}"
        case State.COMING:
            said = f"entrée {span.start:%d/%m}"
        case _:
            said = span.state.label
    return f"{said} · {name}" if name else said
