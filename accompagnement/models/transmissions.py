"""What the members of a team hand over to each other: the house, never the life of its people."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from logement.models import Place
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, pair_check
from residence.models.conditions import Check


class TransmissionQuerySet(ScopedQuerySet):
    def with_read(self, user: Any) -> Self:
        """Each with `is_read`: whether `user` has read it."""
        mine = LectureTransmission.objects.filter(transmission=OuterRef("pk"), read_by=user)
        return self.annotate(is_read=Exists(mine))

    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Transmission(models.Model):
    """A short word from one member of the team to the next. It is never changed: withdrawn, its text is not shown."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="transmissions", verbose_name="résidence")
    text = models.CharField("transmission", max_length=280)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="place")
    is_urgent = models.BooleanField("urgent", default=False)
    written_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="écrite par")
    written_at = models.DateTimeField("écrite le", default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField("retirée le", null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="retirée par"
    )
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "transmission"
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["residence", "-written_at"], name="transmission_residence")]
        constraints = [
            pair_check("withdrawn_at", "withdrawn_by", name="transmission_withdrawn"),
            Check(
                condition=~Q(text=""),
                name="transmission_text",
                violation_error_message="Une transmission dit quelque chose.",
            ),
        ]

    def __str__(self) -> str:
        return f"transmission du {timezone.localtime(self.written_at):%d/%m/%Y}"


class LectureTransmission(models.Model):
    """Who read a transmission, and when. Only ever added to."""

    transmission = models.ForeignKey(Transmission, models.PROTECT, related_name="lectures", verbose_name="transmission")
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="lue par")
    read_at = models.DateTimeField("lue le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "lecture d’une transmission"
        verbose_name_plural = "lectures des transmissions"
        ordering = ["read_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["transmission", "read_by"],
                name="lecture_transmission_once",
                violation_error_message="Cette transmission est déjà lue.",
            )
        ]

    def __str__(self) -> str:
        return f"lue le {timezone.localtime(self.read_at):%d/%m/%Y}"
