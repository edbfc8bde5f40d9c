"""Doors of the first page."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, integer, number

from ..actions import views
from ..queries import dashboard, objs

_DAYS = Param("sinceDaysAgo", number, 7.0, "Days to look back.")


def _positive(value: Any, name: str, most: float) -> Any:
    if not 0 < value <= most:
        raise Invalid(f"Invalid {name}: must be between 0 and {most:g}.")
    return value


class SourceViewsEndpoint(Endpoint):
    """What people look at."""

    params = {"GET": [_DAYS, Param("maxNumSources", integer, 10)]}

    def get(self, request: Any, obj_id: str | None = None) -> Any:
        """Most viewed sources."""
        days = _positive(self.query["sinceDaysAgo"], "sinceDaysAgo", 36500)
        return dashboard.most_viewed(self.viewer, days, _positive(self.query["maxNumSources"], "maxNumSources", 100))

    def post(self, request: Any, obj_id: str | None = None) -> None:
        """Count a look at a source's page; a browser does."""
        if self.viewer.by_token:
            raise NotAllowed("Views are counted here for signed-in browsers only.", status=400)
        views.count_view(self.viewer, objs.get_obj(self.viewer, obj_id or "").pk)


class RecentSourcesEndpoint(Endpoint):
    """Recently saved sources."""

    def get(self, request: Any) -> Any:
        return dashboard.recently_saved(self.viewer)


class SourceCountsEndpoint(Endpoint):
    """How many sources were saved lately."""

    params = {"GET": [_DAYS]}

    def get(self, request: Any) -> Any:
        days = _positive(self.query["sinceDaysAgo"], "sinceDaysAgo", 36500)
        return {"count": dashboard.count_saved(self.viewer, days), "sinceDaysAgo": days}


class SourceSaversEndpoint(Endpoint):
    """Who saves most."""

    params = {"GET": [_DAYS, Param("maxNumSavers", integer, 100)]}

    def get(self, request: Any) -> Any:
        days = _positive(self.query["sinceDaysAgo"], "sinceDaysAgo", 36500)
        return dashboard.savers(self.viewer, days, _positive(self.query["maxNumSavers"], "maxNumSavers", 100))
