"""`/api/photometry/{id}/validation`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import BIG, path_key
from skyportal.astro.bandpasses import MAGNITUDE_SYSTEMS

from ..actions import validations as actions


class Verdict(serializers.Serializer):
    """A verdict, for the documentation of the API; the action checks it."""

    validated = serializers.BooleanField(allow_null=True, help_text="true: good; false: bad; null: doubtful.")
    explanation = serializers.CharField(required=False)
    notes = serializers.CharField(required=False)
    magsys = serializers.CharField(required=False, help_text="As the page draws it; changes nothing of the verdict.")


class Validation(Endpoint):
    """The verdict on one point."""

    requires = dict.fromkeys(("POST", "PATCH", "DELETE"), actions.MAY)
    bodies = {"POST": Verdict, "PATCH": Verdict}

    def post(self, request: Any, photometry_id: str) -> dict[str, int]:
        """Call a point good, bad or doubtful; for points without a verdict."""
        return {"id": actions.validate(self.viewer, self._point(photometry_id), self.data)}

    def patch(self, request: Any, photometry_id: str) -> dict[str, int]:
        """Change the verdict on a point."""
        return {"id": actions.change(self.viewer, self._point(photometry_id), self.data)}

    def delete(self, request: Any, photometry_id: str) -> dict[str, int]:
        """Withdraw the verdict on a point."""
        return {"id": actions.withdraw(self.viewer, self._point(photometry_id))}

    def _point(self, photometry_id: str) -> int:
        if self.data.get("magsys") not in (None, *MAGNITUDE_SYSTEMS):
            raise Invalid(f"Invalid value for magsys. Must be one of: {', '.join(MAGNITUDE_SYSTEMS)}.")
        return path_key("photometry_id", photometry_id, BIG)
