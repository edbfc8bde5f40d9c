"""The photometry an object's packets carry, in one unit, each measurement once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

ORIGINS = ("alert", "previous", "forced", "limit")  # the better witness first

SAME_PLACE = 0.3 / 3600  # degrees


@dataclass(slots=True)
class Point:
    """One measurement: µJy on the AB system, MJD in UTC, ICRS degrees. An upper limit has NaN flux."""

    mjd: float
    flux: float
    fluxerr: float
    bandpass: str
    origin: str
    key: str  # the same in every packet that repeats this measurement
    ra: float = math.nan
    dec: float = math.nan
    limiting_mag: float = math.nan
    ref_flux: float = math.nan
    programid: int | None = None
    candid: str = ""


@dataclass(slots=True)
class LightCurve:
    """Points as columns of equal length, in order of time."""

    mjd: np.ndarray
    flux: np.ndarray
    fluxerr: np.ndarray
    bandpass: list[str]
    origin: list[str]
    key: list[str] = field(repr=False)
    ra: np.ndarray = field(repr=False)
    dec: np.ndarray = field(repr=False)
    limiting_mag: np.ndarray = field(repr=False)
    ref_flux: np.ndarray = field(repr=False)
    programid: list[int | None] = field(repr=False)
    candid: list[str] = field(repr=False)

    def __len__(self) -> int:
        return len(self.mjd)

    def points(self) -> list[Point]:
        """The same as a list of points."""
        columns = [getattr(self, name) for name in _COLUMNS]
        plain = [c.tolist() if isinstance(c, np.ndarray) else c for c in columns]
        return [Point(**dict(zip(_COLUMNS, row, strict=True))) for row in zip(*plain, strict=True)]


_COLUMNS = ("mjd", "flux", "fluxerr", "bandpass", "origin", "key", "ra", "dec", "limiting_mag", "ref_flux",
            "programid", "candid")  # fmt: skip
_NUMBERS = {"mjd", "flux", "fluxerr", "ra", "dec", "limiting_mag", "ref_flux"}


def light_curve(points: Iterable[Point]) -> LightCurve:
    """Points as columns, each measurement once.

    An alert repeats what earlier alerts said. Detections are known by their candidate id (two candidates of one
    exposure are two), limits by their exposure, forced measurements by time, bandpass and field. Of two that say
    the same, the one from the alert itself is kept: it has the full position and reference.
    """
    best: dict[str, Point] = {}
    for point in points:
        known = best.get(point.key)
        if known is None or ORIGINS.index(point.origin) < ORIGINS.index(known.origin):
            best[point.key] = point
    _drop_namesakes(best)
    ordered = sorted(best.values(), key=lambda p: (p.mjd, p.bandpass, p.key))
    columns: dict[str, Any] = {name: [getattr(p, name) for p in ordered] for name in _COLUMNS}
    columns |= {name: np.array(columns[name], float) for name in _NUMBERS}
    return LightCurve(**columns)


def _drop_namesakes(points: dict[str, Point]) -> None:
    """A detection that came without its id is not kept beside the same one that has it."""
    named: dict[tuple[str, float], list[Point]] = {}
    for key, point in points.items():
        if key.startswith("candid:"):
            named.setdefault((point.bandpass, round(point.mjd, 5)), []).append(point)
    for key in [k for k in points if k.startswith("seen:")]:
        point = points[key]
        for other in named.get((point.bandpass, round(point.mjd, 5)), []):
            apart = max(abs(point.ra - other.ra) * math.cos(math.radians(other.dec)), abs(point.dec - other.dec))
            if not apart > SAME_PLACE:  # also when a position is not known
                del points[key]
                break


def merge(curves: Iterable[LightCurve]) -> LightCurve:
    """One light curve of what several packets of an object carry."""
    return light_curve(point for curve in curves for point in curve.points())
