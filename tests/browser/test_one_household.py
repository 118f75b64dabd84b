"""One household goes all the way in a browser: from the SIAO to a studio, from the CCAS to a room of a shared flat."""

import datetime
import random
import re

import pytest
import time_machine

from admissions.models import Orientation, SessionCommission
from logement import demo as logement_demo
from logement.models import AvisEcheance, ContratOccupation, EtatDesLieux, Quittance
from residence import demo
from residence.authentication import enrol_totp
from residence.models import DocumentEmis, User
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ophis():
    """The house of OPHIS before anybody lives there: 222 places, 112 of them temporary, its team and its partners."""
    with time_machine.travel(datetime.datetime(2026, 3, 2, 8, 30, tzinfo=datetime.UTC)) as clock:
        world = demo.World(today=datetime.date(2026, 3, 2), places=222, months=1, chance=random.Random(63))
        demo.load(world)
        logement_demo.load_stock(world)
        for user in User.objects.all():
            user.set_password(PASSWORD)
            user.save()
        enrol_totp(User.objects.get(username="direction"))
        world.clock = clock
        yield world


def user(username):
    return User.objects.get(username=username)


@pytest.mark.parametrize("public", ["siao", "ccas"])
def test_from_the_request_to_the_quittance(public, ophis, at_screen):
    nadia = at_screen(user("coordinatrice"), typed=True)
    orientation = _request(nadia, ophis, public)
    _interview(nadia, orientation, public)
    _commission(nadia, at_screen, orientation)
    place = _proposal(nadia, orientation)
    sylvie = at_screen(user("gestionnaire"))
    contrat = _contract(sylvie, orientation, place, public)
    _etat_des_lieux(at_screen(user("vie"), width=820), contrat)
    _social_file(nadia, orientation)

    ophis.clock.move_to(datetime.datetime(2026, 3, 25, 8, 30, tzinfo=datetime.UTC))
    sylvie = at_screen(user("gestionnaire"))
    avis = _avis(sylvie, contrat)
    ophis.clock.move_to(datetime.datetime(2026, 4, 3, 8, 30, tzinfo=datetime.UTC))
    _payment_and_quittance(at_screen(user("gestionnaire")), avis)
    _phone(at_screen(user("coordinatrice"), width=360), orientation)


def _request(nadia, ophis, public):
    """The request of the partner, typed in; the screen is shared with the person who sits opposite."""
    dispositif = ophis.temporaire if public == "siao" else ophis.permanent
    nadia.go("/admissions/")
    nadia.press("Saisir une orientation")
    nadia.fill(dispositif=str(dispositif.pk), route=public, received_on="2/3/26")
    if public == "siao":
        nadia.fill(siao_number="63-2026-01234", requested_type="T1", reasons="Fin d’hébergement chez un tiers.")
    else:
        nadia.fill(social_evaluation="Retraité, autonome, logement insalubre.")
    nadia.fill(partenaire=str(ophis.partenaires[public].pk), contact_name="Lucie Morel")
    nadia.fill(civility="madame" if public == "siao" else "monsieur")
    nadia.fill(last_name="Traoré", first_names="Awa" if public == "siao" else "Moussa")
    nadia.fill(birth="17/5/90" if public == "siao" else "3/4/1951", nationality="fr")
    nadia.fill(address="3 rue Neuve", postal_code="63000", city="Clermont-Ferrand")
    nadia.press("Enregistrer")
    orientation = Orientation.objects.get()
    assert "TRAORÉ" in nadia.text
    return orientation


def _interview(nadia, orientation, public):
    nadia.press("Fixer l’entretien")
    nadia.fill(day="2/3/26", hour="14h")
    nadia.press("Fixer l’entretien")
    assert "14 h" in nadia.pdf(DocumentEmis.objects.get(kind="invitation").pk)
    nadia.go(f"/admissions/orientations/{orientation.pk}/entretien/")
    for piece in orientation.dispositif.pieces.all():
        nadia.fill(**{f"piece-{piece.pk}-received_on": "2/3/26"})
    name = "T1" if public == "siao" else "Chambre en appartement partagé"
    nadia.page.locator("[name=wished_categorie]").select_option(label=name)
    nadia.fill(held_on="2/3/26", autonomy="full", proposal="Projet clair, avis favorable.")
    for line in ("Ajouter une ressource", "Ajouter une charge"):
        nadia.page.get_by_role("button", name=line).click()
    nadia.fill(
        **{
            "ressources-0-kind": "salaire" if public == "siao" else "retraite",
            "ressources-0-monthly_amount": "1 012,50",
            "charges-0-kind": "telephone",
            "charges-0-monthly_amount": "35",
        }
    )
    nadia.press("Enregistrer et continuer")
    assert "Reste à payer" in nadia.text
    nadia.go(f"/admissions/orientations/{orientation.pk}/")
    nadia.press("Déclarer le dossier prêt")
    nadia.submit()
    orientation.refresh_from_db()
    assert orientation.status == Orientation.Status.READY


