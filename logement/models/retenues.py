"""What is kept of a deposit at the exit: the grid of wear that proposes, the decisions that a person takes."""

import datetime
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from logement.models.etats_des_lieux import LigneEtatDesLieux
from logement.rules.vetuste import Poste
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, pair_check, today
from residence.models.conditions import Check


class PosteVetusteQuerySet(ScopedQuerySet):
    def in_force(self, day: datetime.date) -> Self:
        """The lines that rule on `day`: of each name, the last one that has begun."""
        begun = self.filter(valid_from__lte=day).order_by("residence_id", "name", "-valid_from")
        return begun.distinct("residence_id", "name")


class PosteVetuste(models.Model):
    """A line of a résidence's grid of wear, from a day on. A change is a new line, from its day."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="grille_vetuste", verbose_name="résidence")
    name = models.CharField("poste", max_length=100)
    words = models.CharField(
        "mots qui le désignent",
        max_length=300,
        help_text="Séparés par des virgules : mur, plafond. Ils se cherchent dans le nom de l’élément.",
    )
    life_years = models.PositiveSmallIntegerField("durée de vie (ans)", validators=[MinValueValidator(1)])
    free_years = models.PositiveSmallIntegerField("années sans abattement", default=0)
    yearly_percent = models.DecimalField(
        "abattement par an (%)",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    residual_percent = models.DecimalField(
        "part qui reste en fin de vie (%)",
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_from = models.DateField("à partir du", default=today)

    objects = PosteVetusteQuerySet.as_manager()

    class Meta:
        verbose_name = "poste de la grille de vétusté"
        verbose_name_plural = "grille de vétusté"
        ordering = ["residence", "name", "-valid_from"]
        constraints = [
            Check(
                condition=Q(life_years__gte=1, yearly_percent__range=(0, 100), residual_percent__range=(0, 100)),
                name="poste_vetuste_shares",
                violation_error_message="Une durée de vie est d’un an au moins, un pourcentage entre 0 et 100.",
            ),
            models.UniqueConstraint(
                fields=["residence", "name", "valid_from"],
                name="poste_vetuste_once",
                violation_error_message="Ce poste a déjà une ligne à partir de ce jour.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Poste:
        """The line as the rules read it."""
        words = tuple(word.strip() for word in self.words.split(",") if word.strip())
        return Poste(self.name, words, self.life_years, self.free_years, self.yearly_percent, self.residual_percent)


def proof_path(retenue: Any, name: str) -> str:
    """Where the paper that proves a deduction is kept."""
    return f"retenues/{timezone.localdate():%Y/%m}/{name}"


class RetenueSortieQuerySet(ScopedQuerySet):
    residence_path = "ligne__etat_des_lieux__contrat__sejour__residence"
    menage_path = "ligne__etat_des_lieux__contrat__sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)

    def of_stay(self, sejour_id: int) -> Self:
        return self.filter(ligne__etat_des_lieux__contrat__sejour=sejour_id)


class RetenueSortie(models.Model):
    """What a person decided to keep of the deposit for a line of the exit, beside what the grid proposed; its proof.

    Never for the resident's own furniture. It is not changed: it is cancelled, with its reason, and decided again.
    """

    ligne = models.ForeignKey(LigneEtatDesLieux, models.PROTECT, related_name="retenues", verbose_name="ligne")
    cost = models.DecimalField("coût de remise en état (€)", max_digits=8, decimal_places=2)
    poste = models.CharField("poste de la grille", max_length=100, blank=True)
    installed_on = models.DateField("posé ou refait le", null=True, blank=True)
    share = models.DecimalField("part restante", max_digits=5, decimal_places=4)
    proposed = models.DecimalField("proposé par la grille (€)", max_digits=8, decimal_places=2)
    amount = models.DecimalField("retenu (€)", max_digits=8, decimal_places=2)
    reasons = models.CharField("motifs", max_length=300, blank=True)
    proof_reference = models.CharField("justificatif", max_length=150, help_text="Facture ou devis, et son numéro.")
    proof = models.FileField("fichier du justificatif", upload_to=proof_path, blank=True)
    proof_name = models.CharField("nom du fichier", max_length=200, blank=True)
    proof_sha256 = models.CharField("empreinte", max_length=64, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="décidée par")
    decided_at = models.DateTimeField("décidée le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)
    cancelled_reason = models.CharField("annulée parce que", max_length=200, blank=True)

    objects = RetenueSortieQuerySet.as_manager()

    class Meta:
        verbose_name = "retenue sur le dépôt"
        verbose_name_plural = "retenues sur le dépôt"
        ordering = ["-decided_at"]
        constraints = [
            Check(
                condition=Q(cost__gt=0, proposed__gte=0, amount__gte=0, amount__lte=F("cost"), share__range=(0, 1)),
                name="retenue_amounts",
                violation_error_message="Une retenue est entre zéro et le coût de la remise en état.",
            ),
            Check(
                condition=Q(amount=F("proposed")) | ~Q(reasons=""),
                name="retenue_reasons",
                violation_error_message="Dites pourquoi le montant n’est pas celui que la grille propose.",
            ),
            Check(
                condition=~Q(proof_reference=""),
                name="retenue_proof",
                violation_error_message="Une retenue a son justificatif.",
            ),
            pair_check("cancelled_by", "cancelled_at", name="retenue_cancelled"),
            Check(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancelled_reason=""),
                name="retenue_cancelled_reason",
                violation_error_message="Dites pourquoi la retenue est annulée.",
            ),
            models.UniqueConstraint(
                fields=["ligne"],
                condition=Q(cancelled_at__isnull=True),
                name="retenue_one_live",
                violation_error_message="Cette ligne a déjà sa retenue : annulez-la pour en décider une autre.",
            ),
        ]

    def __str__(self) -> str:
        return f"retenue pour {self.ligne}"

    @property
    def share_percent(self) -> Decimal:
        return self.share * 100
