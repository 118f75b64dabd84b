"""The month's avis: prepared freely, confirmed once, undone as a whole until they are sent.

A résidence has one campaign at work at a time: its acts lock its row first. All that an act writes is in one
transaction: killed half way, it has written nothing.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.actions.compte import check_open, counter_entry, hold_accounts, post_all, post_values, release, settle
from logement.actions.confirmations_live import live_confirmation
from logement.actions.encaissements import refresh_stays
from logement.actions.quittances import cancel_receipts, issue_missing_receipts
from logement.actions.situations import keep_situations
from logement.models import (
    AvisEcheance,
    Campagne,
    ContratOccupation,
    Ecriture,
    LigneAvis,
    Quittance,
)
from logement.queries.campagnes import contracts_without_avis, owed_for_month
from logement.queries.compte import Balance, balances, place_and_date, recipients
from logement.queries.owed import Anomaly, NewLine, Owed
from logement.queries.prelevements import announced_debits
from logement.rules.redevance import payable_until
from residence.actions.documents import Batch
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.bulk import reserve_keys, write_all, write_values
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Residence, User
from residence.models.base import today
from residence.rules.dates import add_months, month_end, month_start
from residence.rules.money import ZERO

# The avis of a month are confirmed from this day of it.
CONFIRM_FROM_DAY = 20

AVIS_TEMPLATE = "logement/pdf/avis.html"
FACTURE_TEMPLATE = "logement/pdf/facture.html"

# What a campaign changes of the duties of its résidence.
DUTIES = ("campagne.confirm", "mois.close", "remise.make")

_BILLED_APART = frozenset({LigneAvis.Kind.OPTIONAL, LigneAvis.Kind.THIRD_PARTY})
_ENTRY_KINDS = {
    LigneAvis.Kind.OPTIONAL: Ecriture.Kind.PRESTATION,
    LigneAvis.Kind.THIRD_PARTY: Ecriture.Kind.PRESTATION,
    LigneAvis.Kind.INDEMNITE: Ecriture.Kind.INDEMNITE,
    LigneAvis.Kind.CORRECTION: Ecriture.Kind.CORRECTION,
    LigneAvis.Kind.REDUCTION: Ecriture.Kind.REDUCTION,
}
_RECTIFIED_KINDS = {LigneAvis.Kind.APL_OVERPAID: Ecriture.Kind.APL_OVERPAID}
_ENTRY_LABELS = {
    Ecriture.Kind.REDEVANCE: "Redevance",
    Ecriture.Kind.PRESTATION: "Prestations facultatives",
    Ecriture.Kind.INDEMNITE: "Indemnité d’occupation",
    Ecriture.Kind.CORRECTION: "Correction",
    Ecriture.Kind.REDUCTION: "Réduction",
    Ecriture.Kind.APL_OVERPAID: "APL reprise par la CAF ou la MSA",
}


# Told of the step that begins, and of how many avis are through it.
Tell = Callable[[str, int], None]


def _silent(step: str, done: int) -> None:
    """Nobody is watching."""


@dataclass
class Prepared:
    """What a preparation has found: the campaign (None when there is nothing to call) and what stands in the way."""

    campagne: Campagne | None
    avis_count: int = 0
    anomalies: list[Anomaly] = field(default_factory=list)

    @property
    def blocked(self) -> list[Anomaly]:
        return [anomaly for anomaly in self.anomalies if anomaly.is_blocking]


def hold(residence: Residence) -> Residence:
    """The résidence, locked: its campaigns are worked on one act at a time."""
    rows = Residence.objects.select_for_update(of=("self",), no_key=True)
    held: Residence = rows.get(pk=residence.pk)
    return held


def check_no_confirmation(residence: Residence) -> None:
    """Refuse to change what a worker is confirming."""
    if live_confirmation(residence) is not None:
        raise ValidationError("La confirmation de la campagne est en cours : attendez sa fin.")


def check_month(residence: Residence, month: datetime.date) -> None:
    """Refuse a month for which no avis may be prepared: closed, before the books begin, more than a month ahead."""
    check_open(residence, month_end(month), field="month")
    if month > add_months(month_start(today()), 1):
        raise ValidationError({"month": "Une campagne se prépare au plus un mois à l’avance."})


def check_confirmable(residence: Residence, month: datetime.date) -> None:
    """Refuse to confirm before the 20th of the month, or once it is closed."""
    first_day = month.replace(day=CONFIRM_FROM_DAY)
    if today() < first_day:
        raise ValidationError(
            f"Les avis de {month:%m/%Y} se confirment à partir du {first_day:%d/%m/%Y} : la redevance se paie à terme "
            "échu, et l’avis tient compte des entrées et des sorties du mois."
        )
    check_open(residence, month_end(month), field="month")


@transaction.atomic
def prepare_campagne(*, by: User | None, residence: Residence, month: datetime.date) -> Prepared:
    """Work out the avis of every contract of the month that has none: no number, no entry, redone as often as wanted.

    The campaign of the month, or a complementary one after it. Contracts that a blocking anomaly leaves out are named
    in `anomalies`, and stay to be called.
    """
    month = month_start(month)
    residence = hold(residence)
    check_month(residence, month)
    check_no_confirmation(residence)
    campagne, owed = _to_call(residence, month)
    lines = [one for one in owed if one.lines]
    anomalies = [anomaly for one in owed for anomaly in one.anomalies]
    if campagne.pk is None and not lines and not anomalies:
        return Prepared(None)
    _save_prepared(campagne, anomalies, by=by)
    _write_prepared(campagne, lines)
    record("campagne.prepare", by=by, target=campagne, residence=residence, month=month, count=len(lines))
    return Prepared(campagne, len(lines), anomalies)


def _to_call(residence: Residence, month: datetime.date) -> tuple[Campagne, list[Owed]]:
    """The campaign at work for the month, emptied, or a new one, not saved; what every contract without avis owes."""
    last = Campagne.objects.filter(residence=residence, month=month).order_by("-rank").first()
    if last is not None and last.status == Campagne.Status.PREPARED:
        campagne = last
        campagne.residence = residence
        _drop_prepared(campagne)
    else:
        campagne = Campagne(residence=residence, month=month, rank=last.rank + 1 if last else 0)
    to_call = contracts_without_avis(residence, month).select_for_update(of=("self",), no_key=True)
    return campagne, owed_for_month(residence, month, to_call)


def _save_prepared(campagne: Campagne, anomalies: Sequence[Anomaly], *, by: User | None) -> None:
    campagne.prepared_by, campagne.prepared_at = by, timezone.now()
    campagne.anomalies = [anomaly.as_json() for anomaly in anomalies]
    campagne.save()


def _drop_prepared(campagne: Campagne) -> None:
    prepared = AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.PREPARED)
    LigneAvis.objects.filter(avis__in=prepared).delete()
    prepared.delete()


def _write_prepared(campagne: Campagne, owed: Sequence[Owed]) -> None:
    due_on = payable_until(campagne.month, issued_on=today())
    avis = write_all([_new_avis(campagne, one, due_on=due_on) for one in owed])
    write_lines({row.pk: one.lines for row, one in zip(avis, owed, strict=True)})


def _new_avis(campagne: Campagne, one: Owed, *, due_on: datetime.date, **fields: Any) -> AvisEcheance:
    return AvisEcheance(
        contrat=one.contrat,
        campagne=campagne,
        month=campagne.month,
        start_on=one.start_on,
        end_on=one.end_on,
        due_on=due_on,
        total=one.total,
        housing=one.housing,
        apl_expected=one.apl_expected,
        **fields,
    )


def write_lines(lines: Mapping[int, Sequence[NewLine]], *, reason: str = "") -> None:
    """Write the lines of avis, by the key of the avis."""
    write_values(
        LigneAvis,
        ("avis_id", "kind", "label", "start_on", "end_on", "monthly_amount", "amount", "reason"),
        (
            (
                key,
                line.kind,
                line.label,
                line.start_on,
                line.end_on,
                line.monthly_amount,
                line.amount,
                line.reason or reason,
            )
            for key, of_avis in lines.items()
            for line in of_avis
        ),
    )


@transaction.atomic
def drop_campagne(*, by: User | None, campagne: Campagne) -> None:
    """Take back a preparation: nothing of it was issued."""
    check_no_confirmation(hold(campagne.residence))
    campagne = locked(campagne)
    if campagne.status != Campagne.Status.PREPARED:
        raise ValidationError("Cette campagne est confirmée : elle s’annule, elle ne se retire pas.")
    _drop_prepared(campagne)
    residence, month = campagne.residence, campagne.month
    record("campagne.drop", by=by, residence=residence, month=month, rank=campagne.rank)
    if AvisEcheance.objects.filter(campagne=campagne).exists():
        campagne.anomalies = []
        campagne.save(update_fields=["anomalies"])
    else:
        campagne.confirmations.all().delete()
        campagne.delete()


@transaction.atomic
def confirm_campagne(*, by: User | None, campagne: Campagne, tell: Tell = _silent) -> Campagne:
    """Number, freeze and enter in the ledger the avis as they were prepared. `tell`: who watches.

    ValidationError when a fact has changed since: what was looked at is what is confirmed.
    """
    residence = hold(campagne.residence)
    campagne = locked(campagne)
    if campagne.status != Campagne.Status.PREPARED:
        raise ValidationError(f"Cette campagne est déjà {campagne.get_status_display()}.")
    check_confirmable(residence, campagne.month)
    prepared = AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.PREPARED)
    if not prepared.exists():
        raise ValidationError("Il n’y a aucun avis à confirmer.")
    tell("faits relus", 0)
    contrats = ContratOccupation.objects.filter(avis__in=prepared).select_for_update(of=("self",), no_key=True)
    owed = owed_for_month(residence, campagne.month, contrats)
    now_owed = {one.contrat.pk: _signature(one) for one in owed}
    late = contracts_without_avis(residence, campagne.month).exclude(
        pk__in=[anomaly["contrat"] for anomaly in campagne.anomalies]
    )
    seen = list(prepared.select_related("contrat__place").prefetch_related("lignes"))
    changed = [avis.contrat.place.code for avis in seen if _signature_of(avis) != now_owed.get(avis.contrat_id)]
    changed += [contrat.place.code for contrat in late.select_related("place")]
    if changed:
        shown = ", ".join(sorted(changed)[:10]) + (" et d’autres" if len(changed) > 10 else "")
        raise ValidationError(
            f"Des faits ont changé depuis la préparation (places {shown}) : "
            "préparez à nouveau, regardez, puis confirmez."
        )
    _drop_prepared(campagne)
    return _issue(campagne, owed, by=by, keys={avis.contrat_id: avis.pk for avis in seen}, tell=tell)


def _signature(one: Owed) -> tuple[Any, ...]:
    lines = sorted((line.kind, line.label, line.start_on, line.end_on, line.amount) for line in one.lines)
    return (one.apl_expected, *lines)


def _signature_of(avis: AvisEcheance) -> tuple[Any, ...]:
    lines = sorted((line.kind, line.label, line.start_on, line.end_on, line.amount) for line in avis.lignes.all())
    return (avis.apl_expected, *lines)


@transaction.atomic
def issue_avis(*, by: User | None, residence: Residence, month: datetime.date) -> Prepared:
    """Prepare and confirm the avis of the month for every contract that has none; never sends.

    Safe twice, at once, or killed half way: the second finds what is left to do, often nothing.
    """
    month = month_start(month)
    residence = hold(residence)
    check_month(residence, month)
    check_confirmable(residence, month)
    campagne, owed = _to_call(residence, month)
    lines = [one for one in owed if one.lines]
    anomalies = [anomaly for one in owed for anomaly in one.anomalies]
    if not lines:
        if campagne.pk:
            drop_campagne(by=by, campagne=campagne)
        return Prepared(None, 0, anomalies)
    _save_prepared(campagne, anomalies, by=by)
    _issue(campagne, lines, by=by, keys={})
    return Prepared(campagne, len(lines), anomalies)


def _issue(
    campagne: Campagne, owed: Sequence[Owed], *, by: User | None, keys: dict[int, int], tell: Tell = _silent
) -> Campagne:
    """Write avis confirmed at once, with their papers and entries. `keys`: the key that a contract's avis had."""
    residence, month = campagne.residence, campagne.month
    now, due_on = timezone.now(), payable_until(month, issued_on=today())
    hold_accounts(one.contrat.sejour_id for one in owed)
    new_keys = iter(reserve_keys(AvisEcheance, sum(one.contrat.pk not in keys for one in owed)))
    avis = [
        _new_avis(
            campagne,
            one,
            due_on=due_on,
            pk=keys.get(one.contrat.pk) or next(new_keys),
            status=AvisEcheance.Status.CONFIRMED,
            confirmed_at=now,
        )
        for one in owed
    ]
    lines = {row.pk: one.lines for row, one in zip(avis, owed, strict=True)}
    debits = announced_debits([one.contrat.pk for one in owed], month, issued_on=today())
    for row in avis:
        if row.contrat_id in debits and row.net > 0:
            row.collect_on = debits[row.contrat_id]["on"]
    freeze_avis(residence, avis, lines, by=by, debits=debits, tell=tell)
    tell("écritures dans les comptes", len(avis))
    write_all(avis)
    write_lines(lines)
    day = min(today(), month_end(month))
    post_values(residence, entries_of(avis, lines, dated_on=day, by=by), dated_on=day)
    move(campagne, Campagne.Status.CONFIRMED)
    campagne.confirmed_by, campagne.confirmed_at = by, now
    campagne.save(update_fields=["status", "confirmed_by", "confirmed_at"])
    tell("imputation des avances", len(avis))
    settle([one.contrat.sejour_id for one in avis], by=by)
    total = sum((one.total for one in avis), ZERO)
    record("campagne.confirm", by=by, target=campagne, residence=residence, month=month, count=len(avis), total=total)
    refresh_duties(residence, *DUTIES)
    return campagne


