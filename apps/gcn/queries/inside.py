"""What lies in a sky map, for the event page: saved sources, candidates and what was matched as it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db.models import F, Max, Min, QuerySet, Sum
from numpy.typing import NDArray

from apps.groups import queries as people
from apps.sources.models import Obj
from apps.sources.queries import sources, statistics
from apps.sources.slots import obj_filters
from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer
from skyportal.api.params import Param, Query, integer, moment, number, text
from skyportal.astro.skymaps import credible, distances
from skyportal.astro.time import mjd_of

from ..models import AlertInMap, Counterpart, GcnEvent, Localization
from .distances import COLUMNS, how_far
from .event_pages import in_maps
from .localizations import sky_map
from .ordering import OF_ALERTS, OF_OBJS, ranked
from .regions import LONGEST

MOST = 200
DAYS_BEFORE, DAYS_AFTER = 0.1, 30
PARAMS = [
    Param("map", integer, None),
    Param("show", text, "matched"),
    Param("level", number, 0.9),
    Param("after", moment, None),
    Param("before", moment, None),
    Param("until", moment, None),
    Param("detections", integer, 1),
    Param("sort", text, "rank"),
]


@dataclass(frozen=True)
class Found:
    """Objs in a map, the most probable first, and how many there are."""

    rows: list[dict[str, Any]]
    total: int
    is_3d: bool

    @property
    def has_distances(self) -> bool:
        return self.is_3d and any(row.get("distance") for row in self.rows)


def window(event: GcnEvent, asked: Mapping[str, Any]) -> tuple[Any, Any]:
    """First detections from shortly before the event, for thirty days, where nothing else is said."""
    start = asked["after"] or event.dateobs - timedelta(days=DAYS_BEFORE)
    return start, asked["before"] or event.dateobs + timedelta(days=DAYS_AFTER)


def objs_in(viewer: Viewer, event: GcnEvent, where: Localization, asked: Query) -> Found:
    """Objs of the kind asked for; at most `MOST`, ranked in three dimensions where map and objs allow it."""
    level = asked["level"]
    if not 0 < level <= 1:
        raise Invalid("The level is a probability: above 0, 1 at most.")
    start, end = window(event, asked)
    fitting = _detected(viewer, start, end, asked["until"], asked["detections"])
    if asked["show"] == "saved":
        ids = _saved(viewer, where, level, start, asked["until"]).filter(obj__in=fitting.values("obj_id"))
    else:
        pairs = in_maps(viewer, [where.pk]).filter(level__lte=level)
        fitting = fitting.filter(obj__in=pairs.values("obj_id"))
        ids = pairs.filter(obj__in=fitting.values("obj_id")).order_by("level").values_list("obj_id", flat=True)
    total = ids.count()
    rows = Obj.objects.filter(pk__in=list(ids[: 5 * MOST])).select_related("host")
    objs = list(rows.only("name", "tns_name", *COLUMNS))
    probable = _probable(viewer, event, where, objs)[:MOST]
    return Found(ranked(probable, asked["sort"], OF_OBJS), total, where.is_3d)


def _saved(viewer: Viewer, where: Localization, level: float, start: Any, until: Any) -> QuerySet:
    query = {
        "localizationDateobs": where.event.dateobs, "localizationName": where.name, "localizationCumprob": level,
        "startDate": start, "endDate": until or start + LONGEST, "requireDetections": True,
    }  # fmt: skip
    asked: dict[str, Any] = {plug.param.name: plug.param.default for plug in obj_filters} | query
    return sources.matching(viewer, asked).order_by("obj_id").values_list("obj_id", flat=True).distinct()


def _detected(viewer: Viewer, start: Any, end: Any, until: Any, least: int) -> QuerySet:
    """Objs first detected within the window, and last until then, by what the viewer may read of them."""
    counted = statistics.readable(viewer).values("obj_id")
    figures = counted.annotate(first=Min("first_det_mjd"), last=Max("last_det_mjd"), detections=Sum("num_det"))
    figures = figures.filter(first__gte=mjd_of(start), first__lte=mjd_of(end), detections__gte=least)
    return figures.filter(last__lte=mjd_of(until)) if until else figures


def _probable(viewer: Viewer, event: GcnEvent, where: Localization, objs: list[Obj]) -> list[dict[str, Any]]:
    if not objs:
        return []
    sky = sky_map(where)
    tile = sky.find([obj.hpx or 0 for obj in objs])
    level = np.where(tile >= 0, credible.levels(sky)[tile], 1.0)
    far = how_far(objs)
    volume = _volume_levels(sky, far, tile)
    figures = statistics.merged(viewer, [obj.pk for obj in objs])
    judged = _judged(viewer, event, objs)
    rows = [
        {
            "obj": obj, "level": float(level[n]), "volume_level": volume[n],
            "distance": float(far[n]) if np.isfinite(far[n]) else None, "figures": figures.get(obj.pk, {}),
            "judged": judged.get(obj.pk, []),
        }
        for n, obj in enumerate(objs)
    ]  # fmt: skip
    return sorted(rows, key=_rank)


def _rank(row: dict[str, Any]) -> tuple[float, float]:
    """The most probable first: in space where its distance is known, else on the sky."""
    volume = row["volume_level"]
    return (row["level"] if volume is None else volume, row["level"])


def _volume_levels(sky: Any, far: NDArray, tile: Any) -> list[float | None]:
    found: list[float | None] = [None] * len(far)
    rows = np.flatnonzero(np.isfinite(far))
    if sky.distance is None or not len(rows):
        return found
    for n, value in zip(rows.tolist(), distances.volume_levels(sky, far[rows], tile[rows]), strict=True):
        found[n] = float(value)
    return found


def _judged(viewer: Viewer, event: GcnEvent, objs: list[Obj]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    rows = Counterpart.objects.visible_to(viewer).filter(event=event, obj__in=[obj.pk for obj in objs])
    everybody = people.sitewide_group_id()
    mine = set(Counterpart.objects.changeable_by(viewer).filter(event=event).values_list("pk", flat=True))
    for row in rows.values(
        "pk",
        "obj_id", "status", "explanation", "notes", "group_id", "modified",
        group_name=F("group__name"), who=F("user__username"),
    ):  # fmt: skip
        told = {"group_name": "everybody"} if row["group_id"] == everybody else {}
        found.setdefault(row["obj_id"], []).append({**row, **told, "is_mine": row["pk"] in mine})
    return found


def alerts_in(viewer: Viewer, event: GcnEvent, where: Localization, asked: Query) -> Found:
    """Objects of raw alerts in the map, whether any filter wanted them or not, that began since the event."""
    start, end = window(event, asked)
    rows = AlertInMap.objects.visible_to(viewer).filter(
        localization=where, level__lte=asked["level"], first_mjd__gte=mjd_of(start), first_mjd__lte=mjd_of(end)
    )
    if asked["until"]:
        rows = rows.filter(last_mjd__lte=mjd_of(asked["until"]))
    total = rows.count()
    found = rows.order_by("level", "object_id").select_related("stream")[:MOST]
    return Found(ranked([{"alert": row} for row in found], asked["sort"], OF_ALERTS), total, False)
