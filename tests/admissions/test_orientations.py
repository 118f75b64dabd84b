"""A request: entered, corrected, completed, answered, closed, reopened."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from admissions.actions.entretiens import miss_entretien, plan_entretien
from admissions.actions.orientations import (
    NewContact,
    NewMember,
    answer_orientation,
    close_orientation,
    complete_again,
    edit_orientation,
    reach,
    ready_orientation,
    record_piece,
    reopen_orientation,
)
from admissions.actions.sessions import add_passage
from admissions.models import EtapeOrientation, Orientation
from admissions.queries.completude import completeness_of, pieces_of
from admissions.queries.orientations import path_of
from residence.models import Echeance, EntreeJournal, Menage, Partenaire, Rattachement, RendezVous
from residence.models.base import today
from residence.permissions import Cause
from residence.queries.connus import known_persons
from tests.admissions.conftest import HOUSEHOLD, REFERENCE, fresh
from tests.factories import DispositifFactory, MenageFactory, PersonneFactory, ResidenceFactory

pytestmark = pytest.mark.django_db


def stages_of(orientation):
    return list(EtapeOrientation.objects.filter(orientation=orientation).values_list("status", flat=True))


def duties_of(target):
    return set(
        Echeance.objects.open()
        .filter(target_id=target.pk, target_type__model=target._meta.model_name)
        .values_list("kind", flat=True)
    )


def test_entering_makes_the_household_attaches_it_and_sets_the_clock(enter, here, nadia):
    orientation = enter(received_on=today())

    assert str(orientation.menage) == "DIALLO Awa"
    assert orientation.contact_by_on == today() + datetime.timedelta(days=10)
    assert orientation.answer_due_on == today() + datetime.timedelta(days=30)
    assert stages_of(orientation) == ["received"]
    tie = Rattachement.objects.get(menage=orientation.menage, residence=here)
    assert (tie.cause, tie.end_on) == (Cause.CANDIDATURE, None)
    assert orientation.pieces.count() == 2
    assert duties_of(orientation) == {"orientation.contact", "orientation.answer"}
    entry = EntreeJournal.objects.get(action="orientation.create")
    assert (entry.by, entry.menage, entry.residence) == (nadia, orientation.menage, here)
    assert "Diallo" not in str(entry.details)


def test_a_partner_without_delays_leaves_that_of_the_dispositif(enter, siao):
    Partenaire.objects.filter(pk=siao.pk).update(contact_within_days=None, answer_within_days=None)

    orientation = enter(partenaire=fresh(siao))

    assert orientation.contact_by_on == today() + datetime.timedelta(days=15)
    assert orientation.answer_due_on is None
    assert duties_of(orientation) == {"orientation.contact"}


def test_a_route_that_the_dispositif_does_not_take_is_refused(enter):
    with pytest.raises(ValidationError, match="ne reçoit pas de demande par cette voie"):
        enter(route="ccas")


def test_the_siao_gives_its_number(enter):
    with pytest.raises(ValidationError, match="porte son numéro"):
        enter(siao_number="")
    with pytest.raises(IntegrityError):
        Orientation.objects.bulk_create([Orientation(**_columns(enter()), siao_number="")])


def _columns(orientation):
    return {
        "menage": MenageFactory(),
        "residence": orientation.residence,
        "dispositif": orientation.dispositif,
        "route": "siao",
        "received_on": today(),
    }


def test_the_same_form_sent_twice_makes_one(enter):
    key = uuid.uuid4()

    first = enter(form_key=key, siao_number="63-1")
    second = enter(form_key=key, siao_number="63-1")

    assert first == second
    assert Menage.objects.count() == 1


def test_a_partner_and_a_contact_are_added_once(enter):
    contact = NewContact("Paul Vidal", "assistant social", "0600000000")
    first = enter(partenaire=None, prescripteur=None, new_partenaire="Ccas de Riom", new_contact=contact)
    second = enter(
        partenaire=None,
        prescripteur=None,
        new_partenaire="CCAS de  Riom",
        new_contact=contact,
        reference=REFERENCE | {"first_names": "Fatou"},
    )

    assert first.partenaire == second.partenaire
    assert first.prescripteur == second.prescripteur
    assert Partenaire.objects.filter(sort_name="ccas de riom").count() == 1


def test_members_and_partial_births(enter):
    orientation = enter(
        reference=REFERENCE | {"born_on": datetime.date(1990, 1, 1), "birth_precision": "year"},
        members=[
            NewMember("partner", {"last_name": "Diallo", "first_names": "Ali", "birth_precision": "unknown"}),
            NewMember(
                "child",
                {
                    "last_name": "Diallo",
                    "first_names": "Lina",
                    "born_on": datetime.date(2019, 3, 1),
                    "birth_precision": "day",
                },
                in_custody=True,
            ),
        ],
        household=HOUSEHOLD | {"declared_persons": 4},
    )

    assert orientation.menage.persons_count == 4
    assert orientation.menage.membres.get(tie="child").in_custody


def test_a_known_household_is_taken_up_with_only_its_new_members(enter, here):
    menage = enter().menage
    ali = NewMember("partner", {"last_name": "Diallo", "first_names": "Ali", "birth_precision": "unknown"})
    other = DispositifFactory(residence=here)

    again = enter(menage=menage, dispositif=other, members=[ali])
    third = enter(menage=menage, dispositif=DispositifFactory(residence=here), members=[ali])

    assert again.menage == third.menage == menage
    assert menage.membres.count() == 2


def test_a_household_has_one_open_request_a_dispositif(enter):
    menage = enter().menage
    with pytest.raises(ValidationError, match="déjà une candidature ouverte"):
        enter(menage=menage)


def test_persons_already_known_are_found_whatever_the_accents_and_the_order(enter, nadia):
    enter(reference=REFERENCE | {"last_name": "Œuvrard", "first_names": "Élodie"})

    def found(**asked):
        return [str(one.personne) for one in known_persons(nadia, **({"born_on": None} | asked))]

    assert found(last_name="oeuvrard", first_names="elodie") == ["ŒUVRARD Élodie"]
    assert found(last_name="Elodie", first_names="Oeuvrard") == ["ŒUVRARD Élodie"]
    assert found(last_name="Ouvrard", first_names="Elodie", born_on=REFERENCE["born_on"]) == ["ŒUVRARD Élodie"]
    assert found(last_name="Martin", first_names="Paul", born_on=REFERENCE["born_on"]) == []


def test_a_hidden_household_is_never_among_the_known(nadia, here):
    hidden = MenageFactory(name="SECRET Anne", is_confidential=True, attached=(here, Cause.CANDIDATURE), reference=None)
    assert hidden.is_confidential
    assert known_persons(nadia, last_name="Secret", first_names="Anne", born_on=datetime.date(1990, 5, 17)) == []


def test_somebody_of_another_residence_is_not_among_the_known(nadia):
    MenageFactory(
        reference=PersonneFactory(last_name="Lointaine", first_names="Anne"),
        attached=(ResidenceFactory(), Cause.CANDIDATURE),
    )
    assert known_persons(nadia, last_name="Lointaine", first_names="Anne", born_on=None) == []


def test_correcting_moves_the_clock(enter, nadia):
    orientation = enter()
    day = today() - datetime.timedelta(days=5)

    edit_orientation(by=nadia, orientation=orientation, received_on=day, current_situation="à la rue")

    orientation = fresh(orientation)
    assert orientation.contact_by_on == day + datetime.timedelta(days=10)
    assert EntreeJournal.objects.get(action="orientation.edit").details["fields"] == [
        "current_situation",
        "received_on",
    ]


def test_a_piece_is_missing_then_received_then_expired(enter, nadia):
    orientation = enter()
    optional = orientation.dispositif.pieces.get(is_mandatory=False)
    assert [state.badge.word for state in pieces_of(orientation)] == ["manque", "manque"]

    record_piece(by=nadia, orientation=orientation, piece=optional, received_on=today() - datetime.timedelta(days=120))
    assert [state.badge.word for state in pieces_of(fresh(orientation))] == ["manque", "périmée"]

    record_piece(by=nadia, orientation=orientation, piece=optional, received_on=None, not_needed_reason="retraitée")
    assert [state.badge.word for state in pieces_of(fresh(orientation))] == ["manque", "sans objet"]
    assert EntreeJournal.objects.filter(action="piece.record").count() == 2


def test_a_piece_of_another_dispositif_or_of_tomorrow_is_refused(enter, nadia):
    orientation = enter()
    piece = orientation.dispositif.pieces.first()
    with pytest.raises(ValidationError, match="pas encore arrivée"):
        record_piece(by=nadia, orientation=orientation, piece=piece, received_on=today() + datetime.timedelta(days=1))
    foreign = DispositifFactory().pieces.create(name="Autre")
    with pytest.raises(ValidationError, match="ne demande pas cette pièce"):
        record_piece(by=nadia, orientation=orientation, piece=foreign, received_on=today())


def test_a_file_is_ready_once_interview_resources_and_mandatory_pieces_are_there(enter, hold, nadia):
    orientation = enter()
    with pytest.raises(ValidationError) as refused:
        ready_orientation(by=nadia, orientation=orientation)
    assert refused.value.messages == [
        "Il manque encore : l’entretien de préadmission n’est pas encore tenu.",
        "Il manque encore : les ressources ne sont pas saisies.",
        "Il manque encore : « Pièce d’identité » manque.",
    ]

    orientation = hold(orientation)
    assert orientation.status == "incomplete"
    assert completeness_of(orientation).blocking == ("« Pièce d’identité » manque",)
    assert "pieces.chase" in duties_of(orientation)

    record_piece(by=nadia, orientation=orientation, piece=orientation.dispositif.pieces.first(), received_on=today())
    assert "orientation.ready" in duties_of(orientation)
    ready_orientation(by=nadia, orientation=orientation)

    assert fresh(orientation).status == "ready"
    assert stages_of(orientation) == ["received", "incomplete", "ready"]
    assert duties_of(orientation) == {"orientation.answer", "passage.add"}


def test_the_ccas_s_evaluation_is_asked_for_before_the_commission(enter, hold, here, nadia):
    ccas = DispositifFactory(residence=here, permanent=True)
    orientation = hold(enter(dispositif=ccas, route="ccas", siao_number=""))
    assert completeness_of(orientation).blocking == ("l’évaluation sociale du CCAS n’est pas au dossier",)

    edit_orientation(by=nadia, orientation=orientation, social_evaluation="Autonome, bien entouré.")

    assert completeness_of(fresh(orientation)).is_complete


def test_a_ready_file_may_be_taken_back_and_leaves_its_agenda(ready, session, nadia):
    orientation = ready()
    passage = add_passage(by=nadia, session=session, orientation=orientation)

    complete_again(by=nadia, orientation=orientation, reason="pièce périmée")

    assert fresh(orientation).status == "incomplete"
    assert fresh(passage).withdrawn_reason == "pièce périmée"


def test_no_show_takes_it_back_to_received(enter, nadia, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = enter()
    start = datetime.datetime(2026, 3, 4, 9, tzinfo=datetime.UTC)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )
    assert fresh(orientation).status == "interview_planned"
    assert "orientation.contact" not in duties_of(orientation)

    time_machine.move_to(start + datetime.timedelta(hours=2), tick=False)
    miss_entretien(by=nadia, orientation=orientation)

    assert fresh(orientation).status == "received"
    assert RendezVous.objects.get().status == "no_show"
    assert EtapeOrientation.objects.last().reason == "non venu à l’entretien"
    assert "orientation.contact" in duties_of(orientation)


def test_answering_settles_its_duty(enter, nadia):
    orientation = enter()
    answer_orientation(by=nadia, orientation=orientation, answered_on=today())
    assert duties_of(orientation) == {"orientation.contact"}
    with pytest.raises(ValidationError, match="précéder la demande"):
        answer_orientation(by=nadia, orientation=orientation, answered_on=today() - datetime.timedelta(days=1))


def test_closing_asks_for_a_motive_and_lets_everything_go(enter, nadia, here, time_machine):
    orientation = enter()
    start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )
    with pytest.raises(ValidationError, match="a son motif"):
        close_orientation(by=nadia, orientation=orientation, reason="parce que")

    close_orientation(by=nadia, orientation=orientation, reason="injoignable", detail="trois appels")
    close_orientation(by=nadia, orientation=orientation, reason="injoignable")

    orientation = fresh(orientation)
    assert (orientation.status, orientation.closed_reason) == ("closed", "injoignable")
    assert RendezVous.objects.get().status == "cancelled"
    assert not Rattachement.objects.filter(menage=orientation.menage, end_on=None).exists()
    assert duties_of(orientation) == {"orientation.answer"}
    assert EntreeJournal.objects.filter(action="orientation.close").count() == 1
    assert [step.label for step in path_of(orientation)][-1] == "Close"


def test_a_request_typed_by_mistake_owes_no_answer(enter, nadia):
    orientation = enter()
    close_orientation(by=nadia, orientation=orientation, reason="erreur")
    assert duties_of(orientation) == set()


def test_another_open_request_keeps_the_household_a_candidate(enter, nadia, here):
    orientation = enter()
    enter(menage=orientation.menage, dispositif=DispositifFactory(residence=here))
    close_orientation(by=nadia, orientation=orientation, reason="pas_de_place")
    assert Rattachement.objects.filter(menage=orientation.menage, end_on=None).exists()


def test_reopening_goes_back_to_received(enter, nadia, here):
    orientation = enter()
    close_orientation(by=nadia, orientation=orientation, reason="sans_nouvelle")
    reopen_orientation(by=nadia, orientation=orientation, reason="le ménage a rappelé")

    assert fresh(orientation).status == "received"
    assert Rattachement.objects.filter(menage=orientation.menage, residence=here, end_on=None).exists()
    assert stages_of(orientation) == ["received", "closed", "received"]


def test_reopening_beside_a_newer_request_says_so(enter, nadia):
    orientation = enter()
    close_orientation(by=nadia, orientation=orientation, reason="sans_nouvelle")
    enter(menage=orientation.menage)
    with pytest.raises(ValidationError, match="déjà une candidature ouverte"):
        reopen_orientation(by=nadia, orientation=orientation, reason="erreur")
    assert fresh(orientation).status == "closed"


def test_a_stage_that_the_table_does_not_have_is_refused(enter, nadia):
    with pytest.raises(ValidationError, match="on ne peut plus passer à"):
        reach(enter(), "waiting", by=nadia)
