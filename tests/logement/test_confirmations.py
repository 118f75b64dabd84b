"""A campaign confirmed in the background: asked for once, followed on its page, refused aloud, taken again."""

import datetime
import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from logement.actions import campagnes
from logement.actions.campagnes import drop_campagne, issue_avis, prepare_campagne
from logement.actions.confirmations import TOLD_EVERY, _telling, ask_confirmation, do_confirmation
from logement.actions.confirmations_live import STOPPED, live_confirmation
from logement.models import AvisEcheance, Campagne, ConfirmationCampagne, Ecriture, Tarif
from residence.models import DocumentEmis
from residence.permissions import Role
from tests.factories import UserFactory
from tests.logement.books import APRIL, MARCH, D, check_books, on, stay

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


def worker(monkeypatch: Any, *, killed: bool) -> int:
    """How a worker of its own process ends: it takes the tasks that wait; `killed` once all is written but the end."""
    child = os.fork()
    if child == 0:
        # The parent's connection is the parent's: the driver of a child does not close it.
        connection.connection = None
        if killed:
            monkeypatch.setattr(campagnes, "settle", lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
        try:
            call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_leaves_nothing_stuck(house: SimpleNamespace, client: Any, monkeypatch: Any) -> None:
    """kill -9 of the worker in March: its page offers to begin again. In April: the work of the day takes it again."""
    monkeypatch.setattr("logement.actions.confirmations.TOLD_EVERY", 0)
    stay(start_on=datetime.date(2025, 3, 10), residence=house.residence)
    confirm = reverse("logement:campagne_confirm", args=[house.campagne.pk])
    progress = reverse("logement:campagne_progress", args=[house.campagne.pk])
    with on(2025, 3, 22):
        client.force_login(house.by)
        campagne = prepare_campagne(by=house.by, residence=house.residence, month=MARCH).campagne
        client.post(confirm)
        assert worker(monkeypatch, killed=True) == -signal.SIGKILL
        asked = ConfirmationCampagne.objects.get()
        assert (asked.step, asked.done, asked.finished_at) == ("imputation des avances", 2, None)
        assert not AvisEcheance.objects.called().exists()
        assert not Ecriture.objects.exists()
        assert not DocumentEmis.objects.exists()
        # A task just claimed is believed alive; later on, nobody is found to hold it.
        assert "hx-get" in client.get(progress).content.decode()
        DBTaskResult.objects.update(started_at=asked.asked_at - datetime.timedelta(seconds=20))
        assert client.get(progress)["HX-Refresh"] == "true"
        page = client.get(campagne.get_absolute_url()).content.decode()
        assert "Le traitement s’est arrêté avant la fin" in page
        assert f'href="{confirm}"' in page
        client.post(confirm)
        assert worker(monkeypatch, killed=False) == 0
        assert client.get(progress)["HX-Refresh"] == "true"
        assert "2 avis confirmés." in client.get(campagne.get_absolute_url()).content.decode()
    with on(2025, 4, 22):
        # The task that died in March is found too, and finds nothing left to do.
        campagne = prepare_campagne(by=house.by, residence=house.residence, month=APRIL).campagne
        ask_confirmation(by=house.by, campagne=campagne)
        assert worker(monkeypatch, killed=True) == -signal.SIGKILL
    with on(2025, 4, 23):
        call_command("quotidien", verbosity=0)
        assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"READY", "SUCCESSFUL"}
        assert worker(monkeypatch, killed=False) == 0
        assert live_confirmation(campagne) is None
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}
    assert list(ConfirmationCampagne.objects.order_by("pk").values_list("error", flat=True)) == [STOPPED, "", ""]
    for month in (MARCH, APRIL):
        called = AvisEcheance.objects.called().filter(month=month, rank=0)
        assert called.count() == called.values("contrat").distinct().count() == 2
    check_books()
