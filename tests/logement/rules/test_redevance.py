from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.redevance import (
    DatedPart,
    Part,
    due_on,
    excess_over_maximum,
    housing_total,
    late_on,
    lines_for_month,
    payable_until,
    prorated,
    total,
)
from residence.rules.dates import add_days, add_months, iter_months, month_end, month_start, morrow

START_2024 = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("monthly", "month", "start", "end", "expected"),
    [
        pytest.param("450", date(2026, 3, 1), date(2025, 1, 1), None, "450.00", id="whole month"),
        pytest.param("450", date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 31), "450.00", id="exactly the month"),
        pytest.param("450", date(2026, 3, 1), date(2026, 3, 12), None, "290.32", id="entry on the 12th: 20 of 31"),
        pytest.param("450", date(2026, 3, 20), date(2026, 3, 12), None, "290.32", id="any day names the month"),
        pytest.param("450", date(2026, 3, 1), date(2026, 3, 31), None, "14.52", id="entry on the last day"),
        pytest.param("450", date(2026, 3, 1), date(2025, 1, 1), date(2026, 3, 1), "14.52", id="exit on the first day"),
        pytest.param("450", date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 5), "14.52", id="one day"),
        pytest.param("450", date(2025, 2, 1), date(2025, 2, 15), None, "225.00", id="February: 14 of 28"),
        pytest.param("450", date(2024, 2, 1), date(2024, 2, 15), None, "232.76", id="leap February: 15 of 29"),
        pytest.param("450", date(2026, 3, 1), date(2026, 4, 1), None, "0.00", id="not yet there"),
        pytest.param("450", date(2026, 3, 1), date(2025, 1, 1), date(2026, 2, 28), "0.00", id="gone the day before"),
        pytest.param("0.15", date(2026, 4, 1), date(2026, 4, 30), None, "0.01", id="half a cent goes up"),
        pytest.param("-20", date(2026, 4, 1), date(2026, 4, 16), None, "-10.00", id="a reduction"),
    ],
)
def test_prorated(monthly, month, start, end, expected):
    assert str(prorated(D(monthly), month=month, start=start, end=end)) == expected


def test_prorated_refuses_a_stay_that_ends_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        prorated(D(450), month=date(2026, 3, 1), start=date(2026, 3, 5), end=date(2026, 3, 4))


amounts = st.decimals(min_value=0, max_value=2000, places=2)
months = st.dates(min_value=START_2024, max_value=date(2030, 12, 31)).map(month_start)


@given(monthly=amounts, month=months, data=st.data())
def test_a_month_cut_in_two_adds_up_within_a_cent(monthly, month, data):
    cut = data.draw(st.dates(min_value=month, max_value=add_days(month_end(month), -1)))
    before = prorated(monthly, month=month, start=START_2024, end=cut)
    after = prorated(monthly, month=month, start=morrow(cut), end=None)
    assert abs(before + after - monthly) <= D("0.01")


@given(monthly=amounts, start=st.dates(min_value=START_2024, max_value=date(2030, 12, 31)), months=st.integers(1, 30))
def test_whole_months_of_a_long_stay_owe_the_whole_amount(monthly, start, months):
    end = add_months(start, months)
    due = [prorated(monthly, month=month, start=start, end=end) for month in iter_months(start, end)]
    assert all(amount == monthly for amount in due[1:-1])
    assert all(0 <= amount <= monthly for amount in due)


PARTS = [
    DatedPart(Part.OPTIONAL, D("12.00"), date(2026, 3, 10), date(2026, 5, 31), "place de parking"),
    DatedPart(Part.OBLIGATORY, D("35.50"), START_2024),
    DatedPart(Part.CHARGES, D("120.10"), START_2024),
    DatedPart(Part.LOYER, D("310.25"), date(2025, 1, 1), date(2025, 12, 31)),
    DatedPart(Part.LOYER, D("313.47"), date(2026, 1, 1)),
]


