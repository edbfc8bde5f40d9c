"""What every search works on and gives: light curves by band, peaks of a power spectrum, the candidates they become."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .aliases import Relation, relation

FEWEST = 6
"""Points that a band needs to have a say."""
MISFIT = 0.1
"""No series fits a real star better than to this part of its scatter: added to the errors, in quadrature."""


@dataclass(frozen=True)
class Curve:
    """One band: times in days, values in magnitudes or any other unit, errors in the same."""

    band: str
    times: NDArray
    values: NDArray
    errors: NDArray

    @property
    def spread(self) -> NDArray:
        """Errors, with what no model will fit."""
        scatter = 1.4826 * np.median(abs(self.values - np.median(self.values)))
        return np.hypot(self.errors, MISFIT * scatter)


@dataclass(frozen=True)
class Peak:
    """A candidate: ``frequency`` in 1/day, ``power`` the share of the variance a sinusoid takes, ``gain`` how much
    better than none its full series is (larger is better), ``relation`` what it is to the first."""

    frequency: float
    power: float
    gain: float
    relation: Relation | None

    @property
    def period(self) -> float:
        """Days."""
        return 1 / self.frequency


@dataclass(frozen=True)
class Found:
    """``power`` at ``frequencies`` (1/day), the candidates from best to worst, and what noise alone would reach."""

    frequencies: NDArray
    power: NDArray
    peaks: list[Peak]
    levels: dict[float, float]
    """Chance of a false alarm: the power at which it stands."""
    chance: float
    """Chance that noise made the first peak."""


def bands_of(times: NDArray, values: NDArray, errors: NDArray, bands: NDArray) -> list[Curve]:
    """Light curves by band; points without a finite error, and bands with fewer than six, have no say."""
    good = np.isfinite(times) & np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    curves = []
    for band in np.unique(bands[good]):
        of = good & (bands == band)
        if of.sum() >= FEWEST and np.ptp(values[of]) > 0:
            curves.append(Curve(str(band), times[of], values[of], errors[of]))
    return curves


def span_of(curves: list[Curve]) -> float:
    """Days from the first point to the last; ValueError where there is nothing to search."""
    span = float(np.ptp(np.concatenate([curve.times for curve in curves]))) if curves else 0.0
    if span <= 0:
        raise ValueError(f"No band has {FEWEST} detections at different times.")
    return span


def tops_of(power: NDArray, most: int) -> NDArray:
    """Indices of the highest local maxima, or of the highest value where there is no other."""
    inner = power[1:-1]
    tops = np.flatnonzero((inner > power[:-2]) & (inner >= power[2:])) + 1
    tops = tops[np.argsort(power[tops])[::-1][:most]]
    return tops if len(tops) else np.array([int(power.argmax())])


def apart(frequencies: NDArray, order: Iterable[int], least: float, most: int) -> list[int]:
    """Indices in this order, without those that lie within ``least`` of one before."""
    kept: list[int] = []
    for k in order:
        if len(kept) < most and all(abs(frequencies[k] - frequencies[other]) > least for other in kept):
            kept.append(int(k))
    return kept


def described(
    order: Iterable[int], best: NDArray, gains: NDArray, spectrum: tuple[NDArray, NDArray], span: float
) -> list[Peak]:
    """Candidates from best to worst; ``spectrum`` holds frequencies and power, of which each gets what its peak has."""
    frequencies, power = spectrum

    def top(frequency: float) -> float:
        near = slice(*np.searchsorted(frequencies, [frequency - 0.5 / span, frequency + 0.5 / span]))
        return max(float(np.interp(frequency, *spectrum)), *power[near], 0.0)

    first, *others = (Peak(float(best[k]), float(top(best[k])), float(gains[k]), None) for k in order)
    related = (
        Peak(peak.frequency, peak.power, peak.gain, relation(peak.frequency, first.frequency, 1 / span))
        for peak in others
    )
    return [first, *related]
