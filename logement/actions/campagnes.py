"""The month's avis: prepared freely, confirmed once, undone as a whole until they are sent.

A résidence has one campaign at work at a time: its acts lock its row first. All that an act writes is in one
transaction: killed half way, it has written nothing.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from logement.actions.compte import check_open, counter_entry, lock_accounts, post_all, release, settle
from logement.actions.encaissements import refresh_stays
from logement.actions.quittances import cancel_receipts, issue_missing_receipts
from logement.models import (
    AvisEcheance,
    Campagne,
    ContratOccupation,
    Ecriture,
    LigneAvis,
    Quittance,
)
from logement.queries.campagnes import Anomaly, Owed, contracts_without_avis, owed_for_month
from logement.queries.compte import Balance, balances, place_and_date, recipients, some
from logement.rules.redevance import payable_until
from residence.actions.documents import current_modele, frozen, reserve_ranks
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Residence, User
from residence.models.base import today
from residence.rules.dates import add_months, month_end, month_start
from residence.rules.money import ZERO

# The avis of a month are confirmed from this day of it.
CONFIRM_FROM_DAY = 20
BATCH = 1000

AVIS_TEMPLATE = "logement/pdf/avis.html"
FACTURE_TEMPLATE = "logement/pdf/facture.html"

_BILLED_APART = frozenset({LigneAvis.Kind.OPTIONAL, LigneAvis.Kind.THIRD_PARTY})
_ENTRY_KINDS = {
    LigneAvis.Kind.OPTIONAL: Ecriture.Kind.PRESTATION,
    LigneAvis.Kind.THIRD_PARTY: Ecriture.Kind.PRESTATION,
    LigneAvis.Kind.INDEMNITE: Ecriture.Kind.INDEMNITE,
    LigneAvis.Kind.CORRECTION: Ecriture.Kind.CORRECTION,
    LigneAvis.Kind.REDUCTION: Ecriture.Kind.REDUCTION,
}
_ENTRY_LABELS = {
    Ecriture.Kind.REDEVANCE: "Redevance",
    Ecriture.Kind.PRESTATION: "Prestations facultatives",
    Ecriture.Kind.INDEMNITE: "Indemnité d’occupation",
    Ecriture.Kind.CORRECTION: "Correction",
    Ecriture.Kind.REDUCTION: "Réduction",
}


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
            f"Les avis de {month:%m/%Y} se confirment à partir du {first_day:%d/%m/%Y} : la redevance se paie à terme "
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
    last = Campagne.objects.filter(residence=residence, month=month).order_by("-rank").first()
    if last is not None and last.status == Campagne.Status.PREPARED:
        campagne, is_new = last, False
        _drop_prepared(campagne)
    else:
        campagne, is_new = Campagne(residence=residence, month=month, rank=last.rank + 1 if last else 0), True
    to_call = contracts_without_avis(residence, month).select_for_update(of=("self",), no_key=True)
    owed = owed_for_month(residence, month, to_call)
    lines = [one for one in owed if one.lines]
    anomalies = [anomaly for one in owed for anomaly in one.anomalies]
    if is_new and not lines and not anomalies:
        return Prepared(None)
    campagne.prepared_by, campagne.prepared_at = by, timezone.now()
    campagne.anomalies = [anomaly.as_json() for anomaly in anomalies]
    if is_new:
        campagne.full_clean()
    campagne.save()
    _write_prepared(campagne, lines)
    record("campagne.prepare", by=by, target=campagne, residence=residence, month=month, count=len(lines))
    return Prepared(campagne, len(lines), anomalies)


def _drop_prepared(campagne: Campagne) -> None:
    prepared = AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.PREPARED)
    LigneAvis.objects.filter(avis__in=prepared).delete()
    prepared.delete()


def _write_prepared(campagne: Campagne, owed: Sequence[Owed]) -> None:
    due_on = payable_until(campagne.month, issued_on=today())
    avis = AvisEcheance.objects.bulk_create(
        [
            AvisEcheance(
                contrat=one.contrat,
                campagne=campagne,
                month=campagne.month,
                start_on=one.start_on,
                end_on=one.end_on,
                due_on=due_on,
                total=one.total,
                housing=one.housing,
                apl_expected=one.apl_expected,
            )
            for one in owed
        ],
        batch_size=BATCH,
    )
    write_lines(zip(avis, owed, strict=True))


def write_lines(pairs: Any, *, reason: str = "") -> None:
    """The lines of new avis: pairs of an avis and of what has `.lines`."""
    LigneAvis.objects.bulk_create(
        [
            LigneAvis(
                avis=avis,
                kind=line.kind,
                label=line.label,
                start_on=line.start_on,
                end_on=line.end_on,
                monthly_amount=line.monthly_amount,
                amount=line.amount,
                reason=reason,
            )
            for avis, one in pairs
            for line in one.lines
        ],
        batch_size=BATCH * 2,
    )


@transaction.atomic
def drop_campagne(*, by: User | None, campagne: Campagne) -> None:
    """Take back a preparation: nothing of it was issued."""
    hold(campagne.residence)
    campagne = locked(campagne)
    if campagne.status != Campagne.Status.PREPARED:
        raise ValidationError("Cette campagne est confirmée : elle s’annule, elle ne se retire pas.")
    _drop_prepared(campagne)
    residence, month = campagne.residence, campagne.month
    record("campagne.drop", by=by, residence=residence, month=month, rank=campagne.rank)
    if AvisEcheance.objects.filter(campagne=campagne).exists():
        campagne.anomalies = []
        campagne.save(update_fields=["anomalies"])
    else:
        campagne.delete()


@transaction.atomic
def confirm_campagne(*, by: User | None, campagne: Campagne) -> Campagne:
    """Number, freeze and enter in the ledger the avis as they were prepared.

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
    contrats = ContratOccupation.objects.filter(avis__in=prepared).select_for_update(of=("self",), no_key=True)
    now_owed = {one.contrat.pk: _signature(one) for one in owed_for_month(residence, campagne.month, contrats)}
    late = contracts_without_avis(residence, campagne.month).exclude(
        pk__in=[anomaly["contrat"] for anomaly in campagne.anomalies]
    )
    changed = [
        avis.contrat.place.code
        for avis in prepared.select_related("contrat__place").prefetch_related("lignes")
        if _signature_of(avis) != now_owed.get(avis.contrat_id)
    ]
    changed += [contrat.place.code for contrat in late.select_related("place")]
    if changed:
        shown = ", ".join(sorted(changed)[:10]) + (" et d’autres" if len(changed) > 10 else "")
        raise ValidationError(
            f"Des faits ont changé depuis la préparation (places {shown}) : "
            "préparez à nouveau, regardez, puis confirmez."
        )
    return _confirm(campagne, by=by)


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
    prepared = prepare_campagne(by=by, residence=residence, month=month)
    if prepared.campagne is not None:
        if prepared.avis_count:
            _confirm(prepared.campagne, by=by)
        else:
            drop_campagne(by=by, campagne=prepared.campagne)
    return prepared


