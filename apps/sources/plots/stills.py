"""A light curve as a small SVG that is there at once: colour is the bandpass, limits are triangles that point down."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import bandpasses

from ..queries.light_curves import LightCurve, numbered
from .marks import robust_range

MOST_MARKS = 900
"""Marks drawn: a still is looked at for a moment, and weighs as much as its marks."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 6, 6, 18
_FOR_UNIT = 44  # room at the right end of the time axis for its unit


def svg_light_curve(curve: LightCurve | None, *, width: int = 360, height: int = 150) -> str:
    """The light curve as an SVG of this size in CSS pixels, coloured by the page's theme; never empty."""
    if curve is None or len(curve) == 0:
        return _svg(
            width,
            height,
            f'<text x="{width / 2}" y="{height / 2}" text-anchor="middle">no photometry yet</text>',
            "No photometry",
        )
    t0, t1 = float(curve.mjd.min()), float(curve.mjd.max())
    pad = max(0.5, 0.03 * (t1 - t0))
    bright, faint = robust_range(curve.mag, curve.limit, curve.magerr)
    x = _LEFT + (curve.mjd - (t0 - pad)) / (t1 - t0 + 2 * pad) * (width - _LEFT - _RIGHT)
    scale = (height - _TOP - _BOTTOM) / (faint - bright)

    def y(mag: NDArray) -> NDArray:
        return np.clip(_TOP + (mag - bright) * scale, _TOP, height - _BOTTOM)

    parts = _svg_axes(width, height, bright, faint, t0 - pad, t1 + pad)
    drawn = thinned(curve, x, np.where(curve.detected, y(curve.mag), y(curve.limit)))
    few, xs = curve.take(drawn), x[drawn]
    # The night theme reddens whatever is in a group of this class.
    parts += ['<g class="picture">', *_svg_limits(few, xs, y), *_svg_points(few, xs, y), "</g>"]
    count = int(curve.detected.sum())
    return _svg(width, height, "".join(parts), f"Light curve: {count} detections, {len(curve) - count} limits")


def thinned(curve: LightCurve, x: NDArray, y: NDArray, most: int = MOST_MARKS) -> NDArray:
    """Indices of points to draw: of marks that would cover each other one stays, so that at most this many do."""
    kinds = numbered(curve.bandpass)[0] * 2 + curve.detected
    x, y = x - x.min(), np.nan_to_num(y)
    chosen, cell = np.arange(len(curve)), 2.0
    while len(chosen) > most:
        where = (kinds[chosen] * 10_000 + x[chosen] // cell) * 10_000 + y[chosen] // cell
        chosen = chosen[np.sort(np.unique(where, return_index=True)[1])]
        cell *= 1.5
    return chosen


def _svg(width: int, height: int, inner: str, label: str) -> str:
    return (
        f'<svg class="light-curve" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}"'
        f' width="{width}" height="{height}">{inner}</svg>'
    )


def _svg_axes(width: int, height: int, bright: float, faint: float, t0: float, t1: float) -> list[str]:
    bottom, right = height - _BOTTOM, width - _RIGHT
    parts = [f'<path class="axis" fill="none" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>']
    for mag in _ticks(bright, faint, 3):
        at = _TOP + (mag - bright) / (faint - bright) * (bottom - _TOP)
        parts.append(f'<path class="gridline" d="M{_LEFT} {at:.1f}H{right}"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{at + 3:.1f}" text-anchor="end">{mag:g}</text>')
    for mjd in _ticks(t0, t1, 4):
        at = _LEFT + (mjd - t0) / (t1 - t0) * (right - _LEFT)
        if at < right - _FOR_UNIT:
            parts.append(f'<text x="{at:.1f}" y="{height - 5}" text-anchor="middle">{mjd:g}</text>')
    parts.append(f'<text x="{right}" y="{height - 5}" text-anchor="end">MJD</text>')
    middle = (_TOP + bottom) / 2
    parts.append(f'<text x="8" y="{middle:g}" text-anchor="middle" transform="rotate(-90 8 {middle:g})">mag</text>')
    return parts


def _ticks(low: float, high: float, about: int) -> list[float]:
    """Round numbers within a range."""
    step = 10 ** np.floor(np.log10((high - low) / about))
    step *= next(f for f in (1, 2, 5, 10) if (high - low) / (step * f) <= about)
    first = np.ceil(low / step) * step
    return [round(float(v), 6) for v in np.arange(first, high, step)]


def _svg_limits(curve: LightCurve, x: NDArray, y: Any) -> list[str]:
    parts = []
    chosen = ~curve.detected & np.isfinite(curve.limit)
    for band in np.unique(curve.bandpass[chosen].astype(str)):
        rows = chosen & (curve.bandpass == band)
        d = "".join(f"M{a - 2.5:.1f} {b:.1f}h5l-2.5 4z" for a, b in zip(x[rows], y(curve.limit[rows]), strict=True))
        parts.append(f'<path d="{d}" fill="none" stroke="{bandpasses.colour(band)}" stroke-opacity=".55"/>')
    return parts


def _svg_points(curve: LightCurve, x: NDArray, y: Any) -> list[str]:
    parts = []
    chosen = curve.detected
    for band in np.unique(curve.bandpass[chosen].astype(str)):
        rows = chosen & (curve.bandpass == band)
        error = np.nan_to_num(curve.magerr[rows])  # unknown of some: measured in a spectrum without errors
        low, high = y(curve.mag[rows] + error), y(curve.mag[rows] - error)
        xs, ys = x[rows], y(curve.mag[rows])
        bars = "".join(f"M{a:.1f} {lo:.1f}V{hi:.1f}" for a, lo, hi in zip(xs, low, high, strict=True))
        dots = "".join(
            f"M{a - 2.6:.1f} {b:.1f}a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0" for a, b in zip(xs, ys, strict=True)
        )
        colour = bandpasses.colour(band)
        parts.append(f'<path d="{bars}" stroke="{colour}" stroke-opacity=".7"/>')
        parts.append(f'<path d="{dots}" fill="{colour}"><title>{escape(band)}</title></path>')
    return parts
