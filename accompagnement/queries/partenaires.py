"""The directory of partners as a user sees it, and the instances held with them."""

from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Lower

from accompagnement.models import InstancePartenariale, OrientationPartenaire, SituationInstance, Theme
from residence.models import Delegation, Partenaire, RoleAttribution, User
from residence.models.base import PlainText, plain, today
from residence.permissions import TABLE, Permission


def directory(user: User, permission: Permission = Permission.PARTENAIRE_VIEW) -> QuerySet[Any]:
    """Partners of the résidences of `user`, and those tied to none."""
    held = {scope.residence_id for scope in user.scopes_for(permission)}
    return Partenaire.objects.filter(Q(residences__in=held) | Q(residences=None)).distinct()


def narrowed(rows: QuerySet[Any], *, text: str = "", theme: str = "", kind: str = "", past: bool = False) -> Any:
    """Of the directory, those named like `text` (or whose contact is), that work on `theme`, of this kind."""
    rows = rows.filter(closed_on__isnull=not past)
    if kind:
        rows = rows.filter(kind=kind)
    if theme:
        # The themes of a partner are written freely: the word of ours is looked for in them.
        rows = rows.annotate(plain_themes=plain("themes")).filter(plain_themes__contains=_plain(Theme(theme).label))
    for word in text.split()[:6]:
        rows = rows.annotate(plain_themes=plain("themes")).filter(
            Q(sort_name__contains=_plain(word))
            | Q(plain_themes__contains=_plain(word))
            | Q(contacts__name__icontains=word)
        )
    return rows.order_by("sort_name", "pk")


def _plain(word: Any) -> Lower:
    return Lower(PlainText(Value(str(word))))


def themes_of(partenaire: Partenaire) -> list[str]:
    """The themes of a partner, one by one."""
    return [one.strip() for one in partenaire.themes.split(",") if one.strip()]


def orientations_told(user: User, partenaire: Partenaire) -> dict[str, int]:
    """How many persons were oriented to a partner by the résidences of `user`, and how it went: nobody is named."""
    rows = OrientationPartenaire.objects.filter(partenaire=partenaire)
    held = {scope.residence_id for scope in user.scopes_for(Permission.DOSSIER_VIEW)}
    return rows.filter(dossier__residence__in=held).aggregate(
        made=Count("pk"),
        waiting=Count("pk", filter=Q(answer="", outcome="", consent_withdrawn_on=None)),
        accepted=Count("pk", filter=Q(answer="accepted")),
        refused=Count("pk", filter=Q(answer="refused")),
    )


def instances(user: User) -> QuerySet[Any]:
    """The instances that `user` reads: next session, last one, situations followed and closed."""
    rows = InstancePartenariale.objects.readable_by(user).select_related("partenaire", "residence")
    live = Q(reunions__situations__withdrawn_on=None)
    closed = live & Q(reunions__situations__outcome=SituationInstance.Outcome.CLOSED)
    return rows.annotate(
        next_on=Min("reunions__held_on", filter=Q(reunions__held_on__gte=today())),
        last_on=Max("reunions__held_on", filter=Q(reunions__held_on__lt=today())),
        followed=Count("reunions__situations__dossier", filter=live, distinct=True),
        closed=Count("reunions__situations__dossier", filter=closed, distinct=True),
    )


def may_take_part(residence_id: int) -> QuerySet[User]:
    """Who may be named to an instance of this résidence."""
    roles = TABLE[Permission.INSTANCE_VIEW].roles
    own = RoleAttribution.objects.in_force().filter(role__in=roles, residence=residence_id)
    lent = Delegation.objects.in_force().filter(role__in=roles, residence=residence_id)
    return User.objects.filter(is_active=True, pk__in=own.values("user").union(lent.values("to_user")))
