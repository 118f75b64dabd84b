"""The state of a place at entry and at exit, line by line, with its photos, signed by both."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from logement.models.sejours import ContratOccupation
from residence.models import DocumentEmis, Residence, TypeLogement, User
from residence.models.base import ScopedQuerySet, choice_check
from residence.models.conditions import Check


class Condition(models.TextChoices):
    NEW = "new", "neuf"
    GOOD = "good", "bon état"
    WORN = "worn", "état d’usage"
    BAD = "bad", "mauvais état"
    MISSING = "missing", "absent"


class ModeleEtatDesLieux(models.Model):
    """The rooms and elements of a type of logement, from which an état des lieux starts."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="modeles_edl", verbose_name="résidence")
    name = models.CharField("nom", max_length=100)
    type_logement = models.CharField("type de logement", max_length=10, choices=TypeLogement)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle d’état des lieux"
        verbose_name_plural = "modèles d’état des lieux"
        ordering = ["residence", "name"]
        constraints = [
            choice_check("type_logement", TypeLogement, name="modele_edl_type"),
            models.UniqueConstraint(
                fields=["residence", "type_logement"],
                name="modele_edl_unique",
                violation_error_message="Ce type de logement a déjà son modèle.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ElementModele(models.Model):
    """A line of a model: an element of a room, or a counted object of the inventory."""

    modele = models.ForeignKey(ModeleEtatDesLieux, models.PROTECT, related_name="elements", verbose_name="modèle")
    room = models.CharField("pièce", max_length=60)
    element = models.CharField("élément", max_length=100)
    quantity = models.PositiveSmallIntegerField(
        "quantité",
        null=True,
        blank=True,
        help_text="Pour l’inventaire et les kits ; vide pour les sols, murs, plafonds.",
    )
    is_key = models.BooleanField("clé", default=False, help_text="Comptée et numérotée avec les clés.")
    rank = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "élément du modèle"
        verbose_name_plural = "éléments du modèle"
        ordering = ["modele", "rank", "pk"]

    def __str__(self) -> str:
        return f"{self.room} : {self.element}"


class EtatDesLieuxQuerySet(ScopedQuerySet):
    residence_path = "contrat__sejour__residence"
    menage_path = "contrat__sejour__menage"


class PhotoQuerySet(ScopedQuerySet):
    residence_path = "ligne__etat_des_lieux__contrat__sejour__residence"
    menage_path = "ligne__etat_des_lieux__contrat__sejour__menage"

    def shown_to(self, user: User) -> Self:
        """Photos but those of the confidential households on which `user` was not named, save the ones they took."""
        return self.filter(Q(pk__in=self.open_to(user).values("pk")) | Q(added_by=user))


class EtatDesLieuxKind(models.TextChoices):
    ENTRY = "entry", "entrée"
    EXIT = "exit", "sortie"


class EtatDesLieuxStatus(models.TextChoices):
    DRAFT = "draft", "en cours"
    SIGNED = "signed", "signé"
    CANCELLED = "cancelled", "annulé"


class EtatDesLieux(models.Model):
    """An état des lieux of a contract (C. civ., art. 1730 and 1731). Sealed once both have signed."""

    Kind = EtatDesLieuxKind
    Status = EtatDesLieuxStatus

    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.DRAFT: frozenset({Status.SIGNED, Status.CANCELLED}),
        Status.SIGNED: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    contrat = models.ForeignKey(
        ContratOccupation, models.PROTECT, related_name="etats_des_lieux", verbose_name="contrat"
    )
    kind = models.CharField("nature", max_length=10, choices=Kind)
    status = models.CharField("état", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    made_on = models.DateField("dressé le")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="dressé par")
    electricity_meter = models.CharField("compteur d’électricité", max_length=60, blank=True)
    water_meter = models.CharField("compteur d’eau", max_length=60, blank=True)
    heating_meter = models.CharField("compteur de chauffage", max_length=60, blank=True)
    keys = models.TextField("clés remises et leur destination", blank=True)
    comments = models.TextField("observations", blank=True)
    new_address = models.CharField("nouvelle adresse", max_length=250, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    signed_at = models.DateTimeField("signé le", null=True, editable=False)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )

    objects = EtatDesLieuxQuerySet.as_manager()

    class Meta:
        verbose_name = "état des lieux"
        verbose_name_plural = "états des lieux"
        ordering = ["-made_on"]
        constraints = [
            choice_check("kind", EtatDesLieuxKind, name="etat_des_lieux_kind"),
            choice_check("status", EtatDesLieuxStatus, name="etat_des_lieux_status"),
            models.UniqueConstraint(
                fields=["contrat", "kind"],
                condition=~Q(status="cancelled"),
                name="etat_des_lieux_once",
                violation_error_message="Ce contrat a déjà cet état des lieux.",
            ),
            Check(
                condition=~Q(status="signed") | Q(signed_at__isnull=False, document__isnull=False),
                name="etat_des_lieux_signed",
                violation_error_message="Un état des lieux signé a sa date et son document.",
            ),
        ]

    def __str__(self) -> str:
        return f"état des lieux {'d’entrée' if self.kind == self.Kind.ENTRY else 'de sortie'}"

    def get_absolute_url(self) -> str:
        return reverse("logement:etat_des_lieux_detail", args=[self.pk])


class LigneEtatDesLieux(models.Model):
    """The state of one element of one room, a counted object, or a key with its number."""

    etat_des_lieux = models.ForeignKey(
        EtatDesLieux, models.PROTECT, related_name="lignes", verbose_name="état des lieux"
    )
    room = models.CharField("pièce", max_length=60)
    element = models.CharField("élément", max_length=100)
    quantity = models.PositiveSmallIntegerField("quantité", null=True, blank=True)
    condition = models.CharField("état", max_length=10, choices=Condition, blank=True)
    number = models.CharField("numéro", max_length=60, blank=True)
    comment = models.CharField("observation", max_length=300, blank=True)
    installed_on = models.DateField("posé ou refait le", null=True, blank=True)
    is_personal = models.BooleanField("meuble personnel", default=False)
    is_key = models.BooleanField("clé", default=False)
    rank = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "ligne d’état des lieux"
        verbose_name_plural = "lignes d’état des lieux"
        ordering = ["etat_des_lieux", "rank", "pk"]
        constraints = [
            Check(
                condition=Q(condition__in=["", *Condition.values]),
                name="ligne_edl_condition",
                violation_error_message="Cet état n’est pas dans la liste.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.room} : {self.element}"


def photo_path(photo: Any, name: str) -> str:
    """Where a photo is kept: a name drawn at random, which says nothing of the place or of who lives there."""
    return f"etats-des-lieux/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}.jpg"


class PhotoEtatDesLieux(models.Model):
    """A photo of one line, written anew by the server, kept outside of what the web server shows."""

    ligne = models.ForeignKey(LigneEtatDesLieux, models.PROTECT, related_name="photos", verbose_name="ligne")
    key = models.UUIDField("clé d’envoi", default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField("photo", upload_to=photo_path)
    sha256 = models.CharField("empreinte", max_length=64)
    small = models.FileField("vignette", upload_to=photo_path)
    small_sha256 = models.CharField("empreinte de la vignette", max_length=64)
    width = models.PositiveIntegerField("largeur (points)")
    height = models.PositiveIntegerField("hauteur (points)")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="ajoutée par")
    added_at = models.DateTimeField("ajoutée le", default=timezone.now, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "photo d’état des lieux"
        verbose_name_plural = "photos d’état des lieux"
        ordering = ["ligne", "added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ligne", "sha256"],
                name="photo_edl_once",
                violation_error_message="Cette photo est déjà sur cette ligne.",
            )
        ]

    def __str__(self) -> str:
        return f"photo de {self.ligne}"

    def get_absolute_url(self) -> str:
        return reverse("logement:etat_des_lieux_photo", args=[self.pk])


class SignatureEtatDesLieuxSigner(models.TextChoices):
    RESIDENT = "resident", "le résident ou son représentant"
    MANAGER = "manager", "le gestionnaire"


class SignatureEtatDesLieuxAbsence(models.TextChoices):
    REFUSED = "refused", "refuse de signer"
    ABSENT = "absent", "absent, bien que prévenu"


class SignatureEtatDesLieux(models.Model):
    """A signature drawn on the screen, or given on a paper that the résidence keeps; with the name of who signed.

    Or why there is none: the resident refuses, or did not come; the reasons are then written.
    """

    Signer = SignatureEtatDesLieuxSigner
    Absence = SignatureEtatDesLieuxAbsence

    etat_des_lieux = models.ForeignKey(
        EtatDesLieux, models.PROTECT, related_name="signatures", verbose_name="état des lieux"
    )
    signer = models.CharField("qualité", max_length=10, choices=Signer)
    name = models.CharField("nom", max_length=150)
    image = models.BinaryField("tracé (PNG)", blank=True, default=b"")
    paper_signed_on = models.DateField("signé sur papier le", null=True, blank=True)
    absence = models.CharField("sans signature", max_length=10, choices=Absence, blank=True)
    absence_reason = models.CharField("circonstances", max_length=300, blank=True)
    signed_at = models.DateTimeField("signé le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "signature"
        ordering = ["pk"]
        constraints = [
            choice_check("signer", SignatureEtatDesLieuxSigner, name="signature_edl_signer"),
            choice_check("absence", SignatureEtatDesLieuxAbsence, name="signature_edl_absence", blank=True),
            Check(
                condition=Q(image=b"", paper_signed_on__isnull=False, absence="")
                | (~Q(image=b"") & Q(paper_signed_on__isnull=True, absence=""))
                | (Q(image=b"", paper_signed_on__isnull=True, signer="resident") & ~Q(absence="")),
                name="signature_edl_way",
                violation_error_message="Une signature est tracée à l’écran, ou donnée sur papier à une date ; celle "
                "du résident peut manquer, et l’on dit pourquoi.",
            ),
            Check(
                condition=Q(absence="", absence_reason="") | (~Q(absence="") & ~Q(absence_reason="")),
                name="signature_edl_absence_reason",
                violation_error_message="Dites dans quelles circonstances le résident n’a pas signé.",
            ),
            models.UniqueConstraint(
                fields=["etat_des_lieux", "signer"],
                name="signature_edl_once",
                violation_error_message="Cette signature est déjà donnée.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
