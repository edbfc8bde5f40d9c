"""What a sky map is called by its figures, and which tags say the same. One table each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


NESTED: tuple[tuple[str, ...], ...] = (
    ("< 1 per 100 years", "< 1 per 10 years", "< 1 per year", "< 1 per month"),
    ("< 100 sq. deg.", "< 500 sq. deg.", "< 1000 sq. deg."),
    ("> 0.9 in 100 sq. deg.", "> 0.9 in 500 sq. deg.", "> 0.9 in 1000 sq. deg."),
    ("< 40 Mpc", "< 150 Mpc"),
)
"""Of each row a tag says all that those after it say."""


def without_implied(tags: Iterable[str]) -> list[str]:
    """Those that say something new, for lists.

    Examples
    --------
    >>> without_implied(["BNS", "< 1 per month", "< 1 per year"])
    ['BNS', '< 1 per year']
    """
    given = list(tags)
    implied = {one for row in NESTED for one in [tag for tag in row if tag in given][1:]}
    return [tag for tag in given if tag not in implied]


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
