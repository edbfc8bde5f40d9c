"""`/api/gcn_event/{dateobs}/summary` and `/report`: what is told of an event."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import asking
from ..actions import texts as actions
from ..queries import texts as queries
from ..queries.events import get_event


class _AskedBody(serializers.Serializer):
    groupId = serializers.IntegerField(help_text="Whose sources are told of, and who may read it.")
    startDate = serializers.CharField(required=False, help_text="The event's time where nothing is said.")
    endDate = serializers.CharField(required=False, help_text="A week later where nothing is said.")
    localizationName = serializers.CharField(required=False)
    localizationCumprob = serializers.FloatField(required=False, help_text="0.9 where nothing is said.")
    numberDetections = serializers.IntegerField(required=False)
    numberObservations = serializers.IntegerField(required=False)
    showSources = serializers.BooleanField(required=False)
    sourceIDs = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="These sources; where none is named those that fit."
    )
    showObservations = serializers.BooleanField(required=False)
    photometryInWindow = serializers.BooleanField(required=False)
    statsMethod = serializers.CharField(required=False)
    instrumentIds = serializers.ListField(child=serializers.IntegerField(), required=False)


class SummaryBody(_AskedBody):
    title = serializers.CharField(required=False)
    number = serializers.IntegerField(required=False)
    subject = serializers.CharField(required=False)
    userIds = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="Authors, in order.")
    showGalaxies = serializers.BooleanField(required=False)
    noText = serializers.BooleanField(required=False, help_text="Only the tables.")
    acknowledgements = serializers.CharField(required=False)


class ReportBody(_AskedBody):
    reportName = serializers.CharField()
    showSurveyEfficiencies = serializers.BooleanField(required=False)


class ChangedSummary(serializers.Serializer):
    body = serializers.CharField(help_text="The text as it is to be; what it was is kept.")


class ChangedReport(serializers.Serializer):
    published = serializers.BooleanField(required=False)
    data = serializers.JSONField(required=False)  # type: ignore[assignment]  # the public API's name for it


def _item(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "dateobs": row.event.address, "group_id": row.group_id, "sent_by_id": row.sent_by_id,
        "group": {"id": row.group_id, "name": row.group.name}, "status": row.status, "trouble": row.trouble,
        "created_at": row.created_at, "modified": row.modified,
    }  # fmt: skip


def _summary(row: Any, *, text: bool = True) -> dict[str, Any]:
    return {**_item(row), "title": row.title, **({"text": row.text} if text else {})}


def _report(row: Any, *, data: bool = True) -> dict[str, Any]:
    return {**_item(row), "report_name": row.name, "published": row.published, **({"data": row.data} if data else {})}


class SummariesView(Endpoint):
    """Texts in the manner of a GCN circular."""

    bodies = {"POST": SummaryBody, "PATCH": ChangedSummary}

    def get(self, request: Any, dateobs: str, summary_id: str | None = None) -> Any:
        """One with its text (empty while its status is pending), or all without."""
        event = get_event(self.viewer, dateobs)
        if summary_id is None:
            rows = queries.summaries(self.viewer, event).defer("text")
            return [_summary(row, text=False) for row in rows[: queries.MOST]]
        return _summary(queries.get_summary(self.viewer, event, path_key("summary_id", summary_id)))

    def post(self, request: Any, dateobs: str, summary_id: str | None = None) -> dict[str, int]:
        """Ask for one; a worker writes it."""
        return {"id": asking.ask_summary(self.viewer, get_event(self.viewer, dateobs), self.data).pk}

    def patch(self, request: Any, dateobs: str, summary_id: str | None = None) -> dict[str, Any]:
        event = get_event(self.viewer, dateobs)
        row = queries.get_summary(self.viewer, event, path_key("summary_id", summary_id))
        if self.data.get("body") is None:
            raise Invalid("Missing required parameter: `body`.")
        return _summary(actions.change_summary(self.viewer, row, body=self.data["body"]))

    def delete(self, request: Any, dateobs: str, summary_id: str | None = None) -> None:
        event = get_event(self.viewer, dateobs)
        actions.delete(self.viewer, queries.get_summary(self.viewer, event, path_key("summary_id", summary_id)))


class ReportsView(Endpoint):
    """Tables of what a group found, that can be published."""

    bodies = {"POST": ReportBody, "PATCH": ChangedReport}

    def get(self, request: Any, dateobs: str, report_id: str | None = None) -> Any:
        event = get_event(self.viewer, dateobs)
        if report_id is None:
            rows = queries.reports(self.viewer, event).defer("data")
            return [_report(row, data=False) for row in rows[: queries.MOST]]
        return _report(queries.get_report(self.viewer, event, path_key("report_id", report_id)))

    def post(self, request: Any, dateobs: str, report_id: str | None = None) -> dict[str, int]:
        """Ask for one; a worker makes it of what the group sees then."""
        return {"id": asking.ask_report(self.viewer, get_event(self.viewer, dateobs), self.data).pk}

    def patch(self, request: Any, dateobs: str, report_id: str | None = None) -> dict[str, Any]:
        event = get_event(self.viewer, dateobs)
        row = queries.get_report(self.viewer, event, path_key("report_id", report_id))
        return _report(actions.change_report(self.viewer, row, self.data))

    def delete(self, request: Any, dateobs: str, report_id: str | None = None) -> None:
        event = get_event(self.viewer, dateobs)
        actions.delete(self.viewer, queries.get_report(self.viewer, event, path_key("report_id", report_id)))
