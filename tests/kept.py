"""Rows that a module makes once for all its tests."""

from collections.abc import Iterator
from contextlib import contextmanager

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
