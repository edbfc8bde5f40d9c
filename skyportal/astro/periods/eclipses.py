"""Periods of stars that are mostly constant and dip: a box at every frequency, then the dispersion in phase.

The box is that of Kovács, Zucker & Mazeh 2002 (A&A 391, 369) as astropy has it; a box sees two equal eclipses a cycle
as one at half the period, so that the best boxes and their doubles are compared by how little points of like phase
differ (Stellingwerf 1978, ApJ 224, 953).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import sampling
from .peaks import Curve, Found, apart, described, span_of, tops_of
from .search import FINALISTS

DURATIONS = (0.03, 0.06, 0.12)
"""Lengths of an eclipse, in parts of the shortest period of an octave; those of the longest are half of that."""
FASTEST = 10.0
"""1/day: shorter orbits are asked for by name."""
MORE_BINS = 0.02
"""What doubling the period brings a point merely by having other bins."""
UNLIKE = 0.12
"""What telling every other eclipse from the rest must bring a point, in bins of the same length: of stars with one
eclipse a cycle, 95 of 100 stay below."""


def by_eclipses(
    curves: list[Curve], lowest: float | None = None, highest: float | None = None, most: int = 10
) -> Found:
    """The likeliest orbital periods of an eclipsing star; ``values`` of the curves are magnitudes.

    `Found.power` is the signal-to-noise ratio of the depth of the best box, as part of the highest; there is no
    formula for what noise makes of it, so that ``levels`` is empty and ``chance`` is not a number.

    Raises
    ------
    ValueError
        No band has enough points, or they span no time.
    """
    span = span_of(curves)
    times, dips, errors = _together(curves)
    usual = sampling.frequency_range([curve.times for curve in curves])
    frequencies = sampling.grid(span, lowest or usual[0], highest or min(usual[1], max(FASTEST, 2 * usual[0])))
    power = _boxes(times, dips, errors, frequencies)
    power = power / max(power.max(), 1e-300)
    tops = tops_of(power, 2 * FINALISTS)
    tried = np.unique(np.concatenate([frequencies[tops], frequencies[tops[:FINALISTS]] / 2]))
    tried = tried[tried >= frequencies[0]]
    around = tried[:, None] + np.arange(-4, 5) / (24 * span)
    scatter = np.array([[dispersion(times, dips, f) for f in row] for row in around])
    best, theta = around[np.arange(len(tried)), scatter.argmin(1)], scatter.min(1)
    gains = -len(times) * np.log(np.maximum(theta, 1e-12))
    worth = gains - MORE_BINS * len(times) * np.log2(best.max() / best)
    order = apart(best, np.argsort(worth)[::-1], 0.5 / span, most)
    best[order] = [_sharpened(times, dips, f, span)[0] for f in best[order]]
    best, order = _orbit_first(times, dips, best, order, span)
    peaks = described(order, best, gains, (frequencies, power), span)
    return Found(frequencies, power, peaks, {}, float("nan"))


def _together(curves: list[Curve]) -> tuple[NDArray, NDArray, NDArray]:
    """All bands as one curve of depths: each about its own median, in units of its own scatter, fainter is lower."""
    scale = [max(float(np.std(curve.values)), 1e-12) for curve in curves]
    return (
        np.concatenate([curve.times for curve in curves]),
        np.concatenate([(np.median(c.values) - c.values) / s for c, s in zip(curves, scale, strict=True)]),
        np.concatenate([c.spread / s for c, s in zip(curves, scale, strict=True)]),
    )


def _boxes(times: NDArray, dips: NDArray, errors: NDArray, frequencies: NDArray) -> NDArray:
    from astropy.timeseries import BoxLeastSquares

    model = BoxLeastSquares(times, dips, errors)
    power = np.zeros(len(frequencies))
    octave = np.floor(np.log2(frequencies))
    for which in np.unique(octave):
        of = octave == which
        periods = 1 / frequencies[of]
        found = model.power(periods, np.array(DURATIONS) * periods.min(), objective="snr", oversample=3)
        power[of] = np.where(np.isfinite(found.power), found.power, 0)
    return np.maximum(power, 0)


def _orbit_first(
    times: NDArray, dips: NDArray, best: NDArray, order: list[int], span: float
) -> tuple[NDArray, list[int]]:
    """Two eclipses of unlike depth are one cycle: the double of the first period goes first where they are."""
    near = np.flatnonzero(abs(best - best[order[0]] / 2) < 0.5 / span)
    if not len(near):
        return best, order
    half = _bins(times) // 2
    _, alike = _sharpened(times, dips, best[order[0]], span, half)
    double, unlike = _sharpened(times, dips, best[order[0]] / 2, span, 2 * half)
    if np.log(max(alike, 1e-12) / max(unlike, 1e-12)) < UNLIKE:
        return best, order
    best = best.copy()
    best[near[0]] = double
    return best, [int(near[0]), *(k for k in order if abs(best[k] - double) > 0.5 / span)][: len(order)]


def _sharpened(
    times: NDArray, dips: NDArray, frequency: float, span: float, bins: int | None = None
) -> tuple[float, float]:
    """Between the steps of the search, so that the first eclipse falls on the last; with its dispersion."""
    around = frequency + np.arange(-12, 13) / (240 * span)
    scatter = [dispersion(times, dips, f, bins) for f in around]
    return float(around[np.argmin(scatter)]), min(scatter)


def _bins(times: NDArray) -> int:
    return int(np.clip(len(times) // 8, 5, 40))


def dispersion(times: NDArray, values: NDArray, frequency: float, bins: int | None = None) -> float:
    """Variance within bins of phase over the variance of all; near 1 where the period means nothing."""
    bins = bins or _bins(times)
    place = (times * frequency % 1 * bins).astype(int)
    count = np.bincount(place, minlength=bins)
    total, squares = np.bincount(place, values, bins), np.bincount(place, values**2, bins)
    several = count > 1
    within = np.sum(squares[several] - total[several] ** 2 / count[several])
    free = int(np.sum(count[several] - 1))
    return float(within / free / np.var(values)) if free else 1.0
