"""Change of place inside a stay: what the signature of the following contract does to the one before it."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from logement.actions.parc import described, in_the_way, occupy
from logement.actions.travaux import begin_when_empty
from logement.models import ContratOccupation, OccupationPlace, Souscription
from logement.models.parc import days
from residence.actions.journal import record
from residence.actions.statuses import move
from residence.duties import refresh_duties
from residence.models import User
from residence.models.base import today
from residence.rules.dates import add_days, eve, morrow

Status = ContratOccupation.Status
Kind = OccupationPlace.Kind


def hand_over(following: ContratOccupation, *, by: User) -> None:
    """End the contract of the place that is left on the eve of `following`, in the caller's transaction.

    The place left stays held until its keys are back; a room kept, with another joined to it, goes from one contract
    to the other. What the resident takes besides goes on under the new contract.
    """
    before = _locked(following.previous_id)
    if before.status != Status.RUNNING or before.end_on is not None:
        raise ValidationError("Le contrat de la place quittée n’est plus en cours : annulez ce changement de place.")
    last = eve(following.start_on)
    before.end_on = last
    before.full_clean()
    before.save(update_fields=["end_on"])
    kept = {following.place_id, *following.joined_places.values_list("pk", flat=True)}
    for occupation in _held(before):
        occupation.period = days(occupation.start_on, last)
        occupation.keys_back_on = last if occupation.place_id in kept else None
        occupation.save(update_fields=["period", "keys_back_on"])
    for taken in Souscription.objects.select_for_update().filter(contrat=before).exclude(end_on__lte=last):
        end = taken.end_on
        if taken.start_on > last:
            taken.contrat = following
            taken.save(update_fields=["contrat"])
            continue
        taken.end_on = last
        taken.save(update_fields=["end_on"])
        Souscription.objects.create(
            contrat=following,
            prestation_id=taken.prestation_id,
            start_on=following.start_on,
            end_on=end,
            created_by=by,
        )
    refresh_duties(before)


def take_back(following: ContratOccupation, *, by: User) -> None:
    """Let the contract before `following` run again: the change of place is given up before it began."""
    before = _locked(following.previous_id)
    if before.status != Status.RUNNING or before.keys_back_on is not None:
        raise ValidationError("Les clés de la place quittée sont rendues : le changement de place ne s’annule plus.")
    for occupation in _held(before):
        met = [one for one in in_the_way(occupation.place, occupation.start_on, None) if one.pk != occupation.pk]
        if met:
            raise ValidationError(
                f"La place {occupation.place} est déjà promise ensuite ({', '.join(described(one) for one in met)}) : "
                "levez d’abord ce qui la prend."
            )
        occupation.period, occupation.keys_back_on = days(occupation.start_on, None), None
        occupation.save(update_fields=["period", "keys_back_on"])
    for taken in Souscription.objects.select_for_update().filter(contrat=following):
        Souscription.objects.filter(
            contrat=before, prestation=taken.prestation_id, end_on=eve(following.start_on)
        ).update(end_on=taken.end_on)
        taken.end_on = taken.start_on
        taken.save(update_fields=["end_on"])
    before.end_on = None
    before.full_clean()
    before.save(update_fields=["end_on"])
    refresh_duties(before)


@transaction.atomic
def record_mutation_cles(*, by: User, contrat: ContratOccupation, keys_on: datetime.date) -> ContratOccupation:
    """The keys of the place that was left are back: its contract ends, the stay goes on in the other place.

    Nothing more is owed for the place left, even when its keys come late: the household pays the other one.
    """
    contrat = _locked(contrat.pk)
    last = contrat.end_on
    if not contrat.is_left or last is None:
        raise ValidationError("Ce contrat n’attend pas les clés d’une place quittée.")
    if ContratOccupation.objects.kept().filter(pk=contrat.pk).exists():
        raise ValidationError("Le ménage garde sa chambre : aucune clé n’est à rendre.")
    if keys_on > today():
        raise ValidationError({"keys_on": "Les clés sont rendues aujourd’hui ou l’ont été avant."})
    if keys_on < last:
        raise ValidationError({"keys_on": f"Le ménage occupe cette place jusqu’au {last:%d/%m/%Y} inclus."})
    _end(contrat, keys_on=keys_on)
    for occupation in _held(contrat):
        if occupation.keys_back_on is not None:
            continue
        occupation.keys_back_on = keys_on
        occupation.save(update_fields=["keys_back_on"])
        if keys_on > last:
            occupy(
                place=occupation.place,
                kind=Kind.TURNAROUND,
                start_on=morrow(last),
                end_on=keys_on,
                by=by,
                reason="Clés attendues après un changement de place",
            )
        _make_ready(occupation, after=keys_on, for_days=contrat.sejour.dispositif.turnaround_days, by=by)
    _told(contrat, by=by)
    return contrat


@transaction.atomic
def end_kept(day: datetime.date, *, by: User | None = None) -> int:
    """End the contracts whose last day has passed and whose rooms all go on under the next one; gives how many."""
    rows = ContratOccupation.objects.kept().filter(end_on__lt=day).values_list("pk", flat=True)
    for contrat in [_locked(pk) for pk in rows]:
        _end(contrat, keys_on=contrat.end_on)
        _told(contrat, by=by)
    return len(rows)


def quotidien(day: datetime.date) -> str:
    """The day's work on changes of place, as `manage.py quotidien` says it."""
    ended = end_kept(day)
    return (
        f"{ended} contrat{'s' if ended > 1 else ''} de chambre gardée fini{'s' if ended > 1 else ''}" if ended else ""
    )


def _end(contrat: ContratOccupation, *, keys_on: datetime.date | None) -> None:
    move(contrat, Status.ENDED)
    contrat.keys_back_on = keys_on
    contrat.full_clean()
    contrat.save(update_fields=["status", "keys_back_on"])


def _told(contrat: ContratOccupation, *, by: User | None) -> None:
    refresh_duties(contrat)
    refresh_duties(contrat.sejour)
    record(
        "mutation.cles",
        by=by,
        target=contrat,
        residence=contrat.residence,
        menage=contrat.menage,
        keys_on=contrat.keys_back_on,
    )


def _make_ready(occupation: OccupationPlace, *, after: datetime.date, for_days: int, by: User) -> None:
    """Begin the works that waited, then keep the place for its turn-around, up to what is planned next."""
    start = morrow(after)
    works = begin_when_empty(place=occupation.place, free_on=start, by=by)
    if works is not None and works.start_on == start and works.end_on is not None:
        start = morrow(works.end_on)
    if not for_days:
        return
    end = add_days(start, for_days - 1)
    following = in_the_way(occupation.place, start, end)
    if following:
        end = eve(min(one.start_on for one in following))
    if end >= start:
        reason = "Remise en état après un changement de place"
        occupy(place=occupation.place, kind=Kind.TURNAROUND, start_on=start, end_on=end, by=by, reason=reason)


def _held(contrat: ContratOccupation) -> list[OccupationPlace]:
    rows = OccupationPlace.objects.live().filter(contrat=contrat, kind=Kind.CONTRACT)
    return list(rows.select_for_update(of=("self",)).select_related("place").order_by("place_id"))


def _locked(pk: int | None) -> ContratOccupation:
    row: ContratOccupation = (
        ContratOccupation.objects.select_for_update(of=("self",))
        .select_related("sejour__menage", "sejour__residence", "sejour__dispositif", "place")
        .get(pk=pk)
    )
    return row
