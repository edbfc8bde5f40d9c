from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "apps.sources"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import admin_remarks, filters, panels, plugs  # noqa: F401 - they hang themselves into their slots
        from .queries import includes  # noqa: F401
