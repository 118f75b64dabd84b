"""Works that wait for the place to be empty."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from logement.models.parc import OccupationPlace, Place
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, pair_check
from residence.models.conditions import Check


class TravauxQuerySet(ScopedQuerySet):
    residence_path = "place__residence"

    def waiting(self) -> Self:
        """Neither begun nor dropped."""
        return self.filter(occupation__isnull=True, dropped_at__isnull=True)


class TravauxPrevus(models.Model):
    """Works planned on a place where somebody lives: they take the place once it is empty, and not before."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="travaux_prevus", verbose_name="place")
    from_on = models.DateField("à partir du")
    days = models.PositiveSmallIntegerField("durée (jours)", validators=[MinValueValidator(1)])
    reason = models.CharField("travaux", max_length=200)
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="prévus par")
    planned_at = models.DateTimeField("prévus le", default=timezone.now, editable=False)
    occupation = models.OneToOneField(
        OccupationPlace,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="travaux_prevus",
        verbose_name="travaux",
    )
    dropped_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    dropped_at = models.DateTimeField("abandonnés le", null=True, editable=False)

    objects = TravauxQuerySet.as_manager()

    class Meta:
        verbose_name = "travaux prévus"
        verbose_name_plural = "travaux prévus"
        ordering = ["from_on", "pk"]
        constraints = [
            Check(
                condition=Q(days__gte=1),
                name="travaux_prevus_days",
                violation_error_message="Des travaux durent au moins un jour.",
            ),
            pair_check("dropped_by", "dropped_at", name="travaux_prevus_dropped"),
            Check(
                condition=Q(occupation__isnull=True) | Q(dropped_at__isnull=True),
                name="travaux_prevus_one_end",
                violation_error_message="Des travaux commencés ne s’abandonnent pas : levez l’occupation.",
            ),
            models.UniqueConstraint(
                fields=["place"],
                condition=Q(occupation__isnull=True, dropped_at__isnull=True),
                name="travaux_prevus_one_waiting",
                violation_error_message="Des travaux sont déjà prévus sur cette place.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} : {self.reason}"

    @property
    def residence(self) -> Residence:
        return self.place.residence
