"""What is in the sky: classes of objects, how bright each is when, and what the survey's reference holds of it.

Light curves are the usual simple forms: an exponential rise and fall for explosions (Bazin et al. 2009,
doi:10.1051/0004-6361/200911847), t^(-5/3) for tidal disruptions, a damped random walk for active nuclei (Kelly et
al. 2009, doi:10.1088/0004-637X/698/1/895), periodic forms for variable stars.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

ABUNDANCE = {
    "RR Lyrae": 0.17,
    "Eclipsing binary": 0.17,
    "Long-period variable": 0.10,
    "AGN": 0.16,
    "Asteroid": 0.13,
    "Bogus": 0.145,
    "SN Ia": 0.06,
    "SN II": 0.03,
    "SN Ibc": 0.015,
    "CV": 0.014,
    "TDE": 0.004,
    "Kilonova": 0.002,
}
EXPLOSIONS = {  # peak absolute magnitude, scatter; rise and fall in days (g, r, i); g-r and g-i at peak
    "SN Ia": (-19.2, 0.25, 4.0, (17.0, 27.0, 33.0), (0.0, 0.0, -0.4)),
    "SN II": (-17.0, 0.8, 2.5, (45.0, 75.0, 85.0), (0.0, 0.05, 0.0)),
    "SN Ibc": (-17.6, 0.6, 4.0, (13.0, 19.0, 23.0), (0.0, -0.3, -0.35)),
    "Kilonova": (-16.0, 0.5, 0.2, (0.9, 1.8, 3.0), (0.0, -0.2, -0.4)),
}
STARS = {"RR Lyrae", "Eclipsing binary", "Long-period variable", "CV"}
LIGHT, HUBBLE = 299792.458, 70.0  # km/s, km/s/Mpc


@dataclass
class SkyObject:
    """One object: where it is, what the reference image has there, and how it varies."""

    kind: str
    ra: float
    dec: float
    redshift: float
    peak_mjd: float
    peak_mag: float
    ref_mag: float  # of the star or nucleus at its place in the reference; NaN where there is none
    host_mag: float  # of the galaxy near it; NaN where there is none
    host_offset: float  # arcsec
    shape: dict[str, Any]


def draw(kind: str, ra: float, dec: float, night: float, rng: np.random.Generator) -> SkyObject:
    """An object of a class, such that it may be seen on that night."""
    nothing = float("nan")
    if kind in EXPLOSIONS:
        return _explosion(kind, ra, dec, night, rng)
    if kind == "TDE":
        z = rng.uniform(0.01, 0.12)
        peak = night - rng.exponential(40) + 10
        mag = -19.8 + rng.normal(0, 0.4) + distance_modulus(z)
        shape = {"rise": rng.uniform(12, 25), "scale": rng.uniform(25, 50), "colour": np.array([0.0, 0.2, 0.35])}
        return SkyObject(kind, ra, dec, z, peak, mag, nothing, mag - rng.uniform(-1, 1), rng.uniform(0, 0.25), shape)
    if kind == "AGN":
        ref = rng.uniform(16.8, 19.2)
        shape = {
            "tau": rng.uniform(60, 400),
            "sigma": rng.uniform(0.12, 0.4),
            "seed": int(rng.integers(2**31)),
            "colour": np.array([0.0, -0.3, -0.45]),
            "night": night,
        }
        return SkyObject(
            kind, ra, dec, rng.uniform(0.02, 1.2), nothing, nothing, ref, ref + rng.uniform(-0.5, 1), 0.05, shape
        )
    if kind == "Asteroid":
        mag = rng.uniform(15.5, 19.8)
        shape = {
            "rate": rng.uniform(0.15, 0.5),
            "angle": rng.uniform(0, 2 * np.pi),
            "name": str(rng.integers(1000, 600000)),
        }
        return SkyObject(kind, ra, dec, nothing, night, mag, nothing, nothing, nothing, shape)
    if kind == "Bogus":
        ref = rng.uniform(13, 17) if rng.random() < 0.6 else nothing
        return SkyObject(
            kind,
            ra,
            dec,
            nothing,
            night,
            rng.uniform(16.5, 20),
            ref,
            nothing,
            nothing,
            {"positive": rng.random() < 0.6},
        )
    return _star(kind, ra, dec, night, rng)


def farther(thing: SkyObject, magnitudes: float) -> SkyObject:
    """The same object so far away that all of it is fainter by so much."""
    z = redshift_at(distance_modulus(thing.redshift) + magnitudes) if thing.redshift > 0 else thing.redshift
    dimmer = {name: getattr(thing, name) + magnitudes for name in ("peak_mag", "ref_mag", "host_mag")}
    return replace(thing, redshift=z, **dimmer)


def _explosion(kind, ra, dec, night, rng) -> SkyObject:
    absolute, scatter, rise, fall, colour = EXPLOSIONS[kind]
    absolute += rng.normal(0, scatter)
    faintest = rng.uniform(16.0, 20.3)  # more volume, more objects, at the faint end
    z = max(0.003, redshift_at(faintest - absolute))
    age = rng.uniform(-0.5, 2.5 if kind == "Kilonova" else 60) * (1 + z)
    mag = absolute + distance_modulus(z)
    host = rng.uniform(14.5, 20.5) if rng.random() < 0.85 else float("nan")
    offset = abs(rng.normal(0, 3.0)) + 0.2 if np.isfinite(host) else float("nan")
    shape = {
        "rise": rise * rng.uniform(0.85, 1.15) * (1 + z),
        "fall": np.array(fall) * rng.uniform(0.85, 1.15) * (1 + z),
        "colour": -np.array(colour),
        "bump": kind == "SN Ia",
        "stretch": 1 + z,
    }
    return SkyObject(kind, ra, dec, z, night - age, mag, float("nan"), host, offset, shape)


def _star(kind, ra, dec, night, rng) -> SkyObject:
    nothing, ref = float("nan"), rng.uniform(13.8, 18.5)
    if kind == "CV":
        ref = rng.uniform(18.5, 21.5)
        shape = {"amplitude": rng.uniform(2.5, 6), "length": rng.uniform(4, 14)}
        return SkyObject(
            kind, ra, dec, 0.0, night - rng.uniform(0, 6), ref - shape["amplitude"], ref, nothing, nothing, shape
        )
    shape = {"phase": rng.random()}
    if kind == "RR Lyrae":
        shape |= {"period": rng.uniform(0.42, 0.68), "amplitude": np.array([1.0, 0.72, 0.58]) * rng.uniform(0.5, 1.2)}
    elif kind == "Eclipsing binary":
        shape |= {
            "period": 10 ** rng.uniform(-0.5, 0.7),
            "depth": rng.uniform(0.15, 0.9),
            "second": rng.uniform(0.1, 0.8),
            "width": rng.uniform(0.04, 0.1),
        }
    else:
        shape |= {"period": rng.uniform(90, 450), "amplitude": np.array([1.8, 1.3, 0.9]) * rng.uniform(0.3, 1.4)}
    return SkyObject(kind, ra, dec, 0.0, nothing, ref - 0.5, ref, nothing, nothing, shape)


def difference_flux(thing: SkyObject, mjd: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Flux of the science image minus the reference, in µJy, at these times and bands (0, 1, 2 for g, r, i)."""
    kind, shape = thing.kind, thing.shape
    if kind in EXPLOSIONS:
        return _flux(thing.peak_mag + shape["colour"][band]) * _bazin(thing, mjd, band)
    if kind == "TDE":
        t = mjd - thing.peak_mjd
        rising = np.exp(-((np.minimum(t, 0) / shape["rise"]) ** 2))
        return (
            _flux(thing.peak_mag + shape["colour"][band]) * rising * (1 + np.maximum(t, 0) / shape["scale"]) ** (-5 / 3)
        )
    if kind == "AGN":
        reference = _flux(thing.ref_mag + shape["colour"][band])
        return reference * (10 ** (-0.4 * _walk(shape, mjd)) - 1)
    if kind == "CV":
        t = mjd - thing.peak_mjd
        shine = np.where(t < -1, 0, np.where(t < 0, 1 + t, np.exp(-np.maximum(t - shape["length"], 0) / 1.5)))
        return np.maximum(_flux(thing.ref_mag) * (10 ** (0.4 * shape["amplitude"] * np.clip(shine, 0, 1)) - 1), 0)
    if kind in ("Asteroid", "Bogus"):
        sign = -1 if kind == "Bogus" and not shape["positive"] else 1
        return np.where(mjd >= thing.peak_mjd, sign * _flux(thing.peak_mag), 0.0)
    return _flux(thing.ref_mag) * (10 ** (-0.4 * _periodic(thing, mjd, band)) - 1)


