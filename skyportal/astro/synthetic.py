"""Synthetic photometry: what a spectrum would measure through a bandpass.

Response curves are in `curves/`, a file a family, each with its source; a bandpass that is in none of them has no
curve, and is refused rather than replaced by a box.

References
----------
Bessell & Murphy 2012, PASP 124, 140 (photon-counting magnitudes); Oke & Gunn 1983, ApJ 266, 713 (AB).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .spectra.tables import Spectrum

CURVES = Path(__file__).parent / "curves"
LIGHT_ANGSTROM_S = 2.99792458e18
JANSKY = 1e-23
"""erg / s / cm² / Hz"""


class NoCurve(ValueError):
    """No response curve is known for this bandpass."""


class OutsideSpectrum(ValueError):
    """The spectrum does not cover the bandpass."""


@cache
def curves() -> dict[str, tuple[NDArray, NDArray]]:
    """By bandpass, wavelengths (angstroms) and response to photons, relative to its maximum."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for file in sorted(CURVES.glob("*.csv")):
        with file.open() as lines:
            for row in csv.DictReader(line for line in lines if not line.startswith("#")):
                rows.setdefault(row["bandpass"], []).append((float(row["wavelength"]), float(row["response"])))
    return {name: tuple(np.array(points).T) for name, points in rows.items()}  # type: ignore[misc]


def curve(bandpass: str) -> tuple[NDArray, NDArray]:
    if bandpass not in curves():
        raise NoCurve(
            f"No response curve is known for the bandpass {bandpass[:40]!r}. There are curves for: "
            f"{', '.join(sorted(curves()))}."
        )
    return curves()[bandpass]


COVERED = 0.999
"""Share of a bandpass's response that must lie within the spectrum."""


def flux_density(spectrum: Spectrum, bandpass: str) -> tuple[float, float]:
    """Mean flux density through a bandpass, and its error (NaN where the spectrum has none), in µJy.

    Parameters
    ----------
    spectrum : Spectrum
        Flux per wavelength, erg / s / cm² / Å. Pixels without a flux are bridged.
    bandpass : str
        Its public name.

    Raises
    ------
    NoCurve, OutsideSpectrum

    Examples
    --------
    >>> wave = np.arange(3000.0, 10000.0)
    >>> flat = Spectrum(wave, 3.631e-20 * LIGHT_ANGSTROM_S / wave**2)
    >>> f"{flux_density(flat, 'sdssr')[0]:.5g}"
    '3.631e+09'
    """
    at, response = curve(bandpass)
    usable = np.isfinite(spectrum.fluxes)
    wave, flux = spectrum.wavelengths[usable], spectrum.fluxes[usable]
    grid = np.union1d(at, wave[(wave > at[0]) & (wave < at[-1])])
    through = np.interp(grid, at, response)
    inside = (grid >= wave[0]) & (grid <= wave[-1])
    if np.trapezoid(np.where(inside, through, 0), grid) < COVERED * np.trapezoid(through, grid):
        raise OutsideSpectrum(
            f"The bandpass {bandpass} ({at[0]:.0f}-{at[-1]:.0f} Å) reaches outside spectral range "
            f"{wave[0]:.0f}-{wave[-1]:.0f} Å."
        )
    share = _trapezoid_weights(grid) * through
    per_hertz = 1 / (np.sum(share * LIGHT_ANGSTROM_S / grid) * JANSKY * 1e-6)
    mean = np.sum(share * grid * np.interp(grid, wave, flux)) * per_hertz
    if spectrum.errors is None:
        return float(mean), float("nan")
    weights = _onto(wave, grid, share * grid)
    variance = np.nansum((weights * spectrum.errors[usable]) ** 2)
    return float(mean), float(np.sqrt(variance) * per_hertz)


def _trapezoid_weights(grid: NDArray) -> NDArray:
    steps = np.diff(grid)
    return (np.concatenate([[0.0], steps]) + np.concatenate([steps, [0.0]])) / 2


def _onto(wave: NDArray, grid: NDArray, weights: NDArray) -> NDArray:
    """What each pixel contributes to a weighted sum over values interpolated between pixels."""
    right = np.clip(np.searchsorted(wave, grid), 1, len(wave) - 1)
    left = right - 1
    gap = np.maximum(wave[right] - wave[left], 1e-12)
    part = np.clip((grid - wave[left]) / gap, 0, 1)
    found = np.zeros(len(wave))
    np.add.at(found, left, weights * (1 - part))
    np.add.at(found, right, weights * part)
    return found
