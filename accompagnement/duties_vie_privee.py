"""What is due to the people themselves: their own file, within the month."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accompagnement.duties import addressee, following
from accompagnement.models import DemandeAcces
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.permissions import Permission


def _answer(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A person waits for their file."""
    for demande in rows.filter(answered_on=None).annotate(follower=following(day)):
        yield Expected(
            target_id=demande.pk,
            residence_id=demande.residence_id,
            menage_id=demande.menage_id,
            due_on=demande.due_on,
            **addressee(demande.follower),
        )


KINDS = [
    DutyKind(
        code="acces.answer",
        sentence="Remettre son dossier à une personne qui le demande",
        model=DemandeAcces,
        rule=_answer,
        url_name="accompagnement:acces_detail",
        permission=Permission.ACCES_ANSWER,
        action_label="Le préparer",
        soon_within=SOON_IN_MONTHS,
    ),
]
