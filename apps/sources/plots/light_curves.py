"""Light curves to look at closely, in Bokeh.

Colour is the bandpass, shape is the instrument, everywhere the same. A detection is a filled mark with its error bar,
an upper limit an open triangle pointing down. A figure has three renderers however many bands: it costs by its models,
not by its points (see `Skeleton`). What is shown is a filter on the rows, which the legend in the page sets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import bandpasses, photometry
from skyportal.web.bokeh import Skeleton

from ..queries.light_curves import LightCurve, numbered
from .marks import UNMARKED, origin_in_words, robust_range, shape
from .words import Words, coded

if TYPE_CHECKING:
    from bokeh.plotting import figure as Figure  # noqa: N812

UNIX_EPOCH_MJD = 40587
WEBGL_FROM = 1500
"""Points from which the graphics card draws."""


@dataclass(frozen=True)
class Look:
    """How a light curve is to be drawn.

    ``space`` is mag, flux or abs; ``time`` is mjd, since (the first detection) or ago (days before ``now``);
    ``total`` adds the flux of the reference image to what a difference image measured. ``dimmed`` takes away the
    extinction that it gives by bandpass, in magnitudes; points of bandpasses where it is unknown are not drawn.
    """

    space: str = "mag"
    time: str = "mjd"
    total: bool = False
    dimmed: Mapping[str, float | None] | None = None
    size: int = 7
    now: float = 0.0
    distance_modulus: float = 0.0
    height: int = 400


@dataclass(frozen=True)
class Drawn:
    """What stands where: positions on the axes, half lengths of error bars, and which points are detections."""

    x: NDArray
    y: NDArray
    low: NDArray
    high: NDArray
    detected: NDArray


def light_curve(curve: LightCurve, look: Look = Look(), brought_by: NDArray | None = None) -> str:
    """The figure as JSON; `brought_by` says of each point, in words, who uploaded it and when."""
    drawn, facts = positions(curve, look), _facts(curve, look, brought_by)
    parts = {name: _columns(drawn, facts, rows) for name, rows in _marks(drawn).items() if rows.any()}
    cards = tuple(
        (name, tuple((label, text) for label, text in _HOVER if not _says_nothing(*columns, text)))
        for name, columns in parts.items()
    )
    given: dict[str, dict[str, Any]] = {
        name: {"data": numbers, "tags": [{"texts": texts}]} for name, (numbers, texts) in parts.items()
    }
    given["time"] = {"axis_label": _time_label(curve, look)}
    given |= _ranges(drawn, look)
    many = len(curve) >= WEBGL_FROM
    return _skeleton(cards, _brightness_label(look), look.size, look.height, many).filled(given)


def _ranges(drawn: Drawn, look: Look) -> dict[str, dict[str, Any]]:
    """Of both axes, by name. They are of all points: what is hidden neither moves the rest nor leaves an empty plot."""
    first, last = _padded(drawn.x, 0.05)
    span = {"start": last, "end": first} if look.time == "ago" else {"start": first, "end": last}
    found = drawn.detected
    if look.space == "flux":
        low, high = _padded(np.concatenate([drawn.low[found], drawn.high[found], drawn.y[~found]]), 0.08)
        return {"span": span, "brightness": {"start": low, "end": high}}
    bright, faint = robust_range(drawn.y[found], drawn.y[~found], (drawn.high - drawn.low)[found] / 2)
    return {"span": span, "brightness": {"start": faint, "end": bright}}


def _padded(values: NDArray, part: float) -> tuple[float, float]:
    """From the least to the greatest, with room at both ends."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = part * (high - low) or 1.0
    return low - room, high + room


def _marks(drawn: Drawn) -> dict[str, NDArray]:
    """Rows of what is drawn in one way; limits lie beneath."""
    return {"limits": ~drawn.detected, "detections": drawn.detected}


Card = tuple[tuple[str, str], ...]


