import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("logement", "0001_stock_stays_and_ledger"),
        ("residence", "0001_people_and_residences"),
    ]

    operations = [
        migrations.CreateModel(
            name="DossierSocial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossiers",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossiers",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                (
                    "sejour",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dossiers",
                        to="logement.sejour",
                        verbose_name="séjour",
                    ),
                ),
                ("opened_on", models.DateField(verbose_name="ouvert le")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="clos le")),
                ("closed_reason", models.CharField(blank=True, max_length=200, verbose_name="clos parce que")),
                (
                    "continued_on",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="Le ménage est sorti, et l’équipe continue de l’accompagner.",
                        null=True,
                        verbose_name="suivi poursuivi depuis le",
                    ),
                ),
                ("pinned_note", models.CharField(blank=True, max_length=300, verbose_name="à savoir")),
                (
                    "form_key",
                    models.UUIDField(
                        editable=False,
                        help_text="Le formulaire qui l’a ouvert : envoyé deux fois, il n’en fait qu’un.",
                        null=True,
                        unique=True,
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
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="créé le"),
                ),
            ],
            options={
                "verbose_name": "dossier social",
                "verbose_name_plural": "dossiers sociaux",
                "ordering": ["-opened_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), ("closed_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="dossier_social_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True), models.Q(("closed_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="dossier_social_closed",
                        violation_error_message="Dites pourquoi le dossier est clos.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("menage", "residence"),
                        name="dossier_social_one_open",
                        violation_error_message="Ce ménage a déjà un dossier ouvert dans la résidence.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteSociale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("entretien", "entretien"),
                            ("visite", "visite à domicile"),
                            ("appel", "appel"),
                            ("demarche", "démarche"),
                            ("note", "note"),
                        ],
                        default="entretien",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("droits", "droits"),
                                ("sante", "santé"),
                                ("logement", "logement"),
                                ("emploi", "emploi"),
                                ("formation", "formation"),
                                ("budget", "budget"),
                                ("vie_quotidienne", "vie quotidienne"),
                                ("parentalite", "parentalité"),
                                ("numerique", "numérique"),
                                ("isolement", "isolement"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="thèmes",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="le")),
                ("minutes", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="durée (minutes)")),
                ("text", models.TextField(verbose_name="ce qui s’est dit, ce qui a été fait")),
                (
                    "level",
                    models.CharField(
                        choices=[("team", "équipe sociale"), ("referents", "référents seuls")],
                        default="team",
                        max_length=10,
                        verbose_name="lue par",
                    ),
                ),
                (
                    "mission",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vie_collective", "vie collective"),
                            ("impayes", "prévention des impayés"),
                            ("isolement", "lutte contre l’isolement"),
                            ("mediation", "médiation vers l’extérieur"),
                        ],
                        max_length=20,
                        verbose_name="mission AGLS",
                    ),
                ),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="suite à donner")),
                ("next_step_on", models.DateField(blank=True, null=True, verbose_name="pour le")),
                (
                    "next_step_done_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="suite donnée le"),
                ),
                (
                    "next_step_done_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suite donnée par",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="écrite par",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="écrite le"),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="accompagnement.notesociale",
                    ),
                ),
                (
                    "form_key",
                    models.UUIDField(
                        editable=False,
                        help_text="Le formulaire qui l’a écrite : envoyé deux fois, il n’en fait qu’une.",
                        null=True,
                        unique=True,
                    ),
                ),
            ],
            options={
                "verbose_name": "note sociale",
                "verbose_name_plural": "notes sociales",
                "ordering": ["-held_on", "-pk"],
                "indexes": [models.Index(fields=["dossier", "-held_on"], name="note_sociale_dossier")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["entretien", "visite", "appel", "demarche", "note"])),
                        name="note_sociale_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["team", "referents"])),
                        name="note_sociale_level",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mission__in", ["", "vie_collective", "impayes", "isolement", "mediation"])
                        ),
                        name="note_sociale_mission",
                        violation_error_message="Cette mission n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="note_sociale_text",
                        violation_error_message="Une note dit quelque chose.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_step_on__isnull", True), models.Q(("next_step", ""), _negated=True), _connector="OR"
                        ),
                        name="note_sociale_next_step",
                        violation_error_message="Dites quelle suite donner, ou retirez sa date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_step_done_by__isnull", True), ("next_step_done_on__isnull", True)),
                            models.Q(("next_step_done_by__isnull", False), ("next_step_done_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="note_sociale_next_step_done",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BrouillonNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="brouillons",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="brouillons",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accompagnement.notesociale",
                        verbose_name="corrige",
                    ),
                ),
                (
                    "data",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="saisie"
                    ),
                ),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="gardé le")),
            ],
            options={
                "verbose_name": "brouillon de note",
                "verbose_name_plural": "brouillons de notes",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dossier", "author", "corrects"),
                        name="brouillon_note_one",
                        nulls_distinct=False,
                        violation_error_message="Vous avez déjà un brouillon dans ce dossier.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EtapeDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "ouvert"),
                            ("continued", "poursuivi après la sortie"),
                            ("closed", "clos"),
                            ("reopened", "rouvert"),
                        ],
                        max_length=10,
                        verbose_name="étape",
                    ),
                ),
                ("on", models.DateField(verbose_name="le")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="raison")),
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
                    "at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="consignée le"
                    ),
                ),
            ],
            options={
                "verbose_name": "étape du dossier social",
                "verbose_name_plural": "étapes du dossier social",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["opened", "continued", "closed", "reopened"])),
                        name="etape_dossier_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    )
                ],
            },
        ),
    ]
