"""Where the detections of an obj lie around it, point by point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyportal.access.viewer import Viewer
from skyportal.astro import offsets, photometry, sky

from ..models import Obj, Photometry
from .light_curves import columns_of, names_of_points

MOST_POINTS = 5000
"""Newest first; more would only cover each other."""
FAR = 60.0
"""arcsec from the obj; a point beyond was not measured on it, and would rule what the others say."""

_COLUMNS = (
    "ra", "dec", "ra_unc", "dec_unc", "mjd", "flux", "fluxerr", "bandpass_id", "instrument_id", "origin_id",
)  # fmt: skip


@dataclass(frozen=True)
class Centroids:
    """Columns of one length: arcsec east and north of the obj with errors (NaN unknown), MJD, AB magnitude, names."""

    east: NDArray
    north: NDArray
    east_err: NDArray
    north_err: NDArray
    mjd: NDArray
    mag: NDArray
    snr: NDArray
    bandpass: NDArray
    instrument: NDArray
    origin: NDArray
    beyond: int = 0
    """Points farther away than `FAR`, which are none of these."""
    farthest: float = 0.0
    """How far the farthest of those is, degrees."""

    def __len__(self) -> int:
        return len(self.mjd)

    def mean(self) -> tuple[float, float]:
        """East and north of the obj, weighted by signal-to-noise squared."""
        weight = np.where(np.isfinite(self.snr) & (self.snr > 0), self.snr**2, 0.0)
        weight = weight if weight.any() else np.ones(len(self))
        return float(np.average(self.east, weights=weight)), float(np.average(self.north, weights=weight))

    def ellipse(self) -> tuple[float, float, float] | None:
        """Semi-axes of the scatter of one point (1 σ, arcsec) and the position angle of the longer; None below three.

        The eigenvectors of the covariance of all points about their mean.
        """
        if len(self) < 3:
            return None
        values, vectors = np.linalg.eigh(np.cov(self.north, self.east))
        minor, major = np.sqrt(np.clip(values, 0, None))
        return float(major), float(minor), float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])) % 180)


def centroids(viewer: Viewer, obj: Obj) -> Centroids | None:
    """Positions of the points the viewer may read; None where no point has one. Four queries."""
    if obj.ra is None or obj.dec is None:
        return None
    points = Photometry.objects.visible_to(viewer).filter(obj=obj, ra__isnull=False, dec__isnull=False)
    columns = columns_of(*points.order_by("-mjd").values(*_COLUMNS)[:MOST_POINTS].query.sql_with_params())
    if not columns:
        return None
    ra, dec, ra_unc, dec_unc, mjd, flux, fluxerr = (np.array(column, float) for column in columns[:7])
    away = sky.separation(ra, dec, obj.ra, obj.dec)
    near = away <= FAR
    east, north = offsets.tangent_plane(ra[near], dec[near], obj.ra, obj.dec)
    mag, _ = photometry.magnitude(flux, fluxerr)
    snr = photometry.signal_to_noise(flux, fluxerr)
    bandpass, instrument, origin = names_of_points(*columns[7:])
    return Centroids(
        east, north, ra_unc[near], dec_unc[near], mjd[near], mag[near], snr[near],
        bandpass[near], instrument[near], origin[near],
        beyond=int((~near).sum()), farthest=float(away.max()) / 3600,
    )  # fmt: skip
