"""What a stay that ends asks for besides its keys: each thing done, on its day."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from logement.models.sejours import Sejour
from residence.models import User
from residence.models.base import ScopedQuerySet, choice_check, pair_check, today


class EtapeSortieStep(models.TextChoices):
    LAST_ACCOUNT = "last_account", "dernier compte remis au résident"
    ADDRESS = "address", "nouvelle adresse connue, ou refusée"


class EtapeSortieQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class EtapeSortie(models.Model):
    """A step of an exit that no other fact of the software tells: done, on which day, by whom recorded."""

    Step = EtapeSortieStep

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="etapes_sortie", verbose_name="séjour")
    step = models.CharField("étape", max_length=20, choices=Step)
    done_on = models.DateField("fait le", default=today)
    note = models.CharField("précision", max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)

    objects = EtapeSortieQuerySet.as_manager()

    class Meta:
        verbose_name = "étape de sortie"
        verbose_name_plural = "étapes de sortie"
        ordering = ["sejour", "done_on", "pk"]
        constraints = [
            choice_check("step", EtapeSortieStep, name="etape_sortie_step"),
            pair_check("cancelled_by", "cancelled_at", name="etape_sortie_cancelled"),
            models.UniqueConstraint(
                fields=["sejour", "step"],
                condition=Q(cancelled_at__isnull=True),
                name="etape_sortie_once",
                violation_error_message="Cette étape est déjà faite.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}, le {self.done_on:%d/%m/%Y}"
