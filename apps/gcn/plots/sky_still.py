"""The sky map of an event as a picture that needs no script: SVG in the page, PNG in a mail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skyportal.astro.skymaps.projections import from_mollweide, from_orthographic, mollweide, orthographic
from skyportal.astro.skymaps.texture import shades
from skyportal.web.drawing import Area, Circle, Drawing, Line, Mark, Raster, Text

from ..queries.sky_view import SkyView
from ..slots import Layer
from .sky import LEVEL_COLOURS, graticule

SIDE = 460.0


HEAD, FOOT = 44.0, 26.0
PLANE = "#8a6d3b"
BODIES = ("Sun", "Moon")
SHADE = (0, 114, 178)
DARKEST = 0.75


def still(view: SkyView, *, whole_sky: bool = False) -> Drawing:
    """The hemisphere around the densest place, or the whole sky in Mollweide's projection."""
    width, height = _size(whole_sky)
    marks = [*_marks(view, whole_sky), Text(6, 14, view.name[:60], 11)]
    return Drawing(width, height, _label(view), css="skymap-still", marks=marks)


def picture(view: SkyView, heading: str, context: str, *, whole_sky: bool = False) -> Drawing:
    """The same for mails and reports, where nobody can point at things: with the probability shaded, and with words."""
    width, height = _size(whole_sky)
    drawing = Drawing(width, HEAD + height + FOOT, f"{heading}. {_label(view)}", css="skymap-still")
    corners = [(0.0, 0.0), (width, 0.0), (width, drawing.height), (0.0, drawing.height)]
    drawing.add(Area(corners, "#ffffff"), _shading(view, whole_sky), *_marks(view, whole_sky, HEAD))
    drawing.add(Text(8, 17, heading[:90], 13, bold=True), Text(8, 34, context[:120], 11))
    for label, point in [(layer.label, layer.points[0]) for layer in view.layers if layer.label in BODIES]:
        ((x, y),) = _placed(view, np.array([point[:2]], float), whole_sky)
        if np.isfinite(x):
            scale = _scale(whole_sky)
            drawing.add(Text(width / 2 + scale * x + 10, HEAD + height / 2 - scale * y + 4, label, 10))
    drawing.add(*_legend(view, HEAD + height + FOOT - 9))
    return drawing


def _size(whole_sky: bool) -> tuple[float, float]:
    return (2 * SIDE, SIDE) if whole_sky else (SIDE, SIDE)


def _scale(whole_sky: bool) -> float:
    return SIDE / (2 * np.sqrt(2)) * 0.97 if whole_sky else SIDE / 2 * 0.97


def _label(view: SkyView) -> str:
    return f"Sky map {view.name}: lines of {', '.join(map(str, sorted(view.contours)))} % probability"


def _marks(view: SkyView, whole_sky: bool, top: float = 0.0) -> list[Mark]:
    """Lines and points, the sky's uppermost edge at ``top``."""
    width, height = _size(whole_sky)
    scale, middle = _scale(whole_sky), top + height / 2
    marks: list[Mark] = [_limb(width, middle, scale, whole_sky)]
    layers = [(graticule(), "#b8bcc4", 0.5), ([view.plane], PLANE, 1.0)]
    layers += [(view.contours[level], LEVEL_COLOURS.get(level, "#0072b2"), 1.6) for level in sorted(view.contours)]
    layers += [(_closed(layer), layer.colour, 1.0) for layer in view.layers if layer.visible and layer.outlines]
    for lines, colour, thick in layers:
        for line in lines:
            for part in _visible(_placed(view, line, whole_sky), whole_sky):
                points = [(width / 2 + scale * x, middle - scale * y) for x, y in part.tolist()]
                marks.append(Line(points, colour, thick))
    for layer in view.layers:
        for ra, dec, _, _ in layer.points if layer.visible else ():
            ((x, y),) = _placed(view, np.array([[ra, dec]]), whole_sky)
            if np.isfinite(x):
                radius = 6.0 if layer.label in BODIES else 2.5
                marks.append(Circle(width / 2 + scale * x, middle - scale * y, radius, layer.colour, 1.5))
    return marks


def _shading(view: SkyView, whole_sky: bool) -> Raster:
    """A pixel a point: each asks the texture what is there."""
    from PIL import Image

    width, height = _size(whole_sky)
    scale = _scale(whole_sky)
    across, down = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = (across - width / 2) / scale, (height / 2 - down) / scale
    ra, dec = from_mollweide(x, y, view.centre[0]) if whole_sky else from_orthographic(x, y, *view.centre)
    ink = (DARKEST / 255 * shades(view.shade, ra, dec))[..., None]
    colours = np.rint(255 * (1 - ink) + np.array(SHADE) * ink).astype(np.uint8)
    return Raster(0, HEAD, width, height, Image.fromarray(colours))


def _legend(view: SkyView, y: float) -> list[Mark]:
    lines = [(f"{level} %", LEVEL_COLOURS.get(level, "#0072b2")) for level in sorted(view.contours)]
    lines.append(("Galactic plane", PLANE))
    points = [(layer.label, layer.colour) for layer in view.layers if layer.visible and layer.label not in BODIES]
    marks: list[Mark] = []
    x = 8.0
    for words, colour in lines:
        marks += [Line([(x, y - 4), (x + 16, y - 4)], colour, 2), Text(x + 21, y, words, 10)]
        x += 38 + 5.6 * len(words)
    for words, colour in points[:6]:
        marks += [Circle(x + 5, y - 4, 3, colour, 1.5), Text(x + 13, y, words, 10)]
        x += 30 + 5.6 * len(words)
    return marks


def _closed(layer: Layer) -> list[NDArray]:
    return [np.array([*line, line[0]], float) for line in layer.outlines]


def _limb(width: float, middle: float, scale: float, whole_sky: bool) -> Line:
    turn = np.radians(np.arange(0, 361, 2))
    a, b = (2 * np.sqrt(2), np.sqrt(2)) if whole_sky else (1.0, 1.0)
    points = zip(width / 2 + scale * a * np.cos(turn), middle - scale * b * np.sin(turn), strict=True)
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
