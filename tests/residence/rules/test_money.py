from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.rules.money import cents, cents_down, euros, percent, share, split


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        pytest.param("1.004", "1.00", id="below half"),
        pytest.param("1.005", "1.01", id="half goes up"),
        pytest.param("1.015", "1.02", id="half after an odd cent goes up"),
        pytest.param("1.025", "1.03", id="half after an even cent goes up too"),
        pytest.param("-1.005", "-1.01", id="a half below zero mirrors the one above"),
        pytest.param("-0.004", "0.00", id="no minus zero"),
        pytest.param("7", "7.00", id="always two decimals"),
    ],
)
def test_cents(value, rounded):
    assert str(cents(D(value))) == rounded


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        pytest.param("404.1606", "404.16", id="down"),
        pytest.param("404.169999", "404.16", id="nearly the next cent"),
        pytest.param("404.16", "404.16", id="exact"),
        pytest.param("-1.001", "-1.01", id="below zero, still down"),
    ],
)
def test_cents_down(value, rounded):
    assert str(cents_down(D(value))) == rounded


def test_share_has_four_decimals():
    assert str(share(D(1) / D(3))) == "0.3333"
    assert str(share(D("0.25005"))) == "0.2501"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param("1234.56", "1 234,56 €", id="thousands"),
        pytest.param("0", "0,00 €", id="nil"),
        pytest.param("-12.5", "-12,50 €", id="negative"),
        pytest.param("1234567.891", "1 234 567,89 €", id="millions, rounded"),
    ],
)
def test_euros(value, written):
    assert euros(D(value)) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize(("value", "written"), [("0.25", "25 %"), ("0.251", "25,1 %"), ("0", "0 %"), ("1", "100 %")])
def test_percent(value, written):
    assert percent(D(value)) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        pytest.param("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"], id="the first gets the odd cent"),
        pytest.param("0.01", ["1", "2"], ["0.00", "0.01"], id="one cent goes to the largest remainder"),
        pytest.param("90.00", ["100", "200"], ["30.00", "60.00"], id="exact"),
        pytest.param("5.00", ["0", "3"], ["0.00", "5.00"], id="no weight, no part"),
        pytest.param("0.00", ["1", "1"], ["0.00", "0.00"], id="nothing to share"),
    ],
)
def test_split(total, weights, parts):
    assert split(D(total), [D(weight) for weight in weights]) == [D(part) for part in parts]


@given(
    total=st.decimals(min_value=0, max_value=100_000, places=2),
    weights=st.lists(st.decimals(min_value="0.01", max_value=100_000, places=2), min_size=1, max_size=12),
)
def test_split_conserves_the_total_within_a_cent_of_each_share(total, weights):
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < D("0.01")


@pytest.mark.parametrize(
    ("total", "weights"),
    [
        pytest.param("-1", ["1"], id="negative total"),
        pytest.param("1.001", ["1"], id="fraction of a cent"),
        pytest.param("1", [], id="nobody"),
        pytest.param("1", ["0", "0"], id="no weight at all"),
        pytest.param("1", ["2", "-1"], id="negative weight"),
    ],
)
def test_split_refuses(total, weights):
    with pytest.raises(ValueError, match="positive"):
        split(D(total), [D(weight) for weight in weights])
