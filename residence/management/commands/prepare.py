"""`manage.py prepare`: the database, its cache table and the static files are those of this version of the code.

Twice at once, the second waits for the first, then finds nothing to do.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

EMPTY = "Base prête, encore vide."
READY = "Base prête."
LOCK = 20_260_403


class Command(BaseCommand):
    help = "Met la base, sa table de cache et les fichiers statiques au niveau de cette version du code."

    def handle(self, *args: Any, **options: Any) -> None:
        with alone():
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            collect_static()
        inhabited = any(apps.get_model("residence", model).objects.exists() for model in ("Residence", "User"))
        self.stdout.write(READY if inhabited else EMPTY)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of the preparation of this database; it outlives the transactions, and ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def collect_static() -> None:
    """Collect and compress the static files, unless none has changed since: it takes eight seconds."""
    done = Path(f"{settings.STATIC_ROOT}.done")
    wanted = fingerprint()
    if done.is_file() and done.read_text() == wanted and Path(settings.STATIC_ROOT).is_dir():
        return
    done.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    done.write_text(wanted)


def fingerprint() -> str:
    """The static files as they are: names, sizes and times."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
