"""How much of a sky map's probability lies in each field of an instrument."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..footprints import Footprint, vectors
from ..sky import HPX_ORDER
from .credible import levels
from .tiles import SkyMap

ACROSS = 16
"""Pieces across a field into which larger tiles are cut."""
MOST_PIECES = 2_000_000
_CELL_DEG = 58.63


def in_fields(sky: SkyMap, footprint: Footprint, ra: NDArray, dec: NDArray, level: float = 1.0) -> NDArray:
    """Of each field the probability inside the credible region of this level; (n,).

    Tiles are cut until they are a sixteenth of a field, and count where their middle lies.
    """
    from scipy.spatial import cKDTree

    inside = levels(sky) <= level
    lo, hi, density = sky.lo[inside], sky.hi[inside], sky.density[inside]
    found = np.zeros(len(ra))
    if not len(lo) or not len(ra):
        return found
    places, probability = _pieces(lo, hi, density, 2 * footprint.reach / ACROSS)
    tree = cKDTree(places)
    centres = vectors(ra, dec)
    chord = 2 * np.sin(np.radians(min(footprint.reach * 1.01, 90)) / 2)
    for n, near in enumerate(tree.query_ball_point(centres, chord)):
        if near:
            rows = np.array(near)
            found[n] = probability[rows[footprint.holds(float(ra[n]), float(dec[n]), places[rows])]].sum()
    return found


def _pieces(lo: NDArray, hi: NDArray, density: NDArray, size: float) -> tuple[NDArray, NDArray]:
    """Middles of tiles no larger than this (degrees) as unit vectors, and the probability of each."""
    import healpy

    wanted = int(np.clip(np.ceil(np.log2(_CELL_DEG / size)), 0, HPX_ORDER))
    orders = HPX_ORDER - (np.log2(hi - lo).round().astype(int) // 2)
    while wanted > 0 and (4.0 ** np.maximum(wanted - orders, 0)).sum() > MOST_PIECES:
        wanted -= 1
    parts, weights = [], []
    for order in np.unique(orders):
        rows = np.flatnonzero(orders == order)
        finer = max(int(order), wanted)
        cut = 4 ** (finer - int(order))
        pixel = ((lo[rows] >> 2 * (HPX_ORDER - finer))[:, None] + np.arange(cut)).ravel()
        parts.append(np.column_stack(healpy.pix2vec(2**finer, pixel, nest=True)))
        weights.append(np.repeat(density[rows] * 4 * np.pi / (12 * 4.0**finer), cut))
    return np.vstack(parts), np.concatenate(weights)
