"""`/api/frozen_photometry` (ours): versions of photometry that can be cited."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param
from skyportal.web.files import file_answer

from ..actions import frozen as actions
from ..queries import frozen as queries
from ..queries.objs import get_obj


class FrozenBody(serializers.Serializer):
    """What to freeze, for the documentation of the API; the action checks it."""

    name = serializers.CharField(help_text="What this version is, in a few words.")
    note = serializers.CharField(required=False)
    query = serializers.DictField(
        required=False,
        help_text="bandpass, instrument, origin, verdict, all: as the table of a source. Missing: every point.",
    )
    group_id = serializers.IntegerField(required=False, help_text="Only points that this group reads.")


class FrozenOfSource(Endpoint):
    """Frozen versions of the photometry of a source."""

    requires = {"POST": actions.MAY}
    bodies = {"POST": FrozenBody}

    def get(self, request: Any, obj_id: str) -> list[dict[str, Any]]:
        """Versions that the viewer may read, newest first, without their points."""
        return [queries.shown(one) for one in queries.of_obj(self.viewer, get_obj(self.viewer, obj_id))]

    def post(self, request: Any, obj_id: str) -> dict[str, str]:
        """Keep the points that one sees, as they are now."""
        return {"key": actions.freeze(self.viewer, obj_id, self.data)}


class Frozen(Endpoint):
    """One frozen version."""

    params = {"GET": [Param("format", default="json", help="json, csv or ecsv.")]}

    def get(self, request: Any, frozen_key: str) -> Any:
        """The version with its points, always the same."""
        form = self.query["format"]
        if form not in ("json", "csv", "ecsv"):
            raise Invalid(f"Invalid format: {form[:40]!r}. Must be one of: json, csv, ecsv.")
        version = queries.get_frozen(self.viewer, frozen_key)
        if form == "json":
            return queries.shown(version, points=True)
        return file_answer(*queries.as_file(version, form), download=True)
