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

import logement.models.parc
import residence.models.base


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("residence", "0001_people_and_residences"),
    ]

    operations = [
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
                        blank=True, help_text="Vide : celle de la résidence.", max_length=250, verbose_name="adresse"
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
                ("labelled_on", models.DateField(blank=True, null=True, verbose_name="labellisé le")),
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
                        help_text="Chambre communicante : les deux se donnent ensemble ou chacune à part.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joinable",
                        to="logement.place",
                        verbose_name="peut se joindre à",
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
                        condition=models.Q(("status", "cancelled"), _negated=True),
                        expressions=[
                            ("sejour", "="),
                            (logement.models.parc.DateRange("start_on", "end_on", models.Value("[]")), "&&"),
                        ],
                        name="contrat_no_overlap",
                        violation_error_message="Ce séjour a déjà un contrat sur ces dates.",
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
                        default=0, help_text="0 : ordinaire ; 1, 2… : rectificatif.", verbose_name="rang"
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
                        help_text="Vide : pas encore reçue.",
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
                        help_text="Pour l’inventaire et les kits ; vide pour les sols, murs, plafonds.",
                        null=True,
                        verbose_name="quantité",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imputations",
                        to="logement.avisecheance",
                        verbose_name="avis",
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
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="observation")),
                ("is_personal", models.BooleanField(default=False, verbose_name="meuble personnel")),
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
                    models.UniqueConstraint(
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
                        help_text="Vide tant que la lettre n’a pas été remise : le délai ne court pas.",
                        null=True,
                        verbose_name="reçu le",
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("sent", "envoyé"),
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
                ("reasons", models.TextField(blank=True, verbose_name="motifs")),
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
                        condition=models.Q(("delivery__in", ["sent", "delivered", "unclaimed", "returned"])),
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
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
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
                        condition=models.Q(
                            models.Q(("image", b""), ("paper_signed_on__isnull", False)),
                            models.Q(models.Q(("image", b""), _negated=True), ("paper_signed_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="signature_edl_way",
                        violation_error_message="Une signature est tracée à l’écran, ou donnée sur papier à une date.",
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
    ]
