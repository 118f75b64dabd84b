"""An état des lieux from its model to its seal: two devices, two signatures, nothing lost."""

import base64
import datetime
import io
import threading
import uuid

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from PIL import Image, ImageDraw

from logement.actions.etats_des_lieux import (
    Change,
    GivenSignature,
    NewLine,
    add_photo,
    cancel_etat_des_lieux,
    create_etat_des_lieux,
    drawn_png,
    remove_photo,
    save_etat_des_lieux,
    sign_etat_des_lieux,
)
from logement.models import ElementModele, EtatDesLieux, ModeleEtatDesLieux, SignatureEtatDesLieux
from logement.queries.etats_des_lieux import rooms_of
from residence.actions.documents import pdf_of
from residence.models import Echeance
from residence.pdf import ResourceRefusedError
from tests.factories import ContratFactory, ResidenceFactory, SejourFactory, UserFactory

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
    edl.lignes.filter(is_key=True).update(condition="", quantity=1)
    return EtatDesLieux.objects.get(pk=edl.pk)


def sealed(ophis, contrat, kind=Kind.ENTRY, condition="good"):
    edl = filled(ophis, contrat, kind, condition)
    return sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=edl.version, signatures=signatures())


def test_it_begins_from_a_sensible_model(ophis, contrat):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    rooms = {room.name for room in rooms_of(edl)}
    assert {"Entrée", "Pièce principale", "Cuisine", "Salle d’eau", "Mobilier", "Kit vaisselle"} <= rooms
    keys = [(line.element, line.quantity) for line in edl.lignes.filter(is_key=True)]
    assert keys == [("clés de la porte", 2), ("clé de la boîte aux lettres", 1)]
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
    assert [(line.room, line.element) for line in edl.lignes.filter(is_key=False)] == [("Séjour", "Parquet")]


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
    edl.lignes.update(condition="good", quantity=1)
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
    elements = [one for one in lines if not one.line.is_key]
    assert all(one.before.condition == "good" and one.has_changed and one.has_worsened for one in elements)
    door = next(one for one in lines if one.line.element == "clés de la porte")
    assert (door.before.quantity, door.line.quantity, door.missing) == (1, 1, 0)
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


# Photos


def shot(color="teal", size=(60, 40), kind="JPEG", **options):
    made = io.BytesIO()
    Image.new("RGB", size, color).save(made, kind, **options)
    return SimpleUploadedFile("IMG_0001.JPG", made.getvalue(), "image/jpeg")


def test_photos_are_kept_once_shown_and_sealed(client, ophis, contrat, django_capture_on_commit_callbacks):
    edl = filled(ophis, contrat)
    line, other = edl.lignes.filter(is_key=False)[:2]
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif.get_ifd(0x8825)[1] = "N"
    key = uuid.uuid4()
    photo = add_photo(by=ophis.vie_residentielle, edl=edl, line_id=line.pk, upload=shot(exif=exif), key=key)
    assert (photo.width, photo.height) == (40, 60)
    with photo.file.open() as file:
        assert not Image.open(file).getexif()
    # Sent again because the answer was lost, and the same points under another key: one photo.
    assert add_photo(by=ophis.vie_residentielle, edl=edl, line_id=line.pk, upload=shot("red"), key=key) == photo
    assert add_photo(by=ophis.vie_residentielle, edl=edl, line_id=line.pk, upload=shot(exif=exif)) == photo
    # Another device took the line out while the photo waited: the line comes back.
    gone = add_photo(by=ophis.gestionnaire, edl=edl, line_id=0, upload=shot("red"), room=other.room, element="Étagère")
    assert gone.ligne.element == "Étagère"
    names = [gone.file.name, gone.small.name]
    # A line that holds a photo is not taken out.
    saved = save_etat_des_lieux(by=ophis.gestionnaire, edl=edl, header={}, lines={}, removed=[gone.ligne_id, other.pk])
    assert [(one.line_id, one.field) for one in saved.conflicts] == [(gone.ligne_id, "removed")]
    assert not edl.lignes.filter(pk=other.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(by=ophis.gestionnaire, photo=gone)
    assert not any(map(default_storage.exists, names))
    edl.lignes.filter(element="Étagère").update(condition="good")
    edl.refresh_from_db()
    edl = sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=edl.version, signatures=signatures())
    for change in (
        photo.delete,
        lambda: type(photo).objects.filter(pk=photo.pk).update(sha256="0" * 64),
        lambda: type(photo).objects.create(
            ligne=line, sha256="1" * 64, small_sha256="", width=1, height=1, added_by=ophis.gestionnaire
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(ValidationError, match="ne se modifie plus"):
        add_photo(by=ophis.gestionnaire, edl=edl, line_id=line.pk, upload=shot("blue"))
    assert b"/Image" in pdf_of(edl.document)
    client.force_login(ophis.gestionnaire)
    answer = client.get(photo.get_absolute_url())
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("no-store, private", "nosniff")
    client.force_login(UserFactory(role="gestionnaire", residence=ResidenceFactory()))
    assert client.get(photo.get_absolute_url()).status_code == 404


def test_the_paper_shows_the_photos_as_they_were_signed(ophis, contrat):
    edl = filled(ophis, contrat)
    photo = add_photo(by=ophis.gestionnaire, edl=edl, line_id=edl.lignes.last().pk, upload=shot())
    edl.refresh_from_db()
    edl = sign_etat_des_lieux(by=ophis.gestionnaire, edl=edl, version=edl.version, signatures=signatures())
    with default_storage.open(photo.small.name, "wb") as file:
        file.write(b"another")
    with pytest.raises(ResourceRefusedError):
        pdf_of(edl.document)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "vide", id="empty"),
        pytest.param(b"%PDF-1.7 " + b"x" * 50, "pas une photo", id="a PDF"),
        pytest.param(b"\xff\xd8\xff" + b"<script>" * 50, "illisible", id="only looks like one"),
        pytest.param(b"\xff\xd8\xff%PDF-1.7", "pas une photo", id="two faces"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20, "HEIC", id="HEIC"),
    ],
)
def test_what_is_no_photo_says_so(client, ophis, contrat, content, said):
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    client.force_login(ophis.vie_residentielle)
    answer = client.post(
        reverse("logement:etat_des_lieux_photo_add", args=[edl.pk]),
        {"line": edl.lignes.first().pk, "photo": SimpleUploadedFile("IMG.JPG", content)},
    )
    assert said in str(answer.json()["errors"])


