"""Rows that a module makes once for all its tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep what is written for the tests of the module, each going on in a savepoint of its own, then take it all back.

    For a fixture of `scope="module"` that asks for `django_db_setup`. What a test may change it gets a copy of.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def commits(request: pytest.FixtureRequest) -> bool:
    """Whether a test of the module of `request` commits what it writes: nothing can then be kept around it."""
    markers = (item.get_closest_marker("django_db") for item in request.session.items if item.module is request.module)
    return any(marker is not None and marker.kwargs.get("transaction") for marker in markers)
