"""The dépôt de garantie: at most one month of redevance, without interest, given back within fifteen days.

Source: CCH, annexe 2 au III de l'article R.353-159, article 8. The law of 6 July 1989 does not apply (its article 2):
neither its delays nor its 10 % for each month late.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from residence.rules.dates import add_days
from residence.rules.money import ZERO, cents, cents_down

REFUND_DAYS = 15
DAYS_A_YEAR = 365


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
