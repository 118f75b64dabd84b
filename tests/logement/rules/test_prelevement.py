from datetime import date

import pytest

from logement.rules.prelevement import collected_on, mandate_usable_until


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        pytest.param(date(2026, 11, 20), date(2026, 12, 5), id="avis of the 20th: the 5th"),
        pytest.param(date(2026, 11, 21), date(2026, 12, 5), id="exactly fourteen days"),
        pytest.param(date(2026, 11, 22), date(2026, 12, 6), id="a day later"),
        pytest.param(date(2026, 12, 10), date(2026, 12, 24), id="avis after its month"),
    ],
)
def test_collected_on(issued_on, expected):
    assert collected_on(date(2026, 11, 1), issued_on=issued_on) == expected


def test_collection_day_is_a_parameter():
    assert collected_on(date(2026, 12, 31), issued_on=date(2026, 12, 20), day=10, notice_days=5) == date(2027, 1, 10)
    with pytest.raises(ValueError, match="1 to 28"):
        collected_on(date(2026, 12, 1), issued_on=date(2026, 12, 20), day=31)


@pytest.mark.parametrize(
    ("last_collected_on", "expected"),
    [(None, date(2029, 2, 28)), (date(2026, 6, 5), date(2029, 6, 5))],
)
def test_mandate_usable_until(last_collected_on, expected):
    assert mandate_usable_until(signed_on=date(2026, 2, 28), last_collected_on=last_collected_on) == expected
