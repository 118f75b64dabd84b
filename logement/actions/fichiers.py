"""Take in the CAF's list and the bank's statement: columns said once, lines recognised with their reason, then entered.

Nothing is entered by itself: a line is ready when what it says names one stay alone, and waits for a person otherwise.
"""

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from logement.actions.apl import take_back_apl
from logement.actions.compte import open_day
from logement.actions.encaissements import Payment, record_encaissements
from logement.actions.lignes_fichier import bank_rows, check_account, close_when_done, write_apl, write_bank
from logement.actions.prelevements import reject_ligne
from logement.models import (
    ColonnesFichier,
    Encaissement,
    FichierPaiements,
    LigneFichier,
    LigneRemise,
    Sejour,
)
from logement.queries.rapprochement import (
    applied_fingerprints,
    awaited_apl,
    residences_of_account,
)
from logement.rules import bordereau, releve
from logement.rules.bordereau import caf_key, share
from logement.rules.releve import Statement, iban_key
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.imports import Sheet, text_from
from residence.models import Menage, Residence, User
from residence.models.base import bulk_set, today
from residence.permissions import Permission
from residence.rules.colonnes import Champs, bare
from residence.rules.dates import add_days, iter_months, month_start
from residence.rules.money import ZERO

Kind = FichierPaiements.Kind
St = FichierPaiements.Status
L = LigneFichier.Status
Nature = LigneFichier.Nature
Match = LigneFichier.Match

# Lines of one file; entered at once, so that the answer comes within a few seconds.
LINES = 20_000
AT_ONCE = 1_000
FIELDS: dict[str, Champs] = {Kind.APL: bordereau.CHAMPS, Kind.BANK: releve.CHAMPS}
_KEYS = uuid.UUID("5f0c7f38-6a55-4f0e-9c39-0f4c4f6f8f11")
_METHOD_CAF = "caf"
_PAID = bordereau.Nature.PAYMENT


@dataclass(frozen=True)
class Choice:
    """What a person said of a line. `what`: how it was paid, or the deposit; `months`: those of an APL."""

    ligne: int
    sejour: int | None = None
    what: str = ""
    months: tuple[datetime.date, datetime.date] | None = None
    left_out: bool = False


# Open


def account_of(kind: str, residence: Residence) -> str:
    """What names the sender of a file: the IBAN of the account, or the résidence for the CAF. ValidationError."""
    if kind == Kind.APL:
        return residence.code
    if not residence.iban:
        raise ValidationError(
            {
                "residence": f"Notez d’abord l’IBAN de {residence} (Administration › Résidences) : "
                "il dit si le relevé est bien le sien."
            }
        )
    return iban_key(residence.iban)


def remembered(kind: str, account: str) -> dict[str, str]:
    """What the titles of this sender's files were said to hold."""
    kept = ColonnesFichier.objects.filter(kind=kind, account=account).first()
    return dict(kept.columns) if kept else {}


@transaction.atomic
def open_fichier(
    *,
    by: User,
    residence: Residence,
    kind: str,
    file_name: str,
    content: bytes,
    sheet: Sheet | None = None,
    month: datetime.date | None = None,
    paid_on: datetime.date | None = None,
) -> tuple[FichierPaiements, bool]:
    """Keep a file, and whether it is new. `sheet`: its table, None for a CAMT.053, whose lines are read at once."""
    account = account_of(kind, residence)
    Residence.objects.select_for_update(of=("self",), no_key=True).get(pk=residence.pk)
    sha256 = hashlib.sha256(content).hexdigest()
    same = FichierPaiements.objects.filter(kind=kind, account=account, sha256=sha256).exclude(status=St.ABANDONED)
    existing = same.first()
    if existing is not None:
        if (existing.month or month) != month:
            raise ValidationError({"month": f"Ce fichier est déjà importé pour {existing.month:%m/%Y}."})
        return existing, False
    statement = None if sheet is not None else _statement(content, account)
    fichier = FichierPaiements(
        residence=residence,
        kind=kind,
        month=month_start(month) if month and kind == Kind.APL else None,
        paid_on=paid_on if kind == Kind.APL else None,
        account=account,
        file_name=file_name[:200],
        sha256=sha256,
        opened_by=by,
    )
    if sheet is not None:
        fichier.heads = list(sheet.heads)
        fichier.rows = [[line.number, [_text(cell) for cell in line.cells]] for line in sheet.lines]
        guessed = FIELDS[kind].guess(sheet.heads, remembered(kind, account))
        fichier.columns = {str(rank): code for rank, code in guessed.items()}
    fichier.full_clean()
    fichier.save()
    if statement is not None:
        move(fichier, St.REVIEW)
        fichier.save(update_fields=["status"])
        write_bank(by, fichier, list(enumerate(statement.entries, 1)))
    _journal("fichier.open", by, fichier, nature=kind)
    refresh_duties(fichier)
    return fichier, True


