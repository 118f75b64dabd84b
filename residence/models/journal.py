"""Who did, read or took away what, and when. Only ever added to."""

from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from residence import hooks
from residence.models.base import choice_check
from residence.models.etablissement import Residence
from residence.models.personnes import Menage
from residence.models.staff import User
from residence.permissions import Permission


class JournalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """The acts of the résidences whose journal the user reads; technical acts for who reads those."""
        seen = Q(pk__in=[])
        residences = {scope.residence_id for scope in user.scopes_for(Permission.JOURNAL_VIEW)}
        if residences:
            seen |= Q(residence__in=residences)
        if user.holds(Permission.JOURNAL_TECHNIQUE_VIEW):
            seen |= Q(kind=EntreeJournal.Kind.TECHNIQUE)
        rows = self.filter(seen)
        for kept in hooks.call("KEPT_FROM", user=user):
            rows = rows.exclude(target_type__app_label=kept.app_label, menage__in=kept.menages)
        return rows


class EntreeJournalKind(models.TextChoices):
    ACTION = "action", "acte"
    READING = "reading", "lecture"
    EXPORT = "export", "export"
    TECHNIQUE = "technique", "acte technique"


class EntreeJournal(models.Model):
    """One line of the journal. `details` holds the names of fields and figures, never a name or words on a person."""

    Kind = EntreeJournalKind

    at = models.DateTimeField("le", db_default=Now(), editable=False)
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.ACTION)
    action = models.CharField("acte", max_length=60)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par")
    residence = models.ForeignKey(
        Residence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="résidence"
    )
    menage = models.ForeignKey(Menage, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ménage")
    target_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True, related_name="+")
    target_id = models.PositiveBigIntegerField(null=True, blank=True)
    details = models.JSONField("détails", default=dict, blank=True, encoder=DjangoJSONEncoder)

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "journal"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["residence", "-id"], name="journal_residence"),
            models.Index(fields=["menage", "-id"], name="journal_menage"),
            models.Index(fields=["target_type", "target_id"], name="journal_target"),
        ]
        constraints = [choice_check("kind", EntreeJournalKind, name="journal_kind")]

    def __str__(self) -> str:
        return f"{self.action} ({self.at:%d/%m/%Y %H:%M})"
