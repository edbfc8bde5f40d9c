"""From where and when a sky map can be observed, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skyportal.astro.coast import coastline
from skyportal.astro.time import datetime_of
from skyportal.web.drawing import Area, Circle, Drawing, Line, Text

from ..queries.visibility import GRID, Seen, World

WIDTH, LEFT, RIGHT, ROW = 760.0, 170.0, 20.0, 30.0
NIGHT, BLUE, GREY, INK, COAST = "#dfe3ea", "#0072b2", "#c9ced6", "#1a1e26", "#6b7480"
SCALE = ("#f2f4f7", "#cfe3f1", "#9fc8e4", "#6aa9d4", "#3b89c0", "#0072b2")
APART = 4.0
"""Degrees between marks of telescopes."""
DEEP = 4.0
"""Points a degree of the world map."""


def observability(seen: Sequence[Seen], title: str) -> Drawing:
    """A row for each telescope: how much of the probability can be observed through the day after the event."""
    height = 70 + ROW * max(1, len(seen))
    drawing = Drawing(WIDTH, height, title)
    drawing.add(Area([(0, 0), (WIDTH, 0), (WIDTH, height), (0, height)], "#ffffff"), Text(12, 22, title, 13, bold=True))
    if not seen:
        drawing.add(Text(12, 56, "From no telescope that is known can it be observed within a day.", 11))
        return drawing
    start = float(seen[0].mjd[0])
    bottom = 40 + ROW * len(seen)
    for hour in range(0, 25, 3):
        x = _x(start + hour / 24, start)
        drawing.add(Line([(x, 36), (x, bottom)], GREY, 0.6))
        drawing.add(Text(x, bottom + 14, f"{datetime_of(start + hour / 24):%H:%M}", 10, "middle"))
    drawing.add(Text(12, bottom + 14, f"UTC from {datetime_of(start):%Y-%m-%d}", 10))
    for row, one in enumerate(seen):
        _row(drawing, one, start, 40 + ROW * row)
    return drawing


def _x(mjd: float, start: float) -> float:
    return LEFT + (mjd - start) * (WIDTH - LEFT - RIGHT)


def _row(drawing: Drawing, one: Seen, start: float, top: float) -> None:
    base = top + ROW - 4
    most = float(one.probability.max())
    drawing.add(
        Text(12, top + 13, one.telescope.name[:24], 11), Text(12, top + 25, f"{most:.0%} at most", 9, colour="#5b6472")
    )
    for part in np.split(np.arange(len(one.mjd)), np.flatnonzero(np.diff((one.sun < -0.833).astype(int))) + 1):
        if one.sun[part[0]] < -0.833:
            left, right = _x(float(one.mjd[part[0]]), start), _x(float(one.mjd[part[-1]]), start)
            drawing.add(Area([(left, top), (right, top), (right, base), (left, base)], NIGHT))
    heights = base - one.probability * (ROW - 6)
    points = [(_x(float(when), start), float(y)) for when, y in zip(one.mjd, heights, strict=True)]
    drawing.add(Area([(points[0][0], base), *points, (points[-1][0], base)], BLUE))
    drawing.add(Line([(LEFT, base), (WIDTH - RIGHT, base)], GREY, 0.8))


def world(seen: World, title: str) -> Drawing:
    """A plain chart of longitude and latitude: shades where it is dark, coasts and telescopes on them."""
    width, height, top = 360 * DEEP / 2 + 60, 180 * DEEP / 2 + 90, 36.0
    drawing = Drawing(width, height, title)
    drawing.add(Area([(0, 0), (width, 0), (width, height), (0, height)], "#ffffff"), Text(12, 22, title, 13, bold=True))

    def place(lon: float, lat: float) -> tuple[float, float]:
        return 40 + (lon + 180) * DEEP / 2, top + (90 - lat) * DEEP / 2

    half = GRID / 2
    for row, lat in enumerate(seen.lat):
        for column, lon in enumerate(seen.lon):
            value = seen.probability[row, column]
            if np.isfinite(value):
                corners = [
                    (lon - half, lat - half),
                    (lon + half, lat - half),
                    (lon + half, lat + half),
                    (lon - half, lat + half),
                ]
                drawing.add(Area([place(*corner) for corner in corners], SCALE[min(int(np.ceil(value * 5 - 0.01)), 5)]))
    for coast in coastline():
        drawing.add(Line([place(float(lon), float(lat)) for lon, lat in coast], COAST, 0.7))
    for lon in range(-180, 181, 30):
        drawing.add(Line([place(lon, -90), place(lon, 90)], GREY, 0.5))
        x, y = place(lon, -90)
        drawing.add(Text(x, y + 13, f"{abs(lon)}°{'W' if lon < 0 else 'E' if lon else ''}", 9, "middle"))
    for lat in range(-90, 91, 30):
        drawing.add(Line([place(-180, lat), place(180, lat)], GREY, 0.5))
        x, y = place(-180, lat)
        drawing.add(Text(x - 4, y + 3, f"{abs(lat)}°{'S' if lat < 0 else 'N' if lat else ''}", 9, "end"))
    for lon, lat, names in _mountains(seen):
        x, y = place(lon, lat)
        left = lon > 120  # towards the edge the words stand before the mark
        drawing.add(
            Circle(x, y, 3, "#d55e00", 1.6),
            Text(x - 5 if left else x + 5, y + 3, names, 8, "end" if left else "start", colour=INK),
        )
    _legend(drawing, height - 14)
    return drawing


def _mountains(seen: World) -> list[tuple[float, float, str]]:
    """Telescopes that stand within some degrees of each other are one mark with their names."""
    found: list[tuple[float, float, list[str]]] = []
    for one in seen.telescopes:
        lon, lat = (one.site.lon + 180) % 360 - 180, one.site.lat
        near = next((names for x, y, names in found if abs(x - lon) < APART and abs(y - lat) < APART), None)
        if near is None:
            found.append((lon, lat, [one.name[:18]]))
        else:
            near.append(one.name[:18])
    return [
        (lon, lat, ", ".join(names[:4]) + (f" +{len(names) - 4}" if names[4:] else "")) for lon, lat, names in found
    ]


def _legend(drawing: Drawing, y: float) -> None:
    drawing.add(Text(40, y, "Probability that can be observed where it is dark:", 10))
    for n, colour in enumerate(SCALE):
        x = 290 + 62 * n
        drawing.add(Area([(x, y - 9), (x + 14, y - 9), (x + 14, y), (x, y)], colour))
        drawing.add(Text(x + 18, y, "0" if n == 0 else f"to {20 * n} %", 9))
