"""The lines of the CAF's list and of the bank's statement: read, recognised with their reason, numbered and written.

Nothing is entered here: a line that names one stay alone is ready, another waits for a person.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from logement.models import (
    Encaissement,
    FichierPaiements,
    LigneFichier,
    LigneRemise,
    RemisePrelevement,
    Sejour,
)
from logement.queries.rapprochement import (
    Found,
    Index,
    Payers,
    apl_paid,
    applied_fingerprints,
    awaited_apl,
    match_apl,
    match_bank,
    residences_of_account,
)
from logement.rules import bordereau
from logement.rules.bordereau import caf_key, months_in, months_paid, parts_of
from logement.rules.prelevement import REJECTS
from logement.rules.releve import Entry, iban_key, masked_iban
from residence.actions.statuses import move
from residence.bulk import write_all
from residence.imports import amount_from, day_from
from residence.models import Residence, User
from residence.models.base import today
from residence.rules.colonnes import bare
from residence.rules.dates import add_months, month_start
from residence.rules.money import ZERO

Kind = FichierPaiements.Kind
St = FichierPaiements.Status
L = LigneFichier.Status
Nature = LigneFichier.Nature
Match = LigneFichier.Match

_METHOD_CAF = "caf"
_PAID = bordereau.Nature.PAYMENT


def check_account(found: str, account: str) -> None:
    """ValidationError where a statement is of another account than the résidence's."""
    if iban_key(found) != account:
        other = masked_iban(found) or "un compte sans IBAN"
        raise ValidationError(
            {"file": f"Ce relevé est celui de {other}, pas du compte de la résidence ({masked_iban(account)})."}
        )


# The list of the CAF


def _amount(text: str) -> Decimal:
    return amount_from(text).quantize(Decimal("0.01")) if text else ZERO


def write_apl(by: User, fichier: FichierPaiements, rows: Sequence[tuple[int, dict[str, str]]]) -> None:
    """Read and recognise the lines of the CAF's list; refuse another month's, and another résidence's."""
    month: Any = fichier.month
    index = Index([fichier.residence_id], user=by)
    awaited = awaited_apl(index.stays, until=month)
    paid = apl_paid(index.stays)
    lignes: list[LigneFichier] = []
    said_months: list[datetime.date] = []
    known = asked = 0
    elsewhere: list[str] = []
    for number, cells in rows:
        name = cells.get("full_name") or f"{cells.get('last_name', '')} {cells.get('first_names', '')}".strip()
        caf = cells.get("caf_number", "")
        if not caf_key(caf) and bare(name).split(" ")[0] in ("total", "totaux", "sous", ""):
            # The line of the total, or a blank one.
            continue
        base = {"number": number, "payer": name[:150], "caf_number": caf[:20], "label": cells.get("nature", "")[:300]}
        try:
            months = _months(cells)
            parts = parts_of(
                amount=_amount(cells.get("amount", "")),
                recall=_amount(cells.get("recall", "")),
                overpaid=_amount(cells.get("overpaid", "")),
                nature=cells.get("nature", ""),
                months=months,
                list_month=month,
            )
        except ValueError as error:
            lignes.append(_faulty(fichier, base, f"Illisible : {error.args[0]}"))
            continue
        if months and bordereau.nature_of(base["label"], sum((part.amount for part in parts), ZERO)) == _PAID:
            said_months.append(months[1])
        found = match_apl(
            index, caf_number=caf, name=name, first=(months or (month,))[0], last=(months or (month,))[-1]
        )
        asked += 1
        known += bool(found)
        if not found and caf_key(caf):
            elsewhere.append(caf_key(caf))
        for rank, part in enumerate(parts):
            ligne = _apl_line(fichier, base, rank, part, found, awaited, paid)
            lignes.append(ligne)
    _check_month(month, said_months)
    _check_residence(fichier.residence, known, asked, elsewhere)
    _number(fichier, lignes)


def _months(cells: Mapping[str, str]) -> tuple[datetime.date, datetime.date] | None:
    if cells.get("month_from") or cells.get("month_to"):
        first = months_in(cells.get("month_from", ""))
        last = months_in(cells.get("month_to", ""))
        ends = [one for one in (first, last) if one]
        if ends and ends[0][0] > ends[-1][1]:
            raise ValueError("Les mois de la période sont à l’envers.")
        return (ends[0][0], ends[-1][1]) if ends else None
    return months_in(cells["month"]) if cells.get("month") else None


