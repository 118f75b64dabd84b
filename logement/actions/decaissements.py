"""Money that goes out: credits and APL excess paid back, deposits settled once and given back, each with its proof."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from logement.actions.compte import check_open, counter_entry, lock_accounts, open_day, post, post_all
from logement.actions.encaissements import Payment, record_encaissements, refresh_stays
from logement.actions.situations import keep_situations
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Decaissement,
    Ecriture,
    Encaissement,
    Imputation,
    RestitutionDepot,
    RetenueDepot,
    Sejour,
)
from logement.queries.compte import balances, current_contrats, place_and_date, recipients
from logement.queries.decaissements import credit_sources, refundable
from logement.rules.depot import late_interest, legal_rate, refund_due_on
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.confidentiality import reading_as
from residence.models import DocumentEmis, User
from residence.models.base import bulk_set, today
from residence.rules.money import ZERO, euros

Kind = Decaissement.Kind
_ENTRIES = {Kind.CREDIT: Ecriture.Kind.REFUND, Kind.APL_EXCESS: Ecriture.Kind.APL_EXCESS}
_SAID = {Kind.CREDIT: "Solde créditeur rendu", Kind.APL_EXCESS: "Excédent d’APL reversé"}


@transaction.atomic
def record_remboursement(
    *,
    by: User | None,
    sejour: Sejour,
    kind: str,
    amount: Decimal,
    paid_on: datetime.date,
    method: str,
    payee: str,
    proof: str,
    form_key: uuid.UUID,
) -> Decaissement:
    """Pay back what the account of a stay holds ahead, or the APL above loyer and charges (CCH, L.832-2).

    ValidationError at `amount` above what may be paid back, at `paid_on` for a day to come or in a closed month. Sent
    twice, it is paid once.
    """
    sejour = lock_accounts([sejour.pk])[sejour.pk]
    if known := Decaissement.objects.filter(form_key=form_key).first():
        return known
    if kind not in _ENTRIES:
        raise ValidationError({"kind": "Un dépôt se rend par son décompte."})
    _check_day(sejour, paid_on)
    most = refundable(sejour.pk)[Kind(kind)]
    if amount > most:
        raise ValidationError({"amount": f"Au plus {euros(most)} peuvent être rendus."})
    row = _write(
        by=by, sejour=sejour, kind=kind, amount=amount, paid_on=paid_on, method=method, payee=payee, proof=proof,
        form_key=form_key, document=_letter(by, sejour, kind, amount, paid_on, method),
    )  # fmt: skip
    _take(row, by=by)
    post(
        sejour=sejour,
        kind=_ENTRIES[Kind(kind)],
        amount=amount,
        dated_on=paid_on,
        label=f"{_SAID[Kind(kind)]} ({row.get_method_display()})",
        by=by,
        decaissement=row,
    )
    keep_situations([sejour.pk], by=by)
    refresh_stays({sejour.pk})
    return row


def _check_day(sejour: Sejour, paid_on: datetime.date) -> None:
    if paid_on > today():
        raise ValidationError({"paid_on": "Cette date est à venir : un remboursement se saisit une fois payé."})
    check_open(sejour.residence, paid_on, field="paid_on")


def _write(*, by: User | None, **fields: Any) -> Decaissement:
    row = Decaissement(recorded_by=by, **fields)
    row.full_clean(exclude=["recorded_by", "cancelled_by", "document"])
    row.save()
    sejour = row.sejour
    record(
        "remboursement.record",
        by=by,
        target=row,
        residence=sejour.residence,
        menage=sejour.menage,
        kind_of_payment=row.kind,
        amount=row.amount,
        paid_on=row.paid_on,
    )
    return row


def _take(row: Decaissement, *, by: User | None) -> None:
    """Use up the credits that are paid back, the oldest first: what is paid back settles no avis any more."""
    left = row.amount
    written = []
    payments: list[Encaissement] = []
    credited: list[AvisEcheance] = []
    for source in credit_sources(row.sejour_id, row.kind):
        is_avis = isinstance(source, AvisEcheance)
        part = min(left, -source.left if isinstance(source, AvisEcheance) else source.surplus)
        if part <= 0:
            continue
        if isinstance(source, AvisEcheance):
            source.paid -= part
            credited.append(source)
        else:
            source.imputed += part
            payments.append(source)
        written.append(
            Imputation(
                credit_avis=source if is_avis else None,
                encaissement=None if is_avis else source,
                decaissement=row,
                amount=part,
                created_by=by,
            )
        )
        left -= part
    bulk_set(credited, ["paid"])
    bulk_set(payments, ["imputed"])
    Imputation.objects.bulk_create(written)


@transaction.atomic
def cancel_remboursement(*, by: User, decaissement: Decaissement, reason: str) -> Decaissement:
    """Take back a refund recorded by mistake, or one that came back: the credit stands again."""
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi ce remboursement est annulé."})
    sejour = lock_accounts([decaissement.sejour_id])[decaissement.sejour_id]
    row = locked(decaissement)
    if row.cancelled_at is not None:
        raise ValidationError("Ce remboursement est déjà annulé.")
    if row.kind == Kind.DEPOSIT:
        raise ValidationError(
            "Un dépôt rendu ne s’annule pas ici : la restitution est arrêtée, et le résident en a le papier."
        )
    parts = (
        Imputation.objects.filter(decaissement=row).values("encaissement", "credit_avis").annotate(net=Sum("amount"))
    )
    payments = Encaissement.objects.in_bulk({part["encaissement"] for part in parts} - {None})
    credited = AvisEcheance.objects.in_bulk({part["credit_avis"] for part in parts} - {None})
    for part in parts:
        if part["encaissement"]:
            payments[part["encaissement"]].imputed -= part["net"]
        else:
            credited[part["credit_avis"]].paid += part["net"]
        Imputation.objects.create(
            encaissement_id=part["encaissement"],
            credit_avis_id=part["credit_avis"],
            decaissement=row,
            amount=-part["net"],
            created_by=by,
        )
    bulk_set(payments.values(), ["imputed"])
    bulk_set(credited.values(), ["paid"])
    entries = Ecriture.objects.filter(decaissement=row, reverses=None, reversed_by=None)
    day = open_day(sejour.residence, row.paid_on)
    post_all(counter_entry(entry, by=by, dated_on=day) for entry in entries.select_related("sejour__residence"))
    row.cancelled_by, row.cancelled_at, row.cancelled_reason = by, timezone.now(), reason.strip()
    row.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_reason"])
    record(
        "remboursement.cancel", by=by, target=row, residence=sejour.residence, menage=sejour.menage, amount=row.amount
    )
    refresh_stays({sejour.pk})
    return row


# The deposit


@dataclass(frozen=True)
class Deduction:
    """A sum kept on a deposit, and its proof."""

    kind: str
    label: str
    amount: Decimal
    proof: str


@transaction.atomic
def settle_deposit(
    *,
    by: User | None,
    sejour: Sejour,
    deductions: Sequence[Deduction],
    paid_on: datetime.date,
    method: str = "",
    payee: str = "",
    proof: str = "",
    form_key: uuid.UUID,
) -> RestitutionDepot:
    """Settle the deposit of a stay that is over, once: what is kept and why, legal interest when late, the rest paid.

    What is kept for the redevance pays the terms that are due. ValidationError before the keys are back, where no
    deposit is held, for deductions above it or above what is owed, and without the proof of the payment.
    Source: CCH, annexe 2 au III de l’article R.353-159, article 8; interest: code monétaire et financier, L.313-2.
    """
    sejour = lock_accounts([sejour.pk])[sejour.pk]
    known = RestitutionDepot.objects.filter(sejour=sejour).first()
    if known is not None:
        if known.decaissement is not None and known.decaissement.form_key == form_key:
            return known
        raise ValidationError("Ce dépôt est déjà arrêté.")
    contrat = current_contrats([sejour.pk]).get(sejour.pk)
    if contrat is None or contrat.keys_back_on is None:
        raise ValidationError("Les clés ne sont pas rendues : le dépôt se rend à la remise des clés.")
    _check_day(sejour, paid_on)
    if paid_on < contrat.keys_back_on:
        raise ValidationError({"paid_on": f"Les clés ont été rendues le {contrat.keys_back_on:%d/%m/%Y}."})
    balance = balances([sejour.pk])[sejour.pk]
    held = balance.deposit_held
    if held <= 0:
        raise ValidationError("Aucun dépôt n’est gardé pour ce séjour.")
    kept = sum((one.amount for one in deductions), ZERO)
    debt = sum((one.amount for one in deductions if one.kind == RetenueDepot.Kind.DEBT), ZERO)
    if kept > held:
        raise ValidationError(f"On ne retient pas plus que le dépôt versé ({euros(held)}).")
    if debt > balance.to_pay:
        raise ValidationError(f"Le résident doit {euros(balance.to_pay)} de redevance, pas plus.")
    interest = late_interest(
        held - kept, keys_returned_on=contrat.keys_back_on, paid_on=paid_on, yearly_rate=legal_rate(paid_on).value
    )
    refund = held - kept + interest
    row = RestitutionDepot(
        sejour=sejour,
        contrat=contrat,
        keys_back_on=contrat.keys_back_on,
        settled_on=paid_on,
        held=held,
        kept=kept,
        interest=interest,
        refund=refund,
        decided_by=by,
    )
    if refund > 0:
        if not (method and payee.strip() and proof.strip()):
            raise ValidationError({"proof": "Dites comment, à qui et avec quelle preuve le dépôt est rendu."})
        row.decaissement = _write(
            by=by, sejour=sejour, kind=Kind.DEPOSIT, amount=refund, paid_on=paid_on, method=method,
            payee=payee.strip(), proof=proof.strip(), form_key=form_key,
        )  # fmt: skip
    row.document = _count(by, row, contrat, deductions)
    row.full_clean(exclude=["decided_by", "decaissement", "document"])
    row.save()
    for one in deductions:
        retenue = RetenueDepot(restitution=row, **vars(one))
        retenue.full_clean()
        retenue.save()
    _post_deposit(row, deductions, by=by)
    if debt:
        record_encaissements(
            [
                Payment(
                    sejour, paid_on, debt, Encaissement.Method.DEPOSIT, reference=f"Décompte n° {row.document.number}"
                )
            ],
            by=by,
        )
    record(
        "depot.settle",
        by=by,
        target=row,
        residence=sejour.residence,
        menage=sejour.menage,
        held=held,
        kept=kept,
        interest=interest,
        refund=refund,
    )
    refresh_stays({sejour.pk})
    return row


def _post_deposit(row: RestitutionDepot, deductions: Sequence[Deduction], *, by: User | None) -> None:
    """The deposit is no longer asked for; what is kept, given back, and the interest bring its account to nothing."""
    called = Ecriture.objects.filter(sejour=row.sejour, account=Ecriture.Account.DEPOT)
    asked = (
        called.filter(kind=Ecriture.Kind.DEPOSIT_CALLED).balance()
        + called.filter(reverses__kind=Ecriture.Kind.DEPOSIT_CALLED).balance()
    )
    common: dict[str, Any] = {
        "sejour": row.sejour,
        "account": Ecriture.Account.DEPOT,
        "dated_on": row.settled_on,
        "contrat": row.contrat,
        "by": by,
    }
    kinds = Ecriture.Kind
    post(kind=kinds.DEPOSIT_CALLED, amount=-asked, label="Dépôt de garantie : fin du séjour", **common)
    for one in deductions:
        post(kind=kinds.DEPOSIT_KEPT, amount=one.amount, label=f"Retenu : {one.label}"[:200], **common)
    if row.interest:
        post(kind=kinds.DEPOSIT_INTEREST, amount=-row.interest, label="Intérêts de retard", **common)
    if row.refund:
        post(
            kind=kinds.DEPOSIT_REFUNDED,
            amount=row.refund,
            label="Dépôt de garantie rendu",
            decaissement=row.decaissement,
            **common,
        )


def _head(sejour: Sejour, contrat: ContratOccupation | None) -> dict[str, Any]:
    return {
        "place_and_date": place_and_date(sejour.residence, today()),
        "recipient_lines": recipients([contrat])[contrat.pk] if contrat else [str(sejour.menage)],
        "household": str(sejour.menage),
        "place": contrat.place.code if contrat else "",
    }


def _letter(
    by: User | None, sejour: Sejour, kind: str, amount: Decimal, paid_on: datetime.date, method: str
) -> DocumentEmis:
    """The paper that tells a resident what is paid back to them, and why."""
    with reading_as(None):
        return issue_document(
            kind=DocumentEmis.Kind.REMBOURSEMENT,
            residence=sejour.residence,
            menage=sejour.menage,
            template="logement/pdf/remboursement.html",
            data={
                **_head(sejour, current_contrats([sejour.pk]).get(sejour.pk)),
                "title": "Avis de remboursement",
                "is_apl": kind == Kind.APL_EXCESS,
                "amount": amount,
                "paid_on": paid_on,
                "method": str(Decaissement.Method(method).label) if method in Decaissement.Method.values else "",
            },
            by=by,
            target=sejour,
        )


def _count(
    by: User | None, row: RestitutionDepot, contrat: ContratOccupation, deductions: Sequence[Deduction]
) -> DocumentEmis:
    """The paper of a deposit: what was paid, each sum kept with its proof, interest, what is given back."""
    rate = legal_rate(row.settled_on)
    with reading_as(None):
        return issue_document(
            kind=DocumentEmis.Kind.RESTITUTION,
            residence=row.sejour.residence,
            menage=row.sejour.menage,
            template="logement/pdf/restitution.html",
            data={
                **_head(row.sejour, contrat),
                "title": "Décompte du dépôt de garantie",
                "keys_back_on": row.keys_back_on,
                "due_on": refund_due_on(row.keys_back_on),
                "held": row.held,
                "rows": [{"label": one.label, "proof": one.proof, "amount": one.amount} for one in deductions],
                "kept": row.kept,
                "interest": row.interest or None,
                "rate": str(rate.value * 100),
                "rate_source": rate.source,
                "refund": row.refund,
                "paid_on": row.settled_on,
                "method": row.decaissement.get_method_display() if row.decaissement else "",
            },
            by=by,
            target=row.sejour,
        )
