"""Where a network of interferometers would place a merger: rings of equal delay, weighted by how well it hears.

Two detectors give a ring around the line between them, a third one crosses it. How loud the signal was gives the
distance, better known where the network hears well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.sky import HPX_ORDER
from skyportal.astro.skymaps.distances import normalisation
from skyportal.astro.skymaps.tiles import Distance, SkyMap

LIGHT = 299792458.0  # m/s
COARSE, ROUNDS = 4, 5
"""HEALPix order of the first tiles, and how often the most probable quarter of as many is split in four."""


@dataclass(frozen=True)
class Detector:
    """Vertex (m) and directions of the arms in the frame that turns with the Earth; how far it hears."""

    name: str
    vertex: tuple[float, float, float]
    x_arm: tuple[float, float, float]
    y_arm: tuple[float, float, float]
    range_mpc: float

    def response(self, direction: NDArray) -> NDArray:
        """Amplitude averaged over polarisation, from 0 to 1: sqrt(F+² + Fx²)."""
        x, y = np.array(self.x_arm), np.array(self.y_arm)
        tensor = (np.outer(x, x) - np.outer(y, y)) / 2
        east = np.cross([0.0, 0.0, 1.0], direction)
        east /= np.linalg.norm(east, axis=1, keepdims=True) + 1e-12
        north = np.cross(direction, east)
        plus = np.einsum("ni,ij,nj->n", east, tensor, east) - np.einsum("ni,ij,nj->n", north, tensor, north)
        cross = 2 * np.einsum("ni,ij,nj->n", east, tensor, north)
        return np.hypot(plus, cross)


DETECTORS = {
    "H1": Detector("H1", (-2161414.926, -3834695.179, 4600350.227), (-0.2239, 0.7998, 0.5569),
                   (-0.9140, 0.0261, -0.4049), 160.0),
    "L1": Detector("L1", (-74276.045, -5496283.720, 3224257.017), (-0.9546, -0.1416, -0.2622),
                   (0.2977, -0.4879, -0.8205), 170.0),
    "V1": Detector("V1", (4546374.099, 842989.698, 4378576.962), (-0.7005, 0.2085, 0.6826),
                   (-0.0538, -0.9691, 0.2408), 60.0),
}  # fmt: skip


@dataclass(frozen=True)
class Merger:
    """A merger as it truly was."""

    ra: float
    dec: float
    distance: float  # Mpc
    mjd: float  # UTC


def localise(merger: Merger, names: list[str], timing: float, spread: float, rng: np.random.Generator) -> SkyMap:
    """A sky map in three dimensions.

    Parameters
    ----------
    timing : seconds, how well an arrival time is known (0.3 to 1 ms for a signal near the threshold)
    spread : fraction of the distance by which it is uncertain
    """
    detectors = [DETECTORS[name] for name in names]
    turned = _sidereal(merger.mjd)
    heard = _delays(detectors, _direction(np.array([merger.ra]), np.array([merger.dec]), turned))
    heard = heard + rng.normal(0, 0.6 * timing, (len(detectors), 1))
    loud = _amplitude(detectors, _direction(np.array([merger.ra]), np.array([merger.dec]), turned))[0]

    def density(ra: NDArray, dec: NDArray) -> NDArray:
        direction = _direction(ra, dec, turned)
        off = _delays(detectors, direction) - heard
        off -= off.mean(axis=0)  # only differences of arrival times are known
        return np.exp(-(off**2).sum(axis=0) / (2 * timing**2)) * _amplitude(detectors, direction) ** 3 + 1e-12

    order, pixel = _split(density)
    ra, dec = _centres(order, pixel)
    lo, hi = pixel << 2 * (HPX_ORDER - order), (pixel + 1) << 2 * (HPX_ORDER - order)
    away = merger.distance * (1 + rng.normal(0, spread / 3))
    mu = away * _amplitude(detectors, _direction(ra, dec, turned)) / loud
    sigma = np.maximum(spread * mu, 0.02 * away)
    return SkyMap.of(lo, hi, density(ra, dec), Distance(mu, sigma, normalisation(mu, sigma)))


def _sidereal(mjd: float) -> float:
    """Greenwich mean sidereal time, degrees; to a second of time, which is plenty here."""
    return float((280.46061837 + 360.98564736629 * (mjd - 51544.5)) % 360)


def _direction(ra: NDArray, dec: NDArray, turned: float) -> NDArray:
    """Unit vectors towards the source in the frame of the Earth, (n, 3)."""
    lon, lat = np.radians(ra - turned), np.radians(dec)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def _delays(detectors: list[Detector], direction: NDArray) -> NDArray:
    """Arrival relative to the middle of the Earth, s, (detectors, n)."""
    return -np.array([one.vertex for one in detectors]) @ direction.T / LIGHT


def _amplitude(detectors: list[Detector], direction: NDArray) -> NDArray:
    """What the network hears of a merger there, (n,)."""
    heard = sum((one.range_mpc * one.response(direction)) ** 2 for one in detectors)
    return np.sqrt(np.asarray(heard)) / 100.0 + 0.02


def _split(density) -> tuple[NDArray, NDArray]:  # type: ignore[no-untyped-def]
    """Tiles, fine where the probability is: order and pixel of each."""
    pixel = np.arange(12 * 4**COARSE)
    order = np.full(len(pixel), COARSE)
    share = len(pixel) // 4
    for _ in range(ROUNDS):
        chance = density(*_centres(order, pixel)) / 4.0**order
        most = np.argsort(chance, kind="stable")[::-1]
        split, rest = most[:share], most[share:]
        children = (pixel[split, None] * 4 + np.arange(4)).ravel()
        order = np.concatenate([order[rest], np.repeat(order[split] + 1, 4)])
        pixel = np.concatenate([pixel[rest], children])
    return order, pixel


def _centres(order: NDArray, pixel: NDArray) -> tuple[NDArray, NDArray]:
    import healpy

    return healpy.pix2ang(2**order, pixel, nest=True, lonlat=True)
