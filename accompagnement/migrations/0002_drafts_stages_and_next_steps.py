import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accompagnement", "0001_social_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BrouillonNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            },
        ),
        migrations.CreateModel(
            name="EtapeDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            },
        ),
        migrations.AddField(
            model_name="dossiersocial",
            name="continued_on",
            field=models.DateField(
                blank=True,
                editable=False,
                help_text="Le ménage est sorti, et l’équipe continue de l’accompagner.",
                null=True,
                verbose_name="suivi poursuivi depuis le",
            ),
        ),
        migrations.AddField(
            model_name="dossiersocial",
            name="form_key",
            field=models.UUIDField(
                editable=False,
                help_text="Le formulaire qui l’a ouvert : envoyé deux fois, il n’en fait qu’un.",
                null=True,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="notesociale",
            name="form_key",
            field=models.UUIDField(
                editable=False,
                help_text="Le formulaire qui l’a écrite : envoyé deux fois, il n’en fait qu’une.",
                null=True,
                unique=True,
            ),
        ),
        migrations.AddField(
            model_name="notesociale",
            name="next_step_done_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="suite donnée par",
            ),
        ),
        migrations.AddField(
            model_name="notesociale",
            name="next_step_done_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="suite donnée le"),
        ),
        migrations.AddConstraint(
            model_name="notesociale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_step_on__isnull", True), models.Q(("next_step", ""), _negated=True), _connector="OR"
                ),
                name="note_sociale_next_step",
                violation_error_message="Dites quelle suite donner, ou retirez sa date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="notesociale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_step_done_by__isnull", True), ("next_step_done_on__isnull", True)),
                    models.Q(("next_step_done_by__isnull", False), ("next_step_done_on__isnull", False)),
                    _connector="OR",
                ),
                name="note_sociale_next_step_done",
                violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
            ),
        ),
        migrations.AddField(
            model_name="brouillonnote",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="brouillons",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="brouillonnote",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accompagnement.notesociale",
                verbose_name="corrige",
            ),
        ),
        migrations.AddField(
            model_name="brouillonnote",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="brouillons",
                to="accompagnement.dossiersocial",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="etapedossier",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="etapedossier",
            name="dossier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="etapes",
                to="accompagnement.dossiersocial",
                verbose_name="dossier",
            ),
        ),
        migrations.AddConstraint(
            model_name="brouillonnote",
            constraint=models.UniqueConstraint(
                fields=("dossier", "author", "corrects"), name="brouillon_note_one", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="etapedossier",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["opened", "continued", "closed", "reopened"])),
                name="etape_dossier_kind",
                violation_error_message="Cette valeur n’est pas dans la liste.",
            ),
        ),
    ]