@lru_cache(maxsize=128)
def _skeleton(cards: tuple[tuple[str, Card], ...], label: str, size: int, height: int, many: bool) -> Skeleton:
    """The figure without its points: renderers of the marks that occur, each with its hover card."""
    from bokeh.models import HoverTool
    from bokeh.plotting import figure

    plot = figure(
        height=height,
        y_axis_label=label,
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_scroll="wheel_zoom",
        active_drag="pan",
        output_backend="webgl" if many else "canvas",
        name="light-curve",
    )
    plot.xaxis.formatter.use_scientific = False  # type: ignore[attr-defined]
    plot.xaxis.name, plot.x_range.name, plot.y_range.name = "time", "span", "brightness"  # type: ignore[attr-defined]
    for name, card in cards:
        mark = _draw(plot, name, size)
        plot.add_tools(HoverTool(renderers=[mark], tooltips=list(card), formatters={"@when": "datetime"}, limit=1,
                                 point_policy="snap_to_data", visible=False))  # fmt: skip
    return Skeleton(plot)


def _says_nothing(numbers: dict[str, NDArray], texts: dict[str, Any], text: str) -> bool:
    """Whether a line of the hover card would be empty for every point of these marks."""
    name = re.findall(r"@(\w+)", text)[0]
    words = texts.get(name, {}).get("words")
    return words == [""] if words else name not in numbers or bool(np.isnan(numbers[name]).all())


_LABELS = {"mag": "AB magnitude", "flux": "flux density (µJy)", "abs": "absolute AB magnitude"}
_HOVER = [
    ("", "@band  @when{%F %T}"),
    ("mag", "@mag{0.000} ± @magerr{0.000}"),
    ("limit", "@limit{0.00}"),
    ("flux", "@flux{0.00} ± @fluxerr{0.00} µJy"),
    ("S/N", "@snr{0.0}"),
    ("MJD", "@mjd{0.00000}"),
    ("from", "@instrument · @origin_said"),
    ("kind", "@kind"),
    ("verdict", "@judged"),
    ("extinction", "@extinction{0.000} mag"),
    ("reference", "@reference"),
    ("exposure", "@exposure"),
    ("brought by", "@brought_by"),
    ("point", "@id{0} @stands"),
]


def _brightness_label(look: Look) -> str:
    with_reference = ", with the reference" if look.total else ""
    return _LABELS[look.space] + with_reference + (", without extinction" if look.dimmed is not None else "")


def positions(curve: LightCurve, look: Look) -> Drawn:
    """Where the points of a light curve stand under this look."""
    flux, fluxerr, extinction = curve.flux, curve.fluxerr, _extinction(curve, look)
    if look.total:
        with_reference = np.isfinite(curve.ref_flux)
        flux = np.where(with_reference, flux + curve.ref_flux, flux)
        fluxerr = np.where(with_reference, np.hypot(fluxerr, np.nan_to_num(curve.ref_fluxerr)), fluxerr)
    undimmed = 10 ** (0.4 * extinction)
    flux, fluxerr = flux * undimmed, fluxerr * undimmed
    if look.space == "flux":
        detected = np.isfinite(flux)
        y = np.where(detected, flux, photometry.LIMIT_NSIGMA * fluxerr)
        spread = np.where(detected, fluxerr, 0)
    else:
        mag, magerr = photometry.magnitude(flux, fluxerr)
        detected = np.isfinite(mag) & ~(photometry.signal_to_noise(flux, fluxerr) < photometry.DETECTION_SNR)
        y = np.where(detected, mag, curve.limit - extinction) - look.distance_modulus
        spread = np.where(detected, magerr, 0)
    return Drawn(_times(curve, look), y, y - spread, y + spread, detected)


def _extinction(curve: LightCurve, look: Look) -> NDArray:
    """Magnitudes to take away of each point, NaN where that is unknown."""
    if look.dimmed is None:
        return np.zeros(len(curve))
    codes, bands = numbered(curve.bandpass)
    return np.array([look.dimmed.get(band) for band in bands], float)[codes]


