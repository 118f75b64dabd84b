"""Privacy at work: the sheet given, what people agree to, their own file without the others."""

import datetime
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from accompagnement.actions.vie_privee import (
    answer_demande,
    close_demande,
    extend_demande,
    give_information,
    give_notes,
    issue_file,
    receive_demande,
    record_consent,
    review_note,
    withdraw_consent,
)
from accompagnement.models import Consentement, DemandeAcces, InformationRgpd
from accompagnement.queries.vie_privee import undecided
from residence.actions.documents import pdf_of
from residence.models import Echeance, EntreeJournal, ModeleDocument, Referent
from residence.models.base import today
from residence.permissions import Cause, Role
from residence.rules.dates import add_months
from tests.factories import DossierFactory, MenageFactory, NoteFactory, PersonneFactory, ResidenceFactory, UserFactory
from tests.kept import kept
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Here:
    """A mother and her son, their file, three notes."""

    def __init__(self):
        self.residence = ResidenceFactory(name="Résidence d’ici")
        self.nadia = UserFactory(role=Role.COORDINATRICE, residence=self.residence, last_name="Benali")
        self.claire = UserFactory(role=Role.COORDINATRICE, residence=self.residence, last_name="Fontaine")
        self.menage = MenageFactory(name="ALPHA Awa", attached=(self.residence, Cause.SEJOUR))
        self.dossier = DossierFactory(menage=self.menage, residence=self.residence)
        Referent.objects.create(menage=self.menage, residence=self.residence, user=self.nadia)
        self.awa = self.menage.membres.get().personne
        self.son = PersonneFactory(last_name="ALPHA", first_names="Moussa")
        self.menage.membres.create(personne=self.son, tie="child", start_on=datetime.date(2020, 1, 1))
        write = {"dossier": self.dossier, "author": self.nadia}
        self.first = NoteFactory(text="Moussa entre à l’école, Awa cherche un travail.", **write)
        self.second = NoteFactory(text="La voisine Brigitte se plaint d’Awa.", **write)
        self.kept = NoteFactory(text="Awa confie sa peur.", level="referents", **write)
        self.dossier.objectifs.create(
            theme="emploi", words="Travailler pendant que Moussa est à l’école", opened_on=today(), opened_by=self.nadia
        )

    def asks(self, **more):
        given = {"personne": self.awa, "received_on": today(), "identity": "connue de l’équipe"}
        return receive_demande(by=self.nadia, menage=self.menage, residence=self.residence, **given | more)


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with kept(django_db_blocker) as keep:
        yield keep(Here())


def due():
    return list(Echeance.objects.open().filter(kind="acces.answer").values_list("due_on", "user_id"))


def test_the_sheet_is_given_in_its_version_and_consents_are_dated(here):
    about = {"by": here.nadia, "menage": here.menage, "residence": here.residence}
    (sheet,) = give_information(**about, personnes=[here.awa], given_on=today())
    assert give_information(**about, personnes=[here.awa], given_on=today()) == [sheet]
    assert (sheet.version, sheet.document.data["name"]) == (0, str(here.awa))
    own = {"droits": "Demandez à Nadia."}
    ModeleDocument.objects.create(residence=here.residence, kind="information_rgpd", version=3, texts=own)
    newer = give_information(**about, personnes=[here.awa, here.son], given_on=today())
    assert [one.version for one in newer] == [3, 3]
    assert "Demandez à Nadia." in PdfReader(io.BytesIO(pdf_of(newer[0].document))).pages[0].extract_text()
    assert InformationRgpd.objects.count() == 3

    agreed = {"purpose": "partage", "kind": "written", "given_on": today()}
    with pytest.raises(ValidationError, match="ne fait pas partie"):
        record_consent(**about, personne=PersonneFactory(), **agreed)
    consent = record_consent(**about, personne=here.awa, **agreed)
    assert consent.version == 3
    with pytest.raises(ValidationError, match="déjà donné cet accord"):
        record_consent(**about, personne=here.awa, **agreed)
    withdraw_consent(by=here.nadia, consentement=consent)
    record_consent(**about, personne=here.awa, **agreed)
    assert Consentement.objects.filter(personne=here.awa, withdrawn_on=None).count() == 1
    acts = EntreeJournal.objects.filter(action__startswith="consentement.")
    assert sorted(acts.values_list("action", flat=True)) == ["consentement.record"] * 2 + ["consentement.withdraw"]


