"""`/api/earthquake`: earthquakes, when their waves come to detectors, and what these felt."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.sources.api.comments import CommentAttachment, Comments
from apps.sources.api.instruments import Number
from apps.sources.queries import comments
from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import path_key

from ..actions import earthquakes as actions
from ..queries import earthquakes as queries
from ..queries.detectors import get_detector
from ..queries.subjects import EARTHQUAKES

MOST = 500


class EarthquakeBody(serializers.Serializer):
    """QuakeML or figures, for the documentation of the API; the action checks it."""

    xml = serializers.CharField(required=False, help_text="QuakeML 1.2 with one event.")
    event_id = serializers.CharField(required=False, help_text="Without xml: as its agency calls it.")
    event_uri = serializers.CharField(required=False)
    status = serializers.CharField(required=False)
    date = serializers.CharField(required=False, help_text="Origin time.")
    latitude = serializers.FloatField(required=False)
    longitude = serializers.FloatField(required=False)
    depth = serializers.FloatField(required=False, help_text="metres")
    magnitude = serializers.FloatField(required=False)
    country = serializers.CharField(required=False)


class MeasurementBody(serializers.Serializer):
    rfamp = Number(required=False, help_text="Peak velocity of the ground, m/s.")
    lockloss = serializers.IntegerField(required=False, help_text="1 where lock was lost, 0 where not.")


class Earthquakes(Endpoint):
    """Earthquakes."""

    bodies = {"POST": EarthquakeBody}
    params = {"GET": [*page_params(100), *queries.PARAMS]}

    def get(self, request: Any, event_id: str | None = None) -> Any:
        """One with all that is known of it, or a page of them, newest first."""
        if event_id is not None:
            row = queries.get_earthquake(self.viewer, event_id)
            return {**queries.item(row), "comments": comments.of(self.viewer, str(row.pk), on=EARTHQUAKES)}
        events, total = queries.page_of(self.viewer, self.query, Page.of(self.query, most=MOST))
        return {"events": events, "totalMatches": total}

    def post(self, request: Any, event_id: str | None = None) -> dict[str, int]:
        """Announce an earthquake, or update the one of this id."""
        return {"id": actions.post_earthquake(self.viewer, self.data).pk}

    def delete(self, request: Any, event_id: str | None = None) -> None:
        if event_id is None:
            raise Invalid("Missing required parameter: `event_id`.")
        actions.delete_earthquake(self.viewer, queries.get_earthquake(self.viewer, event_id))


class Statuses(Endpoint):
    def get(self, request: Any) -> list[str]:
        """Every status that some earthquake has."""
        return queries.statuses(self.viewer)


class _AtDetector(Endpoint):
    def _both(self, earthquake_id: str, detector_id: str) -> tuple[Any, Any]:
        row = queries.get_earthquake(self.viewer, earthquake_id)
        return row, get_detector(self.viewer, path_key("mma_detector_id", detector_id))


class Predictions(_AtDetector):
    """When an earthquake's waves come to a detector."""

    bodies = {"POST": None}

    def post(self, request: Any, earthquake_id: str, mma_detector_id: str) -> None:
        """Work it out; it is told with the earthquake, and follows its updates."""
        actions.predict(self.viewer, *self._both(earthquake_id, mma_detector_id))


class Measurements(_AtDetector):
    """What a detector felt of an earthquake."""

    bodies = {"POST": MeasurementBody, "PATCH": MeasurementBody}

    def get(self, request: Any, earthquake_id: str, mma_detector_id: str) -> dict[str, Any]:
        found = queries.get_measurement(self.viewer, *self._both(earthquake_id, mma_detector_id))
        return queries.measurement(found)

    def post(self, request: Any, earthquake_id: str, mma_detector_id: str) -> dict[str, int]:
        return {"id": actions.measure(self.viewer, *self._both(earthquake_id, mma_detector_id), self.body).pk}

    def patch(self, request: Any, earthquake_id: str, mma_detector_id: str) -> None:
        actions.measure_again(self.viewer, *self._both(earthquake_id, mma_detector_id), self.body)

    def delete(self, request: Any, earthquake_id: str, mma_detector_id: str) -> None:
        actions.forget_measurement(self.viewer, *self._both(earthquake_id, mma_detector_id))


class CommentsOnEarthquake(Comments):
    """Comments on an earthquake."""

    on = EARTHQUAKES


class AttachmentOnEarthquake(CommentAttachment):
    """What is attached to a comment on an earthquake."""

    on = EARTHQUAKES
