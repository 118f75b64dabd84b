"""Who may be who in two records of a household, and what a merging moved, in words."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from residence.models import Fusion, MembreMenage, Menage, Personne, User
from residence.models.base import today
from residence.permissions import Permission
from residence.queries.connus import Known, identity_of, known_by_identity
from residence.rules.identite import Likeness, are_homonyms, likeness

_REFERENCE = MembreMenage.Tie.REFERENCE


def members_of(menage: Menage) -> list[Personne]:
    """Those who are in the household today."""
    return [membre.personne for membre in menage.members_on(today())]


def pairs_offered(kept: Menage, absorbed: Menage) -> dict[Personne, Personne]:
    """Persons of `absorbed` who are probably one of `kept`; homonyms of one household, twins perhaps, are left out."""
    mine, theirs = members_of(kept), members_of(absorbed)
    left = [one for one in mine if one not in _homonyms(mine)]
    offered = {}
    for one in theirs:
        if one in _homonyms(theirs):
            continue
        graded = [(likeness(identity_of(one), identity_of(other)), other) for other in left]
        best = max(graded, key=lambda found: found[0], default=None)
        if best is not None and best[0] >= Likeness.PROBABLE:
            offered[one] = best[1]
            left.remove(best[1])
    return offered


def _homonyms(persons: Sequence[Personne]) -> set[Personne]:
    """Persons of one household whom neither name nor birth tells apart."""
    return {
        one
        for pair in combinations(persons, 2)
        if are_homonyms(identity_of(pair[0]), identity_of(pair[1]))
        for one in pair
    }


def resembling_households(user: User, menage: Menage) -> list[Known]:
    """Persons of other households, which the user may merge, who resemble one of this household; nearest first."""
    found: dict[int, Known] = {}
    for known in known_by_identity(user, [identity_of(personne) for personne in members_of(menage)]):
        for one in known:
            held = found.get(one.menage.pk)
            if one.menage.pk != menage.pk and (held is None or held.likeness < one.likeness):
                found[one.menage.pk] = one
    allowed = set(
        Menage.objects.visible_to(user, Permission.MENAGE_MERGE).filter(pk__in=found).values_list("pk", flat=True)
    )
    return sorted((one for one in found.values() if one.menage.pk in allowed), key=lambda one: -one.likeness)


def doubles_in(menage: Menage) -> list[tuple[Personne, Personne]]:
    """Persons of a household who may be one, the one to keep first: the person of reference, else the older record.

    Homonyms are among them: two records of one person look like twins, and only a person tells.
    """
    found = []
    for membre, other in combinations(sorted(menage.members_on(today()), key=lambda one: one.tie != _REFERENCE), 2):
        if likeness(identity_of(membre.personne), identity_of(other.personne)) >= Likeness.PROBABLE:
            found.append((membre.personne, other.personne))
    return found


# Rows that say nothing to who reads what moved.
_SILENT = frozenset({"residence.echeance", "admissions.ligneimport"})
SHOWN = 6


def moved_in_words(rows: Sequence[tuple[str, list[Any]]]) -> list[tuple[str, int, list[str]]]:
    """(what, how many, the first of them) of the rows that move."""
    return [
        (what, len(moved), [str(one) for one in moved[:SHOWN]])
        for what, moved in rows
        if type(moved[0])._meta.label_lower not in _SILENT
    ]


def moved_by(fusion: Fusion) -> list[tuple[str, list[Any]]]:
    """The rows that a merging moved, by what they are."""
    told: dict[str, dict[int, Any]] = {}
    for one in fusion.mouvements.select_related("target_type").prefetch_related("target"):
        if one.field in ("menage", "personne") and one.target is not None:
            told.setdefault(str(type(one.target)._meta.verbose_name_plural), {})[one.target.pk] = one.target
    return [(name, list(rows.values())) for name, rows in sorted(told.items())]
