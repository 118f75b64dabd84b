"""A tablet: photos, answers kept through a lost network, both signatures; at the exit, the entry beside each line."""

import io

import pytest
from PIL import Image, ImageDraw

from logement.models import EtatDesLieux
from logement.models.etats_des_lieux import PhotoEtatDesLieux
from residence.permissions import Role
from tests.factories import ContratFactory, LogementFactory, PlaceFactory, SejourFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def contrat():
    """A room of a shared flat: the shortest state there is."""
    sejour = SejourFactory()
    logement = LogementFactory(residence=sejour.residence, type_logement="T4", is_shared=True, is_furnished=False)
    place = PlaceFactory(
        residence=sejour.residence, logement=logement, dispositif=sejour.dispositif, keys="2 × porte n° A12"
    )
    return ContratFactory(sejour=sejour, place=place)


def picture(color):
    drawn = Image.new("RGB", (2400, 1800), color)
    ImageDraw.Draw(drawn).rectangle([300, 300, 900, 900], fill="white")
    made = io.BytesIO()
    drawn.save(made, "JPEG")
    return {"name": "IMG.JPG", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def sign(agent):
    for canvas in agent.page.locator("canvas").all():
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        agent.page.mouse.move(box["x"] + 20, box["y"] + 30)
        agent.page.mouse.down()
        agent.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
        agent.page.mouse.up()
    agent.press("Sceller")


def saved(page):
    page.locator("[data-edl][data-state=saved]").wait_for()


def test_an_etat_des_lieux_survives_a_lost_network(at_screen, contrat):
    thomas = at_screen(UserFactory(role=Role.VIE_RESIDENTIELLE, residence=contrat.residence), width=820)
    page, network = thomas.page, thomas.context
    page.on("dialog", lambda dialog: dialog.accept())
    thomas.go(f"/logement/contrats/{contrat.pk}/etat-des-lieux-entree/")
    thomas.press("Commencer l’état des lieux")
    edl = EtatDesLieux.objects.get()
    door, floor = page.locator(".edl-line[data-room=Chambre]").all()[:2]
    door.get_by_text("bon état", exact=True).click()
    door.locator("[data-photo]").set_input_files([picture("teal")])
    door.locator("img").wait_for()

    # The network goes: what is typed and taken is kept here, when the page is left too.
    network.set_offline(True)
    floor.get_by_text("neuf", exact=True).click()
    floor.locator("summary").click()
    floor.get_by_label("Observation", exact=True).fill("refait avant l’entrée")
    floor.locator("[data-photo]").set_input_files([picture("brown")])
    page.get_by_text("Gardé sur cet appareil, à envoyer : 1 saisie et 1 photo").wait_for()
    assert "Le réseau est absent" in page.locator("[data-status]").inner_text()
    assert PhotoEtatDesLieux.objects.count() == 1
    # Another device writes on the same line meanwhile.
    line = edl.lignes.get(pk=int(floor.get_attribute("data-line")))
    edl.lignes.filter(pk=line.pk).update(comment="rayé")
    # The page is left before the network is back: it may not send while it is read again.
    address = page.url
    page.goto("about:blank")
    network.set_offline(False)
    thomas.said.clear()
    page.goto(address)
    floor = page.locator(f"#ligne-{line.pk}")
    floor.get_by_text("sur l’autre appareil « rayé »").wait_for()
    floor.locator("img").wait_for()
    floor.get_by_role("button", name="Garder ma saisie").click()
    saved(page)
    line.refresh_from_db()
    assert (line.condition, line.comment) == ("new", "refait avant l’entrée")
    assert PhotoEtatDesLieux.objects.count() == 2
    thomas.check()

    # The rest at once; read, then signed by both.
    page.get_by_role("button", name="Le reste est en bon état : Chambre").click()
    saved(page)
    page.get_by_role("button", name="Enregistrer et relire").click()
    page.wait_for_url(f"**/etats-des-lieux/{edl.pk}/")
    assert "2 photos" in thomas.text
    assert page.evaluate("kept.count(document.querySelector('[data-sign-out]').dataset.user)") == {
        "typed": 0,
        "photos": 0,
    }
    thomas.press("Faire signer")
    sign(thomas)
    edl.refresh_from_db()
    assert edl.status == EtatDesLieux.Status.SIGNED
    assert "A12" in thomas.pdf(edl.document_id)

    # At the exit, the entry stands beside each line, with its photos.
    contrat.status, contrat.end_on = "notice", edl.made_on
    contrat.save()
    thomas.go(f"/logement/contrats/{contrat.pk}/etat-des-lieux-sortie/")
    thomas.press("Commencer l’état des lieux")
    floor = page.locator(".edl-line[data-room=Chambre]").nth(1)
    assert "à l’entrée : neuf, refait avant l’entrée" in floor.inner_text().replace("\u00a0", " ")
    assert floor.locator("img").count() == 1
    floor.get_by_text("mauvais état", exact=True).click()
    page.get_by_role("button", name="Le reste est en bon état : Chambre").click()
    page.get_by_role("button", name="Tout est là : Clés").click()
    saved(page)
    page.get_by_role("button", name="Enregistrer et relire").click()
    page.wait_for_url("**/etats-des-lieux/*/")
    assert "1 changement" in thomas.text