def _text(cell: Any) -> str:
    try:
        return text_from(cell)[:1000]
    except ValueError:
        return str(cell)[:1000]


def _statement(content: bytes, account: str) -> Statement:
    """The lines of a CAMT.053 of this account. ValidationError for another account's, and for what is no statement."""
    try:
        statements = releve.camt_statements(content)
    except ValueError as error:
        raise ValidationError({"file": error.args[0]}) from error
    for one in statements:
        check_account(one.iban, account)
    entries = [entry for one in statements for entry in one.entries]
    if not entries:
        raise ValidationError({"file": "Ce relevé ne contient aucune opération comptabilisée."})
    if len(entries) > LINES:
        raise ValidationError({"file": f"Ce relevé a plus de {LINES} opérations : demandez-le en plusieurs périodes."})
    return Statement(account, statements[0].identification, entries)


# Columns, and the lines that they give


@transaction.atomic
def say_columns(*, by: User, fichier: FichierPaiements, columns: Mapping[int, str]) -> FichierPaiements:
    """Say what each column holds, remember it for this sender, read the lines and recognise them."""
    fichier = locked(fichier)
    if fichier.status not in (St.COLUMNS, St.REVIEW) or not fichier.heads:
        raise ValidationError("Les colonnes de ce fichier ne changent plus.")
    if fichier.lignes.filter(status=L.APPLIED).exists():
        raise ValidationError("Des lignes sont déjà passées en compte : les colonnes ne changent plus.")
    if faults := _faults_of(fichier.kind, columns):
        raise ValidationError(faults)
    fichier.columns = {str(rank): code for rank, code in columns.items()}
    if fichier.status == St.COLUMNS:
        move(fichier, St.REVIEW)
    fichier.save(update_fields=["columns", "status"])
    said = {bare(head): columns.get(rank, "") for rank, head in enumerate(fichier.heads) if bare(head)}
    ColonnesFichier.objects.update_or_create(
        kind=fichier.kind,
        account=fichier.account,
        defaults={
            "columns": remembered(fichier.kind, fichier.account) | said,
            "updated_by": by,
            "updated_at": timezone.now(),
        },
    )
    fichier.lignes.all().delete()
    rows = [
        (number, {code: cells[rank].strip() for rank, code in columns.items() if code and rank < len(cells)})
        for number, cells in fichier.rows
    ]
    if fichier.kind == Kind.APL:
        write_apl(by, fichier, rows)
    else:
        write_bank(by, fichier, bank_rows(fichier, rows))
    _journal("fichier.edit", by, fichier, columns=sorted(filter(None, columns.values())))
    refresh_duties(fichier)
    return fichier


def _faults_of(kind: str, columns: Mapping[int, str]) -> list[str]:
    held = set(columns.values()) - {""}
    said = FIELDS[kind].doubled(columns)
    if kind == Kind.APL:
        if "caf_number" not in held and "full_name" not in held and not {"last_name", "first_names"} <= held:
            said.append("Dites quelle colonne porte le numéro d’allocataire, ou le nom et le prénom.")
        if not held & {"amount", "recall", "overpaid"}:
            said.append("Dites quelle colonne porte le montant versé.")
    else:
        if "dated_on" not in held:
            said.append("Dites quelle colonne porte la date.")
        if not held & {"amount", "credit"}:
            said.append("Dites quelle colonne porte le montant, ou le crédit.")
        if not held & {"label", "payer"}:
            said.append("Dites quelle colonne porte le libellé, ou le payeur.")
    return said


# Decide


