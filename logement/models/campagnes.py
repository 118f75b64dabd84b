"""The campaigns by which a month is called, and the months that are closed."""

from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone

from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, choice_check
from residence.models.conditions import Check


def first_of_month(field: str, *, name: str) -> models.CheckConstraint:
    """A check that `field` names a month by its first day."""
    return Check(
        condition=Q(**{field: TruncMonth(field)}),
        name=name,
        violation_error_message="Un mois se désigne par son premier jour.",
    )


class CampagneStatus(models.TextChoices):
    PREPARED = "prepared", "préparée"
    CONFIRMED = "confirmed", "confirmée"
    SENT = "sent", "envoyée"


class Campagne(models.Model):
    """The avis of a résidence for a month: prepared freely, confirmed once, then sent."""

    Status = CampagneStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PREPARED: frozenset({Status.CONFIRMED}),
        Status.CONFIRMED: frozenset({Status.SENT, Status.PREPARED}),
        Status.SENT: frozenset(),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="campagnes", verbose_name="résidence")
    month = models.DateField("mois")
    rank = models.PositiveSmallIntegerField(
        "rang", default=0, help_text="0 pour la campagne du mois, puis les complémentaires."
    )
    status = models.CharField("état", max_length=10, choices=Status, default=Status.PREPARED, editable=False)
    prepared_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    prepared_at = models.DateTimeField("préparée le", null=True, editable=False)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    confirmed_at = models.DateTimeField("confirmée le", null=True, editable=False)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    sent_at = models.DateTimeField("envoyée le", null=True, editable=False)
    anomalies = models.JSONField(
        "anomalies vues à la préparation", default=list, blank=True, editable=False, encoder=DjangoJSONEncoder
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne"
        ordering = ["-month", "rank"]
        constraints = [
            choice_check("status", CampagneStatus, name="campagne_status"),
            first_of_month("month", name="campagne_month"),
            Check(
                condition=Q(status="prepared", confirmed_at__isnull=True)
                | (Q(confirmed_at__isnull=False) & ~Q(status="prepared")),
                name="campagne_confirmed",
                violation_error_message="Une campagne confirmée a sa date de confirmation.",
            ),
            models.UniqueConstraint(
                fields=["residence", "month", "rank"],
                name="campagne_unique",
                violation_error_message="La campagne de ce mois existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"campagne {self.month:%m/%Y} de {self.residence}"

    def get_absolute_url(self) -> str:
        return reverse("logement:campagne_detail", args=[self.pk])


class ConfirmationQuerySet(ScopedQuerySet):
    residence_path = "campagne__residence"

    def live(self) -> Self:
        """Asked for, and not at its end: waiting for a worker, or in one's hands."""
        return self.filter(finished_at=None)


class ConfirmationCampagne(models.Model):
    """A confirmation asked for on a page, and how far the worker that does it has come.

    What it writes is in one transaction; how far it has come is told beside it, by another connection.
    """

    campagne = models.ForeignKey(
        Campagne, models.PROTECT, related_name="confirmations", verbose_name="campagne", editable=False
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandée par", editable=False)
    asked_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    task = models.CharField("tâche", max_length=40, blank=True, editable=False)
    step = models.CharField("étape", max_length=60, blank=True, editable=False)
    done = models.PositiveIntegerField("avis faits", default=0, editable=False)
    total = models.PositiveIntegerField("avis à faire", default=0, editable=False)
    finished_at = models.DateTimeField("finie le", null=True, editable=False)
    error = models.TextField("refusée parce que", blank=True, editable=False)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = "confirmation de campagne"
        verbose_name_plural = "confirmations de campagne"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne"],
                condition=Q(finished_at=None),
                name="confirmation_one_live",
                violation_error_message="La confirmation de cette campagne est déjà en cours.",
            ),
            Check(
                condition=Q(error="") | Q(finished_at__isnull=False),
                name="confirmation_error",
                violation_error_message="Une confirmation refusée est finie.",
            ),
        ]

    def __str__(self) -> str:
        return f"confirmation du {self.asked_at:%d/%m/%Y}"


class ClotureMensuelle(models.Model):
    """A month that is closed: no entry may be dated in it any more."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="clotures", verbose_name="résidence")
    month = models.DateField("mois")
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="clos par")
    closed_at = models.DateTimeField("clos le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "clôture mensuelle"
        verbose_name_plural = "clôtures mensuelles"
        ordering = ["-month"]
        constraints = [
            first_of_month("month", name="cloture_month"),
            models.UniqueConstraint(
                fields=["residence", "month"],
                name="cloture_unique",
                violation_error_message="Ce mois est déjà clos.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} clos"
