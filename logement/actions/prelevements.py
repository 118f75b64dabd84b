"""Direct debit: mandates prepared, signed, revoked; remises made once, entered, and what the bank sends back."""

import datetime
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from logement.actions.encaissements import Payment, cancel_encaissement, record_encaissements, refresh_stays
from logement.models import (
    AvisEcheance,
    ContratOccupation,
    Encaissement,
    LigneRemise,
    MandatPrelevement,
    RemisePrelevement,
)
from logement.pain008 import Debit, pain008
from logement.queries.compte import place_and_date
from logement.rules.prelevement import (
    ENDING_REJECTS,
    REJECTS,
    collected_on,
    ics_is_valid,
    rum_of,
)
from logement.rules.releve import Reject, iban_key
from residence.actions.documents import issue_document
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.confidentiality import reading_as
from residence.duties import refresh_duties
from residence.models import DocumentEmis, Residence, User
from residence.models.base import bulk_set, today
from residence.rules.dates import add_days, month_start
from residence.rules.money import ZERO

MANDAT_TEMPLATE = "logement/pdf/mandat_sepa.html"
# A bank wants the file before the day of collection.
BANK_DAYS = 2
_KEYS = uuid.UUID("1e1fd7b6-4a5b-4bb4-8d0b-8b0c8a8ff6b1")
St = RemisePrelevement.Status


def checked_iban(text: str) -> str:
    """An IBAN without spaces, its form and key checked. ValidationError at `iban`."""
    key = iban_key(text)
    try:
        return str(IBAN(key))
    except (SchwiftyException, ValueError) as error:
        raise ValidationError({"iban": "Cet IBAN est faux : un chiffre manque ou est inversé. Relisez-le."}) from error


def check_creditor(residence: Residence) -> None:
    """Refuse what cannot be collected for: a résidence without its IBAN or its identifier of creditor."""
    missing = []
    if not residence.iban:
        missing.append("l’IBAN")
    if not ics_is_valid(residence.ics):
        missing.append("l’identifiant créancier (ICS)")
    if missing:
        raise ValidationError(
            f"Notez d’abord {' et '.join(missing)} de {residence} (Administration › Résidences) : "
            "le prélèvement en dépend."
        )


@transaction.atomic
def create_mandat(*, by: User, contrat: ContratOccupation, holder: str, iban: str) -> MandatPrelevement:
    """Prepare a mandate and its form to sign. ValidationError for a wrong IBAN, or a contract that has one."""
    contrat = (
        ContratOccupation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("sejour__residence", "sejour__menage", "place")
        .get(pk=contrat.pk)
    )
    residence = contrat.sejour.residence
    check_creditor(residence)
    if contrat.status not in ContratOccupation.OCCUPYING | {ContratOccupation.Status.TO_SIGN}:
        raise ValidationError("Ce contrat ne court pas : un mandat s’attache à un contrat en cours.")
    rank = MandatPrelevement.objects.filter(contrat=contrat).count() + 1
    mandat = MandatPrelevement(
        contrat=contrat,
        rum=rum_of(residence.code, contrat.pk, rank),
        ics="".join(residence.ics.split()).upper(),
        holder=" ".join(holder.split()),
        iban=checked_iban(iban),
        created_by=by,
    )
    mandat.full_clean(exclude=["document"])
    with reading_as(by):
        mandat.document = issue_document(
            kind=DocumentEmis.Kind.MANDAT_SEPA,
            residence=residence,
            menage=contrat.sejour.menage,
            template=MANDAT_TEMPLATE,
            data={
                "title": "Mandat de prélèvement SEPA",
                "place_and_date": place_and_date(residence, today()),
                "household": str(contrat.sejour.menage),
                "place": contrat.place.code,
                "rum": mandat.rum,
                "ics": mandat.ics,
                "creditor": residence.organisme,
                "creditor_lines": residence.address_lines,
                "holder": mandat.holder,
                "holder_lines": [f"Place {contrat.place.code}", *residence.address_lines],
                "iban": " ".join(mandat.iban[at : at + 4] for at in range(0, len(mandat.iban), 4)),
                "recipient_lines": [],
            },
            by=by,
            target=contrat,
        )
    mandat.save()
    _journal("mandat.create", by, mandat)
    refresh_duties(mandat)
    return mandat


@transaction.atomic
def sign_mandat(*, by: User, mandat: MandatPrelevement, signed_on: datetime.date) -> MandatPrelevement:
    """Keep that a mandate was signed: from the next avis on, it is collected under it."""
    mandat = locked(mandat)
    if mandat.revoked_on is not None:
        raise ValidationError("Ce mandat est révoqué : préparez-en un nouveau.")
    if signed_on > today():
        raise ValidationError({"signed_on": "Cette date est à venir."})
    if mandat.last_collected_on is not None:
        raise ValidationError("Ce mandat a déjà servi : sa date de signature ne change plus.")
    mandat.signed_on = signed_on
    mandat.full_clean(exclude=["document", "contrat"])
    mandat.save(update_fields=["signed_on"])
    _journal("mandat.sign", by, mandat, signed_on=signed_on)
    refresh_duties(mandat)
    return mandat


