"""Rehousing: the housing request, the priorities asked for, the pieces, the offers."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial
from accompagnement.models.projets import OfDossierQuerySet
from residence.models import User
from residence.models.base import choice_check, order_check, pair_check
from residence.models.conditions import Check


class DemandeLogementEnd(models.TextChoices):
    """Why a housing request no longer runs. Source: CCH, article R.441-2-8."""

    ATTRIBUTION = "attribution", "un logement est attribué"
    RENONCIATION = "renonciation", "la personne y renonce"
    SANS_REPONSE = "sans_reponse", "sans réponse à un courrier"
    IRRECEVABLE = "irrecevable", "demande irrecevable"
    NON_RENOUVELEE = "non_renouvelee", "non renouvelée à temps"
    AUTRE = "autre", "autre motif"


class DemandeLogement(models.Model):
    """A request for social housing under its unique number; it holds for a year from each renewal."""

    End = DemandeLogementEnd

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="demandes", verbose_name="dossier")
    nur = models.CharField("numéro unique", max_length=20)
    registered_on = models.DateField("enregistrée le")
    renewed_on = models.DateField("renouvelée le", null=True, blank=True)
    valid_until_on = models.DateField("valable jusqu’au", editable=False)
    communes = models.CharField("communes souhaitées", max_length=200, blank=True)
    types = models.CharField("types de logement", max_length=60, blank=True, help_text="T2, T3…")
    ended_on = models.DateField("terminée le", null=True, blank=True, editable=False)
    ended_reason = models.CharField("motif", max_length=20, choices=DemandeLogementEnd, blank=True, editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de logement social"
        verbose_name_plural = "demandes de logement social"
        ordering = ["-registered_on", "-pk"]
        constraints = [
            choice_check("ended_reason", DemandeLogementEnd, name="demande_logement_end", blank=True),
            order_check("registered_on", "renewed_on", name="demande_logement_renewed"),
            order_check("registered_on", "ended_on", name="demande_logement_order"),
            pair_check("ended_on", "ended_by", name="demande_logement_ended"),
            Check(
                condition=Q(ended_on__isnull=True, ended_reason="") | (Q(ended_on__isnull=False) & ~Q(ended_reason="")),
                name="demande_logement_why",
                violation_error_message="Une demande terminée dit pourquoi.",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(ended_on__isnull=True),
                name="demande_logement_one_running",
                violation_error_message="Une demande de logement est déjà en cours dans ce dossier.",
            ),
        ]

    def __str__(self) -> str:
        return f"demande de logement {self.nur}"


class PrioriteKind(models.TextChoices):
    SYPLO = "syplo", "SYPLO (contingent de l’État)"
    ACD = "acd", "accord collectif départemental"
    DALO = "dalo", "DALO"


class PrioriteStatus(models.TextChoices):
    FILED = "filed", "déposée"
    GRANTED = "granted", "accordée"
    REFUSED = "refused", "refusée"
    ENDED = "ended", "terminée"


class Priorite(models.Model):
    """A priority asked for so as to be rehoused: filed, granted or refused, each with its day."""

    Kind = PrioriteKind
    Status = PrioriteStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.FILED: frozenset({Status.GRANTED, Status.REFUSED, Status.ENDED}),
        Status.GRANTED: frozenset({Status.ENDED}),
        Status.REFUSED: frozenset({Status.ENDED}),
        Status.ENDED: frozenset(),
    }

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="priorites", verbose_name="dossier")
    kind = models.CharField("priorité", max_length=10, choices=Kind)
    reference = models.CharField("référence", max_length=40, blank=True)
    filed_on = models.DateField("déposée le", help_text="Pour le DALO : le jour de l’accusé de réception.")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.FILED, editable=False)
    decided_on = models.DateField("décidée le", null=True, blank=True, editable=False)
    valid_until_on = models.DateField("valable jusqu’au", null=True, blank=True, editable=False)
    ended_on = models.DateField("terminée le", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "priorité de relogement"
        verbose_name_plural = "priorités de relogement"
        ordering = ["-filed_on", "-pk"]
        constraints = [
            choice_check("kind", PrioriteKind, name="priorite_kind"),
            choice_check("status", PrioriteStatus, name="priorite_status"),
            order_check("filed_on", "decided_on", name="priorite_order", message="On décide après le dépôt."),
            order_check("decided_on", "valid_until_on", name="priorite_valid"),
            order_check("filed_on", "ended_on", name="priorite_ended"),
            Check(
                condition=Q(decided_on__isnull=True, status__in=["filed", "ended"])
                | Q(decided_on__isnull=False, status__in=["granted", "refused", "ended"]),
                name="priorite_decided",
                violation_error_message="Une priorité accordée ou refusée dit quand.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                condition=Q(status__in=["filed", "granted"]),
                name="priorite_one_running",
                violation_error_message="Cette priorité est déjà en cours dans ce dossier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_status_display()}"


class PieceRelogementKind(models.TextChoices):
    IDENTITE = "identite", "pièce d’identité ou titre de séjour"
    IMPOSITION = "imposition", "avis d’imposition"
    RESSOURCES = "ressources", "justificatifs de ressources des trois derniers mois"
    QUITTANCES = "quittances", "dernières quittances"
    RESIDENCE = "residence", "attestation de la résidence"
    CAF = "caf", "attestation CAF ou MSA"
    FAMILLE = "famille", "livret de famille, jugement"
    RIB = "rib", "RIB"


class PieceRelogement(models.Model):
    """A piece that a landlord will ask for: in hand since a day, until it expires, or of no use here."""

    Kind = PieceRelogementKind

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="pieces_relogement", verbose_name="dossier")
    kind = models.CharField("pièce", max_length=12, choices=Kind)
    received_on = models.DateField("reçue le", null=True, blank=True)
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)
    is_needless = models.BooleanField("sans objet", default=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce de relogement"
        verbose_name_plural = "pièces de relogement"
        ordering = ["pk"]
        constraints = [
            choice_check("kind", PieceRelogementKind, name="piece_relogement_kind"),
            order_check("received_on", "expires_on", name="piece_relogement_order"),
            models.UniqueConstraint(
                fields=["dossier", "kind"],
                name="piece_relogement_once",
                violation_error_message="Cette pièce est déjà suivie.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class OffreLogementAnswer(models.TextChoices):
    ACCEPTED = "accepted", "acceptée par la personne"
    REFUSED = "refused", "refusée par la personne"


class OffreLogementOutcome(models.TextChoices):
    SIGNED = "signed", "bail signé"
    NOT_CHOSEN = "not_chosen", "attribuée à quelqu’un d’autre"
    WITHDRAWN = "withdrawn", "retirée par le bailleur"


class OffreLogement(models.Model):
    """A home offered by a landlord: its visit, the answer with its reason, what came of it."""

    Answer = OffreLogementAnswer
    Outcome = OffreLogementOutcome

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="offres", verbose_name="dossier")
    bailleur = models.CharField("bailleur", max_length=100)
    commune = models.CharField("commune", max_length=100)
    home = models.CharField("logement", max_length=100, blank=True, help_text="T2, 2e étage, ascenseur…")
    monthly_rent = models.DecimalField(
        "loyer, charges comprises (€)", max_digits=8, decimal_places=2, null=True, blank=True
    )
    received_on = models.DateField("reçue le")
    answer_by_on = models.DateField("réponse avant le", null=True, blank=True)
    visit_on = models.DateField("visite le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=10, choices=Answer, blank=True, editable=False)
    answer_reason = models.CharField("raison", max_length=200, blank=True, editable=False)
    answered_on = models.DateField("répondue le", null=True, blank=True, editable=False)
    outcome = models.CharField("issue", max_length=12, choices=Outcome, blank=True, editable=False)
    outcome_on = models.DateField("issue le", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "offre de logement"
        verbose_name_plural = "offres de logement"
        ordering = ["-received_on", "-pk"]
        constraints = [
            choice_check("answer", OffreLogementAnswer, name="offre_logement_answer", blank=True),
            choice_check("outcome", OffreLogementOutcome, name="offre_logement_outcome", blank=True),
            order_check("received_on", "answer_by_on", name="offre_logement_order"),
            order_check("received_on", "visit_on", name="offre_logement_visit"),
            Check(
                condition=Q(answer="", answered_on__isnull=True) | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="offre_logement_answered",
                violation_error_message="Une réponse a sa date.",
            ),
            Check(
                condition=~Q(answer="refused") | ~Q(answer_reason=""),
                name="offre_logement_refused",
                violation_error_message="Un refus dit sa raison : elle servira aux prochaines offres.",
            ),
            Check(
                condition=Q(outcome="", outcome_on__isnull=True) | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                name="offre_logement_ended",
                violation_error_message="Une issue a sa date.",
            ),
            Check(
                condition=Q(monthly_rent__isnull=True) | Q(monthly_rent__gte=0),
                name="offre_logement_rent",
                violation_error_message="Le loyer ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"offre de {self.bailleur} à {self.commune}"
