"""What the times of observation allow to be asked: which frequencies, how finely, and how often noise looks real."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OVERSAMPLING = 6
"""Frequencies per 1/span: enough that the highest peak is never missed between two of them."""
FASTEST, FASTEST_OF_ALL = 24.0, 360.0
"""Highest frequency (1/day) asked of a survey that comes by every few nights, and of one that stares."""
MOST = 3_000_000
"""Frequencies at most; a longer light curve is asked up to a lower frequency."""


def frequency_range(times: Sequence[NDArray]) -> tuple[float, float]:
    """Lowest and highest frequency (1/day) that light curves with these times (days, an array a band) can tell.

    Below, two cycles fit into the span. Above, irregular sampling has no Nyquist limit that matters (VanderPlas 2018,
    ApJS 236, 16, section 4.1.2), so that one hour is the shortest period asked unless the cadence itself is shorter.
    """
    together = np.concatenate(times)
    span = float(np.ptp(together))
    gaps = np.concatenate([np.diff(np.sort(band)) for band in times if len(band) > 1])
    cadence = float(np.median(gaps[gaps > 0])) if (gaps > 0).any() else 1.0
    highest = min(max(0.5 / cadence, FASTEST), FASTEST_OF_ALL, MOST / (OVERSAMPLING / span))
    return 2 / span, highest if highest > 2 / span else 4 / span


def grid(span: float, lowest: float, highest: float) -> NDArray:
    """Evenly spaced frequencies.

    Raises
    ------
    ValueError
        They would be too many.
    """
    step = 1 / span / OVERSAMPLING
    several = int((highest - lowest) / step) + 1
    if several > MOST:
        shortest = 1 / (lowest + step * (MOST - 1))
        raise ValueError(
            f"Over {span:.0f} days that is too fine a search; ask for periods from {shortest:.4f} d."
        )
    return lowest + step * np.arange(max(several, 3))


def independent(times: Sequence[NDArray], highest: float) -> float:
    """How many independent frequencies were tried (Baluev 2008, MNRAS 385, 1279, eq. 14)."""
    return max(1.0, float(np.sqrt(4 * np.pi * np.var(np.concatenate(times)))) * highest)


def false_alarm_level(chance: float, points: int, bands: int, trials: float) -> float:
    """Share of the variance that pure noise reaches at any of the frequencies with this chance.

    A sinusoid of its own in each band has two parameters beside the mean, so that the ratio of what it takes away to
    what it leaves follows the F distribution with 2·bands and points − 3·bands degrees of freedom.
    """
    from scipy.stats import f

    model, left = 2 * bands, max(points - 3 * bands, 1)
    ratio = f.isf(chance / trials, model, left) * model / left
    return float(ratio / (1 + ratio))


def false_alarm_chance(power: float, points: int, bands: int, trials: float) -> float:
    """Chance that pure noise reaches this share of the variance at any of the frequencies."""
    from scipy.stats import f

    model, left = 2 * bands, max(points - 3 * bands, 1)
    single = float(f.sf(power / max(1 - power, 1e-300) * left / model, model, left))
    return float(-np.expm1(trials * np.log1p(-single))) if single < 1 else 1.0
