"""`/candidates/scan_reports`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page
from skyportal.api.params import Param, Query, integer, moment, path_key

from ..actions import reports as actions
from ..queries import reports as queries


class RangeOfPassing(serializers.Serializer):
    start_date = serializers.CharField(required=False, allow_null=True)
    end_date = serializers.CharField(required=False, allow_null=True)


class RangeOfSaving(serializers.Serializer):
    start_save_date = serializers.CharField(required=False, allow_null=True)
    end_save_date = serializers.CharField(required=False, allow_null=True)


class NewReport(serializers.Serializer):
    group_ids = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), max_length=500)
    passed_filters_range = RangeOfPassing(required=False, allow_null=True)
    saved_candidates_range = RangeOfSaving(required=False, allow_null=True)
    gcn_event_dateobs = serializers.CharField(
        required=False, allow_null=True, help_text="Windows that begin with an event; in place of ranges."
    )
    passed_filters_window_hours = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1e5)
    saved_candidates_window_hours = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1e5)


class ItemChange(serializers.Serializer):
    comment = serializers.CharField(allow_null=True, allow_blank=True, max_length=4000)


def _when(name: str, value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        return moment(str(value))
    except ValueError as problem:
        raise Invalid(f"Invalid {name}: {problem}") from None


def _windows(asked: dict[str, Any]) -> tuple[actions.Window, actions.Window]:
    """When they passed, and when they were saved: two ranges, or two lengths from an event on."""
    if at := _when("gcn_event_dateobs", asked.get("gcn_event_dateobs")):
        return _after(at, asked, "passed_filters_window_hours"), _after(at, asked, "saved_candidates_window_hours")
    passed, saved = asked.get("passed_filters_range") or {}, asked.get("saved_candidates_range") or {}
    if not passed and not saved:
        raise Invalid("Give passed_filters_range and saved_candidates_range, or gcn_event_dateobs with two windows.")
    return (
        actions.Window(*(_when(name, passed.get(name)) for name in ("start_date", "end_date"))),
        actions.Window(*(_when(name, saved.get(name)) for name in ("start_save_date", "end_save_date"))),
    )


def _after(at: datetime, asked: dict[str, Any], name: str) -> actions.Window:
    hours = asked.get(name)
    if hours is None:
        raise Invalid(f"Missing required parameter: {name}")
    return actions.Window(at, at + timedelta(hours=hours))


class ScanReportsView(Endpoint):
    """What groups saved of what passed their filters within a window."""

    params = {
        "GET": [Param("page", integer, 1, "Page, counted from 1."), Param("numPerPage", integer, 10, "Rows a page.")]
    }
    bodies = {"POST": NewReport}

    def get(self, request: Any) -> dict[str, Any]:
        """Reports of the viewer's groups, newest first."""
        page = Page.of(Query(self.query, pageNumber=self.query["page"]))
        rows, total = queries.reports(self.viewer, page)
        return {"reports": rows, "totalMatches": total, "pageNumber": page.number, "numPerPage": page.size}

    def post(self, request: Any) -> None:
        """Build a report of candidates that were saved to these groups; it appears at the head of the list."""
        asked = self.body
        actions.build_report(self.viewer, asked["group_ids"], *_windows(asked))


class ScanReportItemsView(Endpoint):
    """The objs of one report."""

    bodies = {"PATCH": ItemChange}

    def get(self, request: Any, report_id: str, item_id: str | None = None) -> Any:
        """All of them, or one, with the figures that the viewer may see today."""
        report = queries.get_report(self.viewer, path_key("report_id", report_id))
        rows = queries.items(self.viewer, report)
        if item_id is None:
            return rows
        wanted = path_key("item_id", item_id)
        found = next((row for row in rows if row["id"] == wanted), None)
        if found is None:
            queries.get_item(self.viewer, report.pk, wanted)
        return found

    def patch(self, request: Any, report_id: str, item_id: str | None = None) -> None:
        """Edit the comment of one obj of the report."""
        if item_id is None:
            raise Invalid("Missing required parameter: item_id")
        report, item = path_key("report_id", report_id), path_key("item_id", item_id)
        actions.comment_item(self.viewer, report, item, self.body["comment"])
