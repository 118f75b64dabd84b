"""The commission: its agenda, what members read and say, decisions, their effect, their letters."""

import datetime
import io

import pypdf
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from admissions.actions.agenda import add_passage, move_passage, withdraw_passage
from admissions.actions.decisions import grant_derogation, lift_reserve, record_decision
from admissions.actions.lettres import issue_letters
from admissions.actions.opinions import declare_lien, give_opinion, withdraw_lien
from admissions.actions.orientations import answer_orientation, close_orientation
from admissions.actions.sessions import (
    close_session,
    convene_session,
    edit_session,
    open_sitting,
    prepare_session,
)
from admissions.models import AvisMembre, Decision, LienMembre, SessionCommission
from admissions.queries.commission import passages_for_member, passages_readable, ready_files, sessions_for
from admissions.queries.courriers import addressee_of
from residence.actions.documents import pdf_of
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import (
    AccesConfidentiel,
    CritereDispositif,
    DocumentEmis,
    Echeance,
    EntreeJournal,
    Mandataire,
    RoleAttribution,
)
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.factories import ResidenceFactory, UserFactory

pytestmark = pytest.mark.django_db


def words(document):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(document)))
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


def decide(nadia, passage, kind="favorable", **more):
    return record_decision(by=nadia, passage=passage, kind=kind, **({"reasons": "Parce que."} | more))


def duties():
    return set(Echeance.objects.open().values_list("kind", flat=True))


# The agenda


def test_only_ready_files_of_the_residence_are_heard(session, enter, ready, nadia):
    with pytest.raises(ValidationError, match="seul un dossier prêt"):
        add_passage(by=nadia, session=session, orientation=enter())
    orientation = ready()
    assert list(ready_files(session)) == [orientation]

    passage = add_passage(by=nadia, session=session, orientation=orientation)

    assert add_passage(by=nadia, session=session, orientation=orientation) == passage
    assert list(ready_files(session)) == []
    assert "passage.add" not in duties()


def test_a_file_waits_on_one_agenda_only(session, ready, nadia, here, members):
    orientation = ready()
    add_passage(by=nadia, session=session, orientation=orientation)
    later = prepare_session(by=nadia, residence=here, starts_at=session.starts_at, members=members)
    with pytest.raises(ValidationError, match="déjà à l’ordre du jour"):
        add_passage(by=nadia, session=later, orientation=orientation)


def test_another_residence_s_file_is_refused(ready, nadia, members):
    elsewhere = ResidenceFactory()
    session = SessionCommission.objects.create(residence=elsewhere, starts_at=datetime.datetime.now(datetime.UTC))
    with pytest.raises(ValidationError, match="autre résidence"):
        add_passage(by=nadia, session=session, orientation=ready())


def test_files_are_heard_in_the_order_chosen(session, ready, nadia):
    passages = [add_passage(by=nadia, session=session, orientation=ready()) for _ in range(3)]

    move_passage(by=nadia, passage=passages[2], up=True)
    move_passage(by=nadia, passage=passages[0], up=True)

    order = list(session.passages.on_agenda().order_by("rank"))
    assert order == [passages[0], passages[2], passages[1]]


def test_a_file_is_withdrawn_with_its_reason_and_may_come_back(session, ready, nadia):
    orientation = ready()
    passage = add_passage(by=nadia, session=session, orientation=orientation)
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        withdraw_passage(by=nadia, passage=passage, reason=" ")

    withdraw_passage(by=nadia, passage=passage, reason="absent")
    again = add_passage(by=nadia, session=session, orientation=orientation)

    assert again != passage
    assert EntreeJournal.objects.filter(action="passage.withdraw").count() == 1


def test_members_hold_the_role_in_the_residence(session, nadia, members):
    stranger = UserFactory(role=Role.COMMISSION, residence=ResidenceFactory())
    with pytest.raises(ValidationError, match="n’est pas membre"):
        edit_session(by=nadia, session=session, starts_at=session.starts_at, place="", quorum=1, members=[stranger])
    edit_session(by=nadia, session=session, starts_at=session.starts_at, place="", quorum=1, members=members[:1])
    assert session.membres.count() == 1


# The convocation


