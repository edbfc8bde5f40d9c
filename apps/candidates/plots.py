"""What a broker knows of an object, drawn."""

from __future__ import annotations

import numpy as np

from apps.sources.plots.stills import svg_light_curve
from apps.sources.queries.light_curves import LightCurve
from skyportal.astro import photometry

from .brokers.base import Known


def broker_still(known: Known, *, width: int = 720, height: int = 260) -> str:
    """The light curve that a broker tells, as an SVG."""
    if not known.points:
        return svg_light_curve(None, width=width, height=height)
    n = len(known.points)
    mjd, flux, fluxerr, limiting = (
        np.array([getattr(p, name) for p in known.points], float) for name in ("mjd", "flux", "fluxerr", "limiting_mag")
    )
    mag, magerr = photometry.magnitude(flux, fluxerr)
    limit = np.where(np.isfinite(limiting), limiting, photometry.limiting_magnitude(fluxerr))
    unknown, none = np.full(n, np.nan), np.zeros(n, int)
    words = {
        "bandpass": [p.bandpass for p in known.points],
        "instrument": [known.survey] * n,
        "origin": [p.origin for p in known.points],
        "verdict": [""] * n,
        "note": [""] * n,
    }
    curve = LightCurve(
        id=np.arange(n), mjd=mjd, flux=flux, fluxerr=fluxerr, mag=mag, magerr=magerr, limit=limit, ref_flux=unknown,
        ref_fluxerr=unknown, exposure=unknown, flags=none, upload=none,
        **{name: np.array(values, object) for name, values in words.items()},
    )  # fmt: skip
    return svg_light_curve(curve, width=width, height=height)
