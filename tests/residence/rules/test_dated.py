from dataclasses import dataclass
from datetime import date

import pytest

from residence.rules.convention import to_verify
from residence.rules.dated import in_force


@dataclass(frozen=True)
class Row:
    valid_from: date
    value: int


ROWS = [Row(date(2027, 1, 1), 2), Row(date(2026, 1, 1), 1)]


@pytest.mark.parametrize(
    ("on", "value"),
    [(date(2026, 1, 1), 1), (date(2026, 12, 31), 1), (date(2027, 1, 1), 2), (date(2040, 1, 1), 2)],
)
def test_in_force_takes_the_latest_row_begun_whatever_their_order(on, value):
    assert in_force(ROWS, on).value == value


def test_nothing_in_force_before_the_first_row():
    with pytest.raises(LookupError, match="2025-12-31"):
        in_force(ROWS, date(2025, 12, 31))


def test_convention_type_is_to_verify_from_1_august_2026():
    assert not to_verify(date(2026, 7, 31))
    assert to_verify(date(2026, 8, 1))
