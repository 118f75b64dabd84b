"""How a résidence orders its waiting list, and the ceilings of income that it counts its entrants against."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from admissions.models.orientations import Besoin
from admissions.rules.rang import Kind, Weight
from residence.models import Dispositif, Residence, Route
from residence.models.base import ScopedQuerySet, choice_check, today
from residence.models.conditions import Check


class CritereRangKind(models.TextChoices):
    WAITED = "waited", "par mois passé en liste d’attente"
    REQUESTED = "requested", "par mois depuis la demande"
    NEED = "need", "pour un besoin"
    ROUTE = "route", "pour une voie d’orientation"
    CHILDREN = "children", "par enfant"
    REFUSED = "refused", "par place refusée par le ménage"


class CritereRangQuerySet(ScopedQuerySet):
    residence_path = "dispositif__residence"


class CritereRang(models.Model):
    """What a criterion weighs in the waiting list of a dispositif, from a day on."""

    Kind = CritereRangKind

    dispositif = models.ForeignKey(Dispositif, models.PROTECT, related_name="criteres_rang", verbose_name="dispositif")
    kind = models.CharField("points donnés", max_length=20, choices=Kind)
    value = models.CharField(
        "lequel",
        max_length=20,
        blank=True,
        choices=[("besoin", Besoin.choices), ("voie", Route.choices)],
        help_text="Le besoin ou la voie, pour ces deux critères seulement.",
    )
    points = models.DecimalField(
        "points", max_digits=6, decimal_places=2, help_text="Sous zéro pour en retirer ; zéro met fin au critère."
    )
    most = models.DecimalField(
        "au plus (points)",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Vide : sans plafond. Pour un critère sous zéro : ce qu’il retire au plus.",
    )
    valid_from = models.DateField("à partir du", default=today)
    source = models.CharField("source", max_length=200, blank=True, help_text="Délibération, règlement d’attribution…")

    objects = CritereRangQuerySet.as_manager()

    class Meta:
        verbose_name = "critère de rang"
        verbose_name_plural = "critères de rang de la liste d’attente"
        ordering = ["dispositif", "kind", "value", "-valid_from"]
        constraints = [
            choice_check("kind", CritereRangKind, name="critere_rang_kind"),
            Check(
                condition=Q(kind="need", value__in=Besoin.values)
                | Q(kind="route", value__in=Route.values)
                | (~Q(kind__in=["need", "route"]) & Q(value="")),
                name="critere_rang_value",
                violation_error_message="Dites quel besoin ou quelle voie, et seulement pour ces critères.",
            ),
            Check(
                condition=Q(most__isnull=True) | Q(most__gt=0),
                name="critere_rang_most",
                violation_error_message="Le plafond est au-dessus de zéro.",
            ),
            models.UniqueConstraint(
                fields=["dispositif", "kind", "value", "valid_from"],
                name="critere_rang_unique",
                violation_error_message="Ce critère a déjà ses points à partir de ce jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value_label}".strip()

    @property
    def value_label(self) -> str:
        """The need or the route in French, nothing for the other kinds."""
        if self.kind == self.Kind.NEED:
            return str(Besoin(self.value).label)
        return str(Route(self.value).label) if self.kind == self.Kind.ROUTE else ""

    @property
    def weight(self) -> Weight:
        """As the rule takes it."""
        return Weight(
            Kind(self.kind), self.points, self.valid_from, value=self.value, label=self.value_label, most=self.most
        )


def _amount(label: str) -> models.DecimalField:
    return models.DecimalField(label, max_digits=9, decimal_places=2, validators=[MinValueValidator(1)])


class PlafondPLAI(models.Model):
    """The PLAI ceilings of reference tax income that hold for a résidence from a day on, by category of household."""

    residence = models.ForeignKey(Residence, models.PROTECT, related_name="plafonds_plai", verbose_name="résidence")
    valid_from = models.DateField("à partir du")
    category_1 = _amount("1 : une personne seule (€ par an)")
    category_2 = _amount("2 : deux personnes sans personne à charge (€ par an)")
    category_3 = _amount("3 : trois personnes, une avec une à charge, ou jeune ménage (€ par an)")
    category_4 = _amount("4 : quatre personnes, ou une avec deux à charge (€ par an)")
    category_5 = _amount("5 : cinq personnes, ou une avec trois à charge (€ par an)")
    category_6 = _amount("6 : six personnes, ou une avec quatre à charge (€ par an)")
    per_further = _amount("par personne supplémentaire (€ par an)")
    source = models.CharField("source", max_length=200, blank=True, help_text="L’arrêté qui les fixe, et sa date.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "plafonds PLAI"
        verbose_name_plural = "plafonds PLAI"
        ordering = ["residence", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "valid_from"],
                name="plafond_plai_unique",
                violation_error_message="Les plafonds de cette résidence sont déjà saisis à partir de ce jour.",
            ),
            Check(
                condition=Q(
                    category_1__gt=0,
                    category_2__gte=F("category_1"),
                    category_3__gte=F("category_2"),
                    category_4__gte=F("category_3"),
                    category_5__gte=F("category_4"),
                    category_6__gte=F("category_5"),
                    per_further__gt=0,
                ),
                name="plafond_plai_grows",
                violation_error_message="Les plafonds sont au-dessus de zéro et grandissent d’une catégorie à l’autre.",
            ),
        ]

    def __str__(self) -> str:
        return f"plafonds PLAI au {self.valid_from:%d/%m/%Y}"