def test_convening_freezes_one_synthesis_a_file_and_tells_the_members(
    session, ready, nadia, members, place, django_capture_on_commit_callbacks
):
    orientation = ready(wished_categorie=place.categorie, reasons="Violences de son mari.")
    passage = add_passage(by=nadia, session=session, orientation=orientation)
    assert not passages_for_member(members[0]).exists()

    with django_capture_on_commit_callbacks(execute=True):
        convene_session(by=nadia, session=session)
        convene_session(by=nadia, session=session)

    assert fresh(session).status == "convened"
    synthese = fresh(passage).synthese
    assert synthese.data["budget"]["redevance"] == "420.00"
    assert "Violences" not in str(synthese.data)
    assert len(pypdf.PdfReader(io.BytesIO(pdf_of(synthese))).pages) == 1
    assert [one.pk for one in passages_for_member(members[0])] == [passage.pk]
    assert len(mail.outbox) == 3
    assert "Diallo" not in mail.outbox[0].body
    assert {"opinion.give", "session.close"} <= duties()
    assert "session.convene" not in duties()


def test_an_empty_agenda_or_too_few_members_is_not_convened(session, nadia, ready):
    with pytest.raises(ValidationError, match="ordre du jour est vide"):
        convene_session(by=nadia, session=session)
    add_passage(by=nadia, session=session, orientation=ready())
    edit_session(by=nadia, session=session, starts_at=session.starts_at, place="", quorum=2, members=[])
    with pytest.raises(ValidationError, match="Le quorum est de 2"):
        convene_session(by=nadia, session=session)


def test_a_file_added_after_the_convocation_is_frozen_at_once(sitting, session, ready, nadia):
    sitting(ready())
    passage = add_passage(by=nadia, session=session, orientation=ready(reference=REFERENCE | {"first_names": "Ali"}))
    assert passage.synthese is not None


def test_members_read_from_the_convocation_to_the_closing_only(sitting, session, ready, nadia, members, direction):
    (passage,) = sitting(ready())
    stranger = UserFactory(role=Role.COMMISSION, residence=session.residence)
    assert passages_readable(members[0]).filter(pk=passage.pk).exists()
    assert not passages_readable(stranger).exists()
    assert list(sessions_for(members[0])) == [session]
    assert not sessions_for(stranger).exists()

    decide(nadia, passage)
    close_session(by=direction, session=session)

    assert not passages_readable(members[0]).exists()
    assert not sessions_for(members[0]).exists()
    assert passages_readable(direction).exists()
    assert not DocumentEmis.objects.readable_by(members[0]).exists()


def test_a_member_who_lost_the_role_reads_nothing(sitting, ready, members):
    sitting(ready())
    RoleAttribution.objects.filter(user=members[0]).update(end_on=today() - datetime.timedelta(days=1))
    assert not passages_for_member(fresh(members[0])).exists()


# Opinions


def test_an_opinion_is_one_a_member_and_changes_until_the_closing(sitting, ready, members, nadia, session, direction):
    (passage,) = sitting(ready())

    give_opinion(by=members[0], passage=passage, opinion="for")
    give_opinion(by=members[0], passage=passage, opinion="against", comment="trop loin")

    assert AvisMembre.objects.get().opinion == "against"
    with pytest.raises(ValidationError, match="ne siégez pas"):
        give_opinion(by=nadia, passage=passage, opinion="for")
    decide(nadia, passage)
    close_session(by=direction, session=session)
    with pytest.raises(ValidationError, match="de la convocation à la clôture"):
        give_opinion(by=members[1], passage=passage, opinion="for")


def test_a_declared_link_keeps_a_member_out(sitting, ready, members, nadia):
    (passage,) = sitting(ready())
    give_opinion(by=members[0], passage=passage, opinion="for")

    declare_lien(by=nadia, passage=passage, user=members[0])
    declare_lien(by=nadia, passage=passage, user=members[1])

    assert not passages_for_member(members[0]).exists()
    assert not AvisMembre.objects.exists()
    with pytest.raises(ValidationError, match="à l’écart"):
        give_opinion(by=members[0], passage=passage, opinion="for")
    assert set(Echeance.objects.open().filter(kind="opinion.give").values_list("user", flat=True)) == {
        members[2].pk,
    }


def test_a_link_declared_by_mistake_is_withdrawn_by_somebody_else(sitting, ready, members, nadia, client):
    (passage,) = sitting(ready())
    lien = declare_lien(by=nadia, passage=passage, user=members[0])
    with pytest.raises(ValidationError, match="quelqu’un d’autre"):
        withdraw_lien(by=members[0], lien=lien, reason="Une erreur.")

    client.force_login(nadia)
    address = reverse("admissions:lien_withdraw", args=[lien.pk])
    assert address in client.get(reverse("admissions:passage_detail", args=[passage.pk])).content.decode()
    assert "Ce champ est obligatoire" in client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "Homonyme."})

    kept = LienMembre.every.get()
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (nadia, "Homonyme.")
    give_opinion(by=members[0], passage=passage, opinion="for")
    assert client.get(address).status_code == 404
    assert declare_lien(by=nadia, passage=passage, user=members[0]) != kept
    assert not AvisMembre.objects.exists()


