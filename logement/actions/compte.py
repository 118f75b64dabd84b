"""The account of a stay: the one way in which an entry is written, and what is paid set against what is owed.

An entry is never changed: a mistake is met by a counter-entry. Amounts above zero are owed by the resident.

Order of the locks, the same everywhere: contracts, then stays (`lock_accounts`), then the books of the month (the
database takes them as entries are written).
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, Sum

from logement.actions.situations import keep_situations
from logement.models import (
    AvisEcheance,
    Campagne,
    ClotureMensuelle,
    ContratOccupation,
    Decaissement,
    Ecriture,
    Encaissement,
    Imputation,
    Sejour,
)
from logement.queries.campagnes import contracts_without_avis
from logement.rules.imputation import Debt, spread
from residence.actions.journal import record
from residence.bulk import write_all, write_values
from residence.duties import refresh_duties
from residence.models import Residence, User
from residence.models.base import bulk_set, today
from residence.rules.dates import month_end, month_start, morrow
from residence.rules.money import ZERO


def closed_until(residence: Residence | int) -> datetime.date | None:
    """The last day of the books that are closed; None while no month is. A month closes all those before it."""
    last = (
        ClotureMensuelle.objects.filter(residence=residence).order_by("-month").values_list("month", flat=True).first()
    )
    return month_end(last) if last else None


def check_open(residence: Residence, day: datetime.date, *, field: str = "dated_on") -> None:
    """Refuse, at `field`, a day of a closed month or of a month before the books of the résidence begin."""
    first = month_start(residence.first_month)
    if day < first:
        raise ValidationError({field: f"Les comptes de {residence} commencent le {first:%d/%m/%Y}."})
    closed = closed_until(residence)
    if closed and day <= closed:
        raise ValidationError(
            {field: f"Les mois jusqu’au {closed:%d/%m/%Y} sont clos : choisissez une date plus récente."}
        )


def open_day(residence: Residence, wanted: datetime.date) -> datetime.date:
    """`wanted`, or the first day after it that the books still take: facts known late are written in an open month."""
    closed = closed_until(residence)
    day = max(wanted, month_start(residence.first_month))
    return max(day, morrow(closed)) if closed else day


def post_all(entries: Iterable[Ecriture]) -> list[Ecriture]:
    """Write entries, checked against the closed months of their résidences: the only writer of the ledger.

    The sejours of `entries` carry their résidence (`select_related`). Entries of nil amount are left out. The rules and
    the constraints of the database check the rows; the caller writes the journal.
    """
    kept = [entry for entry in entries if entry.amount]
    earliest: dict[int, Ecriture] = {}
    for entry in kept:
        known = earliest.get(entry.sejour.residence_id)
        if known is None or entry.dated_on < known.dated_on:
            earliest[entry.sejour.residence_id] = entry
    for entry in earliest.values():
        check_open(entry.sejour.residence, entry.dated_on)
    return list(write_all(kept))


# What an entry that an avis causes is made of, in this order.
ENTRY_FIELDS = (
    "sejour_id",
    "account",
    "kind",
    "dated_on",
    "amount",
    "label",
    "avis_id",
    "contrat_id",
    "recorded_by_id",
    "recorded_at",
)


def post_values(residence: Residence, rows: Sequence[tuple[Any, ...]], *, dated_on: datetime.date) -> None:
    """Write entries of one résidence and day given as the values of `ENTRY_FIELDS`: a month's, thousands at once."""
    if rows:
        check_open(residence, dated_on)
        write_values(Ecriture, ENTRY_FIELDS, rows)


def post(
    *,
    sejour: Sejour,
    kind: Ecriture.Kind,
    amount: Decimal,
    dated_on: datetime.date,
    label: str,
    by: User | None,
    account: Ecriture.Account = Ecriture.Account.REDEVANCE,
    avis: AvisEcheance | None = None,
    encaissement: Encaissement | None = None,
    contrat: ContratOccupation | None = None,
    decaissement: Decaissement | None = None,
    reverses: Ecriture | None = None,
) -> Ecriture:
    """Write one entry, with its cause, in an open month. ValidationError otherwise."""
    entry = Ecriture(
        sejour=sejour,
        account=account,
        kind=kind,
        dated_on=dated_on,
        amount=amount,
        label=label,
        avis=avis,
        encaissement=encaissement,
        contrat=contrat,
        decaissement=decaissement,
        reverses=reverses,
        recorded_by=by,
    )
    entry.full_clean()
    return post_all([entry])[0]


