"""What is settled is kept beside what is owed; credits settle debts; a receipt may be cancelled, with its reason."""

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from residence.migrations_sql import Guard

QUITTANCE_CHANGE = """
CREATE FUNCTION refuse_quittance_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF leaves_under_visa() THEN
            RETURN OLD;
        END IF;
    ELSIF OLD.cancelled_at IS NULL AND NEW.cancelled_at IS NOT NULL
        AND (to_jsonb(NEW) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason')
          = (to_jsonb(OLD) - 'cancelled_at' - 'cancelled_by_id' - 'cancelled_reason') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Une quittance ne se modifie pas et ne s’efface pas : elle s’annule, avec sa raison.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("logement", "0004_notice_runs_from_delivery"),
        ("residence", "0003_facture"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            """
            DROP TRIGGER logement_quittance_guard ON logement_quittance;
            DROP TRIGGER logement_quittance_guard_truncate ON logement_quittance;
            """
            + QUITTANCE_CHANGE,
            "DROP FUNCTION refuse_quittance_change();",
        ),
        migrations.RemoveConstraint(
            model_name="encaissement",
            name="encaissement_cancelled",
        ),
        migrations.RemoveConstraint(
            model_name="quittance",
            name="quittance_once",
        ),
        migrations.RemoveConstraint(
            model_name="quittance",
            name="recu_once",
        ),
        migrations.AddField(
            model_name="avisecheance",
            name="apl_received",
            field=models.DecimalField(
                decimal_places=2,
                editable=False,
                help_text="Vide : pas encore reçue.",
                max_digits=10,
                null=True,
                verbose_name="APL reçue (€)",
            ),
        ),
        migrations.AddField(
            model_name="avisecheance",
            name="facture",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="residence.documentemis",
                verbose_name="facture des prestations",
            ),
        ),
        migrations.AddField(
            model_name="avisecheance",
            name="paid",
            field=models.DecimalField(
                decimal_places=2, default=0, editable=False, max_digits=10, verbose_name="payé (€)"
            ),
        ),
        migrations.AddField(
            model_name="avisecheance",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="raison de la rectification"),
        ),
        migrations.AddField(
            model_name="campagne",
            name="anomalies",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                verbose_name="anomalies vues à la préparation",
            ),
        ),
        migrations.AddField(
            model_name="encaissement",
            name="cash_number",
            field=models.CharField(
                editable=False, max_length=40, null=True, unique=True, verbose_name="n° du reçu de caisse"
            ),
        ),
        migrations.AddField(
            model_name="encaissement",
            name="for_month",
            field=models.DateField(
                blank=True,
                help_text="Mois pour lequel la CAF ou la MSA verse l’APL.",
                null=True,
                verbose_name="pour le mois",
            ),
        ),
        migrations.AddField(
            model_name="encaissement",
            name="imputed",
            field=models.DecimalField(
                decimal_places=2, default=0, editable=False, max_digits=10, verbose_name="imputé (€)"
            ),
        ),
        migrations.AddField(
            model_name="imputation",
            name="credit_avis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credited",
                to="logement.avisecheance",
                verbose_name="avis au crédit",
            ),
        ),
        migrations.AddField(
            model_name="quittance",
            name="cancelled_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="annulée le"),
        ),
        migrations.AddField(
            model_name="quittance",
            name="cancelled_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="quittance",
            name="cancelled_reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="annulée parce que"),
        ),
        migrations.AddField(
            model_name="quittance",
            name="sejour",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quittances",
                to="logement.sejour",
                verbose_name="séjour",
            ),
        ),
        migrations.AlterField(
            model_name="quittance",
            name="sejour",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quittances",
                to="logement.sejour",
                verbose_name="séjour",
            ),
        ),
        migrations.AlterField(
            model_name="imputation",
            name="encaissement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imputations",
                to="logement.encaissement",
                verbose_name="encaissement",
            ),
        ),
        migrations.AlterField(
            model_name="quittance",
            name="avis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quittances",
                to="logement.avisecheance",
                verbose_name="avis",
            ),
        ),
        migrations.AddIndex(
            model_name="avisecheance",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["confirmed", "sent"]), models.Q(("paid", models.F("total")), _negated=True)
                ),
                fields=["due_on"],
                name="avis_unsettled",
            ),
        ),
        migrations.AddIndex(
            model_name="encaissement",
            index=models.Index(
                condition=models.Q(("cancelled_at", None), ("imputed__lt", models.F("amount")), ("is_deposit", False)),
                fields=["sejour"],
                name="encaissement_surplus",
            ),
        ),
        migrations.AddConstraint(
            model_name="avisecheance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paid__gte", 0), ("paid__lte", models.F("total")), ("total__gte", 0)),
                    models.Q(("paid__gte", models.F("total")), ("paid__lte", 0), ("total__lt", 0)),
                    _connector="OR",
                ),
                name="avis_paid",
                violation_error_message="On n’impute pas sur un avis plus que son montant.",
            ),
        ),
        migrations.AddConstraint(
            model_name="avisecheance",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["confirmed", "sent"]), ("paid", 0), _connector="OR"),
                name="avis_paid_called",
                violation_error_message="Rien n’est payé sur un avis qui n’est pas appelé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")),
                    models.Q(("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="encaissement_cancelled",
                violation_error_message="Dites pourquoi ce paiement est annulé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("imputed__gte", 0),
                    ("imputed__lte", models.F("amount")),
                    models.Q(
                        models.Q(("cancelled_at__isnull", True), ("is_deposit", False)), ("imputed", 0), _connector="OR"
                    ),
                ),
                name="encaissement_imputed",
                violation_error_message="On n’impute pas plus que ce qui a été payé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
                condition=models.Q(("for_month", django.db.models.functions.datetime.TruncMonth("for_month"))),
                name="encaissement_for_month",
                violation_error_message="Un mois se désigne par son premier jour.",
            ),
        ),
        migrations.AddConstraint(
            model_name="imputation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit_avis__isnull", True), ("encaissement__isnull", False)),
                    models.Q(("credit_avis__isnull", False), ("encaissement__isnull", True)),
                    _connector="OR",
                ),
                name="imputation_source",
                violation_error_message="Une imputation vient d’un paiement ou d’un avis au crédit.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quittance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("avis__isnull", False), ("kind", "quittance")),
                    models.Q(("encaissement__isnull", False), ("kind", "recu")),
                    _connector="OR",
                ),
                name="quittance_cause",
                violation_error_message="Une quittance cite son avis, un reçu son paiement.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quittance",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="quittance_positive",
                violation_error_message="Le montant est au-dessus de zéro.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quittance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True), ("cancelled_reason", "")),
                    models.Q(("cancelled_at__isnull", False), models.Q(("cancelled_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="quittance_cancelled",
                violation_error_message="Dites pourquoi cette quittance est annulée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quittance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None), ("kind", "quittance")),
                fields=("avis",),
                name="quittance_once",
                violation_error_message="Cet avis a déjà sa quittance.",
            ),
        ),
        migrations.AddConstraint(
            model_name="quittance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None), ("kind", "recu")),
                fields=("avis", "encaissement"),
                name="recu_once",
                nulls_distinct=False,
                violation_error_message="Ce paiement a déjà son reçu pour cet avis.",
            ),
        ),
        Guard("logement_quittance", function="refuse_quittance_change"),
    ]
