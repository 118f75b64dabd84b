"""Acknowledge what has been paid, without being asked (CCH, R.633-4).

A quittance is for an avis that is paid in full with money received: from the resident, from others for them, and from
the CAF or the MSA. The APL expected is not money received: while it is awaited, what the resident paid has a reçu, and
the quittance comes with the APL and cites the reçus. What is set off by a credit of the account counts as received. An
indemnité d'occupation is acknowledged by reçus only, never by a quittance, which would speak of a title. What is paid
ahead, and a deposit, have their reçu too. The APL itself has no reçu: the resident did not pay it.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from logement.actions.compte import hold_accounts
from logement.models import AvisEcheance, Ecriture, Encaissement, Imputation, LigneAvis, Quittance, Sejour
from logement.queries.compte import balances, box_order, current_contrats, place_and_date, recipients, some, statement
from residence.actions.documents import current_modele, frozen, issue_document, reserve_ranks
from residence.actions.journal import record
from residence.bulk import write_all
from residence.confidentiality import reading_as
from residence.models import DocumentEmis, Residence, User
from residence.models.base import today

QUITTANCE_TEMPLATE = "logement/pdf/quittance.html"
RELEVE_TEMPLATE = "logement/pdf/releve.html"


def issue_receipts(
    *, by: User | None, avis: Collection[int] = (), encaissements: Collection[int] = ()
) -> list[Quittance]:
    """The quittances and reçus that these avis and payments call for and do not have yet, by the rule of this module.

    The stays are locked by the caller. Numbers are reserved and rows are written in bulk.
    """
    settled = Imputation.objects.filter(encaissement__in=encaissements)
    paid_by_hand = settled.exclude(encaissement__method=Encaissement.Method.APL)
    touched = set(avis) | set(settled.values_list("avis_id", flat=True))
    terms = {
        one.pk: one
        for one in AvisEcheance.objects.called()
        .filter(Q(paid=F("total")) | Q(pk__in=paid_by_hand.values("avis")), pk__in=touched, total__gt=0)
        .select_related("contrat__sejour__menage", "contrat__place", "document")
        .defer("document__data")
        .prefetch_related("contrat__sejour__residence", "document__residence", "lignes")
    }
    live = Quittance.objects.live().filter(avis__in=terms)
    with_quittance = set(live.filter(kind=Quittance.Kind.QUITTANCE).values_list("avis_id", flat=True))
    new = [
        Quittance(kind=Quittance.Kind.QUITTANCE, sejour=one.contrat.sejour, avis=one, amount=one.total)
        for one in terms.values()
        if one.left == 0 and one.pk not in with_quittance and not _is_indemnite(one)
    ]
    with_quittance |= {quittance.avis_id for quittance in new}
    new += _new_recus(encaissements, terms, with_quittance)
    return _write(new, by=by)


def issue_missing_receipts(*, by: User | None, avis: Iterable[int]) -> list[Quittance]:
    """Receipts that these avis lack: the quittance of those paid in full, the reçu of payments that have none."""
    ids = list(avis)
    unacknowledged = (
        Imputation.objects.filter(avis__in=ids, encaissement__cancelled_at=None)
        .exclude(encaissement__quittances__in=Quittance.objects.live())
        .values_list("encaissement_id", flat=True)
    )
    return issue_receipts(by=by, avis=ids, encaissements=set(unacknowledged) - {None})


def _is_indemnite(avis: AvisEcheance) -> bool:
    return any(ligne.kind == LigneAvis.Kind.INDEMNITE for ligne in avis.lignes.all())


def _new_recus(
    encaissements: Collection[int], terms: dict[int, AvisEcheance], with_quittance: set[int]
) -> list[Quittance]:
    """A reçu for each part of these payments that no quittance acknowledges."""
    payments = (
        Encaissement.objects.live()
        .filter(pk__in=encaissements)
        .exclude(method=Encaissement.Method.APL)
        .select_related("sejour__menage")
        .prefetch_related("sejour__residence")
    )
    parts = (
        Imputation.objects.filter(encaissement__in=encaissements)
        .values("encaissement", "avis")
        .annotate(net=Sum("amount"))
        .filter(net__gt=0)
        .order_by("avis__due_on", "avis")
    )
    by_payment: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part in parts:
        by_payment[part["encaissement"]].append(part)
    known = set(
        Quittance.objects.live()
        .filter(kind=Quittance.Kind.RECU, encaissement__in=encaissements)
        .values_list("encaissement_id", "avis_id")
    )
    new = []
    for payment in payments:
        acknowledged = [
            (terms[part["avis"]], part["net"])
            for part in by_payment[payment.pk]
            if part["avis"] in terms and part["avis"] not in with_quittance
        ]
        rest = payment.amount if payment.is_deposit else payment.surplus
        amounts: list[tuple[AvisEcheance | None, Decimal]] = [*acknowledged, (None, rest)]
        new += [
            Quittance(kind=Quittance.Kind.RECU, sejour=payment.sejour, avis=avis, encaissement=payment, amount=amount)
            for avis, amount in amounts
            if amount > 0 and (payment.pk, avis.pk if avis else None) not in known
        ]
    return new


def _write(new: Sequence[Quittance], *, by: User | None) -> list[Quittance]:
    """Number, freeze and write receipts, each résidence and kind under its own counter."""
    if not new:
        return []
    day = today()
    groups: dict[tuple[int, str], list[Quittance]] = defaultdict(list)
    for quittance in new:
        quittance.issued_on = day
        groups[(quittance.sejour.residence_id, quittance.kind)].append(quittance)
    with reading_as(None):
        data = _Data(new)
        for (_, kind), rows in sorted(groups.items(), key=lambda group: (group[0][0], group[0][1] == "quittance")):
            residence = rows[0].sejour.residence
            document_kind = DocumentEmis.Kind(kind)
            modele = current_modele(residence, document_kind, day)
            ranks = reserve_ranks(residence, document_kind, day.year, count=len(rows))
            for quittance, rank in zip(rows, ranks, strict=True):
                previous = data.replaced(quittance)
                quittance.document = frozen(
                    kind=document_kind,
                    residence=residence,
                    rank=rank,
                    template=QUITTANCE_TEMPLATE,
                    data=data.of(quittance),
                    by=by,
                    target=quittance.avis or quittance.encaissement,
                    menage=quittance.sejour.menage,
                    on=day,
                    modele=modele,
                    replaces=previous,
                )
                quittance.completes = data.last_recu(quittance)
    write_all([quittance.document for quittance in new])
    for quittance in new:
        # The keys were not known when the papers were put on the receipts.
        quittance.document_id = quittance.document.pk
    return list(write_all(new))


class _Data:
    """What the papers of these receipts say, read once for all of them."""

    def __init__(self, new: Sequence[Quittance]) -> None:
        avis = [quittance.avis for quittance in new if quittance.avis]
        quittanced = [quittance.avis for quittance in new if quittance.kind == Quittance.Kind.QUITTANCE]
        contrats = {one.contrat_id: one.contrat for one in avis}
        alone = {quittance.sejour_id for quittance in new if quittance.avis is None}
        by_stay = current_contrats(alone)
        self._contrat = by_stay
        everyone = contrats | {contrat.pk: contrat for contrat in by_stay.values()}
        self._recipients = recipients(everyone.values())
        self._payments: dict[int, list[Any]] = defaultdict(list)
        settled = (
            Imputation.objects.filter(avis__in=quittanced)
            .values(
                "avis",
                "encaissement",
                "encaissement__received_on",
                "encaissement__method",
                "encaissement__payer",
                "credit_avis__month",
                "credit_avis__rank",
            )
            .annotate(net=Sum("amount"))
            .exclude(net=0)
            .order_by("encaissement__received_on", "encaissement")
        )
        for row in settled:
            self._payments[row["avis"]].append(row)
        self._recus: dict[int, list[Quittance]] = defaultdict(list)
        recus = Quittance.objects.live().filter(kind=Quittance.Kind.RECU, avis__in=quittanced)
        for recu in recus.select_related("document__residence").order_by("issued_on", "pk"):
            self._recus[recu.avis_id].append(recu)
        self._cancelled: dict[tuple[int, datetime.date], DocumentEmis] = {}
        gone = Quittance.objects.filter(
            kind=Quittance.Kind.QUITTANCE,
            cancelled_at__isnull=False,
            avis__contrat__in=[one.contrat_id for one in quittanced],
            avis__month__in=[one.month for one in quittanced],
        )
        for quittance in gone.select_related("avis", "document__residence").order_by("pk"):
            self._cancelled[(quittance.avis.contrat_id, quittance.avis.month)] = quittance.document

    def replaced(self, quittance: Quittance) -> DocumentEmis | None:
        """The cancelled quittance of the same contract and month, whose place this one takes."""
        if quittance.kind != Quittance.Kind.QUITTANCE or quittance.avis is None or quittance.avis.rank:
            return None
        return self._cancelled.get((quittance.avis.contrat_id, quittance.avis.month))

    def last_recu(self, quittance: Quittance) -> Quittance | None:
        if quittance.kind != Quittance.Kind.QUITTANCE or not self._recus[quittance.avis_id]:
            return None
        return self._recus[quittance.avis_id][-1]

    def of(self, quittance: Quittance) -> dict[str, Any]:
        """The data that the template reads, for one receipt."""
        avis, payment = quittance.avis, quittance.encaissement
        contrat = avis.contrat if avis else self._contrat.get(quittance.sejour_id)
        replaced = self.replaced(quittance)
        data: dict[str, Any] = {
            "kind": quittance.kind,
            "is_deposit": bool(payment and payment.is_deposit),
            "title": "",
            "place_and_date": place_and_date(quittance.sejour.residence, quittance.issued_on),
            "household": str(quittance.sejour.menage),
            "recipient_lines": self._recipients.get(contrat.pk, []) if contrat else [str(quittance.sejour.menage)],
            "place": contrat.place.code if contrat else "",
            "amount": quittance.amount,
            "month": avis.month if avis else None,
            "replaces": replaced.number if replaced else "",
        }
        if avis is not None:
            data |= {
                "start_on": avis.start_on,
                "end_on": avis.end_on,
                "avis_number": avis.document.number if avis.document else "",
                "avis_label": avis.kind_label,
                "is_indemnite": _is_indemnite(avis),
                "total": avis.total,
                "left": avis.left,
                "apl_awaited": some(avis.apl_awaited) if avis.left else None,
                "left_to_pay": some(avis.left_to_pay),
                "lines": [
                    {"label": ligne.label, "start_on": ligne.start_on, "end_on": ligne.end_on, "amount": ligne.amount}
                    for ligne in avis.lignes.all()
                ],
            }
        if payment is not None:
            is_masked = quittance.sejour.menage.is_masked
            data["payment"] = {
                "on": payment.received_on,
                "method": payment.get_method_display(),
                "payer": "" if is_masked else payment.payer,
                "amount": payment.amount,
                "reference": "" if is_masked else payment.reference,
                "cash_number": payment.cash_number or "",
            }
        if quittance.kind == Quittance.Kind.QUITTANCE:
            data["payments"] = [
                self._payment(row, masked=quittance.sejour.menage.is_masked)
                for row in self._payments[quittance.avis_id]
            ]
            data["recus"] = [
                {"number": recu.document.number, "on": recu.issued_on, "amount": recu.amount}
                for recu in self._recus[quittance.avis_id]
            ]
        data["title"] = _title(data)
        return data

    @staticmethod
    def _payment(row: dict[str, Any], *, masked: bool) -> dict[str, Any]:
        if row["encaissement"] is None:
            label = f"déduit de votre crédit ({row['credit_avis__month']:%m/%Y})"
            return {"on": None, "label": label, "payer": "", "amount": row["net"]}
        return {
            "on": row["encaissement__received_on"],
            "label": Encaissement.Method(row["encaissement__method"]).label,
            "payer": "" if masked else row["encaissement__payer"],
            "amount": row["net"],
        }


def _title(data: dict[str, Any]) -> str:
    if data["kind"] == Quittance.Kind.QUITTANCE:
        return "Quittance"
    return "Reçu de dépôt de garantie" if data["is_deposit"] else "Reçu"


@transaction.atomic
def cancel_receipts(
    *, by: User | None, quittances: Sequence[Quittance], reason: str, told: str = ""
) -> DocumentEmis | None:
    """Say that these receipts, of one stay, no longer stand, by a statement of account that replaces them.

    A receipt keeps its row and its paper: the resident has a copy. `told` is the sentence that opens the statement.
    """
    if not quittances:
        return None
    rows = Quittance.objects.filter(pk__in=[quittance.pk for quittance in quittances], cancelled_at=None)
    kept = list(rows.select_related("document__residence").order_by("pk"))
    rows.update(cancelled_at=timezone.now(), cancelled_by=by, cancelled_reason=reason)
    if not kept:
        return None
    return issue_statement(
        by=by,
        sejour=quittances[0].sejour,
        replaces=kept[0].document,
        told=told or reason,
        replaced=[{"label": str(quittance), "number": quittance.document.number} for quittance in kept],
    )


@transaction.atomic
def issue_statement(
    *,
    by: User | None,
    sejour: Sejour,
    start: datetime.date | None = None,
    replaces: DocumentEmis | None = None,
    told: str = "",
    replaced: Sequence[dict[str, str]] = (),
) -> DocumentEmis:
    """The account of a stay as a paper that its resident reads, frozen on this day."""
    sejour = Sejour.objects.select_related("residence", "menage").get(pk=sejour.pk)
    contrat = current_contrats([sejour.pk]).get(sejour.pk)
    balance = balances([sejour.pk])[sejour.pk]
    with reading_as(None):
        shown = statement(sejour, start=start)
        deposit = statement(sejour, account=Ecriture.Account.DEPOT)
        data = {
            "title": "Relevé de compte",
            "place_and_date": place_and_date(sejour.residence, today()),
            "household": str(sejour.menage),
            "recipient_lines": recipients([contrat])[contrat.pk] if contrat else [str(sejour.menage)],
            "place": contrat.place.code if contrat else "",
            "start_on": start,
            "opening": shown.opening,
            "lines": [_statement_line(line) for line in shown.lines],
            "asked": shown.asked,
            "paid": shown.paid,
            "closing": shown.closing,
            "to_pay": some(balance.to_pay),
            "overdue": balance.overdue,
            "overdue_since": balance.overdue_since,
            "apl_awaited": some(balance.apl_awaited),
            "surplus": some(balance.surplus),
            "deposit_lines": [_statement_line(line) for line in deposit.lines],
            "deposit_held": balance.deposit_held,
            "deposit_to_pay": some(balance.deposit_to_pay),
            "told": told,
            "replaced": list(replaced),
        }
        document = issue_document(
            kind=DocumentEmis.Kind.RELEVE,
            residence=sejour.residence,
            menage=sejour.menage,
            template=RELEVE_TEMPLATE,
            data=data,
            by=by,
            target=sejour,
            replaces=replaces,
        )
    record("compte.statement", by=by, target=document, residence=sejour.residence, menage=sejour.menage)
    return document


def _statement_line(line: Any) -> dict[str, Any]:
    return {
        "on": line.on,
        "label": line.label,
        "detail": line.detail,
        "asked": line.asked,
        "paid": line.paid,
        "running": line.running,
    }


@transaction.atomic
def issue_quittances(
    *, by: User | None, residence: Residence, month: datetime.date
) -> tuple[list[Quittance], list[Quittance]]:
    """The receipts of a month, in order of letter boxes, and those of them that were missing until now.

    An avis has its quittance, else its reçus. Twice gives the same papers.
    """
    called = AvisEcheance.objects.called().filter(contrat__sejour__residence=residence, month=month)
    if not called.exists():
        raise ValidationError(f"Aucun avis d’échéance n’est confirmé pour {month:%m/%Y} dans {residence}.")
    paid = called.exclude(paid=0)
    # Two runs at once would both find the same ones missing.
    hold_accounts(paid.values_list("contrat__sejour", flat=True))
    new = issue_missing_receipts(by=by, avis=paid.values_list("pk", flat=True))
    if new:
        record("quittance.issue", by=by, residence=residence, month=month, count=len(new))
    return month_receipts(residence, month), new


def month_receipts(residence: Residence, month: datetime.date) -> list[Quittance]:
    """The live receipts of the avis of a month, in the order of the letter boxes."""
    rows = list(
        Quittance.objects.live()
        .filter(sejour__residence=residence, avis__month=month, avis__status__in=["confirmed", "sent"])
        .select_related("avis__contrat__place__logement", "document__residence", "sejour__menage")
        .order_by("pk")
    )
    complete = {row.avis_id for row in rows if row.kind == Quittance.Kind.QUITTANCE}
    kept = [row for row in rows if row.kind == Quittance.Kind.QUITTANCE or row.avis_id not in complete]
    return sorted(kept, key=lambda row: (box_order(row.avis.contrat.place), row.pk))
