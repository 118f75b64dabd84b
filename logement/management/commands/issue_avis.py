"""`manage.py issue_avis AAAA-MM`: the month's avis d'échéance, prepared and confirmed."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from logement.actions.campagnes import issue_avis
from logement.models import Sejour
from logement.queries.campagnes import contracts_without_avis
from residence.models import Residence


def month_of(text: str) -> datetime.date:
    """The first day of a month written AAAA-MM."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month has no hour)
    except ValueError:
        raise CommandError(f"« {text} » n’est pas un mois : écrivez-le AAAA-MM, par exemple 2026-03.") from None


def residences_of(code: str | None) -> list[Residence]:
    """The résidence of this code; without one, every résidence where somebody has stayed."""
    if code is None:
        return list(Residence.objects.filter(pk__in=Sejour.objects.values("residence")).order_by("code"))
    residence = Residence.objects.filter(code__iexact=code).first()
    if residence is None:
        known = ", ".join(Residence.objects.order_by("code").values_list("code", flat=True)) or "aucune"
        raise CommandError(f"Aucune résidence n’a le code « {code} » (connues : {known}).")
    return [residence]


class Command(BaseCommand):
    help = "Prépare et confirme les avis d’échéance d’un mois, pour les contrats qui n’en ont pas. N’envoie rien."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", metavar="AAAA-MM")
        parser.add_argument("--residence", metavar="CODE", help="une seule résidence ; sinon toutes")

    def handle(self, *args: Any, **options: Any) -> None:
        month = month_of(options["month"])
        issued, blocked, refused = 0, 0, []
        for residence in residences_of(options["residence"]):
            try:
                prepared = issue_avis(by=None, residence=residence, month=month)
            except ValidationError as error:
                if not options["residence"] and not contracts_without_avis(residence, month).exists():
                    continue
                refused.append(f"{residence} : {' '.join(error.messages)}")
                continue
            issued += prepared.avis_count
            for anomaly in prepared.anomalies:
                word = "LAISSÉ DE CÔTÉ" if anomaly.is_blocking else "à regarder"
                self.stdout.write(f"{residence}, contrat {anomaly.contrat_id} ({word}) : {anomaly.text}")
            blocked += len({anomaly.contrat_id for anomaly in prepared.blocked})
        done = f"{issued} avis d’échéance de {month:%m/%Y} confirmé{'s' if issued > 1 else ''}."
        if not refused and not blocked:
            self.stdout.write(done)
            return
        for reason in refused:
            self.stderr.write(reason)
        left = []
        if blocked:
            left.append(f"{blocked} contrat{'s' if blocked > 1 else ''} laissé{'s' if blocked > 1 else ''} de côté")
        if refused:
            left.append(f"{len(refused)} résidence{'s' if len(refused) > 1 else ''} sans campagne possible")
        raise CommandError(f"{done} Reste à faire : {', '.join(left)} (voir ci-dessus).")
