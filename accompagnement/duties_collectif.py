"""What is due on what is done together: note who came, go on with a series or stop it."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accompagnement.models import ActionCollective, SeanceAction
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.permissions import Permission, Role

# Days before its last session when a series is to be gone on with, or stopped.
EXTEND_BEFORE = 30


def _addressee(leader: Any) -> dict[str, Any]:
    return {"user_id": leader.pk} if leader and leader.is_active else {"role": Role.COORDINATRICE}


def _attend(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A session has taken place, and nobody has said who came."""
    waiting = rows.filter(held_on__lte=day, attended_at=None, cancelled_on=None)
    for seance in waiting.select_related("action__leader"):
        yield Expected(
            target_id=seance.pk,
            residence_id=seance.action.residence_id,
            due_on=seance.held_on,
            detail=seance.name,
            **_addressee(seance.action.leader),
        )


def _extend(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A series comes to its last session."""
    ending = rows.filter(ended_on=None, last_on__lte=day + datetime.timedelta(days=EXTEND_BEFORE))
    for action in ending.exclude(every=ActionCollective.Every.ONCE):
        yield Expected(
            target_id=action.pk,
            residence_id=action.residence_id,
            due_on=action.last_on,
            detail=action.name,
            role=Role.COORDINATRICE,
        )


KINDS = [
    DutyKind(
        code="seance_action.attend",
        sentence="Noter qui est venu",
        model=SeanceAction,
        rule=_attend,
        url_name="accompagnement:seance_detail",
        permission=Permission.ACTION_ATTEND,
        action_label="Émarger",
    ),
    DutyKind(
        code="action_collective.extend",
        sentence="Prolonger ou arrêter une action collective",
        model=ActionCollective,
        rule=_extend,
        url_name="accompagnement:action_extend",
        permission=Permission.ACTION_EDIT,
        action_label="Décider",
        soon_within=SOON_IN_MONTHS,
    ),
]
