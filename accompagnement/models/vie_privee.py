"""What people are told of their data, what they agree to, and their own file given to them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accompagnement.models.notes import NoteSociale
from accompagnement.models.partenaires import Accord
from accompagnement.rules.vie_privee import access_due_on
from residence.models import DocumentEmis, Menage, Personne, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check
from residence.models.conditions import Check


class OfMenageQuerySet(ScopedQuerySet):
    """Rows of a household in a résidence."""

    menage_path = "menage"


class InformationRgpd(models.Model):
    """The information sheet on personal data, given to a person: its version and its day.

    Source: règlement (UE) 2016/679 (RGPD), article 13.
    """

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="informations_rgpd", verbose_name="ménage")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    version = models.PositiveIntegerField("version du texte", default=0, help_text="0 : le texte de base.")
    document = models.ForeignKey(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="fiche"
    )
    given_on = models.DateField("remise le")
    given_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="remise par")

    objects = OfMenageQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche d’information remise"
        verbose_name_plural = "fiches d’information remises"
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "personne", "version"],
                name="information_rgpd_once",
                violation_error_message="Cette personne a déjà reçu cette version.",
            )
        ]

    def __str__(self) -> str:
        return f"fiche d’information remise le {self.given_on:%d/%m/%Y}"


class ConsentementPurpose(models.TextChoices):
    PARTAGE = "partage", "les échanges avec les partenaires qui l’aident"
    MESSAGES = "messages", "les rappels par SMS ou courriel"
    IMAGE = "image", "sa photo, prise lors d’une action collective"


class Consentement(models.Model):
    """What a person agrees to, in the words of a version, from a day until they change their mind.

    Source: règlement (UE) 2016/679 (RGPD), article 7.
    """

    Purpose = ConsentementPurpose

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="consentements", verbose_name="ménage")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    purpose = models.CharField("d’accord pour", max_length=12, choices=Purpose)
    kind = models.CharField("accord donné", max_length=12, choices=Accord)
    version = models.PositiveIntegerField("version du texte", default=0)
    given_on = models.DateField("accord donné le")
    withdrawn_on = models.DateField("accord retiré le", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    recorded_by = models.ForeignKey(
        User, models.PROTECT, editable=False, related_name="+", verbose_name="recueilli par"
    )
    recorded_at = models.DateTimeField("recueilli le", default=timezone.now, editable=False)

    objects = OfMenageQuerySet.as_manager()

    class Meta:
        verbose_name = "consentement"
        ordering = ["-given_on", "-pk"]
        constraints = [
            choice_check("purpose", ConsentementPurpose, name="consentement_purpose"),
            choice_check("kind", Accord, name="consentement_kind"),
            order_check("given_on", "withdrawn_on", name="consentement_order"),
            pair_check("withdrawn_on", "withdrawn_by", name="consentement_withdrawn"),
            models.UniqueConstraint(
                fields=["residence", "personne", "purpose"],
                condition=Q(withdrawn_on__isnull=True),
                name="consentement_once",
                violation_error_message="Cette personne a déjà donné cet accord.",
            ),
        ]

    def __str__(self) -> str:
        return f"accord pour {self.get_purpose_display()}"


class DemandeAcces(models.Model):
    """A person asks for the data that the résidence holds of them: the clock, what is reviewed, what is given.

    Source: règlement (UE) 2016/679 (RGPD), articles 12 and 15.
    """

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    menage = models.ForeignKey(Menage, models.PROTECT, related_name="demandes_acces", verbose_name="ménage")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="+", verbose_name="personne")
    received_on = models.DateField("demande reçue le")
    identity = models.CharField("identité vérifiée par", max_length=100)
    extended_on = models.DateField("délai prolongé le", null=True, blank=True, editable=False)
    extended_reason = models.CharField("prolongé parce que", max_length=200, blank=True, editable=False)
    document = models.ForeignKey(
        DocumentEmis, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="dossier remis"
    )
    answered_on = models.DateField("remis le", null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    closed_reason = models.CharField("close sans remise parce que", max_length=200, blank=True, editable=False)
    recorded_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = OfMenageQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’accès à son dossier"
        verbose_name_plural = "demandes d’accès à leur dossier"
        ordering = ["-received_on", "-pk"]
        constraints = [
            pair_check("answered_on", "answered_by", name="demande_acces_answered"),
            order_check("received_on", "answered_on", name="demande_acces_order"),
            order_check("received_on", "extended_on", name="demande_acces_extended_order"),
            Check(
                condition=Q(extended_on__isnull=True) | ~Q(extended_reason=""),
                name="demande_acces_extended",
                violation_error_message="Une prolongation dit pourquoi : la personne doit le savoir.",
            ),
            Check(
                condition=Q(answered_on__isnull=True) | Q(document__isnull=False) | ~Q(closed_reason=""),
                name="demande_acces_given",
                violation_error_message="Éditez d’abord le dossier à remettre.",
            ),
            models.UniqueConstraint(
                fields=["residence", "personne"],
                condition=Q(answered_on__isnull=True),
                name="demande_acces_one_open",
                violation_error_message="Une demande de cette personne est déjà en cours.",
            ),
        ]

    def __str__(self) -> str:
        return f"demande d’accès du {self.received_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("accompagnement:acces_detail", args=[self.pk])

    @property
    def due_on(self) -> object:
        """The last day to answer."""
        return access_due_on(self.received_on, extended=self.extended_on is not None)


class NoteCommuniqueeChoice(models.TextChoices):
    GIVEN = "given", "donnée, les noms des autres masqués"
    MASKED = "masked", "donnée, avec d’autres passages masqués"
    KEPT = "kept", "non donnée"


class NoteCommuniquee(models.Model):
    """What is given of a note to the person who asks for their file: its words without the others, or why it is not."""

    Choice = NoteCommuniqueeChoice

    demande = models.ForeignKey(DemandeAcces, models.PROTECT, related_name="notes", verbose_name="demande")
    note = models.ForeignKey(NoteSociale, models.PROTECT, related_name="+", verbose_name="note")
    choice = models.CharField("la note est", max_length=8, choices=Choice)
    text = models.TextField("ce qui est donné", blank=True)
    reason = models.CharField("parce que", max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, editable=False, related_name="+", verbose_name="relue par")
    decided_at = models.DateTimeField("relue le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "note communiquée"
        verbose_name_plural = "notes communiquées"
        ordering = ["pk"]
        constraints = [
            choice_check("choice", NoteCommuniqueeChoice, name="note_communiquee_choice"),
            Check(
                condition=(Q(choice="kept", text="") & ~Q(reason="")) | (~Q(choice="kept") & ~Q(text="")),
                name="note_communiquee_text",
                violation_error_message="Une note non donnée dit pourquoi ; une note donnée dit quoi.",
            ),
            models.UniqueConstraint(
                fields=["demande", "note"],
                name="note_communiquee_once",
                violation_error_message="Cette note est déjà relue.",
            ),
        ]

    def __str__(self) -> str:
        return f"note {self.note_id}, {self.get_choice_display()}"
