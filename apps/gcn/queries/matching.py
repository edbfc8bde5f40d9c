"""Positions against all active maps at once.

A position is in a tile exactly if one of the 30 HEALPix cells that hold it is that tile, so 30 look-ups in one index
answer for every map there is, however large (decision 9 of the design).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from skyportal.access.prepared import read
from skyportal.astro.skymaps.tiles import DEG2

# what two maps were crossed to is looked at by people; the event's own newest map stays the one that is matched
_ACTIVE = """
    select distinct on (l.event_id) l.id, l.event_id
    from gcn_localization l join gcn_gcnevent e on e.id = l.event_id
    where e.dateobs > %(since)s and not e.is_retracted and l.overlap is null
    order by l.event_id, l.created_at desc, l.id desc
"""
# no tile of a map older than the oldest active one is looked at: the third column of the index
_MATCH = f"""
    with active as materialized ({_ACTIVE}), oldest as materialized (select coalesce(min(id), 1) as id from active)
    select p.place, t.localization_id, a.event_id, t.density, t.level, t.distmu, t.distsigma, t.distnorm
    from unnest(%(places)s::int[], %(cells)s::bigint[]) as p(place, cell)
    cross join generate_series(0, 58, 2) as s(bits)
    join gcn_tile t on t.lo = (p.cell >> s.bits) << s.bits
        and t.hi = ((p.cell >> s.bits) << s.bits) + (1::bigint << s.bits)
        and t.localization_id >= (select id from oldest)
    join active a on a.id = t.localization_id
"""  # noqa: S608 - constants


@dataclass(frozen=True)
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
    places = {"places": list(range(len(cells))), "cells": list(map(int, cells))}
    given: dict[str, Any] = {"since": since or active_since(), **places}
    return [
        Match(place, where, event, density / DEG2, level, None if mu is None else (mu, sigma, norm))
        for place, where, event, density, level, mu, sigma, norm in read(_MATCH, given)
    ]
