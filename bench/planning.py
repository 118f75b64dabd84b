"""The planning of every place over twenty-four months: time, processor's time, queries and weight of the page.

It is measured on what the pages' measures leave, at the size that the command line says.
"""

import json
import statistics
import sys
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from residence.models import User

ROUNDS = 15


def main(places: int) -> None:
    settings.ROOT_URLCONF = "bench.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="gestionnaire"))
    for name, address in (
        ("planning sur 24 mois", f"{reverse('logement:planning_view')}?mois=24"),
        ("planning d’un jour", reverse("logement:planning_day")),
        ("vacances", reverse("logement:vacance_list")),
    ):
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
            captured.initial_queries = len(connection.queries_log)  # the second request: caches are warm
            answer = client.get(address)
        queries = len(captured)  # the next request empties the log
        walls, processors = [], []
        for _ in range(ROUNDS):
            wall, processor = time.perf_counter(), time.process_time()
            client.get(address)
            walls.append((time.perf_counter() - wall) * 1000)
            processors.append((time.process_time() - processor) * 1000)
        say(f"{name}, médiane", statistics.median(walls), "ms", places)
        say(f"{name}, p95", statistics.quantiles(walls, n=20)[-1], "ms", places)
        say(f"{name}, processeur", statistics.median(processors), "ms", places)
        say(f"{name}, requêtes", queries, "requêtes, session comprise", places)
        say(f"{name}, page", len(answer.content) / 1024, "Kio", places)


def say(name: str, value: float, unit: str, size: int) -> None:
    print(
        json.dumps({"name": name, "value": round(value, 2), "unit": unit, "size": size}, ensure_ascii=False), flush=True
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
