"""What was told of the places that fall vacant, to whom and when."""

from typing import Self

from django.db import models
from django.utils import timezone

from logement.models.parc import Place
from residence.models import Partenaire, User
from residence.models.base import ScopedQuerySet, today


class SignalementQuerySet(ScopedQuerySet):
    residence_path = "place__residence"

    def latest_first(self) -> Self:
        return self.order_by("-reported_on", "-pk")


class SignalementVacance(models.Model):
    """A vacancy, also one only foreseen, told to a partner (CCH, R.353-163; CASF, L.345-2-7): never changed.

    `vacant_on` is the day from which the place was said to be free: a vacancy whose day moves is to be told again.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="signalements", verbose_name="place")
    vacant_on = models.DateField("vacante à partir du")
    partenaire = models.ForeignKey(Partenaire, models.PROTECT, related_name="+", verbose_name="signalée à")
    reported_on = models.DateField("signalée le", default=today)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="signalée par")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = SignalementQuerySet.as_manager()

    class Meta:
        verbose_name = "signalement de vacance"
        verbose_name_plural = "signalements de vacance"
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "vacant_on", "partenaire"],
                name="signalement_vacance_once",
                violation_error_message="Cette vacance a déjà été signalée à ce partenaire.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.place} : signalée à {self.partenaire} le {self.reported_on:%d/%m/%Y}"