def _confirm(campagne: Campagne, *, by: User | None) -> Campagne:
    residence, month = campagne.residence, campagne.month
    avis = list(
        AvisEcheance.objects.filter(campagne=campagne, status=AvisEcheance.Status.PREPARED)
        .select_related("contrat__sejour__menage", "contrat__place__logement")
        .prefetch_related("contrat__sejour__residence")
        .order_by("contrat__place__code", "pk")
    )
    sejours = {one.contrat.sejour_id for one in avis}
    lock_accounts(sejours)
    due_on = payable_until(month, issued_on=today())
    for one in avis:
        one.due_on = due_on
    lines = _lines_of(avis)
    freeze_avis(residence, avis, lines, by=by)
    post_all(entries_of(avis, lines, dated_on=min(today(), month_end(month)), by=by))
    rows = AvisEcheance.objects.filter(pk__in=[one.pk for one in avis])
    rows.update(
        status=AvisEcheance.Status.CONFIRMED,
        confirmed_at=timezone.now(),
        due_on=due_on,
        document=Subquery(_documents(DocumentEmis.Kind.AVIS_ECHEANCE)),
        facture=Subquery(_documents(DocumentEmis.Kind.FACTURE)),
    )
    move(campagne, Campagne.Status.CONFIRMED)
    campagne.confirmed_by, campagne.confirmed_at = by, timezone.now()
    campagne.save(update_fields=["status", "confirmed_by", "confirmed_at"])
    settle(list(sejours), by=by)
    total = sum((one.total for one in avis), ZERO)
    record("campagne.confirm", by=by, target=campagne, residence=residence, month=month, count=len(avis), total=total)
    refresh_duties(residence)
    return campagne


