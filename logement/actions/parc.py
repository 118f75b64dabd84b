"""Take a place from day to day, and give it back."""

import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from logement.models import ContratOccupation, OccupationPlace, Place
from logement.models.parc import days
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.models import User
from residence.models.base import today
from residence.rules.dates import eve

Kind = OccupationPlace.Kind

# What a person puts on a place by hand; contracts and proposals have their own acts.
BY_HAND = (Kind.WORKS, Kind.TURNAROUND, Kind.RESERVATION)
TAKEN = "La place est déjà prise sur ces dates."


def in_the_way(place: Place, start: datetime.date, end: datetime.date | None) -> list[OccupationPlace]:
    """What meets `place` from `start` to `end`, both included; a contract past its end without its keys always does."""
    live = OccupationPlace.objects.live().filter(place=place)
    met = live.filter(period__overlap=days(start, end)) | live.filter(
        pk__in=OccupationPlace.objects.holding(start).filter(place=place).values("pk")
    )
    return list(met.distinct().select_related("contrat", "place").order_by("period"))


def described(occupation: OccupationPlace) -> str:
    """« travaux du 03/12/2026 au 10/12/2026 », « contrat depuis le 01/03/2025 »."""
    label = occupation.get_kind_display()
    if occupation.end_on is None:
        return f"{label} depuis le {occupation.start_on:%d/%m/%Y}"
    said = f"{label} du {occupation.start_on:%d/%m/%Y} au {occupation.end_on:%d/%m/%Y}"
    lived = occupation.kind in (Kind.CONTRACT, Kind.AFTER_CONTRACT)
    if lived and occupation.keys_back_on is None and occupation.end_on < today():
        return f"{said}, clés non rendues"
    return said


def taken_message(found: list[OccupationPlace]) -> str:
    """The sentence that says what takes the place, as far as it is known."""
    return f"{TAKEN[:-1]} : {', '.join(described(one) for one in found)}." if found else TAKEN


def occupy(
    *,
    place: Place,
    kind: OccupationPlace.Kind,
    start_on: datetime.date,
    end_on: datetime.date | None,
    by: User | None,
    contrat: ContratOccupation | None = None,
    reason: str = "",
) -> OccupationPlace:
    """Take `place` in the caller's transaction, both days included. ValidationError where something else has it."""
    place = locked(place)
    found = in_the_way(place, start_on, end_on)
    if found:
        raise ValidationError(taken_message(found))
    occupation = OccupationPlace(
        place=place, kind=kind, contrat=contrat, period=days(start_on, end_on), reason=reason, created_by=by
    )
    occupation.full_clean()
    try:
        with transaction.atomic():
            occupation.save()
    except IntegrityError as error:
        # Who writes without the lock on the place meets the database's constraint, and so do we.
        raise ValidationError(TAKEN) from error
    return occupation


@transaction.atomic
def create_occupation(
    *,
    by: User,
    place: Place,
    kind: OccupationPlace.Kind,
    start_on: datetime.date,
    end_on: datetime.date | None,
    reason: str,
) -> OccupationPlace:
    """Put works, a turn-around or a reservation on a place, both days included."""
    if kind not in BY_HAND:
        raise ValidationError("Une place se bloque pour des travaux, une remise en état ou une réservation.")
    if end_on is not None and end_on < start_on:
        raise ValidationError({"end_on": "Le dernier jour ne peut pas précéder le premier."})
    if end_on is None and kind != Kind.WORKS:
        raise ValidationError({"end_on": "Donnez le dernier jour ; seuls les travaux peuvent rester sans date de fin."})
    if not reason.strip():
        raise ValidationError({"reason": "Dites pourquoi la place est bloquée."})
    occupation = occupy(place=place, kind=kind, start_on=start_on, end_on=end_on, by=by, reason=reason)
    record("occupation.create", by=by, target=occupation, residence=place.residence, nature=kind)
    return occupation


@transaction.atomic
def release_occupation(*, by: User, occupation: OccupationPlace, on: datetime.date | None = None) -> OccupationPlace:
    """Free a place from `on` (today): what is begun ends on the eve, what is not begun is lifted altogether."""
    occupation = OccupationPlace.objects.select_for_update(of=("self",)).select_related("place").get(pk=occupation.pk)
    day = on or today()
    if occupation.kind not in BY_HAND:
        raise ValidationError("Une place sous contrat se libère par la remise des clés.")
    if occupation.released_at is not None or (occupation.end_on is not None and occupation.end_on < day):
        raise ValidationError("Cette occupation est déjà terminée ou levée.")
    lift(occupation, by=by, on=day)
    record(
        "occupation.release",
        by=by,
        target=occupation,
        residence=occupation.place.residence,
        nature=occupation.kind,
        on=day,
    )
    return occupation


def lift(occupation: OccupationPlace, *, by: User | None, on: datetime.date) -> None:
    """End a locked occupation on the eve of `on`, or lift it when it had not begun."""
    if occupation.start_on >= on:
        occupation.released_by, occupation.released_at = by, timezone.now()
    else:
        occupation.period = days(occupation.start_on, eve(on))
    occupation.save(update_fields=["period", "released_by", "released_at"])
