"""`/api/phot_stats`: what is counted of photometry, of many objs at once."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, integer, key, moment, number, text, words

from ..actions import statistics as actions
from ..queries import bulk_statistics as queries

ADMIN = "System admin"
_CREATED = [
    Param("createdAtStartTime", moment, None, "Objs made at this time or later."),
    Param("createdAtEndTime", moment, None, "Objs made at this time or earlier."),
]
_UPDATED = [
    Param("quickUpdateStartTime", moment, None, "Figures that changed at this time or later."),
    Param("quickUpdateEndTime", moment, None, "Figures that last changed at this time or earlier."),
    Param("fullUpdateStartTime", moment, None, "Figures counted anew at this time or later."),
    Param("fullUpdateEndTime", moment, None, "Figures last counted anew at this time or earlier."),
]


class PhotStats(Endpoint):
    """Counting anew, in batches; for operators."""

    requires = {"GET": ADMIN, "POST": ADMIN, "PATCH": ADMIN}
    bodies = {"POST": None, "PATCH": None}
    params = {
        "GET": [*_CREATED, *_UPDATED],
        "POST": [*page_params(100), *_CREATED],
        "PATCH": [*page_params(100), *_CREATED, *_UPDATED],
    }

    def get(self, request: Any) -> dict[str, int]:
        """How many objs have figures, and how many have none."""
        made = self._made()
        return {
            "totalWithPhotStats": queries.with_figures(made).count(),
            "totalWithoutPhotStats": queries.without_figures(made).count(),
        }

    def post(self, request: Any) -> dict[str, int]:
        """Count what is missing, the first `numPerPage` of it whatever the page: ask until `totalMatches` is 0."""
        page, missing = Page.of(self.query), queries.without_figures(self._made(), having_points=True)
        return self._recount(missing, page, 0)

    def patch(self, request: Any) -> dict[str, int]:
        """Count a page of objs anew."""
        page = Page.of(self.query)
        return self._recount(queries.with_figures(self._made()), page, page.start)

    def _recount(self, objs: Any, page: Page, start: int) -> dict[str, int]:
        total = objs.count()
        actions.recount(queries.page_ids(objs, start, start + page.size))
        return {"totalMatches": total, "pageNumber": page.number, "numPerPage": page.size}

    def _made(self) -> queries.Made:
        def window(name: str) -> tuple[Any, Any]:
            return self.query.get(f"{name}StartTime"), self.query.get(f"{name}EndTime")

        return queries.Made(window("createdAt"), window("quickUpdate"), window("fullUpdate"))


class PhotStatsAggregate(Endpoint):
    """Figures of many sources against each other."""

    params = {
        "GET": [
            Param("xField", text, None, "Without xField and yField only the list of fields is answered."),
            Param("yField", text),
            Param("zField", text),
            Param("classifications", words, None, "Classes, without their taxonomy; a source has one of them."),
            Param("classificationProbThreshold", number, None, "With classifications: at least this probable."),
            Param("group_id", key, None, "Sources of this group."),
            Param("obj_ids", words, None, "Only these sources."),
            Param("maxMatches", integer, 20_000, "At most so many points; 100,000 is the end of it."),
        ]
    }

    def get(self, request: Any) -> dict[str, Any]:
        """A point for each source that has the figures, with its most probable class."""
        query = self.query
        fields = [{"value": value, "label": label} for value, (label, _) in queries.FIELDS.items()]
        if not query["xField"] or not query["yField"]:
            return {"fields": fields, "points": [], "count": 0, "truncated": False}
        if query["maxMatches"] < 1:
            raise Invalid("Invalid maxMatches: must be at least 1.")
        axes = {
            axis: queries.known_field(f"{axis}Field", query[f"{axis}Field"]) for axis in "xyz" if query[f"{axis}Field"]
        }
        chosen = queries.Chosen(
            query["classifications"] or [],
            query["classificationProbThreshold"],
            query["group_id"],
            query["obj_ids"] or [],
        )
        points, more = queries.scatter(self.viewer, axes, chosen, min(query["maxMatches"], 100_000))
        return {"fields": fields, "points": points, "count": len(points), "truncated": more}
