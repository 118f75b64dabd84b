"""A sitting: members who come and go, links, the folder, the wall, what a confidential file shows, what comes back."""

import datetime
import io

import pypdf
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from admissions.actions.agenda import add_passage, withdraw_passage
from admissions.actions.decisions import lift_reserve, record_decision
from admissions.actions.entretiens import ThemeInput
from admissions.actions.opinions import declare_lien, give_opinion
from admissions.actions.orientations import close_orientation, record_piece
from admissions.actions.sessions import (
    close_session,
    convene_session,
    edit_session,
    open_sitting,
    prepare_session,
    replace_siege,
    unconvene_session,
)
from admissions.models import AvisMembre, PassageCommission
from admissions.queries.commission import agenda_of, passages_for_member, passages_readable, tally_of
from residence.actions.documents import pdf_of
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, CritereDispositif, Echeance, EntreeJournal
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_commission import decide, words
from tests.admissions.test_pages import read, status, url
from tests.factories import DelegationFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
REASON = "Le vigneron boit trop de café."


def at(days, hour=9):
    return timezone.make_aware(
        datetime.datetime.combine(today() + datetime.timedelta(days=days), datetime.time(hour, 30))
    )


def folder(user, session):
    response = signed_in(user).get(url("session_folder", session.pk))
    assert response.status_code == 200
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(response.content)).pages]


@pytest.fixture
def substitute(here):
    return UserFactory(role=Role.COMMISSION, residence=here)


# Members


def test_a_convocation_is_taken_back_with_its_reason(
    session, ready, nadia, members, django_capture_on_commit_callbacks
):
    passage = add_passage(by=nadia, session=session, orientation=ready())
    convene_session(by=nadia, session=session)
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        unconvene_session(by=nadia, session=session, reason=" ")

    with django_capture_on_commit_callbacks(execute=True):
        unconvene_session(by=nadia, session=session, reason="salle inondée")
        unconvene_session(by=nadia, session=session, reason="salle inondée")

    session = fresh(session)
    assert (session.status, session.convened_at) == ("prepared", None)
    assert not passages_for_member(members[0]).exists()
    assert [("salle inondée" in one.body, "Diallo" in one.body) for one in mail.outbox] == [(True, False)] * 3
    assert set(Echeance.objects.open().values_list("kind", flat=True)) >= {"session.convene"}
    assert not Echeance.objects.open().filter(kind="opinion.give").exists()
    assert fresh(passage).synthese is not None


def test_convened_again_only_a_file_that_changed_gets_a_new_synthesis(session, ready, hold, nadia, members):
    same, changed = (add_passage(by=nadia, session=session, orientation=ready()) for _ in range(2))
    convene_session(by=nadia, session=session)
    for passage in (same, changed):
        give_opinion(by=members[0], passage=passage, opinion="for")
    before = {passage.pk: fresh(passage).synthese for passage in (same, changed)}
    unconvene_session(by=nadia, session=session, reason="salle inondée")
    hold(changed.orientation, proposal="Avis réservé du référent.")

    convene_session(by=nadia, session=session)

    assert fresh(same).synthese == before[same.pk]
    second = fresh(changed).synthese
    assert second.replaces == before[changed.pk]
    assert second.data["proposal"] == "Avis réservé du référent."
    assert [one.passage_id for one in AvisMembre.objects.all()] == [same.pk]


def test_a_sitting_is_not_taken_back(sitting, session, ready, nadia):
    sitting(ready())
    with pytest.raises(ValidationError, match="ne s’annule plus"):
        unconvene_session(by=nadia, session=session, reason="trop tard")


def test_a_member_who_cannot_come_is_replaced(
    session, ready, nadia, members, substitute, direction, django_capture_on_commit_callbacks
):
    passage = add_passage(by=nadia, session=session, orientation=ready())
    convene_session(by=nadia, session=session)
    give_opinion(by=members[0], passage=passage, opinion="for")
    siege = session.membres.get(user=members[0])

    with django_capture_on_commit_callbacks(execute=True):
        replace_siege(by=nadia, siege=siege, coming=substitute)

    assert not passages_for_member(members[0]).exists()
    assert [one.pk for one in passages_for_member(substitute)] == [passage.pk]
    assert not AvisMembre.objects.exists()
    assert {(tuple(one.to), "Convocation" in one.subject) for one in mail.outbox} == {
        ((members[0].email,), False),
        ((substitute.email,), True),
    }
    assert set(Echeance.objects.open().filter(kind="opinion.give").values_list("user", flat=True)) == {
        substitute.pk,
        members[1].pk,
        members[2].pk,
    }
    with pytest.raises(ValidationError, match="déjà remplacé"):
        replace_siege(by=nadia, siege=siege, coming=members[0])
    with pytest.raises(ValidationError, match="siège déjà"):
        replace_siege(by=nadia, siege=fresh(siege), coming=members[1])
    with pytest.raises(ValidationError, match="n’est pas membre"):
        replace_siege(by=nadia, siege=fresh(siege), coming=nadia)
    open_sitting(by=nadia, session=session, present=[substitute, members[1]])
    decide(nadia, passage)
    close_session(by=direction, session=session)
    assert f"en remplacement de {members[0].get_full_name()}" in words(fresh(session).minutes)


