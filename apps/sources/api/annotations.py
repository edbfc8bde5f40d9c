"""`/api/sources/{id}/annotations`, and what keys there are."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import path_key

from ..actions import annotations as actions
from ..actions.catalogs import ask_catalog
from ..queries import annotations as queries
from ..queries.subjects import POINTS, SOURCES, SPECTRA, Subject


class AnnotationBody(serializers.Serializer):
    """An annotation, for the documentation of the API; the action checks it."""

    origin = serializers.CharField(help_text="Who says so, e.g. gaia; begins with a letter, digit or underscore.")
    data = serializers.DictField(help_text="Keys and values.")  # type: ignore[assignment]
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing: all my groups."
    )


class Annotations(Endpoint):
    """Annotations of a source: a dictionary for each origin."""

    on: ClassVar[Subject] = SOURCES
    requires = {"POST": "Annotate", "PUT": "Annotate", "DELETE": "Annotate"}
    bodies = {"POST": AnnotationBody, "PUT": AnnotationBody}

    def get(self, request: Any, resource_id: str, annotation_id: str | None = None) -> Any:
        """One annotation, or all of a source."""
        if annotation_id is not None:
            return queries.shown_annotation(
                self.viewer, path_key("annotation_id", annotation_id), resource_id, on=self.on
            )
        return queries.of(self.viewer, resource_id, on=self.on)

    def post(self, request: Any, resource_id: str, annotation_id: str | None = None) -> Any:
        """Annotate a source; a second annotation of the same origin is refused."""
        if missing := [f"{name}: Field required" for name in ("origin", "data") if name not in self.data]:
            raise Invalid("Invalid/missing parameters: " + "; ".join(missing))
        annotated = actions.annotate(
            self.viewer,
            resource_id,
            self.data["origin"],
            self.data["data"],
            group_ids=self.data.get("group_ids"),
            on=self.on,
        )
        return {"annotation_id": annotated}

    def put(self, request: Any, resource_id: str, annotation_id: str | None = None) -> Any:
        """Replace data, origin or groups of one's own annotation; what is not given stays."""
        actions.edit_annotation(
            self.viewer,
            path_key("annotation_id", annotation_id),
            resource_id,
            on=self.on,
            origin=self.data.get("origin"),
            data=self.data.get("data"),
            group_ids=self.data.get("group_ids"),
        )

    def delete(self, request: Any, resource_id: str, annotation_id: str | None = None) -> Any:
        """Delete one's own annotation."""
        actions.delete_annotation(self.viewer, path_key("annotation_id", annotation_id), resource_id, on=self.on)


class AnnotationsOfSpectrum(Annotations):
    """Annotations of a spectrum: a dictionary for each origin."""

    on = SPECTRA


class CatalogQueryBody(serializers.Serializer):
    """How a catalogue is to be asked, for the documentation of the API; the action checks it."""

    catalog = serializers.CharField(required=False, help_text="Its release; missing: the usual one.")
    crossmatchRadius = serializers.FloatField(required=False, help_text="arcsec")
    crossmatchNumber = serializers.IntegerField(required=False, help_text="How many matches to keep; missing: one.")
    crossmatchLimmag = serializers.FloatField(required=False, help_text="Gaia: only what is brighter, G magnitude.")
    crossmatchMinDetections = serializers.IntegerField(required=False, help_text="Pan-STARRS.")
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing: all my groups."
    )


class CatalogAnnotations(Endpoint):
    """Have a catalogue looked up, in the background, and the source annotated with what is found."""

    requires = {"POST": "Annotate"}
    bodies = {"POST": CatalogQueryBody}

    def post(self, request: Any, obj_id: str, catalog: str) -> None:
        """Answers at once; the annotation follows, or the panel of the source says why there is none."""
        ask_catalog(self.viewer, obj_id, catalog, self.data if isinstance(self.data, dict) else {})


class AnnotationsOfPoint(Annotations):
    """Annotations of a point: a dictionary for each origin."""

    on = POINTS


class AnnotationsInfo(Endpoint):
    """Keys and types of the annotations of each origin, to sort and filter by."""

    def get(self, request: Any) -> dict[str, list[dict[str, str]]]:
        return queries.info(self.viewer)
