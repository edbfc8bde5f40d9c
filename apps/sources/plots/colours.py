"""The Hertzsprung–Russell diagram: a source beside the main sequence."""

from __future__ import annotations

from typing import Any

from skyportal.astro.stars import MAIN_SEQUENCE
from skyportal.web.drawing import Circle, Drawing, Line, Text

_BLUE, _RED, _BRIGHT, _FAINT = -0.6, 4.2, -5.0, 16.5
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 8.0, 34.0


def hr_diagram(rows: list[dict[str, Any]], *, width: float = 330, height: float = 300) -> Drawing:
    """Absolute magnitude over colour, bright upwards; a point beyond the edges is drawn on them."""
    drawing = Drawing(width, height, _said(rows), css="airmass")

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
    for row in rows:
        drawing.add(Circle(x(row["color"]), y(row["abs_mag"]), 6, "#2a59cc", 2.5, css="target"))
    return drawing


def _said(rows: list[dict[str, Any]]) -> str:
    points = ", ".join(f"{row['origin']}: {row['color']:.2f}, {row['abs_mag']:.2f}" for row in rows)
    return f"Colour and absolute magnitude: {points}"
