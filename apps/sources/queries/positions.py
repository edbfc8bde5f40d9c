"""The position of an obj, from those of its detections."""

from __future__ import annotations

from typing import Any

import numpy as np

from skyportal.access.errors import Invalid
from skyportal.access.models import STREAM, AudienceMember
from skyportal.access.viewer import Viewer
from skyportal.astro import dust, sky

from ..models import Obj, Photometry

METHODS = ("snr2", "invvar")


def weighted(
    viewer: Viewer,
    obj: Obj,
    method: str,
    snr_threshold: float,
    *,
    instrument_ids: list[int] | None = None,
    stream_ids: list[int] | None = None,
    stream_only: bool = False,
) -> dict[str, Any]:
    """Mean position of detections, and how far from the obj's own; the latter where no detection has a position."""
    if obj.ra is None or obj.dec is None:
        raise Invalid(f"{obj.name} has no position.")
    points = Photometry.objects.visible_to(viewer).filter(obj=obj, ra__isnull=False, dec__isnull=False)
    if instrument_ids:
        points = points.filter(instrument__in=instrument_ids)
    if stream_ids or stream_only:
        members = AudienceMember.objects.filter(kind=STREAM)
        if stream_ids:
            members = members.filter(ref__in=stream_ids)
        points = points.filter(audience__in=members.values("audience_id"))
    rows = np.array(list(points.values_list("ra", "dec", "flux", "fluxerr", "ra_unc", "dec_unc")), dtype=float)
    ra, dec = _mean(rows.reshape(-1, 6), method, snr_threshold) or (obj.ra, obj.dec)
    lon, lat = sky.galactic(ra, dec)
    return {
        "ra": ra,
        "dec": dec,
        "gal_lon": float(lon),
        "gal_lat": float(lat),
        "ebv": dust.ebv(ra, dec),
        "separation": float(sky.separation(obj.ra, obj.dec, ra, dec)),
    }


def _mean(rows: np.ndarray, method: str, snr_threshold: float) -> tuple[float, float] | None:
    """Weighted mean of unit vectors, which knows no seam at 0° and no pole."""
    ra, dec, flux, fluxerr, ra_unc, dec_unc = rows.T
    with np.errstate(divide="ignore", invalid="ignore"):
        snr = flux / fluxerr
        weight = snr**2 if method == "snr2" else 1 / (ra_unc**2 + dec_unc**2)
    good = np.isfinite(weight) & (snr >= snr_threshold)
    if not good.any():
        return None
    lon, lat, weight = np.radians(ra[good]), np.radians(dec[good]), weight[good]
    x, y, z = (weight * np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])).sum(axis=1)
    return float(np.degrees(np.arctan2(y, x)) % 360), float(np.degrees(np.arctan2(z, np.hypot(x, y))))
