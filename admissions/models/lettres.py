"""How each letter of decision left, to what address and when."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from admissions.models.commission import Decision
from residence.models import DocumentEmis, User
from residence.models.base import choice_check
from residence.models.conditions import Check


class EnvoiLettreMeans(models.TextChoices):
    EMAIL = "email", "courriel"
    POST = "post", "poste"
    HAND = "hand", "remise en main propre"


class EnvoiLettre(models.Model):
    """A sending of a letter: asked for by somebody, gone on a day. One that failed is asked for again, and stays."""

    Means = EnvoiLettreMeans

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="envois", verbose_name="décision")
    document = models.ForeignKey(DocumentEmis, models.PROTECT, related_name="+", verbose_name="lettre")
    means = models.CharField("par", max_length=10, choices=Means)
    address = models.EmailField("adresse électronique", blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="envoyée par")
    asked_at = models.DateTimeField("demandé le", default=timezone.now)
    sent_on = models.DateField("partie le", null=True, blank=True)
    failed_at = models.DateTimeField("n’a pas pu partir le", null=True, blank=True)

    class Meta:
        verbose_name = "envoi d’une lettre"
        verbose_name_plural = "envois de lettres"
        ordering = ["pk"]
        constraints = [
            choice_check("means", EnvoiLettreMeans, name="envoi_lettre_means"),
            Check(
                condition=Q(means="email") & ~Q(address="") | ~Q(means="email") & Q(address=""),
                name="envoi_lettre_address",
                violation_error_message="Un courriel a son adresse, un courrier sur papier n’en a pas.",
            ),
            Check(
                condition=Q(means="email") | Q(sent_on__isnull=False),
                name="envoi_lettre_paper",
                violation_error_message="Un courrier sur papier est noté une fois parti, avec son jour.",
            ),
            models.UniqueConstraint(
                fields=["document", "address"],
                condition=Q(means="email", failed_at__isnull=True),
                name="envoi_lettre_email_once",
                violation_error_message="Cette lettre est déjà partie à cette adresse.",
            ),
            models.UniqueConstraint(
                fields=["document", "means", "sent_on"],
                condition=~Q(means="email"),
                name="envoi_lettre_paper_once",
                violation_error_message="Cet envoi est déjà noté.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.get_means_display()}"
