"""What every test finds: a database server that answers, guarded tables that can be emptied, a browser or a reason."""

import contextlib
import gc
import shutil
import time
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.template import engines
from django.test import Client, TransactionTestCase, override_settings
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from residence import database
from residence.authentication import SECOND_FACTOR_SHOWN
from residence.models import User
from residence.sessions import OPENED, SEEN, SessionStore
from tests.template_database import drop_templates, maintenance, use_template
from tests.undefined_variables import FailIfOurs

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))), None
)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once, with one sentence, where the database server cannot be reached."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        with maintenance():
            pass
    except psycopg2.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        pytest.exit(database.explain(error) or str(cause), returncode=2)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing on a server that is not ours; the embedded one keeps the template for the next run."""
    if not hasattr(session.config, "workerinput") and not settings.DATABASE_EMBEDDED:
        with contextlib.suppress(psycopg2.OperationalError):
            drop_templates()


class ByModule(LoadScopeScheduling):
    """A module for one worker, which makes once what its tests share; the browser for one, which reads a page once."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return "browser" if module.startswith("tests/browser/") else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    config.option.loadscopereorder = False  # which begins with the most numerous
    return ByModule(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; where there is no browser, skip its tests and say so."""
    for item in items:
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(
                pytest.mark.skip(reason="Chromium n’est pas installé (apt-get install chromium-headless-shell)")
            )
    items.sort(key=lambda item: (item.get_closest_marker("browser") is None, item.path.parent.name != "tests"))


def pytest_collection_finish() -> None:
    """Look for cycles seldom, and never among all that is loaded: it took an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Copy the test database from a migrated one, instead of migrating in each worker."""
    with django_db_blocker.unblock():
        use_template()


@pytest.fixture(scope="session", autouse=True)
def _files_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the files that tests write out of those of the demonstration."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture(scope="session", autouse=True)
def _undefined_variables_fail() -> Iterator[None]:
    """Fail where a template of ours prints a variable that it was not given, whoever rebuilds the engine meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.TEMPLATES[0]["OPTIONS"], "string_if_invalid", FailIfOurs())
        patch.setattr(engines["django"].engine, "string_if_invalid", FailIfOurs())
        yield


@pytest.fixture(scope="session", autouse=True)
def _signed_in_wholly() -> Iterator[None]:
    """Have `client.force_login` give the session of a person who has signed in: second factor shown, seen now."""

    def wholly(self: Client, user: User, backend: str = settings.AUTHENTICATION_BACKENDS[0]) -> None:
        now = time.time()
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: backend,
                HASH_SESSION_KEY: user.get_session_auth_hash(),
                SECOND_FACTOR_SHOWN: True,
                OPENED: now,
                SEEN: now,
                "account_authentication_methods": [{"method": "password", "at": now}],
                "account_authentication_methods_user": str(user.pk),
            }
        )
        session.create()
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", wholly)
        yield


@pytest.fixture(scope="session", autouse=True)
def _emptied_between_tests() -> Iterator[None]:
    """Have what follows a transactional test empty the tables that were written, guarded ones too, as the owner may.

    Django makes all of them anew, with what describes them: three times as long.
    """

    def empty_tables(self: TransactionTestCase) -> None:
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 0",
                [sorted({*tables} - {ContentType._meta.db_table})],
            )
            written = [name for (name,) in cursor.fetchall()]
            for do in ("ALTER TABLE {} DISABLE TRIGGER USER", "DELETE FROM {}", "ALTER TABLE {} ENABLE TRIGGER USER"):
                for table in written:
                    cursor.execute(do.format(table))
                connection.check_constraints()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield
