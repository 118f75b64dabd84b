"""The month of an APL may be missing, and its check says so without asking PostgreSQL to guess a type."""

import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("logement", "0006_closed_months"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="encaissement",
            name="encaissement_for_month",
        ),
        migrations.AddConstraint(
            model_name="encaissement",
            constraint=models.CheckConstraint(
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
        ),
    ]
