"""Spectra of the simulated sky: a black body, P Cygni or emission lines, a host, and the noise of a small telescope.

Good for looking at and for trying the tools; the forms are the usual simple ones (Jeffery & Branch 1990 for the
P Cygni profile of an expanding atmosphere), not a model atmosphere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIGHT = 299_792.458  # km/s
SECOND_RADIATION = 1.438777e8  # hc/k, Å K


@dataclass(frozen=True)
class Recipe:
    """Temperature in kelvin, velocity in km/s, and lines: rest wavelength (Å, air), depth below, height above 1."""

    temperature: float
    velocity: float
    lines: tuple[tuple[float, float, float], ...]
    host: float = 0.15


RECIPES = {
    "Ia": Recipe(13_000, 11_000, (
        (3951, 0.55, 0.35), (4481, 0.25, 0.15), (4923.9, 0.3, 0.12), (5169, 0.25, 0.1), (5454, 0.3, 0.08),
        (5640, 0.28, 0.08), (5972, 0.12, 0.05), (6355, 0.5, 0.15), (7774, 0.2, 0.1), (8579, 0.45, 0.4),
    )),
    "II": Recipe(8_500, 7_000, (
        (6562.8, 0.35, 1.1), (4861.4, 0.4, 0.35), (4340.5, 0.35, 0.2), (5875.6, 0.2, 0.12), (5169, 0.25, 0.08),
        (5018.4, 0.18, 0.05), (8579, 0.25, 0.3),
    )),
    "Ib/c": Recipe(7_500, 10_000, (
        (5875.6, 0.45, 0.2), (6678.2, 0.2, 0.08), (7065.2, 0.2, 0.08), (5169, 0.35, 0.1), (4923.9, 0.25, 0.05),
        (7774, 0.35, 0.15), (8579, 0.4, 0.4),
    )),
    "AGN": Recipe(20_000, 2_500, (
        (6562.8, 0, 2.2), (4861.4, 0, 0.8), (4340.5, 0, 0.35), (2798.0, 0, 1.2),
    ), host=0.5),
    "TDE": Recipe(22_000, 8_000, ((6562.8, 0, 0.5), (4861.4, 0, 0.25), (4685.7, 0, 0.45)), host=0.3),
}  # fmt: skip
NARROW = ((4958.9, 0.25), (5006.8, 0.75), (6562.8, 0.6), (6583.5, 0.2), (6716.4, 0.12), (6730.8, 0.1), (3727.4, 0.4))


def spectrum(
    kind: str, redshift: float, rng: np.random.Generator, *, step: float = 4.0, snr: float = 25.0
) -> tuple[NDArray, NDArray, NDArray]:
    """Observed wavelengths (Å), fluxes and errors (erg / s / cm² / Å) of an object of a class, about magnitude 18.

    Parameters
    ----------
    kind : str
        One of `RECIPES`.
    redshift : float
    rng : Generator
    step, snr : float
        Pixel in Å, and signal-to-noise of one where the spectrum is as bright as its mean.
    """
    recipe = RECIPES[kind]
    wave = np.arange(3600.0, 9400.0, step)
    rest = wave / (1 + redshift)
    flux = rest**-5 / np.expm1(SECOND_RADIATION / (rest * recipe.temperature))
    flux /= flux.mean()
    for line, depth, height in recipe.lines:
        flux *= 1 + _profile(rest, line, recipe.velocity, depth, height)
    flux += recipe.host * _host(rest)
    error = np.sqrt(0.3 + 0.7 * flux) / snr * (1 + 2 * np.exp(-(wave - wave[0]) / 150))
    scale = 1.6e-16 * rng.uniform(0.6, 1.8)
    return wave, scale * (flux + error * rng.standard_normal(len(wave))), scale * error


def _profile(rest: NDArray, line: float, velocity: float, depth: float, height: float) -> NDArray:
    """Absorption by gas that comes towards us, emission from all around."""
    speed = (rest / line - 1) * LIGHT
    width = 0.32 * velocity
    trough = np.exp(-0.5 * ((speed + velocity) / width) ** 2)
    return height * np.exp(-0.5 * (speed / (1.5 * width)) ** 2) - depth * trough


def _host(rest: NDArray) -> NDArray:
    """A galaxy that forms stars: a break at 4000 Å, H and K, narrow lines."""
    light = np.where(rest > 4000, 1.0, 0.7) * (1 + 0.05 * (rest - 5500) / 1000)
    for line in (3933.7, 3968.5, 5175.0, 5893.0):
        light *= 1 - 0.35 * np.exp(-0.5 * ((rest - line) / 6) ** 2)
    return light + sum(6 * height * np.exp(-0.5 * ((rest - line) / 3.5) ** 2) for line, height in NARROW)
