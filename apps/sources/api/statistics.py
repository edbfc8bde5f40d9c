"""Doors of what is computed from photometry."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Conflict, Invalid, NotVisible, Unpermitted
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, keys, number

from ..actions import statistics as actions
from ..queries import objs, positions, statistics


class PhotStatEndpoint(Endpoint):
    """What is counted of an obj's photometry, as far as the viewer may read it."""

    bodies = {"POST": None, "PUT": None}

    def get(self, request: Any, obj_id: str) -> Any:
        obj = objs.get_obj(self.viewer, obj_id)
        figures = statistics.merged(self.viewer, [obj.pk]).get(obj.pk)
        if figures is None:
            raise NotVisible("Could not find photometry statistics for this object.", status=404)
        return statistics.public(obj.name, figures)

    def post(self, request: Any, obj_id: str) -> None:
        """Count where nothing is counted yet (system admins)."""
        obj = self._obj(obj_id)
        if statistics.merged(self.viewer, [obj.pk]):
            raise Conflict("Photometry statistics of this object already exists.", status=400)
        actions.recount([obj.pk])

    def put(self, request: Any, obj_id: str) -> None:
        """Count again (system admins)."""
        actions.recount([self._obj(obj_id).pk])

    def delete(self, request: Any, obj_id: str) -> None:
        """Forget what is counted (system admins)."""
        actions.forget([self._obj(obj_id).pk])

    def _obj(self, obj_id: str) -> Any:
        if not self.viewer.sees_all:
            raise Unpermitted("HTTP 401: Unauthorized. This needs the permission 'System admin'.")
        return objs.get_obj(self.viewer, obj_id)


class PositionEndpoint(Endpoint):
    """Where the detections of an obj lie on average."""

    params = {
        "GET": [
            Param("instrument_ids", keys),
            Param("stream_ids", keys),
            Param("stream_only", flag, False),
            Param("snr_threshold", number, 3.0),
            Param(
                "method", default="snr2", help="snr2: weighted by signal-to-noise squared; invvar: by position errors."
            ),
        ]
    }

    def get(self, request: Any, obj_id: str) -> Any:
        query = self.query
        if query["method"] not in positions.METHODS:
            raise Invalid(f"Invalid method: must be one of: {', '.join(positions.METHODS)}.")
        return positions.weighted(
            self.viewer,
            objs.get_obj(self.viewer, obj_id),
            query["method"],
            query["snr_threshold"],
            instrument_ids=query["instrument_ids"],
            stream_ids=query["stream_ids"],
            stream_only=query["stream_only"],
        )
