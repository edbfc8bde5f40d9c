"""A map as a small picture of the part of the sky that holds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sky import hpx
from .contours import grid_around
from .credible import levels
from .tiles import SkyMap

BRIGHTEST = 255
SHADED = 0.99
"""What lies beyond this level is left blank."""


@dataclass(frozen=True)
class Texture:
    """Shades from 0 (nothing) to 255 (densest) on a grid of longitudes and latitudes, rows from south to north.

    west, east, south, north : degrees, middles of the outermost cells; east may be above 360
    """

    shade: NDArray
    west: float
    east: float
    south: float
    north: float


def texture(sky: SkyMap) -> Texture:
    """By credible level: as much darker as the place is the likelier, so that a faint tail is still seen."""
    tile_levels = levels(sky)
    lon, lat, _ = grid_around(sky, tile_levels <= SHADED)
    lons, lats = np.meshgrid(lon % 360, lat)
    tile = sky.find(hpx(lons.ravel(), np.clip(lats.ravel(), -90, 90)))
    level = np.where(tile >= 0, tile_levels[tile], 1.0).reshape(lons.shape)
    shade = np.where(level <= SHADED, BRIGHTEST * (1 - level / 1.05), 0.0)
    return Texture(shade.astype(np.uint8), *(float(x) for x in (lon[0], lon[-1], lat[0], lat[-1])))


def shades(of: Texture, ra: NDArray, dec: NDArray) -> NDArray:
    """The shade at each place; 0 outside, and where the place is not a number."""
    rows, columns = of.shade.shape
    with np.errstate(invalid="ignore"):
        lon = of.west + (ra - of.west) % 360
        column = np.rint((lon - of.west) / max(of.east - of.west, 1e-9) * (columns - 1))
        row = np.rint((dec - of.south) / max(of.north - of.south, 1e-9) * (rows - 1))
        there = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    found = np.zeros(np.shape(ra), np.uint8)
    found[there] = of.shade[row[there].astype(int), column[there].astype(int)]
    return found
