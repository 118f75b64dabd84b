"""The services of the house: the linen taken round, the laundry and the computers that open at their hours."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models import Place
from residence.models import Menage, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check

WEEKDAYS = (
    (1, "lundi"),
    (2, "mardi"),
    (3, "mercredi"),
    (4, "jeudi"),
    (5, "vendredi"),
    (6, "samedi"),
    (7, "dimanche"),
)


class ServiceMaisonKind(models.TextChoices):
    LINGE = "linge", "linge, par tournée"
    BUANDERIE = "buanderie", "buanderie"
    INFORMATIQUE = "informatique", "ordinateurs"
    AUTRE = "autre", "autre service à heures fixes"


class ServiceMaison(models.Model):
    """A service of a résidence: a round every so many days (linen), or hours on days of the week."""

    Kind = ServiceMaisonKind

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="services", verbose_name="résidence")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    name = models.CharField("nom", max_length=60)
    starts_on = models.DateField(
        "depuis le", help_text="Pour le linge : le jour d’une tournée, les autres s’en comptent."
    )
    every_days = models.PositiveSmallIntegerField(
        "tous les (jours)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="Pour le linge seulement.",
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=WEEKDAYS), verbose_name="jours", default=list, blank=True
    )
    opens_at = models.TimeField("ouvre à", null=True, blank=True)
    closes_at = models.TimeField("ferme à", null=True, blank=True)
    ended_on = models.DateField("arrêté le", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "service de la maison"
        verbose_name_plural = "services de la maison"
        ordering = ["residence", "kind", "name"]
        constraints = [
            choice_check("kind", ServiceMaisonKind, name="service_maison_kind"),
            order_check("starts_on", "ended_on", name="service_maison_order"),
            Check(
                condition=Q(kind="linge", every_days__gte=1, opens_at__isnull=True, closes_at__isnull=True, weekdays=[])
                | (
                    ~Q(kind="linge")
                    & Q(every_days__isnull=True, opens_at__isnull=False, closes_at__gt=models.F("opens_at"))
                    & ~Q(weekdays=[])
                ),
                name="service_maison_when",
                violation_error_message="Le linge revient tous les tant de jours ; un autre service a ses jours, "
                "une ouverture et une fermeture qui la suit.",
            ),
            models.UniqueConstraint(
                fields=["residence", "name"],
                name="service_maison_name",
                violation_error_message="Cette résidence a déjà un service de ce nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:service_detail", args=[self.pk])

    @property
    def goes_round(self) -> bool:
        return self.kind == ServiceMaisonKind.LINGE

    @property
    def hours(self) -> str:
        """« 6 h à 22 h », or the rhythm of a round."""
        if self.opens_at is None or self.closes_at is None:
            return f"tous les {self.every_days} jours"
        return f"{_hour(self.opens_at)} à {_hour(self.closes_at)}"

    @property
    def days(self) -> str:
        """« du lundi au vendredi », « lundi, jeudi », « tous les jours »."""
        names = dict(WEEKDAYS)
        asked = sorted(self.weekdays)
        if len(asked) == len(WEEKDAYS):
            return "tous les jours"
        if len(asked) > 2 and asked[-1] - asked[0] == len(asked) - 1:
            return f"du {names[asked[0]]} au {names[asked[-1]]}"
        return ", ".join(names[day] for day in asked)


def _hour(at: object) -> str:
    hour, minute = at.hour, at.minute  # type: ignore[attr-defined]
    return f"{hour} h {minute:02d}" if minute else f"{hour} h"


class OfServiceQuerySet(ScopedQuerySet):
    residence_path = "service__residence"


class TourneeLinge(models.Model):
    """One round of the linen: the day of the cycle, the day it is made, and its end."""

    service = models.ForeignKey(ServiceMaison, models.PROTECT, related_name="tournees", verbose_name="service")
    cycle_on = models.DateField("jour du cycle", editable=False)
    planned_on = models.DateField("prévue le")
    closed_at = models.DateTimeField("terminée le", null=True, editable=False)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="terminée par"
    )

    objects = OfServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "tournée du linge"
        verbose_name_plural = "tournées du linge"
        ordering = ["-cycle_on", "-pk"]
        constraints = [
            pair_check("closed_at", "closed_by", name="tournee_linge_closed"),
            models.UniqueConstraint(
                fields=["service", "cycle_on"],
                name="tournee_linge_cycle",
                violation_error_message="Cette tournée existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"tournée du {self.planned_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:tournee_detail", args=[self.pk])


class PassageLingeResult(models.TextChoices):
    DONE = "done", "remis"
    ABSENT = "absent", "absent"
    DECLINED = "declined", "n’en veut pas"
    MISSED = "missed", "pas passé"


class PassageLinge(models.Model):
    """What came of the round at a household: the last word stands until the round is closed."""

    Result = PassageLingeResult
    # Read where two records of a household become one: both may have been ticked in a round.
    ONE_A_HOUSEHOLD_IN = "tournee"

    tournee = models.ForeignKey(TourneeLinge, models.PROTECT, related_name="passages", verbose_name="tournée")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="+", verbose_name="ménage")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name="place")
    result = models.CharField("résultat", max_length=10, choices=Result)
    is_carried = models.BooleanField("reporté de la tournée d’avant", default=False)
    ticked_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="coché par")
    ticked_at = models.DateTimeField("coché à", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "passage du linge"
        verbose_name_plural = "passages du linge"
        ordering = ["tournee", "pk"]
        constraints = [
            choice_check("result", PassageLingeResult, name="passage_linge_result"),
            models.UniqueConstraint(
                fields=["tournee", "menage"],
                name="passage_linge_once",
                violation_error_message="Ce ménage a déjà son passage dans cette tournée.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_result_display())


class JourService(models.Model):
    """A day of a service that opens at its hours: how many came, or why it stayed closed. Nobody is named."""

    service = models.ForeignKey(ServiceMaison, models.PROTECT, related_name="jours", verbose_name="service")
    on = models.DateField("le")
    visitors = models.PositiveSmallIntegerField(
        "personnes venues", null=True, blank=True, validators=[MaxValueValidator(999)]
    )
    closed_reason = models.CharField("fermé parce que", max_length=100, blank=True)
    noted_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="noté par")
    noted_at = models.DateTimeField("noté le", default=timezone.now, editable=False)

    objects = OfServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "jour d’un service"
        verbose_name_plural = "jours des services"
        ordering = ["-on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "on"],
                name="jour_service_once",
                violation_error_message="Ce jour est déjà noté.",
            ),
            Check(
                condition=Q(visitors__isnull=False, closed_reason="")
                | (Q(visitors__isnull=True) & ~Q(closed_reason="")),
                name="jour_service_open_or_closed",
                violation_error_message="Dites combien de personnes sont venues, ou pourquoi c’était fermé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"
