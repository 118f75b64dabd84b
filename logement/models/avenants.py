"""What changes in a contract while it runs: avenants, numbered, signed, then applied."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models.sejours import ContratOccupation, OfContratQuerySet, PartieContratCapacity
from logement.models.tarifs import Prestation
from residence.models import DocumentEmis, Personne, User
from residence.models.base import choice_check, pair_check
from residence.models.conditions import Check


class AvenantSubject(models.TextChoices):
    REDEVANCE = "redevance", "redevance modifiée"
    ARRIVAL = "arrival", "arrivée d’une personne"
    DEPARTURE = "departure", "départ d’une personne"
    CAPACITY = "capacity", "qualité d’une personne"
    SERVICE_ADDED = "service_added", "prestation facultative ajoutée"
    SERVICE_ENDED = "service_ended", "prestation facultative arrêtée"


class AvenantStatus(models.TextChoices):
    TO_SIGN = "to_sign", "à signer"
    SIGNED = "signed", "signé"
    CANCELLED = "cancelled", "annulé"


class Avenant(models.Model):
    """A change to a running contract: issued as a numbered document, applied on the day it is signed, not before."""

    Subject = AvenantSubject
    Status = AvenantStatus

    OF_PERSON = frozenset({Subject.ARRIVAL, Subject.DEPARTURE, Subject.CAPACITY})
    OF_SERVICE = frozenset({Subject.SERVICE_ADDED, Subject.SERVICE_ENDED})
    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.TO_SIGN: frozenset({Status.SIGNED, Status.CANCELLED}),
        Status.SIGNED: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="avenants", verbose_name="contrat")
    rank = models.PositiveSmallIntegerField("numéro", validators=[MinValueValidator(1)])
    subject = models.CharField("objet", max_length=15, choices=AvenantSubject)
    effect_on = models.DateField("prend effet le")
    status = models.CharField("état", max_length=10, choices=AvenantStatus, default=Status.TO_SIGN, editable=False)
    personne = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    capacity = models.CharField("qualité", max_length=15, choices=PartieContratCapacity, blank=True)
    successor = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="devient titulaire"
    )
    prestation = models.ForeignKey(
        Prestation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="prestation"
    )
    monthly_rent = models.DecimalField("équivalent de loyer (€)", max_digits=8, decimal_places=2, null=True, blank=True)
    monthly_charges = models.DecimalField(
        "équivalent de charges (€)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    monthly_services = models.DecimalField(
        "prestations obligatoires (€)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    reason = models.CharField("précision", max_length=250, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    signed_on = models.DateField("signé le", null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+")
    created_at = models.DateTimeField("préparé le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulé le", null=True, editable=False)

    objects = OfContratQuerySet.as_manager()

    class Meta:
        verbose_name = "avenant"
        ordering = ["contrat", "rank"]
        constraints = [
            choice_check("subject", AvenantSubject, name="avenant_subject"),
            choice_check("status", AvenantStatus, name="avenant_status"),
            choice_check("capacity", PartieContratCapacity, name="avenant_capacity", blank=True),
            models.UniqueConstraint(
                fields=["contrat", "rank"],
                name="avenant_rank",
                violation_error_message="Ce contrat a déjà un avenant de ce numéro.",
            ),
            models.UniqueConstraint(
                fields=["contrat"],
                condition=Q(status="to_sign"),
                name="avenant_one_to_sign",
                violation_error_message="Un avenant de ce contrat attend déjà d’être signé.",
            ),
            Check(
                condition=Q(status="signed", signed_on__isnull=False) | (~Q(status="signed") & Q(signed_on=None)),
                name="avenant_signed",
                violation_error_message="Un avenant signé a sa date de signature, et lui seul.",
            ),
            Check(
                condition=Q(subject__in=["arrival", "departure", "capacity"], personne__isnull=False)
                | (~Q(subject__in=["arrival", "departure", "capacity"]) & Q(personne=None)),
                name="avenant_person",
                violation_error_message="Dites de quelle personne il s’agit.",
            ),
            Check(
                condition=Q(subject__in=["service_added", "service_ended"], prestation__isnull=False)
                | (~Q(subject__in=["service_added", "service_ended"]) & Q(prestation=None)),
                name="avenant_service",
                violation_error_message="Dites de quelle prestation il s’agit.",
            ),
            pair_check("monthly_rent", "monthly_charges", "monthly_services", name="avenant_amounts"),
            pair_check("cancelled_by", "cancelled_at", name="avenant_cancelled"),
        ]

    def __str__(self) -> str:
        return f"avenant n° {self.rank}, {self.get_subject_display()}"

    def get_absolute_url(self) -> str:
        return reverse("logement:avenant_detail", args=[self.pk])

    @property
    def monthly_redevance(self) -> Any:
        """Loyer, charges and obligatory services that the avenant gives, in euros a month."""
        return self.monthly_rent + self.monthly_charges + self.monthly_services
