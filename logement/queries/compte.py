"""Where an account stands: balances, statement, who begins to owe, and to whom its papers are addressed."""

import datetime
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Lower
from django.utils.formats import date_format

from logement.models import (
    AvisEcheance,
    ContratOccupation,
    DroitApl,
    Ecriture,
    Encaissement,
    PartieContrat,
    Sejour,
    Souscription,
)
from residence.components import Badge
from residence.models import DocumentEmis, Mandataire, Menage, Personne, Residence
from residence.models.base import PlainText, today
from residence.permissions import Permission
from residence.queries.together import Rows
from residence.rules.money import ZERO

# The window of the envelope: lines of at most so many signs.
LINE_LENGTH = 38


@dataclass(frozen=True)
class Balance:
    """Where the account of a stay stands, in euros.

    `ledger`: sum of the entries of the redevance, above zero when something is owed by anybody. `to_pay`: what the
    household has to pay, the APL still awaited left out, what falls due later included; `overdue`: the part of it past
    its last day, since `overdue_since`. `surplus`: what was paid ahead. `deposit`: sum of the deposit's entries, above
    zero what is still asked for; `deposit_held`: what was received of it.
    """

    ledger: Decimal = ZERO
    to_pay: Decimal = ZERO
    overdue: Decimal = ZERO
    overdue_since: datetime.date | None = None
    overdue_terms: int = 0
    apl_awaited: Decimal = ZERO
    surplus: Decimal = ZERO
    deposit: Decimal = ZERO
    deposit_held: Decimal = ZERO

    @property
    def deposit_to_pay(self) -> Decimal:
        return max(ZERO, self.deposit)


def balances(sejours: Collection[int], *, day: datetime.date | None = None) -> dict[int, Balance]:
    """The balance of each stay on `day` (today): two queries, however many they are."""
    day = day or today()
    values: dict[int, dict[str, Any]] = {pk: {} for pk in sejours}
    called = Q(kind=Ecriture.Kind.DEPOSIT_CALLED) | Q(reverses__kind=Ecriture.Kind.DEPOSIT_CALLED)
    sums = (
        Ecriture.objects.filter(sejour__among=sejours)
        .order_by()
        .values_list("sejour", Value("sums"))
        .annotate(
            ledger=Sum("amount", filter=Q(account=Ecriture.Account.REDEVANCE), default=ZERO),
            deposit=Sum("amount", filter=Q(account=Ecriture.Account.DEPOT), default=ZERO),
            deposit_called=Sum("amount", filter=called, default=ZERO),
        )
    )
    ahead = (
        Encaissement.objects.with_surplus()
        .filter(sejour__among=sejours)
        .order_by()
        .values_list("sejour", Value("ahead"))
        .annotate(surplus=Sum(F("amount") - F("imputed")), none=Value(ZERO), nil=Value(ZERO))
    )
    for sejour_id, what, first, deposit, called_for in sums.union(ahead, all=True):
        if what == "ahead":
            values[sejour_id]["surplus"] = first
        else:
            values[sejour_id] |= {"ledger": first, "deposit": deposit, "deposit_held": called_for - deposit}
    late = Q(due_on__lt=day, to_pay__gt=0)
    left = (
        AvisEcheance.objects.unsettled()
        .filter(contrat__sejour__among=sejours)
        .with_to_pay()
        .values("contrat__sejour")
        .annotate(
            sum_to_pay=Sum("to_pay"),
            overdue=Sum("to_pay", filter=late, default=ZERO),
            overdue_since=Min("due_on", filter=late),
            overdue_terms=Count("pk", filter=late),
            apl_awaited=Sum("apl_expected", filter=Q(apl_received=None), default=ZERO),
            credit=Sum(F("paid") - F("total"), filter=Q(total__lt=0), default=ZERO),
        )
        .order_by()
    )
    for row in left:
        values[row["contrat__sejour"]] |= {
            "to_pay": row["sum_to_pay"],
            "overdue": row["overdue"],
            "overdue_since": row["overdue_since"],
            "overdue_terms": row["overdue_terms"],
            "apl_awaited": row["apl_awaited"],
            "surplus": values[row["contrat__sejour"]].get("surplus", ZERO) + row["credit"],
        }
    return {pk: Balance(**kept) for pk, kept in values.items()}


def balance_of(sejour: Sejour) -> Balance:
    return balances([sejour.pk])[sejour.pk]


@dataclass(frozen=True)
class StatementLine:
    """An entry as a resident reads it: asked for or paid, and what the account comes to after it, in euros."""

    on: datetime.date
    label: str
    asked: Decimal | None
    paid: Decimal | None
    running: Decimal
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Statement:
    """The entries of an account from `start`, after what it came to before."""

    start: datetime.date | None
    opening: Decimal
    lines: list[StatementLine] = field(default_factory=list)

    @property
    def asked(self) -> Decimal:
        return sum((line.asked for line in self.lines if line.asked), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((line.paid for line in self.lines if line.paid), ZERO)

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].running if self.lines else self.opening


