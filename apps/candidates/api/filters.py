"""`/filters`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import key

from ..actions import filters as actions
from ..queries import filters as queries


class Annotations(serializers.DictField):
    """Annotation name → expression over the packet's fields."""

    child = serializers.CharField(max_length=4096)


class AutomationBody(serializers.Serializer):
    """What a filter does by itself, and what forbids it."""

    autoSave = serializers.BooleanField(required=False)
    autoAnnotate = serializers.BooleanField(required=False, help_text="Annotate what passes; so it is unless said.")
    autoFollowup = serializers.BooleanField(required=False, help_text="Ask for observations of what passes.")
    facility = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=200)
    allocation = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=200)
    payload = serializers.DictField(required=False, help_text="What is asked, as the facility's form has it.")
    ignore_group_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), required=False, max_length=500,
        help_text="Groups whose saved sources it leaves alone.",
    )  # fmt: skip
    ignore_classified = serializers.BooleanField(required=False)
    most_saves = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10_000)
    most_follow_ups = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    least_score = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)


class NewFilter(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    stream_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    group_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    altdata = serializers.JSONField(required=False, allow_null=True)
    autosave = serializers.BooleanField(required=False)
    automation = AutomationBody(required=False)
    condition = serializers.CharField(required=False, help_text="An SQL condition over the packet's fields.")
    annotations = Annotations(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class FilterChange(serializers.Serializer):
    name = serializers.CharField(required=False, max_length=200)
    stream_id = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    group_id = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    altdata = serializers.JSONField(required=False, allow_null=True)
    autosave = serializers.BooleanField(required=False)
    autoSave = serializers.BooleanField(required=False)
    autoAnnotate = serializers.BooleanField(required=False)
    autoFollowup = serializers.BooleanField(required=False)
    automation = AutomationBody(required=False)
    enabled = serializers.BooleanField(required=False)
    condition = serializers.CharField(required=False)
    annotations = Annotations(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


def filter_key(text: str | None) -> int:
    if text is None:
        raise Invalid("Missing required parameter: filter_id")
    try:
        return key(text)
    except ValueError as problem:
        raise Invalid(f"Invalid filter_id: {text[:50]} ({problem})") from None


class FiltersView(Endpoint):
    """Filters decide which alerts of a stream become candidates of a group."""

    requires = {"POST": "Upload data", "PATCH": "Upload data", "DELETE": "Upload data"}
    bodies = {"POST": NewFilter, "PATCH": FilterChange}

    def get(self, request: Any, filter_id: str | None = None) -> Any:
        """All filters of the viewer's groups, or one, with the condition and annotations of its active version."""
        if filter_id is None:
            return queries.shown(queries.filters(self.viewer))
        return queries.shown([queries.get_filter(self.viewer, filter_key(filter_id))])[0]

    def post(self, request: Any, filter_id: str | None = None) -> Any:
        """A new filter. With `condition` (and `annotations`) it has a first version, active at once."""
        return {"id": actions.create_filter(self.viewer, self.body).pk}

    def patch(self, request: Any, filter_id: str | None = None) -> Any:
        """Edit a filter, as an admin of its group. `condition` or `annotations` make a new active version."""
        actions.edit_filter(self.viewer, filter_key(filter_id), self.body)

    def delete(self, request: Any, filter_id: str | None = None) -> Any:
        """Delete a filter with its versions and candidates."""
        actions.delete_filter(self.viewer, filter_key(filter_id))
