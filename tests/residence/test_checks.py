"""What the deployment check says of the login of the web."""

import pytest
from django.db import connection

from residence.checks import the_application_owns_no_table


@pytest.mark.django_db
def test_login_that_owns_the_tables_is_refused() -> None:
    # Tests log in as the owner.
    assert [error.id for error in the_application_owns_no_table(databases=["default"])] == ["residence.E002"]


@pytest.mark.django_db
def test_role_taken_for_a_while_does_not_help(settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
    assert [error.id for error in the_application_owns_no_table(databases=["default"])] == ["residence.E002"]


def test_nothing_is_asked_of_databases_that_are_not_checked() -> None:
    assert the_application_owns_no_table(databases=None) == []