# Sitting and decisions


def test_a_sitting_opens_with_its_quorum(session, ready, nadia, members):
    add_passage(by=nadia, session=session, orientation=ready())
    with pytest.raises(ValidationError, match="d’abord être convoquée"):
        open_sitting(by=nadia, session=session, present=members)
    convene_session(by=nadia, session=session)
    with pytest.raises(ValidationError, match="Le quorum est de 2"):
        open_sitting(by=nadia, session=session, present=members[:1])

    open_sitting(by=nadia, session=session, present=members[:2])

    assert [member.is_present for member in session.membres.all()] == [True, True, False]


def test_a_decision_is_taken_in_the_sitting_with_its_reasons(session, ready, nadia, sitting):
    orientation = ready()
    passage = add_passage(by=nadia, session=session, orientation=orientation)
    with pytest.raises(ValidationError, match="pendant la séance"):
        decide(nadia, passage)
    sitting()
    with pytest.raises(ValidationError, match=r"vide|motivée"):
        decide(nadia, passage, reasons=" ")
    with pytest.raises(ValidationError, match="au moins un motif"):
        decide(nadia, passage, "unfavorable")
    with pytest.raises(ValidationError, match="ce qui est attendu"):
        decide(nadia, passage, "favorable_subject_to")
    with pytest.raises(ValidationError, match="a sa date"):
        decide(nadia, passage, "deferred")
    with pytest.raises(ValidationError, match="précède la séance"):
        decide(nadia, passage, "deferred", deferred_to_on=today() - datetime.timedelta(days=1))
    assert fresh(orientation).status == "ready"


def test_the_database_itself_refuses_a_decision_without_reasons(sitting, ready, nadia):
    (passage,) = sitting(ready())
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(passage=passage, kind="favorable", reasons="", decided_on=today(), recorded_by=nadia)


def test_a_decision_is_corrected_until_the_closing(sitting, session, ready, nadia, direction):
    (passage,) = sitting(ready())
    decide(nadia, passage, "unfavorable", motives=["hors_projet"])
    decide(nadia, passage, "favorable")

    close_session(by=direction, session=session)

    orientation = fresh(passage.orientation)
    assert orientation.status == "waiting"
    assert [one.status for one in orientation.etapes.all()][-2:] == ["decided", "waiting"]
    with pytest.raises(ValidationError, match="pendant la séance"):
        decide(nadia, passage, "unfavorable", motives=["hors_projet"])


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("favorable", {}, "waiting"),
        ("waiting_list", {}, "waiting"),
        (
            "favorable_subject_to",
            {"conditions": "une assurance", "conditions_by_on": datetime.date(2099, 1, 1)},
            "decided",
        ),
        ("unfavorable", {"motives": ["hors_projet"]}, "decided"),
        ("deferred", {"deferred_to_on": datetime.date(2099, 1, 1)}, "ready"),
    ],
)
def test_a_decision_leads_where_the_product_says(sitting, session, ready, nadia, direction, kind, more, expected):
    (passage,) = sitting(ready())
    decide(nadia, passage, kind, **more)
    assert fresh(passage.orientation).status == "decided"

    close_session(by=direction, session=session)
    close_session(by=direction, session=fresh(session))

    assert fresh(passage.orientation).status == expected
    assert EntreeJournal.objects.filter(action="session.close").count() == 1


def test_a_deferred_file_that_lacks_something_is_to_be_completed(sitting, session, ready, nadia, direction):
    (passage,) = sitting(ready())
    passage.orientation.pieces.update(expires_on=today() - datetime.timedelta(days=1))
    decide(nadia, passage, "deferred", deferred_to_on=today() + datetime.timedelta(days=30))
    close_session(by=direction, session=session)
    assert fresh(passage.orientation).status == "incomplete"


def test_a_deferred_file_is_due_on_its_day(sitting, session, ready, nadia, direction):
    (passage,) = sitting(ready())
    day = today() + datetime.timedelta(days=30)
    decide(nadia, passage, "deferred", deferred_to_on=day)
    close_session(by=direction, session=session)
    assert Echeance.objects.open().get(kind="passage.add").due_on == day


