from django.apps import AppConfig


class LogementConfig(AppConfig):
    name = "logement"
    verbose_name = "Logement"
    default_auto_field = "django.db.models.BigAutoField"
