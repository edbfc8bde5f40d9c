"""Lines around credible regions, as GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..sky import hpx
from .credible import levels
from .tiles import SkyMap

SHOWN = (0.5, 0.9)
COLUMNS, ROWS = 720, 360
MOST_VERTICES = 4000
"""Of one level; with more the lines are thinned."""


def contours(sky: SkyMap, at: Sequence[float] = SHOWN) -> dict[str, Any]:
    """A FeatureCollection: the place of greatest probability, then a MultiLineString for each level.

    Lines run through a grid laid over the part of the sky that holds 99 % of the probability, so that a small region
    is drawn as finely as a large one. Coordinates are (ra, dec) in degrees, ra from 0 to 360.
    """
    tile_levels = levels(sky)
    lon, lat, wraps = grid_around(sky, tile_levels <= max(0.99, *at))
    field = _sampled(sky, tile_levels, lon, lat)
    densest = int(np.argmax(sky.density))
    ra, dec = (float(part[densest]) for part in sky.centres())
    features = [_feature("Point", [round(ra, 6), round(dec, 6)], None)]
    for level in at:
        features.append(_feature("MultiLineString", _lines(lon, lat, field, level, wraps), level))
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: Any, level: float | None) -> dict[str, Any]:
    shown = round(100 * (level or 0), 6)
    properties = {"credible_level": int(shown) if shown == int(shown) else shown}
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def grid_around(sky: SkyMap, inside: NDArray) -> tuple[NDArray, NDArray, bool]:
    """Longitudes (rising, perhaps beyond 360) and latitudes around these tiles; whether it goes all the way round."""
    ra, dec = sky.centres()
    ra, dec = ra[inside], dec[inside]
    pad = 2 * float(np.degrees(np.sqrt(sky.area[inside].max())))
    south, north = max(float(dec.min()) - pad, -90.0), min(float(dec.max()) + pad, 90.0)
    pad /= max(np.cos(np.radians(min(max(abs(south), abs(north)), 89.0))), 0.02)
    start, width = _arc(ra)
    wraps = width + 2 * pad >= 300 or south <= -89 or north >= 89
    if wraps:
        return np.linspace(0, 360, COLUMNS + 1), np.linspace(south, north, ROWS), True
    side = COLUMNS // 2
    return np.linspace(start - pad, start + width + pad, side), np.linspace(south, north, side), False


def _arc(ra: NDArray) -> tuple[float, float]:
    """The shortest arc of longitude that holds all of these: where it begins, and its width."""
    ordered = np.sort(ra)
    gaps = np.diff(np.r_[ordered, ordered[0] + 360])
    widest = int(np.argmax(gaps))
    return float(ordered[(widest + 1) % len(ordered)]), float(360 - gaps[widest])


def _sampled(sky: SkyMap, tile_levels: NDArray, lon: NDArray, lat: NDArray) -> NDArray:
    """Credible level at each point of the grid, smoothed by about a step so that lines do not follow tiles' edges."""
    lons, lats = np.meshgrid(lon % 360, lat)
    tile = sky.find(hpx(lons.ravel(), np.clip(lats.ravel(), -90, 90)))
    field = np.where(tile >= 0, tile_levels[tile], 1.0).reshape(lons.shape)
    _keep_what_is_narrow(sky, tile_levels, lon, lat, field)
    wide = np.pad(field, 1, mode="edge")
    down = (wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4
    return (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 4


def _keep_what_is_narrow(sky: SkyMap, tile_levels: NDArray, lon: NDArray, lat: NDArray, field: NDArray) -> None:
    """A ring thinner than the mesh would slip through: tiles smaller than a step mark the point next to them."""
    step = lon[1] - lon[0]
    small = np.flatnonzero((np.degrees(np.sqrt(sky.area)) < step) & (tile_levels < 1))
    if not len(small):
        return
    ra, dec = (part[small] for part in sky.centres())
    column = np.rint(((ra - lon[0]) % 360) / step).astype(int)
    row = np.rint((dec - lat[0]) / (lat[1] - lat[0])).astype(int)
    shown = (column < len(lon)) & (row >= 0) & (row < len(lat))
    np.minimum.at(field, (row[shown], column[shown]), tile_levels[small][shown])


def _lines(lon: NDArray, lat: NDArray, field: NDArray, level: float, wraps: bool) -> list[list[list[float]]]:
    from contourpy import contour_generator

    found: list[Any] = [line for line in contour_generator(lon, lat, field).lines(level) if len(line) > 2]
    thin = max(1, sum(map(len, found)) // MOST_VERTICES)
    digits = 4 if lon[-1] - lon[0] > 5 else 7
    lines = []
    for line in found:
        kept = line if thin == 1 or len(line) < 4 * thin else np.vstack([line[:-1:thin], line[-1:]])
        ra = kept[:, 0] if wraps else kept[:, 0] % 360
        lines.append(np.round(np.column_stack([ra, kept[:, 1]]), digits).tolist())
    return lines
