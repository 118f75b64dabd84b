"""The share of active residents: a table."""

from decimal import Decimal as D

import pytest

from admissions.rules.activite import activity


@pytest.mark.parametrize(
    ("active", "idle", "unknown", "ratio", "is_low"),
    [
        pytest.param(0, 0, 3, None, False, id="nothing-known-accuses-nobody"),
        pytest.param(59, 41, 0, D("0.5900"), True, id="59-of-100-is-under"),
        pytest.param(60, 40, 0, D("0.6000"), False, id="60-is-enough"),
        pytest.param(3, 2, 7, D("0.6000"), False, id="of-those-known-alone"),
        pytest.param(2, 1, 0, D("0.6667"), False, id="rounded-half-up"),
        pytest.param(5999, 4001, 0, D("0.5999"), True, id="never-rounded-over-the-bound"),
    ],
)
def test_share_of_active_residents(active, idle, unknown, ratio, is_low):
    told = activity([True] * active + [False] * idle + [None] * unknown, least=D("0.60"))
    assert (told.ratio, told.is_low, told.residents) == (ratio, is_low, active + idle + unknown)
