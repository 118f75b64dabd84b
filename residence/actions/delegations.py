"""Lend a role for an absence, from date to date; management is told, and the colleague."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from residence.actions.journal import record_technique
from residence.actions.notices import tell_direction, when, where, write
from residence.actions.staff import overlap
from residence.actions.statuses import locked
from residence.models import Delegation, RoleAttribution, User
from residence.models.base import today
from residence.permissions import TABLE, Permission

# Roles that their holder may lend.
LENDABLE = frozenset(TABLE[Permission.DELEGATION_CREATE].roles)


def lendable(user: User) -> QuerySet[RoleAttribution]:
    """The roles that `user` holds in their own right, and may lend."""
    return RoleAttribution.objects.filter(
        Q(end_on__isnull=True) | Q(end_on__gte=today()), user=user, role__in=LENDABLE, ended_at=None
    ).select_related("residence")


@transaction.atomic
def create_delegation(
    *,
    by: User,
    attribution: RoleAttribution,
    to_user: User,
    start_on: datetime.date,
    end_on: datetime.date,
    reason: str = "",
) -> Delegation:
    """Lend a role of one's own to a colleague for an absence; management is told, and the colleague."""
    # One by one: two at once would both find no other.
    by = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if not lendable(by).filter(pk=attribution.pk).exists():
        raise ValidationError("On ne délègue que le rôle que l’on tient soi-même.")
    if not to_user.is_active:
        raise ValidationError({"to_user": "Le compte de cette personne est fermé."})
    if end_on < today():
        raise ValidationError({"end_on": "Cette date est passée."})
    if start_on < attribution.start_on or (attribution.end_on is not None and end_on > attribution.end_on):
        raise ValidationError("Vous n’avez pas ce rôle pendant toute cette période.")
    same = Delegation.objects.filter(
        from_user=by, to_user=to_user, role=attribution.role, residence=attribution.residence, ended_at=None
    )
    if same.filter(*overlap(start_on, end_on)).exists():
        raise ValidationError("Vous avez déjà délégué ce rôle à cette personne à ces dates.")
    delegation = Delegation(
        from_user=by,
        to_user=to_user,
        role=attribution.role,
        residence=attribution.residence,
        start_on=start_on,
        end_on=end_on,
        reason=reason,
        created_by=by,
    )
    delegation.full_clean()
    delegation.save()
    record_technique(
        "delegation.create",
        by=by,
        user=to_user,
        residence=delegation.residence,
        role=delegation.role,
        start_on=start_on,
        end_on=end_on,
    )
    said = (
        f"{by} délègue à {to_user} le rôle « {delegation.get_role_display()} », "
        f"{where(delegation.residence)}, {when(start_on, end_on)}."
    )
    tell_direction("Rôle délégué", said, user=to_user, residence=delegation.residence)
    write([to_user.email], "Un rôle vous est délégué", said)
    return delegation


@transaction.atomic
def end_delegation(*, by: User, delegation: Delegation) -> None:
    """End a delegation at once, also one to come."""
    delegation = locked(delegation)
    if by not in (delegation.from_user, delegation.to_user) and not by.holds(Permission.UTILISATEUR_MANAGE):
        raise ValidationError("Celui qui délègue, ou celui qui reçoit, met fin à la délégation.")
    if delegation.ended_at is not None or delegation.end_on < today():
        raise ValidationError("Cette délégation a déjà pris fin.")
    delegation.ended_by, delegation.ended_at = by, timezone.now()
    delegation.save(update_fields=["ended_by", "ended_at"])
    record_technique(
        "delegation.end", by=by, user=delegation.to_user, residence=delegation.residence, role=delegation.role
    )
