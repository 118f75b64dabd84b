"""What is due about the redevance: the campaign, terms that begin to be missed, months to close, the revision."""

import datetime
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from django.db.models import Max, QuerySet

from logement.models import (
    AvisEcheance,
    Campagne,
    ClotureMensuelle,
    DemarcheImpaye,
    Ecriture,
    RevisionRedevance,
    Sejour,
    SituationCompte,
    Tarif,
)
from logement.queries.campagnes import contracts_without_avis
from logement.queries.impayes import Arrears, arrears_of
from logement.queries.revisions import basis_of, known_indices, national_year
from logement.rules.arrieres import Actor, Step
from logement.rules.depot import refund_due_on
from residence.duties import DutyKind, Expected
from residence.models import Residence
from residence.permissions import Permission, Role
from residence.rules.dates import add_days, add_months, eve, month_end, month_start
from residence.rules.money import euros

# From this day of the month the avis may be confirmed.
CAMPAIGN_FROM_DAY = 20
# A month is closed in the course of the next one.
CLOSE_WITHIN_DAYS = 20
# The revision of 1 January is asked for from this month of the year before, until the end of January.
REVISION_FROM_MONTH = 10


def _residences(rows: QuerySet[Any]) -> Iterator[Residence]:
    """Résidences where somebody stays, the only ones that have a month."""
    yield from rows.filter(pk__in=Sejour.objects.filter(cancelled_at=None).values("residence"))


