"""Make one of two records of a household, and take it back; say of a likeness what it is."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from residence import hooks
from residence.actions.journal import record
from residence.actions.statuses import locked, move
from residence.duties import refresh_duties
from residence.models import (
    AccesConfidentiel,
    EntreeJournal,
    Fusion,
    MembreMenage,
    Menage,
    MouvementFusion,
    Personne,
    Rattachement,
    Referent,
    Residence,
    RessemblanceMasquee,
    User,
)
from residence.models.base import today
from residence.queries.connus import hidden_resembling

# Facts that stay under the record where they were written, and what a merging itself writes.
_STAY: frozenset[type[Model]] = frozenset(
    {EntreeJournal, Fusion, MouvementFusion, RessemblanceMasquee, Personne, Menage}
)
# What both records may say in their own way: the record that is kept wins, and its blanks are filled.
MENAGE_FIELDS = (
    "address",
    "postal_code",
    "city",
    "phone",
    "email",
    "email_agreed_on",
    "caf_number",
    "declared_persons",
)
PERSONNE_FIELDS = (
    "civility",
    "birth_name",
    "born_on",
    "birth_precision",
    "birth_place",
    "nationality",
    "spoken_language",
    "phone",
    "email",
    "deceased_on",
)
_BLANK = frozenset({None, "", "unknown"})


@dataclass(frozen=True)
class Change:
    """A field of a row, before and after, as it is stored."""

    row: Any
    field: str
    before: Any
    after: Any


@dataclass
class Plan:
    """What a merging would do: rows that change, values that both records give otherwise, what stands in its way."""

    kept: Menage
    absorbed: Menage
    pairs: dict[Personne, Personne]
    changes: list[Change] = field(default_factory=list)
    differences: list[tuple[str, str, str, str]] = field(default_factory=list)  # who, what, kept, absorbed
    refusals: list[str] = field(default_factory=list)

    @property
    def moved(self) -> list[tuple[str, list[Any]]]:
        """The rows that go under the record that is kept, by what they are."""
        told: dict[str, dict[int, Any]] = {}
        for change in self.changes:
            if change.field in ("menage", "personne"):
                meta = type(change.row)._meta
                told.setdefault(str(meta.verbose_name_plural), {})[change.row.pk] = change.row
        return [(name, list(rows.values())) for name, rows in sorted(told.items())]

    @property
    def filled(self) -> list[tuple[Any, str, Any]]:
        """Blanks of the record that is kept, filled by the other: whose, what, with what."""
        return [
            (one.row, str(type(one.row)._meta.get_field(one.field).verbose_name), one.after)
            for one in self.changes
            if type(one.row) in (Menage, Personne) and one.field in (*MENAGE_FIELDS, *PERSONNE_FIELDS)
        ]


def plan_fusion(*, kept: Menage, absorbed: Menage, pairs: dict[Personne, Personne]) -> Plan:
    """What making one of two households would do. `pairs`: persons of `absorbed`, each with who it is in `kept`."""
    plan = Plan(kept, absorbed, pairs)
    _refuse_what_cannot(plan)
    if plan.refusals:
        return plan
    for personne, same in pairs.items():
        for name, row in rows_of(Personne, personne):
            # The absorbed record keeps the names it was known by.
            if not (isinstance(row, MembreMenage) and row.menage_id == absorbed.pk):
                plan.changes.append(Change(row, name, personne.pk, same.pk))
        fill_blanks(plan, same, personne, PERSONNE_FIELDS)
        plan.changes.append(Change(personne, "merged_into", None, same.pk))
    fill_blanks(plan, kept, absorbed, MENAGE_FIELDS)
    plan.changes.append(Change(absorbed, "merged_into", None, kept.pk))
    for name, row in rows_of(Menage, absorbed):
        _move_row(plan, name, row)
    if kept.is_confidential and not absorbed.is_confidential:
        plan.changes.append(Change(absorbed, "is_confidential", False, True))
        hidden = Personne.objects.filter(membre_de__menage=absorbed, is_confidential=False).distinct()
        plan.changes += [Change(personne, "is_confidential", False, True) for personne in hidden]
    plan.refusals += conflicts_of(plan)
    return plan


def _refuse_what_cannot(plan: Plan) -> None:
    kept, absorbed = plan.kept, plan.absorbed
    if kept.pk == absorbed.pk:
        plan.refusals.append("Choisissez une autre fiche : un ménage ne se regroupe pas avec lui-même.")
    if kept.merged_into_id or absorbed.merged_into_id:
        plan.refusals.append("L’une de ces fiches est déjà regroupée avec une autre.")
    if absorbed.is_confidential and not kept.is_confidential:
        plan.refusals.append("Le dossier confidentiel est celui que l’on garde : partez de lui.")
    if absorbed.is_confidential and kept.is_confidential and _named(kept) != _named(absorbed):
        plan.refusals.append(
            "Ces deux dossiers confidentiels ne sont pas lus par les mêmes personnes : accordez-les d’abord."
        )
    if len(set(plan.pairs.values())) != len(plan.pairs):
        plan.refusals.append("Une personne ne peut pas être reconnue deux fois.")
    mine = set(kept.personnes.filter(membre_de__end_on=None).values_list("pk", flat=True))
    theirs = set(absorbed.personnes.values_list("pk", flat=True))
    if any(one.pk not in theirs or same.pk not in mine for one, same in plan.pairs.items()):
        plan.refusals.append("La composition d’un des ménages a changé entre-temps : relisez-la.")


def _named(menage: Menage) -> set[int]:
    return set(AccesConfidentiel.objects.in_force().filter(menage=menage).values_list("user", flat=True))


def rows_of(model: type[Model], owner: Model) -> Iterable[tuple[str, Any]]:
    """Every row, of whatever app, that names `owner`, with the field that does."""
    for relation in model._meta.get_fields(include_hidden=True):
        rows_model = relation.related_model
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)) or rows_model in _STAY:
            continue
        name = relation.field.name
        for row in rows_model._default_manager.filter(**{name: owner}).order_by("pk"):
            yield name, row


def _move_row(plan: Plan, name: str, row: Any) -> None:
    """Put a row of the absorbed household under the one that is kept.

    A model that names what a household has one row in (`ONE_A_HOUSEHOLD_IN`) says that the row of the kept one stands:
    the other stays where it was written, as what was done on that day.
    """
    kept, day = plan.kept, today()
    within = getattr(type(row), "ONE_A_HOUSEHOLD_IN", "")
    if within and type(row)._default_manager.filter(menage=kept, **{within: getattr(row, within)}).exists():
        return
    if isinstance(row, AccesConfidentiel):
        return
    if isinstance(row, MembreMenage):
        if row.personne in plan.pairs:
            return
        if row.tie == MembreMenage.Tie.REFERENCE and row.end_on is None:
            plan.changes.append(Change(row, "tie", str(row.tie), str(MembreMenage.Tie.OTHER)))
    elif isinstance(row, Rattachement) and row.end_on is None:
        if kept.rattachements.filter(residence=row.residence_id, cause=row.cause, end_on=None).exists():
            plan.changes.append(Change(row, "end_on", None, max(row.start_on, day)))
    elif (
        isinstance(row, Referent)
        and row.end_on is None
        and kept.referents.filter(residence=row.residence_id, kind=row.kind, end_on=None).exists()
    ):
        plan.changes.append(Change(row, "end_on", None, max(row.start_on, day)))
    plan.changes.append(Change(row, name, plan.absorbed.pk, kept.pk))


def fill_blanks(plan: Plan, kept: Any, absorbed: Any, names: Sequence[str]) -> None:
    """Take what the kept record does not say; keep what both say otherwise, and tell it."""
    fills = {name for name in names if getattr(kept, name) in _BLANK and getattr(absorbed, name) not in _BLANK}
    if "birth_precision" in names:
        # A birth and how well it is known go together.
        (fills.add if "born_on" in fills else fills.discard)("birth_precision")
    for name in names:
        mine, theirs = getattr(kept, name), getattr(absorbed, name)
        if name in fills:
            plan.changes.append(Change(kept, name, _stored(mine), _stored(theirs)))
        elif mine not in _BLANK and theirs not in _BLANK and mine != theirs and name != "birth_precision":
            label = str(type(kept)._meta.get_field(name).verbose_name)
            plan.differences.append((str(kept), label, _told(kept, name), _told(absorbed, name)))


def _told(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    display = getattr(row, f"get_{name}_display", None)
    return str(display() if display else value)


def _stored(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def conflicts_of(plan: Plan) -> list[str]:
    """What the constraints of the moved rows say, in French; tried, then taken back."""
    try:
        with transaction.atomic():
            apply_changes(plan.changes)
            raise _TakenBack
    except _TakenBack:
        return []
    except ValidationError as error:
        return list(error.messages)
    except IntegrityError:
        return ["Les deux fiches portent des faits qui ne vont pas ensemble : closez d’abord l’un des deux."]


class _TakenBack(Exception):
    """Nothing was wrong: undo the trial."""


def apply_changes(changes: Sequence[Change]) -> None:
    """Write changes in their order; each row is measured against its constraints once all its fields are set."""
    rows: dict[tuple[type[Model], int], list[Change]] = {}
    for change in changes:
        rows.setdefault((type(change.row), change.row.pk), []).append(change)
    for (model, pk), fields in rows.items():
        row = model._default_manager.get(pk=pk)
        for change in fields:
            column = model._meta.get_field(change.field)
            setattr(row, getattr(column, "attname", change.field), column.to_python(change.after))
        if model not in (Menage, Personne):
            row.validate_constraints()
        model._default_manager.filter(pk=pk).update(
            **{change.field: getattr(row, model._meta.get_field(change.field).attname) for change in fields}
        )


@transaction.atomic
def merge_menages(
    *, by: User, residence: Residence, kept: Menage, absorbed: Menage, pairs: dict[Personne, Personne]
) -> Fusion:
    """Put all that `absorbed` holds under `kept`; each row that moves is written down, for the way back."""
    for menage in sorted((kept, absorbed), key=lambda one: one.pk):
        locked(menage)
    kept, absorbed = locked(kept), locked(absorbed)
    if absorbed.merged_into_id == kept.pk:
        return Fusion.objects.get(kept=kept, absorbed=absorbed, undone_at=None)
    plan = plan_fusion(kept=kept, absorbed=absorbed, pairs=pairs)
    if plan.refusals:
        raise ValidationError(plan.refusals)
    fusion = Fusion.objects.create(kept=kept, absorbed=absorbed, residence=residence, made_by=by)
    carry_out(by=by, fusion=fusion, plan=plan)
    record(
        "fusion.make",
        by=by,
        target=fusion,
        menage=kept,
        residence=residence,
        absorbed=absorbed.pk,
        persons=len(pairs),
        moved=len(plan.changes),
    )
    return fusion


def carry_out(*, by: User, fusion: Fusion, plan: Plan) -> None:
    """Do what `plan` says, each change written down under `fusion`, in the caller's transaction."""
    MouvementFusion.objects.bulk_create(
        MouvementFusion(
            fusion=fusion,
            target_type=ContentType.objects.get_for_model(change.row),
            target_id=change.row.pk,
            field=change.field,
            before=change.before,
            after=change.after,
        )
        for change in plan.changes
    )
    apply_changes(plan.changes)
    for personne, same in plan.pairs.items():
        hooks.call("ON_PERSON_MERGED", personne=personne, into=same, by=by)
    refresh_moved(plan.changes)


