"""`manage.py revise_redevances AAAA [--dry-run]`: the yearly revision of the tariffs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from logement.actions.revisions import apply_revision
from logement.management.commands.issue_avis import residences_of
from logement.queries.revisions import Line, Revision, revision_of
from residence.rules.money import euros


class Command(BaseCommand):
    help = "Révise les tarifs au 1er janvier d’une année, par l’IRL ou au taux fixé pour la résidence."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", metavar="AAAA", type=int)
        parser.add_argument("--residence", metavar="CODE", help="une seule résidence ; sinon toutes")
        parser.add_argument("--dry-run", action="store_true", help="montre les montants, n’écrit rien")

    def handle(self, *args: Any, **options: Any) -> None:
        year, dry = options["year"], options["dry_run"]
        if not 2000 <= year <= 2100:
            raise CommandError(f"« {year} » n’est pas une année : écrivez-la AAAA, par exemple 2027.")
        refused = []
        for residence in residences_of(options["residence"]):
            revision = revision_of(residence, year)
            if revision.is_applied:
                self.stdout.write(f"{residence} : révision de {year} déjà faite, au {revision.effective_on:%d/%m/%Y}.")
                continue
            if revision.basis is not None and revision.basis.is_frozen:
                self.stdout.write(f"{residence} : {revision.basis.text}")
                continue
            if not dry:
                try:
                    revision = apply_revision(by=None, residence=residence, year=year).revision
                except ValidationError as error:
                    refused.append(f"{residence} : {' '.join(error.messages)}")
                    continue
            elif revision.stopped:
                refused.append(f"{residence} : {revision.stopped}")
                continue
            self._say(revision, dry=dry)
        if refused:
            for reason in refused:
                self.stderr.write(reason)
            several = len(refused) > 1
            raise CommandError(f"{len(refused)} résidence{'s' if several else ''} sans révision (voir ci-dessus).")

    def _say(self, revision: Revision, *, dry: bool) -> None:
        text = revision.basis.text if revision.basis else ""
        done = "à blanc, rien n’est écrit" if dry else "tarifs révisés"
        self.stdout.write(f"{revision.residence}, au {revision.effective_on:%d/%m/%Y} ({done}). {text}")
        for line in revision.lines:
            self.stdout.write(f"  {self._line(line)}")

    @staticmethod
    def _line(line: Line) -> str:
        places = f"{len(line.codes)} place{'s' if len(line.codes) > 1 else ''}"
        said = f"{line.categorie.name} ({places}) : "
        if line.old is None:
            return said + (line.left or "aucun tarif avant")
        if line.left:
            return f"{said}{euros(line.old.redevance)}, inchangé ({line.left})"
        note = f" ({line.note})" if line.note else ""
        return f"{said}{euros(line.old.redevance)} -> {euros(line.redevance)}{note}"
