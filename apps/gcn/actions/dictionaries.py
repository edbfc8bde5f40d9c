"""Events as scripts send them: a time, perhaps tags, properties and a sky map in figures, as a shape or as a file."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.utils import timezone

from apps.sources.actions.checks import optional_text, plain, text
from skyportal.access.errors import Invalid
from skyportal.api.params import moment
from skyportal.astro.skymaps.coarsening import coarsened
from skyportal.astro.skymaps.distances import normalisation
from skyportal.astro.skymaps.tiles import Distance, NotASkyMap, SkyMap, cells_of

from ..notices.base import AttachedMap, Cone, Ellipse, LinkedMap, Notice, Polygon, SkyMapSaid

FORM = "dictionary"
MOST_CELLS = 5_000_000
_FILE = re.compile(r"^(?:data:[^;,]*;)?name=([^;]{1,200});base64,(.*)$", re.DOTALL)
_UNPARSED = "ra, dec, and error must be in skymap to parse"


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


def read_skymap(skymap: Any) -> SkyMapSaid | tuple[str, SkyMap]:
    """One of the forms that the public API takes."""
    if isinstance(skymap, str):
        return _of_text(skymap)
    if not isinstance(skymap, dict):
        raise Invalid("Invalid skymap: send figures, a shape, a file in base64 or an address.")
    if "uniq" in skymap:
        return _of_cells(skymap)
    if "polygon" in skymap:
        return Polygon(_corners(skymap["polygon"]))
    if "amaj" in skymap:
        return Ellipse(*_figures(skymap, ("ra", "dec", "amaj", "amin", "phi")))
    if not {"ra", "dec", "error"} <= set(skymap):
        raise Invalid(_UNPARSED)
    return Cone(*_figures(skymap, ("ra", "dec", "error")))


def _of_text(skymap: str) -> SkyMapSaid:
    if found := _FILE.match(skymap):
        try:
            return AttachedMap(found[1], base64.b64decode(found[2], validate=True))
        except (binascii.Error, ValueError):
            raise Invalid("Invalid skymap: what follows base64, is not base64.") from None
    if skymap.startswith(("http://", "https://")):
        return LinkedMap(skymap)
    raise Invalid("Invalid skymap: a text must be name=<file>;base64,<data> or an http address.")


def _figures(skymap: Mapping[str, Any], names: tuple[str, ...]) -> list[float]:
    found = []
    for name in names:
        try:
            value = float(skymap[name])
        except (KeyError, TypeError, ValueError):
            raise Invalid(f"Invalid skymap: {name} must be a number of degrees.") from None
        if not np.isfinite(value):
            raise Invalid(f"Invalid skymap: {name} must be finite.")
        found.append(value)
    if not -90 <= found[1] <= 90 or not 0 <= found[0] <= 360:
        raise Invalid("Invalid skymap: ra from 0 to 360, dec from -90 to 90 degrees.")
    if not all(0 < value <= 180 for value in found[2:4]):
        raise Invalid(f"Invalid skymap: {names[2]} must be above 0 and at most 180 degrees.")
    return found


def _corners(value: Any) -> tuple[tuple[float, float], ...]:
    try:
        corners = tuple((float(ra), float(dec)) for ra, dec in value)
    except (TypeError, ValueError):
        raise Invalid("Invalid skymap: polygon must be a list of [ra, dec] pairs.") from None
    if not 3 <= len(corners) <= 1000 or not all(0 <= ra <= 360 and -90 <= dec <= 90 for ra, dec in corners):
        raise Invalid("Invalid skymap: polygon needs three to a thousand corners in degrees.")
    return corners


def _of_cells(skymap: Mapping[str, Any]) -> tuple[str, SkyMap]:
    """Multi-order figures: UNIQ cells and their densities, perhaps with distances."""
    try:
        uniq = np.array(skymap["uniq"], np.int64)
        density = np.array(skymap["probdensity"], float)
        mu, sigma = (
            None if skymap.get(name) is None else np.array(skymap[name], float) for name in ("distmu", "distsigma")
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Invalid("Invalid skymap: uniq and probdensity must be lists of numbers.") from None
    if not 0 < len(uniq) <= MOST_CELLS or any(
        column is not None and column.shape != uniq.shape for column in (density, mu, sigma)
    ):
        raise Invalid("Invalid skymap: uniq, probdensity and distances must be lists of one length.")
    known = Distance(mu, sigma, normalisation(mu, sigma)) if mu is not None and sigma is not None else None
    name = optional_text(skymap.get("localization_name"), "localization_name", most=200) or "skymap"
    try:
        return name, coarsened(SkyMap.of(*cells_of(uniq), density, known))
    except NotASkyMap as problem:
        raise Invalid(f"Invalid skymap: {problem}") from None
