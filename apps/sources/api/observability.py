"""`/api/sources/{id}/observability`: a picture of the coming night at each telescope."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, keys, number
from skyportal.astro.observing import TWILIGHTS
from skyportal.astro.time import mjd_of

from ..plots import observability as plots
from ..queries import objs
from ..queries import observability as queries


class ObservabilityEndpoint(Endpoint):
    """Airmass through the coming night at the telescopes from which a source can be observed."""

    params = {
        "GET": [
            Param("maxAirmass", number, 2.5, help="Telescopes at which it stays above this all night are left out."),
            Param("twilight", default="astronomical", help="civil, nautical or astronomical."),
            Param("telescope_ids", keys, help="Only these; without it, all on the ground, ten at most."),
        ]
    }

    def get(self, request: Any, obj_id: str) -> HttpResponse:
        """A PNG."""
        query = self.query
        if query["twilight"] not in TWILIGHTS:
            raise Invalid(f"Invalid twilight: must be one of {', '.join(TWILIGHTS)}.")
        if not 1 <= query["maxAirmass"] <= 10:
            raise Invalid("Invalid maxAirmass: must be between 1 and 10.")
        obj = objs.get_obj(self.viewer, obj_id)
        there = queries.on_the_ground(self.viewer)
        if query["telescope_ids"]:
            there = [t for t in there if t.row["id"] in query["telescope_ids"]]
        lowest, darkest = query["maxAirmass"], TWILIGHTS[query["twilight"]]
        nights = queries.observable_nights(obj, there, mjd_of(timezone.now()), lowest, darkest)
        drawing = plots.together([(t.name, night) for t, night in nights], f"{obj.name}: airmass of the coming night")
        return HttpResponse(drawing.png(1.25), content_type="image/png")
