"""Reading the scanning query's own kinds of parameters."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from skyportal.api.params import number

MOST_CONDITIONS = 20


def one_of(*allowed: str) -> Callable[[str], str]:
    """A parser for one of these words."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of: {', '.join(allowed)}")
        return text

    return parse


def annotation_conditions(text: str) -> list[dict[str, Any]]:
    """Conditions on annotations: JSON objects joined by commas, or a JSON list of them."""
    stripped = text.strip()
    try:
        given = json.loads(stripped if stripped.startswith("[") else f"[{stripped}]")
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("is not a list of JSON objects") from None
    if len(given) > MOST_CONDITIONS:
        raise ValueError(f"has more than {MOST_CONDITIONS} conditions")
    return [_condition(one) for one in given]


def _condition(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in ("origin", "key")):
        raise ValueError("each condition names an origin and a key")
    if "\x00" in given["origin"] + given["key"]:
        raise ValueError("contains a NUL character")
    if "value" in given:
        value = given["value"]
        if isinstance(value, dict | list):
            raise ValueError("a value is a number, a text or a flag")
        return {"origin": given["origin"], "key": given["key"], "value": value}
    if "min" not in given or "max" not in given:
        raise ValueError("each condition has a value, or min and max")
    try:
        low, high = number(given["min"]), number(given["max"])
    except TypeError:
        raise ValueError("min and max are numbers") from None
    return {"origin": given["origin"], "key": given["key"], "min": low, "max": high}
