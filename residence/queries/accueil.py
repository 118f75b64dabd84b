"""What waits for a person: their duties, as the home page and the frame of every page show them."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse

from residence import hooks
from residence.components import Duty
from residence.duties import DutyKind, kinds
from residence.models import Echeance, Menage, User
from residence.models.base import today
from residence.models.staff import Held
from residence.permissions import TABLE, Permission
from residence.rules.dates import add_days
from residence.statements import ANYBODY, Statement, asked, counting

# From here on, what is due is summed up on the home page: there is time, and what is near must be seen.
NEAR_IN_DAYS = 7


def duties_of(user: User, *, residence_id: int | None = None, later: bool = False) -> QuerySet[Any]:
    """Open duties of `user` that are late, due today or soon, as each kind counts it; with `later`, all of them.

    A confidential household on which `user` was not named is left out, save where the act runs on its number.
    """
    day = today()
    wanted, on_number = Q(pk__in=[]), []
    for soon_within, codes in _codes_by_horizon(user).items():
        horizon = {} if later else {"due_on__lt": day + datetime.timedelta(days=soon_within)}
        wanted |= Q(kind__in=codes, **horizon)
        on_number += [code for code in codes if TABLE[kinds()[code].permission].on_number]
    rows = Echeance.objects.open().addressed_to(user).filter(wanted)
    rows = rows.filter(Q(kind__in=on_number) | rows.is_open_to(user))
    for kept in hooks.call("KEPT_FROM", user=user):
        rows = rows.exclude(kind__in=kept.duties, menage__in=kept.menages)
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    return rows.order_by("due_on", "pk")


def due_count(*, user: User, residence_id: int | None = None) -> int:
    """How many duties of `user` are late or due today; FRAME_DUE_COUNT names it."""
    if not user.holds(Permission.ACCUEIL_VIEW):
        return 0
    statement = _due_by(frozenset(user.held), residence_id, today())
    return int(asked(statement, {ANYBODY: user.pk})[0][0])


@lru_cache(maxsize=256)
def _due_by(held: frozenset[Held], residence_id: int | None, day: datetime.date) -> Statement:
    """The statement that counts what is due by `day`, of whoever holds these roles."""
    rows = duties_of(User.holding(held), residence_id=residence_id, later=True)
    return counting(rows.filter(due_on__lte=day))


@dataclass(frozen=True)
class Ahead:
    """The duties of one kind that are not due before long: what, how many, the first day; `code` names the kind."""

    code: str
    what: str
    count: int
    first_on: datetime.date
    soon_within: int


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody: how many are late or due today, how many to list one by one, and those further on."""

    due: int
    near: int
    ahead: list[Ahead]

    @property
    def total(self) -> int:
        return self.near + sum(one.count for one in self.ahead)


def waiting_of(user: User, *, residence_id: int | None = None, later: bool = False) -> Waiting:
    """What `duties_of` gives, counted by kind, in one query: the home page lists what is near and sums the rest up."""
    day = today()
    near = Q(due_on__lte=near_until(day))
    rows = duties_of(user, residence_id=residence_id, later=later).order_by().values("kind")
    counted = rows.annotate(
        due=Count("pk", filter=Q(due_on__lte=day)),
        near=Count("pk", filter=near),
        ahead=Count("pk", filter=~near),
        first_on=Min("due_on", filter=~near),
    ).order_by("first_on", "kind")
    found = list(counted)
    ahead = [
        Ahead(
            one["kind"],
            kinds()[one["kind"]].sentence,
            one["ahead"],
            one["first_on"],
            kinds()[one["kind"]].soon_within,
        )
        for one in found
        if one["ahead"]
    ]
    return Waiting(sum(one["due"] for one in found), sum(one["near"] for one in found), ahead)


def near_until(day: datetime.date) -> datetime.date:
    """The last day of which the home page tells each duty."""
    return add_days(day, NEAR_IN_DAYS)


def shown(echeances: list[Any], user: User) -> list[Duty]:
    """Stored duties as the components show them, each with the page that settles it."""
    return _shown_with(echeances, user, _opened_menages(echeances, user))


def _shown_with(echeances: list[Any], user: User, opened: set[int]) -> list[Duty]:
    details = _details(echeances, user)
    return [_shown(one, opened, details) for one in echeances if one.kind in kinds()]


def _details(echeances: list[Any], user: User) -> dict[tuple[str, int], str]:
    """Words that a kind keeps for its reader, in one query for each kind that has some."""
    asked: dict[str, list[int]] = {}
    for one in echeances:
        if one.kind in kinds() and kinds()[one.kind].detail_for is not None:
            asked.setdefault(one.kind, []).append(one.target_id)
    return {
        (code, target_id): words
        for code, target_ids in asked.items()
        for target_id, words in kinds()[code].detail_for(user, target_ids).items()  # type: ignore[misc]
    }


def duties_about(user: User, menage: Menage) -> list[Duty]:
    """Everything that is open about one household and that the user's roles are concerned with."""
    rows = duties_of(user, later=True).filter(menage=menage).select_related("menage")
    return [
        Duty(
            duty.what, duty.due_on, duty.action_url, duty.action_label, detail=duty.detail, soon_within=duty.soon_within
        )
        for duty in _shown_with(list(rows[:50]), user, opened=set())
    ]


def _shown(echeance: Any, opened: set[int], details: dict[tuple[str, int], str]) -> Duty:
    kind: DutyKind = kinds()[echeance.kind]
    masked = bool(echeance.menage_id) and echeance.menage.is_masked
    return Duty(
        what=kind.sentence,
        due_on=echeance.due_on,
        action_url=kind.url(echeance.target_id),
        action_label=kind.action_label,
        who=str(echeance.menage) if echeance.menage_id else "",
        who_url=_menage_url(echeance.menage_id) if echeance.menage_id in opened else "",
        detail="" if masked else details.get((echeance.kind, echeance.target_id), echeance.detail),
        soon_within=kind.soon_within,
    )


def _opened_menages(echeances: list[Any], user: User) -> set[int]:
    """Households of these duties whose page the user may open, in one query."""
    asked = {one.menage_id for one in echeances if one.menage_id}
    if not asked:
        return set()
    rows = Menage.objects.visible_to(user, Permission.MENAGE_VIEW).filter(pk__in=asked)
    return set(rows.values_list("pk", flat=True))


def _menage_url(menage_id: int) -> str:
    return reverse("residence:menage_detail", args=[menage_id])


def _codes_by_horizon(user: User) -> dict[int, list[str]]:
    """Codes of the kinds of duty that the user's rights open, by the number of days under which they are soon."""
    grouped: dict[int, list[str]] = {}
    for kind in kinds().values():
        if user.holds(kind.permission):
            grouped.setdefault(kind.soon_within, []).append(kind.code)
    return grouped
