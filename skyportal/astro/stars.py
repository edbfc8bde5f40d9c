"""Stars among stars: absolute magnitudes from parallaxes, and where the main sequence runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

MAIN_SEQUENCE = (
    (-0.120, 0.515), (-0.037, 1.00), (0.110, 1.69), (0.194, 1.98), (0.377, 2.51), (0.587, 3.26), (0.694, 3.90),
    (0.784, 4.325), (0.823, 4.635), (0.900, 5.098), (0.983, 5.553), (1.19, 6.22), (1.43, 6.85), (1.70, 7.57),
    (1.84, 8.10), (2.09, 8.82), (2.23, 9.29), (2.50, 10.05), (2.78, 10.82), (2.94, 11.21), (3.35, 12.45), (4.16, 14.26),
)  # fmt: skip
"""(BP − RP, M_G) of dwarfs from B9 to M6, a guide for the eye.

E. Mamajek, "A Modern Mean Dwarf Stellar Color and Effective Temperature Sequence", version 2024.05.15 (columns Bp-Rp
and M_G), which continues Pecaut & Mamajek 2013, ApJS 208, 9.
"""


def absolute_magnitude(apparent: float, parallax: float, absorption: float = 0.0) -> float | None:
    """Absolute magnitude of a star from its parallax in mas; None where that is not positive.

    Examples
    --------
    >>> absolute_magnitude(5.0, 100.0)
    5.0
    >>> absolute_magnitude(15.0, -0.2) is None
    True
    """
    if not parallax > 0:
        return None
    return apparent + 5 * log10(parallax / 100) - absorption


SURE = 3.0
"""Standard errors that a parallax must have to be taken for a distance; a third of it is 0.7 mag."""


@dataclass(frozen=True)
class Luminosity:
    """What a parallax says of the absolute magnitude of a star.

    Attributes
    ----------
    abs_mag : only where the parallax is at least `SURE` standard errors, or no error is given
    brightest, faintest : at one standard error of the parallax, where there is ``abs_mag``; without it ``faintest``
        is a limit, the magnitude at ``parallax + SURE`` standard errors: no nearer, so no fainter. None: no bound
    sigmas : parallax over its standard error; None where that is not given
    """

    abs_mag: float | None = None
    brightest: float | None = None
    faintest: float | None = None
    sigmas: float | None = None


def luminosity(apparent: float, parallax: float, error: float | None = None, absorption: float = 0.0) -> Luminosity:
    """From a parallax and its standard error in mas.

    Examples
    --------
    >>> luminosity(5.0, 100.0, 10.0)
    Luminosity(abs_mag=5.0, brightest=4.771212547196624, faintest=5.206963425791125, sigmas=10.0)
    >>> luminosity(15.0, -0.5, 0.5)
    Luminosity(abs_mag=None, brightest=None, faintest=5.0, sigmas=-1.0)
    """
    if error is None or not error > 0:
        return Luminosity(absolute_magnitude(apparent, parallax, absorption))
    sigmas = parallax / error
    if sigmas < SURE:
        return Luminosity(None, None, absolute_magnitude(apparent, parallax + SURE * error, absorption), sigmas)
    at, brightest, faintest = (absolute_magnitude(apparent, parallax + n * error, absorption) for n in (0, -1, 1))
    return Luminosity(at, brightest, faintest, sigmas)
