"""What is done together: the action, its sessions, who is registered, who came."""

import datetime
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accompagnement.models.dossiers import Theme
from accompagnement.models.notes import NoteSocialeMission
from accompagnement.models.projets import Objectif
from accompagnement.rules.collectif import Every
from residence.models import Menage, Partenaire, Personne, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check, today
from residence.models.conditions import Check


class ActionCollectiveEvery(models.TextChoices):
    ONCE = Every.ONCE.value, "une seule fois"
    WEEK = Every.WEEK.value, "chaque semaine"
    FORTNIGHT = Every.FORTNIGHT.value, "tous les quinze jours"
    MONTH = Every.MONTH.value, "chaque mois, le même jour de la semaine"


class ActionCollective(models.Model):
    """A class, a workshop, an outing, a party: once or again and again, with its seats, its partner and its cost."""

    Every = ActionCollectiveEvery
    Mission = NoteSocialeMission

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="actions", verbose_name="résidence")
    name = models.CharField("nom", max_length=100)
    theme = models.CharField("thème", max_length=20, choices=Theme)
    mission = models.CharField("mission AGLS", max_length=20, choices=Mission, blank=True)
    description = models.CharField("ce qu’on y fait", max_length=500, blank=True)
    place = models.CharField("lieu", max_length=100, blank=True)
    every = models.CharField("rythme", max_length=10, choices=Every, default=Every.WEEK)
    first_on = models.DateField("première séance le")
    last_on = models.DateField("jusqu’au")
    hour = models.TimeField("à")
    minutes = models.PositiveSmallIntegerField("durée (minutes)", default=120, validators=[MinValueValidator(5)])
    seats = models.PositiveSmallIntegerField(
        "places", null=True, blank=True, validators=[MinValueValidator(1)], help_text="Vide : sans limite."
    )
    is_open = models.BooleanField("ouverte à tous : on compte aussi, sans nom, ceux qui viennent", default=False)
    partenaire = models.ForeignKey(
        Partenaire, models.PROTECT, null=True, blank=True, related_name="actions", verbose_name="partenaire"
    )
    leader = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="suivie par")
    session_cost = models.DecimalField("coût d’une séance (€)", max_digits=8, decimal_places=2, null=True, blank=True)
    ended_on = models.DateField("arrêtée le", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    ended_reason = models.CharField("arrêtée parce que", max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="créée par")
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "action collective"
        verbose_name_plural = "actions collectives"
        ordering = ["name", "pk"]
        constraints = [
            choice_check("every", ActionCollectiveEvery, name="action_collective_every"),
            choice_check("theme", Theme, name="action_collective_theme"),
            choice_check("mission", NoteSocialeMission, name="action_collective_mission", blank=True),
            order_check("first_on", "last_on", name="action_collective_order"),
            pair_check("ended_on", "ended_by", name="action_collective_ended"),
            Check(
                condition=Q(ended_on__isnull=True) | ~Q(ended_reason=""),
                name="action_collective_ended_why",
                violation_error_message="Dites pourquoi l’action s’arrête.",
            ),
            Check(
                condition=~Q(every="once") | Q(first_on=F("last_on")),
                name="action_collective_once",
                violation_error_message="Une action d’un seul jour finit ce jour-là.",
            ),
            Check(
                condition=Q(session_cost__isnull=True) | Q(session_cost__gte=0),
                name="action_collective_cost",
                violation_error_message="Le coût ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:action_detail", args=[self.pk])


class SeanceActionQuerySet(ScopedQuerySet):
    residence_path = "action__residence"

    def kept(self) -> Self:
        """Sessions that were not cancelled."""
        return self.filter(cancelled_on__isnull=True)


class SeanceAction(models.Model):
    """One session of an action: held with its attendance, or cancelled with its reason."""

    action = models.ForeignKey(ActionCollective, models.PROTECT, related_name="seances", verbose_name="action")
    name = models.CharField("intitulé", max_length=100)
    held_on = models.DateField("le")
    hour = models.TimeField("à")
    minutes = models.PositiveSmallIntegerField("durée (minutes)", validators=[MinValueValidator(5)])
    place = models.CharField("lieu", max_length=100, blank=True)
    anonymous_count = models.PositiveSmallIntegerField(
        "personnes comptées sans nom", null=True, blank=True, validators=[MaxValueValidator(2000)]
    )
    cost = models.DecimalField("coût (€)", max_digits=8, decimal_places=2, null=True, blank=True)
    attended_at = models.DateTimeField("présences notées le", null=True, blank=True, editable=False)
    attended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_on = models.DateField("annulée le", null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    cancelled_reason = models.CharField("annulée parce que", max_length=200, blank=True, editable=False)

    objects = SeanceActionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance d’une action"
        verbose_name_plural = "séances des actions"
        ordering = ["held_on", "hour", "pk"]
        indexes = [models.Index(fields=["held_on"], name="seance_action_held_on")]
        constraints = [
            pair_check("attended_at", "attended_by", name="seance_action_attended"),
            pair_check("cancelled_on", "cancelled_by", name="seance_action_cancelled"),
            Check(
                condition=Q(cancelled_on__isnull=True) | (~Q(cancelled_reason="") & Q(attended_at__isnull=True)),
                name="seance_action_cancelled_why",
                violation_error_message="Une séance annulée dit pourquoi, et n’a pas de présents.",
            ),
            Check(
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                name="seance_action_cost",
                violation_error_message="Le coût ne peut pas être négatif.",
            ),
            models.UniqueConstraint(
                fields=["action", "held_on", "hour"],
                condition=Q(cancelled_on__isnull=True),
                name="seance_action_once",
                violation_error_message="Cette action a déjà une séance à cette heure.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, le {self.held_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:seance_detail", args=[self.pk])

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_on is not None

    @property
    def ends(self) -> datetime.time:
        """The hour at which it ends, on the same day."""
        start = datetime.datetime.combine(self.held_on, self.hour)
        return (start + datetime.timedelta(minutes=self.minutes)).time()


class InscriptionActionQuerySet(ScopedQuerySet):
    residence_path = "action__residence"
    menage_path = "menage"

    def on(self, day: Any) -> Self:
        """Registrations that hold on `day`, in the order in which they were asked for."""
        ends = Q(end_on__isnull=True) | Q(end_on__gte=day)
        withdrawn = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day)
        return self.filter(ends, withdrawn, start_on__lte=day).order_by("registered_at", "pk")

    def current(self) -> Self:
        """Registrations that hold from today on, those of sessions to come included."""
        ends = Q(end_on__isnull=True) | Q(end_on__gte=today())
        return self.filter(ends, withdrawn_on__isnull=True).order_by("registered_at", "pk")


class InscriptionAction(models.Model):
    """Somebody registered for an action from day to day: of a household known here, or a neighbour by their name."""

    action = models.ForeignKey(ActionCollective, models.PROTECT, related_name="inscriptions", verbose_name="action")
    menage = models.ForeignKey(
        Menage, models.PROTECT, null=True, blank=True, related_name="inscriptions", verbose_name="ménage"
    )
    personne = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    guest_name = models.CharField("personne de l’extérieur", max_length=100, blank=True)
    objectif = models.ForeignKey(
        Objectif, models.PROTECT, null=True, blank=True, related_name="inscriptions", verbose_name="objectif servi"
    )
    start_on = models.DateField("à partir du")
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    withdrawn_on = models.DateField("retirée le", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    registered_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="par")
    registered_at = models.DateTimeField("inscrite le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = InscriptionActionQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription à une action"
        verbose_name_plural = "inscriptions aux actions"
        ordering = ["registered_at", "pk"]
        constraints = [
            order_check("start_on", "end_on", name="inscription_action_order"),
            pair_check("withdrawn_on", "withdrawn_by", name="inscription_action_withdrawn"),
            Check(
                condition=Q(menage__isnull=False, personne__isnull=False, guest_name="")
                | (Q(menage__isnull=True, personne__isnull=True, objectif__isnull=True) & ~Q(guest_name="")),
                name="inscription_action_who",
                violation_error_message="Choisissez une personne, ou écrivez le nom de qui vient de l’extérieur.",
            ),
            models.UniqueConstraint(
                fields=["action", "personne"],
                condition=Q(end_on__isnull=True, withdrawn_on__isnull=True),
                name="inscription_action_once",
                violation_error_message="Cette personne est déjà inscrite.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.personne) if self.personne_id else self.guest_name


class PresenceActionStatus(models.TextChoices):
    PRESENT = "present", "présent"
    EXCUSED = "excused", "excusé"
    ABSENT = "absent", "absent"


class PresenceActionQuerySet(ScopedQuerySet):
    residence_path = "seance__action__residence"
    menage_path = "inscription__menage"


class PresenceAction(models.Model):
    """Whether somebody who is registered came to a session."""

    Status = PresenceActionStatus

    seance = models.ForeignKey(SeanceAction, models.PROTECT, related_name="presences", verbose_name="séance")
    inscription = models.ForeignKey(
        InscriptionAction, models.PROTECT, related_name="presences", verbose_name="inscription"
    )
    status = models.CharField("présence", max_length=10, choices=Status)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="notée par")
    recorded_at = models.DateTimeField("notée le", default=timezone.now, editable=False)

    objects = PresenceActionQuerySet.as_manager()

    class Meta:
        verbose_name = "présence à une séance"
        verbose_name_plural = "présences aux séances"
        ordering = ["pk"]
        constraints = [
            choice_check("status", PresenceActionStatus, name="presence_action_status"),
            models.UniqueConstraint(
                fields=["seance", "inscription"],
                name="presence_action_once",
                violation_error_message="La présence de cette personne est déjà notée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} à la séance {self.seance_id}"
