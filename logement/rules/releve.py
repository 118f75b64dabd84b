"""Bank statements: CAMT.053 read without trusting it, the columns of a CSV, and whose payment a line is.

Source: ISO 20022, camt.053.001.02 to .08 (« BankToCustomerStatement »). A document type declaration is refused: no
statement has one, and entities are how XML harms its reader.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree
from xml.parsers import expat

from residence.rules.colonnes import Champ, Champs

CHAMPS = Champs(
    (
        Champ(
            "dated_on",
            "Date de l’opération",
            "date, date operation, date de l operation, date comptable, date d operation, date de comptabilisation, "
            "date valeur, date de valeur",
        ),
        Champ(
            "label",
            "Libellé ou communication",
            "libelle, libelle operation, libelle de l operation, libelle complet, communication, motif, detail, "
            "details, description, informations complementaires, nature de l operation",
        ),
        Champ("amount", "Montant", "montant, montant eur, montant euros, montant en euros, valeur"),
        Champ("credit", "Crédit", "credit, credit euros, montant credit, recettes"),
        Champ("debit", "Débit", "debit, debit euros, montant debit, depenses"),
        Champ("payer", "Payeur", "donneur d ordre, emetteur, nom du donneur d ordre, nom, tiers, contrepartie"),
        Champ("payer_iban", "IBAN du payeur", "iban donneur d ordre, iban emetteur, iban tiers, iban contrepartie"),
        Champ("reference", "Référence de la banque", "reference, ref, numero d operation, reference operation"),
        Champ("account", "Compte", "iban, iban du compte, compte, numero de compte, n compte"),
    )
)


@dataclass(frozen=True)
class Entry:
    """A booked line of a statement: above zero received, below zero taken."""

    dated_on: datetime.date
    amount: Decimal
    label: str
    payer: str = ""
    payer_iban: str = ""
    reference: str = ""
    end_to_end: str = ""
    mandate: str = ""
    return_code: str = ""
    message: str = ""
    currency: str = "EUR"


@dataclass(frozen=True)
class Statement:
    iban: str
    identification: str
    entries: list[Entry] = field(default_factory=list)


def camt_statements(content: bytes) -> list[Statement]:
    """The statements of a CAMT.053 file. ValueError, in French, for what is no such file."""
    root = safe_xml(content)
    if _name(root) != "Document" or not any(_name(one) == "BkToCstmrStmt" for one in root):
        raise ValueError("Ce fichier XML n’est pas un relevé de compte (CAMT.053).")
    found = []
    for statement in _all(root, "BkToCstmrStmt", "Stmt"):
        iban = _text(statement, "Acct", "Id", "IBAN").replace(" ", "")
        entries = [one for entry in _children(statement, "Ntry") for one in _entries(entry)]
        found.append(Statement(iban, _text(statement, "Id"), entries))
    if not found:
        raise ValueError("Ce fichier ne contient aucun relevé.")
    return found


def safe_xml(content: bytes) -> ElementTree.Element:
    """The root of an XML file without declaration of type, entities or anything fetched. ValueError otherwise."""
    guard = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError("Ce fichier XML déclare un type ou des entités : un relevé n’en a pas besoin.")

    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    try:
        guard.Parse(content, True)
        return ElementTree.fromstring(content)  # noqa: S314 (read above by a parser that refuses declarations)
    except (expat.ExpatError, ElementTree.ParseError, LookupError) as error:
        raise ValueError("Ce fichier XML est illisible : téléchargez-le de nouveau.") from error


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (one for one in element if _name(one) == name)


def _all(element: ElementTree.Element, *path: str) -> Iterator[ElementTree.Element]:
    if not path:
        yield element
        return
    for one in _children(element, path[0]):
        yield from _all(one, *path[1:])


def _text(element: ElementTree.Element, *path: str) -> str:
    found = next(_all(element, *path), None)
    return " ".join((found.text or "").split()) if found is not None else ""


def _entries(entry: ElementTree.Element) -> Iterator[Entry]:
    """A booked entry, or each of its transactions where it is a batch."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status and status != "BOOK":
        return
    day = _day(entry)
    sign = -1 if _text(entry, "CdtDbtInd") == "DBIT" else 1
    amount = next(_children(entry, "Amt"), None)
    whole = _amount(amount)
    reference = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    details = list(_all(entry, "NtryDtls", "TxDtls"))
    amounts = [_detail_amount(one) for one in details]
    batch = _text(entry, "NtryDtls", "Btch", "MsgId") or _text(entry, "NtryDtls", "Btch", "PmtInfId")
    if len(details) > 1 and all(one is not None for one in amounts):
        for rank, (detail, part) in enumerate(zip(details, amounts, strict=True), 1):
            own = _text(detail, "Refs", "AcctSvcrRef") or (f"{reference}/{rank}" if reference else "")
            yield _entry(entry, detail, day, sign * (part or Decimal(0)), own, amount, batch)
    else:
        yield _entry(entry, details[0] if details else entry, day, sign * whole, reference, amount, batch)