@transaction.atomic
def undo_fusion(*, by: User, fusion: Fusion) -> Fusion:
    """Give back to each record what it held, unless what moved has changed since."""
    for menage in sorted((fusion.kept, fusion.absorbed), key=lambda one: one.pk):
        locked(menage)
    fusion = locked(fusion)
    if fusion.undone_at is not None:
        return fusion
    changes, changed = [], []
    for one in fusion.mouvements.select_related("target_type"):
        row = one.target
        now = _stored(getattr(row, type(row)._meta.get_field(one.field).attname))
        if type(row)._meta.get_field(one.field).to_python(one.after) != now:
            # Duties are made anew by their rules: they alone may have changed.
            if type(row)._meta.label != "residence.Echeance":
                changed.append(f"{type(row)._meta.verbose_name} n° {row.pk}")
            continue
        changes.append(Change(row, one.field, one.after, one.before))
    if changed:
        facts = ", ".join(sorted(set(changed)))
        raise ValidationError(f"Des faits ont changé depuis ce regroupement, qui ne peut plus être défait : {facts}.")
    # The households part last: until then the documents may follow them.
    parting = [one for one in changes if isinstance(one.row, Menage) and one.field == "merged_into"]
    try:
        apply_changes([one for one in changes if one not in parting])
    except IntegrityError as error:
        raise ValidationError("Les deux fiches ne peuvent plus être séparées : des faits se sont ajoutés.") from error
    apply_changes(parting)
    fusion.undone_by, fusion.undone_at = by, timezone.now()
    fusion.save(update_fields=["undone_by", "undone_at"])
    refresh_moved(changes)
    record("fusion.undo", by=by, target=fusion, menage=fusion.kept, residence=fusion.residence)
    return fusion


