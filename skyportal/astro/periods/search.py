"""The period of a light curve in several bands: a quick look at every frequency, a careful one at the promising.

Every frequency is tried with a sinusoid of its own in each band (the multiband periodogram of VanderPlas & Ivezić
2015, ApJ 812, 18, with one term a band), whose power sums the bands'. Real stars are no sinusoids, and nights make
aliases as high as the truth; so the highest peaks, and whatever they could be aliases of, are fitted once more with
four and five harmonics in each band, once by least squares and once by a measure that outliers and Blazhko stars do
not upset. The sum of both decides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from . import fourier, sampling
from .aliases import relatives
from .peaks import Curve, Found, apart, described, span_of, tops_of

HIGHEST, WITH_RELATIVES, FINALISTS = 80, 12, 25
DOUBTED = 0.5
"""A multiple of a period is preferred only if it brings this much more, a point, than the period itself."""


def by_fourier(curves: list[Curve], lowest: float | None = None, highest: float | None = None, most: int = 10) -> Found:
    """The likeliest periods of a star that varies smoothly.

    Parameters
    ----------
    curves : one `Curve` a band, from `bands_of`
    lowest, highest : float, 1/day; as the sampling allows where not given
    most : int, candidates at most

    Raises
    ------
    ValueError
        No band has enough points, or they span no time.
    """
    span = span_of(curves)
    times = [curve.times for curve in curves]
    usual = sampling.frequency_range(times)
    frequencies = sampling.grid(span, lowest or usual[0], highest or usual[1])
    power, variance = _sinusoids(curves, frequencies)
    best, gains = _finalists(curves, frequencies, power, span, variance)
    order = _ranked(best, gains, span, sum(map(len, times)))[:most]
    peaks = described(order, best, gains, (frequencies, power), span)
    points, trials = sum(map(len, times)), sampling.independent(times, frequencies[-1])
    levels = {chance: sampling.false_alarm_level(chance, points, len(curves), trials) for chance in (0.1, 0.01, 0.001)}
    chance = sampling.false_alarm_chance(float(power.max()), points, len(curves), trials)
    return Found(frequencies, power, peaks, levels, chance)


def _sinusoids(curves: list[Curve], frequencies: NDArray) -> tuple[NDArray, float]:
    """Share of the variance of all bands that a sinusoid in each takes away, and that variance (as χ²)."""
    import nifty_ls  # noqa: F401 - it makes itself known to astropy as "fastnifty"
    from astropy.timeseries import LombScargle

    taken, variance = np.zeros(len(frequencies)), 0.0
    for curve in curves:
        errors = curve.spread
        weights = 1 / errors**2
        variance += float(np.sum(weights * (curve.values - np.average(curve.values, weights=weights)) ** 2))
        model = LombScargle(curve.times, curve.values, errors)
        # "psd" is half of what χ² loses
        taken += 2 * model.power(frequencies, method="fastnifty", assume_regular_frequency=True, normalization="psd")
    return taken / variance, variance


def _finalists(
    curves: list[Curve], frequencies: NDArray, power: NDArray, span: float, variance: float
) -> tuple[NDArray, NDArray]:
    """Frequencies worth a careful look, each at its own optimum and none twice, and how well they do."""
    lowest, highest = frequencies[0], frequencies[-1]
    tops = tops_of(power, HIGHEST)
    wider = [*frequencies[tops], *(f for k in tops[:WITH_RELATIVES] for f in relatives(frequencies[k]))]
    tried = np.array([f for f in wider if lowest <= f <= highest])
    around = tried[:, None] + np.arange(-9, 10) / (16 * span)
    fits = _chi_squared(curves, around.ravel(), 3).reshape(around.shape)
    best, score = around[np.arange(len(tried)), fits.argmin(1)], fits.min(1)
    kept = apart(best, np.argsort(score), 0.5 / span, FINALISTS)
    chosen = best[kept]
    points = sum(len(curve.times) for curve in curves)
    smooth = -points * np.log(np.maximum(_chi_squared(curves, chosen, 4), 1e-300) / variance)
    sober = -sum(fourier.surprise(c.times, c.values, c.spread, chosen, _harmonics(c, 5)) for c in curves)
    return chosen, smooth + sober


def _harmonics(curve: Curve, wanted: int) -> int:
    """As many as a band's points bear: five for each harmonic."""
    return min(wanted, max(1, (len(curve.times) - 1) // 5))


def _chi_squared(curves: list[Curve], frequencies: NDArray, harmonics: int) -> NDArray:
    each = (fourier.chi_squared(c.times, c.values, c.spread, frequencies, _harmonics(c, harmonics)) for c in curves)
    return np.sum(list(each), axis=0)


def _ranked(frequencies: NDArray, gains: NDArray, span: float, points: int) -> NDArray:
    """Indices from best to worst. A series fits at twice the period too, so that one has to earn its place."""
    worth = gains.copy()
    for k, frequency in enumerate(frequencies):
        for other, faster in enumerate(frequencies):
            multiple = any(abs(frequency * times - faster) < 1 / span for times in (2, 3))
            if multiple and gains[k] < gains[other] + DOUBTED * points:
                worth[k] = min(worth[k], gains.min() - 1 + 1e-6 * gains[k])
    return np.argsort(worth)[::-1]
