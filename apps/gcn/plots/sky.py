"""The sky map of an event as a Bokeh figure that `static/js/skymap.js` turns.

Everything is placed on the sphere here (``lon``, ``lat`` columns) and projected for the first view; the script projects
it again when somebody drags. Lines are cut where they leave the visible side.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.skymaps.projections import orthographic

from ..queries.sky_view import SkyView
from ..slots import Layer

if TYPE_CHECKING:
    from bokeh.models import LayoutDOM

SIDE = 460
LEVEL_COLOURS = {50: "#d55e00", 90: "#0072b2"}
GRATICULE = "Graticule"


def sky_plot(view: SkyView) -> LayoutDOM:
    """One hemisphere, the map's densest place in the middle, north up and east left.

    Tools stand within the frame: beside it they would make it narrower than high, and the sphere an egg.
    """
    from bokeh.models import HoverTool, Range1d, TapTool
    from bokeh.plotting import figure

    plot = figure(
        width=SIDE, height=SIDE, min_border=0, sizing_mode="scale_width", aspect_ratio=1,
        x_range=Range1d(start=-1.05, end=1.05), y_range=Range1d(start=-1.05, end=1.05),
        tools="wheel_zoom,reset,save", active_scroll="wheel_zoom", name="skymap", toolbar_inner=True,
        tags=[{"texture": _texture(view), "centre": list(view.centre), "area": view.area_90}],
    )  # fmt: skip
    plot.axis.visible = False
    plot.grid.visible = False
    _ground(plot, view)
    for level in sorted(view.contours, reverse=True):
        _lines(plot, view, f"{level} %", view.contours[level], LEVEL_COLOURS.get(level, "#0072b2"), width=2)
    _lines(plot, view, "Galactic plane", [view.plane], "#8a6d3b", width=1.5, dash="dashed")
    shown = [_layer(plot, view, layer) for layer in view.layers]
    points = [renderer for renderers in shown for renderer in renderers if renderer.name.startswith("points:")]
    plot.add_tools(HoverTool(tooltips="@words", renderers=points), TapTool(renderers=points))
    return plot


def _texture(view: SkyView) -> dict[str, Any]:
    shade = view.shade
    rows, columns = shade.shade.shape
    return {
        "rows": rows, "columns": columns, "west": shade.west, "east": shade.east, "south": shade.south,
        "north": shade.north, "data": b64encode(shade.shade.tobytes()).decode(),
    }  # fmt: skip


def _ground(plot: Any, view: SkyView) -> None:
    """Room for the shading, which only the browser draws; the limb and the lines of constant ra and dec."""
    from bokeh.models import ColumnDataSource, ImageRGBA, MultiLine

    blank = np.zeros((2, 2), np.uint32)
    source = ColumnDataSource({"image": [blank], "x": [-1.0], "y": [-1.0], "dw": [2.0], "dh": [2.0]}, name="shade")
    plot.add_glyph(source, ImageRGBA(image="image", x="x", y="y", dw="dw", dh="dh"), name="Probability")
    limb = np.radians(np.arange(0, 361, 2))
    edge = ColumnDataSource({"xs": [np.cos(limb)], "ys": [np.sin(limb)]}, name="limb")
    plot.add_glyph(edge, MultiLine(xs="xs", ys="ys", line_color="#808691", line_width=1), name="limb")
    _lines(plot, view, GRATICULE, graticule(), "#808691", width=0.5, alpha=0.6)


def graticule() -> list[NDArray]:
    dec = np.arange(-88, 89, 2.0)
    ra = np.arange(0, 361, 3.0)
    meridians = [np.column_stack([np.full(len(dec), lon), dec]) for lon in range(0, 360, 30)]
    return meridians + [np.column_stack([ra, np.full(len(ra), lat)]) for lat in range(-60, 61, 30)]


def _lines(
    plot: Any, view: SkyView, name: str, lines: list[NDArray], colour: str, *, width: float, dash: str = "solid",
    alpha: float = 1.0,
) -> Any:  # fmt: skip
    from bokeh.models import ColumnDataSource, MultiLine

    xs, ys = _projected(view, lines)
    tags = [{name: [line[:, n].round(4).tolist() for line in lines] for n, name in enumerate(("lon", "lat"))}]
    source = ColumnDataSource({"xs": xs, "ys": ys}, name=f"lines:{name}", tags=tags)
    glyph = MultiLine(xs="xs", ys="ys", line_color=colour, line_width=width, line_dash=dash, line_alpha=alpha)
    return plot.add_glyph(source, glyph, name=f"lines:{name}")


def _projected(view: SkyView, lines: list[NDArray]) -> tuple[list[list[float]], list[list[float]]]:
    xs, ys = [], []
    for line in lines:
        x, y = orthographic(line[:, 0], line[:, 1], *view.centre)
        xs.append(x.round(5).tolist())
        ys.append(y.round(5).tolist())
    return xs, ys


def _layer(plot: Any, view: SkyView, layer: Layer) -> list[Any]:
    from bokeh.models import ColumnDataSource, Scatter

    made = []
    if layer.outlines:
        outlines = [np.array([*line, line[0]], float) for line in layer.outlines]
        made.append(_lines(plot, view, layer.label, outlines, layer.colour, width=1))
    if layer.points:
        lon, lat = np.array([point[:2] for point in layer.points], float).T
        x, y = orthographic(lon, lat, *view.centre)
        columns = {
            "x": x, "y": y, "lon": lon, "lat": lat,
            "words": [point[2] for point in layer.points], "url": [point[3] for point in layer.points],
        }  # fmt: skip
        size = 16 if layer.label in ("Sun", "Moon") else 8
        glyph = Scatter(
            x="x", y="y", marker=layer.marker, size=size,
            fill_color=layer.colour, line_color=layer.colour, fill_alpha=0.7,
        )  # fmt: skip
        name = f"points:{layer.label}"
        made.append(plot.add_glyph(ColumnDataSource(columns, name=name), glyph, name=name))
    for renderer in made:
        renderer.visible = layer.visible
    return made
