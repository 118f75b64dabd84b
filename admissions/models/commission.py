"""The internal commission: its sittings, who sits, each file heard, each opinion, each reasoned decision."""

from collections.abc import Iterable
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from admissions.models.orientations import MotifCloture, Orientation, RequestQuerySet
from residence.models import DocumentEmis, PieceRequise, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, pair_check
from residence.models.conditions import Check


class SessionCommissionStatus(models.TextChoices):
    PREPARED = "prepared", "préparée"
    CONVENED = "convened", "convoquée"
    SITTING = "sitting", "en séance"
    CLOSED = "closed", "close"


class SessionCommission(models.Model):
    """A sitting of the commission."""

    Status = SessionCommissionStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.PREPARED: frozenset({Status.CONVENED}),
        Status.CONVENED: frozenset({Status.PREPARED, Status.SITTING}),
        Status.SITTING: frozenset({Status.CLOSED}),
        Status.CLOSED: frozenset(),
    }

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="sessions", verbose_name="résidence")
    starts_at = models.DateTimeField("date et heure")
    place = models.CharField("lieu", max_length=150, blank=True)
    quorum = models.PositiveSmallIntegerField("quorum", default=2)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.PREPARED, editable=False)
    convened_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    convened_at = models.DateTimeField("convoquée le", null=True, editable=False)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    closed_at = models.DateTimeField("close le", null=True, editable=False)
    minutes = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="procès-verbal"
    )
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("préparée le", default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "séance de la commission"
        verbose_name_plural = "séances de la commission"
        ordering = ["-starts_at"]
        constraints = [
            choice_check("status", SessionCommissionStatus, name="session_commission_status"),
            Check(
                condition=~Q(status="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="session_commission_closed",
                violation_error_message="Une séance close dit par qui et quand.",
            ),
            pair_check("convened_by", "convened_at", name="session_commission_convened"),
        ]

    def __str__(self) -> str:
        return f"commission du {timezone.localtime(self.starts_at):%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("admissions:session_detail", args=[self.pk])


class MembreSession(models.Model):
    """A person who sits in a session."""

    session = models.ForeignKey(SessionCommission, models.PROTECT, related_name="membres", verbose_name="séance")
    user = models.ForeignKey(User, models.PROTECT, related_name="sieges", verbose_name="membre")
    function = models.CharField("qualité", max_length=150, blank=True)
    is_present = models.BooleanField("présent", null=True, blank=True)
    replaces = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name="en remplacement de"
    )

    class Meta:
        verbose_name = "membre de la séance"
        verbose_name_plural = "membres de la séance"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                name="membre_session_once",
                violation_error_message="Cette personne siège déjà.",
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class PassageQuerySet(RequestQuerySet):
    residence_path = "session__residence"

    def on_agenda(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def for_member(self, user: Any) -> Self:
        """Files of the sessions where `user` sits, convocation to closing, save those that a link keeps from them."""
        return (
            self.on_agenda()
            .filter(
                session__membres__user=user,
                session__status__in=[SessionCommission.Status.CONVENED, SessionCommission.Status.SITTING],
            )
            .save_linked_to(user)
        )


class PassageCommission(models.Model):
    """A file on the agenda of a session, with the synthesis frozen for it."""

    session = models.ForeignKey(SessionCommission, models.PROTECT, related_name="passages", verbose_name="séance")
    orientation = models.ForeignKey(Orientation, models.PROTECT, related_name="passages", verbose_name="orientation")
    rank = models.PositiveSmallIntegerField("ordre", default=0)
    synthese = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="synthèse"
    )
    added_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    added_at = models.DateTimeField("inscrit le", default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    withdrawn_at = models.DateTimeField("retiré le", null=True, editable=False)
    withdrawn_reason = models.CharField("retiré parce que", max_length=200, blank=True, editable=False)

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = "passage en commission"
        verbose_name_plural = "passages en commission"
        ordering = ["session", "rank", "pk"]
        constraints = [
            pair_check("withdrawn_by", "withdrawn_at", name="passage_withdrawn"),
            models.UniqueConstraint(
                fields=["session", "orientation"],
                condition=Q(withdrawn_at__isnull=True),
                name="passage_once",
                violation_error_message="Ce dossier est déjà à l’ordre du jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.orientation} : {self.session}"


class LienManager(models.Manager["LienMembre"]):
    """The links that hold: one withdrawn, as it was declared by mistake, keeps nobody out."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(withdrawn_at__isnull=True)


class LienMembre(models.Model):
    """A declared link between a member and a candidate: the member is kept out of that file (`RequestQuerySet`)."""

    passage = models.ForeignKey(PassageCommission, models.PROTECT, related_name="liens", verbose_name="passage")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="membre")
    declared_on = models.DateField("déclaré le")
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    withdrawn_at = models.DateTimeField("retiré le", null=True, editable=False)
    withdrawn_reason = models.CharField("retiré parce que", max_length=200, blank=True, editable=False)

    objects = LienManager()
    every = models.Manager["LienMembre"]()

    class Meta:
        verbose_name = "lien déclaré"
        verbose_name_plural = "liens déclarés"
        constraints = [
            pair_check("withdrawn_by", "withdrawn_at", name="lien_membre_withdrawn"),
            models.UniqueConstraint(
                fields=["passage", "user"],
                condition=Q(withdrawn_at__isnull=True),
                name="lien_membre_once",
                violation_error_message="Ce lien est déjà déclaré.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class AvisMembreOpinion(models.TextChoices):
    FOR = "for", "favorable"
    AGAINST = "against", "défavorable"
    ABSTAIN = "abstain", "s’abstient"


class AvisMembre(models.Model):
    """The opinion of a member on a file."""

    Opinion = AvisMembreOpinion

    passage = models.ForeignKey(PassageCommission, models.PROTECT, related_name="opinions", verbose_name="passage")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="membre")
    opinion = models.CharField("avis", max_length=10, choices=Opinion)
    comment = models.CharField("observation", max_length=300, blank=True)
    given_at = models.DateTimeField("donné le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "avis d’un membre"
        verbose_name_plural = "avis des membres"
        ordering = ["pk"]
        constraints = [
            choice_check("opinion", AvisMembreOpinion, name="avis_membre_opinion"),
            models.UniqueConstraint(
                fields=["passage", "user"], name="avis_membre_once", violation_error_message="Cet avis est déjà donné."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : {self.get_opinion_display()}"


class DecisionQuerySet(RequestQuerySet):
    residence_path = "passage__session__residence"
    menage_path = "passage__orientation__menage"


class DecisionKind(models.TextChoices):
    FAVORABLE = "favorable", "favorable"
    FAVORABLE_SUBJECT_TO = "favorable_subject_to", "favorable sous réserve"
    UNFAVORABLE = "unfavorable", "défavorable"
    DEFERRED = "deferred", "ajournée"
    WAITING_LIST = "waiting_list", "liste d’attente"


class Decision(models.Model):
    """The decision of the commission on a file: always with its reasons, its author and its date."""

    Kind = DecisionKind

    passage = models.OneToOneField(PassageCommission, models.PROTECT, related_name="decision", verbose_name="passage")
    kind = models.CharField("décision", max_length=30, choices=Kind)
    motives = ArrayField(
        models.CharField(max_length=20, choices=MotifCloture), verbose_name="motifs", default=list, blank=True
    )
    reasons = models.TextField("motivation", help_text="Reprise dans la lettre au candidat, en mots simples.")
    reasons_prescripteur = models.TextField("précisions au prescripteur", blank=True)
    conditions = models.TextField("sous réserve de", blank=True)
    reserve_pieces = models.ManyToManyField(
        PieceRequise, blank=True, related_name="+", verbose_name="pièces à remettre"
    )
    conditions_by_on = models.DateField("réserve à lever avant le", null=True, blank=True)
    conditions_lifted_on = models.DateField("réserve levée le", null=True, blank=True)
    deferred_to_on = models.DateField("ajournée au", null=True, blank=True)
    decided_on = models.DateField("décidée le")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="consignée par")
    recorded_at = models.DateTimeField("consignée le", default=timezone.now, editable=False)
    letter_candidat = models.OneToOneField(DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+")
    letter_prescripteur = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+"
    )
    notified_on = models.DateField("notifiée le", null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = ["-decided_on"]
        constraints = [
            choice_check("kind", DecisionKind, name="decision_kind"),
            Check(
                condition=~Q(reasons=""),
                name="decision_reasons",
                violation_error_message="Une décision est motivée.",
            ),
            Check(
                condition=~Q(kind="unfavorable") | Q(motives__len__gt=0),
                name="decision_motive",
                violation_error_message="Une décision défavorable choisit au moins un motif de la liste.",
            ),
            Check(
                condition=~Q(kind="favorable_subject_to") | (~Q(conditions="") & Q(conditions_by_on__isnull=False)),
                name="decision_conditions",
                violation_error_message="Une réserve dit ce qui est attendu, et pour quand.",
            ),
            Check(
                condition=~Q(kind="deferred") | Q(deferred_to_on__isnull=False),
                name="decision_deferred",
                violation_error_message="Un ajournement a sa date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.passage.orientation}"

    @property
    def motives_display(self) -> list[str]:
        return [str(MotifCloture(motive).label) for motive in self.motives]

    @property
    def reserve_display(self) -> str:
        """What the reserve asks for: its pieces, then its conditions in words."""
        if self.kind != DecisionKind.FAVORABLE_SUBJECT_TO:
            return ""
        pieces = reserve_line(piece.name for piece in self.reserve_pieces.all())
        return "\n".join(dict.fromkeys(line for line in (pieces, self.conditions) if line))


def reserve_line(pieces: Iterable[str]) -> str:
    """« Remettre : avis d’imposition, attestation CAF »."""
    named = ", ".join(pieces)
    return f"Remettre : {named}" if named else ""
