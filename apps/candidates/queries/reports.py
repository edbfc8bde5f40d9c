"""Scan reports as their readers may see them: who scanned, what was saved by whom and why, with figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.groups.models import Group, User
from apps.sources.queries.light_curves import light_curves
from skyportal.access.errors import NotVisible
from skyportal.access.models import GROUP, AudienceMember
from skyportal.access.viewer import Viewer
from skyportal.api.paging import Page
from skyportal.astro.time import mjd_of

from ..models import LatestCandidate, Review, ScanReport, ScanReportItem
from ..models.scanning import SAVED
from .items import candidate_items
from .scanning import Scope

_FACE = ("id", "username", "first_name", "last_name", "is_bot")


def get_report(viewer: Viewer, report_id: int) -> ScanReport:
    found = ScanReport.objects.visible_to(viewer).select_related("audience", "author").filter(pk=report_id).first()
    if found is None:
        raise NotVisible(f"Cannot find scan report {report_id}.")
    return found


def get_item(viewer: Viewer, report_id: int, item_id: int) -> ScanReportItem:
    rows = ScanReportItem.objects.changeable_by(viewer).select_related("report__audience")
    found = rows.filter(pk=item_id, report_id=report_id).first()
    if found is None:
        raise NotVisible(f"Cannot find item {item_id} of scan report {report_id}.")
    return found


def reports(viewer: Viewer, page: Page) -> tuple[list[dict[str, Any]], int]:
    """A page of reports, newest first, and how many there are. Four queries."""
    rows = ScanReport.objects.visible_to(viewer)
    total = rows.count()
    few = rows.select_related("audience", "author").order_by("-created_at", "-pk")[page.start : page.stop]
    return shown(viewer, few), total


def shown(viewer: Viewer, rows: Iterable[ScanReport]) -> list[dict[str, Any]]:
    """Reports under the public names. Of its groups, a reader is told those that they are in."""
    rows = list(rows)
    known = _groups(viewer, {group for row in rows for group in row.audience.group_ids})
    return [
        {
            "id": row.pk,
            "created_at": row.created_at,
            "modified": row.modified,
            "author_id": row.author_id,
            "author": row.author and {name: getattr(row.author, name) for name in _FACE},
            "groups": [known[group] for group in row.audience.group_ids if group in known],
            "options": {**row.options, "group_ids": [g for g in row.options.get("group_ids", []) if g in known]},
        }
        for row in rows
    ]


def _groups(viewer: Viewer, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Group.objects.filter(pk__in=list(ids))
    if not viewer.sees_all:
        rows = rows.filter(pk__in=sorted(viewer.group_ids))
    return {row["id"]: dict(row) for row in rows.values("id", "name", "nickname", "single_user_group")}


def items(viewer: Viewer, report: ScanReport) -> list[dict[str, Any]]:
    """The report's objs, each with the figures that this reader may see today."""
    rows, seen = _seen(viewer, report)
    saved = _saved_info(viewer, rows)
    return [
        {
            "id": row.pk,
            "scan_report_id": report.pk,
            "obj_id": seen[row.obj_id]["id"],
            "created_at": row.created_at,
            "modified": row.modified,
            "data": {
                "comment": row.comment,
                "saved_info": saved[row.pk],
                "already_classified": bool(seen[row.obj_id]["classifications"]),
                "host_redshift": seen[row.obj_id]["redshift"],
                **_figures(seen[row.obj_id]),
            },
        }
        for row in rows
    ]


def _seen(viewer: Viewer, report: ScanReport, *, talk: bool = False) -> tuple[list[ScanReportItem], dict[int, Any]]:
    rows = list(ScanReportItem.objects.visible_to(viewer).filter(report=report).order_by("pk"))
    nothing = Scope((), frozenset(), frozenset())
    objs = [(row.obj_id, row.created_at) for row in rows]
    found = candidate_items(viewer, objs, nothing, with_comments=talk) if rows else []
    return rows, {obj_id: item for (obj_id, _), item in zip(objs, found, strict=True)}


