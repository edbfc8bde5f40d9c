"""Periods of variable stars from sparse light curves in several bands."""

from .aliases import Relation, relation
from .eclipses import by_eclipses
from .peaks import Curve, Found, Peak, bands_of
from .sampling import frequency_range
from .search import by_fourier

__all__ = [
    "Curve", "Found", "Peak", "Relation", "bands_of", "by_eclipses", "by_fourier", "frequency_range", "relation",
]  # fmt: skip
