"""A drawing as SVG."""

from __future__ import annotations

import base64
import io
from xml.sax.saxutils import escape, quoteattr

from . import Area, Circle, Drawing, Line, Mark, Raster, Text


def svg(drawing: Drawing) -> str:
    inner = "".join(_mark(mark) for mark in drawing.marks)
    size = f'viewBox="0 0 {drawing.width:g} {drawing.height:g}" width="{drawing.width:g}" height="{drawing.height:g}"'
    # its own name, so that it is a picture as a file too
    kind = f'class="drawing {drawing.css}" font-family="system-ui, sans-serif" role="img"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {kind} {size}'
    return f"{head} aria-label={quoteattr(drawing.label)}>{inner}</svg>"


def _mark(mark: Mark) -> str:
    match mark:
        case Line():
            path = "".join(f"{'ML'[n > 0]}{x:.1f} {y:.1f}" for n, (x, y) in enumerate(mark.points))
            dashes = ' stroke-dasharray="4 3"' if mark.dashed else ""
            return f'<path d="{path}" fill="none" stroke-width="{mark.width:g}"{dashes}{_colour(mark, "stroke")}/>'
        case Area():
            corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
            return f'<polygon points="{corners}"{_colour(mark, "fill")}/>'
        case Circle():
            place = f'cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{mark.radius:.1f}"'
            return f'<circle {place} fill="none" stroke-width="{mark.width:g}"{_colour(mark, "stroke")}/>'
        case Text():
            weight = ' font-weight="600"' if mark.bold else ""
            place = f'x="{mark.x:.1f}" y="{mark.y:.1f}" font-size="{mark.size:g}" text-anchor="{mark.anchor}"'
            return f"<text {place}{weight}{_colour(mark, 'fill')}>{escape(mark.words)}</text>"
        case Raster():
            file = io.BytesIO()
            mark.image.save(file, "PNG")
            data = base64.b64encode(file.getvalue()).decode()
            place = f'x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" height="{mark.height:g}"'
            return f'<image {place} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def _colour(mark: Line | Area | Circle | Text, part: str) -> str:
    return f' class="{mark.css}"' if mark.css else f' {part}="{mark.colour}"'
