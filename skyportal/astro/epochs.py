"""Several measurements of one exposure: which of them to look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EPOCH_SECONDS = 30.0
"""Within this time of the first point of an epoch, points of one series belong to it (one exposure of a survey)."""

_SAME_TIME = 1e-6
"""Days within which two points of one origin have the same time."""


def best_of_epochs(
    series: ArrayLike, mjd: ArrayLike, rank: NDArray, origin: ArrayLike, seconds: float = EPOCH_SECONDS
) -> NDArray:
    """For each point, which point of its epoch stands for it; its own index where that is itself.

    An epoch is what one series (an instrument and a bandpass) measured within `seconds` of the epoch's first point. Its
    best point is the one of highest rank. That one stands for the points of *other* origins, and for those of its own
    origin at the same time (newer processing); points of one origin at two times are two exposures, and both stay.

    Parameters
    ----------
    series, origin : array_like of int, shape (n,)
    mjd : array_like, shape (n,), days
    rank : ndarray, shape (n, k); compared column by column, the greater the better

    Returns
    -------
    ndarray of int, shape (n,)

    Examples
    --------
    A forced measurement stands for the alert of the same exposure, not for the next exposure:

    >>> best_of_epochs([1, 1, 1], [60000.0, 60000.0001, 60000.1], np.array([[0], [1], [0]]), [5, 6, 5]).tolist()
    [1, 1, 2]
    """
    series, mjd, origin = np.asarray(series), np.asarray(mjd, float), np.asarray(origin)
    stands = np.arange(len(mjd))
    order = np.lexsort((mjd, series))
    starts = np.array([*_starts(series[order], mjd[order], seconds / 86400), len(order)])
    for epoch in np.flatnonzero(np.diff(starts) > 1):
        rows = order[starts[epoch] : starts[epoch + 1]]
        best = rows[np.lexsort(rank[rows].T[::-1])[-1]]
        rivals = rows[(origin[rows] != origin[best]) | (np.abs(mjd[rows] - mjd[best]) < _SAME_TIME)]
        stands[rivals] = best
    return stands


def _starts(series: NDArray, mjd: NDArray, days: float) -> list[int]:
    """Where epochs begin in points sorted by series and time; counted from an epoch's first point, so none chains."""
    starts: list[int] = []
    current, first = None, 0.0
    for n, (key, time) in enumerate(zip(series.tolist(), mjd.tolist(), strict=True)):
        if key != current or time - first > days:
            starts.append(n)
            current, first = key, time
    return starts
