"""The stock: buildings, logements, places, and what occupies each place from day to day."""

import datetime
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange as Days
from django.db.models import Exists, F, Func, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from residence.models import Dispositif, Partenaire, Residence, TypeLogement, User
from residence.models.base import ScopedQuerySet, choice_check, order_check, today
from residence.models.conditions import Check


class Batiment(models.Model):
    """A building of a résidence."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="batiments", verbose_name="résidence")
    name = models.CharField("nom", max_length=100)
    address = models.CharField("adresse", max_length=250, blank=True, help_text="Vide : celle de la résidence.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "bâtiment"
        ordering = ["residence", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "name"],
                name="batiment_unique",
                violation_error_message="Cette résidence a déjà un bâtiment de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class LogementUsage(models.TextChoices):
    HABITATION = "habitation", "habitation"
    COMMUN = "commun", "espace commun"
    GARDIEN = "gardien", "logement du gardien"


class Logement(models.Model):
    """A dwelling with its own door: a studio, a shared flat, a common room, the caretaker's flat."""

    Usage = LogementUsage

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="logements", verbose_name="résidence")
    batiment = models.ForeignKey(
        Batiment, models.PROTECT, null=True, blank=True, related_name="logements", verbose_name="bâtiment"
    )
    number = models.CharField("numéro", max_length=20)
    floor = models.SmallIntegerField("étage", default=0, help_text="0 pour le rez-de-chaussée.")
    type_logement = models.CharField("type", max_length=10, choices=TypeLogement)
    surface = models.DecimalField("surface (m²)", max_digits=6, decimal_places=2, validators=[MinValueValidator(1)])
    usage = models.CharField("usage", max_length=15, choices=Usage, default=Usage.HABITATION)
    is_shared = models.BooleanField("appartement partagé", default=False)
    is_accessible = models.BooleanField("accessible en fauteuil", default=False)
    is_furnished = models.BooleanField("meublé", default=True)
    equipment = models.TextField("équipement", blank=True)
    label = models.CharField("label", max_length=100, blank=True, help_text="Nom du label, s’il en a un.")
    labelled_on = models.DateField("labellisé le", null=True, blank=True)
    label_ends_on = models.DateField("label valable jusqu’au", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "logement"
        ordering = ["residence", "number"]
        constraints = [
            choice_check("type_logement", TypeLogement, name="logement_type"),
            choice_check("usage", LogementUsage, name="logement_usage"),
            models.UniqueConstraint(
                fields=["residence", "number"],
                name="logement_number",
                violation_error_message="Cette résidence a déjà un logement de ce numéro.",
            ),
            Check(
                condition=Q(surface__gt=0),
                name="logement_surface",
                violation_error_message="La surface est au-dessus de zéro.",
            ),
            order_check("labelled_on", "label_ends_on", name="logement_label_order"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.get_type_logement_display()})"

    @property
    def floor_name(self) -> str:
        if self.floor == 0:
            return "rez-de-chaussée"
        return "1er étage" if self.floor == 1 else f"{self.floor}e étage"


class CategoriePlace(models.Model):
    """A kind of place that has one tariff: « T1 », « chambre en appartement partagé »."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="categories", verbose_name="résidence")
    name = models.CharField("nom", max_length=100)
    type_logement = models.CharField("type conventionné", max_length=10, choices=TypeLogement)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "catégorie de place"
        verbose_name_plural = "catégories de place"
        ordering = ["residence", "name"]
        constraints = [
            choice_check("type_logement", TypeLogement, name="categorie_place_type"),
            models.UniqueConstraint(
                fields=["residence", "name"],
                name="categorie_place_unique",
                violation_error_message="Cette catégorie existe déjà.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlaceQuerySet(ScopedQuerySet):
    def in_service(self, day: datetime.date | None = None) -> Self:
        """Places that may be given on `day` (today)."""
        return self.filter(in_service(day or today()))

    def lettable(self) -> Self:
        """Places that count in the capacity: neither a common room nor the caretaker's flat."""
        return self.filter(logement__usage=Logement.Usage.HABITATION)

    def free_on(self, day: datetime.date) -> Self:
        """Places to let that nothing occupies on `day`. A contract whose end has passed without keys still does."""
        held = OccupationPlace.objects.holding(day).filter(place=OuterRef("pk"))
        return self.lettable().in_service(day).filter(~Exists(held))


def in_service(day: datetime.date) -> Q:
    """Whether a place may be given on `day`."""
    return (Q(closed_on__isnull=True) | Q(closed_on__gt=day)) & Q(opened_on__lte=day)


class Place(models.Model):
    """What a contract gives: a whole logement, or a private room of a shared flat."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="places", verbose_name="résidence")
    logement = models.ForeignKey(Logement, models.PROTECT, related_name="places", verbose_name="logement")
    categorie = models.ForeignKey(CategoriePlace, models.PROTECT, related_name="places", verbose_name="catégorie")
    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="places", verbose_name="dispositif")
    code = models.CharField("code", max_length=20)
    surface = models.DecimalField("surface privative (m²)", max_digits=6, decimal_places=2)
    capacity = models.PositiveSmallIntegerField("personnes au plus", default=1, validators=[MinValueValidator(1)])
    is_accessible = models.BooleanField("accessible en fauteuil", default=False)
    keys = models.TextField("clés et leurs numéros", blank=True)
    mailbox = models.CharField("boîte aux lettres", max_length=20, blank=True)
    joined_with = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="joinable",
        verbose_name="peut se joindre à",
        help_text="Chambre communicante : les deux se donnent ensemble ou chacune à part.",
    )
    reservataire = models.ForeignKey(
        Partenaire,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="places_reservees",
        verbose_name="réservataire",
        help_text="Le partenaire dont les ménages passent d’abord sur cette place. Vide : aucun.",
    )
    opened_on = models.DateField("en service depuis le", default=today)
    closed_on = models.DateField("hors service depuis le", null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = "place"
        ordering = ["residence", "code"]
        indexes = [models.Index(fields=["code"], name="place_by_code")]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "code"],
                name="place_code",
                violation_error_message="Cette résidence a déjà une place de ce code.",
            ),
            Check(
                condition=Q(capacity__gte=1),
                name="place_capacity",
                violation_error_message="Une place accueille au moins une personne.",
            ),
            order_check("opened_on", "closed_on", name="place_order"),
            Check(
                condition=Q(joined_with__isnull=True) | ~Q(joined_with=F("id")),
                name="place_joined_with_another",
                violation_error_message="Une place se joint à une autre place.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("logement:place_detail", args=[self.pk])

    def clean(self) -> None:
        if self.joined_with is not None and self.joined_with.residence_id != self.residence_id:
            raise ValidationError({"joined_with": "Deux chambres qui se joignent sont de la même résidence."})


class DateRange(Func):
    """The days from one to the other, both included, as PostgreSQL's daterange."""

    function = "daterange"
    output_field = DateRangeField()


class OccupationQuerySet(ScopedQuerySet):
    residence_path = "place__residence"

    def live(self) -> Self:
        return self.filter(released_at__isnull=True)

    def holding(self, day: datetime.date) -> Self:
        """What keeps a place from being free on `day`.

        A passed end date frees nothing: a contract without its keys, or an occupation after it, holds the place until
        a person says so.
        """
        return self.live().filter(holds(day))


def holds(day: datetime.date, path: str = "") -> Q:
    """Whether the live occupation at `path` keeps its place from being free on `day`; see `holding`."""
    without_keys = {
        "kind__in": [OccupationPlace.Kind.CONTRACT, OccupationPlace.Kind.AFTER_CONTRACT],
        "keys_back_on__isnull": True,
        "period__startswith__lte": day,
        "period__endswith__lte": today(),
    }
    return Q(**{f"{path}period__contains": day}) | Q(**{f"{path}{name}": value for name, value in without_keys.items()})


class OccupationPlaceKind(models.TextChoices):
    CONTRACT = "contract", "contrat"
    AFTER_CONTRACT = "after_contract", "après la fin du contrat"
    RESERVATION = "reservation", "réservation"
    WORKS = "works", "travaux"
    TURNAROUND = "turnaround", "remise en état"


class OccupationPlace(models.Model):
    """What takes a place from day to day. One exclusion constraint keeps two of them from meeting."""

    Kind = OccupationPlaceKind

    place = models.ForeignKey(Place, models.PROTECT, related_name="occupations", verbose_name="place")
    period = DateRangeField("période", help_text="Premier jour compris, lendemain du dernier jour exclu.")
    kind = models.CharField("nature", max_length=20, choices=Kind)
    contrat = models.ForeignKey(
        "logement.ContratOccupation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="occupations",
        verbose_name="contrat",
    )
    reason = models.CharField("raison", max_length=200, blank=True)
    keys_back_on = models.DateField("clés rendues le", null=True, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="saisie par"
    )
    created_at = models.DateTimeField("saisie le", default=timezone.now, editable=False)
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="levée par"
    )
    released_at = models.DateTimeField("levée le", null=True, editable=False)

    objects = OccupationQuerySet.as_manager()

    class Meta:
        verbose_name = "occupation de place"
        verbose_name_plural = "occupations de place"
        ordering = ["place", "period"]
        indexes = [
            # Few, and asked for among all of them each month.
            models.Index(
                fields=["contrat"],
                condition=models.Q(kind=OccupationPlaceKind.AFTER_CONTRACT, released_at=None),
                name="occupation_after_contract",
            )
        ]
        constraints = [
            choice_check("kind", OccupationPlaceKind, name="occupation_place_kind"),
            Check(
                condition=Q(period__isempty=False, period__startswith__isnull=False),
                name="occupation_place_begins",
                violation_error_message="Une occupation a un premier jour et dure au moins un jour.",
            ),
            Check(
                condition=Q(kind__in=["contract", "after_contract"], contrat__isnull=False)
                | (~Q(kind__in=["contract", "after_contract"]) & Q(contrat__isnull=True)),
                name="occupation_place_contrat",
                violation_error_message="Une occupation par contrat cite son contrat, et elle seule.",
            ),
            ExclusionConstraint(
                name="occupation_place_exclusive",
                expressions=[(F("place"), RangeOperators.EQUAL), (F("period"), RangeOperators.OVERLAPS)],
                condition=Q(released_at__isnull=True),
                violation_error_message="La place est déjà prise sur ces dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} : {self.get_kind_display()}"

    @property
    def start_on(self) -> datetime.date:
        return self.period.lower

    @property
    def end_on(self) -> datetime.date | None:
        """The last day, included."""
        return self.period.upper and self.period.upper - datetime.timedelta(days=1)


def days(start: datetime.date, end: datetime.date | None) -> Any:
    """The range that covers `start` to `end`, both included, open when there is no end."""
    return Days(start, end and end + datetime.timedelta(days=1), "[)")
