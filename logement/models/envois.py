"""Receipts that leave by e-mail: to whom, asked by whom, gone on which day; one that failed stays."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from logement.models.compte import Quittance
from residence.models import User
from residence.models.base import ScopedQuerySet
from residence.models.conditions import Check


class EnvoiQuittanceQuerySet(ScopedQuerySet):
    residence_path = "quittance__sejour__residence"
    menage_path = "quittance__sejour__menage"

    def sent(self) -> Self:
        return self.filter(sent_on__isnull=False)

    def leaving(self) -> Self:
        """Asked for; neither gone nor failed yet."""
        return self.filter(sent_on=None, failed_at=None)


class EnvoiQuittance(models.Model):
    """A sending of a receipt by e-mail. `attempt`: the first, or how many follow one that failed."""

    quittance = models.ForeignKey(Quittance, models.PROTECT, related_name="envois", verbose_name="quittance")
    address = models.EmailField("adresse électronique")
    attempt = models.PositiveSmallIntegerField("essai", default=1)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="demandé par")
    asked_at = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    sent_on = models.DateField("parti le", null=True, editable=False)
    failed_at = models.DateTimeField("n’a pas pu partir le", null=True, editable=False)

    objects = EnvoiQuittanceQuerySet.as_manager()

    class Meta:
        verbose_name = "quittance envoyée par courriel"
        verbose_name_plural = "quittances envoyées par courriel"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            Check(
                condition=Q(sent_on=None) | Q(failed_at=None),
                name="envoi_quittance_end",
                violation_error_message="Un courriel est parti, ou n’a pas pu partir.",
            ),
            models.UniqueConstraint(
                F("quittance"),
                F("address"),
                condition=Q(failed_at=None),
                name="envoi_quittance_once",
                violation_error_message="Cette quittance est déjà partie à cette adresse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quittance}, par courriel"
