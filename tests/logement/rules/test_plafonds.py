"""The ceilings of a dispositif: what is above comes off, to the cent."""

from datetime import date
from decimal import Decimal as D

import pytest

from logement.rules.plafonds import Base, Ceiling, Month, over, rate

QUARTER = Ceiling(Base.ALL_IN, D("0.25"), reduces=True)
FIFTH = Ceiling(Base.RENT, D("0.20"), reduces=True)


def month(start=date(2026, 3, 1), end=date(2026, 3, 31), *, rent=0, all_in=0, apl=0, resources=0):
    return Month(start, end, D(rent), D(all_in), D(apl), D(resources))


@pytest.mark.parametrize(
    ("ceiling", "facts", "less"),
    [
        pytest.param(FIFTH, month(rent=200, resources=900), 20, id="900 €, net 200: 20 € less"),
        pytest.param(FIFTH, month(rent=450, apl=250, resources=900), 20, id="the APL is deducted first"),
        pytest.param(FIFTH, month(rent=180, all_in=600, resources=900), 0, id="at the ceiling; charges do not count"),
        pytest.param(QUARTER, month(all_in=251, resources=1000), 1, id="251 of 1 000: one euro above a quarter"),
        pytest.param(QUARTER, month(all_in=250, resources=1000), 0, id="250 of 1 000: at the ceiling"),
        pytest.param(QUARTER, month(all_in="250.01", resources="1000.03"), "0.01", id="rounded down: it truly holds"),
        pytest.param(QUARTER, month(all_in=420, apl=420, resources=0), 0, id="nothing to pay"),
        pytest.param(
            QUARTER, month(all_in=420, apl=400, resources=0), 20, id="without resources, nothing may be asked"
        ),
        pytest.param(
            FIFTH,
            month(date(2026, 4, 16), date(2026, 4, 30), rent=100, resources=900),
            10,
            id="half a month: half of all",
        ),
    ],
)
def test_what_is_above_a_ceiling(ceiling, facts, less):
    assert over(ceiling, facts) == D(less)


def test_a_ceiling_says_what_it_looks_at():
    assert FIFTH.label.replace("\u00a0", " ") == "loyer hors charges après APL : au plus 20 % des ressources"
    assert rate(QUARTER, month(all_in=251, resources=1000)) == D("0.2510")
    assert rate(QUARTER, month(all_in=251)) is None
