"""How an entry of the ledger reads in the accountant's books: two lines that balance."""

from dataclasses import dataclass
from decimal import Decimal

from residence.rules.money import ZERO


@dataclass(frozen=True)
class Scheme:
    """The two accounts that a kind of entry moves: amounts above zero debit the first and credit the second."""

    journal: str
    debit: str
    debit_label: str
    credit: str
    credit_label: str


JOURNALS = {"VE": "Redevances", "BQ": "Banque", "OD": "Opérations diverses", "AN": "À-nouveaux"}

_RESIDENTS = ("411000", "Résidents, redevance")
_DEPOSITS = ("411100", "Résidents, dépôts de garantie")
_BANK = ("512000", "Banque")
_KEPT = ("708800", "Retenues sur dépôts de garantie")


def _scheme(journal: str, debit: tuple[str, str], credit: tuple[str, str]) -> Scheme:
    return Scheme(journal, *debit, *credit)


# By account of the ledger and kind of entry. A résidence may have its own.
DEFAULTS: dict[tuple[str, str], Scheme] = {
    ("redevance", "redevance"): _scheme("VE", _RESIDENTS, ("706100", "Redevances")),
    ("redevance", "prestation"): _scheme("VE", _RESIDENTS, ("706200", "Prestations facultatives")),
    ("redevance", "indemnite"): _scheme("VE", _RESIDENTS, ("706300", "Indemnités d’occupation")),
    ("redevance", "correction"): _scheme("VE", _RESIDENTS, ("706100", "Redevances")),
    ("redevance", "reduction"): _scheme("VE", _RESIDENTS, ("709600", "Remises sur redevances")),
    ("redevance", "payment"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "apl"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "apl_recall"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "apl_overpaid"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "apl_excess"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "refund"): _scheme("BQ", _RESIDENTS, _BANK),
    ("redevance", "take_over"): _scheme("AN", _RESIDENTS, ("890000", "Bilan d’ouverture")),
    # What is kept of a deposit pays the redevance without a move at the bank.
    ("redevance", "deposit_kept"): _scheme("OD", _RESIDENTS, _KEPT),
    ("depot", "deposit_called"): _scheme("OD", _DEPOSITS, ("165000", "Dépôts de garantie reçus")),
    ("depot", "deposit_paid"): _scheme("BQ", _DEPOSITS, _BANK),
    ("depot", "deposit_kept"): _scheme("OD", _DEPOSITS, _KEPT),
    ("depot", "deposit_refunded"): _scheme("BQ", _DEPOSITS, _BANK),
    ("depot", "deposit_interest"): _scheme("OD", _DEPOSITS, ("661000", "Intérêts de retard")),
    ("depot", "take_over"): _scheme("AN", _DEPOSITS, ("890000", "Bilan d’ouverture")),
}


@dataclass(frozen=True)
class BookLine:
    """One line of the books, in euros; one of the two sums is nil."""

    account: str
    label: str
    debit: Decimal
    credit: Decimal
    is_resident: bool


def book_lines(amount: Decimal, scheme: Scheme) -> tuple[BookLine, BookLine]:
    """The two lines of an entry of `amount` euros; below zero, each account is moved the other way round."""
    up, down = (amount, ZERO) if amount >= 0 else (ZERO, -amount)
    return (
        BookLine(scheme.debit, scheme.debit_label, up, down, is_resident=True),
        BookLine(scheme.credit, scheme.credit_label, down, up, is_resident=False),
    )
