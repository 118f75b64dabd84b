"""A campaign confirmed in the background: asked for once, followed on its page, refused aloud, taken again."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from logement.actions.campagnes import drop_campagne, issue_avis, prepare_campagne
from logement.actions.confirmations import TOLD_EVERY, _telling, ask_confirmation, do_confirmation, live_confirmation
from logement.models import AvisEcheance, Campagne, ConfirmationCampagne, Tarif
from residence.permissions import Role
from tests.factories import UserFactory
from tests.logement.books import MARCH, D, check_books, on, stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(settings: Any) -> SimpleNamespace:
    """A campaign of March prepared on the 22nd; tasks are kept in the database, and no worker takes them."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    contrat = stay(start_on=datetime.date(2025, 3, 1))
    residence = contrat.sejour.residence
    by = UserFactory(role=Role.GESTIONNAIRE, residence=residence)
    with on(2025, 3, 22):
        campagne = prepare_campagne(by=by, residence=residence, month=MARCH).campagne
    return SimpleNamespace(residence=residence, by=by, campagne=campagne)


def work() -> None:
    """What a worker does of the tasks that wait."""
    for row in DBTaskResult.objects.filter(status="READY"):
        do_confirmation.func(*row.args_kwargs["args"])
        DBTaskResult.objects.filter(pk=row.pk).update(status="SUCCESSFUL")


def test_asked_for_twice_it_is_done_once(house: SimpleNamespace, client: Any) -> None:
    campagne = house.campagne
    progress = reverse("logement:campagne_progress", args=[campagne.pk])
    with on(2025, 3, 22):
        client.force_login(house.by)
        for _ in range(2):
            client.post(reverse("logement:campagne_confirm", args=[campagne.pk]))
        assert ConfirmationCampagne.objects.count() == DBTaskResult.objects.count() == 1
        # The page, also read again, says what happens, and offers nothing that would change it.
        page = client.get(campagne.get_absolute_url()).content.decode()
        assert f'hx-get="{progress}"' in page
        assert "Préparer à nouveau" not in page
        assert "0\u00a0sur\u00a01 avis" in client.get(progress).content.decode()
        for act in (
            lambda: prepare_campagne(by=house.by, residence=house.residence, month=MARCH),
            lambda: drop_campagne(by=house.by, campagne=campagne),
        ):
            with pytest.raises(ValidationError, match="est en cours"):
                act()
        work()
        answer = client.get(progress)
        assert answer["HX-Refresh"] == "true"
        page = client.get(campagne.get_absolute_url()).content.decode()
        assert "1 avis confirmé." in page
        assert "hx-get" not in page.split("<main", 1)[1]
        # Taken again after its worker died once everything was written: nothing is left to do.
        ConfirmationCampagne.objects.update(finished_at=None)
        assert do_confirmation.func(ConfirmationCampagne.objects.get().pk) == ""
    assert AvisEcheance.objects.called().count() == 1
    assert Campagne.objects.get().confirmed_by == house.by
    check_books()


def test_what_stands_in_the_way_is_said_at_the_end(house: SimpleNamespace, client: Any) -> None:
    with on(2025, 3, 22):
        client.force_login(house.by)
        ask_confirmation(by=house.by, campagne=house.campagne)
        Tarif.objects.update(rent=D("305.00"))
        work()
        page = client.get(house.campagne.get_absolute_url()).content.decode()
        assert "Des faits ont changé depuis la préparation" in page
        assert "Préparer à nouveau" in page
        assert not AvisEcheance.objects.called().exists()
        # Given up after too many dead workers: said, and asked for again.
        prepare_campagne(by=house.by, residence=house.residence, month=MARCH)
        ask_confirmation(by=house.by, campagne=house.campagne)
        DBTaskResult.objects.filter(status="READY").update(status="FAILED")
        assert live_confirmation(house.campagne) is None
        assert "s’est arrêté" in client.get(house.campagne.get_absolute_url()).content.decode()
        # Waiting when the command comes by: the command does it, the task finds it done.
        asked = ask_confirmation(by=house.by, campagne=house.campagne)
        issue_avis(by=None, residence=house.residence, month=MARCH)
        work()
        asked.refresh_from_db()
        assert (asked.finished_at is not None, asked.error) == (True, "")
    with on(2025, 3, 19), pytest.raises(ValidationError, match="déjà confirmée"):
        ask_confirmation(by=house.by, campagne=house.campagne)


@pytest.mark.django_db(transaction=True)
def test_the_work_is_told_before_its_end(house: SimpleNamespace, monkeypatch: Any) -> None:
    """Written beside the transaction of the work: seen by the page while the work is still to be committed."""
    monkeypatch.setattr("logement.actions.confirmations.TOLD_EVERY", 0)
    with on(2025, 3, 22):
        asked = ask_confirmation(by=house.by, campagne=house.campagne)
    with _telling(asked) as tell:
        tell("avis numérotés", 1)
    asked.refresh_from_db()
    assert (asked.step, asked.done, TOLD_EVERY) == ("avis numérotés", 1, 0.5)