def entries_of(
    avis: Sequence[AvisEcheance], lines: Mapping[int, Sequence[NewLine]], *, dated_on: datetime.date, by: User | None
) -> list[tuple[Any, ...]]:
    """The entries of avis, one for each kind that their lines hold, as the values of `ENTRY_FIELDS`."""
    entries: list[tuple[Any, ...]] = []
    by_id, now, account = by.pk if by else None, timezone.now(), Ecriture.Account.REDEVANCE
    said: dict[tuple[Any, ...], str] = {}
    for one in avis:
        sums: dict[str, Decimal] = {}
        for line in lines[one.pk]:
            if one.rank:
                kind = _RECTIFIED_KINDS.get(line.kind, Ecriture.Kind.CORRECTION)
            else:
                kind = _ENTRY_KINDS.get(line.kind, Ecriture.Kind.REDEVANCE)
            sums[kind] = sums.get(kind, ZERO) + line.amount
        for kind, amount in sums.items():
            if not amount:
                continue
            key = (kind, one.rank, one.month, one.due_on)
            label = said.get(key)
            if label is None:
                is_rectified = one.rank and kind == Ecriture.Kind.CORRECTION
                what = f"Avis rectificatif n° {one.rank}" if is_rectified else _ENTRY_LABELS[Ecriture.Kind(kind)]
                label = said[key] = f"{what} de {one.month:%m/%Y}, à payer pour le {one.due_on:%d/%m/%Y}"
            contrat = one.contrat
            row = (contrat.sejour_id, account, kind, dated_on, amount, label, one.pk, contrat.pk, by_id, now)
            entries.append(row)
    return entries


