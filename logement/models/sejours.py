"""The stay of a household, the contracts that it is made of, and their ends."""

import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.urls import reverse
from django.utils import timezone

from logement.models.parc import DateRange, OccupationPlace, Place
from residence.models import Dispositif, DocumentEmis, Menage, Personne, Residence, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, pair_check, today
from residence.models.conditions import Check


class Destination(models.TextChoices):
    """Where a household goes. PERMANENT ones are homes of one's own, or meant to last."""

    HLM = "hlm", "logement social"
    PRIVE = "prive", "logement privé"
    IML = "iml", "intermédiation locative, bail glissant"
    RESIDENCE_SOCIALE = "residence_sociale", "autre résidence sociale, FJT"
    PENSION_DE_FAMILLE = "pension_de_famille", "pension de famille"
    HEBERGEMENT = "hebergement", "CHRS, hébergement d’urgence"
    MEDICO_SOCIAL = "medico_social", "établissement médico-social, EHPAD"
    FAMILLE = "famille", "famille, tiers"
    PAYS = "pays", "retour au pays"
    HOPITAL = "hopital", "hospitalisation"
    INCARCERATION = "incarceration", "incarcération"
    EXPULSION = "expulsion", "expulsion"
    DECES = "deces", "décès"
    INCONNUE = "inconnue", "inconnue"


PERMANENT_DESTINATIONS = frozenset(
    {Destination.HLM, Destination.PRIVE, Destination.IML, Destination.PENSION_DE_FAMILLE, Destination.MEDICO_SOCIAL}
)


class SejourQuerySet(ScopedQuerySet):
    menage_path = "menage"

    def live(self) -> Self:
        """Stays but those whose only contract was cancelled: nobody ever lived there."""
        return self.filter(cancelled_at__isnull=True)

    def open(self) -> Self:
        return self.live().filter(ended_on__isnull=True)

    def on(self, day: datetime.date) -> Self:
        """Stays that cover `day`, first and last days included."""
        return self.live().filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day), start_on__lte=day)


