"""What is due on the rows that every app shares."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from residence.duties import DutyKind, Expected
from residence.models import AccesConfidentiel, RendezVous, RessemblanceMasquee
from residence.permissions import Permission


def _untold(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Appointments of the days before `day` of which nobody said whether they were held: due the day after."""
    midnight = timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
    past = rows.filter(status=RendezVous.Status.PLANNED, start_at__lt=midnight)
    for one in past.only("pk", "residence_id", "user_id", "menage_id", "start_at", "kind"):
        held_on = timezone.localdate(one.start_at)
        yield Expected(
            target_id=one.pk,
            residence_id=one.residence_id,
            user_id=one.user_id,
            menage_id=one.menage_id,
            due_on=held_on + datetime.timedelta(days=1),
            detail=f"{one.get_kind_display()} du {held_on:%d/%m/%Y}",
        )


def _resembling(rows: QuerySet[Any], day: datetime.date) -> Iterator[Expected]:
    """Persons typed elsewhere who resemble one of a confidential household: for its referent, else for its substitutes.

    Due in a week: the partner waits for an answer about a request that may be a second one.
    """
    for one in rows.filter(status=RessemblanceMasquee.Status.OPEN, menage__is_confidential=True):
        named = AccesConfidentiel.objects.in_force(day).filter(menage=one.menage_id)
        readers = {access.user_id: access.capacity for access in named}
        wanted = [user for user, capacity in readers.items() if capacity == AccesConfidentiel.Capacity.REFERENT]
        tie = one.menage.rattachements.order_by("end_on", "pk").first()
        for user_id in wanted or sorted(readers):
            yield Expected(
                target_id=one.pk,
                residence_id=tie.residence_id if tie else one.typed_at_residence_id,
                user_id=user_id,
                menage_id=one.menage_id,
                due_on=timezone.localdate(one.found_at) + datetime.timedelta(days=7),
                detail=f"saisie le {timezone.localdate(one.found_at):%d/%m/%Y}",
            )


KINDS = [
    DutyKind(
        code="rendez_vous.untold",
        sentence="Dire si le rendez-vous a été tenu",
        model=RendezVous,
        rule=_untold,
        url_name="residence:rendez_vous_detail",
        permission=Permission.RENDEZ_VOUS_EDIT,
        action_label="Répondre",
    ),
    DutyKind(
        code="ressemblance.settle",
        sentence="Dire si une personne saisie est celle de ce dossier confidentiel",
        model=RessemblanceMasquee,
        rule=_resembling,
        url_name="residence:ressemblance_settle",
        permission=Permission.MENAGE_VIEW,
        action_label="Examiner",
    ),
]
