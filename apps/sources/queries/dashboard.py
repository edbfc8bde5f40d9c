"""What the first page counts: recent, most viewed, most saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from skyportal.access.viewer import Viewer

from ..models import Obj, Source, SourceView
from ..slots import scanned_objs
from . import details

RECENT = 20


def most_viewed(viewer: Viewer, days: float, most: int) -> list[dict[str, Any]]:
    """Objs that were looked at most, of those the viewer may see."""
    since = timezone.now() - timedelta(days=days)
    views = SourceView.objects.filter(created_at__gte=since, obj__in=Obj.objects.visible_to(viewer))
    counted = list(views.order_by().values("obj_id").annotate(views=Count("pk")).order_by("-views", "-obj_id")[:most])
    return _shown(viewer, {row["obj_id"]: {"views": row["views"]} for row in counted})


def recently_saved(viewer: Viewer, most: int = RECENT) -> list[dict[str, Any]]:
    """Objs last saved to the viewer's groups."""
    saved = Source.objects.visible_to(viewer).filter(active=True).order_by()
    newest = saved.values("obj_id").annotate(saved_at=Max("saved_at")).order_by("-saved_at", "-obj_id")[:most]
    return _shown(viewer, {row["obj_id"]: {"saved_at": row["saved_at"]} for row in newest})


def _shown(viewer: Viewer, extra: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    rows = details.records(viewer, list(extra), ["thumbnails"])
    return [{**row, "obj_id": row["id"], **values} for row, values in zip(rows, extra.values(), strict=True)]


def count_saved(viewer: Viewer, days: float) -> int:
    """Objs saved to the viewer's groups in the last days."""
    since = timezone.now() - timedelta(days=days)
    saved = Source.objects.visible_to(viewer).filter(active=True, saved_at__gte=since)
    return saved.order_by().values("obj_id").distinct().count()


def savers(viewer: Viewer, days: float, most: int, *, candidates_only: bool = False) -> list[dict[str, Any]]:
    """Who saved most to the viewer's groups in the last days: of all objs, or of those that were candidates."""
    since = timezone.now() - timedelta(days=days)
    saved = Source.objects.visible_to(viewer).filter(active=True, saved_at__gte=since, saved_by__isnull=False)
    if candidates_only:
        saved = saved.filter(_scanned(viewer))
    rows: Any = (
        saved.order_by()
        .values("saved_by__id", "saved_by__username", "saved_by__first_name", "saved_by__last_name")
        .annotate(saves=Count("obj_id", distinct=True))
        .order_by("-saves", "saved_by__username")[:most]
    )
    return [
        {
            "author": {name.removeprefix("saved_by__"): row[name] for name in row if name != "saves"},
            "saves": row["saves"],
        }
        for row in rows
    ]


def _scanned(viewer: Viewer) -> Q:
    """Whose obj was a candidate; of none where no upper floor knows of candidates."""
    known = Q(pk__in=[])
    for objs in scanned_objs:
        known |= Q(obj_id__in=objs(viewer).values("obj_id"))
    return known
