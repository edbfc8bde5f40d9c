"""What is done about events through telescope time."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.followup.access import MANAGE
from apps.sources.api.instruments import Number
from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import triggering as actions
from ..actions.catalog_queries import ask_catalog
from ..queries import facilities as queries
from ..queries.events import get_event, get_event_by_id


class QueryInMapBody(serializers.Serializer):
    allocation_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    payload = serializers.JSONField(
        help_text="catalogName, localizationDateobs; perhaps localizationName, localizationCumprob, startDate, endDate."
    )
    target_group_ids = serializers.JSONField(required=False, help_text="Where what is found is saved.")


class CatalogQueries(Endpoint):
    """Transients of other services in a sky map."""

    bodies = {"POST": QueryInMapBody}

    def post(self, request: Any) -> None:
        """Have them brought in as sources."""
        ask_catalog(self.viewer, self.body)


class CatalogQueriesOfEvent(Endpoint):
    """What catalogues were asked about an event."""

    def get(self, request: Any, gcnevent_id: str) -> Any:
        event = get_event_by_id(self.viewer, path_key("gcnevent_id", gcnevent_id))
        return [queries.shown_query(row) for row in queries.catalog_queries(self.viewer, event)]


class TriggeredBody(serializers.Serializer):
    triggered = serializers.BooleanField(help_text="Or passed over.")


class Triggered(Endpoint):
    """Whether an allocation was spent on an event."""

    requires = dict.fromkeys(("GET", "PUT", "DELETE"), MANAGE)
    bodies = {"PUT": TriggeredBody}

    def get(self, request: Any, dateobs: str, allocation_id: str | None = None) -> Any:
        """Of one allocation, or of all of which somebody said so."""
        event = get_event(self.viewer, dateobs)
        rows = queries.triggers(self.viewer, event)
        if allocation_id is None:
            return [queries.shown_trigger(event, row) for row in rows]
        row = rows.filter(allocation=path_key("allocation_id", allocation_id)).first()
        return queries.shown_trigger(event, row) if row else None

    def put(self, request: Any, dateobs: str, allocation_id: str | None = None) -> Any:
        """Say that it was triggered, or passed over."""
        event, key = get_event(self.viewer, dateobs), path_key("allocation_id", allocation_id)
        said = self.data.get("triggered") if isinstance(self.data, dict) else None
        if not isinstance(said, bool) and str(said).lower() not in _WORDS:
            raise Invalid("Invalid triggered: must be true or false.")
        triggered = said if isinstance(said, bool) else _WORDS[str(said).lower()]
        return queries.shown_trigger(event, actions.say_triggered(self.viewer, event, key, triggered))

    def delete(self, request: Any, dateobs: str, allocation_id: str | None = None) -> Any:
        event, key = get_event(self.viewer, dateobs), path_key("allocation_id", allocation_id)
        actions.take_back(self.viewer, event, key)


_WORDS = {"true": True, "triggered": True, "1": True, "false": False, "passed": False, "0": False}


class SkymapTriggerBody(serializers.Serializer):
    allocation_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    localization_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    integrated_probability = Number(required=False, allow_null=True, help_text="Above 0, 1 at most; 0.95 without it.")


class SkymapTriggers(Endpoint):
    """Sky maps in the queue of a facility that plans by itself."""

    requires = dict.fromkeys(("GET", "POST", "DELETE"), actions.UPLOAD)
    bodies = {"POST": SkymapTriggerBody}

    def get(self, request: Any, allocation_id: str | None = None) -> Any:
        """Names of those that wait there now."""
        return {"trigger_names": actions.queued(self.viewer, path_key("allocation_id", allocation_id))}

    def post(self, request: Any, allocation_id: str | None = None) -> None:
        """Send the fields of an instrument that see a map; a worker does."""
        actions.ask_skymap_trigger(self.viewer, self.body)

    def delete(self, request: Any, allocation_id: str | None = None) -> Any:
        """Take one away by its `trigger_name`."""
        said = self.data if isinstance(self.data, dict) else {}
        key = path_key("allocation_id", allocation_id if allocation_id is not None else said.get("allocation_id"))
        name = said.get("trigger_name")
        if not isinstance(name, str) or not name.strip():
            raise Invalid("Missing required parameter: `trigger_name`.")
        actions.remove_skymap_trigger(self.viewer, key, name)
        return f"Deleted {name} from the queue."
