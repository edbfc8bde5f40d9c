"""The requests of the source page and of lists: every panel, every figure, what is uploaded and what is exported."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from .cases import Case, World, fixed, get

PAGE, PANEL, LIST, NIGHTS = 300, 200, 80, 1000
"""Targets, ms."""


def cases(world: World) -> Iterator[Case]:
    yield from _page(world)
    yield from _panels(world)
    yield from _figures(world)
    yield from _lists(world)
    yield from _uploads(world)
    yield from _charts(world)
    yield from _exports(world)


def _of_rich(
    world: World, name: str, path: str, target: float | None, *, page: bool = True, fragment: bool = True, **query: Any
) -> Case:
    """A request of the rich sources in turn; ``path`` holds {} for the source."""
    return Case(
        name,
        lambda k: get(path.format(world.rich[k % len(world.rich)]), **query),
        target,
        page=page,
        fragment=page and fragment,
    )


def _page(world: World) -> Iterator[Case]:
    yield _of_rich(world, "page of a rich source", "/source/{}", PAGE, fragment=False)


def _panels(world: World) -> Iterator[Case]:
    """Every panel that is plugged, so that one that comes later is timed as well."""
    from django.urls import reverse

    from apps.sources.slots import obj_panels

    for key, panel in sorted(obj_panels.items(), key=lambda pair: pair[1].order):
        address = reverse(panel.url_name, args=["NAME"]).replace("NAME", "{}")
        yield _of_rich(world, f"panel: {key}", address, PANEL)
    yield _of_rich(world, "panel: photometry, refreshed", "/source/{}/photometry", PANEL, inside="1")
    yield _of_rich(world, "panel: photometry's table", "/source/{}/photometry/table", PANEL)
    yield _of_rich(world, "panel: head", "/source/{}/head", PANEL)
    yield _of_rich(world, "panel: groups", "/source/{}/groups", PANEL)
    yield _of_rich(world, "panel: list of spectra", "/source/{}/spectra", PANEL, part="list")
    yield _of_rich(world, "classify: form", "/source/{}/classify", PANEL)


def _figures(world: World) -> Iterator[Case]:
    def of_search(k: int) -> tuple[str, int]:
        return list(world.searches.items())[k % len(world.searches)]

    yield _of_rich(world, "figure: light curve", "/source/{}/light-curve.json", PANEL)
    yield _of_rich(world, "figure: light curve, all, flux, total", "/source/{}/light-curve.json", PANEL,
                   all="on", space="flux", time="since", total="on")  # fmt: skip
    yield _of_rich(world, "figure: spectra", "/source/{}/spectra/figure.json", PANEL)
    yield _of_rich(world, "figure: spectra, stacked, smoothed", "/source/{}/spectra/figure.json", PANEL,
                   mode="stacked", smooth="20", asked="1")  # fmt: skip
    yield _of_rich(world, "figure: spectra's still", "/source/{}/spectra/plot", PANEL, mode="stacked", asked="1")
    yield _of_rich(world, "figure: series of 20,000 exposures", "/source/{}/series/figure.json", PANEL)
    yield _of_rich(world, "figure: centroid", "/source/{}/centroid.json", PANEL)
    if world.searches:
        yield _of_rich(world, "page: periodogram", "/source/{}/periodogram", PAGE, fragment=False)
        yield Case(
            "figure: power spectrum",
            lambda k: get("/source/{}/periodogram/{}.json".format(*of_search(k))),
            PANEL,
            page=True,
            fragment=True,
        )
    yield _of_rich(world, "figure: folded", "/source/{}/folded.json", PANEL, period="0.512345")


_ANY_THREE: dict[str, dict[str, Any]] = {
    "peak, last, by latest magnitude": {
        "maxPeakMagnitude": 19, "endDate": "2019-12-01", "minRedshift": 0.01, "sortBy": "last_det_mag"
    },
    "detections, brightest, class, by first": {
        "numberDetections": 10, "minPeakMagnitude": 18, "classifications": "sim-taxonomy: II",
        "sortBy": "first_det_mjd", "sortOrder": "desc",
    },
    "cone, redshift, detections": {"ra": 120, "dec": 10, "radius": 20, "minRedshift": 0.01, "numberDetections": 2},
    "name, group's, latest": {"sourceID": "SIM19001", "savedAfter": "2019-02-01", "maxLatestMagnitude": 20},
    "annotation, saved, comment": {
        "annotationsFilter": "drb:0.8:gt", "savedBefore": "2019-11-01", "commentsFilter": "spectrum"
    },
    "spectrum, class, redshift": {"hasSpectrum": "true", "classified": "true", "maxRedshift": 1},
}  # fmt: skip


def _lists(world: World) -> Iterator[Case]:
    for name, asked in _ANY_THREE.items():
        yield fixed(f"sources, {name}", "/api/sources", LIST, numPerPage=100, **asked)
    shown = {"columns": "id,position,redshift,class,groups,num_det,last_det_mag,peak_mag,annotation.sim:filter3.drb"}
    yield fixed("sources page, class, redshift, detections (HTML)", "/sources", LIST, page=True,
                classifications="sim-taxonomy: Ia", minRedshift=0.02, numberDetections=3, **shown)  # fmt: skip
    yield fixed("sources page, latest, last, saved (HTML)", "/sources", LIST, page=True, maxLatestMagnitude=19.5,
                endDate="2019-12-01", savedAfter="2019-02-01", sort="-last_det_mjd", **shown)  # fmt: skip
    yield fixed("favourites (HTML)", "/favourites", LIST, page=True)
    yield fixed("watch list (HTML)", "/watchlist", LIST, page=True)
    yield fixed("dashboard (HTML)", "/", page=True)
    yield fixed("dashboard: recent", "/home/recent", PANEL, page=True, fragment=True)
    yield fixed("duplicates (HTML)", "/duplicates", page=True)
    yield fixed("taxonomies (HTML)", "/taxonomies", page=True)
    yield fixed("quick search", "/search", page=True, q="SIM190012")
    yield fixed("phot_stats, aggregate", "/api/phot_stats/aggregate")


def _uploads(world: World) -> Iterator[Case]:
    chance = random.Random(3)
    flux = [round(100 + chance.gauss(0, 5), 3) for _ in range(1000)]
    mjd = [round(59200 + 0.01 * n, 5) for n in range(1000)]
    bands = [("ztfg", "ztfr", "ztfi")[n % 3] for n in range(1000)]
    body = {
        "instrument_id": world.instruments[0], "group_ids": [world.groups[0]], "mjd": mjd, "filter": bands,
        "magsys": "ab", "zp": 23.9, "flux": flux, "fluxerr": [5.0] * 1000,
    }  # fmt: skip
    rows = [f"{m},{b},{f},5.0" for m, b, f in zip(mjd, bands, flux, strict=True)]
    form = urlencode({
        "pasted": "\n".join(["mjd,filter,flux,fluxerr", *rows]), "instrument_id": world.instruments[0],
        "group_ids": world.groups[0], "zp": 23.9,
    }).encode()  # fmt: skip

    def dry(k: int) -> tuple[str, str, bytes]:
        name = world.sources[k % len(world.sources)]
        return "POST", "/api/photometry?dry_run=true", json.dumps({"obj_id": name, **body}).encode()

    yield Case("upload, dry run of 1,000 points", dry, PANEL)
    yield Case(
        "upload page, 1,000 rows read (HTML)",
        lambda k: ("POST", f"/source/{world.sources[k % len(world.sources)]}/photometry/upload", form),
        page=True,
        fragment=True,
    )


def _charts(world: World) -> Iterator[Case]:
    ten = list(islice(world.telescopes, 10))
    chosen = "&".join(f"telescope={pk}" for pk in ten)
    yield _of_rich(world, "observability, 10 telescopes (HTML)", f"/source/{{}}/observability?{chosen}", NIGHTS)
    yield _of_rich(world, "observability, the year (HTML)", f"/source/{{}}/observability/year?{chosen}", NIGHTS)
    path = "/api/sources/{}/observability?telescope_ids=" + ",".join(map(str, ten))
    yield Case("observability, 10 telescopes, PNG", lambda k: get(path.format(world.rich[k % len(world.rich)])), NIGHTS)
    yield _of_rich(world, "finding chart, page", "/source/{}/finder", PAGE, fragment=False)
    yield _of_rich(world, "finding chart, on screen", "/source/{}/finder/chart", NIGHTS)
    for kind in ("pdf", "png"):
        yield _of_rich(world, f"finding chart, {kind.upper()}", "/api/sources/{}/finder", NIGHTS, page=False, type=kind)
    yield Case("offset stars", lambda k: get(f"/api/sources/{world.rich[k % len(world.rich)]}/offsets"), NIGHTS)


def _exports(world: World) -> Iterator[Case]:
    for kind in ("csv", "votable", "json"):
        yield fixed(f"export of a thousand sources, {kind}", "/sources/export", page=True, format=kind,
                    minRedshift=0.15, columns="id,position,redshift,class,groups,num_det,peak_mag")  # fmt: skip
    yield _of_rich(world, "export: photometry.csv, 5,000 points", "/source/{}/photometry.csv", None, fragment=False)
    yield _of_rich(world, "export: bundle of a rich source", "/source/{}/bundle", None, fragment=False)
    for name, path in (("spectra", "spectra"), ("comments", "comments"), ("annotations", "annotations")):
        yield _of_rich(world, f"source's {name}, all", f"/api/sources/{{}}/{path}", None, page=False)
