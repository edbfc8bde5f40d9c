"""What was done about events through telescope time that the viewer may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db.models import QuerySet

from apps.followup.models import Allocation
from apps.followup.queries import allocations
from apps.sources.models import TransientImport
from apps.sources.queries.imports import services
from apps.sources.transients import transient_services
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer
from skyportal.astro.skymaps import credible

from ..models import CatalogQuery, EventTrigger, GcnEvent, Localization, SkymapTrigger
from .localizations import sky_map

ALSO_CALLED = {"Gaia": "gaia_alerts", "LSXPS": "swift_lsxps"}
"""Catalogues under the names that scripts of the public API use."""
MOST = 100

_STATES = {
    TransientImport.State.WAITING: "pending submission",
    TransientImport.State.WORKING: "running",
    TransientImport.State.DONE: "complete",
}


def catalog_queries(viewer: Viewer, event: GcnEvent) -> QuerySet[CatalogQuery]:
    rows = CatalogQuery.objects.visible_to(viewer).filter(event=event)
    return rows.select_related("allocation__instrument", "requester", "brought_in", "localization")[:MOST]


def shown_query(row: CatalogQuery) -> dict[str, Any]:
    return {
        "id": row.pk, "gcnevent_id": row.event_id, "localization_id": row.localization_id,
        "allocation_id": row.allocation_id, "requester_id": row.requester_id, "payload": row.payload,
        "target_group_ids": row.target_group_ids, "status": status_of(row), "created_at": row.created_at,
        "modified": row.modified,
    }  # fmt: skip


def status_of(row: CatalogQuery) -> str:
    """As it is with bringing them in."""
    found = row.brought_in
    if found is None:
        return "complete"
    return _STATES.get(TransientImport.State(found.state)) or f"error: {found.message}"


def catalogs() -> list[tuple[str, str]]:
    """Key and name of each catalogue that can be asked."""
    return [(service["key"], service["label"]) for service in services()]


def catalog_of(row: CatalogQuery) -> str:
    """What people call the catalogue that was asked."""
    said = str(row.payload.get("catalogName"))
    key = ALSO_CALLED.get(said, said)
    return transient_services[key].label if key in transient_services else said


def inside_map(asked: dict[str, Any], found: list[Any]) -> list[Any]:
    """Of places, those in the credible region that was asked for."""
    where = Localization.objects.filter(pk=asked["localization_id"]).first()
    if where is None:
        raise NotVisible("The sky map that was asked for is no longer there.")
    if not found:
        return []
    ra, dec = (np.array([getattr(one, axis) for one in found], float) for axis in ("ra", "dec"))
    density, level = credible.at(sky_map(where), ra, dec)
    inside = (density > 0) & (level <= asked["level"])
    return [one for one, within in zip(found, inside, strict=True) if within]


def triggers(viewer: Viewer, event: GcnEvent) -> QuerySet[EventTrigger]:
    return EventTrigger.objects.visible_to(viewer).filter(event=event).select_related("allocation", "user")


def shown_trigger(event: GcnEvent, row: EventTrigger) -> dict[str, Any]:
    return {
        "id": row.pk, "gcnevent_id": event.pk, "dateobs": event.dateobs, "allocation_id": row.allocation_id,
        "triggered": row.triggered, "user_id": row.user_id, "created_at": row.created_at, "modified": row.modified,
    }  # fmt: skip


def skymap_triggers(viewer: Viewer, event: GcnEvent) -> QuerySet[SkymapTrigger]:
    rows = SkymapTrigger.objects.visible_to(viewer).filter(event=event)
    return rows.select_related("allocation__instrument", "requester", "localization").defer("sent")[:MOST]


def get_skymap_trigger(viewer: Viewer, trigger_id: int) -> SkymapTrigger:
    found = SkymapTrigger.objects.visible_to(viewer).filter(pk=trigger_id)
    row = found.select_related("allocation__instrument", "event", "localization").first()
    if row is None:
        raise NotVisible("There is no such sky map trigger.", status=404)
    return row


def is_spent(allocation_id: int) -> bool:
    """Whether catalogues were asked, or sky maps sent, through it."""
    asked = (CatalogQuery.objects, SkymapTrigger.objects)
    return any(rows.filter(allocation=allocation_id).exists() for rows in asked)


def with_flags(viewer: Viewer, event: GcnEvent) -> list[dict[str, Any]]:
    """Each allocation of the viewer, and whether it was spent on the event: True, False, or None where nobody said."""
    said = {row.allocation_id: row for row in triggers(viewer, event)}
    rows: Iterable[Allocation] = allocations.allocations(viewer)
    return [{"allocation": row, "said": said.get(row.pk)} for row in rows]
