"""`/api/localization/{id}/airmass`, `/observability` and `/worldmap`: from where and when a sky map can be observed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, number, path_key

from ..plots import visibility as plots
from ..queries import visibility as queries
from ..queries.localizations import get_localization

_LIMITS = [
    Param("maxAirmass", number, 2.5, "What is higher than this airmass is left out."),
    Param("twilight", default="astronomical", help="civil, nautical or astronomical."),
]


class MapAirmassView(Endpoint):
    def get(self, request: Any, localization_id: str, telescope_id: str | None = None) -> list[list[Any]]:
        """[time, airmass] through the day after the event: half of the probability is at this airmass or better."""
        where = get_localization(self.viewer, path_key("localization_id", localization_id))
        return queries.airmasses(self.viewer, where, path_key("telescope_id", telescope_id))


class MapObservabilityView(Endpoint):
    params = {"GET": _LIMITS}

    def get(self, request: Any, localization_id: str) -> HttpResponse:
        """A PNG: how much of it can be observed from each telescope through the day after the event."""
        where = get_localization(self.viewer, path_key("localization_id", localization_id))
        seen = queries.observability(self.viewer, where, *queries.limits(self.query))
        title = f"{where.event.name}, {where.name}: probability that can be observed"
        return HttpResponse(plots.observability(seen, title).png(1.5), content_type="image/png")


class MapWorldView(Endpoint):
    params = {"GET": _LIMITS}

    def get(self, request: Any, localization_id: str) -> HttpResponse:
        """A PNG: from where on Earth it can be observed at the time of the event."""
        where = get_localization(self.viewer, path_key("localization_id", localization_id))
        seen = queries.world(self.viewer, where, *queries.limits(self.query))
        title = f"{where.event.name}, {where.name}, at {where.event.address} UTC"
        return HttpResponse(plots.world(seen, title).png(1.5), content_type="image/png")
