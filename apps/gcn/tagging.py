"""What a sky map is called by its figures. One table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAP_TAGS: tuple[tuple[str, str, float, bool], ...] = (
    # tag, property, bound, whether it must lie below
    ("< 1000 sq. deg.", "area_90", 1000, True),
    ("< 500 sq. deg.", "area_90", 500, True),
    ("< 100 sq. deg.", "area_90", 100, True),
    ("> 0.9 in 1000 sq. deg.", "probability_in_1000", 0.9, False),
    ("> 0.9 in 500 sq. deg.", "probability_in_500", 0.9, False),
    ("> 0.9 in 100 sq. deg.", "probability_in_100", 0.9, False),
    ("AllSky", "area_90", 20_000, False),
    ("< 150 Mpc", "distmean", 150, True),
    ("< 40 Mpc", "distmean", 40, True),
)


def of_map(properties: Mapping[str, Any]) -> list[str]:
    """Tags of a map with these properties.

    Examples
    --------
    >>> of_map({"area_90": 23.0, "probability_in_500": 0.99, "distmean": 267.0})
    ['< 1000 sq. deg.', '< 500 sq. deg.', '< 100 sq. deg.', '> 0.9 in 500 sq. deg.']
    """
    found = []
    for tag, name, bound, below in MAP_TAGS:
        value = properties.get(name)
        if value is not None and (value < bound if below else value > bound):
            found.append(tag)
    return found
