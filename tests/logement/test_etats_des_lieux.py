"""An état des lieux from its model to its seal: two devices, two signatures, nothing lost."""

import base64
import datetime
import io

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image, ImageDraw

from logement.actions.etats_des_lieux import (
    Change,
    GivenSignature,
    NewLine,
    cancel_etat_des_lieux,
    create_etat_des_lieux,
    drawn_png,
    save_etat_des_lieux,
    sign_etat_des_lieux,
)
from logement.models import ElementModele, EtatDesLieux, ModeleEtatDesLieux, SignatureEtatDesLieux
from logement.queries.etats_des_lieux import rooms_of
from residence.models import Echeance
from tests.factories import ContratFactory, SejourFactory

pytestmark = pytest.mark.django_db
Kind, Status, Signer = EtatDesLieux.Kind, EtatDesLieux.Status, SignatureEtatDesLieux.Signer


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-01 10:00", tick=False):
        yield


@pytest.fixture
def contrat(ophis):
    sejour = SejourFactory(menage=ophis.menage, residence=ophis.residence, dispositif=ophis.temporary)
    return ContratFactory(sejour=sejour, place=ophis.place)


def drawing(*, blank=False):
    picture = Image.new("RGBA", (320, 120), (0, 0, 0, 0))
    if not blank:
        ImageDraw.Draw(picture).line([(20, 60), (200, 30), (280, 90)], fill=(16, 24, 40, 255), width=3)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def signatures():
    return [
        GivenSignature(Signer.RESIDENT, "Awa Diallo", image=drawn_png(drawing())),
        GivenSignature(Signer.MANAGER, "Camille", image=drawn_png(drawing())),
    ]


def filled(ophis, contrat, kind=Kind.ENTRY, condition="good"):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=kind)
    edl.lignes.update(condition=condition)
    return EtatDesLieux.objects.get(pk=edl.pk)


def sealed(ophis, contrat, kind=Kind.ENTRY, condition="good"):
    edl = filled(ophis, contrat, kind, condition)
    return sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=edl.version, signatures=signatures())


def test_it_begins_from_a_sensible_model(ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    rooms = {room.name for room in rooms_of(edl)}
    assert {"Entrée", "Pièce principale", "Cuisine", "Salle d’eau", "Mobilier", "Kit vaisselle"} <= rooms
    assert edl.keys.startswith("2 clés de la porte")
    assert create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY) == edl


def test_a_room_of_a_shared_flat_has_its_own_model(ophis):
    sejour = SejourFactory(residence=ophis.residence, dispositif=ophis.permanent)
    edl = create_etat_des_lieux(
        by=ophis.vie_residentielle, contrat=ContratFactory(sejour=sejour, place=ophis.rooms[0]), kind=Kind.ENTRY
    )
    assert "Cuisine" not in {room.name for room in rooms_of(edl)}
    assert edl.lignes.filter(room="Chambre").exists()


def test_the_model_of_the_residence_wins(ophis, contrat):
    modele = ModeleEtatDesLieux.objects.create(residence=ophis.residence, name="Studio", type_logement="T1")
    ElementModele.objects.create(modele=modele, room="Séjour", element="Parquet")
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    assert [(line.room, line.element) for line in edl.lignes.all()] == [("Séjour", "Parquet")]


def test_two_devices_lose_nothing(ophis, contrat):
    """Both read the same; each writes: what meets is kept apart and shown, the rest is merged."""
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    first, second, third = list(edl.lignes.all())[:3]
    save_etat_des_lieux(
        by=ophis.vie_residentielle,
        edl=edl,
        header={"water_meter": Change("", "120")},
        lines={first.pk: {"condition": Change("", "good")}, second.pk: {"comment": Change("", "rayé")}},
    )
    saved = save_etat_des_lieux(
        by=ophis.gestionnaire,
        edl=edl,
        header={"water_meter": Change("", "130"), "electricity_meter": Change("", "42")},
        lines={
            first.pk: {"condition": Change("", "bad")},
            second.pk: {"condition": Change("", "worn")},
            third.pk: {"condition": Change("", "new")},
        },
        new_lines=[NewLine("Entrée", "Buffet", is_personal=True)],
    )
    edl.refresh_from_db()
    conflicts = {(one.line_id, one.field): (one.mine, one.theirs) for one in saved.conflicts}
    assert conflicts == {(None, "water_meter"): ("130", "120"), (first.pk, "condition"): ("bad", "good")}
    assert (edl.water_meter, edl.electricity_meter, edl.version) == ("120", "42", 3)
    stored = {line.pk: line for line in edl.lignes.all()}
    assert (stored[first.pk].condition, stored[second.pk].condition, stored[second.pk].comment) == (
        "good",
        "worn",
        "rayé",
    )
    assert stored[third.pk].condition == "new"
    assert edl.lignes.filter(element="Buffet", is_personal=True).exists()


