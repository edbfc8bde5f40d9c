"""Stars among stars: absolute magnitudes from parallaxes, and where the main sequence runs."""

from __future__ import annotations

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
