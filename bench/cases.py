"""The requests that are timed: what people and scripts ask most, on the benchmark's data set."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Request = tuple[str, str, bytes | None]
"""Method, path with query, body."""


@dataclass(frozen=True)
class Case:
    """A named request; ``make(k)`` gives the k-th, so that no two need be alike."""

    name: str
    make: Callable[[int], Request]
    target_ms: float | None = None
    page: bool = False
    fragment: bool = False
    """Asked for by a page that is open, as its panels are."""


@dataclass(frozen=True)
class World:
    """Ids and names of the data set, looked up through the API."""

    groups: list[int]
    filters: list[int]
    instruments: list[int]
    taxonomy: int
    sources: list[str]
    heavy: list[str]
    positions: list[tuple[float, float]]
    rich: list[str] = field(default_factory=list)
    """Sources of 5,000 points with 50 comments and 50 spectra."""
    telescopes: list[int] = field(default_factory=list)
    searches: dict[str, int] = field(default_factory=dict)
    """Period searches that have ended, by source."""


def get(path: str, **query: Any) -> Request:
    return "GET", f"{path}?{urlencode(query)}" if query else path, None


def fixed(name: str, path: str, target: float | None = None, *, page: bool = False, **query: Any) -> Case:
    request = get(path, **query)
    return Case(name, lambda k: request, target, page)


def reads(world: World) -> Iterator[Case]:
    yield from _source_reads(world)
    yield from _photometry_reads(world)
    yield from _candidate_reads(world)
    yield from _cones(world)


def _ids(world: World, *numbers: int) -> str:
    return ",".join(str(world.groups[n - 1]) for n in numbers)


_THREE_FILTERS: dict[str, dict[str, Any]] = {
    "class, redshift, saved": {
        "classifications": "sim-taxonomy: Ia", "minRedshift": 0.02, "savedAfter": "2019-03-01"
    },
    "class, annotation, detections": {
        "classifications": "sim-taxonomy: Ia", "annotationsFilter": "drb:0.9:gt", "numberDetections": 5
    },
    "redshift, peak, by name": {"minRedshift": 0.01, "maxPeakMagnitude": 19, "sortBy": "id", "sortOrder": "asc"},
    "latest, first, detections": {
        "maxLatestMagnitude": 19.5, "startDate": "2019-03-01", "numberDetections": 3
    },
    "unclassified, redshift, detections": {"unclassified": "true", "minRedshift": 0.01, "numberDetections": 3},
}  # fmt: skip


def _source_reads(world: World) -> Iterator[Case]:
    def one(k: int) -> str:
        return world.sources[(k * 7) % len(world.sources)]

    page = {"includeThumbnails": "true", "includeComments": "true", "includePhotometryExists": "true",
            "includeSpectrumExists": "true", "includeDetectionStats": "true"}  # fmt: skip
    yield fixed("sources, first 100", "/api/sources", 60, numPerPage=100)
    yield fixed("sources, page 200", "/api/sources", numPerPage=100, pageNumber=200)
    yield fixed("sources, summary", "/api/sources", numPerPage=100, saveSummary="true")
    yield fixed("sources, a group", "/api/sources", numPerPage=100, group_ids=_ids(world, 3))
    yield fixed("sources, a class", "/api/sources", numPerPage=100, classifications="sim-taxonomy: Ia")
    yield fixed("sources, by redshift", "/api/sources", numPerPage=100, sortBy="redshift", sortOrder="desc")
    yield fixed("sources, an annotation", "/api/sources", numPerPage=100, annotationsFilterOrigin="sim:filter3",
                annotationsFilter="drb:0.95:gt")  # fmt: skip
    yield fixed("sources, a name", "/api/sources", numPerPage=100, sourceID="SIM190012")
    for name, asked in _THREE_FILTERS.items():
        yield fixed(f"sources, {name}", "/api/sources", 80, numPerPage=100, **asked)
    yield Case("source, detail", lambda k: get(f"/api/sources/{one(k)}"), 40)
    yield Case("source, all of it", lambda k: get(f"/api/sources/{one(k)}", **page))
    yield Case("source exists", lambda k: get(f"/api/source_exists/{one(k)}"))
    yield Case("source page (HTML)", lambda k: get(f"/source/{one(k)}"), page=True)
    yield Case(
        "source page, 5,000 points (HTML)", lambda k: get(f"/source/{world.heavy[k % len(world.heavy)]}"), page=True
    )
    yield fixed("sources page (HTML)", "/sources", page=True)
    yield fixed("sources page, 3 filters, figures (HTML)", "/sources", page=True, minRedshift=0.05, maxPeakMagnitude=19,
                classified="true", columns="id,position,redshift,class,num_det,last_det_mag,peak_mag")  # fmt: skip
    yield Case("source page's head (HTML)", lambda k: get(f"/source/{one(k)}/head"), page=True)
    yield Case("source page's facts (HTML)", lambda k: get(f"/source/{one(k)}/facts"), 200, page=True)


def _photometry_reads(world: World) -> Iterator[Case]:
    def heavy(k: int) -> str:
        return world.heavy[k % len(world.heavy)]

    yield Case("photometry, a usual source", lambda k: get(f"/api/sources/{world.sources[k % 200]}/photometry"))
    yield Case("photometry, 5,000 points, mag", lambda k: get(f"/api/sources/{heavy(k)}/photometry", format="mag"), 120)
    yield Case(
        "photometry, 5,000 points, flux", lambda k: get(f"/api/sources/{heavy(k)}/photometry", format="flux"), 120
    )


def _candidate_reads(world: World) -> Iterator[Case]:
    week: dict[str, Any] = {"startDate": "2019-06-01T00:00:00", "endDate": "2019-06-08T00:00:00", "numPerPage": 25}
    year: dict[str, Any] = {"startDate": "2019-01-01T00:00:00", "endDate": "2020-01-01T00:00:00", "numPerPage": 25}
    by_drb: dict[str, Any] = {
        "sortByAnnotationOrigin": "sim:filter3",
        "sortByAnnotationKey": "drb",
        "sortByAnnotationOrder": "desc",
    }
    three, ten = _ids(world, 1, 2, 3), _ids(world, *range(1, 11))
    path = "/api/candidates"
    yield fixed("scan, a group, a week", path, groupIDs=_ids(world, 3), **week)
    yield fixed(
        "scan, 3 groups, a week, unsaved", path, 60, groupIDs=three, savedStatus="notSavedToAnySelected", **week
    )
    yield fixed("scan, 3 groups, a week, saved", path, groupIDs=three, savedStatus="savedToAnySelected", **week)
    yield fixed("scan, all groups, a year", path, 120, groupIDs=ten, **year)
    yield fixed("scan, all groups, a year, unsaved", path, groupIDs=ten, savedStatus="notSavedToAnyAccessible", **year)
    yield fixed("scan, a year by an annotation", path, 150, groupIDs=_ids(world, 3), **by_drb, **year)
    yield fixed("scanning page (HTML)", "/candidates", page=True, groupIDs=three, **week)


def _cones(world: World) -> Iterator[Case]:
    for name, radius, target in (("5 arcsec", 5 / 3600, 40), ("1 degree", 1.0, 40), ("10 degrees", 10.0, None)):
        yield Case(f"cone of {name}", _cone(world, radius), target)


def _cone(world: World, radius: float) -> Callable[[int], Request]:
    def make(k: int) -> Request:
        ra, dec = world.positions[k % len(world.positions)]
        return get("/api/sources", ra=ra, dec=dec, radius=radius, numPerPage=100)

    return make


def writes(world: World) -> Iterator[Case]:
    tag, chance = uuid.uuid4().hex[:8], random.Random(1)

    def post(path: str, body: dict[str, Any]) -> Request:
        return "POST", path, json.dumps(body).encode()

    def points(k: int, n: int) -> dict[str, Any]:
        start = 59000 + 20 * k + chance.random()
        return {
            "obj_id": world.sources[k % len(world.sources)], "instrument_id": world.instruments[0],
            "group_ids": [world.groups[0]], "mjd": [start + 0.01 * j for j in range(n)],
            "filter": [("ztfg", "ztfr", "ztfi")[j % 3] for j in range(n)], "magsys": "ab", "zp": 23.9,
            "flux": [100 + chance.gauss(0, 5) for _ in range(n)], "fluxerr": [5 + chance.random() for _ in range(n)],
        }  # fmt: skip

    def candidate(k: int) -> dict[str, Any]:
        return {
            "id": f"B{tag}{k:05d}",
            "ra": chance.uniform(0, 360),
            "dec": chance.uniform(-60, 60),
            "passing_alert_id": k,
            "filter_ids": [world.filters[0]],
            "passed_at": "2019-12-15T00:00:00",
        }

    yield Case("upload 1,000 points", lambda k: post("/api/photometry", points(k, 1000)), 200)
    yield Case("upload 1 point", lambda k: post("/api/photometry", points(k + 500, 1)))
    yield Case("post a candidate", lambda k: post("/api/candidates", candidate(k)), 20)
    yield Case(
        "save a source", lambda k: post("/api/sources", {"id": f"B{tag}{k:05d}", "group_ids": [world.groups[0]]})
    )
