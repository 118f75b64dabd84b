"""The yearly revision of the redevance of a résidence: how it was decided, when it was done."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.rules.irl import HIGHEST_FIXED_RATE, LOWEST_FIXED_RATE
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, pair_check
from residence.models.conditions import Check


class RevisionRedevance(models.Model):
    """The revision of 1 January `year`: by the index, unless a rate is fixed by hand, for a written reason.

    A rate of zero freezes the year. Once done it is kept as it was: the indices it read, the day it took effect.
    """

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="revisions", verbose_name="résidence")
    year = models.PositiveSmallIntegerField("année", validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    rate = models.DecimalField(
        "taux fixé (%)", max_digits=5, decimal_places=2, null=True, blank=True, help_text="Vide : l’IRL. Zéro : gel."
    )
    reason = models.CharField("raison", max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField("décidée le", default=timezone.now, editable=False)
    old_index = models.DecimalField("ancien indice", max_digits=6, decimal_places=2, null=True, editable=False)
    new_index = models.DecimalField("nouvel indice", max_digits=6, decimal_places=2, null=True, editable=False)
    effective_on = models.DateField("prend effet le", null=True, editable=False)
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    applied_at = models.DateTimeField("faite le", null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "révision des redevances"
        verbose_name_plural = "révisions des redevances"
        ordering = ["residence", "-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "year"],
                name="revision_once_a_year",
                violation_error_message="La révision de cette année est déjà là.",
            ),
            Check(
                condition=Q(rate__isnull=True) | Q(rate__gte=LOWEST_FIXED_RATE, rate__lte=HIGHEST_FIXED_RATE),
                name="revision_rate",
                violation_error_message="Un taux fixé est d’au plus 5 %% de hausse ou 20 %% de baisse.",
            ),
            Check(
                condition=Q(rate__isnull=True) | ~Q(reason=""),
                name="revision_reason",
                violation_error_message="Dites pourquoi l’année est gelée ou son taux fixé.",
            ),
            pair_check("old_index", "new_index", name="revision_indices"),
            pair_check("effective_on", "applied_at", name="revision_applied"),
        ]

    def __str__(self) -> str:
        return f"{self.residence}, révision de {self.year}"

    def get_absolute_url(self) -> str:
        return f"{reverse('logement:revision_detail', args=[self.residence_id])}?annee={self.year}"

    @property
    def is_frozen(self) -> bool:
        return self.rate == Decimal(0)

    @property
    def is_done(self) -> Any:
        """Nothing is left to do: applied, or frozen."""
        return self.applied_at is not None or self.is_frozen
