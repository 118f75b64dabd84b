"""Statements written once: what they give follows the values of now, whatever the connection has kept of them."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef
from django.forms.models import model_to_dict

from accompagnement.models import DossierSocial
from residence import statements
from residence.models import MembreMenage, Menage, Personne, User
from residence.queries.together import Rows, Together, together, whole
from residence.statements import ANY_ROW, ANYBODY, asked, counting, written
from tests.factories import DossierFactory, MenageFactory, UserFactory

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


def test_what_hides_a_household_is_asked_in_a_query_of_any_depth():
    """Whatever names the ORM gives to the tables around it."""
    user = UserFactory()
    dossiers = [DossierFactory(menage=MenageFactory(is_confidential=confidential)) for confidential in (0, 1, 1)]
    seen = {dossiers[0].menage_id, dossiers[1].menage_id}
    dossiers[1].menage.acces_confidentiels.create(user=user, capacity="referent", granted_by=user)
    assert set(Menage.objects.open_to(user).values_list("pk", flat=True)) == seen
    assert set(DossierSocial.objects.open_to(user).values_list("menage", flat=True)) == seen
    assert set(DossierSocial.objects.exclude(pk__in=DossierSocial.objects.open_to(user))) == {dossiers[2]}

    followed = Menage.objects.filter(Exists(DossierSocial.objects.open_to(user).filter(menage=OuterRef("pk"))))
    deep = Menage.objects.filter(pk__in=followed.filter(pk__in=followed.open_to(user).values("pk")).values("pk"))
    assert set(deep.values_list("pk", flat=True)) == seen


def test_rows_asked_together_are_the_same_written_once():
    fields = ("tie", "start_on", *whole(Personne, "personne"))
    of_any = Together(Rows(MembreMenage.objects.filter(menage=ANY_ROW), fields))
    for menage in (MenageFactory(), MenageFactory()):
        found, expected = of_any.of({ANY_ROW: menage.pk}), together(Rows(menage.membres.all(), fields))
        assert found == expected == [[menage.membres.get()]]
        assert model_to_dict(found[0][0].personne) == model_to_dict(menage.membres.get().personne)