def counter_entry(entry: Ecriture, *, by: User | None, dated_on: datetime.date) -> Ecriture:
    """The entry, not written yet, that takes `entry` back to the cent."""
    return Ecriture(
        sejour=entry.sejour,
        account=entry.account,
        kind=Ecriture.Kind.REVERSAL,
        dated_on=dated_on,
        amount=-entry.amount,
        label=f"Annulation : {entry.label}"[:200],
        avis_id=entry.avis_id,
        encaissement_id=entry.encaissement_id,
        contrat_id=entry.contrat_id,
        decaissement_id=entry.decaissement_id,
        reverses=entry,
        recorded_by=by,
    )


@transaction.atomic
def reverse_entry(*, entry: Ecriture, by: User | None, dated_on: datetime.date | None = None) -> Ecriture:
    """Take an entry back by a counter-entry, dated as it was where its month is open, else as soon as the books allow.

    ValidationError for an entry that is already taken back, or that takes another one back.
    """
    if Ecriture.objects.filter(reverses=entry).exists():
        raise ValidationError("Cette écriture est déjà contre-passée.")
    if entry.reverses_id:
        raise ValidationError("Une contre-passation ne se contre-passe pas : passez une nouvelle écriture.")
    day = open_day(entry.sejour.residence, dated_on or entry.dated_on)
    (counter,) = post_all([counter_entry(entry, by=by, dated_on=day)])
    record(
        "ecriture.reverse",
        by=by,
        target=counter,
        residence=entry.sejour.residence,
        menage=entry.sejour.menage,
        reversed=entry.pk,
        amount=counter.amount,
    )
    return counter


@transaction.atomic
def close_month(
    *, by: User, residence: Residence, month: datetime.date, despite_missing: bool = False
) -> ClotureMensuelle:
    """Close the books of a month, and of all those before it: no entry is dated there any more.

    ValidationError for a month that is not over, or already closed; while a campaign of it waits to be confirmed; and,
    unless `despite_missing`, while a contract has days in it and no avis, which no campaign could give it afterwards.
    """
    month = month_start(month)
    Residence.objects.select_for_update(of=("self",), no_key=True).get(pk=residence.pk)
    if month_end(month) >= today():
        raise ValidationError({"month": "Ce mois n’est pas fini."})
    closed = closed_until(residence)
    if closed and month <= closed:
        raise ValidationError({"month": f"Les mois jusqu’au {closed:%d/%m/%Y} sont déjà clos."})
    waiting = Campagne.objects.filter(residence=residence, month__lte=month, status=Campagne.Status.PREPARED)
    waiting = waiting.filter(avis__status=AvisEcheance.Status.PREPARED).order_by("month")
    if first := waiting.first():
        raise ValidationError(f"La {first} est préparée : confirmez-la, ou retirez-la, avant de clore.")
    missing = [contrat.place.code for contrat in contracts_without_avis(residence, month).select_related("place")]
    if missing and not despite_missing:
        shown = ", ".join(missing[:10]) + (" et d’autres" if len(missing) > 10 else "")
        raise ValidationError(
            f"Des contrats n’ont pas leur avis de {month:%m/%Y} (places {shown}). Préparez une campagne "
            "complémentaire, ou cochez que vous closez sans eux."
        )
    cloture = ClotureMensuelle(residence=residence, month=month, closed_by=by)
    cloture.full_clean()
    cloture.save()
    record("mois.close", by=by, target=cloture, residence=residence, month=month, missing=len(missing))
    refresh_duties(residence)
    return cloture


@transaction.atomic
def call_deposit(*, contrat: ContratOccupation, by: User | None) -> Ecriture | None:
    """Ask for the deposit of a contract just signed; None where the contract asks for none, or nothing more.

    The deposit of a stay goes on from one of its contracts to the next: only what is missing is asked for. Called twice
    for one contract, it writes once.
    """
    sejour = lock_accounts([contrat.sejour_id])[contrat.sejour_id]
    calls = Ecriture.objects.filter(
        sejour=sejour, account=Ecriture.Account.DEPOT, kind=Ecriture.Kind.DEPOSIT_CALLED, reversed_by__isnull=True
    )
    already = calls.filter(contrat=contrat).first()
    if already:
        return already
    missing = contrat.deposit_amount - calls.balance()
    if missing <= 0:
        return None
    return post(
        sejour=sejour,
        account=Ecriture.Account.DEPOT,
        kind=Ecriture.Kind.DEPOSIT_CALLED,
        amount=missing,
        dated_on=open_day(sejour.residence, contrat.signed_on or today()),
        label="Dépôt de garantie demandé à la signature",
        contrat=contrat,
        by=by,
    )


