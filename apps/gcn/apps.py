from django.apps import AppConfig


class GcnConfig(AppConfig):
    name = "apps.gcn"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import layers, panels, plugs, reactions  # noqa: F401 - hang what they hold
