"""Statements written once: what they give follows the values of now, whatever the connection has kept of them."""

import pytest
from django.db import DatabaseError, connection, transaction

from residence import statements
from residence.models import User
from residence.statements import ANYBODY, asked, counting, written
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def named() -> statements.Statement:
    return written(User.objects.filter(pk=ANYBODY).values_list("username"))


def prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'residence_%'")
        return cursor.fetchone()[0]


def test_a_statement_is_asked_of_each_in_turn():
    first, second, statement = UserFactory(), UserFactory(), named()
    for user in [first, second] * 4:  # more than the five times after which the server keeps one plan for all
        assert asked(statement, {ANYBODY: user.pk}) == [(user.username,)]
    assert asked(statement, {ANYBODY: 0}) == []


def test_what_a_transaction_takes_back_is_still_prepared():
    user, statement = UserFactory(), named()
    with transaction.atomic():
        asked(statement, {ANYBODY: user.pk})
        transaction.set_rollback(True)
    assert asked(statement, {ANYBODY: user.pk}) == [(user.username,)]


def test_a_connection_keeps_a_few(monkeypatch):
    monkeypatch.setattr(statements, "MOST_PREPARED", 3)
    user = UserFactory()
    several = [named() for _ in range(5)]
    for statement in several * 2:
        assert asked(statement, {ANYBODY: user.pk}) == [(user.username,)]
        assert prepared() <= 3


def test_nothing_to_replace_and_nothing_to_count():
    everybody = counting(User.objects.all())
    UserFactory()
    assert asked(everybody, {ANYBODY: 1}) == [(User.objects.count(),)]
    assert asked(counting(User.objects.none()), {}) == [(0,)]


def test_a_fault_is_one_of_django():
    with pytest.raises(DatabaseError), transaction.atomic():
        asked(statements.Statement("SELECT of nothing", ()), {})
    assert asked(counting(User.objects.none()), {}) == [(0,)]
