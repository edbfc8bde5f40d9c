"""What an instrument sees at once: a shape around the middle of its field, turned to wherever it points.

Shapes come as DS9 regions (polygon, box, circle, ellipse) in a frame with the middle of the field at (0, 0), north up
and east left; angles are degrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MOST_PARTS = 200
MOST_CORNERS = 1000
CELLS = 500
"""Across the mask by which is asked what a footprint holds."""
_SHAPE = re.compile(r"^[+-]?\s*(polygon|box|circle|ellipse)\s*\(([^)]*)\)", re.IGNORECASE)
_NUMBER = re.compile(r"^([+-]?\d+\.?\d*(?:[eE][+-]?\d+)?)([d\"']?)$")
_UNITS = {"": 1.0, "d": 1.0, "'": 1 / 60, '"': 1 / 3600}


class NotAFootprint(ValueError):
    """The text is no region; the message says why."""


@dataclass(frozen=True)
class Footprint:
    """Polygons of (n, 2) longitudes and latitudes around (0, 0), and how far the outermost corner is from there."""

    parts: tuple[NDArray, ...]

    @property
    def reach(self) -> float:
        corners = np.vstack(self.parts)
        cosine = np.cos(np.radians(corners[:, 0])) * np.cos(np.radians(corners[:, 1]))
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max())

    def hull(self) -> NDArray:
        """One convex line around all parts."""
        from scipy.spatial import ConvexHull

        corners = np.vstack(self.parts)
        return corners[ConvexHull(corners).vertices]

    def at(self, ra: float, dec: float) -> list[NDArray]:
        """Corners on the sky, (n, 2) of (ra, dec), where the instrument points there."""
        return [_lonlat(_vectors(*part.T) @ _turn(ra, dec).T) for part in self.parts]

    def holds(self, ra: float, dec: float, vectors: NDArray) -> NDArray:
        """Which of these unit vectors, (n, 3), it sees when it points there; true to a 500th of its size."""
        x, y, z = (vectors @ _turn(ra, dec)).T
        edge, mask = self._mask
        seen = np.zeros(len(vectors), bool)
        front = np.flatnonzero(x > 0.2)
        across, up = y[front] / x[front], z[front] / x[front]
        near = (np.abs(across) < edge) & (np.abs(up) < edge)
        column, row = (((part[near] / edge + 1) / 2 * CELLS).astype(int) for part in (across, up))
        seen[front[near]] = mask[row, column]
        return seen

    @cached_property
    def _mask(self) -> tuple[float, NDArray]:
        """The shapes in cells of the tangent plane, and half the side of it."""
        corners = [_vectors(*part.T) for part in self.parts]
        plane = [np.column_stack([xyz[:, 1] / xyz[:, 0], xyz[:, 2] / xyz[:, 0]]) for xyz in corners]
        edge = float(np.abs(np.vstack(plane)).max()) * 1.001
        middles = (np.arange(CELLS) + 0.5) / CELLS * 2 * edge - edge
        mask = np.zeros((CELLS, CELLS), bool)
        for part in plane:
            x0, y0 = np.searchsorted(middles, part.min(axis=0))
            x1, y1 = np.searchsorted(middles, part.max(axis=0))
            x, y = np.meshgrid(middles[x0:x1], middles[y0:y1])
            mask[y0:y1, x0:x1] |= _within(x, y, *part.T)
        return edge, mask


def read(text: str) -> Footprint:
    """The shapes of a DS9 region file.

    A single box, circle or ellipse stands around the middle of the field, wherever the file draws it; of several the
    places count, as those of polygons do.

    Raises
    ------
    NotAFootprint
        saying which line is none

    Examples
    --------
    >>> round(read("icrs\\nbox(0, 0, 2, 1, 0)").reach, 3)
    1.118
    """
    shapes = []
    for line in re.split(r"[\n;]", text):
        if not (found := _SHAPE.match(line.strip())):
            if re.match(r"^\s*[+-]?\s*[a-z]+\s*\(", line, re.IGNORECASE):
                raise NotAFootprint(f"{line.strip()[:40]}: only polygon, box, circle and ellipse are understood.")
            continue
        shapes.append((found[1].lower(), _numbers(found[2], line)))
    if not 1 <= len(shapes) <= MOST_PARTS:
        raise NotAFootprint(f"A footprint needs one polygon, box, circle or ellipse, {MOST_PARTS} at most.")
    alone = len(shapes) == 1
    footprint = Footprint(tuple(_corners(kind, numbers, alone) for kind, numbers in shapes))
    if footprint.reach > 60:
        raise NotAFootprint("The shapes reach more than 60 degrees from (0, 0), which is the middle of the field.")
    return footprint


def rectangle(width: float, height: float) -> str:
    """A region of its own for a field of view, degrees."""
    return f"icrs\nbox(0,0,{width:g},{height:g},0)"


def circle(radius: float) -> str:
    return f"icrs\ncircle(0,0,{radius:g})"


def _numbers(text: str, line: str) -> list[float]:
    found = [_NUMBER.match(word) for word in text.replace(",", " ").split()]
    if not found or not all(found) or len(found) > 2 * MOST_CORNERS:
        raise NotAFootprint(f"{line.strip()[:40]}: the numbers of a region are degrees, or end in ' or \".")
    return [float(one[1]) * _UNITS[one[2]] for one in found if one]


def _corners(kind: str, numbers: Sequence[float], alone: bool) -> NDArray:
    if kind == "polygon":
        if len(numbers) < 6 or len(numbers) % 2:
            raise NotAFootprint("A polygon needs three corners or more, two numbers each.")
        return _centred(np.array(numbers, float).reshape(-1, 2))
    given = {"box": 4, "ellipse": 4, "circle": 3}[kind]
    if len(numbers) not in (given, given + (kind != "circle")) or min(numbers[2:given]) <= 0:
        raise NotAFootprint(
            f"A {kind} needs its place and {'its radius' if kind == 'circle' else 'two sides'} above 0."
        )
    angle = np.radians(numbers[4] if len(numbers) > 4 else 0.0)
    across, up = numbers[2], numbers[2] if kind == "circle" else numbers[3]
    if kind == "box":
        x, y = np.array([1, 1, -1, -1]) * across / 2, np.array([-1, 1, 1, -1]) * up / 2
    else:
        turn = np.radians(np.arange(0, 360, 7.5))
        x, y = across * np.cos(turn), up * np.sin(turn)
    place = (0.0, 0.0) if alone else numbers[:2]
    turned = np.column_stack([x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)])
    return _centred(turned + np.array(place))


def _centred(corners: NDArray) -> NDArray:
    """Longitudes from -180 to 180."""
    if np.abs(corners[:, 1]).max() > 90:
        raise NotAFootprint("Declinations in a region are from -90 to 90 degrees.")
    return np.column_stack([(corners[:, 0] + 180) % 360 - 180, corners[:, 1]])


def _vectors(lon: NDArray, lat: NDArray) -> NDArray:
    lon, lat = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def vectors(ra: NDArray, dec: NDArray) -> NDArray:
    """Unit vectors, (n, 3)."""
    return _vectors(np.asarray(ra, float), np.asarray(dec, float))


def _lonlat(xyz: NDArray) -> NDArray:
    x, y, z = xyz.T
    return np.column_stack([np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(np.clip(z, -1, 1)))])


def _turn(ra: float, dec: float) -> NDArray:
    """The rotation that brings (0, 0) to (ra, dec), north staying up."""
    a, d = np.radians(ra), np.radians(dec)
    return np.array(
        [
            [np.cos(a) * np.cos(d), -np.sin(a), -np.cos(a) * np.sin(d)],
            [np.sin(a) * np.cos(d), np.cos(a), -np.sin(a) * np.sin(d)],
            [np.sin(d), 0.0, np.cos(d)],
        ]
    )


def _within(x: NDArray, y: NDArray, corners_x: NDArray, corners_y: NDArray) -> NDArray:
    """Which points lie inside a polygon: how often a ray to the right crosses its sides."""
    inside = np.zeros(x.shape, bool)
    for n in range(len(corners_x)):
        x1, y1, x2, y2 = corners_x[n - 1], corners_y[n - 1], corners_x[n], corners_y[n]
        between = (y1 > y) != (y2 > y)
        if y1 != y2:
            inside ^= between & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