def test_it_is_sealed_by_two_signatures(ophis, contrat):
    edl = sealed(ophis, contrat)
    assert edl.status == Status.SIGNED
    assert edl.document.data["signatures"][0]["image"].startswith("data:image/png;base64,")
    assert not Echeance.objects.open().filter(kind="etat_des_lieux.entry").exists()
    line = edl.lignes.first()
    for change in (
        lambda: EtatDesLieux.objects.filter(pk=edl.pk).update(keys="aucune"),
        lambda: edl.lignes.filter(pk=line.pk).update(condition="bad"),
        lambda: edl.lignes.create(room="Cuisine", element="Four"),
        line.delete,
        lambda: edl.signatures.update(name="Autre"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(ValidationError, match="ne se modifie plus"):
        save_etat_des_lieux(by=ophis.gestionnaire, edl=edl, header={}, lines={})


def test_what_was_read_is_what_is_signed(ophis, contrat):
    edl = filled(ophis, contrat)
    save_etat_des_lieux(by=ophis.gestionnaire, edl=edl, header={"comments": Change("", "humidité")}, lines={})
    with pytest.raises(ValidationError, match="relisez-le"):
        sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=edl.version, signatures=signatures())


def test_it_must_be_complete_and_signed_by_both(ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    with pytest.raises(ValidationError, match=r"sans état.*: Entrée"):
        sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=1, signatures=signatures())
    edl.lignes.update(condition="good")
    with pytest.raises(ValidationError, match=r"Il manque la signature.*: le gestionnaire"):
        sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=1, signatures=signatures()[:1])


def test_signed_on_paper_is_recorded_as_such(ophis, contrat):
    edl = filled(ophis, contrat)
    on_paper = GivenSignature(Signer.RESIDENT, "Awa Diallo", paper_signed_on=datetime.date(2025, 3, 1))
    edl = sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=1, signatures=[on_paper, signatures()[1]])
    assert edl.signatures.get(signer=Signer.RESIDENT).paper_signed_on == datetime.date(2025, 3, 1)
    assert edl.document.data["signatures"][0]["image"] == ""


@pytest.mark.parametrize(
    "address", ["", "data:image/png;base64,AAAA", "data:text/html;base64,AAAA", drawing(blank=True)]
)
def test_an_empty_or_false_signature_is_refused(address):
    with pytest.raises(ValidationError):
        drawn_png(address)


def test_the_exit_stands_beside_the_entry(ophis, contrat):
    entry = sealed(ophis, contrat)
    assert entry.lignes.count()
    edl = filled(ophis, contrat, Kind.EXIT, "worn")
    lines = [one for room in rooms_of(edl) for one in room.lines]
    assert len(lines) == entry.lignes.count()
    assert all(one.before.condition == "good" and one.has_changed for one in lines)
    signed = sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=1, signatures=signatures())
    assert signed.document.data["entry_made_on"] == "2025-03-01" or signed.document.data["is_compared"]


def test_one_given_up_may_be_begun_again(ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    cancel_etat_des_lieux(by=ophis.vie_residentielle, edl=edl)
    assert create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY) != edl


# The tablet page


def posted(page, **changes):
    """What the page's form would send, changed as said."""
    form = {}
    for room in page.context["rooms"]:
        for one in room["lines"]:
            bound = one["form"]
            for field in bound:
                value = field.value()
                if value not in (None, "", False):
                    form[field.html_name] = "on" if value is True else value
                elif field.name in ("room", "element") or field.name.startswith("base_"):
                    form[field.html_name] = ""
    for field in page.context["header"]:
        value = field.value()
        form[field.html_name] = value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else value or ""
    return form | changes


def test_the_tablet_page_saves_and_shows_both_of_two_devices(client, ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    url = reverse("logement:etat_des_lieux_edit", args=[edl.pk])
    client.force_login(ophis.vie_residentielle)
    page = client.get(url)
    line = edl.lignes.first()
    name = f"l{line.pk}-condition"
    answer = client.post(url, posted(page, **{name: "good", "then": "entree"}))
    assert answer.status_code == 302
    assert answer.url.endswith("#entree")
    line.refresh_from_db()
    assert line.condition == "good"
    answer = client.post(url, posted(page, **{name: "bad", f"l{line.pk}-comment": "éclat"}))
    assert answer.status_code == 200
    content = answer.content.decode()
    assert "Un autre appareil a rempli les mêmes lignes" in content
    assert "mauvais état" in content
    line.refresh_from_db()
    assert (line.condition, line.comment) == ("good", "éclat")
    # The same page sent again says « mine, knowingly ».
    answer = client.post(url, posted(answer))
    assert answer.status_code == 302
    line.refresh_from_db()
    assert line.condition == "bad"


def test_a_line_taken_out_elsewhere_while_it_was_filled_comes_back(client, ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    url = reverse("logement:etat_des_lieux_edit", args=[edl.pk])
    client.force_login(ophis.vie_residentielle)
    page = client.get(url)
    line = edl.lignes.first()
    edl.lignes.filter(pk=line.pk).delete()
    client.post(url, posted(page, **{f"l{line.pk}-condition": "worn"}))
    assert edl.lignes.get(room=line.room, element=line.element).condition == "worn"


def test_the_signature_page_seals(client, ophis, contrat):
    edl = filled(ophis, contrat)
    client.force_login(ophis.vie_residentielle)
    url = reverse("logement:etat_des_lieux_sign", args=[edl.pk])
    given = {
        "version": edl.version,
        "resident_name": "Awa Diallo",
        "resident_image": drawing(),
        "manager_name": "Camille",
        "manager_image": drawing(blank=True),
    }
    assert "La signature est vide" in client.post(url, given).content.decode()
    answer = client.post(url, given | {"manager_image": drawing()})
    assert answer.status_code == 302
    edl.refresh_from_db()
    assert edl.status == Status.SIGNED
    # Sent twice, it says so and changes nothing.
    assert client.post(url, given).status_code == 302
    assert edl.signatures.count() == 2
