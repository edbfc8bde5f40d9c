"""A sky map so small that it is a position: the event becomes a source, which later notices refine."""

from __future__ import annotations

import math
import re

from django.db import transaction

from apps.sources.actions.objs import change_obj, create_obj
from apps.sources.actions.sources import save_source
from apps.sources.models import Obj, ObjReader
from skyportal.access.errors import Refusal
from skyportal.access.models import GROUP
from skyportal.access.viewer import Viewer
from skyportal.astro.sky import separation
from skyportal.journal.recording import record

from ..entries import EventChanged
from ..models import EventProperties, GcnEvent, Localization

LARGEST = 8 / 60
"""Degrees: radius of a circle as large as the region that holds 90 %."""
TILE = 1 / 60
"""Degrees: the densest tile may lie so far from the centre of a small map."""
OURS = "the source of an event with a small sky map"


def radius(where: Localization) -> float:
    """Of the circle that is as large as the map's 90 % region, degrees."""
    return math.sqrt(where.area_90 / math.pi)


@transaction.atomic
def follow(localization_id: int) -> Obj | None:
    """Save the event's source, or move it to where the smallest map has it; the source, where there is one."""
    added = Localization.objects.filter(pk=localization_id).defer("contour").first()
    if added is None or radius(added) >= LARGEST:
        return None
    event = GcnEvent.objects.select_for_update(no_key=True).select_related("audience").get(pk=added.event_id)
    if event.is_retracted:
        return None
    maps = list(Localization.objects.filter(event=event).defer("contour"))
    best = min(maps, key=lambda one: (one.area_90, -one.pk))
    ra, dec = position(best)
    if event.obj_id is None:
        return _save(event, ra, dec)
    _refine(event, ra, dec, maps)
    return event.obj


def position(where: Localization) -> tuple[float, float]:
    """As the map's notice says it in figures, where that is inside; else where the map is densest."""
    said = EventProperties.objects.filter(notice=where.notice_id).first() if where.notice_id else None
    ra, dec = (said.data.get(name) if said else None for name in ("ra", "dec"))
    if isinstance(ra, int | float) and isinstance(dec, int | float) and abs(dec) <= 90 and 0 <= ra <= 360:
        inside = separation(ra, dec, where.ra, where.dec) / 3600 < radius(where) + TILE
        return (float(ra), float(dec)) if inside else (where.ra, where.dec)
    return where.ra, where.dec


def _save(event: GcnEvent, ra: float, dec: float) -> Obj | None:
    groups = event.audience.group_ids
    name = next((one for one in _names(event) if _is_free(one, groups)), None)
    if name is None:
        return None
    viewer = Viewer.system(OURS)
    obj, _ = create_obj(viewer, name, {"ra": ra, "dec": dec, "origin": "GCN"})
    event.obj = obj
    event.save(update_fields=["obj", "modified"])
    save_source(viewer, obj, groups)
    record(EventChanged(event.pk, event.address, None, f"saved the source {obj.name}"))
    return obj


def _names(event: GcnEvent) -> list[str]:
    plain = re.sub(r"[^A-Za-z0-9_\-;:+.]+", "", event.name)[:150] or "event"
    return [plain, f"{plain}-{event.dateobs:%Y%m%d-%H%M%S}"]


def _is_free(name: str, group_ids: list[int]) -> bool:
    """Nobody else's: an obj of this name that the event's groups do not know stays unknown to them."""
    obj = Obj.objects.filter(name=name).first()
    known = ObjReader.objects.filter(obj=obj, kind=GROUP, ref__in=group_ids).count() if obj else 0
    return obj is None or known == len(group_ids)


def _refine(event: GcnEvent, ra: float, dec: float, maps: list[Localization]) -> None:
    """Unless somebody has put it elsewhere, or what was seen of it holds it where it is."""
    obj = event.obj
    if obj is None or obj.ra is None or obj.dec is None or (obj.ra, obj.dec) == (ra, dec):
        return
    if (obj.ra, obj.dec) not in {position(one) for one in maps}:
        return
    try:
        change_obj(Viewer.system(OURS), obj, {"ra": ra, "dec": dec})
    except Refusal:
        return
    record(EventChanged(event.pk, event.address, None, f"moved the source {obj.name}"))
