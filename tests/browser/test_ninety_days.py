"""The first ninety days of a household in a browser: entry, first meeting, projet, visit, RSA, a partner, together."""

import datetime

import pytest
import time_machine

from accompagnement.models import BilanProjet, DossierSocial, EntretienRsa, NoteSociale, OrientationPartenaire
from residence.models import Echeance, Ressource
from residence.permissions import Role
from tests.factories import (
    PASSWORD,
    ContratFactory,
    DispositifFactory,
    MenageFactory,
    PartenaireFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY = datetime.date(2026, 3, 2)


@pytest.fixture
def house():
    """Awa, who receives the RSA, comes in; Nadia keeps the social files, and the contracts this week."""
    with time_machine.travel(datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)) as clock:
        residence = ResidenceFactory(code="cour", name="Côté Cour")
        nadia = UserFactory(role=Role.COORDINATRICE, residence=residence, first_name="Nadia", last_name="Benali")
        nadia.attributions.create(role=Role.GESTIONNAIRE, residence=residence, start_on="2026-01-01")
        nadia.set_password(PASSWORD)
        nadia.save()
        dispositif = DispositifFactory(
            residence=residence,
            first_meeting_days=15,
            project_within_days=45,
            visit_every_days=30,
            review_every_months=6,
        )
        menage = MenageFactory(name="TRAORE Awa")
        person = menage.membres.get().personne
        Ressource.objects.create(menage=menage, personne=person, kind="rsa", monthly_amount=560, start_on=ENTRY)
        sejour = SejourFactory(menage=menage, residence=residence, dispositif=dispositif, start_on=ENTRY)
        contrat = ContratFactory(sejour=sejour, status="to_sign")
        partenaire = PartenaireFactory(name="Centre de santé", kind="sante", themes="santé")
        yield nadia, contrat, person, partenaire, clock


def due(kind):
    return list(Echeance.objects.open().filter(kind=kind).values_list("due_on", flat=True))


def on(month, day):
    return datetime.date(2026, month, day)


def test_the_first_ninety_days(house, at_screen):
    user, contrat, person, partenaire, clock = house
    nadia = at_screen(user)
    dossier = _enters(nadia, contrat)
    file = f"/accompagnement/dossiers/{dossier.pk}"

    nadia.later(clock, on(3, 9))
    nadia.go("/")
    assert "Tenir le premier rendez-vous" in nadia.text
    nadia.go(f"{file}/notes/nouvelle/")
    nadia.fill(kind="entretien", held_on="9/3/26", text="Droits à l’APL demandés ensemble.", level="team")
    nadia.fill(next_step="Rappeler la CAF", next_step_on="16/3/26")
    nadia.press("Enregistrer la note")
    assert due("dossier.first_meeting") == []

    nadia.later(clock, on(3, 23))
    _projet(nadia, file)
    _rsa(nadia, file, person)

    nadia.later(clock, on(4, 1))
    assert due("dossier.visit") == [on(4, 1)]
    nadia.go("/accompagnement/visites/")
    assert "TRAORE" in nadia.text
    nadia.go(f"{file}/notes/nouvelle/")
    nadia.fill(kind="visite", held_on="1/4/26", text="Le logement est bien tenu.", level="team")
    nadia.press("Enregistrer la note")
    assert due("dossier.visit") == [on(5, 1)]

    _partner(nadia, file, person, partenaire, clock)
    _together(nadia, contrat.sejour.menage, person)

    nadia.later(clock, on(5, 31))
    nadia.page.set_viewport_size({"width": 360, "height": 900})
    nadia.go(f"/menages/{contrat.sejour.menage_id}/")
    for told in (
        "Entretien avec Nadia Benali",
        "Visite à domicile",
        "Projet personnalisé",
        "Contrat d’engagement signé",
        "Orientation vers Centre de santé",
        "Cours de français",
    ):
        assert told in nadia.text, told
    wide = nadia.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    assert NoteSociale.objects.filter(dossier=dossier).count() == 2


