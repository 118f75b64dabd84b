"""Statements that each request asks: the ORM writes them once, and only their values change."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

# Stands for the account that asks.
ANYBODY = -1

Statement = tuple[str, tuple[Any, ...]]


def written(rows: QuerySet[Any]) -> Statement:
    """The SQL of `rows`, and its values."""
    return rows.query.sql_with_params()


def counting(rows: QuerySet[Any]) -> Statement:
    """The SQL that counts `rows`, and its values."""
    try:
        sql, values = written(rows.order_by().values("pk"))
    except EmptyResultSet:
        return "SELECT 0", ()
    return f"SELECT count(*) FROM ({sql}) AS counted", values  # noqa: S608 (the ORM's own SQL)


def asked(statement: Statement, of_now: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, its values replaced by those of now."""
    sql, values = statement
    with connection.cursor() as cursor:
        cursor.execute(sql, [of_now.get(value, value) for value in values])
        return cursor.fetchall()
