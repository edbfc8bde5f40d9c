"""Light curves as pictures: a small SVG that is there at once, and a Bokeh figure to look closely.

Colour is the bandpass, shape is the instrument, everywhere the same. A detection is a filled mark with its error bar,
an upper limit a small open triangle pointing down.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import bandpasses, photometry
from skyportal.astro.time import datetime_of

from ..queries.light_curves import LightCurve

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM
    from bokeh.plotting import figure as Figure  # noqa: N812

SHAPES = ("circle", "square", "diamond", "triangle", "hex", "star", "inverted_triangle", "cross", "plus")


def shape(instrument: str) -> str:
    """The mark of an instrument: the same one on every page, from its name alone."""
    known = {"ZTF": "circle", "LSSTCam": "square", "ATLAS": "diamond"}
    return known.get(instrument) or SHAPES[zlib.crc32(instrument.encode()) % len(SHAPES)]


def robust_range(mag: NDArray, limit: NDArray) -> tuple[float, float]:
    """Bright and faint end of a magnitude axis: outliers and very deep or shallow limits do not rule it."""
    found = mag[np.isfinite(mag)]
    if len(found) == 0:
        found = limit[np.isfinite(limit)]
    if len(found) == 0:
        return 15.0, 22.0
    bright, faint = np.percentile(found, [1, 99])
    bright, faint = min(bright, found.min() + 1.5), max(faint, found.max() - 1.5)
    near = limit[np.isfinite(limit)]
    if len(near):
        faint = max(faint, min(float(np.median(near)), faint + 0.5))
    pad = max(0.15, 0.06 * (faint - bright))
    return float(bright - pad), float(faint + pad)


# --- the still -------------------------------------------------------------------------------------------------------

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
    bright, faint = robust_range(curve.mag, curve.limit)
    x = _LEFT + (curve.mjd - (t0 - pad)) / (t1 - t0 + 2 * pad) * (width - _LEFT - _RIGHT)
    scale = (height - _TOP - _BOTTOM) / (faint - bright)

    def y(mag: NDArray) -> NDArray:
        return np.clip(_TOP + (mag - bright) * scale, _TOP, height - _BOTTOM)

    parts = _svg_axes(width, height, bright, faint, t0 - pad, t1 + pad)
    # The night theme reddens whatever is in a group of this class.
    parts += ['<g class="picture">', *_svg_limits(curve, x, y), *_svg_points(curve, x, y), "</g>"]
    count = int(curve.detected.sum())
    return _svg(width, height, "".join(parts), f"Light curve: {count} detections, {len(curve) - count} limits")


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
        low, high = y(curve.mag[rows] + curve.magerr[rows]), y(curve.mag[rows] - curve.magerr[rows])
        xs, ys = x[rows], y(curve.mag[rows])
        bars = "".join(f"M{a:.1f} {lo:.1f}V{hi:.1f}" for a, lo, hi in zip(xs, low, high, strict=True))
        dots = "".join(
            f"M{a - 2.6:.1f} {b:.1f}a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0" for a, b in zip(xs, ys, strict=True)
        )
        colour = bandpasses.colour(band)
        parts.append(f'<path d="{bars}" stroke="{colour}" stroke-opacity=".7"/>')
        parts.append(f'<path d="{dots}" fill="{colour}"><title>{escape(band)}</title></path>')
    return parts


# --- the live plot ---------------------------------------------------------------------------------------------------

_HOVER = [
    ("", "@band  @when"),
    ("mag", "@mag{0.000} ± @magerr{0.000}"),
    ("limit", "@limit{0.00}"),
    ("flux", "@flux{0.00} ± @fluxerr{0.00} µJy"),
    ("S/N", "@snr{0.0}"),
    ("MJD", "@mjd{0.00000}"),
    ("from", "@instrument · @origin"),
]


@dataclass(frozen=True)
class Series:
    """One entry of a legend: the points of a bandpass from an instrument."""

    key: str
    bandpass: str
    instrument: str
    count: int
    colour: str
    shape: str


def series(curve: LightCurve) -> list[Series]:
    """What a light curve is made of, bluest band first."""
    pairs = Counter(zip(curve.bandpass.tolist(), curve.instrument.tolist(), strict=True))
    known = bandpasses.BANDPASSES

    def wavelength(pair: tuple[str, str]) -> tuple[float, str]:
        return (known[pair[0]].wavelength if pair[0] in known else 1e9, pair[1])

    return [
        Series(f"{band}|{name}", band, name, pairs[band, name], bandpasses.colour(band), shape(name))
        for band, name in sorted(pairs, key=wavelength)
    ]


def light_curve(curve: LightCurve, *, space: str = "mag", height: int = 380) -> LayoutDOM:
    """A Bokeh figure of a light curve in magnitudes (``space="mag"``) or flux density (``"flux"``).

    Three renderers however many bands: a figure costs by its models, not by its points. What is shown is a filter on
    the rows, which the legend in the page sets.
    """
    from bokeh.models import HoverTool
    from bokeh.plotting import figure

    plot = figure(
        height=height,
        x_axis_label="MJD (UTC)",
        y_axis_label="AB magnitude" if space == "mag" else "flux density (µJy)",
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_scroll="wheel_zoom",
        active_drag="pan",
        output_backend="canvas" if len(curve) < 3000 else "webgl",
        name=f"light-curve-{space}",
    )
    plot.xaxis.formatter.use_scientific = False  # type: ignore[attr-defined]
    if space == "mag":
        bright, faint = robust_range(curve.mag, curve.limit)
        plot.y_range.start, plot.y_range.end = faint, bright  # type: ignore[attr-defined]
    marks = _draw(plot, curve, space)
    plot.add_tools(HoverTool(renderers=marks, tooltips=_HOVER, point_policy="snap_to_data", mode="mouse"))
    return plot


def _draw(plot: Figure, curve: LightCurve, space: str) -> list[Any]:
    from bokeh.models import BooleanFilter, CDSView, ColumnDataSource

    detections = curve.detected if space == "mag" else np.isfinite(curve.flux)
    marks = []
    if (~detections).any():
        source, view = ColumnDataSource(_columns(curve, ~detections, space)), CDSView(filter=BooleanFilter())
        marks.append(
            plot.scatter("mjd", "y", source=source, view=view, marker="inverted_triangle", size=6, fill_alpha=0,
                         line_color="colour", line_alpha=0.55)
        )  # fmt: skip
    if detections.any():
        source, view = ColumnDataSource(_columns(curve, detections, space)), CDSView(filter=BooleanFilter())
        plot.segment("mjd", "low", "mjd", "high", source=source, view=view, color="colour", line_width=1.2, alpha=0.75)
        marks.append(
            plot.scatter("mjd", "y", source=source, view=view, marker="shape", size=7, color="colour", fill_alpha=0.9)
        )
    return marks


def _columns(curve: LightCurve, rows: NDArray, space: str) -> dict[str, Any]:
    mag, magerr, flux, fluxerr = (c[rows] for c in (curve.mag, curve.magerr, curve.flux, curve.fluxerr))
    limit = curve.limit[rows]
    band, instrument = curve.bandpass[rows].tolist(), curve.instrument[rows].tolist()
    if space == "mag":
        y, spread = np.where(np.isfinite(mag), mag, limit), np.nan_to_num(magerr)
    else:
        y, spread = np.where(np.isfinite(flux), flux, 5 * fluxerr), np.where(np.isfinite(flux), fluxerr, 0)
    return {
        "mjd": curve.mjd[rows], "y": y, "low": y - spread, "high": y + spread,
        "mag": mag, "magerr": magerr, "limit": limit, "flux": flux, "fluxerr": fluxerr,
        "snr": photometry.signal_to_noise(flux, fluxerr),
        "series": [f"{b}|{i}" for b, i in zip(band, instrument, strict=True)],
        "colour": [bandpasses.colour(b) for b in band],
        "shape": [shape(i) for i in instrument],
        "band": band,
        "instrument": instrument,
        "origin": curve.origin[rows].astype(str).tolist(),
        "when": [datetime_of(m).strftime("%Y-%m-%d %H:%M:%S") for m in curve.mjd[rows]],
    }  # fmt: skip