def _times(curve: LightCurve, look: Look) -> NDArray:
    if look.time == "ago":
        return look.now - curve.mjd
    return curve.mjd - first_detection(curve) if look.time == "since" else curve.mjd


def first_detection(curve: LightCurve) -> float:
    """MJD of the first detection, of the first point where there is none."""
    return float((curve.mjd[curve.detected] if curve.detected.any() else curve.mjd).min())


def _time_label(curve: LightCurve, look: Look) -> str:
    if look.time == "since":
        return f"days since the first detection (MJD {first_detection(curve):.5f})"
    return "days ago" if look.time == "ago" else "MJD (UTC)"


def _draw(plot: Figure, name: str, size: int) -> Any:
    """A renderer of marks whose source has this name. Glyphs are bare: `plot.scatter` makes three, for selecting."""
    from bokeh.models import BooleanFilter, CDSView, ColumnDataSource, Scatter, Segment

    source, view = ColumnDataSource(name=name), CDSView(filter=BooleanFilter())
    mark = Scatter(x="x", y="y", size=size, line_color="colour")
    if name == "limits":
        mark.update(marker="inverted_triangle", fill_alpha=0, line_alpha=0.6)
    else:
        bars = Segment(x0="x", y0="low", x1="x", y1="high", line_color="colour", line_width=1.2, line_alpha=0.75)
        plot.add_glyph(source, bars, view=view)
        mark.update(marker="shape", fill_color="colour", fill_alpha=0.9)
    return plot.add_glyph(source, mark, view=view)


def _columns(drawn: Drawn, facts: dict[str, NDArray | Words], rows: NDArray) -> tuple[dict, dict]:
    """What the source of these marks holds: columns, and the texts beside them."""
    columns: dict[str, NDArray | Words] = {name: column[rows] for name, column in facts.items()}
    columns |= {name: getattr(drawn, name)[rows].astype(np.float32) for name in ("y", "low", "high")}
    columns["x"] = drawn.x[rows]
    return coded(columns)


def _facts(curve: LightCurve, look: Look, brought_by: NDArray | None) -> dict[str, NDArray | Words]:
    """What the hover card and the legend's filter read of each point."""
    measured = {name: getattr(curve, name) for name in ("mag", "magerr", "limit", "flux", "fluxerr", "snr")}
    if look.dimmed is not None:
        measured["extinction"] = _extinction(curve, look)
    nothing = Words(np.zeros(len(curve), np.int32), [""])
    bands, instruments = Words.of(curve.bandpass), Words.of(curve.instrument)
    stands = np.full(len(curve), "", object)
    for n in np.flatnonzero(~curve.best):
        stands[n] = f"(superseded by {curve.id[curve.stands_for[n]]})"
    # seven digits are enough to read, and half as much to send
    return {name: column.astype(np.float32) for name, column in measured.items()} | {
        "mjd": curve.mjd,
        "id": curve.id.astype(float),
        "band": bands,
        "instrument": instruments,
        "origin": (origins := Words.of(curve.origin)),
        "origin_said": origins.each(origin_in_words),
        "kind": Words.of(curve.kind),
        "colour": bands.each(bandpasses.colour),
        "shape": instruments.each(shape),
        "verdict": Words.of(curve.verdict).each(lambda verdict: verdict or UNMARKED),
        "judged": Words.of(curve.judged),
        "reference": _texts("{:.2f} ± {:.2f} µJy", curve.ref_flux, curve.ref_fluxerr) or nothing,
        "exposure": _texts("{:g} s", curve.exposure) or nothing,
        "stands": Words.of(stands),
        "when": (curve.mjd - UNIX_EPOCH_MJD) * 86_400_000,
        "brought_by": nothing if brought_by is None else Words.of(brought_by),
    }


def _texts(words: str, *columns: NDArray) -> Words | None:
    """Numbers in words, "" where the first is unknown; None where it is unknown of all."""
    if np.isnan(columns[0]).all():
        return None
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return Words.of(np.array(["" if row[0] != row[0] else words.format(*row) for row in rows], object))