def test_a_sitting_closes_once_every_file_is_decided(sitting, session, ready, nadia, direction):
    passages = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    decide(nadia, passages[0])
    with pytest.raises(ValidationError, match="n’a pas de décision"):
        close_session(by=direction, session=session)
    withdraw_passage(by=nadia, passage=passages[1], reason="absent")

    close_session(by=direction, session=session)

    told = words(fresh(session).minutes)
    assert "DIALLO Awa" in told
    assert "DIALLO Ali" in told
    assert "absent" in told
    assert "Hélène Roussel" in told


def test_a_candidate_closed_in_the_meantime_leaves_the_agenda(sitting, session, ready, nadia, direction):
    passages = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    close_orientation(by=nadia, orientation=passages[1].orientation, reason="autre_solution")
    decide(nadia, passages[0])
    close_session(by=direction, session=session)
    assert fresh(passages[1]).withdrawn_reason == "candidature close : autre solution trouvée"


# Letters, reserve, refusal


@pytest.fixture
def decided(sitting, session, ready, nadia, direction):
    def make(kind="favorable", orientation=None, **more):
        (passage,) = sitting(orientation or ready())
        decision = decide(nadia, passage, kind, **more)
        close_session(by=direction, session=session)
        return fresh(decision)

    return make


def test_letters_leave_once_numbered_and_frozen(decided, nadia):
    decision = decided(reasons="Votre projet tient la route.", reasons_prescripteur="Voir le CCAS.")
    assert "decision.letters" in duties()

    issue_letters(by=nadia, decision=decision, notified_on=today(), answered_on=today())
    issue_letters(by=nadia, decision=fresh(decision), notified_on=today())

    decision = fresh(decision)
    assert DocumentEmis.objects.filter(kind__startswith="lettre").count() == 2
    assert "Votre projet tient la route." in words(decision.letter_candidat)
    assert "Voir le CCAS." not in words(decision.letter_candidat)
    assert "Voir le CCAS." in words(decision.letter_prescripteur)
    assert fresh(decision.passage.orientation).answered_on == today()
    assert not {"decision.letters", "orientation.answer"} & duties()
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentEmis.objects.filter(pk=decision.letter_candidat_id).update(data={})


def test_no_letter_before_the_closing(sitting, ready, nadia):
    (passage,) = sitting(ready())
    with pytest.raises(ValidationError, match="une fois la séance close"):
        issue_letters(by=nadia, decision=decide(nadia, passage), notified_on=today())


def test_a_refusal_is_closed_once_letters_and_answer_have_left(decided, nadia):
    decision = decided("unfavorable", motives=["accompagnement", "dette"])
    issue_letters(by=nadia, decision=decision, notified_on=today())
    orientation = fresh(decision.passage.orientation)
    assert orientation.status == "decided"

    answer_orientation(by=nadia, orientation=orientation, answered_on=today())

    orientation = fresh(orientation)
    assert (orientation.status, orientation.closed_reason) == ("closed", "accompagnement")
    assert not orientation.menage.rattachements.filter(end_on=None).exists()
    assert "La commission dit non" in words(fresh(decision).letter_candidat)


def test_a_refusal_answered_with_its_letters_is_closed_at_once(decided, nadia):
    decision = decided("unfavorable", motives=["hors_projet"])
    issue_letters(by=nadia, decision=decision, notified_on=today(), answered_on=today())
    assert fresh(decision.passage.orientation).status == "closed"


def test_a_reserve_is_lifted_on_a_day(decided, nadia):
    decision = decided(
        "favorable_subject_to", conditions="une assurance", conditions_by_on=today() + datetime.timedelta(days=20)
    )
    assert "reserve.lift" in duties()
    with pytest.raises(ValidationError, match="entre le jour de la décision"):
        lift_reserve(by=nadia, decision=decision, lifted_on=today() + datetime.timedelta(days=1))

    lift_reserve(by=nadia, decision=decision, lifted_on=today())
    lift_reserve(by=nadia, decision=fresh(decision), lifted_on=today())

    assert fresh(decision.passage.orientation).status == "waiting"
    assert "reserve.lift" not in duties()
    assert EntreeJournal.objects.filter(action="reserve.lift").count() == 1


def test_a_decision_without_reserve_has_none_to_lift(decided, nadia):
    with pytest.raises(ValidationError, match="n’a pas de réserve"):
        lift_reserve(by=nadia, decision=decided(), lifted_on=today())


# Who is written to