@transaction.atomic
def decide_fichier(*, by: User, fichier: FichierPaiements, choices: Iterable[Choice]) -> int:
    """Say whose each line is, what it is, or that it is left out; how many changed. Entered lines stay as they are."""
    fichier = locked(fichier)
    if fichier.status not in (St.REVIEW, St.DONE):
        raise ValidationError("Ce fichier ne se corrige plus.")
    said = {choice.ligne: choice for choice in choices}
    open_rows = fichier.lignes.open_to(by).filter(pk__in=said, status__in=[L.TO_DECIDE, L.READY, L.LEFT_OUT])
    allowed = set(
        Sejour.objects.visible_to(by, Permission.ENCAISSEMENT_RECORD)
        .filter(pk__in={one.sejour for one in said.values() if one.sejour})
        .filter(residence__in=residences_of_account(fichier.residence))
        .values_list("pk", flat=True)
    )
    changed = 0
    for ligne in open_rows.select_for_update(of=("self",)):
        changed += _decide(by, ligne, said[ligne.pk], allowed)
    if changed:
        _journal("fichier.decide", by, fichier, lines=changed)
    close_when_done(fichier)
    refresh_duties(fichier)
    return changed


def _decide(by: User, ligne: LigneFichier, said: Choice, allowed: set[int]) -> int:
    before = (ligne.status, ligne.sejour_id, ligne.method, ligne.is_deposit, ligne.first_month, ligne.last_month)
    if said.left_out:
        if ligne.status != L.LEFT_OUT:
            move(ligne, L.LEFT_OUT)
    elif ligne.nature == Nature.RETURN:
        if ligne.status != L.READY:
            move(ligne, L.READY)
    elif said.sejour in allowed and ligne.amount > 0:
        if ligne.sejour_id != said.sejour:
            ligne.matched_by, ligne.reason = Match.PERSON, f"choisi par {by.get_full_name() or by}"[:300]
        ligne.sejour_id = said.sejour
        if ligne.nature == Nature.OTHER:
            ligne.nature = Nature.PAYMENT
        if ligne.status != L.READY:
            move(ligne, L.READY)
    elif ligne.status == L.LEFT_OUT:
        move(ligne, L.TO_DECIDE)
    if said.what and ligne.fichier.kind == Kind.BANK:
        ligne.is_deposit = said.what == "deposit"
        ligne.method = Encaissement.Method.TRANSFER if ligne.is_deposit else said.what
    if said.months and ligne.fichier.kind == Kind.APL:
        ligne.first_month, ligne.last_month = said.months
    after = (ligne.status, ligne.sejour_id, ligne.method, ligne.is_deposit, ligne.first_month, ligne.last_month)
    if before == after:
        return 0
    ligne.decided_by, ligne.decided_at = by, timezone.now()
    ligne.full_clean(exclude=["fichier", "sejour", "decided_by"])
    ligne.save()
    return 1


# Enter


@dataclass(frozen=True)
class Applied:
    """Lines entered, their sum, and how many ready ones still wait."""

    done: int = 0
    total: Decimal = ZERO
    left: int = 0


@transaction.atomic
def apply_fichier(*, by: User, fichier: FichierPaiements, most: int = AT_ONCE) -> Applied:
    """Enter the ready lines in the accounts, all or none; sent twice, each is entered once.

    A payment dated in a closed month is entered on the first day that the books take.
    """
    fichier = locked(fichier)
    if fichier.status not in (St.REVIEW, St.DONE):
        raise ValidationError("Dites d’abord ce que contiennent les colonnes.")
    rows = fichier.lignes.filter(status=L.READY).select_for_update(of=("self",)).order_by("number", "part")
    ready = list(rows[: most + 1])
    lignes, left = ready[:most], max(0, fichier.lignes.filter(status=L.READY).count() - most)
    if not lignes:
        return Applied()
    done = applied_fingerprints(fichier.account, [ligne.fingerprint for ligne in lignes])
    again = [ligne for ligne in lignes if ligne.fingerprint in done]
    for ligne in again:
        ligne.status, ligne.reason = L.ALREADY, "Déjà passée en compte, par un autre fichier."
    lignes = [ligne for ligne in lignes if ligne.fingerprint not in done]
    bulk_set(again, ["status", "reason"])
    sejours = Sejour.objects.in_bulk({ligne.sejour_id for ligne in lignes})
    residences = Residence.objects.in_bulk({sejour.residence_id for sejour in sejours.values()})
    awaited = awaited_apl(sejours, until=fichier.month) if fichier.month else {}
    payments = []
    for ligne in lignes:
        sejour = sejours[ligne.sejour_id]
        day = open_day(residences[sejour.residence_id], ligne.dated_on or today())
        if ligne.nature == Nature.OVERPAID:
            _take_back(by, ligne, sejour, day)
        elif ligne.nature == Nature.RETURN:
            for debit in LigneRemise.objects.filter(end_to_end=ligne.end_to_end):
                reject_ligne(by=by, ligne=debit, on=ligne.dated_on or today(), code=ligne.return_code)
        else:
            payments += _payments(ligne, sejour, day, awaited)
    record_encaissements(payments, by=by)
    at = timezone.now()
    for ligne in lignes:
        ligne.status, ligne.applied_by, ligne.applied_at = L.APPLIED, by, at
    bulk_set(lignes, ["status", "applied_by", "applied_at", "avis"])
    _learn_numbers(by, lignes, sejours)
    total = sum((-ligne.amount if ligne.nature == Nature.OVERPAID else ligne.amount for ligne in lignes), ZERO)
    _journal("fichier.apply", by, fichier, lines=len(lignes), total=total)
    close_when_done(fichier)
    refresh_duties(fichier)
    return Applied(len(lignes), total, left)


