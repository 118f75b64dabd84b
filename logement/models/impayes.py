"""Who owes what since when, what was done about it, and the plans that pay it off."""

import datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, DateField, DecimalField, F, Q, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from logement.models.sejours import PreavisDelivery, PreavisForm, Sejour
from logement.rules.arrieres import PACE, Instalment, Pace, instalments
from residence.models import DocumentEmis, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check
from residence.models.conditions import Check

# The longest delay that may be set between two steps, in days.
MOST_DAYS = 365
MONEY = DecimalField(max_digits=10, decimal_places=2)


class SituationQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def on(self, day: datetime.date) -> Self:
        """Rows with what is late on `day` (`late`, `late_since`, `late_terms`), what fell due since counted in."""
        fallen = Q(coming_on__lt=day)
        return self.annotate(
            late=Case(When(fallen, then=F("overdue") + F("coming")), default=F("overdue"), output_field=MONEY),
            late_since=Case(
                When(fallen, then=Coalesce("overdue_from", "coming_on")),
                default=F("overdue_from"),
                output_field=DateField(null=True),
            ),
            late_terms=Case(
                When(fallen, then=F("overdue_terms") + 1),
                default=F("overdue_terms"),
                output_field=models.IntegerField(),
            ),
        )


class DelaisImpaye(models.Model):
    """Days between a fact and the step that it suggests, for a résidence from a day on: its practice, not a law."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="delais_impaye", verbose_name="résidence")
    valid_from = models.DateField("à partir du")
    talk = models.PositiveSmallIntegerField(
        "en parler (jours)", default=PACE.talk, help_text="Après le premier jour de retard."
    )
    reminder_after_talk = models.PositiveSmallIntegerField(
        "première lettre (jours)", default=PACE.reminder_after_talk, help_text="Après l’échange."
    )
    second_reminder = models.PositiveSmallIntegerField(
        "seconde lettre (jours)", default=PACE.second_reminder, help_text="Après la première."
    )
    plan_after_talk = models.PositiveSmallIntegerField(
        "plan d’apurement, FSL (jours)", default=PACE.plan_after_talk, help_text="Après l’échange."
    )
    formal_notice = models.PositiveSmallIntegerField(
        "mise en demeure, puis CCAPEX (jours)", default=PACE.formal_notice, help_text="Après l’étape d’avant."
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "délais des étapes d’un impayé"
        verbose_name_plural = "délais des étapes d’un impayé"
        ordering = ["residence", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "valid_from"],
                name="delais_impaye_once",
                violation_error_message="Des délais sont déjà fixés à partir de ce jour.",
            ),
            Check(
                condition=Q(
                    talk__lte=MOST_DAYS,
                    reminder_after_talk__range=(1, MOST_DAYS),
                    second_reminder__range=(1, MOST_DAYS),
                    plan_after_talk__lte=MOST_DAYS,
                    formal_notice__range=(1, MOST_DAYS),
                ),
                name="delais_impaye_days",
                violation_error_message="Un délai va d’un jour à un an.",
            ),
        ]

    def __str__(self) -> str:
        return f"délais à partir du {self.valid_from:%d/%m/%Y}"

    @property
    def pace(self) -> Pace:
        """As the rules take them."""
        return Pace(
            talk=self.talk,
            reminder_after_talk=self.reminder_after_talk,
            second_reminder=self.second_reminder,
            plan_after_talk=self.plan_after_talk,
            formal_notice=self.formal_notice,
        )


class SituationCompte(models.Model):
    """Where the account of a stay stands: one row a stay, kept by the actions that write its ledger.

    `overdue` was late on `counted_on`; `coming` falls due on `coming_on`. `manage.py quotidien` counts again what has
    fallen due, so that a list of arrears reads one row a stay however long its life.
    """

    sejour = models.OneToOneField(
        Sejour, models.PROTECT, primary_key=True, related_name="situation", verbose_name="séjour"
    )
    overdue = models.DecimalField("en retard (€)", max_digits=10, decimal_places=2, default=0)
    overdue_from = models.DateField("en retard depuis le", null=True)
    overdue_terms = models.PositiveSmallIntegerField("termes en retard", default=0)
    coming = models.DecimalField("à venir (€)", max_digits=10, decimal_places=2, default=0)
    coming_on = models.DateField("à payer pour le", null=True)
    counted_on = models.DateField("compté le")

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = "situation d’un compte"
        verbose_name_plural = "situations des comptes"
        indexes = [
            models.Index(fields=["overdue_from"], condition=Q(overdue__gt=0), name="situation_late"),
            models.Index(fields=["coming_on"], condition=Q(coming__gt=0), name="situation_coming"),
        ]
        constraints = [
            Check(
                condition=Q(overdue=0, overdue_from__isnull=True, overdue_terms=0)
                | Q(overdue__gt=0, overdue_from__isnull=False, overdue_terms__gt=0),
                name="situation_overdue",
                violation_error_message="Ce qui est en retard l’est depuis un jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"situation du {self.counted_on:%d/%m/%Y}"


class EtapeImpaye(models.TextChoices):
    """How far an arrears file has come: the furthest step taken, the softest first."""

    NEW = "new", "à contacter"
    TALK = "talk", "on en a parlé"
    REMINDER = "reminder", "première lettre"
    SECOND_REMINDER = "second_reminder", "seconde lettre"
    PLAN = "plan", "plan d’apurement"
    FSL = "fsl", "FSL demandé"
    CAF_REPORT = "caf_report", "signalé à la CAF"
    FORMAL_NOTICE = "formal_notice", "mise en demeure"
    CCAPEX = "ccapex", "CCAPEX saisie"


class DossierImpayeQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class DossierImpaye(models.Model):
    """The arrears of a stay, from the first term missed to the day when nothing is late any more."""

    Etape = EtapeImpaye

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="impayes", verbose_name="séjour")
    opened_on = models.DateField("ouvert le")
    late_from = models.DateField("premier terme à payer pour le")
    stage = models.CharField("étape", max_length=20, choices=EtapeImpaye, default=EtapeImpaye.NEW, editable=False)
    last_contact_on = models.DateField("dernier contact", null=True, editable=False)
    caf_constituted_on = models.DateField("impayé constitué pour la CAF ou la MSA le", null=True, editable=False)
    caf_reported_on = models.DateField("signalé à la CAF ou à la MSA le", null=True, editable=False)
    closed_on = models.DateField("réglé le", null=True, editable=False)

    objects = DossierImpayeQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier d’impayé"
        verbose_name_plural = "dossiers d’impayés"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            choice_check("stage", EtapeImpaye, name="dossier_impaye_stage"),
            order_check("opened_on", "closed_on", name="dossier_impaye_order"),
            models.UniqueConstraint(
                fields=["sejour"],
                condition=Q(closed_on__isnull=True),
                name="dossier_impaye_one_open",
                violation_error_message="Ce séjour a déjà un dossier d’impayé ouvert.",
            ),
        ]

    def __str__(self) -> str:
        return f"impayé depuis le {self.late_from:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("logement:impaye_detail", args=[self.sejour_id])


class DemarcheImpayeKind(models.TextChoices):
    TALK = "talk", "échange avec le ménage"
    REMINDER = "reminder", "première lettre de rappel"
    SECOND_REMINDER = "second_reminder", "seconde lettre de rappel"
    PLAN = "plan", "plan d’apurement"
    FSL = "fsl", "demande de FSL"
    CAF_REPORT = "caf_report", "signalement à la CAF ou à la MSA"
    FORMAL_NOTICE = "formal_notice", "mise en demeure"
    CCAPEX = "ccapex", "saisine de la CCAPEX"


class DemarcheImpayeOutcome(models.TextChoices):
    PROMISE = "promise", "paiement promis"
    PLAN_WANTED = "plan_wanted", "demande un échéancier"
    HELP_WANTED = "help_wanted", "demande une aide"
    DISPUTED = "disputed", "conteste la dette"
    UNREACHED = "unreached", "pas joint"
    GRANTED = "granted", "accordé"
    REFUSED = "refused", "refusé"
    PENDING = "pending", "en attente"


class OfImpayeQuerySet(ScopedQuerySet):
    residence_path = "dossier__sejour__residence"
    menage_path = "dossier__sejour__menage"

    def live(self) -> Self:
        return self.filter(cancelled_at__isnull=True)


class DemarcheImpaye(models.Model):
    """A step taken about arrears: a talk, a letter, a request, a report. Both trades read it: never a social note."""

    Kind = DemarcheImpayeKind
    Outcome = DemarcheImpayeOutcome
    Form = PreavisForm
    Delivery = PreavisDelivery

    dossier = models.ForeignKey(DossierImpaye, models.PROTECT, related_name="demarches", verbose_name="dossier")
    kind = models.CharField("démarche", max_length=20, choices=Kind)
    done_on = models.DateField("faite le")
    outcome = models.CharField("suite", max_length=15, choices=DemarcheImpayeOutcome, blank=True)
    detail = models.CharField(
        "précision",
        max_length=200,
        blank=True,
        help_text="Lue par la gestionnaire et la coordinatrice : des dates et des montants, pas de note sociale.",
    )
    amount = models.DecimalField("montant (€)", max_digits=10, decimal_places=2, null=True, blank=True)
    form = models.CharField("forme", max_length=15, choices=PreavisForm, blank=True)
    delivery = models.CharField("remise", max_length=10, choices=PreavisDelivery, blank=True)
    delivered_on = models.DateField("remise le", null=True, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    form_key = models.UUIDField(unique=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_at = models.DateTimeField("annulée le", null=True, editable=False)
    cancelled_reason = models.CharField("annulée parce que", max_length=200, blank=True)

    objects = OfImpayeQuerySet.as_manager()

    class Meta:
        verbose_name = "démarche sur un impayé"
        verbose_name_plural = "démarches sur des impayés"
        ordering = ["-done_on", "-pk"]
        constraints = [
            choice_check("kind", DemarcheImpayeKind, name="demarche_impaye_kind"),
            choice_check("outcome", DemarcheImpayeOutcome, name="demarche_impaye_outcome", blank=True),
            choice_check("form", PreavisForm, name="demarche_impaye_form", blank=True),
            choice_check("delivery", PreavisDelivery, name="demarche_impaye_delivery", blank=True),
            Check(
                condition=Q(kind="formal_notice", delivery__in=PreavisDelivery.values)
                & Q(form__in=["hand", "lrar", "commissaire"])
                | (~Q(kind="formal_notice") & Q(delivery="", form="")),
                name="demarche_impaye_formal",
                violation_error_message="Une mise en demeure a sa forme et l’état de sa remise.",
            ),
            Check(
                condition=Q(delivery="delivered", delivered_on__isnull=False)
                | (~Q(delivery="delivered") & Q(delivered_on__isnull=True)),
                name="demarche_impaye_delivered",
                violation_error_message="Une lettre remise a sa date de remise, et elle seule.",
            ),
            order_check("done_on", "delivered_on", name="demarche_impaye_order"),
            Check(
                condition=Q(cancelled_at__isnull=True, cancelled_reason="", cancelled_by__isnull=True)
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_reason="")),
                name="demarche_impaye_cancelled",
                violation_error_message="Dites pourquoi cette démarche est annulée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.done_on:%d/%m/%Y}"


class PlanApurementStatus(models.TextChoices):
    RUNNING = "running", "en cours"
    DONE = "done", "tenu jusqu’au bout"
    STOPPED = "stopped", "arrêté"


class PlanApurementQuerySet(OfImpayeQuerySet):
    def running(self) -> Self:
        return self.filter(status=PlanApurementStatus.RUNNING)


class PlanApurement(models.Model):
    """A debt paid off in parts, on top of the redevance of each month: signed by the household, watched, never forced.

    Source: CCH, R.824-7 (until 31 December 2026); the FSL and the CAF each ask for it.
    """

    Status = PlanApurementStatus

    dossier = models.ForeignKey(DossierImpaye, models.PROTECT, related_name="plans", verbose_name="dossier")
    signed_on = models.DateField("signé le")
    debt = models.DecimalField(
        "dette (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    monthly = models.DecimalField(
        "par mois (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    first_on = models.DateField("première échéance")
    status = models.CharField(
        "état", max_length=10, choices=PlanApurementStatus, default=PlanApurementStatus.RUNNING, editable=False
    )
    ended_on = models.DateField("fini le", null=True, editable=False)
    stopped_reason = models.CharField("arrêté parce que", max_length=200, blank=True)
    demarche = models.OneToOneField(
        DemarcheImpaye, models.PROTECT, related_name="plan", editable=False, verbose_name="démarche"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.RUNNING: frozenset({Status.DONE, Status.STOPPED}),
        Status.DONE: frozenset(),
        Status.STOPPED: frozenset(),
    }

    objects = PlanApurementQuerySet.as_manager()

    class Meta:
        verbose_name = "plan d’apurement"
        verbose_name_plural = "plans d’apurement"
        ordering = ["-signed_on", "-pk"]
        constraints = [
            choice_check("status", PlanApurementStatus, name="plan_apurement_status"),
            order_check("signed_on", "first_on", name="plan_apurement_first"),
            Check(
                condition=Q(debt__gt=0, monthly__gt=0),
                name="plan_apurement_amounts",
                violation_error_message="La dette et l’échéance sont au-dessus de zéro.",
            ),
            Check(
                condition=Q(status="running", ended_on__isnull=True)
                | (~Q(status="running") & Q(ended_on__isnull=False)),
                name="plan_apurement_ended",
                violation_error_message="Un plan fini a son dernier jour.",
            ),
            Check(
                condition=~Q(status="stopped") | ~Q(stopped_reason=""),
                name="plan_apurement_stopped",
                violation_error_message="Dites pourquoi le plan s’arrête.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(status="running"),
                name="plan_apurement_one_running",
                violation_error_message="Ce dossier a déjà un plan en cours.",
            ),
        ]

    def __str__(self) -> str:
        return f"plan d’apurement du {self.signed_on:%d/%m/%Y}"

    def parts(self) -> list[Instalment]:
        """The parts to pay, as the rule works them out from what was signed."""
        return instalments(self.debt, monthly=self.monthly, first_on=self.first_on)
