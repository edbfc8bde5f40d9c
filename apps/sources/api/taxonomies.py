"""`/api/taxonomy`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import taxonomies as actions
from ..queries import taxonomies as queries


class TaxonomyBody(serializers.Serializer):
    """A taxonomy, for the documentation of the API; the action checks it."""

    name = serializers.CharField()
    version = serializers.CharField()
    hierarchy = serializers.DictField(required=False, help_text="A tree in the schema of tdtax.")
    hierarchy_file = serializers.CharField(required=False, help_text="The same as YAML text.")
    provenance = serializers.CharField(required=False)
    isLatest = serializers.BooleanField(required=False, default=True)
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing: the sitewide group."
    )


class Taxonomies(Endpoint):
    """Trees of classes."""

    requires = {"POST": "Post taxonomy", "PUT": "Post taxonomy", "DELETE": "Delete taxonomy"}
    bodies = {"POST": TaxonomyBody, "PUT": TaxonomyBody}

    def get(self, request: Any, taxonomy_id: str | None = None) -> Any:
        """One taxonomy, or all, by name and newest first."""
        if taxonomy_id is None:
            return queries.taxonomies(self.viewer)
        return queries.shown_taxonomy(self.viewer, path_key("taxonomy_id", taxonomy_id))

    def post(self, request: Any, taxonomy_id: str | None = None) -> dict[str, int]:
        """Upload a taxonomy; it becomes the latest of its name unless `isLatest` is false."""
        return {"taxonomy_id": actions.post_taxonomy(self.viewer, self.data)}

    def put(self, request: Any, taxonomy_id: str | None = None) -> None:
        """Edit a taxonomy; classes in use stay in its tree."""
        actions.edit_taxonomy(self.viewer, path_key("taxonomy_id", taxonomy_id), self.data)

    def delete(self, request: Any, taxonomy_id: str | None = None) -> None:
        """Delete a taxonomy that nothing is classified with."""
        actions.delete_taxonomy(self.viewer, path_key("taxonomy_id", taxonomy_id))
