"""Places proposed: why one fits, what is kept, the answer, the entry; what the other apps are told."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from admissions import hooks
from admissions.actions.decisions import grant_derogation
from admissions.actions.orientations import close_orientation, reach
from admissions.actions.propositions import (
    accept_proposition,
    expire_proposition,
    make_proposition,
    refuse_proposition,
    withdraw_proposition,
)
from admissions.models import Proposition
from admissions.queries.places import places_for, places_soon
from logement.actions.contrats import cancel_contrat, issue_contrat, prepare_contrat, sign_contrat
from logement.models import OccupationPlace
from logement.models.parc import days
from residence.models import CritereDispositif, Echeance, EntreeJournal, RendezVous, SurfaceDispositif
from residence.models.base import today
from residence.permissions import Cause
from residence.queries.menages import MenageReader
from residence.queries.timeline import timeline
from tests.admissions.conftest import REFERENCE, fresh
from tests.factories import ContratFactory, MenageFactory, PlaceFactory, SejourFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(enter, nadia):
    """A candidate of the waiting list."""

    def make(**changes):
        orientation = enter(**changes)
        for stage in ("ready", "waiting"):
            reach(orientation, stage, by=nadia)
        return orientation

    return make


@pytest.fixture
def propose(nadia, place, waiting):
    def make(orientation=None, **changes):
        asked = {
            "by": nadia,
            "orientation": orientation or waiting(),
            "place": place,
            "entry_on": today() + datetime.timedelta(days=7),
            "answer_by_on": today() + datetime.timedelta(days=8),
        }
        return make_proposition(**(asked | changes))

    return make


def kept():
    return OccupationPlace.objects.live().filter(kind="reservation")


def duties():
    return set(Echeance.objects.open().values_list("kind", flat=True))


# What fits


def test_the_dispositif_s_surfaces_are_bounds(place, dispositif, waiting):
    SurfaceDispositif.objects.create(dispositif=dispositif, type_logement="T1", maximum=Decimal("20.00"))
    (offer,) = places_for(waiting(), today())
    assert "hors des surfaces" in offer.fit.against[0]


def test_a_place_that_its_contract_would_refuse_is_not_proposed(propose, dispositif):
    SurfaceDispositif.objects.create(dispositif=dispositif, type_logement="T1", maximum=Decimal("20.00"))
    with pytest.raises(ValidationError, match="admet 20"):
        propose()
    assert not kept().exists()


def test_places_taken_closed_or_of_another_public_are_not_offered(place, here, dispositif, waiting, nadia):
    orientation = waiting()
    later = today() + datetime.timedelta(days=30)
    leaving = PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code="A102")
    contrat = ContratFactory(
        sejour=SejourFactory(residence=here, dispositif=dispositif, start_on=datetime.date(2025, 1, 1)), place=leaving
    )
    contrat.occupations.update(period=days(contrat.start_on, later))
    PlaceFactory(residence=here, categorie=place.categorie, code="Z1")
    PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie, code="Z2", closed_on=today())

    def codes(day):
        return [offer.place.code for offer in places_for(orientation, day)]

    assert codes(today()) == ["A101"]
    assert codes(later + datetime.timedelta(days=1)) == ["A101", "A102"]
    (soon,) = places_soon(orientation, today())
    assert (soon.place.code, soon.free_on) == ("A102", later + datetime.timedelta(days=1))
    assert soon.why_then == f"préavis jusqu’au\u00a0{later:%d/%m/%Y}"
    assert places_soon(orientation, later + datetime.timedelta(days=1)) == []


def test_a_contract_past_its_end_without_its_keys_still_holds_the_place(place, here, dispositif, waiting):
    contrat = ContratFactory(
        sejour=SejourFactory(residence=here, dispositif=dispositif, start_on=datetime.date(2025, 1, 1)), place=place
    )
    contrat.occupations.update(period=days(contrat.start_on, today() - datetime.timedelta(days=2)))
    assert places_for(waiting(), today()) == []


# The proposal


def test_proposing_keeps_the_place_and_issues_the_letter(propose, place, nadia):
    proposition = propose()

    again = propose(fresh(proposition.orientation))

    assert again == proposition
    reservation = kept().get()
    assert (reservation.place, reservation.start_on, reservation.end_on) == (place, today(), None)
    assert proposition.document.data["redevance"] == "420.00"
    assert "resources" not in proposition.document.data["budget"]
    assert fresh(proposition.orientation).status == "proposed"
    assert "proposition.answer" in duties()
    assert EntreeJournal.objects.get(action="proposition.make").details["place"] == "A101"


def test_a_place_that_frees_up_later_is_kept_from_the_entry(propose, place, here, dispositif):
    end = today() + datetime.timedelta(days=3)
    contrat = ContratFactory(
        sejour=SejourFactory(residence=here, dispositif=dispositif, start_on=datetime.date(2025, 1, 1)), place=place
    )
    contrat.occupations.update(period=days(contrat.start_on, end))
    propose()
    assert kept().get().start_on == today() + datetime.timedelta(days=7)


def test_two_candidates_do_not_get_one_place(propose, waiting):
    propose()
    with pytest.raises(ValidationError, match="n’est pas libre"):
        propose(waiting(reference=REFERENCE | {"first_names": "Ali"}))


def test_a_candidate_has_one_live_proposal(propose, here, dispositif, place, nadia):
    proposition = propose()
    other = PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie)
    with pytest.raises(ValidationError, match="à un candidat de la liste d’attente"):
        propose(fresh(proposition.orientation), place=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposition.objects.create(
            orientation=proposition.orientation,
            place=other,
            entry_on=today(),
            answer_by_on=today(),
            made_by=nadia,
        )


def test_more_persons_than_the_place_holds_is_refused(propose, waiting):
    with pytest.raises(ValidationError, match="au plus"):
        propose(waiting(household={"declared_persons": 3}))
    assert not kept().exists()


def test_a_derogation_not_granted_stops_the_proposal(propose, waiting, dispositif, direction):
    critere = CritereDispositif.objects.create(dispositif=dispositif, kind="age", maximum=30, effect="needs_derogation")
    orientation = waiting()
    with pytest.raises(ValidationError, match="exige une dérogation motivée, que la direction n’a pas encore accordée"):
        propose(orientation)
    grant_derogation(by=direction, orientation=orientation, critere=critere, reasons="Parcours particulier.")
    assert propose(orientation).status == "made"


@pytest.mark.parametrize("late", ["entry_on", "answer_by_on"])
def test_dates_gone_by_are_refused(propose, late):
    with pytest.raises(ValidationError, match="Cette date est passée"):
        propose(**{late: today() - datetime.timedelta(days=1)})


def test_a_refusal_lets_the_place_go_with_its_motive(propose, nadia):
    proposition = propose()
    with pytest.raises(ValidationError, match="a son motif"):
        refuse_proposition(by=nadia, proposition=proposition, answered_on=today(), refusal_reason="")

    refuse_proposition(by=nadia, proposition=proposition, answered_on=today(), refusal_reason="cout")

    assert not kept().exists()
    orientation = fresh(proposition.orientation)
    assert orientation.status == "waiting"
    assert orientation.etapes.last().reason == "proposition refusée : le ménage refuse le coût"
    assert "proposition.answer" not in duties()


def test_a_proposal_expires_after_its_day_only(propose, nadia, time_machine):
    proposition = propose()
    with pytest.raises(ValidationError, match="n’a pas expiré"):
        expire_proposition(by=nadia, proposition=proposition)
    time_machine.move_to(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10), tick=False)
    expire_proposition(by=nadia, proposition=proposition)
    assert fresh(proposition).status == "expired"
    assert not kept().exists()


def test_an_accepted_proposal_keeps_the_place_and_may_be_withdrawn(propose, nadia):
    proposition = propose()
    accept_proposition(by=nadia, proposition=proposition, answered_on=today())
    assert kept().exists()
    assert "contrat.prepare" in duties()
    with pytest.raises(ValidationError, match="on ne peut plus passer à"):
        refuse_proposition(by=nadia, proposition=proposition, answered_on=today(), refusal_reason="cout")

    withdraw_proposition(by=nadia, proposition=proposition, comment="dégât des eaux")

    assert not kept().exists()
    assert fresh(proposition.orientation).status == "waiting"
    assert "contrat.prepare" not in duties()


def test_a_candidate_with_a_live_proposal_is_not_closed(propose, nadia):
    proposition = propose()
    with pytest.raises(ValidationError, match="Une place est proposée"):
        close_orientation(by=nadia, orientation=proposition.orientation, reason="sans_nouvelle")


# The entry


@pytest.fixture
def prepared(gestionnaire):
    """A contract ready to be signed for the household of a proposal."""

    def make(proposition, place=None, start_on=None):
        menage = proposition.orientation.menage
        contrat = prepare_contrat(
            by=gestionnaire,
            menage=menage,
            place=place or proposition.place,
            start_on=start_on or proposition.entry_on,
            parties={menage.membres.get().personne_id: "titulaire"},
        )
        return issue_contrat(by=gestionnaire, contrat=contrat)

    return make


def test_signing_makes_the_candidate_enter(propose, prepared, nadia, gestionnaire):
    proposition = propose()
    accept_proposition(by=nadia, proposition=proposition, answered_on=today())

    contrat = sign_contrat(by=gestionnaire, contrat=prepared(proposition), signed_on=today())

    orientation = fresh(proposition.orientation)
    assert (orientation.status, orientation.sejour) == ("entered", contrat.sejour)
    assert not kept().exists()
    assert OccupationPlace.objects.live().get(kind="contract").contrat == contrat
    causes = orientation.menage.rattachements.filter(end_on=None).values_list("cause", flat=True)
    assert set(causes) >= {Cause.SEJOUR}
    assert Cause.CANDIDATURE not in causes
    assert not {"proposition.answer", "contrat.prepare"} & duties()
    assert EntreeJournal.objects.filter(action="orientation.enter", by=gestionnaire).count() == 1


def test_signing_for_another_place_withdraws_the_proposal(propose, prepared, here, dispositif, place, gestionnaire):
    proposition = propose()
    other = PlaceFactory(residence=here, dispositif=dispositif, categorie=place.categorie)
    sign_contrat(by=gestionnaire, contrat=prepared(proposition, place=other), signed_on=today())
    assert fresh(proposition).status == "withdrawn"
    assert not kept().exists()


def test_a_contract_given_up_puts_the_candidate_back_on_the_list(propose, prepared, nadia, gestionnaire, here):
    proposition = propose()
    accept_proposition(by=nadia, proposition=proposition, answered_on=today())
    contrat = sign_contrat(by=gestionnaire, contrat=prepared(proposition), signed_on=today())

    cancel_contrat(by=gestionnaire, contrat=contrat, reason="le ménage renonce")

    orientation = fresh(proposition.orientation)
    assert (orientation.status, orientation.sejour) == ("waiting", None)
    assert orientation.menage.rattachements.filter(cause=Cause.CANDIDATURE, end_on=None, residence=here).exists()


def test_somebody_who_came_without_a_request_changes_nothing(here, dispositif, nadia):
    contrat = ContratFactory(sejour=SejourFactory(residence=here, dispositif=dispositif))
    hooks.stay_opened(contrat=contrat, by=nadia)
    assert not EntreeJournal.objects.filter(action="orientation.enter").exists()


def test_a_request_at_its_beginning_is_left_alone(enter, nadia, here, dispositif):
    orientation = enter()
    sejour = SejourFactory(menage=orientation.menage, residence=here, dispositif=dispositif)
    hooks.stay_opened(contrat=ContratFactory(sejour=sejour), by=nadia)
    assert fresh(orientation).status == "received"


# What the pages of a household are told


def part(user, menage):
    return hooks.Candidatures(MenageReader(user, menage))


def test_panels_and_timeline_by_role(propose, nadia, gestionnaire, direction):
    proposition = propose()
    menage = proposition.orientation.menage

    (whole,) = part(nadia, menage).panels()
    assert ("Orientée par", "SIAO 63") in whole.lines
    (narrow,) = part(gestionnaire, menage).panels()
    assert ("Orientée par", "SIAO 63") not in narrow.lines
    assert any("A101" in str(value) for _, value in narrow.lines)
    assert part(direction, menage).panels() == []

    assert {event.theme for event in timeline([part(nadia, menage)])} >= {"proposition"}
    assert {event.theme for event in timeline([part(gestionnaire, menage)])} == {"proposition"}
    assert [tab.label for tab in part(nadia, menage).banner().tabs] == ["Candidature"]
    assert part(gestionnaire, menage).banner().tabs == ()


def test_a_missed_appointment_of_another_kind_changes_nothing(enter, nadia, here):
    orientation = enter()
    reach(orientation, "interview_planned", by=nadia)
    rendez_vous = RendezVous(menage=orientation.menage, residence=here, kind="suivi", user=nadia)
    hooks.rendez_vous_missed(rendez_vous=rendez_vous, by=nadia)
    assert fresh(orientation).status == "interview_planned"


def test_a_household_without_request_has_no_panel(nadia, here):
    menage = MenageFactory(attached=(here, Cause.SEJOUR))
    assert part(nadia, menage).panels() == []
    assert not timeline([part(nadia, menage)])
