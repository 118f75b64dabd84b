"""SEPA direct debits: when a term is collected, when a mandate lapses.

Source: SEPA Direct Debit Core rulebook (pre-notification of fourteen days unless agreed otherwise; a mandate unused for
thirty-six months lapses): à vérifier.
"""

import re
import unicodedata
from datetime import date

from residence.rules.dates import add_days, add_months, month_start

COLLECTION_DAY = 5
PRENOTIFICATION_DAYS = 14
MANDATE_MONTHS = 36


def collected_on(
    month: date, *, issued_on: date, day: int = COLLECTION_DAY, notice_days: int = PRENOTIFICATION_DAYS
) -> date:
    """The day the term of a month is collected: `day` of the next month, not before `notice_days` after the avis.

    The avis, issued on `issued_on`, is the pre-notification. ValueError for a day that some months do not have.
    """
    if not 1 <= day <= 28:
        raise ValueError("the day of collection is one that every month has, 1 to 28")
    return max(add_months(month_start(month), 1).replace(day=day), add_days(issued_on, notice_days))


def mandate_usable_until(*, signed_on: date, last_collected_on: date | None) -> date:
    """The last day on which a mandate may be used: thirty-six months after its last debit, else its signature."""
    return add_months(last_collected_on or signed_on, MANDATE_MONTHS)


# Why a bank sends a debit back (ISO 20022, ExternalStatusReason1Code).
REJECTS = {
    "AC01": "IBAN incorrect",
    "AC04": "compte clos",
    "AC06": "compte bloqué",
    "AG01": "opération interdite sur ce compte",
    "AM04": "provision insuffisante",
    "AM05": "opération en double",
    "MD01": "mandat absent ou révoqué",
    "MD06": "contesté par le débiteur",
    "MD07": "débiteur décédé",
    "MS02": "refusé par le débiteur",
    "MS03": "motif non communiqué par la banque",
    "RC01": "identifiant de la banque incorrect",
    "SL01": "service particulier de la banque du débiteur",
}
# Codes after which the mandate, or its account, is of no more use.
ENDING_REJECTS = frozenset({"AC01", "AC04", "MD01", "MD07"})
RUM_LENGTH = 35


def ics_is_valid(ics: str) -> bool:
    """Whether an identifier of creditor has its form and key (ISO 7064, mod 97-10, its business code left out)."""
    text = "".join(ics.split()).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}", text):
        return False
    figures = "".join(str(int(one, 36)) for one in text[7:] + text[:4])
    return int(figures) % 97 == 1


def rum_of(residence: str, contrat: int, rank: int) -> str:
    """The reference of the `rank`-th mandate of a contract, within thirty-five signs that every bank takes."""
    plain = re.sub(r"[^A-Z0-9]", "", residence.upper())
    end = f"-{contrat}-{rank}"
    return f"{plain[: RUM_LENGTH - len(end)]}{end}"


def sepa_text(text: str, *, most: int) -> str:
    """`text` in the signs that the SEPA scheme takes, accents taken off."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^A-Za-z0-9/\-?:().,'+ ]", " ", plain).split())[:most].strip()