def statement(
    sejour: Sejour,
    *,
    account: Ecriture.Account = Ecriture.Account.REDEVANCE,
    start: datetime.date | None = None,
    everything: bool = False,
) -> Statement:
    """The account of a stay, oldest entry first, from `start` on.

    Entries taken back and what took them back are left out, unless `everything` is asked for: they cancel out to the
    cent.
    """
    rows = Ecriture.objects.filter(sejour=sejour, account=account)
    opening = rows.filter(dated_on__lt=start).balance() if start else ZERO
    return _statement(sejour, _shown(rows, start, everything), start, opening)


def statements(
    sejour: Sejour, *, start: datetime.date | None, everything: bool, ledger: Decimal
) -> tuple[Statement, Statement]:
    """The account of a stay from `start` on, and that of its deposit from its beginning.

    `ledger` is what the account comes to: what is shown of it taken off, its opening is left.
    """
    rows = Ecriture.objects.filter(sejour=sejour)
    redevance, deposit = Ecriture.Account.REDEVANCE, Ecriture.Account.DEPOT
    of_stay, of_deposit = rows.filter(account=redevance), rows.filter(account=deposit)
    entries = list(_shown(of_stay, start, everything) | _shown(of_deposit, None, everything))
    shown = [entry for entry in entries if entry.account == redevance]
    opening = ledger - sum((entry.amount for entry in shown), ZERO)
    return (
        _statement(sejour, shown, start, opening),
        _statement(sejour, [entry for entry in entries if entry.account == deposit], None, ZERO),
    )


def _shown(rows: Any, start: datetime.date | None, everything: bool) -> Any:
    if start:
        rows = rows.filter(dated_on__gte=start)
    if not everything and start:
        # A pair that stands on both sides of `start` is shown: the opening balance counts one half of it.
        rows = rows.exclude(reversed_by__dated_on__gte=start).exclude(reverses__dated_on__gte=start)
    elif not everything:
        rows = rows.filter(reversed_by=None, reverses=None)
    return rows.select_related("avis", "encaissement").order_by("dated_on", "pk")


def _statement(sejour: Sejour, entries: Iterable[Ecriture], start: datetime.date | None, opening: Decimal) -> Statement:
    running, lines = opening, []
    masked = sejour.menage.is_masked
    for entry in entries:
        running += entry.amount
        lines.append(
            StatementLine(
                on=entry.dated_on,
                label=entry.label,
                asked=entry.amount if entry.amount > 0 else None,
                paid=-entry.amount if entry.amount < 0 else None,
                running=running,
                detail="" if masked else _detail(entry),
                url=entry.avis.get_absolute_url() if entry.avis else "",
            )
        )
    return Statement(start, opening, lines)


def _detail(entry: Ecriture) -> str:
    encaissement = entry.encaissement
    if encaissement is None or entry.reverses_id:
        return ""
    said = [encaissement.reference and f"référence {encaissement.reference}", encaissement.payer]
    return ", ".join(part for part in said if part)


def open_avis(sejour: Sejour) -> QuerySet[AvisEcheance]:
    """What the household still has to pay, term by term, oldest first."""
    rows: QuerySet[AvisEcheance] = (
        AvisEcheance.objects.unsettled()
        .filter(contrat__sejour=sejour, total__gt=0)
        .with_to_pay()
        .order_by("due_on", "rank", "pk")
    )
    return rows


def account_rows(sejour: Sejour, contrat: ContratOccupation | None) -> tuple[Rows, ...]:
    """What the page of an account shows beside its entries, to be asked for `together`: few rows of each."""
    papers = DocumentEmis.objects.filter(
        kind=DocumentEmis.Kind.RELEVE, menage=sejour.menage_id, residence=sejour.residence_id
    )
    payment = ("method", "cash_number", "received_on", "amount", "is_deposit", "for_month")
    return (
        Rows(DroitApl.objects.filter(sejour=sejour), ("status", "monthly_amount", "start_on", "end_on")),
        Rows(
            Souscription.objects.filter(contrat=contrat), ("start_on", "end_on", "prestation__id", "prestation__name")
        ),
        Rows(_last(sejour.encaissements, 12, "-received_on"), (*payment, "cancelled_at", "cancelled_reason")),
        Rows(
            _last(sejour.quittances, 12),
            ("kind", "issued_on", "amount", "cancelled_at", "document__id", "avis__id", "avis__month"),
        ),
        Rows(_last(papers, 5), ("year", "rank", "issued_on", "residence__id", "residence__code")),
        Rows(open_avis(sejour), ("month", "rank", "due_on", "total", "paid", "apl_expected", "apl_received")),
    )


def _last(rows: Any, count: int, *order: str) -> Any:
    return rows.filter(pk__in=rows.order_by(*order, "-pk").values("pk")[:count])


