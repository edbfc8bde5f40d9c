"""What a connection to somebody else's service has to know: addresses and credentials, named by its driver.

Kept in a `SealedField`; shown without what is secret; given piece by piece, so that no secret need be typed again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from .errors import Invalid


@dataclass(frozen=True)
class Setting:
    """One thing a connection needs to know. A dotted name is an object in the public form: ``fink.password``."""

    name: str
    label: str
    kind: str = "text"
    """text, address, number, choice; or secret: kept, never shown."""
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    help: str = ""


class Configured:
    """A driver that works with the settings of one connection."""

    settings_form: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def setting(self, name: str) -> Any:
        """A setting, or what it is where nobody said."""
        value: Any = self.settings
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value in (None, ""):
            return next((s.default for s in self.settings_form if s.name == name), None)
        return value

    def check(self) -> None:
        """Whether the settings can be meant so. Raises Invalid naming each that is wrong."""
        problems = []
        for setting in self.settings_form:
            value = self.setting(setting.name)
            if value in (None, ""):
                if setting.required:
                    problems.append(f"{setting.name} is missing")
            elif problem := _problem(setting, value):
                problems.append(f"{setting.name} {problem}")
        if problems:
            raise Invalid("; ".join(problems))


def _problem(setting: Setting, value: Any) -> str:
    if setting.kind == "choice" and str(value) not in setting.choices:
        return f"must be one of {', '.join(setting.choices)}"
    if setting.kind == "number" and not isinstance(value, int | float):
        return "must be a number"
    if setting.kind in ("text", "secret", "address") and not isinstance(value, str):
        return "must be a text"
    if setting.kind == "address" and urlsplit(value).scheme not in ("http", "https"):
        return "must begin with https://"
    return ""


def merged(stored: Mapping[str, Any], incoming: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with others laid over them; blank ones change nothing, at any depth."""
    found = dict(stored)
    for name, value in incoming.items():
        if isinstance(value, Mapping):
            inner = found.get(name)
            found[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        elif value is not None and str(value).strip():
            found[name] = value
    return found


def without_secrets(driver: type[Configured], settings: Mapping[str, Any]) -> dict[str, Any]:
    open_ones = copy.deepcopy(dict(settings))
    for setting in driver.settings_form:
        if setting.kind == "secret":
            *above, last = setting.name.split(".")
            inner: Any = open_ones
            for part in above:
                inner = inner.get(part) if isinstance(inner, dict) else None
            if isinstance(inner, dict):
                inner.pop(last, None)
    return open_ones


def form_schema(driver: type[Configured]) -> dict[str, Any]:
    """A driver's settings as a JSON schema (draft 7)."""
    schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for setting in driver.settings_form:
        *above, last = setting.name.split(".")
        inner = schema
        for part in above:
            inner = inner["properties"].setdefault(part, {"type": "object", "title": part, "properties": {}})
        field: dict[str, Any] = {"type": "number" if setting.kind == "number" else "string", "title": setting.label}
        if setting.choices:
            field["enum"] = list(setting.choices)
        if setting.default is not None:
            field["default"] = setting.default
        if setting.help:
            field["description"] = setting.help
        inner["properties"][last] = field
        if setting.required:
            inner.setdefault("required", []).append(last)
    return schema


def ui_schema(driver: type[Configured]) -> dict[str, Any]:
    """Which settings are typed unseen."""
    found: dict[str, Any] = {}
    for setting in driver.settings_form:
        if setting.kind == "secret":
            *above, last = setting.name.split(".")
            inner = found
            for part in above:
                inner = inner.setdefault(part, {})
            inner[last] = {"ui:widget": "password"}
    return found
