from django.apps import AppConfig
from django.core import checks


class AccessConfig(AppConfig):
    name = "skyportal.access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .checks import every_model_has_a_policy

        checks.register(every_model_has_a_policy)
