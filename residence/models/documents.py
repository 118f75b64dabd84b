"""What is issued, and never changes again; what is attached; the texts that a résidence adapts."""

import hashlib
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from residence import hooks
from residence.models.base import ScopedQuerySet, choice_check, pair_check, today
from residence.models.conditions import Check
from residence.models.etablissement import PieceRequise, Residence
from residence.models.personnes import Menage, Personne
from residence.models.staff import User
from residence.permissions import Permission

_CANONICAL = DjangoJSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical_json(data: Any) -> str:
    """The one way in which frozen data is written before it is hashed."""
    return _CANONICAL.encode(data)


def sha256_of(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


class DocumentKind(models.TextChoices):
    """Every document that the project issues: its code, and its name as a person says it."""

    INVITATION = "invitation", "invitation à un entretien"
    SYNTHESE = "synthese", "synthèse pour la commission"
    PV = "pv", "procès-verbal de la commission"
    LETTRE_CANDIDAT = "lettre_candidat", "lettre de décision au candidat"
    LETTRE_PRESCRIPTEUR = "lettre_prescripteur", "lettre de décision au prescripteur"
    PROPOSITION = "proposition", "proposition de logement"
    CONTRAT = "contrat", "contrat d’occupation"
    AVENANT = "avenant", "avenant au contrat"
    REGLEMENT = "reglement", "règlement intérieur"
    LETTRE_PREAVIS = "lettre_preavis", "lettre de préavis"
    LETTRE_SEJOUR = "lettre_sejour", "lettre au résident"
    ETAT_DES_LIEUX = "etat_des_lieux", "état des lieux"
    AVIS_ECHEANCE = "avis_echeance", "avis d’échéance"
    FACTURE = "facture", "facture de prestations"
    LETTRE_REVISION = "lettre_revision", "lettre de révision de la redevance"
    QUITTANCE = "quittance", "quittance"
    RECU = "recu", "reçu"
    RELEVE = "releve", "relevé de compte"
    RELANCE = "relance", "lettre de rappel"
    MISE_EN_DEMEURE = "mise_en_demeure", "mise en demeure"
    PLAN_APUREMENT = "plan_apurement", "plan d’apurement"
    RESTITUTION = "restitution", "décompte du dépôt de garantie"
    REMBOURSEMENT = "remboursement", "avis de remboursement"
    MANDAT_SEPA = "mandat_sepa", "mandat de prélèvement"
    BORDEREAU = "bordereau", "bordereau de remise de chèques"
    ATTESTATION_APL = "attestation_apl", "attestation de loyer pour la CAF"
    ATTESTATION = "attestation", "attestation de résidence"
    PROJET = "projet", "projet personnalisé"
    COMPTE_RENDU_RSA = "compte_rendu_rsa", "compte rendu d’entretien RSA"
    INFORMATION_RGPD = "information_rgpd", "fiche d’information sur les données"
    DOSSIER_PERSONNE = "dossier_personne", "dossier remis à la personne"


# Who may open an issued document of each kind.
DOCUMENT_PERMISSION: dict[DocumentKind, Permission] = {
    DocumentKind.INVITATION: Permission.ORIENTATION_VIEW,
    # Members read the synthesis from the convocation to the closing only, on the page of their session.
    DocumentKind.SYNTHESE: Permission.ENTRETIEN_VIEW,
    DocumentKind.PV: Permission.DECISION_VIEW,
    DocumentKind.LETTRE_CANDIDAT: Permission.DECISION_VIEW,
    DocumentKind.LETTRE_PRESCRIPTEUR: Permission.DECISION_VIEW,
    DocumentKind.PROPOSITION: Permission.CANDIDAT_VIEW,
    DocumentKind.CONTRAT: Permission.CONTRAT_VIEW,
    DocumentKind.AVENANT: Permission.CONTRAT_VIEW,
    DocumentKind.REGLEMENT: Permission.CONTRAT_VIEW,
    DocumentKind.LETTRE_PREAVIS: Permission.CONTRAT_VIEW,
    DocumentKind.LETTRE_SEJOUR: Permission.PRESENCE_VIEW,
    DocumentKind.ETAT_DES_LIEUX: Permission.ETAT_DES_LIEUX_VIEW,
    DocumentKind.AVIS_ECHEANCE: Permission.COMPTE_VIEW,
    DocumentKind.FACTURE: Permission.COMPTE_VIEW,
    DocumentKind.LETTRE_REVISION: Permission.COMPTE_VIEW,
    DocumentKind.QUITTANCE: Permission.COMPTE_VIEW,
    DocumentKind.RECU: Permission.COMPTE_VIEW,
    DocumentKind.RELEVE: Permission.COMPTE_VIEW,
    DocumentKind.RELANCE: Permission.COMPTE_VIEW,
    DocumentKind.MISE_EN_DEMEURE: Permission.COMPTE_VIEW,
    DocumentKind.PLAN_APUREMENT: Permission.COMPTE_VIEW,
    DocumentKind.RESTITUTION: Permission.COMPTE_VIEW,
    DocumentKind.REMBOURSEMENT: Permission.COMPTE_VIEW,
    # It carries the whole IBAN.
    DocumentKind.MANDAT_SEPA: Permission.PRELEVEMENT_MANAGE,
    DocumentKind.BORDEREAU: Permission.ENCAISSEMENT_RECORD,
    DocumentKind.ATTESTATION_APL: Permission.COMPTE_VIEW,
    DocumentKind.ATTESTATION: Permission.SEJOUR_VIEW,
    DocumentKind.PROJET: Permission.DOSSIER_VIEW,
    DocumentKind.COMPTE_RENDU_RSA: Permission.DOSSIER_VIEW,
    DocumentKind.INFORMATION_RGPD: Permission.VIE_PRIVEE_RECORD,
    DocumentKind.DOSSIER_PERSONNE: Permission.ACCES_ANSWER,
}


class Compteur(models.Model):
    """The last number given to a kind of document of a résidence in a year. Gaps are allowed, doubles are not."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "compteur"
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "kind", "year"],
                name="compteur_unique",
                violation_error_message="Ce compteur existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.residence_id} {self.kind} {self.year} : {self.last}"


class ModeleDocument(models.Model):
    """The wording that a résidence gives to a kind of document. A new version is a new row."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="modeles", verbose_name="résidence")
    kind = models.CharField("document", max_length=30, choices=DocumentKind)
    version = models.PositiveIntegerField("version")
    texts = models.JSONField("textes", default=dict, blank=True, help_text="Clauses et paragraphes, par nom.")
    valid_from = models.DateField("à partir du", default=today)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rédigé par"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de document"
        verbose_name_plural = "modèles de documents"
        ordering = ["kind", "-version"]
        constraints = [
            choice_check("kind", DocumentKind, name="modele_document_kind"),
            models.UniqueConstraint(
                fields=["residence", "kind", "version"],
                name="modele_document_version",
                violation_error_message="Cette version existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class DocumentQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def readable_by(self, user: Any) -> "DocumentQuerySet":
        """Documents whose own kind the user may open, where they may open it.

        Never those of a confidential household on which they were not named: what is printed names it, money or not.
        """
        seen = Q(pk__in=[])
        for kind, permission in DOCUMENT_PERMISSION.items():
            if user.holds(permission):
                seen |= Q(kind=kind) & self._in_scope(user, permission)
        rows = self.filter(seen).open_to(user)
        for kept in hooks.call("KEPT_FROM", user=user):
            rows = rows.exclude(kind__in=kept.documents, menage__in=kept.menages)
        return rows


class DocumentEmis(models.Model):
    """An issued document: its number, its data and its template version, frozen. The PDF is made once, then kept."""

    Kind = DocumentKind

    residence = models.ForeignKey(
        Residence, models.PROTECT, db_index=False, related_name="documents", verbose_name="résidence"
    )
    menage = models.ForeignKey(
        Menage, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="ménage"
    )
    kind = models.CharField("document", max_length=30, choices=DocumentKind)
    year = models.PositiveSmallIntegerField("année")
    rank = models.PositiveIntegerField("rang")
    issued_on = models.DateField("date")
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="émis par"
    )
    issued_at = models.DateTimeField("émis le", default=timezone.now, editable=False)
    template = models.CharField("gabarit", max_length=100)
    template_version = models.PositiveIntegerField("version du gabarit", default=1)
    modele = models.ForeignKey(
        ModeleDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="modèle"
    )
    data = models.JSONField("données", encoder=DjangoJSONEncoder)
    data_sha256 = models.CharField("empreinte des données", max_length=64)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )
    target_type = models.ForeignKey(
        ContentType, models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    target_id = models.PositiveBigIntegerField(null=True, blank=True)
    target = GenericForeignKey("target_type", "target_id")
    pdf = models.FileField("PDF", upload_to="documents/%Y/%m/", blank=True, editable=False)
    pdf_sha256 = models.CharField("empreinte du PDF", max_length=64, blank=True, editable=False)
    pdf_made_at = models.DateTimeField("PDF fait le", null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document émis"
        verbose_name_plural = "documents émis"
        ordering = ["-issued_at", "-pk"]
        indexes = [models.Index(fields=["target_type", "target_id"], name="document_emis_target")]
        constraints = [
            choice_check("kind", DocumentKind, name="document_emis_kind"),
            models.UniqueConstraint(
                fields=["residence", "kind", "year", "rank"],
                name="document_emis_number",
                violation_error_message="Ce numéro est déjà pris.",
            ),
            pair_check("target_type", "target_id", name="document_emis_target_pair"),
            Check(
                condition=Q(pdf="", pdf_sha256="", pdf_made_at__isnull=True)
                | (~Q(pdf="") & ~Q(pdf_sha256="") & Q(pdf_made_at__isnull=False)),
                name="document_emis_pdf",
                violation_error_message="Le PDF d’un document vient avec son empreinte et l’instant où il a été fait.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} n° {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("residence:document_open", args=[self.pk])

    @property
    def number(self) -> str:
        return f"{self.residence.code.upper()}-{self.year}-{self.rank:05d}"


class PieceJointeQuerySet(ScopedQuerySet):
    residence_path = None
    menage_path = "menage"


class PieceJointe(models.Model):
    """A file attached to a household, kept outside of what the web server shows."""

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="pieces_jointes", verbose_name="ménage")
    personne = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    piece_requise = models.ForeignKey(
        PieceRequise, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce demandée"
    )
    name = models.CharField("nom", max_length=200)
    file = models.FileField("fichier", upload_to="pieces/%Y/%m/")
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="jointe par")
    added_at = models.DateTimeField("jointe le", default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="retirée par"
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True, editable=False)

    objects = PieceJointeQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["-added_at"]
        constraints = [pair_check("withdrawn_by", "withdrawn_at", name="piece_jointe_withdrawn")]

    def __str__(self) -> str:
        return self.name
