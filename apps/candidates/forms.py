"""Forms of connections to brokers: their fields come from the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from skyportal.web import settings_form

from .brokers import Driver


class SettingsForm(forms.Form):
    """The settings of one driver, under a name."""

    name = forms.CharField(max_length=200, help_text="As people here will call it.")

    def __init__(self, driver: type[Driver], kept: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.driver = driver
        self.fields |= settings_form.fields_of(driver(kept))

    @property
    def settings(self) -> dict[str, Any]:
        return settings_form.given(self.driver, self.cleaned_data)
