"""A household as one user reads it, and which résidence an act on it belongs to."""

import datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import Model

from residence.models import MembreMenage, Menage, Personne, Rattachement, Referent, Residence, User
from residence.models.base import ScopedQuerySet, today
from residence.permissions import TABLE, Permission, Role
from residence.queries.together import Rows, Together, staff, whole
from residence.statements import ANY_DAY, ANY_ROW

_CONTACT = ("contact__id", "contact__name", "contact__partenaire")
# Who needs no more than names, ties and help on the stairs.
_NAMES_ONLY = frozenset({Role.VIE_RESIDENTIELLE})


@cache
def _told_of_any() -> Together:
    """Attachments of a household, its members, and its referents on a day."""
    return Together(
        Rows(Rattachement.objects.filter(menage=ANY_ROW), ("residence", "cause", "start_on", "end_on")),
        Rows(
            MembreMenage.objects.filter(menage=ANY_ROW),
            ("tie", "start_on", "end_on", *whole(Personne, "personne")),
        ),
        Rows(
            Referent.objects.in_force(ANY_DAY).filter(menage=ANY_ROW),
            ("residence", "kind", "start_on", *staff("user"), *_CONTACT),
        ),
    )


class MenageReader:
    """A household as `user` reads it on one page: what several parts of the page need of it is asked once.

    `banner_only`: the page tells no more of the household than its banner, and what only other parts show is not read.
    """

    def __init__(self, user: User, menage: Menage, *, banner_only: bool = False) -> None:
        self.user, self.menage, self.banner_only = user, menage, banner_only

    @cached_property
    def _read(self) -> list[list[Any]]:
        return _told_of_any().of({ANY_ROW: self.menage.pk, ANY_DAY: today()})

    @property
    def ties(self) -> list[Rattachement]:
        return self._read[0]

    @property
    def members(self) -> list[MembreMenage]:
        """Everybody who ever belonged to it, in the order of their writing."""
        return self._read[1]

    @property
    def referents(self) -> list[Referent]:
        """In force in the résidences of the user, for who may see the household, in the order of the table."""
        if self._is_hidden(Permission.MENAGE_VIEW):
            return []
        residences = {scope.residence_id for scope in self.user.scopes_for(Permission.MENAGE_VIEW)}
        found = [one for one in self._read[2] if one.residence_id in residences]
        return sorted(found, key=lambda one: (one.kind, -one.start_on.toordinal()))

    def members_on(self, day: datetime.date) -> list[MembreMenage]:
        return [one for one in self.members if one.start_on <= day and (one.end_on is None or one.end_on >= day)]

    def opens(self, permission: Permission) -> bool:
        """Whether the household is one of those that `visible_to(user, permission)` gives."""
        if self._is_hidden(permission):
            return False
        scopes = self.user.scopes_for(permission)
        return any(
            tie.residence_id == scope.residence_id and tie.cause in scope.causes and (scope.past or tie.end_on is None)
            for scope in scopes
            for tie in self.ties
        )

    def rows(self, model: type[Model], permission: Permission) -> Any:
        """What `model.objects.visible_to(user, permission)` gives of this household.

        Whether it is hidden from the user is known here: no row has to be asked again.
        """
        rows: Any = model._default_manager.all()
        if type(rows).visible_to is not ScopedQuerySet.visible_to or rows.residence_path is None:
            return rows.visible_to(self.user, permission).filter(**{rows.menage_path: self.menage})
        if self._is_hidden(permission):
            return rows.none()
        residences = {scope.residence_id for scope in self.user.scopes_for(permission)} - {None}
        return rows.filter(**{rows.menage_path: self.menage, f"{rows.residence_path}__in": residences})

    def _is_hidden(self, permission: Permission) -> bool:
        if not self.menage.is_confidential or TABLE[permission].on_number:
            return False
        return self.menage.pk not in self.user.opened_menages

    @property
    def names_only(self) -> bool:
        return names_only(self.user)


def names_only(user: User) -> bool:
    """Whether every role of `user` stops at names, rooms and help on the stairs."""
    return user.roles <= _NAMES_ONLY


def residence_for(user: User, menage: Menage, permission: Permission) -> Residence:
    """The résidence in whose name `user` acts on `menage`: one where the permission is held and the household is tied.

    An open tie comes before an ended one, a stay before a candidature, a candidature before a support.
    """
    wanted = {scope.residence_id for scope in user.scopes_for(permission)}
    ties = Rattachement.objects.filter(menage=menage, residence__in=wanted).select_related("residence")
    order = {cause: rank for rank, cause in enumerate(("sejour", "candidature", "suivi"))}
    best = min(
        ties, key=lambda tie: (tie.end_on is not None, order[tie.cause], -tie.start_on.toordinal()), default=None
    )
    if best is None:
        raise Residence.DoesNotExist
    return best.residence