@transaction.atomic
def cancel_deposit_call(*, contrat: ContratOccupation, by: User | None) -> list[Ecriture]:
    """Take back the deposit asked for by a contract that is cancelled."""
    lock_accounts([contrat.sejour_id])
    calls = Ecriture.objects.filter(
        contrat=contrat, kind=Ecriture.Kind.DEPOSIT_CALLED, reversed_by__isnull=True
    ).select_related("sejour__residence", "sejour__menage")
    return [reverse_entry(entry=entry, by=by) for entry in calls]


def lock_accounts(sejours: Iterable[int]) -> dict[int, Sejour]:
    """The stays, locked in the order of their numbers until the end of the transaction, and read again."""
    rows = Sejour.objects.filter(pk__among=set(sejours)).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.pk: row for row in rows.select_related("menage").prefetch_related("residence")}


def hold_accounts(sejours: Iterable[int]) -> None:
    """Lock the stays as `lock_accounts` does, without reading them: for a whole résidence."""
    rows = Sejour.objects.filter(pk__among=set(sejours)).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk"))


def settle(
    sejours: Collection[int], *, by: User | None, chosen: Mapping[int, Sequence[int]] | None = None
) -> list[Imputation]:
    """Set every payment and credit not used up against what is owed (`_settle`), and say where each account stands."""
    written = _settle(sejours, by=by, chosen=chosen or {})
    keep_situations(sejours, by=by)
    return written


def _settle(sejours: Collection[int], *, by: User | None, chosen: Mapping[int, Sequence[int]]) -> list[Imputation]:
    """Set every payment and credit not used up against what is owed, stay by stay; the imputations written.

    The stays are locked by the caller (`lock_accounts`). `chosen`: for a payment, the avis that the debtor asked to
    settle first. The APL settles the loyer and charges of the month that it was paid for, waits for its avis when there
    is none, and never settles more than them. What is owed by a resident leaves out the APL still awaited: a payment in
    advance goes to the next month, not to the CAF's part. Otherwise the order of the code civil
    (`logement.rules.imputation`). What settles nothing stays on the account, and settles the next avis when it is
    confirmed.
    """
    encaissements = Encaissement.objects.with_surplus().filter(sejour__among=sejours).order_by("received_on", "pk")
    in_credit = AvisEcheance.objects.unsettled().filter(contrat__sejour__among=sejours, total__lt=0)
    sources: dict[int, list[Encaissement | AvisEcheance]] = defaultdict(list)
    for avis in in_credit.select_related("contrat").order_by("month", "pk"):
        sources[avis.contrat.sejour_id].append(avis)
    for encaissement in encaissements:
        is_apl = encaissement.method == Encaissement.Method.APL
        sources[encaissement.sejour_id].insert(0 if is_apl else len(sources[encaissement.sejour_id]), encaissement)
    if not sources:
        return []
    debts: dict[int, list[AvisEcheance]] = defaultdict(list)
    owed = AvisEcheance.objects.called().filter(contrat__sejour__among=sources, total__gt=0).select_related("contrat")
    months_of_apl = {row.for_month for rows in sources.values() for row in rows if isinstance(row, Encaissement)}
    for avis in owed.filter(~Q(paid=F("total")) | Q(month__in=months_of_apl - {None})).order_by("due_on", "rank", "pk"):
        debts[avis.contrat.sejour_id].append(avis)
    written: list[Imputation] = []
    for sejour_id, rows in sources.items():
        for source in rows:
            parts = _parts(source, debts[sejour_id], chosen.get(source.pk, ()))
            written += [_impute(source, avis, amount, by=by) for avis, amount in parts]
    _keep(written)
    return list(write_all(written))


