"""What happens in the house: incidents, told in a few words, and what is done until they end."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models import Place
from residence.models import Menage, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, pair_check
from residence.models.conditions import Check
from residence.permissions import Permission


class IncidentKind(models.TextChoices):
    BRUIT = "bruit", "bruit"
    CONFLIT = "conflit", "conflit entre voisins"
    DEGAT = "degat", "dégât, dégradation"
    INSALUBRITE = "insalubrite", "insalubrité"
    VIOLENCE = "violence", "violence"
    ENFANT = "enfant", "enfant en danger"
    SANTE = "sante", "santé, malaise"
    AUTRE = "autre", "autre"


# What the social team alone reads, from the moment it is reported.
PROTECTED = (IncidentKind.VIOLENCE, IncidentKind.ENFANT, IncidentKind.SANTE)
# What comes from the place as much as from who lives there; the gestionnaire takes it up.
OF_THE_PLACE = (IncidentKind.DEGAT, IncidentKind.INSALUBRITE)


class IncidentSource(models.TextChoices):
    EQUIPE = "equipe", "l’équipe"
    VOISIN = "voisin", "un résident, un voisin"
    AGENCE = "agence", "l’agence, un prestataire"


class IncidentStatus(models.TextChoices):
    REPORTED = "reported", "signalé"
    FOLLOWED = "followed", "suivi"
    CLOSED = "closed", "clos"


class IncidentOutcome(models.TextChoices):
    REGLE = "regle", "réglé, le calme est revenu"
    REPARE = "repare", "réparé, remis en état"
    ACCORD = "accord", "accord trouvé en médiation"
    AVERTI = "averti", "rappel au règlement, mise en garde"
    RELAIS = "relais", "relais pris par un partenaire ou une autorité"
    DEPART = "depart", "départ du ménage"
    INFONDE = "infonde", "infondé, sans suite"
    ERREUR = "erreur", "saisi par erreur"


class IncidentQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def visible_to(self, user: Any, permission: Permission) -> Self:
        """Rows in scope; danger and health only where the user holds INCIDENT_PROTECTED.

        Who reported one may read it again, and that only: what was done about it is not theirs to know.
        """
        held = {scope.residence_id for scope in user.scopes_for(Permission.INCIDENT_PROTECTED)} - {None}
        readable = ~Q(kind__in=PROTECTED) | Q(residence__in=held)
        if permission == Permission.INCIDENT_REPORT:
            readable |= Q(reported_by=user.pk)
        return super().visible_to(user, permission).filter(readable)

    def ordinary(self) -> Self:
        return self.exclude(kind__in=PROTECTED)

    def running(self) -> Self:
        return self.exclude(status=Incident.Status.CLOSED)


class Incident(models.Model):
    """Something that happened in the house, told in a few words, then followed to its end."""

    Kind = IncidentKind
    Source = IncidentSource
    Status = IncidentStatus
    Outcome = IncidentOutcome

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.REPORTED: frozenset({Status.FOLLOWED, Status.CLOSED}),
        Status.FOLLOWED: frozenset({Status.CLOSED}),
        Status.CLOSED: frozenset({Status.FOLLOWED}),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="incidents", verbose_name="résidence")
    kind = models.CharField("nature", max_length=12, choices=Kind)
    happened_at = models.DateTimeField("quand")
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name="place"
    )
    menage = models.ForeignKey(
        Menage, models.PROTECT, null=True, blank=True, editable=False, related_name="incidents", verbose_name="ménage"
    )
    where = models.CharField("lieu", max_length=100, blank=True)
    told = models.CharField("ce qui s’est passé", max_length=600)
    source = models.CharField("signalé par", max_length=10, choices=Source, default=Source.EQUIPE)
    source_detail = models.CharField("qui l’a dit", max_length=100, blank=True)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.REPORTED, editable=False)
    reported_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisi par")
    reported_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    closed_on = models.DateField("clos le", null=True, editable=False)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="clos par"
    )
    outcome = models.CharField("issue", max_length=10, choices=Outcome, blank=True, editable=False)
    closed_reason = models.CharField("précision", max_length=300, blank=True, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "incident"
        ordering = ["-happened_at", "-pk"]
        indexes = [models.Index(fields=["residence", "-happened_at"], name="incident_residence")]
        constraints = [
            choice_check("kind", IncidentKind, name="incident_kind"),
            choice_check("source", IncidentSource, name="incident_source"),
            choice_check("status", IncidentStatus, name="incident_status"),
            choice_check("outcome", IncidentOutcome, name="incident_outcome", blank=True),
            pair_check("closed_on", "closed_by", name="incident_closed"),
            Check(
                condition=(Q(status="closed", closed_on__isnull=False) & ~Q(outcome=""))
                | (~Q(status="closed") & Q(closed_on__isnull=True, outcome="", closed_reason="")),
                name="incident_closed_why",
                violation_error_message="Un incident clos dit comment il finit.",
            ),
            Check(condition=~Q(told=""), name="incident_told", violation_error_message="Dites ce qui s’est passé."),
        ]

    def __str__(self) -> str:
        return f"{str(self.get_kind_display()).capitalize()}, le {timezone.localtime(self.happened_at):%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:incident_detail", args=[self.pk])

    @property
    def is_protected(self) -> bool:
        return self.kind in PROTECTED

    @property
    def spot(self) -> str:
        """Where it happened, in one line."""
        return ", ".join(part for part in (self.place.code if self.place else "", self.where) if part)


class SuiteIncidentKind(models.TextChoices):
    RENCONTRE = "rencontre", "rencontre de médiation"
    APPEL = "appel", "appel"
    VISITE = "visite", "passage sur place"
    COURRIER = "courrier", "courrier, rappel du règlement"
    REPARATION = "reparation", "réparation, remise en état demandée"
    PARTENAIRE = "partenaire", "relais à un partenaire"
    POLICE = "police", "police ou secours appelés"
    EQUIPE = "equipe", "vu ensemble, en équipe"
    AUTRE = "autre", "autre"
    # The path of a danger: the codes of `accompagnement.rules.incidents.PATHS`.
    SECOURS = "secours", "police ou secours (danger immédiat)"
    CRIP = "crip", "information préoccupante au Département (CRIP)"
    PROCUREUR = "procureur", "signalement au procureur"
    PARENTS = "parents", "parents informés"
    VICTIME = "victime", "personne vue seule, informée de ses droits"
    ABRI = "abri", "mise à l’abri"
    CONFIDENTIALITE = "confidentialite", "confidentialité du dossier décidée"
    # Written by the act that changes the kind.
    NATURE = "nature", "nature changée"


class SuiteIncident(models.Model):
    """What was done about an incident, or why it was not needed. Only ever added to."""

    Kind = SuiteIncidentKind

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="suites", verbose_name="incident")
    kind = models.CharField("suite", max_length=16, choices=Kind)
    is_set_aside = models.BooleanField("sans objet", default=False)
    on = models.DateField("le")
    hour = models.TimeField("à", null=True, blank=True)
    to_whom = models.CharField("à qui", max_length=120, blank=True)
    text = models.CharField("en quelques mots", max_length=600, blank=True)
    next_on = models.DateField("y revenir le", null=True, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="notée par")
    written_at = models.DateTimeField("notée le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "suite d’un incident"
        verbose_name_plural = "suites des incidents"
        ordering = ["on", "pk"]
        constraints = [
            choice_check("kind", SuiteIncidentKind, name="suite_incident_kind"),
            Check(
                condition=Q(is_set_aside=False) | ~Q(text=""),
                name="suite_incident_set_aside",
                violation_error_message="Dites pourquoi cette étape est sans objet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} le {self.on:%d/%m/%Y}"
