"""Towards whom a person is oriented, with their consent, and what came of it."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accompagnement.models.dossiers import DossierSocial, Theme
from accompagnement.models.projets import OfDossierQuerySet
from residence.models import ContactPartenaire, Partenaire, Personne, User
from residence.models.base import choice_check, order_check, pair_check
from residence.models.conditions import Check


class Accord(models.TextChoices):
    """How a person agreed to what is told of them."""

    ORAL = "oral", "à l’oral, devant l’équipe"
    WRITTEN = "written", "par écrit"
    MANDATAIRE = "mandataire", "par son mandataire, avec elle"


class OrientationPartenaireAnswer(models.TextChoices):
    ACCEPTED = "accepted", "la personne sera reçue"
    WAITING = "waiting", "inscrite sur une liste d’attente"
    REFUSED = "refused", "refus du partenaire"
    NONE = "none", "pas de réponse"


class OrientationPartenaireOutcome(models.TextChoices):
    FOLLOWED = "followed", "suivie par le partenaire"
    SETTLED = "settled", "besoin réglé"
    NOT_COME = "not_come", "la personne n’y est pas allée"
    STOPPED = "stopped", "arrêtée par la personne"


class OrientationPartenaireQuerySet(OfDossierQuerySet):
    def waiting(self) -> Self:
        """Those whose partner has not answered yet, of persons who still agree."""
        return self.filter(answer="", outcome="", consent_withdrawn_on=None)


class OrientationPartenaire(models.Model):
    """A person oriented to a partner: what was told with their consent, the answer awaited, what came of it."""

    Answer = OrientationPartenaireAnswer
    Outcome = OrientationPartenaireOutcome

    dossier = models.ForeignKey(
        DossierSocial, models.PROTECT, related_name="orientations_partenaires", verbose_name="dossier"
    )
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    partenaire = models.ForeignKey(
        Partenaire, models.PROTECT, related_name="orientations_vers", verbose_name="partenaire"
    )
    contact = models.ForeignKey(
        ContactPartenaire, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="contact"
    )
    theme = models.CharField("thème", max_length=20, choices=Theme)
    shared = models.CharField("ce qui est dit au partenaire", max_length=300)
    sent_on = models.DateField("orientée le")
    consent_kind = models.CharField("accord de la personne", max_length=12, choices=Accord)
    consented_on = models.DateField("accord donné le")
    consent_withdrawn_on = models.DateField("accord retiré le", null=True, blank=True, editable=False)
    consent_withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    answer_by_on = models.DateField("réponse attendue pour le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=10, choices=Answer, blank=True, editable=False)
    answer_detail = models.CharField("précision", max_length=200, blank=True, editable=False)
    answered_on = models.DateField("répondue le", null=True, blank=True, editable=False)
    outcome = models.CharField("issue", max_length=10, choices=Outcome, blank=True, editable=False)
    outcome_on = models.DateField("issue le", null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="orientée par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OrientationPartenaireQuerySet.as_manager()

    class Meta:
        verbose_name = "orientation vers un partenaire"
        verbose_name_plural = "orientations vers les partenaires"
        ordering = ["-sent_on", "-pk"]
        constraints = [
            choice_check("theme", Theme, name="orientation_partenaire_theme"),
            choice_check("consent_kind", Accord, name="orientation_partenaire_consent"),
            choice_check("answer", OrientationPartenaireAnswer, name="orientation_partenaire_answer", blank=True),
            choice_check("outcome", OrientationPartenaireOutcome, name="orientation_partenaire_outcome", blank=True),
            order_check(
                "consented_on",
                "sent_on",
                name="orientation_partenaire_agreed",
                message="L’accord de la personne vient avant l’orientation.",
            ),
            order_check("sent_on", "answer_by_on", name="orientation_partenaire_order"),
            order_check("sent_on", "answered_on", name="orientation_partenaire_answered_order"),
            order_check("consented_on", "consent_withdrawn_on", name="orientation_partenaire_withdrawn_order"),
            pair_check("consent_withdrawn_on", "consent_withdrawn_by", name="orientation_partenaire_withdrawn"),
            Check(
                condition=Q(answer="", answered_on__isnull=True) | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="orientation_partenaire_answered",
                violation_error_message="Une réponse a sa date.",
            ),
            Check(
                condition=Q(outcome="", outcome_on__isnull=True) | (~Q(outcome="") & Q(outcome_on__isnull=False)),
                name="orientation_partenaire_ended",
                violation_error_message="Une issue a sa date.",
            ),
            Check(
                condition=~Q(shared=""),
                name="orientation_partenaire_shared",
                violation_error_message="Dites ce qui est dit au partenaire.",
            ),
        ]

    def __str__(self) -> str:
        return f"orientation vers {self.partenaire}"

    @property
    def is_waiting(self) -> bool:
        return not self.answer and not self.outcome and self.consent_withdrawn_on is None
