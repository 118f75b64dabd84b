"""Works planned where somebody lives: they wait for the keys, warn meanwhile, and never jump a promise."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from logement.actions.sejours import record_cles, record_preavis
from logement.actions.travaux import begin_travaux, drop_travaux, plan_travaux
from logement.models import OccupationPlace, Place, Preavis, TravauxPrevus
from logement.queries.vacances import vacances_of
from residence.duties import rebuild_duties
from residence.models import Echeance
from residence.permissions import Role
from tests.factories import ResidenceFactory, UserFactory
from tests.logement.test_planning import ENTRY, TODAY, d, put, stay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march():
    with time_machine.travel("2025-03-10 10:00", tick=False):
        yield


@pytest.fixture
def contrat(ophis):
    """A stay in notice until 3 April."""
    contrat = stay(ophis, ophis.place, start=ENTRY)
    record_preavis(
        by=ophis.gestionnaire,
        contrat=contrat,
        given_by_whom=Preavis.By.RESIDENT,
        form=Preavis.Form.LETTER,
        notified_on=d(3, 3),
    )
    return contrat


def plan(ophis, *, from_on=TODAY, days=10, place=None):
    return plan_travaux(
        by=ophis.gestionnaire, place=place or ophis.place, from_on=from_on, days=days, reason="douche à refaire"
    )


def duties():
    return Echeance.objects.open().filter(kind="travaux.to_begin")


def held(place):
    rows = OccupationPlace.objects.live().filter(place=place).order_by("period")
    return [(one.kind, one.start_on, one.end_on) for one in rows]


def leave(ophis, contrat, on):
    with time_machine.travel(datetime.datetime.combine(on, datetime.time(10)), tick=False):
        record_cles(by=ophis.gestionnaire, contrat=contrat, keys_on=on, destination="hlm")


def test_they_begin_with_the_keys_then_the_turn_around(ophis, contrat):
    travaux = plan(ophis)
    assert duties().get().due_on == TODAY
    assert held(ophis.place) == [("contract", ENTRY, d(4, 3))]
    leave(ophis, contrat, d(4, 3))
    assert held(ophis.place) == [
        ("contract", ENTRY, d(4, 3)),
        ("works", d(4, 4), d(4, 13)),
        ("turnaround", d(4, 14), d(4, 16)),
    ]
    travaux.refresh_from_db()
    assert travaux.occupation.reason == "douche à refaire"
    assert not duties().exists()


def test_they_begin_on_their_own_day_when_it_comes_later(ophis, contrat):
    plan(ophis, from_on=d(4, 1), days=30)
    TravauxPrevus.objects.update(from_on=d(6, 1))
    leave(ophis, contrat, d(4, 3))
    assert held(ophis.place)[1:] == [("turnaround", d(4, 4), d(4, 6)), ("works", d(6, 1), d(6, 30))]


def test_they_wait_behind_a_promise(ophis, contrat):
    plan(ophis)
    put(ophis.place, "reservation", d(4, 8), d(5, 1))
    leave(ophis, contrat, d(4, 3))
    assert [kind for kind, *_ in held(ophis.place)] == ["contract", "turnaround", "reservation"]
    assert duties().exists()
    with time_machine.travel("2025-04-04 10:00", tick=False), pytest.raises(ValidationError, match="déjà prise"):
        begin_travaux(by=ophis.gestionnaire, travaux=TravauxPrevus.objects.get(), start_on=d(4, 4))


def test_the_stored_duties_are_those_of_the_rule(ophis, contrat):
    plan(ophis)
    rebuild_duties()
    assert duties().count() == 1
    drop_travaux(by=ophis.gestionnaire, travaux=TravauxPrevus.objects.get())
    assert not duties().exists()
    assert rebuild_duties() == (0, 0)


def test_a_vacancy_is_ready_after_its_works(ophis, contrat):
    Place.objects.exclude(pk=ophis.place.pk).update(closed_on=d(1, 1))
    assert vacances_of(Place.objects.all(), today=TODAY)[0].ready_on == d(4, 7)
    plan(ophis)
    assert vacances_of(Place.objects.all(), today=TODAY)[0].ready_on == d(4, 17)


def test_refusals(ophis, contrat):
    with pytest.raises(ValidationError, match="Rien n’occupe la place"):
        plan(ophis, place=ophis.rooms[0])
    travaux = plan(ophis)
    with pytest.raises(ValidationError, match="déjà prévus"):
        plan(ophis)
    with pytest.raises(ValidationError, match="déjà prise"):
        begin_travaux(by=ophis.gestionnaire, travaux=travaux, start_on=TODAY)
    drop_travaux(by=ophis.gestionnaire, travaux=travaux)
    with pytest.raises(ValidationError, match="abandonnés"):
        drop_travaux(by=ophis.gestionnaire, travaux=travaux)
    with pytest.raises(ValidationError, match="abandonnés"):
        begin_travaux(by=ophis.gestionnaire, travaux=travaux, start_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        TravauxPrevus.objects.update(days=0)


def test_from_the_pages(client, ophis, contrat):
    client.force_login(ophis.gestionnaire)
    place = ophis.place.get_absolute_url()
    address = reverse("logement:travaux_plan", args=[ophis.place.pk])
    assert address in client.get(place).content.decode()
    assert "contrat du 01/03/2025 au 03/04/2025" in client.get(address).content.decode()
    wanted = {"from_on": "10/3/25", "days": "5", "reason": "peinture"}
    assert client.post(address, wanted).url == place
    assert "déjà prévus" in client.post(address, wanted).content.decode()
    content = client.get(place).content.decode()
    assert "Travaux prévus" in content
    assert address not in content
    travaux = TravauxPrevus.objects.get()
    begin = reverse("logement:travaux_begin", args=[travaux.pk])
    assert "La place est prise" in client.get(begin).content.decode()
    assert "déjà prise" in client.post(begin, {"start_on": "10/3/25"}).content.decode()
    assert client.post(reverse("logement:travaux_drop", args=[travaux.pk])).url == place
    assert "abandonnés" in client.get(begin).content.decode()
    client.force_login(UserFactory(role=Role.GESTIONNAIRE, residence=ResidenceFactory()))
    assert client.get(begin).status_code == 404
    client.force_login(ophis.vie_residentielle)
    assert client.get(begin).status_code == 403
