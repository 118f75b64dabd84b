from django.apps import AppConfig

from residence import checks  # noqa: F401 (registers them)


class ResidenceConfig(AppConfig):
    name = "residence"
    verbose_name = "Résidence"
    default_auto_field = "django.db.models.BigAutoField"
