"""`/api/catalogs/gaia_alerts` and `/api/catalogs/swift_lsxps`."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint

from ..actions.imports import ask_transients
from ..queries import imports


class TransientsBody(serializers.Serializer):
    """Which transients are wanted, for the documentation of the API; the action checks it."""

    telescope_name = serializers.CharField(required=False, help_text="Missing: the telescope that the service is of.")
    groupIDs = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing: all groups in which you may save."
    )


class DatedTransientsBody(TransientsBody):
    startDate = serializers.CharField(required=False, help_text="UTC; missing: thirty days before endDate.")
    endDate = serializers.CharField(required=False, help_text="UTC; missing: now.")


class _Transients(Endpoint):
    service: ClassVar[str]
    requires = {"POST": "Upload data"}
    bodies = {"POST": TransientsBody}

    def get(self, request: Any) -> list[dict[str, Any]]:
        """How far your imports of this service are, newest first."""
        return imports.imports(self.viewer, self.service)

    def post(self, request: Any) -> dict[str, int]:
        """Bring its transients in as sources, in the background; GET says how far it is."""
        return {"import_id": ask_transients(self.viewer, self.service, self.data)}


class GaiaAlertsView(_Transients):
    """Gaia Photometric Science Alerts."""

    service = "gaia_alerts"
    bodies = {"POST": DatedTransientsBody}


class SwiftLsxpsView(_Transients):
    """Confirmed transients of Swift's living XRT catalogue."""

    service = "swift_lsxps"