@transaction.atomic
def revoke_mandat(*, by: User | None, mandat: MandatPrelevement, on: datetime.date, reason: str) -> MandatPrelevement:
    """End a mandate: terms announced under it and not handed to the bank are the resident's to pay again."""
    mandat = locked(mandat)
    if mandat.revoked_on is not None:
        return mandat
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi le mandat est révoqué."})
    mandat.revoked_on, mandat.revoked_reason = max(on, mandat.signed_on or on), reason.strip()[:200]
    mandat.full_clean(exclude=["document", "contrat"])
    mandat.save(update_fields=["revoked_on", "revoked_reason"])
    announced = AvisEcheance.objects.filter(contrat=mandat.contrat_id, collect_on__isnull=False)
    announced.exclude(prelevements__dropped=False).update(collect_on=None)
    _journal("mandat.revoke", by, mandat, reason=reason.strip())
    refresh_duties(mandat)
    refresh_stays({mandat.contrat.sejour_id})
    return mandat


def to_collect(residence: Residence, month: datetime.date) -> list[tuple[AvisEcheance, MandatPrelevement]]:
    """The avis of a month that live mandates let collect, and that no live remise holds."""
    avis = (
        AvisEcheance.objects.called()
        .filter(contrat__sejour__residence=residence, month=month_start(month), total__gt=0)
        .exclude(prelevements__dropped=False)
        .with_to_pay()
        .filter(to_pay__gt=0)
        .select_related("contrat__sejour__menage", "contrat__place")
        .order_by("contrat__place__code", "pk")
    )
    mandats = {
        one.contrat_id: one for one in MandatPrelevement.objects.live().filter(contrat__in=avis.values("contrat"))
    }
    return [
        (one, mandats[one.contrat_id])
        for one in avis
        if one.contrat_id in mandats and _usable(mandats[one.contrat_id], one)
    ]


def _usable(mandat: MandatPrelevement, avis: AvisEcheance) -> bool:
    until = mandat.usable_until
    return until is not None and _day_of(avis) <= until


def _day_of(avis: Any) -> datetime.date:
    """The day the term is collected: as announced, else by the rule, and never before a bank can."""
    issued_on = timezone.localdate(avis.confirmed_at) if avis.confirmed_at else today()
    return max(avis.collect_on or collected_on(avis.month, issued_on=issued_on), add_days(today(), BANK_DAYS))


@transaction.atomic
def make_remise(*, by: User | None, residence: Residence, month: datetime.date) -> RemisePrelevement | None:
    """Make the file of what is to be collected for a month; None when nothing new is.

    Twice, or two at once: the second finds nothing left. ValidationError when the résidence cannot collect.
    """
    residence = Residence.objects.select_for_update(of=("self",), no_key=True).get(pk=residence.pk)
    month = month_start(month)
    found = to_collect(residence, month)
    if not found:
        return None
    check_creditor(residence)
    day = max(_day_of(avis) for avis, _ in found)
    rank = RemisePrelevement.objects.filter(residence=residence, month=month).count() + 1
    message_id = f"{residence.code.upper()[:20]}-{month:%Y%m}-{rank}"
    remise = RemisePrelevement(
        residence=residence,
        month=month,
        collected_on=day,
        message_id=message_id,
        count=len(found),
        total=sum((avis.to_pay for avis, _ in found), ZERO),
        made_by=by,
    )
    lignes = [
        LigneRemise(
            remise=remise,
            avis=avis,
            mandat=mandat,
            amount=avis.to_pay,
            end_to_end=f"{message_id}-{avis.pk}"[-35:],
            is_first=mandat.last_collected_on is None,
        )
        for avis, mandat in found
    ]
    content = pain008(
        creditor=residence.organisme,
        iban=iban_key(residence.iban),
        ics="".join(residence.ics.split()).upper(),
        message_id=message_id,
        collected_on=day,
        debits=[
            Debit(
                ligne.mandat.holder,
                ligne.mandat.iban,
                ligne.amount,
                ligne.mandat.rum,
                ligne.mandat.signed_on or day,
                ligne.is_first,
                f"Redevance {month:%m/%Y} {ligne.avis.contrat.place.code}",
                ligne.end_to_end,
            )
            for ligne in lignes
        ],
    )
    remise.content, remise.sha256 = content.decode(), hashlib.sha256(content).hexdigest()
    remise.full_clean(exclude=["made_by"])
    remise.save()
    for ligne in lignes:
        ligne.remise_id = remise.pk
    LigneRemise.objects.bulk_create(lignes, batch_size=2000)
    AvisEcheance.objects.filter(pk__in=[avis.pk for avis, _ in found]).update(collect_on=day)
    record(
        "remise.make", by=by, target=remise, residence=residence, month=month, count=remise.count, total=remise.total
    )
    refresh_duties(remise)
    refresh_duties(residence)
    return remise


