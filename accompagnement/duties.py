"""What is due on a social file."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accompagnement.models import DossierSocial, NoteSociale
from residence.components import SOON_IN_MONTHS
from residence.duties import DutyKind, Expected
from residence.models import Referent, User
from residence.permissions import Permission, Role

# Days left to name a referent, and to close a file or go on with it after the stay.
NAME_REFERENT_WITHIN = 7
CLOSE_WITHIN = 30

# What counts as having met the household.
MEETINGS = (NoteSociale.Kind.ENTRETIEN, NoteSociale.Kind.VISITE)


def following(day: datetime.date, *, prefix: str = "") -> Subquery:
    """The referent of the household of a row, an active member of the team, on `day`."""
    rows = Referent.objects.in_force(day).filter(
        menage=OuterRef(f"{prefix}menage"),
        residence=OuterRef(f"{prefix}residence"),
        kind=Referent.Kind.SOCIAL,
        user__is_active=True,
    )
    return Subquery(rows.values("user")[:1])


def _addressee(user_id: int | None) -> dict[str, Any]:
    return {"user_id": user_id} if user_id else {"role": Role.COORDINATRICE}


def _first_meeting(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Nobody has met yet the household that came in: within the days that the dispositif gives."""
    met = NoteSociale.objects.current().filter(dossier=OuterRef("pk"), kind__in=MEETINGS)
    waiting = rows.filter(
        ~Exists(met), closed_on=None, sejour__ended_on=None, sejour__dispositif__first_meeting_days__isnull=False
    )
    for dossier in waiting.annotate(follower=following(day)).select_related("sejour__dispositif"):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=dossier.sejour.start_on + datetime.timedelta(days=dossier.sejour.dispositif.first_meeting_days),
            **_addressee(dossier.follower),
        )


def _without_referent(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """An open file that nobody follows."""
    followed = Referent.objects.in_force(day).filter(
        menage=OuterRef("menage"), residence=OuterRef("residence"), kind=Referent.Kind.SOCIAL
    )
    for dossier in rows.filter(~Exists(followed), closed_on=None):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            role=Role.COORDINATRICE,
            due_on=dossier.opened_on + datetime.timedelta(days=NAME_REFERENT_WITHIN),
        )


def _to_close(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """The household has left, and nobody has said whether its support goes on."""
    left = rows.filter(closed_on=None, continued_on=None, sejour__ended_on__isnull=False)
    for dossier in left.annotate(follower=following(day)).select_related("sejour"):
        yield Expected(
            target_id=dossier.pk,
            residence_id=dossier.residence_id,
            menage_id=dossier.menage_id,
            due_on=dossier.sejour.ended_on + datetime.timedelta(days=CLOSE_WITHIN),
            **_addressee(dossier.follower),
        )


def _next_step(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """A step that a note announced, for its author, or for who follows the household once the author has left."""
    active = User.objects.filter(pk=OuterRef("author"), is_active=True)
    announced = rows.with_step_to_do().annotate(
        writer=Subquery(active.values("pk")[:1]), follower=following(day, prefix="dossier__")
    )
    for note in announced.select_related("dossier"):
        yield Expected(
            target_id=note.pk,
            residence_id=note.dossier.residence_id,
            menage_id=note.dossier.menage_id,
            due_on=note.next_step_on,
            **_addressee(note.writer or note.follower),
        )


def _steps(user: User, note_ids: list[int]) -> dict[int, str]:
    """What each note announced, for who may read it: never stored in the duty."""
    rows = NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW).readable_by(user).filter(pk__in=note_ids)
    return dict(rows.values_list("pk", "next_step"))


KINDS = [
    DutyKind(
        code="dossier.first_meeting",
        sentence="Tenir le premier rendez-vous",
        model=DossierSocial,
        rule=_first_meeting,
        url_name="accompagnement:note_write",
        permission=Permission.NOTE_WRITE,
        action_label="L’écrire",
    ),
    DutyKind(
        code="dossier.name_referent",
        sentence="Désigner un référent",
        model=DossierSocial,
        rule=_without_referent,
        url_name="accompagnement:dossier_referents",
        permission=Permission.DOSSIER_OPEN,
        action_label="Désigner",
    ),
    DutyKind(
        code="dossier.to_close",
        sentence="Clore le dossier social, ou dire que le suivi continue",
        model=DossierSocial,
        rule=_to_close,
        url_name="accompagnement:dossier_close",
        permission=Permission.DOSSIER_OPEN,
        action_label="Décider",
        soon_within=SOON_IN_MONTHS,
    ),
    DutyKind(
        code="note.next_step",
        sentence="Donner suite à une note",
        model=NoteSociale,
        rule=_next_step,
        url_name="accompagnement:note_detail",
        permission=Permission.NOTE_WRITE,
        detail_for=_steps,
    ),
]
