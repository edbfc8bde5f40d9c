"""The centroid plot: each detection where it was measured, in arcsec about the source."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import bandpasses
from skyportal.web.bokeh import Skeleton

from ..queries.centroids import Centroids
from .light_curves import UNIX_EPOCH_MJD
from .marks import origin_in_words, shape
from .words import Words, coded

SCALES = (1.0, 3.0, 10.0)
"""Half the side, arcsec, that one can choose."""
_SIDE = 290

_HOVER = [
    ("", "@band  @when{%F %T}"),
    ("from", "@instrument · @origin"),
    ("mag", "@mag{0.000}"),
    ("S/N", "@snr{0.0}"),
    ("east", "@east{0.000}″ ± @east_err{0.000}"),
    ("north", "@north{0.000}″ ± @north_err{0.000}"),
    ("MJD", "@mjd{0.00000}"),
]


def robust_scale(found: Centroids) -> float:
    """Half the side that shows nearly all points: a stray one does not rule it."""
    far = np.hypot(found.east, found.north)
    return float(max(0.3, 1.25 * np.percentile(far, 97)))


def centroid_plot(found: Centroids) -> str:
    """The figure as JSON: north up, east left, the source at the cross; the mean as a ring, the scatter of one point as
    an ellipse."""
    half = robust_scale(found)
    numbers, texts = coded(_columns(found))
    east, north = found.mean()
    axes = found.ellipse()
    x, y = _outline(east, north, *axes) if axes else ([], [])
    given: dict[str, dict[str, Any]] = {
        "points": {"data": numbers, "tags": [{"texts": texts}]},
        "mean": {"data": {"x": [east], "y": [north]}},
        "scatter": {"data": {"x": x, "y": y}},
        "easts": {"start": half, "end": -half},
        "norths": {"start": -half, "end": half},
    }
    return _skeleton().filled(given)


@cache
def _skeleton() -> Skeleton:
    """The figure without its points."""
    from bokeh.models import ColumnDataSource, HoverTool, Line, Range1d, Scatter, Segment
    from bokeh.plotting import figure

    plot = figure(
        frame_width=_SIDE, frame_height=_SIDE, sizing_mode="fixed",
        x_range=Range1d(start=1, end=-1, name="easts"), y_range=Range1d(start=-1, end=1, name="norths"),
        x_axis_label="east (arcsec)", y_axis_label="north (arcsec)",
        tools="pan,wheel_zoom,box_zoom,reset,save", active_scroll="wheel_zoom", active_drag="pan", name="centroids",
    )  # fmt: skip
    source = ColumnDataSource(name="points")
    bars: dict[str, Any] = {"line_color": "colour", "line_alpha": 0.5}
    plot.add_glyph(source, Segment(x0="west_end", y0="north", x1="east_end", y1="north", **bars))
    plot.add_glyph(source, Segment(x0="east", y0="south_end", x1="east", y1="north_end", **bars))
    marks = Scatter(x="east", y="north", marker="shape", size=8, line_color="colour", fill_color="colour",
                    fill_alpha=0.75)  # fmt: skip
    points = plot.add_glyph(source, marks)
    plot.add_tools(HoverTool(renderers=[points], tooltips=_HOVER, formatters={"@when": "datetime"}, limit=3,
                             point_policy="snap_to_data"))  # fmt: skip
    quiet: dict[str, Any] = {"line_color": "#808691"}
    plot.scatter([0.0], [0.0], marker="cross", size=18, line_width=1.5, **quiet)
    ring = Scatter(x="x", y="y", marker="circle", size=11, fill_alpha=0, line_width=2, **quiet)
    plot.add_glyph(ColumnDataSource(name="mean"), ring)
    plot.add_glyph(ColumnDataSource(name="scatter"), Line(x="x", y="y", line_dash="dashed", line_width=1.5, **quiet))
    return Skeleton(plot)


def _outline(east: float, north: float, major: float, minor: float, angle: float) -> tuple[Any, Any]:
    around, turned = np.linspace(0, 2 * np.pi, 73), np.radians(angle)
    along, across = major * np.cos(around), minor * np.sin(around)
    return (
        east + along * np.sin(turned) + across * np.cos(turned),
        north + along * np.cos(turned) - across * np.sin(turned),
    )


def _columns(found: Centroids) -> dict[str, NDArray | Words]:
    east_err, north_err = np.nan_to_num(found.east_err), np.nan_to_num(found.north_err)
    band, instrument, origin = (Words.of(names) for names in (found.bandpass, found.instrument, found.origin))
    places = {
        "east": found.east, "north": found.north, "east_err": found.east_err, "north_err": found.north_err,
        "west_end": found.east - east_err, "east_end": found.east + east_err,
        "south_end": found.north - north_err, "north_end": found.north + north_err,
        "mag": found.mag, "snr": found.snr,
    }  # fmt: skip
    # seven digits are enough to read, and half as much to send
    return {name: column.astype(np.float32) for name, column in places.items()} | {
        "mjd": found.mjd,
        "when": (found.mjd - UNIX_EPOCH_MJD) * 86_400_000,
        "band": band,
        "instrument": instrument,
        "origin": origin.each(origin_in_words),
        "colour": band.each(bandpasses.colour),
        "shape": instrument.each(shape),
    }
