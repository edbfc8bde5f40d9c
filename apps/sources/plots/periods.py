"""Figures of a search for a period: the power spectrum, and the light curve folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from skyportal.astro import bandpasses

from ..models import PeriodSearch
from ..queries.light_curves import LightCurve
from .words import Words, coded

if TYPE_CHECKING:
    from bokeh.plotting import figure as Figure  # noqa: N812

MARKED = 6
"""Peaks with a label; the table beside has all of them."""
SPECTRUM = "#7b8794"


@dataclass(frozen=True)
class Mark:
    """What a mark over a peak means."""

    words: str
    colour: str
    shape: str


PEAK = Mark("peak", "#d1495b", "circle")
RELATED = {
    "alias": Mark("alias of the first", "#3b6fd4", "triangle"),
    "harmonic": Mark("its harmonic", "#e08e0b", "diamond"),
}
MARKS = [PEAK, *RELATED.values()]


def power_spectrum(result: dict[str, Any], *, height: int = 320) -> Figure:
    """Power against frequency, its peaks marked by what they are, and what noise alone would reach."""
    from bokeh.models import ColumnDataSource, HoverTool
    from bokeh.plotting import figure

    frequencies, power = np.array(result["frequencies"]), np.array(result["power"])
    plot = figure(
        height=height, x_axis_label="frequency (1/d)", y_axis_label="power", x_axis_type="log",
        tools="xpan,xbox_zoom,xwheel_zoom,reset,save", active_scroll="xwheel_zoom", active_drag="xpan",
        name="power-spectrum",
    )  # fmt: skip
    plot.line("frequency", "power", source=ColumnDataSource({"frequency": frequencies, "power": power}),
              color=SPECTRUM, line_width=1)  # fmt: skip
    if levels := list(result["levels"].values()):
        plot.hspan(y=levels, line_dash="dashed", line_color=SPECTRUM, line_alpha=0.6)
    marks = plot.scatter(
        "frequency", "power", source=ColumnDataSource(_peaks(result["peaks"])), marker="shape", color="colour", size=10
    )
    plot.add_tools(
        HoverTool(
            renderers=[marks],
            tooltips=[("period", "@period{0.000000} d"), ("frequency", "@frequency{0.0000} /d"), ("is", "@what")],
        )
    )
    plot.y_range.start = 0  # type: ignore[attr-defined]
    return plot


def _peaks(peaks: list[dict[str, Any]]) -> dict[str, list[Any]]:
    shown = peaks[:MARKED]
    marks = [RELATED.get(peak["kind"], PEAK) for peak in shown]
    what = [
        f"{peak['relation']} {'alias' if peak['kind'] == 'alias' else 'of the first'}" if peak["relation"] else ""
        for peak in shown
    ]
    return {
        "frequency": [1 / peak["period"] for peak in shown],
        "period": [peak["period"] for peak in shown],
        "power": [peak["power"] for peak in shown],
        "colour": [mark.colour for mark in marks],
        "shape": [mark.shape for mark in marks],
        "what": [words or ("the first" if n == 0 else "another") for n, words in enumerate(what)],
    }


def _zero(curve: LightCurve, period: float, method: str) -> tuple[float, str]:
    """A time (MJD) of phase 0, and what it is: the middle of the deepest eclipse, or else the brightest point."""
    if method != PeriodSearch.ECLIPSES:
        return float(curve.mjd[np.argmin(curve.mag)]), "brightest"
    bands, band = np.unique(curve.bandpass.astype(str), return_inverse=True)
    depth = curve.mag - np.array([np.median(curve.mag[band == n]) for n in range(len(bands))])[band]
    phase, bins = curve.mjd / period % 1, int(np.clip(len(curve) // 8, 5, 50))
    place = (phase * bins).astype(int)
    deepest = max(np.unique(place), key=lambda n: np.median(depth[place == n]))
    away = (phase - (deepest + 0.5) / bins + 0.5) % 1 - 0.5
    weight = np.where(abs(away) < 1.5 / bins, np.maximum(depth, 0), 0)
    middle = (deepest + 0.5) / bins + (np.average(away, weights=weight) if weight.any() else 0.0)
    return float(middle * period), "mid-eclipse"


def folded(curve: LightCurve, period: float, method: str = "", *, height: int = 320) -> Figure:
    """Magnitudes against phase, two cycles; what phase 0 is see `_zero`. ``curve`` holds detections only."""
    from bokeh.models import ColumnDataSource, HoverTool, Range1d, Scatter, Segment
    from bokeh.models.annotations import Legend, LegendItem
    from bokeh.plotting import figure

    zero, of = _zero(curve, period, method)
    plot = figure(
        height=height, x_axis_label=f"phase (P = {period:.7g} d, 0: {of})", y_axis_label="AB magnitude",
        x_range=Range1d(start=0, end=2),
        tools="pan,box_zoom,wheel_zoom,reset,save", active_scroll="wheel_zoom", active_drag="pan", name="folded",
        output_backend="canvas" if len(curve) < 3000 else "webgl",
    )  # fmt: skip
    phase = (curve.mjd - zero) / period % 1
    twice = np.concatenate([phase, phase + 1])
    mag, error, mjd, names = (np.tile(c, 2) for c in (curve.mag, curve.magerr, curve.mjd, curve.bandpass))
    band = Words.of(names)
    places = {"phase": twice, "mag": mag, "magerr": error, "low": mag - error, "high": mag + error}
    columns = {name: column.astype(np.float32) for name, column in places.items()}
    numbers, texts = coded({**columns, "mjd": mjd, "band": band, "colour": band.each(bandpasses.colour)})
    source = ColumnDataSource(numbers, tags=[{"texts": texts}])
    bars = Segment(x0="phase", y0="low", x1="phase", y1="high", line_color="colour", line_width=1.2, line_alpha=0.7)
    plot.add_glyph(source, bars)
    dots = Scatter(x="phase", y="mag", size=6, line_color="colour", fill_color="colour", fill_alpha=0.85)
    marks = plot.add_glyph(source, dots)
    look: dict[str, Any] = {
        "orientation": "horizontal", "padding": 0, "spacing": 12, "background_fill_alpha": 0, "border_line_alpha": 0,
        "label_text_font_size": "12px", "ncols": 6,
    }  # fmt: skip
    drawn: list[Any] = [marks]
    bands = Legend(items=[LegendItem(label={"field": "band"}, renderers=drawn)], **look)
    plot.add_layout(bands, "above")
    plot.add_tools(
        HoverTool(
            renderers=[marks],
            tooltips=[
                ("band", "@band"), ("magnitude", "@mag{0.000} ± @magerr{0.000}"), ("phase", "@phase{0.000}"),
                ("MJD", "@mjd{0.0000}"),
            ],
        )
    )  # fmt: skip
    bright, faint = np.percentile(curve.mag, [0.5, 99.5])
    margin = max(0.1 * (faint - bright), 0.05)
    plot.y_range.start, plot.y_range.end = float(faint + margin), float(bright - margin)  # type: ignore[attr-defined]
    return plot
