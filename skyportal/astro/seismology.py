"""When the waves of an earthquake reach a place.

P and S waves are followed as rays through the Preliminary Reference Earth Model of Dziewonski and Anderson (1981,
doi:10.1016/0031-9201(81)90046-7): isotropic, its mantle and crust, with rock where it has an ocean. Where the core
casts its shadow, waves creep along it. Surface waves run along the great circle at a stated speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RADIUS = 6371.0
"""km"""
CORE = 3480.0
"""km: where S waves end and the shadow begins."""
DEEPEST = 800.0
"""km: no earthquake was ever deeper."""
SURFACE_SPEEDS = {"r5p0": 5.0, "r3p5": 3.5, "r2p0": 2.0}
"""km/s: the fastest Rayleigh waves, the bulk, and the last of them."""
# upper radius in km; coefficients of the speeds of P and S in powers of radius / 6371 km, km/s
_LAYERS: tuple[tuple[float, tuple[float, ...], tuple[float, ...]], ...] = (
    (3630.0, (15.3891, -5.3181, 5.5242, -2.5514), (6.9254, 1.4672, -2.0834, 0.9783)),
    (5600.0, (24.9520, -40.4673, 51.4832, -26.6419), (11.1671, -13.7818, 17.4575, -9.2777)),
    (5701.0, (29.2766, -23.6027, 5.5242, -2.5514), (22.3459, -17.2473, -2.0834, 0.9783)),
    (5771.0, (19.0957, -9.8672), (9.9839, -4.9324)),
    (5971.0, (39.7027, -32.6166), (22.3512, -18.5856)),
    (6151.0, (20.3926, -12.2569), (8.9496, -4.4597)),
    (6346.6, (4.1875, 3.9382), (2.1519, 2.3481)),
    (6356.0, (6.8,), (3.9,)),
    (RADIUS, (5.8,), (3.2,)),
)
_STEP = 15.0  # km
_RAYS = 1500


class Shells(NamedTuple):
    """Thin shells from the core up; within each the speed is a power of the radius. ``eta`` is radius / speed, s."""

    radius: NDArray
    low: NDArray
    high: NDArray


@lru_cache(maxsize=64)
def _shells(wave: str, depth: float) -> Shells:
    """Borders of the shells, one of them at the earthquake's depth, and eta at the lower and upper side of each."""
    borders, low, high, bottom = [CORE], [], [], CORE
    for top, *speeds in _LAYERS:
        cuts = {bottom, top, *np.arange(bottom + _STEP, top - _STEP / 2, _STEP)}
        cuts |= {RADIUS - depth} if bottom < RADIUS - depth < top else set()
        radii = np.array(sorted(cuts))
        eta = radii / np.polynomial.Polynomial(speeds["PS".index(wave)])(radii / RADIUS)
        borders += list(radii[1:])
        low += list(eta[:-1])
        high += list(eta[1:])
        bottom = top
    return Shells(np.array(borders), np.array(low), np.array(high))


def _legs(shells: Shells, p: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """(rays, shells): angle in radians and seconds that each ray spends in each shell on its way down, and whether it
    gets there at all."""
    low, high, radius = shells.low, shells.high, shells.radius
    power = np.log(high / low) / np.log(radius[1:] / radius[:-1])
    reached = np.logical_and.accumulate((np.minimum(low, high) > p[:, None])[:, ::-1], axis=1)[:, ::-1]
    # a ray comes into a shell when it went through all above; it turns there when the lower side stops it
    enters = np.concatenate([reached[:, 1:], np.ones((len(p), 1), bool)], axis=1) & (high > p[:, None])
    up, down = (np.maximum(side, p[:, None]) for side in (high, low))
    angle = (np.arccos(p[:, None] / up) - np.arccos(p[:, None] / down)) / power
    seconds = (np.sqrt(up**2 - p[:, None] ** 2) - np.sqrt(down**2 - p[:, None] ** 2)) / power
    return np.where(enters, angle, 0.0), np.where(enters, seconds, 0.0), reached


def travel_time(wave: str, distance: float, depth: float) -> float:
    """Time until the first P or S wave arrives.

    Parameters
    ----------
    wave : P or S
    distance : from the epicentre along the surface, degrees
    depth : of the earthquake, km

    Returns
    -------
    float, s. Beyond the core's shadow (98°) waves that creep along the core count, not those through it.

    Examples
    --------
    >>> round(travel_time("P", 30.0, 0.0)), round(travel_time("S", 30.0, 0.0))
    (370, 671)
    """
    depth = min(max(depth, 0.0), DEEPEST)
    shells = _shells(wave, depth)
    source = int(np.searchsorted(shells.radius, RADIUS - depth - 1e-9))
    above = slice(source, None)
    top = shells.high[-1] if depth == 0 else min(shells.low[source], shells.high[source - 1])
    p = np.linspace(shells.low[0] * 1.000001, top * 0.999999, _RAYS)
    angle, seconds, _ = _legs(shells, p)
    down = 2 * angle.sum(1) - angle[:, above].sum(1), 2 * seconds.sum(1) - seconds[:, above].sum(1)
    straight = np.linspace(0.0, min(np.minimum(shells.low, shells.high)[above]), _RAYS) if depth else p[:0]
    angle, seconds, _ = _legs(shells, straight)
    up = angle[:, above].sum(1), seconds[:, above].sum(1)
    wanted = np.radians(distance)
    found = [*_crossings(*down, wanted), *_crossings(*up, wanted), *_crept(down, p[0], wanted)]
    return float(min(found)) if found else float(wanted * shells.high[-1])


def _crossings(angle: NDArray, seconds: NDArray, wanted: float) -> list[float]:
    """Times of all branches at this distance."""
    if len(angle) < 2:
        return []
    a, b = angle[:-1], angle[1:]
    hit = np.flatnonzero((np.minimum(a, b) <= wanted) & (wanted <= np.maximum(a, b)) & (a != b))
    part = (wanted - a[hit]) / (b[hit] - a[hit])
    return list(seconds[:-1][hit] + part * (seconds[1:][hit] - seconds[:-1][hit]))


def _crept(down: tuple[NDArray, NDArray], p: float, wanted: float) -> list[float]:
    grazing = down[0][0], down[1][0]
    return [float(grazing[1] + p * (wanted - grazing[0]))] if wanted >= grazing[0] else []


def angular_distance(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Along the great circle of a sphere, degrees.

    Examples
    --------
    >>> angular_distance(0, 0, 0, 90)
    90.0
    """
    a, b = (
        np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        for lat, lon in np.radians([(lat1, lon1), (lat2, lon2)])
    )
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), np.dot(a, b))))


def arrivals(lat: float, lon: float, depth: float, places: Sequence[tuple[float, float]]) -> list[dict[str, float]]:
    """Seconds from an earthquake until each of its waves comes to these places (latitude, longitude, degrees).

    Parameters
    ----------
    depth : km

    Returns
    -------
    for each place ``distance`` (km), ``p``, ``s``, ``r5p0``, ``r3p5`` and ``r2p0`` (s)
    """
    found = []
    for place in places:
        degrees = angular_distance(lat, lon, *place)
        km = float(np.radians(degrees)) * RADIUS
        waves: dict[str, float] = {"p": travel_time("P", degrees, depth), "s": travel_time("S", degrees, depth)}
        found.append({"distance": km, **waves, **{name: km / speed for name, speed in SURFACE_SPEEDS.items()}})
    return found
