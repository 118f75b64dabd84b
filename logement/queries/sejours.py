"""Stays: how long, until when, what was decided, and the lists of those who live here."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from logement.models import ContratOccupation, RenouvellementSejour, Sejour
from logement.rules.preavis import latest_notice_on
from logement.rules.sejour import last_day, period, renewal_allowed, warning_dates
from residence.components import Badge
from residence.models import User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.dates import months_between

Kind = RenouvellementSejour.Kind
Status = ContratOccupation.Status

STATUS_MEANINGS = {
    Status.DRAFT: "plain",
    Status.TO_SIGN: "soon",
    Status.RUNNING: "done",
    Status.NOTICE: "soon",
    Status.ENDED: "plain",
    Status.CANCELLED: "plain",
    Status.OCCUPANT_SANS_TITRE: "late",
}


def status_badge(contrat: ContratOccupation) -> Badge:
    if contrat.is_left and contrat.end_on is not None:
        if contrat.end_on >= today():
            return Badge("change de place", "soon")
        return Badge("place quittée, clés attendues", "soon", "key")
    return Badge(contrat.get_status_display(), STATUS_MEANINGS[Status(contrat.status)])


def renewals_done(sejour: Sejour) -> int:
    """How many times the stay was renewed; its decisions are few, and often at hand."""
    return sum(one.kind == Kind.RENEWAL for one in sejour.renouvellements.all())


def renewal_block(sejour: Sejour) -> str:
    """Why the stay cannot be renewed, as a sentence; empty when it can. An over-stay may be granted all the same."""
    dispositif = sejour.dispositif
    if sejour.planned_end_on is None or dispositif.stay_months is None:
        return "Ce séjour est sans limitation de durée : il n’y a rien à renouveler."
    done = renewals_done(sejour)
    if not renewal_allowed(renewals_done=done, renewals_max=dispositif.renewals_max):
        most = dispositif.renewals_max or 0
        times = "aucun renouvellement" if most == 0 else "un renouvellement" if most == 1 else f"{most} renouvellements"
        used = "" if most == 0 else ", déjà accordé" if most == 1 else ", déjà accordés"
        return (
            f"« {dispositif} » prévoit {times}{used}. Le contrat continue : il ne prend pas fin de lui-même. "
            "Un dépassement peut être autorisé."
        )
    until = next_planned_end(sejour)
    if until <= sejour.planned_end_on:
        return (
            f"La durée maximale de l’accueil ({dispositif.stay_months_max} mois) est atteinte. Le contrat continue ; "
            "un dépassement peut être autorisé."
        )
    return ""


def next_planned_end(sejour: Sejour) -> datetime.date:
    """The last day of the stay once renewed, always counted from its first day, within the longest stay."""
    months = sejour.dispositif.stay_months
    if months is None:
        raise ValueError("a stay without a term has no next one")
    until = period(sejour.start_on, months=months, rank=renewals_done(sejour) + 1).last_day
    if sejour.dispositif.stay_months_max:
        until = min(until, last_day(sejour.start_on, months=sejour.dispositif.stay_months_max))
    return until


@dataclass(frozen=True)
class Length:
    """The two durations of a stay, which are not one: the legal month of the contract, what the dispositif plans."""

    month_first: datetime.date | None
    month_last: datetime.date | None
    planned_end_on: datetime.date | None
    longest_on: datetime.date | None
    warnings: dict[int, datetime.date]
    latest_notice_on: datetime.date | None
    renewals_done: int
    renewals_max: int | None
    can_renew: bool
    block: str


def length_of(sejour: Sejour, contrat: ContratOccupation | None, day: datetime.date) -> Length:
    """The durations of a stay as they stand on `day`."""
    first, last = legal_month(contrat, day) if contrat else (None, None)
    planned = sejour.planned_end_on
    longest = sejour.dispositif.stay_months_max
    block = renewal_block(sejour)
    return Length(
        month_first=first,
        month_last=last,
        planned_end_on=planned,
        longest_on=last_day(sejour.start_on, months=longest) if planned and longest else None,
        warnings=warning_dates(planned) if planned else {},
        latest_notice_on=latest_notice_on(planned) if planned else None,
        renewals_done=renewals_done(sejour),
        renewals_max=sejour.dispositif.renewals_max,
        can_renew=not block,
        block=block if planned else "",
    )


def legal_month(contrat: ContratOccupation, day: datetime.date) -> tuple[datetime.date | None, datetime.date | None]:
    """First and last days of the legal month of the contract that covers `day`; none once it has an end."""
    if contrat.status != Status.RUNNING or contrat.end_on is not None:
        return None, None
    rank = months_between(contrat.start_on, day) if day > contrat.start_on else 0
    span = period(contrat.start_on, months=1, rank=rank)
    if span.first_day > day and rank:
        span = period(contrat.start_on, months=1, rank=rank - 1)
    return span.first_day, span.last_day


# Lists


def current_contrat(sejour: Sejour) -> ContratOccupation | None:
    """The contract that counts now: the one under which people live, else the one being prepared, else the last one."""
    order = {Status.RUNNING: 0, Status.NOTICE: 0, Status.OCCUPANT_SANS_TITRE: 0, Status.TO_SIGN: 1, Status.DRAFT: 1}
    day = today()
    contrats = sorted(
        sejour.contrats.all(),
        # A change of place signed ahead counts from its day, the place left until its last one.
        key=lambda one: (
            one.is_left and one.end_on is not None and one.end_on < day,
            order.get(Status(one.status), 2),
            one.previous_id is not None and one.start_on > day,
            -one.start_on.toordinal(),
        ),
    )
    return next((one for one in contrats if one.status != Status.CANCELLED), contrats[0] if contrats else None)


def stays(user: User, residence_id: int | None = None) -> QuerySet[Any]:
    """Stays that `user` may see, with what a list says of them."""
    rows = (
        Sejour.objects.visible_to(user, Permission.SEJOUR_VIEW)
        .live()
        .select_related("menage", "dispositif", "residence")
        .prefetch_related(Prefetch("contrats", ContratOccupation.objects.live().select_related("place__logement")))
    )
    return rows.filter(residence=residence_id) if residence_id else rows


def contracts(user: User, residence_id: int | None = None) -> QuerySet[Any]:
    """Contracts that `user` may read, with what a list says of them."""
    rows = ContratOccupation.objects.visible_to(user, Permission.CONTRAT_VIEW).select_related(
        "sejour__menage", "sejour__dispositif", "sejour__residence", "place", "document__residence"
    )
    return rows.filter(sejour__residence=residence_id) if residence_id else rows
