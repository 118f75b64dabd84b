"""Direct debit: the mandates that residents sign, the remises handed to the bank, what came back."""

import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models.compte import AvisEcheance, Encaissement, first_of_month
from logement.models.sejours import ContratOccupation, OfContratQuerySet
from logement.rules.prelevement import mandate_usable_until
from residence.models import DocumentEmis, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class MandatQuerySet(OfContratQuerySet):
    def live(self) -> Self:
        """Signed and not revoked; whether it has lapsed is `usable_until`'s business."""
        return self.filter(signed_on__isnull=False, revoked_on__isnull=True)


class MandatPrelevement(models.Model):
    """A SEPA mandate, of one contract: a new contract has a new one."""

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="mandats", verbose_name="contrat")
    rum = models.CharField("référence unique du mandat (RUM)", max_length=35, unique=True)
    ics = models.CharField("identifiant du créancier (ICS)", max_length=35)
    holder = models.CharField("titulaire du compte", max_length=70)
    iban = models.CharField("IBAN", max_length=34)
    signed_on = models.DateField("signé le", null=True, blank=True)
    last_collected_on = models.DateField("dernier prélèvement le", null=True, editable=False)
    revoked_on = models.DateField("révoqué le", null=True, blank=True)
    revoked_reason = models.CharField("révoqué parce que", max_length=200, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    created_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+")
    created_at = models.DateTimeField("préparé le", default=timezone.now, editable=False)

    objects = MandatQuerySet.as_manager()

    class Meta:
        verbose_name = "mandat de prélèvement"
        verbose_name_plural = "mandats de prélèvement"
        ordering = ["-created_at", "-pk"]
        constraints = [
            order_check("signed_on", "revoked_on", name="mandat_order"),
            Check(
                condition=Q(revoked_on__isnull=True, revoked_reason="")
                | (Q(revoked_on__isnull=False) & ~Q(revoked_reason="")),
                name="mandat_revoked",
                violation_error_message="Dites pourquoi le mandat est révoqué.",
            ),
            models.UniqueConstraint(
                fields=["contrat"],
                condition=Q(revoked_on__isnull=True),
                name="mandat_one_live",
                violation_error_message="Ce contrat a déjà un mandat : révoquez-le d’abord.",
            ),
        ]

    def __str__(self) -> str:
        return f"mandat {self.rum}"

    def get_absolute_url(self) -> str:
        return reverse("logement:mandat_detail", args=[self.pk])

    @property
    def usable_until(self) -> datetime.date | None:
        """The last day on which it may be used, None before it is signed."""
        if self.signed_on is None:
            return None
        return mandate_usable_until(signed_on=self.signed_on, last_collected_on=self.last_collected_on)


class RemiseStatus(models.TextChoices):
    MADE = "made", "à remettre à la banque"
    BOOKED = "booked", "passée en compte"
    CANCELLED = "cancelled", "annulée"


class RemisePrelevement(models.Model):
    """Direct debits of one month handed to the bank in one file, which never changes once made."""

    Status = RemiseStatus
    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.MADE: frozenset({Status.BOOKED, Status.CANCELLED}),
        Status.BOOKED: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="remises", verbose_name="résidence")
    month = models.DateField("mois des avis")
    collected_on = models.DateField("prélevée le")
    message_id = models.CharField("identifiant du message", max_length=35, unique=True)
    content = models.TextField("fichier pain.008")
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    count = models.PositiveIntegerField("prélèvements")
    total = models.DecimalField("total (€)", max_digits=12, decimal_places=2)
    status = models.CharField("état", max_length=10, choices=RemiseStatus, default=RemiseStatus.MADE, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="faite par")
    made_at = models.DateTimeField("faite le", default=timezone.now, editable=False)
    booked_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    booked_at = models.DateTimeField("passée en compte le", null=True, editable=False)
    cancelled_reason = models.CharField("annulée parce que", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "remise de prélèvements"
        verbose_name_plural = "remises de prélèvements"
        ordering = ["-made_at", "-pk"]
        constraints = [
            choice_check("status", RemiseStatus, name="remise_status"),
            first_of_month("month", name="remise_month"),
            Check(
                condition=Q(status="booked", booked_at__isnull=False) | (~Q(status="booked") & Q(booked_at=None)),
                name="remise_booked",
                violation_error_message="Une remise passée en compte dit quand.",
            ),
            Check(
                condition=~Q(status="cancelled") | ~Q(cancelled_reason=""),
                name="remise_cancelled",
                violation_error_message="Dites pourquoi la remise est annulée.",
            ),
        ]

    def __str__(self) -> str:
        return f"remise {self.message_id}"

    def get_absolute_url(self) -> str:
        return reverse("logement:remise_detail", args=[self.pk])


class LigneRemiseQuerySet(ScopedQuerySet):
    residence_path = "remise__residence"
    menage_path = "avis__contrat__sejour__menage"

    def live(self) -> Self:
        return self.filter(dropped=False)


class LigneRemise(models.Model):
    """One direct debit. `dropped`: rejected, or its remise cancelled: the term may be collected again."""

    remise = models.ForeignKey(RemisePrelevement, models.PROTECT, related_name="lignes", verbose_name="remise")
    avis = models.ForeignKey(AvisEcheance, models.PROTECT, related_name="prelevements", verbose_name="avis")
    mandat = models.ForeignKey(MandatPrelevement, models.PROTECT, related_name="lignes", verbose_name="mandat")
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2)
    end_to_end = models.CharField("référence de bout en bout", max_length=35, unique=True)
    is_first = models.BooleanField("premier prélèvement", default=False)
    encaissement = models.OneToOneField(
        Encaissement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="encaissement"
    )
    dropped = models.BooleanField("rejetée ou annulée", default=False, editable=False)
    rejected_on = models.DateField("rejetée le", null=True, editable=False)
    rejected_code = models.CharField("code du rejet", max_length=4, blank=True)
    rejected_reason = models.CharField("rejetée parce que", max_length=200, blank=True)
    rejected_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    objects: Any = LigneRemiseQuerySet.as_manager()

    class Meta:
        verbose_name = "prélèvement"
        ordering = ["pk"]
        constraints = [
            Check(
                condition=Q(amount__gt=0),
                name="ligne_remise_positive",
                violation_error_message="Le montant est au-dessus de zéro.",
            ),
            pair_check("rejected_on", "rejected_by", name="ligne_remise_rejected"),
            Check(
                condition=Q(rejected_on__isnull=True) | Q(dropped=True),
                name="ligne_remise_dropped",
                violation_error_message="Un prélèvement rejeté n’est plus en cours.",
            ),
            models.UniqueConstraint(
                fields=["avis"],
                condition=Q(dropped=False),
                name="ligne_remise_once",
                violation_error_message="Cet avis est déjà dans une remise.",
            ),
        ]

    def __str__(self) -> str:
        return f"prélèvement {self.end_to_end}"
