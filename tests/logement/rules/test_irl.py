from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logement.rules.irl import (
    PUBLISHED,
    FixedYear,
    Index,
    reference_indices,
    reference_quarters,
    revised,
    revised_parts,
    variation,
)


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2018, "0.0000"), (2023, "0.0360"), (2024, "0.0350"), (2025, "0.0326"), (2026, "0.0104"), (2027, "0.0115")],
)
def test_published_variations(year, expected):
    assert str(variation(year)) == expected


@pytest.mark.parametrize(
    ("amount", "old", "new", "ceiling", "expected"),
    [
        pytest.param("400.00", "145.17", "146.68", None, "404.16", id="1 January 2026"),
        pytest.param("400.00", "146.68", "148.37", None, "404.60", id="1 January 2027, 404.6087 rounds down"),
        pytest.param("400.00", "131.12", "135.84", None, "414.39", id="1 January 2023, 414.399 rounds down"),
        pytest.param("100.00", "100", "100.999", None, "100.99", id="nearly a cent more is not a cent more"),
        pytest.param("400.00", "145.17", "146.68", "404.16", "404.16", id="maximum at the result"),
        pytest.param("400.00", "145.17", "146.68", "402.50", "402.50", id="maximum below the result"),
        pytest.param("400.00", "145.17", "146.68", "402.509", "402.50", id="maximum with a fraction of a cent"),
        pytest.param("400.00", "145.17", "146.68", "390", "390.00", id="already above the maximum"),
        pytest.param("400.00", "130.57", "130.57", None, "400.00", id="index unchanged"),
        pytest.param("400.00", "131", "130", None, "396.94", id="index falling"),
        pytest.param("0", "145.17", "146.68", None, "0.00", id="nothing"),
    ],
)
def test_revised(amount, old, new, ceiling, expected):
    maximum = None if ceiling is None else D(ceiling)
    assert str(revised(D(amount), old_index=D(old), new_index=D(new), ceiling=maximum)) == expected


@given(
    amount=st.decimals(min_value=0, max_value=3000, places=2),
    old=st.decimals(min_value=100, max_value=200, places=2),
    new=st.decimals(min_value=100, max_value=200, places=2),
)
def test_revised_never_passes_the_variation_and_misses_it_by_less_than_a_cent(amount, old, new):
    result = revised(amount, old_index=old, new_index=new)
    assert result * old <= amount * new
    assert (result + D("0.01")) * old > amount * new


@pytest.mark.parametrize(("old", "new"), [("0", "146.68"), ("145.17", "0"), ("-1", "146.68")])
def test_revised_refuses_an_index_not_above_zero(old, new):
    with pytest.raises(ValueError, match="above 0"):
        revised(D(400), old_index=D(old), new_index=D(new))


def test_reference_indices():
    assert reference_quarters(2027) == ("2025-Q2", "2026-Q2")
    assert reference_indices(2027) == (D("146.68"), D("148.37"))


def test_a_year_fixed_by_hand_wins_over_the_indices():
    assert reference_indices(2018) == (D(1), D(1))
    half = FixedYear(2027, D("1.005"), "Décision du conseil d’administration.")
    old, new = reference_indices(2027, fixed_years=[half])
    assert revised(D("400.00"), old_index=old, new_index=new) == D("402.00")


def test_an_index_not_published_yet_is_named():
    with pytest.raises(LookupError, match="2027-Q2"):
        reference_indices(2028)


def test_indices_may_be_passed_in():
    later = [*PUBLISHED, Index("2027-Q2", D("150.00"), date(2027, 7, 15))]
    assert reference_indices(2028, indices=later) == (D("148.37"), D("150.00"))


def test_the_table_is_whole_and_in_order():
    quarters = [index.quarter for index in PUBLISHED]
    assert quarters[0] == "2010-Q1"
    assert quarters[-1] == "2026-Q2"
    assert quarters == sorted(set(quarters))
    assert len(quarters) == 66
    assert PUBLISHED[-1] == Index("2026-Q2", D("148.37"), date(2026, 7, 12))


@pytest.mark.parametrize("quarter", ["2026-T2", "2026-Q5", "26-Q1", "2026-Q22"])
def test_a_quarter_has_one_spelling(quarter):
    with pytest.raises(ValueError, match="2026-Q2"):
        Index(quarter, D(100))


def test_an_index_is_above_zero():
    with pytest.raises(ValueError, match="above 0"):
        Index("2026-Q1", D(0))


@pytest.mark.parametrize(
    ("rent", "charges", "year", "ceiling", "expected"),
    [
        pytest.param("300", "100", 2026, None, ("303.12", "101.04", False), id="2026: 146.68 / 145.17"),
        pytest.param("300", "100", 2027, None, ("303.45", "101.15", False), id="2027: 148.37 / 146.68"),
        pytest.param("300", "100", 2018, None, ("300.00", "100.00", False), id="2018, frozen by law"),
        pytest.param("300", "100", 2026, "404.16", ("303.12", "101.04", False), id="at the maximum"),
        pytest.param("300", "100", 2026, "404.15", ("303.11", "101.04", True), id="a cent above it"),
        pytest.param("0", "0", 2026, "0", ("0.00", "0.00", False), id="nothing"),
    ],
)
def test_revised_parts(rent, charges, year, ceiling, expected):
    old, new = reference_indices(year)
    parts = revised_parts(
        rent=D(rent),
        charges=D(charges),
        old_index=old,
        new_index=new,
        ceiling=None if ceiling is None else D(ceiling),
    )
    assert (str(parts.rent), str(parts.charges), parts.is_capped) == expected


@given(
    rent=st.decimals(min_value=0, max_value=900, places=2),
    charges=st.decimals(min_value=0, max_value=400, places=2),
    ceiling=st.decimals(min_value=0, max_value=1300, places=2),
)
def test_revised_parts_never_pass_the_variation_nor_the_maximum(rent, charges, ceiling):
    old, new = reference_indices(2026)
    parts = revised_parts(rent=rent, charges=charges, old_index=old, new_index=new, ceiling=ceiling)
    assert parts.rent + parts.charges <= ceiling
    assert parts.rent * old <= rent * new
    assert parts.charges * old <= charges * new
