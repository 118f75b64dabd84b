"""A migrated database that the test databases copy: migrating is long, copying is quick."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import psycopg2
from django.apps import apps
from django.db import connection
from psycopg2.extensions import cursor as Cursor  # noqa: N812

PREFIX = "residence_template_"
# Any number will do, as long as nothing else in this project takes the same advisory lock.
LOCK = 20_260_312


def use_template() -> None:
    """Have the test database copied from a migrated one, made first if the migrations have changed since."""
    name = PREFIX + _fingerprint()
    with maintenance() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = _templates(cursor)
        if name not in found:
            for old in found:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            _make(draft := f"{PREFIX}draft")
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    connection.settings_dict["TEST"]["TEMPLATE"] = name


def drop_templates() -> None:
    """Leave none of these databases behind."""
    with maintenance() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        for name in _templates(cursor):
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _templates(cursor: Cursor) -> set[str]:
    """The names of the databases made here, by this login."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s AND pg_get_userbyid(datdba) = current_user",
        [f"{PREFIX}%"],
    )
    return {row[0] for row in cursor.fetchall()}


def _make(name: str) -> None:
    """Make the migrated database `name`."""
    settings, test = connection.settings_dict, connection.settings_dict["TEST"]
    kept, test_kept = settings["NAME"], test["NAME"]
    test["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        settings["NAME"], test["NAME"] = kept, test_kept


def _fingerprint() -> str:
    """What the migrations say, those of the packages included, and who owns what they make."""
    digest = hashlib.sha256(f"{django.__version__} {connection.settings_dict['USER']}".encode())
    for config in apps.get_app_configs():
        for file in (Path(config.path) / "migrations_sql.py", *sorted((Path(config.path) / "migrations").glob("*.py"))):
            if file.is_file():
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def maintenance() -> Iterator[Cursor]:
    """A cursor on the server's own database, outside any transaction; its locks end with it."""
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    for of_django in ("cursor_factory", "context"):
        parameters.pop(of_django, None)
    with closing(psycopg2.connect(**parameters)) as opened:
        opened.autocommit = True
        with opened.cursor() as cursor:
            yield cursor
