"""Bank statements: what is read of a CAMT.053, what is refused, what a text says of whose payment it is."""

import datetime
from decimal import Decimal as D

import pytest

from logement.rules.releve import camt_statements, ends_with, masked_iban, references_in, safe_xml

IBAN = "FR7630001007941234567890185"


def camt(entries: str, *, iban: str = IBAN, version: str = "02") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(
    amount: str = "170.00",
    *,
    sign: str = "CRDT",
    day: str = "2026-03-05",
    status: str = "<Sts>BOOK</Sts>",
    reference: str = "",
    details: str = "",
) -> str:
    ref = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt>{ref}<NtryDtls>{details}</NtryDtls></Ntry>"
    )


DETAIL = (
    "<TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs><RltdPties><Dbtr><Nm>DIALLO Awa</Nm></Dbtr><DbtrAcct><Id>"
    "<IBAN>FR14 2004 1010 0505 0001 3M02 606</IBAN></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>A101-12 mars</Ustrd></RmtInf></TxDtls>"
)


def test_a_statement_is_read() -> None:
    (found,) = camt_statements(camt(entry(reference="R1", details=DETAIL) + entry("20.00", sign="DBIT")))
    first, second = found.entries
    assert (found.iban, first.amount, first.dated_on) == (IBAN, D("170.00"), datetime.date(2026, 3, 5))
    assert (first.payer, first.payer_iban) == ("DIALLO Awa", "FR1420041010050500013M02606")
    assert (first.label, first.reference, first.end_to_end) == ("A101-12 mars", "R1", "E2E")
    assert second.amount == D("-20.00")


def test_a_newer_version_and_a_batch() -> None:
    one = "<TxDtls><Amt Ccy='EUR'>{}</Amt><RltdPties><Dbtr><Pty><Nm>{}</Nm></Pty></Dbtr></RltdPties></TxDtls>"
    details = one.format("100.00", "KONE Issa") + one.format("70.00", "SY Fatou")
    status = "<Sts><Cd>BOOK</Cd></Sts>"
    (found,) = camt_statements(camt(entry(reference="B", details=details, status=status), version="08"))
    assert [(e.amount, e.payer, e.reference) for e in found.entries] == [
        (D("100.00"), "KONE Issa", "B/1"),
        (D("70.00"), "SY Fatou", "B/2"),
    ]
    pending = camt(entry(status="<Sts><Cd>PDNG</Cd></Sts>"), version="08")
    assert camt_statements(pending)[0].entries == []


BILLION = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><Document>&c;</Document>'
FETCHED = b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Document/>'


@pytest.mark.parametrize("content", [BILLION, FETCHED, BILLION.decode().encode("utf-16")])
def test_declarations_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"déclare|illisible"):
        safe_xml(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<Document",
        b"<html/>",
        b"<Document><CstmrDrctDbtInitn/></Document>",
        camt(entry("abc")),
        camt(entry("-5.00")),
        camt(entry(day="hier")),
    ],
)
def test_what_is_no_statement(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\."):
        camt_statements(content)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("VIR A101-12 MARS", [("VIR A101", 12)]),
        ("LOYER B42-1-371 mars", [("LOYER B42", 1), ("LOYER B42-1", 371)]),
        ("B12-a-345", [("B12-A", 345)]),
        ("a101 - 12", [("A101", 12)]),
        ("loyer mars", []),
    ],
)
def test_references(text: str, expected: list[tuple[str, int]]) -> None:
    assert references_in(text) == expected


@pytest.mark.parametrize(
    ("text", "ends"), [("LOYER B42-1", True), ("B42-1", True), ("LOYERB42-1", False), ("B42-12", False)]
)
def test_the_code_of_a_place_is_a_word(text: str, ends: bool) -> None:
    assert ends_with(text, "B42-1") is ends


def test_an_iban_is_masked() -> None:
    assert masked_iban("FR76 3000 1007 9412 3456 7890 185") == "FR76 … 185"
    assert masked_iban("FR76") == ""
