"""A résidence adapts the wording of its documents: clause by clause, a new version each time."""

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from logement.wording import CONTRAT
from residence.admin.modeles import ADAPTED
from residence.models import EntreeJournal, ModeleDocument
from residence.permissions import Role
from tests.factories import ResidenceFactory, UserFactory
from tests.residence.test_admin import change, changelist, form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return ResidenceFactory(name="Côté Cour", code="cour")


@pytest.fixture
def gestionnaire(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def desk(client, gestionnaire):
    client.force_login(gestionnaire)
    return client


def page(residence, kind="contrat"):
    query = urlencode({"residence": residence.pk, "kind": kind})
    return f"{reverse('admin:residence_modeledocument_add')}?{query}"


def optional():
    return next(clause for clause in CONTRAT if clause.optional)


def required():
    return next(clause for clause in CONTRAT if not clause.optional and clause.text)


def test_first_of_which_document(desk, here):
    ResidenceFactory()
    response = desk.get(reverse("admin:residence_modeledocument_add"))
    ((residence, kinds),) = response.context["choices"]
    assert residence == here
    assert len(kinds) == len(ADAPTED)
    for _, version, url in kinds:
        assert version is None
        assert desk.get(url).status_code == 200


def test_a_version_keeps_what_differs(desk, gestionnaire, here):
    clause = optional()
    data = form_of(desk.get(page(here)), **{f"text_{clause.code}": "Autre texte.\r\n\r\nSecond paragraphe."})
    response = desk.post(page(here), data)
    assert response.status_code == 302, response.context["errors"]
    modele = ModeleDocument.objects.get()
    assert (modele.residence, modele.kind, modele.version, modele.created_by) == (here, "contrat", 1, gestionnaire)
    assert modele.texts == {clause.code: "Autre texte.\n\nSecond paragraphe."}
    assert EntreeJournal.objects.get().action == "modele_document.create"


def test_another_wording_is_another_version(desk, here):
    desk.post(page(here), form_of(desk.get(page(here)), **{f"text_{optional().code}": "Un."}))
    again = desk.get(page(here))
    assert again.context["adminform"].form[f"text_{optional().code}"].value() == "Un."
    desk.post(page(here), form_of(again, **{f"text_{optional().code}": "Deux."}))
    assert list(ModeleDocument.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    first = ModeleDocument.objects.get(version=1)
    assert first.texts == {optional().code: "Un."}
    assert desk.post(change(first), {"valid_from": "01/01/2020"}).status_code == 403
    assert "Un." in desk.get(change(first)).content.decode()


def test_an_optional_clause_is_taken_out_and_a_required_one_is_not(desk, here):
    response = desk.post(page(here), form_of(desk.get(page(here)), **{f"text_{required().code}": " "}))
    assert "elle ne se retire pas" in response.content.decode()
    assert not ModeleDocument.objects.exists()
    desk.post(page(here), form_of(desk.get(page(here)), **{f"text_{optional().code}": ""}))
    assert ModeleDocument.objects.get().texts == {optional().code: ""}


def test_a_word_that_no_fact_answers_is_refused(desk, here):
    data = form_of(desk.get(page(here)), **{f"text_{optional().code}": "Bonjour {nom_du_chien}."})
    assert "nom_du_chien" in desk.post(page(here), data).content.decode()
    assert not ModeleDocument.objects.exists()


def test_two_people_at_once_lose_nothing(desk, here):
    mine = form_of(desk.get(page(here)), **{f"text_{optional().code}": "Le mien."})
    desk.post(page(here), form_of(desk.get(page(here)), **{f"text_{optional().code}": "Le sien."}))
    response = desk.post(page(here), mine)
    text = response.content.decode()
    assert "La version 1 a été écrite" in text
    assert "Le mien." in text
    assert desk.post(page(here), form_of(response)).status_code == 302
    assert ModeleDocument.objects.count() == 2


def test_another_residence_is_out_of_reach(desk):
    other = ResidenceFactory()
    assert "choices" in desk.get(page(other)).context
    assert "choices" in desk.post(page(other), {"valid_from": "01/01/2026"}).context
    assert not ModeleDocument.objects.exists()


def test_the_next_version_is_written_from_the_last(desk, here):
    modele = ModeleDocument.objects.create(residence=here, kind="contrat", version=1, texts={})
    (act,) = desk.get(change(modele)).context["acts"]
    assert desk.get(act["url"]).context["adminform"].form.initial["based_on"] == 1
    assert desk.get(changelist(ModeleDocument)).status_code == 200
