"""`/candidates`, `/candidates_filter`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from apps.sources.api import points
from apps.sources.queries.photometry import points_of_many
from skyportal.access.errors import Invalid, NotVisible
from skyportal.api.endpoint import Endpoint, read_body
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, moment, text

from ..actions import candidates as actions
from ..actions.purging import purge
from ..queries.extras import FIELDS, extras, keys_of
from ..queries.items import candidate_items
from ..queries.scanning import scope
from ..queries.search import candidate_of, names_like, paged, params, raw_rows

INCLUDES = [
    Param("includeComments", flag, False, "Add what is said of each obj."),
    Param("includePhotometry", flag, False, "Add the points of each obj, in magnitudes and fluxes."),
    Param("includeAlerts", flag, False, "Add the passings of each obj: filter, time and alert; the newest 100."),
    Param("includeSpectra", flag, False, "Add the spectra of each obj."),
    Param("includeFollowupRequests", flag, False, "Add the follow-up requests of each obj."),
    Param("includeAssociatedObjs", flag, True, "Add objs that are the same thing."),
    Param("includeVetting", flag, False, "Add the vetting score of each obj, term by term."),
    Param("nameOnly", flag, False, "Only names that hold `objID`, for completing what is typed."),
    Param("queryID", text, None, "Name of the question, as its first page gave it."),
]


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field):
    """Any date or time people write; without a zone it is UTC."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return moment(str(data))
        except ValueError as problem:
            raise serializers.ValidationError(str(problem)) from None


class Angle(serializers.FloatField):
    """A finite number within limits."""

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if value != value or abs(value) == float("inf"):
            raise serializers.ValidationError("must be a finite number")
        return value


class CandidateBody(serializers.Serializer):
    id = serializers.CharField(max_length=200)
    filter_ids = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), max_length=500)
    passed_at = Moment()
    passing_alert_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=-(2**63), max_value=2**63 - 1
    )
    ra = Angle(required=False, allow_null=True, min_value=0, max_value=360)
    dec = Angle(required=False, allow_null=True, min_value=-90, max_value=90)
    ra_dis = Angle(required=False, allow_null=True)
    dec_dis = Angle(required=False, allow_null=True)
    ra_err = Angle(required=False, allow_null=True)
    dec_err = Angle(required=False, allow_null=True)
    offset = Angle(required=False)
    t0 = Angle(required=False, allow_null=True)
    redshift = Angle(required=False, allow_null=True)
    redshift_error = Angle(required=False, allow_null=True)
    redshift_origin = serializers.CharField(required=False, allow_null=True)
    redshift_history = serializers.JSONField(required=False, allow_null=True)
    host_id = serializers.IntegerField(required=False, allow_null=True)
    summary = serializers.CharField(required=False, allow_null=True)
    summary_history = serializers.JSONField(required=False, allow_null=True)
    altdata = serializers.JSONField(required=False, allow_null=True)
    dist_nearest_source = Angle(required=False, allow_null=True)
    mag_nearest_source = Angle(required=False, allow_null=True)
    e_mag_nearest_source = Angle(required=False, allow_null=True)
    transient = serializers.BooleanField(required=False, allow_null=True)
    varstar = serializers.BooleanField(required=False, allow_null=True)
    is_roid = serializers.BooleanField(required=False, allow_null=True)
    mpc_name = serializers.CharField(required=False, allow_null=True)
    tns_name = serializers.CharField(required=False, allow_null=True)
    tns_info = serializers.JSONField(required=False, allow_null=True)
    score = Angle(required=False, allow_null=True)
    origin = serializers.CharField(required=False, allow_null=True)
    alias = serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)
    detect_photometry_count = serializers.IntegerField(required=False, allow_null=True)


