"""Stars among stars: absolute magnitudes from parallaxes, and where the main sequence runs."""

from __future__ import annotations

from math import log10

MAIN_SEQUENCE = (
    (-0.1, 0.3), (0.0, 1.2), (0.3, 2.3), (0.6, 3.6), (0.8, 4.6), (1.0, 5.7), (1.4, 7.0), (1.8, 8.2), (2.2, 9.4),
    (2.5, 10.6), (3.0, 12.3), (3.4, 13.6), (4.0, 14.9),
)  # fmt: skip
"""(BP − RP, M_G) of dwarfs to about 0.3 mag, a guide for the eye, after Pecaut & Mamajek 2013, ApJS 208, 9."""


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
