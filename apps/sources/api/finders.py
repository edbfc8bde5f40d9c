"""Finding charts and the lists of offset stars that go with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.params import Param, Query, flag, key, number

from ..plots import finders as plots
from ..queries import finders, objs
from ..queries.finder_parameters import CHART, COMMON, SOURCE, asked
from ..queries.observability import position
from ..surveys import gaia

FORMATS = {"pdf": "application/pdf", "png": "image/png"}


def file_of(found: finders.Found, kind: str) -> HttpResponse:
    if kind not in FORMATS:
        raise Invalid("Invalid type: must be pdf or png.")
    drawing = plots.chart(found)
    answer = HttpResponse(drawing.pdf() if kind == "pdf" else drawing.png(), content_type=FORMATS[kind])
    plain = "".join(c if c.isalnum() or c in "-_+." else "_" for c in found.asked.name)
    answer["Content-Disposition"] = f'attachment; filename="finder_{plain}.{kind}"'
    return answer


class FinderEndpoint(Endpoint):
    """A finding chart of a source."""

    params = {
        "GET": [
            *SOURCE,
            Param("as_json", flag, False, help="Where to fetch it, instead of the file."),
            Param("use_cache", flag, True, help="Stars and images asked for today will do."),
        ]
    }

    def get(self, request: Any, obj_id: str) -> Any:
        """A PDF or PNG; a service that cannot be reached leaves a gap in it that says so."""
        query = self.query
        obj = objs.get_obj(self.viewer, obj_id)
        chart = asked(obj.name, *position(obj), query)
        if query["type"] not in FORMATS:
            raise Invalid("Invalid type: must be pdf or png.")
        if query["as_json"]:
            address = reverse("finding-chart", args=[finders.keep(chart, query["type"])])
            return {"public_url": request.build_absolute_uri(address), "name": obj.name}
        return file_of(finders.find(chart, fresh=not query["use_cache"]), query["type"])


class FindingChart(Endpoint):
    """A chart under the key that somebody was given."""

    def get(self, request: Any, cache_key: str = "") -> HttpResponse:
        """For whoever has the key and an account: it shows a position and what surrounds it, nothing measured."""
        chart, kind = finders.kept(cache_key)
        return file_of(finders.find(chart), kind)


class OffsetsEndpoint(Endpoint):
    """Offset stars of a source, as a facility's star list and as figures."""

    params = {"GET": [*COMMON, Param("observing_run_id", key, help="Refused: runs are not there yet.")]}

    def get(self, request: Any, obj_id: str) -> dict[str, Any]:
        obj = objs.get_obj(self.viewer, obj_id)
        if self.query["observing_run_id"] is not None:
            raise Invalid("Invalid observing_run_id: there are no observing runs here yet; give obstime.")
        return finders.starlist(finders.find(asked(obj.name, *position(obj), self.query), image=False))


class FacilitiesEndpoint(Endpoint):
    """What each facility can acquire."""

    def get(self, request: Any) -> dict[str, Any]:
        return finders.FACILITIES


class UnsourcedFinderEndpoint(Endpoint):
    """A finding chart of a position or of a star of Gaia."""

    params = {
        "GET": [
            *CHART,
            Param("location_type", help="pos, gaia_dr3 or gaia_dr2."),
            Param("catalog_id", default="unknown", help="A Gaia source_id, or what to call the position."),
            Param("ra", number, help="Degrees."),
            Param("dec", number, help="Degrees."),
        ]
    }

    def get(self, request: Any) -> HttpResponse:
        query = self.query
        if query["location_type"] == "pos":
            chart = self._position(query)
        elif query["location_type"] in ("gaia_dr3", "gaia_dr2"):
            chart = self._star(query)
        else:
            raise Invalid("Invalid location_type: must be one of pos, gaia_dr3, gaia_dr2.")
        if query["type"] not in FORMATS:
            raise Invalid("Invalid type: must be pdf or png.")
        return file_of(finders.find(chart), query["type"])

    @staticmethod
    def _position(query: Query) -> finders.Asked:
        ra, dec = query["ra"], query["dec"]
        if ra is None or dec is None or not (0 <= ra <= 360 and -90 <= dec <= 90):
            raise Invalid("Invalid ra or dec: give both in degrees, 0 to 360 and -90 to 90.")
        return asked(str(query["catalog_id"])[:60], ra, dec, query)

    @staticmethod
    def _star(query: Query) -> finders.Asked:
        if not query["catalog_id"].isdecimal() or len(query["catalog_id"]) > 19:
            raise Invalid("Invalid catalog_id: must be a Gaia source_id, a number.")
        release = query["location_type"].replace("_", "")
        chart = asked(f"Gaia {release[4:].upper()} {query['catalog_id']}", 0.0, 0.0, query)
        star = gaia.star(int(query["catalog_id"]), release)
        if star is None:
            raise Invalid(f"Invalid catalog_id: Gaia has no source {query['catalog_id']}.")
        moved = star.at(chart.year)
        return replace(chart, ra=moved.ra, dec=moved.dec)
