"""The pre-admission interview: pieces, wishes, needs by theme, budget."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from admissions.models.orientations import Orientation, RequestQuerySet
from logement.models import CategoriePlace
from residence.models import PieceJointe, PieceRequise, RendezVous, User
from residence.models.base import choice_check, order_check, pair_check
from residence.models.conditions import Check
from residence.models.personnes import MoneyLine


class ThemeBesoin(models.TextChoices):
    DROITS = "droits", "accès aux droits"
    SANTE = "sante", "santé"
    LOGEMENT = "logement", "parcours et projet de logement"
    EMPLOI = "emploi", "emploi et formation"
    BUDGET = "budget", "budget et dettes"
    VIE_QUOTIDIENNE = "vie_quotidienne", "vie quotidienne"
    PARENTALITE = "parentalite", "parentalité"
    NUMERIQUE = "numerique", "numérique"
    LANGUE = "langue", "langue française"
    ISOLEMENT = "isolement", "liens et isolement"


class Autonomie(models.TextChoices):
    FULL = "full", "autonome"
    PARTIAL = "partial", "autonome avec un appui"
    LOW = "low", "appui important"


class EntretienQuerySet(RequestQuerySet):
    residence_path = "orientation__residence"


class EntretienPreadmission(models.Model):
    """What was learnt of a candidate at the interview. Read by the coordinatrice; the commission gets a synthesis."""

    orientation = models.OneToOneField(
        Orientation, models.PROTECT, related_name="entretien", verbose_name="orientation"
    )
    rendez_vous = models.ForeignKey(
        RendezVous, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rendez-vous"
    )
    held_on = models.DateField("tenu le", null=True, blank=True)
    held_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="tenu par")
    wishes = models.TextField("souhaits du ménage", blank=True)
    wished_categorie = models.ForeignKey(
        CategoriePlace,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="place envisagée",
        help_text="Sert à simuler la redevance.",
    )
    wished_entry_on = models.DateField("entrée souhaitée le", null=True, blank=True)
    autonomy = models.CharField("autonomie", max_length=10, choices=Autonomie, blank=True)
    autonomy_comment = models.TextField("précision sur l’autonomie", blank=True)
    has_activity = models.BooleanField("activité ou projet en cours", null=True, blank=True)
    medical_validation = models.BooleanField(
        "validation médicale reçue",
        null=True,
        blank=True,
        help_text="Oui ou non seulement : ni avis, ni diagnostic, ni document de santé.",
    )
    is_student = models.BooleanField("étudiant", default=False)
    is_self_employed = models.BooleanField("travailleur indépendant", default=False)
    without_resources = models.BooleanField("le ménage n’a aucune ressource", default=False)
    apl_estimate = models.DecimalField(
        "APL annoncée par la CAF ou la MSA (€ par mois)",
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Remplace l’estimation quand elle est connue.",
    )
    annual_resources = models.DecimalField(
        "ressources annuelles retenues pour l’APL (€)", max_digits=10, decimal_places=2, null=True, blank=True
    )
    reference_tax_income = models.DecimalField(
        "revenu fiscal de référence (€)", max_digits=10, decimal_places=2, null=True, blank=True
    )
    reference_tax_year = models.PositiveSmallIntegerField("année du revenu fiscal", null=True, blank=True)
    proposal = models.TextField("proposition du référent à la commission", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    updated_at = models.DateTimeField("modifié le", default=timezone.now, editable=False)

    objects = EntretienQuerySet.as_manager()

    class Meta:
        verbose_name = "entretien de préadmission"
        verbose_name_plural = "entretiens de préadmission"
        constraints = [
            pair_check("held_on", "held_by", name="entretien_held"),
            Check(
                condition=Q(autonomy__in=["", *Autonomie.values]),
                name="entretien_autonomy",
                violation_error_message="Cette valeur n’est pas dans la liste.",
            ),
        ]

    def __str__(self) -> str:
        return f"entretien de préadmission de {self.orientation}"


class EvaluationThemeLevel(models.TextChoices):
    NONE = "none", "pas de besoin"
    SOME = "some", "un appui"
    STRONG = "strong", "un accompagnement"


class EvaluationTheme(models.Model):
    """What the interview says of one theme."""

    Level = EvaluationThemeLevel

    entretien = models.ForeignKey(
        EntretienPreadmission, models.PROTECT, related_name="themes", verbose_name="entretien"
    )
    theme = models.CharField("thème", max_length=20, choices=ThemeBesoin)
    level = models.CharField("besoin", max_length=10, choices=Level, default=Level.NONE)
    comment = models.TextField("observation", blank=True)

    class Meta:
        verbose_name = "évaluation d’un thème"
        ordering = ["pk"]
        constraints = [
            choice_check("theme", ThemeBesoin, name="evaluation_theme_theme"),
            choice_check("level", EvaluationThemeLevel, name="evaluation_theme_level"),
            models.UniqueConstraint(
                fields=["entretien", "theme"],
                name="evaluation_theme_once",
                violation_error_message="Ce thème est déjà évalué.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_theme_display()


class PieceCandidature(models.Model):
    """A required piece in a candidate's file: missing, received, or expired on a date."""

    orientation = models.ForeignKey(Orientation, models.PROTECT, related_name="pieces", verbose_name="orientation")
    piece = models.ForeignKey(PieceRequise, models.PROTECT, related_name="+", verbose_name="pièce")
    received_on = models.DateField("reçue le", null=True, blank=True)
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)
    not_needed_reason = models.CharField("sans objet parce que", max_length=150, blank=True)
    file = models.ForeignKey(
        PieceJointe, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )

    class Meta:
        verbose_name = "pièce du dossier"
        verbose_name_plural = "pièces du dossier"
        ordering = ["piece__rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["orientation", "piece"],
                name="piece_candidature_once",
                violation_error_message="Cette pièce est déjà au dossier.",
            )
        ]

    def __str__(self) -> str:
        return str(self.piece)


class DetteKind(models.TextChoices):
    LOYER = "loyer", "loyer ou redevance"
    ENERGIE = "energie", "énergie, eau"
    CREDIT = "credit", "crédit, banque"
    TROP_PERCU = "trop_percu", "trop-perçu CAF ou France Travail"
    IMPOTS = "impots", "impôts, amendes"
    SANTE = "sante", "santé"
    PROCHES = "proches", "proches"
    AUTRE = "autre", "autre dette"


class Dette(MoneyLine):
    """What a household owes: to whom, how much is left, what it pays back a month (0 when nothing is agreed)."""

    Kind = DetteKind

    kind = models.CharField("nature", max_length=30, choices=Kind)
    amount_due = models.DecimalField("reste dû (€)", max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta(MoneyLine.Meta):
        verbose_name = "dette"
        constraints = [
            choice_check("kind", DetteKind, name="dette_kind"),
            order_check("start_on", "end_on", name="dette_order"),
            Check(
                condition=Q(monthly_amount__gte=0, amount_due__gte=0),
                name="dette_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
