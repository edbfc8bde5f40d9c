from django.apps import AppConfig


class FollowupConfig(AppConfig):
    name = "apps.followup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import plugs  # noqa: F401 - hangs what it holds
