"""What each contract owes for a month: its lines, and what stands in the way."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from logement.models import (
    AvisEcheance,
    CategoriePlace,
    ContratOccupation,
    DroitApl,
    LigneAvis,
    OccupationPlace,
    Place,
    Preavis,
    Prestation,
    Souscription,
    Tarif,
    TarifPrestation,
)
from logement.models.parc import days
from logement.queries.absences import Absences
from logement.queries.owed import (
    ABOVE_MAXIMUM,
    AMOUNT_JUMP,
    APL_MISSING,
    NO_PRICE,
    NO_TARIF,
    PAST_END,
    TOO_LONG_AWAY,
    NewLine,
    Owed,
)
from logement.queries.plafonds import hold_ceilings
from logement.queries.tarifs import Maxima
from logement.rules.redevance import DatedPart, Part, excess_over_maximum, lines_for_month
from residence.models import Residence
from residence.rules.dates import add_months, eve, month_end, month_start, morrow
from residence.rules.money import ZERO, euros

# An amount that moves by more than this share of the month before is shown.
JUMP = Decimal("0.20")

_KINDS = {
    Part.LOYER: LigneAvis.Kind.RENT,
    Part.CHARGES: LigneAvis.Kind.CHARGES,
    Part.OBLIGATORY: LigneAvis.Kind.SERVICES,
    Part.OPTIONAL: LigneAvis.Kind.OPTIONAL,
}
# What is read of a contract: enough for its lines, and for the paper that tells them.
_READ = (
    *("status", "start_on", "end_on", "keys_back_on", "organisation", "place__code", "place__categorie"),
    *("sejour__menage", "sejour__residence", "sejour__dispositif", "sejour__menage__name"),
    "sejour__menage__is_confidential",
)
_KIND_ORDER = {kind: rank for rank, kind in enumerate(LigneAvis.Kind)}


@dataclass(frozen=True)
class _Span:
    """Days of a contract, both ends included; `with_title` until its end, an indemnité d'occupation after it."""

    start: datetime.date
    end: datetime.date | None
    with_title: bool = True


def contracts_of(residence: Residence, month: datetime.date) -> QuerySet[ContratOccupation]:
    """Contracts of the résidence with at least one day in the month, occupation after the end included."""
    stayed_on = OccupationPlace.objects.live().filter(
        contrat=OuterRef("pk"),
        kind=OccupationPlace.Kind.AFTER_CONTRACT,
        period__overlap=days(month_start(month), month_end(month)),
    )
    rows = ContratOccupation.objects.live().filter(sejour__residence=residence)
    found: QuerySet[ContratOccupation] = rows.with_days_in(month) | rows.filter(Exists(stayed_on))
    return found


def contracts_without_avis(residence: Residence, month: datetime.date) -> QuerySet[ContratOccupation]:
    """Those of `contracts_of` that have no live ordinary avis for the month."""
    avis = AvisEcheance.objects.live().filter(month=month_start(month), rank=0)
    # Looked up in a table of the month's avis: of a month just called, an EXISTS has been planned as if it had none.
    return contracts_of(residence, month).exclude(pk__in=avis.order_by().values("contrat"))


def owed_for_month(residence: Residence, month: datetime.date, contrats: QuerySet[ContratOccupation]) -> list[Owed]:
    """What each of `contrats` owes for the month, in the order of the places; a dozen queries, however many they are.

    Days of the contract, both ends included, at the tariffs in force on each day. A manager's notice is due for the
    days lived in only (CCH, R.633-3 IV). Days after the end of the title are an indemnité d'occupation at the same
    amounts. The APL expected is the one in force on the first day of the month, never above loyer and charges (CCH,
    L.832-2).
    """
    month = month_start(month)
    rows = list(contrats.select_related("sejour__menage", "place").only(*_READ).order_by("place__code", "start_on"))
    for contrat in rows:
        contrat.sejour.residence = residence
    facts = _Facts(residence, month, [contrat.pk for contrat in rows])
    owed = [_owed(contrat, facts) for contrat in rows]
    _expect_apl(owed, month)
    hold_ceilings(owed, residence, month)
    _compare(owed, month)
    for one in owed:
        if one.apl_expected and (text := facts.absences.too_long(one.contrat.sejour_id)):
            one.warn(TOO_LONG_AWAY, text)
    return owed


