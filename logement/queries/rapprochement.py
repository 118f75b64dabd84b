"""Whose payment a line of a file is: the stays of a résidence, known by all that a line may say of them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from logement.models import (
    AvisEcheance,
    ContratOccupation,
    DroitApl,
    Encaissement,
    LigneFichier,
    Sejour,
)
from logement.rules.bordereau import caf_key
from logement.rules.releve import ends_with, iban_key, references_in
from residence.models import AccesConfidentiel, Mandataire, MembreMenage, Residence
from residence.models.base import today
from residence.rules.colonnes import bare
from residence.rules.dates import add_days, add_months, month_end, month_start
from residence.rules.money import ZERO, euros

# Former residents are recognised for so long: what they owe is still paid, the CAF still puts months right.
FORMER_MONTHS = 36
# A payment typed by hand this near to a line of the same amount is probably the same.
SAME_WITHIN_DAYS = 6
# Banks cut and glue what people write: below this, a word says nothing.
SHORT = 2

Match = LigneFichier.Match
Nature = LigneFichier.Nature
Method = Encaissement.Method

# What the payer's name says of how it is paid, the first that is found.
_PAYERS: tuple[tuple[str, str], ...] = (
    ("caisse d allocations familiales", "caf"),
    ("caf ", "caf"),
    ("mutualite sociale agricole", "caf"),
    ("msa ", "caf"),
    ("action logement", Method.ACTION_LOGEMENT),
    ("fonds de solidarite logement", Method.FSL),
    ("fsl", Method.FSL),
)


@dataclass
class Stay:
    """What is known of a stay. `hidden`: a confidential household that the reader may not open."""

    pk: int
    residence_id: int
    menage_id: int
    start_on: datetime.date
    ended_on: datetime.date | None
    caf: str
    hidden: bool = False
    to_pay: Decimal = ZERO
    dues: set[Decimal] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    names: list[tuple[frozenset[str], str]] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """A stay that a line may be about, and why. `sure`: nobody has to decide."""

    stay: Stay
    by: str
    reason: str
    sure: bool


class Index:
    """The stays of résidences, by number of allocataire, reference, IBAN, name and amount: a few queries in all."""

    def __init__(self, residences: Collection[int], *, user: Any) -> None:
        floor = add_months(today(), -FORMER_MONTHS)
        rows = (
            Sejour.objects.live()
            .filter(Q(ended_on=None) | Q(ended_on__gte=floor), residence__in=residences)
            .values_list(
                "pk",
                "residence_id",
                "menage_id",
                "start_on",
                "ended_on",
                "menage__caf_number",
                "menage__is_confidential",
            )
        )
        named = set(
            AccesConfidentiel.objects.in_force().filter(user=user).values_list("menage_id", flat=True) if user else ()
        )
        self.stays: dict[int, Stay] = {}
        self.by_menage: dict[int, list[Stay]] = defaultdict(list)
        self.by_caf: dict[str, list[Stay]] = defaultdict(list)
        for pk, residence_id, menage_id, start_on, ended_on, caf, is_confidential in rows:
            stay = Stay(
                pk,
                residence_id,
                menage_id,
                start_on,
                ended_on,
                caf_key(caf),
                hidden=is_confidential and menage_id not in named,
            )
            self.stays[pk] = stay
            self.by_menage[menage_id].append(stay)
            if stay.caf:
                self.by_caf[stay.caf].append(stay)
        self._read_names()
        self._read_places()
        self._read_debts()

    def _read_names(self) -> None:
        self.by_name: dict[frozenset[str], list[Stay]] = defaultdict(list)
        self._by_word: dict[str, list[Stay]] = defaultdict(list)
        rows = MembreMenage.objects.filter(menage__in=self.by_menage, personne__merged_into=None).values_list(
            "menage_id", "personne__last_name", "personne__birth_name", "personne__first_names"
        )
        for menage_id, last, birth, firsts in rows:
            first = (bare(firsts).split() or [""])[0]
            for name in {last, birth} - {""}:
                words = frozenset(bare(name).split())
                if not words or not first:
                    continue
                for stay in self.by_menage[menage_id]:
                    stay.names.append((words, first))
                    known = self.by_name[words | {first}]
                    if stay not in known:
                        known.append(stay)
                    rarest = self._by_word[max(words, key=len)]
                    if stay not in rarest:
                        rarest.append(stay)

    def _read_places(self) -> None:
        rows = ContratOccupation.objects.live().filter(sejour__in=self.stays)
        for sejour_id, code in rows.values_list("sejour_id", "place__code"):
            self.stays[sejour_id].places.add(" ".join(code.upper().split()))

    def _read_debts(self) -> None:
        self.by_amount: dict[Decimal, list[Stay]] = defaultdict(list)
        rows = (
            AvisEcheance.objects.unsettled()
            .filter(contrat__sejour__in=self.stays)
            .with_to_pay()
            .filter(to_pay__gt=0)
            .order_by("due_on", "rank", "pk")
            .values_list("contrat__sejour", "to_pay")
        )
        for sejour_id, left in rows:
            stay = self.stays[sejour_id]
            stay.to_pay += left
            # One term, or all of them up to one.
            stay.dues |= {left, stay.to_pay}
        for stay in self.stays.values():
            for due in stay.dues:
                self.by_amount[due].append(stay)

    def shown(self, rows: Iterable[Sequence[str]]) -> list[Sequence[str]]:
        """Rows of a file but those that may be about a hidden household, by its number or by a name."""
        hidden = [stay for stay in self.stays.values() if stay.hidden]
        numbers = {stay.caf for stay in hidden} - {""}
        names = {word for stay in hidden for last, _ in stay.names for word in last}
        return [
            cells
            for cells in rows
            if not any(caf_key(cell) in numbers or names & set(bare(cell).split()) for cell in cells)
        ]

    def named(self, text: str) -> list[Stay]:
        """Stays of which a person's name and first name both stand in `text`."""
        words = set(bare(text).split())
        found: dict[int, Stay] = {}
        for word in words:
            for stay in self._by_word.get(word, ()):
                if any(last <= words and first in words for last, first in stay.names):
                    found[stay.pk] = stay
        return list(found.values())