def _commission(nadia, at_screen, orientation):
    nadia.go("/admissions/commission/")
    nadia.press("Préparer une séance")
    nadia.fill(day="2/3/26", hour="16h30", place="Salle du conseil", quorum="2")
    for username in ("commission", "commission2"):
        nadia.page.locator(f"[name=members][value='{user(username).pk}']").check()
    nadia.press("Préparer la séance")
    session = SessionCommission.objects.get()
    nadia.page.locator(f"[name=orientations][value='{orientation.pk}']").check()
    nadia.press("Inscrire à l’ordre du jour")
    nadia.go(f"/admissions/commission/{session.pk}/convoquer/")
    nadia.submit()
    passage = session.passages.get()

    odile = at_screen(user("commission"))
    odile.go(f"/admissions/commission/dossiers/{passage.pk}/")
    assert "Projet clair" in odile.text
    odile.fill(opinion="for")
    odile.press("Donner mon avis")

    nadia.go(f"/admissions/commission/{session.pk}/ouvrir/")
    nadia.press("Ouvrir la séance")
    nadia.go(f"/admissions/commission/dossiers/{passage.pk}/decision/")
    nadia.fill(kind="favorable", reasons="Votre projet correspond à la résidence.")
    nadia.press("Consigner la décision")

    head = at_screen(user("direction"), typed=True)
    head.go(f"/admissions/commission/{session.pk}/clore/")
    head.submit()
    orientation.refresh_from_db()
    assert orientation.status == Orientation.Status.WAITING

    nadia.go(f"/admissions/decisions/{passage.decision.pk}/lettres/")
    nadia.fill(notified_on="2/3/26")
    nadia.press("Éditer les lettres")
    passage.decision.refresh_from_db()
    letter = nadia.pdf(passage.decision.letter_candidat_id)
    assert "Votre projet correspond à la résidence." in letter
    assert "TRAORÉ" in letter


def _proposal(nadia, orientation):
    nadia.go(f"/admissions/orientations/{orientation.pk}/proposer/")
    nadia.fill(entree="10/3/2026")
    nadia.press("Chercher pour ce jour")
    nadia.page.locator("[name=place]:not([disabled])").first.check()
    nadia.fill(answer_by_on="9/3/2026")
    nadia.press("Proposer cette place")
    proposition = orientation.propositions.get()
    nadia.go(f"/admissions/propositions/{proposition.pk}/reponse/")
    nadia.fill(answer="accept", answered_on="2/3/26")
    nadia.press("Enregistrer la réponse")
    proposition.refresh_from_db()
    assert proposition.status == "accepted"
    return proposition.place


def _contract(sylvie, orientation, place, public):
    sylvie.go(f"/logement/menages/{orientation.menage_id}/contrat/?place={place.pk}&entree=2026-03-10")
    sylvie.press("Préparer le contrat")
    contrat = ContratOccupation.objects.get()
    sylvie.go(f"/logement/contrats/{contrat.pk}/editer/")
    sylvie.press("Éditer le contrat")
    contrat.refresh_from_db()
    text = sylvie.pdf(contrat.document_id)
    for mention in ("un mois", "tacite", "préavis", "dépôt de garantie", "règlement intérieur", "10/03/2026"):
        assert mention in text.lower(), mention
    assert ("sans limitation de durée" in text) == (public == "ccas")
    sylvie.go(f"/logement/contrats/{contrat.pk}/signer/")
    sylvie.fill(signed_on="2/3/26")
    for box in sylvie.page.locator("main form input[type=checkbox]").all():
        box.check()
    sylvie.press("Enregistrer la signature")
    contrat.refresh_from_db()
    orientation.refresh_from_db()
    assert contrat.status == ContratOccupation.Status.RUNNING
    assert orientation.status == Orientation.Status.ENTERED
    assert (contrat.sejour.planned_end_on == datetime.date(2027, 3, 9)) == (public == "siao")
    return contrat


