"""Distances from redshifts in a flat ΛCDM universe with the Planck 2018 parameters.

The same numbers as `astropy.cosmology.Planck18`, which a test holds them to. Importing that brings scipy and 75 MB
into every web process, and it integrates redshift by redshift; a page of a hundred sources is one array here.

References
----------
Planck Collaboration 2020, A&A 641, A6, table 2 (TT,TE,EE+lowE+lensing+BAO); Hogg 1999, astro-ph/9905116, eq. 14-21;
Komatsu et al. 2011, ApJS 192, 18, eq. 26 (energy density of neutrinos that have a mass).
"""

from math import log10, pi

import numpy as np
from numpy.typing import NDArray

H0 = 67.66  # km/s/Mpc
_MATTER = 0.30966
_CMB = 2.7255  # K
_NEUTRINO_SPECIES = 3.046
_NEUTRINO_MASS = 0.06  # eV, of one of three; the others weigh nothing

_LIGHT = 299_792.458  # km/s
_MPC = 3.0856775814913674e22  # m
_CRITICAL = 3 * (H0 * 1e3 / _MPC) ** 2 / (8 * pi * 6.6743e-11)  # kg/m³
_PHOTONS = 4 * 5.670374419e-8 / (_LIGHT * 1e3) ** 3 * _CMB**4 / _CRITICAL
_NEUTRINO_HEAT = _NEUTRINO_MASS / (8.617333262e-5 * 0.7137658555036082 * _CMB)  # rest energy over kT today

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def _neutrinos(stretch: NDArray) -> NDArray:
    """Energy density of all neutrinos in units of that of the photons, at 1 + z."""
    massive = (1 + (0.3173 * _NEUTRINO_HEAT / stretch) ** 1.83) ** 0.54644808743
    return 0.22710731766 * _NEUTRINO_SPECIES / 3 * (2 + massive)


_DARK_ENERGY = 1 - _MATTER - _PHOTONS * (1 + float(_neutrinos(np.array(1.0))))


def _expansion(stretch: NDArray) -> NDArray:
    """H/H0 at 1 + z."""
    radiation = _PHOTONS * (1 + _neutrinos(stretch))
    return np.sqrt(stretch**3 * (_MATTER + radiation * stretch) + _DARK_ENERGY)


def luminosity_distances(redshifts: NDArray) -> NDArray:
    """Luminosity distances in Mpc of many redshifts at once; NaN where the redshift is not positive.

    Examples
    --------
    >>> luminosity_distances(np.array([0.1, np.nan, -0.01])).round(1)
    array([475.8,   nan,   nan])
    """
    stretch = 1 + np.where(redshifts > 0, redshifts, np.nan)
    half = np.log(stretch)[..., None] / 2
    between = np.exp(half * (1 + _NODES))  # 1 + z along the way, in equal steps of its logarithm
    comoving = _LIGHT / H0 * np.sum(_WEIGHTS * half * between / _expansion(between), axis=-1)
    return comoving * stretch


def luminosity_distance(redshift: float) -> float:
    """Luminosity distance in Mpc; redshift must be positive."""
    return float(luminosity_distances(np.array(redshift)))


def angular_diameter_distance(redshift: float) -> float:
    """Angular diameter distance in Mpc; redshift must be positive."""
    return luminosity_distance(redshift) / (1 + redshift) ** 2


def distance_modulus(redshift: float) -> float:
    """Distance modulus in magnitudes; redshift must be positive."""
    return 5 * log10(luminosity_distance(redshift)) + 25
