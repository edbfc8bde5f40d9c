"""The third dimension: distances along lines of sight, and volumes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .tiles import Distance, SkyMap


def normalisation(mu: ArrayLike, sigma: ArrayLike) -> NDArray:
    """Mpc⁻², such that p(r) = norm · N(r; mu, sigma) · r² integrates to one over r > 0.

    Singer et al. 2016, ApJL 829, L15, eq. 3.

    Examples
    --------
    >>> float(normalisation(100.0, 1e-3).round(8))
    0.0001
    """
    from scipy.special import ndtr  # scipy.stats would take seconds to come

    mu, sigma = np.asarray(mu, float), np.asarray(sigma, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = mu / sigma
        found = 1 / ((mu**2 + sigma**2) * ndtr(z) + mu * sigma * _gauss(z))
    return np.where(np.isfinite(mu) & (sigma > 0), found, np.nan)


def _gauss(z: NDArray) -> NDArray:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def per_volume(distance: Distance, density: NDArray, r: ArrayLike) -> NDArray:
    """Probability per Mpc³ at distance ``r`` (Mpc) along the line of sight of each tile; zero without a distance."""
    r = np.asarray(r, float)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        z = (r - distance.mu) / distance.sigma
        found = density * distance.norm * np.exp(-(z**2) / 2) / (np.sqrt(2 * np.pi) * distance.sigma)
    return np.where(np.isfinite(found), found, 0.0)


def moments(sky: SkyMap) -> tuple[float, float] | None:
    """Mean and standard deviation of the distance over the whole map, Mpc; None for a map in two dimensions."""
    if sky.distance is None:
        return None
    mu, sigma, norm = sky.distance.mu, sky.distance.sigma, sky.distance.norm
    known = np.isfinite(mu) & np.isfinite(sigma) & np.isfinite(norm) & (sigma > 0) & (mu < 1e6)
    if not known.any():
        return None
    mean, square = _of_lines(mu[known], sigma[known], norm[known])
    weight = sky.probability[known]
    first, second = float(np.average(mean, weights=weight)), float(np.average(square, weights=weight))
    return first, float(np.sqrt(max(second - first**2, 0)))


def _of_lines(mu: NDArray, sigma: NDArray, norm: NDArray) -> tuple[NDArray, NDArray]:
    """<r> and <r²> of each line of sight: third and fourth moments of a normal distribution cut at zero."""
    from scipy.special import ndtr

    z = mu / sigma
    above, edge = ndtr(z), _gauss(z)
    third = (mu**3 + 3 * mu * sigma**2) * above + (mu**2 + 2 * sigma**2) * sigma * edge
    fourth = (mu**4 + 6 * mu**2 * sigma**2 + 3 * sigma**4) * above + (mu**3 + 5 * mu * sigma**2) * sigma * edge
    return norm * third, norm * fourth


def volume_levels(sky: SkyMap, r: NDArray, tile: NDArray, *, shells: int = 64) -> NDArray:
    """Of points (tile index, distance in Mpc), the probability of the smallest volume that holds them.

    Space is cut into the map's tiles times shells of equal probability-bearing range; tile -1 is outside.
    """
    distance = sky.distance
    if distance is None:
        return np.ones(len(r))
    far = _reach(sky)
    edges = np.linspace(0, far, shells + 1)
    middle, width = (edges[1:] + edges[:-1]) / 2, far / shells
    voxel = per_volume(
        Distance(*(x[:, None] for x in (distance.mu, distance.sigma, distance.norm))), sky.density[:, None], middle
    )
    held = voxel * (middle**2 * width) * sky.area[:, None]
    order = np.argsort(-voxel, axis=None)
    reached = np.cumsum(held.ravel()[order])
    reached /= reached[-1]
    descending = -voxel.ravel()[order]
    here = np.where(tile >= 0, per_volume(distance[tile], sky.density[tile], r), 0.0)
    place = np.searchsorted(descending, -here, side="right") - 1
    return np.where(here > 0, np.where(place < 0, 0.0, reached[np.maximum(place, 0)]), 1.0)


def _reach(sky: SkyMap) -> float:
    """Mpc, beyond which next to no probability lies."""
    mean, spread = moments(sky) or (1.0, 1.0)
    return mean + 5 * spread
