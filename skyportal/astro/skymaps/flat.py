"""A map as pixels of one size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..sky import HPX_ORDER
from .tiles import CELL, SkyMap


def flattened(sky: SkyMap, nside: int) -> NDArray:
    """Probability in each pixel of the nested map of this nside; (12 nside²,), sums to one.

    Tiles smaller than a pixel are added up, larger ones shared out.
    """
    order = nside.bit_length() - 1
    shift = 2 * (HPX_ORDER - order)
    cell = CELL * 4.0 ** (HPX_ORDER - order)
    first, last = sky.lo >> shift, (sky.hi - 1) >> shift
    flat = np.zeros(12 * nside**2)
    small = first == last
    np.add.at(flat, first[small], sky.probability[small])
    count = (last - first + 1)[~small]
    start = np.repeat(first[~small], count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    flat[start + within] = np.repeat(sky.density[~small] * cell, count)
    return flat
