"""Distances from redshifts in a flat ΛCDM universe with the Planck 2018 parameters.

References
----------
Planck Collaboration 2020, A&A 641, A6; Hogg 1999, astro-ph/9905116.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=4096)
def luminosity_distance(redshift: float) -> float:
    """Luminosity distance in Mpc; redshift must be positive."""
    from astropy.cosmology import Planck18

    return float(Planck18.luminosity_distance(redshift).value)


def luminosity_distances(redshifts: NDArray) -> NDArray:
    """Luminosity distances in Mpc of many redshifts at once; NaN where the redshift is not positive.

    Examples
    --------
    >>> luminosity_distances(np.array([0.1, np.nan, -0.01])).round(1)
    array([475.8,   nan,   nan])
    """
    known = redshifts > 0
    distances = np.full(redshifts.shape, np.nan)
    if known.any():
        from astropy.cosmology import Planck18

        distances[known] = Planck18.luminosity_distance(redshifts[known]).value
    return distances


def angular_diameter_distance(redshift: float) -> float:
    """Angular diameter distance in Mpc; redshift must be positive."""
    return luminosity_distance(redshift) / (1 + redshift) ** 2


def distance_modulus(redshift: float) -> float:
    """Distance modulus in magnitudes; redshift must be positive."""
    from math import log10

    return 5 * log10(luminosity_distance(redshift)) + 25