def _entry(
    entry: ElementTree.Element,
    detail: ElementTree.Element,
    day: datetime.date,
    amount: Decimal,
    reference: str,
    money: ElementTree.Element | None,
    batch: str,
) -> Entry:
    side = "Dbtr" if amount >= 0 else "Cdtr"
    words = [_one_line(one) for one in _all(detail, "RmtInf", "Ustrd")]
    words += [_one_line(one) for one in _all(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref")]
    words += [_text(entry, "AddtlNtryInf")] if not any(words) else []
    end_to_end = _text(detail, "Refs", "EndToEndId")
    return Entry(
        dated_on=day,
        amount=amount,
        label=" ".join(word for word in words if word)[:300],
        payer=(_text(detail, "RltdPties", side, "Nm") or _text(detail, "RltdPties", side, "Pty", "Nm"))[:150],
        payer_iban=_text(detail, "RltdPties", f"{side}Acct", "Id", "IBAN").replace(" ", "")[:34],
        reference=reference[:100],
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end[:35],
        mandate=_text(detail, "Refs", "MndtId")[:35],
        return_code=_text(detail, "RtrInf", "Rsn", "Cd")[:4],
        message=(_text(detail, "Refs", "MsgId") or batch or _text(detail, "Refs", "PmtInfId"))[:35],
        currency=(money.get("Ccy", "EUR") if money is not None else "EUR")[:3],
    )


def _one_line(element: ElementTree.Element) -> str:
    return " ".join((element.text or "").split())


def _day(entry: ElementTree.Element) -> datetime.date:
    for path in (("BookgDt", "Dt"), ("BookgDt", "DtTm"), ("ValDt", "Dt"), ("ValDt", "DtTm")):
        if text := _text(entry, *path):
            try:
                return datetime.date.fromisoformat(text[:10])
            except ValueError:
                break
    raise ValueError("Une opération du relevé n’a pas de date lisible.")


def _amount(element: ElementTree.Element | None) -> Decimal:
    try:
        found = Decimal((element.text or "").strip()) if element is not None else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found < 0:
        raise ValueError("Une opération du relevé n’a pas de montant lisible.")
    return found.quantize(Decimal("0.01"))


def _detail_amount(detail: ElementTree.Element) -> Decimal | None:
    found = next(_children(detail, "Amt"), None)
    if found is None:
        found = next(_all(detail, "AmtDtls", "TxAmt", "Amt"), None)
    return None if found is None else _amount(found)


@dataclass(frozen=True)
class Reject:
    """A direct debit that came back: its reference, the code and the words of the bank."""

    end_to_end: str
    code: str
    words: str = ""


def pain_rejects(content: bytes) -> list[Reject]:
    """The debits that a pain.002 says were refused or sent back. ValueError, in French, for what is no such file."""
    root = safe_xml(content)
    reports = [one for one in root if _name(one) == "CstmrPmtStsRpt"]
    if _name(root) != "Document" or not reports:
        raise ValueError("Ce fichier XML n’est pas un compte rendu de prélèvements (pain.002).")
    return [
        Reject(
            end_to_end=_text(one, "OrgnlEndToEndId")[:35],
            code=_text(one, "StsRsnInf", "Rsn", "Cd")[:4],
            words=_text(one, "StsRsnInf", "AddtlInf")[:150],
        )
        for report in reports
        for group in _children(report, "OrgnlPmtInfAndSts")
        for one in _children(group, "TxInfAndSts")
        if _text(one, "TxSts") in ("RJCT", "")
    ]


def references_in(text: str) -> list[tuple[str, int]]:
    """What may be the reference of an avis, « A101-12 »: what stands before each dash, and the number of a stay."""
    upper = " ".join(text.upper().split())
    return [
        (upper[: match.start()].rstrip(), int(match[1])) for match in re.finditer(r"-\s*(\d{1,9})(?![A-Z0-9])", upper)
    ]


def ends_with(text: str, code: str) -> bool:
    """Whether `text` ends with the code of a place, as a word."""
    return text.endswith(code) and not text[: -len(code)][-1:].isalnum()


def iban_key(text: str) -> str:
    """An IBAN as it is compared."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def masked_iban(iban: str) -> str:
    """« FR76 … 185 »: enough to recognise an IBAN, too little to use it."""
    kept = iban_key(iban)
    return f"{kept[:4]} … {kept[-3:]}" if len(kept) > 8 else ""
