"""Credible levels: the smallest regions that hold a given probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..sky import hpx
from .tiles import DEG2, SkyMap, merged

LEVELS = (0.5, 0.9, 0.95, 0.99)
"""Levels whose regions are kept with a map."""
ALIKE = 1 - 1e-9
"""Densities that differ by rounding only."""


def levels(sky: SkyMap) -> NDArray:
    """Of each tile, the probability of the smallest region that holds it; (n,).

    Tiles are taken from the densest on. Tiles of one density come together, at the level at which the first of them
    does, so that a uniform map is inside at any level and an answer does not depend on the order of equals. The
    densest tiles are at half at most: the 50 % region is never empty.
    """
    by_density = np.argsort(-sky.density, kind="stable")
    density = sky.density[by_density]
    reached = np.cumsum(sky.probability[by_density])
    first = np.r_[True, density[1:] < density[:-1]]
    starts = np.flatnonzero(first)
    per_density = reached[starts]
    per_density[0] = min(per_density[0], 0.5)
    found = np.empty(len(sky))
    found[by_density] = np.minimum(per_density[np.cumsum(first) - 1], 1.0)
    return found


def region(sky: SkyMap, level: float, tile_levels: NDArray | None = None) -> list[tuple[int, int]]:
    """Order-29 ranges of the region that holds this much probability."""
    inside = (levels(sky) if tile_levels is None else tile_levels) <= level
    return merged(sky.lo[inside], sky.hi[inside])


def area(sky: SkyMap, level: float) -> float:
    """Square degrees of the smallest region that holds this probability; within the last tile in proportion."""
    by_density = np.argsort(-sky.density, kind="stable")
    probability = np.r_[0, np.cumsum(sky.probability[by_density])]
    size = np.r_[0, np.cumsum(sky.area[by_density])] * DEG2
    return float(np.interp(level, probability, size))


def centre(sky: SkyMap) -> tuple[float, float]:
    """Right ascension and declination of the densest tile, degrees; of many that are alike, of their middle.

    Error ellipses and polygons are even within: the first of their tiles lies at an edge. Where the middle lies
    outside, as that of two parts does, it is the tile nearest to it.
    """
    import healpy

    alike = np.flatnonzero(sky.density >= sky.density.max() * ALIKE)
    ra, dec = (values[alike] for values in sky.centres())
    if len(alike) == 1:
        return float(ra[0]), float(dec[0])
    towards = healpy.ang2vec(ra, dec, lonlat=True)
    middle = towards.T @ (sky.hi - sky.lo)[alike].astype(float)
    (mid_ra,), (mid_dec,) = healpy.vec2ang(middle, lonlat=True)
    if sky.find(hpx([mid_ra], [mid_dec]))[0] in alike:
        return float(mid_ra % 360), float(mid_dec)
    nearest = int(np.argmax(towards @ middle))
    return float(ra[nearest]), float(dec[nearest])


def at(sky: SkyMap, ra: Sequence[float] | NDArray, dec: Sequence[float] | NDArray) -> tuple[NDArray, NDArray]:
    """Probability per square degree and credible level at positions; zero and one outside every tile."""
    tile = sky.find(hpx(ra, dec))
    known = tile >= 0
    density = np.where(known, sky.density[tile], 0.0) / DEG2
    return density, np.where(known, levels(sky)[tile], 1.0)
