"""The projet personnalisé: where the person stands by theme, what they want, who does what by when."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial, Theme
from residence.models import DocumentEmis, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check

# How a person says where they stand on a theme, from the hardest to the easiest.
LEVELS = {
    1: "c’est bloqué",
    2: "c’est difficile",
    3: "ça avance, avec de l’aide",
    4: "je m’en sors presque seul",
    5: "ça va, seul",
}


class OfDossierQuerySet(ScopedQuerySet):
    """Rows of a social file: they stand where it stands."""

    residence_path = "dossier__residence"
    menage_path = "dossier__menage"


class BilanProjetKind(models.TextChoices):
    ENTRY = "entry", "à l’entrée"
    REVIEW = "review", "point d’étape"
    EXIT = "exit", "à la sortie"


class BilanProjet(models.Model):
    """A meeting on the projet personnalisé: the person says where they stand, the next review gets its date.

    Once its paper is issued it stays as it is: the next review says what has changed.
    """

    Kind = BilanProjetKind

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="bilans", verbose_name="dossier")
    kind = models.CharField("moment", max_length=10, choices=Kind)
    held_on = models.DateField("fait le")
    words = models.TextField("ce que la personne veut, dans ses mots", blank=True)
    review_on = models.DateField("prochain point le", null=True, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True, editable=False)
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="signature notée par"
    )
    document = models.ForeignKey(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="document"
    )
    written_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="fait avec")
    written_at = models.DateTimeField("écrit le", default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "point du projet personnalisé"
        verbose_name_plural = "points des projets personnalisés"
        ordering = ["-held_on", "-pk"]
        constraints = [
            choice_check("kind", BilanProjetKind, name="bilan_projet_kind"),
            order_check(
                "held_on",
                "review_on",
                name="bilan_projet_order",
                message="Le prochain point vient après celui-ci.",
            ),
            order_check(
                "held_on", "signed_on", name="bilan_projet_signed", message="On signe après s’être rencontrés."
            ),
            pair_check("signed_on", "signed_by", name="bilan_projet_signed_by"),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(kind="entry"),
                name="bilan_projet_one_entry",
                violation_error_message="Le projet est déjà commencé : faites un point d’étape.",
            ),
            models.UniqueConstraint(
                fields=["dossier", "held_on"],
                name="bilan_projet_one_a_day",
                violation_error_message="Un point a déjà été fait ce jour-là : reprenez-le.",
            ),
        ]

    def __str__(self) -> str:
        return f"projet personnalisé, {self.get_kind_display()}, le {self.held_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:projet_detail", args=[self.dossier_id])

    @property
    def is_issued(self) -> bool:
        return self.document_id is not None


class NiveauBilan(models.Model):
    """Where the person stands on one theme, as they say it at one meeting."""

    bilan = models.ForeignKey(BilanProjet, models.PROTECT, related_name="niveaux", verbose_name="point")
    theme = models.CharField("thème", max_length=20, choices=Theme)
    level = models.PositiveSmallIntegerField(
        "où en est la personne", choices=LEVELS, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    comment = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "niveau d’un thème"
        verbose_name_plural = "niveaux des thèmes"
        ordering = ["pk"]
        constraints = [
            choice_check("theme", Theme, name="niveau_bilan_theme"),
            Check(
                condition=Q(level__in=list(LEVELS)),
                name="niveau_bilan_level",
                violation_error_message="L’échelle va de 1 à 5.",
            ),
            models.UniqueConstraint(
                fields=["bilan", "theme"],
                name="niveau_bilan_once",
                violation_error_message="Ce thème est déjà évalué à ce point.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_theme_display()} : {self.level} sur 5"


class ObjectifOutcome(models.TextChoices):
    REACHED = "reached", "atteint"
    CHANGED = "changed", "changé pour un autre"
    DROPPED = "dropped", "abandonné"


class Objectif(models.Model):
    """What the person wants to reach, in their own words."""

    Outcome = ObjectifOutcome

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="objectifs", verbose_name="dossier")
    theme = models.CharField("thème", max_length=20, choices=Theme)
    words = models.CharField("objectif, dans les mots de la personne", max_length=300)
    opened_on = models.DateField("fixé le")
    opened_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="fixé avec")
    outcome = models.CharField("résultat", max_length=10, choices=Outcome, blank=True, editable=False)
    ended_on = models.DateField("terminé le", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="terminé par"
    )
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "objectif"
        ordering = ["ended_on", "pk"]
        constraints = [
            choice_check("theme", Theme, name="objectif_theme"),
            choice_check("outcome", ObjectifOutcome, name="objectif_outcome", blank=True),
            order_check("opened_on", "ended_on", name="objectif_order"),
            pair_check("ended_on", "ended_by", name="objectif_ended"),
            Check(
                condition=Q(ended_on__isnull=True, outcome="") | (Q(ended_on__isnull=False) & ~Q(outcome="")),
                name="objectif_ended_outcome",
                violation_error_message="Un objectif terminé dit comment.",
            ),
            Check(condition=~Q(words=""), name="objectif_words", violation_error_message="Dites l’objectif."),
        ]

    def __str__(self) -> str:
        return f"objectif {self.pk} ({self.get_theme_display()})"


class EtapeObjectifWho(models.TextChoices):
    PERSONNE = "personne", "la personne"
    EQUIPE = "equipe", "l’équipe de la résidence"
    PARTENAIRE = "partenaire", "un partenaire"


class EtapeObjectifQuerySet(ScopedQuerySet):
    residence_path = "objectif__dossier__residence"
    menage_path = "objectif__dossier__menage"


class EtapeObjectif(models.Model):
    """A step towards an objective: what, who, by when."""

    Who = EtapeObjectifWho

    objectif = models.ForeignKey(Objectif, models.PROTECT, related_name="etapes", verbose_name="objectif")
    what = models.CharField("quoi", max_length=200)
    who = models.CharField("qui", max_length=12, choices=Who, default=Who.PERSONNE)
    who_detail = models.CharField("précision", max_length=100, blank=True)
    due_on = models.DateField("pour le", null=True, blank=True)
    done_on = models.DateField("fait le", null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="notée par"
    )
    written_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="écrite par")
    written_at = models.DateTimeField("écrite le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = EtapeObjectifQuerySet.as_manager()

    class Meta:
        verbose_name = "étape d’un objectif"
        verbose_name_plural = "étapes des objectifs"
        ordering = ["due_on", "pk"]
        constraints = [
            choice_check("who", EtapeObjectifWho, name="etape_objectif_who"),
            pair_check("done_on", "done_by", name="etape_objectif_done"),
            Check(
                condition=~Q(what=""), name="etape_objectif_what", violation_error_message="Dites ce qui est à faire."
            ),
        ]

    def __str__(self) -> str:
        return f"étape {self.pk} de l’{self.objectif}"
