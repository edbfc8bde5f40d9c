"""`/api/photometric_series`: runs of thousands of exposures, as HDF5 files and their figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers

from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, integer, key, moment, number, text
from skyportal.astro.time import mjd_of

from ..actions import series as actions
from ..queries import series as queries


class SeriesBody(serializers.Serializer):
    """A series, for the documentation of the API; the action checks it."""

    obj_id = serializers.CharField()
    instrument_id = serializers.IntegerField()
    data = serializers.DictField(help_text="Lists by column (mjd, and flux or mag), or an HDF5 file in base64.")  # type: ignore[assignment]
    series_name = serializers.CharField(required=False, help_text="This and what follows: unless the file says it.")
    series_obj_id = serializers.CharField(required=False)
    filter = serializers.CharField(required=False)
    exp_time = serializers.FloatField(required=False, help_text="seconds")
    ra = serializers.FloatField(required=False, help_text="Missing: that of the source.")
    dec = serializers.FloatField(required=False)
    channel = serializers.CharField(required=False)
    origin = serializers.CharField(required=False)
    time_stamp_alignment = serializers.CharField(required=False, help_text="start, middle or end.")
    limiting_mag = serializers.FloatField(required=False)
    magref = serializers.FloatField(required=False)
    e_magref = serializers.FloatField(required=False)
    altdata = serializers.DictField(required=False)
    followup_request_id = serializers.IntegerField(required=False)
    assignment_id = serializers.IntegerField(required=False)
    group_ids = serializers.ListField(required=False, help_text='Ids, or "all"; the own group is always added.')
    stream_ids = serializers.ListField(required=False)


def mjd(value: str) -> float:
    """A time as MJD: written as one, or as a date."""
    try:
        return number(value)
    except ValueError:
        return mjd_of(moment(value))


_TEXTS = (
    "objectID",
    "rejectedObjectID",
    "seriesName",
    "seriesObjID",
    "filter",
    "channel",
    "origin",
    "filename",
    "hash",
)
_TIMES = ("startBefore", "startAfter", "midBefore", "midAfter", "endBefore", "endAfter")
_IDS = ("instrumentID", "ownerID", "followupRequestID", "assignmentID")
_COUNTS = ("minNumExposures", "maxNumExposures")
_FLAGS = ("detected", "limitingMagIsNaN")
_NUMBERS = (
    "ra", "dec", "radius", "expTime", "minExpTime", "maxExpTime", "minFrameRate", "maxFrameRate", "magBrighterThan",
    "magFainterThan", "limitingMagBrighterThan", "limitingMagFainterThan", "magrefBrighterThan", "magrefFainterThan",
    "minRMS", "maxRMS", "minMedianSNR", "maxMedianSNR", "minBestSNR", "maxBestSNR", "minWorstSNR", "maxWorstSNR",
)  # fmt: skip
_PARSERS: dict[Callable[[str], Any], tuple[str, ...]] = {
    text: _TEXTS,
    mjd: _TIMES,
    key: _IDS,
    integer: _COUNTS,
    flag: _FLAGS,
    number: _NUMBERS,
}


class PhotometricSeries(Endpoint):
    """Photometric series of sources."""

    requires = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), actions.MAY)
    bodies = {"POST": SeriesBody, "PATCH": SeriesBody}
    params = {
        "GET": [
            *page_params(100),
            Param("dataFormat", text, None, "json, hdf5 or none. Missing: json of one series, none of a list."),
            *(Param(name, parse) for parse, names in _PARSERS.items() for name in names),
            Param("useRobustMagAndRMS", flag, False, "Compare median and robust deviation, not mean and RMS."),
            Param("sortBy", text, "obj_id", "A column of the answer."),
            Param("sortOrder", text, "asc"),
        ]
    }

    def get(self, request: Any, photometric_series_id: str | None = None) -> Any:
        """One series, or a page of those that fulfil all parameters."""
        query = self.query
        if photometric_series_id is not None:
            row = queries.get_series(self.viewer, photometric_series_id)
            return queries.shown(self.viewer, [row], query["dataFormat"] or "json")[0]
        # each series of an answer with its data is a file to read
        page = Page.of(query, most=500 if query["dataFormat"] in (None, "none") else 10)
        rows, total = queries.page_of(self.viewer, query, page.start, page.stop)
        return {
            "series": queries.shown(self.viewer, rows, query["dataFormat"] or "none"),
            "totalMatches": total,
            "pageNumber": page.number,
            "numPerPage": page.size,
        }

    def post(self, request: Any, photometric_series_id: str | None = None) -> dict[str, int]:
        """Upload a series; what the body does not say is read from its file."""
        return {"id": actions.add_series(self.viewer, self.data)}

    def patch(self, request: Any, photometric_series_id: str | None = None) -> dict[str, int]:
        """Change what is said of a series."""
        return {"id": actions.change_series(self.viewer, photometric_series_id, self.data)}

    def delete(self, request: Any, photometric_series_id: str | None = None) -> None:
        """Delete a series and its file."""
        actions.delete_series(self.viewer, photometric_series_id)
