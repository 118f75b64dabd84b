"""The APL paid to the manager: what the CAF takes back, and the departures that it is told of."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from logement.actions.campagnes import entries_of, freeze_avis, write_lines
from logement.actions.compte import counter_entry, lock_accounts, open_day, post_all, post_values, release, settle
from logement.actions.encaissements import refresh_stays
from logement.actions.quittances import cancel_receipts, issue_missing_receipts, issue_receipts, issue_statement
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    DroitApl,
    Ecriture,
    LigneAvis,
    Quittance,
    Sejour,
    SignalementDepart,
)
from logement.queries.owed import NewLine
from logement.rules.bordereau import right_ends_on
from logement.rules.redevance import payable_until
from residence.actions.journal import record
from residence.bulk import reserve_keys
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today
from residence.rules.dates import month_end, month_start
from residence.rules.money import ZERO, euros


@transaction.atomic
def take_back_apl(
    *, by: User | None, sejour: Sejour, month: datetime.date, amount: Decimal, on: datetime.date
) -> AvisEcheance:
    """Ask the resident for an APL that the CAF or the MSA has taken back from the manager for a past month.

    An avis rectificatif of that month with one line, its entry dated on its own; due like any rectificatif. The
    quittance of the month no longer says the truth: it is cancelled, and a statement takes its place.
    """
    month = month_start(month)
    contrats = ContratOccupation.objects.filter(avis__month=month, avis__rank=0, sejour=sejour).distinct()
    contrat = (
        ContratOccupation.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=contrats.values("pk"))
        .select_related("sejour__residence", "sejour__menage", "place")
        .order_by("start_on")
        .first()
    )
    sejour = lock_accounts([sejour.pk])[sejour.pk]
    ordinary = (
        AvisEcheance.objects.called().filter(contrat=contrat, month=month, rank=0).select_related("document").first()
        if contrat
        else None
    )
    if contrat is None or ordinary is None:
        raise ValidationError(
            f"Aucun avis d’échéance de {month:%m/%Y} pour ce séjour : dites de quel mois est repris le trop-perçu."
        )
    rows = AvisEcheance.objects.filter(contrat=contrat, month=month)
    called = AvisEcheance.objects.called().filter(contrat=contrat, month=month).aggregate(sum=Sum("total"))["sum"]
    (key,) = reserve_keys(AvisEcheance, 1)
    start, end = max(month, ordinary.start_on), min(month_end(month), ordinary.end_on)
    lines = {
        key: [
            NewLine(
                LigneAvis.Kind.APL_OVERPAID,
                "APL reprise par la CAF ou la MSA",
                start,
                end,
                amount,
                amount,
            )
        ]
    }
    rectificatif = AvisEcheance(
        pk=key,
        contrat=contrat,
        month=month,
        rank=rows.aggregate(last=Max("rank"))["last"] + 1,
        rectifies=ordinary,
        status=AvisEcheance.Status.CONFIRMED,
        confirmed_at=timezone.now(),
        start_on=start,
        end_on=end,
        due_on=payable_until(month, issued_on=today()),
        total=amount,
        # A part of loyer and charges that the APL no longer pays.
        housing=amount,
        reason=f"La CAF ou la MSA a repris {euros(amount)} d’APL versés pour {month:%m/%Y}.",
    )
    rectificatif.full_clean(exclude=["document", "facture"])
    freeze_avis(
        sejour.residence,
        [rectificatif],
        lines,
        by=by,
        replaces=ordinary.document,
        more={
            "reason": rectificatif.reason,
            "corrects": ordinary.document.number if ordinary.document else "",
            "called": called or ZERO,
            "owed": called or ZERO,
            "overpaid": amount,
            "to_pay": amount,
            "in_favour": None,
        },
    )
    rectificatif.save(force_insert=True)
    write_lines(lines, reason=rectificatif.reason)
    day = open_day(sejour.residence, on)
    post_values(sejour.residence, entries_of([rectificatif], lines, dated_on=day, by=by), dated_on=day)
    gone = Quittance.objects.live().filter(avis=ordinary, kind=Quittance.Kind.QUITTANCE)
    cancel_receipts(
        by=by,
        quittances=list(gone),
        reason=rectificatif.reason,
        told=f"{rectificatif.reason} La quittance de ce mois sera refaite une fois ce montant payé.",
    )
    written = settle([sejour.pk], by=by)
    issue_receipts(by=by, avis={row.avis_id for row in written})
    record(
        "apl.take_back",
        by=by,
        target=rectificatif,
        residence=sejour.residence,
        menage=sejour.menage,
        month=month,
        amount=amount,
    )
    refresh_stays({sejour.pk})
    return rectificatif


@transaction.atomic
def cancel_take_back(*, by: User, avis: AvisEcheance, reason: str) -> AvisEcheance:
    """Undo an APL asked back by mistake: a counter-entry, the avis rectificatif cancelled, a statement that says so.

    What was paid on it settles the account again; the quittance of the month is issued anew. Twice changes nothing.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi cette reprise est annulée : le résident le lira."})
    contrat = (
        ContratOccupation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sejour__residence", "sejour__menage")
        .get(pk=avis.contrat_id)
    )
    sejour = lock_accounts([contrat.sejour_id])[contrat.sejour_id]
    avis = (
        AvisEcheance.objects.select_for_update(of=("self",))
        .select_related("document__residence", "rectifies", "contrat__sejour__residence")
        .get(pk=avis.pk)
    )
    if avis.status == AvisEcheance.Status.CANCELLED:
        return avis
    if not is_take_back(avis):
        raise ValidationError("Cet avis n’est pas une reprise d’APL : il se rectifie, il ne s’annule pas.")
    release(by=by, avis=[avis])
    entries = Ecriture.objects.filter(avis=avis, reverses=None, reversed_by=None).select_related("sejour__residence")
    day = open_day(sejour.residence, today())
    post_all(counter_entry(entry, by=by, dated_on=day) for entry in entries.order_by("pk"))
    avis.status, avis.cancelled_at = AvisEcheance.Status.CANCELLED, timezone.now()
    avis.save(update_fields=["status", "cancelled_at"])
    told = f"La reprise d’APL de {avis.month:%m/%Y} est annulée : {reason.strip()}"
    receipts = list(Quittance.objects.live().filter(avis=avis).select_related("sejour"))
    if receipts:
        cancel_receipts(by=by, quittances=receipts, reason=told[:200], told=told)
    else:
        number = avis.document.number if avis.document else ""
        replaced = [{"label": avis.kind_label, "number": number}]
        issue_statement(by=by, sejour=sejour, replaces=avis.document, told=told, replaced=replaced)
    written = settle([sejour.pk], by=by)
    issue_missing_receipts(by=by, avis={avis.rectifies_id} | {row.avis_id for row in written} - {None})
    record(
        "apl.cancel",
        by=by,
        target=avis,
        residence=sejour.residence,
        menage=sejour.menage,
        month=avis.month,
        amount=avis.total,
        reason=reason.strip(),
    )
    refresh_stays({sejour.pk})
    return avis


