"""Multi-messenger events: a sky map as large as GW190425's, 300 active maps, and what is asked of them.

The map is the real one where `--skymap FILE` names it, else one of our own of the same area, a broad ring. Nothing
happens twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from apps.gcn.actions.events import admit
from apps.gcn.actions.localizations import add_localization
from apps.gcn.models import GcnEvent, Localization
from apps.gcn.notices.base import AttachedMap, Notice
from apps.gcn.queries import matching
from skyportal.access.viewer import Viewer
from skyportal.astro.sky import hpx
from skyportal.astro.skymaps import reading, rings, shapes, writing
from skyportal.astro.skymaps.coarsening import coarsened
from skyportal.astro.skymaps.tiles import SkyMap

from .cases import Case, World, fixed

WHEN = datetime(2019, 4, 25, 8, 18, 5, tzinfo=UTC)
ADDRESS = "2019-04-25T08:18:05"
ACTIVE = 300
TILES = 19_200
"""Of each active map, as many as GW190425's."""
WIDE = rings.Ring(150, 0, radius=75, error=11.5, level=0.9)
"""As far across the sky as GW190425: 8,000 square degrees hold 90 % of it."""
SYSTEM = Viewer.system("the benchmark")


def wide_map(skymap: Path | None) -> SkyMap:
    if skymap is not None:
        return reading.read(skymap.read_bytes())
    return coarsened(rings.crossing([WIDE]), TILES)


def event(when: datetime, name: str) -> GcnEvent:
    notice = Notice(
        form="unified", kind="bench", stream="bench", ivorn=f"ivo://bench/{name}", sent_at=when, dateobs=when,
        trigger_id=name, aliases=(f"BENCH#{name}",), tags=frozenset({"GW", "BNS"}),
    )  # fmt: skip
    return admit(SYSTEM, notice, raw=f'{{"bench": "{name}"}}'.encode()).event


def prepare(skymap: Path | None) -> dict[str, float]:
    """The event that searches ask, and 300 active maps; seconds that the map took to be searchable."""
    sky = wide_map(skymap)
    took: dict[str, float] = {"tiles": len(sky)}
    found = event(WHEN, "GW190425")
    if not Localization.objects.filter(event=found).exists():
        start = time.perf_counter()
        add_localization(found, "bayestar.fits.gz", sky)
        took["kept in"] = time.perf_counter() - start
    rng, now = np.random.default_rng(4), timezone.now().replace(microsecond=0)
    had = GcnEvent.objects.filter(trigger_id__startswith="active").count()
    for n in range(had, ACTIVE):
        turned = shapes.cone(float(rng.uniform(0, 360)), float(rng.uniform(-60, 60)), float(rng.uniform(5, 25)))
        add_localization(event(now - timedelta(minutes=n), f"active{n}"), "map", turned)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze gcn_tile, gcn_localization, gcn_region, gcn_gcnevent")  # as by itself, soon
    return took


def measured() -> dict[str, float]:
    """Milliseconds: a new position against all active maps; a notice with this map until its tiles can be asked."""
    rng = np.random.default_rng(5)
    cells = hpx(rng.uniform(0, 360, 200), rng.uniform(-60, 60, 200)).tolist()
    matching.matches(cells[:1])
    single = []
    for cell in cells:
        start = time.perf_counter()
        matching.matches([cell])
        single.append(time.perf_counter() - start)
    start = time.perf_counter()
    matching.matches(cells)
    together = time.perf_counter() - start
    return {
        "one position, median": 1000 * float(np.median(single)),
        "one position, worst": 1000 * max(single),
        "each of 200 at once": 1000 * together / len(cells),
    }


def ingested(skymap: Path | None) -> float:
    """Seconds from a notice with its map inside to tiles, regions and contours in the database."""
    from apps.gcn.actions.locating import drawn

    raw = skymap.read_bytes() if skymap else writing.multi_order(wide_map(None))
    when = timezone.now().replace(microsecond=0)
    start = time.perf_counter()
    found = event(when, f"ingested {when.isoformat()}")
    name, sky = drawn(AttachedMap("bayestar.fits.gz", raw))
    add_localization(found, name, sky)
    took = time.perf_counter() - start
    found.delete()
    return took


def cases(world: World) -> Iterator[Case]:
    def days(level: float, start: str, end: str) -> dict[str, Any]:
        return {"localizationDateobs": ADDRESS, "localizationCumprob": level, "numPerPage": 100,
                "startDate": start, "endDate": end}  # fmt: skip

    month = ("2019-04-25T00:00:00", "2019-05-25T00:00:00")
    yield fixed("sources in the map, 90 %, 14 days", "/api/sources", **days(0.9, month[0], "2019-05-09T00:00:00"))
    yield fixed("sources in the map, 50 %, 30 days", "/api/sources", **days(0.5, *month))
    yield fixed("sources in the map, 90 %, 30 days", "/api/sources", 60, **days(0.9, *month))
    yield fixed("sources in the map, 95 %, 30 days", "/api/sources", **days(0.95, *month))
    yield fixed("sources in the map, 90 %, 60 days", "/api/sources", **days(0.9, month[0], "2019-06-24T00:00:00"))
    yield fixed("sources in the map, 90 %, 400 days", "/api/sources", 200,
                **days(0.9, "2019-01-01T00:00:00", "2020-06-01T00:00:00"))  # fmt: skip
    yield fixed(
        "candidates in the map, 90 %", "/api/candidates", 150, groupIDs=",".join(map(str, world.groups[:3])),
        startDate=month[0], endDate=month[1], localizationDateobs=ADDRESS, localizationCumprob=0.9,
        firstDetectionAfter=month[0], lastDetectionBefore=month[1], numberDetections=1, numPerPage=25,
    )  # fmt: skip
    yield fixed("events, first 10", "/api/gcn_event", numPerPage=10)
    yield fixed("event, detail", f"/api/gcn_event/{ADDRESS}", 60)
    yield fixed("localization, detail", f"/api/localization/{ADDRESS}/name/bayestar.fits.gz")
    yield fixed("events page (HTML)", "/events", page=True)
    yield fixed("event page (HTML)", f"/event/{ADDRESS}", page=True)
    yield from _panels()


def _panels() -> Iterator[Case]:
    from django.urls import reverse

    from apps.gcn.slots import event_panels

    for key, panel in sorted(event_panels.items(), key=lambda pair: pair[1].order):
        yield fixed(f"event panel: {key}", reverse(panel.url_name, args=[ADDRESS]), page=True)
    where = Localization.objects.filter(event__dateobs=WHEN).order_by("pk").first()
    if where is not None:
        yield fixed("figure: sky map", reverse("map-plot", args=[where.pk]), 1000, page=True)
        yield fixed("picture: whole sky", f"{reverse('map-picture', args=[where.pk])}?whole=1", 1000, page=True)
