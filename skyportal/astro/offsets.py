"""Stars to offset from: where they stand on the night, which are good ones, and how far it is to the target."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import sky

GAIA_EPOCH = 2016.0
"""Julian year of the positions of Gaia DR3."""


@dataclass(frozen=True, slots=True)
class Star:
    """A star of a catalogue: degrees (ICRS) at ``epoch`` (Julian year), mas/yr (in RA times cos Dec), magnitude."""

    name: str
    ra: float
    dec: float
    mag: float
    pmra: float = 0.0
    pmdec: float = 0.0
    epoch: float = GAIA_EPOCH
    parallax: float | None = None

    def at(self, year: float) -> Star:
        """The same star where its proper motion has taken it by a Julian year.

        Examples
        --------
        >>> barnard = Star("Barnard", 269.44850, 4.73942, 8.19, -801.6, 10362.4)
        >>> round((barnard.at(2026.0).dec - barnard.dec) * 3600, 1)
        103.6
        """
        years = (year - self.epoch) / 3.6e6
        dec = self.dec + self.pmdec * years
        ra = (self.ra + self.pmra * years / max(np.cos(np.radians(self.dec)), 1e-9)) % 360
        return replace(self, ra=float(ra), dec=float(np.clip(dec, -90, 90)), epoch=year)


def julian_year(mjd: float) -> float:
    """The Julian year of an MJD.

    >>> julian_year(51544.5)
    2000.0
    """
    return 2000.0 + (mjd - 51544.5) / 365.25


def tangent_plane(ra: ArrayLike, dec: ArrayLike, ra0: float, dec0: float) -> tuple[NDArray, NDArray]:
    """Gnomonic offsets east and north in arcsec of positions from a centre, all in degrees.

    Examples
    --------
    >>> east, north = tangent_plane(10.01, 60.0, 10.0, 60.0)
    >>> round(float(east), 2), round(float(north), 3)
    (18.0, 0.001)
    """
    ra, dec = np.radians(np.asarray(ra, float)), np.radians(np.asarray(dec, float))
    turn, lat = ra - np.radians(ra0), np.radians(dec0)
    depth = np.sin(lat) * np.sin(dec) + np.cos(lat) * np.cos(dec) * np.cos(turn)
    east = np.cos(dec) * np.sin(turn) / depth
    north = (np.cos(lat) * np.sin(dec) - np.sin(lat) * np.cos(dec) * np.cos(turn)) / depth
    return np.degrees(east) * 3600, np.degrees(north) * 3600


@dataclass(frozen=True, slots=True)
class Wanted:
    """What makes a star fit to offset from: no farther than ``radius`` (arcsec), magnitudes, alone within ``apart``."""

    radius: float
    mag_min: float
    mag_limit: float
    apart: float


def choose(stars: list[Star], ra: float, dec: float, wanted: Wanted, count: int) -> list[Star]:
    """The best few, best first: near and bright, with no star within a magnitude or two beside them.

    The target itself, where it is in the catalogue, is none: a star must be two arcsec away at least. What is left
    after the strict choice is filled with stars that are not alone.
    """
    if not stars or count <= 0:
        return []
    ras, decs, mags = (np.array([getattr(star, name) for star in stars]) for name in ("ra", "dec", "mag"))
    far = sky.separation(ras, decs, ra, dec)
    fits = (far > 2) & (far <= wanted.radius) & (mags >= wanted.mag_min) & (mags <= wanted.mag_limit)
    near = sky.separation(ras[:, None], decs[:, None], ras, decs) < wanted.apart
    np.fill_diagonal(near, False)
    crowded = (near & (mags < mags[:, None] + 2)).any(axis=1)
    badness = far / wanted.radius + (mags - wanted.mag_min) / max(wanted.mag_limit - wanted.mag_min, 0.1)
    order = np.lexsort((badness, crowded))
    return [stars[row] for row in order if fits[row]][:count]