def _enters(nadia, contrat):
    """The contract is signed: the social file opens by itself, with what is due of it."""
    nadia.go(f"/logement/contrats/{contrat.pk}/signer/")
    nadia.fill(signed_on="2/3/26")
    for box in nadia.page.locator("main form input[type=checkbox]").all():
        box.check()
    nadia.press("Enregistrer la signature")
    dossier = DossierSocial.objects.get()
    assert due("dossier.first_meeting") == [on(3, 17)]
    assert due("projet.start") == [on(4, 16)]
    nadia.go(f"/accompagnement/dossiers/{dossier.pk}/referents/")
    nadia.fill(social=str(nadia.user.pk), on="2/3/26")
    nadia.press("Enregistrer les référents")
    return dossier


def _projet(nadia, file):
    """Where she says she stands, what she wants, the first step; the paper is issued, then signed."""
    nadia.go(f"{file}/projet/point/")
    nadia.fill(held_on="23/3/26", niveau_logement="2", niveau_formation="3", words="Je veux parler mieux français.")
    nadia.press("Enregistrer ce point")
    nadia.press("Fixer un objectif")
    nadia.fill(words="Parler français au travail", theme="formation")
    nadia.press("Fixer cet objectif")
    nadia.press("Éditer pour signer")
    nadia.press("Noter la signature")
    nadia.fill(signed_on="23/3/26")
    nadia.press("Noter la signature")
    bilan = BilanProjet.objects.get()
    assert "Parler français au travail" in nadia.pdf(bilan.document_id)
    assert (bilan.signed_on, bilan.review_on) == (on(3, 23), on(9, 23))


def _rsa(nadia, file, person):
    """The support by delegation, her contrat d'engagement, a first meeting and its record."""
    nadia.go(f"{file}/rsa/")
    assert "perçoit le RSA" in nadia.text
    nadia.go(f"{file}/rsa/ouvrir/")
    nadia.fill(personne=str(person.pk), delegated_on="10/3/26", notified_on="10/3/26")
    nadia.submit()
    assert due("rsa.sign") == [on(4, 10)]
    parcours = DossierSocial.objects.get().parcours_rsa.get()
    nadia.go(f"/accompagnement/rsa/{parcours.pk}/contrat/")
    nadia.fill(signed_on="23/3/26", start_on="23/3/26", end_on="22/9/26", weekly_hours="15")
    nadia.fill(actions="Deux ateliers par semaine.")
    nadia.submit()
    nadia.go(f"/accompagnement/rsa/{parcours.pk}/entretien/")
    nadia.fill(held_on="23/3/26", presence="came", done="Le CV est refait.", to_do="Envoyer trois candidatures.")
    nadia.submit()
    assert "Envoyer trois candidatures." in nadia.pdf(EntretienRsa.objects.get().document_id)


def _partner(nadia, file, person, partenaire, clock):
    """Oriented with her consent; the answer is awaited, comes, and is told."""
    nadia.go(f"{file}/partenaires/")
    nadia.press("Orienter vers un partenaire")
    nadia.fill(personne=str(person.pk), partenaire=str(partenaire.pk), theme="sante", consent_kind="oral")
    nadia.fill(shared="Cherche un médecin traitant.", answer_by_on="20/4/26")
    nadia.press("Enregistrer l’orientation")
    nadia.later(clock, on(4, 20))
    nadia.go("/")
    assert "Relancer un partenaire" in nadia.text
    row = OrientationPartenaire.objects.get()
    nadia.go(f"/accompagnement/orientations/{row.pk}/reponse/")
    nadia.fill(answer="accepted", answered_on="20/4/26")
    nadia.press("Noter la réponse")
    assert "la personne sera reçue" in nadia.text


def _together(nadia, menage, person):
    """French every Monday, towards her objective; the attendance of the day."""
    nadia.go("/accompagnement/actions/nouvelle/")
    nadia.fill(name="Cours de français", theme="formation", every="week", first_on="20/4/26", last_on="29/6/26")
    nadia.fill(hour="14h", minutes="120", seats="12")
    nadia.press("Prévoir l’action et ses séances")
    action = menage.dossiers.get().residence.actions.get()
    assert action.seances.count() == 10  # Whit Monday is left out
    nadia.press("Inscrire quelqu’un")
    nadia.page.locator("main [name=menage]").fill("traore")
    nadia.press("Chercher")
    nadia.press("Inscrire TRAORE")
    nadia.page.locator("[name=objectif]").select_option(label="Parler français au travail")
    nadia.press("Inscrire")
    nadia.go(action.seances.first().get_absolute_url())
    nadia.press("Tous les autres sont là")
    assert "1 sur 1 personnes présentes" in nadia.text
