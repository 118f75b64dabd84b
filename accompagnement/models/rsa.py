"""The RSA: the support delegated by the Département, one contrat d'engagement for each partner."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial
from accompagnement.models.projets import OfDossierQuerySet
from residence.models import DocumentEmis, Personne, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class ParcoursRsa(models.Model):
    """The support of one person who receives the RSA, delegated to the résidence: each partner has their own.

    Source: code de l'action sociale et des familles, articles L.262-27 and L.262-34.
    """

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="parcours_rsa", verbose_name="dossier")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    delegated_on = models.DateField("délégation depuis le")
    delegated_from_body = models.CharField("délégation de", max_length=100, default="Conseil départemental")
    notified_on = models.DateField("orientation notifiée le")
    old_contract_on = models.DateField(
        "ancien contrat (CER) signé le", null=True, blank=True, help_text="À convertir en contrat d’engagement."
    )
    seeks_work = models.BooleanField("la recherche d’emploi est possible", default=False)
    has_longer_delay = models.BooleanField("diagnostic conjoint à 12 mois, par exception", default=False)
    diagnosed_on = models.DateField("diagnostic conjoint avec France Travail le", null=True, blank=True)
    ended_on = models.DateField("terminé le", null=True, blank=True, editable=False)
    ended_reason = models.CharField("parce que", max_length=200, blank=True, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    opened_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="ouvert par")
    opened_at = models.DateTimeField("ouvert le", default=timezone.now, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "suivi RSA"
        verbose_name_plural = "suivis RSA"
        ordering = ["ended_on", "pk"]
        constraints = [
            order_check("delegated_on", "ended_on", name="parcours_rsa_order"),
            pair_check("ended_on", "ended_by", name="parcours_rsa_ended"),
            Check(
                condition=Q(ended_on__isnull=True) | ~Q(ended_reason=""),
                name="parcours_rsa_why",
                violation_error_message="Dites pourquoi le suivi RSA s’arrête.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "personne"],
                condition=Q(ended_on__isnull=True),
                name="parcours_rsa_one_running",
                violation_error_message="Cette personne a déjà un suivi RSA en cours : chacun a le sien.",
            ),
        ]

    def __str__(self) -> str:
        return f"suivi RSA de {self.personne}"


class ContratEngagementQuerySet(ScopedQuerySet):
    residence_path = "parcours__dossier__residence"
    menage_path = "parcours__dossier__menage"


class ContratEngagement(models.Model):
    """A contrat d'engagement: its days, its hours a week or why there are fewer; a renewal is a new one."""

    parcours = models.ForeignKey(ParcoursRsa, models.PROTECT, related_name="contrats", verbose_name="suivi RSA")
    signed_on = models.DateField("signé le")
    start_on = models.DateField("du")
    end_on = models.DateField("au")
    weekly_hours = models.PositiveSmallIntegerField(
        "heures d’activité par semaine", validators=[MaxValueValidator(40)], default=15
    )
    fewer_hours_reason = models.CharField("dispense ou aménagement", max_length=200, blank=True)
    actions = models.TextField("ce à quoi la personne s’engage, et l’équipe avec elle")
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="renewed_by", verbose_name="renouvelle"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisi par")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = ContratEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat d’engagement"
        verbose_name_plural = "contrats d’engagement"
        ordering = ["-start_on", "-pk"]
        constraints = [
            order_check("start_on", "end_on", name="contrat_engagement_order"),
            Check(
                condition=~Q(actions=""),
                name="contrat_engagement_actions",
                violation_error_message="Dites à quoi chacun s’engage.",
            ),
        ]

    def __str__(self) -> str:
        return f"contrat d’engagement du {self.start_on:%d/%m/%Y} au {self.end_on:%d/%m/%Y}"


class EntretienRsaPresence(models.TextChoices):
    CAME = "came", "venue"
    EXCUSED = "excused", "excusée"
    ABSENT = "absent", "absente sans prévenir"


class EntretienRsa(models.Model):
    """A meeting of the RSA and its record, frozen as a paper for the person and the Département."""

    Presence = EntretienRsaPresence

    parcours = models.ForeignKey(ParcoursRsa, models.PROTECT, related_name="entretiens", verbose_name="suivi RSA")
    held_on = models.DateField("le")
    presence = models.CharField("la personne est", max_length=10, choices=Presence, default=Presence.CAME)
    done = models.TextField("ce qui a été fait depuis la dernière fois", blank=True)
    to_do = models.TextField("ce qui est convenu pour la suite", blank=True)
    next_on = models.DateField("prochain entretien le", null=True, blank=True)
    document = models.ForeignKey(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="compte rendu"
    )
    written_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="tenu par")
    written_at = models.DateTimeField("écrit le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = ContratEngagementQuerySet.as_manager()

    class Meta:
        verbose_name = "entretien RSA"
        verbose_name_plural = "entretiens RSA"
        ordering = ["-held_on", "-pk"]
        constraints = [
            choice_check("presence", EntretienRsaPresence, name="entretien_rsa_presence"),
            order_check("held_on", "next_on", name="entretien_rsa_order"),
        ]

    def __str__(self) -> str:
        return f"entretien RSA du {self.held_on:%d/%m/%Y}"
