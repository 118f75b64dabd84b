"""The partner for whom a place is kept first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("logement", "0002_what_never_changes"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="place",
            name="reservataire",
            field=models.ForeignKey(
                blank=True,
                help_text="Le partenaire dont les ménages passent d’abord sur cette place. Vide : aucun.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places_reservees",
                to="residence.partenaire",
                verbose_name="réservataire",
            ),
        ),
    ]