def in_months(stays: Iterable[Stay], first: datetime.date, last: datetime.date) -> list[Stay]:
    """Those of `stays` with a day between the two months, both included; all of them when none has."""
    stays = list(stays)
    there = [
        stay for stay in stays if stay.start_on <= month_end(last) and (not stay.ended_on or stay.ended_on >= first)
    ]
    return there or stays


# The CAF's list


def match_apl(index: Index, *, caf_number: str, name: str, first: datetime.date, last: datetime.date) -> list[Found]:
    """The stays that a line of the CAF's list may be about: by number, else by name and first name."""
    key = caf_key(caf_number)
    if key and (by_number := in_months(index.by_caf.get(key, ()), first, last)):
        sure = len(by_number) == 1
        return [Found(stay, Match.CAF_NUMBER, f"numéro d’allocataire {key}", sure) for stay in by_number]
    by_name = in_months(index.by_name.get(frozenset(bare(name).split()), ()) or index.named(name), first, last)
    found = []
    for stay in by_name:
        other = bool(key and stay.caf and stay.caf != key)
        reason = "même nom, mais un autre numéro d’allocataire est noté" if other else "nom et prénom"
        found.append(Found(stay, Match.NAME, reason, len(by_name) == 1 and not other and not stay.hidden))
    return found