def freeze_avis(
    residence: Residence,
    avis: Sequence[AvisEcheance],
    lines: Mapping[int, Sequence[NewLine]],
    *,
    by: User | None,
    more: dict[str, Any] | None = None,
    replaces: DocumentEmis | None = None,
    debits: Mapping[int, dict[str, Any]] | None = None,
    tell: Tell = _silent,
) -> None:
    """Number, freeze and write the papers of avis, as nobody in particular reads them, and the invoices of services.

    The avis have their keys, and get their papers; they are written by the caller. `debits`: by contract, what is told
    of a direct debit.
    """
    day = today()
    before = balances({one.contrat.sejour_id for one in avis})
    billed = [one for one in avis if any(line.kind in _BILLED_APART for line in lines[one.pk])]
    with reading_as(None):
        addressed = recipients(one.contrat for one in avis)
        begins = place_and_date(residence, day)
        common: dict[str, Any] = {"by": by, "on": day, "residence": residence, "of": AvisEcheance}
        papers = Batch(kind=DocumentEmis.Kind.AVIS_ECHEANCE, template=AVIS_TEMPLATE, count=len(avis), **common)
        for done, one in enumerate(avis):
            tell("avis numérotés", done)
            sejour = one.contrat.sejour
            data = _avis_data(one, lines[one.pk], before[sejour.pk], addressed[one.contrat_id], begins)
            # Announced fourteen days before: the avis is the direct debit's pre-notification.
            data["debit"] = (debits or {}).get(one.contrat_id) if one.collect_on else None
            if more:
                data |= more
            key = papers.add(data, target_id=one.pk, menage_id=sejour.menage_id, replaces=replaces)
            one.document_id = key  # type: ignore[attr-defined]
        papers.write()
        if billed:
            papers = Batch(kind=DocumentEmis.Kind.FACTURE, template=FACTURE_TEMPLATE, count=len(billed), **common)
            for one in billed:
                data = _facture_data(one, lines[one.pk], addressed[one.contrat_id], begins)
                key = papers.add(data, target_id=one.pk, menage_id=one.contrat.sejour.menage_id)
                one.facture_id = key  # type: ignore[attr-defined]
            papers.write()