def _documents(kind: DocumentEmis.Kind) -> Any:
    """The document of each avis, as it was just frozen."""
    content_type = ContentType.objects.get_for_model(AvisEcheance)
    rows = DocumentEmis.objects.filter(kind=kind, target_type=content_type, target_id=OuterRef("pk"))
    return rows.order_by("-pk").values("pk")[:1]


def _lines_of(avis: Sequence[AvisEcheance]) -> dict[int, list[LigneAvis]]:
    lines: dict[int, list[LigneAvis]] = defaultdict(list)
    for line in LigneAvis.objects.filter(avis__in=[one.pk for one in avis]).order_by("avis", "pk"):
        lines[line.avis_id].append(line)
    return lines


def entries_of(
    avis: Sequence[AvisEcheance], lines: dict[int, list[LigneAvis]], *, dated_on: datetime.date, by: User | None
) -> list[Ecriture]:
    """The entries of avis, one for each kind that their lines hold."""
    entries = []
    for one in avis:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in lines[one.pk]:
            sums[Ecriture.Kind.CORRECTION if one.rank else _ENTRY_KINDS.get(line.kind, Ecriture.Kind.REDEVANCE)] += (
                line.amount
            )
        for kind, amount in sums.items():
            what = f"Avis rectificatif n° {one.rank}" if one.rank else _ENTRY_LABELS[Ecriture.Kind(kind)]
            entries.append(
                Ecriture(
                    sejour=one.contrat.sejour,
                    kind=kind,
                    dated_on=dated_on,
                    amount=amount,
                    label=f"{what} de {one.month:%m/%Y}, à payer pour le {one.due_on:%d/%m/%Y}",
                    avis=one,
                    contrat_id=one.contrat_id,
                    recorded_by=by,
                )
            )
    return entries


def freeze_avis(
    residence: Residence,
    avis: Sequence[AvisEcheance],
    lines: dict[int, list[LigneAvis]],
    *,
    by: User | None,
    more: dict[str, Any] | None = None,
    replaces: DocumentEmis | None = None,
) -> list[DocumentEmis]:
    """The papers of avis, numbered and frozen as nobody in particular reads them; the invoices of their services."""
    day = today()
    before = balances({one.contrat.sejour_id for one in avis})
    with reading_as(None):
        addressed = recipients(one.contrat for one in avis)
        kind = DocumentEmis.Kind.AVIS_ECHEANCE
        modele = current_modele(residence, kind, day)
        ranks = reserve_ranks(residence, kind, day.year, count=len(avis))
        papers = [
            frozen(
                kind=kind,
                residence=residence,
                rank=rank,
                template=AVIS_TEMPLATE,
                data=_avis_data(one, lines[one.pk], before[one.contrat.sejour_id], addressed[one.contrat_id])
                | (more or {}),
                by=by,
                target=one,
                menage=one.contrat.sejour.menage,
                on=day,
                modele=modele,
                replaces=replaces,
            )
            for one, rank in zip(avis, ranks, strict=True)
        ]
        billed = [one for one in avis if any(line.kind in _BILLED_APART for line in lines[one.pk])]
        if billed:
            kind = DocumentEmis.Kind.FACTURE
            modele = current_modele(residence, kind, day)
            ranks = reserve_ranks(residence, kind, day.year, count=len(billed))
            papers += [
                frozen(
                    kind=kind,
                    residence=residence,
                    rank=rank,
                    template=FACTURE_TEMPLATE,
                    data=_facture_data(one, lines[one.pk], addressed[one.contrat_id]),
                    by=by,
                    target=one,
                    menage=one.contrat.sejour.menage,
                    on=day,
                    modele=modele,
                )
                for one, rank in zip(billed, ranks, strict=True)
            ]
    return DocumentEmis.objects.bulk_create(papers, batch_size=BATCH)


