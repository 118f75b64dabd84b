"""`manage.py premier_compte`: the account that opens all the others."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from residence.models import EntreeJournal, User
from residence.permissions import Permission, Role
from tests.factories import RoleAttributionFactory

pytestmark = pytest.mark.django_db

CAMILLE = ("camille", "Camille@Exemple.fr", "Camille", "Martin")


def open_first(*who: str) -> str:
    said = io.StringIO()
    call_command("premier_compte", *who, stdout=said)
    return said.getvalue()


def test_the_first_account_opens_the_others(client):
    said = open_first(*CAMILLE)

    user = User.objects.get(username="camille")
    assert user.email == "camille@exemple.fr"
    assert not user.has_usable_password()
    assert user.holds(Permission.UTILISATEUR_MANAGE)
    assert set(EntreeJournal.objects.values_list("action", flat=True)) >= {"utilisateur.open", "role.grant"}
    (path,) = re.findall(r"^/\S+$", said, re.MULTILINE)
    assert "Choisi" in client.get(path, follow=True).content.decode()


def test_production_gives_a_whole_address(settings):
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["residence.example"]

    assert "\nhttps://residence.example/" in open_first(*CAMILLE)


def test_only_the_first(client):
    RoleAttributionFactory(role=Role.TECHNIQUE, residence=None)

    with pytest.raises(CommandError, match="a déjà son compte"):
        open_first(*CAMILLE)
    assert not User.objects.filter(username="camille").exists()


def test_a_wrong_address_opens_nothing():
    with pytest.raises(CommandError, match="adresse"):
        open_first("camille", "camille", "Camille", "Martin")
    assert not User.objects.exists()
