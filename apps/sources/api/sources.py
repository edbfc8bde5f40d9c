"""Doors of sources and objs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.cache import cache

from skyportal.access.errors import Invalid, NotVisible
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, keys, moment, number, text

from ..actions import objs as obj_actions
from ..actions import sources as actions
from ..actions import views
from ..queries import details, includes, objs, sources
from ..queries import photometry as photometry_queries
from ..slots import obj_filters, obj_includes
from . import bodies, points

_SAVING = [
    Param("group_ids", keys, help="Saved to any of these groups."),
    Param("pendingOnly", flag, False, "Only where saving was asked for."),
    Param("includeRequested", flag, False, "Also where saving was asked for."),
    Param("savedAfter", moment),
    Param("savedBefore", moment),
    Param("savedByCurrentUser", flag, False),
]
_LIST = [
    *page_params(100),
    Param("sortBy", text, "saved_at", "saved_at, id, ra, dec, redshift, origin, alias, favorites, annotation.O.K …"),
    Param("sortOrder", text, "desc"),
    Param("saveSummary", flag, False, "Bare saved rows."),
    Param("includeGeoJSON", flag, False),
    Param("removeNested", flag, False, "Leave groups, classifications and annotations out."),
    Param("useCache", flag, False, "Page through the ids that the first page found."),
    Param("queryID", text),
]
_DETAIL = [
    Param("includePhotometry", flag, False),
    Param("deduplicatePhotometry", flag, False),
    Param("includeDetectionStats", flag, False),
    Param("includeHosts", flag, False),
    Param("includeTags", flag, True),
    Param("includeAssociatedObjs", flag, True),
    Param("includeSuperObjs", flag, False, "The same as includeAssociatedObjs."),
]
_NOTHING_YET = [
    "includeAnalyses", "includeCandidates",
]  # fmt: skip
CACHED_SECONDS = 6 * 3600


def _declared() -> list[Param]:
    """Our own parameters, and whatever upper floors hung into the slots; they all have when the doors are built."""
    plugged = [plug.param for plug in obj_filters]
    fields = [Param(includes.parameter(field), flag, False) for field, _ in obj_includes.items()]
    own = [*_LIST, *_SAVING, *_DETAIL, *plugged, *fields]
    taken = {param.name for param in own}
    idle = [Param(name, flag, False) for name in _NOTHING_YET]
    return [*own, *(param for param in idle if param.name not in taken)]


def wanted(query: Mapping[str, Any]) -> set[str]:
    """Fields that the include parameters ask for."""
    fields = {field for field, _ in obj_includes.items() if query.get(includes.parameter(field))}
    asked = {
        "photstats": query["includeDetectionStats"],
        "host": query["includeHosts"],
        "tags": query["includeTags"],
        "associated_objs": query["includeAssociatedObjs"] or query["includeSuperObjs"],
    }
    return fields | {field for field, is_asked in asked.items() if is_asked}


class SourcesEndpoint(Endpoint):
    """Objs saved to groups."""

    requires = {"POST": "Upload data", "PATCH": "Upload data", "DELETE": "Manage sources"}
    params = {"GET": _declared(), "HEAD": []}
    bodies = {"POST": bodies.SourceBody, "PATCH": bodies.ObjColumns}

    def head(self, request: Any, obj_id: str | None = None) -> None:
        """Whether a source exists that the viewer may read: 200 or 404."""
        if obj_id is None or not sources.is_source(self.viewer, objs.get_obj(self.viewer, obj_id)):
            raise NotVisible("Source not found", status=404)

    def get(self, request: Any, obj_id: str | None = None) -> Any:
        """One source, or a page of those that fulfil all parameters."""
        if obj_id is not None:
            return self._one(obj_id)
        if self.query["sortOrder"] not in ("asc", "desc"):
            raise Invalid("Invalid sortOrder: use asc or desc.")
        return self._summaries() if self.query["saveSummary"] else self._page()

    def _one(self, obj_id: str) -> dict[str, Any]:
        obj = objs.get_obj(self.viewer, obj_id)
        row = details.record(self.viewer, obj, wanted(self.query))
        if self.query["includePhotometry"]:
            found = photometry_queries.points_of(self.viewer, obj)
            if self.query["deduplicatePhotometry"]:
                found = points.deduplicated(found)
            row["photometry"] = points.rows(found, "both")
        self.viewed = obj.pk
        return row

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """A view by token is counted after the answer has left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        viewed = getattr(self, "viewed", None)
        if viewed is not None and self.viewer.by_token:
            answer._resource_closers.append(partial(views.count_view, self.viewer, viewed))  # type: ignore[attr-defined]
        return answer

    def _summaries(self) -> dict[str, Any]:
        page = Page.of(self.query)
        rows, total = sources.summaries(self.viewer, self.query, page.start, page.stop)
        return {"sources": rows, "totalMatches": total, "pageNumber": page.number, "numPerPage": page.size}

    def _page(self) -> dict[str, Any]:
        page = Page.of(self.query)
        found, query_id = self._found(page)
        rows = details.records(self.viewer, found.ids, wanted(self.query))
        if self.query["includePhotometry"]:
            self._add_photometry(rows, found.ids)
        for row, pk in zip(rows, found.ids, strict=False):
            row["saved_at"] = found.saved_at.get(pk)
        if self.query["removeNested"]:
            rows = [{k: v for k, v in row.items() if k not in _NESTED} for row in rows]
        answer: dict[str, Any] = {
            "sources": rows, "totalMatches": found.total, "pageNumber": page.number, "numPerPage": page.size,
        }  # fmt: skip
        if query_id:
            answer["queryID"] = query_id
        if self.query["includeGeoJSON"]:
            answer["geojson"] = _geojson(rows)
        return answer

    def _found(self, page: Page) -> tuple[sources.Found, str | None]:
        """The page's ids; with useCache out of the list that the first page left behind, for this viewer only."""
        if not self.query["useCache"]:
            return sources.find(self.viewer, self.query, page.start, page.stop), None
        asked = {k: str(v) for k, v in self.query.items() if k not in ("pageNumber", "numPerPage", "queryID")}
        seed = json.dumps([self.viewer.user_id, sorted(self.viewer.group_ids), asked], sort_keys=True)
        query_id = hashlib.sha256(seed.encode()).hexdigest()
        ids = cache.get(f"sources:{query_id}") if self.query["queryID"] == query_id else None
        if ids is None:
            ids = sources.find(self.viewer, self.query, 0, 10_000_000).ids
            cache.set(f"sources:{query_id}", ids, CACHED_SECONDS)
        return sources.Found(ids[page.start : page.stop], {}, len(ids)), query_id

    def _add_photometry(self, rows: list[dict[str, Any]], ids: list[int]) -> None:
        by_name: dict[str, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
        for point in points.rows(photometry_queries.points_of_many(self.viewer, ids), "both"):
            by_name[point["obj_id"]].append(point)
        for row in rows:
            row["photometry"] = by_name[row["id"]]

    def post(self, request: Any, obj_id: str | None = None) -> dict[str, Any]:
        """Make the obj where it is new, and save it to groups."""
        data = self.data
        if data.get("id") in (None, ""):
            raise Invalid("Missing required parameter: id")
        name = obj_actions.checked_name(data["id"])
        columns = obj_actions.clean_columns(data)
        saved, warnings = actions.post_source(
            self.viewer,
            name,
            columns,
            group_ids=None if data.get("group_ids") is None else _ids(data["group_ids"], "group_ids"),
            skip=_id_lists(data.get("ignore_if_in_group_ids")),
            savers=_id_map(data.get("saver_per_group_id")),
        )
        return {"id": name, "saved_to_groups": saved} | ({"warnings": warnings} if warnings else {})

    def patch(self, request: Any, obj_id: str | None = None) -> None:
        """Change columns of an obj."""
        if obj_id is None:
            raise Invalid("Missing required parameter: obj_id")
        obj = objs.get_obj(self.viewer, obj_id, status=400)
        obj_actions.change_obj(self.viewer, obj, obj_actions.clean_columns(self.data))

    def delete(self, request: Any, obj_id: str | None = None) -> None:
        """Unsave from one group, named in the body."""
        if self.data.get("group_id") is None:
            raise Invalid("Missing required parameter: group_id")
        obj = objs.get_obj(self.viewer, obj_id or "", status=400)
        if not actions.unsave_source(self.viewer, obj, _ids(self.data["group_id"], "group_id")):
            raise Invalid("Source is not saved to this group.")


_NESTED = {"groups", "classifications", "annotations", "tags", "associated_objs"}


def _geojson(rows: list[dict[str, Any]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["ra"], row["dec"]]},
            "properties": {"name": row["id"], "url": f"/source/{row['id']}"},
        }
        for row in rows
        if row["ra"] is not None and row["dec"] is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def _ids(value: Any, name: str) -> list[int]:
    try:
        found = [int(str(v)) for v in (value if isinstance(value, list) else [value])]
    except ValueError:
        raise Invalid(f"Invalid {name}: must be integers.") from None
    if any(not 0 <= pk < 2**31 for pk in found):
        raise Invalid(f"Cannot find group_id {found[0]}. Please remove and try again.")
    return found


