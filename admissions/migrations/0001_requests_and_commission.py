import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import residence.models.base
from residence.migrations_sql import tables_at_once


@tables_at_once
class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("logement", "0001_stock_stays_and_ledger"),
        ("residence", "0001_people_and_residences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Orientation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("siao", "SIAO"),
                            ("ccas", "CCAS"),
                            ("comite_de_pilotage", "comité de pilotage"),
                            ("departement", "Département"),
                            ("direct", "demande directe"),
                        ],
                        max_length=20,
                        verbose_name="voie",
                    ),
                ),
                (
                    "partenaire",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="residence.partenaire",
                        verbose_name="orienté par",
                    ),
                ),
                (
                    "prescripteur",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.contactpartenaire",
                        verbose_name="prescripteur",
                    ),
                ),
                ("siao_number", models.CharField(blank=True, max_length=30, verbose_name="numéro SIAO")),
                ("clt_on", models.DateField(blank=True, null=True, verbose_name="passage en CLT du SIAO")),
                ("received_on", models.DateField(verbose_name="reçue le")),
                (
                    "requested_type",
                    models.CharField(
                        blank=True,
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
                        verbose_name="type demandé",
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("rez_de_chaussee", "rez-de-chaussée ou ascenseur"),
                                ("fauteuil", "logement accessible en fauteuil"),
                                ("priorite", "priorité"),
                                ("seul", "logement non partagé"),
                                ("calme", "logement au calme"),
                                ("animal", "animal de compagnie"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="besoins",
                    ),
                ),
                (
                    "reasons",
                    models.TextField(
                        blank=True, help_text="Lus par la coordinatrice seule.", verbose_name="motifs de la demande"
                    ),
                ),
                (
                    "current_situation",
                    models.CharField(blank=True, max_length=200, verbose_name="situation actuelle de logement"),
                ),
                ("social_evaluation", models.TextField(blank=True, verbose_name="évaluation sociale du prescripteur")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "reçue"),
                            ("interview_planned", "entretien prévu"),
                            ("incomplete", "dossier incomplet"),
                            ("ready", "prête pour la commission"),
                            ("decided", "décidée"),
                            ("waiting", "liste d’attente"),
                            ("proposed", "proposition faite"),
                            ("entered", "entrée"),
                            ("closed", "close"),
                        ],
                        default="received",
                        editable=False,
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                ("contact_by_on", models.DateField(blank=True, null=True, verbose_name="contacter avant le")),
                (
                    "answer_due_on",
                    models.DateField(blank=True, null=True, verbose_name="répondre au prescripteur avant le"),
                ),
                (
                    "answered_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="réponse donnée le"),
                ),
                (
                    "closed_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hors_projet", "hors du projet social"),
                            ("ressources", "ressources hors des plafonds"),
                            ("titre_sejour", "titre de séjour"),
                            ("composition", "composition inadaptée au logement"),
                            ("accompagnement", "besoin d’accompagnement supérieur"),
                            ("non_venu", "non venu à l’entretien"),
                            ("injoignable", "injoignable"),
                            ("incomplet", "dossier incomplet"),
                            ("dette", "dette ou antécédent"),
                            ("pas_de_place", "pas de place"),
                            ("secteur", "le ménage refuse le secteur"),
                            ("logement", "le ménage refuse le logement"),
                            ("cout", "le ménage refuse le coût"),
                            ("cohabitation", "le ménage refuse la cohabitation"),
                            ("autre_solution", "autre solution trouvée"),
                            ("sans_nouvelle", "sans nouvelle du ménage"),
                            ("erreur", "saisie par erreur"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="motif de clôture",
                    ),
                ),
                (
                    "closed_detail",
                    models.CharField(blank=True, editable=False, max_length=250, verbose_name="précision"),
                ),
                (
                    "sejour",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orientations",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                (
                    "form_key",
                    models.UUIDField(
                        editable=False,
                        help_text="Le formulaire qui l’a saisie : envoyé deux fois, il n’en fait qu’une.",
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "doubles_hidden",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Porte le numéro d’un dossier confidentiel, ce que son auteur ne doit pas apprendre d’un refus.",
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
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="saisie le"),
                ),
            ],
            options={
                "verbose_name": "orientation",
                "ordering": ["-received_on", "-pk"],
                "indexes": [models.Index(fields=["residence", "status", "received_on"], name="orientation_board")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("route__in", ["siao", "ccas", "comite_de_pilotage", "departement", "direct"])
                        ),
                        name="orientation_route",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "received",
                                    "interview_planned",
                                    "incomplete",
                                    "ready",
                                    "decided",
                                    "waiting",
                                    "proposed",
                                    "entered",
                                    "closed",
                                ],
                            )
                        ),
                        name="orientation_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requested_type__in", ["", "chambre", "T1", "T1'", "T1bis", "T2", "T3", "T4", "T5"])
                        ),
                        name="orientation_requested_type",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closed_reason__in",
                                [
                                    "",
                                    "hors_projet",
                                    "ressources",
                                    "titre_sejour",
                                    "composition",
                                    "accompagnement",
                                    "non_venu",
                                    "injoignable",
                                    "incomplet",
                                    "dette",
                                    "pas_de_place",
                                    "secteur",
                                    "logement",
                                    "cout",
                                    "cohabitation",
                                    "autre_solution",
                                    "sans_nouvelle",
                                    "erreur",
                                ],
                            )
                        ),
                        name="orientation_closed_reason_known",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("route", "siao"), _negated=True),
                            models.Q(("siao_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="orientation_siao_number",
                        violation_error_message="Une orientation du SIAO porte son numéro.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            (
                                "closed_reason__in",
                                [
                                    "hors_projet",
                                    "ressources",
                                    "titre_sejour",
                                    "composition",
                                    "accompagnement",
                                    "non_venu",
                                    "injoignable",
                                    "incomplet",
                                    "dette",
                                    "pas_de_place",
                                    "secteur",
                                    "logement",
                                    "cout",
                                    "cohabitation",
                                    "autre_solution",
                                    "sans_nouvelle",
                                    "erreur",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="orientation_closed_reason",
                        violation_error_message="Une candidature close a son motif.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "entered"), _negated=True), ("sejour__isnull", False), _connector="OR"
                        ),
                        name="orientation_entered",
                        violation_error_message="Une entrée a son séjour.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["entered", "closed"]), _negated=True),
                        fields=("menage", "dispositif"),
                        name="orientation_one_open",
                        violation_error_message="Ce ménage a déjà une candidature ouverte pour ce dispositif.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("siao_number", ""), _negated=True),
                            models.Q(("status", "closed"), _negated=True),
                            ("doubles_hidden", False),
                        ),
                        fields=("residence", "siao_number"),
                        name="orientation_siao_once",
                        violation_error_message="Une orientation de ce numéro SIAO est déjà ouverte.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EtapeOrientation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orientation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "reçue"),
                            ("interview_planned", "entretien prévu"),
                            ("incomplete", "dossier incomplet"),
                            ("ready", "prête pour la commission"),
                            ("decided", "décidée"),
                            ("waiting", "liste d’attente"),
                            ("proposed", "proposition faite"),
                            ("entered", "entrée"),
                            ("closed", "close"),
                        ],
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="le")),
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
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="raison")),
            ],
            options={
                "verbose_name": "étape",
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["orientation", "-id"], name="etape_orientation_last")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "received",
                                    "interview_planned",
                                    "incomplete",
                                    "ready",
                                    "decided",
                                    "waiting",
                                    "proposed",
                                    "entered",
                                    "closed",
                                ],
                            )
                        ),
                        name="etape_orientation_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Derogation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orientation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="derogations",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "critere",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.criteredispositif",
                        verbose_name="critère",
                    ),
                ),
                ("reasons", models.TextField(verbose_name="motifs")),
                (
                    "granted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="accordée par",
                    ),
                ),
                (
                    "granted_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="accordée le"),
                ),
            ],
            options={
                "verbose_name": "dérogation",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="derogation_reasons",
                        violation_error_message="Une dérogation a ses motifs.",
                    ),
                    models.UniqueConstraint(
                        fields=("orientation", "critere"),
                        name="derogation_once",
                        violation_error_message="Cette dérogation est déjà accordée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CritereRang",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="criteres_rang",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
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
                        help_text="Sous zéro pour en retirer ; zéro met fin au critère.",
                        max_digits=6,
                        verbose_name="points",
                    ),
                ),
                (
                    "most",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Vide : sans plafond. Pour un critère sous zéro : ce qu’il retire au plus.",
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
            name="PlafondPLAI",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plafonds_plai",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                (
                    "category_1",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="1 : une personne seule (€ par an)",
                    ),
                ),
                (
                    "category_2",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="2 : deux personnes sans personne à charge (€ par an)",
                    ),
                ),
                (
                    "category_3",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="3 : trois personnes, une avec une à charge, ou jeune ménage (€ par an)",
                    ),
                ),
                (
                    "category_4",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="4 : quatre personnes, ou une avec deux à charge (€ par an)",
                    ),
                ),
                (
                    "category_5",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="5 : cinq personnes, ou une avec trois à charge (€ par an)",
                    ),
                ),
                (
                    "category_6",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=9,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="6 : six personnes, ou une avec quatre à charge (€ par an)",
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
        migrations.CreateModel(
            name="SessionCommission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="date et heure")),
                ("place", models.CharField(blank=True, max_length=150, verbose_name="lieu")),
                ("quorum", models.PositiveSmallIntegerField(default=2, verbose_name="quorum")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("prepared", "préparée"),
                            ("convened", "convoquée"),
                            ("sitting", "en séance"),
                            ("closed", "close"),
                        ],
                        default="prepared",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "convened_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("convened_at", models.DateTimeField(editable=False, null=True, verbose_name="convoquée le")),
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
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="close le")),
                (
                    "minutes",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="procès-verbal",
                    ),
                ),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
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
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="préparée le"),
                ),
            ],
            options={
                "verbose_name": "séance de la commission",
                "verbose_name_plural": "séances de la commission",
                "ordering": ["-starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["prepared", "convened", "sitting", "closed"])),
                        name="session_commission_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="session_commission_closed",
                        violation_error_message="Une séance close dit par qui et quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("convened_at__isnull", True), ("convened_by__isnull", True)),
                            models.Q(("convened_at__isnull", False), ("convened_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="session_commission_convened",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MembreSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="membres",
                        to="admissions.sessioncommission",
                        verbose_name="séance",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sieges",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="membre",
                    ),
                ),
                ("function", models.CharField(blank=True, max_length=150, verbose_name="qualité")),
                ("is_present", models.BooleanField(blank=True, null=True, verbose_name="présent")),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="en remplacement de",
                    ),
                ),
            ],
            options={
                "verbose_name": "membre de la séance",
                "verbose_name_plural": "membres de la séance",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "user"),
                        name="membre_session_once",
                        violation_error_message="Cette personne siège déjà.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PassageCommission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passages",
                        to="admissions.sessioncommission",
                        verbose_name="séance",
                    ),
                ),
                (
                    "orientation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passages",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                (
                    "synthese",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="synthèse",
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="inscrit le"),
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
                (
                    "withdrawn_reason",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="retiré parce que"),
                ),
            ],
            options={
                "verbose_name": "passage en commission",
                "verbose_name_plural": "passages en commission",
                "ordering": ["session", "rank", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="passage_withdrawn",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("session", "orientation"),
                        name="passage_once",
                        violation_error_message="Ce dossier est déjà à l’ordre du jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LienMembre",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "passage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="liens",
                        to="admissions.passagecommission",
                        verbose_name="passage",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="membre",
                    ),
                ),
                ("declared_on", models.DateField(verbose_name="déclaré le")),
            ],
            options={
                "verbose_name": "lien déclaré",
                "verbose_name_plural": "liens déclarés",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("passage", "user"),
                        name="lien_membre_once",
                        violation_error_message="Ce lien est déjà déclaré.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AvisMembre",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "passage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="admissions.passagecommission",
                        verbose_name="passage",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="membre",
                    ),
                ),
                (
                    "opinion",
                    models.CharField(
                        choices=[("for", "favorable"), ("against", "défavorable"), ("abstain", "s’abstient")],
                        max_length=10,
                        verbose_name="avis",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=300, verbose_name="observation")),
                (
                    "given_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="donné le"),
                ),
            ],
            options={
                "verbose_name": "avis d’un membre",
                "verbose_name_plural": "avis des membres",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opinion__in", ["for", "against", "abstain"])),
                        name="avis_membre_opinion",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("passage", "user"),
                        name="avis_membre_once",
                        violation_error_message="Cet avis est déjà donné.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "passage",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="admissions.passagecommission",
                        verbose_name="passage",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("favorable", "favorable"),
                            ("favorable_subject_to", "favorable sous réserve"),
                            ("unfavorable", "défavorable"),
                            ("deferred", "ajournée"),
                            ("waiting_list", "liste d’attente"),
                        ],
                        max_length=30,
                        verbose_name="décision",
                    ),
                ),
                (
                    "motives",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("hors_projet", "hors du projet social"),
                                ("ressources", "ressources hors des plafonds"),
                                ("titre_sejour", "titre de séjour"),
                                ("composition", "composition inadaptée au logement"),
                                ("accompagnement", "besoin d’accompagnement supérieur"),
                                ("non_venu", "non venu à l’entretien"),
                                ("injoignable", "injoignable"),
                                ("incomplet", "dossier incomplet"),
                                ("dette", "dette ou antécédent"),
                                ("pas_de_place", "pas de place"),
                                ("secteur", "le ménage refuse le secteur"),
                                ("logement", "le ménage refuse le logement"),
                                ("cout", "le ménage refuse le coût"),
                                ("cohabitation", "le ménage refuse la cohabitation"),
                                ("autre_solution", "autre solution trouvée"),
                                ("sans_nouvelle", "sans nouvelle du ménage"),
                                ("erreur", "saisie par erreur"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="motifs",
                    ),
                ),
                (
                    "reasons",
                    models.TextField(
                        help_text="Reprise dans la lettre au candidat, en mots simples.", verbose_name="motivation"
                    ),
                ),
                ("reasons_prescripteur", models.TextField(blank=True, verbose_name="précisions au prescripteur")),
                ("conditions", models.TextField(blank=True, verbose_name="sous réserve de")),
                ("conditions_by_on", models.DateField(blank=True, null=True, verbose_name="réserve à lever avant le")),
                ("conditions_lifted_on", models.DateField(blank=True, null=True, verbose_name="réserve levée le")),
                ("deferred_to_on", models.DateField(blank=True, null=True, verbose_name="ajournée au")),
                ("decided_on", models.DateField(verbose_name="décidée le")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="consignée par",
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="consignée le"
                    ),
                ),
                (
                    "letter_candidat",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                    ),
                ),
                (
                    "letter_prescripteur",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                    ),
                ),
                ("notified_on", models.DateField(blank=True, null=True, verbose_name="notifiée le")),
                (
                    "reserve_pieces",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="residence.piecerequise", verbose_name="pièces à remettre"
                    ),
                ),
            ],
            options={
                "verbose_name": "décision",
                "ordering": ["-decided_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["favorable", "favorable_subject_to", "unfavorable", "deferred", "waiting_list"],
                            )
                        ),
                        name="decision_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="decision_reasons",
                        violation_error_message="Une décision est motivée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "unfavorable"), _negated=True), ("motives__len__gt", 0), _connector="OR"
                        ),
                        name="decision_motive",
                        violation_error_message="Une décision défavorable choisit au moins un motif de la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "favorable_subject_to"), _negated=True),
                            models.Q(models.Q(("conditions", ""), _negated=True), ("conditions_by_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="decision_conditions",
                        violation_error_message="Une réserve dit ce qui est attendu, et pour quand.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "deferred"), _negated=True),
                            ("deferred_to_on__isnull", False),
                            _connector="OR",
                        ),
                        name="decision_deferred",
                        violation_error_message="Un ajournement a sa date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportOrientations",
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
                    "dispositif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.dispositif",
                        verbose_name="dispositif",
                    ),
                ),
                (
                    "partenaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.partenaire",
                        verbose_name="envoyé par",
                    ),
                ),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("siao", "SIAO"),
                            ("ccas", "CCAS"),
                            ("comite_de_pilotage", "comité de pilotage"),
                            ("departement", "Département"),
                            ("direct", "demande directe"),
                        ],
                        max_length=20,
                        verbose_name="voie",
                    ),
                ),
                (
                    "received_on",
                    models.DateField(
                        help_text="Vaut pour les lignes qui ne disent pas leur date.", verbose_name="reçu le"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="fichier")),
                ("sha256", models.CharField(max_length=64, verbose_name="empreinte du fichier")),
                ("heads", models.JSONField(default=list, verbose_name="titres")),
                (
                    "columns",
                    models.JSONField(
                        default=dict, help_text="Rang de la colonne\xa0: ce qu’elle contient.", verbose_name="colonnes"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("columns", "colonnes à reconnaître"),
                            ("review", "lignes à vérifier"),
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
                "verbose_name": "import d’orientations",
                "verbose_name_plural": "imports d’orientations",
                "ordering": ["-opened_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("route__in", ["siao", "ccas", "comite_de_pilotage", "departement", "direct"])
                        ),
                        name="import_orientations_route",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["columns", "review", "done", "abandoned"])),
                        name="import_orientations_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "abandoned"), _negated=True),
                        fields=("dispositif", "partenaire", "sha256"),
                        name="import_orientations_once",
                        violation_error_message="Ce fichier a déjà été importé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LigneImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "importation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lignes",
                        to="admissions.importorientations",
                        verbose_name="import d’orientations",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="ligne du fichier")),
                ("cells", models.JSONField(default=list, verbose_name="cellules")),
                ("corrections", models.JSONField(default=dict, verbose_name="corrections")),
                (
                    "faults",
                    models.JSONField(
                        default=dict, help_text="Champ\xa0: ce qu’il faut corriger.", verbose_name="fautes"
                    ),
                ),
                (
                    "notes",
                    models.JSONField(
                        default=dict, help_text="Champ\xa0: comment il a été lu.", verbose_name="lectures à vérifier"
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="admissions.ligneimport",
                        verbose_name="ligne de la personne de référence",
                    ),
                ),
                (
                    "same_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne reconnue",
                    ),
                ),
                (
                    "others",
                    models.JSONField(
                        default=list,
                        help_text="Celles dont on a dit que ce n’est pas.",
                        verbose_name="personnes écartées",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("faulty", "à corriger"),
                            ("to_decide", "personne à reconnaître"),
                            ("ready", "prête"),
                            ("entered", "saisie"),
                            ("already", "déjà saisie"),
                            ("left_out", "écartée"),
                        ],
                        default="faulty",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "orientation",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("entered_at", models.DateTimeField(editable=False, null=True, verbose_name="saisie le")),
            ],
            options={
                "verbose_name": "ligne d’import",
                "verbose_name_plural": "lignes d’import",
                "ordering": ["number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["faulty", "to_decide", "ready", "entered", "already", "left_out"])
                        ),
                        name="ligne_import_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entered_at__isnull", True), ("entered_by__isnull", True)),
                            models.Q(("entered_at__isnull", False), ("entered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ligne_import_entered",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "entered"), _negated=True),
                            models.Q(("entered_at__isnull", False), ("orientation__isnull", False)),
                            _connector="OR",
                        ),
                        name="ligne_import_orientation",
                        violation_error_message="Une ligne saisie a son orientation.",
                    ),
                    models.UniqueConstraint(
                        fields=("importation", "number"),
                        name="ligne_import_number",
                        violation_error_message="Cette ligne est déjà lue.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ColonnesPartenaire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "partenaire",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.partenaire",
                        verbose_name="partenaire",
                    ),
                ),
                (
                    "columns",
                    models.JSONField(
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        help_text="Titre, sans accent\xa0: ce que la colonne contient.",
                        verbose_name="colonnes",
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
                "verbose_name": "colonnes d’un partenaire",
                "verbose_name_plural": "colonnes d’un partenaire",
            },
        ),
        migrations.CreateModel(
            name="EnvoiLettre",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="envois",
                        to="admissions.decision",
                        verbose_name="décision",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="lettre",
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[("email", "courriel"), ("post", "poste"), ("hand", "remise en main propre")],
                        max_length=10,
                        verbose_name="par",
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="envoyée par",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="demandé le")),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="partie le")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="n’a pas pu partir le")),
            ],
            options={
                "verbose_name": "envoi d’une lettre",
                "verbose_name_plural": "envois de lettres",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("means__in", ["email", "post", "hand"])),
                        name="envoi_lettre_means",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("means", "email"), models.Q(("address", ""), _negated=True)),
                            models.Q(models.Q(("means", "email"), _negated=True), ("address", "")),
                            _connector="OR",
                        ),
                        name="envoi_lettre_address",
                        violation_error_message="Un courriel a son adresse, un courrier sur papier n’en a pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("means", "email"), ("sent_on__isnull", False), _connector="OR"),
                        name="envoi_lettre_paper",
                        violation_error_message="Un courrier sur papier est noté une fois parti, avec son jour.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("failed_at__isnull", True), ("means", "email")),
                        fields=("document", "address"),
                        name="envoi_lettre_email_once",
                        violation_error_message="Cette lettre est déjà partie à cette adresse.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("means", "email"), _negated=True),
                        fields=("document", "means", "sent_on"),
                        name="envoi_lettre_paper_once",
                        violation_error_message="Cet envoi est déjà noté.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntretienPreadmission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orientation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entretien",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "rendez_vous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.rendezvous",
                        verbose_name="rendez-vous",
                    ),
                ),
                ("held_on", models.DateField(blank=True, null=True, verbose_name="tenu le")),
                (
                    "held_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="tenu par",
                    ),
                ),
                ("wishes", models.TextField(blank=True, verbose_name="souhaits du ménage")),
                (
                    "wished_categorie",
                    models.ForeignKey(
                        blank=True,
                        help_text="Sert à simuler la redevance.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="logement.categorieplace",
                        verbose_name="place envisagée",
                    ),
                ),
                ("wished_entry_on", models.DateField(blank=True, null=True, verbose_name="entrée souhaitée le")),
                (
                    "autonomy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full", "autonome"),
                            ("partial", "autonome avec un appui"),
                            ("low", "appui important"),
                        ],
                        max_length=10,
                        verbose_name="autonomie",
                    ),
                ),
                ("autonomy_comment", models.TextField(blank=True, verbose_name="précision sur l’autonomie")),
                (
                    "has_activity",
                    models.BooleanField(blank=True, null=True, verbose_name="activité ou projet en cours"),
                ),
                (
                    "medical_validation",
                    models.BooleanField(
                        blank=True,
                        help_text="Oui ou non seulement : ni avis, ni diagnostic, ni document de santé.",
                        null=True,
                        verbose_name="validation médicale reçue",
                    ),
                ),
                ("is_student", models.BooleanField(default=False, verbose_name="étudiant")),
                ("is_self_employed", models.BooleanField(default=False, verbose_name="travailleur indépendant")),
                (
                    "without_resources",
                    models.BooleanField(default=False, verbose_name="le ménage n’a aucune ressource"),
                ),
                (
                    "apl_estimate",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Remplace l’estimation quand elle est connue.",
                        max_digits=8,
                        null=True,
                        verbose_name="APL annoncée par la CAF ou la MSA (€ par mois)",
                    ),
                ),
                (
                    "annual_resources",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="ressources annuelles retenues pour l’APL (€)",
                    ),
                ),
                (
                    "reference_tax_income",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        verbose_name="revenu fiscal de référence (€)",
                    ),
                ),
                (
                    "reference_tax_year",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="année du revenu fiscal"),
                ),
                ("proposal", models.TextField(blank=True, verbose_name="proposition du référent à la commission")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "updated_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="modifié le"),
                ),
            ],
            options={
                "verbose_name": "entretien de préadmission",
                "verbose_name_plural": "entretiens de préadmission",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("held_by__isnull", True), ("held_on__isnull", True)),
                            models.Q(("held_by__isnull", False), ("held_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="entretien_held",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("autonomy__in", ["", "full", "partial", "low"])),
                        name="entretien_autonomy",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationTheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "entretien",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="themes",
                        to="admissions.entretienpreadmission",
                        verbose_name="entretien",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("droits", "accès aux droits"),
                            ("sante", "santé"),
                            ("logement", "parcours et projet de logement"),
                            ("emploi", "emploi et formation"),
                            ("budget", "budget et dettes"),
                            ("vie_quotidienne", "vie quotidienne"),
                            ("parentalite", "parentalité"),
                            ("numerique", "numérique"),
                            ("langue", "langue française"),
                            ("isolement", "liens et isolement"),
                        ],
                        max_length=20,
                        verbose_name="thème",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("none", "pas de besoin"), ("some", "un appui"), ("strong", "un accompagnement")],
                        default="none",
                        max_length=10,
                        verbose_name="besoin",
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="observation")),
            ],
            options={
                "verbose_name": "évaluation d’un thème",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "theme__in",
                                [
                                    "droits",
                                    "sante",
                                    "logement",
                                    "emploi",
                                    "budget",
                                    "vie_quotidienne",
                                    "parentalite",
                                    "numerique",
                                    "langue",
                                    "isolement",
                                ],
                            )
                        ),
                        name="evaluation_theme_theme",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["none", "some", "strong"])),
                        name="evaluation_theme_level",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("entretien", "theme"),
                        name="evaluation_theme_once",
                        violation_error_message="Ce thème est déjà évalué.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceCandidature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orientation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "piece",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.piecerequise",
                        verbose_name="pièce",
                    ),
                ),
                ("received_on", models.DateField(blank=True, null=True, verbose_name="reçue le")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                (
                    "not_needed_reason",
                    models.CharField(blank=True, max_length=150, verbose_name="sans objet parce que"),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.piecejointe",
                        verbose_name="fichier",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce du dossier",
                "verbose_name_plural": "pièces du dossier",
                "ordering": ["piece__rank", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("orientation", "piece"),
                        name="piece_candidature_once",
                        violation_error_message="Cette pièce est déjà au dossier.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dette",
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
            name="Proposition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orientation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="propositions",
                        to="admissions.orientation",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="propositions",
                        to="logement.place",
                        verbose_name="place",
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposition",
                        to="logement.occupationplace",
                        verbose_name="réservation",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("made", "faite"),
                            ("accepted", "acceptée"),
                            ("refused", "refusée"),
                            ("expired", "expirée"),
                            ("withdrawn", "retirée"),
                        ],
                        default="made",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("entry_on", models.DateField(verbose_name="entrée prévue le")),
                ("answer_by_on", models.DateField(verbose_name="réponse attendue le")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="réponse le")),
                (
                    "refusal_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hors_projet", "hors du projet social"),
                            ("ressources", "ressources hors des plafonds"),
                            ("titre_sejour", "titre de séjour"),
                            ("composition", "composition inadaptée au logement"),
                            ("accompagnement", "besoin d’accompagnement supérieur"),
                            ("non_venu", "non venu à l’entretien"),
                            ("injoignable", "injoignable"),
                            ("incomplet", "dossier incomplet"),
                            ("dette", "dette ou antécédent"),
                            ("pas_de_place", "pas de place"),
                            ("secteur", "le ménage refuse le secteur"),
                            ("logement", "le ménage refuse le logement"),
                            ("cout", "le ménage refuse le coût"),
                            ("cohabitation", "le ménage refuse la cohabitation"),
                            ("autre_solution", "autre solution trouvée"),
                            ("sans_nouvelle", "sans nouvelle du ménage"),
                            ("erreur", "saisie par erreur"),
                        ],
                        max_length=20,
                        verbose_name="motif du refus",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=250, verbose_name="observation")),
                (
                    "document",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="lettre",
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
            ],
            options={
                "verbose_name": "proposition",
                "ordering": ["-made_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["made", "accepted", "refused", "expired", "withdrawn"])),
                        name="proposition_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "refusal_reason__in",
                                [
                                    "",
                                    "hors_projet",
                                    "ressources",
                                    "titre_sejour",
                                    "composition",
                                    "accompagnement",
                                    "non_venu",
                                    "injoignable",
                                    "incomplet",
                                    "dette",
                                    "pas_de_place",
                                    "secteur",
                                    "logement",
                                    "cout",
                                    "cohabitation",
                                    "autre_solution",
                                    "sans_nouvelle",
                                    "erreur",
                                ],
                            )
                        ),
                        name="proposition_refusal_reason",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["made", "accepted"])),
                        fields=("orientation",),
                        name="proposition_one_live",
                        violation_error_message="Ce candidat a déjà une proposition en cours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("refusal_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="proposition_refusal",
                        violation_error_message="Un refus a son motif.",
                    ),
                ],
            },
        ),
    ]