def _avis_data(
    avis: AvisEcheance, lines: Sequence[NewLine], before: Balance, recipient_lines: list[str], begins: str
) -> dict[str, Any]:
    """What the paper of an avis says. `before`: the account without this avis; `begins`: place and date."""
    apart = sum((line.amount for line in lines if line.kind in _BILLED_APART), ZERO)
    sejour = avis.contrat.sejour
    net = avis.net
    return {
        "title": f"Avis rectificatif n° {avis.rank}" if avis.rank else "Avis d’échéance",
        "place_and_date": begins,
        "rank": avis.rank,
        "month": avis.month.isoformat(),
        "start_on": avis.start_on.isoformat(),
        "end_on": avis.end_on.isoformat(),
        "due_on": avis.due_on.isoformat(),
        "place": avis.contrat.place.code,
        "household": str(sejour.menage),
        "recipient_lines": recipient_lines,
        "is_indemnite": any(line.kind == LigneAvis.Kind.INDEMNITE for line in lines),
        "is_whole_month": (avis.start_on, avis.end_on) == (avis.month, month_end(avis.month)),
        "lines": [line.frozen for line in lines if line.kind not in _BILLED_APART],
        "redevance": str(avis.total - apart),
        "housing": str(avis.housing),
        "apart": _some(apart),
        "total": str(avis.total),
        "apl_expected": _some(avis.apl_expected),
        "to_pay": str(net),
        "in_favour": str(-net) if net < 0 else None,
        "before": _some(before.to_pay),
        "ahead": _some(before.surplus),
        "to_pay_in_all": str(max(ZERO, net + before.to_pay - before.surplus)),
        "overdue": _some(before.overdue),
        "iban": sejour.residence.iban,
        "payment_reference": f"{avis.contrat.place.code}-{sejour.pk}",
    }


