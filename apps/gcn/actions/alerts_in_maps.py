"""Every alert of a batch against every active map, in memory: before any filter has its say.

A row by row question would take longer than all else that is done with a batch; here a batch of a thousand is looked up
in each map's sorted tiles at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from apps.candidates.queries.audiences import Audiences
from apps.groups.models import Stream
from skyportal.astro.sky import hpx
from skyportal.astro.skymaps.tiles import DEG2
from skyportal.astro.time import mjd_of
from skyportal.live.topics import publish

from ..models import AlertInMap, GcnEvent, Localization
from ..queries.localizations import tile_columns
from ..queries.matching import active_maps, active_since

if TYPE_CHECKING:
    from apps.candidates.alerts.batches import Places

LEVEL = 0.9
"""Alerts outside this region of a map are not kept."""
FRESH = 20.0
"""Seconds after which is asked anew which maps are active."""
COLUMNS = "localization_id, audience_id, stream_id, object_id, candid, ra, dec, first_mjd, last_mjd, density, level"


@dataclass(frozen=True)
class _Map:
    address: str
    mjd: float
    lo: NDArray
    hi: NDArray
    density: NDArray
    level: NDArray


@dataclass
class _Active:
    """Active maps, kept between batches: only new ones are read."""

    maps: dict[int, _Map] = field(default_factory=dict)
    asked_at: float = -FRESH

    def current(self) -> dict[int, _Map]:
        if time.monotonic() - self.asked_at > FRESH:
            wanted = dict(active_maps())
            self.maps = {pk: self.maps.get(pk) or _read(pk) for pk in wanted}
            self.asked_at = time.monotonic()
        return self.maps


_active = _Active()


def forget() -> None:
    """Ask anew at the next batch: for tests, whose databases change under one."""
    _active.maps, _active.asked_at = {}, -FRESH


def _read(localization_id: int) -> _Map:
    event = GcnEvent.objects.get(localizations=localization_id)
    columns = tile_columns(localization_id, "lo", "hi", "density", "level", level=LEVEL)
    return _Map(event.address, mjd_of(event.exact_time), *columns)


def follow(stream: Stream, batches: Sequence[Places]) -> int:
    """Keep which alerts lie in active maps of events that were before them; how many pairs there were."""
    maps = _active.current()
    if not maps or not batches:
        return 0
    audiences, rows, touched = Audiences(stream), [], set()
    for places in batches:
        cells = hpx(places.ra, places.dec)
        for pk, one in maps.items():
            found = _inside(one, cells, places.mjd)
            if len(found):
                rows += _rows(pk, one, places, found, stream, audiences)
                touched.add(one.address)
    _write(rows)
    publish([f"event:{address}" for address in sorted(touched)])
    return len(rows)


def _inside(one: _Map, cells: NDArray, mjd: NDArray) -> list[tuple[int, int]]:
    """(alert, tile) of alerts since the event that lie in the map."""
    tile = np.searchsorted(one.lo, cells, side="right") - 1
    hits = np.flatnonzero((tile >= 0) & (mjd >= one.mjd))
    hits = hits[cells[hits] < one.hi[tile[hits]]] if len(one.hi) else hits[:0]
    return list(zip(hits.tolist(), tile[hits].tolist(), strict=True))


def _rows(
    pk: int, one: _Map, places: Places, found: Sequence[tuple[int, int]], stream: Stream, audiences: Audiences
) -> list[tuple[Any, ...]]:
    return [
        (
            pk, audiences.of(places.programid[n]), stream.pk, places.object_id[n], places.candid[n],
            float(places.ra[n]), float(places.dec[n]), float(places.mjd[n]), float(places.mjd[n]),
            float(one.density[tile]) / DEG2, float(one.level[tile]),
        )
        for n, tile in found
    ]  # fmt: skip


def _write(rows: Sequence[tuple[Any, ...]]) -> None:
    """One row an object and map: its first and its newest alert. The same alerts again change nothing."""
    newest: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in sorted(rows, key=lambda row: (row[0], row[3], row[1], row[7])):
        key = (row[0], row[3], row[1])
        first = newest[key][7] if key in newest else row[7]
        newest[key] = (*row[:7], first, *row[8:])
    if not newest:
        return
    marks = ", ".join(["(" + ", ".join(["%s"] * 11) + ")"] * len(newest))
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into gcn_alertinmap ({COLUMNS}) values {marks}"  # noqa: S608 - constants
            " on conflict (localization_id, object_id, audience_id) do update set"
            " first_mjd = least(gcn_alertinmap.first_mjd, excluded.first_mjd),"
            " candid = case when excluded.last_mjd > gcn_alertinmap.last_mjd then excluded.candid"
            " else gcn_alertinmap.candid end,"
            " last_mjd = greatest(gcn_alertinmap.last_mjd, excluded.last_mjd)",
            [value for row in newest.values() for value in row],
        )


def tidy() -> int:
    """Forget alerts in maps of events that are not active any more; what was saved of them has pairs of its own."""
    old = Localization.objects.filter(event__dateobs__lt=active_since())
    return AlertInMap.objects.filter(localization__in=old.values("pk")).delete()[0]
