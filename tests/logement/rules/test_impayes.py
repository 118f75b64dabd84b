from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.impayes import (
    Term,
    caf_impaye_since,
    caf_report_due_on,
    caf_threshold,
    is_termination_ground,
    missed_terms,
    passes_caf_threshold,
)
from residence.rules.dates import add_months, month_end


def term(month, *, housing="450", other="0", apl="330", received=None, paid="0", paid_other="0"):
    """A term of a month written "2026-10"; by default 450 with 330 of APL, so 120 to pay, nothing paid."""
    return Term(
        month=date.fromisoformat(f"{month}-01"),
        housing=D(housing),
        other=D(other),
        apl_expected=D(apl),
        apl_received=None if received is None else D(received),
        paid_housing=D(paid),
        paid_other=D(paid_other),
    )


# The threshold.


@pytest.mark.parametrize(
    ("housing", "apl", "on", "threshold"),
    [
        pytest.param("450", "330", date(2026, 12, 31), "240", id="2026: twice net"),
        pytest.param("450", "0", date(2026, 12, 31), "900", id="2026: twice gross without tiers payant"),
        pytest.param("300", "320", date(2026, 12, 31), "0", id="2026: never below 0"),
        pytest.param("450", "330", date(2027, 1, 1), "450", id="2027: 450"),
        pytest.param("900", "0", date(2027, 1, 1), "450", id="2027: 450 whatever the amounts"),
    ],
)
def test_caf_threshold(housing, apl, on, threshold):
    assert caf_threshold(housing=D(housing), apl=D(apl), on=on) == D(threshold)


@pytest.mark.parametrize(
    ("debt", "apl", "on", "passes"),
    [
        pytest.param("239.99", "330", date(2026, 12, 31), False, id="2026: a cent under"),
        pytest.param("240", "330", date(2026, 12, 31), True, id="2026: reached"),
        pytest.param("240", "330", date(2027, 1, 1), False, id="2027: the same debt is far under"),
        pytest.param("450", "330", date(2027, 1, 1), False, id="2027: at 450 not passed"),
        pytest.param("450.01", "330", date(2027, 1, 1), True, id="2027: a cent above"),
        pytest.param("0", "450", date(2026, 12, 31), False, id="no debt, threshold 0"),
        pytest.param("-10", "460", date(2026, 12, 31), False, id="a credit is no debt"),
        pytest.param("5", "450", date(2026, 12, 31), True, id="a debt where nothing is left to pay a month"),
    ],
)
def test_passes_caf_threshold(debt, apl, on, passes):
    assert passes_caf_threshold(D(debt), housing=D(450), apl=D(apl), on=on) is passes


# Constitution, until 31 December 2026.

SEPT, OCT, NOV, DEC = term("2026-09"), term("2026-10"), term("2026-11"), term("2026-12")


