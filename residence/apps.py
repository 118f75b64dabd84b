from django.apps import AppConfig

from residence import checks  # noqa: F401 (registers them)


class ResidenceConfig(AppConfig):
    name = "residence"
    verbose_name = "Résidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models exist from here on only.
        from residence.tasks_watch import watch  # noqa: PLC0415

        watch()
