"""Reading filters, their versions and how they did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.groups.models import Group, Membership, Stream
from skyportal.access.errors import NotAllowed, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Automation, Candidate, Filter, FilterVersion
from . import automation

NIGHT = timedelta(hours=12)
"""Noon to noon is a night: candidates are counted by the date on which it began, UTC."""


def filters(viewer: Viewer) -> AccessQuerySet:
    """The viewer's filters, by group and name."""
    return Filter.objects.visible_to(viewer).select_related("group", "stream").order_by("group__name", "name")


def get_filter(viewer: Viewer, filter_id: int, *, status: int = 400) -> Filter:
    found = filters(viewer).filter(pk=filter_id).first()
    if found is None:
        raise NotVisible(f"Cannot find a filter with ID: {filter_id}", status=status)
    return found


def may_edit(viewer: Viewer, group_id: int) -> bool:
    """Filters are edited by admins of their group."""
    if viewer.sees_all:
        return True
    return Membership.objects.filter(group_id=group_id, user_id=viewer.user_id or 0, admin=True).exists()


def get_editable(viewer: Viewer, filter_id: int, *, status: int = 400) -> Filter:
    """A filter the viewer may edit; NotAllowed says who may."""
    found = get_filter(viewer, filter_id, status=status)
    if not may_edit(viewer, found.group_id):
        raise NotAllowed(f"Only a group admin of {found.group.name} or a system admin may edit or rename this filter.")
    return found


def active_versions(filter_ids: Iterable[int]) -> dict[int, FilterVersion]:
    rows = FilterVersion.objects.filter(filter_id__in=list(filter_ids), active=True)
    return {row.filter_id: row for row in rows}


def versions(filter_id: int) -> list[FilterVersion]:
    """All versions, newest first."""
    return list(FilterVersion.objects.filter(filter_id=filter_id).select_related("author").order_by("-number"))


def shown(found: Iterable[Filter]) -> list[dict[str, Any]]:
    """Filters as the API shows them, with what their active version asks."""
    rows = list(found)
    active, chosen = active_versions(row.pk for row in rows), automation.of_filters(row.pk for row in rows)
    return [_shown(row, active.get(row.pk), chosen.get(row.pk) or Automation(filter=row)) for row in rows]


def _shown(row: Filter, version: FilterVersion | None, chosen: Automation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "stream_id": row.stream_id,
        "group_id": row.group_id,
        "broker_id": row.broker_id,
        "altdata": row.altdata,
        "autosave": row.autosave,
        "created_at": row.created_at,
        "modified": row.modified,
        "group": {"id": row.group_id, "name": row.group.name},
        "stream": {"id": row.stream_id, "name": row.stream.name},
        "enabled": row.enabled,
        "broken": row.broken or None,
        "version": version.number if version else None,
        "condition": version.condition if version else None,
        "annotations": version.annotations if version else {},
        "automation": automation.shown(row, chosen),
    }


def passed_by_night(filter_ids: Iterable[int], nights: int = 14) -> dict[int, dict[Any, int]]:
    """How many objs passed each filter in each of the last nights."""
    rows = (
        Candidate.objects.filter(
            filter_id__in=list(filter_ids), passed_at__gte=timezone.now() - timedelta(days=nights + 1)
        )
        .values("filter_id", night=TruncDate(F("passed_at") - NIGHT))
        .annotate(objs=Count("obj_id", distinct=True))
    )
    found: dict[int, dict[Any, int]] = {}
    for row in rows:
        found.setdefault(row["filter_id"], {})[row["night"]] = row["objs"]
    return found


def running(stream_ids: Iterable[int]) -> list[FilterVersion]:
    """Active versions of the filters that judge these streams' packets now."""
    return list(
        FilterVersion.objects.filter(
            Q(filter__broken=""), active=True, filter__enabled=True, filter__stream_id__in=list(stream_ids)
        )
        .select_related("filter", "filter__group")
        .order_by("filter_id")
    )


def homes(viewer: Viewer) -> list[tuple[str, str]]:
    """Groups and their streams for which the viewer may write a filter, as ``group:stream`` with their names."""
    groups = Group.objects.filter(single_user_group=False)
    if not viewer.sees_all:
        groups = groups.filter(pk__in=viewer.group_ids)
    pairs = groups.filter(streams__in=Stream.objects.visible_to(viewer))
    rows = pairs.order_by("name", "streams__name").values_list("pk", "name", "streams__pk", "streams__name")
    return [(f"{group}:{stream}", f"{name} · {stream_name}") for group, name, stream, stream_name in rows]
