"""Confidential households: how one becomes so, who reads it, how it ends."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from residence.actions.confidentiels import end_reader, name_reader, unmask_menage
from residence.actions.personnes import mask_menage
from residence.confidentiality import reading_as
from residence.models import AccesConfidentiel, EntreeJournal, Menage
from residence.models.base import today
from residence.permissions import Cause, Permission, Role
from tests.factories import MenageFactory, ResidenceFactory, UserFactory
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
def claire(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


@pytest.fixture
def manager(here):
    return UserFactory(role=Role.GESTIONNAIRE, residence=here)


@pytest.fixture
def menage(here):
    return MenageFactory(name="CANARI Zoé", attached=(here, Cause.SEJOUR))


@pytest.fixture
def masked(here, nadia, claire, manager, menage):
    mask_menage(
        by=nadia,
        menage=menage,
        residence=here,
        named=[(nadia, Capacity.REFERENT), (manager, Capacity.GESTIONNAIRE), (claire, Capacity.SUBSTITUTE)],
    )
    menage.refresh_from_db()
    AccesConfidentiel.objects.update(start_on=today() - datetime.timedelta(days=9))
    return menage


def mask(menage):
    return reverse("residence:menage_mask", args=[menage.pk])


def test_what_it_changes_is_read_first_and_the_named_alone_read_on(here, nadia, claire, manager, menage):
    client = signed_in(nadia)
    assert "Chaque lecture du dossier est consignée" in client.get(mask(menage)).content.decode()

    data = {"referents": [nadia.pk], "gestionnaires": [manager.pk], "substitutes": [claire.pk], "understood": "on"}
    answer = client.post(mask(menage), data)

    assert answer.url == reverse("residence:confidentiel_detail", args=[menage.pk])
    menage.refresh_from_db()
    assert menage.is_confidential
    assert menage.personnes.get().is_confidential
    with reading_as(UserFactory(role=Role.COORDINATRICE, residence=here)):
        assert str(menage) == f"dossier confidentiel n° {menage.pk}"
    unnamed = UserFactory(role=Role.COORDINATRICE, residence=here)
    assert signed_in(unnamed).get(reverse("residence:menage_detail", args=[menage.pk])).status_code == 404
    assert signed_in(manager).get(reverse("residence:menage_detail", args=[menage.pk])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"substitutes": []}, "obligatoire"),
        ({"gestionnaires": []}, "obligatoire"),
        ({"understood": ""}, "obligatoire"),
        ({"substitutes": "referents"}, "nommée une fois"),
    ],
)
def test_nobody_is_left_out(nadia, claire, manager, menage, changes, said):
    data = {"referents": [nadia.pk], "gestionnaires": [manager.pk], "substitutes": [claire.pk], "understood": "on"}
    data |= {name: data.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}

    assert said in signed_in(nadia).post(mask(menage), data).content.decode()
    menage.refresh_from_db()
    assert not menage.is_confidential


def test_only_a_coordinatrice_who_may_read_it_masks_it(here, manager, menage):
    stranger = UserFactory(role=Role.COORDINATRICE, residence=ResidenceFactory())

    assert signed_in(manager).get(mask(menage)).status_code == 403
    assert signed_in(stranger).get(mask(menage)).status_code == 404


def test_the_list_is_of_those_on_which_i_am_named(here, nadia, masked):
    address = reverse("residence:confidentiel_list")
    unnamed = UserFactory(role=Role.COORDINATRICE, residence=here)

    assert "CANARI Zoé" in signed_in(nadia).get(address).content.decode()
    page = signed_in(unnamed).get(address).content.decode()
    assert "CANARI" not in page
    assert "Aucun dossier confidentiel pour vous" in page


def test_a_reader_is_named_and_taken_off_at_once(here, nadia, masked):
    third = UserFactory(role=Role.COORDINATRICE, residence=here)
    client, address = signed_in(nadia), reverse("residence:confidentiel_detail", args=[masked.pk])
    client.post(address, {"user": third.pk, "capacity": "substitute"})
    access = AccesConfidentiel.objects.in_force().get(user=third)
    page = reverse("residence:menage_detail", args=[masked.pk])
    assert signed_in(third).get(page).status_code == 200

    client.post(reverse("residence:reader_end", args=[access.pk]))

    assert signed_in(third).get(page).status_code == 404
    assert EntreeJournal.objects.filter(action="confidentiel.end_reader", menage=masked).exists()


def test_a_manager_and_a_substitute_always_remain(here, nadia, manager, claire, masked):
    for user in (manager, claire, nadia):
        access = AccesConfidentiel.objects.get(menage=masked, user=user)
        with pytest.raises(ValidationError, match="Nommez d’abord"):
            end_reader(by=nadia, access=access, residence=here)


def test_who_cannot_be_of_use_is_not_named(here, nadia, masked):
    neighbour = UserFactory(role=Role.VIE_RESIDENTIELLE, residence=here)

    with pytest.raises(ValidationError, match="ne peut pas être nommé"):
        name_reader(by=nadia, menage=masked, residence=here, user=neighbour, capacity=Capacity.GESTIONNAIRE)


def test_the_readers_are_not_told_to_others(here, masked):
    unnamed = UserFactory(role=Role.COORDINATRICE, residence=here)
    access = AccesConfidentiel.objects.filter(menage=masked).first()
    client = signed_in(unnamed)

    assert client.get(reverse("residence:confidentiel_detail", args=[masked.pk])).status_code == 404
    assert client.get(reverse("residence:menage_unmask", args=[masked.pk])).status_code == 404
    assert client.post(reverse("residence:reader_end", args=[access.pk])).status_code == 404


def test_the_mask_is_lifted(here, nadia, masked):
    client, address = signed_in(nadia), reverse("residence:menage_unmask", args=[masked.pk])
    assert client.get(address).status_code == 200

    client.post(address)

    unnamed = UserFactory(role=Role.COORDINATRICE, residence=here)
    assert signed_in(unnamed).get(reverse("residence:menage_detail", args=[masked.pk])).status_code == 200
    assert not AccesConfidentiel.objects.in_force().filter(menage=masked).exists()


def test_who_is_in_another_hidden_household_stays_hidden(here, nadia, masked):
    other = MenageFactory(is_confidential=True)
    personne = masked.personnes.get()
    other.membres.create(personne=personne, tie="other")

    unmask_menage(by=nadia, menage=masked, residence=here)

    personne.refresh_from_db()
    assert personne.is_confidential


def test_every_reading_is_journalled_for_the_direction(here, nadia, masked):
    signed_in(nadia).get(reverse("residence:menage_detail", args=[masked.pk]))
    head = UserFactory(role=Role.DIRECTION, residence=here)

    page = signed_in(head).get(reverse("residence:journal_list"), {"nature": "reading"}).content.decode()

    assert "Dossier confidentiel\u00a0: lecture" in page
    assert f"dossier confidentiel n° {masked.pk}" in page
    assert "CANARI" not in page


def test_masking_twice_is_refused(here, nadia, masked):
    with pytest.raises(ValidationError, match="déjà confidentiel"):
        mask_menage(by=nadia, menage=masked, residence=here, named=[])
    assert signed_in(nadia).get(mask(masked)).status_code == 302
    assert Menage.objects.visible_to(nadia, Permission.MENAGE_VIEW).filter(pk=masked.pk).exists()