def test_the_page_replaces_a_member(session, nadia, members, substitute):
    siege = session.membres.get(user=members[0])
    assert "Qui siège à la place" in read(nadia, "siege_replace", siege.pk)
    signed_in(nadia).post(url("siege_replace", siege.pk), {"coming": substitute.pk})
    assert fresh(siege).user == substitute
    assert status(members[1], "siege_replace", siege.pk) == 403


def test_a_convened_session_tells_its_members_what_changes(
    session, ready, nadia, members, substitute, django_capture_on_commit_callbacks
):
    add_passage(by=nadia, session=session, orientation=ready())
    convene_session(by=nadia, session=session)
    with pytest.raises(ValidationError, match="Le quorum est de 2"):
        edit_session(by=nadia, session=session, starts_at=at(1), place="", quorum=2, members=members[:1])

    with django_capture_on_commit_callbacks(execute=True):
        edit_session(
            by=nadia, session=session, starts_at=at(1), place="Mairie", quorum=2, members=[*members[:2], substitute]
        )

    told = {one.to[0]: one.body for one in mail.outbox}
    assert set(told) == {one.email for one in (*members, substitute)}
    assert "vous n’y siégez plus" in told[members[2].email]
    assert "est déplacée" in told[members[0].email]
    assert "1 dossier est à l’ordre du jour" in told[substitute.email]


def test_the_delegate_of_the_direction_closes(sitting, session, ready, nadia, direction, here):
    (passage,) = sitting(ready())
    decide(nadia, passage)
    delegate = UserFactory()
    assert status(delegate, "session_close", session.pk) == 403
    DelegationFactory(residence=here, from_user=direction, to_user=delegate, role=Role.DIRECTION)
    delegate = fresh(delegate)

    answer = signed_in(delegate).post(url("session_close", session.pk))

    assert answer.status_code == 302
    assert fresh(session).closed_by == delegate
    assert delegate.get_full_name() in words(fresh(session).minutes)


def test_neither_member_nor_coordinatrice_closes(sitting, session, ready, nadia, members):
    (passage,) = sitting(ready())
    decide(nadia, passage)
    assert status(nadia, "session_close", session.pk) == status(members[0], "session_close", session.pk) == 403


# A declared link


def test_a_link_keeps_a_member_out_of_everything(sitting, session, ready, nadia, members, here):
    """Synthesis, opinion, count, folder, wall and decision, also when the member is a coordinatrice besides."""
    members[0].attributions.create(role=Role.COORDINATRICE, residence=here, start_on=today())
    passage, other = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    linked = fresh(members[0])
    give_opinion(by=linked, passage=passage, opinion="for")
    assert status(linked, "passage_detail", passage.pk) == 200

    declare_lien(by=nadia, passage=passage, user=linked)

    assert list(passages_readable(linked)) == [other]
    for name in ("passage_detail", "passage_synthese", "decision_record", "passage_withdraw", "passage_tally"):
        assert status(linked, name, passage.pk) == 404, name
        assert status(linked, name, other.pk) == 200, name
    assert signed_in(linked).post(url("opinion_give", passage.pk), {"opinion": "for"}).status_code == 404
    line = agenda_of(session, linked)[0]
    assert (line.is_kept_out, line.url, line.decision) == (True, "", None)
    record_decision(by=nadia, passage=other, kind="favorable", reasons="Bien.")
    shown = read(linked, "session_detail", session.pk)
    assert "un lien vous tient à l’écart" in shown
    assert shown.count("avis sur") == 1
    pages = folder(linked, session)
    assert "lien déclaré" in pages[0]
    assert sum("DIALLO Awa" in page for page in pages) == 1
    assert sum("DIALLO Ali" in page for page in pages) == 2
    wall = signed_in(linked).get(url("session_hold", session.pk), {"dossier": passage.pk}).content.decode()
    assert "Avis favorable du référent" not in wall
    assert "Consigner la décision" not in wall


