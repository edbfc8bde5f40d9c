"""What a broker knows of an object, and what a filter lets pass each night, drawn."""

from __future__ import annotations

import math

import numpy as np
from django.utils.html import escape
from django.utils.safestring import mark_safe

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


def night_bars(nights: list[dict], labels: list[str], *, width: int = 720, height: int = 180) -> str:
    """Objects that pass in each night, a bar for each of one or two texts, as an SVG."""
    most = max([1, *(n for night in nights for n in night["objects"])])
    left, bottom, top = 44, height - 24, 12
    slot = (width - left - 8) / len(nights)
    bar = min(36.0, slot * 0.8) / len(labels)
    parts = [f'<path class="axis" fill="none" d="M{left} {top}V{bottom}H{width - 8}"/>']
    for value in sorted({most, most // 2} - {0}):
        y = bottom - value / most * (bottom - top)
        parts.append(f'<path class="gridline" d="M{left} {y:.1f}H{width - 8}"/>')
        parts.append(f'<text x="{left - 4}" y="{y + 3:.1f}" text-anchor="end">{value:,}</text>')
    each = max(1, math.ceil(64 / slot))
    for i, night in enumerate(nights):
        middle = left + (i + 0.5) * slot
        date = f"{night['night'][:4]}-{night['night'][4:6]}-{night['night'][6:]}"
        for k, count in enumerate(night["objects"]):
            x, tall = middle + (k - len(labels) / 2) * bar, count / most * (bottom - top)
            said = escape(f"{date}, {labels[k]}: {count:,} objects, {night['alerts'][k]:,} alerts")
            shape = f'x="{x:.1f}" y="{bottom - tall:.1f}" width="{max(bar - 1, 0.5):.1f}" height="{tall:.1f}"'
            parts.append(f'<rect class="bar-{k}" {shape}><title>{said}</title></rect>')
        if i % each == 0:
            parts.append(f'<text x="{middle:.1f}" y="{height - 8}" text-anchor="middle">{date}</text>')
    label = f"Objects that pass in each of {len(nights)} nights, at most {most}"
    return mark_safe(  # noqa: S308 - numbers, and labels that are escaped above
        f'<svg class="night-bars" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )
