from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "skyportal.live"

    def ready(self) -> None:
        from skyportal.journal.recording import committed

        from .topics import publish

        committed.plug("live")(publish)