def _apl_line(
    fichier: FichierPaiements,
    base: dict[str, Any],
    rank: int,
    part: bordereau.Part,
    found: Sequence[Found],
    awaited: dict[int, dict[datetime.date, Decimal]],
    paid: dict[tuple[int, datetime.date], list[Decimal]],
) -> LigneFichier:
    month: Any = fichier.month
    one = found[0] if len(found) == 1 else None
    first, last, reason = part.first_month, part.last_month, one.reason if one else ""
    if first is None and part.nature == bordereau.Nature.PAYMENT:
        first, last = months_paid(part.amount, list_month=month, awaited=awaited.get(one.stay.pk, {}) if one else {})
        if first != last:
            reason += f" ; couvre {first:%m/%Y} à {last:%m/%Y} au centime près"
    elif first is None:
        first = last = add_months(month, -1)
    sure = bool(one and one.sure)
    ended = one.stay.ended_on if one else None
    if sure and ended and first and month_start(ended) <= last and part.nature == bordereau.Nature.PAYMENT:
        sure, reason = False, f"{reason} ; séjour terminé le {ended:%d/%m/%Y}, l’APL s’arrête le mois du départ"
    if (
        sure
        and one
        and part.nature != bordereau.Nature.OVERPAID
        and first == last
        and part.amount in paid.get((one.stay.pk, first), ())
    ):
        sure, reason = False, f"{reason} ; le même montant est déjà reçu pour {first:%m/%Y}"
    said = (part.first_month or "", part.last_month or "")
    if not found:
        reason = "Personne de ce nom ni de ce numéro n’est connu ici."
    elif one is None:
        reason = "Plusieurs séjours possibles."
    ligne = LigneFichier(
        fichier=fichier,
        part=rank,
        dated_on=fichier.paid_on,
        amount=part.amount,
        nature=part.nature.value,
        first_month=first,
        last_month=last,
        method=Encaissement.Method.APL,
        sejour_id=one.stay.pk if one else None,
        matched_by=one.by if one else "",
        reason=reason[:300],
        status=L.READY if sure else L.TO_DECIDE,
        **base,
    )
    # As the file says it: what is worked out of it changes once it is entered.
    ligne.fingerprint = "|".join(map(str, said))
    return ligne


def _faulty(fichier: FichierPaiements, base: dict[str, Any], reason: str) -> LigneFichier:
    return LigneFichier(
        fichier=fichier,
        amount=ZERO,
        nature=Nature.OTHER,
        reason=reason[:300],
        status=L.TO_DECIDE,
        **{"dated_on": fichier.paid_on} | base,
    )


def _check_month(month: datetime.date, said: Sequence[datetime.date]) -> None:
    if said and max(said) != month:
        raise ValidationError(
            f"Cette liste est celle de {max(said):%m/%Y}, et vous avez choisi {month:%m/%Y} : rien n’est repris."
        )


def _check_residence(residence: Residence, known: int, asked: int, unknown: Sequence[str]) -> None:
    """Refuse a list that knows nobody here, or more allocataires of another résidence than of this one."""
    elsewhere = 0
    if unknown and known < len(unknown):
        others = Sejour.objects.live().exclude(residence=residence).exclude(menage__caf_number="")
        elsewhere = len({caf_key(one) for one in others.values_list("menage__caf_number", flat=True)} & set(unknown))
    if asked and (not known or elsewhere > known):
        raise ValidationError(
            f"Cette liste n’est pas celle de {residence} : {known} de ses {asked} allocataires y sont connus"
            + (f", {elsewhere} dans une autre résidence." if elsewhere else ".")
        )


# The statement


def bank_rows(fichier: FichierPaiements, rows: Sequence[tuple[int, dict[str, str]]]) -> list[tuple[int, Any]]:
    """Lines of a CSV as entries; what cannot be read is a sentence in the place of the entry."""
    found: list[tuple[int, Any]] = []
    for number, cells in rows:
        if account := cells.get("account"):
            key = iban_key(account)
            # A bank may say the account number alone, which the IBAN holds.
            if key not in fichier.account:
                check_account(account, fichier.account)
        if not cells.get("dated_on") or not any(cells.get(code) for code in ("amount", "credit", "debit")):
            continue
        try:
            amount = _amount(cells.get("amount", "")) or (
                abs(_amount(cells.get("credit", ""))) - abs(_amount(cells.get("debit", "")))
            )
            day = day_from(cells["dated_on"])
        except ValueError as error:
            found.append((number, (f"Illisible : {error.args[0]}", cells)))
            continue
        found.append(
            (
                number,
                Entry(
                    dated_on=day,
                    amount=amount,
                    label=cells.get("label", "")[:300],
                    payer=cells.get("payer", "")[:150],
                    payer_iban=iban_key(cells.get("payer_iban", ""))[:34],
                    reference=cells.get("reference", "")[:100],
                ),
            )
        )
    return found


def write_bank(by: User, fichier: FichierPaiements, entries: Sequence[tuple[int, Any]]) -> None:
    """Recognise the lines of a statement: what comes in, what comes back; what goes out is left aside."""
    index = Index(residences_of_account(fichier.residence), user=by)
    days = [entry.dated_on for _, entry in entries if isinstance(entry, Entry)]
    payers = Payers(index, since=min(days, default=today()))
    said = {entry.end_to_end for _, entry in entries if isinstance(entry, Entry) and entry.amount < 0} - {""}
    rows = LigneRemise.objects.live().filter(end_to_end__in=said, avis__contrat__sejour__in=index.stays)
    debits = dict(rows.values_list("end_to_end", "avis__contrat__sejour"))
    remises = set(RemisePrelevement.objects.values_list("message_id", flat=True)) if entries else set()
    lignes = []
    for number, entry in entries:
        if isinstance(entry, Entry):
            lignes.append(_bank_line(fichier, number, entry, index, payers, debits, remises))
        else:
            reason, cells = entry
            base = {"number": number, "label": cells.get("label", "")[:300], "payer": cells.get("payer", "")[:150]}
            lignes.append(_faulty(fichier, base, reason))
    _number(fichier, lignes)


