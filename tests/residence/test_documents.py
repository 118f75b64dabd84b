"""Issued documents and attachments: opened under the rights of their kind, and by nobody else."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from residence.actions.documents import issue_document
from residence.actions.personnes import mask_menage
from residence.actions.pieces import add_piece
from residence.models import AccesConfidentiel, DocumentKind, EntreeJournal, PieceJointe, PieceRequise
from residence.permissions import Cause, Role
from tests.factories import DispositifFactory, MenageFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in
from tests.world import LETTER

pytestmark = pytest.mark.django_db

Capacity = AccesConfidentiel.Capacity


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


@pytest.fixture
def manager(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def menage(here):
    return MenageFactory(name="DIALLO Awa", attached=(here, Cause.SEJOUR))


def issued(residence, menage, kind=DocumentKind.CONTRAT):
    return issue_document(
        kind=kind,
        residence=residence,
        menage=menage,
        template="pdf/letter.html",
        data={**LETTER, "object": "Votre contrat"},
        by=None,
        on=datetime.date(2026, 3, 2),
    )


def photo():
    made = io.BytesIO()
    Image.new("RGB", (30, 30), "teal").save(made, "JPEG")
    return SimpleUploadedFile("carte d’identité.png", made.getvalue(), content_type="application/x-evil")


def attached(nadia, here, menage):
    return add_piece(by=nadia, menage=menage, residence=here, upload=photo())


def test_a_document_opens_as_a_pdf_twice_the_same(manager, here, menage):
    document = issued(here, menage)
    client = signed_in(manager)

    first, second = client.get(document.get_absolute_url()), client.get(document.get_absolute_url())

    assert first["Content-Type"] == "application/pdf"
    assert first["Content-Disposition"].startswith("inline")
    assert first["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in first["Cache-Control"]
    assert first.content == second.content
    assert "Votre contrat" in PdfReader(io.BytesIO(first.content)).pages[0].extract_text()
    download = client.get(document.get_absolute_url(), {"telecharger": ""})
    assert download["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("role", "kind", "status"),
    [
        (Role.COORDINATRICE, DocumentKind.CONTRAT, 200),
        (Role.VIE_RESIDENTIELLE, DocumentKind.CONTRAT, 404),
        (Role.VIE_RESIDENTIELLE, DocumentKind.ETAT_DES_LIEUX, 200),
        (Role.GESTIONNAIRE, DocumentKind.LETTRE_CANDIDAT, 404),
        (Role.DIRECTION, DocumentKind.LETTRE_CANDIDAT, 200),
        (Role.GESTIONNAIRE, DocumentKind.PROJET, 404),
        (Role.TECHNIQUE, DocumentKind.CONTRAT, 403),
        (Role.COMMISSION, DocumentKind.CONTRAT, 403),
    ],
)
def test_each_kind_has_its_readers(here, menage, role, kind, status):
    document = issued(here, menage, kind)

    assert signed_in(UserFactory(role=role, residence=here)).get(document.get_absolute_url()).status_code == status


def test_a_document_of_another_residence_does_not_exist(here, menage):
    stranger = UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory())

    assert signed_in(stranger).get(issued(here, menage).get_absolute_url()).status_code == 404


def test_the_documents_of_a_confidential_household_open_for_its_readers_and_are_journalled(
    here, nadia, manager, menage
):
    document = issued(here, menage)
    substitute = UserFactory(role=Role.COORDINATRICE, residence=here)
    unnamed = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    mask_menage(
        by=nadia,
        menage=menage,
        residence=here,
        named=[(nadia, Capacity.REFERENT), (manager, Capacity.GESTIONNAIRE), (substitute, Capacity.SUBSTITUTE)],
    )

    assert signed_in(unnamed).get(document.get_absolute_url()).status_code == 404
    assert signed_in(manager).get(document.get_absolute_url()).status_code == 200
    line = EntreeJournal.objects.get(action="confidentiel.read")
    assert (line.by, line.menage, line.residence) == (manager, menage, here)


def test_the_list_shows_what_the_reader_may_open(here, nadia, manager, menage):
    contrat, lettre = issued(here, menage), issued(here, menage, DocumentKind.LETTRE_CANDIDAT)
    attached(nadia, here, menage)
    address = reverse("residence:document_list", args=[menage.pk])

    seen = signed_in(manager).get(address).content.decode()
    assert contrat.get_absolute_url() in seen
    assert lettre.get_absolute_url() not in seen
    assert "carte d’identité" not in seen

    seen = signed_in(nadia).get(address).content.decode()
    assert lettre.get_absolute_url() in seen
    assert "carte d’identité" in seen


# Attachments


def test_a_piece_is_joined_and_downloaded_under_its_true_type(here, nadia, menage):
    client = signed_in(nadia)
    asked = PieceRequise.objects.create(dispositif=DispositifFactory(residence=here), name="Pièce d’identité")
    address = reverse("residence:piece_add", args=[menage.pk])
    assert client.get(address).status_code == 200

    data = {"upload": photo(), "piece_requise": asked.pk, "expires_on": "12/3/27"}
    assert client.post(address, data).status_code == 302

    piece = PieceJointe.objects.get()
    assert (piece.name, piece.content_type) == ("carte d’identité.jpg", "image/jpeg")
    assert piece.expires_on == datetime.date(2027, 3, 12)
    assert "carte" not in piece.file.name
    answer = client.get(reverse("residence:piece_open", args=[piece.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(answer.content) == piece.size


def test_the_same_file_sent_twice_is_kept_once(here, nadia, menage):
    assert attached(nadia, here, menage) == attached(nadia, here, menage)


def test_a_file_that_is_refused_says_why_at_the_field(nadia, menage):
    fake = SimpleUploadedFile("carte.pdf", b"MZ program")

    page = signed_in(nadia).post(reverse("residence:piece_add", args=[menage.pk]), {"upload": fake}).content.decode()

    assert "n’est pas un PDF, JPEG ou PNG" in page
    assert not PieceJointe.objects.exists()


def test_a_piece_withdrawn_opens_no_more_and_is_kept(here, nadia, menage):
    piece = attached(nadia, here, menage)
    client = signed_in(nadia)
    address = reverse("residence:piece_withdraw", args=[piece.pk])
    assert client.get(address).status_code == 200

    client.post(address)

    piece.refresh_from_db()
    assert piece.withdrawn_by == nadia
    assert piece.file.storage.exists(piece.file.name)
    assert client.get(reverse("residence:piece_open", args=[piece.pk])).status_code == 404
    assert EntreeJournal.objects.filter(action="piece.withdraw", residence=here).exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.GESTIONNAIRE, 403), (Role.VIE_RESIDENTIELLE, 403), (Role.DIRECTION, 403), (Role.COORDINATRICE, 200)],
)
def test_pieces_are_the_coordinatrices(here, nadia, menage, role, status):
    piece = attached(nadia, here, menage)
    client = signed_in(UserFactory(role=role, residence=here))

    assert client.get(reverse("residence:piece_open", args=[piece.pk])).status_code == status
    assert client.get(reverse("residence:piece_add", args=[menage.pk])).status_code == status


def test_a_piece_of_another_residence_does_not_exist(here, nadia, menage):
    piece = attached(nadia, here, menage)
    stranger = signed_in(UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory()))

    for name in ("piece_open", "piece_withdraw"):
        assert stranger.get(reverse(f"residence:{name}", args=[piece.pk])).status_code == 404
    assert stranger.get(reverse("residence:piece_add", args=[menage.pk])).status_code == 404
