"""The search: whatever the accents, the order, a typing error; never what the reader may not see."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from residence.actions.documents import issue_document
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, DocumentKind, MembreMenage
from residence.permissions import Cause, Permission, Role
from residence.queries.search import date_in, documents, households_named, people
from tests.factories import MenageFactory, PersonneFactory, RattachementFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

Capacity = AccesConfidentiel.Capacity


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


@pytest.fixture
def lefevre(here):
    personne = PersonneFactory(last_name="Lefèvre", first_names="Élise", born_on=datetime.date(1990, 5, 17))
    return MenageFactory(name="LEFÈVRE Élise", caf_number="1234567", attached=(here, Cause.SEJOUR), reference=personne)


def labels(user, text):
    with reading_as(user):
        return [hit.label for hit in people(user, text, 20)]


@pytest.mark.parametrize(
    "text",
    [
        "lefevre",
        "LEFÈVRE",
        "elise lefevre",
        "Lefèvre Élise",
        "lefev",
        "lefebre",
        "elise lefvre",
        "17/05/1990",
        "17/5/90",
        "lefevre 17/05/1990",
        "1234567",
    ],
)
def test_a_person_is_found(nadia, lefevre, text):
    assert labels(nadia, text) == ["LEFÈVRE Élise"]


def test_a_household_is_found_by_its_number(nadia, lefevre):
    assert labels(nadia, str(lefevre.pk)) == ["LEFÈVRE Élise"]
    assert labels(nadia, f"n° {lefevre.pk}") == ["LEFÈVRE Élise"]


@pytest.mark.parametrize(
    "text", ["martin", "lefevre 18/05/1990", "x", "%", "_", "'; drop table", "\\", "99999999999999"]
)
def test_nothing_else_is_found(nadia, lefevre, text):
    assert labels(nadia, text) == []


def test_names_that_begin_so_come_first_in_french_order(here, nadia):
    for name in ("Zola-Éluard", "Élan", "Elba", "Eluard"):
        personne = PersonneFactory(last_name=name, first_names="Paul")
        MenageFactory(name=f"{name.upper()} Paul", attached=(here, Cause.SEJOUR), reference=personne)

    assert labels(nadia, "el") == ["ÉLAN Paul", "ELBA Paul", "ELUARD Paul", "ZOLA-ÉLUARD Paul"]


def test_another_residence_and_another_cause_are_not_searched(here, lefevre):
    elsewhere = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    candidate = MenageFactory(name="MARTIN Paul", attached=(here, Cause.CANDIDATURE))

    assert labels(elsewhere, "lefevre") == []
    assert labels(manager, "lefevre") == ["LEFÈVRE Élise"]
    assert labels(manager, "martin") == []
    assert candidate.pk not in [one.pk for one in households_named(manager, "martin", Permission.RENDEZ_VOUS_EDIT)]


def test_who_has_left_is_found_by_those_who_keep_the_past(here, nadia, lefevre):
    lefevre.rattachements.update(end_on=datetime.date(2024, 1, 1))
    neighbour = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)

    assert labels(nadia, "lefevre") == ["LEFÈVRE Élise"]
    assert labels(neighbour, "lefevre") == []


def test_a_confidential_household_is_found_by_its_readers_alone(here, nadia, lefevre):
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    substitute = UserFactory(role=Role.COORDINATRICE, residence=here)
    colleague = UserFactory(role=Role.COORDINATRICE, residence=here)
    mask_menage(
        by=nadia,
        menage=lefevre,
        residence=here,
        named=[(nadia, Capacity.REFERENT), (manager, Capacity.GESTIONNAIRE), (substitute, Capacity.SUBSTITUTE)],
    )

    for text in ("lefevre", "17/05/1990", "1234567", str(lefevre.pk)):
        assert labels(colleague, text) == []
        assert labels(nadia, text) == ["LEFÈVRE Élise"]


def test_a_person_also_in_a_hidden_household_is_hidden_everywhere(here, nadia, lefevre):
    hidden = MenageFactory(name="CANARI Zoé", is_confidential=True)
    MembreMenage.objects.create(menage=hidden, personne=lefevre.personnes.get(), tie="other")

    assert labels(nadia, "lefevre") == []


def test_a_household_out_of_reach_gives_no_link(here, nadia, lefevre):
    other = MenageFactory(name="AUTRE Ménage")
    RattachementFactory(menage=other, residence=ResidenceFactory(), cause=Cause.SEJOUR)
    MembreMenage.objects.create(menage=other, personne=lefevre.personnes.get(), tie="other")

    with reading_as(nadia):
        (hit,) = people(nadia, "lefevre", 20)

    assert hit.url == reverse("residence:menage_detail", args=[lefevre.pk])


def test_the_birth_date_is_kept_from_who_needs_names_only(here, lefevre):
    neighbour = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)

    with reading_as(neighbour):
        (hit,) = people(neighbour, "lefevre", 20)

    assert "1990" not in hit.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17/05/1990", datetime.date(1990, 5, 17)),
        ("né le 17.5.90 à", datetime.date(1990, 5, 17)),
        ("31/02/1990", None),
        ("martin", None),
    ],
)
def test_a_date_is_read_in_the_text(text, expected):
    assert date_in(text)[0] == expected


def test_a_document_is_found_by_its_number(here, nadia, lefevre):
    document = issue_document(
        kind=DocumentKind.CONTRAT, residence=here, menage=lefevre, template="pdf/letter.html", data={}, by=None
    )
    neighbour = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)

    for text in (document.number, document.number.lower(), f"{document.year}-{document.rank}"):
        assert [hit.url for hit in documents(nadia, text, 20)] == [document.get_absolute_url()]
        assert documents(neighbour, text, 20) == []
    assert documents(nadia, "2019-1", 20) == []


# Pages


def test_the_page_and_the_suggestions(nadia, lefevre):
    client, address = signed_in(nadia), reverse("residence:recherche")

    page = client.get(address, {"q": "lefevre"}).content.decode()
    suggested = client.get(address, {"q": "lefevre"}, headers={"HX-Request": "true"}).content.decode()

    assert "LEFÈVRE Élise" in page
    assert "<html" in page
    assert "LEFÈVRE Élise" in suggested
    assert "<html" not in suggested
    assert "Rien ne correspond" in client.get(address, {"q": "zzzz"}).content.decode()
    assert client.get(address).status_code == 200
    assert client.get(address, {"q": "\x00" + "a" * 5000}).status_code == 200


@pytest.mark.parametrize("role", [Role.COMMISSION, Role.TECHNIQUE])
def test_who_may_not_search_is_refused(here, role):
    assert signed_in(UserFactory(role=role, residence=here)).get("/recherche/?q=martin").status_code == 403


def test_the_page_asks_little(here, nadia, lefevre):
    client = signed_in(nadia)
    client.get("/recherche/?q=lefebre")
    with CaptureQueriesContext(connection) as asked:
        assert "LEFÈVRE" in client.get("/recherche/?q=lefebre").content.decode()
    # Session, account and roles, which every page asks for, and the two ends of the transaction left out.
    assert len(asked) - 5 <= 12
