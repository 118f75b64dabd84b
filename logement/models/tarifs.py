"""What a place costs, in the parts that the law tells apart, and from when."""

import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from logement.models.parc import CategoriePlace, DateRange
from logement.models.sejours import ContratOccupation
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check
from residence.models.conditions import Check


class InForceQuerySet(ScopedQuerySet):
    def in_force(self, day: datetime.date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def meeting(self, start: datetime.date, end: datetime.date) -> Self:
        """Rows in force on at least one day from `start` to `end`, both included."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start), valid_from__lte=end)


class Tarif(models.Model):
    """The monthly redevance of a category of place: equivalents of loyer and of charges, obligatory services.

    Source: CCH, R.353-156 and R.353-158: the first two are the base of the APL, the third is outside of it.
    """

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="tarifs", verbose_name="résidence")
    categorie = models.ForeignKey(CategoriePlace, models.PROTECT, related_name="tarifs", verbose_name="catégorie")
    valid_from = models.DateField("à partir du")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    rent = models.DecimalField(
        "équivalent de loyer (€)", max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    charges = models.DecimalField(
        "équivalent de charges (€)", max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    services = models.DecimalField(
        "prestations obligatoires, hors APL (€)",
        max_digits=8,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
    )
    reason = models.CharField("raison", max_length=200, blank=True, help_text="Révision annuelle, travaux, gel…")
    revision = models.ForeignKey(
        "logement.RevisionRedevance",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="tarifs",
        verbose_name="révision",
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = InForceQuerySet.as_manager()

    class Meta:
        verbose_name = "tarif"
        ordering = ["categorie", "-valid_from"]
        constraints = [
            order_check("valid_from", "valid_to", name="tarif_order"),
            Check(
                condition=Q(rent__gte=0, charges__gte=0, services__gte=0),
                name="tarif_positive",
                violation_error_message="Un tarif n’est pas négatif.",
            ),
            ExclusionConstraint(
                name="tarif_no_overlap",
                expressions=[
                    ("categorie", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette catégorie a déjà un tarif sur ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.categorie} à partir du {self.valid_from:%d/%m/%Y}"

    @property
    def redevance(self) -> Any:
        """Euros a month, all obligatory parts together."""
        return self.rent + self.charges + self.services


class Prestation(models.Model):
    """An optional service that a résidence offers and bills apart (CCH, R.353-156)."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="prestations", verbose_name="résidence")
    name = models.CharField("prestation", max_length=100)
    is_third_party_fee = models.BooleanField("forfait pour un tiers hébergé", default=False)
    stops_when_away = models.BooleanField(
        "suspendue pendant une absence notée",
        default=False,
        help_text="Les nuits où tout le ménage est absent ne sont pas facturées ; la redevance reste due.",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "prestation facultative"
        verbose_name_plural = "prestations facultatives"
        ordering = ["residence", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "name"],
                name="prestation_unique",
                violation_error_message="Cette prestation existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TarifPrestationQuerySet(InForceQuerySet):
    residence_path = "prestation__residence"


class TarifPrestation(models.Model):
    """The monthly price of an optional service, from day to day."""

    prestation = models.ForeignKey(Prestation, models.PROTECT, related_name="tarifs", verbose_name="prestation")
    valid_from = models.DateField("à partir du")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    monthly_amount = models.DecimalField(
        "prix mensuel (€)", max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )

    objects = TarifPrestationQuerySet.as_manager()

    class Meta:
        verbose_name = "prix de prestation"
        verbose_name_plural = "prix des prestations"
        ordering = ["prestation", "-valid_from"]
        constraints = [
            order_check("valid_from", "valid_to", name="tarif_prestation_order"),
            Check(
                condition=Q(monthly_amount__gte=0),
                name="tarif_prestation_positive",
                violation_error_message="Un prix n’est pas négatif.",
            ),
            ExclusionConstraint(
                name="tarif_prestation_no_overlap",
                expressions=[
                    ("prestation", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette prestation a déjà un prix sur ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prestation} à partir du {self.valid_from:%d/%m/%Y}"


class SouscriptionQuerySet(ScopedQuerySet):
    residence_path = "contrat__sejour__residence"
    menage_path = "contrat__sejour__menage"


class Souscription(models.Model):
    """An optional service that a resident takes, from day to day."""

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="souscriptions", verbose_name="contrat")
    prestation = models.ForeignKey(Prestation, models.PROTECT, related_name="souscriptions", verbose_name="prestation")
    start_on = models.DateField("depuis le")
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)

    objects = SouscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "souscription"
        ordering = ["start_on"]
        constraints = [
            order_check("start_on", "end_on", name="souscription_order"),
            ExclusionConstraint(
                name="souscription_no_overlap",
                expressions=[
                    ("contrat", RangeOperators.EQUAL),
                    ("prestation", RangeOperators.EQUAL),
                    (DateRange("start_on", "end_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette prestation est déjà souscrite sur ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prestation} ({self.contrat})"


class IndiceIRL(models.Model):
    """A published value of the reference index of rents (INSEE)."""

    quarter = models.CharField("trimestre", max_length=7, unique=True, help_text="2026-T2")
    value = models.DecimalField("valeur", max_digits=6, decimal_places=2)
    published_on = models.DateField("publié le", null=True, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "indice IRL"
        verbose_name_plural = "indices IRL"
        ordering = ["-quarter"]
        constraints = [
            Check(
                condition=Q(quarter__regex=r"^[0-9]{4}-T[1-4]$"),
                name="indice_irl_quarter",
                violation_error_message="Le trimestre s’écrit 2026-T2.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quarter} : {self.value}"


class DroitAplQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"


class DroitAplStatus(models.TextChoices):
    REQUESTED = "requested", "demandée"
    GRANTED = "granted", "accordée"
    SUSPENDED = "suspended", "suspendue"
    REFUSED = "refused", "refusée"


class DroitApl(models.Model):
    """What the CAF or the MSA pays the manager for a stay each month, from month to month (CCH, L.832-1)."""

    Status = DroitAplStatus

    sejour = models.ForeignKey("logement.Sejour", models.PROTECT, related_name="droits_apl", verbose_name="séjour")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.REQUESTED)
    requested_on = models.DateField("demandée le", null=True, blank=True)
    start_on = models.DateField("depuis le", help_text="Premier jour d’un mois.")
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    monthly_amount = models.DecimalField(
        "montant mensuel attendu (€)", max_digits=8, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    source = models.CharField("source", max_length=200, blank=True, help_text="Notification, estimation…")
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = DroitAplQuerySet.as_manager()

    class Meta:
        verbose_name = "droit à l’APL"
        verbose_name_plural = "droits à l’APL"
        ordering = ["-start_on"]
        constraints = [
            choice_check("status", DroitAplStatus, name="droit_apl_status"),
            order_check("start_on", "end_on", name="droit_apl_order"),
            Check(
                condition=Q(monthly_amount__gte=0),
                name="droit_apl_positive",
                violation_error_message="Le montant n’est pas négatif.",
            ),
            ExclusionConstraint(
                name="droit_apl_no_overlap",
                expressions=[
                    ("sejour", RangeOperators.EQUAL),
                    (DateRange("start_on", "end_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Ce séjour a déjà un droit à l’APL sur ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"APL de {self.monthly_amount} € à partir du {self.start_on:%d/%m/%Y}"
