"""The yearly resources of an APL estimate, from what comes in a month."""

from decimal import Decimal as D

import pytest

from admissions.rules.apl_base import Counted, Line, yearly_resources


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([], D("0.00"), id="nothing"),
        pytest.param([(Counted.ABATED, "1000.00")], D("10800.00"), id="a-tenth-off-earnings-and-pensions"),
        pytest.param([(Counted.WHOLE, "100.00")], D("1200.00"), id="whole"),
        pytest.param([(Counted.OUT, "1016.05")], D("0.00"), id="aah-stays-out"),
        pytest.param([(Counted.RSA, "560.00"), (Counted.ABATED, "400.00")], D("0.00"), id="a-rsa-ignores-earnings"),
        pytest.param([(Counted.ABATED, "333.33"), (Counted.WHOLE, "10.01")], D("3720.08"), id="rounded-once"),
    ],
)
def test_yearly_resources(lines, expected):
    assert yearly_resources(Line(counted, D(monthly)) for counted, monthly in lines) == expected
