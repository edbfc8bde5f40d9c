"""Doors of telescopes and instruments."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint, read_body
from skyportal.api.params import Param, flag, key, moment, number

from ..actions import instruments as actions
from ..queries import instrument_fields as tiling
from ..queries import instruments as queries
from ..slots import field_narrowers


class Number(serializers.FloatField):
    """A finite number."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if value != value or value in (float("inf"), float("-inf")):
            raise serializers.ValidationError("must be finite")
        return value


class Link(serializers.URLField):
    """An address, or nothing."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, max_length=1000)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data) or None


class TelescopeBody(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    nickname = serializers.CharField(max_length=100)
    diameter = Number(min_value=0)
    lat = Number(min_value=-90, max_value=90, required=False, allow_null=True)
    lon = Number(min_value=-180, max_value=360, required=False, allow_null=True)
    elevation = Number(required=False, allow_null=True)
    skycam_link = Link()
    weather_link = Link()
    robotic = serializers.BooleanField(required=False)
    fixed_location = serializers.BooleanField(required=False)


class TelescopeEndpoint(Endpoint):
    """Telescopes."""

    requires = {"PUT": "Manage telescopes", "DELETE": "Manage telescopes"}
    params = {"GET": [Param("name"), *(Param(name, number) for name in queries.BOUNDS)]}
    bodies = {"POST": TelescopeBody, "PUT": TelescopeBody}

    def get(self, request: Any, telescope_id: str | None = None) -> Any:
        """All telescopes by name, or one with its instruments."""
        if telescope_id is None:
            return queries.telescopes(self.viewer, **self.query)
        return queries.telescope(self.viewer, _id("telescope_id", telescope_id))

    def post(self, request: Any, telescope_id: str | None = None) -> Any:
        return {"id": actions.add_telescope(self.viewer, self.body).pk}

    def put(self, request: Any, telescope_id: str | None = None) -> None:
        fields = read_body(TelescopeBody, self.data, partial=True)
        actions.change_telescope(self.viewer, _id("telescope_id", telescope_id), fields)

    def delete(self, request: Any, telescope_id: str | None = None) -> None:
        actions.delete_telescope(self.viewer, _id("telescope_id", telescope_id))


class InstrumentBody(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    type = serializers.ChoiceField(["imager", "spectrograph", "imaging spectrograph"])
    telescope_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    band = serializers.CharField(required=False, allow_null=True)
    filters = serializers.ListField(child=serializers.CharField(), required=False)
    sensitivity_data = serializers.JSONField(required=False, allow_null=True)
    configuration_data = serializers.JSONField(required=False, allow_null=True)
    api_classname = serializers.CharField(required=False, allow_null=True, max_length=100)
    api_classname_obsplan = serializers.CharField(required=False, allow_null=True, max_length=100)
    listener_classname = serializers.CharField(required=False, allow_null=True, max_length=100)
    treasuremap_id = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    tns_id = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2**31 - 1)
    region = serializers.CharField(required=False, allow_null=True)

    field_data = serializers.DictField(
        required=False, allow_null=True, help_text="Columns ID, RA and Dec, degrees; those of an ID that is there move."
    )
    field_region = serializers.CharField(
        required=False, allow_null=True, help_text="What is seen of a field, as a DS9 region around (0, 0)."
    )
    field_fov_type = serializers.CharField(required=False, allow_null=True, help_text="rectangle or circle, instead.")
    field_fov_attributes = serializers.JSONField(
        required=False, allow_null=True, help_text="[width, height] or [radius], degrees."
    )
    references = serializers.DictField(
        required=False, allow_null=True, help_text="Columns field and filter: where there are reference images."
    )


class InstrumentEndpoint(Endpoint):
    """Instruments."""

    requires = dict.fromkeys(("POST", "PUT", "DELETE"), "Manage instruments")
    params = {
        "GET": [
            Param("name"),
            Param("includeRegion", flag, False),
            Param("includeGeoJSON", flag, False, "With `fields`, each with its outlines; of one instrument."),
            Param("includeGeoJSONSummary", flag, False, "With `fields`, each with one line around all that is seen."),
            Param("airmassTime", moment, None, "With the `airmass` of each field at this time, UTC."),
            Param("ignoreCache", flag, False),
            *(param for _, one in field_narrowers.items() for param in one.params),
        ]
    }
    bodies = {"POST": InstrumentBody, "PUT": InstrumentBody}

    def get(self, request: Any, instrument_id: str | None = None) -> Any:
        """All instruments by name, or one; each with its telescope."""
        if instrument_id is None:
            return queries.instruments(self.viewer, self.query["name"])
        number_ = _id("instrument_id", instrument_id)
        found = queries.instrument(self.viewer, number_, region=self.query["includeRegion"])
        return found | self._fields(number_) if found["has_fields"] else found

    def _fields(self, instrument_id: int) -> dict[str, Any]:
        """Its fields, where something is asked of them."""
        asked = {name: self.query[name] for name in ("includeGeoJSON", "includeGeoJSONSummary", "airmassTime")}
        narrowing = any(self.query[p.name] != p.default for _, one in field_narrowers.items() for p in one.params)
        if not any(asked.values()) and not narrowing:
            return {}
        of = tiling.fields_of(self.viewer, instrument_id)
        chosen = list(range(len(of.rows)))
        for _, one in field_narrowers.items():
            left = one.narrow(of, self.viewer, self.query)
            chosen = chosen if left is None else [n for n in chosen if n in set(left)]
        contours, summaries, at = asked.values()
        return {"fields": tiling.items(of, chosen, contours=contours, summaries=summaries, at=at)}

    def post(self, request: Any, instrument_id: str | None = None) -> Any:
        return {"id": actions.add_instrument(self.viewer, self.body).pk}

    def put(self, request: Any, instrument_id: str | None = None) -> None:
        fields = read_body(InstrumentBody, self.data, partial=True)
        actions.change_instrument(self.viewer, _id("instrument_id", instrument_id), fields)

    def delete(self, request: Any, instrument_id: str | None = None) -> None:
        actions.delete_instrument(self.viewer, _id("instrument_id", instrument_id))


class InstrumentFieldsEndpoint(Endpoint):
    """Fields of an instrument."""

    requires = {"DELETE": "Manage instruments"}

    def delete(self, request: Any, instrument_id: str) -> None:
        """Delete all of them."""
        actions.delete_fields(self.viewer, _id("instrument_id", instrument_id))


def _id(name: str, text: str | None) -> int:
    try:
        return key(text or "")
    except ValueError:
        raise Invalid(f"Invalid {name}: {(text or '')[:60]}") from None
