"""Doors of the first page."""

from __future__ import annotations

from typing import Any

from skyportal.access.errors import Invalid, NotAllowed
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, flag, integer, number

from ..actions import views
from ..queries import dashboard, objs

_DAYS = Param("sinceDaysAgo", number, 7.0, "Days to look back.")


def _team(text: str) -> int:
    """Teams of groups do not exist here yet: none of them is known."""
    raise ValueError(f"There is no team {text[:40]!r}; leave teamID out")


_TEAM = Param("teamID", _team, None, "Of a team's groups only.")


def _positive(value: Any, name: str, most: float) -> Any:
    if not 0 < value <= most:
        raise Invalid(f"Invalid {name}: must be between 0 and {most:g}.")
    return value


class SourceViewsEndpoint(Endpoint):
    """What people look at."""

    params = {"GET": [_DAYS, _TEAM, Param("maxNumSources", integer, 10)]}
    bodies = {"POST": None}

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

    params = {"GET": [_TEAM]}

    def get(self, request: Any) -> Any:
        self.query  # noqa: B018 - a parameter that cannot be heeded is refused
        return dashboard.recently_saved(self.viewer)


class SourceCountsEndpoint(Endpoint):
    """How many sources were saved lately."""

    params = {"GET": [_DAYS, _TEAM]}

    def get(self, request: Any) -> Any:
        days = _positive(self.query["sinceDaysAgo"], "sinceDaysAgo", 36500)
        return {"count": dashboard.count_saved(self.viewer, days), "sinceDaysAgo": days}


class SourceSaversEndpoint(Endpoint):
    """Who saves most."""

    params = {
        "GET": [
            _DAYS,
            _TEAM,
            Param("maxNumSavers", integer, 100),
            Param("candidatesOnly", flag, False, "Only objs that passed a filter of one's groups."),
        ]
    }

    def get(self, request: Any) -> Any:
        days = _positive(self.query["sinceDaysAgo"], "sinceDaysAgo", 36500)
        most = _positive(self.query["maxNumSavers"], "maxNumSavers", 100)
        return dashboard.savers(self.viewer, days, most, candidates_only=self.query["candidatesOnly"])
