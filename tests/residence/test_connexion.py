"""Signing in: by name and password, with the second factor where it is due, within limits, leaving a line."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from residence.authentication import enrol_totp, set_password_path, totp_code
from residence.models import EntreeJournal
from residence.permissions import Role
from tests.factories import PASSWORD, DelegationFactory, ResidenceFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/compte/connexion/"


def sign_in(client, user, password=PASSWORD, **headers):
    return client.post(LOGIN, {"login": user.username, "password": password}, **headers)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def lines(action):
    return list(EntreeJournal.objects.filter(action=action).order_by("pk"))


@pytest.fixture
def user():
    return UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())


@pytest.fixture
def direction():
    return UserFactory(role=Role.DIRECTION, residence=ResidenceFactory())


def test_name_and_password_open_a_session_and_leave_a_line(client, user):
    response = sign_in(client, user)
    assert response.status_code == 302
    assert response.url == "/"
    assert is_signed_in(client)
    (line,) = lines("connexion.open")
    assert (line.by, line.kind, line.details) == (user, "technique", {"address": "127.0.0.1"})


def test_the_name_is_read_whatever_its_case(client, user):
    assert client.post(LOGIN, {"login": user.username.upper(), "password": PASSWORD}).status_code == 302


def test_a_refusal_names_the_account_but_nothing_that_was_typed(client, user):
    sign_in(client, user, "un-secret-tapé")
    client.post(LOGIN, {"login": "mon-mot-de-passe", "password": "x"})
    known, unknown = lines("connexion.refuse")
    assert known.target_id == user.pk
    assert unknown.target_id is None
    assert known.details == unknown.details == {"reason": "password", "address": "127.0.0.1"}
    assert not is_signed_in(client)


def test_the_answer_is_the_same_for_a_name_that_does_not_exist(client, user):
    known = sign_in(client, user, "faux").content.decode()
    unknown = client.post(LOGIN, {"login": "x" * len(user.username), "password": "faux"}).content.decode()
    assert "Identifiant ou mot de passe incorrect." in known

    def text(page):
        return re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page)

    assert text(known) == text(unknown)


def test_a_closed_account_does_not_sign_in(client, user):
    user.close()
    user.save()
    assert "Identifiant ou mot de passe incorrect." in sign_in(client, user).content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "/compte/signup/",
        "/compte/inscription/",
        "/compte/email/",
        "/compte/confirm-email/",
        "/compte/login/code/",
        "/compte/login/code/confirm/",
        "/compte/3rdparty/",
        "/compte/social/signup/",
        "/compte/2fa/webauthn/",
        "/compte/sessions/",
        "/compte/",
    ],
)
def test_nobody_opens_an_account_or_changes_an_address_by_themselves(client, user, path):
    assert client.get(path).status_code == 404
    client.force_login(user)
    assert client.get(path).status_code == 404
    assert client.post(path, {"username": "x", "password1": PASSWORD}).status_code == 404


def test_signing_out_is_posted(client, user):
    client.force_login(user)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    assert client.post(reverse("account_logout")).url == LOGIN
    assert not is_signed_in(client)


class TestLimits:
    def test_an_account_is_spared_after_five_refusals(self, client, user):
        for _ in range(5):
            assert "incorrect" in sign_in(client, user, "faux").content.decode()
        blocked = sign_in(client, user)
        assert "Trop d’essais" in blocked.content.decode()
        assert not is_signed_in(client)
        assert lines("connexion.refuse")[-1].details["reason"] == "limit"

    def test_counters_stand_in_the_database_for_every_process(self, client, user, django_assert_max_num_queries):
        sign_in(client, user, "faux")
        assert cache.__class__.__name__ == "ConnectionProxy"
        assert "db.DatabaseCache" in str(type(cache._connections["default"]))

    def test_another_account_goes_on(self, client, user):
        for _ in range(6):
            sign_in(client, user, "faux")
        assert sign_in(client, UserFactory()).status_code == 302

    def test_an_address_is_refused_after_twenty_refusals_of_made_up_names(self, client, user):
        for number in range(20):
            client.post(LOGIN, {"login": f"inventé{number}", "password": "x"})
        assert "Trop d’essais" in sign_in(client, user).content.decode()

    def test_it_is_over_after_five_minutes(self, client, user):
        with time_machine.travel("2026-03-12 09:00+01:00", tick=False):
            for _ in range(6):
                sign_in(client, user, "faux")
        with time_machine.travel("2026-03-12 09:06+01:00", tick=False):
            assert sign_in(client, user).status_code == 302

    def test_a_page_called_without_end_says_so(self, client, user):
        answers = [client.post(LOGIN, {"login": "", "password": ""}).status_code for _ in range(61)]
        assert answers[-2:] == [200, 429]

    @pytest.mark.parametrize(
        ("trusted", "remote", "forwarded", "counted"),
        [
            ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
            (["10.0.0.1"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
            (["10.0.0.1"], "10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
            (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            (["10.0.0.1"], "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            (["10.0.0.1"], "10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            (["10.0.0.1"], "10.0.0.1", "not an address", "10.0.0.1"),
            (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
            (["unix"], "", "198.51.100.1", "198.51.100.1"),
            ([], "", "198.51.100.1", "unix"),
        ],
    )
    def test_only_trusted_proxies_are_believed(self, client, user, settings, trusted, remote, forwarded, counted):
        settings.TRUSTED_PROXIES = trusted
        sign_in(client, user, "faux", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
        (line,) = lines("connexion.refuse")
        assert line.details["address"] == counted


class TestPassword:
    def test_forgotten_says_the_same_whoever_asks(self, client, user):
        known = client.post(reverse("account_reset_password"), {"email": user.email})
        unknown = client.post(reverse("account_reset_password"), {"email": "personne@exemple.fr"})
        assert known.status_code == unknown.status_code == 302
        assert known.url == unknown.url
        to_known, to_unknown = mail.outbox
        assert to_known.to == [user.email]
        assert "/compte/mot-de-passe/nouveau/" in to_known.body
        assert "/compte/mot-de-passe/nouveau/" not in to_unknown.body

    def test_forgotten_says_the_same_when_mail_does_not_leave(self, client, user, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        assert client.post(reverse("account_reset_password"), {"email": user.email}).status_code == 302

    def test_the_link_is_good_once_ends_other_sessions_and_does_not_sign_in(self, client, user):
        elsewhere = Client()
        elsewhere.force_login(user)
        client.post(reverse("account_reset_password"), {"email": user.email.upper()})
        link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)
        form = client.get(link).url
        new = "Une-phrase-bien-longue-7"
        done = client.post(form, {"password1": new, "password2": new})
        assert done.url == reverse("account_reset_password_from_key_done")
        assert client.get(done.url).status_code == 200
        assert not is_signed_in(client)
        assert elsewhere.get("/").status_code == 302
        assert "Ce lien ne vaut plus" in client.get(link).content.decode()
        (line,) = lines("mot_de_passe.change")
        assert (line.target_id, line.by) == (user.pk, None)
        assert mail.outbox[-1].to == [user.email]
        assert sign_in(client, user, new).status_code == 302

    def test_a_closed_account_is_not_given_a_link(self, client, user):
        user.close()
        user.save()
        client.post(reverse("account_reset_password"), {"email": user.email})
        assert "/nouveau/" not in mail.outbox[0].body

    def test_a_link_is_refused_after_three_days(self, client, user):
        with time_machine.travel("2026-03-12 09:00+01:00"):
            link = set_password_path(user)
        with time_machine.travel("2026-03-15 09:01+01:00"):
            assert "Ce lien ne vaut plus" in client.get(link).content.decode()

    @pytest.mark.parametrize(
        ("password", "said"),
        [("Court-9", "12 caractères"), ("1q2w3e4r5t6y", "trop courant"), ("740239856102", "numérique")],
    )
    def test_rules(self, client, user, password, said):
        client.force_login(user)
        fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
        page = client.post(reverse("account_change_password"), fields).content.decode()
        assert said in page

    def test_a_password_like_the_name_is_refused(self, client):
        user = UserFactory(username="camille.martin")
        client.force_login(user)
        fields = {"oldpassword": PASSWORD, "password1": "camille.martin1", "password2": "camille.martin1"}
        page = client.post(reverse("account_change_password"), fields).content.decode()
        assert "trop semblable" in page

    def test_changing_it_ends_the_other_sessions_and_keeps_this_one(self, client, user):
        elsewhere = Client()
        elsewhere.force_login(user)
        client.force_login(user)
        new = "Une-phrase-bien-longue-7"
        fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert client.post(reverse("account_change_password"), fields).status_code == 302
        assert is_signed_in(client)
        assert client.get(reverse("account_change_password")).status_code == 200
        assert elsewhere.get(reverse("account_change_password")).status_code == 302

    def test_addresses_stand_in_one_place(self, client, user):
        sign_in(client, user)
        client.post(reverse("account_logout"))
        client.post(reverse("account_reset_password"), {"email": user.email})
        assert not EmailAddress.objects.exists()


class TestSecondFactor:
    def test_direction_is_led_to_activate_it_and_nowhere_else(self, client, direction):
        sign_in(client, direction)
        for path in ("/", reverse("account_change_password"), "/admin/", reverse("mfa_index")):
            response = client.get(path)
            assert (response.status_code, response.url) == (302, reverse("mfa_activate_totp")), path
        activation = client.get(reverse("mfa_activate_totp"))
        assert activation.status_code == 200
        assert "Votre rôle demande un second facteur" in activation.content.decode()
        htmx = client.get("/", headers={"HX-Request": "true"})
        assert htmx["HX-Redirect"] == reverse("mfa_activate_totp")

    @pytest.mark.django_db(transaction=True)
    def test_once_activated_pages_open_and_codes_are_given(self, client, direction):
        sign_in(client, direction)
        client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]
        wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
        assert "Ce code n’est pas le bon." in wrong.content.decode()
        code = _code(secret)
        done = client.post(reverse("mfa_activate_totp"), {"code": code})
        assert done.status_code == 302
        assert client.get("/").status_code == 200
        assert len(lines("second_facteur.activate")) == 1
        assert mail.outbox[-1].to == [direction.email]
        stored = Authenticator.objects.get(user=direction, type="totp").data["secret"]
        assert secret not in stored
        codes = client.get(reverse("mfa_view_recovery_codes"))
        assert len(re.findall(r"<li>\d{8}</li>", codes.content.decode())) == 10

    def test_it_is_asked_at_the_next_sign_in_and_a_code_is_taken_once(self, client, direction):
        enrol_totp(direction)
        assert sign_in(client, direction).url == reverse("mfa_authenticate")
        assert not is_signed_in(client)
        code = totp_code(direction)
        assert client.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"}).url == "/"
        assert client.get("/").status_code == 200
        client.post(reverse("account_logout"))
        sign_in(client, direction)
        again = client.post(reverse("mfa_authenticate"), {"code": code})
        assert "a déjà servi" in again.content.decode()
        assert not is_signed_in(client)
        assert client.post(reverse("mfa_authenticate"), {"code": totp_code(direction, ahead=1)}).status_code == 302

    def test_five_wrong_codes_are_enough(self, client, direction):
        enrol_totp(direction)
        sign_in(client, direction)
        for _ in range(5):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        refused = client.post(reverse("mfa_authenticate"), {"code": totp_code(direction)})
        assert "Trop d’essais" in refused.content.decode()
        assert not is_signed_in(client)
        assert {line.details["reason"] for line in lines("connexion.refuse")} == {"code"}

    def test_a_recovery_code_replaces_the_telephone_once(self, client, direction):
        enrol_totp(direction)
        code = Authenticator.objects.get(user=direction, type="recovery_codes").wrap().get_unused_codes()[0]
        sign_in(client, direction)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
        client.post(reverse("account_logout"))
        sign_in(client, direction)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert not is_signed_in(client)

    def test_who_must_have_it_cannot_take_it_off(self, client, direction):
        enrol_totp(direction)
        client.force_login(direction)
        page = client.post(reverse("mfa_deactivate_totp"))
        assert "il ne se désactive pas" in page.content.decode()
        assert Authenticator.objects.filter(user=direction, type="totp").exists()

    def test_who_chose_it_may_take_it_off(self, client, user):
        enrol_totp(user)
        client.force_login(user)
        assert client.post(reverse("mfa_deactivate_totp")).status_code == 302
        assert not Authenticator.objects.filter(user=user).exists()
        assert len(lines("second_facteur.deactivate")) == 1
        assert client.get("/").status_code == 200

    def test_others_go_without(self, client, user):
        sign_in(client, user)
        assert client.get("/").status_code == 200
        assert client.get(reverse("mfa_index")).status_code == 200

    def test_a_delegation_of_direction_asks_for_it_too(self, client, user, direction):
        sign_in(client, user)
        assert client.get("/").status_code == 200
        residence = direction.attributions.get().residence
        DelegationFactory(from_user=direction, to_user=user, role=Role.DIRECTION, residence=residence)
        assert client.get("/").url == reverse("mfa_activate_totp")

    def test_a_session_opened_without_it_shows_it_when_the_role_comes(self, client, user, direction):
        sign_in(client, user)
        enrol_totp(user)
        residence = direction.attributions.get().residence
        DelegationFactory(from_user=direction, to_user=user, role=Role.DIRECTION, residence=residence)
        where = client.get("/recherche/?q=a").url
        assert where == f"{reverse('mfa_reauthenticate')}?next=%2Frecherche%2F%3Fq%3Da"
        shown = client.post(where, {"code": totp_code(user)})
        assert shown.url == "/recherche/?q=a"
        assert client.get(shown.url).status_code == 200

    def test_a_secret_that_is_no_longer_readable_refuses_every_code(self, client, direction, settings):
        enrol_totp(direction)
        code = totp_code(direction)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-key-for-the-time-of-a-test"
        assert totp_code(direction) == code
        settings.SECRET_KEY_FALLBACKS = []
        sign_in(client, direction)
        assert "pas le bon" in client.post(reverse("mfa_authenticate"), {"code": code}).content.decode()

    def test_the_command_gives_the_code_of_a_demonstration(self, direction, capsys, settings):
        with pytest.raises(CommandError, match="n’a pas de second facteur"):
            call_command("code_totp", direction.username)
        enrol_totp(direction)
        enrol_totp(direction)
        call_command("code_totp", direction.username)
        assert capsys.readouterr().out.strip() == totp_code(direction)
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="En production"):
            call_command("code_totp", direction.username)


class TestConfirmation:
    def test_a_sensitive_page_asks_the_password_again_after_a_quarter_of_an_hour(self, client):
        technique = UserFactory(role=Role.TECHNIQUE)
        path = reverse("residence:utilisateur_list")
        with time_machine.travel("2026-03-12 09:00+01:00", tick=False):
            client.force_login(technique)
            assert client.get(path).status_code == 200
        with time_machine.travel("2026-03-12 09:16+01:00", tick=False):
            asked = client.get(path)
            assert asked.url == f"{reverse('account_reauthenticate')}?next={path.replace('/', '%2F')}"
            assert "n’est pas le bon" in client.post(asked.url, {"password": "faux"}).content.decode()
            assert client.post(asked.url, {"password": PASSWORD}).url == path
            assert client.get(path).status_code == 200


def _code(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
