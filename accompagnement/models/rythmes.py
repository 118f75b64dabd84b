"""Who is to be seen, and how often: home and autonomy of elderly residents, calls of a heat wave."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial
from accompagnement.models.projets import OfDossierQuerySet
from residence.models import Menage, Personne, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class Adaptation(models.TextChoices):
    ACCES = "acces", "accès, seuils, escaliers"
    ECLAIRAGE = "eclairage", "éclairage"
    SOLS = "sols", "sols, tapis, fils"
    SALLE_DEAU = "salle_deau", "salle d’eau, barres d’appui"
    CUISINE = "cuisine", "cuisine"
    LIT = "lit", "lit, mobilier"
    APPEL = "appel", "téléphone, moyen d’appeler"


class Aide(models.TextChoices):
    DEPLACEMENT = "deplacement", "se déplacer, sortir"
    COURSES = "courses", "faire ses courses"
    REPAS = "repas", "préparer ses repas"
    MENAGE = "menage", "tenir son logement"
    TOILETTE = "toilette", "se laver, s’habiller"
    PAPIERS = "papiers", "gérer ses papiers et son argent"
    LIENS = "liens", "voir du monde"


class DiagnosticHabitat(models.Model):
    """What a visit to an elderly resident says of the home and of what they need help with: acts, never a diagnosis."""

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="diagnostics", verbose_name="dossier")
    made_on = models.DateField("fait le")
    made_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="fait par")
    to_adapt = ArrayField(
        models.CharField(max_length=12, choices=Adaptation), verbose_name="à adapter", default=list, blank=True
    )
    help_with = ArrayField(
        models.CharField(max_length=12, choices=Aide), verbose_name="aide souhaitée pour", default=list, blank=True
    )
    conclusion = models.CharField("ce qui est convenu avec la personne", max_length=300)
    again_on = models.DateField("à refaire le", null=True, blank=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfDossierQuerySet.as_manager()

    class Meta:
        verbose_name = "diagnostic du logement et de l’autonomie"
        verbose_name_plural = "diagnostics du logement et de l’autonomie"
        ordering = ["-made_on", "-pk"]
        constraints = [
            order_check("made_on", "again_on", name="diagnostic_habitat_order"),
            Check(
                condition=~Q(conclusion=""),
                name="diagnostic_habitat_conclusion",
                violation_error_message="Dites ce qui est convenu.",
            ),
        ]

    def __str__(self) -> str:
        return f"diagnostic du {self.made_on:%d/%m/%Y}"

    @property
    def to_adapt_display(self) -> list[str]:
        return [str(Adaptation(one).label) for one in self.to_adapt]

    @property
    def help_with_display(self) -> list[str]:
        return [str(Aide(one).label) for one in self.help_with]


class VeilleCanicule(models.Model):
    """A heat wave in a résidence: from its first to its last day, the most exposed are called each day."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="veilles", verbose_name="résidence")
    started_on = models.DateField("commencée le")
    started_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="commencée par")
    ended_on = models.DateField("terminée le", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="terminée par"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "veille canicule"
        verbose_name_plural = "veilles canicule"
        ordering = ["-started_on", "-pk"]
        constraints = [
            order_check("started_on", "ended_on", name="veille_canicule_order"),
            pair_check("ended_on", "ended_by", name="veille_canicule_ended"),
            models.UniqueConstraint(
                fields=["residence"],
                condition=Q(ended_on__isnull=True),
                name="veille_canicule_one_open",
                violation_error_message="Une veille est déjà en cours dans cette résidence.",
            ),
        ]

    def __str__(self) -> str:
        return f"veille du {self.started_on:%d/%m/%Y}"


class AppelVeilleResult(models.TextChoices):
    ANSWERED = "answered", "joint, va bien"
    SEEN = "seen", "vu sur place, va bien"
    NO_ANSWER = "no_answer", "pas de réponse"
    HELP = "help", "a besoin d’aide"


class AppelVeille(models.Model):
    """What came of the call of a day to a person: the last one of the day stands."""

    Result = AppelVeilleResult

    veille = models.ForeignKey(VeilleCanicule, models.PROTECT, related_name="appels", verbose_name="veille")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="+", verbose_name="ménage")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    on = models.DateField("le")
    result = models.CharField("résultat", max_length=10, choices=Result)
    called_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="appelé par")
    called_at = models.DateTimeField("appelé à", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "appel de veille"
        verbose_name_plural = "appels de veille"
        ordering = ["-on", "pk"]
        constraints = [
            choice_check("result", AppelVeilleResult, name="appel_veille_result"),
            models.UniqueConstraint(
                fields=["veille", "personne", "on"],
                name="appel_veille_once_a_day",
                violation_error_message="Cette personne a déjà été appelée ce jour-là.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()} le {self.on:%d/%m/%Y}"
