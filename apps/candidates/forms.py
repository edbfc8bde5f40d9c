"""Forms of connections to brokers: their fields come from the driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from .brokers import Driver
from .brokers.base import Setting


class SettingsForm(forms.Form):
    """The settings of one driver. A secret that is kept already is not shown and may be left blank."""

    name = forms.CharField(max_length=200, help_text="As people here will call it.")

    def __init__(self, driver: type[Driver], kept: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.driver = driver
        asking = driver(kept)
        for setting in driver.settings_form:
            has = asking.setting(setting.name) not in (None, "")
            self.fields[setting.name] = _field(setting, asking.setting(setting.name), has)

    @property
    def settings(self) -> dict[str, Any]:
        """What was given, as the driver wants it: dotted names as objects, blanks left out."""
        given: dict[str, Any] = {}
        for setting in self.driver.settings_form:
            value = self.cleaned_data.get(setting.name)
            if value in (None, ""):
                continue
            *above, last = setting.name.split(".")
            inner = given
            for part in above:
                inner = inner.setdefault(part, {})
            inner[last] = value
        return given


def _field(setting: Setting, value: Any, has: bool) -> forms.Field:
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help}
    if setting.kind == "secret":
        if has:
            common["help_text"] = "Kept; leave blank to leave it as it is."
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(required=setting.required and not has, widget=widget, max_length=20_000, **common)
    common |= {"required": setting.required, "initial": value}
    if setting.kind == "choice":
        return forms.ChoiceField(choices=[(choice, choice) for choice in setting.choices], **common)
    if setting.kind == "number":
        return forms.IntegerField(min_value=1, max_value=65535, **common)
    return forms.CharField(max_length=500, **common)
