"""`manage.py import_irl FILE.csv`: the published values of the reference index of rents."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from logement.actions.tarifs import import_irl


class Command(BaseCommand):
    help = "Importe des valeurs de l’indice de référence des loyers (colonnes quarter,value,published_on)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FICHIER.csv")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(f"Le fichier {path} ne peut pas être lu : {error.strerror}.") from error
        except UnicodeDecodeError:
            raise CommandError(f"Le fichier {path} n’est pas en UTF-8.") from None
        try:
            result = import_irl(text.splitlines(), by=None, source=path.name)
        except ValidationError as error:
            for message in error.messages:
                self.stderr.write(message)
            raise CommandError("Rien n’a été importé : corrigez le fichier puis recommencez.") from None
        self.stdout.write(
            f"Indices IRL : {result.added} ajouté{'s' if result.added > 1 else ''}, "
            f"{result.changed} modifié{'s' if result.changed > 1 else ''}, {result.same} déjà là."
        )