def _bazin(thing: SkyObject, mjd, band):
    t, shape = mjd - thing.peak_mjd, thing.shape
    fall, rise = shape["fall"][band], shape["rise"]
    start = -rise * np.log(fall / rise - 1) if np.all(fall > 2 * rise) else 0.0  # puts the maximum at t = 0

    def form(x):
        return np.exp(-np.clip(x, -60, 600) / fall) / (1 + np.exp(-np.clip(x / rise, -60, 60)))

    value = form(t - start) / form(-start)
    if shape["bump"]:  # iron recombination: the second maximum of a SN Ia in the red
        value = value + np.array([0.0, 0.12, 0.35])[band] * np.exp(-0.5 * ((t / shape["stretch"] - 24) / 7) ** 2)
    return np.where(t < -6 * rise, 0, value)


def _walk(shape, mjd):
    """A damped random walk in magnitudes, the same for an object whenever it is asked for."""
    days = np.arange(shape["night"] - 40, shape["night"] + 3)
    steps = np.random.default_rng(shape["seed"]).normal(size=len(days))
    keep = np.exp(-1 / shape["tau"])
    walk = np.empty(len(days))
    walk[0] = steps[0] * shape["sigma"]
    for i in range(1, len(days)):
        walk[i] = keep * walk[i - 1] + shape["sigma"] * np.sqrt(1 - keep**2) * steps[i]
    return np.interp(mjd, days, walk)


