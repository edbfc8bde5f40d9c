"""Filters that a broker judges by: those of ours that are tied to one, and their versions there."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import page_params
from skyportal.api.params import Param, key, path_key

from ..actions import broker_filters as actions
from ..queries import broker_filters as queries
from ..queries.broker_filters import KINDS
from .brokers import AskingEndpoint

UPLOAD = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "Upload data")


class AllFiltersView(Endpoint):
    """Every filter the viewer may read, and the broker it is tied to."""

    params = {
        "GET": [
            Param("name", help="Part of its name."), Param("groupID", key), Param("streamID", key),
            Param("brokerID", key), *page_params(queries.PER_PAGE),
        ]
    }  # fmt: skip

    def get(self, request: Any) -> Any:
        return queries.catalogue(self.viewer, self.query)


class Attachment(serializers.Serializer):
    broker_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class AttachView(Endpoint):
    """Tie a filter to a broker."""

    requires = UPLOAD
    bodies = {"POST": Attachment}

    def post(self, request: Any, filter_id: str) -> Any:
        found = actions.attach(self.viewer, path_key("filter_id", filter_id), self.body["broker_id"])
        return {"id": found.pk, "broker_id": found.broker_id}


class QueryParts(serializers.Serializer):
    """A filter of a broker that is asked in SQL."""

    selected = serializers.CharField(help_text="What is selected.")
    tables = serializers.CharField(help_text="From where.")
    conditions = serializers.CharField(required=False)


class VersionBody(serializers.Serializer):
    """A (new) version of a filter, in the broker's own language."""

    query = QueryParts(required=False, help_text="Of brokers that are asked in SQL.")
    altdata = serializers.JSONField(required=False, help_text="Of brokers that run pipelines: its stages.")
    filters = serializers.JSONField(required=False, help_text="Kept beside the pipeline, as it came.")
    autosave = serializers.BooleanField(required=False, help_text="What passes is saved.")


class SwitchBody(serializers.Serializer):
    """What is switched on or off."""

    active = serializers.BooleanField(required=False, help_text="At the broker; on only after it was validated.")
    active_fid = serializers.CharField(required=False, help_text="Which version.")
    autoSave = serializers.BooleanField(required=False, help_text="What passes is saved.")


class VersionNamed(serializers.Serializer):
    fid = serializers.CharField(help_text="The version.")


class TriedBody(serializers.Serializer):
    """A pipeline, and where it is tried."""

    survey = serializers.CharField(required=False, help_text="ZTF if missing.")
    pipeline = serializers.JSONField(help_text="Its stages.")
    start_jd = serializers.FloatField(required=False)
    end_jd = serializers.FloatField(required=False, help_text="At most seven days later.")
    object_ids = serializers.ListField(child=serializers.CharField(), required=False)
    candids = serializers.ListField(child=serializers.IntegerField(), required=False)
    limit = serializers.IntegerField(required=False)


class ModuleBody(serializers.Serializer):
    """A named piece of filters."""

    elements = serializers.CharField(help_text=f"Its kind: {', '.join(KINDS)}.")
    data = serializers.DictField()  # type: ignore[assignment]  # a field of ours by the name of one of its own


class BrokerFiltersView(AskingEndpoint):
    """Filters of one broker."""

    requires = UPLOAD
    bodies = {"POST": VersionBody, "PATCH": SwitchBody}

    def get(self, request: Any, broker_id: str, filter_id: str | None = None) -> Any:
        """All of them, or one with the versions the broker keeps."""
        broker = self.broker(broker_id)
        if filter_id is None:
            return queries.of_broker(self.viewer, broker)
        return queries.whole(self.viewer, broker, path_key("filter_id", filter_id))

    def post(self, request: Any, broker_id: str, filter_id: str | None = None) -> Any:
        """Give a filter a (new) version at the broker: a `query`, or a pipeline in `altdata`."""
        if filter_id is None:
            raise Invalid("An existing filter_id is required.")
        return actions.keep(self.viewer, self.broker(broker_id), path_key("filter_id", filter_id), self.data)

    def patch(self, request: Any, broker_id: str, filter_id: str | None = None) -> None:
        """Switch a version on or off, or what follows when an alert passes."""
        if filter_id is None:
            raise Invalid("An existing filter_id is required.")
        actions.switch(self.viewer, self.broker(broker_id), path_key("filter_id", filter_id), self.data)

    def delete(self, request: Any, broker_id: str, filter_id: str | None = None) -> None:
        """Delete a filter here, and at the broker as far as it answers."""
        if filter_id is None:
            raise Invalid("An existing filter_id is required.")
        actions.drop(self.viewer, self.broker(broker_id), path_key("filter_id", filter_id))


class ValidateFilterView(AskingEndpoint):
    """Have the broker check a version: only one that it found good may be switched on."""

    requires = UPLOAD
    bodies = {"POST": VersionNamed}

    def post(self, request: Any, broker_id: str, filter_id: str) -> Any:
        fid = str(self.data.get("fid") or "")
        return actions.validate(self.viewer, self.broker(broker_id), path_key("filter_id", filter_id), fid)


class TryFilterView(AskingEndpoint):
    """What a filter in the broker's own language would pass."""

    bodies = {"POST": TriedBody}

    def post(self, request: Any, broker_id: str) -> Any:
        return queries.tried(self.viewer, self.broker(broker_id), self.data)


class FilterModulesView(AskingEndpoint):
    """Named pieces from which filters are built."""

    requires = UPLOAD
    params = {"GET": [Param("survey"), Param("elements", default="schema")]}
    bodies = dict.fromkeys(("POST", "PUT"), ModuleBody)

    def get(self, request: Any, broker_id: str, name: str | None = None) -> Any:
        return queries.modules(self.viewer, self.broker(broker_id), self.query["elements"], name, self.query["survey"])

    def post(self, request: Any, broker_id: str, name: str | None = None) -> None:
        self._write(broker_id, name, insert=True)

    def put(self, request: Any, broker_id: str, name: str | None = None) -> None:
        self._write(broker_id, name, insert=False)

    def _write(self, broker_id: str, name: str | None, *, insert: bool) -> None:
        actions.write_module(self.viewer, self.broker(broker_id), name or "", self.data, insert=insert)
