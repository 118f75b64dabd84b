"""Correct an avis that the resident has already."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from logement.actions.campagnes import entries_of, freeze_avis, write_lines
from logement.actions.compte import lock_accounts, open_day, post_values, settle
from logement.actions.encaissements import refresh_stays
from logement.actions.quittances import issue_receipts
from logement.models import AvisEcheance, ContratOccupation, LigneAvis
from logement.queries.campagnes import owed_for_month
from logement.queries.compte import some
from logement.queries.owed import NewLine
from logement.rules.redevance import payable_until
from residence.actions.journal import record
from residence.bulk import reserve_keys
from residence.models import User
from residence.models.base import today
from residence.rules.money import ZERO


@dataclass
class Difference:
    """What an avis and its rectificatifs called for a month, what the facts now say, and the lines between the two."""

    called: Decimal = ZERO
    owed: Decimal = ZERO
    apl_called: Decimal = ZERO
    apl_owed: Decimal = ZERO
    lines: list[NewLine] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.owed - self.called

    @property
    def is_nil(self) -> bool:
        return not self.lines and self.apl_owed == self.apl_called


def differences(avis: AvisEcheance) -> Difference:
    """How what was called for the contract and month of an ordinary avis differs from what the facts now say."""
    contrat = avis.contrat
    rows = ContratOccupation.objects.filter(pk=contrat.pk)
    (owed,) = owed_for_month(contrat.sejour.residence, avis.month, rows)
    live = AvisEcheance.objects.called().filter(contrat=contrat, month=avis.month)
    called: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    known: dict[tuple[str, str], Any] = {}
    # What the CAF took back is owed whatever the facts of the month say.
    lines = LigneAvis.objects.filter(avis__in=live).exclude(kind=LigneAvis.Kind.APL_OVERPAID)
    for line in lines.order_by("avis__rank", "pk"):
        called[(line.kind, line.label)] += line.amount
        known[(line.kind, line.label)] = line
    now: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in owed.lines:
        now[(line.kind, line.label)] += line.amount
        known[(line.kind, line.label)] = line
    result = Difference(
        called=sum(called.values(), ZERO),
        owed=owed.total,
        apl_called=avis.apl_expected,
        # Once the CAF has paid for the month, what it paid counts, not what was expected of it.
        apl_owed=owed.apl_expected if avis.apl_received is None else avis.apl_expected,
        blocked=[anomaly.text for anomaly in owed.anomalies if anomaly.is_blocking],
    )
    for key, line in known.items():
        amount = now[key] - called[key]
        if amount:
            result.lines.append(NewLine(key[0], key[1], line.start_on, line.end_on, line.monthly_amount, amount))
    return result


@transaction.atomic
def rectify_avis(*, by: User | None, avis: AvisEcheance, reason: str) -> AvisEcheance:
    """Issue an avis rectificatif: the lines by which what was called differs from what the facts now say.

    Below zero, it is a credit that settles the avis it corrects, then other debts, then the avis to come. Due eight
    days after its issue when the month is over. The APL expected is put right on the ordinary avis while none is
    received. ValidationError when nothing differs, and when something blocks the calculation.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi cet avis est rectifié : le résident le lira."})
    contrat = (
        ContratOccupation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sejour__residence", "sejour__menage", "place")
        .get(pk=avis.contrat_id)
    )
    sejour = lock_accounts([contrat.sejour_id])[contrat.sejour_id]
    avis = AvisEcheance.objects.select_for_update(of=("self",)).select_related("document").get(pk=avis.pk)
    if avis.rank or avis.status not in (AvisEcheance.Status.CONFIRMED, AvisEcheance.Status.SENT):
        raise ValidationError("On rectifie un avis d’échéance confirmé, pas un autre.")
    avis.contrat = contrat
    found = differences(avis)
    if found.blocked:
        raise ValidationError([f"Le calcul est impossible : {text}." for text in found.blocked])
    if found.is_nil:
        raise ValidationError("Rien n’a changé depuis cet avis : il n’y a rien à rectifier.")
    if found.apl_owed != found.apl_called:
        AvisEcheance.objects.filter(pk=avis.pk).update(apl_expected=found.apl_owed)
    last = AvisEcheance.objects.filter(contrat=contrat, month=avis.month).aggregate(last=Max("rank"))["last"]
    (key,) = reserve_keys(AvisEcheance, 1)
    rectificatif = AvisEcheance(
        pk=key,
        contrat=contrat,
        month=avis.month,
        rank=last + 1,
        rectifies=avis,
        status=AvisEcheance.Status.CONFIRMED,
        confirmed_at=timezone.now(),
        start_on=min((line.start_on for line in found.lines), default=avis.start_on),
        end_on=max((line.end_on for line in found.lines), default=avis.end_on),
        due_on=payable_until(avis.month, issued_on=today()),
        total=found.total,
        housing=sum((line.amount for line in found.lines if line.kind in LigneAvis.HOUSING), ZERO),
        reason=reason.strip(),
    )
    rectificatif.full_clean(exclude=["document", "facture"])
    change = found.total + found.apl_called - found.apl_owed
    lines = {rectificatif.pk: found.lines}
    freeze_avis(
        sejour.residence,
        [rectificatif],
        lines,
        by=by,
        replaces=avis.document,
        more={
            "reason": reason.strip(),
            "corrects": avis.document.number if avis.document else "",
            "called": found.called,
            "owed": found.owed,
            "apl_called": found.apl_called,
            "apl_expected": some(found.apl_owed),
            "apl_changes": found.apl_owed != found.apl_called,
            "to_pay": change,
            "in_favour": -change if change < 0 else None,
        },
    )
    rectificatif.save(force_insert=True)
    write_lines(lines, reason=reason.strip())
    day = open_day(sejour.residence, today())
    post_values(sejour.residence, entries_of([rectificatif], lines, dated_on=day, by=by), dated_on=day)
    written = settle([sejour.pk], by=by)
    issue_receipts(by=by, avis={row.avis_id for row in written})
    record(
        "avis.rectify",
        by=by,
        target=rectificatif,
        residence=sejour.residence,
        menage=sejour.menage,
        month=avis.month,
        rank=rectificatif.rank,
        total=found.total,
    )
    refresh_stays({sejour.pk})
    return rectificatif