class _Facts:
    """Tariffs, prices and maxima of a résidence for a month, and what few of its contracts have, read once.

    What a place or a service costs over the same days is worked out once, whoever lives there.
    """

    def __init__(self, residence: Residence, month: datetime.date, contrats: Sequence[int]) -> None:
        self.month, self.last = month, month_end(month)
        self.of_place: dict[tuple[Any, ...], list[NewLine]] = {}
        self.of_service: dict[tuple[Any, ...], list[NewLine]] = {}
        of_them: dict[str, Any] = {"contrat__among": contrats}
        self.preavis = _by_contrat(Preavis.objects.filter(withdrawn_at=None, **of_them))
        after = OccupationPlace.objects.live().filter(kind=OccupationPlace.Kind.AFTER_CONTRACT, **of_them)
        self.after = _by_contrat(after.order_by("pk"))
        taken = Souscription.objects.filter(Q(end_on=None) | Q(end_on__gte=month), start_on__lte=self.last, **of_them)
        rows = taken.order_by("start_on", "pk").values_list("contrat", "prestation", "start_on", "end_on")
        self.souscriptions: dict[int, list[tuple[int, datetime.date, datetime.date | None]]] = defaultdict(list)
        for contrat, *souscription in rows:
            self.souscriptions[contrat].append(tuple(souscription))
        self.prestations = Prestation.objects.in_bulk({row[0] for rows in self.souscriptions.values() for row in rows})
        self.joined: dict[int, list[Place]] = defaultdict(list)
        joined = ContratOccupation.joined_places.through.objects.filter(contratoccupation__among=contrats)
        for row in joined.select_related("place").order_by("place__code"):
            self.joined[row.contratoccupation_id].append(row.place)
        self.tarifs: dict[int, list[Tarif]] = defaultdict(list)
        tarifs = Tarif.objects.filter(residence=residence).meeting(month, self.last)
        for tarif in tarifs.select_related("categorie").order_by("valid_from"):
            self.tarifs[tarif.categorie_id].append(tarif)
        self.prices: dict[int, list[TarifPrestation]] = defaultdict(list)
        prices = TarifPrestation.objects.filter(prestation__residence=residence).meeting(month, self.last)
        for price in prices.order_by("valid_from"):
            self.prices[price.prestation_id].append(price)
        self._residence = residence
        self.absences = Absences(residence, month)
        maxima = Maxima(residence)
        self.over: dict[int, str] = {}
        for rows in self.tarifs.values():
            for tarif in rows:
                maximum = maxima.on(tarif.categorie.type_logement, max(month, tarif.valid_from))
                excess = excess_over_maximum(
                    loyer=tarif.rent, charges=tarif.charges, maximum=maximum and maximum.amount
                )
                if maximum and excess > 0:
                    self.over[tarif.pk] = (
                        f"loyer et charges ({euros(tarif.rent + tarif.charges)}) au-dessus du maximum de la convention "
                        f"({euros(maximum.amount)})"
                    )

    @cached_property
    def categories(self) -> dict[int, CategoriePlace]:
        return {one.pk: one for one in CategoriePlace.objects.filter(residence=self._residence)}


def _by_contrat(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.contrat_id].append(row)
    return found


def _owed(contrat: Any, facts: _Facts) -> Owed:
    owed = Owed(contrat)
    spans = _spans(contrat, facts)
    in_month = [span for span in spans if span.start <= facts.last and (span.end is None or span.end >= facts.month)]
    if not in_month:
        if contrat.status == ContratOccupation.Status.NOTICE:
            owed.warn(
                PAST_END,
                f"préavis terminé le {contrat.end_on:%d/%m/%Y}, clés non rendues : "
                "dites si elles le sont ou si la personne est restée",
            )
        return owed
    places = [contrat.place, *facts.joined.get(contrat.pk, ())]
    for span in in_month:
        for place in places:
            owed.lines += _lines_of_place(owed, place, span, facts, many=len(places) > 1)
    owed.lines += _lines_of_services(owed, in_month, facts)
    owed.lines.sort(key=lambda line: (_KIND_ORDER[line.kind], line.start_on))
    if owed.is_blocked:
        owed.lines = []
    return owed


