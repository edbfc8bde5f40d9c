"""Positions on the sphere: separations, cones, pixels, and reading what people type."""

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

HPX_ORDER = 29
"""Order of the nested HEALPix index kept with every position (Górski et al. 2005, ApJ 622, 759)."""

HPX_CELLS = 12 * 4**HPX_ORDER


def separation(ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike) -> NDArray:
    """Great-circle separation in arcsec, by the haversine, stable at small angles.

    Parameters
    ----------
    ra1, dec1, ra2, dec2 : array_like, broadcastable, degrees

    Examples
    --------
    >>> float(separation(10.0, 0.0, 10.0, 1.0).round(6))
    3600.0
    """
    lon1, lat1, lon2, lat2 = (np.radians(np.asarray(angle, float)) for angle in (ra1, dec1, ra2, dec2))
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * 3600


def hpx(ra: ArrayLike, dec: ArrayLike) -> NDArray:
    """Nested HEALPix index at order 29 of positions in degrees; int64, shape of the broadcast input."""
    import healpy

    return healpy.ang2pix(2**HPX_ORDER, np.asarray(ra, float), np.asarray(dec, float), nest=True, lonlat=True)


def cone_ranges(ra: float, dec: float, radius: float) -> list[tuple[int, int]]:
    """Half-open ranges of order-29 pixels that together cover a cone.

    The cover may be larger than the cone, never smaller: follow it by an exact separation test.

    Parameters
    ----------
    ra, dec : float, degrees
    radius : float, arcsec
    """
    from astropy import units as u
    from astropy.coordinates import Latitude, Longitude
    from mocpy import MOC

    if radius >= 180 * 3600:
        return [(0, HPX_CELLS)]
    # A cell about as large as the cone keeps the cover to a handful of ranges.
    order = int(np.clip(np.log2(60 * 3600 / max(radius, 1e-3)) + 2, 3, HPX_ORDER))
    centre = Longitude(ra * u.deg), Latitude(dec * u.deg)
    moc = MOC.from_cone(*centre, radius=radius * u.arcsec, max_depth=order, delta_depth=2)
    return [(int(lo), int(hi)) for lo, hi in moc.to_depth29_ranges]


def galactic(ra: ArrayLike, dec: ArrayLike) -> tuple[NDArray, NDArray]:
    """Galactic longitude and latitude in degrees of ICRS positions in degrees.

    The rotation of the Hipparcos catalogue (ESA SP-1200, vol. 1, eq. 1.5.11), without building a frame object.

    Examples
    --------
    >>> lon, lat = galactic(266.40499, -28.93617)
    >>> bool(min(lon, 360 - lon) < 1e-3 and abs(lat) < 1e-3)
    True
    """
    ra, dec = np.radians(np.asarray(ra, float)), np.radians(np.asarray(dec, float))
    equatorial = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
    x, y, z = np.tensordot(_TO_GALACTIC, equatorial, axes=1)
    return np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(np.clip(z, -1, 1)))


_TO_GALACTIC = np.array(
    [
        [-0.0548755604162154, -0.8734370902348850, -0.4838350155487132],
        [+0.4941094278755837, -0.4448296299600112, +0.7469822444972189],
        [-0.8676661490190047, -0.1980763734312015, +0.4559837761750669],
    ]
)


def sexagesimal(ra: float, dec: float) -> tuple[str, str]:
    """Right ascension as ``hh:mm:ss.sss`` and declination as ``±dd:mm:ss.ss``.

    Examples
    --------
    >>> sexagesimal(0.814285, 16.145687)
    ('00:03:15.428', '+16:08:44.47')
    """
    ms = round((ra % 360) / 15 * 3_600_000) % 86_400_000
    cas = round(abs(dec) * 360_000)
    sign = "-" if dec < 0 and cas else "+"
    return (
        f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}",
        f"{sign}{cas // 360_000:02d}:{cas // 6000 % 60:02d}:{cas // 100 % 60:02d}.{cas % 100:02d}",
    )


