"""Times of a page: median and 95th percentile of the wall clock, processor's time, number of queries."""

import statistics
import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROUNDS = 40


def measure(say: Callable[[str, float, str], None], name: str, client: Client, address: Callable[[], str]) -> None:
    with CaptureQueriesContext(connection) as captured:
        fetch(client, address())
        captured.initial_queries = len(connection.queries_log)  # the second request: caches of the process are warm
        fetch(client, address())
    queries = sum(not of_the_session(query["sql"]) for query in captured)
    times, worked = zip(*(fetch(client, address()) for _ in range(ROUNDS)), strict=True)
    say(f"{name}, médiane", statistics.median(times), "ms")
    say(f"{name}, p95", statistics.quantiles(times, n=20)[-1], "ms")
    say(f"{name}, médiane du processeur", statistics.median(worked), "ms")
    say(f"{name}, requêtes", queries, "requêtes (hors session, compte et rôles)")


def fetch(client: Client, where: str) -> tuple[float, float]:
    """Milliseconds that the page at `where` takes, by the clock and of our processor; the run stops where it fails."""
    start, worked = time.perf_counter(), time.process_time()
    response = client.get(where)
    spent = ((time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000)
    if response.status_code != 200:
        raise SystemExit(f"{where} : {response.status_code}")
    return spent


def of_the_session(sql: str) -> bool:
    """Whether a query is one of those that every page makes: session, user, roles, or the frame of a transaction."""
    tables = ("django_session", "residence_roleattribution", "residence_delegation", '"mfa_authenticator"')
    return (
        any(table in sql for table in tables)
        or ('FROM "residence_user"' in sql and '"residence_user"."id" = ' in sql and "JOIN" not in sql)
        or sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    )