def is_take_back(avis: AvisEcheance) -> bool:
    """Whether an avis asks for an APL that the CAF or the MSA took back."""
    return avis.rank > 0 and avis.lignes.filter(kind=LigneAvis.Kind.APL_OVERPAID).exists()


@transaction.atomic
def report_departure(
    *, by: User, sejour: Sejour, left_on: datetime.date, reported_on: datetime.date, is_death: bool = False
) -> SignalementDepart:
    """Keep that a departure was told to the CAF or the MSA, and end the APL expected as the law ends it.

    Again for the same stay: put right. ValidationError for a day to come, or before the stay.
    """
    sejour = Sejour.objects.select_for_update(of=("self",), no_key=True).get(pk=sejour.pk)
    if reported_on > today():
        raise ValidationError({"reported_on": "Cette date est à venir : notez le signalement une fois fait."})
    if left_on < sejour.start_on:
        raise ValidationError({"left_on": f"Le séjour commence le {sejour.start_on:%d/%m/%Y}."})
    last = right_ends_on(left_on=left_on, is_death=is_death)
    for droit in DroitApl.objects.select_for_update().filter(sejour=sejour, status=DroitApl.Status.GRANTED):
        if droit.end_on is not None and droit.end_on <= last:
            continue
        if last < droit.start_on:
            # Nothing was due under it: it stays, without an amount.
            droit.status, droit.monthly_amount = DroitApl.Status.SUSPENDED, ZERO
        else:
            droit.end_on = last
        droit.recorded_by, droit.recorded_at = by, timezone.now()
        droit.full_clean()
        droit.save()
    kept, _ = SignalementDepart.objects.update_or_create(
        sejour=sejour,
        defaults={
            "left_on": left_on,
            "is_death": is_death,
            "reported_on": reported_on,
            "reported_by": by,
            "reported_at": timezone.now(),
        },
    )
    record(
        "apl.report_departure",
        by=by,
        target=sejour,
        residence=sejour.residence,
        menage=sejour.menage,
        left_on=left_on,
        reported_on=reported_on,
    )
    refresh_duties(sejour)
    return kept
