from django.apps import AppConfig


class ResidenceConfig(AppConfig):
    name = "residence"
    verbose_name = "Résidence"
    default_auto_field = "django.db.models.BigAutoField"
