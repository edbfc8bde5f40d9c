"""`/api/gcn_event` and what it says of one event."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, path_key
from skyportal.web.files import file_answer

from ..actions import events as actions
from ..actions import posting, remarks
from ..queries import event_items, event_lists
from ..queries import events as queries
from ..queries import subjects as remarked

MOST = 1000


class EventBody(serializers.Serializer):
    """A notice or an event, for the documentation of the API; the action checks it."""

    xml = serializers.CharField(required=False, help_text="A VOEvent 2.0.")
    json = serializers.JSONField(required=False, help_text="A notice of the unified schema, or an IGWN alert.")
    dateobs = serializers.CharField(required=False, help_text="Time of an event that is told in figures.")
    trigger_id = serializers.CharField(required=False)
    aliases = serializers.ListField(child=serializers.CharField(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    properties = serializers.DictField(required=False)
    skymap = serializers.JSONField(required=False, help_text="Figures, a shape, a file in base64 or an address.")
    group_ids = serializers.ListField(child=serializers.IntegerField(), required=False, help_text="Who may see it.")


class EventTagBody(serializers.Serializer):
    dateobs = serializers.CharField(required=False)
    text = serializers.CharField(max_length=200)


class OldTagBody(serializers.Serializer):
    tag = serializers.CharField()


class AliasBody(serializers.Serializer):
    alias = serializers.CharField(max_length=200)


class EventUserBody(serializers.Serializer):
    userID = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class EventsView(Endpoint):
    """Multi-messenger events."""

    bodies = {"POST": EventBody}
    params = {
        "GET": [
            *page_params(10),
            *event_lists.PARAMS,
            Param("excludeNoticeContent", flag, False, "Leave the texts of notices out."),
        ]
    }

    def get(self, request: Any, dateobs: str | None = None) -> Any:
        """One event by its time, or a page of those that fulfil all parameters, newest first."""
        if dateobs is not None:
            event = queries.get_event(self.viewer, dateobs)
            whole = event_items.whole(self.viewer, event, content=not self.query["excludeNoticeContent"])
            return {**whole, "comments": remarked.on_event(self.viewer, event)}
        page = Page.of(self.query, most=MOST)
        events, total = event_lists.page_of(self.viewer, self.query, page)
        return {"events": event_items.listed(self.viewer, events), "totalMatches": total}

    def post(self, request: Any, dateobs: str | None = None) -> dict[str, Any]:
        """Announce, update or retract an event. Its sky map is ready some seconds later."""
        admitted = posting.post_event(self.viewer, self.data)
        event = admitted.event
        return {"gcnevent_id": event.pk, "dateobs": event.address, "notice_id": admitted.notice_id}

    def delete(self, request: Any, dateobs: str | None = None) -> None:
        """Delete an event with everything that hangs on it; for system administrators."""
        if dateobs is None:
            raise Invalid("Missing required parameter: `dateobs`.")
        actions.delete_event(self.viewer, queries.get_event(self.viewer, dateobs))


class RecentEventsView(Endpoint):
    """Events for the dashboard."""

    def get(self, request: Any) -> list[dict[str, Any]]:
        """The newest ten."""
        return event_items.listed(self.viewer, event_lists.newest(self.viewer))


class PropertyNamesView(Endpoint):
    def get(self, request: Any) -> list[str]:
        """Names of everything that notices say of events."""
        return queries.known_properties(self.viewer)


class TagsView(Endpoint):
    """Tags of events."""

    bodies = {"POST": EventTagBody, "DELETE": OldTagBody}

    def get(self, request: Any, dateobs: str | None = None) -> list[str]:
        """Every tag that some event has; with a time, those of that event."""
        if dateobs is not None:
            return event_items.listed(self.viewer, [queries.get_event(self.viewer, dateobs)])[0]["tags"]
        return queries.known_tags(self.viewer)

    def post(self, request: Any, dateobs: str | None = None) -> dict[str, int]:
        asked = self.body
        event = queries.get_event(self.viewer, dateobs or asked.get("dateobs") or "")
        return {"gcntag_id": remarks.add_tag(self.viewer, event, asked["text"])}

    def delete(self, request: Any, dateobs: str | None = None) -> None:
        remarks.remove_tag(self.viewer, queries.get_event(self.viewer, dateobs or ""), self.body["tag"])


class AliasView(Endpoint):
    """Names of an event."""

    bodies = {"POST": AliasBody, "DELETE": AliasBody}

    def post(self, request: Any, dateobs: str) -> None:
        remarks.add_alias(self.viewer, queries.get_event(self.viewer, dateobs), self.body["alias"])

    def delete(self, request: Any, dateobs: str) -> None:
        remarks.remove_alias(self.viewer, queries.get_event(self.viewer, dateobs), self.body["alias"])


class AdvocatesView(Endpoint):
    """People who look after an event."""

    bodies = {"POST": EventUserBody}

    def post(self, request: Any, dateobs: str, user_id: str | None = None) -> None:
        remarks.add_advocate(self.viewer, queries.get_event(self.viewer, dateobs), self.body["userID"])

    def delete(self, request: Any, dateobs: str, user_id: str | None = None) -> None:
        event = queries.get_event(self.viewer, dateobs)
        remarks.remove_advocate(self.viewer, event, path_key("user_id", user_id))


class NoticeView(Endpoint):
    def get(self, request: Any, dateobs: str, notice_id: str) -> Any:
        """A notice as it came."""
        event = queries.get_event(self.viewer, dateobs)
        name, raw = queries.notice_file(self.viewer, event, path_key("notice_id", notice_id))
        return file_answer(name, raw, download=True)
