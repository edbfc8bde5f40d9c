"""How points are drawn everywhere: colour is the bandpass, shape is the instrument; and what a legend lists."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import bandpasses

from ..queries.light_curves import LightCurve

UNMARKED = "unmarked"
"""How a legend calls points that have no verdict."""

SHAPES = ("circle", "square", "diamond", "triangle", "hex", "star", "cross", "plus")
"""Without the triangle that points down: that is an upper limit."""


def shape(instrument: str) -> str:
    """The mark of an instrument: the same one on every page, from its name alone."""
    known = {"ZTF": "circle", "LSSTCam": "square", "ATLAS": "diamond"}
    return known.get(instrument) or SHAPES[zlib.crc32(instrument.encode()) % len(SHAPES)]


@dataclass(frozen=True)
class Entry:
    """One entry of a legend: what a column of the plot says, of how many points."""

    column: str
    key: str
    count: int
    colour: str = ""
    shape: str = ""

    @property
    def label(self) -> str:
        return origin_in_words(self.key) if self.column == "origin" else self.key


def origin_in_words(origin: str) -> str:
    """The public API calls an origin that nobody gave "None"."""
    return "not given" if origin == "None" else origin


def legend(curve: LightCurve) -> list[tuple[str, list[Entry]]]:
    """What a light curve is made of: bands, bluest first, instruments and origins, each to be shown or hidden."""

    def wavelength(band: str) -> float:
        known = bandpasses.BANDPASSES.get(band)
        return known.wavelength if known else 1e9

    bands, instruments, origins, verdicts = (
        Counter(column.tolist()) for column in (curve.bandpass, curve.instrument, curve.origin, curve.verdict)
    )
    ordered = sorted(bands, key=lambda band: (wavelength(band), band))
    parts = [
        ("Band", [Entry("band", band, bands[band], colour=bandpasses.colour(band)) for band in ordered]),
        ("Instrument", [Entry("instrument", n, instruments[n], shape=shape(n)) for n in sorted(instruments)]),
        ("Origin", [Entry("origin", n, origins[n]) for n in sorted(origins)]),
    ]
    if set(verdicts) != {""}:
        parts.append(("Verdict", [Entry("verdict", n or UNMARKED, verdicts[n]) for n in sorted(verdicts)]))
    return parts


LONGEST_BAR = 0.75  # mag
FARTHEST = 2.5  # mag


def robust_range(mag: NDArray[Any], limit: NDArray[Any], magerr: NDArray[Any] | None = None) -> tuple[float, float]:
    """Bright and faint end of a magnitude axis: outliers and very deep or shallow limits do not rule it.

    Error bars find room, up to `LONGEST_BAR`. The brightest and the faintest per cent do,
    up to `FARTHEST` from the rest.
    """
    known = np.isfinite(mag)
    found, bars = mag[known], np.zeros(known.sum()) if magerr is None else np.nan_to_num(magerr[known])
    if len(found) == 0:
        found, bars = limit[np.isfinite(limit)], np.zeros(np.isfinite(limit).sum())
    if len(found) == 0:
        return 15.0, 22.0
    low, high = found - np.minimum(bars, LONGEST_BAR), found + np.minimum(bars, LONGEST_BAR)
    bright = max(low.min(), np.percentile(low, 1) - FARTHEST)
    faint = min(high.max(), np.percentile(high, 99) + FARTHEST)
    near = limit[np.isfinite(limit)]
    if len(near):
        faint = max(faint, min(float(np.median(near)), faint + 0.5))
    pad = max(0.15, 0.06 * (faint - bright))
    return float(bright - pad), float(faint + pad)
