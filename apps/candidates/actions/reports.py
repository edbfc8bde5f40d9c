"""Scan reports: what groups saved of what passed their filters within a window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.groups import queries as groups
from apps.sources.actions import checks
from apps.sources.models import Source
from skyportal.access.errors import Invalid
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ScanReportMade
from ..models import Candidate, ScanReport, ScanReportItem
from ..queries.reports import get_item, get_report
from ..queries.scanning import scope

MOST = 2000


@dataclass(frozen=True)
class Window:
    """From a time to a time, either of which may be open."""

    start: datetime | None = None
    end: datetime | None = None

    def of(self, rows: QuerySet, column: str) -> QuerySet:
        if self.start is not None:
            rows = rows.filter(**{f"{column}__gte": self.start})
        return rows if self.end is None else rows.filter(**{f"{column}__lte": self.end})

    def plain(self) -> list[str | None]:
        return [None if at is None else at.isoformat() for at in (self.start, self.end)]


@transaction.atomic
def build_report(viewer: Viewer, group_ids: Iterable[int], passed: Window, saved: Window) -> ScanReport:
    """Keep which objs these groups saved in one window, of those that passed their filters in another."""
    wanted = groups.accessible_group_ids(viewer, group_ids)
    if not wanted:
        raise Invalid("Missing required parameter: group_ids")
    for window in (passed, saved):
        if window.start and window.end and window.end < window.start:
            raise Invalid("The end of a range cannot be before its start.")
    saves = _saves(viewer, wanted, passed, saved)
    report = ScanReport.objects.create(
        author_id=checks.person(viewer),
        audience=Audience.objects.of(wanted),
        options={"group_ids": wanted, "passed_filters_range": passed.plain(), "saved_candidates_range": saved.plain()},
    )
    ScanReportItem.objects.bulk_create(
        ScanReportItem(report=report, obj_id=obj_id, saves=rows) for obj_id, rows in saves.items()
    )
    record(ScanReportMade(report.pk, wanted, len(saves), "made", viewer.user_id))
    return report


def _saves(viewer: Viewer, wanted: list[int], passed: Window, saved: Window) -> dict[int, list[dict[str, Any]]]:
    """By obj, who saved it to which of the groups when; oldest first."""
    filters = scope(viewer, wanted).filter_ids
    passings = passed.of(Candidate.objects.filter(obj_id=OuterRef("obj_id"), filter_id__in=filters), "passed_at")
    rows = saved.of(Source.objects.filter(group_id__in=wanted, active=True), "saved_at").filter(Exists(passings))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for obj_id, group, person, at in rows.order_by("saved_at", "pk").values_list(
        "obj_id", "group_id", "saved_by_id", "saved_at"
    ):
        found[obj_id].append({"group_id": group, "user_id": person, "saved_at": at.isoformat()})
        if len(found) > MOST:
            raise Invalid(f"More than {MOST} objects were saved in this window; choose a shorter one.")
    return found


@transaction.atomic
def comment_item(viewer: Viewer, report_id: int, item_id: int, words: Any) -> str | None:
    """Say something of an obj in a report; what was said before."""
    item = get_item(viewer, report_id, item_id)
    before = item.comment
    item.comment = checks.text(words, "comment", most=4000) if words not in (None, "") else None
    item.save(update_fields=["comment", "modified"])
    record(ScanReportMade(report_id, item.report.audience.group_ids, 1, "commented", viewer.user_id))
    return before


@transaction.atomic
def delete_report(viewer: Viewer, report_id: int) -> None:
    report = get_report(viewer, report_id)
    checks.need_right(viewer, report, "delete", "report")
    record(ScanReportMade(report.pk, report.audience.group_ids, 0, "deleted", viewer.user_id))
    report.delete()
