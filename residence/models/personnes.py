"""The households, the people in them, and what ties a household to a résidence."""

import datetime
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from residence.confidentiality import may_open
from residence.models.base import ScopedQuerySet, choice_check, order_check, plain, today
from residence.models.conditions import Check
from residence.models.etablissement import Residence
from residence.models.ressources import RessourceKind
from residence.models.staff import DatedQuerySet, User
from residence.permissions import Cause


class MenageQuerySet(ScopedQuerySet):
    residence_path = None
    menage_path = ""


class Menage(models.Model):
    """A household followed as one, from its first request to its last account. Prints masked when confidential."""

    name = models.CharField("nom du ménage", max_length=200, help_text="Celui de la personne de référence.")
    address = models.CharField("adresse", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=100, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    email_agreed_on = models.DateField("accepte le courrier électronique depuis le", null=True, blank=True)
    caf_number = models.CharField("numéro d’allocataire", max_length=15, blank=True)
    declared_persons = models.PositiveSmallIntegerField(
        "nombre de personnes annoncé",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Quand le prescripteur n’a pas nommé tout le monde.",
    )
    is_confidential = models.BooleanField("dossier confidentiel", default=False, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name="regroupé avec",
    )
    sort_name = models.GeneratedField(
        expression=plain("name"), output_field=models.TextField(), db_persist=True, editable=False
    )

    objects = MenageQuerySet.as_manager()

    class Meta:
        verbose_name = "ménage"
        ordering = ["sort_name", "pk"]
        indexes = [
            GinIndex(fields=["sort_name"], opclasses=["gin_trgm_ops"], name="menage_sort_name_trgm"),
            models.Index(fields=["sort_name", "id"], name="menage_sort_name"),
            models.Index(fields=["caf_number"], name="menage_caf_number", condition=~Q(caf_number="")),
            models.Index(fields=["id"], name="menage_confidential", condition=Q(is_confidential=True)),
        ]

    def __str__(self) -> str:
        return self.masked_name if self.is_masked else self.name

    @property
    def masked_name(self) -> str:
        return f"dossier confidentiel n° {self.pk}"

    @property
    def is_masked(self) -> bool:
        """Whether the present reader sees the number in place of the name."""
        return self.is_confidential and not may_open(self.pk)

    @property
    def address_lines(self) -> list[str]:
        if self.is_masked:
            return []
        return [line for line in (self.address, f"{self.postal_code} {self.city}".strip()) if line]

    @property
    def persons_count(self) -> int:
        """Persons of the household today: those named, or the number announced when it is higher."""
        return max(self.members_on(today()).count(), self.declared_persons or 0, 1)

    def members_on(self, day: datetime.date) -> models.QuerySet["MembreMenage"]:
        return self.membres.in_force(day).select_related("personne")


class PersonneQuerySet(ScopedQuerySet):
    residence_path = None
    menage_path = "menages"

    def open_to(self, user: Any) -> Self:
        """Persons but those who ever belonged to a confidential household on which `user` was not named."""
        hidden = Menage.objects.filter(is_confidential=True).exclude(acces_confidentiels__in=_named(user))
        return self.exclude(membre_de__menage__in=hidden)

    def visible_to(self, user: Any, permission: Any) -> Self:
        seen = Menage.objects.visible_to(user, permission)
        return self.filter(
            models.Exists(MembreMenage.objects.filter(personne=models.OuterRef("pk"), menage__in=seen))
        ).open_to(user)


def _named(user: Any) -> models.QuerySet[Any]:
    return AccesConfidentiel.objects.in_force().filter(user=user)


class PersonneCivility(models.TextChoices):
    MADAME = "madame", "Madame"
    MONSIEUR = "monsieur", "Monsieur"
    UNKNOWN = "unknown", "non précisée"


class PersonneBirthPrecision(models.TextChoices):
    DAY = "day", "jour exact"
    MONTH = "month", "mois et année"
    YEAR = "year", "année seulement"
    UNKNOWN = "unknown", "inconnue"


class PersonneNationality(models.TextChoices):
    FR = "fr", "française"
    UE = "ue", "Union européenne"
    HORS_UE = "hors_ue", "hors Union européenne"
    UNKNOWN = "unknown", "non précisée"


class Personne(models.Model):
    """A person. Prints masked when one of their households is confidential."""

    Civility = PersonneCivility
    BirthPrecision = PersonneBirthPrecision
    Nationality = PersonneNationality

    civility = models.CharField("civilité", max_length=10, choices=Civility, default=Civility.UNKNOWN)
    last_name = models.CharField("nom", max_length=100)
    birth_name = models.CharField("nom de naissance", max_length=100, blank=True)
    first_names = models.CharField("prénoms", max_length=150)
    born_on = models.DateField("date de naissance", null=True, blank=True)
    birth_precision = models.CharField(
        "précision de la date", max_length=10, choices=BirthPrecision, default=BirthPrecision.DAY
    )
    birth_place = models.CharField("lieu de naissance", max_length=150, blank=True)
    nationality = models.CharField("nationalité", max_length=10, choices=Nationality, default=Nationality.UNKNOWN)
    spoken_language = models.CharField("langue parlée", max_length=60, blank=True)
    needs_interpreter = models.BooleanField("interprète nécessaire", default=False)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    needs_evacuation_help = models.BooleanField("aide nécessaire dans les escaliers", default=False)
    deceased_on = models.DateField("décès le", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name="fusionnée dans",
    )
    is_confidential = models.BooleanField("dossier confidentiel", default=False, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("créée le", default=timezone.now, editable=False)
    sort_name = models.GeneratedField(
        expression=plain("last_name", "first_names"), output_field=models.TextField(), db_persist=True, editable=False
    )
    search_name = models.GeneratedField(
        expression=plain("last_name", "birth_name", "first_names"),
        output_field=models.TextField(),
        db_persist=True,
        editable=False,
    )
    menages = models.ManyToManyField(Menage, through="residence.MembreMenage", related_name="personnes")

    objects = PersonneQuerySet.as_manager()

    class Meta:
        verbose_name = "personne"
        ordering = ["sort_name", "pk"]
        indexes = [
            GinIndex(fields=["search_name"], opclasses=["gin_trgm_ops"], name="personne_search_name_trgm"),
            models.Index(fields=["sort_name", "id"], name="personne_sort_name"),
            models.Index(fields=["born_on"], name="personne_born_on"),
        ]
        constraints = [
            choice_check("civility", PersonneCivility, name="personne_civility"),
            choice_check("birth_precision", PersonneBirthPrecision, name="personne_birth_precision"),
            choice_check("nationality", PersonneNationality, name="personne_nationality"),
            Check(
                condition=Q(born_on__isnull=True, birth_precision="unknown")
                | (Q(born_on__isnull=False) & ~Q(birth_precision="unknown")),
                name="personne_born_on_known",
                violation_error_message="Donnez la date de naissance, ou dites qu’elle est inconnue.",
            ),
            Check(
                condition=Q(born_on__isnull=True) | Q(born_on__gt=datetime.date(1900, 1, 1)),
                name="personne_born_on_plausible",
                violation_error_message="Cette date de naissance n’est pas plausible "
                "(le 01/01/1900 est un défaut de tableur).",
            ),
            order_check(
                "born_on", "deceased_on", name="personne_lived", message="Le décès ne peut pas précéder la naissance."
            ),
        ]

    def __str__(self) -> str:
        if self.is_masked:
            return "personne d’un dossier confidentiel"
        return f"{self.last_name.upper()} {self.first_names}"

    @property
    def is_masked(self) -> bool:
        """Whether the present reader may not read the name."""
        return self.is_confidential and not any(may_open(pk) for pk in self.menages.values_list("pk", flat=True))

    @property
    def formal_name(self) -> str:
        """« Madame Awa DIALLO », as letters and contracts write it."""
        if self.is_masked:
            return str(self)
        civility = self.Civility(self.civility).label if self.civility != self.Civility.UNKNOWN else ""
        return f"{civility} {self.first_names} {self.last_name.upper()}".strip()


class MembreMenageTie(models.TextChoices):
    REFERENCE = "reference", "personne de référence"
    PARTNER = "partner", "conjoint ou concubin"
    CHILD = "child", "enfant"
    OTHER = "other", "autre personne"


class MembreMenage(models.Model):
    """A person's time in a household."""

    Tie = MembreMenageTie

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="membres", verbose_name="ménage")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="membre_de", verbose_name="personne")
    tie = models.CharField("lien", max_length=10, choices=Tie, default=Tie.REFERENCE)
    in_custody = models.BooleanField("garde alternée", default=False)
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "membre du ménage"
        verbose_name_plural = "membres du ménage"
        ordering = ["start_on", "pk"]
        constraints = [
            choice_check("tie", MembreMenageTie, name="membre_menage_tie"),
            order_check("start_on", "end_on", name="membre_menage_order"),
            models.UniqueConstraint(
                fields=["menage", "personne"],
                condition=Q(end_on__isnull=True),
                name="membre_menage_once",
                violation_error_message="Cette personne fait déjà partie du ménage.",
            ),
            models.UniqueConstraint(
                fields=["menage"],
                condition=Q(end_on__isnull=True, tie="reference"),
                name="membre_menage_one_reference",
                violation_error_message="Le ménage a déjà une personne de référence.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.personne} ({self.get_tie_display()})"


class TitreSejour(models.Model):
    """A residence permit and the day it ends. Read by the coordinatrice only."""

    personne = models.ForeignKey(Personne, models.PROTECT, related_name="titres_sejour", verbose_name="personne")
    kind = models.CharField("titre", max_length=100)
    number = models.CharField("numéro", max_length=30, blank=True)
    start_on = models.DateField("depuis le", null=True, blank=True)
    end_on = models.DateField("valable jusqu’au", null=True, blank=True)
    allows_work = models.BooleanField("autorise à travailler", default=False)

    class Meta:
        verbose_name = "titre de séjour"
        verbose_name_plural = "titres de séjour"
        ordering = ["-end_on"]
        constraints = [order_check("start_on", "end_on", name="titre_sejour_order")]

    def __str__(self) -> str:
        return self.kind


class MoneyLine(models.Model):
    """A monthly amount of a household, from day to day."""

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="%(class)ss", verbose_name="ménage")
    personne = models.ForeignKey(
        Personne, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    label = models.CharField("précision", max_length=150, blank=True)
    monthly_amount = models.DecimalField(
        "montant mensuel (€)", max_digits=9, decimal_places=2, validators=[MinValueValidator(0)]
    )
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    proved_on = models.DateField("justifié le", null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["kind", "start_on"]


class Ressource(MoneyLine):
    """What a household receives each month, from whom, since when."""

    Kind = RessourceKind

    kind = models.CharField("nature", max_length=30, choices=Kind)

    class Meta(MoneyLine.Meta):
        verbose_name = "ressource"
        constraints = [
            choice_check("kind", RessourceKind, name="ressource_kind"),
            order_check("start_on", "end_on", name="ressource_order"),
            Check(
                condition=Q(monthly_amount__gte=0),
                name="ressource_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class ChargeKind(models.TextChoices):
    TELEPHONE = "telephone", "téléphone, internet"
    ASSURANCE = "assurance", "assurances, mutuelle"
    TRANSPORT = "transport", "transport"
    CREDIT = "credit", "remboursement de crédit"
    DETTE = "dette", "remboursement de dette"
    PENSION_ALIMENTAIRE = "pension_alimentaire", "pension alimentaire versée"
    IMPOTS = "impots", "impôts"
    GARDE = "garde", "garde et scolarité"
    AUTRE = "autre", "autre charge"


class Charge(MoneyLine):
    """What a household pays each month beside its home."""

    Kind = ChargeKind

    kind = models.CharField("nature", max_length=30, choices=Kind)

    class Meta(MoneyLine.Meta):
        verbose_name = "charge"
        constraints = [
            choice_check("kind", ChargeKind, name="charge_kind"),
            order_check("start_on", "end_on", name="charge_order"),
            Check(
                condition=Q(monthly_amount__gte=0),
                name="charge_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class MandataireMeasure(models.TextChoices):
    TUTELLE = "tutelle", "tutelle"
    CURATELLE = "curatelle", "curatelle"
    CURATELLE_RENFORCEE = "curatelle_renforcee", "curatelle renforcée"
    SAUVEGARDE = "sauvegarde", "sauvegarde de justice"
    HABILITATION = "habilitation", "habilitation familiale"
    MANDAT = "mandat", "mandat de protection future"
    MAJ = "maj", "mesure d’accompagnement judiciaire"
    MASP = "masp", "mesure d’accompagnement social personnalisé"


class Mandataire(models.Model):
    """Who acts for a person under a measure of protection, and what the measure covers."""

    Measure = MandataireMeasure

    personne = models.ForeignKey(Personne, models.PROTECT, related_name="mandataires", verbose_name="personne")
    measure = models.CharField("mesure", max_length=30, choices=Measure)
    name = models.CharField("mandataire", max_length=150)
    address = models.CharField("adresse", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=100, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    signs = models.BooleanField("signe avec ou pour la personne", default=True)
    receives = models.BooleanField("reçoit les courriers", default=True)
    pays = models.BooleanField("paie", default=False)
    judged_on = models.DateField("jugement du", null=True, blank=True)
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "mandataire"
        ordering = ["-start_on"]
        constraints = [
            choice_check("measure", MandataireMeasure, name="mandataire_measure"),
            order_check("start_on", "end_on", name="mandataire_order"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_measure_display()})"


class AttachedQuerySet(DatedQuerySet, ScopedQuerySet):
    """Rows of a household in a résidence, from day to day."""

    menage_path = "menage"


class Rattachement(models.Model):
    """What ties a household to a résidence. Written by the actions that open and close each cause."""

    Cause = Cause

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="rattachements", verbose_name="ménage")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="rattachements", verbose_name="résidence")
    cause = models.CharField("cause", max_length=20, choices=Cause)
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = AttachedQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        ordering = ["start_on"]
        indexes = [models.Index(fields=["residence", "cause", "menage"], name="rattachement_scope")]
        constraints = [
            choice_check("cause", Cause, name="rattachement_cause"),
            order_check("start_on", "end_on", name="rattachement_order"),
            models.UniqueConstraint(
                fields=["menage", "residence", "cause"],
                condition=Q(end_on__isnull=True),
                name="rattachement_once",
                violation_error_message="Ce ménage est déjà rattaché à la résidence pour cette cause.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menage} : {self.get_cause_display()}"


class ReferentKind(models.TextChoices):
    SOCIAL = "social", "référent social"
    SUBSTITUTE = "substitute", "suppléant"
    RSA = "rsa", "référent RSA"
    PARTNER = "partner", "référent du partenaire"


class Referent(models.Model):
    """Who follows a household, from day to day."""

    Kind = ReferentKind

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="referents", verbose_name="ménage")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+", verbose_name="résidence")
    kind = models.CharField("qualité", max_length=20, choices=Kind, default=Kind.SOCIAL)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="referent_of", verbose_name="membre de l’équipe"
    )
    contact = models.ForeignKey(
        "residence.ContactPartenaire", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="contact"
    )
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = AttachedQuerySet.as_manager()

    class Meta:
        verbose_name = "référent"
        ordering = ["kind", "-start_on"]
        constraints = [
            choice_check("kind", ReferentKind, name="referent_kind"),
            order_check("start_on", "end_on", name="referent_order"),
            Check(
                condition=Q(user__isnull=False, contact__isnull=True) | Q(user__isnull=True, contact__isnull=False),
                name="referent_somebody",
                violation_error_message="Choisissez un membre de l’équipe, ou un contact du partenaire.",
            ),
            models.UniqueConstraint(
                fields=["menage", "residence", "kind"],
                condition=Q(end_on__isnull=True),
                name="referent_once",
                violation_error_message="Ce ménage a déjà un référent de cette qualité.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user or self.contact)


class AccesConfidentielCapacity(models.TextChoices):
    REFERENT = "referent", "référent"
    GESTIONNAIRE = "gestionnaire", "gestionnaire"
    SUBSTITUTE = "substitute", "suppléant"


class AccesConfidentiel(models.Model):
    """A person named to read a confidential household."""

    Capacity = AccesConfidentielCapacity

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="acces_confidentiels", verbose_name="ménage")
    user = models.ForeignKey(User, models.PROTECT, related_name="acces_confidentiels", verbose_name="personne nommée")
    capacity = models.CharField("qualité", max_length=20, choices=Capacity)
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="nommée par")
    granted_at = models.DateTimeField("nommée le", default=timezone.now, editable=False)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "accès confidentiel"
        verbose_name_plural = "accès confidentiels"
        ordering = ["menage", "capacity"]
        constraints = [
            choice_check("capacity", AccesConfidentielCapacity, name="acces_confidentiel_capacity"),
            order_check("start_on", "end_on", name="acces_confidentiel_order"),
            models.UniqueConstraint(
                fields=["menage", "user"],
                condition=Q(end_on__isnull=True),
                name="acces_confidentiel_once",
                violation_error_message="Cette personne est déjà nommée sur ce dossier.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} : dossier n° {self.menage_id}"