def _payments(
    ligne: LigneFichier, sejour: Sejour, day: datetime.date, awaited: dict[int, dict[datetime.date, Decimal]]
) -> list[Payment]:
    if ligne.fichier.kind == Kind.BANK:
        payer = ligne.payer if ligne.method != Encaissement.Method.TRANSFER else ""
        return [
            Payment(
                sejour,
                _not_before(sejour, day),
                ligne.amount,
                ligne.method or Encaissement.Method.TRANSFER,
                payer=payer,
                reference=ligne.reference or ligne.label[:100],
                is_deposit=ligne.is_deposit,
                key=_key(ligne, ""),
                ligne=ligne.pk,
            )
        ]
    first: Any = ligne.first_month or ligne.fichier.month
    last: Any = ligne.last_month or first
    parts = share(ligne.amount, list(iter_months(first, last)), awaited.get(sejour.pk, {}))
    return [
        Payment(
            sejour,
            _not_before(sejour, day),
            amount,
            Encaissement.Method.APL,
            payer="CAF ou MSA",
            for_month=month,
            key=_key(ligne, f"{month:%Y-%m}"),
            ligne=ligne.pk,
            is_recall=ligne.nature == Nature.RECALL or month < (ligne.fichier.month or month),
        )
        for month, amount in parts.items()
    ]


def _not_before(sejour: Sejour, day: datetime.date) -> datetime.date:
    """A deposit may come before the first day; the action refuses what is before the signature."""
    return day if day >= add_days(sejour.start_on, -60) else sejour.start_on


def _key(ligne: LigneFichier, what: str) -> uuid.UUID:
    return uuid.uuid5(_KEYS, f"{ligne.account}|{ligne.fingerprint}|{what}")


def _take_back(by: User, ligne: LigneFichier, sejour: Sejour, day: datetime.date) -> None:
    first: Any = ligne.first_month or ligne.fichier.month
    months = list(iter_months(first, ligne.last_month or first))
    for month, amount in share(ligne.amount, months, {}).items():
        ligne.avis = take_back_apl(by=by, sejour=sejour, month=month, amount=amount, on=day)


def _learn_numbers(by: User, lignes: Sequence[LigneFichier], sejours: Mapping[int, Sejour]) -> None:
    """Keep the number of allocataire of households recognised otherwise: the next list finds them by it."""
    told = {
        sejours[ligne.sejour_id].menage_id: ligne.caf_number.strip()[:15]
        for ligne in lignes
        if caf_key(ligne.caf_number) and ligne.matched_by in (Match.NAME, Match.PERSON)
    }
    rows = list(Menage.objects.filter(pk__in=told, caf_number="").only("pk", "caf_number"))
    for menage in rows:
        menage.caf_number = told[menage.pk]
    bulk_set(rows, ["caf_number"])
    for menage in rows:
        record("menage.edit", by=by, target=menage, menage=menage, fields=["caf_number"])


@transaction.atomic
def drop_fichier(*, by: User, fichier: FichierPaiements) -> FichierPaiements:
    """Abandon a file of which no line is entered."""
    fichier = locked(fichier)
    if fichier.lignes.filter(status=L.APPLIED).exists():
        raise ValidationError("Des lignes sont déjà passées en compte : annulez les paiements un par un.")
    move(fichier, St.ABANDONED)
    fichier.save(update_fields=["status"])
    _journal("fichier.drop", by, fichier)
    refresh_duties(fichier)
    return fichier


def _journal(action: str, by: User, fichier: FichierPaiements, **details: Any) -> None:
    record(action, by=by, target=fichier, residence=fichier.residence, **details)
