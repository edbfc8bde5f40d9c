"""How much the Galaxy's dust dims a bandpass, for a reddening on the scale of the SFD map.

Where a coefficient was published for the bandpass it is used; elsewhere the law is taken at the bandpass's nominal
wavelength, which agrees with the published ones to some per cent. X-rays and the far infrared have none.

References
----------
Schlafly & Finkbeiner 2011, ApJ 737, 103 (table 6, R_V = 3.1: magnitudes of extinction per E(B−V) of the map, which is
14 % too large; the coefficients take that into account). Fitzpatrick 1999, PASP 111, 63 (the law; within 0.1 % of the
F99 of dust_extinction 1.7).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .bandpasses import BANDPASSES

_TABLE_6 = {
    "sdss": "u:4.239 g:3.303 r:2.285 i:1.698 z:1.263",
    "ps1::": "g:3.172 r:2.271 i:1.682 z:1.322 y:1.087 w:2.341",
    "lsst": "u:4.145 g:3.237 r:2.273 i:1.684 z:1.323 y:1.088",
    "des": "g:3.237 r:2.176 i:1.595 z:1.217 y:1.058",
    "standard::": "u:4.334 b:3.626 v:2.742 r:2.169 i:1.505",
    "bessell": "ux:4.334 b:3.626 v:2.742 r:2.169 i:1.505",
    "2mass": "j:0.723 h:0.460 ks:0.310",
}
R_V = 3.1
SHORTEST, LONGEST = 115.0, 6000.0
"""Wavelengths between which the law holds, nm."""

# Of the law: at 1 µm it is tied to what Schlafly & Finkbeiner measured.
_AT_1_MICRON = 1.32 * 0.78


def is_known(bandpass: str) -> bool:
    """Whether there is a coefficient, told without working it out."""
    known = BANDPASSES.get(bandpass)
    return bandpass in _published() or (known is not None and SHORTEST <= known.wavelength <= LONGEST)


@cache
def coefficient(bandpass: str) -> float | None:
    """Magnitudes of extinction per magnitude of E(B−V); None where there is none to be had.

    Examples
    --------
    >>> coefficient("sdssr")
    2.285
    >>> coefficient("swiftxrt") is None
    True
    """
    if not is_known(bandpass):
        return None
    published = _published().get(bandpass)
    return float(law([BANDPASSES[bandpass].wavelength])[0]) if published is None else published


def extinction(bandpass: str, ebv: float | None) -> float | None:
    """Magnitudes by which the dust dims a bandpass; None where reddening or coefficient are unknown."""
    per_ebv = coefficient(bandpass)
    return None if ebv is None or per_ebv is None else per_ebv * ebv


def law(wavelength: ArrayLike) -> NDArray:
    """Extinction in magnitudes per E(B−V) of the map at wavelengths in nm, by Fitzpatrick's law for R_V = 3.1."""
    return _AT_1_MICRON * _law(np.asarray(wavelength, float)) / _law(np.array([1000.0]))


@cache
def _published() -> dict[str, float]:
    pairs = ((family, entry.split(":")) for family, bands in _TABLE_6.items() for entry in bands.split())
    return {family + band: float(value) for family, (band, value) in pairs}


# A(λ)/E(B−V) at the points of the spline (nm), infrared and optical; the ultraviolet follows a formula.
_KNOTS_NM = (2650.0, 1220.0, 600.0, 547.0, 467.0, 411.0)
_KNOTS = (
    0.265 * R_V / 3.1,
    0.829 * R_V / 3.1,
    -0.426 + 1.0044 * R_V,
    -0.050 + 1.0016 * R_V,
    0.701 + 1.0016 * R_V,
    1.208 + 1.0032 * R_V - 0.00033 * R_V**2,
)
_ULTRAVIOLET_NM = 270.0


def _law(nanometres: NDArray) -> NDArray:
    from scipy.interpolate import CubicSpline

    x = 1000 / nanometres  # per µm
    joint = 1000 / np.array([270.0, 260.0])
    knots = np.array([0.0, *(1000 / nm for nm in _KNOTS_NM), *joint])
    values = np.array([0.0, *_KNOTS, *_ultraviolet(joint)])
    spline = CubicSpline(knots, values, bc_type="natural")
    return np.where(nanometres <= _ULTRAVIOLET_NM, _ultraviolet(x), spline(x))


def _ultraviolet(x: NDArray) -> NDArray:
    """Linear term, 217 nm bump and far-ultraviolet rise."""
    c2 = -0.824 + 4.717 / R_V
    c1 = 2.030 - 3.007 * c2
    bump = x**2 / ((x**2 - 4.596**2) ** 2 + (x * 0.99) ** 2)
    rise = np.where(x > 5.9, 0.5392 * (x - 5.9) ** 2 + 0.05644 * (x - 5.9) ** 3, 0.0)
    return c1 + c2 * x + 3.23 * bump + 0.41 * rise + R_V