class Sejour(models.Model):
    """The time a household lives in a résidence, whatever the places and contracts. It has one account."""

    menage = models.ForeignKey(Menage, models.PROTECT, related_name="sejours", verbose_name="ménage")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="sejours", verbose_name="résidence")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="sejours", verbose_name="dispositif")
    start_on = models.DateField("entrée le")
    planned_end_on = models.DateField(
        "fin prévue du séjour", null=True, blank=True, help_text="Dernier jour que le dispositif prévoit."
    )
    ended_on = models.DateField("sortie le", null=True, blank=True)
    destination = models.CharField("destination", max_length=30, choices=Destination, blank=True)
    destination_detail = models.CharField("précision", max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("ouvert le", default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(
        "annulé le", null=True, editable=False, help_text="Le contrat n’a jamais pris effet."
    )

    objects = SejourQuerySet.as_manager()

    class Meta:
        verbose_name = "séjour"
        ordering = ["-start_on"]
        indexes = [models.Index(fields=["residence", "start_on"], name="sejour_residence")]
        constraints = [
            order_check(
                "start_on", "ended_on", name="sejour_order", message="La sortie ne peut pas précéder l’entrée."
            ),
            order_check("start_on", "planned_end_on", name="sejour_planned_order"),
            Check(
                condition=Q(destination__in=["", *Destination.values]),
                name="sejour_destination",
                violation_error_message="Cette destination n’est pas dans la liste.",
            ),
            models.UniqueConstraint(
                fields=["menage", "residence"],
                condition=Q(ended_on__isnull=True, cancelled_at__isnull=True),
                name="sejour_one_open",
                violation_error_message="Ce ménage a déjà un séjour en cours dans la résidence.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.menage}, depuis le {self.start_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("logement:sejour_detail", args=[self.pk])

    def clean(self) -> None:
        if self.planned_end_on is not None and self.dispositif_id and self.dispositif.stay_months is None:
            raise ValidationError(
                {
                    "planned_end_on": f"« {self.dispositif} » accueille sans limitation de durée : "
                    "le séjour n’a pas de terme."
                }
            )


class RenouvellementSejourKind(models.TextChoices):
    RENEWAL = "renewal", "renouvellement"
    OVERSTAY = "overstay", "dépassement autorisé"
    REFUSAL = "refusal", "non-renouvellement"


class RenouvellementQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def granted(self) -> Self:
        """Decisions that let the stay go on."""
        return self.exclude(kind=RenouvellementSejour.Kind.REFUSAL)


class RenouvellementSejour(models.Model):
    """A decision on a stay that reaches its planned end: a renewal, an over-stay, or neither.

    It ends no contract. A refusal keeps the planned end as `until_on`.
    """

    Kind = RenouvellementSejourKind

    sejour = models.ForeignKey(Sejour, models.PROTECT, related_name="renouvellements", verbose_name="séjour")
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.RENEWAL)
    from_on = models.DateField("à compter du")
    until_on = models.DateField("jusqu’au")
    reasons = models.TextField("motifs")
    decided_on = models.DateField("décidé le")
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="décidé par")

    objects = RenouvellementQuerySet.as_manager()

    class Meta:
        verbose_name = "renouvellement du séjour"
        verbose_name_plural = "renouvellements du séjour"
        ordering = ["from_on"]
        constraints = [
            choice_check("kind", RenouvellementSejourKind, name="renouvellement_kind"),
            order_check("from_on", "until_on", name="renouvellement_order"),
            Check(
                condition=~Q(reasons=""),
                name="renouvellement_reasons",
                violation_error_message="Une décision a ses motifs.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} jusqu’au {self.until_on:%d/%m/%Y}"


class ContratQuerySet(ScopedQuerySet):
    residence_path = "sejour__residence"
    menage_path = "sejour__menage"

    def live(self) -> Self:
        return self.exclude(status=ContratOccupation.Status.CANCELLED)

    def to_sign(self) -> Self:
        return self.filter(status__in=[ContratOccupation.Status.DRAFT, ContratOccupation.Status.TO_SIGN])

    def in_progress(self) -> Self:
        """Contracts under which somebody lives, or will from the day they begin."""
        return self.filter(status__in=ContratOccupation.OCCUPYING)

    def kept(self) -> Self:
        """Contracts that another one follows in the same rooms, and more: no key is awaited, at any date."""
        rooms = OccupationPlace.objects.live().filter(contrat=OuterRef("pk"), kind=OccupationPlace.Kind.CONTRACT)
        return self.filter(
            Exists(rooms.filter(keys_back_on__isnull=False)),
            ~Exists(rooms.filter(keys_back_on__isnull=True)),
            status=ContratOccupation.Status.RUNNING,
            end_on__isnull=False,
        )

    def without_title(self) -> Self:
        """Contracts that have ended and whose place is still lived in, or not emptied: an indemnité is due."""
        return self.filter(status=ContratOccupation.Status.OCCUPANT_SANS_TITRE)

    def with_days_in(self, month: datetime.date) -> Self:
        """Signed contracts with at least one day in the month of `month`; one without its keys back has no last day."""
        first = month.replace(day=1)
        after = (first + datetime.timedelta(days=32)).replace(day=1)
        lived = ContratOccupation.OCCUPYING | {ContratOccupation.Status.ENDED}
        still_there = Q(status__in=[ContratOccupation.Status.NOTICE, ContratOccupation.Status.OCCUPANT_SANS_TITRE])
        return self.filter(
            Q(end_on__isnull=True) | Q(end_on__gte=first) | still_there, status__in=lived, start_on__lt=after
        )


class ContratOccupationStatus(models.TextChoices):
    DRAFT = "draft", "brouillon"
    TO_SIGN = "to_sign", "à signer"
    RUNNING = "running", "en cours"
    NOTICE = "notice", "en préavis"
    ENDED = "ended", "terminé"
    CANCELLED = "cancelled", "annulé"
    OCCUPANT_SANS_TITRE = "occupant_sans_titre", "occupant sans titre"


class ContratOccupation(models.Model):
    """An occupancy contract: one legal month, renewed tacitly at the will of the resident alone (CCH, L.633-2)."""

    Status = ContratOccupationStatus

    OCCUPYING = frozenset({Status.RUNNING, Status.NOTICE, Status.OCCUPANT_SANS_TITRE})
    TRANSITIONS: dict[str, frozenset[str]] = {
        Status.DRAFT: frozenset({Status.TO_SIGN, Status.CANCELLED}),
        Status.TO_SIGN: frozenset({Status.DRAFT, Status.RUNNING, Status.CANCELLED}),
        Status.RUNNING: frozenset({Status.NOTICE, Status.ENDED, Status.CANCELLED, Status.OCCUPANT_SANS_TITRE}),
        Status.NOTICE: frozenset({Status.RUNNING, Status.ENDED, Status.OCCUPANT_SANS_TITRE}),
        Status.OCCUPANT_SANS_TITRE: frozenset({Status.ENDED, Status.RUNNING}),
        Status.ENDED: frozenset(),
        Status.CANCELLED: frozenset(),
    }

    sejour = models.ForeignKey(Sejour, models.PROTECT, db_index=False, related_name="contrats", verbose_name="séjour")
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="following",
        verbose_name="fait suite à",
        help_text="Le contrat de la place que le ménage quitte, quand il change de place pendant son séjour.",
    )
    is_avenant = models.BooleanField("change de place par avenant", default=False, editable=False)
    change_reason = models.CharField("raison du changement de place", max_length=200, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="contrats", verbose_name="place")
    joined_places = models.ManyToManyField(
        Place, blank=True, related_name="joined_contrats", verbose_name="chambres jointes"
    )
    status = models.CharField("état", max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    start_on = models.DateField("prise d’effet")
    end_on = models.DateField("dernier jour", null=True, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    keys_back_on = models.DateField("clés rendues le", null=True, blank=True)
    monthly_rent = models.DecimalField("équivalent de loyer (€)", max_digits=8, decimal_places=2)
    monthly_charges = models.DecimalField("équivalent de charges (€)", max_digits=8, decimal_places=2)
    monthly_services = models.DecimalField("prestations obligatoires (€)", max_digits=8, decimal_places=2, default=0)
    deposit_amount = models.DecimalField(
        "dépôt de garantie (€)", max_digits=8, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    organisation = models.CharField(
        "organisme titulaire",
        max_length=150,
        blank=True,
        help_text="Quand une association est titulaire pour l’occupant.",
    )
    special_terms = models.TextField("clauses particulières", blank=True)
    cancelled_reason = models.CharField("annulé parce que", max_length=200, blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )
    created_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField("préparé le", default=timezone.now, editable=False)

    objects = ContratQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat d’occupation"
        verbose_name_plural = "contrats d’occupation"
        ordering = ["-start_on"]
        indexes = [
            models.Index(fields=["status", "start_on"], name="contrat_status"),
            # Which contracts a month has is told without reading their rows.
            models.Index(fields=["sejour", "id"], include=["status", "start_on", "end_on"], name="contrat_sejour"),
        ]
        constraints = [
            choice_check("status", ContratOccupationStatus, name="contrat_status"),
            order_check(
                "start_on", "end_on", name="contrat_order", message="Le dernier jour ne précède pas le premier."
            ),
            Check(
                condition=Q(status__in=["draft", "to_sign", "cancelled"]) | Q(signed_on__isnull=False),
                name="contrat_signed",
                violation_error_message="Un contrat en cours a sa date de signature.",
            ),
            Check(
                condition=~Q(status="ended") | Q(end_on__isnull=False, keys_back_on__isnull=False),
                name="contrat_ended",
                violation_error_message="Un contrat terminé a son dernier jour et la date de remise des clés.",
            ),
            Check(
                condition=~Q(status="cancelled") | ~Q(cancelled_reason=""),
                name="contrat_cancelled",
                violation_error_message="Dites pourquoi le contrat est annulé.",
            ),
            Check(
                condition=Q(
                    monthly_rent__gte=0, monthly_charges__gte=0, monthly_services__gte=0, deposit_amount__gte=0
                ),
                name="contrat_amounts",
                violation_error_message="Les montants du contrat ne sont pas négatifs.",
            ),
            Check(
                condition=Q(deposit_amount__lte=F("monthly_rent") + F("monthly_charges") + F("monthly_services")),
                name="contrat_deposit",
                violation_error_message="Le dépôt de garantie ne dépasse pas un mois de redevance.",
            ),
            ExclusionConstraint(
                name="contrat_no_overlap",
                expressions=[
                    ("sejour", RangeOperators.EQUAL),
                    (DateRange("start_on", "end_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=["running", "notice", "ended", "occupant_sans_titre"]),
                violation_error_message="Ce séjour a déjà un contrat sur ces dates.",
            ),
            models.UniqueConstraint(
                fields=["previous"],
                condition=~Q(status="cancelled"),
                name="contrat_one_following",
                violation_error_message="Un changement de place est déjà préparé pour ce contrat.",
            ),
            Check(
                condition=Q(previous__isnull=True, is_avenant=False, change_reason="")
                | Q(previous__isnull=False) & ~Q(change_reason=""),
                name="contrat_change_of_place",
                violation_error_message="Un changement de place a sa raison.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sejour.menage}, place {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("logement:contrat_detail", args=[self.pk])

    @property
    def menage(self) -> Menage:
        return self.sejour.menage

    @property
    def residence(self) -> Residence:
        return self.sejour.residence

    @property
    def owes_indemnity_from(self) -> datetime.date | None:
        """The first day of the indemnité d'occupation that replaces the redevance; None while there is a title."""
        if self.status != self.Status.OCCUPANT_SANS_TITRE or self.end_on is None:
            return None
        return self.end_on + datetime.timedelta(days=1)

    @property
    def is_left(self) -> bool:
        """Whether the household has changed, or will, for another place: only the keys of this one are awaited."""
        return self.status == self.Status.RUNNING and self.end_on is not None

    @property
    def monthly_redevance(self) -> Any:
        """Loyer, charges and obligatory services, in euros a month."""
        return self.monthly_rent + self.monthly_charges + self.monthly_services


class PartieContratCapacity(models.TextChoices):
    TITULAIRE = "titulaire", "titulaire"
    CO_TITULAIRE = "co_titulaire", "co-titulaire"
    OCCUPANT = "occupant", "occupant"


class PartieContratQuerySet(models.QuerySet[Any]):
    def on(self, day: datetime.date) -> Self:
        """Those named in the contract on `day`, both ends included."""
        return self.filter(Q(start_on__isnull=True) | Q(start_on__lte=day), Q(end_on__isnull=True) | Q(end_on__gte=day))


class PartieContrat(models.Model):
    """A person named in a contract, and as what."""

    Capacity = PartieContratCapacity

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="parties", verbose_name="contrat")
    personne = models.ForeignKey(Personne, models.PROTECT, related_name="contrats", verbose_name="personne")
    capacity = models.CharField("qualité", max_length=15, choices=Capacity, default=Capacity.TITULAIRE)
    start_on = models.DateField("depuis le", null=True, blank=True, help_text="Vide : depuis le début du contrat.")
    end_on = models.DateField("jusqu’au", null=True, blank=True)

    objects = PartieContratQuerySet.as_manager()

    class Meta:
        verbose_name = "partie au contrat"
        verbose_name_plural = "parties au contrat"
        ordering = ["pk"]
        constraints = [
            choice_check("capacity", PartieContratCapacity, name="partie_contrat_capacity"),
            order_check("start_on", "end_on", name="partie_contrat_order"),
            models.UniqueConstraint(
                fields=["contrat", "personne"],
                condition=Q(end_on__isnull=True),
                name="partie_contrat_once",
                violation_error_message="Cette personne est déjà partie au contrat.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.personne} ({self.get_capacity_display()})"


class PreavisBy(models.TextChoices):
    RESIDENT = "resident", "le résident"
    MANAGER = "manager", "le gestionnaire"


class PreavisGround(models.TextChoices):
    BREACH = "breach", "inexécution ou manquement grave ou répété"
    CONDITIONS_ENDED = "conditions_ended", "fin des conditions d’admission"
    CLOSURE = "closure", "cessation d’activité"


class PreavisForm(models.TextChoices):
    LETTER = "letter", "lettre simple ou courriel du résident"
    HAND = "hand", "remise contre décharge"
    LRAR = "lrar", "lettre recommandée avec avis de réception"
    COMMISSAIRE = "commissaire", "commissaire de justice"


class PreavisDelivery(models.TextChoices):
    SENT = "sent", "envoyé"
    PRESENTED = "presented", "présenté, en attente à la poste"
    DELIVERED = "delivered", "remis"
    UNCLAIMED = "unclaimed", "non réclamé"
    RETURNED = "returned", "retourné"


class OfContratQuerySet(ScopedQuerySet):
    residence_path = "contrat__sejour__residence"
    menage_path = "contrat__sejour__menage"


class PreavisQuerySet(OfContratQuerySet):
    def live(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Preavis(models.Model):
    """A notice that ends a contract, given by the resident or by the manager, and how it was delivered."""

    By = PreavisBy
    Ground = PreavisGround
    Form = PreavisForm
    Delivery = PreavisDelivery

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="preavis", verbose_name="contrat")
    given_by_whom = models.CharField("donné par", max_length=10, choices=By)
    ground = models.CharField("cas", max_length=20, choices=Ground, blank=True)
    form = models.CharField("forme", max_length=15, choices=Form)
    sent_on = models.DateField("envoyé le", null=True, blank=True)
    notified_on = models.DateField(
        "reçu le",
        null=True,
        blank=True,
        help_text="Vide tant que la lettre n’a pas été remise : le délai ne court pas.",
    )
    delivery = models.CharField("remise", max_length=10, choices=Delivery, default=Delivery.DELIVERED)
    is_shortened = models.BooleanField("réduit à huit jours", default=False)
    shortened_proof = models.CharField("justificatif du délai réduit", max_length=200, blank=True)
    offer_notified_on = models.DateField("offre de relogement notifiée le", null=True, blank=True)
    ends_on = models.DateField("dernier jour du préavis", null=True, blank=True)
    is_for_absence = models.BooleanField("fondé sur l’inoccupation du logement", default=False)
    reasons = models.TextField("motifs", blank=True)
    document = models.OneToOneField(
        DocumentEmis, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="saisi par")
    recorded_at = models.DateTimeField("saisi le", default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    withdrawn_at = models.DateTimeField("retiré le", null=True, editable=False)

    objects = PreavisQuerySet.as_manager()

    class Meta:
        verbose_name = "préavis"
        verbose_name_plural = "préavis"
        ordering = ["-notified_on"]
        constraints = [
            choice_check("given_by_whom", PreavisBy, name="preavis_given_by"),
            choice_check("ground", PreavisGround, name="preavis_ground_choice", blank=True),
            choice_check("form", PreavisForm, name="preavis_form"),
            choice_check("delivery", PreavisDelivery, name="preavis_delivery"),
            order_check("notified_on", "ends_on", name="preavis_order"),
            Check(
                condition=Q(delivery="delivered", notified_on__isnull=False, ends_on__isnull=False)
                | (~Q(delivery="delivered") & Q(notified_on__isnull=True, ends_on__isnull=True)),
                name="preavis_runs_from_delivery",
                violation_error_message="Le préavis court du jour de la remise, et de lui seul.",
            ),
            Check(
                condition=Q(given_by_whom="manager") | Q(delivery="delivered"),
                name="preavis_of_resident_received",
                violation_error_message="Le préavis du résident s’enregistre une fois reçu.",
            ),
            pair_check("withdrawn_by", "withdrawn_at", name="preavis_withdrawn"),
            Check(
                condition=Q(given_by_whom="resident", ground="")
                | Q(given_by_whom="manager", ground__in=["breach", "conditions_ended", "closure"], is_shortened=False),
                name="preavis_ground",
                violation_error_message="Le gestionnaire ne peut mettre fin au contrat que dans l’un des trois cas "
                "de la loi.",
            ),
            Check(
                condition=Q(given_by_whom="resident") | ~Q(form="letter"),
                name="preavis_manager_form",
                violation_error_message="Le préavis du gestionnaire se remet par LRAR, contre décharge ou par "
                "commissaire de justice.",
            ),
            Check(
                condition=Q(is_shortened=False) | ~Q(shortened_proof=""),
                name="preavis_shortened_proof",
                violation_error_message="Le délai de huit jours demande son justificatif.",
            ),
            Check(
                condition=~Q(ground="conditions_ended") | Q(offer_notified_on__isnull=False),
                name="preavis_offer",
                violation_error_message="La fin des conditions d’admission demande une offre de relogement.",
            ),
            models.UniqueConstraint(
                fields=["contrat"],
                condition=Q(withdrawn_at__isnull=True),
                name="preavis_one_live",
                violation_error_message="Ce contrat a déjà un préavis en cours.",
            ),
        ]

    def __str__(self) -> str:
        given = f"préavis donné par {self.get_given_by_whom_display()}"
        return (
            f"{given}, jusqu’au {self.ends_on:%d/%m/%Y}" if self.ends_on else f"{given}, {self.get_delivery_display()}"
        )


class AssuranceOccupant(models.Model):
    """The insurance of the resident, and the day it ends."""

    contrat = models.ForeignKey(ContratOccupation, models.PROTECT, related_name="assurances", verbose_name="contrat")
    insurer = models.CharField("assureur", max_length=100)
    policy_number = models.CharField("numéro de police", max_length=60, blank=True)
    start_on = models.DateField("depuis le", default=today)
    end_on = models.DateField("jusqu’au")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="saisie par")
    recorded_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)

    objects = OfContratQuerySet.as_manager()

    class Meta:
        verbose_name = "assurance du résident"
        verbose_name_plural = "assurances des résidents"
        ordering = ["-end_on"]
        constraints = [order_check("start_on", "end_on", name="assurance_order")]

    def __str__(self) -> str:
        return f"{self.insurer} jusqu’au {self.end_on:%d/%m/%Y}"
