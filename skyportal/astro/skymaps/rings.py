"""Rings on the sky, as the interplanetary network triangulates them: one from each pair of spacecraft.

The difference of a burst's arrival times at two spacecraft leaves a ring around the line through them; where the rings
of several pairs cross, the burst was (Hurley et al. 2013, ApJS 207, 39). Angles are degrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sky import HPX_ORDER, separation
from .coarsening import coarsened
from .shapes import CUT, MOST_CELLS, check_place
from .tiles import NotASkyMap, SkyMap

THREE_SIGMA = 0.9973002
"""What the edges of a ring hold where nobody says otherwise: IPN states its rings at three sigma."""
MOST_RINGS = 20
FIRST_ORDER = 3
FINE = 4
"""Cells across a sigma, where they are not too many."""
_CELL_DEG = 58.63
_REACH = 0.85
"""A cell lies within this part of `_CELL_DEG` / nside around its centre, near the poles too."""


@dataclass(frozen=True)
class Ring:
    """Around (ra, dec) at ``radius``, Gaussian across: within ``error`` to either side is ``level`` of it."""

    ra: float
    dec: float
    radius: float
    error: float
    level: float = THREE_SIGMA

    @property
    def sigma(self) -> float:
        from scipy.special import ndtri

        return self.error / float(ndtri((1 + self.level) / 2))

    def off(self, lon: NDArray, lat: NDArray) -> NDArray:
        """How far from the middle line, degrees; negative inside."""
        return separation(self.ra, self.dec, lon, lat) / 3600 - self.radius


def crossing(rings: Sequence[Ring]) -> SkyMap:
    """Where all of these rings cross; one alone is the whole ring.

    The sky is refined only where every ring may be, until cells are a quarter of the narrowest ring's sigma or as many
    as can be kept. A cell wider than a ring gets the ring's mean across it, so that none slips through.

    Raises
    ------
    NotASkyMap
        where a ring makes no sense, or they have no place in common
    """
    if not 1 <= len(rings) <= MOST_RINGS:
        raise NotASkyMap(f"A triangulation needs one annulus or more, {MOST_RINGS} at most.")
    for ring in rings:
        check_place(ring.ra, ring.dec, ring.error)
        if not 0 <= ring.radius <= 180 or not 0 < ring.level < 1:
            raise NotASkyMap("An annulus needs a radius from 0 to 180 degrees, and a level between 0 and 1.")
    pixel, order = _refined(rings)
    lon, lat = _centres(pixel, order)
    density = np.ones(len(pixel))
    for ring in rings:
        density *= _across(ring.off(lon, lat), ring.sigma, _CELL_DEG / 2**order)
    if not density.any():
        raise NotASkyMap("The annuli have no place in common.")
    shift = 2 * (HPX_ORDER - order)
    return coarsened(SkyMap.of(pixel << shift, (pixel + 1) << shift, density))


def _refined(rings: Sequence[Ring]) -> tuple[NDArray, int]:
    """Cells that every ring may touch, and their order."""
    order = FIRST_ORDER
    cells = _touched(np.arange(12 * 4**order), order, rings)
    finest = min(ring.sigma for ring in rings) / FINE
    while len(cells) and _CELL_DEG / 2**order > finest and order < HPX_ORDER - 3:
        finer = _touched((4 * cells[:, None] + np.arange(4)).ravel(), order + 1, rings)
        if len(finer) > MOST_CELLS:
            break
        cells, order = finer, order + 1
    if not len(cells):
        raise NotASkyMap("The annuli have no place in common.")
    return cells, order


def _touched(pixel: NDArray, order: int, rings: Sequence[Ring]) -> NDArray:
    lon, lat = _centres(pixel, order)
    reach = _REACH * _CELL_DEG / 2**order
    kept = np.ones(len(pixel), bool)
    for ring in rings:
        kept &= np.abs(ring.off(lon, lat)) <= CUT * ring.sigma + reach
    return pixel[kept]


def _centres(pixel: NDArray, order: int) -> tuple[NDArray, NDArray]:
    import healpy

    return healpy.pix2ang(2**order, pixel, nest=True, lonlat=True)


def _across(off: NDArray, sigma: float, cell: float) -> NDArray:
    """The mean of the Gaussian over a cell's width; nothing beyond four sigma."""
    from scipy.special import ndtr

    mean = (ndtr((off + cell / 2) / sigma) - ndtr((off - cell / 2) / sigma)) / (cell / sigma)
    return np.where(np.abs(off) <= CUT * sigma + cell / 2, mean, 0.0)
