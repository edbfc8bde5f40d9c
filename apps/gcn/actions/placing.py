"""Pairs of objs and maps follow what becomes known of the obj: its distance, a better position."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection, transaction

from apps.sources.models import Obj
from skyportal.astro.skymaps.tiles import DEG2

from ..models import ObjInMap
from ..queries.distances import COLUMNS, how_far, in_space
from ..queries.matching import FARTHEST

_PAIRS = """
    select p.id, p.obj_id, t.density / %(deg2)s, t.level, t.distmu, t.distsigma, t.distnorm
    from gcn_objinmap p join sources_obj o on o.id = p.obj_id
    left join lateral (
        select * from gcn_tile where localization_id = p.localization_id and lo <= o.hpx order by lo desc limit 1
    ) as t on o.hpx < t.hi
    where
"""
_OF_MAP = "p.localization_id = %(which)s and (o.redshift > 0 or o.host_id is not null)"
_OF_OBJ = "p.obj_id = %(which)s"
_WRITE = """
    update gcn_objinmap p set density = v.density, level = v.level, volume_density = v.volume
    from unnest(%s::bigint[], %s::float8[], %s::float8[], %s::float8[]) as v(id, density, level, volume)
    where p.id = v.id
"""


@transaction.atomic
def work_out(*, localization_id: int | None = None, obj_id: int | None = None) -> None:
    """Densities and levels anew: of a map's pairs whose objs have a distance, or of all pairs of an obj."""
    pairs = _pairs(_OF_OBJ, obj_id) if localization_id is None else _pairs(_OF_MAP, localization_id)
    outside = [row[0] for row in pairs if row[3] is None or row[3] > FARTHEST]
    ObjInMap.objects.filter(pk__in=outside).delete()
    kept = [row for row in pairs if row[3] is not None and row[3] <= FARTHEST]
    objs = Obj.objects.select_related("host").only(*COLUMNS).in_bulk({row[1] for row in kept})
    density = [row[2] for row in kept]
    lines = [None if row[4] is None else (row[4], row[5], row[6]) for row in kept]
    far = how_far([objs[row[1]] for row in kept]) if kept else np.array([])
    with connection.cursor() as cursor:
        volumes = in_space(lines, density, far)
        cursor.execute(_WRITE, [[row[0] for row in kept], density, [row[3] for row in kept], volumes])


def _pairs(which: str, pk: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS + which, {"which": pk, "deg2": DEG2})
        return cursor.fetchall()
