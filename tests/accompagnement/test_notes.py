"""The notes of a social file: written once, put right, kept to whom they are meant for."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accompagnement.actions.dossiers import close_dossier, name_referent
from accompagnement.actions.notes import NoteChanged, correct_note, finish_next_step, write_note
from accompagnement.models import BrouillonNote, NoteSociale
from residence.models import Echeance, EntreeJournal, Referent
from residence.models.base import today
from residence.permissions import Role
from residence.queries.accueil import duties_about
from tests.factories import DelegationFactory, NoteFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SECRET = "Mot réservé zibeline"


def typed(**changes):
    """A note as the form sends it."""
    return {
        "kind": "entretien",
        "held_on": f"{today():%d/%m/%Y}",
        "minutes": "45",
        "themes": ["budget"],
        "text": "Dossier de surendettement relu ensemble.",
        "next_step": "Appeler la Banque de France",
        "next_step_on": f"{today() + 10 * DAY:%d/%m/%Y}",
        "level": "team",
        "mission": "",
        "form_key": str(uuid.uuid4()),
        **changes,
    }


def write(dossier):
    return reverse("accompagnement:note_write", args=[dossier.pk])


def test_a_note_is_written_with_its_next_step_as_a_duty(nadia, dossier):
    answer = signed_in(nadia).post(write(dossier), typed())

    assert answer.url == dossier.get_absolute_url()
    note = NoteSociale.objects.get()
    assert (note.author, note.minutes, note.themes) == (nadia, 45, ["budget"])
    duty = Echeance.objects.open().get(kind="note.next_step")
    assert (duty.user, duty.due_on, duty.detail) == (nadia, today() + 10 * DAY, "")
    assert [one.detail for one in duties_about(nadia, dossier.menage) if one.what == "Donner suite à une note"] == [
        "Appeler la Banque de France"
    ]
    line = EntreeJournal.objects.get(action="note.write")
    assert "surendettement" not in str(line.details)


def test_the_same_form_sent_twice_writes_one_note(nadia, dossier):
    client, data = signed_in(nadia), typed()

    assert client.post(write(dossier), data).url == client.post(write(dossier), data).url
    assert NoteSociale.objects.count() == 1


def test_two_people_writing_at_once_both_keep_their_note(nadia, claire, dossier):
    signed_in(nadia).post(write(dossier), typed(text="Vu par Nadia."))
    signed_in(claire).post(write(dossier), typed(text="Vu par Claire."))

    page = signed_in(nadia).get(dossier.get_absolute_url()).content.decode()
    assert "Vu par Nadia." in page
    assert "Vu par Claire." in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"text": ""}, "obligatoire", id="no text"),
        pytest.param({"held_on": f"{today() + DAY:%d/%m/%Y}"}, "à venir", id="in the future"),
        pytest.param({"next_step": ""}, "quelle suite donner", id="a date for nothing"),
        pytest.param({"themes": ["magie"]}, "magie", id="unknown theme"),
        pytest.param({"held_on": "31/02/2026"}, "valide", id="no such day"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(nadia, dossier, changes, said):
    page = signed_in(nadia).post(write(dossier), typed(**changes)).content.decode()

    assert said in page
    assert "Appeler la Banque de France" in page or changes.get("next_step") == ""
    assert not NoteSociale.objects.exists()


def test_a_closed_file_is_not_written_in(nadia, dossier):
    close_dossier(by=nadia, dossier=dossier, reason="Relogement")

    signed_in(nadia).post(write(dossier), typed())

    assert not NoteSociale.objects.exists()


def test_the_database_wants_words_with_the_date_of_a_next_step(dossier):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteFactory(dossier=dossier, next_step="", next_step_on=today())


def test_taking_the_next_step_settles_the_duty(nadia, dossier):
    signed_in(nadia).post(write(dossier), typed())
    note = NoteSociale.objects.get()

    signed_in(nadia).post(reverse("accompagnement:note_finish_next_step", args=[note.pk]))

    note.refresh_from_db()
    assert (note.next_step_done_on, note.next_step_done_by) == (today(), nadia)
    assert not Echeance.objects.open().filter(kind="note.next_step").exists()


# Corrections


def test_a_correction_is_a_new_note_and_keeps_the_old_one(nadia, dossier):
    note = NoteFactory(dossier=dossier, author=nadia, text="Rendez-vous le 12.")
    client = signed_in(nadia)
    address = reverse("accompagnement:note_correct", args=[note.pk])
    assert "Rendez-vous le 12." in client.get(address).content.decode()

    answer = client.post(address, typed(text="Rendez-vous le 13.", version=note.pk))

    corrected = NoteSociale.objects.current().get()
    assert answer.url == reverse("accompagnement:note_detail", args=[corrected.pk])
    assert (corrected.text, corrected.replaces) == ("Rendez-vous le 13.", note)
    page = client.get(answer.url).content.decode()
    assert "Rendez-vous le 12." in page
    assert "Rendez-vous le 12." not in client.get(dossier.get_absolute_url()).content.decode()
    assert client.get(reverse("accompagnement:note_detail", args=[note.pk])).url == answer.url


def test_a_note_corrected_meanwhile_shows_both_texts_and_loses_none(nadia, dossier):
    note = NoteFactory(dossier=dossier, author=nadia, text="Première version.")
    client = signed_in(nadia)
    address = reverse("accompagnement:note_correct", args=[note.pk])
    middle = correct_note(by=nadia, note=note, kind="entretien", held_on=today(), text="Écrite ailleurs.")

    stale = client.post(address, typed(text="Écrite ici.", version=note.pk))

    page = stale.content.decode()
    assert stale.status_code == 200
    assert "Écrite ailleurs." in page
    assert "Écrite ici." in page
    assert NoteSociale.objects.current().get() == middle

    client.post(address, typed(text="Les deux réunies.", version=middle.pk))
    assert NoteSociale.objects.current().get().text == "Les deux réunies."


def test_only_the_last_version_is_corrected(nadia, dossier):
    note = NoteFactory(dossier=dossier, author=nadia)
    correct_note(by=nadia, note=note, kind="entretien", held_on=today(), text="Corrigée.")

    with pytest.raises(NoteChanged):
        correct_note(by=nadia, note=note, kind="entretien", held_on=today(), text="Corrigée encore.")


def test_nobody_corrects_the_note_of_a_colleague(nadia, claire, dossier):
    note = NoteFactory(dossier=dossier, author=nadia, text="De Nadia.")
    client = signed_in(claire)

    client.post(reverse("accompagnement:note_correct", args=[note.pk]), typed(text="De Claire.", version=note.pk))

    assert NoteSociale.objects.current().get().text == "De Nadia."


def test_another_note_is_not_replaced_through_the_address_of_mine(nadia, claire, dossier):
    mine = NoteFactory(dossier=dossier, author=claire, text="De Claire.")
    other = NoteFactory(dossier=dossier, author=nadia, text=SECRET, level="referents")

    answer = signed_in(claire).post(
        reverse("accompagnement:note_correct", args=[mine.pk]), typed(text="Écrasée.", version=other.pk)
    )

    assert answer.status_code == 404
    assert NoteSociale.objects.current().filter(text=SECRET).exists()


# Levels


@pytest.fixture
def kept(nadia, dossier):
    """A note that Nadia keeps to the referents."""
    return NoteFactory(
        dossier=dossier,
        author=nadia,
        text=SECRET,
        level="referents",
        themes=["sante"],
        next_step=SECRET,
        next_step_on=today(),
    )


def test_a_note_kept_to_the_referents_is_not_there_for_a_colleague(claire, dossier, kept):
    client = signed_in(claire)

    for address in (
        dossier.get_absolute_url(),
        reverse("accompagnement:dossier_list") + "?referent=tous",
        reverse("residence:menage_detail", args=[dossier.menage_id]),
        "/",
    ):
        assert SECRET not in client.get(address).content.decode()
    for name in ("note_detail", "note_correct"):
        assert client.get(reverse(f"accompagnement:{name}", args=[kept.pk])).status_code == 404
    assert client.post(reverse("accompagnement:note_finish_next_step", args=[kept.pk])).status_code == 404


def test_reading_a_note_kept_to_the_referents_is_journalled(here, nadia, claire, dossier, kept):
    name_referent(by=nadia, menage=dossier.menage, residence=here, kind=Referent.Kind.SUBSTITUTE, user=claire)
    client = signed_in(claire)

    assert SECRET not in client.get(dossier.get_absolute_url()).content.decode()
    page = client.get(reverse("accompagnement:note_detail", args=[kept.pk])).content.decode()

    assert SECRET in page
    line = EntreeJournal.objects.get(action="note.read")
    assert (line.by, line.target_id, line.kind) == (claire, kept.pk, EntreeJournal.Kind.READING)


def test_who_follows_no_more_reads_no_more(here, nadia, claire, dossier, kept):
    name_referent(by=nadia, menage=dossier.menage, residence=here, kind=Referent.Kind.SUBSTITUTE, user=claire)
    Referent.objects.filter(user=claire).update(start_on=today() - 9 * DAY, end_on=today() - DAY)

    assert signed_in(claire).get(reverse("accompagnement:note_detail", args=[kept.pk])).status_code == 404


def test_the_referent_elsewhere_of_the_same_household_reads_nothing_here(here, claire, dossier, kept):
    elsewhere = ResidenceFactory()
    Referent.objects.create(menage=dossier.menage, residence=elsewhere, user=claire)

    assert signed_in(claire).get(reverse("accompagnement:note_detail", args=[kept.pk])).status_code == 404


def test_a_note_made_stricter_hides_its_older_versions(nadia, claire, dossier):
    note = NoteFactory(dossier=dossier, author=nadia, text=SECRET)
    correct_note(by=nadia, note=note, kind="note", held_on=today(), text="Abrégée.", level="referents")

    client = signed_in(claire)

    assert client.get(reverse("accompagnement:note_detail", args=[note.pk])).status_code == 404
    assert SECRET not in client.get(dossier.get_absolute_url()).content.decode()


def test_a_note_made_wider_keeps_its_older_versions_to_the_referents(nadia, claire, dossier, kept):
    wider = correct_note(by=nadia, note=kept, kind="note", held_on=today(), text="Pour tous.", level="team")

    page = signed_in(claire).get(reverse("accompagnement:note_detail", args=[wider.pk])).content.decode()

    assert "Pour tous." in page
    assert SECRET not in page


# Drafts


def test_a_draft_comes_back_to_its_author_alone(nadia, claire, dossier):
    client = signed_in(nadia)
    keep = reverse("accompagnement:note_draft", args=[dossier.pk])

    saved = client.post(keep, typed(text="Je commençais à", held_on="pas une date"), headers={"HX-Request": "true"})

    assert "Brouillon gardé" in saved.content.decode()
    page = client.get(write(dossier)).content.decode()
    assert "Je commençais à" in page
    assert "pas une date" in page
    for address in (write(dossier), dossier.get_absolute_url()):
        assert "Je commençais à" not in signed_in(claire).get(address).content.decode()


def test_a_draft_goes_when_the_note_is_written_or_thrown_away(nadia, dossier):
    client = signed_in(nadia)
    keep = reverse("accompagnement:note_draft", args=[dossier.pk])
    client.post(keep, typed())
    client.post(write(dossier), typed())
    assert not BrouillonNote.objects.exists()

    client.post(keep, typed())
    assert client.post(keep, {"discard": "1"}).url == write(dossier)
    assert not BrouillonNote.objects.exists()


def test_no_draft_in_a_file_out_of_reach(dossier):
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())

    answer = signed_in(stranger).post(reverse("accompagnement:note_draft", args=[dossier.pk]), typed())

    assert answer.status_code == 404


def test_the_action_refuses_a_day_to_come(nadia, dossier):
    with pytest.raises(ValidationError, match="à venir"):
        write_note(by=nadia, dossier=dossier, text="Demain.", held_on=today() + DAY)


def test_finishing_twice_keeps_the_first_day(nadia, claire, dossier):
    note = NoteFactory(dossier=dossier, author=nadia, next_step="Relancer", next_step_on=today())

    finish_next_step(by=nadia, note=note)
    finish_next_step(by=claire, note=note)

    note.refresh_from_db()
    assert note.next_step_done_by == nadia


def test_a_colleague_who_stands_in_reads_what_the_referent_reads(here, nadia, claire, dossier, kept):
    DelegationFactory(from_user=nadia, to_user=claire, role=Role.COORDINATRICE, residence=here)

    assert SECRET in signed_in(claire).get(reverse("accompagnement:note_detail", args=[kept.pk])).content.decode()
