"""`manage.py issue_quittances AAAA-MM --output FILE.pdf`: the receipts of a month in one PDF."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from logement.actions.quittances import issue_quittances
from logement.management.commands.issue_avis import month_of, residences_of
from logement.queries.avis import print_papers
from logement.queries.envois import gone_by_email


class Command(BaseCommand):
    help = "Édite les quittances et reçus d’un mois, dans l’ordre des boîtes aux lettres, en un seul PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", metavar="AAAA-MM")
        parser.add_argument("--residence", metavar="CODE", help="une seule résidence ; sinon toutes")
        parser.add_argument("--toutes", action="store_true", help="aussi celles qui sont parties par courriel")
        parser.add_argument("--output", metavar="FICHIER.pdf", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        month = month_of(options["month"])
        output = Path(options["output"])
        if not output.parent.is_dir():
            raise CommandError(f"Le dossier {output.parent} n’existe pas.")
        receipts, new, emailed, refused = [], 0, 0, []
        for residence in residences_of(options["residence"]):
            try:
                of_month, just_issued = issue_quittances(by=None, residence=residence, month=month)
            except ValidationError as error:
                refused += error.messages
                continue
            gone = set() if options["toutes"] else gone_by_email(of_month)
            receipts += [row for row in of_month if row.pk not in gone]
            emailed += len(gone)
            new += len(just_issued)
        if not receipts:
            if emailed:
                raise CommandError(
                    "Toutes les quittances du mois sont parties par courriel (--toutes les imprime aussi)."
                )
            nothing = f"Rien n’a été payé pour {month:%m/%Y} : aucune quittance à éditer."
            raise CommandError(" ".join(refused) or nothing)
        content = print_papers([row.document for row in receipts], title=f"Quittances de {month:%m/%Y}")
        write_file(output, content)
        for reason in refused:
            self.stderr.write(reason)
        count = len(receipts)
        self.stdout.write(
            f"{count} quittance{'s' if count > 1 else ''} et reçus de {month:%m/%Y} dans {output} "
            f"(dont {new} édité{'s' if new > 1 else ''} à l’instant)."
        )


def write_file(output: Path, content: bytes) -> None:
    """All of the file or nothing: a full disk leaves the file of before. CommandError."""
    draft = None
    try:
        with tempfile.NamedTemporaryFile(dir=output.parent, suffix=output.suffix, delete=False) as file:
            draft = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(output)
    except OSError as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise CommandError(f"Le fichier {output} n’a pas pu être écrit : {error.strerror}.") from error
