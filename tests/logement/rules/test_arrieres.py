"""What is suggested about arrears, in which order, and how a plan is watched."""

from datetime import date
from decimal import Decimal as D

import pytest

from logement.rules.arrieres import Actor, Instalment, Situation, Step, Watch, instalments, plan_state, suggestions
from logement.rules.impayes import Term, caf_debt, caf_thresholds, termination_threshold

LATE = date(2026, 3, 31)
TALKED = {Step.TALK: date(2026, 4, 5)}
REMINDED = TALKED | {Step.REMINDER: date(2026, 4, 20)}
WRITTEN_TWICE = REMINDED | {Step.SECOND_REMINDER: date(2026, 5, 5)}
NOTIFIED = WRITTEN_TWICE | {Step.FORMAL_NOTICE: date(2026, 6, 5)}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({}, [(Step.TALK, date(2026, 4, 8))], id="the first term: a talk within a week of the day after"),
        pytest.param({"overdue": D(0)}, [], id="paid: nothing"),
        pytest.param({"done": TALKED}, [(Step.REMINDER, date(2026, 4, 20))], id="a letter comes after the talk"),
        pytest.param(
            {"done": TALKED, "terms": 2},
            [(Step.REMINDER, date(2026, 4, 20)), (Step.PLAN, date(2026, 5, 5)), (Step.FSL, date(2026, 5, 5))],
            id="two terms: a plan and the FSL too",
        ),
        pytest.param({"done": REMINDED}, [(Step.SECOND_REMINDER, date(2026, 5, 5))], id="a second letter"),
        pytest.param({"done": WRITTEN_TWICE}, [], id="below the threshold: no formal notice"),
        pytest.param(
            {"done": WRITTEN_TWICE, "is_termination_ground": True},
            [(Step.FORMAL_NOTICE, date(2026, 6, 4))],
            id="at the threshold: a formal notice may be thought of",
        ),
        pytest.param({"done": NOTIFIED}, [(Step.CCAPEX, date(2026, 7, 5))], id="then the CCAPEX"),
        pytest.param(
            {"caf_due_on": date(2026, 4, 2)},
            [(Step.CAF_REPORT, date(2026, 4, 2)), (Step.TALK, date(2026, 4, 8))],
            id="the CAF has its own day",
        ),
        pytest.param({"done": TALKED | {Step.CAF_REPORT: date(2026, 4, 6)}, "caf_due_on": date(2026, 5, 31)},
                     [(Step.REMINDER, date(2026, 4, 20))], id="reported once"),
        pytest.param({"done": TALKED, "plan_broken": False}, [], id="a plan that is kept suspends the letters"),
        pytest.param(
            {"done": TALKED, "plan_broken": False, "caf_due_on": date(2026, 5, 31)},
            [(Step.CAF_REPORT, date(2026, 5, 31))],
            id="but never the report to the CAF",
        ),
        pytest.param(
            {"done": TALKED | {Step.PLAN: date(2026, 4, 6)}, "plan_broken": True},
            [(Step.TALK, date(2026, 4, 13)), (Step.REMINDER, date(2026, 4, 20))],
            id="a plan that is broken: talk again first",
        ),
    ],
)  # fmt: skip
def test_suggestions(facts, expected):
    now = Situation(late_since=LATE, **({"overdue": D(420)} | facts))
    assert [(one.step, one.due_on) for one in suggestions(now)] == expected


def test_a_talk_is_asked_of_both_and_an_unclaimed_letter_is_said():
    (talk,) = suggestions(Situation(late_since=LATE, overdue=D(420)))
    assert talk.actor is Actor.BOTH
    (ccapex,) = suggestions(Situation(late_since=LATE, overdue=D(420), done=NOTIFIED, is_delivered=False))
    assert "n’a pas été remise" in ccapex.why


PLAN = [
    Instalment(date(2026, 5, 10), D(100)),
    Instalment(date(2026, 6, 10), D(100)),
    Instalment(date(2026, 7, 10), D(50)),
]


@pytest.mark.parametrize(
    ("overdue", "today", "watch", "missing"),
    [
        pytest.param(250, date(2026, 5, 10), Watch.KEPT, 0, id="its day has not passed"),
        pytest.param(250, date(2026, 5, 15), Watch.KEPT, 0, id="five days of grace, the last included"),
        pytest.param(250, date(2026, 5, 16), Watch.BROKEN, 100, id="then it is missed"),
        pytest.param(150, date(2026, 5, 16), Watch.KEPT, 0, id="paid"),
        pytest.param(570, date(2026, 5, 16), Watch.BROKEN, 420, id="the current term counts too"),
        pytest.param(50, date(2026, 6, 30), Watch.KEPT, 0, id="ahead of the last"),
        pytest.param(1, date(2026, 8, 1), Watch.BROKEN, 1, id="past the last, anything late breaks it"),
        pytest.param(0, date(2026, 6, 1), Watch.DONE, 0, id="nothing late: done"),
    ],
)
def test_how_a_plan_goes(overdue, today, watch, missing):
    state = plan_state(D(250), PLAN, overdue=D(overdue), today=today)
    assert (state.watch, state.missing) == (watch, D(missing))


def test_instalments():
    assert instalments(D(250), monthly=D(100), first_on=date(2026, 5, 10)) == PLAN
    assert instalments(D("0.10"), monthly=D(5), first_on=date(2026, 1, 31)) == [
        Instalment(date(2026, 1, 31), D("0.10"))
    ]
    assert [one.due_on for one in instalments(D(3), monthly=D(1), first_on=date(2026, 1, 31))] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)
    ]  # fmt: skip
    assert len(instalments(D(3600), monthly=D(100), first_on=date(2026, 1, 1))) == 36
    for debt, monthly in ((D("3600.01"), D(100)), (D(0), D(1)), (D(1), D(0))):
        with pytest.raises(ValueError, match="plan"):
            instalments(debt, monthly=monthly, first_on=date(2026, 1, 1))


def term(month, **fields):
    known = {"housing": D(450), "other": D(0), "apl_expected": D(330), "apl_received": D(330),
             "paid_housing": D(0), "paid_other": D(0)}  # fmt: skip
    return Term(month=date(2026, month, 1), **(known | fields))


def test_the_thresholds_are_explained_with_their_figures():
    """450 € of loyer and charges, 330 € of APL: 240 € for the CAF until 2026, 450 from 2027; 900 to end a contract."""
    terms = [term(8), term(9)]
    (before, at_240), (after, at_450) = caf_thresholds(terms, today=date(2026, 10, 5))
    assert caf_debt(terms, today=date(2026, 10, 5)) == D(240)
    assert (before.amount, at_240.amount, at_240.is_reached) == (None, D(240), True)
    assert (after.valid_from, at_450.amount) == (date(2027, 1, 1), D(450))
    # The first default will be older than three months on that day.
    assert at_450.is_reached
    threshold = termination_threshold(terms, today=date(2026, 10, 5))
    assert (threshold.owed, threshold.amount, threshold.is_reached) == (D(240), D(900), False)
    assert caf_thresholds([], today=date(2026, 10, 5)) == []
    assert termination_threshold([term(12)], today=date(2026, 10, 5)) is None
    ((only, _),) = caf_thresholds(terms, today=date(2027, 2, 1))
    assert only.default_months == 3
