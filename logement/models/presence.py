"""What happens in a room during a stay: long absences, guests, entries of the staff."""

import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from logement.models.sejours import Sejour
from residence.models import DocumentEmis, Personne, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class OfSejourQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        """Rows but those that were entered by mistake."""
        return self.filter(cancelled_at__isnull=True)


class AbsenceReason(models.TextChoices):
    # One word for work, care and force majeure: the reason is known to the resident, its effect to the house.
    JUSTIFIED = "justified", "travail, soins ou force majeure, sur justificatif vu"
    PERSONAL = "personal", "famille, vacances, voyage"
    UNKNOWN = "unknown", "raison non donnée"


class Absence(models.Model):
    """A long absence of a resident, declared or noticed, until the day they are back."""

    Reason = AbsenceReason

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="absences", verbose_name="séjour")
    personne = models.ForeignKey(
        Personne,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="personne",
        help_text="Vide : tout le ménage.",
    )
    reason = models.CharField("raison", max_length=10, choices=AbsenceReason, default=Reason.UNKNOWN)
    start_on = models.DateField("absente depuis le", help_text="Première nuit passée ailleurs.")
    expected_back_on = models.DateField("retour prévu le", null=True, blank=True)
    back_on = models.DateField("revenue le", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="notée par")
    recorded_at = models.DateTimeField("notée le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)

    objects = OfSejourQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        ordering = ["-start_on", "-pk"]
        constraints = [
            choice_check("reason", AbsenceReason, name="absence_reason"),
            order_check("start_on", "expected_back_on", name="absence_expected"),
            order_check("start_on", "back_on", name="absence_order", message="Le retour ne précède pas le départ."),
            pair_check("cancelled_by", "cancelled_at", name="absence_cancelled"),
            models.UniqueConstraint(
                fields=["sejour", "personne"],
                condition=Q(back_on__isnull=True, cancelled_at__isnull=True),
                nulls_distinct=False,
                name="absence_one_open",
                violation_error_message="Une absence est déjà en cours : notez d’abord le retour.",
            ),
        ]

    def __str__(self) -> str:
        until = f" jusqu’au {self.back_on:%d/%m/%Y}" if self.back_on else ""
        return f"absence depuis le {self.start_on:%d/%m/%Y}{until}"


class TiersHeberge(models.Model):
    """Somebody whom a resident hosts, declared before they come (CCH, R.633-9)."""

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="tiers_heberges", verbose_name="séjour")
    last_name = models.CharField("nom", max_length=100)
    first_names = models.CharField("prénoms", max_length=150)
    born_on = models.DateField("né(e) le", null=True, blank=True)
    start_on = models.DateField("à partir du")
    end_on = models.DateField("jusqu’au", help_text="Dernière nuit, comprise.")
    left_on = models.DateField("parti le", null=True, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulé le", null=True, editable=False)

    objects = OfSejourQuerySet.as_manager()

    class Meta:
        verbose_name = "tiers hébergé"
        verbose_name_plural = "tiers hébergés"
        ordering = ["-start_on", "-pk"]
        constraints = [
            order_check("start_on", "end_on", name="tiers_order"),
            order_check("start_on", "left_on", name="tiers_left"),
            pair_check("cancelled_by", "cancelled_at", name="tiers_cancelled"),
        ]

    def __str__(self) -> str:
        return f"tiers hébergé du {self.start_on:%d/%m/%Y} au {self.last_night:%d/%m/%Y}"

    @property
    def last_night(self) -> datetime.date:
        """The last night, as it was or as it is planned."""
        return self.left_on or self.end_on

    @property
    def guest(self) -> str:
        """What tells one guest from another."""
        return f"{self.last_name} {self.first_names} {self.born_on or ''}".casefold()


class EntreeLogementKind(models.TextChoices):
    REQUEST = "request", "sur demande préalable"
    EMERGENCY = "emergency", "urgence de sécurité"


class EntreeLogement(models.Model):
    """An entry of the staff in a private room: asked for before, or an emergency told in writing afterwards."""

    Kind = EntreeLogementKind

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="entrees_logement", verbose_name="séjour")
    kind = models.CharField("comment", max_length=10, choices=EntreeLogementKind)
    entered_at = models.DateTimeField("entrée le")
    asked_on = models.DateField("demandée au résident le", null=True, blank=True)
    purpose = models.CharField("motif", max_length=200)
    staff_names = models.CharField("qui est entré", max_length=200)
    resident_was_there = models.BooleanField("le résident était là", default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="notée par")
    recorded_at = models.DateTimeField("notée le", default=timezone.now, editable=False)
    informed_on = models.DateField("résident informé par écrit le", null=True, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre"
    )

    objects = OfSejourQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée dans un logement"
        verbose_name_plural = "entrées dans les logements"
        ordering = ["-entered_at", "-pk"]
        constraints = [
            choice_check("kind", EntreeLogementKind, name="entree_logement_kind"),
            Check(
                condition=Q(kind="emergency", asked_on=None) | Q(kind="request", asked_on__isnull=False),
                name="entree_logement_asked",
                violation_error_message="Hors urgence, l’entrée se demande avant : donnez le jour de la demande.",
            ),
            Check(
                condition=Q(informed_on=None) | Q(document__isnull=False),
                name="entree_logement_informed",
                violation_error_message="L’information se donne par une lettre éditée.",
            ),
        ]

    def __str__(self) -> str:
        return f"entrée du {timezone.localtime(self.entered_at):%d/%m/%Y à %H h %M}, {self.get_kind_display()}"


def spells_of(absences: Any) -> list[tuple[datetime.date, datetime.date | None, bool]]:
    """Nights away, first and last, and whether they are justified, of absences of a whole household."""
    return [
        (
            one.start_on,
            one.back_on and one.back_on - datetime.timedelta(days=1),
            one.reason == AbsenceReason.JUSTIFIED,
        )
        for one in absences
    ]