def campaign_to_confirm(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """From the 20th, until it is done: contracts of the month without a confirmed avis; the month before first."""
    this = month_start(day)
    for residence in _residences(rows):
        closed = ClotureMensuelle.objects.filter(residence=residence).order_by("-month").values_list("month", flat=True)
        last_closed = closed.first()
        for month in (add_months(this, -1), this):
            if month == this and day.day < CAMPAIGN_FROM_DAY:
                continue
            if month < month_start(residence.first_month) or (last_closed and month <= last_closed):
                continue
            waiting = AvisEcheance.objects.filter(
                campagne__residence=residence, month=month, status=AvisEcheance.Status.PREPARED
            )
            count = contracts_without_avis(residence, month).count() + waiting.count()
            if count:
                yield Expected(
                    target_id=residence.pk,
                    residence_id=residence.pk,
                    due_on=month_end(month),
                    role=Role.GESTIONNAIRE,
                    detail=f"{month:%m/%Y}, {count} contrat{'s' if count > 1 else ''} sans avis",
                )
                break


_ROLES = {
    Actor.BOTH: (Role.GESTIONNAIRE, Role.COORDINATRICE),
    Actor.GESTIONNAIRE: (Role.GESTIONNAIRE,),
    Actor.COORDINATRICE: (Role.COORDINATRICE,),
}


def _late(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.filter(pk__in=SituationCompte.objects.on(day).filter(late__gt=0).values("pk"))


@lru_cache(maxsize=1)
def _arrears(rows: QuerySet[Any], day: datetime.date) -> list[tuple[int, int, int, Arrears]]:
    """Stays that are late, with résidence, household and arrears: asked once for the three kinds that tell of them."""
    late = rows.order_by("pk").values_list("pk", "residence", "menage")
    stays = {pk: (residence, menage) for pk, residence, menage in late}
    found = arrears_of(stays, day=day) if stays else {}
    return [(pk, *stays[pk], arrears) for pk, arrears in found.items()]


def _steps(rows: QuerySet[Any], day: datetime.date, wanted: Collection[Step]) -> Iterator[Expected]:
    """For stays that are late, the first of the wanted steps that is suggested to each role: a person decides."""
    for sejour_id, residence_id, menage_id, arrears in _arrears(rows, day):
        told: set[Role] = set()
        now = arrears.situation
        terms = f", {now.terms} mois" if now.terms > 1 else ""
        for one in arrears.suggestions:
            if one.step not in wanted:
                continue
            for role in _ROLES[one.actor]:
                if role in told:
                    continue
                told.add(role)
                said = "" if one.step is Step.TALK else f"{DemarcheImpaye.Kind(one.step.value).label} : "
                yield Expected(
                    target_id=sejour_id,
                    residence_id=residence_id,
                    menage_id=menage_id,
                    due_on=one.due_on,
                    role=role,
                    detail=f"{said}{euros(now.overdue)} depuis le {now.late_since:%d/%m/%Y}{terms}",
                )


def missed_terms(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays where a term is missed: a talk is due to begin with, by the coordinatrice and the gestionnaire."""
    yield from _steps(rows, day, {Step.TALK})


def caf_reports(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Impayés constituted for the CAF or the MSA and not told yet: the day by which the APL is at stake."""
    yield from _steps(rows, day, {Step.CAF_REPORT})


def next_steps(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """What to think of once it was talked about: a letter, a plan, a help; suggested, never done alone."""
    yield from _steps(rows, day, set(Step) - {Step.TALK, Step.CAF_REPORT})


def _with_deposit_held(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    paid = rows.filter(restitution=None, ecritures__kind=Ecriture.Kind.DEPOSIT_PAID, ecritures__reversed_by=None)
    return paid.exclude(ended_on=None).annotate(keys_on=Max("contrats__keys_back_on")).exclude(keys_on=None)


def deposits_to_give_back(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays whose keys are back and whose deposit is held: fifteen days, then the legal interest."""
    for sejour in rows.order_by("pk"):
        yield Expected(
            target_id=sejour.pk,
            residence_id=sejour.residence_id,
            menage_id=sejour.menage_id,
            due_on=refund_due_on(sejour.keys_on),
            role=Role.GESTIONNAIRE,
            detail=f"clés rendues le {sejour.keys_on:%d/%m/%Y}",
        )


def month_to_close(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The month before, once its avis are sent, while it is open."""
    month = add_months(month_start(day), -1)
    for residence in _residences(rows):
        if ClotureMensuelle.objects.filter(residence=residence, month__gte=month).exists():
            continue
        if Campagne.objects.filter(residence=residence, month=month, status=Campagne.Status.SENT).exists():
            yield Expected(
                target_id=residence.pk,
                residence_id=residence.pk,
                due_on=add_days(month_end(month), CLOSE_WITHIN_DAYS),
                role=Role.GESTIONNAIRE,
                detail=f"{month:%m/%Y}",
            )


def revision_to_do(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """From October to January, until it is done: tariffs that 1 January has not revised; the index, when it lacks."""
    if 1 < day.month < REVISION_FROM_MONTH:
        return
    year = day.year if day.month == 1 else day.year + 1
    if national_year(year) is not None:
        return
    new_year = datetime.date(year, 1, 1)
    kept = {one.residence_id: one for one in RevisionRedevance.objects.filter(residence__in=rows, year=year)}
    priced = Tarif.objects.in_force(eve(new_year)).filter(residence__in=rows, valid_from__lt=new_year)
    # A category whose next tariff is already fixed needs no revision.
    fixed = Tarif.objects.filter(residence__in=rows, valid_from__gte=new_year, valid_from__lte=max(day, new_year))
    waiting = set(priced.exclude(categorie__in=fixed.values("categorie")).values_list("residence", flat=True))
    indices = known_indices() if waiting else []
    for residence in _residences(rows.filter(pk__in=waiting)):
        revision = kept.get(residence.pk)
        if revision is not None and revision.is_done:
            continue
        try:
            basis_of(year, revision, indices)
            detail = f"1er janvier {year}"
        except LookupError as error:
            detail = f"1er janvier {year}. {error.args[0]}"
        yield Expected(
            target_id=residence.pk,
            residence_id=residence.pk,
            due_on=eve(new_year),
            role=Role.GESTIONNAIRE,
            detail=detail,
        )


KINDS = [
    DutyKind(
        code="campagne.confirm",
        sentence="Préparer et confirmer les avis d’échéance",
        model=Residence,
        rule=campaign_to_confirm,
        url_name="logement:campagne_open",
        permission=Permission.AVIS_ISSUE,
        action_label="Ouvrir la campagne",
    ),
    DutyKind(
        code="terme.missed",
        sentence="Parler d’un terme impayé",
        model=Sejour,
        rule=missed_terms,
        url_name="logement:impaye_detail",
        permission=Permission.COMPTE_VIEW,
        action_label="Voir l’impayé",
        among=_late,
    ),
    DutyKind(
        code="impaye.caf",
        sentence="Signaler un impayé à la CAF ou à la MSA",
        model=Sejour,
        rule=caf_reports,
        url_name="logement:impaye_detail",
        permission=Permission.COMPTE_VIEW,
        action_label="Voir l’impayé",
        among=_late,
    ),
    DutyKind(
        code="impaye.next",
        sentence="Penser à la suite d’un impayé",
        model=Sejour,
        rule=next_steps,
        url_name="logement:impaye_detail",
        permission=Permission.COMPTE_VIEW,
        action_label="Voir l’impayé",
        among=_late,
    ),
    DutyKind(
        code="depot.give_back",
        sentence="Arrêter et rendre le dépôt de garantie",
        model=Sejour,
        rule=deposits_to_give_back,
        url_name="logement:depot_settle",
        permission=Permission.REMBOURSEMENT_RECORD,
        action_label="Rendre le dépôt",
        among=_with_deposit_held,
    ),
    DutyKind(
        code="mois.close",
        sentence="Clore le mois",
        model=Residence,
        rule=month_to_close,
        url_name="logement:mois_close",
        permission=Permission.AVIS_ISSUE,
        action_label="Clore le mois",
    ),
    DutyKind(
        code="revision.apply",
        sentence="Réviser les redevances",
        model=Residence,
        rule=revision_to_do,
        url_name="logement:revision_detail",
        permission=Permission.TARIF_VIEW,
        action_label="Ouvrir la révision",
    ),
]
