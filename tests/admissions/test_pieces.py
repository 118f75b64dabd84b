"""The pieces of a file: received, missing, expired, with the file itself, a download for who may open it."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from admissions.actions.entretiens import PieceInput
from admissions.actions.orientations import record_piece
from admissions.models import PieceCandidature
from admissions.queries.completude import pieces_of
from residence.duties import rebuild_duties, refresh_duties
from residence.models import Echeance, EntreeJournal, PieceJointe
from residence.models.base import today
from residence.permissions import Role
from residence.uploads import clean_upload
from tests.admissions.conftest import fresh
from tests.admissions.test_pages import read, url
from tests.admissions.test_way import interview
from tests.factories import ResidenceFactory, UserFactory
from tests.residence.test_uploads import pdf
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(dispositif):
    return dispositif.pieces.get(is_mandatory=True)


def scan(name="Carte d’identité.pdf", content=None):
    return SimpleUploadedFile(name, pdf() if content is None else content, content_type="application/pdf")


def state(orientation, piece):
    return next(one for one in pieces_of(fresh(orientation)) if one.piece == piece)


def test_a_file_comes_with_the_piece_and_says_that_it_is_received(enter, nadia, asked):
    orientation = enter()
    assert state(orientation, asked).badge.word == "manque"

    answer = signed_in(nadia).post(
        url("piece_record", orientation.pk, asked.pk),
        {"received_on": f"{today():%d/%m/%Y}", "upload": scan()},
    )

    assert answer.status_code == 302
    found = state(orientation, asked)
    assert found.badge.word == "reçue"
    assert found.attached == PieceCandidature.objects.get(piece=asked).file
    assert (found.attached.name, found.attached.piece_requise) == ("Carte d’identité.pdf", asked)
    assert set(EntreeJournal.objects.filter(action__in=["piece.add", "piece.record"]).values_list("action")) == {
        ("piece.add",),
        ("piece.record",),
    }


def test_a_file_alone_is_received_today(enter, nadia, asked):
    orientation = enter()
    signed_in(nadia).post(url("piece_record", orientation.pk, asked.pk), {"upload": scan()})
    assert PieceCandidature.objects.get(piece=asked).received_on == today()


def test_the_same_file_twice_is_kept_once(enter, nadia, asked):
    orientation, content = enter(), pdf()
    for _ in range(2):
        signed_in(nadia).post(url("piece_record", orientation.pk, asked.pk), {"upload": scan(content=content)})
    assert PieceJointe.objects.count() == 1


def test_a_file_that_is_not_one_is_refused_at_its_field_and_writes_nothing(enter, nadia, asked):
    orientation = enter()
    shown = signed_in(nadia).post(
        url("piece_record", orientation.pk, asked.pk),
        {"received_on": f"{today():%d/%m/%Y}", "upload": scan(content=b"MZ programme")},
    )
    assert "Ce fichier n’est pas un PDF, JPEG ou PNG" in shown.content.decode()
    assert state(orientation, asked).badge.word == "manque"
    assert not PieceJointe.objects.exists()


def test_a_piece_refused_for_its_day_keeps_no_file(enter, nadia, asked):
    orientation = enter()
    tomorrow = today() + datetime.timedelta(days=1)
    signed_in(nadia).post(
        url("piece_record", orientation.pk, asked.pk), {"received_on": f"{tomorrow:%d/%m/%Y}", "upload": scan()}
    )
    assert not PieceJointe.objects.exists()


def test_files_are_attached_in_the_page_of_the_interview(enter, nadia, asked):
    orientation = enter()
    sent = interview(orientation) | {f"piece-{asked.pk}-upload": scan()}
    answer = signed_in(nadia).post(url("entretien_record", orientation.pk), sent)
    assert answer.status_code == 302
    shown = read(nadia, "entretien_record", orientation.pk)
    assert reverse("residence:piece_open", args=[PieceJointe.objects.get().pk]) in shown


def test_an_interview_refused_says_that_its_files_are_lost(enter, nadia, asked):
    orientation = enter()
    sent = interview(orientation) | {f"piece-{asked.pk}-upload": scan(), "menage-last_name": ""}
    shown = signed_in(nadia).post(url("entretien_record", orientation.pk), sent).content.decode()
    assert "Les fichiers joints sont à choisir de nouveau." in shown
    assert not PieceJointe.objects.exists()


def test_the_budget_is_asked_for_without_the_files(enter, nadia, asked):
    shown = read(nadia, "entretien_record", enter().pk)
    assert "multipart/form-data" in shown
    assert f"piece-{asked.pk}-upload" in shown.split('hx-params="not ')[1].split('"')[0].split(",")


def test_a_piece_that_ends_before_the_entry_is_a_duty_until_it_is_renewed(enter, hold, nadia, asked):
    """Of who waits: from the first day out of date on, for who held the interview; gone once it is brought again."""
    entry, ends = today() + datetime.timedelta(days=60), today() + datetime.timedelta(days=20)
    orientation = hold(enter(), wished_entry_on=entry)
    record_piece(by=nadia, orientation=orientation, piece=asked, received_on=today(), expires_on=ends)

    def owed():
        rows = Echeance.objects.open().filter(kind="pieces.renew")
        return [(one.user, one.role, one.due_on, one.detail) for one in rows]

    assert not owed()  # nobody waits yet

    type(orientation).objects.filter(pk=orientation.pk).update(status="waiting")
    refresh_duties(fresh(orientation))
    assert owed() == [(nadia, "", ends + datetime.timedelta(days=15), asked.name)]
    assert "Modifier" in read(nadia, "orientation_detail", orientation.pk)

    record_piece(by=nadia, orientation=orientation, piece=asked, received_on=today(), expires_on=entry)
    assert not owed()
    record_piece(by=nadia, orientation=orientation, piece=asked, received_on=today(), expires_on=today())
    nadia.attributions.update(role=Role.GESTIONNAIRE)
    rebuild_duties()
    assert [one[:2] for one in owed()] == [(None, Role.COORDINATRICE)]
    type(orientation).objects.filter(pk=orientation.pk).update(status="closed", closed_reason="erreur")
    rebuild_duties()
    assert not owed()


@pytest.mark.parametrize(("days", "word"), [(0, "reçue"), (1, "périmée")])
def test_a_piece_holds_until_its_last_day(enter, hold, nadia, asked, days, word, time_machine):
    time_machine.move_to(datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC), tick=False)
    orientation = enter()
    clean = clean_upload(scan())
    hold(
        orientation,
        pieces=[
            PieceInput(
                asked, received_on=today(), expires_on=datetime.date(2026, 3, 12), upload=clean, upload_name="ci.pdf"
            )
        ],
    )
    time_machine.move_to(datetime.datetime(2026, 3, 12 + days, 9, tzinfo=datetime.UTC), tick=False)
    assert state(orientation, asked).badge.word == word


def test_a_file_is_opened_by_who_may_as_a_download(enter, nadia, here, asked):
    orientation = enter()
    record_piece(
        by=nadia,
        orientation=orientation,
        piece=asked,
        received_on=today(),
        upload=clean_upload(scan()),
        upload_name="x",
    )
    address = reverse("residence:piece_open", args=[PieceJointe.objects.get().pk])

    answer = signed_in(nadia).get(address)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    for role in (Role.GESTIONNAIRE, Role.VIE_RESIDENTIELLE, Role.COMMISSION, Role.DIRECTION):
        assert signed_in(UserFactory(role=role, residence=here)).get(address).status_code == 403
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
    assert signed_in(stranger).get(address).status_code == 404


def test_a_file_added_from_the_household_s_documents_is_seen_here(enter, nadia, asked):
    orientation = enter()
    signed_in(nadia).post(
        reverse("residence:piece_add", args=[orientation.menage_id]), {"upload": scan(), "piece_requise": asked.pk}
    )
    assert state(orientation, asked).attached == PieceJointe.objects.get()
    assert PieceJointe.objects.get().name in read(nadia, "orientation_detail", orientation.pk)
