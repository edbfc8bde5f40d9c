"""`/api/sources_in_gcn` and `/api/associated_gcns`: objs as counterparts of events."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.sources.queries.objs import get_obj
from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, words

from ..actions import matching, vetting
from ..queries import counterparts as queries
from ..queries import event_lists, event_pages
from ..queries.events import get_event
from ..queries.localizations import of_event


class Judged(serializers.Serializer):
    """What is held of an obj, for the documentation of the API; the action checks it."""

    source_id = serializers.CharField()  # type: ignore[assignment]
    localization_name = serializers.CharField(required=False)
    localization_cumprob = serializers.FloatField(required=False)
    status = serializers.ChoiceField(choices=["pending", "confirmed", "ambiguous", "rejected"])
    explanation = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    notes = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    start_date = serializers.CharField(required=False)
    end_date = serializers.CharField(required=False)
    group_id = serializers.IntegerField(required=False, help_text="For whom it is said; missing: everybody.")


class JudgedAgain(serializers.Serializer):
    status = serializers.ChoiceField(choices=["pending", "confirmed", "ambiguous", "rejected"])
    explanation = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    notes = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    group_id = serializers.IntegerField(required=False)


class CounterpartsView(Endpoint):
    """What groups hold of objs as counterparts of an event."""

    requires = {"POST": "Upload data", "PATCH": "Upload data", "DELETE": "Upload data"}
    bodies = {"POST": Judged, "PATCH": JudgedAgain}
    params = {"GET": [Param("sourcesIDList", words, [], "Only these objs.")]}

    def get(self, request: Any, dateobs: str, source_id: str | None = None) -> Any:
        """All that were judged, or one."""
        event = get_event(self.viewer, dateobs)
        if source_id is not None:
            return queries.one(self.viewer, event, source_id)
        return queries.judged(self.viewer, event, self.query["sourcesIDList"])

    def post(self, request: Any, dateobs: str, source_id: str | None = None) -> dict[str, int]:
        asked = self.body
        event, obj = get_event(self.viewer, dateobs), get_obj(self.viewer, asked["source_id"])
        if name := asked.get("localization_name"):  # of a map that the event has not, it is said by mistake
            of_event(self.viewer, event.dateobs, name, drawn=False)
        judged = vetting.judge(
            self.viewer, event, obj, asked["status"],
            explanation=asked.get("explanation"), notes=asked.get("notes"), group_id=asked.get("group_id"),
        )  # fmt: skip
        return {"id": judged.pk}

    def patch(self, request: Any, dateobs: str, source_id: str | None = None) -> dict[str, int]:
        if source_id is None:
            raise Invalid("Missing required parameter: `source_id`.")
        asked = self.body
        event, obj = get_event(self.viewer, dateobs), get_obj(self.viewer, source_id)
        return {"id": vetting.judge_again(self.viewer, event, obj, asked).pk}

    def delete(self, request: Any, dateobs: str, source_id: str | None = None) -> dict[str, int]:
        if source_id is None:
            raise Invalid("Missing required parameter: `source_id`.")
        event, obj = get_event(self.viewer, dateobs), get_obj(self.viewer, source_id)
        return {"id": vetting.forget(self.viewer, event, obj)}


class CrossmatchesView(Endpoint):
    """What was found in the maps of an event."""

    requires = {"POST": "Manage GCNs"}
    bodies = {"POST": None}

    def get(self, request: Any, dateobs: str) -> list[dict[str, Any]]:
        """A row a map, newest first; `active`: whatever arrives is still matched with it."""
        return event_pages.matched(self.viewer, get_event(self.viewer, dateobs))

    def post(self, request: Any, dateobs: str) -> dict[str, int]:
        """Have objs looked for in all its maps once more; how many maps that are."""
        return {"filters_requeued": matching.ask_again(self.viewer, get_event(self.viewer, dateobs))}


class AssociatedView(Endpoint):
    def get(self, request: Any, source_id: str) -> dict[str, Any]:
        """Times of the events as whose counterpart this obj was confirmed."""
        return {"gcns": queries.associated(self.viewer, get_obj(self.viewer, source_id))}


class CrossmatchBody(serializers.Serializer):
    """Which events are asked, for the documentation of the API."""

    startDate = serializers.CharField()
    endDate = serializers.CharField()
    probability = serializers.FloatField(required=False, default=0.95)
    beforeFirstDetection = serializers.BooleanField(required=False, default=False)
    gcnTagKeep = serializers.CharField(required=False)
    gcnTagRemove = serializers.CharField(required=False)
    localizationTagKeep = serializers.CharField(required=False)
    localizationTagRemove = serializers.CharField(required=False)
    gcnPropertiesFilter = serializers.CharField(required=False)
    localizationPropertiesFilter = serializers.CharField(required=False)


class ObjCrossmatchView(Endpoint):
    """Which events an obj may belong to."""

    bodies = {"POST": CrossmatchBody}

    def post(self, request: Any, obj_id: str) -> dict[str, Any]:
        """Match the obj with the sky maps of events of a time; what is found is kept and shown on its page."""
        found = vetting.match_with_events(
            self.viewer, get_obj(self.viewer, obj_id), self.data, event_lists.TAGS_AND_PROPERTIES
        )
        return {"gcns": found}
