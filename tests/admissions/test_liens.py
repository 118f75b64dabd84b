"""A declared link keeps its member out of the requests of a household, whatever other roles they hold."""

from unittest import mock

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from admissions.models import AvisMembre, Decision, EntretienPreadmission, LienMembre, Orientation
from residence.actions.journal import record
from residence.duties import rebuild_duties
from residence.models import Echeance, EntreeJournal
from residence.permissions import Role
from tests.factories import UserFactory
from tests.signing_in import signed_in
from tests.test_canary import read
from tests.test_house_rights import ADDRESSES
from tests.world import LETTER, NAME, World

# What is told to decide, and what was decided: written nowhere else.
CANARY = "sittelle"
SAID = f"Une {CANARY}."
PAPERS = {"invitation", "synthese", "lettre_candidat", "lettre_prescripteur", "proposition"}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """A request with an evaluation, an opinion and a decision; somebody of every role that reads it, twice."""
    with django_db_blocker.unblock(), transaction.atomic():
        with mock.patch.dict(LETTER, paragraphs=[SAID]):
            world = World().make()
        rebuild_duties()
        _write_canaries(world)
        world.linked, world.free = (_of_every_role(world.residence) for _ in range(2))
        LienMembre.objects.create(passage=world.passage, user=world.linked, declared_on="2026-01-05")
        yield world
        transaction.set_rollback(True)


def _write_canaries(world):
    Orientation.objects.filter(pk=world.orientation.pk).update(
        reasons=SAID, social_evaluation=SAID, current_situation=SAID
    )
    EntretienPreadmission.objects.create(orientation=world.orientation, wishes=SAID, proposal=SAID)
    AvisMembre.objects.create(passage=world.passage, user=world.author, opinion="against", comment=SAID)
    Decision.objects.update(reasons=SAID, reasons_prescripteur=SAID)
    Echeance.objects.create(
        kind="decision.letters",
        due_on="2026-01-01",
        residence=world.residence,
        role=Role.COORDINATRICE,
        menage=world.menage,
        target_type=ContentType.objects.get_for_model(Decision),
        target_id=world.decision.pk,
        detail=SAID,
    )


def _of_every_role(residence):
    user = UserFactory()
    for role in (Role.COORDINATRICE, Role.COMMISSION, Role.DIRECTION, Role.GESTIONNAIRE):
        user.attributions.create(role=role, residence=residence, start_on="2015-01-01")
    return user


def _pages(world):
    for name, pattern in sorted(ADDRESSES.items()):
        if name.startswith(("admissions:", "residence:")):
            yield reverse(name, kwargs=world.kwargs_of(name, pattern.pattern.converters))
    yield from (one.get_absolute_url() for one in world.documents if one.kind in PAPERS)
    yield "/?tout"
    yield f"/recherche/?q={NAME}"


def _told(user, world):
    client = signed_in(user)
    return {address: CANARY in read(client, address).lower() for address in _pages(world)}


@pytest.mark.django_db
def test_no_page_tells_a_linked_member_what_decides_of_the_file(world):
    assert not [address for address, told in _told(world.linked, world).items() if told]
    # The canaries would show if nothing hid them: on the request, its interview, its decision, its papers, the home.
    shown = {address for address, told in _told(world.free, world).items() if told}
    assert shown >= {world.orientation.get_absolute_url(), "/?tout", world.documents[0].get_absolute_url()}
    assert len(shown) > 10
    # Nor does the journal of a member who is also of the direction.
    record("decision.record", by=world.author, target=world.decision, menage=world.menage, residence=world.residence)
    line = EntreeJournal.objects.filter(action="decision.record", target_id=world.decision.pk)
    assert line & EntreeJournal.objects.visible_to(world.free)
    assert not line & EntreeJournal.objects.visible_to(world.linked)
