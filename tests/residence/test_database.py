"""Which login a command uses, and what is said of a connection that fails."""

from typing import Any

import psycopg2
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError

from residence import database

APP = {"ENGINE": "django.db.backends.postgresql", "USER": "app", "NAME": "residence"}
OWNER = {"ENGINE": "django.db.backends.postgresql", "USER": "owner", "NAME": "residence"}


@pytest.mark.parametrize(
    ("argv", "testing", "owner"),
    [
        (["manage.py", "migrate"], False, True),
        (["manage.py", "createcachetable"], False, True),
        (["manage.py", "prepare"], False, True),
        (["manage.py", "quotidien"], False, False),
        (["manage.py", "check"], False, False),
        (["manage.py"], False, False),
        (["/usr/bin/gunicorn", "migrate"], False, False),
        (["pytest"], True, True),
    ],
)
def test_commands_that_change_the_schema_run_as_owner(argv: list[str], testing: bool, owner: bool) -> None:
    assert database.runs_as_owner(argv, testing=testing) is owner


def test_two_logins_are_used_as_they_are() -> None:
    assert database.connection(APP, OWNER, app_role="app_role", as_owner=False)["USER"] == "app"
    assert database.connection(APP, OWNER, app_role="app_role", as_owner=False)["OPTIONS"] == {}
    assert database.connection(APP, OWNER, app_role="app_role", as_owner=True)["USER"] == "owner"


def test_one_login_gives_up_its_rights_except_to_change_the_schema() -> None:
    settings = database.connection(OWNER, None, app_role="app_role", as_owner=False)
    assert (settings["USER"], settings["OPTIONS"]) == ("owner", {"options": "-c role=app_role"})
    assert database.connection(OWNER, None, app_role="app_role", as_owner=True)["OPTIONS"] == {}


def test_options_of_the_url_are_kept() -> None:
    login = database.login("DATABASE_URL", "postgres://a:b@host/base?sslmode=require&options=-c%20work_mem%3D1MB")
    settings = database.connection(login, None, app_role="r", as_owner=False, options="-c synchronous_commit=off")
    assert settings["OPTIONS"] == {
        "sslmode": "require",
        "options": "-c work_mem=1MB -c synchronous_commit=off -c role=r",
    }


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://a:b@host/base", "sqlite:///base", "postgres://host:port/base"]
)
def test_url_that_is_no_postgresql_is_told_in_one_line(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL doit s’écrire ainsi") as told:
        database.login("DATABASE_URL", url)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ('FATAL:  password authentication failed for user "x"', "refuse ce compte"),
        ("fe_sendauth: no password supplied", "refuse ce compte"),
        ('FATAL:  database "x" does not exist', "cette base n’existe pas"),
        ('FATAL:  role "x" does not exist', "ce rôle n’existe pas encore"),
        ('FATAL:  invalid value for parameter "role": "x"', "ce rôle n’existe pas encore"),
        ('could not translate host name "x" to address: Name or service not known', "ce nom de serveur est inconnu"),
        ("connection to server at x failed: Connection refused\n\tIs the server running?", "aucun serveur ne répond"),
        ("FATAL:  sorry, too many clients already", "trop de connexions"),
        ('FATAL:  permission denied for database "x"', "n’ouvre pas cette base"),
        ("something\nelse", "something else"),
    ],
)
def test_failed_connection_is_told_in_one_line(said: str, reason: str) -> None:
    told = database.explain(_operational(psycopg2.OperationalError(said)))
    assert told is not None
    assert reason in told
    assert "DATABASE_URL" in told
    assert "\n" not in told


def test_full_disk_of_the_server_is_told() -> None:
    class DiskFull(psycopg2.OperationalError):
        pgcode: Any = "53100"

    assert "plein" in (database.explain(_operational(DiskFull())) or "")


def test_error_of_a_query_is_not_a_failed_connection() -> None:
    class Cancelled(psycopg2.OperationalError):
        pgcode: Any = "57014"

    assert database.explain(_operational(Cancelled())) is None
    assert database.explain(OperationalError("raised by hand")) is None


def _operational(cause: Exception) -> OperationalError:
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error
