"""The people of the tests of the social file."""

import pytest

from residence.models import Referent
from residence.permissions import Role
from tests.factories import DossierFactory, ResidenceFactory, UserFactory


@pytest.fixture
def here():
    return ResidenceFactory(name="Résidence d’ici")


@pytest.fixture
def nadia(here):
    """A coordinatrice."""
    return UserFactory(role=Role.COORDINATRICE, residence=here, first_name="Nadia", last_name="Benali")


@pytest.fixture
def claire(here):
    """Her colleague."""
    return UserFactory(role=Role.COORDINATRICE, residence=here, first_name="Claire", last_name="Fontaine")


@pytest.fixture
def dossier(here, nadia):
    """An open file, followed by Nadia."""
    dossier = DossierFactory(residence=here)
    Referent.objects.create(menage=dossier.menage, residence=here, user=nadia, start_on=dossier.opened_on)
    return dossier
