from datetime import date

import pytest

from logement.rules.tiers import Excess, Hosting, Limit, excesses, hosted_days

ANA_SPRING = Hosting("ana", date(2026, 3, 1), date(2026, 5, 31))


def test_days_hosted_in_the_last_twelve_months():
    hostings = [Hosting("ana", date(2025, 6, 1), date(2025, 6, 10)), ANA_SPRING]
    assert hosted_days(hostings, on=date(2026, 5, 31)) == 10 + 92
    assert hosted_days(hostings, on=date(2026, 6, 5)) == 5 + 92
    assert hosted_days(hostings, on=date(2026, 6, 10)) == 92
    assert hosted_days(hostings, on=date(2026, 3, 1), guest="ana") == 11
    assert hosted_days(hostings, on=date(2026, 3, 1), guest="bob") == 0


def test_a_day_with_two_guests_counts_once():
    both = [Hosting("ana", date(2026, 3, 1), date(2026, 3, 10)), Hosting("bob", date(2026, 3, 6), date(2026, 3, 15))]
    assert hosted_days(both, on=date(2026, 3, 31)) == 15
    assert hosted_days(both, on=date(2026, 3, 31), guest="bob") == 10


@pytest.mark.parametrize(
    ("hostings", "planned", "found"),
    [
        pytest.param([], ANA_SPRING, [], id="the longest three months: 92 days"),
        pytest.param([ANA_SPRING], ANA_SPRING, [], id="already among those known"),
        pytest.param(
            [],
            Hosting("ana", date(2026, 3, 1), date(2026, 6, 1)),
            [Excess(Limit.SAME_GUEST, date(2026, 6, 1), 92)],
            id="a day more",
        ),
        pytest.param(
            [ANA_SPRING],
            Hosting("ana", date(2026, 9, 1), date(2026, 9, 2)),
            [Excess(Limit.SAME_GUEST, date(2026, 9, 1), 92)],
            id="same guest again within the year",
        ),
        pytest.param([ANA_SPRING], Hosting("ana", date(2027, 3, 1), date(2027, 5, 31)), [], id="same guest a year on"),
        pytest.param(
            [ANA_SPRING], Hosting("bob", date(2026, 6, 1), date(2026, 8, 31)), [], id="another guest: 184 days"
        ),
        pytest.param(
            [ANA_SPRING, Hosting("bob", date(2026, 6, 1), date(2026, 8, 31))],
            Hosting("cleo", date(2026, 9, 1), date(2026, 9, 30)),
            [Excess(Limit.ALL_GUESTS, date(2026, 9, 1), 184)],
            id="a third guest past six months",
        ),
        pytest.param(
            [],
            Hosting("ana", date(2026, 1, 1), date(2026, 12, 31)),
            [Excess(Limit.SAME_GUEST, date(2026, 4, 3), 92), Excess(Limit.ALL_GUESTS, date(2026, 7, 4), 184)],
            id="both limits",
        ),
        pytest.param(
            [Hosting("bob", date(2026, 3, 1), date(2026, 5, 31))], ANA_SPRING, [], id="two at a time use the same days"
        ),
    ],
)
def test_excesses(hostings, planned, found):
    assert excesses(hostings, planned=planned) == found


def test_a_hosting_ends_after_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Hosting("ana", date(2026, 3, 2), date(2026, 3, 1))
