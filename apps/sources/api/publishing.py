"""`/api/public_pages`: which versions of sources anybody may see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import publishing as actions
from ..queries import publishing as queries
from ..queries.objs import get_obj


class PageBody(serializers.Serializer):
    """What to publish, for the documentation of the API; the action checks it."""

    options = serializers.DictField(
        help_text="include_photometry, include_spectroscopy, include_classifications, include_summary, "
        "include_redshift, include_thumbnails; groups and streams (ids) whose data go out."
    )
    release_id = serializers.IntegerField(required=False)


class PublicPages(Endpoint):
    """Public pages of a source."""

    requires = {"POST": "Manage sources", "DELETE": "Manage sources"}
    bodies = {"POST": PageBody}

    def get(self, request: Any, source_id: str) -> Any:
        """All versions of a source, newest first."""
        return queries.shown(queries.versions(get_obj(self.viewer, source_id)))

    def post(self, request: Any, source_id: str) -> dict[str, int]:
        """Publish the source as it is now."""
        data = self.data if isinstance(self.data, dict) else {}
        return {"id": actions.publish(self.viewer, source_id, data.get("options"), data.get("release_id"))}

    def delete(self, request: Any, source_id: str) -> None:
        """Withdraw a version; here the path holds the id of the page."""
        actions.withdraw(self.viewer, path_key("page_id", source_id))


class ReleaseBody(serializers.Serializer):
    """A release, for the documentation of the API; the action checks it."""

    name = serializers.CharField()
    link_name = serializers.CharField(help_text="In its address.")
    group_ids = serializers.ListField(child=serializers.IntegerField())
    description = serializers.CharField(required=False)
    is_visible = serializers.BooleanField(required=False)
    auto_publish_enabled = serializers.BooleanField(required=False)
    options = serializers.DictField(required=False)


class PublicReleases(Endpoint):
    """Named sets of public pages."""

    requires = {"POST": "Manage sources", "PATCH": "Manage sources", "DELETE": "Manage sources"}
    bodies = {"POST": ReleaseBody, "PATCH": ReleaseBody}

    def get(self, request: Any, release_id: str | None = None) -> Any:
        rows = queries.release_rows(self.viewer)
        if release_id is None:
            return rows
        wanted = path_key("release_id", release_id)
        found = [row for row in rows if row["id"] == wanted]
        if not found:
            raise Invalid("Release not found", status=404)
        return found[0]

    def post(self, request: Any, release_id: str | None = None) -> dict[str, int]:
        return {"id": actions.save_release(self.viewer, self.data)}

    def patch(self, request: Any, release_id: str | None = None) -> None:
        actions.save_release(self.viewer, self.data, path_key("release_id", release_id))

    def delete(self, request: Any, release_id: str | None = None) -> None:
        """Delete a release that holds no pages."""
        actions.delete_release(self.viewer, path_key("release_id", release_id))
