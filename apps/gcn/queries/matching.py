"""Positions against all active maps at once.

A position is in a tile exactly if one of the 30 HEALPix cells that hold it is that tile, so 30 look-ups in one index
answer for every map there is, however large (decision 9 of the design).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from skyportal.access.prepared import read
from skyportal.astro.skymaps.tiles import DEG2

FARTHEST = 0.99
"""Level of a map beyond which an obj is not said to lie in it: most maps hold a little of everywhere."""

# what two maps were crossed to is looked at by people; the event's own newest map stays the one that is matched
_ACTIVE = """
    select distinct on (l.event_id) l.id, l.event_id
    from gcn_localization l join gcn_gcnevent e on e.id = l.event_id
    where e.dateobs > %(since)s and not e.is_retracted and l.overlap is null
    order by l.event_id, l.issued_at desc, l.place, l.id desc
"""
# no tile is looked at of maps that were here before the time since which events are active: no map comes before its
# event, and the localization is the third column of the index
_TILES = f"""
    select p.place, t.localization_id, t.density, t.level, t.distmu, t.distsigma, t.distnorm
    from unnest(%(places)s::int[], %(cells)s::bigint[]) as p(place, cell)
    cross join generate_series(0, 58, 2) as s(bits)
    join gcn_tile t on t.lo = (p.cell >> s.bits) << s.bits
        and t.hi = ((p.cell >> s.bits) << s.bits) + (1::bigint << s.bits)
        and t.level <= {FARTHEST} and t.localization_id > coalesce(
            (select id from gcn_localization where created_at <= %(since)s order by id desc limit 1), 0
        )
"""  # noqa: S608 - a constant of ours
# of the maps that were found, and not of all there are
_ACTIVE_AMONG = """
    select l.id, l.event_id
    from unnest(%(ids)s::bigint[]) as found(id)
    join gcn_localization l on l.id = found.id and l.overlap is null
    join gcn_gcnevent e on e.id = l.event_id and e.dateobs > %(since)s and not e.is_retracted
    where not exists (
        select from gcn_localization n
        where n.event_id = l.event_id and n.overlap is null
            and (n.issued_at, -n.place, n.id) > (l.issued_at, -l.place, l.id)
    )
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A position lies in a map."""

    place: int
    """Which of the positions that were asked."""
    localization_id: int
    event_id: int
    density: float
    """Probability per square degree."""
    level: float
    """Credible level: the smaller, the nearer to where it is densest."""
    line: tuple[float, float, float] | None
    """Distance along this line of sight: mu, sigma (Mpc), norm; None in two dimensions."""


def active_since(now: datetime | None = None) -> datetime:
    return (now or timezone.now()) - timedelta(days=settings.GCN_ACTIVE_DAYS)


def active_maps() -> list[tuple[int, int]]:
    """(localization, event) of the newest map of its own of each event that is young and not retracted."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, {"since": active_since()})
        return cursor.fetchall()


def matches(cells: Sequence[int], *, since: datetime | None = None) -> list[Match]:
    """Every active map that holds each of these order-29 cells; ``place`` counts them from 0."""
    if not cells:
        return []
    since = since or active_since()
    places = {"places": list(range(len(cells))), "cells": list(map(int, cells))}
    tiles = read(_TILES, {"since": since, **places})
    events: dict[int, int] = dict(read(_ACTIVE_AMONG, {"since": since, "ids": list({row[1] for row in tiles})}))  # type: ignore[arg-type]
    return [
        Match(place, where, events[where], density / DEG2, level, None if mu is None else (mu, sigma, norm))
        for place, where, density, level, mu, sigma, norm in tiles
        if where in events
    ]
