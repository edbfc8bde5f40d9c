"""`/api/sharing`: points and spectra that exist, for more groups."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint

from ..actions import sharing as actions


class SharingBody(serializers.Serializer):
    """What is shared with whom, for the documentation of the API; the action checks it."""

    groupIDs = serializers.ListField(child=serializers.IntegerField())
    photometryIDs = serializers.ListField(child=serializers.IntegerField(), required=False)
    spectrumIDs = serializers.ListField(child=serializers.IntegerField(), required=False)


class Sharing(Endpoint):
    """Sharing what is there."""

    requires = {"POST": "Upload data"}
    bodies = {"POST": SharingBody}

    def post(self, request: Any) -> None:
        """Let more groups read points and spectra: all that are named, or none."""
        actions.share(self.viewer, self.data)