def _some(amount: Decimal) -> str | None:
    """An amount as frozen data holds it, None when it is nil: a template tells the two apart."""
    return str(amount) if amount else None


def _facture_data(
    avis: AvisEcheance, lines: Sequence[NewLine], recipient_lines: list[str], begins: str
) -> dict[str, Any]:
    billed = [line for line in lines if line.kind in _BILLED_APART]
    return {
        "title": "Facture de prestations facultatives",
        "place_and_date": begins,
        "month": avis.month.isoformat(),
        "due_on": avis.due_on.isoformat(),
        "place": avis.contrat.place.code,
        "household": str(avis.contrat.sejour.menage),
        "recipient_lines": recipient_lines,
        "lines": [line.frozen for line in billed],
        "total": str(sum((line.amount for line in billed), ZERO)),
    }


@transaction.atomic
def undo_campagne(*, by: User | None, campagne: Campagne, reason: str) -> Campagne:
    """Take back a confirmed campaign as a whole: a counter-entry an entry, every avis cancelled, numbers burnt.

    What was paid on these avis becomes money ahead on the account, and settles the avis to come; receipts that rest on
    them no longer stand, and a statement replaces them. The campaign goes back to preparation, empty. ValidationError
    once it is sent, in a closed month, or where one of its avis was rectified.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la campagne est annulée."})
    hold(campagne.residence)
    campagne = locked(campagne)
    if campagne.status == Campagne.Status.SENT:
        raise ValidationError("Cette campagne est envoyée : ses avis se rectifient un par un.")
    move(campagne, Campagne.Status.PREPARED)
    check_open(campagne.residence, campagne.month, field="month")
    avis = list(
        AvisEcheance.objects.called()
        .filter(campagne=campagne)
        .select_related("contrat__sejour__residence")
        .order_by("pk")
    )
    if AvisEcheance.objects.live().filter(rectifies__in=avis).exists():
        raise ValidationError("Un avis de cette campagne est déjà rectifié : rectifiez les autres un par un.")
    hold_accounts(one.contrat.sejour_id for one in avis)
    release(by=by, avis=avis)
    entries = Ecriture.objects.filter(avis__in=avis, reverses=None, reversed_by=None)
    post_all(
        counter_entry(entry, by=by, dated_on=entry.dated_on)
        for entry in entries.select_related("sejour__residence").order_by("pk")
    )
    by_stay: dict[int, list[Quittance]] = defaultdict(list)
    for quittance in Quittance.objects.live().filter(avis__in=avis).select_related("sejour"):
        by_stay[quittance.sejour_id].append(quittance)
    rows = AvisEcheance.objects.filter(pk__in=[one.pk for one in avis])
    rows.update(status=AvisEcheance.Status.CANCELLED, cancelled_at=timezone.now())
    for quittances in by_stay.values():
        cancel_receipts(
            by=by,
            quittances=quittances,
            reason=f"Avis de {campagne.month:%m/%Y} annulé : {reason.strip()}"[:200],
            told=f"L’avis d’échéance de {campagne.month:%m/%Y} est annulé et sera refait. "
            "Ce que vous avez payé reste à votre compte.",
        )
    campagne.confirmed_by = campagne.confirmed_at = None
    campagne.anomalies = []
    campagne.save(update_fields=["status", "confirmed_by", "confirmed_at", "anomalies"])
    record(
        "campagne.undo",
        by=by,
        target=campagne,
        residence=campagne.residence,
        month=campagne.month,
        count=len(avis),
        receipts=sum(map(len, by_stay.values())),
        reason=reason.strip(),
    )
    refresh_duties(campagne.residence, *DUTIES)
    keep_situations({one.contrat.sejour_id for one in avis}, by=by)
    refresh_stays({one.contrat.sejour_id for one in avis})
    return campagne


@transaction.atomic
def send_campagne(*, by: User | None, campagne: Campagne) -> Campagne:
    """Say that the avis have gone to the residents: from now on they are only corrected. Receipts follow."""
    hold(campagne.residence)
    campagne = locked(campagne)
    move(campagne, Campagne.Status.SENT)
    campagne.sent_by, campagne.sent_at = by, timezone.now()
    campagne.save(update_fields=["status", "sent_by", "sent_at"])
    avis = AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.CONFIRMED)
    ids = list(avis.values_list("pk", flat=True))
    paid = AvisEcheance.objects.filter(pk__in=ids).exclude(paid=0)
    hold_accounts(paid.values_list("contrat__sejour", flat=True))
    avis.update(status=AvisEcheance.Status.SENT)
    issue_missing_receipts(by=by, avis=paid.values_list("pk", flat=True))
    record("campagne.send", by=by, target=campagne, residence=campagne.residence, month=campagne.month, count=len(ids))
    return campagne