class CandidatesView(Endpoint):
    """Objs that passed filters: scanning them, and registering more."""

    requires = {"POST": "Upload data"}
    params = {"GET": [*params(), *page_params(25), *INCLUDES]}
    bodies = {"POST": CandidateBody}

    def get(self, request: Any, obj_id: str | None = None) -> Any:
        """A page of candidates, newest first (or by an annotation); or one, by the name of its obj."""
        if obj_id is not None:
            return self._one(obj_id)
        if self.query["nameOnly"]:
            part = (self.query["objID"] or "").strip()
            return {"candidates": [{"id": name} for name in names_like(self.viewer, part)] if part else []}
        page = Page.of(self.query)
        found, asked, name = paged(self.viewer, self.query, page)
        return {
            "candidates": self._items(found.objs, asked),
            "pageNumber": page.number,
            "numPerPage": page.size,
            "totalMatches": found.total,
            "queryID": name,
        }

    def _one(self, name: str) -> Any:
        found = candidate_of(self.viewer, name)
        [item] = self._items([found], scope(self.viewer))
        return item

    def _items(self, objs: Any, asked: Any) -> list[dict[str, Any]]:
        """With whatever the include parameters ask for."""
        viewer, query = self.viewer, self.query
        items = candidate_items(viewer, objs, asked, with_comments=query["includeComments"])
        ids = keys_of(item["id"] for item in items)
        more = extras(viewer, list(ids.values()), {name for name in FIELDS if query[name]})
        if query["includePhotometry"]:
            more["photometry"] = points.rows_by_obj(points_of_many(viewer, ids.values()))
        for item in items:
            item |= {field: values.get(ids[item["id"]]) or _none(field) for field, values in more.items()}
        return items

    def head(self, request: Any, obj_id: str | None = None) -> Any:
        """Whether a readable candidate of this name exists: 200 or 404."""
        if obj_id is None:
            return None
        try:
            candidate_of(self.viewer, obj_id)
        except NotVisible:
            return Response(status=404)
        return None

    def post(self, request: Any, obj_id: str | None = None) -> Any:
        """An obj passed filters at a time. One row for each filter; a repeat returns the rows that are there."""
        data = {key: value for key, value in self.data.items() if value is not None or key in ("ra", "dec")}
        if obj_id is not None:
            data.setdefault("id", obj_id)
        if not data.get("passed_at"):
            raise Invalid("Missing required parameter: `passed_at`.")
        if data.get("filter_ids") is None:
            raise Invalid("Missing required filter_ids parameter.")
        return {"ids": actions.post_candidate(self.viewer, read_body(CandidateBody, data))}


def _none(field: str) -> list | None:
    return None if field == "vetting" else []


class PurgeBody(serializers.Serializer):
    maxAgeMonths = serializers.IntegerField(min_value=1, max_value=1200, help_text="Passed no filter for so long.")
    batchSize = serializers.IntegerField(min_value=1, max_value=10_000, default=1000, help_text="At most so many.")
    dryRun = serializers.BooleanField(default=False, help_text="Only say how many would go.")


class BulkDeleteView(Endpoint):
    """Objs that once passed a filter, and that nobody saved or spoke of."""

    requires = {"POST": "System admin"}
    bodies = {"POST": PurgeBody}

    def post(self, request: Any) -> dict[str, Any]:
        """Delete a batch of them for good, with their photometry and cutouts; ask again while some remain."""
        asked = self.body
        gone = purge(self.viewer, asked["maxAgeMonths"], asked["batchSize"], dry_run=asked["dryRun"])
        return {"deleted": gone.deleted, "remaining": gone.remaining, "dryRun": asked["dryRun"]}


class CandidateView(Endpoint):
    """One obj's passing of one filter."""

    requires = {"DELETE": "Upload data"}

    def delete(self, request: Any, obj_id: str, filter_id: str) -> Any:
        """Take back every passing of this obj through this filter."""
        if not filter_id.isdecimal() or len(filter_id) > 9:
            raise Invalid(f"Invalid filter_id: {filter_id[:50]}")
        actions.delete_candidate(self.viewer, obj_id, int(filter_id))


class CandidateRowsView(Endpoint):
    """Candidate rows themselves."""

    params = {"GET": [*params(), *page_params(25)]}

    def get(self, request: Any) -> Any:
        """Rows within dates, groups and filters, oldest first; the total comes with the first page only."""
        page = Page.of(self.query)
        rows, total = raw_rows(self.viewer, self.query, page)
        answer = {"candidates": rows, "pageNumber": page.number, "numPerPage": page.size}
        return answer | ({"totalMatches": total} if page.number == 1 else {})
