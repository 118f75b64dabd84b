"""How long a session lasts, what is said when it ends, and what a browser may keep."""

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from residence.models import EntreeJournal
from residence.permissions import Role
from tests.factories import DelegationFactory, ResidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/compte/mot-de-passe/"
SIGN_IN = "/compte/connexion/"


@pytest.fixture
def user():
    return UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())


def at(moment):
    return time_machine.travel(f"2026-03-12 {moment}+01:00", tick=False)


def signed_in(client, user, moment="09:00"):
    with at(moment):
        client.force_login(user)
        assert client.get(PAGE).status_code == 200


def test_it_goes_on_as_long_as_it_is_used(client, user):
    signed_in(client, user)
    for moment in ("09:29", "09:58", "10:27"):
        with at(moment):
            assert client.get(PAGE).status_code == 200


def test_it_ends_after_thirty_idle_minutes_and_says_so(client, user):
    signed_in(client, user)
    with at("09:30"):
        response = client.get(PAGE)
        assert response.url == f"{SIGN_IN}?{urlencode({'next': PAGE}).replace('%2F', '/')}"
        assert "après 30 minutes sans activité" in client.get(response.url).content.decode()
        assert "_auth_user_id" not in client.session


def test_it_ends_after_twelve_hours_even_in_use(client, user):
    signed_in(client, user, "07:00")
    for hour in range(7, 19):
        for minutes in ("10", "35", "59"):
            with at(f"{hour:02}:{minutes}"):
                assert client.get(PAGE).status_code == 200
    with at("19:00"):
        response = client.get(PAGE)
        assert response.status_code == 302
        assert "elle durait depuis 12 heures" in client.get(response.url).content.decode()


def test_durations_are_settings(client, user, settings):
    settings.SESSION_IDLE_SECONDS = 60
    signed_in(client, user)
    with at("09:01"):
        assert client.get(PAGE).status_code == 302


def test_an_act_sent_too_late_is_not_done_and_its_page_keeps_nothing(client, user):
    signed_in(client, user)
    with at("09:31"):
        response = client.post(
            PAGE,
            {"oldpassword": "secret tapé", "password1": "x", "password2": "x"},
            headers={"referer": f"http://testserver{PAGE}?a=1"},
        )
    page = response.content.decode()
    assert response.status_code == 403
    assert "Votre session a pris fin après 30 minutes sans activité." in page
    assert "n’a pas été enregistré" in page
    assert "secret tapé" not in page
    assert f"{SIGN_IN}?next=%2Fcompte%2Fmot-de-passe%2F%3Fa%3D1" in page
    assert response["Cache-Control"] == "no-store, private"


def test_the_way_back_stays_on_the_site(client, user):
    signed_in(client, user)
    with at("09:31"):
        page = client.post(PAGE, headers={"referer": "https://ailleurs.exemple/piege"}).content.decode()
    assert "ailleurs" not in page


def test_a_part_of_a_page_leaves_the_page(client, user):
    signed_in(client, user)
    with at("09:31"):
        headers = {"hx-request": "true", "hx-current-url": "http://testserver/recherche/?q=dia"}
        for response in (client.get(PAGE, headers=headers), client.post(PAGE, headers=headers)):
            assert response.status_code == 200
            assert response.content == b""
            assert response["HX-Redirect"] == f"{SIGN_IN}?next=%2Frecherche%2F%3Fq%3Ddia"


def test_signing_in_again_leads_back(client, user):
    signed_in(client, user)
    with at("09:31"):
        where = client.get("/recherche/?q=dia").url
        done = client.post(where, {"login": user.username, "password": "Un-mot-de-passe-9"})
        assert done.url == "/recherche/?q=dia"
        assert client.get(PAGE).status_code == 200


def test_a_new_session_has_its_own_hours(client, user):
    signed_in(client, user, "07:00")
    with at("18:50"):
        client.get(PAGE)
        client.post(SIGN_IN, {"login": user.username, "password": "Un-mot-de-passe-9"})
    with at("19:10"):
        assert client.get(PAGE).status_code == 200


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    assert client.get(PAGE).url == f"{SIGN_IN}?next={PAGE}"
    assert client.post(PAGE).status_code == 403
    assert client.get(SIGN_IN).status_code == 200


def test_an_account_that_is_closed_is_out_at_once(client, user):
    signed_in(client, user, "09:00")
    user.close()
    user.save()
    with at("09:01"):
        assert client.get(PAGE).status_code == 302


def test_a_reopened_account_does_not_find_its_old_session(client, user):
    signed_in(client, user)
    user.close()
    user.is_active, user.closed_at = True, None
    user.save()
    with at("09:01"):
        assert client.get(PAGE).status_code == 302


def test_the_session_is_not_written_by_each_page(client, user):
    signed_in(client, user)
    with at("09:00"), CaptureQueriesContext(connection) as queries:
        client.get("/inexistant/")
    assert not [query for query in queries.captured_queries if query["sql"].startswith("UPDATE")]


def test_a_session_that_the_database_has_let_expire_is_none(client, user):
    signed_in(client, user)
    Session.objects.update(expire_date="2026-03-12T09:10:00+01:00")
    with at("09:10"):
        response = client.get(PAGE)
    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/", SIGN_IN, PAGE, "/inexistant/"])
def test_headers(client, user, path):
    client.force_login(user)
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(client, user):
    client.post(SIGN_IN, {"login": user.username, "password": "Un-mot-de-passe-9"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
    client.get(PAGE)
    assert client.cookies["csrftoken"]["httponly"]


def test_a_form_from_elsewhere_is_refused(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(PAGE, {"oldpassword": "x"}).status_code == 403
    assert not EntreeJournal.objects.filter(action="mot_de_passe.change").exists()


def test_who_stands_in_sees_the_role_and_only_for_the_dates():
    with at("09:00"):
        given = DelegationFactory(role=Role.COORDINATRICE)
    for day, held in (("2026-03-06", False), ("2026-03-07", True), ("2026-03-17", True), ("2026-03-18", False)):
        with time_machine.travel(f"{day} 12:00+01:00"):
            again = type(given.to_user).objects.get(pk=given.to_user_id)
            assert bool(again.held_roles) is held, day
            assert again.stands_in_for == (
                frozenset({(given.from_user_id, given.residence_id)}) if held else frozenset()
            )


def test_what_is_lent_ends_with_the_lenders_own_role():
    given = DelegationFactory(role=Role.COORDINATRICE)
    given.from_user.attributions.update(end_on=given.start_on)
    assert not type(given.to_user).objects.get(pk=given.to_user_id).held_roles


def test_sign_out_asks_for_confirmation_on_get(client, user):
    client.force_login(user)
    assert "Se déconnecter" in client.get(reverse("account_logout")).content.decode()
