"""The board: a lane a stage, the days, the filters in the address, and where each card may go."""

import datetime

import pytest
from django.utils import timezone

from admissions.actions.decisions import record_decision
from admissions.actions.entretiens import plan_entretien
from admissions.actions.orientations import reach
from admissions.actions.propositions import accept_proposition, make_proposition
from admissions.actions.sessions import add_passage
from admissions.models import Orientation
from admissions.queries.orientations import orientations_of, stages
from admissions.queries.tableau import PER_LANE, board
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_pages import many, queries, read, url
from tests.factories import RoleAttributionFactory

pytestmark = pytest.mark.django_db


def lanes(user):
    rows = orientations_of(user)
    return {lane.code: lane for lane in board(rows, stages(rows, ""), user)}


def moves(user, orientation):
    """(stage, page) of each move of the card."""
    (card,) = [card for lane in lanes(user).values() for card in lane.cards if card.orientation.pk == orientation.pk]
    return [(move.stage, move.url) for move in card.moves]


def test_a_card_stands_in_its_lane_with_its_days(enter, nadia, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = enter()
    time_machine.move_to(datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC), tick=False)
    lane = lanes(nadia)["received"]
    assert (lane.label, lane.count, lane.left) == ("Reçue", 1, 0)
    (card,) = lane.cards
    assert (card.orientation, card.days, card.due_on) == (orientation, 12, orientation.contact_by_on)
    shown = read(nadia, "orientation_list")
    assert "12\u00a0jours" in shown
    assert "à contacter" in shown


def test_search_and_filters_stay_in_the_address_and_narrow_the_board(enter, nadia):
    enter()
    enter(reference=REFERENCE | {"last_name": "Œuvrard"})
    shown = read(nadia, "orientation_list", q="oeuvrard")
    assert "ŒUVRARD Awa" in shown
    assert "DIALLO" not in shown
    assert 'href="?q=oeuvrard&amp;vue=liste"' in shown


def test_the_longest_in_their_stage_are_shown_and_the_rest_counted(nadia, here, dispositif, siao):
    many(PER_LANE + 2, here, dispositif, siao, "ready")
    lane = lanes(nadia)["ready"]
    assert (lane.count, len(lane.cards), lane.left) == (PER_LANE + 2, PER_LANE, 2)
    assert "et 2\u00a0autres" in read(nadia, "orientation_list")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            [],
            [
                ("interview_planned", "entretien_plan"),
                ("incomplete", "entretien_record"),
                ("closed", "orientation_close"),
            ],
            id="received",
        ),
        pytest.param(
            ["incomplete"],
            [("ready", "orientation_ready"), ("interview_planned", "entretien_plan"), ("closed", "orientation_close")],
            id="incomplete",
        ),
        pytest.param(
            ["ready"],
            [("decided", "passage_add"), ("incomplete", "orientation_complete"), ("closed", "orientation_close")],
            id="ready",
        ),
        pytest.param(
            ["ready", "waiting"], [("proposed", "proposition_make"), ("closed", "orientation_close")], id="waiting"
        ),
    ],
)
def test_a_move_opens_the_page_that_asks_for_what_it_needs(enter, nadia, path, expected):
    orientation = enter()
    for stage in path:
        reach(orientation, stage, by=nadia)
    assert moves(nadia, orientation) == [(stage, url(name, orientation.pk)) for stage, name in expected]


@pytest.mark.parametrize("stage", list(Orientation.TRANSITIONS))
def test_no_card_goes_where_the_model_does_not_let_it(enter, nadia, stage, place, session):
    orientation = enter()
    Orientation.objects.filter(pk=orientation.pk).exclude(status__in=["entered", "closed"]).update(
        status=stage if stage not in ("entered", "closed") else "received"
    )
    orientation = fresh(orientation)
    asked = {move[0] for move in moves(nadia, orientation)}
    assert asked <= set(Orientation.TRANSITIONS[orientation.status])


def test_a_planned_interview_is_held_or_missed(enter, nadia):
    orientation = enter()
    start = timezone.now() + datetime.timedelta(days=2)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )
    assert moves(nadia, orientation)[:2] == [
        ("incomplete", url("entretien_record", orientation.pk)),
        ("received", url("entretien_miss", orientation.pk)),
    ]


def test_a_file_on_an_agenda_goes_to_its_sitting_then_to_its_decision(ready, nadia, session, sitting):
    orientation = ready()
    add_passage(by=nadia, session=session, orientation=orientation)
    assert moves(nadia, orientation)[0] == ("decided", session.get_absolute_url())
    (passage,) = sitting()
    assert moves(nadia, orientation)[0] == ("decided", url("decision_record", passage.pk))
    record_decision(
        by=nadia,
        passage=passage,
        kind="favorable_subject_to",
        reasons="Projet clair.",
        conditions="Avis d’impôt",
        conditions_by_on=today(),
    )
    assert moves(nadia, orientation)[0] == ("waiting", session.get_absolute_url())


def test_a_proposal_is_answered_then_leads_to_the_contract(enter, nadia, place, here):
    orientation = enter()
    for stage in ("ready", "waiting"):
        reach(orientation, stage, by=nadia)
    made = make_proposition(by=nadia, orientation=orientation, place=place, entry_on=today(), answer_by_on=today())
    answer = url("proposition_answer", made.pk)
    assert moves(nadia, orientation) == [("waiting", answer)]
    accept_proposition(by=nadia, proposition=made, answered_on=today())
    assert moves(nadia, orientation) == [("waiting", answer)]
    RoleAttributionFactory(user=nadia, role=Role.GESTIONNAIRE, residence=here)
    to_contract, withdraw = moves(fresh(nadia), orientation)
    assert to_contract[0] == "entered"
    assert f"place={place.pk}" in to_contract[1]
    assert withdraw == ("waiting", answer)


def test_the_board_costs_the_same_with_ten_times_more_cards(nadia, here, dispositif, siao):
    for stage in ("received", "ready", "waiting", "proposed"):
        many(1, here, dispositif, siao, stage)
    few = queries(nadia, url("orientation_list"))
    for stage in ("received", "ready", "waiting", "proposed"):
        many(20, here, dispositif, siao, stage)
    assert queries(nadia, url("orientation_list")) == few


def test_the_list_is_a_click_away_and_stays(enter, nadia):
    enter()
    assert "Faire avancer" in read(nadia, "orientation_list")
    for query in ({"vue": "liste"}, {"etape": "received"}, {"tri": "nom"}, {"page": "1"}):
        shown = read(nadia, "orientation_list", **query)
        assert "Faire avancer" not in shown
        assert 'aria-label="Étapes"' in shown
