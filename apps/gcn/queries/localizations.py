"""Sky maps that a viewer may see, as tiles and whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps.tiles import Distance, SkyMap

from ..models import GcnEvent, Localization, LocalizationTag
from .events import get_event


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
    event = get_event(viewer, dateobs)
    rows = Localization.objects.filter(event=event).order_by("-created_at", "-pk")
    rows = rows if drawn else rows.defer("contour")
    found = (rows.filter(name=name) if name else rows).first()
    if found is None:
        raise NotVisible("Localization not found", status=404)
    found.event = event
    return found


def newest(event: GcnEvent) -> Localization | None:
    return Localization.objects.filter(event=event).order_by("-created_at", "-pk").first()


def sky_map(localization: Localization) -> SkyMap:
    """Its tiles as arrays; read as bytes of columns, for there may be a hundred thousand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select array_agg(lo order by lo), array_agg(hi order by lo), array_agg(density order by lo),"
            " array_agg(distmu order by lo), array_agg(distsigma order by lo), array_agg(distnorm order by lo)"
            " from gcn_tile where localization_id = %s",
            [localization.pk],
        )
        lo, hi, density, *distance = cursor.fetchone()
    if lo is None:
        raise NotVisible("Localization not found", status=404)
    known = Distance(*(np.array(column, float) for column in distance)) if localization.is_3d else None
    return SkyMap.of(np.array(lo, np.int64), np.array(hi, np.int64), np.array(density, float), known)


def known_tags(viewer: Viewer) -> list[str]:
    rows = LocalizationTag.objects.visible_to(viewer)
    return list(rows.order_by("text").values_list("text", flat=True).distinct())


def known_properties(viewer: Viewer) -> list[str]:
    rows = Localization.objects.visible_to(viewer).values_list("properties", flat=True).order_by("-pk")[:5000]
    return sorted({name for data in rows for name in data})
