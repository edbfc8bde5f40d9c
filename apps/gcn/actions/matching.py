"""Objs and maps find each other, whichever comes second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from apps.sources.actions.checks import need
from apps.sources.models import Obj
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps.tiles import DEG2
from skyportal.astro.time import mjd_of
from skyportal.journal.recording import record

from ..entries import MatchAsked, ObjsMatched
from ..models import GcnEvent, Localization, ObjInMap
from ..queries.distances import COLUMNS, how_far, in_space
from ..queries.matching import FARTHEST, Match, matches
from .placing import work_out

BEFORE = timedelta(days=1)
"""Objs last detected earlier than this before an event are not its counterpart."""
MOST = 50_000
"""Of one new map; the most probable ones."""


def match_objs(objs: Iterable[Obj]) -> int:
    """Keep in which active maps these objs lie."""
    placed = [obj for obj in objs if obj.hpx is not None]
    found = matches([obj.hpx for obj in placed if obj.hpx is not None])
    return _keep(placed, found)


def match_named(names: Sequence[str]) -> int:
    return match_objs(Obj.objects.filter(name__in=names).select_related("host").only(*COLUMNS))


def match_ids(obj_ids: Sequence[int]) -> int:
    return match_objs(Obj.objects.filter(pk__in=obj_ids).select_related("host").only(*COLUMNS))


@transaction.atomic
def _keep(objs: Sequence[Obj], found: Sequence[Match]) -> int:
    volumes = _volume_densities(objs, found)
    rows = [
        ObjInMap(
            localization_id=one.localization_id,
            obj_id=objs[one.place].pk,
            density=one.density,
            level=one.level,
            volume_density=volume,
        )
        for one, volume in zip(found, volumes, strict=True)
    ]
    rows.sort(key=lambda row: (row.localization_id, row.obj_id))
    new = _insert(rows)
    _tell(new)
    return sum(new.values())


def _insert(rows: Sequence[ObjInMap]) -> Counter[int]:
    """How many pairs were new, by map."""
    had = set(
        ObjInMap.objects.filter(
            obj_id__in={row.obj_id for row in rows}, localization_id__in={row.localization_id for row in rows}
        ).values_list("localization_id", "obj_id")
    )
    ObjInMap.objects.bulk_create(rows, ignore_conflicts=True)
    return Counter(row.localization_id for row in rows if (row.localization_id, row.obj_id) not in had)


def _tell(new: Counter[int]) -> None:
    for row in Localization.objects.filter(pk__in=list(new)).select_related("event").defer("contour").order_by("pk"):
        record(ObjsMatched(row.event_id, row.event.address, None, row.pk, new[row.pk]))


def _volume_densities(objs: Sequence[Obj], found: Sequence[Match]) -> list[float | None]:
    """Probability per Mpc³ at the obj's distance, where that is known and the map has one."""
    far = how_far([objs[one.place] for one in found])
    return in_space([one.line for one in found], [one.density for one in found], far)


# Whoever was detected since shortly before the event, and first while it was active: from the date's index, then into
# the map's tiles one by one.
_NEW_MAP = """
    insert into gcn_objinmap (localization_id, obj_id, density, level, found_at)
    select %(map)s, o.id, t.density / %(deg2)s, t.level, now()
    from (
        select distinct obj_id from sources_photstat where last_det_mjd >= %(since)s and first_det_mjd <= %(until)s
    ) as seen
    join sources_obj o on o.id = seen.obj_id
    cross join lateral (
        select density, level, hi from gcn_tile
        where localization_id = %(map)s and lo <= o.hpx order by lo desc limit 1
    ) as t
    where o.hpx is not null and o.hpx < t.hi and t.level <= %(farthest)s
    order by t.level limit %(most)s
    on conflict do nothing
"""


def match_localization(localization_id: int) -> int:
    """The same of a map by its id; none where it was deleted meanwhile."""
    found = Localization.objects.filter(pk=localization_id).select_related("event").defer("contour").first()
    return match_map(found) if found else 0


@transaction.atomic
def ask_again(viewer: Viewer, event: GcnEvent) -> int:
    """Have objs looked for in all maps of an event once more; how many maps there are."""
    need(viewer, "Manage GCNs")
    ids = list(Localization.objects.filter(event=event).order_by("pk").values_list("pk", flat=True))
    for localization_id in ids:
        record(MatchAsked(event.pk, event.address, viewer.user_id, localization_id))
    return len(ids)


@transaction.atomic
def match_map(localization: Localization) -> int:
    """Keep which objs that were detected since the event lie in a new map."""
    since = mjd_of(localization.event.dateobs - BEFORE)
    until = mjd_of(localization.event.dateobs + timedelta(days=settings.GCN_ACTIVE_DAYS))
    with connection.cursor() as cursor:
        given = {
            "map": localization.pk,
            "since": since,
            "until": until,
            "most": MOST,
            "deg2": DEG2,
            "farthest": FARTHEST,
        }
        cursor.execute(_NEW_MAP, given)
        count = cursor.rowcount
    if count:
        work_out(localization_id=localization.pk)
        event = localization.event
        record(ObjsMatched(event.pk, event.address, None, localization.pk, count))
    return count
