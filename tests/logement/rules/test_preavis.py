from datetime import date

import pytest

from logement.rules.preavis import Ground, ShortNotice, last_day_due, manager_notice_end, resident_notice_end


@pytest.mark.parametrize(
    ("received_on", "shortened", "expected"),
    [
        pytest.param(date(2026, 3, 15), False, date(2026, 4, 15), id="one month"),
        pytest.param(date(2025, 1, 31), False, date(2025, 2, 28), id="one month from 31 January"),
        pytest.param(date(2024, 1, 30), False, date(2024, 2, 29), id="one month into a leap February"),
        pytest.param(date(2025, 2, 28), False, date(2025, 3, 28), id="from the last of February"),
        pytest.param(date(2026, 12, 31), False, date(2027, 1, 31), id="over the new year"),
        pytest.param(date(2026, 3, 1), True, date(2026, 3, 9), id="eight days from the 1st end on the 9th"),
        pytest.param(date(2024, 2, 25), True, date(2024, 3, 4), id="eight days over a leap day"),
        pytest.param(date(2026, 4, 24), True, date(2026, 5, 2), id="ends on a Saturday: not put off"),
    ],
)
def test_resident_notice_end(received_on, shortened, expected):
    assert resident_notice_end(received_on, shortened=shortened) == expected


@pytest.mark.parametrize(
    ("ground", "notified_on", "offer_on", "expected"),
    [
        pytest.param(Ground.BREACH, date(2026, 1, 15), None, date(2026, 2, 15), id="breach: one month"),
        pytest.param(Ground.BREACH, date(2026, 1, 31), None, date(2026, 2, 28), id="breach: month end"),
        pytest.param(Ground.CLOSURE, date(2026, 1, 15), None, date(2026, 4, 15), id="closure: three months"),
        pytest.param(Ground.CLOSURE, date(2026, 11, 30), None, date(2027, 2, 28), id="closure: ends in February"),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2026, 1, 15), date(2026, 1, 15), date(2026, 4, 16), id="three clear months"
        ),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2026, 1, 15), date(2025, 11, 2), date(2026, 4, 16), id="offer made before"
        ),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2026, 1, 15), date(2026, 3, 16), date(2026, 4, 16), id="offer's month as long"
        ),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2026, 1, 15), date(2026, 3, 17), date(2026, 4, 17), id="offer a day later"
        ),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2026, 1, 15), date(2026, 8, 31), date(2026, 9, 30), id="offer long after"
        ),
        pytest.param(
            Ground.CONDITIONS_ENDED, date(2025, 11, 30), date(2025, 12, 1), date(2026, 3, 1), id="clear of February"
        ),
        pytest.param(
            Ground.BREACH, date(2026, 1, 15), date(2026, 8, 1), date(2026, 2, 15), id="an offer does not delay a breach"
        ),
    ],
)
def test_manager_notice_end(ground, notified_on, offer_on, expected):
    assert manager_notice_end(notified_on, ground=ground, offer_notified_on=offer_on) == expected


def test_conditions_ended_needs_an_offer():
    with pytest.raises(ValueError, match="offer"):
        manager_notice_end(date(2026, 1, 15), ground=Ground.CONDITIONS_ENDED)


NOTICE_END = date(2026, 4, 15)


@pytest.mark.parametrize(
    ("keys", "by_manager", "expected"),
    [
        pytest.param(date(2026, 4, 2), False, NOTICE_END, id="resident leaves early: due in full"),
        pytest.param(date(2026, 4, 2), True, date(2026, 4, 2), id="manager's notice: days lived in only"),
        pytest.param(date(2026, 4, 15), True, NOTICE_END, id="keys on the last day"),
        pytest.param(date(2026, 5, 2), True, NOTICE_END, id="keys later: indemnité after the notice"),
        pytest.param(None, True, NOTICE_END, id="keys still out"),
        pytest.param(None, False, NOTICE_END, id="keys still out, resident's notice"),
    ],
)
def test_last_day_due(keys, by_manager, expected):
    assert last_day_due(notice_end=NOTICE_END, keys_returned_on=keys, by_manager=by_manager) == expected


def test_every_ground_has_a_french_label():
    assert all(member.label for member in [*Ground, *ShortNotice])