@transaction.atomic
def book_remise(*, by: User | None, remise: RemisePrelevement) -> RemisePrelevement:
    """Enter the debits of a remise in the accounts, on the day they were collected; twice enters once."""
    remise = locked(remise)
    if remise.status == St.BOOKED:
        return remise
    if remise.collected_on > today():
        raise ValidationError(f"Cette remise est prélevée le {remise.collected_on:%d/%m/%Y} : passez-la ce jour-là.")
    lignes = list(remise.lignes.live().select_related("avis__contrat__sejour", "mandat").order_by("pk"))
    payments = record_encaissements(
        [
            Payment(
                ligne.avis.contrat.sejour,
                remise.collected_on,
                ligne.amount,
                Encaissement.Method.DEBIT,
                reference=ligne.end_to_end,
                chosen=(ligne.avis_id,),
                key=uuid.uuid5(_KEYS, ligne.end_to_end),
            )
            for ligne in lignes
        ],
        by=by,
    )
    for ligne, payment in zip(lignes, payments, strict=True):
        ligne.encaissement = payment
        ligne.mandat.last_collected_on = remise.collected_on
    bulk_set(lignes, ["encaissement"])
    bulk_set([ligne.mandat for ligne in lignes], ["last_collected_on"])
    move(remise, St.BOOKED)
    remise.booked_by, remise.booked_at = by, timezone.now()
    remise.save(update_fields=["status", "booked_by", "booked_at"])
    record("remise.book", by=by, target=remise, residence=remise.residence, count=len(lignes), total=remise.total)
    refresh_duties(remise)
    return remise


@transaction.atomic
def cancel_remise(*, by: User, remise: RemisePrelevement, reason: str) -> RemisePrelevement:
    """Give up a remise that the bank was not given: its terms may be collected again."""
    remise = locked(remise)
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi cette remise est annulée."})
    move(remise, St.CANCELLED)
    remise.cancelled_reason = reason.strip()[:200]
    remise.save(update_fields=["status", "cancelled_reason"])
    remise.lignes.update(dropped=True)
    record("remise.cancel", by=by, target=remise, residence=remise.residence, reason=reason.strip())
    refresh_duties(remise)
    return remise


@transaction.atomic
def reject_ligne(*, by: User, ligne: LigneRemise, on: datetime.date, code: str = "", reason: str = "") -> LigneRemise:
    """Bring back a debit that the bank refused: its payment is cancelled, the term owed again, without fee.

    Twice changes nothing. After a code that ends the mandate, the mandate is revoked.
    """
    ligne = locked(ligne)
    if ligne.dropped:
        return ligne
    said = reason.strip() or REJECTS.get(code, "motif non communiqué par la banque")
    if on > today():
        raise ValidationError({"on": "Cette date est à venir."})
    if ligne.encaissement_id and ligne.encaissement is not None and ligne.encaissement.cancelled_at is None:
        cancel_encaissement(
            by=by, encaissement=ligne.encaissement, reason=f"prélèvement rejeté par la banque : {said}"[:200]
        )
    ligne.dropped = True
    ligne.rejected_on, ligne.rejected_code, ligne.rejected_reason, ligne.rejected_by = on, code, said[:200], by
    ligne.save(update_fields=["dropped", "rejected_on", "rejected_code", "rejected_reason", "rejected_by"])
    AvisEcheance.objects.filter(pk=ligne.avis_id).update(collect_on=None)
    if code in ENDING_REJECTS:
        revoke_mandat(by=by, mandat=ligne.mandat, on=on, reason=f"prélèvement rejeté : {said}")
    sejour = ligne.avis.contrat.sejour
    record(
        "prelevement.reject",
        by=by,
        target=ligne.remise,
        residence=sejour.residence,
        menage=sejour.menage,
        amount=ligne.amount,
        code=code,
    )
    refresh_stays({sejour.pk})
    return ligne


def reject_all(
    *, by: User, remise: RemisePrelevement, rejects: Sequence[Reject], on: datetime.date
) -> tuple[int, list[str]]:
    """Bring back what a file of the bank says was sent back; how many, and the references of no debit of the remise."""
    by_reference = {one.end_to_end: one for one in remise.lignes.all()}
    unknown, done = [], 0
    with transaction.atomic():
        for reject in rejects:
            ligne = by_reference.get(reject.end_to_end)
            if ligne is None:
                unknown.append(reject.end_to_end or "sans référence")
            elif not ligne.dropped:
                reject_ligne(by=by, ligne=ligne, on=on, code=reject.code, reason=reject.words)
                done += 1
    return done, unknown


def _journal(action: str, by: User | None, mandat: MandatPrelevement, **details: Any) -> None:
    sejour = mandat.contrat.sejour
    record(action, by=by, target=mandat, residence=sejour.residence, menage=sejour.menage, rum=mandat.rum, **details)
