from datetime import date

import pytest

from logement.rules.tiers import Excess, Hosting, Limit, excesses, hosted_days, too_many_on

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


@pytest.mark.parametrize(
    ("most", "first", "last", "full_on"),
    [(1, 1, 9, None), (1, 8, 20, 10), (2, 8, 20, None), (1, 21, 25, None), (0, 3, 4, 3), (2, 10, 14, 12)],
)
def test_guests_at_once(most, first, last, full_on):
    """Bob is there from the 10th to the 20th of March, Cleo from the 12th to the 13th; Ana comes."""
    march = [date(2026, 3, day) for day in range(1, 32)]
    known = [Hosting("bob", march[9], march[19])] + ([Hosting("cleo", march[11], march[12])] if most == 2 else [])
    if (first, last) == (8, 20) and most == 2:
        known.pop()
    # The same person declared again does not count twice.
    known.append(Hosting("ana", march[first - 1], march[last - 1]))
    planned = Hosting("ana", march[first - 1], march[last - 1])
    assert too_many_on(known, planned=planned, most=most) == (full_on and march[full_on - 1])


def test_a_hosting_ends_after_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        Hosting("ana", date(2026, 3, 2), date(2026, 3, 1))
