"""What is due with partners: the answers that are awaited, what an instance has decided."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accompagnement.duties import addressee, following
from accompagnement.models import OrientationPartenaire, SituationInstance
from residence.duties import DutyKind, Expected
from residence.permissions import Permission


def _due(row: Any, due_on: datetime.date) -> Expected:
    return Expected(
        target_id=row.pk,
        residence_id=row.dossier.residence_id,
        menage_id=row.dossier.menage_id,
        due_on=due_on,
        **addressee(row.follower),
    )


def _answer(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A partner was to answer by a day."""
    waiting = rows.waiting().filter(answer_by_on__isnull=False, dossier__closed_on=None)
    for row in waiting.annotate(follower=following(day, prefix="dossier__")).select_related("dossier"):
        yield _due(row, row.answer_by_on)


def _decided(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """What an instance has decided is to be done."""
    waiting = rows.filter(due_on__isnull=False, done_on=None, withdrawn_on=None)
    for row in waiting.annotate(follower=following(day, prefix="dossier__")).select_related("dossier"):
        yield _due(row, row.due_on)


KINDS = [
    DutyKind(
        code="orientation_partenaire.answer",
        sentence="Relancer un partenaire, ou noter sa réponse",
        model=OrientationPartenaire,
        rule=_answer,
        url_name="accompagnement:orientation_partenaire_answer",
        permission=Permission.PARTENAIRE_ORIENT,
        action_label="Noter la réponse",
    ),
    DutyKind(
        code="situation.end",
        sentence="Faire ce qu’une instance a décidé",
        model=SituationInstance,
        rule=_decided,
        url_name="accompagnement:situation_detail",
        permission=Permission.INSTANCE_EDIT,
    ),
]
