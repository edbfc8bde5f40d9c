"""Where a target, the Sun and the Moon stand over an observatory: whole nights and years as arrays.

Positions of date come from ERFA (the IAU's SOFA algorithms) alone: precession and nutation IAU 2006/2000A, the Earth of
Moisson & Bretagnon 2001, the Moon of Meeus 1998 (ch. 47, 10 arcsec). Left out are aberration (20 arcsec), UT1 − UTC
(14 arcsec at most) and refraction: all together well below what an airmass plot can show. A test holds the altitudes
to those of astropy within 0.02 degrees. No file is fetched, and importing this costs numpy and one extension module.
"""

from __future__ import annotations

from typing import NamedTuple

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

TWILIGHTS = {"civil": -6.0, "nautical": -12.0, "astronomical": -18.0}
"""Altitude of the Sun's centre in degrees at which each ends."""

HORIZON = -0.833
"""Altitude of the Sun's centre at sunset: half its diameter and the refraction at the horizon."""

_TT_MINUS_UTC = 69.184 / 86400  # days; 37 leap seconds since 2017
_JD = 2400000.5
_SIDEREAL = 1.00273790935  # turns of the Earth in a day
_AU = 149_597_870.7  # km
_EARTH = 6378.137  # km


class Site(NamedTuple):
    """A place on Earth: degrees north, degrees east, metres above the ellipsoid."""

    lat: float
    lon: float
    elevation: float = 0.0


def airmass(altitude: ArrayLike) -> NDArray:
    """Airmass at an altitude in degrees; NaN below the horizon.

    References
    ----------
    Pickering 2002, DIO 12, 20, eq. for the apparent altitude; 1 at the zenith, about 38 at the horizon.

    Examples
    --------
    >>> airmass([90.0, 30.0, -1.0]).round(2)
    array([1.  , 1.99,  nan])
    """
    altitude = np.asarray(altitude, float)
    up = np.where(altitude >= 0, altitude, np.nan)
    return 1 / np.sin(np.radians(up + 244 / (165 + 47 * up**1.1)))


def altitude_at(most_airmass: float) -> float:
    """The altitude in degrees below which the airmass is larger than this."""
    grid = np.linspace(0.0, 90.0, 9001)
    return float(grid[np.argmax(airmass(grid) <= most_airmass)])


def _unit(ra: ArrayLike, dec: ArrayLike) -> NDArray:
    ra, dec = np.radians(np.asarray(ra, float)), np.radians(np.asarray(dec, float))
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


def _of_date(vectors: NDArray, mjd: NDArray) -> NDArray:
    """Vectors of the celestial frame, turned to the equator and equinox of date."""
    return np.einsum("...ij,...j->...i", erfa.pnm06a(_JD, mjd + _TT_MINUS_UTC), vectors)


def target(ra: float, dec: float, mjd: NDArray) -> NDArray:
    """Unit vectors towards a fixed ICRS position in degrees, equator of date; shape of ``mjd`` and 3."""
    return _of_date(np.broadcast_to(_unit(ra, dec), (*mjd.shape, 3)), mjd)


def sun(mjd: NDArray) -> NDArray:
    """Unit vectors from the Earth's centre towards the Sun, equator of date."""
    heliocentric, _ = erfa.epv00(_JD, mjd + _TT_MINUS_UTC)
    towards = -heliocentric["p"]
    return _of_date(towards / np.linalg.norm(towards, axis=-1, keepdims=True), mjd)


def moon(mjd: NDArray) -> NDArray:
    """Vectors from the Earth's centre to the Moon in units of the Earth's equatorial radius, equator of date."""
    return _of_date(erfa.moon98(_JD, mjd + _TT_MINUS_UTC)["p"] * (_AU / _EARTH), mjd)


def moon_illumination(mjd: float) -> float:
    """The part of the Moon's disc that is lit, 0 to 1 (Meeus 1998, eq. 48.1, for a Sun infinitely far away)."""
    at = np.array([mjd])
    towards = moon(at)[0] / np.linalg.norm(moon(at)[0])
    return float((1 - towards @ sun(at)[0]) / 2)


def sidereal(mjd: NDArray, lon: float) -> NDArray:
    """Apparent sidereal time at a longitude, radians; one full evaluation, then the Earth's even turning."""
    middle = float(np.mean(mjd))
    start = erfa.gst06a(_JD, middle, _JD, middle + _TT_MINUS_UTC)
    return start + 2 * np.pi * _SIDEREAL * (mjd - middle) + np.radians(lon)


def altitude(vectors: NDArray, mjd: NDArray, site: Site) -> NDArray:
    """Altitudes in degrees, without refraction, of unit vectors of date at a site."""
    turn, lat = sidereal(mjd, site.lon), np.radians(site.lat)
    along = vectors[..., 0] * np.cos(turn) + vectors[..., 1] * np.sin(turn)
    return np.degrees(np.arcsin(np.clip(np.cos(lat) * along + np.sin(lat) * vectors[..., 2], -1, 1)))


def altitudes(ra: NDArray, dec: NDArray, mjd: NDArray, site: Site) -> NDArray:
    """Altitudes in degrees of many fixed ICRS positions (n,) through a day (m,): (n, m); one turning to the date."""
    turned = _unit(ra, dec) @ erfa.pnm06a(_JD, float(np.mean(mjd)) + _TT_MINUS_UTC).T
    return altitude(turned[:, None, :], mjd, site)


