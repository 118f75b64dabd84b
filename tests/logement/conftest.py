"""A résidence as OPHIS runs it, seen from the logement: places of both publics, tariffs, a household, the team."""

import copy
import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from logement.models import Logement
from residence.permissions import Cause, Role
from tests.factories import (
    CategoriePlaceFactory,
    ConventionFactory,
    DispositifFactory,
    LogementFactory,
    MenageFactory,
    PlaceFactory,
    RattachementFactory,
    ResidenceFactory,
    TarifFactory,
    UserFactory,
)
from tests.kept import commits, kept

ENTRY = datetime.date(2025, 3, 1)


@pytest.fixture
def ophis(kept_ophis: SimpleNamespace | None, db: Any) -> SimpleNamespace:
    """`place`: a studio of the temporary public; `rooms`: two rooms of one shared T4 of the permanent public."""
    return _ophis() if kept_ophis is None else copy.deepcopy(kept_ophis)


@pytest.fixture(scope="module")
def kept_ophis(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[SimpleNamespace | None]:
    """`ophis` made once for the tests of the module; None where they commit."""
    if commits(request):
        yield None
        return
    with kept(django_db_blocker) as keep:
        yield keep(_ophis())


def _ophis() -> SimpleNamespace:
    residence = ResidenceFactory(
        code="ophis", name="Côté Cour", signatory_name="Claire Morel", signatory_title="directrice"
    )
    ConventionFactory(residence=residence, number="63-0042")
    temporary = DispositifFactory(
        residence=residence, name="Public temporaire", admission_conditions="Être orienté par le SIAO du Puy-de-Dôme."
    )
    permanent = DispositifFactory(residence=residence, permanent=True)
    categorie = CategoriePlaceFactory(residence=residence, name="T1")
    chambre = CategoriePlaceFactory(residence=residence, name="Chambre", type_logement="chambre")
    TarifFactory(categorie=categorie)
    TarifFactory(categorie=chambre, rent=200, charges=80, services=10)
    studio = LogementFactory(residence=residence, number="101", equipment="lit, table, plaques, réfrigérateur")
    place = PlaceFactory(
        residence=residence,
        logement=studio,
        categorie=categorie,
        dispositif=temporary,
        code="A101",
        keys="2 clés de la porte\n1 clé de la boîte aux lettres",
    )
    flat = LogementFactory(residence=residence, number="B12", type_logement="T4", surface=80, is_shared=True, floor=2)
    rooms = [
        PlaceFactory(
            residence=residence,
            logement=flat,
            categorie=chambre,
            dispositif=permanent,
            code=f"B12-{letter}",
            surface=12,
        )
        for letter in "ab"
    ]
    LogementFactory(
        residence=residence, number="BUA", usage=Logement.Usage.COMMUN, equipment="buanderie, ouverte de 6 h à 22 h"
    )
    menage = MenageFactory(name="DIALLO Awa")
    RattachementFactory(menage=menage, residence=residence, cause=Cause.CANDIDATURE)
    team = {role.value: UserFactory(role=role, residence=residence, last_name=f"Agent {role.value}") for role in Role}
    return SimpleNamespace(
        residence=residence,
        temporary=temporary,
        permanent=permanent,
        place=place,
        rooms=rooms,
        flat=flat,
        menage=menage,
        personne=menage.personnes.get(),
        **team,
    )
