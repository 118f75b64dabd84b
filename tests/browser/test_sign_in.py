"""Signing in, the second factor, the accounts and the admin, in a browser: no console error, nothing that axe finds."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib import admin
from django.urls import reverse

from residence.authentication import enrol_totp
from residence.permissions import Role
from tests.browser.conftest import Agent
from tests.factories import PASSWORD, DelegationFactory, ResidenceFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def newcomer(browser, live_server):
    """Somebody before the door, at a screen of a given width."""
    agents = []

    def come(user, width=1440):
        agents.append(Agent(browser, live_server.url, user, width))
        return agents[-1]

    yield come
    for agent in agents:
        agent.context.close()


def test_management_signs_in_for_the_first_time(newcomer):
    residence = ResidenceFactory(name="Résidence du Port")
    head = newcomer(UserFactory(role=Role.DIRECTION, residence=residence), width=360)
    head.go("/compte/mot-de-passe/oublie/")
    head.go("/")
    head.page.fill("[name=login]", head.user.username)
    head.page.fill("[name=password]", "pas le bon")
    head.press("Se connecter")
    assert "Identifiant ou mot de passe incorrect." in head.text
    head.page.fill("[name=password]", PASSWORD)
    head.press("Se connecter")
    assert "Activer le second facteur" in head.text
    assert head.page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    secret = head.page.locator(".secret").inner_text().strip()
    head.page.fill("[name=code]", format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1])))
    head.press("Activer le second facteur")
    assert re.search(r"\b\d{8}\b", head.text)
    for page in ("/", "/compte/second-facteur/", "/compte/mot-de-passe/", "/delegations/", "/delegations/nouvelle/"):
        head.go(page)
        assert _fits(head)
    head.page.keyboard.press("Tab")
    assert head.page.evaluate("document.activeElement.tagName") == "A"
    head.go("/compte/deconnexion/")
    with head.page.expect_navigation():  # once the browser has said that it keeps nothing unsent
        head.page.locator("main").get_by_role("button", name="Se déconnecter").click()
    head.check()
    assert "/compte/connexion/" in head.page.url


def test_technique_keeps_the_accounts(at_screen):
    residence = ResidenceFactory(name="Résidence du Port")
    technique = UserFactory(role=Role.TECHNIQUE, last_name="Garnier")
    enrol_totp(technique)
    given = DelegationFactory(residence=residence)
    agent = at_screen(technique, typed=True)
    agent.go(reverse("residence:utilisateur_list"))
    assert _fits(agent)
    agent.press("Ouvrir un compte")
    assert _fits(agent)
    agent.press("Ouvrir le compte")
    assert "à corriger" in agent.text
    agent.fill(first_name="Awa", last_name="Diallo", username="awa.diallo", email="awa@exemple.fr")
    agent.press("Ouvrir le compte")
    agent.fill(role="gestionnaire", residence=str(residence.pk))
    agent.press("Donner le rôle")
    assert "La direction en est prévenue" in agent.text
    assert _fits(agent)
    for link in ("Modifier", "Fermer le compte"):
        agent.press(link)
        assert _fits(agent)
        agent.page.go_back()
    agent.page.locator("main").get_by_role("link", name="Retirer").first.click()
    agent.check()
    agent.press("Retirer le rôle")
    assert "Aucun rôle" in agent.text
    agent.go(reverse("residence:utilisateur_detail", args=[given.from_user_id]))
    agent.go(reverse("residence:delegation_list"))
    assert _fits(agent)


def test_an_idle_session_says_so(at_screen, settings):
    residence = ResidenceFactory()
    agent = at_screen(UserFactory(role=Role.COORDINATRICE, residence=residence))
    agent.go("/compte/mot-de-passe/")
    settings.SESSION_IDLE_SECONDS = 0
    for field in ("oldpassword", "password1", "password2"):
        agent.page.fill(f"[name={field}]", "Une-phrase-bien-longue-7")
    agent.page.locator("main form button[type=submit]").first.click()
    agent.page.wait_for_load_state()
    # The console tells of the refusal itself.
    agent.said.clear()
    agent.check()
    assert "Votre session a pris fin" in agent.text
    settings.SESSION_IDLE_SECONDS = 1800
    agent.press("Se reconnecter")
    agent.page.fill("[name=login]", agent.user.username)
    agent.page.fill("[name=password]", PASSWORD)
    agent.press("Se connecter")
    assert agent.page.url.endswith("/compte/mot-de-passe/")


def test_the_admin_runs_under_the_policy(browser, live_server):
    """No inline script or style: the console would say so. Each list, and each form for a new row."""
    residence = ResidenceFactory()
    user = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    agent = Agent(browser, live_server.url, user, 1440)
    agent.come_in()
    refused = []
    for model, model_admin in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add"):
            answer = agent.page.goto(live_server.url + reverse(f"{base}_{page}"))
            assert answer.status in (200, 403), f"{base}_{page}: {answer.status}"
            refused += [f"{base}_{page}: {said}" for said in agent.said if "Content Security Policy" in said]
            agent.said.clear()
        assert model_admin
    agent.context.close()
    assert not refused


def _fits(agent):
    """Nothing is wider than the screen."""
    return agent.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