def _spans(contrat: Any, facts: _Facts) -> list[_Span]:
    end = contrat.end_on
    notices = facts.preavis.get(contrat.pk, ())
    by_manager = any(preavis.given_by_whom == Preavis.By.MANAGER for preavis in notices)
    if by_manager and contrat.keys_back_on and end and contrat.keys_back_on < end:
        end = contrat.keys_back_on
    spans = [_Span(contrat.start_on, end)]
    after = facts.after.get(contrat.pk, ())
    spans += [_Span(row.start_on, row.keys_back_on or row.end_on, with_title=False) for row in after]
    if not after and end and contrat.status == ContratOccupation.Status.OCCUPANT_SANS_TITRE:
        spans.append(_Span(morrow(end), contrat.keys_back_on, with_title=False))
    return [span for span in spans if span.end is None or span.end >= span.start]


def _lines_of_place(owed: Owed, place: Place, span: _Span, facts: _Facts, *, many: bool) -> list[NewLine]:
    tarifs = facts.tarifs[place.categorie_id]
    first = max(facts.month, span.start)
    last = facts.last if span.end is None else min(facts.last, span.end)
    key = (place.categorie_id, first, last, span.with_title, place.code if many else "")
    known = facts.of_place.get(key)
    if known is not None:
        return known
    warned = len(owed.anomalies)
    _check_tarifs(owed, place, tarifs, first, last, facts)
    where = f", place {place.code}" if many else ""
    parts = []
    for tarif in tarifs:
        for part, amount in (
            (Part.LOYER, tarif.rent),
            (Part.CHARGES, tarif.charges),
            (Part.OBLIGATORY, tarif.services),
        ):
            if amount:
                label = _KINDS[part].label if span.with_title else f"indemnité d’occupation, {_KINDS[part].label}"
                parts.append(DatedPart(part, amount, tarif.valid_from, tarif.valid_to, f"{label}{where}"))
    lines = _lines(parts, span, facts.month)
    if len(owed.anomalies) == warned:
        # What warns is said of each place by its name: worked out again for the next one.
        facts.of_place[key] = lines
    return lines


def _check_tarifs(
    owed: Owed, place: Place, tarifs: Sequence[Tarif], first: datetime.date, last: datetime.date, facts: _Facts
) -> None:
    """Warn of days without a tariff, and of tariffs above the maximum."""
    day = first
    for tarif in tarifs:
        if tarif.valid_from <= day and (tarif.valid_to is None or tarif.valid_to >= day):
            day = morrow(last if tarif.valid_to is None else min(tarif.valid_to, last))
        if tarif.pk in facts.over and tarif.valid_from <= last and (tarif.valid_to is None or tarif.valid_to >= first):
            owed.warn(ABOVE_MAXIMUM, f"place {place.code} : {facts.over[tarif.pk]}")
    if day <= last:
        categorie = facts.categories[place.categorie_id]
        owed.warn(
            NO_TARIF,
            f"place {place.code} : aucun tarif pour « {categorie} » au {max(day, first):%d/%m/%Y}",
        )


def _lines_of_services(owed: Owed, spans: Sequence[_Span], facts: _Facts) -> list[NewLine]:
    lines: list[NewLine] = []
    whole = _Span(spans[0].start, spans[-1].end)
    for prestation_id, start_on, end_on in facts.souscriptions.get(owed.contrat.pk, ()):
        first = max(facts.month, whole.start, start_on)
        last = min(day for day in (facts.last, whole.end, end_on) if day is not None)
        if last < first:
            continue
        prestation = facts.prestations[prestation_id]
        if not facts.prices[prestation.pk]:
            owed.warn(NO_PRICE, f"la prestation « {prestation} » n’a pas de prix")
            continue
        there = [(first, last)]
        if prestation.stops_when_away:
            there = facts.absences.days_there(owed.contrat.sejour_id, first, last)
        for start, end in there:
            lines += _lines_of_service(prestation, _Span(start, end), facts, cut=there != [(first, last)])
    return lines


def _lines_of_service(prestation: Prestation, span: _Span, facts: _Facts, *, cut: bool) -> list[NewLine]:
    """The price of a service over these days. `cut`: the household is away on others, which are not billed."""
    key = (prestation.pk, span.start, span.end, cut)
    if key not in facts.of_service:
        label = f"{prestation.name}, hors absence" if cut else prestation.name
        parts = [
            DatedPart(Part.OPTIONAL, price.monthly_amount, price.valid_from, price.valid_to, label)
            for price in facts.prices[prestation.pk]
            if price.monthly_amount
        ]
        kind = LigneAvis.Kind.THIRD_PARTY if prestation.is_third_party_fee else LigneAvis.Kind.OPTIONAL
        facts.of_service[key] = _lines(parts, span, facts.month, kind=kind)
    return facts.of_service[key]


