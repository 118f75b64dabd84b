"""The résidence, the convention that rules it, its dispositifs, and the partners around it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from residence.models.base import ScopedQuerySet, choice_check, order_check, plain
from residence.models.conditions import Check
from residence.models.ressources import RessourceKind

ZONES = [("1", "zone 1"), ("2", "zone 2"), ("3", "zone 3")]


class TypeLogement(models.TextChoices):
    CHAMBRE = "chambre", "chambre en appartement partagé"
    T1 = "T1", "T1"
    T1_PRIME = "T1'", "T1’"
    T1_BIS = "T1bis", "T1 bis"
    T2 = "T2", "T2"
    T3 = "T3", "T3"
    T4 = "T4", "T4"
    T5 = "T5", "T5 et plus"


class ResidenceQuerySet(ScopedQuerySet):
    residence_path = "pk"


class Residence(models.Model):
    """A résidence sociale: one address, one convention, one team."""

    code = models.SlugField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=150)
    organisme = models.CharField("organisme gestionnaire", max_length=150)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    address = models.CharField("adresse", max_length=250)
    postal_code = models.CharField("code postal", max_length=5)
    city = models.CharField("commune", max_length=100)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    opening_hours = models.CharField("heures d’accueil", max_length=250, blank=True)
    signatory_name = models.CharField("signataire des documents", max_length=150, blank=True)
    signatory_title = models.CharField("qualité du signataire", max_length=150, blank=True)
    logo = models.FileField("logo", upload_to="logos/", blank=True)
    is_confidential = models.BooleanField(
        "adresse confidentielle", default=False, help_text="L’adresse ne s’affiche qu’à l’équipe de la résidence."
    )
    opened_on = models.DateField("ouverte le")
    taken_over_on = models.DateField(
        "reprise dans ce logiciel le", null=True, blank=True, help_text="Aucun avis n’est émis pour un mois antérieur."
    )
    iban = models.CharField("IBAN", max_length=34, blank=True)
    ics = models.CharField("identifiant créancier SEPA (ICS)", max_length=35, blank=True)
    guests_at_once = models.PositiveSmallIntegerField(
        "personnes hébergées à la fois par un résident, au plus",
        null=True,
        blank=True,
        help_text="Ce que fixe le règlement intérieur (CCH, art. R.633-9). Vide : il n’en dit rien.",
    )
    daily_living_threshold = models.DecimalField(
        "seuil d’alerte du reste à vivre (€ par jour et par unité)",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Repère de l’équipe, jamais un motif de refus.",
    )
    heat_wave_age = models.PositiveSmallIntegerField(
        "veille canicule à partir de (ans)",
        default=65,
        help_text="Les personnes de cet âge, et celles qu’il faut aider dans les escaliers, sont appelées chaque jour.",
    )
    incident_follow_days = models.PositiveSmallIntegerField(
        "un incident est pris en charge sous (jours)", default=2, validators=[MaxValueValidator(30)]
    )
    incident_repeat_count = models.PositiveSmallIntegerField(
        "incidents qui alertent l’équipe",
        default=3,
        validators=[MinValueValidator(2), MaxValueValidator(20)],
        help_text="Chez le même ménage ou au même endroit, dans le nombre de mois qui suit.",
    )
    incident_repeat_months = models.PositiveSmallIntegerField(
        "comptés sur (mois)", default=3, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    is_in_large_agglomeration = models.BooleanField(
        "dans une agglomération de plus de 300 000 habitants",
        default=False,
        help_text="Le recours après une décision DALO s’ouvre alors à 6 mois au lieu de 3.",
    )

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "résidence"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        return [self.address, f"{self.postal_code} {self.city}"]

    @property
    def first_month(self) -> Any:
        """The first day from which facts of the résidence may be dated."""
        return self.taken_over_on or self.opened_on


class ConventionKind(models.TextChoices):
    RESIDENCE_SOCIALE = "residence_sociale", "résidence sociale"
    PENSION_DE_FAMILLE = "pension_de_famille", "pension de famille"
    FJT = "fjt", "foyer de jeunes travailleurs"
    LOGEMENT_FOYER = "logement_foyer", "autre logement-foyer"


class ConventionAplScale(models.TextChoices):
    APL1 = "apl1", "APL 1 : cas général"
    APL2 = "apl2", "APL 2 : résidence existante conventionnée sans travaux"


class Convention(models.Model):
    """The APL convention of a résidence: what it may charge, on which scale, for whom."""

    Kind = ConventionKind
    AplScale = ConventionAplScale

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="conventions", verbose_name="résidence")
    number = models.CharField("numéro", max_length=60)
    kind = models.CharField("type", max_length=30, choices=Kind, default=Kind.RESIDENCE_SOCIALE)
    signed_on = models.DateField("signée le")
    ends_on = models.DateField("terme", null=True, blank=True)
    apl_scale = models.CharField(
        "barème d’APL", max_length=4, choices=AplScale, blank=True, help_text="Vide : inconnu, les deux sont montrés."
    )
    apl_zone = models.CharField("zone d’APL", max_length=1, choices=ZONES, blank=True)
    prefect_share = models.DecimalField(
        "part des logements réservés par le préfet (%)", max_digits=5, decimal_places=2, null=True, blank=True
    )
    other_reservations = models.TextField("autres réservataires", blank=True)
    document = models.FileField("texte signé", upload_to="conventions/", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["-signed_on"]
        constraints = [
            choice_check("kind", ConventionKind, name="convention_kind"),
            choice_check("apl_scale", ConventionAplScale, name="convention_apl_scale", blank=True),
            Check(
                condition=Q(apl_zone__in=["", *dict(ZONES)]),
                name="convention_apl_zone",
                violation_error_message="Cette zone n’existe pas.",
            ),
            order_check("signed_on", "ends_on", name="convention_order"),
            models.UniqueConstraint(
                fields=["residence", "number"],
                name="convention_number",
                violation_error_message="Cette résidence a déjà une convention de ce numéro.",
            ),
        ]

    def __str__(self) -> str:
        return f"convention n° {self.number} du {self.signed_on:%d/%m/%Y}"


class PlafondRedevance(models.Model):
    """The most that a convention lets a place of one type cost a month, loyer and charges together."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="plafonds", verbose_name="convention")
    type_logement = models.CharField("type de logement", max_length=10, choices=TypeLogement)
    loan = models.CharField("financement", max_length=30, blank=True)
    valid_from = models.DateField("à partir du")
    monthly_maximum = models.DecimalField(
        "maximum mensuel, loyer et charges (€)",
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        verbose_name = "redevance maximale"
        verbose_name_plural = "redevances maximales"
        ordering = ["type_logement", "-valid_from"]
        constraints = [
            choice_check("type_logement", TypeLogement, name="plafond_redevance_type"),
            Check(
                condition=Q(monthly_maximum__gt=0),
                name="plafond_redevance_positive",
                violation_error_message="Le maximum est un montant au-dessus de zéro.",
            ),
            models.UniqueConstraint(
                fields=["convention", "type_logement", "loan", "valid_from"],
                name="plafond_redevance_unique",
                violation_error_message="Ce maximum est déjà saisi pour cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_logement_display()} : {self.monthly_maximum} €"


class Route(models.TextChoices):
    """By which door a candidate comes."""

    SIAO = "siao", "SIAO"
    CCAS = "ccas", "CCAS"
    COMITE_DE_PILOTAGE = "comite_de_pilotage", "comité de pilotage"
    DEPARTEMENT = "departement", "Département"
    DIRECT = "direct", "demande directe"


class Dispositif(models.Model):
    """A way of housing people: who orients, for how long, under which criteria. All data, no code."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="dispositifs", verbose_name="résidence")
    code = models.SlugField("code", max_length=30)
    name = models.CharField("nom", max_length=150)
    public = models.TextField("public accueilli", blank=True)
    admission_conditions = models.TextField(
        "conditions d’admission", blank=True, help_text="Reprises dans le contrat d’occupation."
    )
    routes = ArrayField(
        models.CharField(max_length=20, choices=Route), verbose_name="voies d’orientation", default=list
    )
    stay_months = models.PositiveSmallIntegerField(
        "durée du séjour (mois)", null=True, blank=True, help_text="Vide : sans limitation de durée."
    )
    renewals_max = models.PositiveSmallIntegerField(
        "renouvellements au plus", null=True, blank=True, help_text="Vide : autant qu’il en faut."
    )
    stay_months_max = models.PositiveSmallIntegerField("durée maximale de l’accueil (mois)", null=True, blank=True)
    first_meeting_days = models.PositiveSmallIntegerField(
        "premier rendez-vous dans les N jours de l’entrée", null=True, blank=True
    )
    visit_every_days = models.PositiveSmallIntegerField("une visite tous les N jours", null=True, blank=True)
    review_every_months = models.PositiveSmallIntegerField("projet revu tous les N mois", null=True, blank=True)
    project_within_days = models.PositiveSmallIntegerField(
        "projet personnalisé dans les N jours de l’entrée", null=True, blank=True
    )
    has_shared_flats = models.BooleanField("appartements partagés", default=False)
    requires_insurance = models.BooleanField("assurance du résident demandée", default=True)
    requires_social_file = models.BooleanField("accompagnement social", default=True)
    referent_from_partner = models.BooleanField(
        "référent tenu par le partenaire", default=False, help_text="Le prescripteur reste référent jusqu’à la sortie."
    )
    taux_effort_maximum = models.DecimalField(
        "taux d’effort maximal",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="Part des ressources : 0,25 pour 25 %.",
    )
    active_share_minimum = models.DecimalField(
        "part des résidents en activité, au moins",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="0,60 pour 60 %. Un chiffre de la maison, montré avec les places à donner : il n’écarte personne.",
    )
    notice_of_interview_days = models.PositiveSmallIntegerField("entretien sous N jours", default=15)
    proposal_answer_days = models.PositiveSmallIntegerField("réponse à une proposition sous N jours", default=8)
    deposit_months = models.DecimalField(
        "dépôt de garantie (mois de redevance, un au plus)", max_digits=3, decimal_places=2, default=1
    )
    turnaround_days = models.PositiveSmallIntegerField("remise en état entre deux séjours (jours)", default=3)
    is_open = models.BooleanField("ouvert aux orientations", default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "dispositif"
        ordering = ["residence", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "code"],
                name="dispositif_code",
                violation_error_message="Cette résidence a déjà un dispositif de ce code.",
            ),
            Check(
                condition=Q(stay_months__isnull=False)
                | Q(stay_months__isnull=True, renewals_max__isnull=True, stay_months_max__isnull=True),
                name="dispositif_without_term",
                violation_error_message="Un dispositif sans limitation de durée n’a ni terme ni renouvellement.",
            ),
            Check(
                condition=Q(deposit_months__gte=0, deposit_months__lte=1),
                name="dispositif_deposit",
                violation_error_message="Le dépôt de garantie ne dépasse pas un mois de redevance.",
            ),
            Check(
                condition=Q(taux_effort_maximum__isnull=True)
                | Q(taux_effort_maximum__gt=0, taux_effort_maximum__lte=1),
                name="dispositif_taux_effort",
                violation_error_message="Le taux d’effort est une part des ressources, entre 0 et 1.",
            ),
            Check(
                condition=Q(active_share_minimum__isnull=True)
                | Q(active_share_minimum__gt=0, active_share_minimum__lte=1),
                name="dispositif_active_share",
                violation_error_message="La part des résidents en activité est entre 0 et 1.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CritereDispositifKind(models.TextChoices):
    AGE = "age", "âge à l’entrée"
    HOUSEHOLD_SIZE = "household_size", "nombre de personnes"
    RESOURCES_CEILING = "resources_ceiling", "plafond de ressources mensuelles (€)"
    TAUX_EFFORT = "taux_effort", "taux d’effort"
    LOYER_NET = "loyer_net", "loyer hors charges, après APL (part des ressources)"
    PAPERS = "papers", "titre de séjour valable"
    PARTNER_IDENTIFICATION = "partner_identification", "identification par un partenaire"
    ACTIVITY = "activity", "activité ou projet"
    RESOURCES_HELD = "resources_held", "ressources perçues"
    PROTECTION = "protection", "mesure de protection en cours"
    MEDICAL_VALIDATION = "medical_validation", "validation médicale reçue"
    ADULT_WOMEN = "adult_women", "femmes, avec ou sans enfants"


class CritereDispositifEffect(models.TextChoices):
    FLAGS = "flags", "signale"
    NEEDS_DEROGATION = "needs_derogation", "exige une dérogation motivée"
    REDUCES = "reduces", "réduit la redevance"


class CritereDispositif(models.Model):
    """A criterion of admission and what it does. None refuses a candidate alone."""

    Kind = CritereDispositifKind
    Effect = CritereDispositifEffect

    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="criteres", verbose_name="dispositif")
    kind = models.CharField("critère", max_length=30, choices=Kind)
    minimum = models.DecimalField("au moins", max_digits=10, decimal_places=4, null=True, blank=True)
    maximum = models.DecimalField("au plus", max_digits=10, decimal_places=4, null=True, blank=True)
    resources = ArrayField(
        models.CharField(max_length=30, choices=RessourceKind),
        verbose_name="lesquelles",
        default=list,
        blank=True,
        help_text="Pour « ressources perçues » : toutes celles qui sont demandées ensemble.",
    )
    effect = models.CharField("effet", max_length=20, choices=Effect, default=Effect.FLAGS)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "critère"
        ordering = ["dispositif", "kind"]
        constraints = [
            choice_check("kind", CritereDispositifKind, name="critere_kind"),
            choice_check("effect", CritereDispositifEffect, name="critere_effect"),
            order_check("minimum", "maximum", name="critere_order", message="Le maximum est au moins le minimum."),
            Check(
                condition=Q(kind="resources_held", resources__len__gt=0, resources__contained_by=RessourceKind.values)
                | ~Q(kind="resources_held") & Q(resources__len=0),
                name="critere_resources",
                violation_error_message="Dites quelles ressources sont demandées, et pour ce critère seulement.",
            ),
            models.UniqueConstraint(
                fields=["dispositif", "kind"],
                name="critere_unique",
                violation_error_message="Ce critère est déjà posé pour ce dispositif.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class SurfaceDispositif(models.Model):
    """The surfaces that a dispositif allows for a type of logement, in square metres, bounds included."""

    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="surfaces", verbose_name="dispositif")
    type_logement = models.CharField("type de logement", max_length=10, choices=TypeLogement)
    minimum = models.DecimalField("au moins (m²)", max_digits=6, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("au plus (m²)", max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "surface admise"
        verbose_name_plural = "surfaces admises"
        ordering = ["dispositif", "type_logement"]
        constraints = [
            choice_check("type_logement", TypeLogement, name="surface_dispositif_type"),
            order_check("minimum", "maximum", name="surface_dispositif_order"),
            models.UniqueConstraint(
                fields=["dispositif", "type_logement"],
                name="surface_dispositif_unique",
                violation_error_message="Les surfaces de ce type sont déjà posées.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_logement_display()} : {self.minimum} à {self.maximum} m²"


class PieceRequise(models.Model):
    """A piece that a dispositif asks of a candidate."""

    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="pieces", verbose_name="dispositif")
    name = models.CharField("pièce", max_length=150)
    help_text = models.CharField("précision", max_length=250, blank=True)
    is_mandatory = models.BooleanField("obligatoire pour la commission", default=True)
    validity_months = models.PositiveSmallIntegerField(
        "périmée après (mois)", null=True, blank=True, help_text="Vide : ne se périme pas, ou porte sa propre date."
    )
    rank = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "pièce demandée"
        verbose_name_plural = "pièces demandées"
        ordering = ["dispositif", "rank", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dispositif", "name"],
                name="piece_requise_unique",
                violation_error_message="Cette pièce est déjà demandée.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PartenaireKind(models.TextChoices):
    SIAO = "siao", "SIAO"
    CCAS = "ccas", "CCAS"
    DEPARTEMENT = "departement", "Département"
    CAF = "caf", "CAF ou MSA"
    PREFECTURE = "prefecture", "préfecture, DDETS"
    ASSOCIATION = "association", "association"
    SANTE = "sante", "santé"
    EMPLOI = "emploi", "emploi et formation"
    BAILLEUR = "bailleur", "bailleur"
    MANDATAIRE = "mandataire", "mandataire judiciaire"
    AUTRE = "autre", "autre"


class Partenaire(models.Model):
    """An organisation that orients, accompanies, pays or works with the résidence."""

    Kind = PartenaireKind

    kind = models.CharField("nature", max_length=20, choices=Kind)
    name = models.CharField("nom", max_length=150)
    themes = models.CharField("thèmes", max_length=250, blank=True)
    address = models.CharField("adresse", max_length=250, blank=True)
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("commune", max_length=100, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    email_agreed_on = models.DateField(
        "accepte nos réponses par courriel depuis le",
        null=True,
        blank=True,
        help_text="Sans cette date, les lettres de décision partent sur papier.",
    )
    residences = models.ManyToManyField(Residence, blank=True, related_name="partenaires", verbose_name="résidences")
    contact_within_days = models.PositiveSmallIntegerField(
        "prendre contact sous (jours)", null=True, blank=True, help_text="Délai que ce partenaire demande de tenir."
    )
    answer_within_days = models.PositiveSmallIntegerField("répondre sous (jours)", null=True, blank=True)
    cancels_after_days = models.PositiveSmallIntegerField(
        "demande annulée sans contact au bout de (jours)",
        null=True,
        blank=True,
        help_text="Le ménage qui n’a pas pris contact avant perd sa demande chez ce partenaire.",
    )
    no_shows_max = models.PositiveSmallIntegerField(
        "absences à l’entretien avant clôture",
        null=True,
        blank=True,
        help_text="Vide : à l’appréciation de l’équipe.",
    )
    refusal_costs_seniority = models.BooleanField(
        "un refus du ménage jugé irrecevable lui fait perdre son ancienneté", default=False
    )
    closed_on = models.DateField("n’est plus partenaire depuis", null=True, blank=True)
    sort_name = models.GeneratedField(
        expression=plain("name"), output_field=models.TextField(), db_persist=True, editable=False
    )

    class Meta:
        verbose_name = "partenaire"
        ordering = ["sort_name"]
        constraints = [
            choice_check("kind", PartenaireKind, name="partenaire_kind"),
            models.UniqueConstraint(
                fields=["kind", "sort_name"],
                name="partenaire_unique",
                violation_error_message="Ce partenaire est déjà dans l’annuaire.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        return [line for line in (self.address, f"{self.postal_code} {self.city}".strip()) if line]


class ContactPartenaire(models.Model):
    """A person who answers for a partner."""

    partenaire = models.ForeignKey(Partenaire, models.PROTECT, related_name="contacts", verbose_name="partenaire")
    name = models.CharField("nom", max_length=150)
    function = models.CharField("fonction", max_length=150, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    left_on = models.DateField("parti le", null=True, blank=True)
    created_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "contact"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.partenaire})"
