"""Steps, their days, the winter truce; the days away that the APL admits; when a notice must leave."""

import datetime

import pytest

from logement.rules.preavis import Ground, latest_notice_on, manager_notice_end
from logement.rules.presence import Spell, ask_on, away_until, days_allowed, presence
from logement.rules.procedures import (
    STEPS,
    Case,
    after_truce,
    apl_stops_on,
    awaited,
    due_on,
    next_steps,
    steps_of,
    truce_of,
)

D = datetime.date


@pytest.mark.parametrize(
    ("day", "covered", "after"),
    [
        (D(2026, 10, 31), False, D(2026, 10, 31)),
        (D(2026, 11, 1), True, D(2027, 4, 1)),
        (D(2026, 12, 31), True, D(2027, 4, 1)),
        (D(2027, 1, 1), True, D(2027, 4, 1)),
        (D(2028, 2, 29), True, D(2028, 4, 1)),
        (D(2027, 3, 31), True, D(2027, 4, 1)),
        (D(2027, 4, 1), False, D(2027, 4, 1)),
        (D(2010, 12, 1), False, D(2010, 12, 1)),
    ],
    ids=["eve", "first", "year's end", "year's start", "leap day", "last", "after", "before the parameter"],
)
def test_winter_truce(day, covered, after):
    assert (truce_of(day) is not None) is covered
    assert after_truce(day) == after


@pytest.mark.parametrize(
    ("died_on", "stops"),
    [
        (D(2026, 1, 1), D(2026, 2, 1)),
        (D(2026, 1, 31), D(2026, 2, 1)),
        (D(2028, 2, 29), D(2028, 3, 1)),
        (D(2026, 12, 31), D(2027, 1, 1)),
    ],
    ids=["first of the month", "last of the month", "leap day", "year's end"],
)
def test_apl_stops_the_month_after_a_death(died_on, stops):
    assert apl_stops_on(died_on) == stops


def test_steps_hold_together():
    """Every need and anchor is a step before it; codes are unique within a procedure."""
    for case, steps in STEPS.items():
        codes = [step.code for step in steps]
        assert len(set(codes)) == len(codes), case
        for rank, step in enumerate(steps):
            before = set(codes[:rank])
            assert set(step.needs) | ({step.anchor} if step.anchor else set()) <= before, step.code


def test_a_death_with_family_or_without():
    codes = {isolated: [step.code for step in steps_of(Case.DEATH, isolated=isolated)] for isolated in (False, True)}
    assert "family" in codes[False]
    assert "mairie" not in codes[False]
    assert "mairie" in codes[True]
    assert "family" not in codes[True]


@pytest.mark.parametrize(
    ("case", "code", "done", "expected"),
    [
        (Case.UNSEEN, "knock", {}, D(2026, 1, 31)),
        (Case.UNSEEN, "check", {}, D(2026, 2, 2)),
        (Case.UNSEEN, "record", {}, None),
        (Case.UNSEEN, "record", {"summons": D(2026, 1, 31)}, D(2026, 2, 28)),
        (Case.UNSEEN, "taken", {"judge": D(2026, 1, 31)}, None),
        (Case.AFTER_END, "executed", {"order": D(2026, 5, 31)}, D(2026, 7, 31)),
        (Case.AFTER_END, "executed", {"order": D(2026, 9, 15)}, D(2027, 4, 1)),
        (Case.AFTER_END, "executed", {"order": D(2026, 8, 31)}, D(2026, 10, 31)),
        (Case.DEATH, "caf", {}, D(2026, 2, 8)),
        (Case.DEATH, "handed", {}, None),
    ],
    ids=[
        "at once",
        "two days",
        "not yet",
        "a month, short",
        "no delay",
        "two months",
        "truce",
        "eve of it",
        "8d",
        "none",
    ],
)
def test_days_of_steps(case, code, done, expected):
    step = next(one for one in STEPS[case] if one.code == code)
    assert due_on(step, opened_on=D(2026, 1, 31), done=done) == expected


def test_what_is_proposed_and_awaited_next():
    steps = steps_of(Case.UNSEEN)
    opened = D(2026, 5, 4)
    assert [step.code for step in next_steps(steps, done={})] == ["knock", "asked", "check"]
    found = awaited(steps, opened_on=opened, done={"knock": opened, "asked": opened, "check": opened})
    assert found
    assert (found[0].code, found[1]) == ("letter", D(2026, 5, 12))
    assert awaited(steps, opened_on=opened, done={step.code: opened for step in steps}) is None
    # An eviction is proposed, never awaited.
    ended = {step.code: opened for step in steps_of(Case.AFTER_END) if step.code != "executed"}
    assert awaited(steps_of(Case.AFTER_END), opened_on=opened, done=ended) is None


# Presence


@pytest.mark.parametrize("year", [2026, 2027, 2028], ids=["common", "common", "leap"])
def test_eight_months_of_presence_leave_123_days(year):
    assert days_allowed(year)[0] == 123


@pytest.mark.parametrize(
    ("spells", "away", "passed"),
    [
        ([], 0, None),
        ([Spell(D(2026, 1, 1), D(2026, 5, 3))], 123, None),
        ([Spell(D(2026, 1, 1), D(2026, 5, 4))], 124, D(2026, 5, 4)),
        ([Spell(D(2026, 1, 1), None, justified=True)], 0, None),
        ([Spell(D(2025, 12, 1), D(2026, 1, 10))], 10, None),
        ([Spell(D(2026, 9, 1), None)], 122, None),
        ([Spell(D(2026, 8, 30), None)], 124, D(2026, 12, 31)),
        ([Spell(D(2026, 2, 1), D(2026, 2, 20)), Spell(D(2026, 2, 10), D(2026, 2, 28))], 28, None),
    ],
    ids=["none", "just enough", "a day too many", "justified", "across years", "open", "open, passed", "overlap"],
)
def test_days_away_in_a_year(spells, away, passed):
    found = presence(spells, year=2026)
    assert (found.away, found.passed_on) == (away, passed)


def test_days_away_so_far_and_when_to_ask():
    spells = [Spell(D(2026, 3, 1), None), Spell(D(2026, 6, 1), None)]
    assert away_until(spells, on=D(2026, 3, 10)) == 10
    assert ask_on(D(2026, 3, 1), None) == D(2026, 3, 16)
    assert ask_on(D(2026, 3, 1), D(2026, 3, 8)) == D(2026, 3, 8)


@pytest.mark.parametrize(
    "end",
    [D(2026, 4, 16), D(2026, 2, 28), D(2028, 2, 29), D(2026, 5, 31), D(2026, 3, 1), D(2026, 12, 31), D(2027, 6, 1)],
    ids=str,
)
def test_the_latest_notice_reaches_its_end_and_the_next_day_does_not(end):
    def ends(day):
        return manager_notice_end(day, ground=Ground.CONDITIONS_ENDED, offer_notified_on=day)

    latest = latest_notice_on(end)
    assert ends(latest) <= end < ends(latest + datetime.timedelta(days=1))
