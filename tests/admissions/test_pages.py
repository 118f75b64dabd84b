"""The pages: who opens them, what they keep, what they refuse, how many queries they cost."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from admissions.actions.decisions import record_decision
from admissions.actions.entretiens import plan_entretien
from admissions.actions.orientations import reach
from admissions.actions.propositions import make_proposition
from admissions.actions.sessions import add_passage
from admissions.models import AvisMembre, EntretienPreadmission, Orientation, SessionCommission
from residence.models import Charge, EntreeJournal, Ressource
from residence.models.base import today
from residence.permissions import Role
from tests.admissions.conftest import REFERENCE, fresh
from tests.admissions.test_way import interview, management, request_of
from tests.factories import DispositifFactory, MenageFactory, OrientationFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"admissions:{name}", args=args)


def read(user, name, *args, **query):
    response = signed_in(user).get(url(name, *args), query)
    assert response.status_code == 200
    return response.content.decode()


def status(user, name, *args):
    return signed_in(user).get(url(name, *args)).status_code


def queries(user, address):
    client = signed_in(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# The list


def test_the_board_counts_stages_and_keeps_its_filters(enter, nadia, here):
    orientation = enter()
    other = DispositifFactory(residence=here, name="Autre public")
    second = enter(reference=REFERENCE | {"last_name": "Œuvrard"}, dispositif=other)
    reach(second, "ready", by=nadia)

    shown = read(nadia, "orientation_list", vue="liste")
    assert "DIALLO Awa" in shown
    assert 'En cours <span class="quantity">2</span>' in shown

    shown = read(nadia, "orientation_list", etape="ready")
    assert "DIALLO Awa" not in shown
    assert "ŒUVRARD Awa" in shown

    shown = read(nadia, "orientation_list", vue="liste", dispositif=orientation.dispositif_id, q="diallo")
    assert "ŒUVRARD" not in shown
    assert f"vue=liste&amp;dispositif={orientation.dispositif_id}&amp;q=diallo&amp;etape=ready" in shown
    assert "oeuvrard" not in shown
    assert "ŒUVRARD Awa" in read(nadia, "orientation_list", q="oeuvrard")
    assert "DIALLO Awa" in read(nadia, "orientation_list", q=orientation.siao_number)


def test_days_in_stage_are_shown(enter, nadia, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    enter()
    time_machine.move_to(datetime.datetime(2026, 3, 14, 9, tzinfo=datetime.UTC), tick=False)
    assert "12\u00a0jours" in read(nadia, "orientation_list", vue="liste")


def test_an_empty_board_says_what_to_do(nadia):
    assert "Saisissez l’orientation" in read(nadia, "orientation_list")
    assert "Aucun candidat ici" in read(nadia, "orientation_list", q="personne")


@pytest.mark.parametrize("sort", ["nom", "-recue", "etape", "reponse", "-reponse", "n’importe quoi"])
def test_the_board_is_sorted(enter, nadia, sort):
    enter()
    assert "DIALLO Awa" in read(nadia, "orientation_list", tri=sort)


def many(count, here, dispositif, siao, stage="received"):
    for rank in range(count):
        orientation = OrientationFactory(
            residence=here,
            dispositif=dispositif,
            partenaire=siao,
            menage=MenageFactory(name=f"MULTIPLE{rank} Awa"),
            status=stage,
        )
        orientation.etapes.create(status=stage)


@pytest.mark.parametrize(("name", "stage"), [("orientation_list", "received"), ("candidat_list", "waiting")])
def test_a_list_costs_the_same_with_ten_times_more_rows(nadia, here, dispositif, siao, name, stage):
    many(3, here, dispositif, siao, stage)
    few = queries(nadia, url(name))
    many(30, here, dispositif, siao, stage)
    assert queries(nadia, url(name)) == few


def test_a_session_costs_the_same_with_more_files(nadia, here, dispositif, siao, session):
    def fill(count):
        many(count, here, dispositif, siao, "ready")
        on_agenda = session.passages.values("orientation")
        for orientation in Orientation.objects.filter(status="ready").exclude(pk__in=on_agenda):
            add_passage(by=nadia, session=session, orientation=orientation)

    fill(2)
    few = queries(nadia, session.get_absolute_url())
    fill(12)
    assert queries(nadia, session.get_absolute_url()) == few


def test_the_list_of_sessions_costs_the_same(nadia, here):
    def fill(count):
        for _ in range(count):
            SessionCommission.objects.create(residence=here, starts_at=timezone.now())

    fill(2)
    few = queries(nadia, url("session_list"))
    fill(20)
    assert queries(nadia, url("session_list")) == few


# Who opens what


def test_another_residence_is_nowhere_to_be_found(enter, ready, session, nadia):
    orientation = enter()
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
    for name in ("orientation_detail", "entretien_record", "orientation_close", "proposition_make"):
        assert status(stranger, name, orientation.pk) == 404
    assert status(stranger, "session_detail", session.pk) == 404
    assert "DIALLO" not in read(stranger, "orientation_list")


@pytest.mark.parametrize("role", [Role.GESTIONNAIRE, Role.VIE_RESIDENTIELLE, Role.COMMISSION, Role.DIRECTION])
def test_requests_and_interviews_are_the_coordinatrice_s(enter, here, role):
    orientation = enter()
    user = UserFactory(role=role, residence=here)
    for name in ("orientation_detail", "entretien_record", "orientation_edit", "proposition_make"):
        assert status(user, name, orientation.pk) == 403
    assert status(user, "orientation_list") == 403
    assert status(user, "orientation_create") == 403


def test_a_member_opens_their_session_and_nothing_else(sitting, session, ready, members, nadia):
    (passage,) = sitting(ready())
    shown = read(members[0], "passage_detail", passage.pk)
    assert "Avis favorable du référent." in shown
    assert "Ouvrir la candidature" not in shown
    assert "Consigner la décision" not in shown
    assert status(members[0], "decision_record", passage.pk) == 403
    assert "Dossiers prêts" not in read(members[0], "session_detail", session.pk)
    assert signed_in(members[0]).get(passage.synthese.get_absolute_url()).status_code in (403, 404)


def test_a_member_gives_an_opinion_on_the_page(sitting, ready, members):
    first, second = sitting(ready(), ready(reference=REFERENCE | {"first_names": "Ali"}))
    client = signed_in(members[0])
    answer = client.post(url("opinion_give", first.pk), {"opinion": "for", "comment": "Bon projet"})
    assert answer.url == url("passage_detail", second.pk)
    answer = client.post(url("opinion_give", second.pk), {"opinion": ""})
    assert "Ce champ est obligatoire" in answer.content.decode()
    assert AvisMembre.objects.get().comment == "Bon projet"


def test_the_direction_reads_decisions_and_criteria_not_the_synthesis(sitting, ready, direction, nadia):
    (passage,) = sitting(ready())
    record_decision(by=nadia, passage=passage, kind="favorable", reasons="Votre projet correspond.")
    shown = read(direction, "passage_detail", passage.pk)
    assert "Votre projet correspond." in shown
    assert "Avis favorable du référent." not in shown
    assert status(direction, "passage_synthese", passage.pk) == 403


def test_the_gestionnaire_sees_names_persons_and_needs(enter, gestionnaire, nadia, place):
    orientation = enter(needs=["fauteuil"], reasons="Sortie d’hôpital.")
    for stage in ("ready", "waiting"):
        reach(orientation, stage, by=nadia)
    shown = read(gestionnaire, "candidat_list")
    assert "DIALLO Awa" in shown
    assert "logement accessible en fauteuil" in shown
    assert "hôpital" not in shown
    proposition = make_proposition(
        by=nadia, orientation=orientation, place=place, entry_on=today(), answer_by_on=today()
    )
    shown = read(gestionnaire, "proposition_detail", proposition.pk)
    assert "hôpital" not in shown
    assert "Noter la réponse" not in shown


# A confidential household


def test_the_routes_follow_the_dispositif(nadia, here, dispositif):
    """Only those that it allows: as it is chosen, and when the page is sent whole with another one."""
    other = DispositifFactory(residence=here, routes=["ccas", "direct"])

    def routes(page):
        return set(re.findall(r'<option value="(siao|ccas|comite_de_pilotage|departement|direct)"', page))

    client, address = signed_in(nadia), url("orientation_create")
    assert routes(client.get(address).content.decode()) == {*dispositif.routes, "ccas", "direct"}
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER_NAME": "dispositif"}
    part = client.post(address, {"dispositif": other.pk, "route": "direct"}, **htmx).content.decode()
    assert routes(part) == {"ccas", "direct"}
    assert part.count("div_id_route") == 1
    assert "is-invalid" not in part
    assert re.search(r'value="direct"\s+selected', part)
    refused = client.post(address, request_of(other, route="siao")).content.decode()
    assert "reçoit par\u00a0: CCAS, demande directe" in refused
    assert routes(refused) == {"ccas", "direct"}


def test_who_was_not_named_neither_sees_nor_opens_it(hidden, here, nadia):
    claire = UserFactory(role=Role.COORDINATRICE, residence=here)
    assert "INTROUVABLE" in read(nadia, "orientation_list")
    assert "INTROUVABLE" not in read(claire, "orientation_list")
    assert "INTROUVABLE" not in read(claire, "orientation_list", q="introuvable")
    assert status(claire, "orientation_detail", hidden.pk) == 404
    assert status(claire, "entretien_record", hidden.pk) == 404


def test_reading_it_leaves_a_line(hidden, nadia):
    read(nadia, "orientation_detail", hidden.pk)
    entry = EntreeJournal.objects.get(action="confidentiel.read")
    assert (entry.by, entry.menage) == (nadia, hidden.menage)


def test_typing_the_same_name_proposes_nothing_to_a_stranger(hidden, here, dispositif):
    claire = UserFactory(role=Role.COORDINATRICE, residence=here)
    response = signed_in(claire).post(
        url("orientation_create"), request_of(dispositif, last_name="Introuvable", first_names="Awa"), follow=True
    )
    assert "est la même personne" not in response.content.decode()
    assert Orientation.objects.count() == 2


def test_members_and_direction_read_its_number(hidden, session, sitting, members, direction):
    (passage,) = sitting(hidden)
    for user in (members[0], direction):
        shown = read(user, "session_detail", session.pk)
        assert "INTROUVABLE" not in shown
        assert hidden.menage.masked_name in shown
    shown = read(members[0], "passage_detail", passage.pk)
    assert "INTROUVABLE" not in shown
    assert "Avis favorable du référent." in shown
    assert status(direction, "passage_detail", passage.pk) == 404


# The form of a request


def test_a_form_refused_keeps_what_was_typed_and_says_why(nadia, dispositif):
    response = signed_in(nadia).post(
        url("orientation_create"),
        request_of(dispositif, siao_number="", received_on="32/13/2026", birth="demain", new_partenaire=""),
    )
    shown = response.content.decode()
    assert "Une orientation du SIAO porte son numéro." in shown
    assert "Écrivez 12/03/1990, 03/1990 ou 1990." in shown
    assert "Dites qui oriente ce ménage." in shown
    assert "Hébergée chez un tiers." in shown
    assert not Orientation.objects.exists()


def test_a_route_not_allowed_is_said_at_its_field(nadia, dispositif):
    response = signed_in(nadia).post(url("orientation_create"), request_of(dispositif, route="direct"))
    assert "reçoit par : SIAO" in response.content.decode()


def test_a_known_person_is_proposed_then_taken_up(enter, nadia, here):
    known = enter()
    other = DispositifFactory(residence=here)
    client = signed_in(nadia)
    sent = request_of(other, siao_number="63-1")

    response = client.post(url("orientation_create"), sent)
    shown = response.content.decode()
    assert "C’est la même personne : DIALLO Awa" in shown
    assert Orientation.objects.count() == 1

    personne = known.menage.membres.get().personne
    sent |= {"searched": str(personne.pk), "same_person": str(personne.pk)}
    client.post(url("orientation_create"), sent)

    assert [one.menage for one in Orientation.objects.all()] == [known.menage, known.menage]


def typing(user, **changes):
    """What the page shows while the names of a person are typed."""
    sent = {"last_name": "Dialo", "first_names": "Awa", "birth": "", **changes}
    return signed_in(user).post(url("orientation_create"), sent, headers={"HX-Request": "true"}).content.decode()


def test_a_known_person_is_proposed_while_typing(enter, nadia):
    personne = enter().menage.membres.get().personne

    shown = typing(nadia)
    assert "C’est la même personne\u00a0: DIALLO Awa" in shown
    assert f'name="searched" value="{personne.pk}"' in shown
    assert "checked" not in shown
    assert "checked" in typing(nadia, same_person=personne.pk)
    assert Orientation.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param({"first_names": "A"}, id="hardly-begun"),
        pytest.param({"last_name": ""}, id="no-name-yet"),
        pytest.param({"last_name": "Kowalski", "birth": "32/13"}, id="somebody-else"),
    ],
)
def test_nobody_is_proposed_before_there_is_something_to_say(enter, nadia, typed):
    enter()
    assert "même personne" not in typing(nadia, **typed)


def test_typing_proposes_neither_a_hidden_household_nor_another_residence_s(enter, hidden, here, nadia):
    enter()
    shown = typing(nadia, last_name="Introuvable")
    assert "INTROUVABLE Awa" in shown
    shown = typing(UserFactory(role=Role.COORDINATRICE, residence=here), last_name="Introuvable")
    assert "INTROUVABLE" not in shown
    assert hidden.menage.masked_name not in shown
    assert "même personne" not in typing(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))


def test_nobody_of_them_makes_a_new_household(enter, nadia, here):
    known = enter()
    sent = request_of(DispositifFactory(residence=here), siao_number="63-1")
    sent |= {"searched": str(known.menage.membres.get().personne_id), "same_person": "nobody"}
    signed_in(nadia).post(url("orientation_create"), sent)
    assert Orientation.objects.latest("pk").menage != known.menage


def test_an_answer_on_other_persons_is_asked_again(enter, nadia, here):
    enter()
    sent = request_of(DispositifFactory(residence=here), siao_number="63-1")
    sent |= {"searched": "999999", "same_person": "nobody"}
    signed_in(nadia).post(url("orientation_create"), sent)
    assert Orientation.objects.count() == 1


def test_members_are_added_line_by_line(nadia, dispositif):
    client = signed_in(nadia)
    sent = request_of(dispositif) | {"ajouter": "membres"}
    whole = client.post(url("orientation_create"), sent).content.decode()
    part = client.post(url("orientation_create"), sent, headers={"HX-Request": "true"}).content.decode()
    assert 'name="membres-0-last_name"' in whole
    assert 'name="membres-0-last_name"' in part
    assert "<html" not in part
    assert "Hébergée chez un tiers." in whole

    sent = request_of(dispositif) | management("membres", 2)
    sent |= {
        "membres-0-tie": "child",
        "membres-0-last_name": "Diallo",
        "membres-0-first_names": "Lina",
        "membres-0-birth": "03/2019",
    }
    client.post(url("orientation_create"), sent)
    assert Orientation.objects.get().menage.membres.count() == 2


def test_a_form_sent_twice_lands_on_the_same_page(nadia, dispositif):
    client = signed_in(nadia)
    first = client.post(url("orientation_create"), request_of(dispositif))
    second = client.post(
        url("orientation_create"),
        request_of(dispositif)
        | {
            "searched": str(Orientation.objects.get().menage.membres.get().personne_id),
            "same_person": "nobody",
        },
    )
    assert first.url == second.url
    assert Orientation.objects.count() == 1


def test_correcting_a_request_in_its_page(enter, nadia):
    orientation = enter()
    read(nadia, "orientation_edit", orientation.pk)
    signed_in(nadia).post(
        url("orientation_edit", orientation.pk),
        {
            "route": "siao",
            "siao_number": "63-9",
            "received_on": f"{today():%d/%m/%Y}",
            "partenaire": orientation.partenaire_id,
            "social_evaluation": "Autonome.",
        },
    )
    assert fresh(orientation).social_evaluation == "Autonome."


# The interview's page


def test_the_budget_follows_what_is_typed_and_saves_nothing(enter, nadia, place):
    orientation = enter()
    sent = interview(orientation, wished_categorie=place.categorie_id) | {"ressources-0-monthly_amount": "1 234,5"}
    shown = signed_in(nadia).post(url("entretien_budget", orientation.pk), sent).content.decode()
    assert "1\u00a0234,50\u00a0€" in shown
    assert "Reste à payer" in shown
    assert not Ressource.objects.exists()
    assert not EntretienPreadmission.objects.exists()


def test_a_half_typed_line_does_not_stop_the_budget(enter, nadia, place):
    orientation = enter()
    sent = interview(orientation, wished_categorie=place.categorie_id, **management("ressources", 2))
    sent |= {"ressources-1-kind": "salaire", "ressources-1-monthly_amount": "abc"}
    shown = signed_in(nadia).post(url("entretien_budget", orientation.pk), sent).content.decode()
    assert "1\u00a0000,00\u00a0€" in shown


def test_lines_are_added_with_and_without_scripts(enter, nadia):
    orientation = enter()
    client = signed_in(nadia)
    part = client.post(url("entretien_lines", orientation.pk, "charges"), interview(orientation)).content.decode()
    assert 'name="charges-1-kind"' in part
    whole = client.post(
        url("entretien_record", orientation.pk), interview(orientation) | {"ajouter": "charges"}
    ).content.decode()
    assert 'name="charges-1-kind"' in whole
    assert not Charge.objects.exists()
    assert client.post(url("entretien_lines", orientation.pk, "autre"), {}).status_code == 400


def test_a_line_ticked_to_be_taken_away_goes(enter, nadia):
    orientation = enter()
    client = signed_in(nadia)
    client.post(url("entretien_record", orientation.pk), interview(orientation))
    line = Charge.objects.get()
    sent = interview(orientation) | management("charges", 1, 1)
    sent |= {"charges-0-pk": line.pk, "charges-0-kind": "", "charges-0-DELETE": "on"}
    client.post(url("entretien_record", orientation.pk), sent)
    assert not Charge.objects.exists()


def test_a_stale_interview_shows_both_and_keeps_what_was_typed(enter, nadia, here, hold):
    orientation = hold(enter())
    hold(orientation, version=1, wishes="Le souhait de Claire", resources=[], charges=[])
    client = signed_in(nadia)

    sent = interview(orientation, version=1, wishes="Le souhait de Nadia")
    shown = client.post(url("entretien_record", orientation.pk), sent).content.decode()
    assert "Le souhait de Claire" in shown
    assert "Le souhait de Nadia" in shown
    assert 'name="version" value="2"' in shown

    client.post(url("entretien_record", orientation.pk), sent | {"version": 2})
    assert fresh(orientation).entretien.wishes == "Le souhait de Nadia"


def test_an_interview_refused_says_where(enter, nadia):
    orientation = enter()
    sent = interview(orientation) | {"menage-last_name": "", "ressources-0-monthly_amount": "beaucoup"}
    shown = signed_in(nadia).post(url("entretien_record", orientation.pk), sent).content.decode()
    assert "L’entretien n’est pas enregistré" in shown
    assert "Ce champ est obligatoire" in shown
    assert "beaucoup" in shown
    assert not EntretienPreadmission.objects.exists()


def test_after_the_decision_the_interview_is_read_only(sitting, ready, nadia):
    orientation = ready()
    (passage,) = sitting(orientation)
    record_decision(by=nadia, passage=passage, kind="favorable", reasons="Oui.")
    assert "il ne se modifie plus" in read(nadia, "entretien_record", orientation.pk)
    response = signed_in(nadia).post(url("entretien_record", orientation.pk), interview(orientation, version=1))
    assert "ne se modifie plus" in response.content.decode()


def test_planning_in_the_past_is_refused(enter, nadia):
    orientation = enter()
    sent = {"day": "01/01/2020", "hour": "9h", "minutes": "60", "user": nadia.pk}
    shown = signed_in(nadia).post(url("entretien_plan", orientation.pk), sent).content.decode()
    assert "Ce moment est passé" in shown


def test_an_interview_at_a_taken_hour_is_fixed_and_said(enter, nadia):
    first, second = enter(), enter(reference=REFERENCE | {"last_name": "Martin"})
    day = today() + datetime.timedelta(days=3)
    sent = {"day": f"{day:%d/%m/%Y}", "hour": "9 h", "minutes": "60", "user": nadia.pk, "place": ""}
    client = signed_in(nadia)

    assert (
        "a déjà un rendez-vous" not in client.post(url("entretien_plan", first.pk), sent, follow=True).content.decode()
    )
    shown = client.post(url("entretien_plan", second.pk), sent | {"hour": "9 h 30"}, follow=True).content.decode()

    assert fresh(second).status == "interview_planned"
    assert "Nadia Benali a déjà un rendez-vous ce jour-là, de 9\u00a0h\u00a000 à 10\u00a0h\u00a000" in shown
    assert "DIALLO" not in shown


def test_a_no_show_is_noted_from_the_page(enter, nadia, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = enter()
    start = datetime.datetime(2026, 3, 3, 9, tzinfo=datetime.UTC)
    plan_entretien(
        by=nadia, orientation=orientation, user=nadia, start_at=start, end_at=start + datetime.timedelta(hours=1)
    )
    client = signed_in(nadia)
    refused = client.post(url("entretien_miss", orientation.pk))
    assert "pas encore commencé" in refused.content.decode()
    time_machine.move_to(start + datetime.timedelta(minutes=20), tick=False)
    signed_in(nadia).post(url("entretien_miss", orientation.pk))
    assert fresh(orientation).status == "received"


# The other acts


@pytest.mark.parametrize(
    "name", ["orientation_ready", "orientation_complete", "orientation_answer", "orientation_close"]
)
def test_each_act_has_its_page(enter, nadia, name):
    orientation = enter()
    read(nadia, name, orientation.pk)


def test_a_piece_is_marked_received(enter, nadia):
    orientation = enter()
    piece = orientation.dispositif.pieces.first()
    read(nadia, "piece_record", orientation.pk, piece.pk)
    signed_in(nadia).post(url("piece_record", orientation.pk, piece.pk), {"received_on": f"{today():%d/%m/%Y}"})
    assert orientation.pieces.get(piece=piece).received_on == today()
    foreign = DispositifFactory().pieces.create(name="Autre")
    assert status(nadia, "piece_record", orientation.pk, foreign.pk) == 404


def test_closing_then_reopening_in_their_pages(enter, nadia):
    orientation = enter()
    client = signed_in(nadia)
    client.post(url("orientation_close", orientation.pk), {"reason": "sans_nouvelle", "detail": ""})
    assert "Rouvrir la candidature" in read(nadia, "orientation_detail", orientation.pk)
    read(nadia, "orientation_reopen", orientation.pk)
    client.post(url("orientation_reopen", orientation.pk), {"reason": "a rappelé"})
    assert fresh(orientation).status == "received"


def test_the_agenda_is_moved_and_files_withdrawn(nadia, session, ready):
    passages = [
        add_passage(by=nadia, session=session, orientation=ready(reference=REFERENCE | {"first_names": name}))
        for name in ("Awa", "Ali")
    ]
    client = signed_in(nadia)
    client.post(url("passage_move", passages[1].pk), {"sens": "haut"})
    assert session.passages.order_by("rank").first() == passages[1]
    read(nadia, "passage_withdraw", passages[0].pk)
    client.post(url("passage_withdraw", passages[0].pk), {"reason": "absent"})
    assert fresh(passages[0]).withdrawn_at is not None
    assert "absent" in read(nadia, "session_detail", session.pk)
    read(nadia, "session_edit", session.pk)


def test_a_long_agenda_is_read_page_by_page(nadia, session, ready, monkeypatch):
    passages = [
        add_passage(by=nadia, session=session, orientation=ready(reference=REFERENCE | {"first_names": name}))
        for name in ("Awa", "Ali", "Ana")
    ]
    monkeypatch.setattr("admissions.views.sessions.AGENDA_PER_PAGE", 2)
    first, second = (read(nadia, "session_detail", session.pk, page=page) for page in (1, 2))
    assert "3\xa0dossiers" in first
    assert "Ana" not in first
    assert "Ana" in second
    assert '<span class="rank">3.</span>' in second
    assert "Entendre plus tôt" in second
    moved = signed_in(nadia).post(url("passage_move", passages[2].pk), {"sens": "haut", "page": "2"})
    assert moved["Location"] == f"{url('session_detail', session.pk)}?page=2"
    assert "Ali" in read(nadia, "session_detail", session.pk, page=2)


def test_a_place_taken_meanwhile_is_refused_with_what_was_chosen(enter, nadia, place):
    first, second = enter(), enter(reference=REFERENCE | {"first_names": "Ali"})
    for orientation in (first, second):
        for stage in ("ready", "waiting"):
            reach(orientation, stage, by=nadia)
    make_proposition(by=nadia, orientation=first, place=place, entry_on=today(), answer_by_on=today())
    sent = {"place": place.pk, "entry_on": f"{today():%d/%m/%Y}", "answer_by_on": f"{today():%d/%m/%Y}"}
    shown = signed_in(nadia).post(url("proposition_make", second.pk), sent).content.decode()
    assert "Aucune place libre" in shown
    assert fresh(second).status == "waiting"


def test_proposing_to_who_is_not_on_the_list_says_so(enter, nadia, place):
    assert "une place se propose à un candidat de la liste d’attente" in read(nadia, "proposition_make", enter().pk)


@pytest.mark.parametrize("answer", ["refuse", "withdraw", "accept"])
def test_an_answer_lacking_its_reason_is_refused(enter, nadia, place, answer):
    orientation = enter()
    for stage in ("ready", "waiting"):
        reach(orientation, stage, by=nadia)
    proposition = make_proposition(
        by=nadia, orientation=orientation, place=place, entry_on=today(), answer_by_on=today()
    )
    read(nadia, "proposition_answer", proposition.pk)
    response = signed_in(nadia).post(url("proposition_answer", proposition.pk), {"answer": answer})
    assert "à corriger" in response.content.decode()
    assert fresh(proposition).status == "made"


def test_a_derogation_is_granted_in_its_page(enter, direction, nadia, dispositif):
    critere = dispositif.criteres.create(kind="age", maximum=30, effect="needs_derogation")
    orientation = enter()
    for stage in ("ready", "waiting"):
        reach(orientation, stage, by=nadia)
    assert "critère\u00a0: 30\u00a0ans au plus" in read(direction, "derogation_grant", orientation.pk)
    signed_in(direction).post(
        url("derogation_grant", orientation.pk), {"critere": critere.pk, "reasons": "Parcours particulier."}
    )
    assert orientation.derogations.get().granted_by == direction
    assert "aucune dérogation n’est attendue" in read(direction, "derogation_grant", orientation.pk)
