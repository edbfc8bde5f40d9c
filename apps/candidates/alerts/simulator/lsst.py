"""Alert packets of one object in one night as Rubin writes them: fluxes in nJy, times in TAI, ids beyond 2^53.

The sky is the same as ZTF's, seen deeper and from Cerro Pachón, in the three bands for which the population has
colours. Solar-system objects are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skyportal.astro.time import datetime_of, tai_from_utc

from .lsst_schema import FORCED, OBJECT, SOURCE
from .pictures import Scene, cutouts, pixel_noise
from .population import SkyObject, difference_flux, farther
from .schema import names
from .survey import SurveyField, Visits

BANDS = "gri"
DEPTH = np.array([24.5, 24.0, 23.4])  # 5 sigma in one visit (Ivezić et al. 2019, ApJ 873, 111, table 1, rounded)
DEEPER = 2.8  # magnitudes beyond ZTF's sky
FIELD_SIDE, PIXEL, SEEING, DETECTORS = 3.0, 0.2, 0.85, 189  # degrees, arcsec, arcsec (median)
LATITUDE, LONGITUDE = -30.24, -70.75  # Cerro Pachón, degrees
HISTORY = 60  # days an alert looks back
NANOJANSKY = 1e3  # in a µJy
ZEROPOINT = 31.4  # AB magnitude of 1 nJy
FLAGS = [name for name in names(SOURCE) if "lag" in name and not name.startswith("trail")] + ["isDipole"]


def fields(night: int, rng: np.random.Generator, count: int) -> list[SurveyField]:
    """Fields observed in the night that begins on this MJD, each with the visits of the last weeks."""
    sidereal = (100.46 + 0.985647 * (night + 4.7 / 24 - 51544.5) + LONGITUDE + 360 * (4.7 / 24)) % 360
    found = []
    for number in range(count):
        dec = float(np.degrees(np.arcsin(rng.uniform(np.sin(np.radians(-65)), np.sin(np.radians(2))))))
        hour = float(rng.uniform(-3, 3))
        found.append(SurveyField(1000 + number, (sidereal + 15 * hour) % 360, dec, _visits(night, hour, rng)))
    return found


def _visits(night: int, hour: float, rng: np.random.Generator) -> Visits:
    """Every third night or so a pair of visits in two bands, half an hour apart."""
    nights = [night - back for back in range(HISTORY, 0, -1) if rng.random() < 0.3] + [night]
    mjd, band = [], []
    for day in nights:
        start = day + (4.7 + hour + rng.normal(0, 0.3)) / 24  # local midnight is at 4.7 h UTC
        for later, which in zip((0.0, 0.5 / 24), rng.permutation(3)[:2], strict=True):
            mjd.append(start + later)
            band.append(int(which))
    seeing = np.exp(rng.normal(np.log(SEEING), 0.15, len(mjd)))
    index = np.array(band)
    cloud = np.where(rng.random(len(mjd)) < 0.1, rng.exponential(0.3, len(mjd)), 0)
    depth = DEPTH[index] - 2.5 * np.log10(seeing / SEEING) - 0.03 * hour**2 - cloud
    return Visits(np.array(mjd), index, depth, seeing, np.zeros(len(mjd), int))


def packets(
    thing: SkyObject, field: SurveyField, place: tuple[int, int], night: int, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """The alerts of this object on this night; ``place`` is the detector and which of its objects this is."""
    seen = _Seen(farther(thing, DEEPER), field, place, rng)
    for i in np.nonzero((field.visits.mjd >= night) & seen.detected)[0]:
        yield seen.packet(int(i))


class _Seen:
    """The object in every visit of its field: measured difference flux and error in nJy."""

    def __init__(self, thing: SkyObject, field: SurveyField, place: tuple[int, int], rng: np.random.Generator):
        self.thing, self.field, self.rng, v = thing, field, rng, field.visits
        self.detector, serial = place
        true = NANOJANSKY * difference_flux(thing, v.mjd, v.band)
        self.error = np.hypot(NANOJANSKY * 10 ** (0.4 * (23.9 - v.depth)) / 5, 0.005 * np.abs(true))
        self.flux = true + self.error * rng.standard_normal(len(v))
        self.detected = np.abs(self.flux) > 5 * self.error
        if thing.kind == "Bogus":
            self.detected[:-1] = False
        self.tai = np.array([tai_from_utc(t) for t in v.mjd.tolist()])
        nights = [datetime_of(t - 0.5) for t in v.mjd.tolist()]  # a night's visits are numbered under one date
        self.visit = [
            int(f"{day:%Y%m%d}") * 100_000 + int((t - 0.5) % 1 * 2000) for day, t in zip(nights, v.mjd, strict=True)
        ]
        self.ids = [(round(t * 1e5) << 24) + (self.detector << 16) + serial for t in v.mjd.tolist()]
        self.scatter = 0.05 / 3600 * rng.standard_normal((2, len(v)))
        real = 1 - rng.beta(0.6, 8, len(v)) if thing.kind != "Bogus" else rng.beta(0.7, 4, len(v))
        self.reliability = real
        self.x, self.y = rng.uniform(60, 4000, (2, len(v)))
        reference = 10 ** (0.4 * (ZEROPOINT - thing.ref_mag)) if np.isfinite(thing.ref_mag) else 0.0
        self.reference = reference
        self.sources = {int(i): self._source(int(i)) for i in np.nonzero(self.detected)[0]}

    @property
    def object_id(self) -> int:
        """The id of the first source, as Rubin's pipeline does it."""
        return self.ids[int(np.nonzero(self.detected)[0][0])]

    def packet(self, i: int) -> dict[str, Any]:
        """The whole alert of one visit."""
        v = self.field.visits
        new, ref, sub = self._pictures(i)
        earlier = [self.sources[k] for k in self.sources if k < i]
        return {
            "diaSourceId": self.ids[i],
            "observation_reason": "science",
            "target_name": f"field_{self.field.number}",
            "diaSource": self.sources[i],
            "prvDiaSources": earlier or None,
            "prvDiaForcedSources": [self._forced(k) for k in range(i) if v.mjd[k] > v.mjd[i] - HISTORY] or None,
            "diaObject": self._object(i),
            "ssSource": None,
            "mpc_orbits": None,
            "cutoutDifference": sub,
            "cutoutScience": new,
            "cutoutTemplate": ref,
        }

    def _source(self, i: int) -> dict[str, Any]:
        flux, error = float(self.flux[i]), float(self.error[i])
        wide = flux + float(self.rng.normal(0, 1.3 * error))
        radius = float(self.field.visits.seeing[i]) / 2.3548
        known = {
            "diaSourceId": self.ids[i],
            "visit": self.visit[i],
            "detector": self.detector,
            "diaObjectId": self.object_id,
            "midpointMjdTai": float(self.tai[i]),
            "ra": self.thing.ra + self.scatter[0, i] / np.cos(np.radians(self.thing.dec)),
            "raErr": 1.4e-5,
            "dec": self.thing.dec + self.scatter[1, i],
            "decErr": 1.4e-5,
            "x": float(self.x[i]),
            "y": float(self.y[i]),
            "apFlux": wide,
            "apFluxErr": 1.6 * error,
            "isNegative": flux < 0,
            "snr": abs(flux) / error,
            "psfFlux": flux,
            "psfFluxErr": error,
            "psfNdata": 1681,
            "dipoleFitAttempted": False,
            "scienceFlux": self.reference + flux,
            "scienceFluxErr": error,
            "templateFlux": self.reference,
            "templateFluxErr": 0.3 * error,
            "ixx": radius**2,
            "iyy": radius**2,
            "ixy": 0.0,
            "ixxPSF": radius**2,
            "iyyPSF": radius**2,
            "ixyPSF": 0.0,
            "extendedness": 0.0 if self.thing.kind != "Bogus" else float(self.rng.random()),
            "reliability": float(self.reliability[i]),
            "band": BANDS[self.field.visits.band[i]],
            "timeProcessedMjdTai": float(self.tai[i]) + 60 / 86400,
            "bboxSize": 20,
            **dict.fromkeys(FLAGS, False),
        }
        return dict.fromkeys(names(SOURCE)) | known

    def _forced(self, i: int) -> dict[str, Any]:
        """Flux at the object's place, whether it was detected there or not."""
        known = {
            "diaForcedSourceId": self.ids[i] + (1 << 15),
            "diaObjectId": self.object_id,
            "ra": self.thing.ra,
            "dec": self.thing.dec,
            "visit": self.visit[i],
            "detector": self.detector,
            "psfFlux": float(self.flux[i]),
            "psfFluxErr": float(self.error[i]),
            "midpointMjdTai": float(self.tai[i]),
            "scienceFlux": self.reference + float(self.flux[i]),
            "scienceFluxErr": float(self.error[i]),
            "band": BANDS[self.field.visits.band[i]],
            "timeProcessedMjdTai": float(self.tai[i]) + 60 / 86400,
        }
        return dict.fromkeys(names(FORCED)) | known

    def _object(self, i: int) -> dict[str, Any]:
        """What is known of the object with this source."""
        so_far = [k for k in self.sources if k <= i]
        known: dict[str, Any] = {
            "diaObjectId": self.object_id,
            "validityStartMjdTai": float(self.tai[i]) + 60 / 86400,
            "ra": self.thing.ra,
            "dec": self.thing.dec,
            "firstDiaSourceMjdTai": float(self.tai[so_far[0]]),
            "lastDiaSourceMjdTai": float(self.tai[i]),
            "nDiaSources": len(so_far),
        }
        for number, band in enumerate(BANDS):
            flux = self.flux[[k for k in so_far if self.field.visits.band[k] == number]]
            known[f"{band}_psfFluxNdata"] = len(flux)
            if len(flux):
                known |= {f"{band}_psfFluxMean": float(flux.mean()), f"{band}_psfFluxMin": float(flux.min())}
                known[f"{band}_psfFluxMax"] = float(flux.max())
        return dict.fromkeys(names(OBJECT)) | known

    def _pictures(self, i: int) -> tuple[bytes, bytes, bytes]:
        v, thing = self.field.visits, self.thing
        places = np.random.default_rng(int(abs(thing.ra) * 1e6) + 11)  # the field's stars stay where they are
        mags = places.uniform(19, 24, 2)
        stars = np.column_stack([*places.uniform(-31, 31, (2, 2)), 10 ** (0.4 * (ZEROPOINT - mags))])
        galaxy = None
        if np.isfinite(thing.host_mag):
            turn, away = places.uniform(0, 2 * np.pi), thing.host_offset / PIXEL / 3
            light = 10 ** (0.4 * (ZEROPOINT - thing.host_mag))
            galaxy = (away * np.cos(turn), away * np.sin(turn), light, places.uniform(3, 6), places.uniform(0.4, 1))
        x, y = self.rng.uniform(-0.5, 0.5, 2)
        scene = Scene(stars, galaxy, self.reference, float(self.flux[i]), float(x), float(y))
        fwhm = float(v.seeing[i]) / PIXEL
        noise = pixel_noise(float(v.depth[i]), ZEROPOINT, fwhm)
        return cutouts(scene, fwhm, SEEING / PIXEL, noise, self.rng, artefact=thing.kind == "Bogus")
