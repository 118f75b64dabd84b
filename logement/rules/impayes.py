"""When unpaid terms make an impayé for the CAF or the MSA, and when they would allow the contract to be ended.

Two different thresholds: the first brings help and keeps the APL, the second puts the home at stake. Neither acts
alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from residence.rules.dated import in_force
from residence.rules.dates import add_months, month_end, month_start
from residence.rules.money import ZERO

REPORT_MONTHS = 2
CONSECUTIVE_TERMS = 3
MONTHS_OF_HOUSING = 2


@dataclass(frozen=True)
class Term:
    """What a month asks for and what has come in for it, in euros.

    `month`: any day of it. `housing` is loyer + charges, `other` all services, optional ones included. `apl_received`
    is None until the CAF's list is in: the expected one then counts as received. Terms of one month are added up (two
    contracts of one stay in a month of moving).
    """

    month: date
    housing: Decimal
    other: Decimal
    apl_expected: Decimal
    apl_received: Decimal | None
    paid_housing: Decimal
    paid_other: Decimal


@dataclass(frozen=True)
class Regime:
    """What constitutes an impayé from `valid_from` on.

    Without `amount`: a debt of at least `months_of_net` times what the month leaves to pay. With it: a debt above
    `amount` euros, or a default older than `default_months` months whatever is owed.
    """

    valid_from: date
    source: str
    months_of_net: int = 0
    amount: Decimal | None = None
    default_months: int | None = None


REGIMES = (
    Regime(date(2016, 9, 1), "CCH, R.824-1 et R.824-3 (décret n° 2016-748 du 6 juin 2016)", months_of_net=2),
    Regime(
        date(2027, 1, 1),
        "CCH, R.824-2 (décret n° 2026-84 du 12 février 2026) : à vérifier",
        amount=Decimal("450.00"),
        default_months=3,
    ),
)


@dataclass(frozen=True)
class _Month:
    month: date
    housing: Decimal
    other: Decimal
    apl: Decimal
    paid_housing: Decimal
    paid_other: Decimal

    @cached_property
    def due_on(self) -> date:
        return month_end(self.month)

    @cached_property
    def housing_debt(self) -> Decimal:
        return self.housing - self.apl - self.paid_housing

    @cached_property
    def received(self) -> Decimal:
        return self.apl + self.paid_housing + self.paid_other

    @cached_property
    def still_due(self) -> Decimal:
        return self.housing + self.other - self.received


def caf_threshold(*, housing: Decimal, apl: Decimal, on: date) -> Decimal:
    """The debt, in euros, from which an impayé is constituted on day `on`.

    Until 31 December 2026 twice (housing - apl), never below 0, reached at >= (CCH, R.824-1 and R.824-3); pass an `apl`
    of 0 where it is not paid to the manager. From 1 January 2027 450 euros, passed at > (CCH, R.824-2, décret
    n° 2026-84: à vérifier). `passes_caf_threshold` makes the comparison.
    """
    regime = in_force(REGIMES, on)
    if regime.amount is not None:
        return regime.amount
    return max(ZERO, (housing - apl) * regime.months_of_net)


def passes_caf_threshold(debt: Decimal, *, housing: Decimal, apl: Decimal, on: date) -> bool:
    """Whether `debt` (euros of loyer + charges net of APL) constitutes an impayé by its amount on day `on`.

    At the threshold until 31 December 2026, above it from 2027; never for a debt of 0 or below.
    """
    threshold = caf_threshold(housing=housing, apl=apl, on=on)
    by_amount_alone = in_force(REGIMES, on).amount is not None
    return debt > 0 and (debt > threshold if by_amount_alone else debt >= threshold)


def caf_impaye_since(terms: Sequence[Term], *, today: date) -> date | None:
    """The day on which the impayé that stands today was constituted for the CAF or the MSA; None without one.

    A term falls due on the last day of its month, and counts from that day. The debt is the sum of housing - apl -
    paid_housing over due terms; services do not count. The amounts compared are those of the last due month. On each
    day the regime of that day applies, so that a debt that only the rules of 2027 call an impayé is constituted on
    1 January 2027 at the earliest. From 2027 a default also constitutes one three months after the due day of the
    oldest term that is not settled, whatever is owed; what was paid over settles the oldest terms first. Once
    constituted, it stands until the debt is nil. Payments carry no date here: they count for their term as if made in
    time, the reading that protects the home. The first date given is to be stored.
    Source: CCH, R.824-1 and R.824-3 until 31 December 2026, then R.824-2 (décret n° 2026-84: à vérifier).
    """
    months = _due(terms, today)
    if _housing_debt(months) <= 0:
        return None
    since = None
    for day in _turning_points(months, today):
        due = [month for month in months if month.due_on <= day]
        debt = _housing_debt(due)
        if debt <= 0:
            since = None
        elif since is None and _is_constituted(due, debt, day):
            since = day
    return since


def caf_debt(terms: Sequence[Term], *, today: date) -> Decimal:
    """What the CAF or the MSA looks at, in euros: loyer and charges net of APL still due over due terms, 0 at least."""
    return max(ZERO, _housing_debt(_due(terms, today)))


@dataclass(frozen=True)
class Threshold:
    """A threshold as a page explains it: what is owed, the amount it is held against, whether it is reached."""

    owed: Decimal
    amount: Decimal
    is_reached: bool
    source: str


def caf_thresholds(terms: Sequence[Term], *, today: date) -> list[tuple[Regime, Threshold]]:
    """What each regime, in force or to come, says of the debt as it stands today; none without a due term."""
    months = _due(terms, today)
    if not months:
        return []
    owed, last = caf_debt(terms, today=today), months[-1]
    current = in_force(REGIMES, today)
    found = []
    for regime in REGIMES:
        if regime.valid_from < current.valid_from:
            continue
        day = max(today, regime.valid_from)
        amount = caf_threshold(housing=last.housing, apl=last.apl, on=day)
        reached = passes_caf_threshold(owed, housing=last.housing, apl=last.apl, on=day)
        if not reached and regime.default_months is not None and owed > 0:
            reached = add_months(_oldest_default(months).due_on, regime.default_months) <= day
        found.append((regime, Threshold(owed, amount, reached, regime.source)))
    return found


def termination_threshold(terms: Sequence[Term], *, today: date) -> Threshold | None:
    """The threshold of the code for an end of contract, as a page explains it; None without a due term.

    Twice the monthly loyer and charges, APL not deducted. Reached also by three consecutive terms wholly unpaid.
    """
    months = _due(terms, today)
    if not months:
        return None
    owed = max(ZERO, sum((month.still_due for month in months), ZERO))
    amount = MONTHS_OF_HOUSING * months[-1].housing
    return Threshold(owed, amount, is_termination_ground(terms, today=today), "CCH, R.633-3 II a")


def caf_report_due_on(constituted_on: date) -> date:
    """The last day to report the impayé to the CAF or the MSA: two months after it was constituted.

    Unless the debt is settled by then. Source: CCH, R.824-4; kept from 2027 (à vérifier).
    """
    return add_months(constituted_on, REPORT_MONTHS)


def is_termination_ground(terms: Sequence[Term], *, today: date) -> bool:
    """Whether unpaid terms would allow the manager to end the contract; it never has to.

    Either three consecutive due terms, of which the whole amount (housing and all services) is unpaid: nothing was
    received for them from anybody, APL included. Or, once something was received for a term that is not settled, at
    least twice the monthly loyer + charges, APL not deducted, still due in all; the monthly amount is that of the last
    due month. A term paid in full is not a partial payment of another, the reading that protects the home. An account
    that is settled as a whole gives no ground. A term is due from the last day of its month.
    Source: CCH, R.633-3 II a.
    """
    months = _due(terms, today)
    still_due = sum((month.still_due for month in months), ZERO)
    if still_due <= 0:
        return False
    if _has_consecutive_unpaid(months):
        return True
    has_partial_payment = any(month.still_due > 0 and month.received > 0 for month in months)
    return has_partial_payment and still_due >= MONTHS_OF_HOUSING * months[-1].housing


def missed_terms(terms: Sequence[Term], *, today: date) -> list[date]:
    """The months, by their first day, that were to be paid before `today` and are not settled, services included."""
    return [month.month for month in _due(terms, today) if month.due_on < today and month.still_due > 0]


def _due(terms: Iterable[Term], on: date) -> list[_Month]:
    """The months due on day `on`, oldest first, each with all its terms added up."""
    due = sorted((term for term in terms if month_end(term.month) <= on), key=lambda term: term.month)
    months = []
    for month, grouped in groupby(due, key=lambda term: month_start(term.month)):
        same = list(grouped)
        months.append(
            _Month(
                month=month,
                housing=sum((term.housing for term in same), ZERO),
                other=sum((term.other for term in same), ZERO),
                apl=sum((_apl(term) for term in same), ZERO),
                paid_housing=sum((term.paid_housing for term in same), ZERO),
                paid_other=sum((term.paid_other for term in same), ZERO),
            )
        )
    return months


def _apl(term: Term) -> Decimal:
    return term.apl_expected if term.apl_received is None else term.apl_received


def _housing_debt(months: Iterable[_Month]) -> Decimal:
    return sum((month.housing_debt for month in months), ZERO)


def _turning_points(months: Sequence[_Month], today: date) -> list[date]:
    """The days, up to `today`, on which an impayé may begin or end: dues, changes of regime, ages of a default."""
    days = {month.due_on for month in months} | {regime.valid_from for regime in REGIMES}
    for regime in REGIMES:
        if regime.default_months is not None:
            days |= {add_months(month.due_on, regime.default_months) for month in months}
    return sorted(day for day in days if day <= today)


def _is_constituted(due: Sequence[_Month], debt: Decimal, day: date) -> bool:
    last = due[-1]
    if passes_caf_threshold(debt, housing=last.housing, apl=last.apl, on=day):
        return True
    months = in_force(REGIMES, day).default_months
    return months is not None and add_months(_oldest_default(due).due_on, months) <= day


def _oldest_default(due: Sequence[_Month]) -> _Month:
    """The oldest term not settled, once what was paid over has settled the oldest ones; the whole debt is above 0."""
    over = sum((-month.housing_debt for month in due if month.housing_debt < 0), ZERO)
    for month in due:
        if month.housing_debt > over:
            return month
        over -= max(ZERO, month.housing_debt)
    raise AssertionError("a debt above 0 has a term that is not settled")


def _has_consecutive_unpaid(months: Sequence[_Month]) -> bool:
    """Whether enough wholly unpaid terms follow one another, calendar month by calendar month."""
    streak, expected = 0, None
    for month in months:
        if month.received > 0 or month.still_due <= 0:
            streak = 0
            continue
        streak = streak + 1 if streak and month.month == expected else 1
        if streak == CONSECUTIVE_TERMS:
            return True
        expected = add_months(month.month, 1)
    return False
