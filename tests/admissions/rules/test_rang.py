"""The order of a waiting list: points, their reasons, ties, dates."""

from datetime import date
from decimal import Decimal as D

import pytest

from admissions.rules.rang import Candidate, Kind, Weight, ordinal, rank, score, signed, weights_on

TODAY = date(2026, 11, 22)
BEGINS = date(2020, 1, 1)


def weight(kind, points, **more):
    return Weight(kind, D(points), more.pop("valid_from", BEGINS), **more)


def candidate(key=1, **more):
    asked = {"waiting_since": date(2026, 5, 22), "received_on": date(2026, 2, 23)}
    return Candidate(key, **(asked | more))


@pytest.mark.parametrize(
    ("one", "who", "points", "why"),
    [
        pytest.param(weight(Kind.WAITED, 2), {}, 12, "attend une place depuis 6 mois", id="months-waited"),
        pytest.param(weight(Kind.REQUESTED, 1), {}, 8, "demande reçue il y a 8 mois", id="eight-months-and-a-day-less"),
        pytest.param(weight(Kind.WAITED, 2, most=D(10)), {}, 10, "depuis 6 mois", id="held-at-its-most"),
        pytest.param(weight(Kind.WAITED, 2), {"waiting_since": date(2026, 10, 23)}, None, "", id="no-month-over-yet"),
        pytest.param(weight(Kind.WAITED, 2), {"waiting_since": date(2026, 12, 1)}, None, "", id="not-begun"),
        pytest.param(
            weight(Kind.NEED, 10, value="fauteuil", label="accessible"),
            {"needs": frozenset({"fauteuil"})},
            10,
            "accessible",
            id="a-need",
        ),
        pytest.param(weight(Kind.NEED, 10, value="fauteuil"), {"needs": frozenset({"calme"})}, None, "", id="another"),
        pytest.param(weight(Kind.ROUTE, 5, value="siao", label="SIAO"), {"route": "siao"}, 5, "voie SIAO", id="route"),
        pytest.param(weight(Kind.ROUTE, 5, value="siao"), {"route": "ccas"}, None, "", id="another-route"),
        pytest.param(weight(Kind.CHILDREN, 3), {"children": 2}, 6, "2 enfants", id="children"),
        pytest.param(weight(Kind.CHILDREN, 3), {"children": 1}, 3, "1 enfant", id="one-child"),
        pytest.param(weight(Kind.REFUSED, -4), {"refusals": 2}, -8, "2 places refusées", id="refusals-take-away"),
        pytest.param(weight(Kind.REFUSED, -4, most=D(5)), {"refusals": 2}, -5, "2 places", id="held-under-zero"),
    ],
)
def test_what_a_criterion_gives(one, who, points, why):
    reasons = score([one], candidate(**who), on=TODAY)
    if points is None:
        assert reasons == ()
        return
    (reason,) = reasons
    assert reason.points == points
    assert why in reason.why.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rows", "day", "points"),
    [
        pytest.param([("2026-01-01", 2)], date(2025, 12, 31), [], id="the-eve-of-the-first"),
        pytest.param([("2026-01-01", 2)], date(2026, 1, 1), [2], id="its-first-day"),
        pytest.param([("2026-01-01", 2), ("2026-07-01", 3)], date(2026, 6, 30), [2], id="until-the-next"),
        pytest.param([("2026-07-01", 3), ("2026-01-01", 2)], date(2026, 7, 1), [3], id="in-any-order"),
        pytest.param([("2026-01-01", 2), ("2026-07-01", 0)], date(2026, 7, 1), [], id="ended-by-zero"),
    ],
)
def test_weights_are_dated(rows, day, points):
    weights = [weight(Kind.WAITED, worth, valid_from=date.fromisoformat(since)) for since, worth in rows]
    assert [one.points for one in weights_on(weights, day)] == points


def test_two_needs_are_two_criteria():
    weights = [weight(Kind.NEED, 5, value="calme"), weight(Kind.NEED, 10, value="fauteuil")]
    assert [one.points for one in weights_on(weights, TODAY)] == [5, 10]


def test_the_order_says_points_rank_and_reasons():
    weights = [weight(Kind.WAITED, 1), weight(Kind.NEED, 10, value="priorite", label="priorité")]
    first, second = rank(
        weights,
        [candidate(1), candidate(2, waiting_since=date(2026, 10, 1), needs=frozenset({"priorite"}))],
        on=TODAY,
    )
    assert (first.key, first.rank, first.of, first.points) == (2, 1, 2, 11)
    said = first.why.replace("\u00a0", " ")
    assert said == "11 points : attend une place depuis 1 mois (+1), priorité (+10)"
    assert first.position == "1er sur 2"
    assert (second.key, second.rank, second.points) == (1, 2, 6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"waiting_since": date(2026, 5, 1)}, {"waiting_since": date(2026, 5, 2)}, id="waited-longer"),
        pytest.param({"received_on": date(2026, 1, 1)}, {"received_on": date(2026, 1, 2)}, id="older-request"),
        pytest.param({}, {}, id="then-the-order-of-entry"),
    ],
)
def test_ties_go_to_the_longest_wait(one, other):
    assert [r.key for r in rank([], [candidate(2, **other), candidate(1, **one)], on=TODAY)] == [1, 2]


def test_without_criteria_the_reason_is_the_time_waited():
    (only,) = rank([], [candidate()], on=TODAY)
    assert only.why == "à l’ancienneté"


def test_nobody_waits():
    assert rank([weight(Kind.WAITED, 1)], [], on=TODAY) == []


@pytest.mark.parametrize(
    ("points", "said"), [("12.00", "+12"), ("-3.50", "−3,5"), ("0.25", "+0,25"), ("10", "+10"), ("100", "+100")]
)
def test_points_as_they_are_read(points, said):
    assert signed(D(points)) == said


def test_ordinals():
    assert [ordinal(1), ordinal(2), ordinal(21)] == ["1er", "2e", "21e"]