def test_lines_of_a_first_month():
    lines = lines_for_month(PARTS, month=date(2026, 3, 1), start=date(2026, 3, 12), end=None)
    assert [(line.part, line.label, str(line.amount), line.days) for line in lines] == [
        (Part.LOYER, "équivalent loyer", "202.24", 20),
        (Part.CHARGES, "équivalent charges", "77.48", 20),
        (Part.OBLIGATORY, "prestations obligatoires", "22.90", 20),
        (Part.OPTIONAL, "place de parking", "7.74", 20),
    ]
    assert total(lines) == D("310.36")
    assert housing_total(lines) == D("279.72")
    assert total(lines, Part.OPTIONAL) == D("7.74")


def test_a_tariff_that_changes_within_the_month_gives_two_lines():
    parts = [
        DatedPart(Part.LOYER, D(310), START_2024, date(2026, 3, 10)),
        DatedPart(Part.LOYER, D(341), date(2026, 3, 11)),
    ]
    lines = lines_for_month(parts, month=date(2026, 3, 1), start=date(2026, 1, 1), end=date(2026, 3, 20))
    assert [(str(line.amount), line.start, line.end) for line in lines] == [
        ("100.00", date(2026, 3, 1), date(2026, 3, 10)),
        ("110.00", date(2026, 3, 11), date(2026, 3, 20)),
    ]


def test_no_line_outside_the_stay_or_the_tariff():
    assert lines_for_month(PARTS, month=date(2026, 3, 1), start=date(2026, 4, 1), end=None) == []
    assert lines_for_month(PARTS[:1], month=date(2026, 6, 1), start=START_2024, end=None) == []
    assert lines_for_month([], month=date(2026, 6, 1), start=START_2024, end=None) == []


@given(
    monthly=st.lists(amounts, min_size=1, max_size=6),
    month=months,
    entry=st.integers(min_value=0, max_value=27),
)
def test_each_part_is_rounded_and_the_total_is_their_sum(monthly, month, entry):
    start = add_days(month, entry)
    parts = [DatedPart(list(Part)[rank % 4], amount, START_2024) for rank, amount in enumerate(monthly)]
    lines = lines_for_month(parts, month=month, start=start, end=None)
    assert sum(line.amount for line in lines) == total(lines)
    assert total(lines) == sum(prorated(amount, month=month, start=start, end=None) for amount in monthly)
    assert housing_total(lines) + total(lines, Part.OBLIGATORY, Part.OPTIONAL) == total(lines)


def test_what_the_parts_belong_to():
    assert [part.counts_for_apl for part in Part] == [True, True, False, False]
    assert [part.in_redevance for part in Part] == [True, True, True, False]


@pytest.mark.parametrize(
    ("loyer", "charges", "maximum", "excess"),
    [
        pytest.param("300", "120", "420", "0", id="at the maximum"),
        pytest.param("300", "120.01", "420", "0.01", id="a cent above"),
        pytest.param("300", "100", "420", "0", id="below"),
        pytest.param("300", "120", None, "0", id="no maximum set"),
    ],
)
def test_excess_over_maximum(loyer, charges, maximum, excess):
    ceiling = None if maximum is None else D(maximum)
    assert excess_over_maximum(loyer=D(loyer), charges=D(charges), maximum=ceiling) == D(excess)


@pytest.mark.parametrize(
    ("issued_on", "payable", "late"),
    [
        pytest.param(date(2026, 2, 22), date(2026, 2, 28), date(2026, 3, 1), id="issued within the month"),
        pytest.param(date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1), id="issued the day it falls due"),
        pytest.param(date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 10), id="issued after: eight days more"),
        pytest.param(date(2026, 4, 28), date(2026, 5, 6), date(2026, 5, 7), id="issued long after"),
    ],
)
def test_when_an_avis_is_late(issued_on, payable, late):
    assert due_on(date(2026, 2, 1)) == date(2026, 2, 28)
    assert payable_until(date(2026, 2, 1), issued_on=issued_on) == payable
    assert late_on(date(2026, 2, 1), issued_on=issued_on) == late
