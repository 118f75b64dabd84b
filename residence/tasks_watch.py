"""Tell a task that runs from one whose worker died: a worker holds a lock of the database for as long as its task runs.

A worker that is killed leaves its task RUNNING for ever, but the server takes its locks back at once.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_tasks.signals import task_finished, task_started
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

# The first of the two numbers of every lock taken here: no other part of the project takes one with it.
LOCKS = 20_260_401
# A task is claimed an instant before its lock is taken.
AGE = datetime.timedelta(minutes=2)
# The same, for the page of somebody who waits; believed dead too early, what it does is done once all the same.
CLAIM = datetime.timedelta(seconds=15)
# A task that has killed this many workers is left failed.
MOST_ATTEMPTS = 3


def watch() -> None:
    """Have the workers of this process hold a lock around each of their tasks."""
    task_started.connect(_hold, dispatch_uid="residence.tasks_watch.hold")
    task_finished.connect(_release, dispatch_uid="residence.tasks_watch.release")


def _hold(sender: Any, task_result: Any, **kwargs: Any) -> None:
    _lock("pg_advisory_lock", sender, task_result)


def _release(sender: Any, task_result: Any, **kwargs: Any) -> None:
    _lock("pg_advisory_unlock", sender, task_result)


def _lock(function: str, sender: Any, task_result: Any) -> None:
    if not (isinstance(sender, type) and issubclass(sender, DatabaseBackend)):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, hashtext(%s))", [LOCKS, _key(task_result.id)])


def _key(task_id: Any) -> str:
    return str(task_id).replace("-", "")


@transaction.atomic
def retake_dead_tasks() -> tuple[int, int]:
    """Tasks whose worker died: how many will be run again, and how many are given up after too many deaths."""
    again = given_up = 0
    running = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - AGE)
    for task in running.select_for_update(skip_locked=True):
        if not _is_free(task.pk):
            continue
        if len(task.worker_ids) >= MOST_ATTEMPTS:
            task.status, task.finished_at = "FAILED", timezone.now()
            task.traceback = "Abandonnée : chaque processus qui l’a prise s’est arrêté avant la fin."
            given_up += 1
        else:
            task.status, task.started_at = "READY", None
            again += 1
        task.save(update_fields=["status", "started_at", "finished_at", "traceback"])
    return again, given_up


def is_lost(task_id: str) -> bool:
    """Whether a task will not end by itself: given up, failed, no longer there, or running in no worker's hands.

    False where tasks run at once.
    """
    if not _are_kept():
        return False
    task = DBTaskResult.objects.filter(pk=task_id).only("status", "started_at").first()
    if task is None or task.status == "FAILED":
        return True
    return task.status == "RUNNING" and task.started_at < timezone.now() - CLAIM and _is_free(task.pk)


def is_waiting(task_id: str) -> bool:
    """Whether no worker has taken the task yet, or again."""
    return _are_kept() and DBTaskResult.objects.ready().filter(pk=task_id).exists()


def _are_kept() -> bool:
    return bool(settings.TASKS["default"]["BACKEND"] == "django_tasks_db.DatabaseBackend")


def _is_free(task_id: Any) -> bool:
    """Whether no worker holds the lock of the task; it is then this transaction's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, _key(task_id)])
        return bool(cursor.fetchone()[0])
