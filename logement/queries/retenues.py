"""What may be kept of a deposit: the lines that worsened, what the grid says of them, what was decided."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from logement.models import EtatDesLieux, PosteVetuste, RetenueSortie, Sejour
from logement.queries.etats_des_lieux import ComparedLine, entry_of, rooms_of
from logement.rules.vetuste import USUAL, Poste, poste_of, proposed, share_left
from residence.models import Residence
from residence.rules.money import ZERO


def grid_of(residence: Residence, day: date) -> tuple[Poste, ...]:
    """The grid of wear of a résidence on `day`; the usual one where it has written none."""
    return tuple(one.rule for one in PosteVetuste.objects.filter(residence=residence).in_force(day)) or USUAL


@dataclass(frozen=True)
class Worsened:
    """A line of an exit that is worse than at the entry, or short of something, and what was decided of it."""

    compared: ComparedLine
    poste: Poste | None
    installed_on: date | None
    retenue: RetenueSortie | None


def worsened_lines(edl: EtatDesLieux) -> list[Worsened]:
    """The lines of a signed exit on which a deduction may be decided; the resident's own furniture never is."""
    grid = grid_of(edl.contrat.residence, edl.made_on)
    decided = {one.ligne_id: one for one in RetenueSortie.objects.live().filter(ligne__etat_des_lieux=edl)}
    entry = entry_of(edl.contrat)
    return [
        Worsened(
            one,
            poste_of(one.line.element, grid, is_key=one.line.is_key),
            _installed_on(one, entry),
            decided.get(one.line.pk),
        )
        for room in rooms_of(edl)
        for one in room.lines
        if one.has_worsened
    ]


def _installed_on(one: ComparedLine, entry: EtatDesLieux | None) -> date | None:
    """Since when the element is there: as written, else the day of an entry at which it was new; else nobody knows."""
    if one.line.installed_on:
        return one.line.installed_on
    if one.before is not None and entry is not None and one.before.condition == "new":
        return entry.made_on
    return None


@dataclass(frozen=True)
class Proposal:
    """What the grid proposes for a cost."""

    share: Decimal
    amount: Decimal


def proposal(*, cost: Decimal, poste: Poste | None, installed_on: date | None, on: date) -> Proposal:
    """What may be kept of `cost`; nothing of what the grid does not know."""
    left = share_left(poste, installed_on=installed_on, on=on) if poste else ZERO
    return Proposal(left, proposed(cost, poste, installed_on=installed_on, on=on))


# What the deposit reads


@dataclass(frozen=True)
class DepositLine:
    """A deduction as the last account and the deposit say it: for what, how much, on which proof."""

    label: str
    amount: Decimal
    proof: str
    retenue: RetenueSortie


def deposit_lines(sejour: Sejour) -> list[DepositLine]:
    """The deductions decided for a stay and not cancelled, in the order of the exit; those of nil amount left out."""
    rows = RetenueSortie.objects.live().of_stay(sejour.pk).filter(amount__gt=0).select_related("ligne")
    return [
        DepositLine(f"{one.ligne.room}, {one.ligne.element}", one.amount, one.proof_reference, one)
        for one in rows.order_by("ligne__rank", "ligne")
    ]


def deposit_deductions(sejour: Sejour) -> list[Decimal]:
    """The amounts to take off the deposit of a stay (`logement.rules.depot.balance`)."""
    return [line.amount for line in deposit_lines(sejour)]