def moon_altitude(vectors: NDArray, mjd: NDArray, site: Site) -> NDArray:
    """Altitudes in degrees of the Moon as the site sees it, which is up to a degree lower than from the centre."""
    turn, lat = sidereal(mjd, site.lon), np.radians(site.lat)
    here = np.stack([np.cos(lat) * np.cos(turn), np.cos(lat) * np.sin(turn), np.full_like(turn, np.sin(lat))], axis=-1)
    towards = vectors - here
    return altitude(towards / np.linalg.norm(towards, axis=-1, keepdims=True), mjd, site)


class Night(NamedTuple):
    """From noon to noon of mean solar time at a site. Arrays have one length; angles in degrees, times MJD (UTC)."""

    site: Site
    mjd: NDArray
    target: NDArray
    sun: NDArray
    moon: NDArray
    moon_separation: float
    moon_illumination: float

    def crossings(self, level: float) -> tuple[float, float] | None:
        """When the Sun sinks below this altitude and rises above it again; None where it does not do both."""
        below = self.sun < level
        if below.all() or not below.any():
            return None
        first, last = int(np.argmax(below)), len(below) - 1 - int(np.argmax(below[::-1]))
        if first == 0 or last == len(below) - 1:
            return None
        return self._between(first - 1, level), self._between(last, level)

    def _between(self, at: int, level: float) -> float:
        low, high = self.sun[at], self.sun[at + 1]
        return float(self.mjd[at] + (level - low) / (high - low) * (self.mjd[at + 1] - self.mjd[at]))

    def observable(self, most_airmass: float, twilight: float) -> NDArray:
        """Where the target is high enough while the Sun is low enough."""
        return (self.sun < twilight) & (self.target >= altitude_at(most_airmass))


_STEP = 5 / 1440  # days
_DAY = np.arange(-0.5, 0.5 + _STEP / 2, _STEP)


def midnight_of(mjd: float, site: Site) -> float:
    """Midnight of the night that is now, or else of the one that comes next; mean solar time of the site."""
    solar = mjd + site.lon / 360
    last = np.floor(solar) - site.lon / 360  # the midnight before now
    at = np.array([mjd])
    still = solar % 1 < 0.5 and altitude(sun(at), at, site)[0] < HORIZON
    return float(last if still else last + 1)


def night(ra: float, dec: float, mjd: float, site: Site) -> Night:
    """The night that is at ``mjd`` or comes next, every five minutes.

    The target and the Sun are turned to the date once an hour and drawn straight between: they move too little to tell.
    """
    midnight = midnight_of(mjd, site)
    times = midnight + _DAY
    hourly = midnight + np.linspace(-0.5, 0.5, 25)
    there, lunar = target(ra, dec, hourly), moon(hourly)
    at_midnight = lunar[12] / np.linalg.norm(lunar[12])
    apart = np.degrees(np.arccos(np.clip(there[12] @ at_midnight, -1, 1)))
    return Night(
        site,
        times,
        altitude(_drawn(hourly, there, times), times, site),
        altitude(_drawn(hourly, sun(hourly), times), times, site),
        moon_altitude(_drawn(hourly, lunar, times), times, site),
        float(apart),
        moon_illumination(midnight),
    )


def _drawn(known: NDArray, vectors: NDArray, times: NDArray) -> NDArray:
    return np.stack([np.interp(times, known, vectors[:, axis]) for axis in range(3)], axis=-1)


def year(
    ra: float, dec: float, mjd: float, sites: list[Site], *, most_airmass: float, twilight: float
) -> tuple[NDArray, NDArray]:
    """Hours in each night of the year from ``mjd`` on in which a target is high enough while the Sun is low enough.

    The dark hours lie evenly about the Sun's lower transit, those of the target about its upper one; what they share
    needs no sampling. The Sun's place at midnight stands for the whole night, which costs a minute.

    Returns
    -------
    days : (366,) MJD of the evenings, and hours : (number of sites, 366)
    """
    days, least = np.floor(mjd) + np.arange(366.0), altitude_at(most_airmass)
    daily = np.arange(days[0], days[-1] + 3)
    there, solar = target(ra, dec, daily), sun(daily)
    hours = np.empty((len(sites), len(days)))
    for row, site in enumerate(sites):
        midnight = days + 1 - site.lon / 360
        star, day = _drawn(daily, there, midnight), _drawn(daily, solar, midnight)
        turn = sidereal(midnight, site.lon)
        darkest = midnight + _wrapped(np.pi - turn + _longitude(day)) / (2 * np.pi)
        transit = midnight + _wrapped(_longitude(star) - turn) / (2 * np.pi * _SIDEREAL)
        dark = 0.5 - _half_arc(day[:, 2], site.lat, twilight)
        up = _half_arc(star[:, 2], site.lat, least) / _SIDEREAL
        shared = np.zeros(len(days))
        for turns in (-1, 0, 1):
            again = transit + turns / _SIDEREAL
            shared += np.clip(np.minimum(darkest + dark, again + up) - np.maximum(darkest - dark, again - up), 0, None)
        hours[row] = 24 * np.minimum(shared, 2 * dark)
    return days, hours


def _longitude(vectors: NDArray) -> NDArray:
    return np.arctan2(vectors[:, 1], vectors[:, 0])


def _wrapped(angle: NDArray) -> NDArray:
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _half_arc(sine_of_dec: NDArray, lat: float, level: float) -> NDArray:
    """From transit until the altitude falls below a level, in turns of the Earth: 0 never up, 0.5 always."""
    phi = np.radians(lat)
    cosine = np.sin(np.radians(level)) - np.sin(phi) * sine_of_dec
    return np.arccos(np.clip(cosine / (np.cos(phi) * np.sqrt(1 - sine_of_dec**2)), -1, 1)) / (2 * np.pi)