def test_a_quorum_counts_who_may_speak_of_the_file(sitting, ready, members, nadia):
    (passage,) = sitting(ready())
    declare_lien(by=nadia, passage=passage, user=members[0])
    with pytest.raises(ValidationError, match="1 seulement peuvent se prononcer"):
        decide(nadia, passage)
    decide(nadia, passage, "deferred", deferred_to_on=today() + datetime.timedelta(days=7))


def test_the_count_waits_for_who_may_speak(sitting, session, ready, members, nadia):
    (passage,) = sitting(ready())
    members_of = list(session.membres.all())
    assert (tally_of(passage, members_of).given, tally_of(passage, members_of).expected) == (0, 2)
    give_opinion(by=members[2], passage=passage, opinion="against")
    give_opinion(by=members[0], passage=passage, opinion="for")
    tally = tally_of(fresh(passage), members_of)
    assert (tally.favorable, tally.against, tally.given, tally.expected) == (1, 1, 2, 3)
    declare_lien(by=nadia, passage=passage, user=members[1])
    assert tally_of(fresh(passage), members_of).is_complete


def test_a_member_changes_their_opinion_and_sees_no_other_s(sitting, ready, members):
    (passage,) = sitting(ready())
    give_opinion(by=members[1], passage=passage, opinion="against", comment="trop de café")
    assert "Donner mon avis" in read(members[0], "passage_detail", passage.pk)
    give_opinion(by=members[0], passage=passage, opinion="for")
    shown = read(members[0], "passage_detail", passage.pk)
    assert "Changer mon avis" in shown
    assert "2 sur 2" in shown
    assert "trop de café" not in shown
    assert "contre" not in shown


# The folder and the wall


def test_the_folder_is_a_cover_and_one_sheet_a_file(sitting, session, ready, nadia, members, direction):
    passages = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    pages = folder(members[0], session)
    assert [page for page in pages if page] == [pages[0], pages[2], pages[4]]
    assert "Salle du conseil" in pages[0]
    assert pages[0].index("DIALLO Awa") < pages[0].index("DIALLO Ali")
    assert "Avis favorable du référent" in pages[2]
    assert EntreeJournal.objects.filter(action="session.print", by=members[0]).count() == 1
    assert status(direction, "session_folder", session.pk) == 403
    for passage in passages:
        decide(nadia, passage)
    close_session(by=direction, session=session)
    assert status(members[0], "session_folder", session.pk) == 404


def test_there_is_no_folder_before_the_convocation(session, ready, nadia):
    add_passage(by=nadia, session=session, orientation=ready())
    assert status(nadia, "session_folder", session.pk) == 302


def test_the_synthesis_of_a_full_file_stays_on_one_page(session, ready, nadia, hold, dispositif, place):
    for kind in ("age", "household_size", "resources_ceiling", "activity"):
        CritereDispositif.objects.create(
            dispositif=dispositif, kind=kind, minimum=1, maximum=3000, effect="needs_derogation"
        )
    orientation = ready(wished_categorie=place.categorie, current_situation="Hébergée chez un tiers, " * 8)
    hold(
        orientation,
        wished_categorie=place.categorie,
        proposal="La personne tient à son projet et s’y tient. " * 40,
        wishes="Un logement calme, près du travail. " * 40,
    )
    passage = add_passage(by=nadia, session=session, orientation=fresh(orientation))
    convene_session(by=nadia, session=session)
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(fresh(passage).synthese)))
    assert len(reader.pages) == 1
    assert "La personne tient à son projet" in reader.pages[0].extract_text()


def test_the_wall_goes_from_file_to_file(sitting, session, ready, nadia, members, direction):
    first, second = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    client = signed_in(nadia)
    address = url("session_hold", session.pk)
    assert "dossier 1 sur 2" in client.get(address).content.decode()

    answer = client.post(f"{address}?dossier={first.pk}", {"kind": "favorable", "reasons": "Projet clair."})

    assert answer.status_code == 302
    shown = client.get(address).content.decode()
    assert "dossier 2 sur 2" in shown
    assert "1 sans décision" in shown
    assert "0 / 2" in client.get(url("passage_tally", second.pk)).content.decode()
    refused = client.post(f"{address}?dossier={second.pk}", {"kind": "unfavorable", "reasons": "Non."})
    assert "au moins un motif" in refused.content.decode()
    assert status(members[0], "session_hold", session.pk) == status(direction, "session_hold", session.pk) == 403


