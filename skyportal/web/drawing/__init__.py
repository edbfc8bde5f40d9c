"""A picture described once and written as SVG for the page, PNG for a script, PDF for paper.

Units are points, y downwards. A mark has a colour of its own for paper; where it names a ``css`` class the page's theme
colours it in the SVG instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

Points = Sequence[tuple[float, float]]
INK = "#1a1e26"


@dataclass(frozen=True)
class Line:
    points: Points
    colour: str = INK
    width: float = 1.0
    dashed: bool = False
    css: str = ""


@dataclass(frozen=True)
class Area:
    points: Points
    colour: str
    css: str = ""


@dataclass(frozen=True)
class Circle:
    x: float
    y: float
    radius: float
    colour: str = INK
    width: float = 1.0
    css: str = ""


@dataclass(frozen=True)
class Text:
    x: float
    y: float
    words: str
    size: float = 10.0
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    colour: str = INK
    css: str = ""


@dataclass(frozen=True)
class Raster:
    x: float
    y: float
    width: float
    height: float
    image: Image


Mark = Line | Area | Circle | Text | Raster


@dataclass
class Drawing:
    """Marks in the order in which they are drawn; ``label`` says in words what is to be seen."""

    width: float
    height: float
    label: str
    css: str = ""
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        self.marks.extend(marks)

    def svg(self) -> str:
        from .svg import svg

        return svg(self)

    def png(self, scale: float = 2.0) -> bytes:
        from .png import png

        return png(self, scale)

    def pdf(self) -> bytes:
        from .pdf import pdf

        return pdf(self)


def plain(words: str) -> str:
    """Words in the letters that every font has; signs of the field in those nearest to them."""
    for sign, letters in (("″", '"'), ("′", "'"), ("−", "-"), ("–", "-"), ("≤", "<="), ("α", "RA"), ("δ", "Dec")):
        words = words.replace(sign, letters)
    return words.encode("cp1252", "replace").decode("cp1252")
