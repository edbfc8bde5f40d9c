"""Two maps of what may be one thing: their product, and how much they agree."""

from __future__ import annotations

import numpy as np

from .coarsening import coarsened
from .tiles import CELL, Distance, NotASkyMap, SkyMap


def product(a: SkyMap, b: SkyMap) -> tuple[SkyMap, float]:
    """The normalised product of two maps, and their overlap statistic I = 4π ∫ p q dΩ.

    I is one for a map that says nothing, large where both point to the same place, zero where they exclude each other
    (Ashton et al. 2018, ApJ 860, 6). The distance is that of whichever map has one, of ``a`` where both have.

    Raises
    ------
    NotASkyMap
        where they have no place in common.
    """
    lo, hi, in_a, in_b = _common(a, b)
    if not len(lo):
        raise NotASkyMap("The two maps have no place in common.")
    density = a.density[in_a] * b.density[in_b]
    statistic = float(4 * np.pi * ((hi - lo) * CELL * density).sum())
    if statistic <= 0:
        raise NotASkyMap("The two maps have no place in common.")
    distance: Distance | None = None
    if a.distance is not None:
        distance = a.distance[in_a]
    elif b.distance is not None:
        distance = b.distance[in_b]
    return coarsened(SkyMap.of(lo, hi, density, distance)), statistic


def _common(a: SkyMap, b: SkyMap) -> tuple[np.ndarray, ...]:
    """The parts that lie in a tile of each. Tiles are dyadic, so of two that meet one holds the other whole."""
    inside_a, inside_b = a.find(b.lo), b.find(a.lo)
    rows_b = np.flatnonzero((inside_a >= 0) & (b.hi <= a.hi[inside_a]))
    rows_a = np.flatnonzero((inside_b >= 0) & (a.hi <= b.hi[inside_b]))
    same = np.isin(a.lo[rows_a], b.lo[rows_b]) & (a.hi[rows_a] == b.hi[inside_b[rows_a]])
    rows_a = rows_a[~same]  # a tile that both have counts once
    lo = np.r_[b.lo[rows_b], a.lo[rows_a]]
    hi = np.r_[b.hi[rows_b], a.hi[rows_a]]
    return lo, hi, np.r_[inside_a[rows_b], rows_a], np.r_[rows_b, inside_b[rows_a]]


def joint_false_alarm_rate(far_a: float, far_b: float, window: float, statistic: float) -> float:
    """Hz: how often chance alone brings two such candidates within ``window`` seconds and so near on the sky.

    FAR = FAR_a · FAR_b · window / I (Urban 2016; Cho 2019), rates in Hz.

    Examples
    --------
    >>> joint_false_alarm_rate(1e-6, 1e-5, 6.0, 2.0)
    3e-11
    """
    return far_a * far_b * window / statistic
