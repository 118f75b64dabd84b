"""`manage.py prepare`: the database, its cache table and the static files are those of this version of the code."""

from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand

EMPTY = "Base prête, encore vide."
READY = "Base prête."


class Command(BaseCommand):
    help = "Met la base, sa table de cache et les fichiers statiques au niveau de cette version du code."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        inhabited = any(apps.get_model("residence", model).objects.exists() for model in ("Residence", "User"))
        self.stdout.write(READY if inhabited else EMPTY)
