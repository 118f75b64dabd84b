"""Rows that a module makes once for all its tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from residence import sessions

Made = TypeVar("Made")


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[Callable[[Made], Made]]:
    """Keep what is written for the tests of the module, each going on in a savepoint of its own, then take it all back.

    For a fixture of `scope="module"` that asks for `django_db_setup`: `with kept(blocker) as keep: … yield keep(rows)`.
    What a test may change it gets a copy of.
    """

    def keep(made: Made) -> Made:
        connection.check_constraints()  # once: what a savepoint checks is to be checked again by the next one
        return made

    with blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # A session opened here a minute ago would be written again by each request of each test.
        patch.setattr(sessions, "WRITTEN_EVERY", sessions.WRITTEN_EVERY * 60)
        yield keep
        transaction.set_rollback(True)


def commits(request: pytest.FixtureRequest) -> bool:
    """Whether a test of the module of `request` commits what it writes: nothing can then be kept around it."""
    markers = (item.get_closest_marker("django_db") for item in request.session.items if item.module is request.module)
    return any(marker is not None and marker.kwargs.get("transaction") for marker in markers)