def _parts(
    source: Encaissement | AvisEcheance, debts: Sequence[AvisEcheance], chosen: Sequence[int]
) -> list[tuple[AvisEcheance, Decimal]]:
    """Which of `debts` the source settles, and for how much."""
    if isinstance(source, AvisEcheance):
        left = -source.left
        chosen = [avis.pk for avis in debts if (avis.contrat_id, avis.month) == (source.contrat_id, source.month)]
    else:
        left = source.surplus
    parts: dict[int, Decimal] = {}
    by_pk = {avis.pk: avis for avis in debts}
    if isinstance(source, Encaissement) and source.method == Encaissement.Method.APL:
        of_month = [avis for avis in debts if avis.month == source.for_month]
        if not of_month:
            return []
        rooms = {avis.pk: max(ZERO, avis.housing - (avis.apl_received or ZERO)) for avis in of_month}
        # Above loyer and charges, it is the allocataire's (CCH, L.832-2): kept aside, to be paid out.
        left = min(left, sum(rooms.values(), ZERO))
        for avis in sorted(of_month, key=lambda avis: (avis.contrat.start_on, avis.rank)):
            part = min(left, avis.left, rooms[avis.pk])
            if part > 0:
                parts[avis.pk] = part
                left -= part
    # Once an APL is received, nothing more is awaited: what it leaves is the resident's.
    to_pay = {avis.pk: avis.left - parts[avis.pk] if avis.pk in parts else avis.left_to_pay for avis in debts}
    open_debts = [Debt(pk, amount, by_pk[pk].due_on) for pk, amount in to_pay.items() if amount > 0]
    keys = {debt.key for debt in open_debts}
    more = spread(left, open_debts, on=today(), chosen=[pk for pk in chosen if pk in keys])
    for key, amount in more.parts.items():
        parts[key] = parts.get(key, ZERO) + amount
    return [(by_pk[pk], amount) for pk, amount in parts.items()]


def _impute(source: Encaissement | AvisEcheance, avis: AvisEcheance, amount: Decimal, *, by: User | None) -> Imputation:
    """One imputation, not written yet, with what it changes on both sides."""
    avis.paid += amount
    if isinstance(source, AvisEcheance):
        source.paid -= amount
        return Imputation(credit_avis=source, avis=avis, amount=amount, created_by=by)
    source.imputed += amount
    if source.method == Encaissement.Method.APL and source.for_month == avis.month:
        avis.apl_received = (avis.apl_received or ZERO) + amount or None
    return Imputation(encaissement=source, avis=avis, amount=amount, created_by=by)


def _keep(imputations: Sequence[Imputation]) -> None:
    """Write what imputations have changed on their payments and avis."""
    avis = {row.avis_id: row.avis for row in imputations} | {
        row.credit_avis_id: row.credit_avis for row in imputations if row.credit_avis_id
    }
    encaissements = {row.encaissement_id: row.encaissement for row in imputations if row.encaissement_id}
    bulk_set(avis.values(), ["paid", "apl_received"])
    bulk_set(encaissements.values(), ["imputed"])


def release(
    *, by: User | None, encaissements: Collection[Encaissement] = (), avis: Collection[AvisEcheance] = ()
) -> list[Imputation]:
    """Take back every imputation of these payments, on and from these avis, by rows of the opposite sign.

    The stays are locked by the caller. ValidationError where a part was paid back to the resident.
    """
    paid_back = Imputation.objects.filter(Q(encaissement__in=encaissements) | Q(credit_avis__in=avis), avis=None)
    if paid_back.aggregate(net=Sum("amount"))["net"]:
        raise ValidationError("Une part a été rendue au résident : annulez d’abord ce remboursement.")
    rows = (
        Imputation.objects.exclude(avis=None)
        .filter(Q(encaissement__in=encaissements) | Q(avis__in=avis) | Q(credit_avis__in=avis))
        .values("encaissement", "credit_avis", "avis")
        .annotate(net=Sum("amount"))
        .exclude(net=0)
        .order_by("avis")
    )
    found = list(rows)
    sources = Encaissement.objects.in_bulk({row["encaissement"] for row in found} - {None})
    touched = AvisEcheance.objects.in_bulk({pk for row in found for pk in (row["avis"], row["credit_avis"])} - {None})
    written = [
        _impute(
            sources[row["encaissement"]] if row["encaissement"] else touched[row["credit_avis"]],
            touched[row["avis"]],
            -row["net"],
            by=by,
        )
        for row in found
    ]
    _keep(written)
    return list(write_all(written))
