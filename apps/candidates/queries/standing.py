"""What lower floors ask of this app: which filters work where, whether an obj has candidates, what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from skyportal.access.viewer import Viewer

from ..models import Candidate, Filter, LatestCandidate

RECENT = timedelta(days=7)


def filters_of_group(viewer: Viewer, group_id: int) -> list[dict[str, Any]]:
    """For the page and the API of a group: the filters of it that the viewer may see."""
    seen = Filter.objects.visible_to(viewer).filter(group_id=group_id).order_by("name")
    return [dict(row) for row in seen.values("id", "name", "stream_id", "group_id", "autosave")]


def filters_at_work(group_id: int, stream_id: int) -> str:
    """What keeps a stream in a group: "2 filters", or nothing."""
    number = Filter.objects.filter(group_id=group_id, stream_id=stream_id).count()
    return f"{number} filter{'s' if number > 1 else ''}" if number else ""


def has_candidates(obj_id: int) -> bool:
    """An obj that passed a filter keeps the position at which it did."""
    return Candidate.objects.filter(obj_id=obj_id).exists()


def scanned(viewer: Viewer) -> QuerySet[LatestCandidate]:
    """The newest passing of each obj through each filter that the viewer may see."""
    return LatestCandidate.objects.filter(filter__in=Filter.objects.visible_to(viewer))


@dataclass(frozen=True)
class Arrivals:
    """What a filter has let through of late."""

    filter: Filter
    objs: int
    newest: datetime


def arrivals(viewer: Viewer) -> list[Arrivals]:
    """By filter of the viewer, the objs that passed within a week; the busiest first. Two queries."""
    filters = {f.pk: f for f in Filter.objects.visible_to(viewer).select_related("group")}
    rows = (
        LatestCandidate.objects.filter(filter__in=filters, passed_at__gte=timezone.now() - RECENT)
        .values("filter")
        .annotate(objs=Count("obj"), newest=Max("passed_at"))
        .order_by("-objs")
    )
    return [Arrivals(filters[row["filter"]], row["objs"], row["newest"]) for row in rows]
