"""Spectra as a small SVG that is there at once."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np

from ..queries.spectrum_pages import Drawn
from .spectra import Curve, Look, axis_label, curves

_LEFT, _RIGHT, _TOP, _BOTTOM = 26, 6, 6, 18
_MOST_POINTS = 2000
_STEPS = (100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000)


def svg_spectra(spectra: Sequence[Drawn], look: Look, *, width: int = 900, height: int = 400) -> str:
    """Spectra as an SVG of this size in CSS pixels, coloured by the page's theme."""
    made = curves(spectra, look, max(_MOST_POINTS // max(len(spectra), 1), 100))
    if not made:
        return ""
    first = min(float(c.arrays.wavelengths[0]) for c in made)
    last = max(float(c.arrays.wavelengths[-1]) for c in made)
    low, high = min(c.low for c in made), max(c.high for c in made)
    across = (width - _LEFT - _RIGHT) / (last - first or 1)
    up = (height - _TOP - _BOTTOM) / (high - low)
    bottom, right = height - _BOTTOM, width - _RIGHT
    parts = [f'<path class="axis" fill="none" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>']
    for tick in _ticks(first, last):
        at = _LEFT + (tick - first) * across
        if at < right - 40:
            parts.append(f'<text x="{at:.1f}" y="{height - 5}" text-anchor="middle">{tick:g}</text>')
    parts.append(f'<text x="{right}" y="{height - 5}" text-anchor="end">Å</text>')
    middle = (_TOP + bottom) / 2
    parts.append(
        f'<text x="12" y="{middle:g}" text-anchor="middle" transform="rotate(-90 12 {middle:g})">'
        f"{escape(axis_label(spectra, look))}</text>"
    )
    paths = "".join(_path(curve, first, across, low, up, bottom) for curve in made)
    label = f"{len(made)} {'spectrum' if len(made) == 1 else 'spectra'}"
    return (
        f'<svg class="light-curve" viewBox="0 0 {width} {height}" role="img" aria-label="{label}" width="{width}"'
        f' height="{height}">{"".join(parts)}<g class="picture">{paths}</g></svg>'
    )


def _ticks(first: float, last: float) -> list[float]:
    step = next((step for step in _STEPS if (last - first) / step <= 8), (last - first) or 1)
    return (step * np.arange(np.ceil(first / step), np.floor(last / step) + 1)).tolist()


def _path(curve: Curve, first: float, across: float, low: float, up: float, bottom: float) -> str:
    """Gaps where there is no flux; what is outside the range is cut at the frame."""
    x = _LEFT + (curve.arrays.wavelengths - first) * across
    y = np.clip(bottom - (curve.arrays.fluxes - low) * up, _TOP, bottom)
    text, pen = [], "M"
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if b != b:
            pen = "M"
            continue
        text.append(f"{pen}{a:.1f} {b:.1f}")
        pen = "L"
    return f'<path fill="none" stroke="{curve.colour}" stroke-width="1.2" d="{"".join(text)}"/>'
