"""The sphere on a page: orthographic and Mollweide, east to the left as one looks up at the sky.

Snyder 1987, "Map Projections: A Working Manual" (USGS PP 1395), sections 20 and 31.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def orthographic(ra: ArrayLike, dec: ArrayLike, ra0: float, dec0: float) -> tuple[NDArray, NDArray]:
    """x, y on the unit disc as seen from afar, (ra0, dec0) in its middle; NaN on the far side.

    Examples
    --------
    >>> x, y = orthographic([10.0, 100.0, 190.0], [0.0, 0.0, 0.0], 10.0, 0.0)
    >>> x.round(3).tolist()
    [-0.0, -1.0, nan]
    """
    lon, lat = np.radians(np.asarray(ra, float) - ra0), np.radians(np.asarray(dec, float))
    lat0 = np.radians(dec0)
    near = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(lon)
    x = -np.cos(lat) * np.sin(lon)
    y = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon)
    hidden = near < -1e-9
    return np.where(hidden, np.nan, x), np.where(hidden, np.nan, y)


def mollweide(ra: ArrayLike, dec: ArrayLike, ra0: float) -> tuple[NDArray, NDArray]:
    """x from -2√2 to 2√2 and y from -√2 to √2 of the whole sky; equal areas stay equal.

    Examples
    --------
    >>> x, y = mollweide([190.0, 10.0], [0.0, 90.0], 10.0)
    >>> abs(x).round(3).tolist(), y.round(3).tolist()
    ([2.828, 0.0], [0.0, 1.414])
    """
    lon = np.radians((np.asarray(ra, float) - ra0 + 180) % 360 - 180)
    lat = np.radians(np.asarray(dec, float))
    theta = np.array(lat, float)
    for _ in range(12):  # Newton; near the poles it creeps, but there the map is a point
        off = 2 * theta + np.sin(2 * theta) - np.pi * np.sin(lat)
        theta = theta - off / np.maximum(2 + 2 * np.cos(2 * theta), 1e-9)
    theta = np.where(np.abs(lat) > np.radians(89.9), np.sign(lat) * np.pi / 2, theta)
    return -2 * np.sqrt(2) / np.pi * lon * np.cos(theta), np.sqrt(2) * np.sin(theta)


def from_orthographic(x: ArrayLike, y: ArrayLike, ra0: float, dec0: float) -> tuple[NDArray, NDArray]:
    """Right ascension (from ra0 - 180) and declination of a point on the disc; NaN outside of it.

    Examples
    --------
    >>> ra, dec = from_orthographic(*orthographic([40.0], [20.0], 10.0, 30.0), 10.0, 30.0)
    >>> ra.round(6).tolist(), dec.round(6).tolist()
    ([40.0], [20.0])
    """
    x, y, lat0 = np.asarray(x, float), np.asarray(y, float), np.radians(dec0)
    with np.errstate(invalid="ignore"):
        z = np.sqrt(1 - x**2 - y**2)
        dec = np.degrees(np.arcsin(np.clip(y * np.cos(lat0) + z * np.sin(lat0), -1, 1)))
    ra = ra0 + np.degrees(np.arctan2(-x, z * np.cos(lat0) - y * np.sin(lat0)))
    return np.where(np.isfinite(z), ra, np.nan), np.where(np.isfinite(z), dec, np.nan)


def from_mollweide(x: ArrayLike, y: ArrayLike, ra0: float) -> tuple[NDArray, NDArray]:
    """Right ascension (from ra0 - 180) and declination of a point on the ellipse; NaN outside of it.

    Examples
    --------
    >>> ra, dec = from_mollweide(*mollweide([40.0], [20.0], 10.0), 10.0)
    >>> ra.round(6).tolist(), dec.round(6).tolist()
    ([40.0], [20.0])
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    inside = x**2 / 8 + y**2 / 2 < 1
    theta = np.arcsin(np.where(inside, y, 0.0) / np.sqrt(2))
    dec = np.degrees(np.arcsin(np.clip((2 * theta + np.sin(2 * theta)) / np.pi, -1, 1)))
    ra = ra0 - np.degrees(np.pi * x / (2 * np.sqrt(2) * np.cos(theta)))
    return np.where(inside, ra, np.nan), np.where(inside, dec, np.nan)
