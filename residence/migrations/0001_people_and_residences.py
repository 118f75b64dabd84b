import datetime

import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations, models

import residence.models.base
from residence.migrations_sql import CreateAppRole, tables_at_once


@tables_at_once
class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        # unaccent() is not immutable, since its dictionary may change; ours is named, so that columns and indexes may use it.
        migrations.RunSQL(
            """
            CREATE FUNCTION f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
            AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$;
            """,
            "DROP FUNCTION f_unaccent(text)",
        ),
        CreateAppRole(),
        migrations.CreateModel(
            name="Residence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                ("organisme", models.CharField(max_length=150, verbose_name="organisme gestionnaire")),
                ("siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("address", models.CharField(max_length=250, verbose_name="adresse")),
                ("postal_code", models.CharField(max_length=5, verbose_name="code postal")),
                ("city", models.CharField(max_length=100, verbose_name="commune")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("opening_hours", models.CharField(blank=True, max_length=250, verbose_name="heures d’accueil")),
                (
                    "signatory_name",
                    models.CharField(blank=True, max_length=150, verbose_name="signataire des documents"),
                ),
                ("signatory_title", models.CharField(blank=True, max_length=150, verbose_name="qualité du signataire")),
                ("logo", models.FileField(blank=True, upload_to="logos/", verbose_name="logo")),
                (
                    "is_confidential",
                    models.BooleanField(
                        default=False,
                        help_text="L’adresse ne s’affiche qu’à l’équipe de la résidence.",
                        verbose_name="adresse confidentielle",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="ouverte le")),
                (
                    "taken_over_on",
                    models.DateField(
                        blank=True,
                        help_text="Aucun avis n’est émis pour un mois antérieur.",
                        null=True,
                        verbose_name="reprise dans ce logiciel le",
                    ),
                ),
                ("iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN")),
                ("ics", models.CharField(blank=True, max_length=35, verbose_name="identifiant créancier SEPA (ICS)")),
                (
                    "daily_living_threshold",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Repère de l’équipe, jamais un motif de refus.",
                        max_digits=6,
                        null=True,
                        verbose_name="seuil d’alerte du reste à vivre (€ par jour et par unité)",
                    ),
                ),
                (
                    "heat_wave_age",
                    models.PositiveSmallIntegerField(
                        default=65,
                        help_text="Les personnes de cet âge, et celles qu’il faut aider dans les escaliers, sont appelées chaque jour.",
                        verbose_name="veille canicule à partir de (ans)",
                    ),
                ),
                (
                    "is_in_large_agglomeration",
                    models.BooleanField(
                        default=False,
                        help_text="Le recours après une décision DALO s’ouvre alors à 6 mois au lieu de 3.",
                        verbose_name="dans une agglomération de plus de 300 000 habitants",
                    ),
                ),
            ],
            options={
                "verbose_name": "résidence",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Convention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conventions",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="numéro")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("residence_sociale", "résidence sociale"),
                            ("pension_de_famille", "pension de famille"),
                            ("fjt", "foyer de jeunes travailleurs"),
                            ("logement_foyer", "autre logement-foyer"),
                        ],
                        default="residence_sociale",
                        max_length=30,
                        verbose_name="type",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signée le")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="terme")),
                (
                    "apl_scale",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("apl1", "APL 1 : cas général"),
                            ("apl2", "APL 2 : résidence existante conventionnée sans travaux"),
                        ],
                        help_text="Vide : inconnu, les deux sont montrés.",
                        max_length=4,
                        verbose_name="barème d’APL",
                    ),
                ),
                (
                    "apl_zone",
                    models.CharField(
                        blank=True,
                        choices=[("1", "zone 1"), ("2", "zone 2"), ("3", "zone 3")],
                        max_length=1,
                        verbose_name="zone d’APL",
                    ),
                ),
                (
                    "prefect_share",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=5,
                        null=True,
                        verbose_name="part des logements réservés par le préfet (%)",
                    ),
                ),
                ("other_reservations", models.TextField(blank=True, verbose_name="autres réservataires")),
                ("document", models.FileField(blank=True, upload_to="conventions/", verbose_name="texte signé")),
            ],
            options={
                "verbose_name": "convention",
                "ordering": ["-signed_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["residence_sociale", "pension_de_famille", "fjt", "logement_foyer"])
                        ),
                        name="convention_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("apl_scale__in", ["", "apl1", "apl2"])),
                        name="convention_apl_scale",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("apl_zone__in", ["", "1", "2", "3"])),
                        name="convention_apl_zone",
                        violation_error_message="Cette zone n’existe pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("signed_on")), _connector="OR"
                        ),
                        name="convention_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "number"),
                        name="convention_number",
                        violation_error_message="Cette résidence a déjà une convention de ce numéro.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlafondRedevance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plafonds",
                        to="residence.convention",
                        verbose_name="convention",
                    ),
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
                        verbose_name="type de logement",
                    ),
                ),
                ("loan", models.CharField(blank=True, max_length=30, verbose_name="financement")),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                (
                    "monthly_maximum",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=8,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="maximum mensuel, loyer et charges (€)",
                    ),
                ),
            ],
            options={
                "verbose_name": "redevance maximale",
                "verbose_name_plural": "redevances maximales",
                "ordering": ["type_logement", "-valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type_logement__in", ["chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="plafond_redevance_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_maximum__gt", 0)),
                        name="plafond_redevance_positive",
                        violation_error_message="Le maximum est un montant au-dessus de zéro.",
                    ),
                    models.UniqueConstraint(
                        fields=("convention", "type_logement", "loan", "valid_from"),
                        name="plafond_redevance_unique",
                        violation_error_message="Ce maximum est déjà saisi pour cette date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispositif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispositifs",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("code", models.SlugField(max_length=30, verbose_name="code")),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                ("public", models.TextField(blank=True, verbose_name="public accueilli")),
                (
                    "admission_conditions",
                    models.TextField(
                        blank=True,
                        help_text="Reprises dans le contrat d’occupation.",
                        verbose_name="conditions d’admission",
                    ),
                ),
                (
                    "routes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("siao", "SIAO"),
                                ("ccas", "CCAS"),
                                ("comite_de_pilotage", "comité de pilotage"),
                                ("departement", "Département"),
                                ("direct", "demande directe"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                        verbose_name="voies d’orientation",
                    ),
                ),
                (
                    "stay_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Vide : sans limitation de durée.",
                        null=True,
                        verbose_name="durée du séjour (mois)",
                    ),
                ),
                (
                    "renewals_max",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Vide : autant qu’il en faut.",
                        null=True,
                        verbose_name="renouvellements au plus",
                    ),
                ),
                (
                    "stay_months_max",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="durée maximale de l’accueil (mois)"
                    ),
                ),
                (
                    "first_meeting_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="premier rendez-vous dans les N jours de l’entrée"
                    ),
                ),
                (
                    "visit_every_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="une visite tous les N jours"),
                ),
                (
                    "review_every_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="projet revu tous les N mois"),
                ),
                (
                    "project_within_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="projet personnalisé dans les N jours de l’entrée"
                    ),
                ),
                ("has_shared_flats", models.BooleanField(default=False, verbose_name="appartements partagés")),
                (
                    "requires_insurance",
                    models.BooleanField(default=True, verbose_name="assurance du résident demandée"),
                ),
                ("requires_social_file", models.BooleanField(default=True, verbose_name="accompagnement social")),
                (
                    "referent_from_partner",
                    models.BooleanField(
                        default=False,
                        help_text="Le prescripteur reste référent jusqu’à la sortie.",
                        verbose_name="référent tenu par le partenaire",
                    ),
                ),
                (
                    "taux_effort_maximum",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="Part des ressources : 0,25 pour 25 %.",
                        max_digits=5,
                        null=True,
                        verbose_name="taux d’effort maximal",
                    ),
                ),
                (
                    "active_share_minimum",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="0,60 pour 60 %. Un chiffre de la maison, montré avec les places à donner : il n’écarte personne.",
                        max_digits=5,
                        null=True,
                        verbose_name="part des résidents en activité, au moins",
                    ),
                ),
                (
                    "notice_of_interview_days",
                    models.PositiveSmallIntegerField(default=15, verbose_name="entretien sous N jours"),
                ),
                (
                    "proposal_answer_days",
                    models.PositiveSmallIntegerField(default=8, verbose_name="réponse à une proposition sous N jours"),
                ),
                (
                    "deposit_months",
                    models.DecimalField(
                        decimal_places=2,
                        default=1,
                        max_digits=3,
                        verbose_name="dépôt de garantie (mois de redevance, un au plus)",
                    ),
                ),
                (
                    "turnaround_days",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="remise en état entre deux séjours (jours)"
                    ),
                ),
                ("is_open", models.BooleanField(default=True, verbose_name="ouvert aux orientations")),
            ],
            options={
                "verbose_name": "dispositif",
                "ordering": ["residence", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "code"),
                        name="dispositif_code",
                        violation_error_message="Cette résidence a déjà un dispositif de ce code.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stay_months__isnull", False),
                            models.Q(
                                ("renewals_max__isnull", True),
                                ("stay_months__isnull", True),
                                ("stay_months_max__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="dispositif_without_term",
                        violation_error_message="Un dispositif sans limitation de durée n’a ni terme ni renouvellement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deposit_months__gte", 0), ("deposit_months__lte", 1)),
                        name="dispositif_deposit",
                        violation_error_message="Le dépôt de garantie ne dépasse pas un mois de redevance.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taux_effort_maximum__isnull", True),
                            models.Q(("taux_effort_maximum__gt", 0), ("taux_effort_maximum__lte", 1)),
                            _connector="OR",
                        ),
                        name="dispositif_taux_effort",
                        violation_error_message="Le taux d’effort est une part des ressources, entre 0 et 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_share_minimum__isnull", True),
                            models.Q(("active_share_minimum__gt", 0), ("active_share_minimum__lte", 1)),
                            _connector="OR",
                        ),
                        name="dispositif_active_share",
                        violation_error_message="La part des résidents en activité est entre 0 et 1.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CritereDispositif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteres",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("age", "âge à l’entrée"),
                            ("household_size", "nombre de personnes"),
                            ("resources_ceiling", "plafond de ressources mensuelles (€)"),
                            ("taux_effort", "taux d’effort"),
                            ("loyer_net", "loyer hors charges, après APL (part des ressources)"),
                            ("papers", "titre de séjour valable"),
                            ("partner_identification", "identification par un partenaire"),
                            ("activity", "activité ou projet"),
                            ("resources_held", "ressources perçues"),
                            ("protection", "mesure de protection en cours"),
                            ("medical_validation", "validation médicale reçue"),
                            ("adult_women", "femmes, avec ou sans enfants"),
                        ],
                        max_length=30,
                        verbose_name="critère",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=10, null=True, verbose_name="au moins"
                    ),
                ),
                (
                    "maximum",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, verbose_name="au plus"),
                ),
                (
                    "resources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("salaire", "salaire"),
                                ("rsa", "RSA"),
                                ("prime_activite", "prime d’activité"),
                                ("chomage", "allocation chômage"),
                                ("retraite", "retraite"),
                                ("aspa", "ASPA"),
                                ("aah", "AAH"),
                                ("pch", "PCH"),
                                ("invalidite", "pension d’invalidité"),
                                ("indemnites", "indemnités journalières"),
                                ("prestations_familiales", "prestations familiales"),
                                ("pension_alimentaire", "pension alimentaire reçue"),
                                ("formation", "rémunération de formation"),
                                ("autre", "autre ressource"),
                            ],
                            max_length=30,
                        ),
                        blank=True,
                        default=list,
                        help_text="Pour « ressources perçues » : toutes celles qui sont demandées ensemble.",
                        size=None,
                        verbose_name="lesquelles",
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("flags", "signale"),
                            ("needs_derogation", "exige une dérogation motivée"),
                            ("reduces", "réduit la redevance"),
                        ],
                        default="flags",
                        max_length=20,
                        verbose_name="effet",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
            ],
            options={
                "verbose_name": "critère",
                "ordering": ["dispositif", "kind"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "age",
                                    "household_size",
                                    "resources_ceiling",
                                    "taux_effort",
                                    "loyer_net",
                                    "papers",
                                    "partner_identification",
                                    "activity",
                                    "resources_held",
                                    "protection",
                                    "medical_validation",
                                    "adult_women",
                                ],
                            )
                        ),
                        name="critere_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effect__in", ["flags", "needs_derogation", "reduces"])),
                        name="critere_effect",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum__isnull", True), ("maximum__gte", models.F("minimum")), _connector="OR"
                        ),
                        name="critere_order",
                        violation_error_message="Le maximum est au moins le minimum.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "resources_held"),
                                (
                                    "resources__contained_by",
                                    [
                                        "salaire",
                                        "rsa",
                                        "prime_activite",
                                        "chomage",
                                        "retraite",
                                        "aspa",
                                        "aah",
                                        "pch",
                                        "invalidite",
                                        "indemnites",
                                        "prestations_familiales",
                                        "pension_alimentaire",
                                        "formation",
                                        "autre",
                                    ],
                                ),
                                ("resources__len__gt", 0),
                            ),
                            models.Q(models.Q(("kind", "resources_held"), _negated=True), ("resources__len", 0)),
                            _connector="OR",
                        ),
                        name="critere_resources",
                        violation_error_message="Dites quelles ressources sont demandées, et pour ce critère seulement.",
                    ),
                    models.UniqueConstraint(
                        fields=("dispositif", "kind"),
                        name="critere_unique",
                        violation_error_message="Ce critère est déjà posé pour ce dispositif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurfaceDispositif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surfaces",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
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
                        verbose_name="type de logement",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="au moins (m²)"
                    ),
                ),
                (
                    "maximum",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="au plus (m²)"
                    ),
                ),
            ],
            options={
                "verbose_name": "surface admise",
                "verbose_name_plural": "surfaces admises",
                "ordering": ["dispositif", "type_logement"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("type_logement__in", ["chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="surface_dispositif_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum__isnull", True), ("maximum__gte", models.F("minimum")), _connector="OR"
                        ),
                        name="surface_dispositif_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        fields=("dispositif", "type_logement"),
                        name="surface_dispositif_unique",
                        violation_error_message="Les surfaces de ce type sont déjà posées.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceRequise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="pièce")),
                ("help_text", models.CharField(blank=True, max_length=250, verbose_name="précision")),
                ("is_mandatory", models.BooleanField(default=True, verbose_name="obligatoire pour la commission")),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Vide : ne se périme pas, ou porte sa propre date.",
                        null=True,
                        verbose_name="périmée après (mois)",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
            ],
            options={
                "verbose_name": "pièce demandée",
                "verbose_name_plural": "pièces demandées",
                "ordering": ["dispositif", "rank", "name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispositif", "name"),
                        name="piece_requise_unique",
                        violation_error_message="Cette pièce est déjà demandée.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Partenaire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("siao", "SIAO"),
                            ("ccas", "CCAS"),
                            ("departement", "Département"),
                            ("caf", "CAF ou MSA"),
                            ("prefecture", "préfecture, DDETS"),
                            ("association", "association"),
                            ("sante", "santé"),
                            ("emploi", "emploi et formation"),
                            ("bailleur", "bailleur"),
                            ("mandataire", "mandataire judiciaire"),
                            ("autre", "autre"),
                        ],
                        max_length=20,
                        verbose_name="nature",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                ("themes", models.CharField(blank=True, max_length=250, verbose_name="thèmes")),
                ("address", models.CharField(blank=True, max_length=250, verbose_name="adresse")),
                ("postal_code", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                (
                    "email_agreed_on",
                    models.DateField(
                        blank=True,
                        help_text="Sans cette date, les lettres de décision partent sur papier.",
                        null=True,
                        verbose_name="accepte nos réponses par courriel depuis le",
                    ),
                ),
                (
                    "contact_within_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Délai que ce partenaire demande de tenir.",
                        null=True,
                        verbose_name="prendre contact sous (jours)",
                    ),
                ),
                (
                    "answer_within_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="répondre sous (jours)"),
                ),
                (
                    "cancels_after_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Le ménage qui n’a pas pris contact avant perd sa demande chez ce partenaire.",
                        null=True,
                        verbose_name="demande annulée sans contact au bout de (jours)",
                    ),
                ),
                (
                    "no_shows_max",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Vide\xa0: à l’appréciation de l’équipe.",
                        null=True,
                        verbose_name="absences à l’entretien avant clôture",
                    ),
                ),
                (
                    "refusal_costs_seniority",
                    models.BooleanField(
                        default=False, verbose_name="un refus du ménage jugé irrecevable lui fait perdre son ancienneté"
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="n’est plus partenaire depuis")),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            residence.models.base.PlainText(
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("name"), models.Value(""), output_field=models.TextField()
                                )
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "residences",
                    models.ManyToManyField(
                        blank=True, related_name="partenaires", to="residence.residence", verbose_name="résidences"
                    ),
                ),
            ],
            options={
                "verbose_name": "partenaire",
                "ordering": ["sort_name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "siao",
                                    "ccas",
                                    "departement",
                                    "caf",
                                    "prefecture",
                                    "association",
                                    "sante",
                                    "emploi",
                                    "bailleur",
                                    "mandataire",
                                    "autre",
                                ],
                            )
                        ),
                        name="partenaire_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "sort_name"),
                        name="partenaire_unique",
                        violation_error_message="Ce partenaire est déjà dans l’annuaire.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactPartenaire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partenaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="residence.partenaire",
                        verbose_name="partenaire",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nom")),
                ("function", models.CharField(blank=True, max_length=150, verbose_name="fonction")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="parti le")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisi le"),
                ),
            ],
            options={
                "verbose_name": "contact",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "username",
                    models.CharField(
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="identifiant",
                    ),
                ),
                ("first_name", models.CharField(max_length=150, verbose_name="prénom")),
                ("last_name", models.CharField(max_length=150, verbose_name="nom")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="adresse électronique")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("function", models.CharField(blank=True, max_length=150, verbose_name="fonction")),
                ("is_active", models.BooleanField(default=True, verbose_name="compte ouvert")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="ouvert le"),
                ),
                ("closed_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="fermé le")),
            ],
            options={
                "verbose_name": "compte",
                "verbose_name_plural": "comptes",
                "ordering": ["last_name", "first_name"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"),
                        name="user_username_whatever_case",
                        violation_error_message="Cet identifiant est déjà pris.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="user_email_lower_case",
                        violation_error_message="Écrivez l’adresse électronique en minuscules.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("is_active", True)),
                            models.Q(("closed_at__isnull", False), ("is_active", False)),
                            _connector="OR",
                        ),
                        name="user_closed",
                        violation_error_message="Un compte fermé porte sa date de fermeture, un compte ouvert n’en a pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleAttribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attributions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinatrice", "coordinatrice d’actions sociales"),
                            ("gestionnaire", "gestionnaire des résidences"),
                            ("vie_residentielle", "chargé de vie résidentielle"),
                            ("commission", "membre de la commission"),
                            ("direction", "direction"),
                            ("technique", "administrateur technique"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide pour l’administrateur technique, qui l’est pour tout l’organisme.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attributions",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="à partir du")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="donné par",
                    ),
                ),
                (
                    "granted_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="donné le"),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retiré par",
                    ),
                ),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="retiré le")),
            ],
            options={
                "verbose_name": "rôle attribué",
                "verbose_name_plural": "rôles attribués",
                "ordering": ["user", "role"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "coordinatrice",
                                    "gestionnaire",
                                    "vie_residentielle",
                                    "commission",
                                    "direction",
                                    "technique",
                                ],
                            )
                        ),
                        name="role_attribution_role",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="role_attribution_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="role_attribution_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("residence__isnull", True), ("role", "technique")),
                            models.Q(models.Q(("role", "technique"), _negated=True), ("residence__isnull", False)),
                            _connector="OR",
                        ),
                        name="role_attribution_residence",
                        violation_error_message="Choisissez la résidence (aucune pour l’administrateur technique).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role", "technique"),
                            ("granted_by__isnull", True),
                            models.Q(("user", models.F("granted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="role_attribution_not_oneself",
                        violation_error_message="On ne se donne pas à soi-même un rôle qui ouvre des dossiers.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations_given",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="de",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegations_received",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="à",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("coordinatrice", "coordinatrice d’actions sociales"),
                            ("gestionnaire", "gestionnaire des résidences"),
                            ("vie_residentielle", "chargé de vie résidentielle"),
                            ("commission", "membre de la commission"),
                            ("direction", "direction"),
                            ("technique", "administrateur technique"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="residence.residence", verbose_name="résidence"
                    ),
                ),
                ("start_on", models.DateField(verbose_name="à partir du")),
                ("end_on", models.DateField(verbose_name="jusqu’au")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison")),
                (
                    "created_by",
                    models.ForeignKey(
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retirée par",
                    ),
                ),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="retirée le")),
            ],
            options={
                "verbose_name": "délégation",
                "verbose_name_plural": "délégations",
                "ordering": ["-start_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "coordinatrice",
                                    "gestionnaire",
                                    "vie_residentielle",
                                    "commission",
                                    "direction",
                                    "technique",
                                ],
                            )
                        ),
                        name="delegation_role",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="delegation_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="delegation_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_user", models.F("to_user")), _negated=True),
                        name="delegation_two_persons",
                        violation_error_message="On ne se délègue pas son propre rôle.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role", "technique"), _negated=True),
                        name="delegation_not_technique",
                        violation_error_message="Le rôle technique ne se délègue pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Menage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Celui de la personne de référence.", max_length=200, verbose_name="nom du ménage"
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=250, verbose_name="adresse")),
                ("postal_code", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                (
                    "email_agreed_on",
                    models.DateField(blank=True, null=True, verbose_name="accepte le courrier électronique depuis le"),
                ),
                ("caf_number", models.CharField(blank=True, max_length=15, verbose_name="numéro d’allocataire")),
                (
                    "declared_persons",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Quand le prescripteur n’a pas nommé tout le monde.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="nombre de personnes annoncé",
                    ),
                ),
                (
                    "is_confidential",
                    models.BooleanField(default=False, editable=False, verbose_name="dossier confidentiel"),
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
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créé le"),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="residence.menage",
                        verbose_name="regroupé avec",
                    ),
                ),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            residence.models.base.PlainText(
                                django.db.models.functions.comparison.Coalesce(
                                    models.F("name"), models.Value(""), output_field=models.TextField()
                                )
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "ménage",
                "ordering": ["sort_name", "pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["sort_name"], name="menage_sort_name_trgm", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(fields=["sort_name", "id"], name="menage_sort_name"),
                    models.Index(
                        condition=models.Q(("caf_number", ""), _negated=True),
                        fields=["caf_number"],
                        name="menage_caf_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Personne",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "civility",
                    models.CharField(
                        choices=[("madame", "Madame"), ("monsieur", "Monsieur"), ("unknown", "non précisée")],
                        default="unknown",
                        max_length=10,
                        verbose_name="civilité",
                    ),
                ),
                ("last_name", models.CharField(max_length=100, verbose_name="nom")),
                ("birth_name", models.CharField(blank=True, max_length=100, verbose_name="nom de naissance")),
                ("first_names", models.CharField(max_length=150, verbose_name="prénoms")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="date de naissance")),
                (
                    "birth_precision",
                    models.CharField(
                        choices=[
                            ("day", "jour exact"),
                            ("month", "mois et année"),
                            ("year", "année seulement"),
                            ("unknown", "inconnue"),
                        ],
                        default="day",
                        max_length=10,
                        verbose_name="précision de la date",
                    ),
                ),
                ("birth_place", models.CharField(blank=True, max_length=150, verbose_name="lieu de naissance")),
                (
                    "nationality",
                    models.CharField(
                        choices=[
                            ("fr", "française"),
                            ("ue", "Union européenne"),
                            ("hors_ue", "hors Union européenne"),
                            ("unknown", "non précisée"),
                        ],
                        default="unknown",
                        max_length=10,
                        verbose_name="nationalité",
                    ),
                ),
                ("spoken_language", models.CharField(blank=True, max_length=60, verbose_name="langue parlée")),
                ("needs_interpreter", models.BooleanField(default=False, verbose_name="interprète nécessaire")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                (
                    "needs_evacuation_help",
                    models.BooleanField(default=False, verbose_name="aide nécessaire dans les escaliers"),
                ),
                ("deceased_on", models.DateField(blank=True, null=True, verbose_name="décès le")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="residence.personne",
                        verbose_name="fusionnée dans",
                    ),
                ),
                (
                    "is_confidential",
                    models.BooleanField(default=False, editable=False, verbose_name="dossier confidentiel"),
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
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créée le"),
                ),
                (
                    "sort_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            residence.models.base.PlainText(
                                django.db.models.functions.text.Concat(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("last_name"), models.Value(""), output_field=models.TextField()
                                    ),
                                    models.Value(" "),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("first_names"), models.Value(""), output_field=models.TextField()
                                    ),
                                    output_field=models.TextField(),
                                )
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "search_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Lower(
                            residence.models.base.PlainText(
                                django.db.models.functions.text.Concat(
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("last_name"), models.Value(""), output_field=models.TextField()
                                    ),
                                    models.Value(" "),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("birth_name"), models.Value(""), output_field=models.TextField()
                                    ),
                                    models.Value(" "),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("first_names"), models.Value(""), output_field=models.TextField()
                                    ),
                                    output_field=models.TextField(),
                                )
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "personne",
                "ordering": ["sort_name", "pk"],
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search_name"], name="personne_search_name_trgm", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(fields=["sort_name", "id"], name="personne_sort_name"),
                    models.Index(fields=["born_on"], name="personne_born_on"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("civility__in", ["madame", "monsieur", "unknown"])),
                        name="personne_civility",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_precision__in", ["day", "month", "year", "unknown"])),
                        name="personne_birth_precision",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nationality__in", ["fr", "ue", "hors_ue", "unknown"])),
                        name="personne_nationality",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("birth_precision", "unknown"), ("born_on__isnull", True)),
                            models.Q(
                                ("born_on__isnull", False), models.Q(("birth_precision", "unknown"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="personne_born_on_known",
                        violation_error_message="Donnez la date de naissance, ou dites qu’elle est inconnue.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("born_on__isnull", True), ("born_on__gt", datetime.date(1900, 1, 1)), _connector="OR"
                        ),
                        name="personne_born_on_plausible",
                        violation_error_message="Cette date de naissance n’est pas plausible (le 01/01/1900 est un défaut de tableur).",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deceased_on__isnull", True), ("deceased_on__gte", models.F("born_on")), _connector="OR"
                        ),
                        name="personne_lived",
                        violation_error_message="Le décès ne peut pas précéder la naissance.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MembreMenage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="membres",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="membre_de",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                (
                    "tie",
                    models.CharField(
                        choices=[
                            ("reference", "personne de référence"),
                            ("partner", "conjoint ou concubin"),
                            ("child", "enfant"),
                            ("other", "autre personne"),
                        ],
                        default="reference",
                        max_length=10,
                        verbose_name="lien",
                    ),
                ),
                ("in_custody", models.BooleanField(default=False, verbose_name="garde alternée")),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
            ],
            options={
                "verbose_name": "membre du ménage",
                "verbose_name_plural": "membres du ménage",
                "ordering": ["start_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tie__in", ["reference", "partner", "child", "other"])),
                        name="membre_menage_tie",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="membre_menage_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True)),
                        fields=("menage", "personne"),
                        name="membre_menage_once",
                        violation_error_message="Cette personne fait déjà partie du ménage.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True), ("tie", "reference")),
                        fields=("menage",),
                        name="membre_menage_one_reference",
                        violation_error_message="Le ménage a déjà une personne de référence.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TitreSejour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="titres_sejour",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                ("kind", models.CharField(max_length=100, verbose_name="titre")),
                ("number", models.CharField(blank=True, max_length=30, verbose_name="numéro")),
                ("start_on", models.DateField(blank=True, null=True, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                ("allows_work", models.BooleanField(default=False, verbose_name="autorise à travailler")),
            ],
            options={
                "verbose_name": "titre de séjour",
                "verbose_name_plural": "titres de séjour",
                "ordering": ["-end_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="titre_sejour_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ressource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("salaire", "salaire"),
                            ("rsa", "RSA"),
                            ("prime_activite", "prime d’activité"),
                            ("chomage", "allocation chômage"),
                            ("retraite", "retraite"),
                            ("aspa", "ASPA"),
                            ("aah", "AAH"),
                            ("pch", "PCH"),
                            ("invalidite", "pension d’invalidité"),
                            ("indemnites", "indemnités journalières"),
                            ("prestations_familiales", "prestations familiales"),
                            ("pension_alimentaire", "pension alimentaire reçue"),
                            ("formation", "rémunération de formation"),
                            ("autre", "autre ressource"),
                        ],
                        max_length=30,
                        verbose_name="nature",
                    ),
                ),
            ],
            options={
                "verbose_name": "ressource",
                "ordering": ["kind", "start_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "salaire",
                                    "rsa",
                                    "prime_activite",
                                    "chomage",
                                    "retraite",
                                    "aspa",
                                    "aah",
                                    "pch",
                                    "invalidite",
                                    "indemnites",
                                    "prestations_familiales",
                                    "pension_alimentaire",
                                    "formation",
                                    "autre",
                                ],
                            )
                        ),
                        name="ressource_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="ressource_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_amount__gte", 0)),
                        name="ressource_positive",
                        violation_error_message="Le montant ne peut pas être négatif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("telephone", "téléphone, internet"),
                            ("assurance", "assurances, mutuelle"),
                            ("transport", "transport"),
                            ("credit", "remboursement de crédit"),
                            ("dette", "remboursement de dette"),
                            ("pension_alimentaire", "pension alimentaire versée"),
                            ("impots", "impôts"),
                            ("garde", "garde et scolarité"),
                            ("autre", "autre charge"),
                        ],
                        max_length=30,
                        verbose_name="nature",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge",
                "ordering": ["kind", "start_on"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "telephone",
                                    "assurance",
                                    "transport",
                                    "credit",
                                    "dette",
                                    "pension_alimentaire",
                                    "impots",
                                    "garde",
                                    "autre",
                                ],
                            )
                        ),
                        name="charge_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="charge_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_amount__gte", 0)),
                        name="charge_positive",
                        violation_error_message="Le montant ne peut pas être négatif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandataire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandataires",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("tutelle", "tutelle"),
                            ("curatelle", "curatelle"),
                            ("curatelle_renforcee", "curatelle renforcée"),
                            ("sauvegarde", "sauvegarde de justice"),
                            ("habilitation", "habilitation familiale"),
                            ("mandat", "mandat de protection future"),
                            ("maj", "mesure d’accompagnement judiciaire"),
                            ("masp", "mesure d’accompagnement social personnalisé"),
                        ],
                        max_length=30,
                        verbose_name="mesure",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="mandataire")),
                ("address", models.CharField(blank=True, max_length=250, verbose_name="adresse")),
                ("postal_code", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="commune")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("signs", models.BooleanField(default=True, verbose_name="signe avec ou pour la personne")),
                ("receives", models.BooleanField(default=True, verbose_name="reçoit les courriers")),
                ("pays", models.BooleanField(default=False, verbose_name="paie")),
                ("judged_on", models.DateField(blank=True, null=True, verbose_name="jugement du")),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
            ],
            options={
                "verbose_name": "mandataire",
                "ordering": ["-start_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "measure__in",
                                [
                                    "tutelle",
                                    "curatelle",
                                    "curatelle_renforcee",
                                    "sauvegarde",
                                    "habilitation",
                                    "mandat",
                                    "maj",
                                    "masp",
                                ],
                            )
                        ),
                        name="mandataire_measure",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="mandataire_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rattachement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rattachements",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rattachements",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[("candidature", "candidature"), ("sejour", "séjour"), ("suivi", "suivi")],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
            ],
            options={
                "verbose_name": "rattachement",
                "ordering": ["start_on"],
                "indexes": [models.Index(fields=["residence", "cause", "menage"], name="rattachement_scope")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["candidature", "sejour", "suivi"])),
                        name="rattachement_cause",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="rattachement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True)),
                        fields=("menage", "residence", "cause"),
                        name="rattachement_once",
                        violation_error_message="Ce ménage est déjà rattaché à la résidence pour cette cause.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referents",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
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
                        choices=[
                            ("social", "référent social"),
                            ("substitute", "suppléant"),
                            ("rsa", "référent RSA"),
                            ("partner", "référent du partenaire"),
                        ],
                        default="social",
                        max_length=20,
                        verbose_name="qualité",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referent_of",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="membre de l’équipe",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.contactpartenaire",
                        verbose_name="contact",
                    ),
                ),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
            ],
            options={
                "verbose_name": "référent",
                "ordering": ["kind", "-start_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["social", "substitute", "rsa", "partner"])),
                        name="referent_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="referent_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contact__isnull", True), ("user__isnull", False)),
                            models.Q(("contact__isnull", False), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="referent_somebody",
                        violation_error_message="Choisissez un membre de l’équipe, ou un contact du partenaire.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True)),
                        fields=("menage", "residence", "kind"),
                        name="referent_once",
                        violation_error_message="Ce ménage a déjà un référent de cette qualité.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccesConfidentiel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acces_confidentiels",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acces_confidentiels",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne nommée",
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("referent", "référent"),
                            ("gestionnaire", "gestionnaire"),
                            ("substitute", "suppléant"),
                        ],
                        max_length=20,
                        verbose_name="qualité",
                    ),
                ),
                ("start_on", models.DateField(default=residence.models.base.today, verbose_name="depuis le")),
                ("end_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="nommée par",
                    ),
                ),
                (
                    "granted_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="nommée le"),
                ),
            ],
            options={
                "verbose_name": "accès confidentiel",
                "verbose_name_plural": "accès confidentiels",
                "ordering": ["menage", "capacity"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__in", ["referent", "gestionnaire", "substitute"])),
                        name="acces_confidentiel_capacity",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="acces_confidentiel_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("end_on__isnull", True)),
                        fields=("menage", "user"),
                        name="acces_confidentiel_once",
                        violation_error_message="Cette personne est déjà nommée sur ce dossier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Compteur",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="residence.residence"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "compteur",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("residence", "kind", "year"),
                        name="compteur_unique",
                        violation_error_message="Ce compteur existe déjà.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ModeleDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="modeles",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invitation", "invitation à un entretien"),
                            ("synthese", "synthèse pour la commission"),
                            ("pv", "procès-verbal de la commission"),
                            ("lettre_candidat", "lettre de décision au candidat"),
                            ("lettre_prescripteur", "lettre de décision au prescripteur"),
                            ("proposition", "proposition de logement"),
                            ("contrat", "contrat d’occupation"),
                            ("avenant", "avenant au contrat"),
                            ("reglement", "règlement intérieur"),
                            ("lettre_preavis", "lettre de préavis"),
                            ("lettre_sejour", "lettre au résident"),
                            ("etat_des_lieux", "état des lieux"),
                            ("avis_echeance", "avis d’échéance"),
                            ("facture", "facture de prestations"),
                            ("lettre_revision", "lettre de révision de la redevance"),
                            ("quittance", "quittance"),
                            ("recu", "reçu"),
                            ("releve", "relevé de compte"),
                            ("relance", "lettre de rappel"),
                            ("mise_en_demeure", "mise en demeure"),
                            ("plan_apurement", "plan d’apurement"),
                            ("restitution", "décompte du dépôt de garantie"),
                            ("remboursement", "avis de remboursement"),
                            ("mandat_sepa", "mandat de prélèvement"),
                            ("bordereau", "bordereau de remise de chèques"),
                            ("attestation_apl", "attestation de loyer pour la CAF"),
                            ("attestation", "attestation de résidence"),
                            ("projet", "projet personnalisé"),
                            ("compte_rendu_rsa", "compte rendu d’entretien RSA"),
                        ],
                        max_length=30,
                        verbose_name="document",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "texts",
                    models.JSONField(
                        blank=True, default=dict, help_text="Clauses et paragraphes, par nom.", verbose_name="textes"
                    ),
                ),
                ("valid_from", models.DateField(default=residence.models.base.today, verbose_name="à partir du")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="rédigé par",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "modèle de document",
                "verbose_name_plural": "modèles de documents",
                "ordering": ["kind", "-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "invitation",
                                    "synthese",
                                    "pv",
                                    "lettre_candidat",
                                    "lettre_prescripteur",
                                    "proposition",
                                    "contrat",
                                    "avenant",
                                    "reglement",
                                    "lettre_preavis",
                                    "lettre_sejour",
                                    "etat_des_lieux",
                                    "avis_echeance",
                                    "facture",
                                    "lettre_revision",
                                    "quittance",
                                    "recu",
                                    "releve",
                                    "relance",
                                    "mise_en_demeure",
                                    "plan_apurement",
                                    "restitution",
                                    "remboursement",
                                    "mandat_sepa",
                                    "bordereau",
                                    "attestation_apl",
                                    "attestation",
                                    "projet",
                                    "compte_rendu_rsa",
                                ],
                            )
                        ),
                        name="modele_document_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "kind", "version"),
                        name="modele_document_version",
                        violation_error_message="Cette version existe déjà.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentEmis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invitation", "invitation à un entretien"),
                            ("synthese", "synthèse pour la commission"),
                            ("pv", "procès-verbal de la commission"),
                            ("lettre_candidat", "lettre de décision au candidat"),
                            ("lettre_prescripteur", "lettre de décision au prescripteur"),
                            ("proposition", "proposition de logement"),
                            ("contrat", "contrat d’occupation"),
                            ("avenant", "avenant au contrat"),
                            ("reglement", "règlement intérieur"),
                            ("lettre_preavis", "lettre de préavis"),
                            ("lettre_sejour", "lettre au résident"),
                            ("etat_des_lieux", "état des lieux"),
                            ("avis_echeance", "avis d’échéance"),
                            ("facture", "facture de prestations"),
                            ("lettre_revision", "lettre de révision de la redevance"),
                            ("quittance", "quittance"),
                            ("recu", "reçu"),
                            ("releve", "relevé de compte"),
                            ("relance", "lettre de rappel"),
                            ("mise_en_demeure", "mise en demeure"),
                            ("plan_apurement", "plan d’apurement"),
                            ("restitution", "décompte du dépôt de garantie"),
                            ("remboursement", "avis de remboursement"),
                            ("mandat_sepa", "mandat de prélèvement"),
                            ("bordereau", "bordereau de remise de chèques"),
                            ("attestation_apl", "attestation de loyer pour la CAF"),
                            ("attestation", "attestation de résidence"),
                            ("projet", "projet personnalisé"),
                            ("compte_rendu_rsa", "compte rendu d’entretien RSA"),
                        ],
                        max_length=30,
                        verbose_name="document",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="année")),
                ("rank", models.PositiveIntegerField(verbose_name="rang")),
                ("issued_on", models.DateField(verbose_name="date")),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="émis par",
                    ),
                ),
                (
                    "issued_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="émis le"),
                ),
                ("template", models.CharField(max_length=100, verbose_name="gabarit")),
                ("template_version", models.PositiveIntegerField(default=1, verbose_name="version du gabarit")),
                (
                    "modele",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.modeledocument",
                        verbose_name="modèle",
                    ),
                ),
                (
                    "data",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="données"),
                ),
                ("data_sha256", models.CharField(max_length=64, verbose_name="empreinte des données")),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="residence.documentemis",
                        verbose_name="remplace",
                    ),
                ),
                (
                    "target_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                ("target_id", models.PositiveBigIntegerField(blank=True, null=True)),
                ("pdf", models.FileField(blank=True, editable=False, upload_to="documents/%Y/%m/", verbose_name="PDF")),
                (
                    "pdf_sha256",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="empreinte du PDF"),
                ),
                ("pdf_made_at", models.DateTimeField(editable=False, null=True, verbose_name="PDF fait le")),
            ],
            options={
                "verbose_name": "document émis",
                "verbose_name_plural": "documents émis",
                "ordering": ["-issued_at", "-pk"],
                "indexes": [models.Index(fields=["target_type", "target_id"], name="document_emis_target")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "invitation",
                                    "synthese",
                                    "pv",
                                    "lettre_candidat",
                                    "lettre_prescripteur",
                                    "proposition",
                                    "contrat",
                                    "avenant",
                                    "reglement",
                                    "lettre_preavis",
                                    "lettre_sejour",
                                    "etat_des_lieux",
                                    "avis_echeance",
                                    "facture",
                                    "lettre_revision",
                                    "quittance",
                                    "recu",
                                    "releve",
                                    "relance",
                                    "mise_en_demeure",
                                    "plan_apurement",
                                    "restitution",
                                    "remboursement",
                                    "mandat_sepa",
                                    "bordereau",
                                    "attestation_apl",
                                    "attestation",
                                    "projet",
                                    "compte_rendu_rsa",
                                ],
                            )
                        ),
                        name="document_emis_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("residence", "kind", "year", "rank"),
                        name="document_emis_number",
                        violation_error_message="Ce numéro est déjà pris.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("target_id__isnull", True), ("target_type__isnull", True)),
                            models.Q(("target_id__isnull", False), ("target_type__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_emis_target_pair",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("pdf", ""), ("pdf_made_at__isnull", True), ("pdf_sha256", "")),
                            models.Q(
                                models.Q(("pdf", ""), _negated=True),
                                models.Q(("pdf_sha256", ""), _negated=True),
                                ("pdf_made_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_emis_pdf",
                        violation_error_message="Le PDF d’un document vient avec son empreinte et l’instant où il a été fait.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceJointe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces_jointes",
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
                (
                    "piece_requise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.piecerequise",
                        verbose_name="pièce demandée",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="nom")),
                ("file", models.FileField(upload_to="pieces/%Y/%m/", verbose_name="fichier")),
                ("content_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="taille (octets)")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="jointe par",
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="jointe le"),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retirée par",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="retirée le")),
            ],
            options={
                "verbose_name": "pièce jointe",
                "verbose_name_plural": "pièces jointes",
                "ordering": ["-added_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="piece_jointe_withdrawn",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Echeance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="nature")),
                ("due_on", models.DateField(verbose_name="pour le")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="echeances",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("coordinatrice", "coordinatrice d’actions sociales"),
                            ("gestionnaire", "gestionnaire des résidences"),
                            ("vie_residentielle", "chargé de vie résidentielle"),
                            ("commission", "membre de la commission"),
                            ("direction", "direction"),
                            ("technique", "administrateur technique"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="echeances",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="echeances",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "target_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contenttypes.contenttype"
                    ),
                ),
                ("target_id", models.PositiveBigIntegerField()),
                ("detail", models.CharField(blank=True, max_length=200, verbose_name="précision")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="née le"),
                ),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="réglée le")),
            ],
            options={
                "verbose_name": "échéance",
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)),
                        fields=["residence", "role", "due_on"],
                        name="echeance_open_role",
                    ),
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["user", "due_on"], name="echeance_open_user"
                    ),
                    models.Index(fields=["target_type", "target_id"], name="echeance_target"),
                    models.Index(
                        condition=models.Q(("settled_at", None)), fields=["menage"], name="echeance_open_menage"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "",
                                    "coordinatrice",
                                    "gestionnaire",
                                    "vie_residentielle",
                                    "commission",
                                    "direction",
                                    "technique",
                                ],
                            )
                        ),
                        name="echeance_role",
                        violation_error_message="Ce rôle n’existe pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", ""), ("user__isnull", False)),
                            models.Q(("user__isnull", True), models.Q(("role", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="echeance_addressee",
                        violation_error_message="Une échéance s’adresse à un rôle ou à une personne.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("kind", "target_type", "target_id", "role", "user"),
                        name="echeance_once",
                        nulls_distinct=False,
                        violation_error_message="Cette échéance est déjà ouverte.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RendezVous",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rendez_vous",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rendez_vous",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rendez_vous",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="avec",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preadmission", "entretien de préadmission"),
                            ("visite", "visite du logement"),
                            ("signature", "signature du contrat"),
                            ("etat_des_lieux", "état des lieux"),
                            ("suivi", "entretien de suivi"),
                            ("autre", "autre rendez-vous"),
                        ],
                        max_length=20,
                        verbose_name="objet",
                    ),
                ),
                ("start_at", models.DateTimeField(verbose_name="début")),
                ("end_at", models.DateTimeField(verbose_name="fin")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="lieu")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "prévu"),
                            ("held", "tenu"),
                            ("no_show", "non venu"),
                            ("cancelled", "annulé"),
                        ],
                        default="planned",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
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
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "rendez-vous",
                "verbose_name_plural": "rendez-vous",
                "ordering": ["start_at"],
                "indexes": [models.Index(fields=["user", "start_at"], name="rendez_vous_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["preadmission", "visite", "signature", "etat_des_lieux", "suivi", "autre"])
                        ),
                        name="rendez_vous_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["planned", "held", "no_show", "cancelled"])),
                        name="rendez_vous_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_at__isnull", True), ("end_at__gte", models.F("start_at")), _connector="OR"
                        ),
                        name="rendez_vous_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fusions",
                        to="residence.menage",
                        verbose_name="fiche gardée",
                    ),
                ),
                (
                    "absorbed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.menage",
                        verbose_name="fiche regroupée",
                    ),
                ),
                (
                    "personne_kept",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne gardée",
                    ),
                ),
                (
                    "personne_absorbed",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne regroupée",
                    ),
                ),
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
                    "made_by",
                    models.ForeignKey(
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
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="défaite par",
                    ),
                ),
                ("undone_at", models.DateTimeField(editable=False, null=True, verbose_name="défaite le")),
            ],
            options={
                "verbose_name": "regroupement",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="fusion_undone",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("personne_absorbed", None),
                                ("personne_kept", None),
                                models.Q(("kept", models.F("absorbed")), _negated=True),
                            ),
                            models.Q(
                                ("kept", models.F("absorbed")),
                                ("personne_absorbed__isnull", False),
                                ("personne_kept__isnull", False),
                                models.Q(("personne_kept", models.F("personne_absorbed")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="fusion_two_records",
                        violation_error_message="Une fiche ne se regroupe pas avec elle-même.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("personne_absorbed", None), ("undone_at__isnull", True)),
                        fields=("absorbed",),
                        name="fusion_once",
                        violation_error_message="Cette fiche est déjà regroupée avec une autre.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("personne_absorbed",),
                        name="fusion_personne_once",
                        violation_error_message="Cette personne est déjà regroupée avec une autre.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MouvementFusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fusion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mouvements",
                        to="residence.fusion",
                        verbose_name="regroupement",
                    ),
                ),
                (
                    "target_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contenttypes.contenttype"
                    ),
                ),
                ("target_id", models.PositiveBigIntegerField()),
                ("field", models.CharField(max_length=60, verbose_name="champ")),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="avant"
                    ),
                ),
                (
                    "after",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="après"
                    ),
                ),
            ],
            options={
                "verbose_name": "mouvement d’un regroupement",
                "verbose_name_plural": "mouvements d’un regroupement",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RessemblanceMasquee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ressemblances",
                        to="residence.menage",
                        verbose_name="dossier confidentiel",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne saisie",
                    ),
                ),
                (
                    "typed_at_residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.residence",
                        verbose_name="saisie à",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "à examiner"), ("same", "même personne"), ("other", "autre personne")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                (
                    "found_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="relevée le"),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="examinée par",
                    ),
                ),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="examinée le")),
            ],
            options={
                "verbose_name": "ressemblance avec un dossier confidentiel",
                "verbose_name_plural": "ressemblances avec un dossier confidentiel",
                "ordering": ["-found_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "same", "other"])),
                        name="ressemblance_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ressemblance_settled",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        fields=("menage", "personne"),
                        name="ressemblance_once",
                        violation_error_message="Cette ressemblance est déjà relevée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntreeJournal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="le"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("action", "acte"),
                            ("reading", "lecture"),
                            ("export", "export"),
                            ("technique", "acte technique"),
                        ],
                        default="action",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("action", models.CharField(max_length=60, verbose_name="acte")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "target_type",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contenttypes.contenttype",
                    ),
                ),
                ("target_id", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "details",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="détails",
                    ),
                ),
            ],
            options={
                "verbose_name": "entrée du journal",
                "verbose_name_plural": "journal",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(fields=["residence", "-id"], name="journal_residence"),
                    models.Index(fields=["menage", "-id"], name="journal_menage"),
                    models.Index(fields=["target_type", "target_id"], name="journal_target"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["action", "reading", "export", "technique"])),
                        name="journal_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="Personne",
            name="menages",
            field=models.ManyToManyField(
                related_name="personnes", through="residence.MembreMenage", to="residence.menage"
            ),
        ),
    ]
