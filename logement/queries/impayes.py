"""Arrears: who is late, what was done, what to think of next, and the figures of the thresholds."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from logement.models import (
    AvisEcheance,
    DelaisImpaye,
    DemarcheImpaye,
    DossierImpaye,
    PlanApurement,
    Sejour,
    SituationCompte,
)
from logement.rules.arrieres import PACE, Pace, PlanState, Situation, Step, Suggestion, Watch, plan_state, suggestions
from logement.rules.impayes import Term, caf_report_due_on, is_termination_ground
from residence.models import Rattachement
from residence.models.base import today
from residence.permissions import Cause, Permission
from residence.rules.money import ZERO


def terms_of(sejours: Iterable[int]) -> dict[int, list[Term]]:
    """What each stay was called for and has paid, avis by avis, as the rules of the thresholds take it.

    What the household paid goes to loyer and charges first: the reading that protects the APL and the home.
    """
    found: dict[int, list[Term]] = {pk: [] for pk in sejours}
    rows = AvisEcheance.objects.called().filter(contrat__sejour__among=found)
    names = ("contrat__sejour", "month", "total", "housing", "apl_expected", "apl_received", "paid")
    for sejour, month, total, housing, expected, received, paid in rows.order_by("month").values_list(*names):
        by_household = paid - (received or ZERO)
        apl = expected if received is None else received
        room = housing - apl
        to_housing = by_household if total < 0 else min(by_household, max(ZERO, room))
        found[sejour].append(
            Term(
                month=month,
                housing=housing,
                other=total - housing,
                apl_expected=expected,
                apl_received=received,
                paid_housing=to_housing,
                paid_other=by_household - to_housing,
            )
        )
    return found


@dataclass(frozen=True)
class Arrears:
    """Where the arrears of a stay stand: what is late, what was done, how the plan goes, what to think of next."""

    situation: Situation
    pace: Pace = PACE
    plan: PlanApurement | None = None
    plan_state: PlanState | None = None
    demarches: list[DemarcheImpaye] = field(default_factory=list)

    @property
    def suggestions(self) -> list[Suggestion]:
        return suggestions(self.situation, pace=self.pace)


def arrears_of(sejours: Collection[int], *, day: datetime.date | None = None) -> dict[int, Arrears]:
    """The arrears of the stays that are late on `day` (today), by stay: six queries, however many they are."""
    day = day or today()
    rows = SituationCompte.objects.on(day).filter(sejour__in=sejours, late__gt=0)
    return arrears_told(rows.select_related("sejour"), day=day)


def arrears_told(rows: Iterable[Any], *, day: datetime.date) -> dict[int, Arrears]:
    """The arrears of accounts known to be late on `day`, such as those of the `board`."""
    late = {row.sejour_id: row for row in rows}
    files = {one.sejour_id: one for one in DossierImpaye.objects.open().filter(sejour__in=late)}
    done: dict[int, list[DemarcheImpaye]] = defaultdict(list)
    steps = DemarcheImpaye.objects.live().filter(dossier__in=[one.pk for one in files.values()])
    for demarche in steps.select_related("recorded_by", "document__residence").defer("document__data"):
        done[demarche.dossier_id].append(demarche)
    plans = {
        plan.dossier_id: plan
        for plan in PlanApurement.objects.running().filter(dossier__in=[one.pk for one in files.values()])
    }
    serious = [pk for pk, row in late.items() if row.late_terms > 1]
    terms = terms_of(serious) if serious else {}
    paces = paces_on(day, residences={row.sejour.residence_id for row in late.values()})
    found = {}
    for sejour_id, row in late.items():
        dossier = files.get(sejour_id)
        of_file = done[dossier.pk] if dossier else []
        plan = plans.get(dossier.pk) if dossier else None
        state = plan_state(plan.debt, plan.parts(), overdue=row.late, today=day) if plan else None
        found[sejour_id] = Arrears(
            _situation(row, dossier, of_file, state, terms.get(sejour_id, []), day),
            paces.get(row.sejour.residence_id, PACE),
            plan,
            state,
            of_file,
        )
    return found


def paces_on(day: datetime.date, *, residences: Collection[int]) -> dict[int, Pace]:
    """The delays in force on `day`, by résidence that has set its own."""
    if not residences:
        return {}
    rows = DelaisImpaye.objects.filter(residence__in=residences, valid_from__lte=day).order_by("valid_from")
    return {row.residence_id: row.pace for row in rows}


def _situation(
    row: Any,
    dossier: DossierImpaye | None,
    demarches: list[DemarcheImpaye],
    state: PlanState | None,
    terms: list[Term],
    day: datetime.date,
) -> Situation:
    done: dict[Step, datetime.date] = {}
    for one in demarches:
        step = Step(one.kind)
        if one.outcome != DemarcheImpaye.Outcome.UNREACHED:
            done[step] = max(done.get(step, one.done_on), one.done_on)
    notice = next((one for one in demarches if one.kind == DemarcheImpaye.Kind.FORMAL_NOTICE), None)
    since = dossier.caf_constituted_on if dossier else None
    return Situation(
        late_since=row.late_since,
        overdue=row.late,
        terms=row.late_terms,
        done=done,
        caf_since=since,
        caf_due_on=caf_report_due_on(since) if since else None,
        plan_broken=None if state is None else state.watch is Watch.BROKEN,
        is_delivered=None if notice is None else notice.delivery == DemarcheImpaye.Delivery.DELIVERED,
        is_termination_ground=bool(terms) and is_termination_ground(terms, today=day),
    )


def board(user: Any, *, day: datetime.date | None = None) -> QuerySet[SituationCompte]:
    """The stays late on `day` (today) that the user sees: one row each, with their open file (`dossier`) if any."""
    rows: QuerySet[SituationCompte] = (
        SituationCompte.objects.visible_to(user, Permission.COMPTE_VIEW)
        .on(day or today())
        .filter(late__gt=0)
        .annotate(
            dossier=FilteredRelation("sejour__impayes", condition=Q(sejour__impayes__closed_on=None)),
            stage=F("dossier__stage"),
            last_contact_on=F("dossier__last_contact_on"),
            caf_since=F("dossier__caf_constituted_on"),
            caf_reported_on=F("dossier__caf_reported_on"),
            followed=Exists(
                Rattachement.objects.filter(menage=OuterRef("sejour__menage"), cause=Cause.SUIVI, end_on=None)
            ),
        )
        .select_related("sejour__menage", "sejour__residence")
    )
    return rows


def is_followed(sejour: Sejour) -> bool:
    """Whether somebody follows the household socially: that much is said to who keeps the accounts, nothing else."""
    return Rattachement.objects.filter(menage=sejour.menage_id, cause=Cause.SUIVI, end_on=None).exists()


def late_today(sejour: Sejour) -> Decimal:
    """What is late today on the account of a stay, in euros."""
    row = SituationCompte.objects.on(today()).filter(sejour=sejour).first()
    return row.late if row else ZERO  # type: ignore[no-any-return]
