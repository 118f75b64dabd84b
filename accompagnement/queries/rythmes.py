"""Who is to be visited and by when; who is called in a heat wave."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest

from accompagnement.models import AppelVeille, NoteSociale, VeilleCanicule
from accompagnement.rules.rythmes import is_called_in_heat
from logement.models import ContratOccupation, Sejour
from residence.models import MembreMenage, Personne
from residence.rules.dates import add_months


def _visits(**narrowed: Any) -> QuerySet[Any]:
    rows = NoteSociale.objects.current().filter(dossier=OuterRef("pk"), kind=NoteSociale.Kind.VISITE, **narrowed)
    return rows.order_by().values("dossier")


def visited(dossiers: QuerySet[Any]) -> QuerySet[Any]:
    """Open files that have a rhythm of visits: `every`, `last_visit_on`, `visit_due_on`, `refused` since the last one.

    Counts and dates only: what a note says, and to whom, is not read here.
    """
    rows = dossiers.filter(closed_on=None).annotate(
        every=Coalesce("visit_every_days", "sejour__dispositif__visit_every_days", output_field=IntegerField()),
        started_on=Coalesce("sejour__start_on", "opened_on"),
        # The last one, not the greatest date: the index gives it at once.
        last_visit_on=Subquery(_visits(outcome=NoteSociale.Outcome.HELD).order_by("-held_on").values("held_on")[:1]),
        refused=Subquery(
            _visits(outcome=NoteSociale.Outcome.REFUSED)
            .filter(~Exists(_later_held()))
            .annotate(count=Count("pk"))
            .values("count")
        ),
    )
    rows = rows.filter(every__isnull=False).filter(
        Q(sejour__isnull=True) | Q(sejour__ended_on__isnull=True) | Q(visit_every_days__isnull=False)
    )
    since = Greatest(Coalesce("last_visit_on", "started_on"), "started_on")
    return rows.annotate(visit_due_on=Cast(since + F("every"), DateField()))


def _later_held() -> QuerySet[Any]:
    """A visit held after the one of the outer row."""
    return NoteSociale.objects.current().filter(
        dossier=OuterRef("dossier"),
        kind=NoteSociale.Kind.VISITE,
        outcome=NoteSociale.Outcome.HELD,
        held_on__gt=OuterRef("held_on"),
    )


@dataclass(frozen=True)
class ToCall:
    """A person whom the heat wave exposes: where they live, and what came of today's call."""

    personne: Personne
    menage: Any
    place: str
    phone: str
    call: AppelVeille | None

    @property
    def order(self) -> tuple[int, str]:
        """Who needs help first, then who did not answer, then who is to call, then the others."""
        ranks = {AppelVeille.Result.HELP: 0, AppelVeille.Result.NO_ANSWER: 1}
        return (ranks.get(self.call.result, 3) if self.call else 2, self.place)  # type: ignore[call-overload]

    @property
    def is_settled(self) -> bool:
        return self.call is not None and self.call.result in (AppelVeille.Result.ANSWERED, AppelVeille.Result.SEEN)


def exposed(veille: VeilleCanicule, day: datetime.date) -> list[ToCall]:
    """Who lives here on `day` and is called, who needs something first. Confidential names mask themselves."""
    stays = Sejour.objects.filter(residence=veille.residence_id).on(day)
    members = (
        MembreMenage.objects.in_force(day)
        .filter(menage__in=stays.values("menage"), personne__deceased_on=None)
        .filter(Q(personne__needs_evacuation_help=True) | Q(personne__born_on__isnull=False))
        .select_related("personne", "menage")
    )
    called = [
        one
        for one in members
        if is_called_in_heat(
            born_on=one.personne.born_on,
            needs_help=one.personne.needs_evacuation_help,
            from_age=veille.residence.heat_wave_age,
            today=day,
        )
    ]
    places = dict(
        ContratOccupation.objects.in_progress()
        .filter(sejour__in=stays, sejour__menage__in=[one.menage_id for one in called])
        .values_list("sejour__menage", "place__code")
    )
    calls = {call.personne_id: call for call in veille.appels.filter(on=day).select_related("called_by")}
    found = [
        ToCall(
            personne=one.personne,
            menage=one.menage,
            place=places.get(one.menage_id, ""),
            phone="" if one.menage.is_masked else one.personne.phone or one.menage.phone,
            call=calls.get(one.personne_id),
        )
        for one in called
    ]
    return sorted(found, key=lambda one: one.order)


def aged_from(dossiers: QuerySet[Any], age: int, day: datetime.date) -> QuerySet[Any]:
    """Files of the households in which somebody is at least `age`, the birthday included."""
    born = add_months(day, -12 * age)
    elderly = MembreMenage.objects.in_force(day).filter(menage=OuterRef("menage"), personne__born_on__lte=born)
    return dossiers.filter(Exists(elderly))
