"""Put right what is known of a household and of the people in it."""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from residence.actions.journal import record
from residence.actions.personnes import add_member
from residence.actions.statuses import locked
from residence.duties import refresh_duties
from residence.models import MembreMenage, Menage, Personne, Residence, User


@transaction.atomic
def edit_menage(*, by: User, menage: Menage, residence: Residence, **fields: Any) -> Menage:
    """Where the household is, how to reach it, its number of allocataire."""
    menage = locked(menage)
    changed = _change(menage, fields)
    if changed:
        record("menage.edit", by=by, target=menage, menage=menage, residence=residence, fields=changed)
        refresh_duties(menage)
    return menage


@transaction.atomic
def edit_personne(*, by: User, menage: Menage, personne: Personne, residence: Residence, **fields: Any) -> Personne:
    """Who a person is. The household takes the name of its person of reference."""
    personne = locked(personne)
    changed = _change(personne, fields)
    if changed:
        for membre in personne.membre_de.filter(end_on=None, tie=MembreMenage.Tie.REFERENCE).select_related("menage"):
            _rename(membre.menage, personne)
        record("personne.edit", by=by, target=personne, menage=menage, residence=residence, fields=changed)
        refresh_duties(personne)
        refresh_duties(menage)
    return personne


@transaction.atomic
def join_menage(
    *,
    by: User,
    menage: Menage,
    residence: Residence,
    tie: str,
    on: datetime.date,
    in_custody: bool = False,
    **fields: Any,
) -> Personne:
    """A further person in the household. The same person added twice is one."""
    menage = locked(menage)
    same = menage.membres.filter(
        end_on=None,
        personne__last_name__iexact=fields["last_name"],
        personne__first_names__iexact=fields["first_names"],
        personne__born_on=fields.get("born_on"),
    ).first()
    if same is not None:
        return same.personne
    personne = add_member(by=by, menage=menage, tie=tie, residence=residence, on=on, **fields)
    if in_custody:
        menage.membres.filter(personne=personne).update(in_custody=True)
    refresh_duties(menage)
    return personne


@transaction.atomic
def end_member(
    *,
    by: User,
    membre: MembreMenage,
    residence: Residence,
    on: datetime.date,
    deceased: bool = False,
    successor: MembreMenage | None = None,
) -> MembreMenage:
    """A person leaves the household; when it is the person of reference, `successor` becomes it."""
    menage = locked(membre.menage)
    membre = locked(membre)
    if membre.end_on is not None:
        return membre
    others = list(menage.membres.filter(end_on=None).exclude(pk=membre.pk))
    if membre.tie == MembreMenage.Tie.REFERENCE:
        if not others and not deceased:
            raise ValidationError("C’est la seule personne du ménage : closez plutôt son séjour ou sa candidature.")
        if others and successor not in others:
            raise ValidationError({"successor": "Dites qui devient la personne de référence du ménage."})
    membre.end_on = on
    membre.full_clean()
    membre.save(update_fields=["end_on"])
    if membre.tie == MembreMenage.Tie.REFERENCE and successor is not None:
        MembreMenage.objects.filter(pk=successor.pk).update(tie=MembreMenage.Tie.REFERENCE)
        _rename(menage, successor.personne)
    if deceased:
        personne = locked(membre.personne)
        personne.deceased_on = on
        personne.full_clean()
        personne.save(update_fields=["deceased_on"])
    record("menage.end_member", by=by, target=menage, menage=menage, residence=residence, deceased=deceased)
    refresh_duties(menage)
    return membre


def _rename(menage: Menage, personne: Personne) -> None:
    name = f"{personne.last_name.upper()} {personne.first_names}"
    Menage.objects.filter(pk=menage.pk).exclude(name=name).update(name=name)


def _change(row: Any, fields: dict[str, Any]) -> list[str]:
    """Names of the fields of `row`, locked, that `fields` change; the row is checked and saved."""
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, fields[name])
        row.full_clean()
        row.save(update_fields=changed)
    return changed
