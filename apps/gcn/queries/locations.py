"""One position in the newest maps of chosen events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from skyportal.astro.skymaps.tiles import DEG2

from ..models import CURRENT, Localization, Tile
from ..models.events import address_of


@dataclass(frozen=True)
class Inside:
    localization_id: int
    dateobs: str
    density: float
    level: float


def ancestors(cell: int) -> list[tuple[int, int]]:
    """The 30 HEALPix cells that hold a cell of order 29, as ranges.

    Examples
    --------
    >>> ancestors(5)[:2]
    [(5, 6), (4, 8)]
    """
    return [((cell >> bits) << bits, ((cell >> bits) << bits) + (1 << bits)) for bits in range(0, 60, 2)]


def maps_holding(cell: int, events: QuerySet, level: float) -> list[Inside]:
    """Those of the events' newest maps in whose region of this level the position lies."""
    newest = Localization.objects.filter(event__in=events.order_by().values("pk"))
    newest = newest.order_by("event_id", *CURRENT).distinct("event_id")
    starts, ends = zip(*ancestors(cell), strict=True)
    rows: Any = Tile.objects.filter(
        localization__in=newest.values("pk"), lo__in=starts, hi__in=ends, level__lte=level
    ).order_by("level")
    return [
        Inside(localization_id, address_of(dateobs), density / DEG2, reached)
        for localization_id, dateobs, density, reached, lo, hi in rows.values_list(
            "localization_id", "localization__event__dateobs", "density", "level", "lo", "hi"
        )
        if lo <= cell < hi
    ]
