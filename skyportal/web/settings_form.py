"""The settings of a driver as form fields."""

from __future__ import annotations

from typing import Any

from django import forms

from skyportal.access.configured import Configured, Setting


def fields_of(asking: Configured) -> dict[str, forms.Field]:
    """By name. A secret that is kept already is not shown and may be left blank."""
    found = {}
    for setting in asking.settings_form:
        value = asking.setting(setting.name)
        found[setting.name] = _field(setting, value, value not in (None, ""))
    return found


def given(driver: type[Configured], cleaned: dict[str, Any]) -> dict[str, Any]:
    """What was given, as the driver wants it: dotted names as objects, blanks left out."""
    settings: dict[str, Any] = {}
    for setting in driver.settings_form:
        value = cleaned.get(setting.name)
        if value in (None, ""):
            continue
        *above, last = setting.name.split(".")
        inner = settings
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return settings


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
