"""Files of orientations that a partner sends: their lines, what was read of each, what became of it."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from admissions.models.orientations import Orientation
from residence.models import Dispositif, Partenaire, Residence, Route, User
from residence.models.base import ScopedQuerySet, choice_check, pair_check
from residence.models.conditions import Check


class ImportStatus(models.TextChoices):
    COLUMNS = "columns", "colonnes à reconnaître"
    REVIEW = "review", "lignes à vérifier"
    DONE = "done", "terminé"
    ABANDONED = "abandoned", "abandonné"


class ImportOrientations(models.Model):
    """A file of a partner, read once; its lines are entered when they are without fault."""

    Status = ImportStatus
    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.COLUMNS: frozenset({Status.REVIEW, Status.ABANDONED}),
        Status.REVIEW: frozenset({Status.DONE, Status.ABANDONED}),
        Status.DONE: frozenset({Status.REVIEW}),
        Status.ABANDONED: frozenset({Status.COLUMNS}),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="+", verbose_name="dispositif")
    partenaire = models.ForeignKey(Partenaire, models.PROTECT, related_name="+", verbose_name="envoyé par")
    route = models.CharField("voie", max_length=20, choices=Route)
    received_on = models.DateField("reçu le", help_text="Vaut pour les lignes qui ne disent pas leur date.")
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    heads = models.JSONField("titres", default=list)
    columns = models.JSONField("colonnes", default=dict, help_text="Rang de la colonne : ce qu’elle contient.")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.COLUMNS, editable=False)
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="importé par")
    opened_at = models.DateTimeField("importé le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "import d’orientations"
        verbose_name_plural = "imports d’orientations"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            choice_check("route", Route, name="import_orientations_route"),
            choice_check("status", ImportStatus, name="import_orientations_status"),
            models.UniqueConstraint(
                fields=["dispositif", "partenaire", "sha256"],
                condition=~Q(status="abandoned"),
                name="import_orientations_once",
                violation_error_message="Ce fichier a déjà été importé.",
            ),
        ]

    def __str__(self) -> str:
        return f"import du {timezone.localdate(self.opened_at):%d/%m/%Y}, {self.partenaire}"

    def get_absolute_url(self) -> str:
        name = "import_columns" if self.status == ImportStatus.COLUMNS else "import_detail"
        return reverse(f"admissions:{name}", args=[self.pk])

    @property
    def counts(self) -> dict[str, int]:
        """Lines by what became of them."""
        return dict(self.lignes.order_by().values_list("status").annotate(Count("pk")))


class LigneStatus(models.TextChoices):
    FAULTY = "faulty", "à corriger"
    TO_DECIDE = "to_decide", "personne à reconnaître"
    READY = "ready", "prête"
    ENTERED = "entered", "saisie"
    ALREADY = "already", "déjà saisie"
    LEFT_OUT = "left_out", "écartée"


class LigneImport(models.Model):
    """A line of a file: its cells as they came, what was put right, what is wrong, what it became."""

    Status = LigneStatus
    TRANSITIONS: dict[str, frozenset[str]] = {
        one: frozenset(set(LigneStatus) - {one}) if one != LigneStatus.ENTERED else frozenset() for one in LigneStatus
    }

    importation = models.ForeignKey(
        ImportOrientations, models.PROTECT, related_name="lignes", verbose_name="import d’orientations"
    )
    number = models.PositiveIntegerField("ligne du fichier")
    cells = models.JSONField("cellules", default=list)
    corrections = models.JSONField("corrections", default=dict)
    faults = models.JSONField("fautes", default=dict, help_text="Champ : ce qu’il faut corriger.")
    notes = models.JSONField("lectures à vérifier", default=dict, help_text="Champ : comment il a été lu.")
    head = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name="ligne de la personne de référence",
    )
    same_person = models.ForeignKey(
        "residence.Personne", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne reconnue"
    )
    others = models.JSONField("personnes écartées", default=list, help_text="Celles dont on a dit que ce n’est pas.")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.FAULTY, editable=False)
    orientation = models.ForeignKey(
        Orientation, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="orientation"
    )
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    entered_at = models.DateTimeField("saisie le", null=True, editable=False)

    class Meta:
        verbose_name = "ligne d’import"
        verbose_name_plural = "lignes d’import"
        ordering = ["number"]
        constraints = [
            choice_check("status", LigneStatus, name="ligne_import_status"),
            pair_check("entered_by", "entered_at", name="ligne_import_entered"),
            Check(
                condition=~Q(status="entered") | Q(orientation__isnull=False, entered_at__isnull=False),
                name="ligne_import_orientation",
                violation_error_message="Une ligne saisie a son orientation.",
            ),
            models.UniqueConstraint(
                fields=["importation", "number"],
                name="ligne_import_number",
                violation_error_message="Cette ligne est déjà lue.",
            ),
        ]

    def __str__(self) -> str:
        return f"ligne {self.number}"


class ColonnesPartenaire(models.Model):
    """What the columns of a partner's files hold, as it was said the last time."""

    partenaire = models.OneToOneField(Partenaire, models.PROTECT, related_name="+", verbose_name="partenaire")
    columns: Any = models.JSONField(
        "colonnes",
        default=dict,
        encoder=DjangoJSONEncoder,
        help_text="Titre, sans accent : ce que la colonne contient.",
    )
    updated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="réglées par")
    updated_at = models.DateTimeField("réglées le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "colonnes d’un partenaire"
        verbose_name_plural = "colonnes d’un partenaire"

    def __str__(self) -> str:
        return f"colonnes de {self.partenaire}"
