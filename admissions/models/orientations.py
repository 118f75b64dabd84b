"""A request to come in, from the day it is received to the day it is closed."""

import datetime
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from residence.models import ContactPartenaire, Dispositif, Menage, Partenaire, Residence, Route, TypeLogement, User
from residence.models.base import ScopedQuerySet, choice_check
from residence.models.conditions import Check
from residence.permissions import Permission


class Besoin(models.TextChoices):
    """A need as the stock sees it, without its cause."""

    REZ_DE_CHAUSSEE = "rez_de_chaussee", "rez-de-chaussée ou ascenseur"
    FAUTEUIL = "fauteuil", "logement accessible en fauteuil"
    PRIORITE = "priorite", "priorité"
    SEUL = "seul", "logement non partagé"
    CALME = "calme", "logement au calme"
    ANIMAL = "animal", "animal de compagnie"


class MotifCloture(models.TextChoices):
    """Why a request is closed: the résidence's side first, then the household's."""

    HORS_PROJET = "hors_projet", "hors du projet social"
    RESSOURCES = "ressources", "ressources hors des plafonds"
    TITRE_SEJOUR = "titre_sejour", "titre de séjour"
    COMPOSITION = "composition", "composition inadaptée au logement"
    ACCOMPAGNEMENT = "accompagnement", "besoin d’accompagnement supérieur"
    NON_VENU = "non_venu", "non venu à l’entretien"
    INJOIGNABLE = "injoignable", "injoignable"
    INCOMPLET = "incomplet", "dossier incomplet"
    DETTE = "dette", "dette ou antécédent"
    PAS_DE_PLACE = "pas_de_place", "pas de place"
    SECTEUR = "secteur", "le ménage refuse le secteur"
    LOGEMENT = "logement", "le ménage refuse le logement"
    COUT = "cout", "le ménage refuse le coût"
    COHABITATION = "cohabitation", "le ménage refuse la cohabitation"
    AUTRE_SOLUTION = "autre_solution", "autre solution trouvée"
    SANS_NOUVELLE = "sans_nouvelle", "sans nouvelle du ménage"
    ERREUR = "erreur", "saisie par erreur"


class OrientationStatus(models.TextChoices):
    RECEIVED = "received", "reçue"
    INTERVIEW_PLANNED = "interview_planned", "entretien prévu"
    INCOMPLETE = "incomplete", "dossier incomplet"
    READY = "ready", "prête pour la commission"
    DECIDED = "decided", "décidée"
    WAITING = "waiting", "liste d’attente"
    PROPOSED = "proposed", "proposition faite"
    ENTERED = "entered", "entrée"
    CLOSED = "closed", "close"


S = OrientationStatus


class RequestQuerySet(ScopedQuerySet):
    """Rows about the request of a household, or the request itself.

    A link with a candidate, declared by a member of the commission or for one, keeps them out of every request of that
    household, whatever other role they hold: what is decided of it, and from what, is not theirs to read or to do.
    """

    menage_path = "orientation__menage"

    def visible_to(self, user: Any, permission: Permission) -> Self:
        return super().visible_to(user, permission).save_linked_to(user)

    def save_linked_to(self, user: Any) -> Self:
        """Rows but those of the households with which `user` has a declared link."""
        return self.exclude(**{f"{self.menage_path}__in": linked_menages(user)})


def linked_menages(user: Any) -> Any:
    """The households with which `user` has a declared link, by number."""
    liens = apps.get_model("admissions", "LienMembre").objects.filter(user=user)
    return liens.values("passage__orientation__menage")


class OrientationQuerySet(RequestQuerySet):
    menage_path = "menage"

    def open(self) -> Self:
        return self.exclude(status__in=[S.ENTERED, S.CLOSED])

    def candidates(self) -> Self:
        """Those for whom a place is sought or proposed: what the gestionnaire sees."""
        return self.filter(status__in=[S.WAITING, S.PROPOSED])

    def contact_overdue(self, day: datetime.date) -> Self:
        return self.filter(status=S.RECEIVED, contact_by_on__lt=day)

    def since(self) -> Self:
        """Each orientation with the instant of its present stage (`stage_at`)."""
        last = EtapeOrientation.objects.filter(orientation=OuterRef("pk")).order_by("-pk")
        return self.annotate(stage_at=models.Subquery(last.values("at")[:1]))


