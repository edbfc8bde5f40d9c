"""How a survey writes down a measurement: by magnitude and sign, or by flux and zero-point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skyportal.astro.photometry import flux_density, limiting_fluxerr, to_microjansky
from skyportal.astro.time import JD_OF_MJD, utc_from_tai

from ..lightcurve import Point

UNKNOWN = -900.0  # surveys write -99, -999, -99999 for "not known"
CLOCKS = {"jd": lambda t: t - JD_OF_MJD, "mjd": float, "tai": utc_from_tai}
NEGATIVE = {"f", "F", "false", "False", "0", 0}


def number(record: Mapping[str, Any], name: str | None) -> float:
    """A field as a float; NaN when absent, null, not a number, or one of the surveys' ways to say unknown."""
    value = record.get(name) if name else None
    if value is None or isinstance(value, (str, bytes, dict, list)):
        return math.nan
    value = float(value)
    return value if value > UNKNOWN and math.isfinite(value) else math.nan


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What both kinds share: where the time, bandpass, position and identity are."""

    time: str
    clock: str = "jd"
    band: str | Callable[[Mapping[str, Any]], Any] = "fid"
    bands: Mapping[Any, str] = field(default_factory=dict)
    origin: str = "previous"
    candid: str | None = "candid"
    exposure: tuple[str, ...] = ()  # fields that, with time and bandpass, say which measurement a limit or forced is
    programid: str | None = None
    ra: str = "ra"
    dec: str = "dec"
    limit: str | None = None
    ref_mag: str | None = None
    ref_distance: str | None = None
    good: Callable[[Mapping[str, Any]], bool] = lambda record: True
    settle_time: Callable[[Mapping[str, Any], float], float] = lambda record, mjd: mjd

    def __call__(self, record: Mapping[str, Any], origin: str | None = None) -> Point | None:
        """The point of a record; None when it is not a measurement."""
        mjd, bandpass = self._mjd(record), self._bandpass(record)
        if not math.isfinite(mjd) or bandpass is None or not self.good(record):
            return None
        limiting_mag = number(record, self.limit)
        flux, fluxerr = self.measured(record, bandpass)
        origin = origin or self.origin
        if not (math.isfinite(flux) and math.isfinite(fluxerr)):
            if not math.isfinite(limiting_mag):
                return None
            flux, fluxerr, origin = math.nan, float(limiting_fluxerr(limiting_mag)), "limit"
        candid = self._candid(record) if origin in ("alert", "previous") else ""
        program = number(record, self.programid)
        return Point(
            mjd=mjd,
            flux=flux,
            fluxerr=fluxerr,
            bandpass=bandpass,
            origin=origin,
            key=f"candid:{candid}" if candid else self._key(record, origin, mjd, bandpass),
            ra=number(record, self.ra),
            dec=number(record, self.dec),
            limiting_mag=limiting_mag,
            ref_flux=self._ref_flux(record),
            programid=None if math.isnan(program) else int(program),
            candid=candid,
        )

    def measured(self, record: Mapping[str, Any], bandpass: str) -> tuple[float, float]:
        """Flux and its error, µJy; NaN when the record holds none."""
        raise NotImplementedError

    def _mjd(self, record) -> float:
        time = number(record, self.time)
        return self.settle_time(record, CLOCKS[self.clock](time)) if time > 0 else math.nan

    def _bandpass(self, record) -> str | None:
        name = self.band(record) if callable(self.band) else record.get(self.band)
        return self.bands.get(name) if not isinstance(name, (dict, list)) else None

    def _candid(self, record) -> str:
        value = record.get(self.candid) if self.candid else None
        if isinstance(value, float):  # tables made with pandas: beyond 2^53 the id has lost its last digits
            value = int(value) if abs(value) < 2**53 else None
        return "" if value is None else str(value)

    def _key(self, record, origin: str, mjd: float, bandpass: str) -> str:
        known = [record.get(name) for name in self.exposure]
        if origin == "limit" and known and known[0] is not None:
            return f"limit:{known[0]}"
        place = ":".join(str(k) for k in known)
        if origin not in ("alert", "previous"):
            return f"{origin}:{bandpass}:{mjd:.5f}:{place}"
        if self.candid and record.get(self.candid) is not None:  # two candidates of one exposure differ in position
            place += f":{number(record, self.ra):.5f}"
        return f"seen:{bandpass}:{mjd:.5f}:{place}"

    def _ref_flux(self, record) -> float:
        mag, distance = number(record, self.ref_mag), number(record, self.ref_distance)
        return math.nan if distance > 1.5 or not mag > 0 else float(flux_density(mag)[0])


@dataclass(frozen=True, kw_only=True)
class Magnitudes(Measure):
    """A magnitude of the difference, and a sign that tells brightening from fading."""

    mag: str = "magpsf"
    magerr: str = "sigmapsf"
    sign: str | None = "isdiffpos"
    to_ab: Mapping[str, float] = field(default_factory=dict)

    def measured(self, record, bandpass):
        mag, magerr = number(record, self.mag), number(record, self.magerr)
        flux, fluxerr = (float(x) for x in flux_density(mag + self.to_ab.get(bandpass, 0.0), magerr))
        return (-flux if self.sign and record.get(self.sign) in NEGATIVE else flux), fluxerr


@dataclass(frozen=True, kw_only=True)
class Fluxes(Measure):
    """A flux of the difference with its sign, in a unit given by a factor or by a zero-point (number or field)."""

    flux: str = "psfFlux"
    fluxerr: str = "psfFluxErr"
    factor: float = 1.0
    zeropoint: float | str | None = None
    sign: str | None = None  # only for surveys that write the absolute value

    def measured(self, record, bandpass):
        flux, fluxerr = number_or_deep(record, self.flux), abs(number(record, self.fluxerr))
        if self.zeropoint is not None:
            zeropoint = number(record, self.zeropoint) if isinstance(self.zeropoint, str) else self.zeropoint
            flux, fluxerr = (float(to_microjansky(x, zeropoint)) for x in (flux, fluxerr))
        if self.sign and record.get(self.sign) in NEGATIVE:
            flux = -abs(flux)
        return flux * self.factor, fluxerr * self.factor


def number_or_deep(record: Mapping[str, Any], name: str) -> float:
    """A flux: unlike a magnitude it may truly be -5000, so only the one value that means "failed" is unknown."""
    value = record.get(name)
    if value is None or isinstance(value, (str, bytes, dict, list)) or value == -99999.0:
        return math.nan
    return float(value) if math.isfinite(value) else math.nan
