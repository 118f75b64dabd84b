"""What is called, what is paid, and the ledger that only ever grows."""

import datetime
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, DecimalField, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Cast, Greatest, TruncMonth
from django.urls import reverse
from django.utils import timezone

from logement.models.campagnes import Campagne, first_of_month
from logement.models.decaissements import Decaissement
from logement.models.sejours import ContratOccupation, Sejour
from residence.models import DocumentEmis, User
from residence.models.base import ScopedQuerySet, choice_check, order_check
from residence.models.conditions import Check


class AvisQuerySet(ScopedQuerySet):
    residence_path = "contrat__sejour__residence"
    menage_path = "contrat__sejour__menage"

    def live(self) -> Self:
        return self.exclude(status=AvisEcheance.Status.CANCELLED)

    def called(self) -> Self:
        """Avis that the resident owes: confirmed or sent."""
        return self.filter(status__in=[AvisEcheance.Status.CONFIRMED, AvisEcheance.Status.SENT])

    def unsettled(self) -> Self:
        """Called avis on which something is left, and credits (avis below zero) not used up."""
        return self.called().exclude(paid=F("total"))

    def with_to_pay(self) -> Self:
        """Each avis with what the resident still has to pay on it (`to_pay`), as the property `left_to_pay` says."""
        amount = DecimalField(max_digits=10, decimal_places=2)
        awaited = Case(When(apl_received__isnull=True, then=F("apl_expected")), default=Value(Decimal(0)))
        left = ExpressionWrapper(F("total") - F("paid") - awaited, output_field=amount)
        return self.annotate(to_pay=Greatest(left, Value(Decimal(0)), output_field=amount))

    def overdue(self, day: datetime.date) -> Self:
        """Terms missed on `day`: past their last day to pay, something left for the resident to pay (`to_pay`).

        A term that will be collected is missed from the day after it, or once the bank has sent it back.
        """
        collected = Q(collect_on=None) | Q(collect_on__lt=day)
        return self.unsettled().filter(collected, due_on__lt=day).with_to_pay().filter(to_pay__gt=0)


class AvisEcheanceStatus(models.TextChoices):
    PREPARED = "prepared", "préparé"
    CONFIRMED = "confirmed", "confirmé"
    SENT = "sent", "envoyé"
    CANCELLED = "cancelled", "annulé"


