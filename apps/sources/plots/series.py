"""Photometric series as a live plot: their outline, however many exposures they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skyportal.astro import bandpasses
from skyportal.astro.series import Series, thinned

from .marks import robust_range

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

MOST_POINTS = 6000
"""Of all series of a figure together."""


@dataclass(frozen=True)
class Run:
    """A series with what it is called and the bandpass it is in."""

    name: str
    bandpass: str
    series: Series


def series(runs: Sequence[Run], *, height: int) -> LayoutDOM:
    """The figure: magnitudes over time, of each stretch of rows at least the faintest and the brightest."""
    from bokeh.models import HoverTool
    from bokeh.plotting import figure

    plot = figure(
        height=height, x_axis_label="MJD (UTC)", y_axis_label="AB magnitude", name="series",
        tools="pan,box_zoom,wheel_zoom,reset,save", active_scroll="wheel_zoom", active_drag="pan",
        output_backend="webgl",
    )  # fmt: skip
    plot.xaxis.formatter.use_scientific = False  # type: ignore[attr-defined]
    for run in runs:
        mag, magerr = run.series.magnitudes
        rows = thinned(mag, max(MOST_POINTS // len(runs), 2))
        columns = {"x": run.series.mjd[rows], "y": mag[rows], "magerr": magerr[rows]}
        mark = plot.scatter("x", "y", source=columns, size=3, color=bandpasses.colour(run.bandpass), alpha=0.7)
        card = [("", f"{run.name}  {run.bandpass}".replace("@", "@ ")), ("mag", "@y{0.000} ± @magerr{0.000}"),
                ("MJD", "@x{0.00000}")]  # fmt: skip
        plot.add_tools(HoverTool(renderers=[mark], tooltips=card, limit=1, visible=False))
    bright, faint = robust_range(np.concatenate([run.series.magnitudes[0] for run in runs]), np.array([]))
    plot.y_range.start, plot.y_range.end = faint, bright  # type: ignore[attr-defined]
    return plot
