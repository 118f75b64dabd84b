"""Record what is received, and take back what was recorded by mistake."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from logement.actions.compte import check_open, counter_entry, lock_accounts, open_day, post_all, release, settle
from logement.actions.quittances import cancel_receipts, issue_receipts
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Ecriture,
    Encaissement,
    Imputation,
    Quittance,
    Sejour,
)
from logement.queries.compte import balances
from residence.actions.documents import reserve_ranks
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.bulk import write_all
from residence.duties import refresh_duties
from residence.models import Echeance, User
from residence.models.base import today
from residence.rules.dates import month_start
from residence.rules.money import euros

CASH_COUNTER = "caisse"


@dataclass(frozen=True)
class Payment:
    """Money received for a stay. `chosen`: the avis that the payer asked to settle first; `key`: one form, one row.

    `ligne`: the line of the file that says so; `is_recall`: an APL of past months that the CAF pays late.
    """

    sejour: Sejour
    received_on: datetime.date
    amount: Decimal
    method: str
    payer: str = ""
    reference: str = ""
    is_deposit: bool = False
    for_month: datetime.date | None = None
    chosen: Sequence[int] = ()
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    ligne: int | None = None
    is_recall: bool = False


def record_encaissement(*, by: User | None, **fields: Any) -> Encaissement:
    """Record one payment; arguments: those of `Payment`. Sent twice under one `key`, it is recorded once."""
    (encaissement,) = record_encaissements([Payment(**fields)], by=by)
    return encaissement


@transaction.atomic
def record_encaissements(payments: Sequence[Payment], *, by: User | None) -> list[Encaissement]:
    """Record payments: entries, what they settle, their receipts, in one transaction and a few queries in all.

    ValidationError at `received_on` for a day to come, before the stay or in a closed month; at `for_month` for an APL
    without its month; at `amount` for a deposit above what is asked for. What is paid beyond what is owed stays on the
    account.
    """
    sejours = lock_accounts(payment.sejour.pk for payment in payments)
    known = {
        row.idempotency_key: row
        for row in Encaissement.objects.filter(idempotency_key__in=[payment.key for payment in payments])
    }
    new = [payment for payment in payments if payment.key not in known]
    if new:
        _check(new, sejours)
        rows = [_row(payment, sejours[payment.sejour.pk], by) for payment in new]
        _number_cash(rows)
        for row in rows:
            row.clean_fields(exclude=["sejour", "recorded_by", "cancelled_by"])
        write_all(rows)
        known |= {row.idempotency_key: row for row in rows}
        recalls = {payment.key for payment in new if payment.is_recall}
        post_all(_entry(row, by, is_recall=row.idempotency_key in recalls) for row in rows)
        chosen = {known[payment.key].pk: payment.chosen for payment in new if payment.chosen}
        written = settle([row.sejour_id for row in rows], by=by, chosen=chosen)
        issue_receipts(by=by, avis={row.avis_id for row in written}, encaissements=[row.pk for row in rows])
        _journal(rows, by)
        refresh_stays({row.sejour_id for row in rows})
    # As written: settling has changed what is imputed.
    rows = known.values()
    imputed = dict(Encaissement.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "imputed"))
    for row in rows:
        row.imputed = imputed[row.pk]
    return [known[payment.key] for payment in payments]


def _check(payments: Sequence[Payment], sejours: dict[int, Sejour]) -> None:
    signed = dict(
        ContratOccupation.objects.filter(sejour__in=sejours, signed_on__isnull=False)
        .values_list("sejour")
        .annotate(first=Min("signed_on"))
        .order_by()
    )
    deposits = [payment for payment in payments if payment.is_deposit]
    held = balances({payment.sejour.pk for payment in deposits}) if deposits else {}
    earliest: dict[int, datetime.date] = {}
    for payment in payments:
        sejour = sejours[payment.sejour.pk]
        first = min(sejour.start_on, signed.get(sejour.pk) or sejour.start_on)
        if payment.received_on > today():
            raise ValidationError({"received_on": "Cette date est à venir : un paiement se saisit une fois reçu."})
        if payment.received_on < first:
            raise ValidationError({"received_on": f"Le séjour commence le {first:%d/%m/%Y}."})
        known = earliest.get(sejour.residence_id, payment.received_on)
        earliest[sejour.residence_id] = min(known, payment.received_on)
        if payment.amount <= 0:
            raise ValidationError({"amount": "Le montant est au-dessus de zéro."})
        if payment.method == Encaissement.Method.APL and payment.for_month is None:
            raise ValidationError({"for_month": "Dites pour quel mois la CAF ou la MSA a versé l’APL."})
        if payment.is_deposit:
            if payment.method == Encaissement.Method.APL:
                raise ValidationError({"method": "L’APL ne paie pas le dépôt de garantie."})
            left = held[sejour.pk].deposit_to_pay
            if payment.amount > left:
                raise ValidationError(
                    {"amount": f"Il reste {euros(left)} à verser pour le dépôt de garantie, pas plus."}
                )
    # Closed months are asked for once a résidence, not once a payment.
    residences = {sejour.residence_id: sejour.residence for sejour in sejours.values()}
    for residence_id, day in earliest.items():
        check_open(residences[residence_id], day, field="received_on")


def _row(payment: Payment, sejour: Sejour, by: User | None) -> Encaissement:
    is_apl = payment.method == Encaissement.Method.APL
    return Encaissement(
        sejour=sejour,
        received_on=payment.received_on,
        amount=payment.amount,
        method=payment.method,
        payer=payment.payer,
        reference=payment.reference,
        is_deposit=payment.is_deposit,
        for_month=month_start(payment.for_month) if is_apl and payment.for_month else None,
        idempotency_key=payment.key,
        ligne_id=payment.ligne,
        recorded_by=by,
    )


def _number_cash(rows: Sequence[Encaissement]) -> None:
    """Give each payment in cash its number in the cash book of its résidence and year."""
    by_book: dict[tuple[int, int], list[Encaissement]] = defaultdict(list)
    for row in rows:
        if row.method == Encaissement.Method.CASH:
            by_book[(row.sejour.residence_id, row.received_on.year)].append(row)
    for (_, year), paid in sorted(by_book.items(), key=lambda item: item[0]):
        residence = paid[0].sejour.residence
        ranks = reserve_ranks(residence, CASH_COUNTER, year, count=len(paid))
        for row, rank in zip(paid, ranks, strict=True):
            row.cash_number = f"{residence.code.upper()}-{year}-C{rank:05d}"


def _entry(row: Encaissement, by: User | None, *, is_recall: bool = False) -> Ecriture:
    kinds = Ecriture.Kind
    if row.is_deposit:
        account, kind, label = Ecriture.Account.DEPOT, kinds.DEPOSIT_PAID, "Dépôt de garantie versé"
    elif row.method == Encaissement.Method.APL:
        account, kind = Ecriture.Account.REDEVANCE, kinds.APL_RECALL if is_recall else kinds.APL
        label = f"{'Rappel d’APL' if is_recall else 'APL reçue'} pour {row.for_month:%m/%Y}"
    else:
        account, kind, label = Ecriture.Account.REDEVANCE, kinds.PAYMENT, "Paiement reçu"
    if row.method != Encaissement.Method.APL:
        label = f"{label} ({row.get_method_display()})"
    return Ecriture(
        sejour=row.sejour,
        account=account,
        kind=kind,
        dated_on=row.received_on,
        amount=-row.amount,
        label=label,
        encaissement=row,
        recorded_by=by,
    )


def _journal(rows: Sequence[Encaissement], by: User | None) -> None:
    if len(rows) == 1:
        (row,) = rows
        record(
            "encaissement.record",
            by=by,
            target=row,
            residence=row.sejour.residence,
            menage=row.sejour.menage,
            amount=row.amount,
            method=row.method,
            received_on=row.received_on,
            is_deposit=row.is_deposit,
        )
        return
    by_residence: dict[int, list[Encaissement]] = defaultdict(list)
    for row in rows:
        by_residence[row.sejour.residence_id].append(row)
    for group in by_residence.values():
        total = sum((row.amount for row in group), Decimal(0))
        record("encaissement.record", by=by, residence=group[0].sejour.residence, count=len(group), total=total)


def refresh_stays(sejours: set[int]) -> None:
    """Bring the duties of these stays up to date; of many at once, those that may only be settled."""
    stays = Sejour.objects.filter(pk__in=sejours)
    if len(sejours) > 1:
        content_type = ContentType.objects.get_for_model(Sejour)
        pending = Echeance.objects.open().filter(target_type=content_type, target_id__in=sejours)
        stays = stays.filter(pk__in=pending.values("target_id"))
    for sejour in stays:
        refresh_duties(sejour)


@transaction.atomic
def impute_again(*, by: User, encaissement: Encaissement, chosen: Sequence[int], reason: str) -> Encaissement:
    """Set a payment against other debts than those it settled: those that its payer meant, then the legal order.

    The rows that settled are taken back by rows of the opposite sign: what was is still read. Quittances of terms that
    are no longer paid fall, a statement says so. ValidationError for an APL, a deposit, a cancelled payment.
    Source: code civil, article 1342-10.
    """
    if not reason.strip():
        raise ValidationError(
            {"reason": "Dites pourquoi l’imputation change : ce que le résident a demandé, et quand."}
        )
    sejour = lock_accounts([encaissement.sejour_id])[encaissement.sejour_id]
    encaissement = locked(encaissement)
    if encaissement.cancelled_at is not None or encaissement.is_deposit:
        raise ValidationError("Ce paiement ne règle pas la redevance.")
    if encaissement.method == Encaissement.Method.APL:
        raise ValidationError("L’APL règle le mois pour lequel elle est versée : elle ne s’impute pas ailleurs.")
    before = set(Imputation.objects.filter(encaissement=encaissement).values_list("avis_id", flat=True))
    # Taken back whole: what else was paid waits, so that the choice comes first.
    release(by=by, encaissements=[encaissement])
    written = settle([sejour.pk], by=by, chosen={encaissement.pk: tuple(chosen)})
    unpaid = AvisEcheance.objects.filter(pk__in=before - {None}).exclude(paid=F("total"))
    gone = Quittance.objects.live().filter(
        sejour=sejour, kind=Quittance.Kind.QUITTANCE, avis__in=unpaid.values("pk")
    ) | Quittance.objects.live().filter(sejour=sejour, encaissement=encaissement)
    cancel_receipts(
        by=by,
        quittances=list(gone),
        reason=f"Paiement du {encaissement.received_on:%d/%m/%Y} imputé autrement : {reason.strip()}"[:200],
    )
    touched = {row.avis_id for row in written} | before
    issue_receipts(by=by, avis=touched - {None}, encaissements=[encaissement.pk])
    record(
        "imputation.change",
        by=by,
        target=encaissement,
        residence=sejour.residence,
        menage=sejour.menage,
        reason=reason.strip(),
        amount=encaissement.amount,
    )
    refresh_stays({sejour.pk})
    encaissement.refresh_from_db()
    return encaissement


@transaction.atomic
def cancel_encaissement(*, by: User | None, encaissement: Encaissement, reason: str) -> Encaissement:
    """Take back a payment recorded by mistake, or one that bounced: counter-entry, what it settled owed again.

    A receipt that rests on it no longer stands: it keeps its row and its paper, says why, and a statement of account
    that replaces it is issued for the resident.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi ce paiement est annulé : le résident le lira."})
    sejour = lock_accounts([encaissement.sejour_id])[encaissement.sejour_id]
    encaissement = locked(encaissement)
    if encaissement.cancelled_at is not None:
        raise ValidationError("Ce paiement est déjà annulé.")
    avis = set(Imputation.objects.filter(encaissement=encaissement).values_list("avis_id", flat=True))
    touched = [row.avis_id for row in release(by=by, encaissements=[encaissement])]
    entries = Ecriture.objects.filter(encaissement=encaissement, reverses=None, reversed_by=None)
    day = open_day(sejour.residence, encaissement.received_on)
    post_all(counter_entry(entry, by=by, dated_on=day) for entry in entries.select_related("sejour__residence"))
    encaissement.refresh_from_db(fields=["imputed"])
    encaissement.cancelled_by, encaissement.cancelled_at = by, timezone.now()
    encaissement.cancelled_reason = reason.strip()
    encaissement.full_clean(exclude=["recorded_by", "cancelled_by", "sejour"])
    encaissement.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_reason"])
    written = settle([sejour.pk], by=by)
    unpaid = AvisEcheance.objects.filter(pk__in=avis).exclude(paid=F("total")).values_list("pk", flat=True)
    receipts = Quittance.objects.live().filter(sejour=sejour)
    gone = list(receipts.filter(encaissement=encaissement)) + list(
        receipts.filter(kind=Quittance.Kind.QUITTANCE, avis__in=unpaid)
    )
    cancel_receipts(
        by=by,
        quittances=gone,
        reason=encaissement.cancelled_reason,
        told=(
            f"Le paiement de {euros(encaissement.amount)} ({encaissement.get_method_display()}) noté le "
            f"{encaissement.received_on:%d/%m/%Y} est annulé : {encaissement.cancelled_reason}"
        ),
    )
    issue_receipts(by=by, avis=set(touched) | {row.avis_id for row in written})
    record(
        "encaissement.cancel",
        by=by,
        target=encaissement,
        residence=sejour.residence,
        menage=sejour.menage,
        amount=encaissement.amount,
        receipts=len(gone),
    )
    refresh_stays({sejour.pk})
    return encaissement
