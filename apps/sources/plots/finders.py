"""The finding chart: one sheet for the screen, for paper, and for whoever has only a picture."""

from __future__ import annotations

import io
from textwrap import wrap
from typing import TYPE_CHECKING

from PIL import Image

from skyportal.astro import offsets, sky
from skyportal.web.drawing import Area, Circle, Drawing, Line, Raster, Text

from ..surveys.hips import IMAGES

if TYPE_CHECKING:
    from skyportal.astro.offsets import Star

    from ..queries.finders import Found

WIDTH, HEIGHT = 792.0, 612.0
"""A sheet of US letter, lying."""
_SIDE = 500.0
_LEFT, _TOP = 28.0, 72.0
_TARGET, _STARS = "#d01616", ("#1a56d6", "#0b7a4b", "#b3541e", "#7a3fbf", "#0d7f8c")


def chart(found: Found) -> Drawing:
    """Image or, without one, the stars as dots; target, offset stars, compass, scale, and all of it in figures."""
    asked = found.asked
    drawing = Drawing(WIDTH, HEIGHT, f"Finding chart of {asked.name}", css="finder")
    drawing.add(Area([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], "#ffffff"))
    ra, dec = sky.sexagesimal(asked.ra, asked.dec)
    drawing.add(Text(_LEFT, 38, asked.name, 20, bold=True), Text(_LEFT, 58, f"{ra}  {dec}  (J2000)", 13))
    words = IMAGES[asked.image_source][1] if found.image else "stars of Gaia DR3"
    drawing.add(
        Text(_LEFT + _SIDE, 58, f"{words}, {asked.size:g}′ × {asked.size:g}′, epoch {asked.year:.2f}", 10, "end")
    )
    _sky(drawing, found)
    _compass(drawing)
    _scale(drawing, asked.size)
    _words(drawing, found)
    return drawing


def _place(found: Found, ra: float, dec: float) -> tuple[float, float]:
    """Where a position lies on the sheet: north up, east left."""
    east, north = offsets.tangent_plane(ra, dec, found.asked.ra, found.asked.dec)
    scale = _SIDE / (found.asked.size * 60)
    return _LEFT + _SIDE / 2 - float(east) * scale, _TOP + _SIDE / 2 - float(north) * scale


def _inside(x: float, y: float, margin: float = 4.0) -> bool:
    return _LEFT + margin < x < _LEFT + _SIDE - margin and _TOP + margin < y < _TOP + _SIDE - margin


def _sky(drawing: Drawing, found: Found) -> None:
    if found.image:
        drawing.add(Raster(_LEFT, _TOP, _SIDE, _SIDE, Image.open(io.BytesIO(found.image))))
    else:
        for star in found.stars:
            x, y = _place(found, star.ra, star.dec)
            if _inside(x, y):
                drawing.add(_dot(x, y, star))
    edges = [(_LEFT, _TOP), (_LEFT + _SIDE, _TOP), (_LEFT + _SIDE, _TOP + _SIDE), (_LEFT, _TOP + _SIDE), (_LEFT, _TOP)]
    drawing.add(Line(edges, "#5b6472", 1.0))
    x, y = _LEFT + _SIDE / 2, _TOP + _SIDE / 2
    drawing.add(
        Line([(x - 30, y), (x - 10, y)], _TARGET, 2.0),
        Line([(x, y - 30), (x, y - 10)], _TARGET, 2.0),
        Text(x + 8, y + 20, found.asked.name, 11, colour=_TARGET, bold=True),
    )
    for n, star in enumerate(found.chosen, 1):
        x, y = _place(found, star.ra, star.dec)
        if _inside(x, y, 0):
            colour = _STARS[(n - 1) % len(_STARS)]
            drawing.add(Circle(x, y, 9, colour, 1.8), Text(x + 12, y + 4, f"o{n}", 11, colour=colour, bold=True))


def _dot(x: float, y: float, star: Star) -> Circle:
    """A filled disc, larger for a brighter star: a circle whose line is as wide as it is."""
    radius = min(max((20.5 - star.mag) * 0.7, 0.7), 7.0)
    return Circle(x, y, radius / 2, "#1a1e26", radius)


def _compass(drawing: Drawing) -> None:
    x, y = _LEFT + _SIDE - 26, _TOP + _SIDE - 22
    drawing.add(
        Line([(x, y), (x, y - 34)], "#1a1e26", 1.5),
        Line([(x, y), (x - 34, y)], "#1a1e26", 1.5),
        Text(x, y - 39, "N", 11, "middle", bold=True),
        Text(x - 42, y + 4, "E", 11, "middle", bold=True),
    )


def _scale(drawing: Drawing, size: float) -> None:
    arcsec = 30.0 if size <= 5 else 60.0
    length, x, y = arcsec * _SIDE / (size * 60), _LEFT + 14, _TOP + _SIDE - 16
    drawing.add(
        Line([(x, y), (x + length, y)], "#1a1e26", 1.8),
        Text(x + length / 2, y - 6, "30″" if arcsec == 30 else "1′", 11, "middle", bold=True),
    )


def _words(drawing: Drawing, found: Found) -> None:
    x, y = _LEFT + _SIDE + 18, _TOP + 12
    for n, (star, entry) in enumerate(zip(found.chosen, found.entries[1:], strict=True), 1):
        colour = _STARS[(n - 1) % len(_STARS)]
        ra, dec = sky.sexagesimal(star.ra, star.dec)
        east, north = entry.east or 0.0, entry.north or 0.0
        far = sky.separation(star.ra, star.dec, found.asked.ra, found.asked.dec)
        drawing.add(
            Text(x, y, f"o{n}", 12, bold=True, colour=colour),
            Text(x + 24, y, f"RP {star.mag:.2f}, {far:.1f}″ away", 10),
            Text(x + 24, y + 14, f"{ra}  {dec}", 10),
            Text(x, y + 28, "to target", 10, colour="#5b6472"),
            Text(x + 52, y + 28, f"{abs(east):.2f}″ {'EW'[east < 0]}", 10, bold=True),
            Text(x + 118, y + 28, f"{abs(north):.2f}″ {'NS'[north < 0]}", 10, bold=True),
        )
        y += 46
    for problem in found.problems:
        for line in wrap(problem, 38):
            drawing.add(Text(x, y, line, 10, colour=_TARGET))
            y += 13
        y += 6
