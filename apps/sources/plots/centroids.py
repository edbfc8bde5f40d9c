"""The centroid plot: each detection where it was measured, in arcsec about the source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skyportal.astro import bandpasses
from skyportal.astro.time import datetime_of

from ..queries.centroids import Centroids
from .light_curves import shape

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

SCALES = (1.0, 3.0, 10.0)
"""Half the side, arcsec, that one can choose."""
_SIDE = 290

_HOVER = [
    ("", "@band  @when"),
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


def centroid_plot(found: Centroids) -> LayoutDOM:
    """North up, east left, the source at the cross; the mean as a ring, the scatter of one point as an ellipse."""
    from bokeh.models import ColumnDataSource, HoverTool, Range1d
    from bokeh.plotting import figure

    half = robust_scale(found)
    plot = figure(
        frame_width=_SIDE, frame_height=_SIDE, sizing_mode="fixed",
        x_range=Range1d(start=half, end=-half), y_range=Range1d(start=-half, end=half),
        x_axis_label="east (arcsec)", y_axis_label="north (arcsec)",
        tools="pan,wheel_zoom,box_zoom,reset,save", active_scroll="wheel_zoom", active_drag="pan", name="centroids",
    )  # fmt: skip
    source = ColumnDataSource(_columns(found))
    plot.segment("west_end", "north", "east_end", "north", source=source, color="colour", alpha=0.5)
    plot.segment("east", "south_end", "east", "north_end", source=source, color="colour", alpha=0.5)
    points = plot.scatter("east", "north", source=source, marker="shape", color="colour", size=8, fill_alpha=0.75)
    plot.add_tools(HoverTool(renderers=[points], tooltips=_HOVER, point_policy="snap_to_data"))
    plot.scatter([0.0], [0.0], marker="cross", size=18, line_color="#808691", line_width=1.5)
    east, north = found.mean()
    plot.scatter([east], [north], marker="circle", size=11, fill_alpha=0, line_color="#808691", line_width=2)
    if axes := found.ellipse():
        major, minor, angle = axes
        x, y = _outline(east, north, major, minor, angle)
        plot.line(x, y, line_color="#808691", line_dash="dashed", line_width=1.5)
    return plot


def _outline(east: float, north: float, major: float, minor: float, angle: float) -> tuple[Any, Any]:
    around, turned = np.linspace(0, 2 * np.pi, 73), np.radians(angle)
    along, across = major * np.cos(around), minor * np.sin(around)
    return (
        east + along * np.sin(turned) + across * np.cos(turned),
        north + along * np.cos(turned) - across * np.sin(turned),
    )


def _columns(found: Centroids) -> dict[str, Any]:
    east_err, north_err = np.nan_to_num(found.east_err), np.nan_to_num(found.north_err)
    return {
        "east": found.east, "north": found.north, "east_err": found.east_err, "north_err": found.north_err,
        "west_end": found.east - east_err, "east_end": found.east + east_err,
        "south_end": found.north - north_err, "north_end": found.north + north_err,
        "mjd": found.mjd, "mag": found.mag, "snr": found.snr,
        "band": found.bandpass, "instrument": found.instrument, "origin": found.origin,
        "when": [datetime_of(m).strftime("%Y-%m-%d %H:%M:%S") for m in found.mjd],
        "colour": [bandpasses.colour(b) for b in found.bandpass],
        "shape": [shape(i) for i in found.instrument],
    }  # fmt: skip
