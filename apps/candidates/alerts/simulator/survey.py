"""A survey like ZTF's: which fields are observed when, how deep, and for whom.

Northern sky from Palomar in fields of 7.2 degrees; a public survey in g and r every second night, a partnership survey
every night in some fields, and an i-band survey; weather, Moon, seeing and airmass decide the depth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LONGITUDE, LATITUDE = -116.86, 33.36  # Palomar, degrees
FIELD_SIDE = 7.2  # degrees
NIGHT_ZERO = 2457754.5  # JD from which ZTF counts nights and exposures (2017-01-01)
BANDS = "gri"
DEPTH = np.array([20.8, 20.6, 20.0])  # 5 sigma in 30 s, dark sky, 2 arcsec
HISTORY = 30  # days an alert looks back
PUBLIC, PARTNERSHIP, CALTECH = 1, 2, 3


@dataclass
class Visits:
    """Exposures of one field, columns in order of time."""

    mjd: np.ndarray
    band: np.ndarray  # index in BANDS
    depth: np.ndarray  # limiting magnitude
    seeing: np.ndarray  # arcsec
    programid: np.ndarray

    def __len__(self) -> int:
        return len(self.mjd)


@dataclass
class SurveyField:
    """A field of the grid and its visits of the last weeks; the last night's are those that make alerts."""

    number: int
    ra: float
    dec: float
    visits: Visits


def grid() -> np.ndarray:
    """Field centres: number, RA, Dec."""
    rows, number = [], 245
    for dec in np.arange(-28.0, 85.0, FIELD_SIDE):
        count = max(1, round(360 * np.cos(np.radians(dec)) / FIELD_SIDE))
        for ra in np.arange(count) * 360 / count:
            rows.append((number, ra, dec))
            number += 1
    return np.array(rows)


def moon(mjd: float) -> tuple[float, float, float]:
    """Illuminated fraction, RA and Dec of the Moon, good to a few degrees (mean motions, Meeus 1998, ch. 47)."""
    days = mjd - 51544.5
    longitude = np.radians((218.316 + 13.176396 * days) % 360 + 6.289 * np.sin(np.radians(134.963 + 13.064993 * days)))
    sun = np.radians((280.460 + 0.9856474 * days) % 360)
    tilt = np.radians(23.44)
    ra = np.degrees(np.arctan2(np.sin(longitude) * np.cos(tilt), np.cos(longitude))) % 360
    dec = np.degrees(np.arcsin(np.sin(tilt) * np.sin(longitude)))
    return float((1 - np.cos(longitude - sun)) / 2), float(ra), float(dec)


def observed(night: int, rng: np.random.Generator, fields: int) -> list[SurveyField]:
    """Fields observed in the night that begins on this MJD, each with its history."""
    midnight = night + 8.0 / 24  # local midnight in UTC, at Palomar's longitude
    lst = (100.46 + 0.985647 * (midnight - 51544.5) + LONGITUDE + 360 * (midnight % 1)) % 360
    rows = grid()
    away = np.abs((rows[:, 1] - lst + 180) % 360 - 180)
    up = rows[(away < 65) & (np.abs(rows[:, 2] - LATITUDE) < 60)]
    chosen = up[rng.permutation(len(up))[:fields]]
    weather = rng.random(HISTORY + 1) < 0.75
    weather[-1] = True
    return [_with_visits(row, night, lst, weather, rng) for row in chosen]


def _with_visits(row, night: int, lst: float, weather: np.ndarray, rng) -> SurveyField:
    number, ra, dec = int(row[0]), row[1], row[2]
    has_partners, has_i = rng.random() < 0.35, rng.random() < 0.15
    phase, times, bands, programs = rng.integers(2), [], [], []
    hour = ((ra - lst + 180) % 360 - 180) / 15.04  # hours from midnight at which it is highest
    start = np.clip(hour, -4, 3.5)
    for back in range(HISTORY, -1, -1):
        if not weather[HISTORY - back]:
            continue
        at = night - back + (8 + start + rng.normal(0, 0.4)) / 24
        is_public = back == 0 or (back + phase) % 2 == 0
        for band, program, wanted in (
            (0, PUBLIC, is_public),
            (1, PUBLIC, is_public),
            (0, PARTNERSHIP, has_partners),
            (1, PARTNERSHIP, has_partners),
            (2, CALTECH, has_i and back % 4 == 0),
        ):
            if wanted:
                at += rng.uniform(0.35, 0.9) / 24
                times.append(at)
                bands.append(band)
                programs.append(program)
    mjd, index = np.array(times), np.array(bands)
    seeing = np.exp(rng.normal(np.log(2.0), 0.18, len(mjd)))
    visits = Visits(mjd, index, _depth(mjd, index, seeing, ra, dec, lst, rng), seeing, np.array(programs))
    return SurveyField(number, ra, dec, visits)


def _depth(mjd, band, seeing, ra, dec, lst, rng) -> np.ndarray:
    """Depth after Moon, airmass, seeing and passing cloud."""
    dark = DEPTH[band] - 1.25 * np.log10(seeing / 2.0) * 2
    hour_angle = np.radians(((lst - ra + 180) % 360 - 180) + 15.04 * ((mjd % 1) * 24 - 8))
    altitude = np.sin(np.radians(LATITUDE)) * np.sin(np.radians(dec)) + np.cos(np.radians(LATITUDE)) * np.cos(
        np.radians(dec)
    ) * np.cos(hour_angle)
    airmass = 1 / np.clip(altitude, 0.35, 1)
    bright = np.zeros(len(mjd))
    for i, at in enumerate(mjd):
        lit, moon_ra, moon_dec = moon(at)
        apart = np.degrees(
            np.arccos(
                np.clip(
                    np.sin(np.radians(dec)) * np.sin(np.radians(moon_dec))
                    + np.cos(np.radians(dec)) * np.cos(np.radians(moon_dec)) * np.cos(np.radians(ra - moon_ra)),
                    -1,
                    1,
                )
            )
        )
        bright[i] = 1.3 * lit**2 * np.exp(-apart / 80)
    cloud = np.where(rng.random(len(mjd)) < 0.1, rng.exponential(0.5, len(mjd)), 0)
    return dark - bright * np.array([1.0, 0.7, 0.4])[band] - 0.2 * (airmass - 1) - cloud + rng.normal(0, 0.05, len(mjd))
