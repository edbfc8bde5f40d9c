"""Sky maps that a viewer may see, as tiles and whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection
from django.db.models import DateTimeField, QuerySet
from django.db.models.functions import Cast
from numpy.typing import NDArray

from skyportal.access.errors import NotVisible
from skyportal.access.prepared import Statement, asked_text, once_per_viewer, written
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps.tiles import Distance, SkyMap

from ..models import CURRENT, GcnEvent, Localization, LocalizationTag
from .events import as_time, visible_events


def localizations(viewer: Viewer) -> QuerySet[Localization]:
    """Without the lines of their contours, which are long."""
    return Localization.objects.visible_to(viewer).defer("contour")


def get_localization(viewer: Viewer, localization_id: int) -> Localization:
    found = Localization.objects.visible_to(viewer).filter(pk=localization_id).select_related("event").first()
    if found is None:
        raise NotVisible("Localization not found", status=404)
    return found


def of_event(viewer: Viewer, dateobs: Any, name: str | None = None, *, drawn: bool = True) -> Localization:
    """A map of an event by its name, or the newest; ``drawn`` with the lines of its contours, which are long."""
    there = visible_events(viewer).filter(dateobs=as_time(dateobs))
    rows = Localization.objects.filter(event__in=there).select_related("event__audience")
    rows = rows if drawn else rows.defer("contour")
    found = (rows.filter(name=name) if name else rows).order_by(*CURRENT).first()
    if found is None:
        what = "Localization" if there.exists() else "GCN event"
        raise NotVisible(f"{what} not found", status=404)
    return found


def map_of(viewer: Viewer, dateobs: Any, name: str | None = None) -> tuple[int, int]:
    """Ids of a map of an event, by its name or the newest, and of the event: all that lists need of it."""
    for localization_id, event_id, its_name in _maps_of_event(viewer).rows(as_time(dateobs).isoformat()):
        if not name or its_name == name:
            return localization_id, event_id
    raise NotVisible("Localization not found", status=404)


@once_per_viewer
def _maps_of_event(viewer: Viewer) -> Statement:
    there = visible_events(viewer).filter(dateobs=Cast(asked_text(), DateTimeField()))
    rows = Localization.objects.filter(event__in=there).order_by(*CURRENT)
    return Statement(written(rows.values_list("pk", "event_id", "name")) or "select 1, 1, '' where false")


def newest(event: GcnEvent) -> Localization | None:
    return Localization.objects.filter(event=event).order_by(*CURRENT).first()


def deletable(viewer: Viewer, event: GcnEvent) -> set[int]:
    """Ids of the event's maps that the viewer may take away."""
    return set(Localization.objects.deletable_by(viewer).filter(event=event).values_list("pk", flat=True))


def tile_columns(localization_id: int, *names: str, level: float = 1.0) -> list[NDArray]:
    """Columns of a map's tiles as arrays, in the order of their cells, of those inside a credible level.

    Read as one array a column, for there may be a hundred thousand. Cells are whole numbers, all else doubles.
    """
    wanted = ", ".join(f"array_agg({name} order by lo)" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {wanted} from gcn_tile where localization_id = %s and level <= %s",  # noqa: S608 - names of ours
            [localization_id, level],
        )
        found = cursor.fetchone()
    return [
        np.array(column or [], np.int64 if name in ("lo", "hi") else float)
        for name, column in zip(names, found, strict=True)
    ]


def sky_map(localization: Localization) -> SkyMap:
    """Its tiles, with their distances where it is in three dimensions."""
    distances = ("distmu", "distsigma", "distnorm") if localization.is_3d else ()
    lo, hi, density, *distance = tile_columns(localization.pk, "lo", "hi", "density", *distances)
    if not len(lo):
        raise NotVisible("Localization not found", status=404)
    return SkyMap.of(lo, hi, density, Distance(*distance) if distance else None)


def known_tags(viewer: Viewer) -> list[str]:
    rows = LocalizationTag.objects.visible_to(viewer)
    return list(rows.order_by("text").values_list("text", flat=True).distinct())


def known_properties(viewer: Viewer) -> list[str]:
    rows = Localization.objects.visible_to(viewer).values_list("properties", flat=True).order_by("-pk")[:5000]
    return sorted({name for data in rows for name in data})
