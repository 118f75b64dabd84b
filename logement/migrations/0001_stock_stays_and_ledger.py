import uuid
from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import logement.models.etats_des_lieux
import logement.models.parc
import logement.models.retenues
import residence.models.base
from residence.migrations_sql import tables_at_once


@tables_at_once
class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("residence", "0001_people_and_residences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batiment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batiments",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="nom")),
                (
                    "address",
                    models.CharField(
                        blank=True, help_text="Vide : celle de la résidence.", max_length=250, verbose_name="adresse"
                    ),
                ),
            ],
            options={
                "verbose_name": "bâtiment",
                "ordering": ["residence", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "name"),
                        name="batiment_unique",
                        violation_error_message="Cette résidence a déjà un bâtiment de ce nom.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Logement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logements",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "batiment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logements",
                        to="logement.batiment",
                        verbose_name="bâtiment",
                    ),
                ),
                ("number", models.CharField(max_length=20, verbose_name="numéro")),
                (
                    "floor",
                    models.SmallIntegerField(default=0, help_text="0 pour le rez-de-chaussée.", verbose_name="étage"),
                ),
                (
                    "type_logement",
                    models.CharField(
                        choices=[
                            ("chambre", "chambre en appartement partagé"),
                            ("T1", "T1"),
                            ("T1'", "T1’"),
                            ("T1bis", "T1 bis"),
                            ("T2", "T2"),
                            ("T3", "T3"),
                            ("T4", "T4"),
                            ("T5", "T5 et plus"),
                        ],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "surface",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=6,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="surface (m²)",
                    ),
                ),
                (
                    "usage",
                    models.CharField(
                        choices=[
                            ("habitation", "habitation"),
                            ("commun", "espace commun"),
                            ("gardien", "logement du gardien"),
                        ],
                        default="habitation",
                        max_length=15,
                        verbose_name="usage",
                    ),
                ),
                ("is_shared", models.BooleanField(default=False, verbose_name="appartement partagé")),
                ("is_accessible", models.BooleanField(default=False, verbose_name="accessible en fauteuil")),
                ("is_furnished", models.BooleanField(default=True, verbose_name="meublé")),
                ("equipment", models.TextField(blank=True, verbose_name="équipement")),
                (
                    "label",
                    models.CharField(
                        blank=True, help_text="Nom du label, s’il en a un.", max_length=100, verbose_name="label"
                    ),
                ),
                ("labelled_on", models.DateField(blank=True, null=True, verbose_name="labellisé le")),
                ("label_ends_on", models.DateField(blank=True, null=True, verbose_name="label valable jusqu’au")),
            ],
            options={
                "verbose_name": "logement",
                "ordering": ["residence", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type_logement__in", ["chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="logement_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("usage__in", ["habitation", "commun", "gardien"])),
                        name="logement_usage",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "number"),
                        name="logement_number",
                        violation_error_message="Cette résidence a déjà un logement de ce numéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("surface__gt", 0)),
                        name="logement_surface",
                        violation_error_message="La surface est au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("label_ends_on__isnull", True),
                            ("label_ends_on__gte", models.F("labelled_on")),
                            _connector="OR",
                        ),
                        name="logement_label_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CategoriePlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="categories",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="nom")),
                (
                    "type_logement",
                    models.CharField(
                        choices=[
                            ("chambre", "chambre en appartement partagé"),
                            ("T1", "T1"),
                            ("T1'", "T1’"),
                            ("T1bis", "T1 bis"),
                            ("T2", "T2"),
                            ("T3", "T3"),
                            ("T4", "T4"),
                            ("T5", "T5 et plus"),
                        ],
                        max_length=10,
                        verbose_name="type conventionné",
                    ),
                ),
            ],
            options={
                "verbose_name": "catégorie de place",
                "verbose_name_plural": "catégories de place",
                "ordering": ["residence", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type_logement__in", ["chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="categorie_place_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "name"),
                        name="categorie_place_unique",
                        violation_error_message="Cette catégorie existe déjà.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "logement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="logement.logement",
                        verbose_name="logement",
                    ),
                ),
                (
                    "categorie",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="logement.categorieplace",
                        verbose_name="catégorie",
                    ),
                ),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("surface", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="surface privative (m²)")),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="personnes au plus",
                    ),
                ),
                ("is_accessible", models.BooleanField(default=False, verbose_name="accessible en fauteuil")),
                ("keys", models.TextField(blank=True, verbose_name="clés et leurs numéros")),
                ("mailbox", models.CharField(blank=True, max_length=20, verbose_name="boîte aux lettres")),
                (
                    "joined_with",
                    models.ForeignKey(
                        blank=True,
                        help_text="Chambre communicante : les deux se donnent ensemble ou chacune à part.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joinable",
                        to="logement.place",
                        verbose_name="peut se joindre à",
                    ),
                ),
                (
                    "reservataire",
                    models.ForeignKey(
                        blank=True,
                        help_text="Le partenaire dont les ménages passent d’abord sur cette place. Vide : aucun.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places_reservees",
                        to="residence.partenaire",
                        verbose_name="réservataire",
                    ),
                ),
                (
                    "opened_on",
                    models.DateField(default=residence.models.base.today, verbose_name="en service depuis le"),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="hors service depuis le")),
            ],
            options={
                "verbose_name": "place",
                "ordering": ["residence", "code"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "code"),
                        name="place_code",
                        violation_error_message="Cette résidence a déjà une place de ce code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1)),
                        name="place_capacity",
                        violation_error_message="Une place accueille au moins une personne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="place_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("joined_with__isnull", True),
                            models.Q(("joined_with", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="place_joined_with_another",
                        violation_error_message="Une place se joint à une autre place.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sejour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sejours",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sejours",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sejours",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                ("start_on", models.DateField(verbose_name="entrée le")),
                (
                    "planned_end_on",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour que le dispositif prévoit.",
                        null=True,
                        verbose_name="fin prévue du séjour",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="sortie le")),
                (
                    "destination",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hlm", "logement social"),
                            ("prive", "logement privé"),
                            ("iml", "intermédiation locative, bail glissant"),
                            ("residence_sociale", "autre résidence sociale, FJT"),
                            ("pension_de_famille", "pension de famille"),
                            ("hebergement", "CHRS, hébergement d’urgence"),
                            ("medico_social", "établissement médico-social, EHPAD"),
                            ("famille", "famille, tiers"),
                            ("pays", "retour au pays"),
                            ("hopital", "hospitalisation"),
                            ("incarceration", "incarcération"),
                            ("expulsion", "expulsion"),
                            ("deces", "décès"),
                            ("inconnue", "inconnue"),
                        ],
                        max_length=30,
                        verbose_name="destination",
                    ),
                ),
                ("destination_detail", models.CharField(blank=True, max_length=200, verbose_name="précision")),
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="ouvert le"),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Le contrat n’a jamais pris effet.",
                        null=True,
                        verbose_name="annulé le",
                    ),
                ),
            ],
            options={
                "verbose_name": "séjour",
                "ordering": ["-start_on"],
                "indexes": [models.Index(fields=["residence", "start_on"], name="sejour_residence")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="sejour_order",
                        violation_error_message="La sortie ne peut pas précéder l’entrée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned_end_on__isnull", True),
                            ("planned_end_on__gte", models.F("start_on")),
                            _connector="OR",
                        ),
                        name="sejour_planned_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "destination__in",
                                [
                                    "",
                                    "hlm",
                                    "prive",
                                    "iml",
                                    "residence_sociale",
                                    "pension_de_famille",
                                    "hebergement",
                                    "medico_social",
                                    "famille",
                                    "pays",
                                    "hopital",
                                    "incarceration",
                                    "expulsion",
                                    "deces",
                                    "inconnue",
                                ],
                            )
                        ),
                        name="sejour_destination",
                        violation_error_message="Cette destination n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True), ("ended_on__isnull", True)),
                        fields=("menage", "residence"),
                        name="sejour_one_open",
                        violation_error_message="Ce ménage a déjà un séjour en cours dans la résidence.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContratOccupation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contrats",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        help_text="Le contrat de la place que le ménage quitte, quand il change de place pendant son séjour.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="following",
                        to="logement.contratoccupation",
                        verbose_name="fait suite à",
                    ),
                ),
                (
                    "is_avenant",
                    models.BooleanField(default=False, editable=False, verbose_name="change de place par avenant"),
                ),
                (
                    "change_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="raison du changement de place"),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contrats",
                        to="logement.place",
                        verbose_name="place",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "brouillon"),
                            ("to_sign", "à signer"),
                            ("running", "en cours"),
                            ("notice", "en préavis"),
                            ("ended", "terminé"),
                            ("cancelled", "annulé"),
                            ("occupant_sans_titre", "occupant sans titre"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                ("start_on", models.DateField(verbose_name="prise d’effet")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="dernier jour")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signé le")),
                (
                    "signed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("keys_back_on", models.DateField(blank=True, null=True, verbose_name="clés rendues le")),
                (
                    "monthly_rent",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="équivalent de loyer (€)"),
                ),
                (
                    "monthly_charges",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="équivalent de charges (€)"),
                ),
                (
                    "monthly_services",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=8, verbose_name="prestations obligatoires (€)"
                    ),
                ),
                (
                    "deposit_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="dépôt de garantie (€)",
                    ),
                ),
                (
                    "organisation",
                    models.CharField(
                        blank=True,
                        help_text="Quand une association est titulaire pour l’occupant.",
                        max_length=150,
                        verbose_name="organisme titulaire",
                    ),
                ),
                ("special_terms", models.TextField(blank=True, verbose_name="clauses particulières")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulé parce que")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="préparé le"),
                ),
                (
                    "joined_places",
                    models.ManyToManyField(
                        blank=True, related_name="joined_contrats", to="logement.place", verbose_name="chambres jointes"
                    ),
                ),
            ],
            options={
                "verbose_name": "contrat d’occupation",
                "verbose_name_plural": "contrats d’occupation",
                "ordering": ["-start_on"],
                "indexes": [models.Index(fields=["status", "start_on"], name="contrat_status")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["draft", "to_sign", "running", "notice", "ended", "cancelled", "occupant_sans_titre"],
                            )
                        ),
                        name="contrat_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="contrat_order",
                        violation_error_message="Le dernier jour ne précède pas le premier.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "to_sign", "cancelled"]),
                            ("signed_on__isnull", False),
                            _connector="OR",
                        ),
                        name="contrat_signed",
                        violation_error_message="Un contrat en cours a sa date de signature.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ended"), _negated=True),
                            models.Q(("end_on__isnull", False), ("keys_back_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="contrat_ended",
                        violation_error_message="Un contrat terminé a son dernier jour et la date de remise des clés.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "cancelled"), _negated=True),
                            models.Q(("cancelled_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="contrat_cancelled",
                        violation_error_message="Dites pourquoi le contrat est annulé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deposit_amount__gte", 0),
                            ("monthly_charges__gte", 0),
                            ("monthly_rent__gte", 0),
                            ("monthly_services__gte", 0),
                        ),
                        name="contrat_amounts",
                        violation_error_message="Les montants du contrat ne sont pas négatifs.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "deposit_amount__lte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("monthly_rent"), "+", models.F("monthly_charges")
                                    ),
                                    "+",
                                    models.F("monthly_services"),
                                ),
                            )
                        ),
                        name="contrat_deposit",
                        violation_error_message="Le dépôt de garantie ne dépasse pas un mois de redevance.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ["running", "notice", "ended", "occupant_sans_titre"])),
                        expressions=[
                            ("sejour", "="),
                            (logement.models.parc.DateRange("start_on", "end_on", models.Value("[]")), "&&"),
                        ],
                        name="contrat_no_overlap",
                        violation_error_message="Ce séjour a déjà un contrat sur ces dates.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "cancelled"), _negated=True),
                        fields=("previous",),
                        name="contrat_one_following",
                        violation_error_message="Un changement de place est déjà préparé pour ce contrat.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("change_reason", ""), ("is_avenant", False), ("previous__isnull", True)),
                            models.Q(("previous__isnull", False), models.Q(("change_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contrat_change_of_place",
                        violation_error_message="Un changement de place a sa raison.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OccupationPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occupations",
                        to="logement.place",
                        verbose_name="place",
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="Premier jour compris, lendemain du dernier jour exclu.", verbose_name="période"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contract", "contrat"),
                            ("after_contract", "après la fin du contrat"),
                            ("reservation", "réservation"),
                            ("works", "travaux"),
                            ("turnaround", "remise en état"),
                        ],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
                (
                    "contrat",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occupations",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison")),
                ("keys_back_on", models.DateField(blank=True, null=True, verbose_name="clés rendues le")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saisie par",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="levée par",
                    ),
                ),
                ("released_at", models.DateTimeField(editable=False, null=True, verbose_name="levée le")),
            ],
            options={
                "verbose_name": "occupation de place",
                "verbose_name_plural": "occupations de place",
                "ordering": ["place", "period"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["contract", "after_contract", "reservation", "works", "turnaround"])
                        ),
                        name="occupation_place_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False), ("period__startswith__isnull", False)),
                        name="occupation_place_begins",
                        violation_error_message="Une occupation a un premier jour et dure au moins un jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contrat__isnull", False), ("kind__in", ["contract", "after_contract"])),
                            models.Q(
                                models.Q(("kind__in", ["contract", "after_contract"]), _negated=True),
                                ("contrat__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="occupation_place_contrat",
                        violation_error_message="Une occupation par contrat cite son contrat, et elle seule.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        expressions=[(models.F("place"), "="), (models.F("period"), "&&")],
                        name="occupation_place_exclusive",
                        violation_error_message="La place est déjà prise sur ces dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RenouvellementSejour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renouvellements",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("renewal", "renouvellement"),
                            ("overstay", "dépassement autorisé"),
                            ("refusal", "non-renouvellement"),
                        ],
                        default="renewal",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="à compter du")),
                ("until_on", models.DateField(verbose_name="jusqu’au")),
                ("reasons", models.TextField(verbose_name="motifs")),
                ("decided_on", models.DateField(verbose_name="décidé le")),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="décidé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "renouvellement du séjour",
                "verbose_name_plural": "renouvellements du séjour",
                "ordering": ["from_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["renewal", "overstay", "refusal"])),
                        name="renouvellement_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="renouvellement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="renouvellement_reasons",
                        violation_error_message="Une décision a ses motifs.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartieContrat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contrats",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("titulaire", "titulaire"),
                            ("co_titulaire", "co-titulaire"),
                            ("occupant", "occupant"),
                        ],
                        default="titulaire",
                        max_length=15,
                        verbose_name="qualité",
                    ),
                ),
                (
                    "start_on",
                    models.DateField(
                        blank=True, help_text="Vide : depuis le début du contrat.", null=True, verbose_name="depuis le"
                    ),
                ),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
            ],
            options={
                "verbose_name": "partie au contrat",
                "verbose_name_plural": "parties au contrat",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__in", ["titulaire", "co_titulaire", "occupant"])),
                        name="partie_contrat_capacity",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="partie_contrat_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True)),
                        fields=("contrat", "personne"),
                        name="partie_contrat_once",
                        violation_error_message="Cette personne est déjà partie au contrat.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preavis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preavis",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "given_by_whom",
                    models.CharField(
                        choices=[("resident", "le résident"), ("manager", "le gestionnaire")],
                        max_length=10,
                        verbose_name="donné par",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("breach", "inexécution ou manquement grave ou répété"),
                            ("conditions_ended", "fin des conditions d’admission"),
                            ("closure", "cessation d’activité"),
                        ],
                        max_length=20,
                        verbose_name="cas",
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("letter", "lettre simple ou courriel du résident"),
                            ("hand", "remise contre décharge"),
                            ("lrar", "lettre recommandée avec avis de réception"),
                            ("commissaire", "commissaire de justice"),
                        ],
                        max_length=15,
                        verbose_name="forme",
                    ),
                ),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="envoyé le")),
                (
                    "notified_on",
                    models.DateField(
                        blank=True,
                        help_text="Vide tant que la lettre n’a pas été remise : le délai ne court pas.",
                        null=True,
                        verbose_name="reçu le",
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("sent", "envoyé"),
                            ("presented", "présenté, en attente à la poste"),
                            ("delivered", "remis"),
                            ("unclaimed", "non réclamé"),
                            ("returned", "retourné"),
                        ],
                        default="delivered",
                        max_length=10,
                        verbose_name="remise",
                    ),
                ),
                ("is_shortened", models.BooleanField(default=False, verbose_name="réduit à huit jours")),
                (
                    "shortened_proof",
                    models.CharField(blank=True, max_length=200, verbose_name="justificatif du délai réduit"),
                ),
                (
                    "offer_notified_on",
                    models.DateField(blank=True, null=True, verbose_name="offre de relogement notifiée le"),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="dernier jour du préavis")),
                (
                    "is_for_absence",
                    models.BooleanField(default=False, verbose_name="fondé sur l’inoccupation du logement"),
                ),
                ("reasons", models.TextField(blank=True, verbose_name="motifs")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="lettre",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saisi par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="retiré le")),
            ],
            options={
                "verbose_name": "préavis",
                "verbose_name_plural": "préavis",
                "ordering": ["-notified_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("given_by_whom__in", ["resident", "manager"])),
                        name="preavis_given_by",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["", "breach", "conditions_ended", "closure"])),
                        name="preavis_ground_choice",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["letter", "hand", "lrar", "commissaire"])),
                        name="preavis_form",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivery__in", ["sent", "presented", "delivered", "unclaimed", "returned"])
                        ),
                        name="preavis_delivery",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("notified_on")), _connector="OR"
                        ),
                        name="preavis_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("delivery", "delivered"), ("ends_on__isnull", False), ("notified_on__isnull", False)
                            ),
                            models.Q(
                                models.Q(("delivery", "delivered"), _negated=True),
                                ("ends_on__isnull", True),
                                ("notified_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="preavis_runs_from_delivery",
                        violation_error_message="Le préavis court du jour de la remise, et de lui seul.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("given_by_whom", "manager"), ("delivery", "delivered"), _connector="OR"),
                        name="preavis_of_resident_received",
                        violation_error_message="Le préavis du résident s’enregistre une fois reçu.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="preavis_withdrawn",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_by_whom", "resident"), ("ground", "")),
                            models.Q(
                                ("given_by_whom", "manager"),
                                ("ground__in", ["breach", "conditions_ended", "closure"]),
                                ("is_shortened", False),
                            ),
                            _connector="OR",
                        ),
                        name="preavis_ground",
                        violation_error_message="Le gestionnaire ne peut mettre fin au contrat que dans l’un des trois cas de la loi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_by_whom", "resident"), models.Q(("form", "letter"), _negated=True), _connector="OR"
                        ),
                        name="preavis_manager_form",
                        violation_error_message="Le préavis du gestionnaire se remet par LRAR, contre décharge ou par commissaire de justice.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_shortened", False), models.Q(("shortened_proof", ""), _negated=True), _connector="OR"
                        ),
                        name="preavis_shortened_proof",
                        violation_error_message="Le délai de huit jours demande son justificatif.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ground", "conditions_ended"), _negated=True),
                            ("offer_notified_on__isnull", False),
                            _connector="OR",
                        ),
                        name="preavis_offer",
                        violation_error_message="La fin des conditions d’admission demande une offre de relogement.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("contrat",),
                        name="preavis_one_live",
                        violation_error_message="Ce contrat a déjà un préavis en cours.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssuranceOccupant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assurances",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                ("insurer", models.CharField(max_length=100, verbose_name="assureur")),
                ("policy_number", models.CharField(blank=True, max_length=60, verbose_name="numéro de police")),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(verbose_name="jusqu’au")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saisie par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
            ],
            options={
                "verbose_name": "assurance du résident",
                "verbose_name_plural": "assurances des résidents",
                "ordering": ["-end_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="assurance_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RevisionRedevance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(2000),
                            django.core.validators.MaxValueValidator(2100),
                        ],
                        verbose_name="année",
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Vide : l’IRL. Zéro : gel.",
                        max_digits=5,
                        null=True,
                        verbose_name="taux fixé (%)",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison")),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="décidée le"),
                ),
                (
                    "old_index",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="ancien indice"
                    ),
                ),
                (
                    "new_index",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="nouvel indice"
                    ),
                ),
                ("effective_on", models.DateField(editable=False, null=True, verbose_name="prend effet le")),
                (
                    "applied_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("applied_at", models.DateTimeField(editable=False, null=True, verbose_name="faite le")),
            ],
            options={
                "verbose_name": "révision des redevances",
                "verbose_name_plural": "révisions des redevances",
                "ordering": ["residence", "-year"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "year"),
                        name="revision_once_a_year",
                        violation_error_message="La révision de cette année est déjà là.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate__isnull", True),
                            models.Q(("rate__gte", Decimal("-20")), ("rate__lte", Decimal("5"))),
                            _connector="OR",
                        ),
                        name="revision_rate",
                        violation_error_message="Un taux fixé est d’au plus 5 %% de hausse ou 20 %% de baisse.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rate__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="revision_reason",
                        violation_error_message="Dites pourquoi l’année est gelée ou son taux fixé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("new_index__isnull", True), ("old_index__isnull", True)),
                            models.Q(("new_index__isnull", False), ("old_index__isnull", False)),
                            _connector="OR",
                        ),
                        name="revision_indices",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied_at__isnull", True), ("effective_on__isnull", True)),
                            models.Q(("applied_at__isnull", False), ("effective_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="revision_applied",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tarif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tarifs",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "categorie",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tarifs",
                        to="logement.categorieplace",
                        verbose_name="catégorie",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "rent",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="équivalent de loyer (€)",
                    ),
                ),
                (
                    "charges",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="équivalent de charges (€)",
                    ),
                ),
                (
                    "services",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="prestations obligatoires, hors APL (€)",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Révision annuelle, travaux, gel…", max_length=200, verbose_name="raison"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tarifs",
                        to="logement.revisionredevance",
                        verbose_name="révision",
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "tarif",
                "ordering": ["categorie", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="tarif_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("charges__gte", 0), ("rent__gte", 0), ("services__gte", 0)),
                        name="tarif_positive",
                        violation_error_message="Un tarif n’est pas négatif.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("categorie", "="),
                            (logement.models.parc.DateRange("valid_from", "valid_to", models.Value("[]")), "&&"),
                        ],
                        name="tarif_no_overlap",
                        violation_error_message="Cette catégorie a déjà un tarif sur ces dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prestations",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="prestation")),
                (
                    "is_third_party_fee",
                    models.BooleanField(default=False, verbose_name="forfait pour un tiers hébergé"),
                ),
            ],
            options={
                "verbose_name": "prestation facultative",
                "verbose_name_plural": "prestations facultatives",
                "ordering": ["residence", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "name"),
                        name="prestation_unique",
                        violation_error_message="Cette prestation existe déjà.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TarifPrestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "prestation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tarifs",
                        to="logement.prestation",
                        verbose_name="prestation",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "monthly_amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="prix mensuel (€)",
                    ),
                ),
            ],
            options={
                "verbose_name": "prix de prestation",
                "verbose_name_plural": "prix des prestations",
                "ordering": ["prestation", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="tarif_prestation_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_amount__gte", 0)),
                        name="tarif_prestation_positive",
                        violation_error_message="Un prix n’est pas négatif.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("prestation", "="),
                            (logement.models.parc.DateRange("valid_from", "valid_to", models.Value("[]")), "&&"),
                        ],
                        name="tarif_prestation_no_overlap",
                        violation_error_message="Cette prestation a déjà un prix sur ces dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Souscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="souscriptions",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "prestation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="souscriptions",
                        to="logement.prestation",
                        verbose_name="prestation",
                    ),
                ),
                ("start_on", models.DateField(verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
            ],
            options={
                "verbose_name": "souscription",
                "ordering": ["start_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="souscription_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("contrat", "="),
                            ("prestation", "="),
                            (logement.models.parc.DateRange("start_on", "end_on", models.Value("[]")), "&&"),
                        ],
                        name="souscription_no_overlap",
                        violation_error_message="Cette prestation est déjà souscrite sur ces dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndiceIRL",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter", models.CharField(help_text="2026-T2", max_length=7, unique=True, verbose_name="trimestre")),
                ("value", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="valeur")),
                ("published_on", models.DateField(blank=True, null=True, verbose_name="publié le")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
            ],
            options={
                "verbose_name": "indice IRL",
                "verbose_name_plural": "indices IRL",
                "ordering": ["-quarter"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quarter__regex", "^[0-9]{4}-T[1-4]$")),
                        name="indice_irl_quarter",
                        violation_error_message="Le trimestre s’écrit 2026-T2.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DroitApl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="droits_apl",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "demandée"),
                            ("granted", "accordée"),
                            ("suspended", "suspendue"),
                            ("refused", "refusée"),
                        ],
                        default="requested",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("requested_on", models.DateField(blank=True, null=True, verbose_name="demandée le")),
                ("start_on", models.DateField(help_text="Premier jour d’un mois.", verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "monthly_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="montant mensuel attendu (€)",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Notification, estimation…", max_length=200, verbose_name="source"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "droit à l’APL",
                "verbose_name_plural": "droits à l’APL",
                "ordering": ["-start_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["requested", "granted", "suspended", "refused"])),
                        name="droit_apl_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="droit_apl_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_amount__gte", 0)),
                        name="droit_apl_positive",
                        violation_error_message="Le montant n’est pas négatif.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("sejour", "="),
                            (logement.models.parc.DateRange("start_on", "end_on", models.Value("[]")), "&&"),
                        ],
                        name="droit_apl_no_overlap",
                        violation_error_message="Ce séjour a déjà un droit à l’APL sur ces dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Avenant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="avenants",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="numéro"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("redevance", "redevance modifiée"),
                            ("arrival", "arrivée d’une personne"),
                            ("departure", "départ d’une personne"),
                            ("capacity", "qualité d’une personne"),
                            ("service_added", "prestation facultative ajoutée"),
                            ("service_ended", "prestation facultative arrêtée"),
                        ],
                        max_length=15,
                        verbose_name="objet",
                    ),
                ),
                ("effect_on", models.DateField(verbose_name="prend effet le")),
                (
                    "status",
                    models.CharField(
                        choices=[("to_sign", "à signer"), ("signed", "signé"), ("cancelled", "annulé")],
                        default="to_sign",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
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
                (
                    "capacity",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("titulaire", "titulaire"),
                            ("co_titulaire", "co-titulaire"),
                            ("occupant", "occupant"),
                        ],
                        max_length=15,
                        verbose_name="qualité",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="devient titulaire",
                    ),
                ),
                (
                    "prestation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.prestation",
                        verbose_name="prestation",
                    ),
                ),
                (
                    "monthly_rent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="équivalent de loyer (€)"
                    ),
                ),
                (
                    "monthly_charges",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="équivalent de charges (€)"
                    ),
                ),
                (
                    "monthly_services",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=8,
                        null=True,
                        verbose_name="prestations obligatoires (€)",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="précision")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signé le")),
                (
                    "signed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="préparé le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulé le")),
            ],
            options={
                "verbose_name": "avenant",
                "ordering": ["contrat", "rank"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "subject__in",
                                ["redevance", "arrival", "departure", "capacity", "service_added", "service_ended"],
                            )
                        ),
                        name="avenant_subject",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["to_sign", "signed", "cancelled"])),
                        name="avenant_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__in", ["", "titulaire", "co_titulaire", "occupant"])),
                        name="avenant_capacity",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("contrat", "rank"),
                        name="avenant_rank",
                        violation_error_message="Ce contrat a déjà un avenant de ce numéro.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "to_sign")),
                        fields=("contrat",),
                        name="avenant_one_to_sign",
                        violation_error_message="Un avenant de ce contrat attend déjà d’être signé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_on__isnull", False), ("status", "signed")),
                            models.Q(models.Q(("status", "signed"), _negated=True), ("signed_on", None)),
                            _connector="OR",
                        ),
                        name="avenant_signed",
                        violation_error_message="Un avenant signé a sa date de signature, et lui seul.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("personne__isnull", False), ("subject__in", ["arrival", "departure", "capacity"])
                            ),
                            models.Q(
                                models.Q(("subject__in", ["arrival", "departure", "capacity"]), _negated=True),
                                ("personne", None),
                            ),
                            _connector="OR",
                        ),
                        name="avenant_person",
                        violation_error_message="Dites de quelle personne il s’agit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("prestation__isnull", False), ("subject__in", ["service_added", "service_ended"])
                            ),
                            models.Q(
                                models.Q(("subject__in", ["service_added", "service_ended"]), _negated=True),
                                ("prestation", None),
                            ),
                            _connector="OR",
                        ),
                        name="avenant_service",
                        violation_error_message="Dites de quelle prestation il s’agit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("monthly_charges__isnull", True),
                                ("monthly_rent__isnull", True),
                                ("monthly_services__isnull", True),
                            ),
                            models.Q(
                                ("monthly_charges__isnull", False),
                                ("monthly_rent__isnull", False),
                                ("monthly_services__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="avenant_amounts",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="avenant_cancelled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComptageCaisse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comptages",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "opening",
                    models.DecimalField(decimal_places=2, max_digits=10, verbose_name="au dernier comptage (€)"),
                ),
                ("received", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="reçu depuis (€)")),
                ("counted", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="compté (€)")),
                (
                    "taken",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=10, verbose_name="versé à la banque (€)"
                    ),
                ),
                ("explanation", models.CharField(blank=True, max_length=300, verbose_name="explication de l’écart")),
                (
                    "counted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compté par",
                    ),
                ),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="compté le")),
                ("form_key", models.UUIDField(editable=False, unique=True)),
            ],
            options={
                "verbose_name": "comptage de la caisse",
                "verbose_name_plural": "comptages de la caisse",
                "ordering": ["-counted_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "counted",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opening"), "+", models.F("received")
                                ),
                            ),
                            models.Q(("explanation", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="comptage_explained",
                        violation_error_message="Expliquez l’écart.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted__gte", 0), ("taken__gte", 0), ("taken__lte", models.F("counted"))),
                        name="comptage_taken",
                        violation_error_message="On ne verse pas plus que ce que la caisse contient.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BordereauCheques",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bordereaux",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("handed_on", models.DateField(verbose_name="remis le")),
                ("count", models.PositiveIntegerField(verbose_name="chèques")),
                ("total", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="total (€)")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="fait par",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="fait le"),
                ),
            ],
            options={
                "verbose_name": "bordereau de remise de chèques",
                "verbose_name_plural": "bordereaux de remise de chèques",
                "ordering": ["-handed_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Campagne",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campagnes",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0 pour la campagne du mois, puis les complémentaires.",
                        verbose_name="rang",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("prepared", "préparée"), ("confirmed", "confirmée"), ("sent", "envoyée")],
                        default="prepared",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("prepared_at", models.DateTimeField(editable=False, null=True, verbose_name="préparée le")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(editable=False, null=True, verbose_name="confirmée le")),
                (
                    "sent_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="envoyée le")),
                (
                    "anomalies",
                    models.JSONField(
                        blank=True,
                        default=list,
                        editable=False,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="anomalies vues à la préparation",
                    ),
                ),
            ],
            options={
                "verbose_name": "campagne",
                "ordering": ["-month", "rank"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["prepared", "confirmed", "sent"])),
                        name="campagne_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month", django.db.models.functions.datetime.TruncMonth("month"))),
                        name="campagne_month",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("status", "prepared")),
                            models.Q(("confirmed_at__isnull", False), models.Q(("status", "prepared"), _negated=True)),
                            _connector="OR",
                        ),
                        name="campagne_confirmed",
                        violation_error_message="Une campagne confirmée a sa date de confirmation.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "month", "rank"),
                        name="campagne_unique",
                        violation_error_message="La campagne de ce mois existe déjà.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClotureMensuelle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clotures",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="clos par",
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="clos le"),
                ),
            ],
            options={
                "verbose_name": "clôture mensuelle",
                "verbose_name_plural": "clôtures mensuelles",
                "ordering": ["-month"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month", django.db.models.functions.datetime.TruncMonth("month"))),
                        name="cloture_month",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "month"),
                        name="cloture_unique",
                        violation_error_message="Ce mois est déjà clos.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decaissement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decaissements",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("credit", "solde créditeur rendu"),
                            ("apl_excess", "excédent d’APL reversé à l’allocataire"),
                            ("deposit", "dépôt de garantie rendu"),
                        ],
                        max_length=15,
                        verbose_name="nature",
                    ),
                ),
                ("paid_on", models.DateField(verbose_name="payé le")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="montant (€)",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("transfer", "virement"), ("cheque", "chèque"), ("cash", "espèces")],
                        max_length=10,
                        verbose_name="moyen",
                    ),
                ),
                ("payee", models.CharField(max_length=150, verbose_name="payé à")),
                (
                    "proof",
                    models.CharField(
                        help_text="Référence du virement, numéro du chèque, numéro du reçu signé.",
                        max_length=200,
                        verbose_name="preuve",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                ("form_key", models.UUIDField(editable=False, unique=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulé le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulé parce que")),
            ],
            options={
                "verbose_name": "remboursement",
                "ordering": ["-paid_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["credit", "apl_excess", "deposit"])),
                        name="decaissement_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["transfer", "cheque", "cash"])),
                        name="decaissement_method",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="decaissement_positive",
                        violation_error_message="Le montant est au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proof", ""), _negated=True),
                        name="decaissement_proof",
                        violation_error_message="Un remboursement a sa preuve.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")
                            ),
                            models.Q(
                                ("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="decaissement_cancelled",
                        violation_error_message="Dites pourquoi ce remboursement est annulé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RestitutionDepot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restitution",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                ("keys_back_on", models.DateField(verbose_name="clés rendues le")),
                ("settled_on", models.DateField(verbose_name="arrêté le")),
                ("held", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="dépôt versé (€)")),
                ("kept", models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name="retenu (€)")),
                (
                    "interest",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=10, verbose_name="intérêts de retard (€)"
                    ),
                ),
                (
                    "refund",
                    models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name="à rendre (€)"),
                ),
                (
                    "decaissement",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restitution",
                        to="logement.decaissement",
                        verbose_name="remboursement",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="décidé le"),
                ),
            ],
            options={
                "verbose_name": "restitution d’un dépôt de garantie",
                "verbose_name_plural": "restitutions des dépôts de garantie",
                "ordering": ["-settled_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held__gte", 0),
                            ("interest__gte", 0),
                            ("kept__gte", 0),
                            ("kept__lte", models.F("held")),
                            ("refund__gte", 0),
                        ),
                        name="restitution_amounts",
                        violation_error_message="On ne retient pas plus que le dépôt versé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "refund",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("held"), "-", models.F("kept")
                                    ),
                                    "+",
                                    models.F("interest"),
                                ),
                            )
                        ),
                        name="restitution_adds_up",
                        violation_error_message="Ce qui est rendu est le dépôt, moins les retenues, plus les intérêts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetenueDepot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "restitution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retenues",
                        to="logement.restitutiondepot",
                        verbose_name="restitution",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("debt", "redevance restée due"),
                            ("repair", "dégradation constatée à l’état des lieux"),
                            ("other", "autre somme due"),
                        ],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("label", models.CharField(max_length=150, verbose_name="pour")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="montant (€)",
                    ),
                ),
                ("proof", models.CharField(max_length=200, verbose_name="justificatif")),
            ],
            options={
                "verbose_name": "retenue sur un dépôt de garantie",
                "verbose_name_plural": "retenues sur les dépôts de garantie",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["debt", "repair", "other"])),
                        name="retenue_depot_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            models.Q(("proof", ""), _negated=True),
                            models.Q(("label", ""), _negated=True),
                        ),
                        name="retenue_depot_justified",
                        violation_error_message="Une retenue a son montant, sa raison et son justificatif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AvisEcheance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="avis",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "campagne",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="avis",
                        to="logement.campagne",
                        verbose_name="campagne",
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="0 : ordinaire ; 1, 2… : rectificatif.", verbose_name="rang"
                    ),
                ),
                (
                    "rectifies",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectificatifs",
                        to="logement.avisecheance",
                        verbose_name="rectifie",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prepared", "préparé"),
                            ("confirmed", "confirmé"),
                            ("sent", "envoyé"),
                            ("cancelled", "annulé"),
                        ],
                        default="prepared",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("start_on", models.DateField(verbose_name="du")),
                ("end_on", models.DateField(verbose_name="au")),
                ("due_on", models.DateField(verbose_name="à payer pour le")),
                (
                    "collect_on",
                    models.DateField(
                        editable=False,
                        help_text="Annoncé au résident ; vide : il paie lui-même.",
                        null=True,
                        verbose_name="prélevé le",
                    ),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="total (€)")),
                ("housing", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="loyer et charges (€)")),
                (
                    "apl_expected",
                    models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name="APL attendue (€)"),
                ),
                (
                    "apl_received",
                    models.DecimalField(
                        decimal_places=2,
                        editable=False,
                        help_text="Vide : pas encore reçue.",
                        max_digits=10,
                        null=True,
                        verbose_name="APL reçue (€)",
                    ),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=2, default=0, editable=False, max_digits=10, verbose_name="payé (€)"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison de la rectification")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "facture",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="facture des prestations",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(editable=False, null=True, verbose_name="confirmé le")),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulé le")),
            ],
            options={
                "verbose_name": "avis d’échéance",
                "verbose_name_plural": "avis d’échéance",
                "ordering": ["-month", "-pk"],
                "indexes": [
                    models.Index(fields=["month", "status"], name="avis_month"),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ["confirmed", "sent"]), models.Q(("paid", models.F("total")), _negated=True)
                        ),
                        fields=["due_on"],
                        name="avis_unsettled",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["prepared", "confirmed", "sent", "cancelled"])),
                        name="avis_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month", django.db.models.functions.datetime.TruncMonth("month"))),
                        name="avis_month_first",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="avis_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "cancelled"), _negated=True),
                        fields=("contrat", "month", "rank"),
                        name="avis_one_live",
                        violation_error_message="Ce contrat a déjà son avis pour ce mois.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rank", 0), ("rectifies__isnull", True)),
                            models.Q(("rank__gt", 0), ("rectifies__isnull", False)),
                            _connector="OR",
                        ),
                        name="avis_rectifies",
                        violation_error_message="Un avis rectificatif cite celui qu’il rectifie.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("status", "prepared")),
                            models.Q(("status", "prepared"), _negated=True),
                            _connector="OR",
                        ),
                        name="avis_confirmed",
                        violation_error_message="Un avis préparé n’a pas de date de confirmation.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paid__gte", 0), ("paid__lte", models.F("total")), ("total__gte", 0)),
                            models.Q(("paid__gte", models.F("total")), ("paid__lte", 0), ("total__lt", 0)),
                            _connector="OR",
                        ),
                        name="avis_paid",
                        violation_error_message="On n’impute pas sur un avis plus que son montant.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["confirmed", "sent"]), ("paid", 0), _connector="OR"),
                        name="avis_paid_called",
                        violation_error_message="Rien n’est payé sur un avis qui n’est pas appelé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LigneAvis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "avis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="logement.avisecheance",
                        verbose_name="avis",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rent", "équivalent de loyer"),
                            ("charges", "équivalent de charges"),
                            ("services", "prestations obligatoires"),
                            ("optional", "prestation facultative"),
                            ("indemnite", "indemnité d’occupation"),
                            ("third_party", "forfait tiers hébergé"),
                            ("reduction", "réduction"),
                            ("correction", "correction"),
                            ("apl_overpaid", "trop-perçu d’APL"),
                        ],
                        max_length=15,
                        verbose_name="nature",
                    ),
                ),
                ("label", models.CharField(max_length=150, verbose_name="libellé")),
                ("start_on", models.DateField(verbose_name="du")),
                ("end_on", models.DateField(verbose_name="au")),
                (
                    "monthly_amount",
                    models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant du mois entier (€)"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison")),
            ],
            options={
                "verbose_name": "ligne d’avis",
                "verbose_name_plural": "lignes d’avis",
                "ordering": ["avis", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "rent",
                                    "charges",
                                    "services",
                                    "optional",
                                    "indemnite",
                                    "third_party",
                                    "reduction",
                                    "correction",
                                    "apl_overpaid",
                                ],
                            )
                        ),
                        name="ligne_avis_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="ligne_avis_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FichierPaiements",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("apl", "liste de la CAF ou de la MSA"), ("bank", "relevé bancaire")],
                        max_length=5,
                        verbose_name="nature",
                    ),
                ),
                ("month", models.DateField(blank=True, null=True, verbose_name="mois de la liste")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="versée le")),
                (
                    "account",
                    models.CharField(
                        help_text="IBAN du compte, ou code de la résidence.", max_length=34, verbose_name="compte"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="fichier")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte du fichier")),
                ("heads", models.JSONField(blank=True, default=list, verbose_name="titres")),
                (
                    "rows",
                    models.JSONField(
                        blank=True,
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="lignes du tableau",
                    ),
                ),
                (
                    "columns",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Rang de la colonne : ce qu’elle contient.",
                        verbose_name="colonnes",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("columns", "colonnes à reconnaître"),
                            ("review", "lignes à passer"),
                            ("done", "terminé"),
                            ("abandoned", "abandonné"),
                        ],
                        default="columns",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="importé par",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="importé le"),
                ),
            ],
            options={
                "verbose_name": "fichier de paiements",
                "verbose_name_plural": "fichiers de paiements",
                "ordering": ["-opened_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["apl", "bank"])),
                        name="fichier_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["columns", "review", "done", "abandoned"])),
                        name="fichier_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "bank"), ("month__isnull", True), ("paid_on__isnull", True)),
                            models.Q(("kind", "apl"), ("month__isnull", False), ("paid_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="fichier_month",
                        violation_error_message="Une liste d’APL a son mois et son jour de versement, un relevé n’en a pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("month__isnull", True),
                            (
                                "month",
                                django.db.models.functions.datetime.TruncMonth(
                                    django.db.models.functions.comparison.Cast("month", models.DateField())
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="fichier_month_first",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "abandoned"), _negated=True),
                        fields=("kind", "account", "sha256"),
                        name="fichier_once",
                        violation_error_message="Ce fichier a déjà été importé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LigneFichier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fichier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="logement.fichierpaiements",
                        verbose_name="fichier de paiements",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="ligne du fichier")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="partie")),
                ("dated_on", models.DateField(blank=True, null=True, verbose_name="date")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("payment", "paiement"),
                            ("recall", "rappel"),
                            ("overpaid", "trop-perçu repris"),
                            ("return", "rejet"),
                            ("other", "autre opération"),
                        ],
                        default="payment",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=300, verbose_name="libellé")),
                ("payer", models.CharField(blank=True, max_length=150, verbose_name="payeur")),
                ("payer_iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN du payeur")),
                ("caf_number", models.CharField(blank=True, max_length=20, verbose_name="numéro d’allocataire")),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="référence de la banque")),
                ("end_to_end", models.CharField(blank=True, max_length=35, verbose_name="référence du prélèvement")),
                ("return_code", models.CharField(blank=True, max_length=4, verbose_name="code du rejet")),
                ("first_month", models.DateField(blank=True, null=True, verbose_name="du mois")),
                ("last_month", models.DateField(blank=True, null=True, verbose_name="au mois")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="empreinte")),
                ("account", models.CharField(max_length=34, verbose_name="compte")),
                (
                    "sejour",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "matched_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reference", "référence"),
                            ("caf_number", "numéro d’allocataire"),
                            ("iban", "IBAN déjà vu"),
                            ("mandate", "mandat"),
                            ("name", "nom et prénom"),
                            ("amount", "montant"),
                            ("person", "décision"),
                        ],
                        max_length=10,
                        verbose_name="reconnue par",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="pourquoi")),
                (
                    "method",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("cash", "espèces"),
                            ("cheque", "chèque"),
                            ("transfer", "virement"),
                            ("debit", "prélèvement"),
                            ("card", "carte"),
                            ("apl", "APL versée au gestionnaire"),
                            ("fsl", "FSL"),
                            ("action_logement", "Action Logement"),
                            ("mandataire", "mandataire"),
                            ("deposit", "retenue sur le dépôt de garantie"),
                            ("other", "autre tiers"),
                        ],
                        max_length=20,
                        verbose_name="moyen",
                    ),
                ),
                ("is_deposit", models.BooleanField(default=False, verbose_name="dépôt de garantie")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("to_decide", "à décider"),
                            ("ready", "prête"),
                            ("applied", "passée en compte"),
                            ("already", "déjà passée"),
                            ("left_out", "écartée"),
                        ],
                        default="to_decide",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="décidée le")),
                (
                    "applied_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("applied_at", models.DateTimeField(editable=False, null=True, verbose_name="passée le")),
                (
                    "avis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.avisecheance",
                        verbose_name="avis rectificatif",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne d’un fichier de paiements",
                "verbose_name_plural": "lignes des fichiers de paiements",
                "ordering": ["number", "part"],
                "indexes": [models.Index(fields=["account", "fingerprint"], name="ligne_fichier_fingerprint")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["to_decide", "ready", "applied", "already", "left_out"])),
                        name="ligne_fichier_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nature__in", ["payment", "recall", "overpaid", "return", "other"])),
                        name="ligne_fichier_nature",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "matched_by__in",
                                ["", "reference", "caf_number", "iban", "mandate", "name", "amount", "person"],
                            )
                        ),
                        name="ligne_fichier_match",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "method__in",
                                [
                                    "",
                                    "cash",
                                    "cheque",
                                    "transfer",
                                    "debit",
                                    "card",
                                    "apl",
                                    "fsl",
                                    "action_logement",
                                    "mandataire",
                                    "deposit",
                                    "other",
                                ],
                            )
                        ),
                        name="ligne_fichier_method",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_month__isnull", True), ("last_month__gte", models.F("first_month")), _connector="OR"
                        ),
                        name="ligne_fichier_months",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_month__isnull", True), ("last_month__isnull", True)),
                            models.Q(("first_month__isnull", False), ("last_month__isnull", False)),
                            _connector="OR",
                        ),
                        name="ligne_fichier_both_months",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ligne_fichier_decided",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["ready", "applied"]), _negated=True),
                            ("sejour__isnull", False),
                            _connector="OR",
                        ),
                        name="ligne_fichier_whose",
                        violation_error_message="Une ligne prête a son séjour.",
                    ),
                    models.UniqueConstraint(
                        fields=("fichier", "number", "part"),
                        name="ligne_fichier_number",
                        violation_error_message="Cette ligne est déjà lue.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "applied")),
                        fields=("account", "fingerprint"),
                        name="ligne_fichier_once",
                        violation_error_message="Cette ligne est déjà passée en compte.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Encaissement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encaissements",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="reçu le")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="montant (€)",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "espèces"),
                            ("cheque", "chèque"),
                            ("transfer", "virement"),
                            ("debit", "prélèvement"),
                            ("card", "carte"),
                            ("apl", "APL versée au gestionnaire"),
                            ("fsl", "FSL"),
                            ("action_logement", "Action Logement"),
                            ("mandataire", "mandataire"),
                            ("deposit", "retenue sur le dépôt de garantie"),
                            ("other", "autre tiers"),
                        ],
                        max_length=20,
                        verbose_name="moyen",
                    ),
                ),
                (
                    "payer",
                    models.CharField(blank=True, max_length=150, verbose_name="payeur, si ce n’est pas le résident"),
                ),
                ("reference", models.CharField(blank=True, max_length=100, verbose_name="référence")),
                ("is_deposit", models.BooleanField(default=False, verbose_name="dépôt de garantie")),
                (
                    "for_month",
                    models.DateField(
                        blank=True,
                        help_text="Mois pour lequel la CAF ou la MSA verse l’APL.",
                        null=True,
                        verbose_name="pour le mois",
                    ),
                ),
                (
                    "imputed",
                    models.DecimalField(
                        decimal_places=2, default=0, editable=False, max_digits=10, verbose_name="imputé (€)"
                    ),
                ),
                (
                    "cash_number",
                    models.CharField(
                        editable=False, max_length=40, null=True, unique=True, verbose_name="n° du reçu de caisse"
                    ),
                ),
                ("idempotency_key", models.UUIDField(editable=False, unique=True)),
                (
                    "ligne",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encaissements",
                        to="logement.lignefichier",
                        verbose_name="ligne de fichier",
                    ),
                ),
                (
                    "bordereau",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encaissements",
                        to="logement.bordereaucheques",
                        verbose_name="bordereau de remise",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulé le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulé parce que")),
            ],
            options={
                "verbose_name": "encaissement",
                "ordering": ["-received_on", "-pk"],
                "indexes": [
                    models.Index(fields=["sejour", "received_on"], name="encaissement_sejour"),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at", None), ("imputed__lt", models.F("amount")), ("is_deposit", False)
                        ),
                        fields=["sejour"],
                        name="encaissement_surplus",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "method__in",
                                [
                                    "cash",
                                    "cheque",
                                    "transfer",
                                    "debit",
                                    "card",
                                    "apl",
                                    "fsl",
                                    "action_logement",
                                    "mandataire",
                                    "deposit",
                                    "other",
                                ],
                            )
                        ),
                        name="encaissement_method",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="encaissement_positive",
                        violation_error_message="Le montant est au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")
                            ),
                            models.Q(
                                ("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="encaissement_cancelled",
                        violation_error_message="Dites pourquoi ce paiement est annulé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("imputed__gte", 0),
                            ("imputed__lte", models.F("amount")),
                            models.Q(
                                models.Q(("cancelled_at__isnull", True), ("is_deposit", False)),
                                ("imputed", 0),
                                _connector="OR",
                            ),
                        ),
                        name="encaissement_imputed",
                        violation_error_message="On n’impute pas plus que ce qui a été payé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("for_month__isnull", True),
                            (
                                "for_month",
                                django.db.models.functions.datetime.TruncMonth(
                                    django.db.models.functions.comparison.Cast("for_month", models.DateField())
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="encaissement_for_month",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Imputation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "encaissement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imputations",
                        to="logement.encaissement",
                        verbose_name="encaissement",
                    ),
                ),
                (
                    "credit_avis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credited",
                        to="logement.avisecheance",
                        verbose_name="avis au crédit",
                    ),
                ),
                (
                    "avis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imputations",
                        to="logement.avisecheance",
                        verbose_name="avis",
                    ),
                ),
                (
                    "decaissement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imputations",
                        to="logement.decaissement",
                        verbose_name="remboursement",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
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
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="imputé le"),
                ),
            ],
            options={
                "verbose_name": "imputation",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="imputation_not_nil",
                        violation_error_message="Une imputation n’est pas nulle.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_avis__isnull", True), ("encaissement__isnull", False)),
                            models.Q(("credit_avis__isnull", False), ("encaissement__isnull", True)),
                            _connector="OR",
                        ),
                        name="imputation_source",
                        violation_error_message="Une imputation vient d’un paiement ou d’un avis au crédit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("avis__isnull", False), ("decaissement__isnull", True)),
                            models.Q(("avis__isnull", True), ("decaissement__isnull", False)),
                            _connector="OR",
                        ),
                        name="imputation_target",
                        violation_error_message="Une imputation règle un avis ou un remboursement.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ecriture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ecritures",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        choices=[("redevance", "redevance"), ("depot", "dépôt de garantie")],
                        default="redevance",
                        max_length=10,
                        verbose_name="compte",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("redevance", "redevance appelée"),
                            ("prestation", "prestation facultative"),
                            ("indemnite", "indemnité d’occupation"),
                            ("correction", "correction"),
                            ("reduction", "réduction"),
                            ("payment", "paiement"),
                            ("apl", "APL reçue"),
                            ("apl_recall", "rappel d’APL"),
                            ("apl_overpaid", "trop-perçu d’APL"),
                            ("apl_excess", "excédent d’APL reversé"),
                            ("refund", "remboursement"),
                            ("deposit_called", "dépôt de garantie demandé"),
                            ("deposit_paid", "dépôt de garantie versé"),
                            ("deposit_kept", "retenue sur le dépôt de garantie"),
                            ("deposit_refunded", "dépôt de garantie restitué"),
                            ("deposit_interest", "intérêts de retard sur le dépôt"),
                            ("reversal", "contre-passation"),
                            ("take_over", "solde repris"),
                        ],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
                ("dated_on", models.DateField(verbose_name="date")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
                (
                    "avis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ecritures",
                        to="logement.avisecheance",
                        verbose_name="avis",
                    ),
                ),
                (
                    "encaissement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ecritures",
                        to="logement.encaissement",
                        verbose_name="encaissement",
                    ),
                ),
                (
                    "contrat",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ecritures",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "decaissement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ecritures",
                        to="logement.decaissement",
                        verbose_name="remboursement",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="logement.ecriture",
                        verbose_name="contre-passe",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="passée le"),
                ),
            ],
            options={
                "verbose_name": "écriture",
                "ordering": ["dated_on", "pk"],
                "indexes": [models.Index(fields=["sejour", "account", "dated_on"], name="ecriture_sejour")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account__in", ["redevance", "depot"])),
                        name="ecriture_account",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "redevance",
                                    "prestation",
                                    "indemnite",
                                    "correction",
                                    "reduction",
                                    "payment",
                                    "apl",
                                    "apl_recall",
                                    "apl_overpaid",
                                    "apl_excess",
                                    "refund",
                                    "deposit_called",
                                    "deposit_paid",
                                    "deposit_kept",
                                    "deposit_refunded",
                                    "deposit_interest",
                                    "reversal",
                                    "take_over",
                                ],
                            )
                        ),
                        name="ecriture_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="ecriture_not_nil",
                        violation_error_message="Une écriture n’est pas nulle.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("avis__isnull", False),
                            ("encaissement__isnull", False),
                            ("decaissement__isnull", False),
                            ("contrat__isnull", False),
                            ("reverses__isnull", False),
                            _connector="OR",
                        ),
                        name="ecriture_cause",
                        violation_error_message="Une écriture a sa cause.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reversal"), _negated=True), ("reverses__isnull", False), _connector="OR"
                        ),
                        name="ecriture_reversal",
                        violation_error_message="Une contre-passation cite l’écriture qu’elle annule.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("avis__isnull", False), ("reverses__isnull", True)),
                        fields=("avis", "kind", "label"),
                        name="ecriture_avis_once",
                        violation_error_message="Cet avis est déjà passé en compte.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quittance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("quittance", "quittance"), ("recu", "reçu")], max_length=10, verbose_name="nature"
                    ),
                ),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quittances",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "avis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quittances",
                        to="logement.avisecheance",
                        verbose_name="avis",
                    ),
                ),
                (
                    "encaissement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quittances",
                        to="logement.encaissement",
                        verbose_name="encaissement",
                    ),
                ),
                (
                    "completes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completed_by",
                        to="logement.quittance",
                        verbose_name="fait suite à",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
                ("issued_on", models.DateField(verbose_name="date")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulée parce que")),
            ],
            options={
                "verbose_name": "quittance ou reçu",
                "verbose_name_plural": "quittances et reçus",
                "ordering": ["-issued_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["quittance", "recu"])),
                        name="quittance_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("avis__isnull", False), ("kind", "quittance")),
                            models.Q(("encaissement__isnull", False), ("kind", "recu")),
                            _connector="OR",
                        ),
                        name="quittance_cause",
                        violation_error_message="Une quittance cite son avis, un reçu son paiement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="quittance_positive",
                        violation_error_message="Le montant est au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")
                            ),
                            models.Q(
                                ("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="quittance_cancelled",
                        violation_error_message="Dites pourquoi cette quittance est annulée.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("kind", "quittance")),
                        fields=("avis",),
                        name="quittance_once",
                        violation_error_message="Cet avis a déjà sa quittance.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None), ("kind", "recu")),
                        fields=("avis", "encaissement"),
                        name="recu_once",
                        nulls_distinct=False,
                        violation_error_message="Ce paiement a déjà son reçu pour cet avis.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SchemaComptable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schemas_comptables",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "account",
                    models.CharField(
                        choices=[("redevance", "redevance"), ("depot", "dépôt de garantie")],
                        max_length=10,
                        verbose_name="compte du résident",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("redevance", "redevance appelée"),
                            ("prestation", "prestation facultative"),
                            ("indemnite", "indemnité d’occupation"),
                            ("correction", "correction"),
                            ("reduction", "réduction"),
                            ("payment", "paiement"),
                            ("apl", "APL reçue"),
                            ("apl_recall", "rappel d’APL"),
                            ("apl_overpaid", "trop-perçu d’APL"),
                            ("apl_excess", "excédent d’APL reversé"),
                            ("refund", "remboursement"),
                            ("deposit_called", "dépôt de garantie demandé"),
                            ("deposit_paid", "dépôt de garantie versé"),
                            ("deposit_kept", "retenue sur le dépôt de garantie"),
                            ("deposit_refunded", "dépôt de garantie restitué"),
                            ("deposit_interest", "intérêts de retard sur le dépôt"),
                            ("reversal", "contre-passation"),
                            ("take_over", "solde repris"),
                        ],
                        max_length=20,
                        verbose_name="nature de l’écriture",
                    ),
                ),
                ("journal", models.CharField(max_length=5, verbose_name="journal")),
                (
                    "debit",
                    models.CharField(
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z]{3,12}$", "Un compte s’écrit en chiffres et majuscules : 411000, 706REDEV."
                            )
                        ],
                        verbose_name="compte débité",
                    ),
                ),
                ("debit_label", models.CharField(max_length=60, verbose_name="libellé du compte débité")),
                (
                    "credit",
                    models.CharField(
                        max_length=12,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9A-Z]{3,12}$", "Un compte s’écrit en chiffres et majuscules : 411000, 706REDEV."
                            )
                        ],
                        verbose_name="compte crédité",
                    ),
                ),
                ("credit_label", models.CharField(max_length=60, verbose_name="libellé du compte crédité")),
            ],
            options={
                "verbose_name": "schéma comptable",
                "verbose_name_plural": "schémas comptables",
                "ordering": ["residence", "account", "kind"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("account__in", ["redevance", "depot"])),
                        name="schema_comptable_account",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "redevance",
                                    "prestation",
                                    "indemnite",
                                    "correction",
                                    "reduction",
                                    "payment",
                                    "apl",
                                    "apl_recall",
                                    "apl_overpaid",
                                    "apl_excess",
                                    "refund",
                                    "deposit_called",
                                    "deposit_paid",
                                    "deposit_kept",
                                    "deposit_refunded",
                                    "deposit_interest",
                                    "reversal",
                                    "take_over",
                                ],
                            )
                        ),
                        name="schema_comptable_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="schema_comptable_two",
                        violation_error_message="Une écriture va d’un compte à un autre.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "account", "kind"),
                        name="schema_comptable_unique",
                        violation_error_message="Cette nature d’écriture a déjà son schéma dans la résidence.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModeleEtatDesLieux",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="modeles_edl",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="nom")),
                (
                    "type_logement",
                    models.CharField(
                        choices=[
                            ("chambre", "chambre en appartement partagé"),
                            ("T1", "T1"),
                            ("T1'", "T1’"),
                            ("T1bis", "T1 bis"),
                            ("T2", "T2"),
                            ("T3", "T3"),
                            ("T4", "T4"),
                            ("T5", "T5 et plus"),
                        ],
                        max_length=10,
                        verbose_name="type de logement",
                    ),
                ),
            ],
            options={
                "verbose_name": "modèle d’état des lieux",
                "verbose_name_plural": "modèles d’état des lieux",
                "ordering": ["residence", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type_logement__in", ["chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="modele_edl_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "type_logement"),
                        name="modele_edl_unique",
                        violation_error_message="Ce type de logement a déjà son modèle.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ElementModele",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "modele",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elements",
                        to="logement.modeleetatdeslieux",
                        verbose_name="modèle",
                    ),
                ),
                ("room", models.CharField(max_length=60, verbose_name="pièce")),
                ("element", models.CharField(max_length=100, verbose_name="élément")),
                (
                    "quantity",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Pour l’inventaire et les kits ; vide pour les sols, murs, plafonds.",
                        null=True,
                        verbose_name="quantité",
                    ),
                ),
                (
                    "is_key",
                    models.BooleanField(
                        default=False, help_text="Comptée et numérotée avec les clés.", verbose_name="clé"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
            ],
            options={
                "verbose_name": "élément du modèle",
                "verbose_name_plural": "éléments du modèle",
                "ordering": ["modele", "rank", "pk"],
            },
        ),
        migrations.CreateModel(
            name="EtatDesLieux",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etats_des_lieux",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("entry", "entrée"), ("exit", "sortie")], max_length=10, verbose_name="nature"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "en cours"), ("signed", "signé"), ("cancelled", "annulé")],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("made_on", models.DateField(verbose_name="dressé le")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dressé par",
                    ),
                ),
                (
                    "electricity_meter",
                    models.CharField(blank=True, max_length=60, verbose_name="compteur d’électricité"),
                ),
                ("water_meter", models.CharField(blank=True, max_length=60, verbose_name="compteur d’eau")),
                ("heating_meter", models.CharField(blank=True, max_length=60, verbose_name="compteur de chauffage")),
                ("keys", models.TextField(blank=True, verbose_name="clés remises et leur destination")),
                ("comments", models.TextField(blank=True, verbose_name="observations")),
                ("new_address", models.CharField(blank=True, max_length=250, verbose_name="nouvelle adresse")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("signed_at", models.DateTimeField(editable=False, null=True, verbose_name="signé le")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
            ],
            options={
                "verbose_name": "état des lieux",
                "verbose_name_plural": "états des lieux",
                "ordering": ["-made_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["entry", "exit"])),
                        name="etat_des_lieux_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "signed", "cancelled"])),
                        name="etat_des_lieux_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "cancelled"), _negated=True),
                        fields=("contrat", "kind"),
                        name="etat_des_lieux_once",
                        violation_error_message="Ce contrat a déjà cet état des lieux.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "signed"), _negated=True),
                            models.Q(("document__isnull", False), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="etat_des_lieux_signed",
                        violation_error_message="Un état des lieux signé a sa date et son document.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LigneEtatDesLieux",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "etat_des_lieux",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="logement.etatdeslieux",
                        verbose_name="état des lieux",
                    ),
                ),
                ("room", models.CharField(max_length=60, verbose_name="pièce")),
                ("element", models.CharField(max_length=100, verbose_name="élément")),
                ("quantity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="quantité")),
                (
                    "condition",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "neuf"),
                            ("good", "bon état"),
                            ("worn", "état d’usage"),
                            ("bad", "mauvais état"),
                            ("missing", "absent"),
                        ],
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="numéro")),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="observation")),
                ("installed_on", models.DateField(blank=True, null=True, verbose_name="posé ou refait le")),
                ("is_personal", models.BooleanField(default=False, verbose_name="meuble personnel")),
                ("is_key", models.BooleanField(default=False, verbose_name="clé")),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
            ],
            options={
                "verbose_name": "ligne d’état des lieux",
                "verbose_name_plural": "lignes d’état des lieux",
                "ordering": ["etat_des_lieux", "rank", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("condition__in", ["", "new", "good", "worn", "bad", "missing"])),
                        name="ligne_edl_condition",
                        violation_error_message="Cet état n’est pas dans la liste.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PhotoEtatDesLieux",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ligne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="logement.ligneetatdeslieux",
                        verbose_name="ligne",
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="clé d’envoi")),
                ("file", models.FileField(upload_to=logement.models.etats_des_lieux.photo_path, verbose_name="photo")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "small",
                    models.FileField(upload_to=logement.models.etats_des_lieux.photo_path, verbose_name="vignette"),
                ),
                ("small_sha256", models.CharField(max_length=64, verbose_name="empreinte de la vignette")),
                ("width", models.PositiveIntegerField(verbose_name="largeur (points)")),
                ("height", models.PositiveIntegerField(verbose_name="hauteur (points)")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ajoutée par",
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="ajoutée le"),
                ),
            ],
            options={
                "verbose_name": "photo d’état des lieux",
                "verbose_name_plural": "photos d’état des lieux",
                "ordering": ["ligne", "added_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ligne", "sha256"),
                        name="photo_edl_once",
                        violation_error_message="Cette photo est déjà sur cette ligne.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignatureEtatDesLieux",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "etat_des_lieux",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="logement.etatdeslieux",
                        verbose_name="état des lieux",
                    ),
                ),
                (
                    "signer",
                    models.CharField(
                        choices=[("resident", "le résident ou son représentant"), ("manager", "le gestionnaire")],
                        max_length=10,
                        verbose_name="qualité",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                ("image", models.BinaryField(blank=True, default=b"", verbose_name="tracé (PNG)")),
                ("paper_signed_on", models.DateField(blank=True, null=True, verbose_name="signé sur papier le")),
                (
                    "absence",
                    models.CharField(
                        blank=True,
                        choices=[("refused", "refuse de signer"), ("absent", "absent, bien que prévenu")],
                        max_length=10,
                        verbose_name="sans signature",
                    ),
                ),
                ("absence_reason", models.CharField(blank=True, max_length=300, verbose_name="circonstances")),
                (
                    "signed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="signé le"),
                ),
            ],
            options={
                "verbose_name": "signature",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("signer__in", ["resident", "manager"])),
                        name="signature_edl_signer",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("absence__in", ["", "refused", "absent"])),
                        name="signature_edl_absence",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("absence", ""), ("image", b""), ("paper_signed_on__isnull", False)),
                            models.Q(
                                models.Q(("image", b""), _negated=True),
                                ("absence", ""),
                                ("paper_signed_on__isnull", True),
                            ),
                            models.Q(
                                ("image", b""),
                                ("paper_signed_on__isnull", True),
                                ("signer", "resident"),
                                models.Q(("absence", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="signature_edl_way",
                        violation_error_message="Une signature est tracée à l’écran, ou donnée sur papier à une date\xa0; celle du résident peut manquer, et l’on dit pourquoi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("absence", ""), ("absence_reason", "")),
                            models.Q(
                                models.Q(("absence", ""), _negated=True),
                                models.Q(("absence_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="signature_edl_absence_reason",
                        violation_error_message="Dites dans quelles circonstances le résident n’a pas signé.",
                    ),
                    models.UniqueConstraint(
                        fields=("etat_des_lieux", "signer"),
                        name="signature_edl_once",
                        violation_error_message="Cette signature est déjà donnée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ColonnesFichier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("apl", "liste de la CAF ou de la MSA"), ("bank", "relevé bancaire")],
                        max_length=5,
                        verbose_name="nature",
                    ),
                ),
                ("account", models.CharField(max_length=34, verbose_name="compte")),
                (
                    "columns",
                    models.JSONField(
                        default=dict, help_text="Titre, sans accent : ce qu’elle contient.", verbose_name="colonnes"
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="réglées par",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="réglées le"),
                ),
            ],
            options={
                "verbose_name": "colonnes d’un fichier de paiements",
                "verbose_name_plural": "colonnes des fichiers de paiements",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["apl", "bank"])),
                        name="colonnes_fichier_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "account"),
                        name="colonnes_fichier_once",
                        violation_error_message="Les colonnes de ce compte sont déjà réglées.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignalementDepart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signalement_depart",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                ("left_on", models.DateField(verbose_name="départ le")),
                ("is_death", models.BooleanField(default=False, verbose_name="décès")),
                ("reported_on", models.DateField(verbose_name="signalé le")),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signalé par",
                    ),
                ),
                (
                    "reported_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "départ signalé à la CAF",
                "verbose_name_plural": "départs signalés à la CAF",
                "ordering": ["-reported_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EnvoiAnnuelCaf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="envois_caf",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="année")),
                ("sent_on", models.DateField(verbose_name="envoyé le")),
                ("late_count", models.PositiveIntegerField(verbose_name="résidents non à jour")),
                (
                    "late_total",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="total en retard (€)"),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saisi par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "envoi annuel à la CAF",
                "verbose_name_plural": "envois annuels à la CAF",
                "ordering": ["-year"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "year"),
                        name="envoi_caf_once",
                        violation_error_message="L’envoi de cette année est déjà noté.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SituationCompte",
            fields=[
                (
                    "sejour",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="situation",
                        serialize=False,
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "overdue",
                    models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name="en retard (€)"),
                ),
                ("overdue_from", models.DateField(null=True, verbose_name="en retard depuis le")),
                ("overdue_terms", models.PositiveSmallIntegerField(default=0, verbose_name="termes en retard")),
                ("coming", models.DecimalField(decimal_places=2, default=0, max_digits=10, verbose_name="à venir (€)")),
                ("coming_on", models.DateField(null=True, verbose_name="à payer pour le")),
                ("counted_on", models.DateField(verbose_name="compté le")),
            ],
            options={
                "verbose_name": "situation d’un compte",
                "verbose_name_plural": "situations des comptes",
                "indexes": [
                    models.Index(
                        condition=models.Q(("overdue__gt", 0)), fields=["overdue_from"], name="situation_late"
                    ),
                    models.Index(condition=models.Q(("coming__gt", 0)), fields=["coming_on"], name="situation_coming"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("overdue", 0), ("overdue_from__isnull", True), ("overdue_terms", 0)),
                            models.Q(("overdue__gt", 0), ("overdue_from__isnull", False), ("overdue_terms__gt", 0)),
                            _connector="OR",
                        ),
                        name="situation_overdue",
                        violation_error_message="Ce qui est en retard l’est depuis un jour.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DossierImpaye",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="impayes",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="ouvert le")),
                ("late_from", models.DateField(verbose_name="premier terme à payer pour le")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("new", "à contacter"),
                            ("talk", "on en a parlé"),
                            ("reminder", "première lettre"),
                            ("second_reminder", "seconde lettre"),
                            ("plan", "plan d’apurement"),
                            ("fsl", "FSL demandé"),
                            ("caf_report", "signalé à la CAF"),
                            ("formal_notice", "mise en demeure"),
                            ("ccapex", "CCAPEX saisie"),
                        ],
                        default="new",
                        editable=False,
                        max_length=20,
                        verbose_name="étape",
                    ),
                ),
                ("last_contact_on", models.DateField(editable=False, null=True, verbose_name="dernier contact")),
                (
                    "caf_constituted_on",
                    models.DateField(
                        editable=False, null=True, verbose_name="impayé constitué pour la CAF ou la MSA le"
                    ),
                ),
                (
                    "caf_reported_on",
                    models.DateField(editable=False, null=True, verbose_name="signalé à la CAF ou à la MSA le"),
                ),
                ("closed_on", models.DateField(editable=False, null=True, verbose_name="réglé le")),
            ],
            options={
                "verbose_name": "dossier d’impayé",
                "verbose_name_plural": "dossiers d’impayés",
                "ordering": ["-opened_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "new",
                                    "talk",
                                    "reminder",
                                    "second_reminder",
                                    "plan",
                                    "fsl",
                                    "caf_report",
                                    "formal_notice",
                                    "ccapex",
                                ],
                            )
                        ),
                        name="dossier_impaye_stage",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="dossier_impaye_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("sejour",),
                        name="dossier_impaye_one_open",
                        violation_error_message="Ce séjour a déjà un dossier d’impayé ouvert.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemarcheImpaye",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demarches",
                        to="logement.dossierimpaye",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("talk", "échange avec le ménage"),
                            ("reminder", "première lettre de rappel"),
                            ("second_reminder", "seconde lettre de rappel"),
                            ("plan", "plan d’apurement"),
                            ("fsl", "demande de FSL"),
                            ("caf_report", "signalement à la CAF ou à la MSA"),
                            ("formal_notice", "mise en demeure"),
                            ("ccapex", "saisine de la CCAPEX"),
                        ],
                        max_length=20,
                        verbose_name="démarche",
                    ),
                ),
                ("done_on", models.DateField(verbose_name="faite le")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("promise", "paiement promis"),
                            ("plan_wanted", "demande un échéancier"),
                            ("help_wanted", "demande une aide"),
                            ("disputed", "conteste la dette"),
                            ("unreached", "pas joint"),
                            ("granted", "accordé"),
                            ("refused", "refusé"),
                            ("pending", "en attente"),
                        ],
                        max_length=15,
                        verbose_name="suite",
                    ),
                ),
                (
                    "detail",
                    models.CharField(
                        blank=True,
                        help_text="Lue par la gestionnaire et la coordinatrice : des dates et des montants, pas de note sociale.",
                        max_length=200,
                        verbose_name="précision",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="montant (€)"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("letter", "lettre simple ou courriel du résident"),
                            ("hand", "remise contre décharge"),
                            ("lrar", "lettre recommandée avec avis de réception"),
                            ("commissaire", "commissaire de justice"),
                        ],
                        max_length=15,
                        verbose_name="forme",
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sent", "envoyé"),
                            ("presented", "présenté, en attente à la poste"),
                            ("delivered", "remis"),
                            ("unclaimed", "non réclamé"),
                            ("returned", "retourné"),
                        ],
                        max_length=10,
                        verbose_name="remise",
                    ),
                ),
                ("delivered_on", models.DateField(blank=True, null=True, verbose_name="remise le")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                ("form_key", models.UUIDField(editable=False, unique=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulée parce que")),
            ],
            options={
                "verbose_name": "démarche sur un impayé",
                "verbose_name_plural": "démarches sur des impayés",
                "ordering": ["-done_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "talk",
                                    "reminder",
                                    "second_reminder",
                                    "plan",
                                    "fsl",
                                    "caf_report",
                                    "formal_notice",
                                    "ccapex",
                                ],
                            )
                        ),
                        name="demarche_impaye_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "",
                                    "promise",
                                    "plan_wanted",
                                    "help_wanted",
                                    "disputed",
                                    "unreached",
                                    "granted",
                                    "refused",
                                    "pending",
                                ],
                            )
                        ),
                        name="demarche_impaye_outcome",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("form__in", ["", "letter", "hand", "lrar", "commissaire"])),
                        name="demarche_impaye_form",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivery__in", ["", "sent", "presented", "delivered", "unclaimed", "returned"])
                        ),
                        name="demarche_impaye_delivery",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("delivery__in", ["sent", "presented", "delivered", "unclaimed", "returned"]),
                                ("kind", "formal_notice"),
                                ("form__in", ["hand", "lrar", "commissaire"]),
                            ),
                            models.Q(
                                models.Q(("kind", "formal_notice"), _negated=True), ("delivery", ""), ("form", "")
                            ),
                            _connector="OR",
                        ),
                        name="demarche_impaye_formal",
                        violation_error_message="Une mise en demeure a sa forme et l’état de sa remise.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivered_on__isnull", False), ("delivery", "delivered")),
                            models.Q(
                                models.Q(("delivery", "delivered"), _negated=True), ("delivered_on__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="demarche_impaye_delivered",
                        violation_error_message="Une lettre remise a sa date de remise, et elle seule.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("delivered_on__isnull", True), ("delivered_on__gte", models.F("done_on")), _connector="OR"
                        ),
                        name="demarche_impaye_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")
                            ),
                            models.Q(
                                ("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="demarche_impaye_cancelled",
                        violation_error_message="Dites pourquoi cette démarche est annulée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanApurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="logement.dossierimpaye",
                        verbose_name="dossier",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signé le")),
                (
                    "debt",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="dette (€)",
                    ),
                ),
                (
                    "monthly",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="par mois (€)",
                    ),
                ),
                ("first_on", models.DateField(verbose_name="première échéance")),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "en cours"), ("done", "tenu jusqu’au bout"), ("stopped", "arrêté")],
                        default="running",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("ended_on", models.DateField(editable=False, null=True, verbose_name="fini le")),
                ("stopped_reason", models.CharField(blank=True, max_length=200, verbose_name="arrêté parce que")),
                (
                    "demarche",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan",
                        to="logement.demarcheimpaye",
                        verbose_name="démarche",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "plan d’apurement",
                "verbose_name_plural": "plans d’apurement",
                "ordering": ["-signed_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["running", "done", "stopped"])),
                        name="plan_apurement_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_on__isnull", True), ("first_on__gte", models.F("signed_on")), _connector="OR"
                        ),
                        name="plan_apurement_first",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debt__gt", 0), ("monthly__gt", 0)),
                        name="plan_apurement_amounts",
                        violation_error_message="La dette et l’échéance sont au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", True), ("status", "running")),
                            models.Q(models.Q(("status", "running"), _negated=True), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="plan_apurement_ended",
                        violation_error_message="Un plan fini a son dernier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "stopped"), _negated=True),
                            models.Q(("stopped_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_apurement_stopped",
                        violation_error_message="Dites pourquoi le plan s’arrête.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("dossier",),
                        name="plan_apurement_one_running",
                        violation_error_message="Ce dossier a déjà un plan en cours.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MandatPrelevement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandats",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                ("rum", models.CharField(max_length=35, unique=True, verbose_name="référence unique du mandat (RUM)")),
                ("ics", models.CharField(max_length=35, verbose_name="identifiant du créancier (ICS)")),
                ("holder", models.CharField(max_length=70, verbose_name="titulaire du compte")),
                ("iban", models.CharField(max_length=34, verbose_name="IBAN")),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signé le")),
                (
                    "last_collected_on",
                    models.DateField(editable=False, null=True, verbose_name="dernier prélèvement le"),
                ),
                ("revoked_on", models.DateField(blank=True, null=True, verbose_name="révoqué le")),
                ("revoked_reason", models.CharField(blank=True, max_length=200, verbose_name="révoqué parce que")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="préparé le"),
                ),
            ],
            options={
                "verbose_name": "mandat de prélèvement",
                "verbose_name_plural": "mandats de prélèvement",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_on__isnull", True), ("revoked_on__gte", models.F("signed_on")), _connector="OR"
                        ),
                        name="mandat_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_on__isnull", True), ("revoked_reason", "")),
                            models.Q(("revoked_on__isnull", False), models.Q(("revoked_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="mandat_revoked",
                        violation_error_message="Dites pourquoi le mandat est révoqué.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_on__isnull", True)),
                        fields=("contrat",),
                        name="mandat_one_live",
                        violation_error_message="Ce contrat a déjà un mandat : révoquez-le d’abord.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemisePrelevement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remises",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("month", models.DateField(verbose_name="mois des avis")),
                ("collected_on", models.DateField(verbose_name="prélevée le")),
                ("message_id", models.CharField(max_length=35, unique=True, verbose_name="identifiant du message")),
                ("content", models.TextField(verbose_name="fichier pain.008")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte du fichier")),
                ("count", models.PositiveIntegerField(verbose_name="prélèvements")),
                ("total", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="total (€)")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("made", "à remettre à la banque"),
                            ("booked", "passée en compte"),
                            ("cancelled", "annulée"),
                        ],
                        default="made",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="faite par",
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="faite le"),
                ),
                (
                    "booked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("booked_at", models.DateTimeField(editable=False, null=True, verbose_name="passée en compte le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulée parce que")),
            ],
            options={
                "verbose_name": "remise de prélèvements",
                "verbose_name_plural": "remises de prélèvements",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["made", "booked", "cancelled"])),
                        name="remise_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month", django.db.models.functions.datetime.TruncMonth("month"))),
                        name="remise_month",
                        violation_error_message="Un mois se désigne par son premier jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booked_at__isnull", False), ("status", "booked")),
                            models.Q(models.Q(("status", "booked"), _negated=True), ("booked_at", None)),
                            _connector="OR",
                        ),
                        name="remise_booked",
                        violation_error_message="Une remise passée en compte dit quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "cancelled"), _negated=True),
                            models.Q(("cancelled_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="remise_cancelled",
                        violation_error_message="Dites pourquoi la remise est annulée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LigneRemise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "remise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="logement.remiseprelevement",
                        verbose_name="remise",
                    ),
                ),
                (
                    "avis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prelevements",
                        to="logement.avisecheance",
                        verbose_name="avis",
                    ),
                ),
                (
                    "mandat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="logement.mandatprelevement",
                        verbose_name="mandat",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="montant (€)")),
                ("end_to_end", models.CharField(max_length=35, unique=True, verbose_name="référence de bout en bout")),
                ("is_first", models.BooleanField(default=False, verbose_name="premier prélèvement")),
                (
                    "encaissement",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.encaissement",
                        verbose_name="encaissement",
                    ),
                ),
                ("dropped", models.BooleanField(default=False, editable=False, verbose_name="rejetée ou annulée")),
                ("rejected_on", models.DateField(editable=False, null=True, verbose_name="rejetée le")),
                ("rejected_code", models.CharField(blank=True, max_length=4, verbose_name="code du rejet")),
                ("rejected_reason", models.CharField(blank=True, max_length=200, verbose_name="rejetée parce que")),
                (
                    "rejected_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "prélèvement",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)),
                        name="ligne_remise_positive",
                        violation_error_message="Le montant est au-dessus de zéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rejected_by__isnull", True), ("rejected_on__isnull", True)),
                            models.Q(("rejected_by__isnull", False), ("rejected_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="ligne_remise_rejected",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rejected_on__isnull", True), ("dropped", True), _connector="OR"),
                        name="ligne_remise_dropped",
                        violation_error_message="Un prélèvement rejeté n’est plus en cours.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped", False)),
                        fields=("avis",),
                        name="ligne_remise_once",
                        violation_error_message="Cet avis est déjà dans une remise.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide : tout le ménage.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("justified", "travail, soins ou force majeure, sur justificatif vu"),
                            ("personal", "famille, vacances, voyage"),
                            ("unknown", "raison non donnée"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="raison",
                    ),
                ),
                (
                    "start_on",
                    models.DateField(help_text="Première nuit passée ailleurs.", verbose_name="absente depuis le"),
                ),
                ("expected_back_on", models.DateField(blank=True, null=True, verbose_name="retour prévu le")),
                ("back_on", models.DateField(blank=True, null=True, verbose_name="revenue le")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="notée par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="notée le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
            ],
            options={
                "verbose_name": "absence",
                "ordering": ["-start_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["justified", "personal", "unknown"])),
                        name="absence_reason",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expected_back_on__isnull", True),
                            ("expected_back_on__gte", models.F("start_on")),
                            _connector="OR",
                        ),
                        name="absence_expected",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("back_on__isnull", True), ("back_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="absence_order",
                        violation_error_message="Le retour ne précède pas le départ.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="absence_cancelled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("back_on__isnull", True), ("cancelled_at__isnull", True)),
                        fields=("sejour", "personne"),
                        name="absence_one_open",
                        nulls_distinct=False,
                        violation_error_message="Une absence est déjà en cours : notez d’abord le retour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TiersHeberge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tiers_heberges",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                ("last_name", models.CharField(max_length=100, verbose_name="nom")),
                ("first_names", models.CharField(max_length=150, verbose_name="prénoms")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="né(e) le")),
                ("start_on", models.DateField(verbose_name="à partir du")),
                ("end_on", models.DateField(help_text="Dernière nuit, comprise.", verbose_name="jusqu’au")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="parti le")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="noté par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="noté le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulé le")),
            ],
            options={
                "verbose_name": "tiers hébergé",
                "verbose_name_plural": "tiers hébergés",
                "ordering": ["-start_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="tiers_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True), ("left_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="tiers_left",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="tiers_cancelled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntreeLogement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entrees_logement",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("request", "sur demande préalable"), ("emergency", "urgence de sécurité")],
                        max_length=10,
                        verbose_name="comment",
                    ),
                ),
                ("entered_at", models.DateTimeField(verbose_name="entrée le")),
                ("asked_on", models.DateField(blank=True, null=True, verbose_name="demandée au résident le")),
                ("purpose", models.CharField(max_length=200, verbose_name="motif")),
                ("staff_names", models.CharField(max_length=200, verbose_name="qui est entré")),
                ("resident_was_there", models.BooleanField(default=False, verbose_name="le résident était là")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="notée par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="notée le"),
                ),
                ("informed_on", models.DateField(blank=True, null=True, verbose_name="résident informé par écrit le")),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="lettre",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrée dans un logement",
                "verbose_name_plural": "entrées dans les logements",
                "ordering": ["-entered_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["request", "emergency"])),
                        name="entree_logement_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_on", None), ("kind", "emergency")),
                            models.Q(("asked_on__isnull", False), ("kind", "request")),
                            _connector="OR",
                        ),
                        name="entree_logement_asked",
                        violation_error_message="Hors urgence, l’entrée se demande avant : donnez le jour de la demande.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("informed_on", None), ("document__isnull", False), _connector="OR"),
                        name="entree_logement_informed",
                        violation_error_message="L’information se donne par une lettre éditée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "contrat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="logement.contratoccupation",
                        verbose_name="contrat",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("death", "décès"),
                            ("unseen", "personne que l’on ne voit plus"),
                            ("after_end", "occupation après la fin du contrat"),
                        ],
                        max_length=10,
                        verbose_name="procédure",
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
                (
                    "event_on",
                    models.DateField(
                        help_text="Jour du décès, dernier jour où la personne a été vue, fin du contrat.",
                        verbose_name="date du fait",
                    ),
                ),
                ("is_isolated", models.BooleanField(default=False, verbose_name="sans famille connue")),
                ("opened_on", models.DateField(verbose_name="ouverte le")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ouverte par",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="close le")),
                (
                    "closed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seen", "la personne est là, ou a donné des nouvelles"),
                            ("title_back", "le contrat reprend, ou un autre est signé"),
                            ("keys_back", "les clés sont rendues"),
                            ("done", "tout est fait"),
                            ("mistake", "ouverte par erreur"),
                        ],
                        max_length=12,
                        verbose_name="issue",
                    ),
                ),
            ],
            options={
                "verbose_name": "procédure",
                "ordering": ["-opened_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["death", "unseen", "after_end"])),
                        name="procedure_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "seen", "title_back", "keys_back", "done", "mistake"])),
                        name="procedure_outcome",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_on__isnull", True), ("opened_on__gte", models.F("event_on")), _connector="OR"
                        ),
                        name="procedure_event",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="procedure_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_by__isnull", True), ("closed_on__isnull", True)),
                            models.Q(("closed_by__isnull", False), ("closed_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="procedure_closed",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on", None), ("outcome", "")),
                            models.Q(("closed_on__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="procedure_closed_outcome",
                        violation_error_message="Une procédure close dit comment elle s’est terminée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "death"), _negated=True), ("personne__isnull", False), _connector="OR"
                        ),
                        name="procedure_death_person",
                        violation_error_message="Dites qui est décédé.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("sejour", "kind", "personne"),
                        name="procedure_one_open",
                        nulls_distinct=False,
                        violation_error_message="Cette procédure est déjà ouverte pour ce séjour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EtapeProcedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes",
                        to="logement.procedure",
                        verbose_name="procédure",
                    ),
                ),
                ("code", models.CharField(max_length=12, verbose_name="étape")),
                ("done_on", models.DateField(verbose_name="fait le")),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="Qui, où, comment. Aucun détail de santé.", verbose_name="précisions"
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="logement.etapeprocedure",
                        verbose_name="retire",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="noté par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="noté le"),
                ),
            ],
            options={
                "verbose_name": "étape d’une procédure",
                "verbose_name_plural": "étapes des procédures",
                "ordering": ["done_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                [
                                    "account",
                                    "asked",
                                    "assigned",
                                    "caf",
                                    "certified",
                                    "check",
                                    "closed",
                                    "executed",
                                    "family",
                                    "found",
                                    "handed",
                                    "inventory",
                                    "judge",
                                    "judged",
                                    "knock",
                                    "letter",
                                    "mairie",
                                    "mandataire",
                                    "notary",
                                    "order",
                                    "record",
                                    "rehousing",
                                    "summons",
                                    "taken",
                                    "talk",
                                ],
                            )
                        ),
                        name="etape_procedure_code",
                        violation_error_message="Cette étape n’est pas dans la liste.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PosteVetuste",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grille_vetuste",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="poste")),
                (
                    "words",
                    models.CharField(
                        help_text="Séparés par des virgules : mur, plafond. Ils se cherchent dans le nom de l’élément.",
                        max_length=300,
                        verbose_name="mots qui le désignent",
                    ),
                ),
                (
                    "life_years",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="durée de vie (ans)"
                    ),
                ),
                ("free_years", models.PositiveSmallIntegerField(default=0, verbose_name="années sans abattement")),
                (
                    "yearly_percent",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="abattement par an (%)",
                    ),
                ),
                (
                    "residual_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="part qui reste en fin de vie (%)",
                    ),
                ),
                ("valid_from", models.DateField(default=residence.models.base.today, verbose_name="à partir du")),
            ],
            options={
                "verbose_name": "poste de la grille de vétusté",
                "verbose_name_plural": "grille de vétusté",
                "ordering": ["residence", "name", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("life_years__gte", 1),
                            ("residual_percent__range", (0, 100)),
                            ("yearly_percent__range", (0, 100)),
                        ),
                        name="poste_vetuste_shares",
                        violation_error_message="Une durée de vie est d’un an au moins, un pourcentage entre 0 et 100.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "name", "valid_from"),
                        name="poste_vetuste_once",
                        violation_error_message="Ce poste a déjà une ligne à partir de ce jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetenueSortie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ligne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retenues",
                        to="logement.ligneetatdeslieux",
                        verbose_name="ligne",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="coût de remise en état (€)"),
                ),
                ("poste", models.CharField(blank=True, max_length=100, verbose_name="poste de la grille")),
                ("installed_on", models.DateField(blank=True, null=True, verbose_name="posé ou refait le")),
                ("share", models.DecimalField(decimal_places=4, max_digits=5, verbose_name="part restante")),
                (
                    "proposed",
                    models.DecimalField(decimal_places=2, max_digits=8, verbose_name="proposé par la grille (€)"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="retenu (€)")),
                ("reasons", models.CharField(blank=True, max_length=300, verbose_name="motifs")),
                (
                    "proof_reference",
                    models.CharField(
                        help_text="Facture ou devis, et son numéro.", max_length=150, verbose_name="justificatif"
                    ),
                ),
                (
                    "proof",
                    models.FileField(
                        blank=True,
                        upload_to=logement.models.retenues.proof_path,
                        verbose_name="fichier du justificatif",
                    ),
                ),
                ("proof_name", models.CharField(blank=True, max_length=200, verbose_name="nom du fichier")),
                ("proof_sha256", models.CharField(blank=True, max_length=64, verbose_name="empreinte")),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="décidée par",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="décidée le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
                ("cancelled_reason", models.CharField(blank=True, max_length=200, verbose_name="annulée parce que")),
            ],
            options={
                "verbose_name": "retenue sur le dépôt",
                "verbose_name_plural": "retenues sur le dépôt",
                "ordering": ["-decided_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", 0),
                            ("amount__lte", models.F("cost")),
                            ("cost__gt", 0),
                            ("proposed__gte", 0),
                            ("share__range", (0, 1)),
                        ),
                        name="retenue_amounts",
                        violation_error_message="Une retenue est entre zéro et le coût de la remise en état.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount", models.F("proposed")), models.Q(("reasons", ""), _negated=True), _connector="OR"
                        ),
                        name="retenue_reasons",
                        violation_error_message="Dites pourquoi le montant n’est pas celui que la grille propose.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proof_reference", ""), _negated=True),
                        name="retenue_proof",
                        violation_error_message="Une retenue a son justificatif.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="retenue_cancelled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            models.Q(("cancelled_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="retenue_cancelled_reason",
                        violation_error_message="Dites pourquoi la retenue est annulée.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True)),
                        fields=("ligne",),
                        name="retenue_one_live",
                        violation_error_message="Cette ligne a déjà sa retenue : annulez-la pour en décider une autre.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EtapeSortie",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sejour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes_sortie",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("last_account", "dernier compte remis au résident"),
                            ("address", "nouvelle adresse connue, ou refusée"),
                        ],
                        max_length=20,
                        verbose_name="étape",
                    ),
                ),
                ("done_on", models.DateField(default=residence.models.base.today, verbose_name="fait le")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="précision")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saisie par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
            ],
            options={
                "verbose_name": "étape de sortie",
                "verbose_name_plural": "étapes de sortie",
                "ordering": ["sejour", "done_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["last_account", "address"])),
                        name="etape_sortie_step",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="etape_sortie_cancelled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True)),
                        fields=("sejour", "step"),
                        name="etape_sortie_once",
                        violation_error_message="Cette étape est déjà faite.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TravauxPrevus",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="travaux_prevus",
                        to="logement.place",
                        verbose_name="place",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="à partir du")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="durée (jours)"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="travaux")),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prévus par",
                    ),
                ),
                (
                    "planned_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="prévus le"),
                ),
                (
                    "occupation",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="travaux_prevus",
                        to="logement.occupationplace",
                        verbose_name="travaux",
                    ),
                ),
                (
                    "dropped_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("dropped_at", models.DateTimeField(editable=False, null=True, verbose_name="abandonnés le")),
            ],
            options={
                "verbose_name": "travaux prévus",
                "verbose_name_plural": "travaux prévus",
                "ordering": ["from_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1)),
                        name="travaux_prevus_days",
                        violation_error_message="Des travaux durent au moins un jour.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dropped_at__isnull", True), ("dropped_by__isnull", True)),
                            models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="travaux_prevus_dropped",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("occupation__isnull", True), ("dropped_at__isnull", True), _connector="OR"),
                        name="travaux_prevus_one_end",
                        violation_error_message="Des travaux commencés ne s’abandonnent pas : levez l’occupation.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at__isnull", True), ("occupation__isnull", True)),
                        fields=("place",),
                        name="travaux_prevus_one_waiting",
                        violation_error_message="Des travaux sont déjà prévus sur cette place.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignalementVacance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signalements",
                        to="logement.place",
                        verbose_name="place",
                    ),
                ),
                ("vacant_on", models.DateField(verbose_name="vacante à partir du")),
                (
                    "partenaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.partenaire",
                        verbose_name="signalée à",
                    ),
                ),
                ("reported_on", models.DateField(default=residence.models.base.today, verbose_name="signalée le")),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signalée par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "signalement de vacance",
                "verbose_name_plural": "signalements de vacance",
                "ordering": ["-reported_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("place", "vacant_on", "partenaire"),
                        name="signalement_vacance_once",
                        violation_error_message="Cette vacance a déjà été signalée à ce partenaire.",
                    )
                ],
            },
        ),
    ]
