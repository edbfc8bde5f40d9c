from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "skyportal.web"
    label = "web"