_NUMBER = r"[+-]?\d+(?:\.\d*)?"
_DEGREES = re.compile(rf"^({_NUMBER})\s*(?:deg|d|°)?[\s,;]+({_NUMBER})\s*(?:deg|d|°)?$", re.IGNORECASE)
_SEXAGESIMAL = re.compile(
    r"^(\d{1,2})\s*[:hH\s]\s*(\d{1,2})\s*[:mM′'\s]\s*(\d{1,2}(?:\.\d*)?)\s*[sS″\"]?[\s,;]*"
    r"([+-]?)\s*(\d{1,2})\s*[:dD°\s]\s*(\d{1,2})\s*[:mM′'\s]\s*(\d{1,2}(?:\.\d*)?)\s*[sS″\"]?$"
)
_MINUTES = re.compile(
    r"^(\d{1,2})\s*[:h]\s*(\d{1,2}(?:\.\d*)?)\s*[m′']?[\s,;]*([+-])\s*(\d{1,2})\s*[:d°]\s*(\d{1,2}(?:\.\d*)?)\s*[m′']?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"^J?(\d{2})(\d{2})(\d{2}(?:\.\d+)?)([+-])(\d{2})(\d{2})(\d{2}(?:\.\d+)?)$", re.IGNORECASE)


def parse_position(text: str) -> tuple[float, float] | None:
    """ICRS degrees from coordinates in any common notation; None where the text is not a position.

    Understood are decimal degrees, ``hh:mm:ss ±dd:mm:ss`` with colons, blanks or letters, ``hh:mm.m ±dd:mm.m`` with
    colons or letters, and IAU-style ``Jhhmmss.ss±ddmmss.s``.

    Examples
    --------
    >>> parse_position("0.814285 +16.145687")
    (0.814285, 16.145687)
    >>> [round(x, 4) for x in parse_position("00h03m15.43s +16d08m44.5s")]
    [0.8143, 16.1457]
    >>> parse_position("12h30m −05d12m")
    (187.5, -5.2)
    >>> parse_position("SN 2021rhu") is None
    True
    """
    text = text.strip().replace("−", "-")
    if found := _DEGREES.match(text):
        ra, dec = float(found[1]), float(found[2])
    elif found := _SEXAGESIMAL.match(text) or _COMPACT.match(text) or _MINUTES.match(text):
        parts = found.groups()
        h, m, s, sign, d, dm, ds = parts if len(parts) == 7 else (*parts[:2], "0", *parts[2:], "0")
        if float(m) >= 60 or float(s) >= 60 or float(dm) >= 60 or float(ds) >= 60:
            return None
        ra = 15 * (float(h) + float(m) / 60 + float(s) / 3600)
        dec = (float(d) + float(dm) / 60 + float(ds) / 3600) * (-1 if sign == "-" else 1)
    else:
        return None
    return (ra, dec) if 0 <= ra <= 360 and -90 <= dec <= 90 else None


def equatorial(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray, NDArray]:
    """ICRS right ascension and declination in degrees of Galactic positions in degrees; the inverse of `galactic`.

    Examples
    --------
    >>> ra, dec = equatorial(0.0, 0.0)
    >>> round(float(ra), 2), round(float(dec), 2)
    (266.4, -28.94)
    """
    lon, lat = np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
    galactic_axes = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat) * np.ones_like(lon)])
    x, y, z = np.tensordot(_TO_GALACTIC.T, galactic_axes, axes=1)
    return np.degrees(np.arctan2(y, x)) % 360, np.degrees(np.arcsin(np.clip(z, -1, 1)))


def galactic_plane(step: float = 2.0) -> NDArray:
    """The Galactic equator as (n, 2) right ascensions and declinations in degrees."""
    return np.column_stack(equatorial(np.arange(0, 360 + step, step), 0.0))
