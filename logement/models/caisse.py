"""Money in the hand: the cash box, counted, and the cheques handed to the bank."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from residence.models import DocumentEmis, Residence, User
from residence.models.base import ScopedQuerySet
from residence.models.conditions import Check


class ComptageCaisse(models.Model):
    """The cash box counted: what it should hold, what it holds, what is taken to the bank. Only ever added to."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="comptages", verbose_name="résidence")
    opening = models.DecimalField("au dernier comptage (€)", max_digits=10, decimal_places=2)
    received = models.DecimalField("reçu depuis (€)", max_digits=10, decimal_places=2)
    counted = models.DecimalField("compté (€)", max_digits=10, decimal_places=2)
    taken = models.DecimalField("versé à la banque (€)", max_digits=10, decimal_places=2, default=0)
    explanation = models.CharField("explication de l’écart", max_length=300, blank=True)
    counted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="compté par")
    counted_at = models.DateTimeField("compté le", default=timezone.now)
    form_key = models.UUIDField(unique=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "comptage de la caisse"
        verbose_name_plural = "comptages de la caisse"
        ordering = ["-counted_at", "-pk"]
        constraints = [
            Check(
                condition=Q(counted=F("opening") + F("received")) | ~Q(explanation=""),
                name="comptage_explained",
                violation_error_message="Expliquez l’écart.",
            ),
            Check(
                condition=Q(counted__gte=0, taken__gte=0, taken__lte=F("counted")),
                name="comptage_taken",
                violation_error_message="On ne verse pas plus que ce que la caisse contient.",
            ),
        ]

    def __str__(self) -> str:
        return f"caisse du {timezone.localdate(self.counted_at):%d/%m/%Y}"

    @property
    def difference(self) -> object:
        """What was counted beyond what was expected, in euros; below zero, what lacks."""
        return self.counted - self.opening - self.received


class BordereauCheques(models.Model):
    """Cheques handed to the bank together, on one slip."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="bordereaux", verbose_name="résidence")
    handed_on = models.DateField("remis le")
    count = models.PositiveIntegerField("chèques")
    total = models.DecimalField("total (€)", max_digits=12, decimal_places=2)
    document = models.OneToOneField(DocumentEmis, models.PROTECT, related_name="+", verbose_name="document")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="fait par")
    made_at = models.DateTimeField("fait le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "bordereau de remise de chèques"
        verbose_name_plural = "bordereaux de remise de chèques"
        ordering = ["-handed_on", "-pk"]

    def __str__(self) -> str:
        return f"remise de chèques du {self.handed_on:%d/%m/%Y}"
