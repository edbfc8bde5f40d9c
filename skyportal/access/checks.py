"""A model without a policy does not start."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error

from .policy import Policy


def every_model_has_a_policy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{model._meta.label} says nobody who may see it.",
            hint="Give it `access = SOME_POLICY` (INTERNAL for tables that no door shows).",
            obj=model,
            id="access.E001",
        )
        for model in apps.get_models()
        if model.__module__.startswith(("apps.", "skyportal."))
        and not isinstance(getattr(model, "access", None), Policy)
    ]