# As it is typed


def test_what_is_typed_is_written_as_it_goes(client, ophis, contrat):
    """A part of the page at a time: what was stored is told, two devices are told of one another, nothing is lost."""
    edl = create_etat_des_lieux(by=ophis.vie_residentielle, contrat=contrat, kind=Kind.ENTRY)
    client.force_login(ophis.vie_residentielle)
    url = reverse("logement:etat_des_lieux_save", args=[edl.pk])
    line = edl.lignes.filter(is_key=False).first()
    group = f"l{line.pk}"
    typed = {f"{group}-room": line.room, f"{group}-element": line.element, f"{group}-comment": "rayé"}
    answer = client.post(url, typed).json()
    assert answer["bases"][group]["comment"] == "rayé"
    assert (answer["conflicts"], answer["added"], answer["gone"]) == ([], [], [])
    # The same again, its answer lost on the way: nothing to choose.
    assert client.post(url, typed).json()["conflicts"] == []
    # Another device, which had read the empty line.
    answer = client.post(url, typed | {f"{group}-comment": "éclat", f"{group}-condition": "worn"}).json()
    assert [(one["name"], one["mine"], one["theirs"]) for one in answer["conflicts"]] == [
        (f"{group}-comment", "éclat", "rayé")
    ]
    line.refresh_from_db()
    assert (line.comment, line.condition) == ("rayé", "worn")
    # « Mine, knowingly », and a new line.
    answer = client.post(url, typed | {f"{group}-comment": "éclat", f"{group}-base_comment": "rayé"}).json()
    assert answer["bases"][group]["comment"] == "éclat"
    answer = client.post(url, {"n0-room": "Cuisine", "n0-element": "Buffet", "n0-is_personal": "on"}).json()
    assert answer["added"][0]["room"] == "cuisine"
    assert 'data-element="Buffet"' in answer["added"][0]["html"]
    answer = client.post(url, typed | {f"{group}-quantity": "1000"}).json()
    assert list(answer["errors"]) == [f"{group}-quantity"]
    answer = client.post(url, typed | {f"{group}-removed": "on"}).json()
    assert answer["gone"] == [line.pk]
    cancel_etat_des_lieux(by=ophis.gestionnaire, edl=edl)
    answer = client.post(url, typed)
    assert (answer.status_code, answer.json()["is_sealed"]) == (409, True)


# A signature that is missing


def test_the_resident_may_refuse_or_not_come_and_it_is_written(client, ophis, contrat):
    edl = filled(ophis, contrat)
    client.force_login(ophis.vie_residentielle)
    url = reverse("logement:etat_des_lieux_sign", args=[edl.pk])
    given = {
        "version": edl.version,
        "resident_name": "Awa Diallo",
        "resident_absence": "refused",
        "manager_name": "Camille",
        "manager_image": drawing(),
    }
    assert "dans quelles circonstances" in client.post(url, given).content.decode()
    given["resident_absence_reason"] = "Conteste l’état du sol ; copie envoyée le jour même."
    assert client.post(url, given).status_code == 302
    edl.refresh_from_db()
    assert edl.status == Status.SIGNED
    assert edl.document.data["is_joint"] is False
    assert edl.signatures.get(signer=Signer.RESIDENT).absence == "refused"
    with pytest.raises(IntegrityError), transaction.atomic():
        edl.signatures.create(signer=Signer.MANAGER, name="Camille", absence="absent", absence_reason="x")


# Two at once


@pytest.mark.django_db(transaction=True)
def test_who_changes_a_line_while_another_seals_waits_then_is_refused(ophis, contrat):
    edl = filled(ophis, contrat)
    refused, begun = [], threading.Event()

    def change():
        try:
            begun.set()
            edl.lignes.create(room="Cuisine", element="Four")
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        sign_etat_des_lieux(by=ophis.vie_residentielle, edl=edl, version=edl.version, signatures=signatures())
        other = threading.Thread(target=change)
        other.start()
        begun.wait(5)
        other.join(0.5)
        assert other.is_alive(), "the change waits for the seal"
    other.join(10)
    assert "ne se modifie pas" in refused[0]
    assert not edl.lignes.filter(element="Four").exists()