def mandataire(menage, measure, **more):
    return Mandataire.objects.create(
        personne=menage.membres.get(tie="reference").personne,
        measure=measure,
        **(
            {
                "name": "UDAF du Puy-de-Dôme",
                "address": "2 rue Bourzeix",
                "postal_code": "63000",
                "city": "Clermont-Ferrand",
                "start_on": datetime.date(2020, 1, 1),
            }
            | more
        ),
    )


def test_a_tuteur_gets_the_letter_alone(decided, ready, nadia):
    orientation = ready()
    mandataire(orientation.menage, "tutelle")
    decision = decided(orientation=orientation)
    issue_letters(by=nadia, decision=decision, notified_on=today())
    told = words(fresh(decision).letter_candidat)
    assert "UDAF du Puy-de-Dôme pour Madame Awa DIALLO 2 rue Bourzeix" in told
    assert "au titre de sa mesure de protection (tutelle)" in told
    assert "Copie" not in told


def test_a_curateur_gets_it_with_a_copy_to_the_person(enter):
    menage = enter().menage
    mandataire(menage, "curatelle")
    assert addressee_of(menage).copies == ("Madame Awa DIALLO",)


@pytest.mark.parametrize(
    "more",
    [{"receives": False}, {"end_on": datetime.date(2021, 1, 1)}],
    ids=["does-not-receive", "measure-ended"],
)
def test_the_person_is_written_to_otherwise(enter, more):
    menage = enter().menage
    mandataire(menage, "tutelle", **more)
    assert addressee_of(menage).lines == ("Madame Awa DIALLO", "3 rue Neuve", "63000 Clermont-Ferrand")


def test_without_an_address_the_letter_goes_through_the_partner(enter, siao):
    orientation = enter(household={})
    assert addressee_of(orientation.menage, siao).lines[1] == "chez SIAO 63"
    assert addressee_of(orientation.menage).lines[1] == "Remis en main propre"


def test_the_window_holds_six_lines_of_38_signs(enter):
    orientation = enter(
        household={"address": "Résidence universitaire des Hauts de Sainte-Victoire, bâtiment 12, escalier C"}
        | {"postal_code": "63000", "city": "Clermont-Ferrand"}
    )
    lines = addressee_of(orientation.menage).lines
    assert len(lines) <= 6
    assert all(len(line) <= 38 for line in lines)
    assert lines[-1] == "63000 Clermont-Ferrand"


# A confidential household


@pytest.fixture
def hidden(ready, here, nadia, gestionnaire):
    orientation = ready(needs=["calme"])
    substitute = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    capacity = AccesConfidentiel.Capacity
    mask_menage(
        by=nadia,
        menage=orientation.menage,
        residence=here,
        named=[
            (nadia, capacity.REFERENT),
            (gestionnaire, capacity.GESTIONNAIRE),
            (substitute, capacity.SUBSTITUTE),
        ],
    )
    return fresh(orientation)


def test_the_commission_hears_a_number_its_needs_and_the_proposal(hidden, sitting, nadia, members, session, direction):
    with reading_as(fresh(nadia)):
        (passage,) = sitting(hidden)
        data = passage.synthese.data
        assert [one.pk for one in passages_for_member(members[0])] == [passage.pk]
        decide(nadia, passage)
    with reading_as(fresh(direction)):
        close_session(by=direction, session=session)

    number = hidden.menage.masked_name
    assert data["name"] == number
    assert data["needs"] == ["logement au calme"]
    assert data["proposal"] == "Avis favorable du référent."
    assert "composition" not in data
    assert "Diallo" not in str(data).title()
    assert "Diallo" not in str(fresh(session).minutes.data).title()
    assert number in words(fresh(session).minutes)


# A derogation


def test_the_direction_grants_what_a_criterion_asks_for(decided, dispositif, direction, ready):
    critere = CritereDispositif.objects.create(dispositif=dispositif, kind="age", maximum=30, effect="needs_derogation")
    other = CritereDispositif.objects.create(dispositif=dispositif, kind="activity", effect="needs_derogation")
    decision = decided()
    orientation = fresh(decision.passage.orientation)
    assert "derogation.grant" in duties()
    with pytest.raises(ValidationError, match="ne demande pas de dérogation"):
        grant_derogation(by=direction, orientation=orientation, critere=other, reasons="x")
    with pytest.raises(ValidationError):
        grant_derogation(by=direction, orientation=orientation, critere=critere, reasons=" ")

    grant_derogation(by=direction, orientation=orientation, critere=critere, reasons="Parcours particulier.")

    assert "derogation.grant" not in duties()
    assert EntreeJournal.objects.get(action="derogation.grant").details == {"critere": "age"}
