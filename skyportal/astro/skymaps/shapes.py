"""Sky maps of simple shapes: what most notices give in place of a map.

Each is cut into a few thousand tiles, fine enough that areas are true to a per cent; angles are degrees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..sky import HPX_ORDER, separation
from .coarsening import coarsened
from .tiles import NotASkyMap, SkyMap

CUT = 4.0
"""Sigmas beyond which a Gaussian is cut off."""
FINE = 8
"""Tiles across a sigma."""
MOST_CELLS = 400_000
"""Cells a shape may be cut into before tiles that are alike are joined."""
_CELL_DEG = 58.63
"""Side of a base pixel, degrees."""


def sigma_of(radius: float, level: float | None) -> float:
    """The standard deviation of a round Gaussian that holds ``level`` within ``radius``; without a level, the radius.

    A radius without a level is taken for one sigma of each axis, as the public API takes it.

    Examples
    --------
    >>> round(sigma_of(1.0, 0.9), 4)
    0.466
    """
    return radius if level is None else radius / float(np.sqrt(-2 * np.log1p(-level)))


def cone(ra: float, dec: float, sigma: float) -> SkyMap:
    """A round Gaussian of ``sigma`` degrees, cut at four."""
    check_place(ra, dec, sigma)
    return _filled(
        _cone_cells(ra, dec, min(CUT * sigma, 180.0), _order(sigma / FINE)),
        lambda lon, lat: np.exp(-((separation(ra, dec, lon, lat) / 3600 / sigma) ** 2) / 2),
    )


def ellipse(ra: float, dec: float, major: float, minor: float, position_angle: float, level: float | None) -> SkyMap:
    """An error ellipse: semi-axes in degrees, position angle of the major one from north through east.

    With a level the axes hold that much of a Gaussian; without one the probability is even within.
    """
    check_place(ra, dec, major, minor)
    if minor > major:
        major, minor, position_angle = minor, major, position_angle + 90
    a, b = sigma_of(major, level), sigma_of(minor, level)
    reach = CUT if level is not None else 1.0
    cells = _cone_cells(ra, dec, min(reach * a, 180.0), _order(b / FINE, reach * a))

    def density(lon: NDArray, lat: NDArray) -> NDArray:
        along, across = _axes(ra, dec, lon, lat, position_angle)
        square = (along / a) ** 2 + (across / b) ** 2
        return np.where(square <= reach**2, np.exp(-square / 2) if level is not None else 1.0, 0.0)

    return _filled(cells, density)


def polygon(vertices: Sequence[tuple[float, float]]) -> SkyMap:
    """Even within a polygon of (ra, dec) corners, in either sense; it is smaller than half the sky."""
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude
    from mocpy import MOC

    if not 3 <= len(vertices) <= 1000:
        raise NotASkyMap("A polygon needs three to a thousand corners.")
    lon, lat = np.array(vertices, float).T
    check_place(float(lon.min()), float(np.abs(lat).max()))
    size = float(separation(lon[0], lat[0], lon, lat).max()) / 3600
    if size == 0:
        raise NotASkyMap("All corners of the polygon are one point.")
    moc = MOC.from_polygon(Longitude(lon * u.deg), Latitude(lat * u.deg), max_depth=_order(size / 500))
    ranges = np.asarray(moc.to_depth29_ranges, np.int64).reshape(-1, 2)
    cells = dyadic(ranges)
    return SkyMap.of(*cells, np.ones(len(cells[0])))


def within_ellipse(ra: float, dec: float, major: float, minor: float, angle: float) -> list[tuple[int, int]]:
    """Ranges of order-29 cells that cover an ellipse: semi-axes and position angle as in `ellipse`; none is half a sky.

    The edge is true to a thirtieth of the minor axis.
    """
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude
    from mocpy import MOC

    check_place(ra, dec, major, minor)
    if major >= 90:
        raise NotASkyMap("A place in the sky is smaller than 90 degrees.")
    if minor > major:
        major, minor, angle = minor, major, angle + 90
    lon, lat, order = Longitude(ra % 360 * u.deg), Latitude(dec * u.deg), _order(minor / 30, major)
    fine = {"max_depth": order, "delta_depth": 0}  # to look deeper takes four times as long and leaves out 0.5 % of it
    if major == minor:
        moc = MOC.from_cone(lon=lon, lat=lat, radius=major * u.deg, **fine)
    else:
        moc = MOC.from_elliptical_cone(
            lon=lon, lat=lat, a=major * u.deg, b=minor * u.deg, pa=angle % 180 * u.deg, **fine
        )
    return list(map(tuple, np.asarray(moc.to_depth29_ranges).reshape(-1, 2).tolist()))


def check_place(ra: float, dec: float, *sizes: float) -> None:
    """Refuse what is no place in the sky, and an error that says nothing."""
    if not (np.isfinite(ra) and -90 <= dec <= 90):
        raise NotASkyMap(f"Right ascension {ra} and declination {dec} are no place in the sky.")
    for size in sizes:
        if not (np.isfinite(size) and 0 < size <= 180):
            raise NotASkyMap(f"An error of {size} degrees says nothing; give one above 0, 180 at most.")


def _order(cell: float, reach: float = 0.0) -> int:
    """The order of cells about this large (degrees), coarser where the shape would fall into too many."""
    order = int(np.clip(np.ceil(np.log2(_CELL_DEG / cell)), 3, HPX_ORDER - 3))
    while order > 3 and np.pi * reach**2 * 4.0**order / _CELL_DEG**2 > MOST_CELLS:
        order -= 1
    return order


def _cone_cells(ra: float, dec: float, radius: float, order: int) -> tuple[NDArray, int]:
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude
    from cdshealpix.nested import cone_search

    while True:
        try:
            cells, _, _ = cone_search(Longitude(ra * u.deg), Latitude(dec * u.deg), radius * u.deg, order, flat=True)
            return np.asarray(cells, np.int64), order
        except MemoryError:
            order -= 1


def _filled(cells: tuple[NDArray, int], density: Callable[[NDArray, NDArray], NDArray]) -> SkyMap:
    import healpy

    pixel, order = cells
    lon, lat = healpy.pix2ang(2**order, pixel, nest=True, lonlat=True)
    shift = 2 * (HPX_ORDER - order)
    return coarsened(SkyMap.of(pixel << shift, (pixel + 1) << shift, density(lon, lat)))


def _axes(ra: float, dec: float, lon: NDArray, lat: NDArray, angle: float) -> tuple[NDArray, NDArray]:
    """Offsets along and across a direction, degrees, at true distance from the centre."""
    lon0, lat0, lon, lat = np.radians(ra), np.radians(dec), np.radians(lon), np.radians(lat)
    east = np.cos(lat) * np.sin(lon - lon0)
    north = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(lon - lon0)
    bearing = np.arctan2(east, north) - np.radians(angle)
    far = separation(ra, dec, np.degrees(lon), np.degrees(lat)) / 3600
    return far * np.cos(bearing), far * np.sin(bearing)


def dyadic(ranges: NDArray) -> tuple[NDArray, NDArray]:
    """Ranges of order-29 cells cut into HEALPix tiles, each as large as its place allows."""
    starts, ends = [], []
    for lo, hi in ranges.tolist():
        while lo < hi:
            step = 4 ** (((lo & -lo).bit_length() - 1) // 2) if lo else 4**HPX_ORDER
            while step > hi - lo:
                step //= 4
            starts.append(lo)
            ends.append(lo + step)
            lo += step
    return np.array(starts, np.int64), np.array(ends, np.int64)