class Orientation(models.Model):
    """A household oriented to a dispositif by a partner, or by a door that the dispositif leaves open."""

    Status = OrientationStatus
    TRANSITIONS: dict[str, frozenset[str]] = {
        S.RECEIVED: frozenset({S.INTERVIEW_PLANNED, S.INCOMPLETE, S.READY, S.CLOSED}),
        S.INTERVIEW_PLANNED: frozenset({S.RECEIVED, S.INCOMPLETE, S.READY, S.CLOSED}),
        S.INCOMPLETE: frozenset({S.INTERVIEW_PLANNED, S.READY, S.CLOSED}),
        S.READY: frozenset({S.INCOMPLETE, S.DECIDED, S.WAITING, S.CLOSED}),
        S.DECIDED: frozenset({S.WAITING, S.READY, S.INCOMPLETE, S.CLOSED}),
        S.WAITING: frozenset({S.PROPOSED, S.ENTERED, S.CLOSED}),
        S.PROPOSED: frozenset({S.WAITING, S.ENTERED, S.CLOSED}),
        S.ENTERED: frozenset({S.WAITING}),
        S.CLOSED: frozenset({S.RECEIVED}),
    }

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="orientations", verbose_name="ménage")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="orientations", verbose_name="résidence")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="orientations", verbose_name="dispositif")
    route = models.CharField("voie", max_length=20, choices=Route)
    partenaire = models.ForeignKey(
        Partenaire, models.PROTECT, null=True, blank=True, related_name="orientations", verbose_name="orienté par"
    )
    prescripteur = models.ForeignKey(
        ContactPartenaire, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="prescripteur"
    )
    siao_number = models.CharField("numéro SIAO", max_length=30, blank=True)
    clt_on = models.DateField("passage en CLT du SIAO", null=True, blank=True)
    received_on = models.DateField("reçue le")
    requested_type = models.CharField("type demandé", max_length=10, choices=TypeLogement, blank=True)
    needs = ArrayField(
        models.CharField(max_length=20, choices=Besoin), verbose_name="besoins", default=list, blank=True
    )
    reasons = models.TextField("motifs de la demande", blank=True, help_text="Lus par la coordinatrice seule.")
    current_situation = models.CharField("situation actuelle de logement", max_length=200, blank=True)
    social_evaluation = models.TextField("évaluation sociale du prescripteur", blank=True)
    status = models.CharField("état", max_length=20, choices=Status, default=Status.RECEIVED, editable=False)
    contact_by_on = models.DateField("contacter avant le", null=True, blank=True)
    answer_due_on = models.DateField("répondre au prescripteur avant le", null=True, blank=True)
    answered_on = models.DateField("réponse donnée le", null=True, blank=True, editable=False)
    closed_reason = models.CharField(
        "motif de clôture", max_length=20, choices=MotifCloture, blank=True, editable=False
    )
    closed_detail = models.CharField("précision", max_length=250, blank=True, editable=False)
    sejour = models.ForeignKey(
        "logement.Sejour", models.PROTECT, null=True, editable=False, related_name="orientations", verbose_name="séjour"
    )
    form_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="Le formulaire qui l’a saisie : envoyé deux fois, il n’en fait qu’une.",
    )
    doubles_hidden = models.BooleanField(
        default=False,
        editable=False,
        help_text="Porte le numéro d’un dossier confidentiel, ce que son auteur ne doit pas apprendre d’un refus.",
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)

    objects = OrientationQuerySet.as_manager()

    class Meta:
        verbose_name = "orientation"
        ordering = ["-received_on", "-pk"]
        indexes = [models.Index(fields=["residence", "status", "received_on"], name="orientation_board")]
        constraints = [
            choice_check("route", Route, name="orientation_route"),
            choice_check("status", OrientationStatus, name="orientation_status"),
            choice_check("requested_type", TypeLogement, name="orientation_requested_type", blank=True),
            choice_check("closed_reason", MotifCloture, name="orientation_closed_reason_known", blank=True),
            Check(
                condition=~Q(route="siao") | ~Q(siao_number=""),
                name="orientation_siao_number",
                violation_error_message="Une orientation du SIAO porte son numéro.",
            ),
            Check(
                condition=~Q(status="closed") | Q(closed_reason__in=MotifCloture.values),
                name="orientation_closed_reason",
                violation_error_message="Une candidature close a son motif.",
            ),
            Check(
                condition=~Q(status="entered") | Q(sejour__isnull=False),
                name="orientation_entered",
                violation_error_message="Une entrée a son séjour.",
            ),
            models.UniqueConstraint(
                fields=["menage", "dispositif"],
                condition=~Q(status__in=["entered", "closed"]),
                name="orientation_one_open",
                violation_error_message="Ce ménage a déjà une candidature ouverte pour ce dispositif.",
            ),
            models.UniqueConstraint(
                fields=["residence", "siao_number"],
                condition=~Q(siao_number="") & ~Q(status="closed") & Q(doubles_hidden=False),
                name="orientation_siao_once",
                violation_error_message="Une orientation de ce numéro SIAO est déjà ouverte.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.menage)

    def get_absolute_url(self) -> str:
        return reverse("admissions:orientation_detail", args=[self.pk])

    @property
    def needs_display(self) -> list[str]:
        return [str(Besoin(need).label) for need in self.needs]


class EtapeOrientation(models.Model):
    """A stage that an orientation reached: the history of its states. Only ever added to."""

    orientation = models.ForeignKey(Orientation, models.PROTECT, related_name="etapes", verbose_name="orientation")
    status = models.CharField("état", max_length=20, choices=OrientationStatus)
    at = models.DateTimeField("le", default=timezone.now, editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    reason = models.CharField("raison", max_length=250, blank=True)

    class Meta:
        verbose_name = "étape"
        ordering = ["pk"]
        indexes = [models.Index(fields=["orientation", "-id"], name="etape_orientation_last")]
        constraints = [choice_check("status", OrientationStatus, name="etape_orientation_status")]

    def __str__(self) -> str:
        return self.get_status_display()


class Derogation(models.Model):
    """A reasoned exception to a criterion, granted by the direction before a proposal is made."""

    orientation = models.ForeignKey(Orientation, models.PROTECT, related_name="derogations", verbose_name="orientation")
    critere = models.ForeignKey("residence.CritereDispositif", models.PROTECT, related_name="+", verbose_name="critère")
    reasons = models.TextField("motifs")
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="accordée par")
    granted_at = models.DateTimeField("accordée le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "dérogation"
        ordering = ["pk"]
        constraints = [
            Check(
                condition=~Q(reasons=""),
                name="derogation_reasons",
                violation_error_message="Une dérogation a ses motifs.",
            ),
            models.UniqueConstraint(
                fields=["orientation", "critere"],
                name="derogation_once",
                violation_error_message="Cette dérogation est déjà accordée.",
            ),
        ]

    def __str__(self) -> str:
        return f"dérogation : {self.critere}"
