"""The people who work with the software, and the roles that they hold."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from residence.models.base import choice_check, order_check, pair_check, today
from residence.models.conditions import Check
from residence.permissions import TABLE, Cause, Permission, Role
from residence.statements import ANY_DAY, ANYBODY, Statement, asked, written


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without `password` nobody signs in until one is chosen."""
        fields["email"] = fields.get("email", "").lower()
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


# Role, résidence (None for the whole body), who lent it (None for one's own).
Held = tuple[str, int | None, int | None]


@cache
def _held_by_anybody() -> Statement:
    """The statement that tells the roles of an account on a day."""
    nobody = Value(None, output_field=models.BigIntegerField())
    own = RoleAttribution.objects.in_force(ANY_DAY).filter(user=ANYBODY)
    lent = Delegation.objects.in_force(ANY_DAY).filter(to_user=ANYBODY)
    roles = own.values_list("role", "residence_id", nobody)
    return written(roles.union(lent.values_list("role", "residence_id", "from_user_id")))


@dataclass(frozen=True)
class Scope:
    """One résidence where a permission is held, the causes of attachment that it opens, whether ended ones count."""

    residence_id: int | None  # None: the whole body, which opens settings and never a file
    causes: frozenset[Cause]
    past: bool


class User(AbstractBaseUser):
    """A member of the staff or of the commission. No groups, no superuser: rights come from roles alone."""

    username = models.CharField("identifiant", max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    first_name = models.CharField("prénom", max_length=150)
    last_name = models.CharField("nom", max_length=150)
    email = models.EmailField("adresse électronique", unique=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    function = models.CharField("fonction", max_length=150, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)
    created_at = models.DateTimeField("ouvert le", default=timezone.now, editable=False)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]
    is_superuser = False

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        ordering = ["last_name", "first_name"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_whatever_case",
                violation_error_message="Cet identifiant est déjà pris.",
            ),
            # The password reset looks an address up as it is written here.
            Check(
                condition=Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message="Écrivez l’adresse électronique en minuscules.",
            ),
            Check(
                condition=Q(is_active=True, closed_at__isnull=True) | Q(is_active=False, closed_at__isnull=False),
                name="user_closed",
                violation_error_message="Un compte fermé porte sa date de fermeture, un compte ouvert n’en a pas.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.username

    def get_short_name(self) -> str:
        return self.first_name or self.username

    def close(self) -> None:
        """End the account and every session of it, for good: reopened, it has no password. Does not save."""
        self.is_active = False
        self.closed_at = timezone.now()
        self.set_unusable_password()

    @cached_property
    def held(self) -> list[Held]:
        """(role, résidence, who lent it) of today, by attribution or by delegation."""
        if not self.is_active:
            return []
        return asked(_held_by_anybody(), {ANYBODY: self.pk, ANY_DAY: today()})

    @classmethod
    def holding(cls, held: Iterable[Held]) -> "User":
        """Whoever holds these roles, to write a statement that is asked for each of them."""
        anybody = cls(pk=ANYBODY)
        anybody.held = list(held)
        return anybody

    @cached_property
    def held_roles(self) -> frozenset[tuple[Role, int | None]]:
        """(role, résidence) pairs held today, by attribution or by delegation; résidence None for the whole body."""
        return frozenset((Role(role), residence_id) for role, residence_id, _ in self.held)

    @property
    def stands_in_for(self) -> frozenset[tuple[int, int]]:
        """(colleague, résidence) pairs whose role was lent to the user today: their duties there are the user's too."""
        return frozenset((lender, residence_id) for _, residence_id, lender in self.held if lender and residence_id)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(role for role, _ in self.held_roles)

    def holds(self, permission: Permission, residence_id: int | None = None) -> bool:
        """Whether the user holds `permission` in this résidence, or in any when none is named."""
        granted = TABLE[permission].roles
        return any(
            role in granted and (residence_id is None or held_in in (None, residence_id))
            for role, held_in in self.held_roles
        )

    def scopes_for(self, permission: Permission) -> list[Scope]:
        """Where `permission` is held, and what it opens there."""
        grant = TABLE[permission]
        return [
            Scope(residence_id, grant.roles[role], role in grant.past)
            for role, residence_id in self.held_roles
            if role in grant.roles
        ]

    @cached_property
    def opened_menages(self) -> frozenset[int]:
        """The confidential households on which the user was named."""
        return frozenset(self.acces_confidentiels.in_force().values_list("menage_id", flat=True))

    # The Django admin asks these; its base ModelAdmin answers from the table of permissions.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.holds(Permission.ADMIN_USE)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class DatedQuerySet(models.QuerySet[Any]):
    """Rows that hold from `start_on` to `end_on`, both included."""

    def in_force(self, day: datetime.date | None = None) -> Self:
        """Rows that hold on `day` (today)."""
        day = day or today()
        return self.filter(Q(end_on__isnull=True) | Q(end_on__gte=day), start_on__lte=day)


class AttributionQuerySet(DatedQuerySet):
    """Roles; one that was ended stops at that instant, whatever its last day."""

    def in_force(self, day: datetime.date | None = None) -> Self:
        return super().in_force(day).filter(ended_at__isnull=True)


class DelegationQuerySet(AttributionQuerySet):
    """Roles lent, as long as the lender holds them in their own right."""

    def in_force(self, day: datetime.date | None = None) -> Self:
        held = RoleAttribution.objects.in_force(day).filter(
            user=OuterRef("from_user"), role=OuterRef("role"), residence=OuterRef("residence")
        )
        return super().in_force(day).filter(Exists(held), from_user__is_active=True)


class RoleAttribution(models.Model):
    """A role given to a person for a résidence, from day to day. Ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="attributions", verbose_name="compte")
    role = models.CharField("rôle", max_length=20, choices=Role)
    residence = models.ForeignKey(
        "residence.Residence",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attributions",
        verbose_name="résidence",
        help_text="Vide pour l’administrateur technique, qui l’est pour tout l’organisme.",
    )
    start_on = models.DateField("à partir du", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="donné par"
    )
    granted_at = models.DateTimeField("donné le", default=timezone.now, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="retiré par"
    )
    ended_at = models.DateTimeField("retiré le", null=True, editable=False)

    objects = AttributionQuerySet.as_manager()

    class Meta:
        verbose_name = "rôle attribué"
        verbose_name_plural = "rôles attribués"
        ordering = ["user", "role"]
        constraints = [
            choice_check("role", Role, name="role_attribution_role"),
            order_check("start_on", "end_on", name="role_attribution_order"),
            pair_check("ended_by", "ended_at", name="role_attribution_ended"),
            Check(
                condition=Q(role=Role.TECHNIQUE, residence__isnull=True)
                | (~Q(role=Role.TECHNIQUE) & Q(residence__isnull=False)),
                name="role_attribution_residence",
                violation_error_message="Choisissez la résidence (aucune pour l’administrateur technique).",
            ),
            Check(
                condition=Q(role=Role.TECHNIQUE) | Q(granted_by__isnull=True) | ~Q(user=F("granted_by")),
                name="role_attribution_not_oneself",
                violation_error_message="On ne se donne pas à soi-même un rôle qui ouvre des dossiers.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_role_display()}"


class Delegation(models.Model):
    """A role lent to a colleague for the time of an absence, both dates included."""

    from_user = models.ForeignKey(User, models.PROTECT, related_name="delegations_given", verbose_name="de")
    to_user = models.ForeignKey(User, models.PROTECT, related_name="delegations_received", verbose_name="à")
    role = models.CharField("rôle", max_length=20, choices=Role)
    residence = models.ForeignKey("residence.Residence", models.PROTECT, verbose_name="résidence")
    start_on = models.DateField("à partir du")
    end_on = models.DateField("jusqu’au")
    reason = models.CharField("raison", max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="saisie par")
    created_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="retirée par"
    )
    ended_at = models.DateTimeField("retirée le", null=True, editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "délégation"
        verbose_name_plural = "délégations"
        ordering = ["-start_on"]
        constraints = [
            choice_check("role", Role, name="delegation_role"),
            order_check("start_on", "end_on", name="delegation_order"),
            pair_check("ended_by", "ended_at", name="delegation_ended"),
            Check(
                condition=~Q(from_user=F("to_user")),
                name="delegation_two_persons",
                violation_error_message="On ne se délègue pas son propre rôle.",
            ),
            Check(
                condition=~Q(role=Role.TECHNIQUE),
                name="delegation_not_technique",
                violation_error_message="Le rôle technique ne se délègue pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user} : {self.get_role_display()}"
