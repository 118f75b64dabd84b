"""Reads of the pages of accounts, roles and delegations."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from residence.models import Delegation, RoleAttribution, User
from residence.models.base import today
from residence.permissions import Permission


def utilisateurs(*, q: str = "", role: str = "", etat: str = "") -> QuerySet[User]:
    """Accounts, with the roles they hold today (`current_roles`) and whether they have a second factor."""
    users = User.objects.annotate(
        with_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))
    ).prefetch_related(
        Prefetch(
            "attributions",
            RoleAttribution.objects.in_force().select_related("residence").order_by("role", "residence__name"),
            to_attr="current_roles",
        )
    )
    if etat != "tous":
        users = users.filter(is_active=etat != "fermes")
    for word in q.split():
        users = users.filter(
            Q(first_name__unaccent__icontains=word)
            | Q(last_name__unaccent__icontains=word)
            | Q(username__icontains=word)
        )
    if role:
        holding = RoleAttribution.objects.in_force().filter(user=OuterRef("pk"), role=role)
        lent = Delegation.objects.in_force().filter(to_user=OuterRef("pk"), role=role)
        users = users.filter(Exists(holding) | Exists(lent))
    return users.order_by("last_name", "first_name", "pk")


def roles_of(user: User) -> dict[str, list[RoleAttribution]]:
    """The roles of an account: those that hold or are to come, and those that have ended."""
    rows = user.attributions.select_related("residence", "granted_by", "ended_by").order_by("-start_on", "role")
    now, past = [], []
    for row in rows:
        ended = row.ended_at is not None or (row.end_on is not None and row.end_on < today())
        (past if ended else now).append(row)
    return {"now": now, "past": past}


def delegations_for(user: User) -> QuerySet[Delegation]:
    """Delegations that `user` gives, receives, or oversees: as management of the résidence, or as `technique`."""
    rows = Delegation.objects.select_related("from_user", "to_user", "residence")
    if user.holds(Permission.UTILISATEUR_MANAGE):
        return rows
    overseen = {scope.residence_id for scope in user.scopes_for(Permission.JOURNAL_VIEW)}
    return rows.filter(Q(from_user=user) | Q(to_user=user) | Q(residence__in=overseen))


def left_by(user: User) -> dict[str, Any]:
    """What somebody leaves behind: how many households followed, duties in their own name, confidential files."""
    return {
        "referents": user.referent_of.filter(end_on__isnull=True).count(),
        "echeances": user.echeances.open().count(),
        "confidential": user.acces_confidentiels.in_force().count(),
    }
