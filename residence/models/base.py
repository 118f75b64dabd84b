"""What every model of the project stands on."""

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Self

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Coalesce, Concat, Lower
from django.db.models.lookups import Lookup
from django.utils import timezone

from residence.models.conditions import Check
from residence.permissions import TABLE, Permission
from residence.statements import ANY_DAY, ANY_ROW, ANYBODY, ExistsFor, Statement, written


def today() -> Any:
    """The day it is in Europe/Paris."""
    return timezone.localdate()


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class Among(Lookup[Any]):
    """`sejour__among=keys`: keys by the thousand as one parameter, where `in` prepares, sends and parses each."""

    lookup_name = "among"

    def get_prep_lookup(self) -> str:
        return f"{{{','.join(map(str, self.rhs))}}}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        if self.rhs == "{}":
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs]


def choice_check(field: str, choices: type[models.TextChoices], *, name: str, blank: bool = False) -> Check:
    """A check that keeps `field` inside `choices` (or empty, if `blank`), which Django's `choices` alone does not."""
    return Check(
        condition=Q(**{f"{field}__in": [*([""] if blank else []), *choices.values]}),
        name=name,
        violation_error_message="Cette valeur n’est pas dans la liste.",
    )


def order_check(start: str, end: str, *, name: str, message: str | None = None) -> Check:
    """A check that `end`, when known, does not come before `start`."""
    return Check(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}),
        name=name,
        violation_error_message=message or "La fin ne peut pas précéder le début.",
    )


def pair_check(*fields: str, name: str) -> Check:
    """A check that `fields` are all known or all unknown."""
    return Check(
        condition=Q(**{f"{field}__isnull": True for field in fields})
        | Q(**{f"{field}__isnull": False for field in fields}),
        name=name,
        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
    )


def bulk_set(rows: Iterable[models.Model], fields: list[str]) -> None:
    """Write `fields` of saved rows of one model: `bulk_update` in one statement, many times quicker for many rows."""
    rows = list(rows)
    if not rows:
        return
    meta = type(rows[0])._meta
    quote = connection.ops.quote_name
    columns = [meta.pk, *(meta.get_field(name) for name in fields)]
    values = [[column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows] for column in columns]
    arrays = ", ".join(f"%s::{column.rel_db_type(connection)}[]" for column in columns)
    names = [quote(column.column) for column in columns]
    sets = ", ".join(f"{name} = new.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} AS old SET {sets} "  # noqa: S608 (names of columns, never a value)
            f"FROM unnest({arrays}) AS new ({', '.join(names)}) WHERE old.{names[0]} = new.{names[0]}",
            values,
        )


class PlainText(Func):
    """Text in lower case and without accents, as the search and the alphabetical order see it."""

    function = "f_unaccent"
    output_field = TextField()


def plain(*fields: str) -> Lower:
    """The generated column's expression over `fields`, joined by a space."""
    parts: list[Any] = []
    for name in fields:
        parts += [Coalesce(F(name), Value(""), output_field=TextField()), Value(" ")]
    text = Concat(*parts[:-1], output_field=TextField()) if len(parts) > 2 else parts[0]
    return Lower(PlainText(text))


def _accesses(menage: Any) -> Any:
    """What opens a confidential household to a reader on a day."""
    return (
        apps.get_model("residence", "AccesConfidentiel").objects.in_force(ANY_DAY).filter(user=ANYBODY, menage=menage)
    )


@cache
def _named_on() -> Statement:
    """Tells whether a reader was named on a household."""
    return _aliased(_accesses(ANY_ROW))


@cache
def _kept_from() -> Statement:
    """Tells whether a household is confidential, and its reader not named on it."""
    menages = apps.get_model("residence", "Menage").objects
    return _aliased(menages.filter(~Exists(_accesses(OuterRef("pk"))), pk=ANY_ROW, is_confidential=True))


@lru_cache(maxsize=256)
def _attached(scopes: frozenset[Any]) -> Statement:
    """Tells whether a household is attached where, and as, one of `scopes` asks."""
    attached = Q()
    for scope in scopes:
        one = Q(residence=scope.residence_id, cause__in=scope.causes)
        attached |= one if scope.past else one & Q(end_on__isnull=True)
    return _aliased(apps.get_model("residence", "Rattachement").objects.filter(attached, menage=ANY_ROW))


def _aliased(rows: models.QuerySet[Any]) -> Statement:
    """The statement that finds `rows`, its table under a name of its own."""
    rows = rows.order_by().values("pk")
    rows.query.change_aliases({rows.model._meta.db_table: f"asked_{rows.model._meta.model_name}"})
    return written(rows)


class ScopedQuerySet(models.QuerySet[Any]):
    """Rows narrowed to what a user may see.

    `residence_path` leads to the résidence of a row, `menage_path` to its household ("" when the row is one,
    None when it has none). A model without a résidence of its own is reached through the attachments of its household.
    """

    residence_path: str | None = "residence"
    menage_path: str | None = None

    def visible_to(self, user: Any, permission: Permission) -> Self:
        """Rows where `user` holds `permission`, by résidence and cause; confidential ones as the permission allows."""
        rows = self.filter(self._in_scope(user, permission))
        if self.menage_path is None or TABLE[permission].on_number:
            return rows
        return rows.open_to(user)

    def open_to(self, user: Any) -> Self:
        """Rows but those of the confidential households on which `user` was not named."""
        return self.filter(self.is_open_to(user))

    def is_open_to(self, user: Any) -> Q:
        """What `open_to` asks of a row, in terms of what is left out.

        Confidential households are few, while joining each row to its own household costs more than reading the row.
        """
        of_now = {ANYBODY: user.pk, ANY_DAY: today()}
        if not self.menage_path:
            return Q(is_confidential=False) | Q(ExistsFor(_named_on(), "pk", of_now))
        return ~Q(ExistsFor(_kept_from(), f"{self.menage_path}_id", of_now))

    def _in_scope(self, user: Any, permission: Permission) -> Q:
        scopes = user.scopes_for(permission)
        if self.menage_path is None and any(scope.residence_id is None for scope in scopes):
            return Q()
        scopes = [scope for scope in scopes if scope.residence_id is not None]
        if self.residence_path is not None:
            return Q(**{f"{self.residence_path}__in": {scope.residence_id for scope in scopes}})
        if not scopes:
            return Q(pk__in=[])
        return Q(ExistsFor(_attached(frozenset(scopes)), f"{self.menage_path}_id" if self.menage_path else "pk", {}))
