"""Fourier series fitted to a light curve at many trial frequencies at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-3
"""Each harmonic k is held back by RIDGE·k² of the weight of all points, lest gaps in phase be filled with fantasy."""
_CHUNK = 2_000_000


def _columns(times: NDArray, frequencies: NDArray, harmonics: int) -> NDArray:
    """Shape (frequencies, points, 1 + 2·harmonics): one, then cosine and sine of each harmonic."""
    turn = np.exp(2j * np.pi * np.outer(frequencies, times))
    columns, wave = [np.ones(turn.shape)], turn
    for _ in range(harmonics):
        columns += [wave.real, wave.imag]
        wave = wave * turn
    return np.stack(columns, -1)


def _residuals(columns: NDArray, values: NDArray, weights: NDArray, ridge: NDArray) -> NDArray:
    weighted = columns * weights[..., None]
    normal = np.swapaxes(columns, 1, 2) @ weighted + ridge * weights.sum(-1)[:, None, None]
    found = np.linalg.solve(normal, np.swapaxes(weighted, 1, 2) @ values[:, None])
    return values - (columns @ found)[..., 0]


def _ridge(harmonics: int) -> NDArray:
    return np.diag([1e-9, *(RIDGE * k * k for k in range(1, harmonics + 1) for _ in (0, 1))])


def chi_squared(times: NDArray, values: NDArray, errors: NDArray, frequencies: NDArray, harmonics: int) -> NDArray:
    """χ² of the best Fourier series of each frequency."""
    weights, ridge = 1 / errors**2, _ridge(harmonics)
    several = max(1, _CHUNK // (len(times) * len(ridge)))
    parts = []
    for start in range(0, len(frequencies), several):
        columns = _columns(times, frequencies[start : start + several], harmonics)
        left = _residuals(columns, values, np.broadcast_to(weights, columns.shape[:2]), ridge)
        parts.append((weights * left**2).sum(1))
    return np.concatenate(parts) if parts else np.zeros(0)


def surprise(times: NDArray, values: NDArray, errors: NDArray, frequencies: NDArray, harmonics: int) -> NDArray:
    """How far points scatter about the best series of each frequency, by a measure that few outliers do not move.

    The series is fitted by reweighting after a Cauchy distribution; returned is the negative logarithm of that
    distribution, its width taken from the median of the residuals.
    """
    columns, ridge = _columns(times, frequencies, harmonics), _ridge(harmonics)
    base = 1 / errors**2
    weights = np.broadcast_to(base, columns.shape[:2])
    least = np.median(errors)
    for _ in range(8):
        left = _residuals(columns, values, weights, ridge)
        width = np.maximum(1.4826 * np.median(abs(left), axis=1), least)
        scaled = (left / (2 * width[:, None])) ** 2
        weights = base / (1 + scaled)
    return np.log(width) * len(times) + 1.5 * np.log1p(scaled).sum(1)
