"""The notes written in a social file."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial, Theme
from residence.models import Referent, User
from residence.models.base import PlainText, ScopedQuerySet, choice_check, pair_check
from residence.models.conditions import Check


def followed_by(user: Any) -> Q:
    """Referents that are `user`, or a colleague who lent them a role in the résidence."""
    mine = Q(user=user)
    for colleague_id, residence_id in user.stands_in_for:
        mine |= Q(user=colleague_id, residence=residence_id)
    return mine


class NoteQuerySet(ScopedQuerySet):
    residence_path = "dossier__residence"
    menage_path = "dossier__menage"

    def readable_by(self, user: Any) -> Self:
        """Notes of the team, and those kept to the referents that `user` wrote or whose household they follow there."""
        follows = Referent.objects.in_force().filter(
            followed_by(user), menage=OuterRef("dossier__menage"), residence=OuterRef("dossier__residence")
        )
        return self.filter(Q(level=NoteSociale.Level.TEAM) | Q(author=user) | Exists(follows))

    def current(self) -> Self:
        """Notes as they stand: those that a correction has replaced are left out."""
        # An anti-join: of « no row on the other side », PostgreSQL guesses that nearly nothing is left.
        return self.filter(~Exists(NoteSociale.objects.filter(replaces=OuterRef("pk"))))

    def with_step_to_do(self) -> Self:
        """Notes that announce a next step with its date, not taken yet, in a file that is open."""
        return self.current().filter(
            next_step_on__isnull=False, next_step_done_on__isnull=True, dossier__closed_on__isnull=True
        )


class NoteSocialeKind(models.TextChoices):
    ENTRETIEN = "entretien", "entretien"
    VISITE = "visite", "visite à domicile"
    APPEL = "appel", "appel"
    DEMARCHE = "demarche", "démarche"
    NOTE = "note", "note"


class NoteSocialeOutcome(models.TextChoices):
    HELD = "held", "a eu lieu"
    REFUSED = "refused", "refusé par la personne"
    ABSENT = "absent", "personne sur place"


class NoteSocialeLevel(models.TextChoices):
    TEAM = "team", "équipe sociale"
    REFERENTS = "referents", "référents seuls"


class NoteSocialeMission(models.TextChoices):
    VIE_COLLECTIVE = "vie_collective", "vie collective"
    IMPAYES = "impayes", "prévention des impayés"
    ISOLEMENT = "isolement", "lutte contre l’isolement"
    MEDIATION = "mediation", "médiation vers l’extérieur"


class NoteSociale(models.Model):
    """A meeting, a visit, a call or a step taken, as the coordinatrice writes it down."""

    Kind = NoteSocialeKind
    Outcome = NoteSocialeOutcome
    Level = NoteSocialeLevel
    Mission = NoteSocialeMission

    dossier = models.ForeignKey(DossierSocial, models.PROTECT, related_name="notes", verbose_name="dossier")
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.ENTRETIEN)
    themes = ArrayField(models.CharField(max_length=20, choices=Theme), verbose_name="thèmes", default=list, blank=True)
    held_on = models.DateField("le")
    outcome = models.CharField("rencontre", max_length=10, choices=Outcome, default=Outcome.HELD)
    minutes = models.PositiveSmallIntegerField("durée (minutes)", null=True, blank=True)
    text = models.TextField("ce qui s’est dit, ce qui a été fait")
    level = models.CharField("lue par", max_length=10, choices=Level, default=Level.TEAM)
    mission = models.CharField("mission AGLS", max_length=20, choices=Mission, blank=True)
    next_step = models.CharField("suite à donner", max_length=200, blank=True)
    next_step_on = models.DateField("pour le", null=True, blank=True)
    next_step_done_on = models.DateField("suite donnée le", null=True, blank=True, editable=False)
    next_step_done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="suite donnée par"
    )
    author = models.ForeignKey(User, models.PROTECT, related_name="notes", verbose_name="écrite par")
    created_at = models.DateTimeField("écrite le", default=timezone.now, editable=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="replaced_by"
    )
    form_key = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="Le formulaire qui l’a écrite : envoyé deux fois, il n’en fait qu’une.",
    )

    # Stored: to find the words of a long text again for each row of a search costs more than all the rest.
    words = models.GeneratedField(
        expression=SearchVector(PlainText("text"), PlainText("next_step"), config="french"),
        output_field=SearchVectorField(),
        db_persist=True,
        editable=False,
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = "note sociale"
        verbose_name_plural = "notes sociales"
        ordering = ["-held_on", "-pk"]
        indexes = [
            models.Index(fields=["dossier", "-held_on"], name="note_sociale_dossier"),
            # The most recent first: what a search for a word of every day reads.
            models.Index(fields=["-held_on", "-id"], name="note_sociale_recent"),
            GinIndex(fields=["words"], name="note_sociale_words"),
            # The last visit held of each file, of which the next one is counted.
            models.Index(
                fields=["dossier", "-held_on", "id"],
                condition=Q(kind="visite", outcome="held"),
                name="note_sociale_visit_held",
            ),
        ]
        constraints = [
            choice_check("kind", NoteSocialeKind, name="note_sociale_kind"),
            choice_check("outcome", NoteSocialeOutcome, name="note_sociale_outcome"),
            choice_check("level", NoteSocialeLevel, name="note_sociale_level"),
            Check(
                condition=Q(mission__in=["", *NoteSocialeMission.values]),
                name="note_sociale_mission",
                violation_error_message="Cette mission n’est pas dans la liste.",
            ),
            Check(
                condition=~Q(text=""),
                name="note_sociale_text",
                violation_error_message="Une note dit quelque chose.",
            ),
            Check(
                condition=Q(next_step_on__isnull=True) | ~Q(next_step=""),
                name="note_sociale_next_step",
                violation_error_message="Dites quelle suite donner, ou retirez sa date.",
            ),
            pair_check("next_step_done_on", "next_step_done_by", name="note_sociale_next_step_done"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.held_on:%d/%m/%Y}"

    @property
    def themes_display(self) -> list[str]:
        return [str(Theme(theme).label) for theme in self.themes]


class BrouillonNote(models.Model):
    """A note being written, kept as typed. Read by its author alone, gone once the note is written."""

    dossier = models.ForeignKey(DossierSocial, models.CASCADE, related_name="brouillons", verbose_name="dossier")
    author = models.ForeignKey(User, models.CASCADE, related_name="brouillons", verbose_name="auteur")
    corrects = models.ForeignKey(
        NoteSociale, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="corrige"
    )
    data = models.JSONField("saisie", default=dict, encoder=DjangoJSONEncoder)
    saved_at = models.DateTimeField("gardé le", default=timezone.now)

    class Meta:
        verbose_name = "brouillon de note"
        verbose_name_plural = "brouillons de notes"
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "author", "corrects"],
                name="brouillon_note_one",
                nulls_distinct=False,
                violation_error_message="Vous avez déjà un brouillon dans ce dossier.",
            )
        ]

    def __str__(self) -> str:
        return f"brouillon du {timezone.localtime(self.saved_at):%d/%m/%Y à %H h %M}"
