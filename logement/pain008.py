"""The file of a remise, pain.008, made by sepaxml and checked against the schema of ISO 20022 that it ships."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sepaxml import SepaDD

from logement.rules.prelevement import sepa_text

SCHEMA = "pain.008.001.08"


@dataclass(frozen=True)
class Debit:
    """One line of the file."""

    holder: str
    iban: str
    amount: Decimal
    rum: str
    signed_on: datetime.date
    is_first: bool
    label: str
    end_to_end: str


def pain008(
    *, creditor: str, iban: str, ics: str, message_id: str, collected_on: datetime.date, debits: Sequence[Debit]
) -> bytes:
    """The file for the bank. sepaxml's ValidationError when its schema refuses it."""
    file = SepaDD(
        {
            "name": sepa_text(creditor, most=70),
            "IBAN": iban,
            "batch": True,
            "creditor_id": ics,
            "currency": "EUR",
            "instrument": "CORE",
        },
        schema=SCHEMA,
        clean=True,
    )
    file.msg_id = message_id
    # The header is written when the object is made, before it can be told its identifier.
    for node in file._xml.iter("MsgId"):
        node.text = message_id
    for debit in debits:
        file.add_payment(
            {
                "name": sepa_text(debit.holder, most=70) or "Titulaire",
                "IBAN": debit.iban,
                "amount": int(debit.amount * 100),
                "type": "FRST" if debit.is_first else "RCUR",
                "collection_date": collected_on,
                "mandate_id": debit.rum,
                "mandate_date": debit.signed_on,
                "description": sepa_text(debit.label, most=140),
                "endtoend_id": debit.end_to_end,
            }
        )
    return bytes(file.export(validate=True))
