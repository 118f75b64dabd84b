"""Records of the same people made one: what moved, so that it can be undone; likenesses that few may see."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from residence.models.base import ScopedQuerySet, choice_check, pair_check
from residence.models.conditions import Check
from residence.models.etablissement import Residence
from residence.models.personnes import Menage, Personne
from residence.models.staff import User


class FusionQuerySet(ScopedQuerySet):
    residence_path = None
    menage_path = "kept"


class Fusion(models.Model):
    """Two records of one household made one: `absorbed` gave all it held to `kept`.

    Or two records of one person inside of a household, which is then both: `personne_absorbed` gave all to the other.
    """

    kept = models.ForeignKey(Menage, models.PROTECT, related_name="fusions", verbose_name="fiche gardée")
    absorbed = models.ForeignKey(Menage, models.PROTECT, related_name="+", verbose_name="fiche regroupée")
    personne_kept = models.ForeignKey(
        Personne, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="personne gardée"
    )
    personne_absorbed = models.ForeignKey(
        Personne, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="personne regroupée"
    )
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="faite par")
    made_at = models.DateTimeField("faite le", default=timezone.now, editable=False)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="défaite par"
    )
    undone_at = models.DateTimeField("défaite le", null=True, editable=False)

    objects = FusionQuerySet.as_manager()

    class Meta:
        verbose_name = "regroupement"
        ordering = ["-made_at", "-pk"]
        constraints = [
            pair_check("undone_by", "undone_at", name="fusion_undone"),
            Check(
                condition=Q(personne_absorbed=None, personne_kept=None) & ~Q(kept=models.F("absorbed"))
                | Q(kept=models.F("absorbed"))
                & Q(personne_absorbed__isnull=False, personne_kept__isnull=False)
                & ~Q(personne_kept=models.F("personne_absorbed")),
                name="fusion_two_records",
                violation_error_message="Une fiche ne se regroupe pas avec elle-même.",
            ),
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at__isnull=True, personne_absorbed=None),
                name="fusion_once",
                violation_error_message="Cette fiche est déjà regroupée avec une autre.",
            ),
            models.UniqueConstraint(
                fields=["personne_absorbed"],
                condition=Q(undone_at__isnull=True),
                name="fusion_personne_once",
                violation_error_message="Cette personne est déjà regroupée avec une autre.",
            ),
        ]

    def __str__(self) -> str:
        if self.personne_absorbed_id:
            return f"regroupement de deux personnes du ménage n° {self.kept_id}"
        return f"regroupement des ménages n° {self.absorbed_id} et n° {self.kept_id}"


class MouvementFusion(models.Model):
    """A field of a row that a merging changed, before and after. Only ever added to."""

    fusion = models.ForeignKey(Fusion, models.PROTECT, related_name="mouvements", verbose_name="regroupement")
    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    field = models.CharField("champ", max_length=60)
    before = models.JSONField("avant", null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("après", null=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "mouvement d’un regroupement"
        verbose_name_plural = "mouvements d’un regroupement"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.target_type} n° {self.target_id} : {self.field}"


class RessemblanceQuerySet(ScopedQuerySet):
    residence_path = None
    menage_path = "menage"


class RessemblanceStatus(models.TextChoices):
    OPEN = "open", "à examiner"
    SAME = "same", "même personne"
    OTHER = "other", "autre personne"


class RessemblanceMasquee(models.Model):
    """Somebody typed elsewhere who resembles a person of a confidential household: told to those named on it, alone."""

    Status = RessemblanceStatus
    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.OPEN: frozenset({Status.SAME, Status.OTHER}),
        Status.SAME: frozenset({Status.OTHER}),
        Status.OTHER: frozenset({Status.SAME}),
    }

    menage = models.ForeignKey(
        Menage, models.PROTECT, related_name="ressemblances", verbose_name="dossier confidentiel"
    )
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne saisie")
    typed_at_residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="saisie à")
    status = models.CharField("réponse", max_length=10, choices=Status, default=Status.OPEN, editable=False)
    found_at = models.DateTimeField("relevée le", default=timezone.now, editable=False)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="examinée par"
    )
    settled_at = models.DateTimeField("examinée le", null=True, editable=False)

    objects = RessemblanceQuerySet.as_manager()

    class Meta:
        verbose_name = "ressemblance avec un dossier confidentiel"
        verbose_name_plural = "ressemblances avec un dossier confidentiel"
        ordering = ["-found_at", "-pk"]
        constraints = [
            choice_check("status", RessemblanceStatus, name="ressemblance_status"),
            pair_check("settled_by", "settled_at", name="ressemblance_settled"),
            models.UniqueConstraint(
                fields=["menage", "personne"],
                name="ressemblance_once",
                violation_error_message="Cette ressemblance est déjà relevée.",
            ),
        ]

    def __str__(self) -> str:
        return f"ressemblance avec le dossier n° {self.menage_id}"
