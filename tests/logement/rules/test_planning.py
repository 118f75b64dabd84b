"""The spans of the planning, as tables; no database."""

import itertools
import random
from datetime import date, timedelta

import pytest

from logement.rules.planning import SLOTS, Hold, State, columns, free_from, monthly, months_from, spans, state_on

TODAY = date(2026, 3, 10)
FIRST, LAST = date(2026, 2, 1), date(2026, 7, 31)


def d(text):
    return date.fromisoformat(f"2026-{text}")


def told(holds, **kwargs):
    found = spans(holds, first=FIRST, last=LAST, today=TODAY, **kwargs)
    return [(span.state.value, f"{span.start:%m-%d}", f"{span.end:%m-%d}") for span in found]


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        pytest.param([], [("empty", "02-01", "03-09"), ("free", "03-10", "07-31")], id="nothing"),
        pytest.param([Hold("contract", d("01-01"), None)], [("occupied", "02-01", "07-31")], id="stay without a term"),
        pytest.param(
            [Hold("contract", d("01-01"), None, stay_ends_on=d("05-31"))],
            [("occupied", "02-01", "05-31"), ("might", "06-01", "07-31")],
            id="planned end, no notice: only might",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), None, stay_ends_on=d("02-20"))],
            [("occupied", "02-01", "03-10"), ("might", "03-11", "07-31")],
            id="planned end passed: still there today",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("04-05"), stay_ends_on=d("05-31"))],
            [("occupied", "02-01", "03-09"), ("notice", "03-10", "04-05"), ("free", "04-06", "07-31")],
            id="notice",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("03-10"))],
            [("occupied", "02-01", "03-09"), ("notice", "03-10", "03-10"), ("free", "03-11", "07-31")],
            id="notice that ends today",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("03-09"))],
            [("occupied", "02-01", "03-09"), ("keys", "03-10", "07-31")],
            id="end passed, keys out: frees nothing",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("01-15"))],
            [("keys", "02-01", "07-31")],
            id="end passed before the window, keys out",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("03-01")), Hold("contract", d("04-01"), None)],
            [("occupied", "02-01", "03-01"), ("keys", "03-02", "03-31"), ("coming", "04-01", "07-31")],
            id="keys out until the next contract",
        ),
        pytest.param(
            [Hold("contract", d("01-01"), d("02-20"), is_over=True), Hold("turnaround", d("02-21"), d("02-23"))],
            [
                ("occupied", "02-01", "02-20"),
                ("turnaround", "02-21", "02-23"),
                ("empty", "02-24", "03-09"),
                ("free", "03-10", "07-31"),
            ],
            id="gone, made ready, vacant since",
        ),
        pytest.param(
            [Hold("contract", d("04-01"), None, stay_ends_on=d("06-30"))],
            [
                ("empty", "02-01", "03-09"),
                ("free", "03-10", "03-31"),
                ("coming", "04-01", "06-30"),
                ("might", "07-01", "07-31"),
            ],
            id="signed, not begun",
        ),
        pytest.param(
            [Hold("after_contract", d("02-15"), None)],
            [("empty", "02-01", "02-14"), ("after", "02-15", "07-31")],
            id="occupant sans titre",
        ),
        pytest.param(
            [Hold("after_contract", d("02-15"), d("02-28"))],
            [("empty", "02-01", "02-14"), ("after", "02-15", "07-31")],
            id="after the contract, end passed without keys",
        ),
        pytest.param(
            [Hold("works", d("03-01"), None)],
            [("empty", "02-01", "02-28"), ("works", "03-01", "07-31")],
            id="works without a known end",
        ),
        pytest.param(
            [Hold("reservation", d("03-10"), d("03-20"))],
            [("empty", "02-01", "03-09"), ("reserved", "03-10", "03-20"), ("free", "03-21", "07-31")],
            id="reservation",
        ),
    ],
)
def test_spans(holds, expected):
    assert told(holds) == expected


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "expected"),
    [
        pytest.param(
            d("02-10"),
            None,
            [("closed", "02-01", "02-09"), ("empty", "02-10", "03-09"), ("free", "03-10", "07-31")],
            id="opens",
        ),
        pytest.param(
            d("01-01"),
            d("05-01"),
            [("empty", "02-01", "03-09"), ("free", "03-10", "04-30"), ("closed", "05-01", "07-31")],
            id="closes",
        ),
        pytest.param(d("01-01"), d("01-20"), [("closed", "02-01", "07-31")], id="closed before"),
        pytest.param(date(2027, 1, 1), None, [("closed", "02-01", "07-31")], id="opens after"),
        pytest.param(
            d("01-01"), d("03-10"), [("empty", "02-01", "03-09"), ("closed", "03-10", "07-31")], id="closes today"
        ),
    ],
)
def test_out_of_service(opened_on, closed_on, expected):
    assert told([], opened_on=opened_on, closed_on=closed_on) == expected


