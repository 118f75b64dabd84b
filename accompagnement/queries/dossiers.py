"""The social files that a person follows, and how they are shared out."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Lower

from accompagnement.models import DossierSocial, NoteSociale
from accompagnement.models import followed_by as is_followed_by
from logement.models import ContratOccupation
from residence.models import MembreMenage, Referent, RoleAttribution, User
from residence.models.base import PlainText, today
from residence.permissions import TABLE, Permission


@dataclass(frozen=True)
class Load:
    """Open files in the scope of a person: their own, all of them, and those without a referent."""

    mine: int
    open: int
    without_referent: int


@dataclass(frozen=True)
class Share:
    """How many open files a member of the team follows."""

    user: User
    count: int


def scope(user: User, *, residence_id: int | None = None) -> QuerySet[Any]:
    rows = DossierSocial.objects.visible_to(user, Permission.DOSSIER_VIEW)
    return rows.filter(residence=residence_id) if residence_id is not None else rows


def referents(*kinds: str) -> QuerySet[Any]:
    """Referents in force of the household of the outer row, in its résidence."""
    return Referent.objects.in_force(today()).filter(
        menage=OuterRef("menage"), residence=OuterRef("residence"), kind__in=kinds or [Referent.Kind.SOCIAL]
    )


def _own(user: User) -> QuerySet[Any]:
    """Referents and substitutes that are `user`, or a colleague whose role was lent to them."""
    kinds = (Referent.Kind.SOCIAL, Referent.Kind.SUBSTITUTE)
    return referents(*kinds).filter(is_followed_by(user))


def followed_by(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Files that `user` follows as referent or substitute."""
    return rows.filter(Exists(_own(user)))


def without_referent(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(~Exists(referents()))


def load_of(user: User, *, residence_id: int | None = None) -> Load:
    """What the open files come to for `user`, in one query."""
    rows = scope(user, residence_id=residence_id).open()
    first, *others = (
        one.order_by().values_list(Value(name)).annotate(count=Count("pk"))
        for name, one in (
            ("mine", followed_by(rows, user)),
            ("open", rows),
            ("without_referent", without_referent(rows)),
        )
    )
    return Load(**(dict.fromkeys(("mine", "open", "without_referent"), 0) | dict(first.union(*others, all=True))))


def shares(user: User, *, residence_id: int | None = None) -> list[Share]:
    """The team of the résidences of `user`, each with the open files followed as referent, heaviest first."""
    residences = {scope.residence_id for scope in user.scopes_for(Permission.DOSSIER_VIEW)}
    if residence_id is not None:
        residences &= {residence_id}
    files = (
        scope(user, residence_id=residence_id).open().filter(menage=OuterRef("menage"), residence=OuterRef("residence"))
    )
    followed = (
        Referent.objects.in_force(today())
        .filter(Exists(files), kind=Referent.Kind.SOCIAL)
        .order_by()
        .values_list("user", "residence")
        .annotate(count=Count("menage", distinct=True))
    )
    counts = Counter[int]()
    for user_id, _, count in followed:
        counts[user_id] += count
    team = User.objects.filter(is_active=True, pk__in=team_ids(residences))
    return sorted((Share(one, counts[one.pk]) for one in team), key=lambda share: (-share.count, str(share.user)))


def team_ids(residences: set[int | None]) -> QuerySet[Any]:
    """Who holds a role that opens social files in one of `residences` today."""
    roles = TABLE[Permission.DOSSIER_VIEW].roles
    return RoleAttribution.objects.in_force().filter(role__in=roles, residence__in=residences).values("user")


def team(residence_id: int) -> QuerySet[User]:
    """The members of the team who may follow a household of this résidence."""
    return User.objects.filter(is_active=True, pk__in=team_ids({residence_id}))


def with_dates(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Each file with the day of its last note and of its next step, as `user` may read them."""
    notes = (
        NoteSociale.objects.visible_to(user, Permission.DOSSIER_VIEW)
        .readable_by(user)
        .current()
        .filter(dossier=OuterRef("pk"))
        .order_by()
        .values("dossier")
    )
    return rows.annotate(
        last_note_on=Subquery(notes.annotate(last=Max("held_on")).values("last")),
        next_step_on=Subquery(notes.with_step_to_do().annotate(next=Min("next_step_on")).values("next")),
    )


def with_facts(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Each file with referent, place, last note and next step, as `user` may read them."""
    places = ContratOccupation.objects.in_progress().filter(
        sejour__menage=OuterRef("menage"), sejour__residence=OuterRef("residence")
    )
    who = referents().select_related(None)
    return (
        with_dates(rows, user)
        .annotate(
            referent_first_name=Subquery(who.values("user__first_name")[:1]),
            referent_last_name=Subquery(who.values("user__last_name")[:1]),
            place_code=Subquery(places.values("place__code")[:1]),
        )
        .select_related("menage", "residence")
    )


def named_like(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Files of the households in which a person is called like `text`, whatever the accents and the order."""
    for word in text.split()[:6]:
        like = MembreMenage.objects.filter(
            menage=OuterRef("menage"), personne__search_name__contains=Lower(PlainText(Value(word)))
        )
        rows = rows.filter(Exists(like))
    return rows


def by_name(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by(F("menage__sort_name"), "pk")