def _id_lists(value: Any) -> dict[int, list[int]]:
    if not isinstance(value, dict | None):
        raise Invalid("Invalid ignore_if_in_group_ids: must be a dictionary of lists of group ids.")
    return {_ids(k, "group_id")[0]: _ids(v, "group_id") for k, v in (value or {}).items()}


def _id_map(value: Any) -> dict[int, int]:
    if not isinstance(value, dict | None):
        raise Invalid("Invalid saver_per_group_id: must be a dictionary of user ids by group id.")
    return {_ids(k, "group_id")[0]: _ids(v, "user_id")[0] for k, v in (value or {}).items()}


class ObjEndpoint(Endpoint):
    """Objs themselves."""

    def delete(self, request: Any, obj_id: str) -> None:
        """Delete an obj and all that hangs on it, where all of it is the viewer's to delete."""
        obj_actions.delete_obj(self.viewer, objs.get_obj(self.viewer, obj_id, status=400))


class SourceGroupsOfEndpoint(Endpoint):
    """The viewer's groups that have an obj saved."""

    def get(self, request: Any, obj_id: str) -> Any:
        return sources.groups_saved_to(self.viewer, objs.get_obj(self.viewer, obj_id))


class SourceGroupsEndpoint(Endpoint):
    """Saving to, asking, and leaving groups in one act."""

    requires = {"POST": "Upload data", "PATCH": "Upload data"}
    bodies = {"POST": bodies.SourceGroupsBody, "PATCH": bodies.SourceStateBody}

    def post(self, request: Any) -> None:
        """Save to the viewer's groups among the invited, ask the others; leave the unsaved ones."""
        data = self.data
        obj = self._obj(data)
        invited, left = data.get("inviteGroupIds"), data.get("unsaveGroupIds")
        if not invited and not left:
            raise Invalid("Missing required parameter: one of either unsaveGroupIds or inviteGroupIds must be provided")
        actions.invite_and_leave(
            self.viewer, obj, _ids(invited or [], "inviteGroupIds"), _ids(left or [], "unsaveGroupIds")
        )

    def patch(self, request: Any) -> None:
        """Decide on a request to save."""
        data = self.data
        obj = self._obj(data)
        for name in ("groupID", "active", "requested"):
            if data.get(name) is None:
                raise Invalid(f"Missing required parameter: {name}")
        if not isinstance(data["active"], bool) or not isinstance(data["requested"], bool):
            raise Invalid("Invalid active or requested: must be true or false.")
        (group,) = _ids(data["groupID"], "groupID")
        actions.set_source_state(self.viewer, obj, group, active=data["active"], requested=data["requested"])

    def _obj(self, data: dict[str, Any]) -> Any:
        if not data.get("objId"):
            raise Invalid("Missing required parameter: objId")
        return objs.get_obj(self.viewer, str(data["objId"]))


class SourceExistsEndpoint(Endpoint):
    """Whether an obj exists that the viewer may know of, by name or place."""

    params = {
        "GET": [
            Param("ra", number, help="degrees"),
            Param("dec", number, help="degrees"),
            Param("radius", number, help="degrees"),
        ]
    }

    def get(self, request: Any, obj_id: str | None = None) -> dict[str, Any]:
        if obj_id is not None and objs.is_known(self.viewer, obj_id):
            return {"source_exists": True, "message": "A source of that name already exists."}
        place = tuple(self.query[name] for name in ("ra", "dec", "radius"))
        if None in place:
            if any(value is not None for value in place):
                raise Invalid("If any of 'ra', 'dec' or 'radius' are provided, all three are required.")
            return {"source_exists": False, "message": "A source of that name does not exist."}
        found = objs.near(self.viewer, place[0], place[1], place[2] * 3600, most=1)
        if not found:
            return {"source_exists": False, "message": "A source at that location does not exist."}
        return {
            "source_exists": True,
            "message": f"A source at that location already exists: {found[0][0].name}, {found[0][1]:.2f} arcsec away.",
        }
