"""Measurements that are probably wrong: far from their neighbours, or in another magnitude system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .zeropoints import NoZeropoint, ab_offset

NEIGHBOURHOOD = 3.0
"""Days within which points are neighbours."""

SMALLEST_JUMP = 1.5
"""Magnitudes; supernovae, novae and flares change by less between neighbours, mostly."""


def jumps(given: NDArray, known: NDArray) -> NDArray:
    """By how much each given point is off its neighbours, NaN where it is not, or has fewer than two.

    A jump is more than 1.5 mag, five times the scatter of the neighbours and five errors away from the median of the
    up to six nearest within three days; points at the same time are neighbours too.

    Parameters
    ----------
    given, known : ndarray, shape (n, 3) and (m, 3): MJD, magnitude and its error, of one source in one band

    Examples
    --------
    >>> given = np.array([[1.0, 18.0, 0.1], [1.5, 22.0, 0.1], [2.0, 18.1, 0.1], [2.5, 18.1, 0.1]])
    >>> jumps(given, np.empty((0, 3))).round(1)
    array([nan, 3.9, nan, nan])
    """
    everything = np.vstack([given, known])
    order = np.argsort(everything[:, 0], kind="stable")
    sorted_, where = everything[order], np.argsort(order)
    found = np.full(len(given), np.nan)
    for n, at in enumerate(where[: len(given)]):
        near = np.r_[sorted_[max(at - 4, 0) : at], sorted_[at + 1 : at + 5]]
        distance = np.abs(near[:, 0] - given[n, 0])
        near = near[np.argsort(distance, kind="stable")[:6]]
        near = near[np.abs(near[:, 0] - given[n, 0]) <= NEIGHBOURHOOD]
        if len(near) < 2:
            continue
        middle = np.median(near[:, 1])
        scatter = 1.4826 * np.median(np.abs(near[:, 1] - middle))
        off = given[n, 1] - middle
        if abs(off) > max(SMALLEST_JUMP, 5 * scatter, 5 * given[n, 2]):
            found[n] = off
    return found


@dataclass(frozen=True)
class Suspected:
    """A magnitude system, and by how much its magnitudes would stand off AB's."""

    name: str
    offset: float


def systems_suspected(given: NDArray, known: NDArray, bandpass: str) -> Suspected | None:
    """The system whose zero-point explains by how much given points are off known ones; None where nothing does.

    Asked only where three or more given points have a known one within half a day, and Vega and AB differ by more
    than 0.3 mag in the band: less cannot be told from calibration. A file in Vega magnitudes read as AB comes out too
    bright by that difference.

    Parameters
    ----------
    given, known : ndarray, shape (n, 3) and (m, 3): MJD, AB magnitude and its error

    Examples
    --------
    >>> known = np.array([[t, 16.0, 0.02] for t in range(5)], float)
    >>> systems_suspected(known - [0, 1.85, 0], known, "2massks")
    Suspected(name='vega', offset=-1.85)
    """
    try:
        offset = ab_offset(bandpass, "vega")
    except NoZeropoint:
        return None
    if abs(offset) < 0.3 or not len(given) or not len(known):
        return None
    known = known[np.argsort(known[:, 0])]
    nearest = np.clip(np.searchsorted(known[:, 0], given[:, 0]), 1, max(len(known) - 1, 1))
    left = np.abs(known[nearest - 1, 0] - given[:, 0]) <= np.abs(known[nearest % len(known), 0] - given[:, 0])
    pairs = known[np.where(left, nearest - 1, nearest % len(known))]
    close = np.abs(pairs[:, 0] - given[:, 0]) < 0.5
    if close.sum() < 3:
        return None
    off = (given - pairs)[close, 1]
    middle = float(np.median(off))
    if np.median(np.abs(off - middle)) > 0.15:
        return None
    for sign in (-1, 1):
        if abs(middle - sign * offset) < 0.12:
            return Suspected("vega", round(middle, 2))
    return None
