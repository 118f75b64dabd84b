"""What every test finds: a database server that answers, or one sentence that says why not."""

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError

from residence import database


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once, with one sentence, where the database server cannot be reached."""
    if hasattr(session.config, "workerinput"):
        return
    login = settings.DATABASES["default"]
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    for key in ("cursor_factory", "context"):
        parameters.pop(key, None)
    try:
        psycopg2.connect(**parameters).close()
    except psycopg2.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        pytest.exit(database.explain(error) or f"{login['HOST']} : {cause}", returncode=2)
