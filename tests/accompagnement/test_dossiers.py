"""The social file: opened, handed over, closed, taken up again; who reads it."""

import datetime
import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accompagnement.actions.dossiers import (
    close_dossier,
    continue_dossier,
    name_referent,
    open_dossier,
    reopen_dossier,
)
from accompagnement.models import DossierSocial, EtapeDossier
from residence.models import Echeance, EntreeJournal, Menage, Rattachement, Referent
from residence.models.base import today
from residence.permissions import Cause, Role
from tests.factories import (
    ContratFactory,
    DossierFactory,
    MenageFactory,
    NoteFactory,
    ResidenceFactory,
    SejourFactory,
    UserFactory,
)
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def detail(dossier):
    return reverse("accompagnement:dossier_detail", args=[dossier.pk])


def open_duties(dossier):
    return set(Echeance.objects.open().filter(menage=dossier.menage).values_list("kind", flat=True))


def test_opening_attaches_the_household_and_asks_for_a_referent(here, nadia):
    menage = MenageFactory()

    dossier = open_dossier(by=nadia, menage=menage, residence=here)

    assert Rattachement.objects.filter(menage=menage, residence=here, cause=Cause.SUIVI, end_on=None).exists()
    assert open_duties(dossier) == {"dossier.name_referent"}
    assert EntreeJournal.objects.filter(action="dossier.open", menage=menage, by=nadia).exists()


def test_opening_twice_gives_the_same_file(here, nadia):
    menage = MenageFactory()

    first = open_dossier(by=nadia, menage=menage, residence=here, referent=nadia)
    second = open_dossier(by=nadia, menage=menage, residence=here)

    assert first == second
    assert open_duties(first) == set()


def test_the_database_refuses_two_open_files(dossier):
    with pytest.raises(IntegrityError), transaction.atomic():
        DossierSocial.objects.create(menage=dossier.menage, residence=dossier.residence, opened_on=today())


def test_a_referent_replaced_stops_on_the_eve(here, nadia, claire, dossier):
    name_referent(by=nadia, menage=dossier.menage, residence=here, kind=Referent.Kind.SOCIAL, user=claire)

    before, after = Referent.objects.filter(menage=dossier.menage).order_by("start_on")
    assert (before.user, before.end_on) == (nadia, today() - datetime.timedelta(days=1))
    assert (after.user, after.end_on) == (claire, None)


def test_a_referent_must_be_able_to_open_the_file(here, nadia, dossier):
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)

    with pytest.raises(ValidationError, match="n’ouvre pas les dossiers sociaux"):
        name_referent(by=nadia, menage=dossier.menage, residence=here, kind=Referent.Kind.SOCIAL, user=manager)


def test_a_file_is_closed_with_its_reason_and_opened_again_with_its_history(nadia, dossier):
    close_dossier(by=nadia, dossier=dossier, reason="Relogement")
    dossier.refresh_from_db()
    assert (dossier.closed_on, dossier.closed_reason) == (today(), "Relogement")
    assert not Rattachement.objects.filter(menage=dossier.menage, cause=Cause.SUIVI, end_on=None).exists()

    reopen_dossier(by=nadia, dossier=dossier, reason="Retour dans la résidence")
    dossier.refresh_from_db()
    assert dossier.is_open
    assert [stage.kind for stage in dossier.etapes.all()] == [EtapeDossier.Kind.CLOSED, EtapeDossier.Kind.REOPENED]
    assert Rattachement.objects.filter(menage=dossier.menage, cause=Cause.SUIVI, end_on=None).exists()


def test_closing_twice_says_so(nadia, dossier):
    close_dossier(by=nadia, dossier=dossier, reason="Relogement")

    with pytest.raises(ValidationError, match="Quelqu’un est passé avant vous"):
        close_dossier(by=nadia, dossier=dossier, reason="Relogement")


def test_the_support_goes_on_after_the_stay(here, nadia):
    sejour = SejourFactory(residence=here, ended_on=datetime.date(2025, 9, 30))
    dossier = open_dossier(by=nadia, menage=sejour.menage, residence=here, sejour=sejour, referent=nadia)
    assert "dossier.to_close" in open_duties(dossier)

    continue_dossier(by=nadia, dossier=dossier)

    assert "dossier.to_close" not in open_duties(dossier)


def test_the_first_meeting_is_due_within_the_days_of_the_dispositif(here, nadia):
    contrat = ContratFactory(sejour=SejourFactory(residence=here))
    dossier = open_dossier(
        by=nadia, menage=contrat.sejour.menage, residence=here, sejour=contrat.sejour, referent=nadia
    )

    duty = Echeance.objects.open().get(kind="dossier.first_meeting", menage=dossier.menage)

    assert duty.user == nadia
    assert duty.due_on == contrat.sejour.start_on + datetime.timedelta(days=30)


# Pages


def test_the_page_of_a_file_shows_its_notes_and_what_to_know_first(nadia, dossier):
    dossier.pinned_note = "Appeler avant de passer."
    dossier.save()
    NoteFactory(dossier=dossier, author=nadia, text="Ouverture de droits à la CSS.", themes=["sante"])

    page = signed_in(nadia).get(detail(dossier)).content.decode()

    assert "Appeler avant de passer." in page
    assert "Ouverture de droits à la CSS." in page
    assert "Entretien avec Nadia Benali" in page


def test_notes_are_filtered_by_theme(nadia, dossier):
    NoteFactory(dossier=dossier, author=nadia, text="Parlons budget.", themes=["budget"])
    NoteFactory(dossier=dossier, author=nadia, text="Parlons santé.", themes=["sante"])

    page = signed_in(nadia).get(detail(dossier), {"theme": "budget"}).content.decode()

    assert "Parlons budget." in page
    assert "Parlons santé." not in page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATRICE])