def arrears_badge(user: Any, menage: Menage) -> Badge | None:
    """« impayé », for who may see the accounts of a stay of this household where a term is missed."""
    if not user.holds(Permission.COMPTE_VIEW):
        return None
    seen = Sejour.objects.visible_to(user, Permission.COMPTE_VIEW).filter(menage=menage)
    if AvisEcheance.objects.overdue(today()).filter(contrat__sejour__in=seen).exists():
        return Badge("impayé", "late")
    return None


def recipients(contrats: Iterable[Any], *, day: datetime.date | None = None) -> dict[int, list[str]]:
    """To whom and where the papers of each contract go, as at most six lines for the window of an envelope.

    The titulaires at their place; the mandataire who receives their mail before them; the organisation that holds the
    contract. A confidential household that the reader may not open is its number and its place, nothing else.
    """
    contrats = list(contrats)
    parties: dict[int, list[Personne]] = defaultdict(list)
    holders = [PartieContrat.Capacity.TITULAIRE, PartieContrat.Capacity.CO_TITULAIRE]
    rows = PartieContrat.objects.on(day or today()).filter(contrat__among=[one.pk for one in contrats])
    rows = rows.filter(capacity__in=holders)
    links = list(rows.order_by("pk").values_list("contrat", "personne"))
    names = Personne.objects.only("civility", "first_names", "last_name", "is_confidential")
    personnes = {one.pk: one for one in names.filter(pk__among={personne for _, personne in links}).order_by()}
    for contrat, personne in links:
        parties[contrat].append(personnes[personne])
    received = {
        mandataire.personne_id: mandataire
        for mandataire in Mandataire.objects.in_force(day).filter(receives=True, personne__among=personnes)
    }
    return {contrat.pk: _lines_for(contrat, parties[contrat.pk], received) for contrat in contrats}


def _lines_for(contrat: Any, parties: list[Personne], received: dict[int, Mandataire]) -> list[str]:
    menage, residence = contrat.sejour.menage, contrat.sejour.residence
    if menage.is_masked:
        return [str(menage).capitalize(), f"Place {contrat.place.code}"]
    names = [personne.formal_name for personne in parties] or [str(menage)]
    mandataire = next((received[personne.pk] for personne in parties if personne.pk in received), None)
    if mandataire is not None:
        lines = [mandataire.name, f"pour {names[0]}"]
        lines += [mandataire.address, f"{mandataire.postal_code} {mandataire.city}".strip()]
    else:
        lines = [contrat.organisation, *names[:2]] if contrat.organisation else names[:2]
        lines += [f"Place {contrat.place.code}", *residence.address_lines]
    return [line[:LINE_LENGTH] for line in lines if line][:6]


def current_contrats(sejours: Collection[int]) -> dict[int, ContratOccupation]:
    """By stay, the contract under which it goes on, or its last one."""
    rows = (
        ContratOccupation.objects.live()
        .filter(sejour__among=sejours)
        .exclude(status__in=[ContratOccupation.Status.DRAFT, ContratOccupation.Status.TO_SIGN])
        .select_related("place__logement", "sejour__menage", "sejour__residence")
        .order_by("start_on")
    )
    return {contrat.sejour_id: contrat for contrat in rows}


def last_signed(sejour: Sejour) -> ContratOccupation | None:
    """What `current_contrats` gives for a stay whose contracts are at hand."""
    status = ContratOccupation.Status
    unsigned = (status.CANCELLED, status.DRAFT, status.TO_SIGN)
    signed = [one for one in sejour.contrats.all() if one.status not in unsigned]
    return max(signed, key=lambda one: one.start_on, default=None)


def some(amount: Decimal) -> Decimal | None:
    """An amount for frozen data, None when it is nil: a template tells the two apart."""
    return amount or None


def place_and_date(residence: Residence, day: datetime.date) -> str:
    """« Clermont-Ferrand, le 1er mars 2026 », as a letter begins."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{residence.city}, le {number} {date_format(day, 'F Y')}"


def box_order(place: Any) -> list[tuple[int, str]]:
    """Sorts places as their letter boxes stand: « A2 » before « A10 »."""
    pieces = re.split(r"(\d+)", (place.mailbox or place.code).lower())
    return [(int(piece), "") if piece.isdigit() else (-1, piece) for piece in pieces if piece]


def stays_like(user: Any, text: str) -> QuerySet[Sejour]:
    """Stays whose place or number is `text`, or whose household is so named where the user may read the name."""
    by_place = Sejour.objects.filter(contrats__place__code__istartswith=text)
    words = Menage.objects.open_to(user)
    for word in text.split():
        words = words.filter(sort_name__contains=Lower(PlainText(Value(word))))
    found = Q(pk__in=by_place.values("pk")) | Q(menage__in=words.values("pk"))
    if text.isdecimal():
        found |= Q(menage=int(text))
    rows: QuerySet[Sejour] = Sejour.objects.filter(found)
    return rows
