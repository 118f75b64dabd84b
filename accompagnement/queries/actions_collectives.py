"""What is done together: the calendar, who takes part in a session, what a year comes to."""

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Lower

from accompagnement.models import ActionCollective, InscriptionAction, Objectif, PresenceAction, SeanceAction
from accompagnement.rules.collectif import seated
from residence.models import Delegation, RoleAttribution, User
from residence.models.base import today
from residence.permissions import TABLE, Permission


def sessions_between(
    user: User, first: datetime.date, last: datetime.date, *, residence_id: int | None = None
) -> list[SeanceAction]:
    """Sessions of the résidences of `user` from `first` to `last`, cancelled ones included, with their actions."""
    rows = SeanceAction.objects.visible_to(user, Permission.ACTION_VIEW).filter(held_on__range=(first, last))
    if residence_id is not None:
        rows = rows.filter(action__residence=residence_id)
    return list(rows.select_related("action").order_by("held_on", "hour", "pk"))


@dataclass(frozen=True)
class Day:
    """A day of the calendar: whether it is of the month shown, and what takes place."""

    on: datetime.date
    inside: bool
    sessions: tuple[SeanceAction, ...]


def weeks_of(month: datetime.date, rows: Iterable[SeanceAction]) -> list[list[Day]]:
    """The weeks of a month, Monday to Sunday, with what takes place each day."""
    by_day: dict[datetime.date, list[SeanceAction]] = defaultdict(list)
    for one in rows:
        by_day[one.held_on].append(one)
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return [[Day(day, day.month == month.month, tuple(by_day[day])) for day in week] for week in weeks]


def running(user: User, *, residence_id: int | None = None, ended: bool = False) -> QuerySet[Any]:
    """Actions of the résidences of `user` that go on, or are over: next session, how many are registered."""
    over = Q(ended_on__isnull=False) | Q(every=ActionCollective.Every.ONCE, last_on__lt=today())
    rows = ActionCollective.objects.visible_to(user, Permission.ACTION_VIEW).filter(over if ended else ~over)
    if residence_id is not None:
        rows = rows.filter(residence=residence_id)
    coming = SeanceAction.objects.kept().filter(action=OuterRef("pk"), held_on__gte=today()).order_by()
    current = InscriptionAction.objects.current().filter(action=OuterRef("pk"), end_on=None).order_by()
    return rows.select_related("partenaire", "leader").annotate(
        next_on=Subquery(coming.values("action").annotate(first=Min("held_on")).values("first")),
        registered=Coalesce(
            Subquery(current.values("action").annotate(count=Count("pk")).values("count")),
            0,
            output_field=IntegerField(),
        ),
    )


@dataclass(frozen=True)
class Participant:
    """Somebody expected at a session, or seen there: their registration, whether they wait for a seat, their status."""

    inscription: InscriptionAction
    waits: bool
    status: str

    @property
    def is_told(self) -> bool:
        return bool(self.status)


@dataclass(frozen=True)
class Room:
    """Who takes part in a session as one reader knows it; `hidden` others are counted and not named.

    Of those registered, `taken` have a seat and `waiting` have none.
    """

    people: tuple[Participant, ...]
    hidden: int
    taken: int
    waiting: int

    @property
    def untold(self) -> int:
        return sum(not one.is_told for one in self.people)

    @property
    def came(self) -> int:
        return sum(one.status == PresenceAction.Status.PRESENT for one in self.people)


def room(user: User, seance: SeanceAction) -> Room:
    """Who is registered for `seance`, in the order of the alphabet; who has a seat is told by the order of asking."""
    expected = list(seance.action.inscriptions.on(seance.held_on).values_list("pk", flat=True))
    statuses = dict(seance.presences.values_list("inscription", "status"))
    everybody = [*expected, *(pk for pk in statuses if pk not in set(expected))]
    having, _ = seated(everybody, seance.action.seats)
    rows = InscriptionAction.objects.visible_to(user, Permission.ACTION_ATTEND).filter(pk__in=everybody)
    rows = rows.select_related("menage", "personne").order_by(
        Coalesce("personne__sort_name", Lower("guest_name")), "pk"
    )
    seats = set(having)
    people = tuple(
        Participant(one, waits=one.pk not in seats and one.pk not in statuses, status=statuses.get(one.pk, ""))
        for one in rows
    )
    waiting = len(seated(expected, seance.action.seats)[1])
    return Room(people, hidden=len(everybody) - len(people), taken=len(expected) - waiting, waiting=waiting)


