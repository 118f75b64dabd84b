"""What the database itself keeps, whoever asks: rows that never change, names that sort, constraints in French."""

import datetime
from decimal import Decimal

import psycopg2
import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import BaseConstraint, CheckConstraint, Q

from admissions.models import EtapeOrientation
from logement.models import Ecriture, OccupationPlace
from logement.models.parc import days
from residence.models import DocumentEmis, EntreeJournal, Personne
from tests.factories import (
    ContratFactory,
    OrientationFactory,
    PersonneFactory,
    PlaceFactory,
    ResidenceFactory,
    TarifFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

OURS = ("residence", "logement", "admissions", "accompagnement")
# Tables that only ever grow, for everybody; for the rest, see the triggers of each app's migrations.
NEVER_CHANGED = [
    "residence_entreejournal",
    "logement_ecriture",
    "admissions_etapeorientation",
    "logement_etapeprocedure",
]
NEVER_EMPTIED = [*NEVER_CHANGED, "residence_documentemis", "residence_modeledocument", "logement_quittance"]


@pytest.fixture
def as_application():
    """The rights of the web and of the worker, until the end of the test."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        yield cursor
        cursor.execute("RESET ROLE")


def refused(sql, cursor=None):
    """The message with which the database refuses `sql`; the transaction goes on."""
    with pytest.raises((IntegrityError, ProgrammingError)) as caught, transaction.atomic():
        (cursor or connection.cursor()).execute(sql)
    return str(caught.value)


@pytest.fixture
def rows():
    """One row in each table that only grows."""
    user = UserFactory()
    EntreeJournal.objects.create(action="test.view", by=user)
    contrat = ContratFactory()
    Ecriture.objects.create(
        sejour=contrat.sejour,
        contrat=contrat,
        kind=Ecriture.Kind.values[0],
        dated_on=datetime.date(2025, 4, 30),
        amount=Decimal("12.00"),
        label="test",
        recorded_by=user,
    )
    orientation = OrientationFactory()
    EtapeOrientation.objects.create(orientation=orientation, status=orientation.status, by=user)
    day = contrat.start_on
    procedure = contrat.sejour.procedures.create(
        contrat=contrat, kind="unseen", event_on=day, opened_on=day, opened_by=user
    )
    procedure.etapes.create(code="knock", done_on=day, recorded_by=user)
    with connection.cursor() as cursor:
        # A table with constraints still to be checked is not emptied either, but for another reason.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def document():
    return DocumentEmis.objects.create(
        kind="quittance",
        residence=ResidenceFactory(),
        year=2026,
        rank=1,
        issued_on=datetime.date(2026, 3, 12),
        template="pdf/letter.html",
        data={"a": 1},
        data_sha256="0" * 64,
    )


class TestWhatNeverChanges:
    @pytest.mark.parametrize("table", NEVER_CHANGED)
    @pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_for_the_application(self, rows, as_application, table, sql):
        assert "permission denied" in refused(sql.format(table), as_application)

    @pytest.mark.parametrize("table", NEVER_CHANGED)
    @pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_for_the_owner_of_the_tables(self, rows, table, sql):
        assert "ne se" in refused(sql.format(table))

    @pytest.mark.parametrize("table", NEVER_EMPTIED)
    def test_emptying_is_refused_to_the_application_even_with_the_door_of_the_tests(self, as_application, table):
        as_application.execute("SET LOCAL residence.flush = 'on'")
        refused(f"TRUNCATE {table} CASCADE", as_application)

    @pytest.mark.parametrize("table", NEVER_CHANGED)
    @pytest.mark.parametrize(
        "sql",
        [
            "ALTER TABLE {0} DISABLE TRIGGER ALL",
            "DROP TRIGGER {0}_guard ON {0}",
            "ALTER TABLE {0} OWNER TO CURRENT_USER",
            "DROP TABLE {0}",
            "ALTER TABLE {0} ADD COLUMN x integer",
            "CREATE TRIGGER x BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "GRANT UPDATE ON {0} TO CURRENT_USER",
        ],
    )
    def test_the_application_does_not_lift_the_guard(self, as_application, table, sql):
        if sql.startswith("GRANT"):
            # PostgreSQL warns and grants nothing.
            as_application.execute(sql.format(table))
            as_application.execute(f"SELECT has_table_privilege(current_user, '{table}', 'UPDATE')")
            assert as_application.fetchone() == (False,)
        else:
            refused(sql.format(table), as_application)

    @pytest.mark.parametrize(
        "sql",
        [
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE OR REPLACE FUNCTION leaves_under_visa() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "DROP FUNCTION refuse_change() CASCADE",
            "ALTER FUNCTION leaves_under_visa() OWNER TO CURRENT_USER",
            "CREATE FUNCTION public.leaves_under_visa(x int DEFAULT 0) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "SET session_replication_role = replica",
            "CREATE TABLE public.x (id integer)",
        ],
    )
    def test_the_application_does_not_change_the_functions(self, as_application, sql):
        refused(sql, as_application)

    def test_the_application_adds_and_reads(self, rows, as_application):
        as_application.execute(
            "INSERT INTO residence_entreejournal (kind, action, details) VALUES ('action', 'x', '{}')"
        )
        as_application.execute("SELECT count(*) FROM residence_entreejournal")
        assert as_application.fetchone()[0] >= 2

    def test_the_journal_has_the_hour_of_the_database(self):
        line = EntreeJournal.objects.create(action="test.view")
        with time_machine.travel("2020-01-01"):
            late = EntreeJournal.objects.create(action="test.view")
        for one in (line, late):
            one.refresh_from_db()
            with connection.cursor() as cursor:
                cursor.execute("SELECT %s BETWEEN now() AND clock_timestamp()", [one.at])
                assert cursor.fetchone() == (True,)


class TestIssuedDocuments:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE residence_documentemis SET data = '{}'",
            "UPDATE residence_documentemis SET data_sha256 = 'x'",
            "UPDATE residence_documentemis SET rank = 2",
            "UPDATE residence_documentemis SET issued_on = '2020-01-01'",
            "UPDATE residence_documentemis SET template = 'x'",
            "UPDATE residence_documentemis SET kind = 'recu'",
        ],
    )
    def test_what_was_issued_stays(self, document, as_application, change):
        assert "ne se modifie pas" in refused(change, as_application)

    def test_nothing_is_deleted(self, document, as_application):
        assert "ne s’efface pas" in refused("DELETE FROM residence_documentemis", as_application)

    def test_the_pdf_is_given_once(self, document, as_application):
        made = "UPDATE residence_documentemis SET pdf = '{}', pdf_sha256 = '{}', pdf_made_at = now()"
        as_application.execute(made.format("a.pdf", "1" * 64))
        assert "ne se modifie pas" in refused(made.format("b.pdf", "2" * 64), as_application)
        assert "ne se modifie pas" in refused("UPDATE residence_documentemis SET pdf = ''", as_application)

    def test_the_pdf_does_not_bring_another_change_along(self, document, as_application):
        sql = "UPDATE residence_documentemis SET pdf = 'a', pdf_sha256 = 'b', pdf_made_at = now(), rank = 2"
        assert "ne se modifie pas" in refused(sql, as_application)

    def test_a_pdf_without_its_hash_is_refused(self, document, as_application):
        assert "document_emis_pdf" in refused("UPDATE residence_documentemis SET pdf = 'a.pdf'", as_application)


class TestNames:
    def test_they_sort_as_in_a_french_directory(self):
        names = [
            "Zola",
            "Œuvrard",
            "Étienne",
            "Ndiaye",
            "N’Diaye",
            "d’Arc",
            "Évrard",
            "Eluard",
            "Ozanne",
            "Çelik",
            "Ælia",
        ]
        for name in names:
            PersonneFactory(last_name=name, first_names="Awa")
        field = _search_field(Personne)
        found = list(Personne.objects.filter(last_name__in=names).order_by(field).values_list("last_name", flat=True))
        expected = [
            "Ælia",
            "Çelik",
            "d’Arc",
            "Eluard",
            "Étienne",
            "Évrard",
            "N’Diaye",
            "Ndiaye",
            "Œuvrard",
            "Ozanne",
            "Zola",
        ]
        assert sorted(found[6:8]) == sorted(expected[6:8])
        assert found[:6] + found[8:] == expected[:6] + expected[8:]

    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("Éloïse", "eloise"),
            ("ŒUVRARD", "oeuvrard"),
            ("Ælia", "aelia"),
            ("Çelik", "celik"),
            ("Noël-Günther", "noel-gunther"),
            ("Łukasz", "lukasz"),
            ("ﬁlle", "fille"),
            ("N’Diaye", "n'diaye"),
            ("N'Diaye", "n'diaye"),
        ],
    )
    def test_accents_ligatures_and_apostrophes_are_read_as_typed(self, written, plain):
        with connection.cursor() as cursor:
            cursor.execute("SELECT lower(f_unaccent(%s))", [written])
            assert cursor.fetchone() == (plain,)

    def test_the_column_follows_the_name(self):
        personne = PersonneFactory(last_name="Œuvrard", first_names="Éloïse")
        field = _search_field(Personne)
        assert "oeuvrard" in Personne.objects.values_list(field, flat=True).get(pk=personne.pk)
        Personne.objects.filter(pk=personne.pk).update(last_name="Bœuf")
        assert "boeuf" in Personne.objects.values_list(field, flat=True).get(pk=personne.pk)

    def test_the_function_cannot_be_fooled_by_a_search_path(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT provolatile, proconfig FROM pg_proc WHERE proname = 'f_unaccent'")
            volatility, _ = cursor.fetchone()
        assert volatility == "i"


def _search_field(model):
    return next(field.name for field in model._meta.fields if getattr(field, "generated", False))


class TestOneAtATime:
    def test_a_place_has_one_occupation_a_day(self):
        contrat = ContratFactory()
        with pytest.raises(IntegrityError, match="occupation"), transaction.atomic():
            OccupationPlace.objects.create(
                place=contrat.place, kind="works", period=days(contrat.start_on, contrat.start_on)
            )

    def test_two_periods_that_touch_do_not_meet(self):
        place = PlaceFactory()
        first, second = datetime.date(2026, 3, 1), datetime.date(2026, 3, 2)
        OccupationPlace.objects.create(place=place, kind="works", period=days(first, first))
        OccupationPlace.objects.create(place=place, kind="turnaround", period=days(second, second))

    def test_two_tariffs_of_one_kind_do_not_overlap(self):
        tarif = TarifFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            TarifFactory(categorie=tarif.categorie, residence=tarif.residence, valid_from=datetime.date(2020, 1, 1))

    def test_an_account_name_is_one_whatever_its_case(self):
        UserFactory(username="awa")
        with pytest.raises(IntegrityError, match="user_username_whatever_case"), transaction.atomic():
            UserFactory(username="AWA", email="autre@exemple.fr")

    def test_a_closed_account_has_its_date(self):
        user = UserFactory()
        with pytest.raises(IntegrityError, match="user_closed"), transaction.atomic():
            type(user).objects.filter(pk=user.pk).update(is_active=False)


def constraints():
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            for constraint in model._meta.constraints:
                yield pytest.param(model, constraint, id=f"{model._meta.label}.{constraint.name}")


@pytest.mark.parametrize(("model", "constraint"), list(constraints()))
def test_a_constraint_says_in_french_what_is_wrong(model, constraint):
    said = str(constraint.violation_error_message)
    assert said != str(BaseConstraint.default_violation_error_message), "violation_error_message is missing"
    assert said[0].isupper()
    assert said.endswith((".", " ?", "!"))
    assert not any(sign in said for sign in ("'", '"')), f"typography: {said}"


def choice_fields():
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.local_fields:
                if field.choices:
                    yield pytest.param(model, field, id=f"{model._meta.label}.{field.name}")


@pytest.mark.parametrize(("model", "field"), list(choice_fields()))
def test_choices_are_kept_by_the_database_too(model, field):
    checks = [one for one in model._meta.constraints if isinstance(one, CheckConstraint)]
    values = {value for value, _ in field.flatchoices}
    kept = (_allowed(one.condition, field.name) for one in checks)
    assert any(one is not None and one - {"", None} == values for one in kept), "a choice_check is missing"


def _allowed(condition, name):
    """The values of `name` that `condition` lets through, None when it lets any."""
    if isinstance(condition, tuple):
        lookup, given = condition
        if lookup == f"{name}__in":
            return set(given)
        if lookup == name:
            return {given}
        return {None} if lookup == f"{name}__isnull" and given else None
    if not isinstance(condition, Q) or condition.negated:
        return None
    parts = [_allowed(child, name) for child in condition.children]
    if condition.connector == Q.OR:
        return None if None in parts else set().union(*parts)
    return next((part for part in parts if part is not None), None)


@pytest.mark.django_db(transaction=True)
class TestEmptiedBetweenTests:
    """A transactional test leaves the guarded tables empty: the flush may, on its own connection, for its own time."""

    def test_first(self):
        EntreeJournal.objects.create(action="test.view")

    def test_second(self):
        assert not EntreeJournal.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('residence.flush', true)")
            assert cursor.fetchone()[0] in (None, "")
        assert "ne se vide pas" in refused("TRUNCATE residence_entreejournal CASCADE")


def test_the_role_of_the_web_logs_in_without_the_tables(settings):
    """What the settings give to gunicorn and to the worker is the application's role, not the owner."""
    if not settings.DATABASE_EMBEDDED:
        pytest.skip("Le serveur est donné par DATABASE_URL : manage.py check --deploy le vérifie.")
    parameters = connection.get_connection_params() | {"user": settings.DATABASE_APP_ROLE}
    for of_django in ("cursor_factory", "context"):
        parameters.pop(of_django, None)
    with psycopg2.connect(**parameters) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
    link.close()
