"""`manage.py quotidien`: what a day asks for. Twice, or twice at once, changes nothing more."""

import datetime
import logging
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from residence import hooks
from residence.duties import rebuild_duties
from residence.models.base import today
from residence.tasks_watch import retake_dead_tasks

logger = logging.getLogger(__name__)

LOCK = 20_260_402


class Command(BaseCommand):
    help = "Fait ce qu’un jour demande : échéances, propositions expirées, tâches interrompues."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jour", type=datetime.date.fromisoformat, help="le jour, AAAA-MM-JJ (aujourd’hui)")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                self.stdout.write("Le travail du jour est déjà en cours ailleurs : rien à faire ici.")
                return
        try:
            self._work(options["jour"] or today())
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def _work(self, day: datetime.date) -> None:
        """Each part in its own transaction: what fails in one leaves the others done."""
        done: list[str] = []
        failed: list[str] = []
        # The acts of the apps come first: they change what is due.
        for name, act in (
            *_acts(day),
            ("échéances", lambda: _duties(day)),
            ("tâches", _tasks),
            ("sessions", _sessions),
        ):
            try:
                with transaction.atomic():
                    said = act()
            except Exception:
                logger.exception("quotidien : %s", name)
                failed.append(name)
            else:
                if said:
                    done.append(said)
        line = f"Travail du {day:%d/%m/%Y} fait : {', '.join(done) or 'rien à faire'}."
        if failed:
            raise CommandError(f"{line} À revoir, voir le journal du serveur : {', '.join(failed)}.")
        self.stdout.write(line)


def _acts(day: datetime.date) -> list[tuple[str, Any]]:
    return [(act.__module__, lambda act=act: act(day=day)) for act in hooks.named("QUOTIDIEN")]


def _duties(day: datetime.date) -> str:
    opened, settled = rebuild_duties(day)
    return f"{opened} échéances ouvertes ou déplacées, {settled} réglées" if opened or settled else ""


def _tasks() -> str:
    again, given_up = retake_dead_tasks()
    said = [f"{again} tâches reprises"] if again else []
    if given_up:
        said.append(f"{given_up} tâches abandonnées")
    return ", ".join(said)


def _sessions() -> str:
    call_command("clearsessions", verbosity=0)
    return ""
