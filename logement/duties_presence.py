"""What is due about who is there: absences, guests, entries, procedures, residence permits."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from logement.models import Absence, ContratOccupation, EntreeLogement, Procedure, Sejour, TiersHeberge
from logement.models.presence import spells_of
from logement.queries.procedures import next_of
from logement.rules.presence import Spell, ask_on, presence
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.models import MembreMenage, TitreSejour
from residence.permissions import Permission, Role
from residence.rules.dates import add_days

GUEST_AHEAD_DAYS = 7
APL_AHEAD_DAYS = 30
PERMIT_AHEAD_DAYS = 90


def _of(row: Any, sejour: Sejour, due_on: datetime.date, role: Role, detail: str = "") -> Expected:
    return Expected(
        target_id=row.pk,
        residence_id=sejour.residence_id,
        menage_id=sejour.menage_id,
        due_on=due_on,
        role=role,
        detail=detail,
    )


def absences_over(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Absences still going on: by the day of return announced, else two weeks after they began."""
    going_on = rows.live().filter(back_on=None, sejour__ended_on=None).select_related("sejour").order_by("pk")
    for absence in going_on:
        announced = absence.expected_back_on
        detail = f"retour prévu le {announced:%d/%m/%Y}" if announced else "retour non annoncé"
        for role in (Role.VIE_RESIDENTIELLE, Role.COORDINATRICE):
            yield _of(absence, absence.sejour, ask_on(absence.start_on, announced), role, detail)


def _of_all() -> QuerySet[Any]:
    """Absences of the whole household."""
    return Absence.objects.live().filter(personne=None)


def _absent(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    return rows.open().filter(Exists(_of_all().filter(sejour=OuterRef("pk"))))


def presence_to_watch(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays whose absences pass, or are about to pass, the days that the APL admits in the year."""
    for sejour in rows.prefetch_related(Prefetch("absences", _of_all(), "counted")).order_by("pk"):
        found = presence([Spell(*one) for one in spells_of(sejour.counted)], year=day.year)
        if found.passed_on is not None and found.passed_on <= add_days(day, APL_AHEAD_DAYS):
            detail = f"plus de {found.allowed} jours d’absence en {day.year}"
            yield _of(sejour, sejour, found.passed_on, Role.COORDINATRICE, detail)


def guests_over(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Guests whose declared end is near or passed, and of whom nobody said that they left."""
    staying = rows.live().filter(left_on=None, end_on__lte=add_days(day, GUEST_AHEAD_DAYS), sejour__ended_on=None)
    for tiers in staying.select_related("sejour").order_by("pk"):
        yield _of(tiers, tiers.sejour, tiers.end_on, Role.GESTIONNAIRE, f"déclaré jusqu’au {tiers.end_on:%d/%m/%Y}")


def entries_to_tell(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Entries in an emergency of which the resident was not told in writing: due the day after (CCH, L.633-2)."""
    untold = rows.filter(kind=EntreeLogement.Kind.EMERGENCY, informed_on=None).select_related("sejour").order_by("pk")
    for entree in untold:
        entered_on = timezone.localdate(entree.entered_at)
        yield _of(entree, entree.sejour, add_days(entered_on, 1), Role.GESTIONNAIRE, f"le {entered_on:%d/%m/%Y}")


def steps_to_take(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The next step of each open procedure; once none is left, somebody closes it."""
    for procedure in rows.open().select_related("sejour").order_by("pk"):
        found = next_of(procedure)
        if found is None:
            yield _of(procedure, procedure.sejour, day, Role.GESTIONNAIRE, "à clore")
            continue
        step, due = found
        role = Role.COORDINATRICE if step.by_coordinatrice else Role.GESTIONNAIRE
        # A delay without a day of its own is looked at a month after the opening.
        yield _of(procedure, procedure.sejour, due or add_days(procedure.opened_on, 30), role, step.label)


def _with_permits(rows: QuerySet[Any], day: datetime.date) -> QuerySet[Any]:
    lived = ContratOccupation.objects.in_progress().filter(sejour=OuterRef("pk"))
    ending = TitreSejour.objects.filter(
        personne__membre_de__menage=OuterRef("menage"), end_on__lte=add_days(day, PERMIT_AHEAD_DAYS)
    )
    return rows.open().filter(Exists(lived), Exists(ending))


def permits_to_renew(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Stays where a residence permit ends within three months, told to the coordinatrice alone."""
    ahead = add_days(day, PERMIT_AHEAD_DAYS)
    permits: dict[int, datetime.date] = {}
    known = TitreSejour.objects.filter(end_on__isnull=False, personne__membre_de__menage__sejours__in=rows)
    for permit in known.only("personne", "end_on").distinct():
        permits[permit.personne_id] = max(permit.end_on, permits.get(permit.personne_id, permit.end_on))
    soon = {pk for pk, end in permits.items() if end <= ahead}
    present = MembreMenage.objects.in_force(day).filter(personne__in=soon, menage__sejours__in=rows)
    ends: dict[int, datetime.date] = {}
    for membre in present.only("menage", "personne"):
        end = permits[membre.personne_id]
        ends[membre.menage_id] = min(end, ends.get(membre.menage_id, end))
    for sejour in rows.filter(menage__in=ends).order_by("pk"):
        end = ends[sejour.menage_id]
        yield _of(sejour, sejour, end, Role.COORDINATRICE, f"valable jusqu’au {end:%d/%m/%Y}")


KINDS = [
    DutyKind(
        "absence.over",
        "S’assurer que la personne est revenue, ou va bien",
        Absence,
        absences_over,
        "logement:absence_end",
        Permission.PRESENCE_RECORD,
        "Répondre",
    ),
    DutyKind(
        "absence.apl",
        "Prévenir le résident que son absence peut faire perdre l’APL",
        Sejour,
        presence_to_watch,
        "logement:presence_detail",
        Permission.PRESENCE_VIEW,
        among=_absent,
    ),
    DutyKind(
        "tiers.over",
        "Dire si la personne hébergée est partie",
        TiersHeberge,
        guests_over,
        "logement:tiers_end",
        Permission.PRESENCE_RECORD,
        "Répondre",
    ),
    DutyKind(
        "entree.to_tell",
        "Informer le résident par écrit d’une entrée d’urgence",
        EntreeLogement,
        entries_to_tell,
        "logement:entree_inform",
        Permission.PRESENCE_RECORD,
        "Informer",
    ),
    DutyKind(
        "procedure.next",
        "Faire l’étape suivante d’une procédure",
        Procedure,
        steps_to_take,
        "logement:procedure_detail",
        Permission.PROCEDURE_VIEW,
    ),
    DutyKind(
        "titre_sejour.ends",
        "Préparer le renouvellement d’un titre de séjour",
        Sejour,
        permits_to_renew,
        "logement:sejour_detail",
        Permission.MENAGE_SENSITIVE_VIEW,
        soon_within=SOON_IN_MONTHS,
        among=_with_permits,
    ),
]
