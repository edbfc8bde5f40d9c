"""Airmass charts of a night and of a year, for the page and as one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skyportal.astro import observing
from skyportal.astro.observing import HORIZON, TWILIGHTS, Night
from skyportal.astro.time import datetime_of
from skyportal.web.drawing import Area, Drawing, Line, Text

FAINTEST = 3.0
"""The airmass at the foot of a chart."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 10.0, 8.0, 22.0
_SHADES = ((HORIZON, "#dfe6f3", "twilight-civil"), (TWILIGHTS["civil"], "#c3cee4", "twilight-nautical"))
_DARKER = ((TWILIGHTS["nautical"], "#a3b2d2", "twilight-astronomical"), (TWILIGHTS["astronomical"], "#7f92bd", "dark"))
_COLOURS = (
    "#2a59cc",
    "#b3541e",
    "#17713f",
    "#7a3fbf",
    "#a31f4b",
    "#1a7f8c",
    "#6b5b00",
    "#444b57",
    "#c2185b",
    "#2e7d32",
)


def span(night: Night) -> tuple[float, float]:
    """From half an hour before sunset to half an hour after sunrise, or the whole day where the Sun does not set."""
    between = night.crossings(HORIZON)
    if between is None:
        return float(night.mjd[0]), float(night.mjd[-1])
    return between[0] - 0.5 / 24, between[1] + 0.5 / 24


class Frame:
    """Where times and airmasses lie on a chart."""

    def __init__(self, start: float, stop: float, width: float, height: float, *, top: float = 0.0) -> None:
        self.start, self.stop, self.width = start, stop, width
        self.left, self.right = _LEFT, width - _RIGHT
        self.top, self.bottom = top + _TOP, top + height - _BOTTOM

    def x(self, mjd: float) -> float:
        part = (mjd - self.start) / (self.stop - self.start)
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)

    def y(self, airmass: float) -> float:
        return self.top + (airmass - 1) / (FAINTEST - 1) * (self.bottom - self.top)


def tonight(night: Night, *, width: float = 360, height: float = 180) -> Drawing:
    """One night: twilights as shades, the target's airmass as a line, the Moon's dashed."""
    drawing = Drawing(width, height, "Airmass through the night", css="airmass")
    _night(drawing, Frame(*span(night), width, height), night)
    return drawing


def _night(drawing: Drawing, frame: Frame, night: Night) -> None:
    for level, colour, css in (*_SHADES, *_DARKER):
        _shade(drawing, frame, night, level, colour, css)
    for value in (1.0, 1.5, 2.0, 2.5, 3.0):
        y = frame.y(value)
        drawing.add(Line([(frame.left, y), (frame.right, y)], "#c9ced6", 0.6, css="gridline"))
        drawing.add(Text(frame.left - 5, y + 3.5, f"{value:g}", 10, "end", css="tick"))
    _hours(drawing, frame)
    _curve(drawing, frame, night.mjd, observing.airmass(night.moon), "#5b6472", 1.2, "moon", dashed=True)
    _curve(drawing, frame, night.mjd, observing.airmass(night.target), _COLOURS[0], 2.2, "target")


def _shade(drawing: Drawing, frame: Frame, night: Night, level: float, colour: str, css: str) -> None:
    low = night.sun < level
    if not low.any():
        return
    between = night.crossings(level) or (frame.start, frame.stop)
    left, right = frame.x(between[0]), frame.x(between[1])
    drawing.add(
        Area([(left, frame.top), (right, frame.top), (right, frame.bottom), (left, frame.bottom)], colour, css=css)
    )


def _hours(drawing: Drawing, frame: Frame) -> None:
    every = 1 if frame.stop - frame.start < 0.3 else 2 if frame.stop - frame.start < 0.6 else 4
    first = int(np.ceil(frame.start * 24 / every)) * every
    for hour in range(first, int(np.ceil(frame.stop * 24)), every):
        x = frame.x(hour / 24)
        drawing.add(Line([(x, frame.bottom), (x, frame.bottom + 3)], "#7d8592", 0.8, css="axis"))
        if frame.left + 8 < x < frame.right - 20:
            drawing.add(Text(x, frame.bottom + 14, f"{hour % 24:02d}", 10, "middle", css="tick"))
    drawing.add(Text(frame.right, frame.bottom + 14, "UT", 10, "end", css="tick"))


def _curve(
    drawing: Drawing,
    frame: Frame,
    mjd: NDArray,
    airmass: NDArray,
    colour: str,
    width: float,
    css: str,
    *,
    dashed: bool = False,
) -> None:
    seen = (airmass <= FAINTEST) & (mjd >= frame.start) & (mjd <= frame.stop)
    for rows in np.split(np.flatnonzero(seen), np.flatnonzero(np.diff(np.flatnonzero(seen)) > 1) + 1):
        if len(rows) > 1:
            points = [(frame.x(mjd[row]), frame.y(airmass[row])) for row in rows]
            drawing.add(Line(points, colour, width, dashed, css))


def together(named: Sequence[tuple[str, Night]], title: str) -> Drawing:
    """All nights below each other on one sheet, as the API gives them."""
    width, height = 620.0, 190.0
    drawing = Drawing(width, 30 + (height + 20) * max(1, len(named)), title)
    drawing.add(Area([(0, 0), (width, 0), (width, drawing.height), (0, drawing.height)], "#ffffff"))
    drawing.add(Text(_LEFT, 20, title, 13, bold=True))
    if not named:
        drawing.add(Text(_LEFT, 60, "No telescope on the ground is known.", 11))
    for n, (name, night) in enumerate(named):
        top = 30 + n * (height + 20)
        start, stop = span(night)
        drawing.add(Text(_LEFT, top + 14, f"{name}, {datetime_of(start):%Y-%m-%d}", 11, bold=True))
        _night(drawing, Frame(start, stop, width, height, top=top + 16), night)
    return drawing


def year(names: Sequence[str], days: NDArray, hours: NDArray, *, width: float = 640, height: float = 220) -> Drawing:
    """Hours a night through the year, a line for each telescope."""
    drawing = Drawing(width, height, "Hours a night through the year", css="airmass year")
    frame, most = Frame(float(days[0]), float(days[-1]), width, height), max(6.0, float(hours.max()))
    span_y = frame.bottom - frame.top
    for value in range(0, int(most) + 1, 2):
        y = frame.bottom - value / most * span_y
        drawing.add(Line([(frame.left, y), (frame.right, y)], "#c9ced6", 0.6, css="gridline"))
        drawing.add(Text(frame.left - 5, y + 3.5, f"{value} h", 10, "end", css="tick"))
    for day in days:
        moment = datetime_of(day)
        if moment.day == 1 and frame.left + 8 < frame.x(day) < frame.right - 12:
            x = frame.x(day)
            drawing.add(Line([(x, frame.bottom), (x, frame.bottom + 3)], "#7d8592", 0.8, css="axis"))
            drawing.add(Text(x, frame.bottom + 14, f"{moment:%b}", 10, "middle", css="tick"))
    for row in range(len(names)):
        points = [
            (frame.x(d), frame.bottom - h / most * span_y) for d, h in zip(days[::2], hours[row, ::2], strict=True)
        ]
        # of telescopes side by side the later line would hide the earlier: this one shows on both sides of it
        over = sum(np.allclose(hours[row], later, atol=0.05) for later in hours[row + 1 :])
        drawing.add(Line(points, colour(row), 1.8 + 2.4 * over))
    return drawing


def colour(row: int) -> str:
    return _COLOURS[row % len(_COLOURS)]
