"""Persons who resemble those that somebody types: the ones that the user may see, and the hidden ones, apart."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Prefetch

from residence.models import AccesConfidentiel, MembreMenage, Menage, Personne, User
from residence.models.base import today
from residence.permissions import Permission
from residence.rules.identite import Identity, Likeness, likeness

# Names as near as this are looked at one by one; less when the birth is the same.
NEAR = "0.35"
NEAR_SAME_BIRTH = 0.2
MOST = 6
MOST_LOOKED_AT = 40

# Who resembles each of the persons asked for: their rank, then the candidates, nearest first. The same work whoever
# is found, hidden or not.
_NEAR = """
    SELECT asked.rank, found.id
    FROM unnest(%s::int[], %s::text[], %s::date[]) AS asked (rank, name, born_on)
    CROSS JOIN LATERAL (
        SELECT personne.id, similarity(personne.search_name, lower(f_unaccent(asked.name))) AS nearness
        FROM residence_personne AS personne
        WHERE personne.merged_into_id IS NULL
          AND (personne.search_name %% lower(f_unaccent(asked.name))
               OR (personne.born_on = asked.born_on
                   AND similarity(personne.search_name, lower(f_unaccent(asked.name))) >= %s))
        ORDER BY nearness DESC, personne.id
        LIMIT %s
    ) AS found
    ORDER BY asked.rank, found.nearness DESC, found.id
"""


@dataclass(frozen=True)
class Known:
    """A person already known, the household that the user may read where they live now, and how much they resemble."""

    personne: Personne
    menage: Menage
    likeness: Likeness = Likeness.POSSIBLE


def identity_of(personne: Any) -> Identity:
    """What is known of a person's names and birth."""
    return Identity(
        personne.last_name,
        personne.first_names,
        personne.birth_name,
        personne.born_on,
        str(personne.birth_precision),
    )


def known_persons(
    user: User,
    *,
    last_name: str,
    first_names: str,
    born_on: datetime.date | None,
    birth_name: str = "",
    precision: str = "day",
) -> list[Known]:
    """Persons who resemble the one typed, nearest first: only those that `user` may see."""
    return known_by_identity(user, [Identity(last_name, first_names, birth_name, born_on, precision)])[0]


def known_by_identity(user: User, asked: Sequence[Identity]) -> list[list[Known]]:
    """For each of the persons asked for, those who resemble them, nearest first; a few queries for all.

    Only those that `user` may see: a person of a hidden household is never among them, and costs the same time.
    """
    found = _near(asked)
    wanted = {pk for pks in found for pk in pks}
    seen = Menage.objects.visible_to(user, Permission.MENAGE_VIEW)
    here = MembreMenage.objects.in_force(today()).filter(menage__in=seen).select_related("menage")
    persons = (
        Personne.objects.visible_to(user, Permission.MENAGE_VIEW)
        .filter(pk__in=wanted)
        .prefetch_related(Prefetch("membre_de", queryset=here.order_by("-start_on"), to_attr="here"))
        .in_bulk()
    )
    told = []
    for identity, pks in zip(asked, found, strict=True):
        graded = [
            Known(persons[pk], persons[pk].here[0].menage, likeness(identity, identity_of(persons[pk])))
            for pk in pks
            if pk in persons and persons[pk].here
        ]
        near = [one for one in graded if one.likeness > Likeness.NONE]
        told.append(sorted(near, key=lambda one: -one.likeness)[:MOST])
    return told


def hidden_resembling(user: User, personne: Personne) -> list[MembreMenage]:
    """Members of confidential households on which `user` was not named who are probably this person."""
    asked = identity_of(personne)
    [pks] = _near([asked])
    named = AccesConfidentiel.objects.in_force().filter(user=user).values("menage")
    rows = (
        MembreMenage.objects.in_force(today())
        .filter(personne__in=pks, menage__is_confidential=True, menage__merged_into=None)
        .exclude(menage__in=named)
        .exclude(personne=personne)
        .select_related("personne")
        .order_by("pk")
    )
    return [row for row in rows if likeness(asked, identity_of(row.personne)) >= Likeness.PROBABLE]


def _near(asked: Sequence[Identity]) -> list[list[int]]:
    """Keys of the persons whose names are near each one asked for, nearest first."""
    names = [" ".join(f"{one.last_name} {one.birth_name} {one.first_names}".split()) for one in asked]
    found: list[list[int]] = [[] for _ in asked]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [NEAR])
        cursor.execute(
            _NEAR,
            [list(range(len(asked))), names, [one.born_on for one in asked], NEAR_SAME_BIRTH, MOST_LOOKED_AT],
        )
        for rank, pk in cursor.fetchall():
            found[rank].append(pk)
    return found
