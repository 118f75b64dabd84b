"""SEPA direct debits: when a term is collected, when a mandate lapses.

Source: SEPA Direct Debit Core rulebook (pre-notification of fourteen days unless agreed otherwise; a mandate unused for
thirty-six months lapses): à vérifier.
"""

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
