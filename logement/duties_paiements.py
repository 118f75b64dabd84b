"""What is due about payments: files with lines left, lines of hidden households, departures to tell the CAF."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from logement.models import (
    AvisEcheance,
    ComptageCaisse,
    Encaissement,
    EnvoiAnnuelCaf,
    FichierPaiements,
    LigneFichier,
    RemisePrelevement,
    Sejour,
)
from logement.queries.envoi_caf import due_on, reference_day
from logement.queries.rapprochement import departing, departures, hidden_by_name
from residence.duties import DutyKind, Expected
from residence.models import AccesConfidentiel, Residence
from residence.permissions import Permission, Role
from residence.rules.dates import add_days
from residence.rules.money import euros

# A file that was sent in is entered within so many days.
ENTER_WITHIN_DAYS = 3
# The file goes to the bank so many days before the collection.
BANK_NOTICE_DAYS = 4
# A cheque is handed over within so many days, and is out of date after a year and eight days (CMF, L.131-32, L.131-59).
HAND_OVER_WITHIN_DAYS = 15
CHEQUE_DAYS = 373
YEARLY_TABLE_FROM_MONTH = 9


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
    for sejour, left in departures(rows):
        yield Expected(
            target_id=sejour.pk,
            residence_id=sejour.residence_id,
            menage_id=sejour.menage_id,
            due_on=left,
            role=Role.GESTIONNAIRE,
            detail=f"départ le {left:%d/%m/%Y}",
        )


def remise_to_make(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Résidences where terms were announced for collection and are in no remise yet."""
    announced = (
        AvisEcheance.objects.called()
        .filter(contrat__sejour__residence__in=rows, collect_on__isnull=False)
        .exclude(prelevements__dropped=False)
        .exclude(prelevements__rejected_on__isnull=False)
        .with_to_pay()
        .filter(to_pay__gt=0)
        .order_by()
        .values("contrat__sejour__residence")
        .annotate(first=Min("collect_on"), count=Count("pk"))
    )
    for row in announced:
        plural = "s" if row["count"] > 1 else ""
        yield Expected(
            target_id=row["contrat__sejour__residence"],
            residence_id=row["contrat__sejour__residence"],
            due_on=add_days(row["first"], -BANK_NOTICE_DAYS),
            role=Role.GESTIONNAIRE,
            detail=f"{row['count']} terme{plural} annoncé{plural} pour le {row['first']:%d/%m/%Y}",
        )


def remise_to_book(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Remises whose day has come and that are not entered in the accounts."""
    for remise in rows.filter(status=RemisePrelevement.Status.MADE).defer("content"):
        yield Expected(
            target_id=remise.pk,
            residence_id=remise.residence_id,
            due_on=remise.collected_on,
            role=Role.GESTIONNAIRE,
            detail=f"{remise.message_id}, {euros(remise.total)}",
        )


def caisse_to_count(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Résidences where cash came in since the box was last counted: at the end of that day."""
    last = dict(
        ComptageCaisse.objects.filter(residence__in=rows).order_by("counted_at").values_list("residence", "counted_at")
    )
    cash = Encaissement.objects.live().filter(sejour__residence__in=rows, method=Encaissement.Method.CASH)
    latest = dict(cash.order_by("recorded_at").values_list("sejour__residence", "recorded_at"))
    for residence_id, at in latest.items():
        if residence_id not in last or at > last[residence_id]:
            yield Expected(
                target_id=residence_id,
                residence_id=residence_id,
                due_on=timezone.localdate(at),
                role=Role.GESTIONNAIRE,
            )


def cheques_to_hand_over(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Résidences where a cheque waits for its slip."""
    waiting = (
        Encaissement.objects.live()
        .filter(sejour__residence__in=rows, method=Encaissement.Method.CHEQUE, bordereau=None, ligne=None)
        .filter(received_on__gte=add_days(day, -CHEQUE_DAYS))
        .order_by()
        .values("sejour__residence")
        .annotate(first=Min("received_on"), count=Count("pk"))
    )
    for row in waiting:
        yield Expected(
            target_id=row["sejour__residence"],
            residence_id=row["sejour__residence"],
            due_on=add_days(row["first"], HAND_OVER_WITHIN_DAYS),
            role=Role.GESTIONNAIRE,
            detail=f"{row['count']} chèque{'s' if row['count'] > 1 else ''}",
        )


def yearly_table(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """From September until it is sent, or the end of the year: the table for the CAF, before 15 November."""
    if day.month < YEARLY_TABLE_FROM_MONTH:
        return
    sent = EnvoiAnnuelCaf.objects.filter(year=day.year).values("residence")
    stays = Sejour.objects.filter(cancelled_at=None, start_on__lte=reference_day(day.year)).values("residence")
    for residence in rows.filter(pk__in=stays).exclude(pk__in=sent):
        yield Expected(
            target_id=residence.pk,
            residence_id=residence.pk,
            due_on=due_on(day.year),
            role=Role.GESTIONNAIRE,
            detail=f"redevances au 1er juillet {day.year}, résidents non à jour",
        )


KINDS = [
    DutyKind(
        code="envoi_caf.send",
        sentence="Envoyer à la CAF le tableau annuel",
        model=Residence,
        rule=yearly_table,
        url_name="logement:envoi_caf",
        permission=Permission.ENCAISSEMENT_RECORD,
        action_label="Ouvrir le tableau",
    ),
    DutyKind(
        code="caisse.count",
        sentence="Compter la caisse",
        model=Residence,
        rule=caisse_to_count,
        url_name="logement:caisse_count",
        permission=Permission.ENCAISSEMENT_RECORD,
        action_label="Compter la caisse",
    ),
    DutyKind(
        code="bordereau.make",
        sentence="Remettre des chèques à la banque",
        model=Residence,
        rule=cheques_to_hand_over,
        url_name="logement:bordereau_make",
        permission=Permission.ENCAISSEMENT_RECORD,
        action_label="Faire le bordereau",
    ),
    DutyKind(
        code="remise.make",
        sentence="Préparer la remise de prélèvements",
        model=Residence,
        rule=remise_to_make,
        url_name="logement:remise_make",
        permission=Permission.PRELEVEMENT_MANAGE,
        action_label="Préparer la remise",
    ),
    DutyKind(
        code="remise.book",
        sentence="Passer en compte une remise de prélèvements",
        model=RemisePrelevement,
        rule=remise_to_book,
        url_name="logement:remise_detail",
        permission=Permission.PRELEVEMENT_MANAGE,
        action_label="Ouvrir la remise",
    ),
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
        among=departing,
    ),
]