def leaders(residence_ids: Iterable[int | None]) -> QuerySet[User]:
    """Who may hold an action in one of these résidences today, by a role of their own or one lent to them."""
    roles = TABLE[Permission.ACTION_ATTEND].roles
    own = RoleAttribution.objects.in_force().filter(role__in=roles, residence__in=residence_ids)
    lent = Delegation.objects.in_force().filter(role__in=roles, residence__in=residence_ids)
    return User.objects.filter(is_active=True, pk__in=own.values("user").union(lent.values("to_user")))


def objectives_of(user: User, menage_id: int) -> QuerySet[Any]:
    """The objectives that a household pursues, as far as `user` reads its social file."""
    rows = Objectif.objects.visible_to(user, Permission.DOSSIER_VIEW)
    return rows.filter(dossier__menage=menage_id, dossier__closed_on=None, ended_on=None)


def served(dossier_id: int) -> dict[int, list[tuple[str, int]]]:
    """What is done together towards each objective of a file: (action, times that the person came)."""
    rows = InscriptionAction.objects.filter(objectif__dossier=dossier_id).values_list("objectif", "action__name")
    came = Count("presences", filter=Q(presences__status=PresenceAction.Status.PRESENT))
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for objectif_id, name, count in rows.annotate(came=came).order_by("action__name", "pk"):
        found[objectif_id].append((name, count))
    return found


@dataclass(frozen=True)
class Year:
    """What an action comes to in a year; `people` are counted once each, `others` are those counted without a name."""

    action: ActionCollective
    held: int
    cancelled: int
    hours: Decimal
    people: int
    presences: int
    others: int
    cost: Decimal

    @property
    def average(self) -> Decimal:
        """How many came to a session, named or not, to the tenth."""
        if not self.held:
            return Decimal(0)
        return (Decimal(self.presences + self.others) / self.held).quantize(Decimal("0.1"))


def year_of(user: User, year: int, permission: Permission, *, residence_id: int | None = None) -> list[Year]:
    """Each action that had a session in `year` so far, with what it comes to: figures only, nobody is named."""
    first, last = datetime.date(year, 1, 1), min(datetime.date(year, 12, 31), today())
    seances = SeanceAction.objects.visible_to(user, permission).filter(held_on__range=(first, last))
    if residence_id is not None:
        seances = seances.filter(action__residence=residence_id)
    held = Q(cancelled_on__isnull=True)
    told = (
        seances.order_by()
        .values("action")
        .annotate(
            held=Count("pk", filter=held),
            cancelled=Count("pk", filter=~held),
            minutes_held=Coalesce(Sum("minutes", filter=held), 0),
            others=Coalesce(Sum("anonymous_count", filter=held), 0),
            spent=Coalesce(
                Sum(Coalesce("cost", "action__session_cost"), filter=held),
                Decimal(0),
                output_field=DecimalField(max_digits=10, decimal_places=2),
            ),
        )
    )
    came = PresenceAction.objects.filter(seance__in=seances, status=PresenceAction.Status.PRESENT)
    counts = {
        one["seance__action"]: one
        for one in came.order_by()
        .values("seance__action")
        .annotate(
            presences=Count("pk"),
            people=Count("inscription__personne", distinct=True)
            + Count("inscription", filter=Q(inscription__personne=None), distinct=True),
        )
    }
    figures = {one["action"]: one for one in told}
    actions = ActionCollective.objects.filter(pk__in=figures).select_related("partenaire", "residence")
    return [
        Year(
            action=action,
            held=figures[action.pk]["held"],
            cancelled=figures[action.pk]["cancelled"],
            hours=(Decimal(figures[action.pk]["minutes_held"]) / 60).quantize(Decimal("0.1")),
            people=counts.get(action.pk, {}).get("people", 0),
            presences=counts.get(action.pk, {}).get("presences", 0),
            others=figures[action.pk]["others"],
            cost=figures[action.pk]["spent"],
        )
        for action in actions.order_by(F("theme"), "name", "pk")
    ]