def _figures(item: dict[str, Any]) -> dict[str, Any]:
    """Magnitude and age at the newest detection, as far as the reader may see them."""
    figures = item["photstats"][0] if item["photstats"] else {}
    first = figures.get("first_detected_mjd")
    return {
        "current_mag": figures.get("last_detected_mag"),
        "current_filter": figures.get("last_detected_filter"),
        "current_age": None if first is None else float(mjd_of(timezone.now())) - first,
        "peak_mag": figures.get("peak_mag_global"),
        "detections": figures.get("num_det_global"),
    }


def _saved_info(viewer: Viewer, rows: list[ScanReportItem]) -> dict[int, list[dict[str, Any]]]:
    """By item, saves to groups that the reader is in: group, person, time."""
    saves = [save for row in rows for save in row.saves]
    known = _groups(viewer, {save["group_id"] for save in saves})
    people = dict(User.objects.filter(pk__in={save["user_id"] for save in saves}).values_list("pk", "username"))
    return {
        row.pk: [
            {
                "group": known[save["group_id"]]["name"],
                "group_id": save["group_id"],
                "saved_by": people.get(save["user_id"]),
                "saved_at": parse_datetime(save["saved_at"]),
            }
            for save in row.saves
            if save["group_id"] in known
        ]
        for row in rows
    }


def page_of(viewer: Viewer, report: ScanReport) -> list[dict[str, Any]]:
    """Rows of the report's page: beside the figures, why it was saved, what is said, and its light curve."""
    rows, seen = _seen(viewer, report, talk=True)
    ids = [row.obj_id for row in rows]
    saved, why, through = _saved_info(viewer, rows), _reasons(viewer, ids), _filters(viewer, ids)
    curves = light_curves(viewer, ids)
    return [
        {
            "item": row,
            "name": seen[row.obj_id]["id"],
            "obj": seen[row.obj_id],
            "saved": saved[row.pk],
            "why": why[row.obj_id],
            "filters": through[row.obj_id],
            "curve": curves.get(row.obj_id),
            **_figures(seen[row.obj_id]),
        }
        for row in rows
    ]


def _reasons(viewer: Viewer, ids: list[int]) -> dict[int, list[str]]:
    rows = Review.objects.visible_to(viewer).filter(obj_id__in=ids, deed=SAVED).exclude(reason="").order_by("at")
    found: dict[int, list[str]] = defaultdict(list)
    for obj_id, reason, person in rows.values_list("obj_id", "reason", "user__username"):
        found[obj_id].append(f"{person}: {reason}")
    return found


def _filters(viewer: Viewer, ids: list[int]) -> dict[int, list[str]]:
    rows = LatestCandidate.objects.visible_to(viewer).filter(obj_id__in=ids).order_by("filter__name")
    found: dict[int, list[str]] = defaultdict(list)
    for obj_id, name in rows.values_list("obj_id", "filter__name"):
        found[obj_id].append(name)
    return found


def scanners(viewer: Viewer, report: ScanReport) -> list[dict[str, Any]]:
    """Who scanned within the report's window, and how much: by person, objs by what became of them."""
    start, end = (parse_datetime(at) if at else None for at in report.options.get("saved_candidates_range", [None] * 2))
    return tally(Review.objects.visible_to(viewer).filter(audience__members__in=_members(viewer, report)), start, end)


def _members(viewer: Viewer, report: ScanReport) -> QuerySet:
    mine = [g for g in report.audience.group_ids if viewer.sees_all or g in viewer.group_ids]
    return AudienceMember.objects.filter(kind=GROUP, ref__in=mine)


def tally(rows: QuerySet, start: datetime | None, end: datetime | None) -> list[dict[str, Any]]:
    """By person, how many objs they looked at, saved and rejected; the busiest first."""
    if start is not None:
        rows = rows.filter(at__gte=start)
    if end is not None:
        rows = rows.filter(at__lte=end)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    objs: dict[str, set[int]] = defaultdict(set)
    for name, deed, obj_id in rows.order_by().values_list("user__username", "deed", "obj_id").distinct():
        counted[name][deed] += 1
        objs[name].add(obj_id)
    found = [{"name": name, "seen": len(objs[name]), **counted[name]} for name in counted]
    return sorted(found, key=lambda row: (-row["seen"], row["name"]))