def awaited_apl(sejours: Collection[int], *, until: datetime.date) -> dict[int, dict[datetime.date, Decimal]]:
    """By stay and month, the APL expected and not received, on called avis up to `until`; the rights of `until`."""
    found: dict[int, dict[datetime.date, Decimal]] = defaultdict(dict)
    rows = (
        AvisEcheance.objects.called()
        .filter(contrat__sejour__in=sejours, month__lte=until, apl_received=None, apl_expected__gt=0)
        .values_list("contrat__sejour", "month")
        .annotate(sum=Sum("apl_expected"))
        .order_by()
    )
    for sejour_id, month, amount in rows:
        found[sejour_id][month] = amount
    rights = DroitApl.objects.filter(
        Q(end_on=None) | Q(end_on__gte=until), sejour__in=sejours, start_on__lte=until, status="granted"
    )
    for sejour_id, amount in rights.values_list("sejour_id", "monthly_amount"):
        found[sejour_id].setdefault(until, amount)
    return found


def apl_paid(sejours: Collection[int]) -> dict[tuple[int, datetime.date], list[Decimal]]:
    """Amounts of APL received already, by stay and month."""
    found: dict[tuple[int, datetime.date], list[Decimal]] = defaultdict(list)
    rows = Encaissement.objects.live().filter(sejour__in=sejours, method=Method.APL)
    for sejour_id, month, amount in rows.values_list("sejour_id", "for_month", "amount"):
        found[(sejour_id, month)].append(amount)
    return found


# The bank's statement


class Payers:
    """What earlier lines and mandates say of the IBANs that pay, the guardians, and what was typed by hand."""

    def __init__(self, index: Index, *, since: datetime.date) -> None:
        self.by_iban: dict[str, set[int]] = defaultdict(set)
        lines = LigneFichier.objects.filter(status="applied", sejour__in=index.stays).exclude(payer_iban="")
        for iban, sejour_id, method in lines.values_list("payer_iban", "sejour_id", "method").distinct():
            if method == Method.TRANSFER:
                self.by_iban[iban_key(iban)].add(sejour_id)
        self.guardians: dict[str, list[Stay]] = defaultdict(list)
        wards = Mandataire.objects.in_force(today()).filter(personne__membre_de__menage__in=index.by_menage)
        for name, menage_id in wards.values_list("name", "personne__membre_de__menage").distinct():
            for stay in index.by_menage.get(menage_id, ()):
                if stay.ended_on is None and stay not in self.guardians[bare(name)]:
                    self.guardians[bare(name)].append(stay)
        self.typed: dict[tuple[int, Decimal], list[datetime.date]] = defaultdict(list)
        typed = Encaissement.objects.live().filter(
            sejour__in=index.stays, ligne=None, received_on__gte=add_days(since, -SAME_WITHIN_DAYS)
        )
        typed = typed.exclude(method__in=[Method.APL, Method.CASH, Method.CARD, Method.DEBIT])
        for sejour_id, amount, day in typed.values_list("sejour_id", "amount", "received_on"):
            self.typed[(sejour_id, amount)].append(day)

    def typed_near(self, sejour_id: int, amount: Decimal, day: datetime.date) -> datetime.date | None:
        """The day of a payment of this amount that somebody typed near `day`."""
        near = [one for one in self.typed.get((sejour_id, amount), ()) if abs((one - day).days) <= SAME_WITHIN_DAYS]
        return near[0] if near else None


def method_of(payer: str, label: str, payers: Payers) -> tuple[str, list[Stay]]:
    """How a line is paid (« caf » for the CAF's own transfer), and the stays whose guardian pays it."""
    words = bare(payer)
    if words in payers.guardians:
        return Method.MANDATAIRE, payers.guardians[words]
    for start, method in _PAYERS:
        if f"{words} ".startswith(f"{start.strip()} ") or (method != "caf" and start in f"{words} {bare(label)}"):
            return method, []
    if any(word in bare(label).split() for word in ("cheque", "chq")):
        return Method.CHEQUE, []
    return Method.TRANSFER, []


