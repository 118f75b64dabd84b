"""The day's work: complete, harmless when it is done twice, at once or half."""

import datetime
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks.signals import task_finished, task_started
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from accompagnement.actions.dossiers import open_dossier
from accompagnement.actions.notes import write_note
from accompagnement.hooks import stay_closed, stay_opened
from residence.actions.rendez_vous import plan_rendez_vous
from residence.duties import rebuild_duties
from residence.management.commands import quotidien
from residence.models import Echeance
from residence.models.base import today
from residence.permissions import Cause, Role
from residence.tasks_watch import LOCKS, retake_dead_tasks
from tests.factories import ContratFactory, MenageFactory, ResidenceFactory, SejourFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def here():
    return ResidenceFactory()


@pytest.fixture
def nadia(here):
    return UserFactory(role=Role.COORDINATRICE, residence=here)


def stored():
    """The open duties, each as what it is about."""
    return set(
        Echeance.objects.open().values_list(
            "kind", "target_id", "role", "user", "due_on", "detail", "menage", "residence"
        )
    )


@pytest.fixture
def scenario(here, nadia):
    """A household that came in, was met, has a step to take, and another one that has left."""
    contrat = ContratFactory(sejour=SejourFactory(residence=here))
    stay_opened(contrat=contrat, by=nadia)
    dossier = contrat.sejour.dossiers.get()
    write_note(by=nadia, dossier=dossier, text="Vu.", held_on=today(), next_step="Relancer", next_step_on=today() + DAY)
    left = ContratFactory(sejour=SejourFactory(residence=here))
    stay_opened(contrat=left, by=nadia)
    left.sejour.ended_on = today()
    left.sejour.save()
    stay_closed(sejour=left.sejour, by=nadia)
    menage = MenageFactory(attached=(here, Cause.SUIVI))
    open_dossier(by=nadia, menage=menage, residence=here)
    start = timezone.now() + DAY
    plan_rendez_vous(
        by=nadia, menage=menage, residence=here, user=nadia, kind="suivi", start_at=start, end_at=start + DAY / 24
    )


@pytest.mark.usefixtures("scenario")
def test_what_the_actions_store_is_what_the_rules_say():
    # Kinds whose rule speaks of every row of the stock are not written by these actions: they are rebuilt first.
    before = {duty for duty in stored() if duty[0].startswith(("dossier.", "note.", "rendez_vous."))}
    assert {duty[0] for duty in before} >= {"dossier.to_close", "dossier.name_referent", "note.next_step"}

    rebuild_duties()

    after = {duty for duty in stored() if duty[0].startswith(("dossier.", "note.", "rendez_vous."))}
    assert after == before


@pytest.mark.usefixtures("scenario")
def test_a_second_time_changes_nothing(capsys):
    call_command("quotidien")
    once = stored()

    call_command("quotidien")

    assert stored() == once
    assert "rien à faire" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.usefixtures("scenario")
def test_what_is_due_moves_with_the_days():
    call_command("quotidien", jour=today() + 3 * DAY)

    assert Echeance.objects.open().filter(kind="rendez_vous.untold").exists()


def test_twice_at_once_one_of_them_leaves_it_to_the_other(capsys):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [quotidien.LOCK])
        call_command("quotidien")
    finally:
        other.close()

    assert "déjà en cours ailleurs" in capsys.readouterr().out


def test_a_part_that_fails_leaves_the_others_done(monkeypatch, here, nadia, settings, caplog):
    settings.QUOTIDIEN = ["tests.residence.test_quotidien.broken"]
    menage = MenageFactory(attached=(here, Cause.SUIVI))
    open_dossier(by=nadia, menage=menage, residence=here)
    Echeance.objects.all().delete()

    with pytest.raises(CommandError, match="À revoir"):
        call_command("quotidien")

    assert Echeance.objects.open().filter(kind="dossier.name_referent").exists()


def broken(day):
    raise RuntimeError("rien ne va")


def told(day):
    return f"trois relances du {day:%d/%m/%Y}"


def test_what_the_apps_did_is_said_on_the_last_line(settings, capsys):
    settings.QUOTIDIEN = ["tests.residence.test_quotidien.told"]

    call_command("quotidien", jour=datetime.date(2026, 3, 2))

    assert "trois relances du 02/03/2026" in capsys.readouterr().out


# Tasks whose worker died

TEN_MINUTES = datetime.timedelta(minutes=10)


def running(*, since=TEN_MINUTES, workers=("a",)):
    return DBTaskResult.objects.create(
        status="RUNNING",
        started_at=timezone.now() - since,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="residence.tasks.example",
        worker_ids=list(workers),
        backend_name="default",
        exception_class_path="",
        traceback="",
    )


def test_a_task_without_its_worker_is_run_again():
    task = running()

    assert retake_dead_tasks() == (1, 0)

    task.refresh_from_db()
    assert (task.status, task.started_at) == ("READY", None)


def test_a_task_whose_worker_lives_is_left_alone():
    task = running()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCKS, str(task.pk).replace("-", "")])
        assert retake_dead_tasks() == (0, 0)
    finally:
        other.close()


def test_a_task_just_claimed_is_left_alone():
    running(since=datetime.timedelta(seconds=5))

    assert retake_dead_tasks() == (0, 0)


def test_a_task_that_kills_its_workers_is_given_up():
    task = running(workers=("a", "b", "c"))

    assert retake_dead_tasks() == (0, 1)

    task.refresh_from_db()
    assert task.status == "FAILED"
    assert "Abandonnée" in task.traceback


def test_a_worker_holds_its_lock_for_as_long_as_its_task_runs():
    result = SimpleNamespace(id="12345678" * 4, task=SimpleNamespace(module_path="residence.tasks.x"), status="RUNNING")

    def held():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
                "WHERE locktype = 'advisory' AND classid = %s AND datname = current_database()",
                [LOCKS],
            )
            return cursor.fetchone()[0]

    task_started.send(sender=DatabaseBackend, task_result=result)
    assert held() == 1
    task_finished.send(sender=DatabaseBackend, task_result=result)
    assert held() == 0
