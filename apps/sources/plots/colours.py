"""The Hertzsprung–Russell diagram: a source beside the main sequence."""

from __future__ import annotations

from collections.abc import Callable

from skyportal.astro.stars import MAIN_SEQUENCE
from skyportal.web.drawing import Circle, Drawing, Line, Mark, Text

from ..queries.colours import Star

_BLUE, _RED, _BRIGHT, _FAINT = -0.6, 4.2, -5.0, 16.5
_INK = "#2a59cc"
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 8.0, 34.0


def hr_diagram(stars: list[Star], *, width: float = 330, height: float = 300) -> Drawing:
    """Absolute magnitude over colour, bright upwards; a point beyond the edges is drawn on them.

    A point has the range of one standard error of its parallax. A parallax of less than `SURE` standard errors is no
    distance and makes no point: an arrow goes up from the faintest that the star may be (no nearer than three errors
    allow), or all the way where that says nothing, a negative parallax beyond its errors.
    """
    drawing = Drawing(width, height, _said(stars), css="airmass")

    def x(colour: float) -> float:
        part = (min(max(colour, _BLUE), _RED) - _BLUE) / (_RED - _BLUE)
        return _LEFT + part * (width - _LEFT - _RIGHT)

    def y(mag: float) -> float:
        part = (min(max(mag, _BRIGHT), _FAINT) - _BRIGHT) / (_FAINT - _BRIGHT)
        return _TOP + part * (height - _TOP - _BOTTOM)

    for mag in (-5, 0, 5, 10, 15):
        drawing.add(Line([(_LEFT, y(mag)), (width - _RIGHT, y(mag))], "#c9ced6", 0.6, css="gridline"))
        drawing.add(Text(_LEFT - 5, y(mag) + 3.5, f"{mag}".replace("-", "−"), 10, "end", css="tick"))
    for colour in range(5):
        drawing.add(Text(x(colour), height - _BOTTOM + 14, f"{colour}", 10, "middle", css="tick"))
    drawing.add(Text((width + _LEFT) / 2, height - 4, "BP − RP (mag); M_G upwards", 10, "middle", css="tick"))
    drawing.add(Line([(x(c), y(m)) for c, m in MAIN_SEQUENCE], "#5b6472", 5, css="sequence"))
    for star in stars:
        for mark in _marks(star, x(star.colour), y):
            drawing.add(mark)
    return drawing


def _marks(star: Star, x: float, y: Callable[[float], float]) -> list[Mark]:
    said = star.luminosity
    if said.abs_mag is None:
        foot, tip = y(_FAINT if said.faintest is None else said.faintest), y(_BRIGHT)
        shaft = Line([(x, foot), (x, tip)], _INK, 2, dashed=True, css="target")
        head = Line([(x - 5, tip + 8), (x, tip), (x + 5, tip + 8)], _INK, 2, css="target")
        end = Line([(x - 7, foot), (x + 7, foot)], _INK, 2, css="target")
        return [shaft, head] if said.faintest is None else [shaft, head, end]
    bar: list[Mark] = []
    if said.brightest is not None and said.faintest is not None:
        bar = [Line([(x, y(said.brightest)), (x, y(said.faintest))], _INK, 2, css="target")]
    return [*bar, Circle(x, y(said.abs_mag), 6, _INK, 2.5, css="target")]


def _said(stars: list[Star]) -> str:
    return "Colour and absolute magnitude: " + ", ".join(
        f"{star.origin}: {star.colour:.2f}, "
        + ("distance not known" if star.luminosity.abs_mag is None else f"{star.luminosity.abs_mag:.2f}")
        for star in stars
    )
