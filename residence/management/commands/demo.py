"""`manage.py demo`: load the demonstration into an empty database."""

import gc
import random
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from residence import hooks
from residence.demo import World
from residence.duties import duties_postponed, rebuild_duties
from residence.models import Residence, User
from residence.models.base import today

PLACES = 222
MONTHS = 24


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Rows by the hundred thousand live until the end: to go through them for garbage takes a sixth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class Command(BaseCommand):
    help = "Charge des données de démonstration, inventées, dans une base vide."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--places", type=int, default=PLACES, help="nombre de places (222)")
        parser.add_argument("--mois", type=int, default=MONTHS, help="mois d’histoire (24)")

    def handle(self, *args: Any, places: int, mois: int, **options: Any) -> None:
        if not 1 <= places <= 100_000 or not 0 <= mois <= 120:
            raise CommandError("Donnez de 1 à 100 000 places, et de 0 à 120 mois.")
        with _seldom_collecting(), transaction.atomic():
            with connection.cursor() as cursor:
                # Two loadings at once: the second finds the database inhabited.
                cursor.execute("LOCK TABLE residence_residence IN SHARE ROW EXCLUSIVE MODE")
            if Residence.objects.exists() or User.objects.exists():
                self.stdout.write("La base n’est pas vide : rien n’a été chargé.")
                return
            world = World(today=today(), places=places, months=mois, chance=random.Random(63))  # noqa: S311
            with duties_postponed():
                for load in hooks.named("DEMO"):
                    load(world=world)
                    with connection.cursor() as cursor:
                        # The next part reads these rows: without statistics, PostgreSQL would read them one by one.
                        cursor.execute("ANALYZE")
            rebuild_duties(world.today)
        self.stdout.write(f"Démonstration chargée : {places} places, {mois} mois.")