def _lines(parts: Iterable[DatedPart], span: _Span, month: datetime.date, *, kind: str | None = None) -> list[NewLine]:
    return [
        NewLine(
            kind=kind or (_KINDS[line.part] if span.with_title else LigneAvis.Kind.INDEMNITE),
            label=line.label,
            start_on=line.start,
            end_on=line.end,
            monthly_amount=part.monthly,
            amount=line.amount,
        )
        for part in parts
        for line in lines_for_month([part], month=month, start=span.start, end=span.end)
    ]


def _expect_apl(owed: Sequence[Owed], month: datetime.date) -> None:
    """Share the APL expected by each stay among its contracts of the month, the first in date first."""
    stays = {one.contrat.sejour_id for one in owed}
    rights = DroitApl.objects.filter(Q(end_on=None) | Q(end_on__gte=month), sejour__among=stays, start_on__lte=month)
    by_stay = {right.sejour_id: right for right in rights.only("sejour", "status", "monthly_amount", "start_on")}
    called = (
        AvisEcheance.objects.live()
        .filter(contrat__sejour__among=stays, month=month)
        .exclude(contrat__among=[one.contrat.pk for one in owed])
        .values("contrat__sejour")
        .annotate(apl=Sum("apl_expected"))
        .order_by()
    )
    left = {pk: right.monthly_amount for pk, right in by_stay.items() if right.status == DroitApl.Status.GRANTED}
    for row in called:
        if row["contrat__sejour"] in left:
            left[row["contrat__sejour"]] -= row["apl"]
    for one in sorted(owed, key=lambda one: one.contrat.start_on):
        amount = min(left.get(one.contrat.sejour_id, ZERO), one.housing)
        if amount > 0:
            one.apl_expected = amount
            left[one.contrat.sejour_id] -= amount
        right = by_stay.get(one.contrat.sejour_id)
        if one.housing and right is not None and _is_missing(right, month):
            one.warn(APL_MISSING, f"APL {right.get_status_display()} : rien n’est déduit")


def _is_missing(right: DroitApl, month: datetime.date) -> bool:
    """Whether an APL is waited for; one refused is news in its first month only."""
    if right.status == DroitApl.Status.REFUSED:
        return right.start_on == month
    return right.status != DroitApl.Status.GRANTED


def _compare(owed: Sequence[Owed], month: datetime.date) -> None:
    """Warn of an APL that was there the month before and of an amount that jumps, for stays of two whole months.

    The APL is not due for the month of the departure (CCH, R.823-12): its end is then no anomaly.
    """
    before = add_months(month, -1)
    rows = AvisEcheance.objects.live().filter(contrat__among=[one.contrat.pk for one in owed], month=before, rank=0)
    previous = {
        avis.contrat_id: avis
        for avis in rows.values_list("contrat_id", "start_on", "end_on", "total", "apl_expected", named=True)
    }
    leavers = _leavers(owed, month)
    for one in owed:
        avis = previous.get(one.contrat.pk)
        if avis is None or not one.lines:
            continue
        is_gone = avis.apl_expected and not one.apl_expected and one.contrat.sejour_id not in leavers
        if is_gone and not any(anomaly.code == APL_MISSING for anomaly in one.anomalies):
            one.warn(APL_MISSING, f"pas d’APL attendue, {euros(avis.apl_expected)} le mois d’avant")
        whole = (avis.start_on, avis.end_on) == (before, eve(month)) and (one.start_on, one.end_on) == (
            month,
            month_end(month),
        )
        if whole and avis.total > 0 and abs(one.total - avis.total) > avis.total * JUMP:
            one.warn(AMOUNT_JUMP, f"{euros(one.total)}, contre {euros(avis.total)} le mois d’avant")


def _leavers(owed: Iterable[Owed], month: datetime.date) -> set[int]:
    """The stays that end in the month: the last of their contracts ends in it."""
    status, last = ContratOccupation.Status, {}
    for one in sorted(owed, key=lambda one: one.contrat.start_on):
        last[one.contrat.sejour_id] = one.contrat
    return {
        stay
        for stay, contrat in last.items()
        if contrat.status in (status.ENDED, status.NOTICE) and contrat.end_on and contrat.end_on <= month_end(month)
    }
