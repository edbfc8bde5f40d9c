"""A drawing as PNG."""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise
from math import hypot
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from . import Area, Circle, Drawing, Line, Points, Raster, Text, plain

_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_FINER = 2
"""Drawn so much larger and shrunk, for smooth lines."""


@cache
def _font(size: float) -> Any:
    return ImageFont.load_default(size)


def png(drawing: Drawing, scale: float) -> bytes:
    fine = scale * _FINER
    image = Image.new("RGB", (round(drawing.width * fine), round(drawing.height * fine)), "white")
    pen = ImageDraw.Draw(image)
    for mark in drawing.marks:
        match mark:
            case Line():
                pieces = _dashes(mark.points) if mark.dashed else [mark.points]
                for piece in pieces:
                    pen.line(_scaled(piece, fine), mark.colour, max(1, round(mark.width * fine)))
            case Area():
                pen.polygon(_scaled(mark.points, fine), mark.colour)
            case Circle():
                x, y, r = mark.x * fine, mark.y * fine, mark.radius * fine
                pen.ellipse((x - r, y - r, x + r, y + r), outline=mark.colour, width=max(1, round(mark.width * fine)))
            case Text():
                place = (mark.x * fine, mark.y * fine)
                thicker = round(0.02 * mark.size * fine) if mark.bold else 0
                pen.text(
                    place, plain(mark.words), mark.colour, _font(mark.size * fine),
                    anchor=_ANCHORS[mark.anchor], stroke_width=thicker, stroke_fill=mark.colour,
                )  # fmt: skip
            case Raster():
                box = (round(mark.width * fine), round(mark.height * fine))
                place_of = (round(mark.x * fine), round(mark.y * fine))
                image.paste(mark.image.convert("RGB").resize(box, Image.Resampling.NEAREST), place_of)
    file = io.BytesIO()
    size = (round(drawing.width * scale), round(drawing.height * scale))
    image.resize(size, Image.Resampling.BOX).save(file, "PNG")
    return file.getvalue()


def _scaled(points: Points, scale: float) -> list[tuple[float, float]]:
    return [(x * scale, y * scale) for x, y in points]


def _dashes(points: Points, on: float = 4.0, off: float = 3.0) -> list[Points]:
    """Straight pieces of a line, as long as its dashes."""
    found: list[Points] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        length = hypot(x1 - x0, y1 - y0)
        at = 0.0
        while at < length:
            a, b = at / length, min(1.0, (at + on) / length)
            found.append(((x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0))))
            at += on + off
    return found