@pytest.mark.parametrize(
    ("terms", "today", "since"),
    [
        pytest.param([], date(2026, 11, 15), None, id="no term"),
        pytest.param([SEPT], date(2026, 11, 15), None, id="one term unpaid: 120 under 240"),
        pytest.param([SEPT, OCT], date(2026, 10, 30), None, id="second term not due yet"),
        pytest.param([SEPT, OCT], date(2026, 10, 31), date(2026, 10, 31), id="due today: 240 reached"),
        pytest.param([SEPT, OCT], date(2026, 11, 15), date(2026, 10, 31), id="since the day it fell due"),
        pytest.param([OCT, SEPT], date(2026, 11, 15), date(2026, 10, 31), id="in any order"),
        pytest.param([SEPT, OCT, NOV], date(2026, 11, 30), date(2026, 10, 31), id="a third term changes nothing"),
        pytest.param([SEPT, term("2026-10", paid="0.01")], date(2026, 11, 15), None, id="a cent under"),
        pytest.param([SEPT, term("2026-10", paid="120")], date(2026, 11, 15), None, id="second term paid"),
        pytest.param(
            [SEPT, OCT, term("2026-11", paid="360")], date(2026, 11, 30), None, id="all paid with the third: nil"
        ),
        pytest.param(
            [SEPT, OCT, term("2026-11", paid="359.99")],
            date(2026, 11, 30),
            date(2026, 10, 31),
            id="stands until the debt is nil, even at a cent",
        ),
        pytest.param(
            [term("2026-07"), term("2026-08"), term("2026-09", paid="360"), OCT, NOV],
            date(2026, 11, 30),
            date(2026, 11, 30),
            id="nil in between: constituted anew",
        ),
        pytest.param(
            [term("2026-09", apl="0"), term("2026-10", apl="0")],
            date(2026, 10, 31),
            date(2026, 10, 31),
            id="no APL: 900 reached",
        ),
        pytest.param([term("2026-09", apl="0")], date(2026, 9, 30), None, id="no APL: 450 under 900"),
        pytest.param(
            [term("2026-09", received="0"), term("2026-10")],
            date(2026, 10, 31),
            date(2026, 10, 31),
            id="APL of September never came: 450 + 120 against 2 x 120",
        ),
        pytest.param(
            [SEPT, term("2026-10", received="0")],
            date(2026, 10, 31),
            None,
            id="APL of the last month cut: 570 against 2 x 450",
        ),
        pytest.param(
            [term("2026-09", other="200"), term("2026-10", other="200", paid="1")],
            date(2026, 10, 31),
            None,
            id="services do not count",
        ),
        pytest.param(
            [term("2026-09", other="200", paid_other="200"), term("2026-10")],
            date(2026, 10, 31),
            date(2026, 10, 31),
            id="what was paid for services pays no loyer",
        ),
        pytest.param(
            [SEPT, term("2026-10", housing="300", apl="200"), term("2026-10", housing="150", apl="130")],
            date(2026, 10, 31),
            date(2026, 10, 31),
            id="two contracts in the month of moving are added up",
        ),
        pytest.param([NOV, DEC], date(2026, 12, 31), date(2026, 12, 31), id="on the last day of the first regime"),
        pytest.param([NOV, DEC], date(2027, 6, 1), date(2026, 12, 31), id="and it stands in the next one"),
    ],
)
def test_caf_impaye_until_2026(terms, today, since):
    assert caf_impaye_since(terms, today=today) == since


# Constitution, from 1 January 2027.


def no_apl(month, *, paid="0"):
    return term(month, apl="0", paid=paid)


