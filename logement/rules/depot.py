"""The dépôt de garantie: at most one month of redevance, without interest, given back within fifteen days.

Source: CCH, annexe 2 au III de l'article R.353-159, article 8. The law of 6 July 1989 does not apply (its article 2):
neither its delays nor its 10 % for each month late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from residence.rules.dated import in_force
from residence.rules.dates import add_days
from residence.rules.money import ZERO, cents, cents_down

REFUND_DAYS = 15
DAYS_A_YEAR = 365


@dataclass(frozen=True)
class LegalRate:
    """The legal interest owed to a person who acts for no business, a share a year, from `valid_from` on."""

    valid_from: date
    value: Decimal
    source: str


# Set each half-year (code monétaire et financier, L.313-2 and D.313-1-A). A later arrêté is a later row.
LEGAL_RATES = (
    LegalRate(date(2023, 7, 1), Decimal("0.0682"), "arrêté du 27 juin 2023"),
    LegalRate(date(2024, 7, 1), Decimal("0.0816"), "arrêté fixant le taux du second semestre 2024"),
    LegalRate(date(2025, 1, 1), Decimal("0.0721"), "arrêté fixant le taux du premier semestre 2025"),
    LegalRate(date(2025, 7, 1), Decimal("0.0665"), "arrêté du 19 juin 2025"),
    LegalRate(date(2026, 1, 1), Decimal("0.0667"), "arrêté du 15 décembre 2025"),
)


def legal_rate(on: date) -> LegalRate:
    """The last rate known on day `on`; the first one for a day before the table.

    The arrêté of a half-year may be missing: the rate before it then stands, and the paper names its arrêté.
    """
    return in_force(LEGAL_RATES, max(on, LEGAL_RATES[0].valid_from))


def maximum(monthly_redevance: Decimal, *, months: Decimal = Decimal(1)) -> Decimal:
    """The deposit asked for, in euros: `months` (1 at most) of the redevance at signature, rounded down to the cent.

    ValueError for a number of months below 0 or above 1.
    """
    if not 0 <= months <= 1:
        raise ValueError("the deposit is at most one month of redevance")
    return cents_down(monthly_redevance * months)


def refund_due_on(keys_returned_on: date) -> date:
    """The last day to give the deposit back: fifteen days after the keys, the day of their return not counted."""
    return add_days(keys_returned_on, REFUND_DAYS)


def balance(deposit: Decimal, deductions: Iterable[Decimal]) -> Decimal:
    """What is left of the deposit after justified deductions, in euros: above 0 to give back, below 0 still owed.

    ValueError for a negative deduction.
    """
    withheld = list(deductions)
    if any(deduction < 0 for deduction in withheld):
        raise ValueError("a deduction is not negative")
    return cents(deposit - sum(withheld, ZERO))


def late_interest(amount: Decimal, *, keys_returned_on: date, paid_on: date, yearly_rate: Decimal) -> Decimal:
    """Interest on a deposit of `amount` euros given back on `paid_on`, in euros, rounded half up to the cent.

    Simple interest at the legal rate (`yearly_rate`, a share, set each half-year: code monétaire et financier, L.313-2)
    on the days after the last one to pay, `paid_on` included, over 365. 0 when paid in time.
    """
    days_late = max(0, (paid_on - refund_due_on(keys_returned_on)).days)
    return cents(max(ZERO, amount) * yearly_rate * days_late / DAYS_A_YEAR)
