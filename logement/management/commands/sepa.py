"""`manage.py sepa AAAA-MM --output FILE.xml`: the direct debits of a month for the bank, pain.008."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from logement.actions.prelevements import make_remise
from logement.management.commands.issue_avis import month_of, residences_of
from logement.management.commands.issue_quittances import write_file
from logement.models import RemisePrelevement


class Command(BaseCommand):
    help = "Prépare la remise de prélèvements d’un mois et écrit son fichier ; deux fois redonne le même."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", metavar="AAAA-MM", help="mois des avis")
        parser.add_argument("--residence", metavar="CODE", help="une seule résidence ; sinon celle qui prélève")
        parser.add_argument("--remise", metavar="ID", help="une remise plus ancienne, par son identifiant de message")
        parser.add_argument("--output", metavar="FICHIER.xml", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        month = month_of(options["month"])
        output = Path(options["output"])
        if not output.parent.is_dir():
            raise CommandError(f"Le dossier {output.parent} n’existe pas.")
        rows = RemisePrelevement.objects.filter(month=month).exclude(status=RemisePrelevement.Status.CANCELLED)
        residences = residences_of(options["residence"])
        if not options["remise"]:
            for residence in residences:
                try:
                    make_remise(by=None, residence=residence, month=month)
                except ValidationError as error:
                    raise CommandError(" ".join(error.messages)) from error
        found = rows.filter(residence__in=residences)
        if options["remise"]:
            found = found.filter(message_id=options["remise"])
        latest = found.order_by("-made_at", "-pk").first()
        if latest is None:
            raise CommandError(f"Rien n’est à prélever pour {month:%m/%Y} : aucune remise.")
        if found.values("residence").distinct().count() > 1:
            raise CommandError("Plusieurs résidences prélèvent ce mois : dites laquelle avec --residence.")
        write_file(output, latest.content.encode())
        self.stdout.write(
            f"Remise {latest.message_id} : {latest.count} prélèvement{'s' if latest.count > 1 else ''}, "
            f"{latest.total} €, "
            f"le {latest.collected_on:%d/%m/%Y}, dans {output}."
        )