@pytest.mark.parametrize(
    ("terms", "today", "since"),
    [
        pytest.param(
            [DEC, term("2027-01")], date(2027, 3, 30), None, id="240 no longer suffices, default under three months"
        ),
        pytest.param([DEC, term("2027-01")], date(2027, 3, 31), date(2027, 3, 31), id="default three months old"),
        pytest.param([no_apl("2026-12")], date(2026, 12, 31), None, id="31 December: 450 against 900"),
        pytest.param([no_apl("2026-12")], date(2027, 1, 1), None, id="1 January: 450 is not above 450"),
        pytest.param(
            [term("2026-12", housing="450.01", apl="0")],
            date(2027, 1, 1),
            date(2027, 1, 1),
            id="1 January: 450.01 is, from the first day of the new rules",
        ),
        pytest.param(
            [no_apl("2026-12"), no_apl("2027-01")], date(2027, 2, 5), date(2027, 1, 31), id="900 above 450 in January"
        ),
        pytest.param(
            [term("2026-08", paid="119")] + [term(f"2026-{month:02}", paid="120") for month in (9, 10, 11, 12)],
            date(2026, 12, 31),
            None,
            id="an old euro, last day of the first regime",
        ),
        pytest.param(
            [term("2026-08", paid="119")] + [term(f"2026-{month:02}", paid="120") for month in (9, 10, 11, 12)],
            date(2027, 1, 1),
            date(2027, 1, 1),
            id="an old euro, first day of the next",
        ),
        pytest.param(
            [NOV, term("2026-12", paid="120")], date(2027, 2, 27), None, id="default of 30 November: before 28 February"
        ),
        pytest.param(
            [NOV, term("2026-12", paid="120")], date(2027, 2, 28), date(2027, 2, 28), id="default of 30 November"
        ),
        pytest.param([term("2027-01", paid="119.99")], date(2027, 4, 29), None, id="one cent, the eve"),
        pytest.param(
            [term("2027-01", paid="119.99")], date(2027, 4, 30), date(2027, 4, 30), id="one cent, three months later"
        ),
        pytest.param(
            [term("2027-01"), term("2027-02", paid="240")],
            date(2027, 4, 30),
            None,
            id="January settled by what was paid over in February",
        ),
        pytest.param(
            [term("2027-01"), term("2027-02", paid="240"), term("2027-03", paid="100")],
            date(2027, 6, 29),
            None,
            id="then the first default is March",
        ),
        pytest.param(
            [term("2027-01"), term("2027-02", paid="240"), term("2027-03", paid="100")],
            date(2027, 6, 30),
            date(2027, 6, 30),
            id="three months after March",
        ),
        pytest.param(
            [term("2027-01"), term("2027-02"), term("2027-03", paid="240")],
            date(2027, 5, 27),
            None,
            id="two defaults, one settled since: the second is the oldest",
        ),
        pytest.param(
            [term("2027-01"), term("2027-02"), term("2027-03", paid="240")],
            date(2027, 5, 28),
            date(2027, 5, 28),
            id="three months after 28 February",
        ),
        pytest.param(
            [term("2027-01"), term("2027-02"), term("2027-03"), term("2027-04", paid="480")],
            date(2027, 5, 15),
            None,
            id="all settled",
        ),
        pytest.param(
            [no_apl("2027-02", paid="450"), term("2027-03", housing="450", apl="0")],
            date(2027, 3, 31),
            None,
            id="450 to the cent",
        ),
    ],
)
def test_caf_impaye_from_2027(terms, today, since):
    assert caf_impaye_since(terms, today=today) == since


@pytest.mark.parametrize(
    ("constituted_on", "due_on"),
    [
        pytest.param(date(2026, 10, 31), date(2026, 12, 31), id="month end"),
        pytest.param(date(2026, 12, 31), date(2027, 2, 28), id="into February"),
        pytest.param(date(2027, 1, 1), date(2027, 3, 1), id="same day number"),
    ],
)
def test_caf_report_due_on(constituted_on, due_on):
    assert caf_report_due_on(constituted_on) == due_on


# Ending the contract.


def unpaid(month):
    """A term for which nothing came in from anybody: 450 and 50 of services, no APL."""
    return term(month, other="50", apl="0")


THREE = [unpaid("2026-03"), unpaid("2026-04"), unpaid("2026-05")]


@pytest.mark.parametrize(
    ("terms", "today", "ground"),
    [
        pytest.param([], date(2026, 5, 31), False, id="no term"),
        pytest.param(THREE, date(2026, 5, 30), False, id="the third is not due yet"),
        pytest.param(THREE, date(2026, 5, 31), True, id="three wholly unpaid"),
        pytest.param(THREE[:2], date(2026, 6, 30), False, id="two wholly unpaid, though 1 000 passes 900"),
        pytest.param(
            [unpaid("2026-02"), *THREE[1:]], date(2026, 5, 31), False, id="three, but not consecutive: March is missing"
        ),
        pytest.param(
            [unpaid("2025-11"), unpaid("2025-12"), unpaid("2026-01")],
            date(2026, 1, 31),
            True,
            id="three over the new year",
        ),
        pytest.param(
            [*THREE[:2], replace(THREE[2], paid_housing=D("0.01"))],
            date(2026, 5, 31),
            True,
            id="a cent makes it partial, and 1 499.99 passes 900",
        ),
        pytest.param(
            [replace(each, apl_expected=D(330)) for each in THREE],
            date(2026, 5, 31),
            False,
            id="APL expected counts as received: 510 under 900",
        ),
        pytest.param(
            [replace(each, apl_expected=D(330), apl_received=D(0)) for each in THREE],
            date(2026, 5, 31),
            True,
            id="APL that never came does not",
        ),
        pytest.param(
            [replace(each, paid_other=D(50)) for each in THREE[:2]] + THREE[2:],
            date(2026, 4, 30),
            True,
            id="services paid: partial, 900 still due reaches 900",
        ),
        pytest.param(
            [replace(THREE[0], paid_housing=D(500), paid_other=D(0)), *THREE[1:]],
            date(2026, 5, 31),
            False,
            id="a term paid in full is not a partial payment: two unpaid are not three",
        ),
        pytest.param(
            [*THREE, term("2026-06", other="50", apl="0", paid="2000")],
            date(2026, 6, 30),
            False,
            id="settled as a whole since",
        ),
        pytest.param(
            [term("2026-04", housing="0", apl="0"), term("2026-05", housing="0", apl="0"), unpaid("2026-06")],
            date(2026, 6, 30),
            False,
            id="terms that ask for nothing are not unpaid",
        ),
    ],
)
def test_is_termination_ground(terms, today, ground):
    assert is_termination_ground(terms, today=today) is ground


