"""`/api/default_gcn_tag`: rules by which events are tagged by themselves."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import tag_rules as actions
from ..queries import tag_rules as queries


class TagRuleBody(serializers.Serializer):
    """A rule, for the documentation of the API; the action checks it."""

    default_tag_name = serializers.CharField(max_length=200, help_text="The tag.")
    filters = serializers.DictField(
        help_text="Any of notice_types, gcn_tags, localization_tags (one of each list has to be there), gcn_properties,"
        " localization_properties (name:value:op, all have to hold)."
    )


class TagRules(Endpoint):
    """Rules by which events are tagged by themselves."""

    requires = {"POST": actions.ACL, "DELETE": actions.ACL}
    bodies = {"POST": TagRuleBody}

    def get(self, request: Any, rule_id: str | None = None) -> Any:
        if rule_id is not None:
            return queries.item(queries.get_rule(self.viewer, path_key("id", rule_id)))
        return queries.rules(self.viewer)

    def post(self, request: Any, rule_id: str | None = None) -> dict[str, int]:
        """Tag events from now on whose notices and maps meet these filters."""
        return {"id": actions.add_rule(self.viewer, self.data).pk}

    def delete(self, request: Any, rule_id: str | None = None) -> None:
        """Delete a rule; tags that it gave stay."""
        actions.delete_rule(self.viewer, path_key("id", rule_id))
