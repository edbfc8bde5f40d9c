"""The coasts of the Earth, for charts of where something can be observed. Made with Natural Earth (public domain)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "earth" / "coast.txt"


@cache
def coastline() -> list[NDArray]:
    """Lines of (n, 2) longitudes from -180 to 180 and latitudes, degrees.

    Examples
    --------
    >>> len(coastline()) > 100
    True
    """
    rows = [line.split() for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    return [np.array([[float(part) for part in place.split(",")] for place in row]) for row in rows]
