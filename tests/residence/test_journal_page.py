"""The journal as it is read: in French, by whom it concerns, and without a word about a person."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from residence.actions.journal import record
from residence.journal_words import NOUNS, VERBS, said
from residence.models import EntreeJournal
from residence.models.base import today
from residence.permissions import Cause, Permission, Role
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

LIST = "/journal/"


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def head(here):
    return UserFactory(role=Role.DIRECTION, residence=here)


def test_the_direction_reads_the_acts_of_its_residences(here, head):
    menage = MenageFactory(name="DIALLO Awa", attached=(here, Cause.SEJOUR))
    record("menage.edit", by=head, target=menage, menage=menage, residence=here, fields=["phone", "city"])
    record("contrat.sign", by=head, residence=ResidenceFactory())
    record("utilisateur.open", by=head, residence=here, kind=EntreeJournal.Kind.TECHNIQUE)

    page = signed_in(head).get(LIST).content.decode()

    assert "Ménage\u00a0: modification" in page
    assert "téléphone, commune" in page
    assert "DIALLO Awa" in page
    assert "Contrat d’occupation\u00a0: signature" not in page
    assert "Compte d’un agent" not in re.sub(r"<option.*?</option>", "", page, flags=re.DOTALL)


def test_the_technical_administrator_reads_technical_acts_alone(here, head):
    technique = UserFactory(role=Role.TECHNIQUE)
    record("utilisateur.open", by=head, kind=EntreeJournal.Kind.TECHNIQUE)
    record("note.write", by=head, residence=here)
    client = signed_in(technique)

    assert client.get(LIST).status_code == 403
    page = client.get(reverse("residence:journal_technique_list")).content.decode()
    assert "Compte d’un agent\u00a0: ouverture" in page
    assert "Note sociale\u00a0: écriture" not in page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.DIRECTION])
def test_nobody_else_reads_it(here, role):
    assert signed_in(UserFactory(role=role, residence=here)).get(LIST).status_code == 403


def test_it_is_narrowed_by_who_what_and_when(here, head):
    other = UserFactory(role=Role.COORDINATRICE, residence=here)
    record("note.write", by=other, residence=here)
    record("contrat.sign", by=head, residence=here)
    record("confidentiel.read", by=head, residence=here, kind=EntreeJournal.Kind.READING)
    client = signed_in(head)

    def count(**query):
        return client.get(LIST, query).context["page"].paginator.count

    assert count() == 3
    assert count(qui=other.pk) == 1
    assert count(objet="contrat") == 1
    assert count(nature="reading") == 1
    tomorrow = today() + datetime.timedelta(days=1)
    assert count(depuis=f"{tomorrow:%d/%m/%Y}") == 0
    assert count(jusque=f"{today():%d/%m/%Y}") == 3
    assert count(depuis="n’importe quoi") == 3


def test_the_page_asks_as_much_for_forty_lines_as_for_four(here, head):
    client = signed_in(head)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    def add(count):
        for _ in range(count):
            menage = MenageFactory()
            record("menage.edit", by=head, target=menage, menage=menage, residence=here, fields=["phone"])

    add(4)
    queries()
    few = queries()
    add(36)
    assert queries() == few


CODE = re.compile(
    r"""(?:record|_record|_settle|record_technique|_settled)\(\s*(?:[\w.]+, ){0,3}"([a-z_]+\.[a-z_]+)\""""
)


def codes():
    found = set()
    for app in ("residence", "logement", "admissions", "accompagnement"):
        for file in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            found |= set(CODE.findall(file.read_text()))
    return sorted(found)


@pytest.mark.parametrize("code", codes())
def test_every_act_is_said_in_french(code):
    noun, verb = code.split(".")

    assert noun in NOUNS
    assert verb in VERBS
    assert said(code) == f"{NOUNS[noun]}\u00a0: {VERBS[verb]}"


def test_a_code_that_nobody_foresaw_still_says_something():
    assert said("contrat.unheard_of") == "Contrat d’occupation"
    assert said("unheard.of") == "Dossier"


# Rights


@pytest.mark.parametrize("role", list(Role))
def test_the_rights_are_shown_to_everybody(here, role):
    client = signed_in(UserFactory(role=role, residence=here))

    page = client.get("/droits/").content.decode()
    one = client.get("/droits/", {"role": role.value}).content.decode()

    for permission in Permission:
        assert permission.label[1:].replace("'", "&#x27;") in page
    assert len(one) < len(page)
    assert client.get("/droits/", {"role": "roi"}).status_code == 200
