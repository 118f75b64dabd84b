"""Money that goes out: a credit paid back, an APL excess, a deposit given back and what is kept of it."""

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from logement.models.sejours import ContratOccupation, Sejour
from residence.models import DocumentEmis, User
from residence.models.base import ScopedQuerySet, choice_check
from residence.models.conditions import Check


class OfSejourQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class DecaissementKind(models.TextChoices):
    CREDIT = "credit", "solde créditeur rendu"
    APL_EXCESS = "apl_excess", "excédent d’APL reversé à l’allocataire"
    DEPOSIT = "deposit", "dépôt de garantie rendu"


class DecaissementMethod(models.TextChoices):
    TRANSFER = "transfer", "virement"
    CHEQUE = "cheque", "chèque"
    CASH = "cash", "espèces"


class Decaissement(models.Model):
    """Money paid to a resident from the account of a stay, with its proof. A mistake is taken back with its reason."""

    Kind = DecaissementKind
    Method = DecaissementMethod

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="decaissements", verbose_name="séjour")
    kind = models.CharField("nature", max_length=15, choices=DecaissementKind)
    paid_on = models.DateField("payé le")
    amount = models.DecimalField(
        "montant (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    method = models.CharField("moyen", max_length=10, choices=DecaissementMethod)
    payee = models.CharField("payé à", max_length=150)
    proof = models.CharField(
        "preuve", max_length=200, help_text="Référence du virement, numéro du chèque, numéro du reçu signé."
    )
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    form_key = models.UUIDField(unique=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulé le", null=True, editable=False)
    cancelled_reason = models.CharField("annulé parce que", max_length=200, blank=True)

    objects = OfSejourQuerySet.as_manager()

    class Meta:
        verbose_name = "remboursement"
        ordering = ["-paid_on", "-pk"]
        constraints = [
            choice_check("kind", DecaissementKind, name="decaissement_kind"),
            choice_check("method", DecaissementMethod, name="decaissement_method"),
            Check(
                condition=Q(amount__gt=0),
                name="decaissement_positive",
                violation_error_message="Le montant est au-dessus de zéro.",
            ),
            Check(
                condition=~Q(proof=""),
                name="decaissement_proof",
                violation_error_message="Un remboursement a sa preuve.",
            ),
            Check(
                condition=Q(cancelled_at__isnull=True, cancelled_reason="", cancelled_by__isnull=True)
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
                name="decaissement_cancelled",
                violation_error_message="Dites pourquoi ce remboursement est annulé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} le {self.paid_on:%d/%m/%Y}"


class RestitutionDepot(models.Model):
    """How the deposit of a stay was settled, once: what was held, what is kept and why, interest, what is given back.

    Source: CCH, annexe 2 au III de l’article R.353-159, article 8.
    """

    sejour = models.OneToOneField(Sejour, models.PROTECT, related_name="restitution", verbose_name="séjour")
    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="+", verbose_name="contrat")
    keys_back_on = models.DateField("clés rendues le")
    settled_on = models.DateField("arrêté le")
    held = models.DecimalField("dépôt versé (€)", max_digits=10, decimal_places=2)
    kept = models.DecimalField("retenu (€)", max_digits=10, decimal_places=2, default=0)
    interest = models.DecimalField("intérêts de retard (€)", max_digits=10, decimal_places=2, default=0)
    refund = models.DecimalField("à rendre (€)", max_digits=10, decimal_places=2, default=0)
    decaissement = models.OneToOneField(
        Decaissement, models.PROTECT, null=True, blank=True, related_name="restitution", verbose_name="remboursement"
    )
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField("décidé le", default=timezone.now, editable=False)

    objects = OfSejourQuerySet.as_manager()

    class Meta:
        verbose_name = "restitution d’un dépôt de garantie"
        verbose_name_plural = "restitutions des dépôts de garantie"
        ordering = ["-settled_on", "-pk"]
        constraints = [
            Check(
                condition=Q(held__gte=0, kept__gte=0, interest__gte=0, refund__gte=0, kept__lte=models.F("held")),
                name="restitution_amounts",
                violation_error_message="On ne retient pas plus que le dépôt versé.",
            ),
            Check(
                condition=Q(refund=models.F("held") - models.F("kept") + models.F("interest")),
                name="restitution_adds_up",
                violation_error_message="Ce qui est rendu est le dépôt, moins les retenues, plus les intérêts.",
            ),
        ]

    def __str__(self) -> str:
        return f"dépôt de garantie arrêté le {self.settled_on:%d/%m/%Y}"


class RetenueDepotKind(models.TextChoices):
    DEBT = "debt", "redevance restée due"
    REPAIR = "repair", "dégradation constatée à l’état des lieux"
    OTHER = "other", "autre somme due"


class OfRestitutionQuerySet(ScopedQuerySet):
    residence_path = "restitution__sejour__residence"
    menage_path = "restitution__sejour__menage"


class RetenueDepot(models.Model):
    """A sum kept on a deposit, and what proves it: account, état des lieux, invoice or estimate."""

    Kind = RetenueDepotKind

    restitution = models.ForeignKey(
        RestitutionDepot, models.PROTECT, related_name="retenues", verbose_name="restitution"
    )
    kind = models.CharField("nature", max_length=10, choices=RetenueDepotKind)
    label = models.CharField("pour", max_length=150)
    amount = models.DecimalField(
        "montant (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    proof = models.CharField("justificatif", max_length=200)

    objects = OfRestitutionQuerySet.as_manager()

    class Meta:
        verbose_name = "retenue sur un dépôt de garantie"
        verbose_name_plural = "retenues sur les dépôts de garantie"
        ordering = ["pk"]
        constraints = [
            choice_check("kind", RetenueDepotKind, name="retenue_depot_kind"),
            Check(
                condition=Q(amount__gt=0) & ~Q(proof="") & ~Q(label=""),
                name="retenue_depot_justified",
                violation_error_message="Une retenue a son montant, sa raison et son justificatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} : {self.amount} €"