def _bank_line(
    fichier: FichierPaiements,
    number: int,
    entry: Entry,
    index: Index,
    payers: Payers,
    debits: Mapping[str, int],
    remises: Collection[str],
) -> LigneFichier:
    ligne = LigneFichier(
        fichier=fichier,
        number=number,
        dated_on=entry.dated_on,
        amount=entry.amount,
        label=entry.label,
        payer=entry.payer,
        payer_iban=entry.payer_iban,
        reference=entry.reference,
        status=L.TO_DECIDE,
    )
    ligne.end_to_end, ligne.return_code = entry.end_to_end, entry.return_code
    debit = debits.get(entry.end_to_end) if entry.amount < 0 else None
    if debit is not None:
        ligne.nature, ligne.method = Nature.RETURN, Encaissement.Method.DEBIT
        ligne.sejour_id, ligne.matched_by = debit, Match.MANDATE
        ligne.reason = f"prélèvement rejeté : {REJECTS.get(entry.return_code, 'motif non communiqué')}"
        ligne.status = L.READY
        return ligne
    if entry.message in remises:
        ligne.nature, ligne.status = Nature.OTHER, L.LEFT_OUT
        ligne.reason = f"Remise de prélèvements {entry.message} : elle se passe en compte depuis sa page."
        return ligne
    if entry.amount <= 0 or entry.currency != "EUR":
        ligne.nature, ligne.status = Nature.OTHER, L.LEFT_OUT
        ligne.reason = "Sortie d’argent : rien à passer dans un compte de résident."
        if entry.currency != "EUR":
            ligne.reason = f"Opération en {entry.currency}."
        return ligne
    words = " ".join(word for word in (entry.label, entry.end_to_end) if word)
    method, found = match_bank(
        index, payers, label=words, payer=entry.payer, iban=entry.payer_iban, amount=entry.amount
    )
    if method == _METHOD_CAF:
        ligne.nature, ligne.status = Nature.OTHER, L.LEFT_OUT
        ligne.reason = "Versement de la CAF ou de la MSA : il se passe en compte par sa liste."
        return ligne
    ligne.method = method
    best = found[0] if found and (len(found) == 1 or (found[0].sure and not found[1].sure)) else None
    if best is None:
        ligne.reason = "Plusieurs séjours possibles." if found else "Rien ne dit de qui vient ce paiement."
        return ligne
    ligne.sejour_id, ligne.matched_by, ligne.reason = best.stay.pk, best.by, best.reason[:300]
    typed = payers.typed_near(best.stay.pk, entry.amount, entry.dated_on)
    if typed is not None:
        ligne.reason = f"{best.reason} ; un paiement de ce montant est déjà saisi le {typed:%d/%m/%Y}"[:300]
    elif best.sure:
        ligne.status = L.READY
    return ligne


def _number(fichier: FichierPaiements, lignes: list[LigneFichier]) -> None:
    """Give each line its fingerprint, set aside those entered before, and write them."""
    seen: Counter[str] = Counter()
    for ligne in lignes:
        if fichier.kind == Kind.BANK and ligne.reference:
            said = ["ref", ligne.reference, ligne.dated_on, ligne.amount]
        else:
            said = [
                fichier.month or "",
                ligne.dated_on if fichier.kind == Kind.BANK else "",
                ligne.amount,
                ligne.nature if fichier.kind == Kind.APL else "",
                caf_key(ligne.caf_number) or bare(ligne.payer),
                bare(ligne.label) if fichier.kind == Kind.BANK else "",
                ligne.fingerprint,
            ]
        text = "|".join(str(one) for one in said)
        seen[text] += 1
        ligne.fingerprint = hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest()
        ligne.account = fichier.account
    done = applied_fingerprints(fichier.account, [ligne.fingerprint for ligne in lignes])
    for ligne in lignes:
        if ligne.fingerprint in done:
            ligne.status, ligne.reason = L.ALREADY, "Déjà passée en compte, par un autre fichier."
    write_all(lignes)
    close_when_done(fichier)


def close_when_done(fichier: FichierPaiements) -> None:
    """A file is done once none of its lines waits, and open again when one does."""
    to = St.REVIEW if fichier.lignes.waiting().exists() else St.DONE
    if fichier.status in (St.REVIEW, St.DONE) and fichier.status != to:
        move(fichier, to)
        fichier.save(update_fields=["status"])
