"""Who reads a confidential household: name, take off, and lift the mask."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.models import AccesConfidentiel, Menage, Personne, Residence, User
from residence.models.base import today
from residence.permissions import Permission

Capacity = AccesConfidentiel.Capacity
# What each capacity must hold in the résidence to be of use there.
NEEDED = {
    Capacity.REFERENT: Permission.DOSSIER_VIEW,
    Capacity.GESTIONNAIRE: Permission.ENCAISSEMENT_RECORD,
    Capacity.SUBSTITUTE: Permission.MENAGE_VIEW,
}


@transaction.atomic
def name_reader(
    *, by: User, menage: Menage, residence: Residence, user: User, capacity: AccesConfidentiel.Capacity
) -> AccesConfidentiel:
    """One more person reads the household."""
    menage = _masked(menage)
    if not user.is_active or not user.holds(NEEDED[capacity], residence.pk):
        raise ValidationError({"user": f"{user} ne peut pas être nommé {capacity.label} à {residence}."})
    access = AccesConfidentiel(menage=menage, user=user, capacity=capacity, granted_by=by)
    access.full_clean()
    access.save()
    record("confidentiel.name_reader", by=by, target=access, menage=menage, residence=residence, capacity=str(capacity))
    return access


@transaction.atomic
def end_reader(*, by: User, access: AccesConfidentiel, residence: Residence) -> None:
    """A person reads the household no more; a gestionnaire and a substitute always remain."""
    menage = _masked(access.menage)
    access = locked(access)
    if access.end_on is not None:
        return
    left = AccesConfidentiel.objects.filter(menage=menage, end_on=None).exclude(pk=access.pk)
    if access.capacity != Capacity.REFERENT and not left.filter(capacity=access.capacity).exists():
        raise ValidationError("Nommez d’abord quelqu’un d’autre : un gestionnaire et un suppléant doivent rester.")
    if access.capacity == Capacity.REFERENT and not left.filter(capacity=Capacity.REFERENT).exists():
        raise ValidationError("Nommez d’abord un autre référent : quelqu’un doit pouvoir accompagner le ménage.")
    _end(access)
    record("confidentiel.end_reader", by=by, target=menage, menage=menage, residence=residence)


@transaction.atomic
def unmask_menage(*, by: User, menage: Menage, residence: Residence) -> Menage:
    """Show the household again to all whose role opens it; who was in another confidential one stays hidden."""
    menage = _masked(menage)
    menage.is_confidential = False
    menage.save(update_fields=["is_confidential"])
    for access in AccesConfidentiel.objects.filter(menage=menage, end_on=None):
        _end(access)
    hidden = Menage.objects.filter(is_confidential=True)
    Personne.objects.filter(membre_de__menage=menage).exclude(membre_de__menage__in=hidden).update(
        is_confidential=False
    )
    record("confidentiel.unmask", by=by, target=menage, menage=menage, residence=residence)
    return menage


def _end(access: AccesConfidentiel) -> None:
    """Stop a reading at once, not tonight: its last day is yesterday; one given today stays in the journal alone."""
    yesterday = today() - datetime.timedelta(days=1)
    if access.start_on > yesterday:
        access.delete()
    else:
        access.end_on = yesterday
        access.save(update_fields=["end_on"])


def _masked(menage: Menage) -> Menage:
    menage = locked(menage)
    if not menage.is_confidential:
        raise ValidationError("Ce dossier n’est plus confidentiel.")
    return menage
