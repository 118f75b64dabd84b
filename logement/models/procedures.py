"""Procedures that a stay may go through, step by step: a death, somebody not seen any more, somebody who stays."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models.presence import OfSejourQuerySet
from logement.models.sejours import ContratOccupation, Sejour
from logement.rules.procedures import STEPS, Case
from residence.models import DocumentEmis, Personne, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class ProcedureKind(models.TextChoices):
    DEATH = Case.DEATH.value, "décès"
    UNSEEN = Case.UNSEEN.value, "personne que l’on ne voit plus"
    AFTER_END = Case.AFTER_END.value, "occupation après la fin du contrat"


class ProcedureOutcome(models.TextChoices):
    SEEN = "seen", "la personne est là, ou a donné des nouvelles"
    TITLE_BACK = "title_back", "le contrat reprend, ou un autre est signé"
    KEYS_BACK = "keys_back", "les clés sont rendues"
    DONE = "done", "tout est fait"
    MISTAKE = "mistake", "ouverte par erreur"


class ProcedureQuerySet(OfSejourQuerySet):
    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class Procedure(models.Model):
    """Steps to take with care, each a dated fact. It ends no contract: the keys, or a judge, end the occupation."""

    Kind = ProcedureKind
    Outcome = ProcedureOutcome

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="procedures", verbose_name="séjour")
    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="procedures", verbose_name="contrat")
    kind = models.CharField("procédure", max_length=10, choices=ProcedureKind)
    personne = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    event_on = models.DateField(
        "date du fait", help_text="Jour du décès, dernier jour où la personne a été vue, fin du contrat."
    )
    is_isolated = models.BooleanField("sans famille connue", default=False)
    opened_on = models.DateField("ouverte le")
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="ouverte par")
    closed_on = models.DateField("close le", null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    outcome = models.CharField("issue", max_length=12, choices=ProcedureOutcome, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = "procédure"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            choice_check("kind", ProcedureKind, name="procedure_kind"),
            choice_check("outcome", ProcedureOutcome, name="procedure_outcome", blank=True),
            order_check("event_on", "opened_on", name="procedure_event"),
            order_check("opened_on", "closed_on", name="procedure_order"),
            pair_check("closed_on", "closed_by", name="procedure_closed"),
            Check(
                condition=Q(closed_on=None, outcome="") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="procedure_closed_outcome",
                violation_error_message="Une procédure close dit comment elle s’est terminée.",
            ),
            Check(
                condition=~Q(kind="death") | Q(personne__isnull=False),
                name="procedure_death_person",
                violation_error_message="Dites qui est décédé.",
            ),
            models.UniqueConstraint(
                fields=["sejour", "kind", "personne"],
                condition=Q(closed_on__isnull=True),
                nulls_distinct=False,
                name="procedure_one_open",
                violation_error_message="Cette procédure est déjà ouverte pour ce séjour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, ouverte le {self.opened_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("logement:procedure_detail", args=[self.pk])

    @property
    def case(self) -> Case:
        return Case(self.kind)


class EtapeProcedureQuerySet(ScopedQuerySet):
    residence_path = "procedure__sejour__residence"
    menage_path = "procedure__sejour__menage"

    def standing(self) -> Self:
        """Steps but those that a later line takes back, and those lines themselves."""
        return self.filter(takes_back__isnull=True, taken_back__isnull=True)


# Codes are shared by procedures (« summons »): the label is that of the step in its own procedure.
CODES = sorted({step.code for steps in STEPS.values() for step in steps})


class EtapeProcedure(models.Model):
    """A step that was taken, and when: never changed, taken back by another line when it was a mistake."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="etapes", verbose_name="procédure")
    code = models.CharField("étape", max_length=12)
    done_on = models.DateField("fait le")
    note = models.TextField("précisions", blank=True, help_text="Qui, où, comment. Aucun détail de santé.")
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_back", verbose_name="retire"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="noté par")
    recorded_at = models.DateTimeField("noté le", default=timezone.now, editable=False)

    objects = EtapeProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = "étape d’une procédure"
        verbose_name_plural = "étapes des procédures"
        ordering = ["done_on", "pk"]
        constraints = [
            Check(
                condition=Q(code__in=CODES),
                name="etape_procedure_code",
                violation_error_message="Cette étape n’est pas dans la liste.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, le {self.done_on:%d/%m/%Y}"

    def clean(self) -> None:
        if self.code not in {step.code for step in STEPS[self.procedure.case]}:
            raise ValidationError({"code": "Cette étape n’est pas de cette procédure."})

    @property
    def label(self) -> str:
        """What was done, in words."""
        return next((step.label for step in STEPS[self.procedure.case] if step.code == self.code), self.code)
