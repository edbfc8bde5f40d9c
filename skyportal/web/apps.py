from django.apps import AppConfig
from django.conf import settings

from skyportal.astro import dust


class WebConfig(AppConfig):
    name = "skyportal.web"
    label = "web"

    def ready(self) -> None:
        dust.use(settings.DUST_MAPS)