def test_other_roles_are_refused(here, dossier, role):
    assert signed_in(UserFactory(role=role, residence=here)).get(detail(dossier)).status_code == 403


def test_a_file_of_another_residence_does_not_exist(dossier):
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())

    for name in (
        "dossier_detail",
        "dossier_print",
        "dossier_close",
        "dossier_reopen",
        "dossier_pin",
        "dossier_referents",
        "note_write",
    ):
        address = reverse(f"accompagnement:{name}", args=[dossier.pk])
        assert signed_in(stranger).get(address).status_code == 404


def test_my_files_are_those_that_i_follow(here, nadia, claire, dossier):
    other = DossierFactory(residence=here)
    Referent.objects.create(menage=other.menage, residence=here, user=claire)
    alone = DossierFactory(residence=here)
    client = signed_in(nadia)

    def shown(**query):
        return client.get(reverse("accompagnement:dossier_list"), query).content.decode()

    assert str(dossier.menage) in shown()
    assert str(other.menage) not in shown()
    assert str(other.menage) in shown(referent="tous")
    assert str(alone.menage) in shown(referent="aucun")
    assert str(dossier.menage) not in shown(referent="aucun")
    assert str(other.menage) in shown(referent=claire.pk)
    assert str(other.menage) in shown(referent="tous", q=str(other.menage).split(" ")[0].lower())


def test_the_list_asks_as_much_for_thirty_files_as_for_three(here, nadia):
    client = signed_in(nadia)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("accompagnement:dossier_list"), {"referent": "tous"}).status_code == 200
        return len(asked)

    DossierFactory.create_batch(3, residence=here)
    queries()
    few = queries()
    DossierFactory.create_batch(27, residence=here)
    assert queries() == few


def test_the_page_asks_as_much_for_thirty_notes_as_for_three(nadia, dossier):
    client = signed_in(nadia)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(detail(dossier)).status_code == 200
        return len(asked)

    NoteFactory.create_batch(3, dossier=dossier)
    queries()
    few = queries()
    NoteFactory.create_batch(27, dossier=dossier)
    assert queries() == few


def test_a_file_opens_from_the_page_of_a_household(here, nadia):
    menage = MenageFactory(attached=(here, Cause.CANDIDATURE))
    client = signed_in(nadia)
    address = reverse("accompagnement:dossier_open", args=[menage.pk])
    assert client.get(address).status_code == 200

    answer = client.post(address, {"residence": here.pk, "on": f"{today():%d/%m/%Y}", "referent": nadia.pk})

    dossier = DossierSocial.objects.get(menage=menage)
    assert answer.url == dossier.get_absolute_url()
    assert Referent.objects.get(menage=menage).user == nadia


def test_a_file_opens_for_somebody_who_lives_elsewhere_once(here, nadia):
    client = signed_in(nadia)
    address = reverse("accompagnement:dossier_create")
    data = {
        "civility": "madame",
        "last_name": "Petit",
        "first_names": "Rose",
        "birth": "3/2/61",
        "residence": here.pk,
        "on": f"{today():%d/%m/%Y}",
        "form_key": str(uuid.uuid4()),
    }

    first, second = client.post(address, data), client.post(address, data)

    assert first.url == second.url
    menage = Menage.objects.get(name="PETIT Rose")
    assert menage.personnes.get().born_on == datetime.date(1961, 2, 3)
    assert client.get(first.url).status_code == 200


def test_closing_is_refused_before_the_opening_and_keeps_what_was_typed(nadia, dossier):
    address = reverse("accompagnement:dossier_close", args=[dossier.pk])

    answer = signed_in(nadia).post(address, {"reason": "Relogement", "on": "01/01/2020"})

    assert "Le dossier est ouvert depuis le" in answer.content.decode()
    assert "Relogement" in answer.content.decode()


def test_a_phrase_pinned_meanwhile_is_not_lost(nadia, dossier):
    client = signed_in(nadia)
    address = reverse("accompagnement:dossier_pin", args=[dossier.pk])
    dossier.pinned_note = "Écrit par Claire."
    dossier.save()

    stale = client.post(address, {"text": "Écrit par Nadia.", "seen": ""}).content.decode()
    assert "Écrit par Claire." in stale
    assert "Écrit par Nadia." in stale

    client.post(address, {"text": "Écrit par Nadia.", "seen": "Écrit par Claire."})
    dossier.refresh_from_db()
    assert dossier.pinned_note == "Écrit par Nadia."


def test_the_print_leaves_out_what_is_kept_to_the_referents(nadia, dossier):
    NoteFactory(dossier=dossier, author=nadia, text="Pour tous.")
    NoteFactory(dossier=dossier, author=nadia, text="Pour nous deux.", level="referents")

    printed = signed_in(nadia).get(reverse("accompagnement:dossier_print", args=[dossier.pk]))
    page = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(printed.content)).pages)

    assert "Pour tous." in page
    assert "Pour nous deux." not in page


def test_referents_are_changed_on_one_page(nadia, claire, dossier):
    address = reverse("accompagnement:dossier_referents", args=[dossier.pk])
    client = signed_in(nadia)
    assert client.get(address).status_code == 200

    answer = client.post(address, {"social": claire.pk, "substitute": nadia.pk, "on": f"{today():%d/%m/%Y}"})

    assert answer.status_code == 302
    present = {one.kind: one.user for one in Referent.objects.in_force().filter(menage=dossier.menage)}
    assert present == {"social": claire, "substitute": nadia}
