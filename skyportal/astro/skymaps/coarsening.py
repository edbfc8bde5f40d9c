"""Maps finer than they need to be, made of fewer tiles.

An nside-2048 map has fifty million pixels, nearly all of them alike. Four sister tiles become one where that moves
little probability and none across the edge of a credible region, so that areas stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..sky import HPX_ORDER
from .credible import LEVELS
from .distances import normalisation
from .tiles import CELL, Distance, SkyMap

MOST_TILES = 100_000
EDGE = 100.0
"""How much more it counts to blur the edge of a credible region."""
ROUNDS = 40


@dataclass
class _Level:
    """All tiles of one order: pixel numbers, probability, densest and thinnest within, and what merging costs."""

    pixel: NDArray
    probability: NDArray
    most: NDArray
    least: NDArray
    cost: NDArray
    children: NDArray
    moments: NDArray | None  # (n, 3): probability that has a distance, and that times mu and times sigma


def coarsened(sky: SkyMap, most: int = MOST_TILES) -> SkyMap:
    """The same map in at most this many tiles; itself where it has no more."""
    if len(sky) <= most:
        return sky
    pyramid = _pyramid(sky, _thresholds(sky))
    allowed = _threshold_for(pyramid, most)
    return _cut(pyramid, allowed, with_distance=sky.distance is not None)


def _thresholds(sky: SkyMap) -> NDArray:
    """Densities at the edges of the credible regions, ascending."""
    density = np.sort(sky.density)[::-1]
    reached = np.cumsum(sky.probability[np.argsort(-sky.density, kind="stable")])
    return np.sort(density[np.minimum(np.searchsorted(reached, LEVELS), len(density) - 1)])


def _pyramid(sky: SkyMap, edges: NDArray) -> dict[int, _Level]:
    orders = sky.order
    weights = _weighted_distances(sky)
    levels: dict[int, _Level] = {}
    finer: _Level | None = None
    for order in range(int(orders.max()), -1, -1):
        native = _native(sky, np.flatnonzero(orders == order), order, weights)
        level = native if finer is None else _with_parents(native, finer, order, edges)
        levels[order] = level
        finer = level
    return levels


def _weighted_distances(sky: SkyMap) -> NDArray | None:
    if sky.distance is None:
        return None
    known = np.isfinite(sky.distance.mu) & np.isfinite(sky.distance.sigma) & (sky.distance.sigma > 0)
    weight = np.where(known, sky.probability, 0.0)
    mu, sigma = (np.where(known, part, 0.0) for part in (sky.distance.mu, sky.distance.sigma))
    return np.stack([weight, weight * mu, weight * sigma], axis=1)


def _native(sky: SkyMap, rows: NDArray, order: int, weights: NDArray | None) -> _Level:
    density = sky.density[rows]
    none = np.zeros(len(rows))
    return _Level(
        sky.lo[rows] >> 2 * (HPX_ORDER - order),
        sky.probability[rows],
        density,
        density,
        none,
        none.astype(int),
        None if weights is None else weights[rows],
    )


def _with_parents(native: _Level, finer: _Level, order: int, edges: NDArray) -> _Level:
    """Tiles of this order as the map has them, and those that four of the next finer order would become."""
    parent = finer.pixel >> 2
    starts = np.flatnonzero(np.r_[True, parent[1:] != parent[:-1]]) if len(parent) else np.zeros(0, int)
    if not len(starts):
        return native
    count = np.diff(np.r_[starts, len(parent)])
    most = np.maximum.reduceat(finer.most, starts)
    least = np.where(count == 4, np.minimum.reduceat(finer.least, starts), 0.0)
    size = CELL * 4.0 ** (HPX_ORDER - order)
    across = np.searchsorted(edges, most, side="right") != np.searchsorted(edges, least, side="right")
    cost = np.maximum((most - least) * size * np.where(across, EDGE, 1.0), np.maximum.reduceat(finer.cost, starts))
    parents = _Level(
        parent[starts],
        np.add.reduceat(finer.probability, starts),
        most,
        least,
        cost,
        count,
        None if finer.moments is None else np.add.reduceat(finer.moments, starts, axis=0),
    )
    return _joined(native, parents) if len(native.pixel) else parents


def _joined(a: _Level, b: _Level) -> _Level:
    order = np.argsort(np.r_[a.pixel, b.pixel], kind="stable")

    def both(x: NDArray, y: NDArray) -> NDArray:
        return np.concatenate([x, y])[order]

    moments = None if a.moments is None or b.moments is None else both(a.moments, b.moments)
    columns = ("pixel", "probability", "most", "least", "cost", "children")
    return _Level(**{name: both(getattr(a, name), getattr(b, name)) for name in columns}, moments=moments)


def _count(pyramid: dict[int, _Level], allowed: float) -> int:
    """How many tiles are left where merging may cost this much: each merged tile replaces its children."""
    merged = [level.cost <= allowed for level in pyramid.values()]
    return int(
        sum(inside.sum() - level.children[inside].sum() for inside, level in zip(merged, pyramid.values(), strict=True))
    )


def _threshold_for(pyramid: dict[int, _Level], most: int) -> float:
    """The least cost at which there are few enough tiles, by bisection of its logarithm."""
    low, high = -30.0, 3.0
    for _ in range(ROUNDS):
        middle = (low + high) / 2
        low, high = (low, middle) if _count(pyramid, 10**middle) <= most else (middle, high)
    return 10**high


def _cut(pyramid: dict[int, _Level], allowed: float, *, with_distance: bool) -> SkyMap:
    """The tiles that may stand for all within them, and are not within another that may."""
    lo, hi, density, moments = [], [], [], []
    whole = np.zeros(0, np.int64)  # pixels of the next coarser order that stand for all within them
    for order in sorted(pyramid):
        level = pyramid[order]
        covered = np.isin(level.pixel >> 2, whole)
        stands = (level.cost <= allowed) & ~covered
        shift = 2 * (HPX_ORDER - order)
        pixel = level.pixel[stands].astype(np.int64)
        lo.append(pixel << shift)
        hi.append((pixel + 1) << shift)
        density.append(level.probability[stands] / (CELL * 4.0 ** (HPX_ORDER - order)))
        if with_distance and level.moments is not None:
            moments.append(level.moments[stands])
        whole = level.pixel[stands | covered]
    distance = _distance(np.concatenate(moments)) if moments else None
    return SkyMap.of(np.concatenate(lo), np.concatenate(hi), np.concatenate(density), distance)


def _distance(moments: NDArray) -> Distance:
    with np.errstate(invalid="ignore", divide="ignore"):
        mu, sigma = moments[:, 1] / moments[:, 0], moments[:, 2] / moments[:, 0]
    return Distance(mu, sigma, normalisation(mu, sigma))
