"""Appointments of a day, of a week, of a household."""

import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from residence.models import RendezVous, User
from residence.permissions import Permission


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
