"""The history of a candidature only grows."""

from django.db import migrations

from residence.migrations_sql import Guard, RevokeChanges


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0001_requests_and_commission"),
        ("residence", "0002_what_never_changes"),
    ]

    operations = [
        Guard("admissions_etapeorientation"),
        RevokeChanges("admissions_etapeorientation"),
    ]