def match_bank(
    index: Index, payers: Payers, *, label: str, payer: str, iban: str, amount: Decimal
) -> tuple[str, list[Found]]:
    """How a line of a statement is paid, and the stays that it may be about, the likeliest first.

    Sure: the reference of the avis; an IBAN that has paid for one stay only; a name and first name with the amount that
    this stay has to pay. Anything less is proposed.
    """
    method, wards = method_of(payer, label, payers)
    if method == "caf":
        return method, []
    for place, sejour_id in references_in(label):
        stay = index.stays.get(sejour_id)
        code = next((one for one in stay.places if ends_with(place, one)), None) if stay else None
        if stay is not None and code is not None:
            return method, [Found(stay, Match.REFERENCE, f"référence {code}-{sejour_id} de l’avis", True)]
    named = index.named(f"{payer} {label}")
    if method == Method.MANDATAIRE:
        asked = [stay for stay in named if stay in wards] or wards
        sure = len(asked) == 1 and not asked[0].hidden
        return method, [Found(stay, Match.NAME, f"mandataire : {payer}", sure) for stay in asked]
    if method == Method.TRANSFER:
        seen = payers.by_iban.get(iban_key(iban), set()) if iban else set()
        if len(seen) == 1:
            stay = index.stays[next(iter(seen))]
            # A relative or an association may pay for others too: their names come first.
            if not named or stay in named:
                return method, [Found(stay, Match.IBAN, "IBAN qui a déjà payé pour ce séjour seul", True)]
    found = []
    for stay in named:
        fits = amount in stay.dues
        reason = f"nom et prénom, et le montant à payer ({euros(amount)})" if fits else "nom et prénom"
        found.append(Found(stay, Match.NAME, reason, fits and len(named) == 1 and not stay.hidden))
    if not found:
        found = [
            Found(stay, Match.AMOUNT, f"même montant que ce qu’il reste à payer ({euros(amount)})", False)
            for stay in index.by_amount.get(amount, ())
            if not stay.hidden
        ][:6]
    return method, sorted(found, key=lambda one: not one.sure)


def residences_of_account(residence: Residence) -> list[int]:
    """The résidences paid on the same account."""
    if not residence.iban:
        return [residence.pk]
    key = iban_key(residence.iban)
    rows = Residence.objects.exclude(iban="").values_list("pk", "iban")
    return [pk for pk, iban in rows if iban_key(iban) == key]


def applied_fingerprints(account: str, wanted: Sequence[str]) -> set[str]:
    """Those of `wanted` that were entered for this account already."""
    rows = LigneFichier.objects.filter(account=account, status="applied", fingerprint__in=wanted)
    return set(rows.values_list("fingerprint", flat=True))


# What the page of the APL shows


@dataclass(frozen=True)
class AplLine:
    """The APL of a stay for a month: expected, received, and what to look at."""

    sejour: Sejour
    place: str
    expected: Decimal
    received: Decimal | None
    note: str = ""
    is_late: bool = False

    @property
    def difference(self) -> Decimal | None:
        return None if self.received is None else self.received - self.expected


def apl_of_month(sejours: Any, month: datetime.date) -> list[AplLine]:
    """The APL of each of `sejours` that has, or had, one for this month."""
    first = month_start(month)
    received: dict[int, Decimal] = dict(
        Encaissement.objects.live()
        .filter(sejour__in=sejours, method=Method.APL, for_month=first)
        .values_list("sejour")
        .annotate(sum=Sum("amount"))
        .order_by()
    )
    rights: dict[int, DroitApl] = {
        one.sejour_id: one
        for one in DroitApl.objects.filter(
            Q(end_on=None) | Q(end_on__gte=first), sejour__in=sejours, start_on__lte=first
        )
    }
    asked: dict[int, Decimal] = dict(
        AvisEcheance.objects.called()
        .filter(contrat__sejour__in=sejours, month=first)
        .values_list("contrat__sejour")
        .annotate(sum=Sum("apl_expected"))
        .order_by()
    )
    wanted = {pk for pk, right in rights.items() if right.status != "refused"} | set(received)
    rows = sejours.filter(pk__in=wanted).select_related("menage", "residence").order_by("menage__sort_name", "pk")
    codes: dict[int, str] = dict(
        ContratOccupation.objects.live()
        .filter(sejour__in=wanted, start_on__lte=month_end(first))
        .order_by("start_on")
        .values_list("sejour_id", "place__code")
    )
    lines = []
    for sejour in rows:
        right = rights.get(sejour.pk)
        granted = right.monthly_amount if right and right.status == "granted" else ZERO
        expected = asked.get(sejour.pk, granted)
        got = received.get(sejour.pk)
        note = ""
        if right is not None and right.status != "granted":
            note = f"APL {right.get_status_display()}"
        elif right is None:
            note = "reçue sans droit noté : à enregistrer"
        elif got is not None and got != granted:
            note = f"notifiée {euros(granted)} : noter le changement ?"
        lines.append(AplLine(sejour, codes.get(sejour.pk, ""), expected, got, note))
    return lines


