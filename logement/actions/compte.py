"""The ledger of a stay: the one way in which an entry is written, and how it is undone.

An entry is never changed: a mistake is met by a counter-entry. Amounts above zero are owed by the resident.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.models import AvisEcheance, ClotureMensuelle, ContratOccupation, Ecriture, Encaissement, Sejour
from residence.actions.journal import record
from residence.models import Residence, User
from residence.models.base import today
from residence.rules.dates import month_end, month_start, morrow


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
            {field: f"Les mois jusqu’au {closed:%d/%m/%Y} sont clos : choisissez une date plus récente."}
        )


def open_day(residence: Residence, wanted: datetime.date) -> datetime.date:
    """`wanted`, or the first day after it that the books still take: facts known late are written in an open month."""
    closed = closed_until(residence)
    day = max(wanted, month_start(residence.first_month))
    return max(day, morrow(closed)) if closed else day


def post_all(entries: Iterable[Ecriture]) -> list[Ecriture]:
    """Write entries, checked against the closed months of their résidences: the only writer of the ledger.

    The sejours of `entries` carry their résidence (`select_related`). Entries of nil amount are left out. The rules and the
    constraints of the database check the rows; the caller writes the journal.
    """
    kept = [entry for entry in entries if entry.amount]
    earliest: dict[int, Ecriture] = {}
    for entry in kept:
        known = earliest.get(entry.sejour.residence_id)
        if known is None or entry.dated_on < known.dated_on:
            earliest[entry.sejour.residence_id] = entry
    for entry in earliest.values():
        check_open(entry.sejour.residence, entry.dated_on)
    return Ecriture.objects.bulk_create(kept, batch_size=2000)


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
        label=f"Annulation : {entry.label}"[:200],
        avis_id=entry.avis_id,
        encaissement_id=entry.encaissement_id,
        contrat_id=entry.contrat_id,
        reverses=entry,
        recorded_by=by,
    )


@transaction.atomic
def reverse_entry(*, entry: Ecriture, by: User | None, dated_on: datetime.date | None = None) -> Ecriture:
    """Take an entry back by a counter-entry, dated as it was where its month is open, else as soon as the books allow."""
    if Ecriture.objects.filter(reverses=entry).exists():
        raise ValidationError("Cette écriture est déjà contre-passée.")
    if entry.reverses_id:
        raise ValidationError("Une contre-passation ne se contre-passe pas : passez une nouvelle écriture.")
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
def call_deposit(*, contrat: ContratOccupation, by: User | None) -> Ecriture | None:
    """Ask for the deposit of a contract just signed; None where there is none, or where an earlier contract of the stay covers it.

    The deposit of a stay goes on from one of its contracts to the next: only what is missing is asked for. Called twice for
    one contract, it writes once.
    """
    sejour = contrat.sejour
    sejour = Sejour.objects.select_for_update(of=("self",), no_key=True).select_related("residence").get(pk=sejour.pk)
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
def cancel_deposit_call(*, contrat: ContratOccupation, by: User | None) -> list[Any]:
    """Take back the deposit asked for by a contract that is cancelled."""
    calls = Ecriture.objects.filter(
        contrat=contrat, kind=Ecriture.Kind.DEPOSIT_CALLED, reversed_by__isnull=True
    ).select_related("sejour__residence", "sejour__menage")
    return [reverse_entry(entry=entry, by=by) for entry in calls]
