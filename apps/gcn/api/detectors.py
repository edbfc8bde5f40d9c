"""`/api/mmadetector`: detectors of messengers, their uptime and spectra."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.sources.api.instruments import Number
from skyportal.api.endpoint import Endpoint, read_body
from skyportal.api.params import Param, keys, moment, path_key

from ..actions import detectors as actions
from ..queries import detectors as queries

MOST_FREQUENCIES = 100_000
KINDS = ("gravitational-wave", "neutrino", "gamma-ray-burst")
TIMES = [
    Param("observedAfter", moment, None, "That ended after this time."),
    Param("observedBefore", moment, None, "That began before this time."),
    Param("detectorIDs", keys, None, "Of these detectors."),
    Param("groupIDs", keys, None, "Shared with any of these groups."),
]


class DetectorBody(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    nickname = serializers.CharField(max_length=100)
    type = serializers.ChoiceField(choices=KINDS, source="kind")
    lat = Number(min_value=-90, max_value=90, required=False, allow_null=True)
    lon = Number(min_value=-180, max_value=360, required=False, allow_null=True)
    elevation = Number(required=False, allow_null=True)
    fixed_location = serializers.BooleanField(required=False)


class IntervalBody(serializers.Serializer):
    detector_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    time_interval = serializers.JSONField(required=False, help_text="[start, end], or a list of such.")
    time_intervals = serializers.JSONField(required=False, help_text="A list of [start, end].")
    group_ids = serializers.JSONField(required=False, help_text="Ids, or all.")


class DetectorSpectrumBody(serializers.Serializer):
    detector_id = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    start_time = serializers.CharField(max_length=100)
    end_time = serializers.CharField(max_length=100)
    frequencies = serializers.ListField(child=Number(min_value=0), max_length=MOST_FREQUENCIES, help_text="Hz")
    amplitudes = serializers.ListField(child=Number(min_value=0), max_length=MOST_FREQUENCIES)
    group_ids = serializers.JSONField(required=False, help_text="Ids, or all.")


class Detectors(Endpoint):
    """Detectors of gravitational waves, neutrinos and gamma rays."""

    requires = dict.fromkeys(("POST", "PATCH", "DELETE"), actions.MANAGE)
    bodies = {"POST": DetectorBody, "PATCH": DetectorBody}
    params = {"GET": [Param("name", help="The one of this name.")]}

    def get(self, request: Any, mmadetector_id: str | None = None) -> Any:
        """All by name, or one with the events it heard and its newest uptime."""
        if mmadetector_id is None:
            return queries.detectors(self.viewer, self.query["name"])
        return queries.whole(self.viewer, path_key("mmadetector_id", mmadetector_id))

    def post(self, request: Any, mmadetector_id: str | None = None) -> dict[str, int]:
        return {"id": actions.add_detector(self.viewer, self.body).pk}

    def patch(self, request: Any, mmadetector_id: str | None = None) -> None:
        fields = read_body(DetectorBody, self.data, partial=True)
        actions.change_detector(self.viewer, path_key("mmadetector_id", mmadetector_id), fields)

    def delete(self, request: Any, mmadetector_id: str | None = None) -> None:
        """Delete a detector with its uptime and spectra."""
        actions.delete_detector(self.viewer, path_key("mmadetector_id", mmadetector_id))


class Intervals(Endpoint):
    """When detectors took data."""

    requires = dict.fromkeys(("POST", "PATCH", "DELETE"), actions.UPLOAD)
    bodies = {"POST": IntervalBody, "PATCH": IntervalBody}
    params = {"GET": TIMES}

    def get(self, request: Any, time_interval_id: str | None = None) -> Any:
        if time_interval_id is None:
            return queries.intervals(self.viewer, self.query)
        return queries.shown_interval(self.viewer, path_key("time_interval_id", time_interval_id))

    def post(self, request: Any, time_interval_id: str | None = None) -> dict[str, list[int]]:
        """Tell one stretch of uptime, or many."""
        return {"ids": actions.add_intervals(self.viewer, self.body)}

    def patch(self, request: Any, time_interval_id: str | None = None) -> None:
        body = read_body(IntervalBody, self.data, partial=True)
        actions.change_interval(self.viewer, path_key("time_interval_id", time_interval_id), body)

    def delete(self, request: Any, time_interval_id: str | None = None) -> None:
        row = queries.get_interval(self.viewer, path_key("time_interval_id", time_interval_id))
        actions.delete_of_detector(self.viewer, row, "time interval")


class Spectra(Endpoint):
    """How noisy detectors were, by frequency."""

    requires = dict.fromkeys(("POST", "PATCH", "DELETE"), actions.UPLOAD)
    bodies = {"POST": DetectorSpectrumBody, "PATCH": DetectorSpectrumBody}
    params = {"GET": TIMES}

    def get(self, request: Any, spectrum_id: str | None = None) -> Any:
        if spectrum_id is None:
            return queries.spectra(self.viewer, self.query)
        return queries.shown_spectrum(self.viewer, path_key("spectrum_id", spectrum_id))

    def post(self, request: Any, spectrum_id: str | None = None) -> dict[str, int]:
        return {"id": actions.add_spectrum(self.viewer, self.body)}

    def patch(self, request: Any, spectrum_id: str | None = None) -> None:
        body = read_body(DetectorSpectrumBody, self.data, partial=True)
        actions.change_spectrum(self.viewer, path_key("spectrum_id", spectrum_id), body)

    def delete(self, request: Any, spectrum_id: str | None = None) -> None:
        row = queries.get_spectrum(self.viewer, path_key("spectrum_id", spectrum_id))
        actions.delete_of_detector(self.viewer, row, "spectrum")