def test_the_wall_shows_neither_health_nor_residence_permits(sitting, session, ready, nadia, hold, dispositif):
    CritereDispositif.objects.create(dispositif=dispositif, kind="papers", effect="needs_derogation")
    orientation = ready(reasons=REASON)
    hold(orientation, themes=[ThemeInput("sante", "strong", REASON)])
    sitting(fresh(orientation))
    wall = read(nadia, "session_hold", session.pk)
    assert REASON not in wall
    assert "santé" not in wall.lower()
    assert "titre de séjour" not in wall.partition("<form")[0].lower()


def test_there_is_no_wall_before_the_sitting(session, ready, nadia):
    assert status(nadia, "session_hold", session.pk) == 302


# A confidential household


def test_the_minutes_of_a_confidential_file_say_no_reason(hidden, sitting, session, nadia, direction, ready):
    with reading_as(fresh(nadia)):
        passage, other, third = sitting(hidden, ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
        decide(nadia, passage, "unfavorable", motives=["dette"], reasons=REASON)
        decide(nadia, other, reasons="Projet clair.")
        withdraw_passage(by=nadia, passage=third, reason="absente ce jour")
    with reading_as(fresh(direction)):
        close_session(by=direction, session=session)

    minutes = fresh(session).minutes
    said = words(minutes)
    assert hidden.menage.masked_name in said
    assert "Défavorable" in said
    assert REASON not in str(minutes.data)
    assert "dette" not in str(minutes.data)
    assert "que lisent les seules personnes nommées" in said
    assert "Projet clair." in said
    assert "absente ce jour" in said


def test_a_confidential_file_withdrawn_says_no_reason(hidden, sitting, session, nadia, direction, ready, here):
    with reading_as(fresh(nadia)):
        passage, other = sitting(hidden, ready())
        withdraw_passage(by=nadia, passage=passage, reason=REASON)
        decide(nadia, other)
    other_coordinatrice = UserFactory(role=Role.COORDINATRICE, residence=here)
    assert REASON not in read(other_coordinatrice, "session_detail", session.pk)
    assert REASON not in read(direction, "session_detail", session.pk)
    assert REASON in read(fresh(nadia), "session_detail", session.pk)
    close_session(by=direction, session=session)
    assert REASON not in str(fresh(session).minutes.data)


def test_the_wall_and_the_folder_show_its_number_even_to_who_was_named(hidden, sitting, session, nadia):
    with reading_as(fresh(nadia)):
        sitting(hidden)
    wall = read(fresh(nadia), "session_hold", session.pk)
    assert "introuvable" not in wall.lower()
    assert hidden.menage.masked_name in wall
    assert 'name="reasons"' not in wall
    assert "introuvable" not in " ".join(folder(fresh(nadia), session)).lower()


def test_a_member_of_the_direction_reads_a_confidential_file_as_a_member(hidden, sitting, nadia, members, here):
    members[0].attributions.create(role=Role.DIRECTION, residence=here, start_on=today())
    with reading_as(fresh(nadia)):
        (passage,) = sitting(hidden)
        record_decision(by=nadia, passage=passage, kind="favorable", reasons=REASON)
    shown = read(fresh(members[0]), "passage_detail", passage.pk)
    assert hidden.menage.masked_name in shown
    assert REASON not in shown
    assert "Critères du dispositif aujourd’hui" not in shown


def test_a_file_that_becomes_confidential_is_named_no_more(sitting, session, ready, nadia, gestionnaire, members, here):
    (passage,) = sitting(ready())
    assert "DIALLO Awa" in read(members[0], "passage_detail", passage.pk)
    capacity = AccesConfidentiel.Capacity
    named = [(nadia, capacity.REFERENT), (gestionnaire, capacity.GESTIONNAIRE)]
    named.append((UserFactory(role=Role.GESTIONNAIRE, residence=here), capacity.SUBSTITUTE))
    mask_menage(by=nadia, menage=passage.orientation.menage, residence=here, named=named)

    assert "DIALLO" not in read(members[0], "passage_detail", passage.pk)
    assert status(members[0], "passage_synthese", passage.pk) == 404
    assert status(members[0], "session_folder", session.pk) == 302
    with reading_as(fresh(nadia)):
        withdraw_passage(by=nadia, passage=passage, reason="à refaire")
        again = add_passage(by=nadia, session=session, orientation=fresh(passage.orientation))
    assert "DIALLO" not in " ".join(folder(members[0], session))
    assert again.synthese.data["masked"]


# What comes back


def test_a_deferred_file_comes_back_by_itself(sitting, session, ready, nadia, direction, here, members):
    (passage,) = sitting(ready())
    decide(nadia, passage, "deferred", deferred_to_on=today() + datetime.timedelta(days=14))
    close_session(by=direction, session=session)
    early = prepare_session(by=nadia, residence=here, starts_at=at(7), members=members)
    assert not early.passages.exists()
    assert "après cette séance" in read(nadia, "session_detail", early.pk)

    late = prepare_session(by=nadia, residence=here, starts_at=at(21), members=members)

    assert [one.orientation for one in late.passages.on_agenda()] == [passage.orientation]
    assert not Echeance.objects.open().filter(kind="passage.add").exists()


def test_a_deferred_file_joins_a_session_already_prepared(sitting, session, ready, nadia, direction, here, members):
    too_early, there = (
        prepare_session(by=nadia, residence=here, starts_at=at(days), members=members) for days in (7, 21)
    )
    (passage,) = sitting(ready())
    decide(nadia, passage, "deferred", deferred_to_on=today() + datetime.timedelta(days=14))
    close_session(by=direction, session=session)
    assert not too_early.passages.exists()
    assert there.passages.on_agenda().get().orientation == passage.orientation


def test_a_candidate_closed_after_the_decision_stays_closed(sitting, session, ready, nadia, direction):
    (passage,) = sitting(ready())
    decide(nadia, passage)
    close_orientation(by=nadia, orientation=passage.orientation, reason="autre_solution")
    close_session(by=direction, session=session)
    assert fresh(passage.orientation).status == "closed"


# Reserve and refusal


def test_a_reserve_names_its_pieces_and_waits_for_them(sitting, session, ready, nadia, direction, dispositif):
    (passage,) = sitting(ready())
    wanted = dispositif.pieces.get(is_mandatory=False)
    by_on = today() + datetime.timedelta(days=20)
    decision = decide(nadia, passage, "favorable_subject_to", reserve_pieces=[wanted], conditions_by_on=by_on)
    close_session(by=direction, session=session)
    assert "Attestation France Travail" in words(fresh(session).minutes)
    with pytest.raises(ValidationError, match="n’est pas au dossier"):
        lift_reserve(by=nadia, decision=decision, lifted_on=today())
    assert "Marquer reçue" in read(nadia, "reserve_lift", decision.pk)

    record_piece(by=nadia, orientation=passage.orientation, piece=wanted, received_on=today())
    lift_reserve(by=nadia, decision=decision, lifted_on=today())

    assert fresh(passage.orientation).status == "waiting"


def test_the_pieces_of_another_dispositif_are_refused(sitting, ready, nadia, dispositif):
    (passage,) = sitting(ready())
    from_elsewhere = dispositif.pieces.first()
    from_elsewhere.dispositif_id = None
    with pytest.raises(ValidationError, match="ne demande pas cette pièce"):
        decide(nadia, passage, "favorable_subject_to", reserve_pieces=[from_elsewhere], conditions_by_on=today())


@pytest.mark.parametrize("said", ["Dette ou antécédent.", "  hors du projet SOCIAL ", "âge à l’entrée"])
def test_a_motive_or_a_criterion_alone_refuses_nobody(sitting, ready, nadia, dispositif, said):
    CritereDispositif.objects.create(dispositif=dispositif, kind="age", maximum=30, effect="flags")
    (passage,) = sitting(ready())
    with pytest.raises(ValidationError, match="ne suffit pas"):
        decide(nadia, passage, "unfavorable", motives=["dette"], reasons=said)
    assert not hasattr(fresh(passage), "decision")


def test_a_criterion_not_met_neither_stops_nor_decides(sitting, session, ready, nadia, direction, dispositif):
    """36 years old where the dispositif says 30 at most: heard all the same, and nobody decides for the commission."""
    CritereDispositif.objects.create(dispositif=dispositif, kind="age", maximum=30, effect="flags")
    (passage,) = sitting(ready())
    with pytest.raises(ValidationError, match="n’a pas de décision"):
        close_session(by=direction, session=session)
    decide(nadia, passage)
    close_session(by=direction, session=session)
    assert fresh(passage.orientation).status == "waiting"
    assert PassageCommission.objects.count() == 1
