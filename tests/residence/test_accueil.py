"""The home page: what waits for whom, and what is not theirs to see."""

import datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accompagnement.models import DossierSocial
from residence.context_processors import SESSION_RESIDENCE
from residence.models import Echeance, Menage, RendezVous, User
from residence.models.base import today
from residence.permissions import Cause, Role
from residence.queries.accueil import due_count, duties_of
from tests.factories import DossierFactory, MenageFactory, ResidenceFactory, RoleAttributionFactory, UserFactory
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def here():
    return ResidenceFactory(name="Côté Cour")


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


def duty(here, *, days=0, kind="dossier.name_referent", menage=None, **to):
    dossier = DossierFactory(residence=here, **({"menage": menage} if menage else {}))
    return Echeance.objects.create(
        kind=kind,
        due_on=today() + days * DAY,
        residence=here,
        menage=dossier.menage,
        target_type=ContentType.objects.get_for_model(DossierSocial),
        target_id=dossier.pk,
        **(to or {"role": Role.COORDINATRICE}),
    )


def test_duties_are_told_by_urgency_each_with_its_act(here, nadia):
    late, now, soon, ahead, far = (duty(here, days=days) for days in (-3, 0, 7, 8, 40))

    page = signed_in(nadia).get("/").content.decode()

    assert page.index("En retard") < page.index(str(late.menage)) < page.index("Aujourd’hui</h2>")
    assert page.index(str(now.menage)) < page.index("Bientôt") < page.index(str(soon.menage))
    # Beyond a week, how many of a kind and from when; each on the page of its kind.
    assert str(ahead.menage) not in page
    assert "dans 8 jours" in page
    assert "?nature=dossier.name_referent" in page
    assert str(ahead.menage) in signed_in(nadia).get("/?nature=dossier.name_referent").content.decode()
    assert str(late.menage) not in signed_in(nadia).get("/?nature=dossier.first_meeting").content.decode()
    assert str(far.menage) not in page
    assert reverse("accompagnement:dossier_referents", args=[late.target_id]) in page
    assert str(far.menage) in signed_in(nadia).get("/?tout").content.decode()
    assert due_count(user=nadia) == 2


def test_only_what_is_addressed_to_me(here, nadia):
    colleague = UserFactory(role=Role.COORDINATRICE, residence=here)
    elsewhere = ResidenceFactory()
    mine, shared = duty(here, user=nadia), duty(here)
    theirs = [duty(here, user=colleague), duty(here, user=colleague)]
    duty(elsewhere)

    assert set(duties_of(nadia)) == {mine, shared}
    assert set(duties_of(UserFactory(role=Role.GESTIONNAIRE, residence=here))) == set()
    # Counted by one statement for all who hold the same roles, each their own.
    assert (due_count(user=nadia), due_count(user=colleague)) == (2, 3)
    assert due_count(user=colleague, residence_id=elsewhere.pk) == 0
    assert due_count(user=UserFactory(role=Role.TECHNIQUE)) == 0
    Menage.objects.filter(pk=theirs[0].menage_id).update(is_confidential=True)
    assert due_count(user=colleague) == 2
    theirs[0].menage.acces_confidentiels.create(user=colleague, capacity="referent", granted_by=nadia)
    assert (due_count(user=nadia), due_count(user=colleague)) == (2, 3)


def test_a_duty_whose_right_was_lost_is_not_shown(here):
    manager = UserFactory(role=Role.GESTIONNAIRE, residence=here)
    duty(here, user=manager)

    assert not duties_of(manager).exists()


def test_a_confidential_household_is_due_to_its_readers_alone(here, nadia):
    hidden = MenageFactory(name="CANARI Zoé", is_confidential=True, attached=(here, Cause.SEJOUR))
    one = duty(here, menage=hidden)

    assert not duties_of(nadia).exists()
    assert "CANARI" not in signed_in(nadia).get("/?tout").content.decode()
    hidden.acces_confidentiels.create(user=nadia, capacity="referent", granted_by=nadia)
    assert list(duties_of(User.objects.get(pk=nadia.pk))) == [one]
    assert "CANARI" in signed_in(nadia).get("/").content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_has_a_home(here, role):
    page = signed_in(UserFactory(role=role, residence=here)).get("/")

    assert page.status_code == 200
    assert "Rien ne vous attend" in page.content.decode()


def test_todays_appointments_are_mine(here, nadia):
    menage = MenageFactory(name="DIALLO Awa", attached=(here, Cause.SEJOUR))
    noon = datetime.datetime.combine(today(), datetime.time(11), tzinfo=datetime.UTC)
    for user in (nadia, UserFactory(role=Role.COORDINATRICE, residence=here)):
        RendezVous.objects.create(
            residence=here,
            menage=menage,
            user=user,
            kind="suivi",
            start_at=noon,
            end_at=noon + datetime.timedelta(hours=1),
            created_by=nadia,
        )

    assert signed_in(nadia).get("/").content.decode().count("DIALLO Awa") == 1


def test_the_residence_chosen_narrows_the_page(here, nadia):
    other = ResidenceFactory(name="Côté Jardin")
    RoleAttributionFactory(user=nadia, role=Role.COORDINATRICE, residence=other)
    one, two = duty(here), duty(other)
    client = signed_in(nadia)

    both = client.get("/").content.decode()
    assert str(one.menage) in both
    assert str(two.menage) in both
    assert client.post(reverse("residence:residence_choose"), {"residence": other.pk, "next": "/?tout"}).url == "/?tout"
    only = client.get("/").content.decode()
    assert str(one.menage) not in only
    assert str(two.menage) in only

    client.post(reverse("residence:residence_choose"), {"residence": ""})
    assert SESSION_RESIDENCE not in client.session


@pytest.mark.parametrize("back", ["https://ailleurs.exemple/", "//ailleurs.exemple", "javascript:alert(1)"])
def test_choosing_a_residence_leads_nowhere_else(nadia, back):
    assert signed_in(nadia).post(reverse("residence:residence_choose"), {"next": back}).url == "/"


def test_a_residence_that_is_not_mine_is_not_chosen(nadia):
    client = signed_in(nadia)

    client.post(reverse("residence:residence_choose"), {"residence": ResidenceFactory().pk})

    assert SESSION_RESIDENCE not in client.session


def test_the_page_asks_as_much_for_thirty_duties_as_for_three(here, nadia):
    client = signed_in(nadia)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/").status_code == 200
        return len(asked)

    for _ in range(3):
        duty(here)
    queries()
    few = queries()
    for _ in range(30):
        duty(here)
    assert queries() == few
    assert few - 3 <= 12  # session, account and roles, which every page asks for, left out


def test_who_is_not_signed_in_signs_in(client):
    assert client.get("/").status_code == 302