def _etat_des_lieux(thomas, contrat):
    """On a tablet: the states, the meter, the keys, then both sign with a finger."""
    thomas.go(f"/logement/sejours/{contrat.sejour_id}/")
    thomas.go(f"/logement/contrats/{contrat.pk}/etat-des-lieux-entree/")
    thomas.press("Commencer l’état des lieux")
    edl = EtatDesLieux.objects.get()
    thomas.go(f"/logement/etats-des-lieux/{edl.pk}/remplir/")
    thomas.fits()
    for label in thomas.page.locator(".edl-conditions label", has_text="bon état").all():
        label.click()
    thomas.page.locator("[name$=electricity_meter]:not([type=hidden])").first.fill("12 345")
    thomas.page.get_by_role("button", name="Enregistrer et relire").click()
    thomas.page.wait_for_url(re.compile(rf"/etats-des-lieux/{edl.pk}/$"))
    thomas.check()
    thomas.go(f"/logement/etats-des-lieux/{edl.pk}/signer/")
    for canvas in thomas.page.locator("canvas").all():
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        thomas.page.mouse.move(box["x"] + 20, box["y"] + 30)
        thomas.page.mouse.down()
        thomas.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=6)
        thomas.page.mouse.up()
    for name in ("resident_name", "manager_name"):
        field = thomas.page.locator(f"[name={name}]")
        if not field.input_value():
            field.fill("Thomas Girard")
    thomas.press("Sceller")
    edl.refresh_from_db()
    assert edl.status == EtatDesLieux.Status.SIGNED
    assert "12 345" in thomas.pdf(edl.document_id)


def _social_file(nadia, orientation):
    dossier = orientation.menage.dossiers.get()
    nadia.go(f"/accompagnement/dossiers/{dossier.pk}/notes/nouvelle/")
    nadia.fill(kind="entretien", held_on="2/3/26", text="Ouverture des droits à l’APL faite ensemble.")
    nadia.page.locator("[name=themes][value=droits]").check()
    nadia.press("Enregistrer la note")
    nadia.go(f"/accompagnement/dossiers/{dossier.pk}/")
    assert "Ouverture des droits" in nadia.text


def _avis(sylvie, contrat):
    sylvie.go("/logement/redevance/campagnes/preparer/")
    sylvie.page.locator("[name=month]").select_option("2026-03")
    sylvie.submit()
    sylvie.press("Confirmer 1 avis")
    sylvie.submit()
    avis = AvisEcheance.objects.get()
    whole = contrat.monthly_redevance
    assert avis.total == sum(line.amount for line in avis.lignes.all())
    assert abs(avis.total - whole * 22 / 31) < 1
    assert (avis.start_on, avis.end_on) == (datetime.date(2026, 3, 10), datetime.date(2026, 3, 31))
    sylvie.go(f"/logement/redevance/avis/{avis.pk}/")
    text = sylvie.pdf(avis.document_id)
    assert "mars 2026" in text
    assert re.search(r"10/03/2026|10 mars", text)
    return avis


def _payment_and_quittance(sylvie, avis):
    sylvie.go(f"/logement/redevance/comptes/{avis.contrat.sejour_id}/paiement/")
    sylvie.fill(what="redevance")
    sylvie.page.locator("[name=amount]").fill(f"{avis.net}".replace(".", ","))
    sylvie.fill(received_on="3/4/26", method="transfer")
    sylvie.page.locator("main form button[type=submit]").first.dblclick()
    sylvie.page.wait_for_url(re.compile(r"/comptes/\d+/$"))
    sylvie.page.wait_for_load_state("networkidle")
    sylvie.check()
    avis.refresh_from_db()
    assert avis.left == 0
    quittance = Quittance.objects.get(kind="quittance")
    assert quittance.amount == avis.total
    sylvie.go(f"/logement/redevance/comptes/{avis.contrat.sejour_id}/")
    text = sylvie.pdf(quittance.document_id)
    assert "quittance" in text.lower()
    assert DocumentEmis.objects.filter(kind="quittance").count() == 1


def _phone(nadia, orientation):
    """The same person on a telephone: nothing runs off the side."""
    for address in (
        "/",
        "/recherche/?q=traore",
        f"/menages/{orientation.menage_id}/",
        "/admissions/",
        "/accompagnement/",
        "/logement/places/",
    ):
        nadia.go(address)
        nadia.fits()
