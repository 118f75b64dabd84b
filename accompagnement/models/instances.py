"""Where partners speak of difficult situations together: who takes part, the agenda, what is decided."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial
from accompagnement.models.partenaires import Accord
from residence.models import ContactPartenaire, Partenaire, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check, today
from residence.models.conditions import Check
from residence.permissions import Permission


class InstanceQuerySet(ScopedQuerySet):
    # What leads from a row to its instance.
    instance_path = ""

    def readable_by(self, user: Any) -> Self:
        """Rows of the instances that `user` keeps, or takes part in by name; never of a household hidden from them."""
        path = f"{self.instance_path}__" if self.instance_path else ""
        kept = {scope.residence_id for scope in user.scopes_for(Permission.INSTANCE_EDIT)}
        named = ParticipantInstance.objects.in_force().filter(user=user, instance=OuterRef(f"{path}pk"))
        rows = self.visible_to(user, Permission.INSTANCE_VIEW)
        return rows.filter(Q(**{f"{path}residence__in": kept}) | Exists(named))


class InstancePartenarialeKind(models.TextChoices):
    SITUATIONS = "situations", "situations complexes"
    HOPITAL = "hopital", "cellule avec un hôpital"
    AUTRE = "autre", "autre instance"


class InstancePartenariale(models.Model):
    """A standing meeting with partners on situations that nobody settles alone; read by who is named to it."""

    Kind = InstancePartenarialeKind

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="instances", verbose_name="résidence")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    name = models.CharField("nom", max_length=100)
    purpose = models.CharField("ce qu’on y décide", max_length=300, blank=True)
    partenaire = models.ForeignKey(
        Partenaire, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="avec"
    )
    created_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="créée par")
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    ended_on = models.DateField("arrêtée le", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = InstanceQuerySet.as_manager()

    class Meta:
        verbose_name = "instance partenariale"
        verbose_name_plural = "instances partenariales"
        ordering = ["name", "pk"]
        constraints = [
            choice_check("kind", InstancePartenarialeKind, name="instance_partenariale_kind"),
            pair_check("ended_on", "ended_by", name="instance_partenariale_ended"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:instance_detail", args=[self.pk])


class ParticipantQuerySet(InstanceQuerySet):
    residence_path = "instance__residence"
    instance_path = "instance"

    def in_force(self) -> Self:
        """Participants of today."""
        return self.filter(Q(end_on__isnull=True) | Q(end_on__gt=today()))


class ParticipantInstance(models.Model):
    """Somebody named to an instance: a member of the team, who reads it here, or a contact of a partner."""

    instance = models.ForeignKey(
        InstancePartenariale, models.PROTECT, related_name="participants", verbose_name="instance"
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="membre de l’équipe"
    )
    contact = models.ForeignKey(
        ContactPartenaire, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="contact"
    )
    named_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="nommé par")
    named_at = models.DateTimeField("nommé le", default=timezone.now, editable=False)
    end_on = models.DateField("ne participe plus depuis le", null=True, blank=True, editable=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = "participant d’une instance"
        verbose_name_plural = "participants des instances"
        ordering = ["pk"]
        constraints = [
            Check(
                condition=Q(user__isnull=False, contact__isnull=True) | Q(user__isnull=True, contact__isnull=False),
                name="participant_instance_somebody",
                violation_error_message="Choisissez un membre de l’équipe, ou un contact d’un partenaire.",
            ),
            models.UniqueConstraint(
                fields=["instance", "user"],
                condition=Q(end_on__isnull=True),
                name="participant_instance_user",
                violation_error_message="Cette personne participe déjà.",
            ),
            models.UniqueConstraint(
                fields=["instance", "contact"],
                condition=Q(end_on__isnull=True),
                name="participant_instance_contact",
                violation_error_message="Cette personne participe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.contact)


class ReunionQuerySet(InstanceQuerySet):
    residence_path = "instance__residence"
    instance_path = "instance"


class ReunionInstance(models.Model):
    """A session of an instance: its day, its agenda, who was there."""

    instance = models.ForeignKey(InstancePartenariale, models.PROTECT, related_name="reunions", verbose_name="instance")
    held_on = models.DateField("le")
    hour = models.TimeField("à", null=True, blank=True)
    place = models.CharField("lieu", max_length=100, blank=True)
    presents = models.ManyToManyField(ParticipantInstance, blank=True, related_name="+", verbose_name="présents")
    planned_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="préparée par")
    planned_at = models.DateTimeField("préparée le", default=timezone.now, editable=False)
    closed_at = models.DateTimeField("close le", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")

    objects = ReunionQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion d’une instance"
        verbose_name_plural = "réunions des instances"
        ordering = ["-held_on", "-pk"]
        constraints = [
            pair_check("closed_at", "closed_by", name="reunion_instance_closed"),
            models.UniqueConstraint(
                fields=["instance", "held_on"],
                name="reunion_instance_once",
                violation_error_message="Cette instance se réunit déjà ce jour-là.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance}, le {self.held_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:reunion_detail", args=[self.pk])


class SituationQuerySet(InstanceQuerySet):
    residence_path = "reunion__instance__residence"
    menage_path = "dossier__menage"
    instance_path = "reunion__instance"

    def on_agenda(self) -> Self:
        """Situations that nobody took off the agenda."""
        return self.filter(withdrawn_on__isnull=True)


class SituationInstanceOutcome(models.TextChoices):
    OPEN = "open", "reste à l’ordre du jour"
    CLOSED = "closed", "close"


class SituationInstance(models.Model):
    """A household on the agenda of a session: the little that the participants need, by consent; what is decided."""

    Outcome = SituationInstanceOutcome

    reunion = models.ForeignKey(ReunionInstance, models.PROTECT, related_name="situations", verbose_name="réunion")
    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="situations", verbose_name="dossier")
    need = models.CharField("ce que les participants ont besoin de savoir", max_length=300)
    consent_kind = models.CharField("accord de la personne", max_length=12, choices=Accord)
    consented_on = models.DateField("accord donné le")
    added_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="inscrite par")
    added_at = models.DateTimeField("inscrite le", default=timezone.now, editable=False)
    withdrawn_on = models.DateField("retirée le", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    withdrawn_reason = models.CharField("retirée parce que", max_length=200, blank=True, editable=False)
    decision = models.CharField("ce qui est décidé", max_length=300, blank=True, editable=False)
    outcome = models.CharField("la situation", max_length=8, choices=Outcome, blank=True, editable=False)
    due_on = models.DateField("à faire pour le", null=True, blank=True, editable=False)
    done_on = models.DateField("fait le", null=True, blank=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    decided_on = models.DateField("décidée le", null=True, blank=True, editable=False)

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = "situation à l’ordre du jour"
        verbose_name_plural = "situations à l’ordre du jour"
        ordering = ["pk"]
        constraints = [
            choice_check("consent_kind", Accord, name="situation_instance_consent"),
            choice_check("outcome", SituationInstanceOutcome, name="situation_instance_outcome", blank=True),
            pair_check("withdrawn_on", "withdrawn_by", name="situation_instance_withdrawn"),
            pair_check("decided_on", "decided_by", name="situation_instance_decided"),
            pair_check("done_on", "done_by", name="situation_instance_done"),
            order_check("decided_on", "due_on", name="situation_instance_due"),
            Check(
                condition=Q(decided_on__isnull=True, decision="", outcome="")
                | (Q(decided_on__isnull=False) & ~Q(decision="") & ~Q(outcome="")),
                name="situation_instance_decision",
                violation_error_message="Une décision dit ce qui est décidé, et si la situation reste ouverte.",
            ),
            Check(
                condition=~Q(need=""),
                name="situation_instance_need",
                violation_error_message="Dites ce que les participants ont besoin de savoir.",
            ),
            models.UniqueConstraint(
                fields=["reunion", "dossier"],
                condition=Q(withdrawn_on__isnull=True),
                name="situation_instance_once",
                violation_error_message="Ce ménage est déjà à l’ordre du jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"situation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:situation_detail", args=[self.pk])
