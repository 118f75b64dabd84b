"""System checks of the project: what `manage.py check --deploy --database default` refuses in production."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connections

from residence import database

# `session_user` and not `current_user`: a role taken with SET ROLE is given back with RESET ROLE.
RIGHTS_OF_THE_LOGIN = """
    SELECT session_user,
           (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
           EXISTS (
               SELECT FROM pg_class
               JOIN pg_namespace ON pg_namespace.oid = relnamespace
               WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema')
                 AND nspname NOT LIKE 'pg_temp%'
                 AND pg_has_role(session_user, relowner, 'MEMBER')
           )
"""


@register(Tags.database, deploy=True)
def the_application_owns_no_table(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors where the web's login could lift the guarantees of the database, as superuser or owner of tables."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(RIGHTS_OF_THE_LOGIN)
                login, superuser, owner = cursor.fetchone()
        except OperationalError as error:
            found.append(Error(database.explain(error) or str(error), id="residence.E001"))
            continue
        if superuser or owner:
            what = "est superutilisateur" if superuser else "possède des tables (ou peut le devenir)"
            found.append(
                Error(
                    f"Le compte PostgreSQL « {login} » {what} : il pourrait modifier le journal et les écritures.",
                    hint=(
                        "Donnez à DATABASE_URL le compte de l’application, à DATABASE_OWNER_URL celui du propriétaire "
                        "(docs/deploiement.md)."
                    ),
                    id="residence.E002",
                )
            )
    return found