@pytest.mark.parametrize(
    ("terms", "ground"),
    [
        pytest.param(7, False, id="840 of 450 with 330 of APL: under 900"),
        pytest.param(8, True, id="960: passed"),
    ],
)
def test_the_yardstick_is_gross_where_the_caf_s_is_net(terms, ground):
    months = [add_months(date(2026, 1, 1), rank) for rank in range(terms)]
    owed = [term(f"{month:%Y-%m}") for month in months]
    assert is_termination_ground(owed, today=month_end(months[-1])) is ground
    assert caf_impaye_since(owed, today=month_end(months[-1])) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("paid", "ground"),
    [
        pytest.param("50.00", True, id="900.00 still due"),
        pytest.param("50.01", False, id="899.99 still due"),
    ],
)
def test_at_least_twice(paid, ground):
    terms = [term("2026-03", other="25", apl="0", paid=paid), term("2026-04", other="25", apl="0")]
    assert is_termination_ground(terms, today=date(2026, 4, 30)) is ground


def test_missed_terms_are_late_from_the_day_after():
    terms = [unpaid("2026-03"), term("2026-04", paid="120"), term("2026-05", other="1", paid="120")]
    assert missed_terms(terms, today=date(2026, 3, 31)) == []
    assert missed_terms(terms, today=date(2026, 4, 1)) == [date(2026, 3, 1)]
    assert missed_terms(terms, today=date(2026, 6, 1)) == [date(2026, 3, 1), date(2026, 5, 1)]


histories = st.lists(st.tuples(st.sampled_from([0, 100, 330]), st.integers(0, 600)), min_size=1, max_size=14).map(
    lambda rows: [
        term(f"{add_months(date(2026, 3, 1), rank):%Y-%m}", apl=str(apl), paid=str(paid))
        for rank, (apl, paid) in enumerate(rows)
    ]
)


@given(terms=histories, day=st.dates(date(2026, 3, 1), date(2027, 9, 30)))
def test_an_impaye_always_has_a_debt_and_begins_by_today(terms, day):
    since = caf_impaye_since(terms, today=day)
    due = [each for each in terms if month_end(each.month) <= day]
    debt = sum(each.housing - each.apl_expected - each.paid_housing for each in due)
    if since is None:
        last = due[-1] if due else None
        assert last is None or not passes_caf_threshold(
            debt, housing=last.housing, apl=last.apl_expected, on=month_end(last.month)
        )
    else:
        assert debt > 0
        assert month_end(terms[0].month) <= since <= day


@given(terms=histories, day=st.dates(date(2026, 3, 1), date(2027, 9, 30)))
def test_an_impaye_keeps_its_date_while_the_same_debt_stands(terms, day):
    since = caf_impaye_since(terms, today=day)
    later = caf_impaye_since([each for each in terms if month_end(each.month) <= day], today=add_months(day, 2))
    assert since is None or later == since
