"""Statements that each request asks: the ORM writes them once, each connection plans them once, their values change."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg2.extensions import AsIs

# What a statement is written with in the place of the account that asks, of a row that it is asked of, of a day.
ANYBODY = -1
ANY_ROW = 2**62
ANY_DAY = datetime.date.min

_rank = count(1)
# What each connection has prepared: statements by their rank.
_prepared: WeakKeyDictionary[Any, set[int]] = WeakKeyDictionary()
# How many it keeps before it begins again: a plan holds some tens of kilobytes of the server's memory.
MOST_PREPARED = 100


@dataclass(frozen=True, eq=False)
class Statement:
    """SQL with its values, as the ORM writes it."""

    sql: str
    values: tuple[Any, ...]
    rank: int = field(default_factory=lambda: next(_rank))


def written(rows: QuerySet[Any]) -> Statement:
    """The statement of `rows`."""
    return Statement(*rows.query.sql_with_params())


def counting(rows: QuerySet[Any]) -> Statement:
    """The statement that counts `rows`."""
    try:
        rows_written = written(rows.order_by().values("pk"))
    except EmptyResultSet:
        return Statement("SELECT 0", ())
    return Statement(f"SELECT count(*) FROM ({rows_written.sql}) AS counted", rows_written.values)  # noqa: S608 (the ORM's own SQL)


def asked(statement: Statement, of_now: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, its values replaced by those of now, which are the same ones at each call."""
    replaced = [of_now[value] for value in statement.values if value in of_now]
    with connection.cursor() as cursor:
        name = _prepared_on(connection.connection, statement, of_now)
        cursor.execute(
            f"EXECUTE {name} ({', '.join(['%s'] * len(replaced))})" if replaced else f"EXECUTE {name}", replaced
        )
        return cursor.fetchall()


class ExistsFor(Func):
    """EXISTS, of a statement in which a column of the outer row stands for ANY_ROW, and values of now for others.

    The ORM takes longer to write what each scope asks than the server to answer. No name that the statement gives to
    its tables may be one that the ORM gives to those of an outer query.
    """

    output_field = BooleanField()

    def __init__(self, statement: Statement, column: str, of_now: Mapping[Any, Any]) -> None:
        super().__init__(F(column))
        self.statement, self.of_now = statement, of_now

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, of_column = compiler.compile(self.source_expressions[0])
        sql, *others = self.statement.sql.split("%s")
        parameters: list[Any] = []
        for value, following in zip(self.statement.values, others, strict=True):
            is_column = value == ANY_ROW
            sql += (column if is_column else "%s") + following
            parameters += of_column if is_column else [self.of_now.get(value, value)]
        return f"EXISTS ({sql})", parameters


def _prepared_on(server: Any, statement: Statement, of_now: Mapping[Any, Any]) -> str:
    """The name of a statement on one connection (of psycopg2), which prepares it the first time."""
    name = f"residence_{statement.rank}"
    ranks = _prepared.setdefault(server, set())
    if statement.rank not in ranks:
        parameters = count(1)
        values = [AsIs(f"${next(parameters)}") if value in of_now else value for value in statement.values]
        with connection.wrap_database_errors, server.cursor() as cursor:
            if len(ranks) >= MOST_PREPARED:
                cursor.execute("DEALLOCATE ALL")
                ranks.clear()
            cursor.execute(f"PREPARE {name} AS {statement.sql}", values)
        ranks.add(statement.rank)
    return name
