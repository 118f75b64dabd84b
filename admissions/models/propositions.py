"""A place proposed to a candidate, and the answer."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from admissions.models.orientations import MotifCloture, Orientation, RequestQuerySet
from logement.models import OccupationPlace, Place
from residence.models import DocumentEmis, User
from residence.models.base import choice_check
from residence.models.conditions import Check


class PropositionQuerySet(RequestQuerySet):
    residence_path = "orientation__residence"

    def pending(self) -> Self:
        return self.filter(status=Proposition.Status.MADE)


class PropositionStatus(models.TextChoices):
    MADE = "made", "faite"
    ACCEPTED = "accepted", "acceptée"
    REFUSED = "refused", "refusée"
    EXPIRED = "expired", "expirée"
    WITHDRAWN = "withdrawn", "retirée"


class Proposition(models.Model):
    """A place kept for a candidate until a date. It reserves the place."""

    Status = PropositionStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.MADE: frozenset({Status.ACCEPTED, Status.REFUSED, Status.EXPIRED, Status.WITHDRAWN}),
        Status.ACCEPTED: frozenset({Status.WITHDRAWN}),
        Status.REFUSED: frozenset(),
        Status.EXPIRED: frozenset(),
        Status.WITHDRAWN: frozenset(),
    }

    orientation = models.ForeignKey(
        Orientation, models.PROTECT, related_name="propositions", verbose_name="orientation"
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="propositions", verbose_name="place")
    reservation = models.OneToOneField(
        OccupationPlace,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="proposition",
        verbose_name="réservation",
    )
    status = models.CharField("état", max_length=10, choices=Status, default=Status.MADE, editable=False)
    entry_on = models.DateField("entrée prévue le")
    answer_by_on = models.DateField("réponse attendue le")
    answered_on = models.DateField("réponse le", null=True, blank=True)
    refusal_reason = models.CharField("motif du refus", max_length=20, choices=MotifCloture, blank=True)
    comment = models.CharField("observation", max_length=250, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="lettre"
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="faite par")
    made_at = models.DateTimeField("faite le", default=timezone.now, editable=False)

    objects = PropositionQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        ordering = ["-made_at"]
        constraints = [
            choice_check("status", PropositionStatus, name="proposition_status"),
            choice_check("refusal_reason", MotifCloture, name="proposition_refusal_reason", blank=True),
            models.UniqueConstraint(
                fields=["orientation"],
                condition=Q(status__in=["made", "accepted"]),
                name="proposition_one_live",
                violation_error_message="Ce candidat a déjà une proposition en cours.",
            ),
            Check(
                condition=~Q(status="refused") | ~Q(refusal_reason=""),
                name="proposition_refusal",
                violation_error_message="Un refus a son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} proposée à {self.orientation}"
