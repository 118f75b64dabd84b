"""Make one of two records of a person who was entered twice in their household; `undo_fusion` takes it back."""

from django.core.exceptions import ValidationError
from django.db import transaction

from residence.actions.fusions import PERSONNE_FIELDS, Change, Plan, carry_out, conflicts_of, fill_blanks, rows_of
from residence.actions.journal import record
from residence.actions.statuses import locked
from residence.models import Fusion, MembreMenage, Menage, Personne, Residence, User


def plan_personnes(*, menage: Menage, kept: Personne, absorbed: Personne) -> Plan:
    """What making one of two persons of `menage` would do: `kept` takes all that names `absorbed`.

    The second membership ends on the day it began: nobody lived there twice, and its line stays for the way back.
    """
    plan = Plan(menage, menage, {absorbed: kept})
    here = {one.personne_id: one for one in menage.membres.filter(end_on=None, personne__in=(kept, absorbed))}
    if kept.pk == absorbed.pk:
        plan.refusals.append("Choisissez deux personnes : une fiche ne se regroupe pas avec elle-même.")
    elif len(here) < len((kept, absorbed)):
        plan.refusals.append("La composition du ménage a changé entre-temps : relisez-la.")
    elif here[absorbed.pk].tie == MembreMenage.Tie.REFERENCE:
        plan.refusals.append("La personne de référence est celle que l’on garde : inversez les deux.")
    if plan.refusals:
        return plan
    mine, theirs = here[kept.pk], here[absorbed.pk]
    for name, row in rows_of(Personne, absorbed):
        if row != theirs:
            plan.changes.append(Change(row, name, absorbed.pk, kept.pk))
    fill_blanks(plan, kept, absorbed, PERSONNE_FIELDS)
    if theirs.start_on < mine.start_on:
        plan.changes.append(Change(mine, "start_on", mine.start_on, theirs.start_on))
    plan.changes.append(Change(theirs, "end_on", None, theirs.start_on))
    plan.changes.append(Change(absorbed, "merged_into", None, kept.pk))
    plan.refusals += conflicts_of(plan)
    return plan


@transaction.atomic
def merge_personnes(*, by: User, residence: Residence, menage: Menage, kept: Personne, absorbed: Personne) -> Fusion:
    """Put all that names `absorbed` under `kept`, both of `menage`; each row that moves is written down."""
    menage = locked(menage)
    known = Fusion.objects.filter(personne_absorbed=absorbed, personne_kept=kept, undone_at=None).first()
    if known is not None:
        return known
    plan = plan_personnes(menage=menage, kept=kept, absorbed=absorbed)
    if plan.refusals:
        raise ValidationError(plan.refusals)
    fusion = Fusion.objects.create(
        kept=menage,
        absorbed=menage,
        personne_kept=kept,
        personne_absorbed=absorbed,
        residence=residence,
        made_by=by,
    )
    carry_out(by=by, fusion=fusion, plan=plan)
    record(
        "fusion.make",
        by=by,
        target=fusion,
        menage=menage,
        residence=residence,
        absorbed=menage.pk,
        persons=1,
        moved=len(plan.changes),
    )
    return fusion
