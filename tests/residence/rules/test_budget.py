from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residence.rules.budget import consumption_units, net_redevance, reduction, reste_a_vivre, taux_effort


@pytest.mark.parametrize(
    ("redevance", "apl", "resources", "rate"),
    [
        pytest.param("251", "0", "1000", "0.2510", id="251 of 1 000"),
        pytest.param("450", "330", "635.71", "0.1888", id="RSA, APL deducted"),
        pytest.param("300", "320", "600", "0.0000", id="APL above the redevance: never below 0"),
        pytest.param("450", "0", "400", "1.1250", id="more than everything"),
        pytest.param("1", "0", "3", "0.3333", id="four decimals"),
        pytest.param("0.5", "0", "10000", "0.0001", id="half up"),
        pytest.param("450", "330", "0", None, id="no resources"),
        pytest.param("450", "330", "-50", None, id="a deficit is no resource"),
    ],
)
def test_taux_effort(redevance, apl, resources, rate):
    result = taux_effort(redevance=D(redevance), apl=D(apl), resources=D(resources))
    assert (None if result is None else str(result)) == rate


@pytest.mark.parametrize(
    ("redevance", "apl", "resources", "ceiling", "expected"),
    [
        pytest.param("200", "0", "900", "0.20", "20.00", id="900 a month, 200 net, ceiling 20 %"),
        pytest.param("180", "0", "900", "0.20", "0.00", id="at the ceiling"),
        pytest.param("180.01", "0", "900", "0.20", "0.01", id="a cent above"),
        pytest.param("100", "0", "333.33", "0.25", "16.67", id="what may be paid (83.3325) rounds down"),
        pytest.param("200", "150", "0", "0.20", "50.00", id="no resources: all of it"),
        pytest.param("200", "250", "900", "0.20", "0.00", id="nothing to pay"),
    ],
)
def test_reduction(redevance, apl, resources, ceiling, expected):
    result = reduction(redevance=D(redevance), apl=D(apl), resources=D(resources), ceiling=D(ceiling))
    assert str(result) == expected


amounts = st.decimals(min_value=0, max_value=3000, places=2)


@given(redevance=amounts, apl=amounts, resources=st.decimals(min_value="300", max_value=3000, places=2))
def test_after_the_reduction_the_ceiling_holds(redevance, apl, resources):
    ceiling = D("0.20")
    less = reduction(redevance=redevance, apl=apl, resources=resources, ceiling=ceiling)
    rate = taux_effort(redevance=redevance - less, apl=apl, resources=resources)
    assert rate is not None
    assert rate <= ceiling


def test_net_redevance_is_never_a_credit():
    assert net_redevance(redevance=D(450), apl=D(330)) == D("120.00")
    assert net_redevance(redevance=D(300), apl=D(330)) == D("0.00")


@pytest.mark.parametrize(
    ("resources", "charges", "net", "units", "expected"),
    [
        pytest.param("635.71", "80", "120", "1", "14.52", id="single"),
        pytest.param("1500", "300", "300", "1.8", "16.67", id="parent and children"),
        pytest.param("500", "400", "250", "1", "-5.00", id="spends more than it gets"),
        pytest.param("900", "0", "0", "1", "30.00", id="thirty days a month"),
    ],
)
def test_reste_a_vivre(resources, charges, net, units, expected):
    result = reste_a_vivre(resources=D(resources), charges=D(charges), net_redevance=D(net), units=D(units))
    assert str(result) == expected


def test_reste_a_vivre_needs_somebody():
    with pytest.raises(ValueError, match="consumption units"):
        reste_a_vivre(resources=D(500), charges=D(0), net_redevance=D(0), units=D(0))


@pytest.mark.parametrize(
    ("adults", "children", "units"),
    [
        pytest.param(1, 0, "1", id="single"),
        pytest.param(2, 0, "1.5", id="couple"),
        pytest.param(1, 1, "1.3", id="parent and child"),
        pytest.param(2, 2, "2.1", id="couple and two children"),
        pytest.param(3, 1, "2.3", id="couple, teenager, child"),
        pytest.param(0, 2, "1.3", id="children only: the first counts for 1"),
    ],
)
def test_consumption_units(adults, children, units):
    assert consumption_units(adults, children) == D(units)


@pytest.mark.parametrize(("adults", "children"), [(0, 0), (-1, 2), (1, -1)])
def test_consumption_units_refuses_nobody(adults, children):
    with pytest.raises(ValueError, match="at least one person"):
        consumption_units(adults, children)
