"""The clocks of the RSA: the contrat d'engagement, its hours, its renewals. Dates in, dates out."""

from datetime import date

from residence.rules.dates import add_months

# (valid from, months to sign, source)
SIGN_WITHIN_MONTHS = ((date(2025, 1, 1), 1, "code du travail, article D.5411-14-1"),)
# (valid from, hours a week at least, save an exemption, source); to be checked at each revision of the text.
WEEKLY_HOURS = ((date(2025, 1, 1), 15, "code du travail, article L.5411-6"),)
# Contracts signed before the reform are converted by this day.
# Source: law of 18 December 2023 for full employment, transitional provisions (to check).
CONVERT_BY = date(2026, 12, 31)
# After these many months of social support without looking for work, a joint diagnosis with France Travail.
# Source: CASF, article L.262-31.
DIAGNOSIS_MONTHS, DIAGNOSIS_MONTHS_EXCEPTION = 6, 12


def _in_force(rows: tuple[tuple[date, int, str], ...], on: date) -> int:
    """The value of a dated table on `on`; before its first row, the first."""
    return next((row[1] for row in reversed(rows) if row[0] <= on), rows[0][1])


def sign_by(notified_on: date) -> date:
    """The last day to sign the contrat d'engagement, from the notice of the orientation."""
    return add_months(notified_on, _in_force(SIGN_WITHIN_MONTHS, notified_on))


def hours_asked(on: date) -> int:
    """Hours of activity a week, at least, for a contract that begins on `on`, save an exemption."""
    return _in_force(WEEKLY_HOURS, on)


def convert_by(old_contract_on: date | None) -> date | None:
    """The last day to turn a contract of before the reform into a contrat d'engagement; None when there is none."""
    return CONVERT_BY if old_contract_on is not None else None


def diagnosis_due_on(first_start_on: date, *, exception: bool) -> date:
    """The day by which who is in social support without looking for work is seen with France Travail."""
    return add_months(first_start_on, DIAGNOSIS_MONTHS_EXCEPTION if exception else DIAGNOSIS_MONTHS)
