"""The social file of a household, and its history."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models import Sejour
from residence.models import Menage, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check
from residence.models.conditions import Check


class Theme(models.TextChoices):
    DROITS = "droits", "droits"
    SANTE = "sante", "santé"
    LOGEMENT = "logement", "logement"
    EMPLOI = "emploi", "emploi"
    FORMATION = "formation", "formation"
    BUDGET = "budget", "budget"
    VIE_QUOTIDIENNE = "vie_quotidienne", "vie quotidienne"
    PARENTALITE = "parentalite", "parentalité"
    NUMERIQUE = "numerique", "numérique"
    ISOLEMENT = "isolement", "isolement"


class DossierQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class DossierSocial(models.Model):
    """The social file of a household in a résidence: opened at entry, or for somebody who lives elsewhere."""

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="dossiers", verbose_name="ménage")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="dossiers", verbose_name="résidence")
    sejour = models.ForeignKey(
        Sejour, models.PROTECT, null=True, blank=True, related_name="dossiers", verbose_name="séjour"
    )
    opened_on = models.DateField("ouvert le")
    closed_on = models.DateField("clos le", null=True, blank=True)
    closed_reason = models.CharField("clos parce que", max_length=200, blank=True)
    continued_on = models.DateField(
        "suivi poursuivi depuis le",
        null=True,
        blank=True,
        editable=False,
        help_text="Le ménage est sorti, et l’équipe continue de l’accompagner.",
    )
    visit_every_days = models.PositiveSmallIntegerField(
        "une visite tous les N jours",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Vide : le rythme du dispositif.",
    )
    pinned_note = models.CharField("à savoir", max_length=300, blank=True)
    form_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="Le formulaire qui l’a ouvert : envoyé deux fois, il n’en fait qu’un.",
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier social"
        verbose_name_plural = "dossiers sociaux"
        ordering = ["-opened_on"]
        constraints = [
            order_check("opened_on", "closed_on", name="dossier_social_order"),
            Check(
                condition=Q(closed_on__isnull=True) | ~Q(closed_reason=""),
                name="dossier_social_closed",
                violation_error_message="Dites pourquoi le dossier est clos.",
            ),
            models.UniqueConstraint(
                fields=["menage", "residence"],
                condition=Q(closed_on__isnull=True),
                name="dossier_social_one_open",
                violation_error_message="Ce ménage a déjà un dossier ouvert dans la résidence.",
            ),
        ]

    def __str__(self) -> str:
        return f"dossier social de {self.menage}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:dossier_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class EtapeDossierKind(models.TextChoices):
    OPENED = "opened", "ouvert"
    CONTINUED = "continued", "poursuivi après la sortie"
    CLOSED = "closed", "clos"
    REOPENED = "reopened", "rouvert"


class EtapeDossier(models.Model):
    """A turn in the life of a social file: its history. Only ever added to."""

    Kind = EtapeDossierKind

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="etapes", verbose_name="dossier")
    kind = models.CharField("étape", max_length=10, choices=Kind)
    on = models.DateField("le")
    reason = models.CharField("raison", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    at = models.DateTimeField("consignée le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "étape du dossier social"
        verbose_name_plural = "étapes du dossier social"
        ordering = ["pk"]
        constraints = [choice_check("kind", EtapeDossierKind, name="etape_dossier_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} le {self.on:%d/%m/%Y}"
