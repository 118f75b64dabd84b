"""Open a household, say who is in it, attach it to a résidence, make it confidential."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from residence import hooks
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.models import AccesConfidentiel, MembreMenage, Menage, Personne, Rattachement, Residence, User
from residence.models.base import today
from residence.permissions import Cause, Permission


@transaction.atomic
def open_menage(
    *, by: User, reference: dict[str, Any], residence: Residence, on: datetime.date | None = None, **fields: Any
) -> Menage:
    """A new household around its person of reference (`reference`: fields of Personne)."""
    personne = Personne(created_by=by, **reference)
    personne.full_clean()
    menage = Menage(name=f"{personne.last_name.upper()} {personne.first_names}", created_by=by, **fields)
    menage.full_clean()
    personne.save()
    menage.save()
    MembreMenage.objects.create(
        menage=menage, personne=personne, tie=MembreMenage.Tie.REFERENCE, start_on=on or today()
    )
    record("menage.open", by=by, target=menage, menage=menage, residence=residence)
    return menage


@transaction.atomic
def add_member(
    *,
    by: User,
    menage: Menage,
    tie: str,
    residence: Residence | None = None,
    on: datetime.date | None = None,
    **fields: Any,
) -> Personne:
    """A further person in a household, from `on` (today)."""
    personne = Personne(created_by=by, is_confidential=menage.is_confidential, **fields)
    personne.full_clean()
    personne.save()
    member = MembreMenage(menage=menage, personne=personne, tie=tie, start_on=on or today())
    member.full_clean()
    member.save()
    record("menage.add_member", by=by, target=menage, menage=menage, residence=residence, tie=tie)
    return personne


def attach(menage: Menage, residence: Residence, cause: Cause, *, on: datetime.date | None = None) -> Rattachement:
    """Tie a household to a résidence for a cause; the tie that is already open stands."""
    tie, _ = Rattachement.objects.get_or_create(
        menage=menage, residence=residence, cause=cause, end_on=None, defaults={"start_on": on or today()}
    )
    return tie


def detach(menage: Menage, residence: Residence, cause: Cause, *, on: datetime.date | None = None) -> None:
    """End the tie of a household to a résidence for a cause."""
    for tie in Rattachement.objects.filter(menage=menage, residence=residence, cause=cause, end_on__isnull=True):
        tie.end_on = max(on or today(), tie.start_on)
        tie.save(update_fields=["end_on"])


@transaction.atomic
def mask_menage(
    *, by: User, menage: Menage, residence: Residence, named: Iterable[tuple[User, AccesConfidentiel.Capacity]]
) -> None:
    """Make a household confidential: only the persons named read it. A gestionnaire and a substitute are among them."""
    menage = locked(menage)
    if menage.is_confidential:
        raise ValidationError("Ce dossier est déjà confidentiel.")
    named = list(named)
    capacities = {capacity for _, capacity in named}
    wanted = {AccesConfidentiel.Capacity.GESTIONNAIRE, AccesConfidentiel.Capacity.SUBSTITUTE}
    if not wanted <= capacities:
        raise ValidationError("Nommez au moins un gestionnaire et un suppléant.")
    for user, capacity in named:
        if capacity == AccesConfidentiel.Capacity.GESTIONNAIRE and not user.holds(
            Permission.ENCAISSEMENT_RECORD, residence.pk
        ):
            raise ValidationError(f"{user} n’est pas gestionnaire de {residence}.")
        access = AccesConfidentiel(menage=menage, user=user, capacity=capacity, granted_by=by)
        access.full_clean()
        access.save()
    menage.is_confidential = True
    menage.save(update_fields=["is_confidential"])
    Personne.objects.filter(membre_de__menage=menage).update(is_confidential=True)
    record("confidentiel.mask", by=by, target=menage, menage=menage, residence=residence, named=len(named))
    hooks.call("ON_MENAGE_MASKED", menage=menage, by=by)
