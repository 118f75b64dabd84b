"""The clocks of the social support: tables of cases, no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accompagnement.rules.relogement import (
    Facts,
    dalo_appeal_window,
    dalo_decision_due_on,
    dalo_offer_due_on,
    dalo_opens_on,
    readiness,
    renewal_stage,
    request_valid_until,
    share_permanent,
)
from accompagnement.rules.rsa import convert_by, diagnosis_due_on, hours_asked, sign_by
from accompagnement.rules.rythmes import (
    is_called_in_heat,
    months_of_support,
    refusals_in_a_row,
    review_on,
    visit_due_on,
    within,
)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param(date(2026, 1, 1), 30, date(2026, 1, 31), id="the day of the entry does not count"),
        pytest.param(date(2024, 2, 1), 30, date(2024, 3, 2), id="leap February"),
    ],
)
def test_a_first_meeting_is_held_within_days_of_the_entry(start, days, expected):
    assert within(start, days) == expected


@pytest.mark.parametrize(
    ("last", "every", "expected"),
    [
        pytest.param(None, 7, date(2026, 3, 8), id="a week after the entry"),
        pytest.param(date(2026, 4, 1), 30, date(2026, 5, 1), id="a month after the last visit"),
        pytest.param(date(2026, 2, 1), 7, date(2026, 3, 8), id="a visit before the stay is none"),
    ],
)
def test_a_visit_is_due_after_the_last_one(last, every, expected):
    assert visit_due_on(started_on=date(2026, 3, 1), last_visit_on=last, every_days=every) == expected


@pytest.mark.parametrize(
    ("held", "months", "expected"),
    [
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="end of February"),
        pytest.param(date(2026, 3, 15), 3, date(2026, 6, 15), id="same day number"),
        pytest.param(date(2026, 3, 15), None, None, id="no rhythm"),
    ],
)
def test_a_projet_is_reviewed_every_n_months(held, months, expected):
    assert review_on(held, every_months=months) == expected


@pytest.mark.parametrize(
    ("closed", "today", "expected"),
    [
        pytest.param(None, date(2026, 2, 27), 0, id="31 January to 27 February"),
        pytest.param(None, date(2026, 2, 28), 1, id="31 January to 28 February"),
        pytest.param(date(2026, 7, 31), date(2027, 1, 1), 6, id="stops with the file"),
        pytest.param(None, date(2026, 1, 1), 0, id="not begun"),
    ],
)
def test_months_of_support_are_whole(closed, today, expected):
    assert months_of_support(date(2026, 1, 31), closed, today=today) == expected


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([], 0, id="no visit"),
        pytest.param(["refused", "refused", "held", "refused"], 2, id="since the last one held"),
        pytest.param(["absent", "refused"], 0, id="nobody there is no refusal"),
    ],
)
def test_refusals_are_counted_in_a_row(outcomes, expected):
    assert refusals_in_a_row(outcomes, refused="refused") == expected


@pytest.mark.parametrize(
    ("born", "help_", "expected"),
    [
        pytest.param(date(1961, 7, 1), False, True, id="65 that day"),
        pytest.param(date(1961, 7, 2), False, False, id="65 on the morrow"),
        pytest.param(date(2000, 1, 1), True, True, id="young, to be helped on the stairs"),
        pytest.param(None, False, False, id="age unknown"),
    ],
)
def test_who_is_called_in_a_heat_wave(born, help_, expected):
    assert is_called_in_heat(born_on=born, needs_help=help_, from_age=65, today=date(2026, 7, 1)) is expected


@pytest.mark.parametrize(
    ("made", "until"),
    [
        pytest.param(date(2026, 3, 15), date(2027, 3, 14), id="eve of the anniversary"),
        pytest.param(date(2024, 2, 29), date(2025, 2, 27), id="made on 29 February"),
    ],
)
def test_a_housing_request_holds_for_a_year(made, until):
    assert request_valid_until(made) == until


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        pytest.param(date(2027, 1, 12), 0, id="61 days"),
        pytest.param(date(2027, 1, 13), 1, id="60 days"),
        pytest.param(date(2027, 2, 11), 1, id="31 days"),
        pytest.param(date(2027, 2, 12), 2, id="30 days"),
        pytest.param(date(2027, 4, 1), 2, id="past"),
    ],
)
def test_a_renewal_is_asked_for_60_then_30_days_before(today, stage):
    assert renewal_stage(date(2027, 3, 14), today=today) == stage


@pytest.mark.parametrize(
    ("housed", "opens"),
    [
        pytest.param(date(2025, 1, 10), date(2026, 7, 11), id="more than eighteen months"),
        pytest.param(date(2024, 8, 31), date(2026, 3, 1), id="end of February"),
    ],
)
def test_the_dalo_opens_after_eighteen_months(housed, opens):
    assert dalo_opens_on(housed) == opens


@pytest.mark.parametrize(
    ("large", "offer", "window"),
    [
        pytest.param(False, date(2026, 6, 10), (date(2026, 6, 11), date(2026, 10, 10)), id="three months"),
        pytest.param(True, date(2026, 9, 10), (date(2026, 9, 11), date(2027, 1, 10)), id="large agglomeration"),
    ],
)
def test_the_clocks_of_the_dalo(large, offer, window):
    assert dalo_decision_due_on(date(2026, 1, 31)) == date(2026, 4, 30)
    assert dalo_offer_due_on(date(2026, 3, 10), large_agglomeration=large) == offer
    assert dalo_appeal_window(date(2026, 3, 10), large_agglomeration=large) == window


READY = Facts(
    request_valid_until=date(2027, 1, 1),
    pieces_missing=(),
    has_resources=True,
    debt=Decimal(0),
    has_priority=True,
    self_reliance=3,
)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        pytest.param({}, [], id="ready"),
        pytest.param({"request_valid_until": None}, ["la demande n’est pas enregistrée"], id="no request"),
        pytest.param({"request_valid_until": date(2026, 6, 30)}, ["elle est périmée : la renouveler"], id="lapsed"),
        pytest.param({"request_valid_until": date(2026, 8, 1)}, ["à renouveler bientôt"], id="ends soon"),
        pytest.param({"pieces_missing": ("RIB",)}, ["il manque : RIB"], id="a piece"),
        pytest.param({"debt": None}, ["le compte n’est pas connu"], id="no account"),
        pytest.param(
            {"debt": Decimal(1)}, ["il reste une dette : un plan d’apurement tenu se joint au dossier"], id="a debt"
        ),
        pytest.param({"self_reliance": None}, ["à évaluer dans le projet"], id="not told"),
        pytest.param(
            {"has_priority": False, "self_reliance": 2},
            ["aucune priorité n’est en cours", "le projet dit que le logement est encore difficile"],
            id="two points",
        ),
    ],
)
def test_the_gauge_says_what_is_missing(change, missing):
    points = readiness(replace(READY, **change), today=date(2026, 7, 1))
    assert [one.missing for one in points if not one.done] == missing


@pytest.mark.parametrize(
    ("destinations", "share"),
    [([], None), (["hlm", "prive", "inconnue"], Decimal("0.67")), (["deces"], Decimal("0.00"))],
)
def test_the_share_of_lasting_exits(destinations, share):
    assert share_permanent(destinations, permanent=frozenset({"hlm", "prive"})) == share


@pytest.mark.parametrize(
    ("notified", "expected"),
    [
        pytest.param(date(2026, 1, 31), date(2026, 2, 28), id="end of February"),
        pytest.param(date(2026, 3, 15), date(2026, 4, 15), id="one month"),
        pytest.param(date(2024, 3, 15), date(2024, 4, 15), id="before the table, its first row"),
    ],
)
def test_an_engagement_is_signed_within_a_month(notified, expected):
    assert sign_by(notified) == expected


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        pytest.param(False, date(2026, 8, 28), id="six months"),
        pytest.param(True, date(2027, 2, 28), id="twelve, by exception"),
    ],
)
def test_a_joint_diagnosis_is_due(exception, expected):
    assert diagnosis_due_on(date(2026, 2, 28), exception=exception) == expected


def test_the_other_clocks_of_the_rsa():
    assert hours_asked(date(2026, 5, 1)) == 15
    assert convert_by(None) is None
    assert convert_by(date(2024, 5, 1)) == date(2026, 12, 31)
