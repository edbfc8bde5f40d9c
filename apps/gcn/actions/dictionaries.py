"""Events as scripts send them: a time, perhaps tags, properties and a sky map in figures, as a shape or as a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from apps.sources.actions.checks import optional_text, plain, text
from skyportal.access.errors import Invalid
from skyportal.api.params import moment
from skyportal.astro.skymaps.tiles import SkyMap

from ..notices.base import Notice, SkyMapSaid
from .skymaps_said import read_skymap

FORM = "dictionary"


def as_notice(body: Mapping[str, Any]) -> tuple[Notice, bytes]:
    """What a script says, as a notice, and the bytes to keep of it.

    Raises
    ------
    Invalid
        for each thing that does not make sense, its sky map included: a script is there to hear it
    """
    when = _time(body.get("dateobs"))
    raw = json.dumps(plain(dict(body)), sort_keys=True).encode()
    said_in(raw)
    notice = Notice(
        form=FORM,
        kind="posted",
        stream="API",
        ivorn=f"ivo://skyportal/{when:%Y-%m-%dT%H:%M:%S.%f}#{hashlib.sha256(raw).hexdigest()[:24]}",
        sent_at=timezone.now(),
        dateobs=when,
        trigger_id=optional_text(body.get("trigger_id"), "trigger_id", most=200),
        aliases=tuple(_texts(body.get("aliases"), "aliases")),
        tags=frozenset(_texts(body.get("tags"), "tags")),
        properties=_properties(body.get("properties")),
        skymaps=(),
    )
    return notice, raw


def _time(value: Any) -> Any:
    try:
        return moment(text(value, "dateobs", most=60))
    except ValueError as problem:
        raise Invalid(f"Invalid dateobs: {problem}") from None


def _texts(value: Any, name: str) -> list[str]:
    values = [value] if isinstance(value, str) else value or []
    if not isinstance(values, list) or len(values) > 200:
        raise Invalid(f"Invalid {name}: must be a list of texts.")
    return [text(one, name, most=200).strip() for one in values]


def _properties(value: Any) -> dict[str, Any]:
    if value in (None, {}):
        return {}
    if not isinstance(value, dict) or len(value) > 500:
        raise Invalid("Invalid properties: must be an object of named values.")
    return {text(name, "properties", most=200): plain(inner) for name, inner in value.items()}


def said_in(raw: bytes) -> tuple[SkyMapSaid | tuple[str, SkyMap], ...]:
    """The sky map of a body that was kept."""
    skymap = json.loads(raw).get("skymap")
    return () if skymap in (None, "", {}) else (read_skymap(skymap),)