def _periodic(thing: SkyObject, mjd, band):
    """Magnitudes fainter than the mean."""
    shape = thing.shape
    phase = (mjd / shape["period"] + shape["phase"]) % 1
    if thing.kind == "RR Lyrae":  # steep rise, slow fall
        saw = np.where(phase < 0.15, 1 - phase / 0.15, (phase - 0.15) / 0.85)
        return shape["amplitude"][band] * (saw - 0.5)
    if thing.kind == "Eclipsing binary":
        near = np.minimum(phase, 1 - phase)
        dip = np.exp(-0.5 * (near / shape["width"]) ** 2) + shape["second"] * np.exp(
            -0.5 * ((phase - 0.5) / shape["width"]) ** 2
        )
        return shape["depth"] * dip - 0.05
    return shape["amplitude"][band] * np.sin(2 * np.pi * phase) / 2


def _flux(mag):
    return 10 ** (0.4 * (23.9 - np.asarray(mag, float)))


def distance_modulus(z: float) -> float:
    """Distance modulus for a small redshift, deceleration -0.55 (Hogg 1999, arXiv:astro-ph/9905116)."""
    return float(5 * np.log10(LIGHT * z / HUBBLE * (1 + 0.775 * z)) + 25)


def redshift_at(modulus: float) -> float:
    """The redshift at which the distance modulus has this value."""
    megaparsec = 10 ** ((modulus - 25) / 5)
    z = megaparsec * HUBBLE / LIGHT
    for _ in range(5):
        z = megaparsec * HUBBLE / LIGHT / (1 + 0.775 * z)
    return float(z)