def departing(sejours: Any, day: datetime.date) -> QuerySet[Sejour]:
    """Stays with an APL whose departure is known and was not told to the CAF or the MSA."""
    rows: QuerySet[Sejour] = (
        sejours.filter(signalement_depart=None, droits_apl__status="granted")
        .filter(
            Q(ended_on__isnull=False, ended_on__gte=add_months(day, -FORMER_MONTHS))
            | Q(ended_on=None, contrats__status="notice", contrats__end_on__isnull=False)
        )
        .distinct()
        .select_related("menage", "residence")
        .prefetch_related("droits_apl")
    )
    return rows


def departures(rows: QuerySet[Sejour]) -> list[tuple[Sejour, datetime.date]]:
    """Of stays that are `departing`, those whose right is noted past the month before, and the day of departure."""
    ends: dict[int, datetime.date] = dict(
        ContratOccupation.objects.filter(sejour__in=rows, status="notice", end_on__isnull=False).values_list(
            "sejour_id", "end_on"
        )
    )
    found = [(sejour, sejour.ended_on or ends.get(sejour.pk)) for sejour in rows]
    kept = [(sejour, left) for sejour, left in found if left and _still_paid(sejour, left)]
    return sorted(kept, key=lambda one: (one[1], one[0].pk))


def _still_paid(sejour: Sejour, left: datetime.date) -> bool:
    """Whether a right of the stay is noted past the month before its departure."""
    return any(
        right.status == "granted" and (right.end_on is None or right.end_on >= month_start(left))
        for right in sejour.droits_apl.all()
    )


def proposals(fichier: Any, lignes: Sequence[LigneFichier], *, user: Any) -> dict[int, list[Found]]:
    """The stays that each of these lines may be about, for a person to choose; a few queries in all."""
    if not lignes:
        return {}
    if fichier.kind == "apl":
        index = Index([fichier.residence_id], user=user)
        return {
            one.pk: match_apl(
                index,
                caf_number=one.caf_number,
                name=one.payer,
                first=one.first_month or fichier.month,
                last=one.last_month or fichier.month,
            )
            for one in lignes
        }
    index = Index(residences_of_account(fichier.residence), user=user)
    payers = Payers(index, since=min((one.dated_on for one in lignes if one.dated_on), default=today()))
    return {
        one.pk: match_bank(index, payers, label=one.label, payer=one.payer, iban=one.payer_iban, amount=one.amount)[1]
        for one in lignes
    }


def stays_at(residences: Collection[int], codes: Collection[str]) -> dict[str, int]:
    """By code, the stay that lives, or lived last, at each of these places."""
    rows = ContratOccupation.objects.live().filter(sejour__residence__in=residences, place__code__in=codes)
    rows = rows.exclude(status__in=["draft", "to_sign"])
    return dict(rows.order_by("start_on").values_list("place__code", "sejour_id"))


def hidden_by_name(fichiers: Any) -> Any:
    """Lines that a hidden household was recognised in by name alone: its named gestionnaire decides."""
    return LigneFichier.objects.filter(
        fichier__in=fichiers, status="to_decide", matched_by=Match.NAME, sejour__menage__is_confidential=True
    )
