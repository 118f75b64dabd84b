"""Appointments of a day, of a week, of a household."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from residence.models import RendezVous, User
from residence.models.base import today
from residence.permissions import Permission

FIRST_HOUR, LAST_HOUR = 8, 18
SATURDAY = 5
YEARS = (1900, 2200)


def appointments_between(user: User, first: datetime.date, last: datetime.date) -> QuerySet[Any]:
    """Appointments that `user` may see, from `first` to `last`, both included, in order."""
    rows = RendezVous.objects.visible_to(user, Permission.RENDEZ_VOUS_VIEW)
    start = timezone.make_aware(datetime.datetime.combine(first, datetime.time.min))
    end = timezone.make_aware(datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time.min))
    return (
        rows.filter(start_at__gte=start, start_at__lt=end).select_related("menage", "user").order_by("start_at", "pk")
    )


def appointments_of(user: User, day: datetime.date, *, residence_id: int | None = None) -> list[Any]:
    """The appointments of `user` on `day`, cancelled ones left out."""
    if not user.holds(Permission.RENDEZ_VOUS_VIEW):
        return []
    rows = appointments_between(user, day, day).filter(user=user).exclude(status=RendezVous.Status.CANCELLED)
    return list(rows.filter(residence=residence_id) if residence_id else rows)


def clash_of(rendez_vous: RendezVous) -> str:
    """What else its user has booked within the time of an appointment, as a sentence; empty when nothing.

    Hours alone are told: the other household may be one that the reader does not see.
    """
    rows = RendezVous.objects.filter(
        user=rendez_vous.user,
        status=RendezVous.Status.PLANNED,
        start_at__lt=rendez_vous.end_at,
        end_at__gt=rendez_vous.start_at,
    ).exclude(pk=rendez_vous.pk)
    hours = [
        f"de {_hour(one.start_at)} à {_hour(one.end_at)}"
        for one in rows.order_by("start_at", "pk").only("start_at", "end_at")
    ]
    if not hours:
        return ""
    told = " et ".join(hours)
    return f"{rendez_vous.user} a déjà un rendez-vous ce jour-là, {told}\u00a0: déplacez l’un d’eux s’il le faut."


def _hour(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.hour}\u00a0h\u00a0{local:%M}"


def monday_of(text: str) -> datetime.date:
    """The Monday of the week that holds the day written in `text` (ISO), else of this week."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        day = today()
    if not YEARS[0] <= day.year <= YEARS[1]:
        day = today()
    return day - datetime.timedelta(days=day.weekday())


@dataclass(frozen=True)
class Hour:
    """A row of the week: an hour, and what begins within it, day by day."""

    hour: int
    days: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Week:
    """The days of a week and its hours: from 8 to 18 at least, the weekend only when somebody comes."""

    days: tuple[datetime.date, ...]
    hours: tuple[Hour, ...]


def week_of(rows: Iterable[Any], first: datetime.date) -> Week:
    """Appointments of the week that begins on the Monday `first`, by hour of their beginning."""
    begun: dict[tuple[datetime.date, int], list[Any]] = defaultdict(list)
    for one in rows:
        start = timezone.localtime(one.start_at)
        begun[start.date(), start.hour].append(one)
    taken = {day.weekday() for day, _ in begun}
    count = max([SATURDAY, *(weekday + 1 for weekday in taken)])
    days = tuple(first + datetime.timedelta(days=rank) for rank in range(count))
    hours = [hour for _, hour in begun]
    span = range(min([FIRST_HOUR, *hours]), max([LAST_HOUR, *hours]) + 1)
    return Week(days, tuple(Hour(hour, tuple(tuple(begun[day, hour]) for day in days)) for hour in span))


def as_ics(rendez_vous: Any) -> str:
    """An appointment as a calendar reads it (RFC 5545): the number of the file in place of the name."""
    stamp = "%Y%m%dT%H%M%SZ"
    utc = datetime.UTC
    status = "CANCELLED" if rendez_vous.status == RendezVous.Status.CANCELLED else "CONFIRMED"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//residence//rendez-vous//FR",
        "BEGIN:VEVENT",
        f"UID:rendez-vous-{rendez_vous.pk}@residence",
        f"DTSTAMP:{timezone.now().astimezone(utc):{stamp}}",
        f"DTSTART:{rendez_vous.start_at.astimezone(utc):{stamp}}",
        f"DTEND:{rendez_vous.end_at.astimezone(utc):{stamp}}",
        f"SUMMARY:{_escaped(f'{rendez_vous.get_kind_display()}, ménage n° {rendez_vous.menage_id}'.capitalize())}",
        f"LOCATION:{_escaped(rendez_vous.place)}",
        f"STATUS:{status}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of 75 octets at most, the next ones begun by a space."""
    parts, part = [], ""
    for sign in line:
        if len((part + sign).encode()) > 74:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
