"""What of the hand-over log still waits for its reader."""

import datetime
from typing import Any

from django.db.models import QuerySet

from accompagnement.rules.transmissions import UNREAD_DAYS
from residence.models import User
from residence.models.base import today


def recent(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the last days that nobody took back: older ones are read in the log, and wait for nobody."""
    return rows.standing().filter(written_at__date__gte=today() - datetime.timedelta(days=UNREAD_DAYS))


def unread(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Those that still wait for `user`, each with `is_read`."""
    return recent(rows).with_read(user).filter(is_read=False)