def _avis_data(
    avis: AvisEcheance, lines: Sequence[LigneAvis], before: Balance, recipient_lines: list[str]
) -> dict[str, Any]:
    """What the paper of an avis says. `before`: the account without this avis."""
    shown = [line for line in lines if line.kind not in _BILLED_APART]
    apart = sum((line.amount for line in lines if line.kind in _BILLED_APART), ZERO)
    is_indemnite = any(line.kind == LigneAvis.Kind.INDEMNITE for line in lines)
    title = "Avis d’échéance"
    if avis.rank:
        title = f"Avis rectificatif n° {avis.rank}"
    return {
        "title": title,
        "place_and_date": place_and_date(avis.contrat.sejour.residence, today()),
        "rank": avis.rank,
        "month": avis.month,
        "start_on": avis.start_on,
        "end_on": avis.end_on,
        "due_on": avis.due_on,
        "place": avis.contrat.place.code,
        "household": str(avis.contrat.sejour.menage),
        "recipient_lines": recipient_lines,
        "is_indemnite": is_indemnite,
        "is_whole_month": (avis.start_on, avis.end_on) == (avis.month, month_end(avis.month)),
        "lines": [_line_data(line) for line in shown],
        "redevance": avis.total - apart,
        "housing": avis.housing,
        "apart": some(apart),
        "total": avis.total,
        "apl_expected": some(avis.apl_expected),
        "to_pay": avis.net,
        "in_favour": -avis.net if avis.net < 0 else None,
        "before": some(before.to_pay),
        "ahead": some(before.surplus),
        "to_pay_in_all": max(ZERO, avis.net + before.to_pay - before.surplus),
        "overdue": some(before.overdue),
        "iban": avis.contrat.sejour.residence.iban,
        "payment_reference": f"{avis.contrat.place.code}-{avis.contrat.sejour_id}",
    }


def _facture_data(avis: AvisEcheance, lines: Sequence[LigneAvis], recipient_lines: list[str]) -> dict[str, Any]:
    billed = [line for line in lines if line.kind in _BILLED_APART]
    return {
        "title": "Facture de prestations facultatives",
        "place_and_date": place_and_date(avis.contrat.sejour.residence, today()),
        "month": avis.month,
        "due_on": avis.due_on,
        "place": avis.contrat.place.code,
        "household": str(avis.contrat.sejour.menage),
        "recipient_lines": recipient_lines,
        "lines": [_line_data(line) for line in billed],
        "total": sum((line.amount for line in billed), ZERO),
    }


def _line_data(line: LigneAvis) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "label": line.label,
        "start_on": line.start_on,
        "end_on": line.end_on,
        "monthly_amount": line.monthly_amount,
        "amount": line.amount,
        "reason": line.reason,
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
        raise ValidationError("Cette campagne est envoyée : ses avis se rectifient un par un.")
    move(campagne, Campagne.Status.PREPARED)
    check_open(campagne.residence, campagne.month, field="month")
    avis = list(
        AvisEcheance.objects.called()
        .filter(campagne=campagne)
        .select_related("contrat__sejour__residence")
        .order_by("pk")
    )
    if AvisEcheance.objects.live().filter(rectifies__in=avis).exists():
        raise ValidationError("Un avis de cette campagne est déjà rectifié : rectifiez les autres un par un.")
    lock_accounts(one.contrat.sejour_id for one in avis)
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
            reason=f"Avis de {campagne.month:%m/%Y} annulé : {reason.strip()}"[:200],
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
    refresh_duties(campagne.residence)
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
    lock_accounts(paid.values_list("contrat__sejour", flat=True))
    avis.update(status=AvisEcheance.Status.SENT)
    issue_missing_receipts(by=by, avis=paid.values_list("pk", flat=True))
    record("campagne.send", by=by, target=campagne, residence=campagne.residence, month=campagne.month, count=len(ids))
    return campagne
