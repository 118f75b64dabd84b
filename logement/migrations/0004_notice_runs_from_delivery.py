from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("logement", "0003_stays_cancelled_and_paper_signatures")]

    operations = [
        migrations.AlterField(
            model_name="preavis",
            name="notified_on",
            field=models.DateField(
                blank=True,
                help_text="Vide tant que la lettre n’a pas été remise : le délai ne court pas.",
                null=True,
                verbose_name="reçu le",
            ),
        ),
        migrations.AlterField(
            model_name="preavis",
            name="ends_on",
            field=models.DateField(blank=True, null=True, verbose_name="dernier jour du préavis"),
        ),
        migrations.AddConstraint(
            model_name="preavis",
            constraint=models.CheckConstraint(
                condition=Q(delivery="delivered", notified_on__isnull=False, ends_on__isnull=False)
                | (~Q(delivery="delivered") & Q(notified_on__isnull=True, ends_on__isnull=True)),
                name="preavis_runs_from_delivery",
                violation_error_message="Le préavis court du jour de la remise, et de lui seul.",
            ),
        ),
        migrations.AddConstraint(
            model_name="preavis",
            constraint=models.CheckConstraint(
                condition=Q(given_by_whom="manager") | Q(delivery="delivered"),
                name="preavis_of_resident_received",
                violation_error_message="Le préavis du résident s’enregistre une fois reçu.",
            ),
        ),
    ]