def refresh_moved(changes: Sequence[Change]) -> None:
    """Duties of the rows that moved."""
    for model, pk in dict.fromkeys((type(change.row), change.row.pk) for change in changes):
        refresh_duties(model._default_manager.get(pk=pk))


def note_hidden(*, by: User, personne: Personne, residence: Residence) -> None:
    """Tell those named on a confidential household that a person just typed may be theirs; `by` learns nothing."""
    for membre in hidden_resembling(by, personne):
        note_likeness(menage=membre.menage, personne=personne, residence=residence)


def note_likeness(*, menage: Menage, personne: Personne, residence: Residence) -> None:
    """Keep a likeness with a confidential household, once, and make it a duty of its referent."""
    seen, new = RessemblanceMasquee.objects.get_or_create(
        menage=menage, personne=personne, defaults={"typed_at_residence": residence}
    )
    if new:
        refresh_duties(seen)


@transaction.atomic
def settle_ressemblance(
    *, by: User, ressemblance: RessemblanceMasquee, same: bool, residence: Residence
) -> RessemblanceMasquee:
    """Say whether the person typed is the one of the confidential household."""
    ressemblance = locked(ressemblance)
    to = RessemblanceMasquee.Status.SAME if same else RessemblanceMasquee.Status.OTHER
    if ressemblance.status == to:
        return ressemblance
    move(ressemblance, to)
    ressemblance.settled_by, ressemblance.settled_at = by, timezone.now()
    ressemblance.save(update_fields=["status", "settled_by", "settled_at"])
    record(
        "ressemblance.settle", by=by, target=ressemblance, menage=ressemblance.menage, residence=residence, same=same
    )
    refresh_duties(ressemblance)
    return ressemblance
