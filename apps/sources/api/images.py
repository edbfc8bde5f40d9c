"""`/api/internal/survey_thumbnail`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint

from ..actions import survey_images


class SurveyThumbnailBody(serializers.Serializer):
    """Which images, for the documentation of the API; the action checks it."""

    objID = serializers.CharField(required=False)
    objIDs = serializers.ListField(child=serializers.CharField(), required=False)
    types = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="sdss, ls, ps1; all of them."
    )


class SurveyThumbnailEndpoint(Endpoint):
    """Images of surveys around sources."""

    bodies = {"POST": SurveyThumbnailBody}

    def post(self, request: Any) -> None:
        """Have them fetched; they become thumbnails of the sources."""
        names, types = self.data.get("objIDs"), self.data.get("types")
        if self.data.get("objID") is not None:
            names = [self.data["objID"]]
        if not isinstance(names, list) or not names:
            raise Invalid("Missing required parameter: objID or objIDs.")
        if types is not None and not isinstance(types, list):
            raise Invalid("Invalid types: must be a list.")
        survey_images.ask(self.viewer, names, types)
