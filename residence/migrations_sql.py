"""What migrations share: tables made at once, the application's role, and the tables that only ever grow."""

from itertools import groupby

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class CreateModels(migrations.operations.base.Operation):
    """Several new models: Django builds all that they are linked to again once, and not for each of them."""

    def __init__(self, models: list[migrations.CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create models {', '.join(model.name for model in self.models)}"


def tables_at_once(migration: type[migrations.Migration]) -> type[migrations.Migration]:
    """Has a migration make the models that follow one another as one operation: several times quicker."""
    operations: list[migrations.operations.base.Operation] = []
    for creates, group in groupby(migration.operations, lambda one: isinstance(one, migrations.CreateModel)):
        run = list(group)
        operations += [CreateModels(run)] if creates else run
    migration.operations = operations
    return migration


class Guard(migrations.RunSQL):
    """Triggers by which a table refuses changes, by `function`, whoever asks and however."""

    def __init__(self, table: str, *, function: str = "refuse_change", events: str = "UPDATE OR DELETE") -> None:
        super().__init__(
            f"""
            CREATE TRIGGER {table}_guard BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
            CREATE TRIGGER {table}_guard_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
            """,
            f"""
            DROP TRIGGER {table}_guard_truncate ON {table};
            DROP TRIGGER {table}_guard ON {table};
            """,
        )


class _OnServer(migrations.operations.base.Operation):
    """What is done on the server alone: the models stay as they are, and are not built for it as RunPython would."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        pass


class CreateAppRole(_OnServer):
    """Makes the role under which the web and the worker connect, when it is not there and may be made."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        role = settings.DATABASE_APP_ROLE
        quoted = schema_editor.connection.ops.quote_name(role)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                # Two migrations may run at once on one server: the second finds the role made.
                cursor.execute(
                    f"""
                    DO $$ BEGIN CREATE ROLE {quoted} NOLOGIN;
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
                    """
                )
            cursor.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [role])
            (is_member,) = cursor.fetchone()
            if not is_member:
                cursor.execute(f"GRANT {quoted} TO CURRENT_USER")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {quoted}"
            )
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {quoted}")
            # What earlier migrations of the packages have made already.
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")


class RevokeChanges(_OnServer):
    """The application's role may add to `table` and read it, nothing else."""

    def __init__(self, table: str) -> None:
        self.table = table

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        quoted = schema_editor.connection.ops.quote_name(settings.DATABASE_APP_ROLE)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {self.table} FROM {quoted}")
