"""Tell a partner of the places that are vacant, or soon will be."""

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.models import Place, SignalementVacance
from residence.actions.journal import record
from residence.duties import refresh_duties
from residence.models import Partenaire, User
from residence.models.base import today
from residence.permissions import Permission


@transaction.atomic
def report_vacances(
    *, by: User, partenaire: Partenaire, vacances: Iterable[tuple[int, datetime.date]], reported_on: datetime.date
) -> int:
    """Keep that `partenaire` was told of vacancies, (number of the place, day); how many it was not told of before."""
    if reported_on > today():
        raise ValidationError({"reported_on": "Un signalement est fait aujourd’hui ou l’a été avant."})
    wanted = dict(vacances)
    places = Place.objects.visible_to(by, Permission.PARC_EDIT).filter(pk__in=wanted).select_related("residence")
    before = set(
        SignalementVacance.objects.filter(place__in=places, partenaire=partenaire).values_list("place", "vacant_on")
    )
    new = [
        SignalementVacance(
            place=place, vacant_on=wanted[place.pk], partenaire=partenaire, reported_on=reported_on, reported_by=by
        )
        for place in places
        if (place.pk, wanted[place.pk]) not in before
    ]
    if not new:
        raise ValidationError("Toutes ces vacances sont déjà signalées à ce partenaire.")
    # Two agents at once: the second finds the row made, and the line of the journal counts what was asked.
    SignalementVacance.objects.bulk_create(new, ignore_conflicts=True)
    for residence in {one.place.residence for one in new}:
        record(
            "vacance.report",
            by=by,
            residence=residence,
            target=partenaire,
            places=sum(one.place.residence_id == residence.pk for one in new),
            on=reported_on,
        )
        refresh_duties(residence)
    return len(new)
