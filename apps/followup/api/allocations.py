"""`/api/allocation`: telescope time."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.sources.api.instruments import Number
from skyportal.api.endpoint import Endpoint, read_body
from skyportal.api.params import Param, key, path_key

from ..access import MANAGE
from ..actions import allocations as actions
from ..queries import allocations as queries


class AllocationBody(serializers.Serializer):
    group_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    instrument_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    hours_allocated = Number(min_value=0)
    pi = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    proposal_id = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=500)
    validity_ranges = serializers.JSONField(required=False, help_text="A list of {start_date, end_date}.")
    types = serializers.JSONField(required=False, help_text="Any of triggered, forced_photometry, observation_plan.")
    default_share_group_ids = serializers.JSONField(required=False)
    allocation_admin_ids = serializers.JSONField(required=False, help_text="Members of the group.")
    _altdata = serializers.JSONField(required=False, help_text="Addresses and credentials; never shown again.")


class AllocationChange(AllocationBody):
    replace_altdata = serializers.BooleanField(required=False, help_text="Instead of laid over what is kept.")


class Allocations(Endpoint):
    """Hours on instruments, and what is needed to spend them."""

    requires = dict.fromkeys(("POST", "PUT", "DELETE"), MANAGE)
    bodies = {"POST": AllocationBody, "PUT": AllocationChange}
    params = {
        "GET": [
            Param("instrument_id", key, None, "On this instrument."),
            Param("apiType", help="api_classname or api_classname_obsplan: on instruments with such a driver."),
            Param("apiImplements", help="With commas: whose driver can do all of these."),
        ]
    }  # fmt: skip

    def get(self, request: Any, allocation_id: str | None = None) -> Any:
        """All of the viewer's groups, or one with what was asked through it."""
        if allocation_id is not None:
            row = queries.get_allocation(self.viewer, path_key("allocation_id", allocation_id))
            return {"allocation": {**queries.shown(row), "requests": []}, "totalMatches": 0}
        asked = self.query
        rows = queries.search(
            self.viewer, instrument_id=asked["instrument_id"], api_type=asked["apiType"],
            implements=asked["apiImplements"],
        )  # fmt: skip
        return [queries.shown(row) for row in rows]

    def post(self, request: Any, allocation_id: str | None = None) -> dict[str, int]:
        return {"id": actions.add_allocation(self.viewer, self.body)}

    def put(self, request: Any, allocation_id: str | None = None) -> None:
        fields = read_body(AllocationChange, self.data, partial=True)
        actions.change_allocation(self.viewer, path_key("allocation_id", allocation_id), fields)

    def delete(self, request: Any, allocation_id: str | None = None) -> None:
        actions.delete_allocation(self.viewer, path_key("allocation_id", allocation_id))