class AvisEcheance(models.Model):
    """What a contract owes for a month. One ordinary avis that is not cancelled per contract and month.

    `paid` and `apl_received` are what the imputations say, kept beside them by the action that writes them. An avis
    below zero (a correction in favour of the resident) is a credit: its `paid` goes down to its total as it is used.
    """

    Status = AvisEcheanceStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PREPARED: frozenset({Status.CONFIRMED}),
        Status.CONFIRMED: frozenset({Status.SENT, Status.CANCELLED}),
        Status.SENT: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="avis", verbose_name="contrat")
    campagne = models.ForeignKey(
        Campagne, models.PROTECT, null=True, blank=True, related_name="avis", verbose_name="campagne"
    )
    month = models.DateField("mois")
    rank = models.PositiveSmallIntegerField("rang", default=0, help_text="0 : ordinaire ; 1, 2… : rectificatif.")
    rectifies = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rectificatifs", verbose_name="rectifie"
    )
    status = models.CharField("état", max_length=10, choices=Status, default=Status.PREPARED, editable=False)
    start_on = models.DateField("du")
    end_on = models.DateField("au")
    due_on = models.DateField("à payer pour le")
    collect_on = models.DateField(
        "prélevé le", null=True, editable=False, help_text="Annoncé au résident ; vide : il paie lui-même."
    )
    total = models.DecimalField("total (€)", max_digits=10, decimal_places=2)
    housing = models.DecimalField("loyer et charges (€)", max_digits=10, decimal_places=2)
    apl_expected = models.DecimalField("APL attendue (€)", max_digits=10, decimal_places=2, default=0)
    apl_received = models.DecimalField(
        "APL reçue (€)",
        max_digits=10,
        decimal_places=2,
        null=True,
        editable=False,
        help_text="Vide : pas encore reçue.",
    )
    paid = models.DecimalField("payé (€)", max_digits=10, decimal_places=2, default=0, editable=False)
    reason = models.CharField("raison de la rectification", max_length=200, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    facture = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="facture des prestations"
    )
    confirmed_at = models.DateTimeField("confirmé le", null=True, editable=False)
    cancelled_at = models.DateTimeField("annulé le", null=True, editable=False)

    objects = AvisQuerySet.as_manager()

    class Meta:
        verbose_name = "avis d’échéance"
        verbose_name_plural = "avis d’échéance"
        ordering = ["-month", "-pk"]
        indexes = [
            models.Index(fields=["month", "status"], name="avis_month"),
            models.Index(
                fields=["due_on"],
                condition=Q(status__in=["confirmed", "sent"]) & ~Q(paid=F("total")),
                name="avis_unsettled",
            ),
        ]
        constraints = [
            choice_check("status", AvisEcheanceStatus, name="avis_status"),
            first_of_month("month", name="avis_month_first"),
            order_check("start_on", "end_on", name="avis_order"),
            models.UniqueConstraint(
                fields=["contrat", "month", "rank"],
                condition=~Q(status="cancelled"),
                name="avis_one_live",
                violation_error_message="Ce contrat a déjà son avis pour ce mois.",
            ),
            Check(
                condition=Q(rank=0, rectifies__isnull=True) | Q(rank__gt=0, rectifies__isnull=False),
                name="avis_rectifies",
                violation_error_message="Un avis rectificatif cite celui qu’il rectifie.",
            ),
            Check(
                condition=Q(status="prepared", confirmed_at__isnull=True) | ~Q(status="prepared"),
                name="avis_confirmed",
                violation_error_message="Un avis préparé n’a pas de date de confirmation.",
            ),
            Check(
                condition=Q(total__gte=0, paid__gte=0, paid__lte=F("total"))
                | Q(total__lt=0, paid__lte=0, paid__gte=F("total")),
                name="avis_paid",
                violation_error_message="On n’impute pas sur un avis plus que son montant.",
            ),
            Check(
                condition=Q(status__in=["confirmed", "sent"]) | Q(paid=0),
                name="avis_paid_called",
                violation_error_message="Rien n’est payé sur un avis qui n’est pas appelé.",
            ),
        ]

    def __str__(self) -> str:
        return f"avis d’échéance {self.month:%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("logement:avis_detail", args=[self.pk])

    @property
    def net(self) -> Any:
        """What the household itself has to pay, in euros, the APL expected taken off."""
        return self.total - self.apl_expected

    @property
    def left(self) -> Any:
        """What nobody has paid yet, in euros; below zero, a credit still to be used."""
        return self.total - self.paid

    @property
    def apl_awaited(self) -> Any:
        """The APL expected, until one is received: from then on, what was received counts (it is in `paid`)."""
        return self.apl_expected if self.apl_received is None else Decimal(0)

    @property
    def left_to_pay(self) -> Any:
        """What the household itself still has to pay, in euros."""
        return max(self.left - self.apl_awaited, Decimal(0))

    @property
    def kind_label(self) -> str:
        return f"avis rectificatif n° {self.rank}" if self.rank else "avis d’échéance"


class LigneAvisKind(models.TextChoices):
    RENT = "rent", "équivalent de loyer"
    CHARGES = "charges", "équivalent de charges"
    SERVICES = "services", "prestations obligatoires"
    OPTIONAL = "optional", "prestation facultative"
    INDEMNITE = "indemnite", "indemnité d’occupation"
    THIRD_PARTY = "third_party", "forfait tiers hébergé"
    REDUCTION = "reduction", "réduction"
    CORRECTION = "correction", "correction"
    APL_OVERPAID = "apl_overpaid", "trop-perçu d’APL"


class LigneAvis(models.Model):
    """One part of an avis, rounded by itself: the total is the sum of its lines."""

    Kind = LigneAvisKind

    # A reduction comes off what the home costs.
    HOUSING = frozenset({Kind.RENT, Kind.CHARGES, Kind.REDUCTION})

    avis = models.ForeignKey(AvisEcheance, models.PROTECT, related_name="lignes", verbose_name="avis")
    kind = models.CharField("nature", max_length=15, choices=Kind)
    label = models.CharField("libellé", max_length=150)
    start_on = models.DateField("du")
    end_on = models.DateField("au")
    monthly_amount = models.DecimalField("montant du mois entier (€)", max_digits=10, decimal_places=2)
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    reason = models.CharField("raison", max_length=200, blank=True)

    class Meta:
        verbose_name = "ligne d’avis"
        verbose_name_plural = "lignes d’avis"
        ordering = ["avis", "pk"]
        constraints = [
            choice_check("kind", LigneAvisKind, name="ligne_avis_kind"),
            order_check("start_on", "end_on", name="ligne_avis_order"),
        ]

    def __str__(self) -> str:
        return self.label


class EncaissementQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)

    def with_surplus(self) -> Self:
        """Payments of which a part settles no avis yet: a credit of the account."""
        return self.live().filter(is_deposit=False, imputed__lt=F("amount"))


class EncaissementMethod(models.TextChoices):
    CASH = "cash", "espèces"
    CHEQUE = "cheque", "chèque"
    TRANSFER = "transfer", "virement"
    DEBIT = "debit", "prélèvement"
    CARD = "card", "carte"
    APL = "apl", "APL versée au gestionnaire"
    FSL = "fsl", "FSL"
    ACTION_LOGEMENT = "action_logement", "Action Logement"
    MANDATAIRE = "mandataire", "mandataire"
    DEPOSIT = "deposit", "retenue sur le dépôt de garantie"
    OTHER = "other", "autre tiers"


class Encaissement(models.Model):
    """Money received on the account of a stay."""

    Method = EncaissementMethod

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="encaissements", verbose_name="séjour")
    received_on = models.DateField("reçu le")
    amount = models.DecimalField(
        "montant (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    method = models.CharField("moyen", max_length=20, choices=Method)
    payer = models.CharField("payeur, si ce n’est pas le résident", max_length=150, blank=True)
    reference = models.CharField("référence", max_length=100, blank=True)
    is_deposit = models.BooleanField("dépôt de garantie", default=False)
    for_month = models.DateField(
        "pour le mois", null=True, blank=True, help_text="Mois pour lequel la CAF ou la MSA verse l’APL."
    )
    imputed = models.DecimalField("imputé (€)", max_digits=10, decimal_places=2, default=0, editable=False)
    cash_number = models.CharField("n° du reçu de caisse", max_length=40, unique=True, null=True, editable=False)
    idempotency_key = models.UUIDField(unique=True, editable=False)
    ligne = models.ForeignKey(
        "logement.LigneFichier",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="encaissements",
        verbose_name="ligne de fichier",
    )
    bordereau = models.ForeignKey(
        "logement.BordereauCheques",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="encaissements",
        verbose_name="bordereau de remise",
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulé le", null=True, editable=False)
    cancelled_reason = models.CharField("annulé parce que", max_length=200, blank=True)

    objects = EncaissementQuerySet.as_manager()

    class Meta:
        verbose_name = "encaissement"
        ordering = ["-received_on", "-pk"]
        indexes = [
            models.Index(fields=["sejour", "received_on"], name="encaissement_sejour"),
            models.Index(
                fields=["sejour"],
                condition=Q(cancelled_at=None, is_deposit=False, imputed__lt=F("amount")),
                name="encaissement_surplus",
            ),
        ]
        constraints = [
            choice_check("method", EncaissementMethod, name="encaissement_method"),
            Check(
                condition=Q(amount__gt=0),
                name="encaissement_positive",
                violation_error_message="Le montant est au-dessus de zéro.",
            ),
            Check(
                condition=Q(cancelled_at__isnull=True, cancelled_reason="", cancelled_by__isnull=True)
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
                name="encaissement_cancelled",
                violation_error_message="Dites pourquoi ce paiement est annulé.",
            ),
            Check(
                condition=Q(imputed__gte=0, imputed__lte=F("amount"))
                & (Q(is_deposit=False, cancelled_at__isnull=True) | Q(imputed=0)),
                name="encaissement_imputed",
                violation_error_message="On n’impute pas plus que ce qui a été payé.",
            ),
            Check(
                # The cast tells the type of a month that is not given.
                condition=Q(for_month__isnull=True) | Q(for_month=TruncMonth(Cast("for_month", models.DateField()))),
                name="encaissement_for_month",
                violation_error_message="Un mois se désigne par son premier jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} du {self.received_on:%d/%m/%Y}"

    @property
    def surplus(self) -> Any:
        """What settles no avis yet, in euros."""
        return Decimal(0) if self.is_deposit or self.cancelled_at else self.amount - self.imputed


class Imputation(models.Model):
    """The part of a payment, or of a credit, that settles an avis (C. civ., art. 1342-10) or is paid back.

    Never changed: a row of the opposite sign takes it back. A credit is an avis below zero: what the two owe each other
    is set off (C. civ., art. 1347).
    """

    encaissement = models.ForeignKey(
        Encaissement, models.PROTECT, null=True, blank=True, related_name="imputations", verbose_name="encaissement"
    )
    credit_avis = models.ForeignKey(
        AvisEcheance, models.PROTECT, null=True, blank=True, related_name="credited", verbose_name="avis au crédit"
    )
    avis = models.ForeignKey(
        AvisEcheance, models.PROTECT, null=True, blank=True, related_name="imputations", verbose_name="avis"
    )
    decaissement = models.ForeignKey(
        Decaissement, models.PROTECT, null=True, blank=True, related_name="imputations", verbose_name="remboursement"
    )
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("imputé le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "imputation"
        ordering = ["pk"]
        constraints = [
            Check(
                condition=~Q(amount=0),
                name="imputation_not_nil",
                violation_error_message="Une imputation n’est pas nulle.",
            ),
            Check(
                condition=Q(encaissement__isnull=False, credit_avis__isnull=True)
                | Q(encaissement__isnull=True, credit_avis__isnull=False),
                name="imputation_source",
                violation_error_message="Une imputation vient d’un paiement ou d’un avis au crédit.",
            ),
            Check(
                condition=Q(avis__isnull=False, decaissement__isnull=True)
                | Q(avis__isnull=True, decaissement__isnull=False),
                name="imputation_target",
                violation_error_message="Une imputation règle un avis ou un remboursement.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} € sur {self.avis or self.decaissement}"


class EcritureQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def of_account(self, account: str) -> Self:
        return self.filter(account=account)

    def balance(self) -> Decimal:
        """Sum of the entries, in euros: above zero, the resident owes."""
        total: Decimal | None = self.aggregate(total=Sum("amount"))["total"]
        return total or Decimal(0)


class EcritureAccount(models.TextChoices):
    REDEVANCE = "redevance", "redevance"
    DEPOT = "depot", "dépôt de garantie"


class EcritureKind(models.TextChoices):
    REDEVANCE = "redevance", "redevance appelée"
    PRESTATION = "prestation", "prestation facultative"
    INDEMNITE = "indemnite", "indemnité d’occupation"
    CORRECTION = "correction", "correction"
    REDUCTION = "reduction", "réduction"
    PAYMENT = "payment", "paiement"
    APL = "apl", "APL reçue"
    APL_RECALL = "apl_recall", "rappel d’APL"
    APL_OVERPAID = "apl_overpaid", "trop-perçu d’APL"
    APL_EXCESS = "apl_excess", "excédent d’APL reversé"
    REFUND = "refund", "remboursement"
    DEPOSIT_CALLED = "deposit_called", "dépôt de garantie demandé"
    DEPOSIT_PAID = "deposit_paid", "dépôt de garantie versé"
    DEPOSIT_KEPT = "deposit_kept", "retenue sur le dépôt de garantie"
    DEPOSIT_REFUNDED = "deposit_refunded", "dépôt de garantie restitué"
    DEPOSIT_INTEREST = "deposit_interest", "intérêts de retard sur le dépôt"
    REVERSAL = "reversal", "contre-passation"
    TAKE_OVER = "take_over", "solde repris"


class Ecriture(models.Model):
    """One line of the ledger of a stay; above zero, owed by the resident. Only ever added to."""

    Account = EcritureAccount
    Kind = EcritureKind

    sejour = models.ForeignKey(Sejour, models.PROTECT, db_index=False, related_name="ecritures", verbose_name="séjour")
    account = models.CharField("compte", max_length=10, choices=Account, default=Account.REDEVANCE)
    kind = models.CharField("nature", max_length=20, choices=Kind)
    dated_on = models.DateField("date")
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    label = models.CharField("libellé", max_length=200)
    avis = models.ForeignKey(
        AvisEcheance, models.PROTECT, null=True, blank=True, related_name="ecritures", verbose_name="avis"
    )
    encaissement = models.ForeignKey(
        Encaissement, models.PROTECT, null=True, blank=True, related_name="ecritures", verbose_name="encaissement"
    )
    contrat = models.ForeignKey(
        ContratOccupation, models.PROTECT, null=True, blank=True, related_name="ecritures", verbose_name="contrat"
    )
    decaissement = models.ForeignKey(
        Decaissement, models.PROTECT, null=True, blank=True, related_name="ecritures", verbose_name="remboursement"
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="contre-passe"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("passée le", default=timezone.now, editable=False)

    objects = EcritureQuerySet.as_manager()

    class Meta:
        verbose_name = "écriture"
        ordering = ["dated_on", "pk"]
        indexes = [models.Index(fields=["sejour", "account", "dated_on"], name="ecriture_sejour")]
        constraints = [
            choice_check("account", EcritureAccount, name="ecriture_account"),
            choice_check("kind", EcritureKind, name="ecriture_kind"),
            Check(
                condition=~Q(amount=0),
                name="ecriture_not_nil",
                violation_error_message="Une écriture n’est pas nulle.",
            ),
            Check(
                condition=Q(avis__isnull=False)
                | Q(encaissement__isnull=False)
                | Q(decaissement__isnull=False)
                | Q(contrat__isnull=False)
                | Q(reverses__isnull=False),
                name="ecriture_cause",
                violation_error_message="Une écriture a sa cause.",
            ),
            Check(
                condition=~Q(kind="reversal") | Q(reverses__isnull=False),
                name="ecriture_reversal",
                violation_error_message="Une contre-passation cite l’écriture qu’elle annule.",
            ),
            models.UniqueConstraint(
                fields=["avis", "kind", "label"],
                condition=Q(reverses__isnull=True, avis__isnull=False),
                name="ecriture_avis_once",
                violation_error_message="Cet avis est déjà passé en compte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.amount} €)"


class QuittanceQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class QuittanceKind(models.TextChoices):
    QUITTANCE = "quittance", "quittance"
    RECU = "recu", "reçu"


class Quittance(models.Model):
    """The acknowledgement of a payment: quittance for an avis paid in full, reçu for the rest (CCH, R.633-4).

    A reçu cites its payment; without an avis, it acknowledges a deposit, or what is left on the account for later.
    """

    Kind = QuittanceKind

    kind = models.CharField("nature", max_length=10, choices=Kind)
    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="quittances", verbose_name="séjour")
    avis = models.ForeignKey(
        AvisEcheance, models.PROTECT, null=True, blank=True, related_name="quittances", verbose_name="avis"
    )
    encaissement = models.ForeignKey(
        Encaissement, models.PROTECT, null=True, blank=True, related_name="quittances", verbose_name="encaissement"
    )
    completes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="completed_by", verbose_name="fait suite à"
    )
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    issued_on = models.DateField("date")
    document = models.OneToOneField(DocumentEmis, models.PROTECT, related_name="+", verbose_name="document")
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)
    cancelled_reason = models.CharField("annulée parce que", max_length=200, blank=True)

    objects = QuittanceQuerySet.as_manager()

    class Meta:
        verbose_name = "quittance ou reçu"
        verbose_name_plural = "quittances et reçus"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            choice_check("kind", QuittanceKind, name="quittance_kind"),
            Check(
                condition=Q(kind="quittance", avis__isnull=False) | Q(kind="recu", encaissement__isnull=False),
                name="quittance_cause",
                violation_error_message="Une quittance cite son avis, un reçu son paiement.",
            ),
            Check(
                condition=Q(amount__gt=0),
                name="quittance_positive",
                violation_error_message="Le montant est au-dessus de zéro.",
            ),
            Check(
                condition=Q(cancelled_at__isnull=True, cancelled_reason="", cancelled_by__isnull=True)
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
                name="quittance_cancelled",
                violation_error_message="Dites pourquoi cette quittance est annulée.",
            ),
            models.UniqueConstraint(
                fields=["avis"],
                condition=Q(kind="quittance", cancelled_at=None),
                name="quittance_once",
                violation_error_message="Cet avis a déjà sa quittance.",
            ),
            models.UniqueConstraint(
                fields=["avis", "encaissement"],
                condition=Q(kind="recu", cancelled_at=None),
                nulls_distinct=False,
                name="recu_once",
                violation_error_message="Ce paiement a déjà son reçu pour cet avis.",
            ),
        ]

    def __str__(self) -> str:
        if self.avis is None:
            return f"{self.get_kind_display()} du {self.issued_on:%d/%m/%Y}"
        return f"{self.get_kind_display()} {self.avis.month:%m/%Y}"