def test_any_life_tiles_its_months():
    """Whatever follows on a place, each day of the months has one state, and the columns add up to the months."""
    chance = random.Random(4)
    kinds = ["contract", "after_contract", "reservation", "works", "turnaround"]
    for _ in range(400):
        holds, day = [], date(2025, 11, 1)
        while day < date(2026, 9, 1) and chance.random() < 0.9:
            start = day + timedelta(days=chance.randint(0, 20))
            end = start + timedelta(days=chance.randint(0, 90)) if chance.random() < 0.9 else None
            stay = start + timedelta(days=chance.randint(0, 200)) if chance.random() < 0.5 else None
            holds.append(Hold(chance.choice(kinds), start, end, chance.random() < 0.5, stay))
            if end is None:
                break
            day = end + timedelta(days=1)
        found = spans(
            holds,
            first=FIRST,
            last=LAST,
            today=TODAY,
            opened_on=date(2025, 1, 1) + timedelta(days=chance.randint(0, 600)),
            closed_on=d("06-01") if chance.random() < 0.3 else None,
        )
        assert found[0].start == FIRST
        assert found[-1].end == LAST
        for one, after in itertools.pairwise(found):
            assert after.start == one.end + timedelta(days=1)
        widths = columns(found, first=FIRST, months=6)
        assert sum(width for _, width in widths) == 6 * SLOTS
        assert all(width >= 1 for _, width in widths)


def test_columns_of_five_days():
    found = spans(
        [
            Hold("contract", d("01-01"), d("02-12"), is_over=True),
            Hold("turnaround", d("02-13"), d("02-15")),
            Hold("contract", d("03-01"), None),
        ],
        first=FIRST,
        last=d("03-31"),
        today=TODAY,
    )
    widths = [(span.state.letter, width) for span, width in columns(found, first=FIRST, months=2)]
    # The turn-around takes the column after the one where the stay ends; March begins where it should.
    assert widths == [("O", 3), ("R", 1), ("V", 2), ("O", 6)]


def test_when_a_place_falls_free():
    def free(*holds, **kwargs):
        return free_from(spans(holds, first=FIRST, last=LAST, today=TODAY, **kwargs), TODAY)

    assert free() == TODAY
    assert free(Hold("contract", d("01-01"), d("04-05"))) == d("04-06")
    assert free(Hold("contract", d("01-01"), None, stay_ends_on=d("05-31"))) is None
    assert free(Hold("contract", d("05-01"), None)) is None
    assert free(Hold("works", d("05-01"), d("05-10"))) == d("05-11")
    assert free(closed_on=d("06-01")) == TODAY
    assert free(closed_on=d("01-01")) is None


def test_state_of_a_day_and_counts_by_month():
    found = spans([Hold("contract", d("01-01"), d("04-05"))], first=FIRST, last=LAST, today=TODAY)
    assert state_on(found, d("04-05")).state is State.NOTICE
    assert state_on(found, d("04-06")).state is State.FREE
    assert state_on(found, date(2027, 1, 1)) is None
    days = months_from(FIRST, 6)
    assert [f"{day:%m}" for day in days] == ["02", "03", "04", "05", "06", "07"]
    assert list(monthly(found, State.FREE, days)) == [3, 4, 5]
