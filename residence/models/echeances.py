"""What is due, and whom we meet when."""

import datetime
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from residence.models.base import ScopedQuerySet, choice_check, order_check
from residence.models.conditions import Check
from residence.models.etablissement import Residence
from residence.models.personnes import Menage
from residence.models.staff import User
from residence.permissions import Permission, Role


class EcheanceQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def open(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def overdue(self, day: datetime.date) -> Self:
        return self.open().filter(due_on__lt=day)

    def addressed_to(self, user: Any) -> Self:
        """Duties of `user`: in their own name, of a role held there, of a colleague who lent them a role there."""
        mine = Q(user=user)
        for colleague_id, residence_id in user.stands_in_for:
            mine |= Q(user=colleague_id, residence=residence_id)
        for role, residence_id in user.held_roles:
            if residence_id is not None:
                mine |= Q(user__isnull=True, role=role, residence=residence_id)
        return self.filter(mine)


class Echeance(models.Model):
    """A duty: what must be done, by whom, by when. Written and settled by actions in their own transaction.

    `kind` is a code declared by an app in its DUTIES, which gives the sentence, the page to act on and the scale
    of its warnings.
    """

    kind = models.CharField("nature", max_length=60)
    due_on = models.DateField("pour le")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="echeances", verbose_name="résidence")
    role = models.CharField("rôle", max_length=20, choices=Role, blank=True)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="echeances", verbose_name="personne"
    )
    menage = models.ForeignKey(
        Menage, models.PROTECT, null=True, blank=True, related_name="echeances", verbose_name="ménage"
    )
    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    detail = models.CharField("précision", max_length=200, blank=True)
    created_at = models.DateTimeField("née le", default=timezone.now, editable=False)
    settled_at = models.DateTimeField("réglée le", null=True, editable=False)

    objects = EcheanceQuerySet.as_manager()

    class Meta:
        verbose_name = "échéance"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["residence", "role", "due_on"], condition=Q(settled_at=None), name="echeance_open_role"
            ),
            models.Index(fields=["user", "due_on"], condition=Q(settled_at=None), name="echeance_open_user"),
            models.Index(fields=["target_type", "target_id"], name="echeance_target"),
            models.Index(fields=["menage"], condition=Q(settled_at=None), name="echeance_open_menage"),
        ]
        constraints = [
            Check(
                condition=Q(role__in=["", *Role.values]),
                name="echeance_role",
                violation_error_message="Ce rôle n’existe pas.",
            ),
            Check(
                condition=Q(user__isnull=False, role="") | (Q(user__isnull=True) & ~Q(role="")),
                name="echeance_addressee",
                violation_error_message="Une échéance s’adresse à un rôle ou à une personne.",
            ),
            models.UniqueConstraint(
                fields=["kind", "target_type", "target_id", "role", "user"],
                condition=Q(settled_at=None),
                nulls_distinct=False,
                name="echeance_once",
                violation_error_message="Cette échéance est déjà ouverte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} pour le {self.due_on:%d/%m/%Y}"


class RendezVousQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def visible_to(self, user: Any, permission: Permission) -> Self:
        """Appointments of the résidences where `user` holds `permission`, with the households that it opens there."""
        opened = Menage.objects.visible_to(user, permission)
        return super().visible_to(user, permission).filter(menage__in=opened)


class RendezVousKind(models.TextChoices):
    PREADMISSION = "preadmission", "entretien de préadmission"
    VISITE = "visite", "visite du logement"
    SIGNATURE = "signature", "signature du contrat"
    ETAT_DES_LIEUX = "etat_des_lieux", "état des lieux"
    SUIVI = "suivi", "entretien de suivi"
    AUTRE = "autre", "autre rendez-vous"


class RendezVousStatus(models.TextChoices):
    PLANNED = "planned", "prévu"
    HELD = "held", "tenu"
    NO_SHOW = "no_show", "non venu"
    CANCELLED = "cancelled", "annulé"


class RendezVous(models.Model):
    """An appointment with a household."""

    Kind = RendezVousKind
    Status = RendezVousStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PLANNED: frozenset({Status.HELD, Status.NO_SHOW, Status.CANCELLED}),
        # A wrong click is put right.
        Status.HELD: frozenset({Status.NO_SHOW}),
        Status.NO_SHOW: frozenset({Status.HELD}),
        Status.CANCELLED: frozenset(),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="rendez_vous", verbose_name="résidence")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="rendez_vous", verbose_name="ménage")
    user = models.ForeignKey(User, models.PROTECT, related_name="rendez_vous", verbose_name="avec")
    kind = models.CharField("objet", max_length=20, choices=Kind)
    start_at = models.DateTimeField("début")
    end_at = models.DateTimeField("fin")
    place = models.CharField("lieu", max_length=200, blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.PLANNED, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RendezVousQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ["start_at"]
        indexes = [models.Index(fields=["user", "start_at"], name="rendez_vous_user")]
        constraints = [
            choice_check("kind", RendezVousKind, name="rendez_vous_kind"),
            choice_check("status", RendezVousStatus, name="rendez_vous_status"),
            order_check("start_at", "end_at", name="rendez_vous_order"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} le {timezone.localtime(self.start_at):%d/%m/%Y à %H h %M}"

    @property
    def is_past(self) -> bool:
        return self.end_at < timezone.now()
