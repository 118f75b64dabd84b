"""Files that say what was paid: the CAF's list, the bank's statement; each line, whose it is, what it became."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Cast, TruncMonth
from django.urls import reverse
from django.utils import timezone

from logement.models.compte import AvisEcheance, Encaissement
from logement.models.sejours import Sejour
from residence.models import Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class FichierKind(models.TextChoices):
    APL = "apl", "liste de la CAF ou de la MSA"
    BANK = "bank", "relevé bancaire"


class FichierStatus(models.TextChoices):
    COLUMNS = "columns", "colonnes à reconnaître"
    REVIEW = "review", "lignes à passer"
    DONE = "done", "terminé"
    ABANDONED = "abandoned", "abandonné"


class FichierPaiements(models.Model):
    """A file of payments: read once, its lines looked at, then entered in the accounts."""

    Kind = FichierKind
    Status = FichierStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.COLUMNS: frozenset({Status.REVIEW, Status.ABANDONED}),
        Status.REVIEW: frozenset({Status.DONE, Status.ABANDONED}),
        Status.DONE: frozenset({Status.REVIEW}),
        Status.ABANDONED: frozenset(),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    kind = models.CharField("nature", max_length=5, choices=Kind)
    month = models.DateField("mois de la liste", null=True, blank=True)
    paid_on = models.DateField("versée le", null=True, blank=True)
    account = models.CharField("compte", max_length=34, help_text="IBAN du compte, ou code de la résidence.")
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    heads = models.JSONField("titres", default=list, blank=True)
    rows: Any = models.JSONField("lignes du tableau", default=list, blank=True, encoder=DjangoJSONEncoder)
    columns = models.JSONField(
        "colonnes", default=dict, blank=True, help_text="Rang de la colonne : ce qu’elle contient."
    )
    status = models.CharField("état", max_length=10, choices=Status, default=Status.COLUMNS, editable=False)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="importé par")
    opened_at = models.DateTimeField("importé le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier de paiements"
        verbose_name_plural = "fichiers de paiements"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            choice_check("kind", FichierKind, name="fichier_kind"),
            choice_check("status", FichierStatus, name="fichier_status"),
            Check(
                condition=Q(kind="bank", month__isnull=True, paid_on__isnull=True)
                | Q(kind="apl", month__isnull=False, paid_on__isnull=False),
                name="fichier_month",
                violation_error_message="Une liste d’APL a son mois et son jour de versement, un relevé n’en a pas.",
            ),
            Check(
                condition=Q(month__isnull=True) | Q(month=TruncMonth(Cast("month", models.DateField()))),
                name="fichier_month_first",
                violation_error_message="Un mois se désigne par son premier jour.",
            ),
            models.UniqueConstraint(
                fields=["kind", "account", "sha256"],
                condition=~Q(status="abandoned"),
                name="fichier_once",
                violation_error_message="Ce fichier a déjà été importé.",
            ),
        ]

    def __str__(self) -> str:
        if self.kind == FichierKind.APL and self.month:
            return f"liste d’APL de {self.month:%m/%Y}, {self.residence}"
        return f"relevé importé le {timezone.localdate(self.opened_at):%d/%m/%Y}, {self.residence}"

    def get_absolute_url(self) -> str:
        name = "fichier_columns" if self.status == FichierStatus.COLUMNS else "fichier_detail"
        return reverse(f"logement:{name}", args=[self.pk])

    @property
    def counts(self) -> dict[str, int]:
        """Lines by what became of them."""
        return dict(self.lignes.order_by().values_list("status").annotate(Count("pk")))


class LigneFichierStatus(models.TextChoices):
    TO_DECIDE = "to_decide", "à décider"
    READY = "ready", "prête"
    APPLIED = "applied", "passée en compte"
    ALREADY = "already", "déjà passée"
    LEFT_OUT = "left_out", "écartée"


class LigneFichierNature(models.TextChoices):
    PAYMENT = "payment", "paiement"
    RECALL = "recall", "rappel"
    OVERPAID = "overpaid", "trop-perçu repris"
    RETURN = "return", "rejet"
    OTHER = "other", "autre opération"


class LigneFichierMatch(models.TextChoices):
    """What a line was recognised by; the first ones name nobody else, the last ones only propose."""

    REFERENCE = "reference", "référence"
    CAF_NUMBER = "caf_number", "numéro d’allocataire"
    IBAN = "iban", "IBAN déjà vu"
    MANDATE = "mandate", "mandat"
    NAME = "name", "nom et prénom"
    AMOUNT = "amount", "montant"
    PERSON = "person", "décision"


class LigneFichierQuerySet(ScopedQuerySet):
    residence_path = "fichier__residence"
    menage_path = "sejour__menage"

    def waiting(self) -> Self:
        return self.filter(status__in=[LigneFichierStatus.TO_DECIDE, LigneFichierStatus.READY])


class LigneFichier(models.Model):
    """A line of a file of payments; below zero, taken back. `fingerprint` tells it from every other of its account."""

    Status = LigneFichierStatus
    Nature = LigneFichierNature
    Match = LigneFichierMatch

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.TO_DECIDE: frozenset({Status.READY, Status.LEFT_OUT, Status.ALREADY}),
        Status.READY: frozenset({Status.TO_DECIDE, Status.APPLIED, Status.LEFT_OUT, Status.ALREADY}),
        Status.APPLIED: frozenset(),
        Status.ALREADY: frozenset(),
        Status.LEFT_OUT: frozenset({Status.TO_DECIDE, Status.READY}),
    }

    fichier = models.ForeignKey(
        FichierPaiements, models.PROTECT, related_name="lignes", verbose_name="fichier de paiements"
    )
    number = models.PositiveIntegerField("ligne du fichier")
    part = models.PositiveSmallIntegerField("partie", default=0)
    dated_on = models.DateField("date", null=True, blank=True)
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    nature = models.CharField("nature", max_length=10, choices=Nature, default=Nature.PAYMENT)
    label = models.CharField("libellé", max_length=300, blank=True)
    payer = models.CharField("payeur", max_length=150, blank=True)
    payer_iban = models.CharField("IBAN du payeur", max_length=34, blank=True)
    caf_number = models.CharField("numéro d’allocataire", max_length=20, blank=True)
    reference = models.CharField("référence de la banque", max_length=100, blank=True)
    end_to_end = models.CharField("référence du prélèvement", max_length=35, blank=True)
    return_code = models.CharField("code du rejet", max_length=4, blank=True)
    first_month = models.DateField("du mois", null=True, blank=True)
    last_month = models.DateField("au mois", null=True, blank=True)
    fingerprint = models.CharField("empreinte", max_length=64)
    account = models.CharField("compte", max_length=34)
    sejour = models.ForeignKey(Sejour, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="séjour")
    matched_by = models.CharField("reconnue par", max_length=10, choices=Match, blank=True)
    reason = models.CharField("pourquoi", max_length=300, blank=True)
    method = models.CharField("moyen", max_length=20, choices=Encaissement.Method, blank=True)
    is_deposit = models.BooleanField("dépôt de garantie", default=False)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.TO_DECIDE, editable=False)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True, editable=False)
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    applied_at = models.DateTimeField("passée le", null=True, editable=False)
    avis = models.ForeignKey(
        AvisEcheance, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="avis rectificatif"
    )

    objects = LigneFichierQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne d’un fichier de paiements"
        verbose_name_plural = "lignes des fichiers de paiements"
        ordering = ["number", "part"]
        indexes = [models.Index(fields=["account", "fingerprint"], name="ligne_fichier_fingerprint")]
        constraints = [
            choice_check("status", LigneFichierStatus, name="ligne_fichier_status"),
            choice_check("nature", LigneFichierNature, name="ligne_fichier_nature"),
            choice_check("matched_by", LigneFichierMatch, name="ligne_fichier_match", blank=True),
            choice_check("method", Encaissement.Method, name="ligne_fichier_method", blank=True),
            order_check("first_month", "last_month", name="ligne_fichier_months"),
            pair_check("first_month", "last_month", name="ligne_fichier_both_months"),
            pair_check("decided_by", "decided_at", name="ligne_fichier_decided"),
            Check(
                condition=~Q(status__in=["ready", "applied"]) | Q(sejour__isnull=False),
                name="ligne_fichier_whose",
                violation_error_message="Une ligne prête a son séjour.",
            ),
            models.UniqueConstraint(
                fields=["fichier", "number", "part"],
                name="ligne_fichier_number",
                violation_error_message="Cette ligne est déjà lue.",
            ),
            models.UniqueConstraint(
                fields=["account", "fingerprint"],
                condition=Q(status="applied"),
                name="ligne_fichier_once",
                violation_error_message="Cette ligne est déjà passée en compte.",
            ),
        ]

    def __str__(self) -> str:
        return f"ligne {self.number}"


class ColonnesFichier(models.Model):
    """What the columns of the files of an account, or of the CAF for a résidence, hold: as said the last time."""

    kind = models.CharField("nature", max_length=5, choices=FichierKind)
    account = models.CharField("compte", max_length=34)
    columns: Any = models.JSONField("colonnes", default=dict, help_text="Titre, sans accent : ce qu’elle contient.")
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="réglées par")
    updated_at = models.DateTimeField("réglées le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "colonnes d’un fichier de paiements"
        verbose_name_plural = "colonnes des fichiers de paiements"
        constraints = [
            choice_check("kind", FichierKind, name="colonnes_fichier_kind"),
            models.UniqueConstraint(
                fields=["kind", "account"],
                name="colonnes_fichier_once",
                violation_error_message="Les colonnes de ce compte sont déjà réglées.",
            ),
        ]

    def __str__(self) -> str:
        return f"colonnes, {self.get_kind_display()}"


class SignalementDepartQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"


class SignalementDepart(models.Model):
    """A departure told to the CAF or the MSA, which stops the APL (CCH, L.823-6)."""

    sejour = models.OneToOneField(Sejour, models.PROTECT, related_name="signalement_depart", verbose_name="séjour")
    left_on = models.DateField("départ le")
    is_death = models.BooleanField("décès", default=False)
    reported_on = models.DateField("signalé le")
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="signalé par")
    reported_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = SignalementDepartQuerySet.as_manager()

    class Meta:
        verbose_name = "départ signalé à la CAF"
        verbose_name_plural = "départs signalés à la CAF"
        ordering = ["-reported_on", "-pk"]

    def __str__(self) -> str:
        return f"départ du {self.left_on:%d/%m/%Y}, signalé le {self.reported_on:%d/%m/%Y}"


class EnvoiAnnuelCaf(models.Model):
    """The table of redevances at 1 July and the list of those not up to date, sent to the CAF or the MSA for a year."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="envois_caf", verbose_name="résidence")
    year = models.PositiveSmallIntegerField("année")
    sent_on = models.DateField("envoyé le")
    late_count = models.PositiveIntegerField("résidents non à jour")
    late_total = models.DecimalField("total en retard (€)", max_digits=12, decimal_places=2)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="saisi par")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi annuel à la CAF"
        verbose_name_plural = "envois annuels à la CAF"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "year"],
                name="envoi_caf_once",
                violation_error_message="L’envoi de cette année est déjà noté.",
            )
        ]

    def __str__(self) -> str:
        return f"envoi de {self.year} à la CAF"