def test_a_file_is_reviewed_issued_and_given_within_its_month(here):
    demande = here.asks()
    assert due() == [(add_months(today(), 1), here.nadia.pk)]
    with pytest.raises(ValidationError, match="déjà en cours"):
        here.asks()
    extend_demande(by=here.nadia, demande=demande, reason="Trois ans de suivi")
    assert due() == [(add_months(today(), 3), here.nadia.pk)]
    with pytest.raises(ValidationError, match="3 notes à relire"):
        issue_file(by=here.nadia, demande=demande)
    with pytest.raises(ValidationError, match="Éditez d’abord"):
        answer_demande(by=here.nadia, demande=demande, answered_on=today())
    assert give_notes(by=here.nadia, demande=demande, notes=[here.first]) == 1
    with pytest.raises(ValidationError, match="dit pourquoi"):
        review_note(by=here.nadia, demande=demande, note=here.second, choice="kept")
    review_note(by=here.nadia, demande=demande, note=here.second, choice="kept", reason="Concerne une voisine")
    masked = "Awa confie [passage masqué]."
    review_note(by=here.nadia, demande=demande, note=here.kept, choice="masked", text=masked)
    assert not undecided(demande).exists()
    document = issue_file(by=here.nadia, demande=demande)
    assert issue_file(by=here.nadia, demande=demande) == document
    with pytest.raises(ValidationError, match="il ne change plus"):
        review_note(by=here.nadia, demande=demande, note=here.first, choice="given")
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(document))).pages)
    for word in (
        "Awa cherche un travail",
        masked,
        "Travailler pendant que",
        "Concerne une voisine",
        "1 autre personne",
    ):
        assert word in " ".join(text.split()).replace("\u00a0", " "), word
    for word in ("Moussa", "Brigitte", "sa peur", "Benali"):
        assert word not in text, word
    answer_demande(by=here.nadia, demande=demande, answered_on=today())
    assert due() == []
    with pytest.raises(ValidationError, match="close depuis"):
        close_demande(by=here.nadia, demande=demande, reason="Non")
    # The son is not told what the mother wants, nor her housing request.
    other = here.asks(personne=here.son)
    for note in (here.first, here.second, here.kept):
        review_note(by=here.nadia, demande=other, note=note, choice="kept", reason="Concerne sa mère")
    titles = [one["title"] for one in issue_file(by=here.nadia, demande=other).data["sections"]]
    assert "Votre projet" not in titles
    close_demande(by=here.nadia, demande=other, reason="Y renonce")


def test_pages_of_privacy(here):
    """From the sheet to the file given; the colleague does not read what is kept to the referent."""
    client = signed_in(here.nadia)
    day = f"{today():%d/%m/%Y}"

    def url(name, *args):
        return reverse(f"accompagnement:{name}", args=args)

    def post(page, *args, **data):
        return client.post(url(page, *args), data)

    menage = here.menage.pk
    assert post("information_give", menage, given_on=day).status_code == 200
    assert post("information_give", menage, given_on=day, personnes=[here.awa.pk]).status_code == 302
    agreed = {"personne": here.awa.pk, "purpose": "image", "kind": "oral", "given_on": day}
    assert post("consentement_record", menage, **agreed).status_code == 302
    page = client.get(url("vie_privee_detail", menage)).content.decode()
    assert "fiche remise" in page
    assert "fiche à remettre" in page  # to the son
    assert post("consentement_withdraw", Consentement.objects.get().pk).status_code == 302
    key = str(uuid.uuid4())
    asked = {"personne": here.awa.pk, "received_on": day, "identity": "connue", "form_key": key}
    assert post("acces_receive", menage, **asked | {"identity": ""}).status_code == 200
    assert post("acces_receive", menage, **asked).status_code == 302
    demande = DemandeAcces.objects.get()
    review = client.get(demande.get_absolute_url()).content.decode()
    assert "[une autre personne] entre à l’école" in review
    assert "sa peur" not in review
    colleague = signed_in(here.claire).get(demande.get_absolute_url()).content.decode()
    assert "1 note est réservée" in colleague.replace("\u00a0", " ")
    assert signed_in(here.claire).get(url("acces_note", demande.pk, here.kept.pk)).status_code == 404
    notes = [here.first.pk, here.second.pk, here.kept.pk]
    assert post("acces_give", demande.pk, note=notes).status_code == 302
    assert list(undecided(demande)) == [here.kept]  # one by one
    assert "sa peur" in client.get(url("acces_note", demande.pk, here.kept.pk)).content.decode()
    assert post("acces_note", demande.pk, here.kept.pk, choice="masked", text="").status_code == 200
    assert post("acces_note", demande.pk, here.kept.pk, choice="kept", reason="Pas fini").status_code == 302
    assert post("acces_issue", demande.pk).status_code == 302
    assert post("acces_deliver", demande.pk, answered_on=day).status_code == 302
    demande.refresh_from_db()
    assert client.get(demande.document.get_absolute_url()).content.startswith(b"%PDF")
    assert "remis" in client.get(url("vie_privee_detail", menage)).content.decode()
    gestionnaire = signed_in(UserFactory(role=Role.GESTIONNAIRE, residence=here.residence))
    seen = gestionnaire.get(url("vie_privee_detail", menage)).content.decode()
    assert "fiche remise" in seen
    assert "Dossiers demandés" not in seen
    assert gestionnaire.get(demande.document.get_absolute_url()).status_code == 404
