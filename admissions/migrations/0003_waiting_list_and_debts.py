"""What orders a waiting list, the PLAI ceilings, the debts of a household."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import residence.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0002_what_never_changes"),
        ("logement", "0003_place_reservataire"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CritereRang",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("waited", "par mois passé en liste d’attente"),
                            ("requested", "par mois depuis la demande"),
                            ("need", "pour un besoin"),
                            ("route", "pour une voie d’orientation"),
                            ("children", "par enfant"),
                            ("refused", "par place refusée par le ménage"),
                        ],
                        max_length=20,
                        verbose_name="points donnés",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "besoin",
                                [
                                    ("rez_de_chaussee", "rez-de-chaussée ou ascenseur"),
                                    ("fauteuil", "logement accessible en fauteuil"),
                                    ("priorite", "priorité"),
                                    ("seul", "logement non partagé"),
                                    ("calme", "logement au calme"),
                                    ("animal", "animal de compagnie"),
                                ],
                            ),
                            (
                                "voie",
                                [
                                    ("siao", "SIAO"),
                                    ("ccas", "CCAS"),
                                    ("comite_de_pilotage", "comité de pilotage"),
                                    ("departement", "Département"),
                                    ("direct", "demande directe"),
                                ],
                            ),
                        ],
                        help_text="Le besoin ou la voie, pour ces deux critères seulement.",
                        max_length=20,
                        verbose_name="lequel",
                    ),
                ),
                (
                    "points",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Sous zéro pour en retirer ; zéro met fin au critère.",
                        max_digits=6,
                        verbose_name="points",
                    ),
                ),
                (
                    "most",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Vide : sans plafond. Pour un critère sous zéro : ce qu’il retire au plus.",
                        max_digits=6,
                        null=True,
                        verbose_name="au plus (points)",
                    ),
                ),
                ("valid_from", models.DateField(default=residence.models.base.today, verbose_name="à partir du")),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Délibération, règlement d’attribution…",
                        max_length=200,
                        verbose_name="source",
                    ),
                ),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteres_rang",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
            ],
            options={
                "verbose_name": "critère de rang",
                "verbose_name_plural": "critères de rang de la liste d’attente",
                "ordering": ["dispositif", "kind", "value", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["waited", "requested", "need", "route", "children", "refused"])
                        ),
                        name="critere_rang_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "need"),
                                ("value__in", ["rez_de_chaussee", "fauteuil", "priorite", "seul", "calme", "animal"]),
                            ),
                            models.Q(
                                ("kind", "route"),
                                ("value__in", ["siao", "ccas", "comite_de_pilotage", "departement", "direct"]),
                            ),
                            models.Q(models.Q(("kind__in", ["need", "route"]), _negated=True), ("value", "")),
                            _connector="OR",
                        ),
                        name="critere_rang_value",
                        violation_error_message="Dites quel besoin ou quelle voie, et seulement pour ces critères.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("most__isnull", True), ("most__gt", 0), _connector="OR"),
                        name="critere_rang_most",
                        violation_error_message="Le plafond est au-dessus de zéro.",
                    ),
                    models.UniqueConstraint(
                        fields=("dispositif", "kind", "value", "valid_from"),
                        name="critere_rang_unique",
                        violation_error_message="Ce critère a déjà ses points à partir de ce jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dette",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, max_length=150, verbose_name="précision")),
                (
                    "monthly_amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="montant mensuel (€)",
                    ),
                ),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                ("proved_on", models.DateField(blank=True, null=True, verbose_name="justifié le")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("loyer", "loyer ou redevance"),
                            ("energie", "énergie, eau"),
                            ("credit", "crédit, banque"),
                            ("trop_percu", "trop-perçu CAF ou France Travail"),
                            ("impots", "impôts, amendes"),
                            ("sante", "santé"),
                            ("proches", "proches"),
                            ("autre", "autre dette"),
                        ],
                        max_length=30,
                        verbose_name="nature",
                    ),
                ),
                (
                    "amount_due",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="reste dû (€)",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
            ],
            options={
                "verbose_name": "dette",
                "ordering": ["kind", "start_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["loyer", "energie", "credit", "trop_percu", "impots", "sante", "proches", "autre"],
                            )
                        ),
                        name="dette_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="dette_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_due__gte", 0), ("monthly_amount__gte", 0)),
                        name="dette_positive",
                        violation_error_message="Le montant ne peut pas être négatif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlafondPLAI",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                (
                    "category_1",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="1 : une personne seule (€ par an)",
                    ),
                ),
                (
                    "category_2",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="2 : deux personnes sans personne à charge (€ par an)",
                    ),
                ),
                (
                    "category_3",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="3 : trois personnes, une avec une à charge, ou jeune ménage (€ par an)",
                    ),
                ),
                (
                    "category_4",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="4 : quatre personnes, ou une avec deux à charge (€ par an)",
                    ),
                ),
                (
                    "category_5",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="5 : cinq personnes, ou une avec trois à charge (€ par an)",
                    ),
                ),
                (
                    "category_6",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="6 : six personnes, ou une avec quatre à charge (€ par an)",
                    ),
                ),
                (
                    "per_further",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="par personne supplémentaire (€ par an)",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="L’arrêté qui les fixe, et sa date.",
                        max_length=200,
                        verbose_name="source",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plafonds_plai",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "plafonds PLAI",
                "verbose_name_plural": "plafonds PLAI",
                "ordering": ["residence", "-valid_from"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "valid_from"),
                        name="plafond_plai_unique",
                        violation_error_message="Les plafonds de cette résidence sont déjà saisis à partir de ce jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("category_1__gt", 0),
                            ("category_2__gte", models.F("category_1")),
                            ("category_3__gte", models.F("category_2")),
                            ("category_4__gte", models.F("category_3")),
                            ("category_5__gte", models.F("category_4")),
                            ("category_6__gte", models.F("category_5")),
                            ("per_further__gt", 0),
                        ),
                        name="plafond_plai_grows",
                        violation_error_message="Les plafonds sont au-dessus de zéro et grandissent d’une catégorie à l’autre.",
                    ),
                ],
            },
        ),
    ]
