"""The waiting list: its order and the reason of each rank; for a place, who fits and who does not."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from admissions.models import CritereRang, EtapeOrientation, Orientation, PieceCandidature, Proposition
from admissions.models.orientations import OrientationStatus
from admissions.queries.places import fit_badge, place_facts
from admissions.queries.plai import ages_on, plafonds_of, plai_badge
from admissions.rules import convenance, plai, rang
from admissions.rules.admissibilite import last_valid_day, piece_is_valid
from logement.models import Place
from residence.components import Badge
from residence.models import Echeance, MembreMenage, PieceRequise, User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.money import NBSP

S = OrientationStatus
NOT_UP_TO_DATE = "dossier à mettre à jour"


def ranks(dispositifs: Iterable[int], day: datetime.date | None = None) -> dict[int, rang.Ranked]:
    """The rank of everybody who waits in each of `dispositifs` on `day` (today), by orientation.

    Everybody is counted, also those whom the reader may not see: a rank does not depend on who looks.
    """
    day = day or today()
    weights: dict[int, list[rang.Weight]] = defaultdict(list)
    for critere in CritereRang.objects.filter(dispositif__in=dispositifs).order_by("kind", "value"):
        weights[critere.dispositif_id].append(critere.weight)
    candidates: dict[int, list[rang.Candidate]] = defaultdict(list)
    for pk, dispositif, since, received_on, needs, route, children, refusals in _to_rank(dispositifs):
        candidates[dispositif].append(
            rang.Candidate(
                pk,
                waiting_since=timezone.localdate(since) if since else received_on,
                received_on=received_on,
                needs=frozenset(needs),
                route=route,
                children=children or 0,
                refusals=refusals or 0,
            )
        )
    return {
        ranked.key: ranked
        for dispositif, waiting in candidates.items()
        for ranked in rang.rank(weights[dispositif], waiting, on=day)
    }


def _to_rank(dispositifs: Iterable[int]) -> QuerySet[Any]:
    waiting = Orientation.objects.filter(dispositif__in=dispositifs, status=S.WAITING)
    children = (
        MembreMenage.objects.in_force()
        .filter(menage=OuterRef("menage"), tie=MembreMenage.Tie.CHILD)
        .order_by()
        .values("menage")
        .annotate(n=Count("pk"))
    )
    refusals = (
        Proposition.objects.filter(orientation=OuterRef("pk"), status=Proposition.Status.REFUSED)
        .order_by()
        .values("orientation")
        .annotate(n=Count("pk"))
    )
    return waiting.annotate(
        since=waiting_since(), children=Subquery(children.values("n")), refusals=Subquery(refusals.values("n"))
    ).values_list("pk", "dispositif", "since", "received_on", "needs", "route", "children", "refusals")


def waiting_since() -> Any:
    """The instant an orientation first reached the list since it was received: refusing a place does not change it."""
    stages = EtapeOrientation.objects.filter(orientation=OuterRef("pk")).order_by().values("orientation")
    received = stages.annotate(last=Max("pk", filter=Q(status=S.RECEIVED))).values("last")
    reached = EtapeOrientation.objects.filter(orientation=OuterRef("pk"), status=S.WAITING).annotate(
        received=Subquery(received)
    )
    since = reached.filter(Q(received=None) | Q(pk__gt=F("received"))).order_by().values("orientation")
    return Subquery(since.annotate(first=Min("at")).values("first"))


# A place, and who waits


@dataclass(frozen=True)
class Match:
    """Somebody who waits, before a place: their rank with its reasons, what speaks for and against, their income."""

    orientation: Orientation
    persons: int
    ranked: rang.Ranked
    fit: convenance.Fit
    plai: Badge | None = None

    @property
    def badge(self) -> Badge:
        return fit_badge(self.fit)


@dataclass(frozen=True)
class Matches:
    """Everybody who waits in the résidence, before a place; `hidden` are ranked and not shown to this reader."""

    fitting: tuple[Match, ...]
    others: tuple[Match, ...]
    hidden: int

    @property
    def too_large(self) -> int:
        """For how many of `fitting` the place is too large: it suits them last."""
        return sum(1 for match in self.fitting if match.fit.is_too_large)

    @property
    def of_size(self) -> int:
        return len(self.fitting) - self.too_large

    @property
    def first(self) -> Match | None:
        return self.fitting[0] if self.fitting else None


def candidates_for(place: Place, user: User, *, free_on: datetime.date) -> Matches:
    """Who waits in the résidence of `place`, free from `free_on`: those it suits first, those for whom it is too large
    next, then the others; each group by rank.

    Costs the same number of queries whoever many wait, and a time that grows with them.
    """
    (matches,) = matches_for([(place, free_on)], user)
    return matches


def matches_for(free: Sequence[tuple[Place, datetime.date]], user: User) -> list[Matches]:
    """The same for several places of résidences that `user` works in, in one go."""
    residences = {place.residence_id for place, _ in free}
    waiting = _Waiting(residences, user)
    facts = place_facts([place for place, _ in free], {place.pk: day for place, day in free})
    return [waiting.before(place, facts[place.pk]) for place, _ in free]


class _Waiting:
    """Those who wait in some résidences, read once, as one user may know them."""

    def __init__(self, residences: set[int], user: User) -> None:
        rows = (
            Orientation.objects.visible_to(user, Permission.CANDIDAT_VIEW)
            .filter(residence__in=residences, status=S.WAITING)
            .select_related("menage")
            # One row for everybody of the same public, not one each.
            .prefetch_related("dispositif")
            .annotate(
                ready_on=F("entretien__wished_entry_on"),
                income=F("entretien__reference_tax_income"),
            )
            .only(
                "residence",
                "dispositif",
                "partenaire",
                "needs",
                "requested_type",
                "menage__name",
                "menage__is_confidential",
                "menage__declared_persons",
            )
        )
        self.shown: list[Any] = list(rows)
        everybody = Orientation.objects.filter(residence__in=residences, status=S.WAITING)
        self.ranks = ranks(everybody.values("dispositif"))
        self.residence_of = dict(everybody.values_list("pk", "residence"))
        self.reads_files = {pk for pk in residences if user.holds(Permission.ORIENTATION_VIEW, pk)}
        self.reads_money = {pk for pk in residences if user.holds(Permission.RESSOURCE_VIEW, pk)}
        menages = {one.menage_id for one in self.shown}
        self.members: dict[int, list[tuple[str, Any]]] = defaultdict(list)
        for menage, tie, born_on in (
            MembreMenage.objects.in_force().filter(menage__in=menages).values_list("menage", "tie", "personne__born_on")
        ):
            self.members[menage].append((tie, born_on))
        self.pieces = _Pieces(self.shown)
        self.derogations = dict(
            Echeance.objects.open()
            .filter(kind="derogation.grant", target_id__in=[one.pk for one in self.shown])
            .values_list("target_id", "detail")
        )
        self.plafonds = plafonds_of(residences)

    def before(self, place: Place, facts: convenance.Place) -> Matches:
        found = [self._match(one, place, facts) for one in self.shown if one.residence_id == place.residence_id]
        found.sort(
            key=lambda match: (
                not match.fit.fits,
                match.fit.is_too_large,
                match.orientation.dispositif_id,
                match.ranked.rank,
            )
        )
        total = sum(1 for residence in self.residence_of.values() if residence == place.residence_id)
        fitting = tuple(match for match in found if match.fit.fits)
        return Matches(fitting, tuple(found[len(fitting) :]), total - len(found))

    def persons(self, orientation: Any) -> int:
        return max(len(self.members[orientation.menage_id]), orientation.menage.declared_persons or 0, 1)

    def _match(self, one: Any, place: Place, facts: convenance.Place) -> Match:
        reads = one.residence_id in self.reads_files
        persons = self.persons(one)
        stale = self.pieces.stale(one, facts.free_on)
        derogations = self.derogations.get(one.pk, "")
        candidate = convenance.Candidate(
            dispositif=one.dispositif_id,
            dispositif_name=one.dispositif.name,
            persons=persons,
            needs=frozenset(one.needs),
            type_code=one.requested_type,
            partner=one.partenaire_id,
            ready_on=one.ready_on,
            stale=stale if reads else (NOT_UP_TO_DATE,) if stale else (),
            derogations=(derogations if reads else "à décider",) if derogations else (),
        )
        fit = convenance.convenance(facts, candidate)
        income = self._plai(one, persons, facts.free_on) if one.residence_id in self.reads_money else None
        return Match(one, persons, self.ranks[one.pk], fit, income)

    def _plai(self, one: Any, persons: int, day: datetime.date) -> Badge | None:
        rows = self.plafonds.get(one.residence_id, ())
        household = ages_on(self.members[one.menage_id], persons, day)
        ceiling = plai.plafond(rows, household, on=day) if rows else None
        if ceiling is None:
            return None
        return plai_badge(plai.Entrant(one.income, ceiling))


def plai_of(orientation: Orientation, day: datetime.date) -> Badge | None:
    """Where one candidate stands under the PLAI ceiling on `day`; None while none is entered."""
    rows = plafonds_of([orientation.residence_id])
    if not rows:
        return None
    menage = orientation.menage
    members = menage.members_on(today()).values_list("tie", "personne__born_on")
    entretien = getattr(orientation, "entretien", None)
    household = ages_on(members, menage.persons_count, day)
    ceiling = plai.plafond(rows[orientation.residence_id], household, on=day)
    income = entretien.reference_tax_income if entretien else None
    return None if ceiling is None else plai_badge(plai.Entrant(income, ceiling))


def pieces_to_renew(
    entries: Mapping[Any, datetime.date],
) -> dict[int, tuple[datetime.date, list[str]]]:
    """Of files, each with the day of entry that is hoped for: those with a piece out of date before it.

    By orientation: the first day on which a piece stops holding, and the names of all those that do; three queries.
    """
    pieces = _Pieces(list(entries))
    found: dict[int, tuple[datetime.date, list[str]]] = {}
    for one, entry_on in entries.items():
        ending = sorted((last, name) for last, name in pieces.ending(one) if last < entry_on)
        if ending:
            found[one.pk] = ending[0][0], [name for _, name in ending]
    return found


def stale_pieces(orientation: Orientation, day: datetime.date) -> tuple[str, ...]:
    """What one file lacks, or will have out of date on `day`, in French."""
    return _Pieces([orientation]).stale(orientation, day)


class _Pieces:
    """The mandatory pieces of many files, in two queries."""

    def __init__(self, orientations: Sequence[Any]) -> None:
        self.asked: dict[int, list[tuple[int, str, int | None]]] = defaultdict(list)
        required = PieceRequise.objects.filter(
            dispositif__in={one.dispositif_id for one in orientations}, is_mandatory=True
        )
        for dispositif, pk, name, months in required.values_list("dispositif", "pk", "name", "validity_months"):
            self.asked[dispositif].append((pk, name, months))
        held = PieceCandidature.objects.filter(orientation__in=[one.pk for one in orientations])
        self.held = {
            (orientation, piece): (received, expires, reason)
            for orientation, piece, received, expires, reason in held.values_list(
                "orientation", "piece", "received_on", "expires_on", "not_needed_reason"
            )
        }

    def ending(self, orientation: Any) -> Iterator[tuple[datetime.date, str]]:
        """The pieces held that hold until a known day: that day, and their names."""
        for piece, name, months in self.asked[orientation.dispositif_id]:
            received, expires, reason = self.held.get((orientation.pk, piece), (None, None, ""))
            last = last_valid_day(issued_on=received, expires_on=expires, validity_months=months)
            if received is not None and not reason and last is not None:
                yield last, name

    def stale(self, orientation: Any, day: datetime.date) -> tuple[str, ...]:
        """What is missing, or will be out of date on `day`, in French."""
        said = []
        for piece, name, months in self.asked[orientation.dispositif_id]:
            received, expires, reason = self.held.get((orientation.pk, piece), (None, None, ""))
            if reason:
                continue
            if received is None:
                said.append(f"«{NBSP}{name}{NBSP}» manque au dossier")
            elif not piece_is_valid(on=day, issued_on=received, expires_on=expires, validity_months=months):
                said.append(f"«{NBSP}{name}{NBSP}» est périmée à cette date")
        return tuple(said)
