"""The sky map of an event as a picture that needs no script: SVG in the page, PNG in a mail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.skymaps.projections import mollweide, orthographic
from skyportal.web.drawing import Circle, Drawing, Line, Mark, Text

from ..queries.sky_view import SkyView
from ..slots import Layer
from .sky import LEVEL_COLOURS, graticule

SIDE = 460.0


def still(view: SkyView, *, whole_sky: bool = False) -> Drawing:
    """The hemisphere around the densest place, or the whole sky in Mollweide's projection."""
    width, height = (2 * SIDE, SIDE) if whole_sky else (SIDE, SIDE)
    scale = SIDE / (2 * np.sqrt(2)) * 0.97 if whole_sky else SIDE / 2 * 0.97
    marks: list[Mark] = [_limb(width, height, scale, whole_sky)]
    layers = [(graticule(), "#b8bcc4", 0.5), ([view.plane], "#8a6d3b", 1.0)]
    layers += [(view.contours[level], LEVEL_COLOURS.get(level, "#0072b2"), 1.6) for level in sorted(view.contours)]
    layers += [(_closed(layer), layer.colour, 1.0) for layer in view.layers if layer.visible and layer.outlines]
    for lines, colour, thick in layers:
        for line in lines:
            for part in _visible(_placed(view, line, whole_sky), whole_sky):
                points = [(width / 2 + scale * x, height / 2 - scale * y) for x, y in part.tolist()]
                marks.append(Line(points, colour, thick))
    for layer in view.layers:
        for ra, dec, _, _ in layer.points if layer.visible else ():
            ((x, y),) = _placed(view, np.array([[ra, dec]]), whole_sky)
            if np.isfinite(x):
                radius = 6.0 if layer.label in ("Sun", "Moon") else 2.5
                marks.append(Circle(width / 2 + scale * x, height / 2 - scale * y, radius, layer.colour, 1.5))
    marks.append(Text(6, 14, view.name[:60], 11))
    label = f"Sky map {view.name}: lines of {', '.join(map(str, sorted(view.contours)))} % probability"
    return Drawing(width, height, label, css="skymap-still", marks=marks)


def _closed(layer: Layer) -> list[NDArray]:
    return [np.array([*line, line[0]], float) for line in layer.outlines]


def _limb(width: float, height: float, scale: float, whole_sky: bool) -> Line:
    turn = np.radians(np.arange(0, 361, 2))
    a, b = (2 * np.sqrt(2), np.sqrt(2)) if whole_sky else (1.0, 1.0)
    points = zip(width / 2 + scale * a * np.cos(turn), height / 2 - scale * b * np.sin(turn), strict=True)
    return Line([(float(x), float(y)) for x, y in points], "#808691", 1)


def _placed(view: SkyView, line: NDArray, whole_sky: bool) -> NDArray:
    if whole_sky:
        return np.column_stack(mollweide(line[:, 0], line[:, 1], view.centre[0]))
    return np.column_stack(orthographic(line[:, 0], line[:, 1], *view.centre))


def _visible(points: NDArray, whole_sky: bool) -> list[NDArray]:
    """The line cut where it is on the far side, or jumps from one edge of the map to the other."""
    seen = np.isfinite(points[:, 0])
    jump = np.r_[False, np.abs(np.diff(points[:, 0])) > 2] if whole_sky else np.zeros(len(points), bool)
    starts = np.flatnonzero(jump | np.r_[True, seen[1:] != seen[:-1]])
    return [part for part in np.split(points, starts[1:]) if len(part) > 1 and np.isfinite(part[0, 0])]
