"""`/api/thumbnail`, and the pictures themselves."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import thumbnails as actions
from ..queries import thumbnails as queries
from .bodies import ThumbnailChange

YEAR = 365 * 24 * 3600


class ThumbnailBody(serializers.Serializer):
    """A thumbnail, for the documentation of the API; the action checks it."""

    obj_id = serializers.CharField()
    data = serializers.CharField(help_text="A PNG, 16 to 500 pixels a side, base64.")  # type: ignore[assignment]
    ttype = serializers.CharField(help_text="new, ref, sub, sdss, ls, ps1, …")
    survey = serializers.CharField(required=False, help_text="Where it comes from.")


class Thumbnails(Endpoint):
    """Small pictures of sources."""

    requires = {"POST": "Upload data", "PUT": "Manage sources", "DELETE": "Manage sources"}
    bodies = {"POST": ThumbnailBody, "PUT": ThumbnailChange}

    def get(self, request: Any, thumbnail_id: str | None = None) -> dict[str, Any]:
        """A thumbnail's record; `public_url` leads to the picture."""
        return queries.shown_thumbnail(self.viewer, path_key("thumbnail_id", thumbnail_id))

    def post(self, request: Any, thumbnail_id: str | None = None) -> dict[str, int]:
        """Upload a picture."""
        if missing := [name for name in ("obj_id", "data", "ttype") if self.data.get(name) in (None, "")]:
            raise Invalid(f"Missing required parameter: `{missing[0]}`.")
        posted = actions.post_thumbnail(
            self.viewer, self.data["obj_id"], self.data["data"], self.data["ttype"], self.data.get("survey")
        )
        return {"id": posted}

    def put(self, request: Any, thumbnail_id: str | None = None) -> None:
        """Edit a thumbnail's record."""
        actions.edit_thumbnail(self.viewer, path_key("thumbnail_id", thumbnail_id), self.data)

    def delete(self, request: Any, thumbnail_id: str | None = None) -> None:
        actions.delete_thumbnail(self.viewer, path_key("thumbnail_id", thumbnail_id))


class ThumbnailFile(Endpoint):
    """The picture behind a thumbnail, for whoever may see it. A row never changes its picture, so browsers keep it."""

    def get(self, request: Any, thumbnail_id: int) -> HttpResponse:
        answer = HttpResponse(queries.picture(self.viewer, thumbnail_id), content_type="image/png")
        answer["Cache-Control"] = f"private, max-age={YEAR}, immutable"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
