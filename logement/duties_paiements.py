"""What is due about payments: files with lines left, lines of hidden households, departures to tell the CAF."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from logement.models import FichierPaiements, LigneFichier, Sejour
from logement.queries.rapprochement import departures, hidden_by_name
from residence.duties import DutyKind, Expected
from residence.models import AccesConfidentiel
from residence.permissions import Permission, Role
from residence.rules.dates import add_days

# A file that was sent in is entered within so many days.
ENTER_WITHIN_DAYS = 3


def lines_to_enter(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Files whose columns wait to be said, or whose lines wait to be decided or entered."""
    at_work = rows.filter(status__in=[FichierPaiements.Status.COLUMNS, FichierPaiements.Status.REVIEW])
    hidden = set(hidden_by_name(at_work).values_list("pk", flat=True))
    waiting = dict(
        LigneFichier.objects.waiting()
        .filter(fichier__in=at_work)
        .exclude(pk__in=hidden)
        .order_by()
        .values_list("fichier")
        .annotate(Count("pk"))
    )
    for fichier in at_work.defer("rows").order_by("pk"):
        count = waiting.get(fichier.pk, 0)
        if fichier.status == FichierPaiements.Status.REVIEW and not count:
            continue
        plural = "s" if count > 1 else ""
        yield Expected(
            target_id=fichier.pk,
            residence_id=fichier.residence_id,
            due_on=add_days(timezone.localdate(fichier.opened_at), ENTER_WITHIN_DAYS),
            role=Role.GESTIONNAIRE,
            detail=f"{fichier}, {count} ligne{plural}" if count else f"{fichier}, colonnes à reconnaître",
        )


def hidden_lines(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Lines that name a hidden household: for the gestionnaire named on it, and nobody else."""
    lines = hidden_by_name(rows.filter(status=FichierPaiements.Status.REVIEW)).select_related("sejour", "fichier")
    found = list(lines.order_by("pk"))
    named = AccesConfidentiel.objects.in_force(day).filter(
        menage__in={one.sejour.menage_id for one in found}, capacity="gestionnaire"
    )
    readers: dict[int, list[int]] = {}
    for menage_id, user_id in named.values_list("menage_id", "user_id"):
        readers.setdefault(menage_id, []).append(user_id)
    seen = set()
    for one in found:
        for user_id in readers.get(one.sejour.menage_id, ()):
            if (one.fichier_id, user_id) not in seen:
                seen.add((one.fichier_id, user_id))
                yield Expected(
                    target_id=one.fichier_id,
                    residence_id=one.fichier.residence_id,
                    menage_id=one.sejour.menage_id,
                    due_on=add_days(timezone.localdate(one.fichier.opened_at), ENTER_WITHIN_DAYS),
                    user_id=user_id,
                )


def departures_to_report(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Departures, known or to come, of stays with an APL that the CAF or the MSA was not told of."""
    for sejour, left in departures(rows, day):
        yield Expected(
            target_id=sejour.pk,
            residence_id=sejour.residence_id,
            menage_id=sejour.menage_id,
            due_on=left,
            role=Role.GESTIONNAIRE,
            detail=f"départ le {left:%d/%m/%Y}",
        )


KINDS = [
    DutyKind(
        code="fichier.apply",
        sentence="Passer en compte les lignes d’un fichier de paiements",
        model=FichierPaiements,
        rule=lines_to_enter,
        url_name="logement:fichier_detail",
        permission=Permission.ENCAISSEMENT_RECORD,
        action_label="Ouvrir le fichier",
    ),
    DutyKind(
        code="fichier.decide",
        sentence="Dire si un paiement est celui d’un dossier confidentiel",
        model=FichierPaiements,
        rule=hidden_lines,
        url_name="logement:fichier_detail",
        permission=Permission.ENCAISSEMENT_RECORD,
        action_label="Ouvrir le fichier",
    ),
    DutyKind(
        code="apl.report_departure",
        sentence="Signaler un départ à la CAF ou à la MSA",
        model=Sejour,
        rule=departures_to_report,
        url_name="logement:apl_report_departure",
        permission=Permission.APL_RECORD,
        action_label="Noter le signalement",
    ),
]
