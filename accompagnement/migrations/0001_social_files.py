import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

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
                (
                    "visit_every_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Vide : le rythme du dispositif.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="une visite tous les N jours",
                    ),
                ),
                ("pinned_note", models.CharField(blank=True, max_length=300, verbose_name="à savoir")),
                (
                    "form_key",
                    models.UUIDField(
                        editable=False,
                        help_text="Le formulaire qui l’a ouvert : envoyé deux fois, il n’en fait qu’un.",
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
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("held", "a eu lieu"),
                            ("refused", "refusé par la personne"),
                            ("absent", "personne sur place"),
                        ],
                        default="held",
                        max_length=10,
                        verbose_name="rencontre",
                    ),
                ),
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
                        help_text="Le formulaire qui l’a écrite : envoyé deux fois, il n’en fait qu’une.",
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
                        condition=models.Q(("outcome__in", ["held", "refused", "absent"])),
                        name="note_sociale_outcome",
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
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
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
            name="BilanProjet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bilans",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("entry", "à l’entrée"), ("review", "point d’étape"), ("exit", "à la sortie")],
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="fait le")),
                ("words", models.TextField(blank=True, verbose_name="ce que la personne veut, dans ses mots")),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="prochain point le")),
                ("signed_on", models.DateField(blank=True, editable=False, null=True, verbose_name="signé le")),
                (
                    "signed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signature notée par",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="document",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="fait avec",
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="écrit le"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "point du projet personnalisé",
                "verbose_name_plural": "points des projets personnalisés",
                "ordering": ["-held_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["entry", "review", "exit"])),
                        name="bilan_projet_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("review_on__isnull", True), ("review_on__gte", models.F("held_on")), _connector="OR"
                        ),
                        name="bilan_projet_order",
                        violation_error_message="Le prochain point vient après celui-ci.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_on__isnull", True), ("signed_on__gte", models.F("held_on")), _connector="OR"
                        ),
                        name="bilan_projet_signed",
                        violation_error_message="On signe après s’être rencontrés.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_by__isnull", True), ("signed_on__isnull", True)),
                            models.Q(("signed_by__isnull", False), ("signed_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="bilan_projet_signed_by",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "entry")),
                        fields=("dossier",),
                        name="bilan_projet_one_entry",
                        violation_error_message="Le projet est déjà commencé : faites un point d’étape.",
                    ),
                    models.UniqueConstraint(
                        fields=("dossier", "held_on"),
                        name="bilan_projet_one_a_day",
                        violation_error_message="Un point a déjà été fait ce jour-là : reprenez-le.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NiveauBilan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "bilan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="niveaux",
                        to="accompagnement.bilanprojet",
                        verbose_name="point",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
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
                        verbose_name="thème",
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "c’est bloqué"),
                            (2, "c’est difficile"),
                            (3, "ça avance, avec de l’aide"),
                            (4, "je m’en sors presque seul"),
                            (5, "ça va, seul"),
                        ],
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="où en est la personne",
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=200, verbose_name="précision")),
            ],
            options={
                "verbose_name": "niveau d’un thème",
                "verbose_name_plural": "niveaux des thèmes",
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
                                    "formation",
                                    "budget",
                                    "vie_quotidienne",
                                    "parentalite",
                                    "numerique",
                                    "isolement",
                                ],
                            )
                        ),
                        name="niveau_bilan_theme",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [1, 2, 3, 4, 5])),
                        name="niveau_bilan_level",
                        violation_error_message="L’échelle va de 1 à 5.",
                    ),
                    models.UniqueConstraint(
                        fields=("bilan", "theme"),
                        name="niveau_bilan_once",
                        violation_error_message="Ce thème est déjà évalué à ce point.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objectif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objectifs",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
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
                        verbose_name="thème",
                    ),
                ),
                ("words", models.CharField(max_length=300, verbose_name="objectif, dans les mots de la personne")),
                ("opened_on", models.DateField(verbose_name="fixé le")),
                (
                    "opened_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="fixé avec",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("reached", "atteint"), ("changed", "changé pour un autre"), ("dropped", "abandonné")],
                        editable=False,
                        max_length=10,
                        verbose_name="résultat",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="terminé le")),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="terminé par",
                    ),
                ),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "objectif",
                "ordering": ["ended_on", "pk"],
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
                                    "formation",
                                    "budget",
                                    "vie_quotidienne",
                                    "parentalite",
                                    "numerique",
                                    "isolement",
                                ],
                            )
                        ),
                        name="objectif_theme",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "reached", "changed", "dropped"])),
                        name="objectif_outcome",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("opened_on")), _connector="OR"
                        ),
                        name="objectif_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by__isnull", True), ("ended_on__isnull", True)),
                            models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="objectif_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", True), ("outcome", "")),
                            models.Q(("ended_on__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="objectif_ended_outcome",
                        violation_error_message="Un objectif terminé dit comment.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="objectif_words",
                        violation_error_message="Dites l’objectif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EtapeObjectif",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "objectif",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="etapes",
                        to="accompagnement.objectif",
                        verbose_name="objectif",
                    ),
                ),
                ("what", models.CharField(max_length=200, verbose_name="quoi")),
                (
                    "who",
                    models.CharField(
                        choices=[
                            ("personne", "la personne"),
                            ("equipe", "l’équipe de la résidence"),
                            ("partenaire", "un partenaire"),
                        ],
                        default="personne",
                        max_length=12,
                        verbose_name="qui",
                    ),
                ),
                ("who_detail", models.CharField(blank=True, max_length=100, verbose_name="précision")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="pour le")),
                ("done_on", models.DateField(blank=True, editable=False, null=True, verbose_name="fait le")),
                (
                    "done_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="notée par",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="écrite par",
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="écrite le"),
                ),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "étape d’un objectif",
                "verbose_name_plural": "étapes des objectifs",
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("who__in", ["personne", "equipe", "partenaire"])),
                        name="etape_objectif_who",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_by__isnull", True), ("done_on__isnull", True)),
                            models.Q(("done_by__isnull", False), ("done_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="etape_objectif_done",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what", ""), _negated=True),
                        name="etape_objectif_what",
                        violation_error_message="Dites ce qui est à faire.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DemandeLogement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demandes",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                ("nur", models.CharField(max_length=20, verbose_name="numéro unique")),
                ("registered_on", models.DateField(verbose_name="enregistrée le")),
                ("renewed_on", models.DateField(blank=True, null=True, verbose_name="renouvelée le")),
                ("valid_until_on", models.DateField(editable=False, verbose_name="valable jusqu’au")),
                ("communes", models.CharField(blank=True, max_length=200, verbose_name="communes souhaitées")),
                (
                    "types",
                    models.CharField(blank=True, help_text="T2, T3…", max_length=60, verbose_name="types de logement"),
                ),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="terminée le")),
                (
                    "ended_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("attribution", "un logement est attribué"),
                            ("renonciation", "la personne y renonce"),
                            ("sans_reponse", "sans réponse à un courrier"),
                            ("irrecevable", "demande irrecevable"),
                            ("non_renouvelee", "non renouvelée à temps"),
                            ("autre", "autre motif"),
                        ],
                        editable=False,
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
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
                "verbose_name": "demande de logement social",
                "verbose_name_plural": "demandes de logement social",
                "ordering": ["-registered_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ended_reason__in",
                                [
                                    "",
                                    "attribution",
                                    "renonciation",
                                    "sans_reponse",
                                    "irrecevable",
                                    "non_renouvelee",
                                    "autre",
                                ],
                            )
                        ),
                        name="demande_logement_end",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("renewed_on__isnull", True),
                            ("renewed_on__gte", models.F("registered_on")),
                            _connector="OR",
                        ),
                        name="demande_logement_renewed",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("registered_on")), _connector="OR"
                        ),
                        name="demande_logement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by__isnull", True), ("ended_on__isnull", True)),
                            models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="demande_logement_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_on__isnull", True), ("ended_reason", "")),
                            models.Q(("ended_on__isnull", False), models.Q(("ended_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="demande_logement_why",
                        violation_error_message="Une demande terminée dit pourquoi.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("dossier",),
                        name="demande_logement_one_running",
                        violation_error_message="Une demande de logement est déjà en cours dans ce dossier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Priorite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="priorites",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("syplo", "SYPLO (contingent de l’État)"),
                            ("acd", "accord collectif départemental"),
                            ("dalo", "DALO"),
                        ],
                        max_length=10,
                        verbose_name="priorité",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=40, verbose_name="référence")),
                (
                    "filed_on",
                    models.DateField(
                        help_text="Pour le DALO : le jour de l’accusé de réception.", verbose_name="déposée le"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("filed", "déposée"),
                            ("granted", "accordée"),
                            ("refused", "refusée"),
                            ("ended", "terminée"),
                        ],
                        default="filed",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("decided_on", models.DateField(blank=True, editable=False, null=True, verbose_name="décidée le")),
                (
                    "valid_until_on",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="valable jusqu’au"),
                ),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="terminée le")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
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
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "priorité de relogement",
                "verbose_name_plural": "priorités de relogement",
                "ordering": ["-filed_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["syplo", "acd", "dalo"])),
                        name="priorite_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["filed", "granted", "refused", "ended"])),
                        name="priorite_status",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_on__isnull", True), ("decided_on__gte", models.F("filed_on")), _connector="OR"
                        ),
                        name="priorite_order",
                        violation_error_message="On décide après le dépôt.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until_on__isnull", True),
                            ("valid_until_on__gte", models.F("decided_on")),
                            _connector="OR",
                        ),
                        name="priorite_valid",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("filed_on")), _connector="OR"
                        ),
                        name="priorite_ended",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_on__isnull", True), ("status__in", ["filed", "ended"])),
                            models.Q(("decided_on__isnull", False), ("status__in", ["granted", "refused", "ended"])),
                            _connector="OR",
                        ),
                        name="priorite_decided",
                        violation_error_message="Une priorité accordée ou refusée dit quand.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["filed", "granted"])),
                        fields=("dossier", "kind"),
                        name="priorite_one_running",
                        violation_error_message="Cette priorité est déjà en cours dans ce dossier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PieceRelogement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces_relogement",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("identite", "pièce d’identité ou titre de séjour"),
                            ("imposition", "avis d’imposition"),
                            ("ressources", "justificatifs de ressources des trois derniers mois"),
                            ("quittances", "dernières quittances"),
                            ("residence", "attestation de la résidence"),
                            ("caf", "attestation CAF ou MSA"),
                            ("famille", "livret de famille, jugement"),
                            ("rib", "RIB"),
                        ],
                        max_length=12,
                        verbose_name="pièce",
                    ),
                ),
                ("received_on", models.DateField(blank=True, null=True, verbose_name="reçue le")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                ("is_needless", models.BooleanField(default=False, verbose_name="sans objet")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
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
                "verbose_name": "pièce de relogement",
                "verbose_name_plural": "pièces de relogement",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "identite",
                                    "imposition",
                                    "ressources",
                                    "quittances",
                                    "residence",
                                    "caf",
                                    "famille",
                                    "rib",
                                ],
                            )
                        ),
                        name="piece_relogement_kind",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_on__isnull", True), ("expires_on__gte", models.F("received_on")), _connector="OR"
                        ),
                        name="piece_relogement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.UniqueConstraint(
                        fields=("dossier", "kind"),
                        name="piece_relogement_once",
                        violation_error_message="Cette pièce est déjà suivie.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OffreLogement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offres",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                ("bailleur", models.CharField(max_length=100, verbose_name="bailleur")),
                ("commune", models.CharField(max_length=100, verbose_name="commune")),
                (
                    "home",
                    models.CharField(
                        blank=True, help_text="T2, 2e étage, ascenseur…", max_length=100, verbose_name="logement"
                    ),
                ),
                (
                    "monthly_rent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=8,
                        null=True,
                        verbose_name="loyer, charges comprises (€)",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="reçue le")),
                ("answer_by_on", models.DateField(blank=True, null=True, verbose_name="réponse avant le")),
                ("visit_on", models.DateField(blank=True, null=True, verbose_name="visite le")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "acceptée par la personne"), ("refused", "refusée par la personne")],
                        editable=False,
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                ("answer_reason", models.CharField(blank=True, editable=False, max_length=200, verbose_name="raison")),
                ("answered_on", models.DateField(blank=True, editable=False, null=True, verbose_name="répondue le")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed", "bail signé"),
                            ("not_chosen", "attribuée à quelqu’un d’autre"),
                            ("withdrawn", "retirée par le bailleur"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="issue",
                    ),
                ),
                ("outcome_on", models.DateField(blank=True, editable=False, null=True, verbose_name="issue le")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
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
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "offre de logement",
                "verbose_name_plural": "offres de logement",
                "ordering": ["-received_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["", "accepted", "refused"])),
                        name="offre_logement_answer",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "signed", "not_chosen", "withdrawn"])),
                        name="offre_logement_outcome",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_by_on__isnull", True),
                            ("answer_by_on__gte", models.F("received_on")),
                            _connector="OR",
                        ),
                        name="offre_logement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("visit_on__isnull", True), ("visit_on__gte", models.F("received_on")), _connector="OR"
                        ),
                        name="offre_logement_visit",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_on__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="offre_logement_answered",
                        violation_error_message="Une réponse a sa date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "refused"), _negated=True),
                            models.Q(("answer_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="offre_logement_refused",
                        violation_error_message="Un refus dit sa raison : elle servira aux prochaines offres.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("outcome_on__isnull", True)),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("outcome_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="offre_logement_ended",
                        violation_error_message="Une issue a sa date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("monthly_rent__isnull", True), ("monthly_rent__gte", 0), _connector="OR"),
                        name="offre_logement_rent",
                        violation_error_message="Le loyer ne peut pas être négatif.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ParcoursRsa",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parcours_rsa",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                ("delegated_on", models.DateField(verbose_name="délégation depuis le")),
                (
                    "delegated_from_body",
                    models.CharField(default="Conseil départemental", max_length=100, verbose_name="délégation de"),
                ),
                ("notified_on", models.DateField(verbose_name="orientation notifiée le")),
                (
                    "old_contract_on",
                    models.DateField(
                        blank=True,
                        help_text="À convertir en contrat d’engagement.",
                        null=True,
                        verbose_name="ancien contrat (CER) signé le",
                    ),
                ),
                ("seeks_work", models.BooleanField(default=False, verbose_name="la recherche d’emploi est possible")),
                (
                    "has_longer_delay",
                    models.BooleanField(default=False, verbose_name="diagnostic conjoint à 12 mois, par exception"),
                ),
                (
                    "diagnosed_on",
                    models.DateField(blank=True, null=True, verbose_name="diagnostic conjoint avec France Travail le"),
                ),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="terminé le")),
                (
                    "ended_reason",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="parce que"),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ouvert par",
                    ),
                ),
                (
                    "opened_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="ouvert le"),
                ),
            ],
            options={
                "verbose_name": "suivi RSA",
                "verbose_name_plural": "suivis RSA",
                "ordering": ["ended_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("delegated_on")), _connector="OR"
                        ),
                        name="parcours_rsa_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by__isnull", True), ("ended_on__isnull", True)),
                            models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="parcours_rsa_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), models.Q(("ended_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="parcours_rsa_why",
                        violation_error_message="Dites pourquoi le suivi RSA s’arrête.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("dossier", "personne"),
                        name="parcours_rsa_one_running",
                        violation_error_message="Cette personne a déjà un suivi RSA en cours : chacun a le sien.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContratEngagement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "parcours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contrats",
                        to="accompagnement.parcoursrsa",
                        verbose_name="suivi RSA",
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signé le")),
                ("start_on", models.DateField(verbose_name="du")),
                ("end_on", models.DateField(verbose_name="au")),
                (
                    "weekly_hours",
                    models.PositiveSmallIntegerField(
                        default=15,
                        validators=[django.core.validators.MaxValueValidator(40)],
                        verbose_name="heures d’activité par semaine",
                    ),
                ),
                (
                    "fewer_hours_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="dispense ou aménagement"),
                ),
                ("actions", models.TextField(verbose_name="ce à quoi la personne s’engage, et l’équipe avec elle")),
                (
                    "renews",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewed_by",
                        to="accompagnement.contratengagement",
                        verbose_name="renouvelle",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
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
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "contrat d’engagement",
                "verbose_name_plural": "contrats d’engagement",
                "ordering": ["-start_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_on__isnull", True), ("end_on__gte", models.F("start_on")), _connector="OR"
                        ),
                        name="contrat_engagement_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("actions", ""), _negated=True),
                        name="contrat_engagement_actions",
                        violation_error_message="Dites à quoi chacun s’engage.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntretienRsa",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "parcours",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entretiens",
                        to="accompagnement.parcoursrsa",
                        verbose_name="suivi RSA",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="le")),
                (
                    "presence",
                    models.CharField(
                        choices=[("came", "venue"), ("excused", "excusée"), ("absent", "absente sans prévenir")],
                        default="came",
                        max_length=10,
                        verbose_name="la personne est",
                    ),
                ),
                ("done", models.TextField(blank=True, verbose_name="ce qui a été fait depuis la dernière fois")),
                ("to_do", models.TextField(blank=True, verbose_name="ce qui est convenu pour la suite")),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="prochain entretien le")),
                (
                    "document",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.documentemis",
                        verbose_name="compte rendu",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="tenu par",
                    ),
                ),
                (
                    "written_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="écrit le"),
                ),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "entretien RSA",
                "verbose_name_plural": "entretiens RSA",
                "ordering": ["-held_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("presence__in", ["came", "excused", "absent"])),
                        name="entretien_rsa_presence",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_on__isnull", True), ("next_on__gte", models.F("held_on")), _connector="OR"
                        ),
                        name="entretien_rsa_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiagnosticHabitat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnostics",
                        to="accompagnement.dossiersocial",
                        verbose_name="dossier",
                    ),
                ),
                ("made_on", models.DateField(verbose_name="fait le")),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="fait par",
                    ),
                ),
                (
                    "to_adapt",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("acces", "accès, seuils, escaliers"),
                                ("eclairage", "éclairage"),
                                ("sols", "sols, tapis, fils"),
                                ("salle_deau", "salle d’eau, barres d’appui"),
                                ("cuisine", "cuisine"),
                                ("lit", "lit, mobilier"),
                                ("appel", "téléphone, moyen d’appeler"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="à adapter",
                    ),
                ),
                (
                    "help_with",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("deplacement", "se déplacer, sortir"),
                                ("courses", "faire ses courses"),
                                ("repas", "préparer ses repas"),
                                ("menage", "tenir son logement"),
                                ("toilette", "se laver, s’habiller"),
                                ("papiers", "gérer ses papiers et son argent"),
                                ("liens", "voir du monde"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="aide souhaitée pour",
                    ),
                ),
                ("conclusion", models.CharField(max_length=300, verbose_name="ce qui est convenu avec la personne")),
                ("again_on", models.DateField(blank=True, null=True, verbose_name="à refaire le")),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "verbose_name": "diagnostic du logement et de l’autonomie",
                "verbose_name_plural": "diagnostics du logement et de l’autonomie",
                "ordering": ["-made_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("again_on__isnull", True), ("again_on__gte", models.F("made_on")), _connector="OR"
                        ),
                        name="diagnostic_habitat_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("conclusion", ""), _negated=True),
                        name="diagnostic_habitat_conclusion",
                        violation_error_message="Dites ce qui est convenu.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VeilleCanicule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "residence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="veilles",
                        to="residence.residence",
                        verbose_name="résidence",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="commencée le")),
                (
                    "started_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="commencée par",
                    ),
                ),
                ("ended_on", models.DateField(blank=True, editable=False, null=True, verbose_name="terminée le")),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="terminée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "veille canicule",
                "verbose_name_plural": "veilles canicule",
                "ordering": ["-started_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="veille_canicule_order",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by__isnull", True), ("ended_on__isnull", True)),
                            models.Q(("ended_by__isnull", False), ("ended_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="veille_canicule_ended",
                        violation_error_message="Ces deux champs vont ensemble : remplissez les deux, ou aucun.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("residence",),
                        name="veille_canicule_one_open",
                        violation_error_message="Une veille est déjà en cours dans cette résidence.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppelVeille",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "veille",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appels",
                        to="accompagnement.veillecanicule",
                        verbose_name="veille",
                    ),
                ),
                (
                    "menage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.menage",
                        verbose_name="ménage",
                    ),
                ),
                (
                    "personne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residence.personne",
                        verbose_name="personne",
                    ),
                ),
                ("on", models.DateField(verbose_name="le")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("answered", "joint, va bien"),
                            ("seen", "vu sur place, va bien"),
                            ("no_answer", "pas de réponse"),
                            ("help", "a besoin d’aide"),
                        ],
                        max_length=10,
                        verbose_name="résultat",
                    ),
                ),
                (
                    "called_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="appelé par",
                    ),
                ),
                (
                    "called_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="appelé à"),
                ),
            ],
            options={
                "verbose_name": "appel de veille",
                "verbose_name_plural": "appels de veille",
                "ordering": ["-on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["answered", "seen", "no_answer", "help"])),
                        name="appel_veille_result",
                        violation_error_message="Cette valeur n’est pas dans la liste.",
                    ),
                    models.UniqueConstraint(
                        fields=("veille", "personne", "on"),
                        name="appel_veille_once_a_day",
                        violation_error_message="Cette personne a déjà été appelée ce jour-là.",
                    ),
                ],
            },
        ),
    ]
