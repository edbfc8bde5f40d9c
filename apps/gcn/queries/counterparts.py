"""What groups hold of objs as counterparts, and which events objs lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet

from apps.sources.models import Obj
from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Counterpart, GcnEvent, ObjInMap
from ..models.events import address_of
from ..models.vetting import CONFIRMED

MOST = 5000


def counterparts(viewer: Viewer, event: GcnEvent) -> QuerySet[Counterpart]:
    return Counterpart.objects.visible_to(viewer).filter(event=event)


def item(row: Counterpart) -> dict[str, Any]:
    return {
        "id": row.pk,
        "obj_id": row.obj.name,
        "dateobs": row.event.address,
        "status": row.status,
        "explanation": row.explanation,
        "notes": row.notes,
        "group_id": row.group_id,
        "confirmer_id": row.user_id,
        "created_at": row.created_at,
        "modified": row.modified,
    }


def judged(viewer: Viewer, event: GcnEvent, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The newest first; of these objs, or of all."""
    rows = counterparts(viewer, event).select_related("obj", "event")
    if names:
        rows = rows.filter(obj__name__in=names)
    return [item(row) for row in rows[:MOST]]


def one(viewer: Viewer, event: GcnEvent, name: str) -> dict[str, Any]:
    rows = counterparts(viewer, event).filter(obj__name=name).select_related("obj", "event")
    found = rows.first()
    if found is None:
        raise NotVisible("Source not confirmed/rejected in this event.", status=404)
    return item(found)


def confirmed(viewer: Viewer, event: GcnEvent, most: int = 5) -> list[str]:
    """Names of what somebody holds to be the event's counterpart."""
    names = counterparts(viewer, event).filter(status=CONFIRMED).order_by("obj__name")
    return list(names.values_list("obj__name", flat=True).distinct()[:most])


def associated(viewer: Viewer, obj: Obj) -> list[str]:
    rows = Counterpart.objects.visible_to(viewer).filter(obj=obj, status=CONFIRMED)
    times = rows.order_by("-event__dateobs").values_list("event__dateobs", flat=True).distinct()
    return [address_of(when) for when in times[:MOST]]


def notes_of(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """All that was judged of each obj."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in obj_ids}
    rows = Counterpart.objects.visible_to(viewer).filter(obj__in=list(found)).select_related("obj", "event")
    for row in rows[:MOST]:
        found[row.obj_id].append(item(row))
    return found


def maps_of(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Events in whose sky maps each obj was found, the most probable first."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in obj_ids}
    rows = ObjInMap.objects.filter(obj__in=list(found), localization__event__in=GcnEvent.objects.visible_to(viewer))
    said = rows.order_by("level", "pk").values(
        "obj_id", "level", "density", "volume_density", "localization_id",
        localization_name=F("localization__name"), dateobs=F("localization__event__dateobs"),
        aliases=F("localization__event__aliases"),
    )  # fmt: skip
    for row in said[:MOST]:
        row["dateobs"] = address_of(row["dateobs"])
        found[row["obj_id"]].append({name: value for name, value in row.items() if name != "obj_id"})
    return found
