"""Sky maps as scripts and forms say them: in figures, as a shape, as a file or by its address."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from apps.sources.actions.checks import optional_text
from skyportal.access.errors import Invalid
from skyportal.astro.skymaps.coarsening import coarsened
from skyportal.astro.skymaps.distances import normalisation
from skyportal.astro.skymaps.rings import MOST_RINGS, THREE_SIGMA, Ring, crossing
from skyportal.astro.skymaps.tiles import Distance, NotASkyMap, SkyMap, cells_of

from ..notices.base import (
    AttachedMap,
    Cone,
    Ellipse,
    LinkedMap,
    Named,
    Polygon,
    Shape,
    SkyMapSaid,
    Triangulation,
)

MOST_CELLS = 5_000_000
_FILE = re.compile(r"^(?:data:[^;,]*;)?name=([^;]{1,200});base64,(.*)$", re.DOTALL)
_UNPARSED = "ra, dec, and error must be in skymap to parse"


def read_skymap(skymap: Any) -> SkyMapSaid | tuple[str, SkyMap]:
    """One of the forms that the public API takes."""
    if isinstance(skymap, str):
        return _of_text(skymap)
    if not isinstance(skymap, dict):
        raise Invalid("Invalid skymap: send figures, a shape, a file in base64 or an address.")
    if "uniq" in skymap:
        return _of_cells(skymap)
    shape, name = _shape(skymap), optional_text(skymap.get("localization_name"), "localization_name", most=200)
    return Named(name, shape) if name else shape


def _shape(skymap: Mapping[str, Any]) -> Shape:
    if "annuli" in skymap:
        return _triangulation(skymap["annuli"])
    if "polygon" in skymap:
        return Polygon(_corners(skymap["polygon"]))
    if "amaj" in skymap:
        return Ellipse(*_figures(skymap, ("ra", "dec", "amaj", "amin", "phi")))
    if "outer" in skymap or "radius" in skymap:
        return _triangulation([skymap])
    if not {"ra", "dec", "error"} <= set(skymap):
        raise Invalid(_UNPARSED)
    return Cone(*_figures(skymap, ("ra", "dec", "error")))


def _triangulation(said: Any) -> Triangulation:
    """One ring or several, as the interplanetary network has them; whoever sends some that never meet hears of it."""
    if not isinstance(said, list) or not 1 <= len(said) <= MOST_RINGS or not all(isinstance(one, dict) for one in said):
        raise Invalid(
            f"Invalid skymap: annuli must be a list of one to {MOST_RINGS} objects with ra, dec and a radius."
        )
    rings = tuple(_ring(one) for one in said)
    try:
        crossing(rings)
    except NotASkyMap as problem:
        raise Invalid(f"Invalid skymap: {problem}") from None
    return Triangulation(rings)


def _ring(said: Mapping[str, Any]) -> Ring:
    """A ring by ``radius`` and ``error``, half its width at three sigma, or by its ``inner`` and ``outer`` radius."""
    if "outer" in said:
        ra, dec, inner, outer = _numbers(said, ("ra", "dec", "inner", "outer"))
        radius, error = (inner + outer) / 2, (outer - inner) / 2
    else:
        ra, dec, radius, error = _numbers(said, ("ra", "dec", "radius", "error"))
    _place(ra, dec)
    if not 0 <= radius <= 180 or not 0 < error <= 180:
        raise Invalid("Invalid skymap: an annulus needs a radius from 0 to 180 degrees and an error above 0.")
    level = None if said.get("level") is None else _numbers(said, ("level",))[0]
    if level is not None and not 0 < level < 1:
        raise Invalid("Invalid skymap: the level of an annulus is what its edges hold, between 0 and 1.")
    return Ring(ra, dec, radius, error, level or THREE_SIGMA)


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
    """A place and sizes, as cones and ellipses have them."""
    found = _numbers(skymap, names)
    _place(*found[:2])
    if not all(0 < value <= 180 for value in found[2:4]):
        raise Invalid(f"Invalid skymap: {names[2]} must be above 0 and at most 180 degrees.")
    return found


def _numbers(skymap: Mapping[str, Any], names: tuple[str, ...]) -> list[float]:
    found = []
    for name in names:
        try:
            value = float(skymap[name])
        except (KeyError, TypeError, ValueError):
            raise Invalid(f"Invalid skymap: {name} must be a number.") from None
        if not np.isfinite(value):
            raise Invalid(f"Invalid skymap: {name} must be finite.")
        found.append(value)
    return found


def _place(ra: float, dec: float) -> None:
    if not -90 <= dec <= 90 or not 0 <= ra <= 360:
        raise Invalid("Invalid skymap: ra from 0 to 360, dec from -90 to 90 degrees.")


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
