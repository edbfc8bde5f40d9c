"""What is counted of photometry, of many objs at once: for scatter plots, and for operators who recount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, FloatField, Func, Max, Min, OuterRef, QuerySet, Sum

from skyportal.access.errors import Invalid
from skyportal.access.viewer import Viewer

from ..access import said
from ..models import Classification, Obj, Photometry, PhotStat, Source
from . import statistics
from .objs import beneath


def _first(field: str, by: Any) -> Func:
    """Of the audiences' figures, the one that goes with the first in this order."""
    return Func(ArrayAgg(field, order_by=by), template="(%(expressions)s)[1]", output_field=FloatField())


FIELDS: dict[str, tuple[str, Any]] = {
    "num_obs_global": ("Number of observations", Sum("num_obs")),
    "num_det_global": ("Number of detections", Sum("num_det")),
    "first_detected_mjd": ("First detection [MJD]", Min("first_det_mjd")),
    "first_detected_mag": ("First detection magnitude", _first("first_det_mag", F("first_det_mjd").asc())),
    "last_detected_mjd": ("Last detection [MJD]", Max("last_det_mjd")),
    "last_detected_mag": (
        "Last detection magnitude",
        _first("last_det_mag", F("last_det_mjd").desc(nulls_last=True)),
    ),
    "peak_mjd_global": ("Peak time [MJD]", _first("peak_mjd", F("peak_mag").asc())),
    "peak_mag_global": ("Peak magnitude", Min("peak_mag")),
    "mean_mag_global": ("Mean magnitude", Sum("mean_mag_sum") / Func(Sum("num_det"), 0, function="nullif")),
    "faintest_mag_global": ("Faintest magnitude", Max("faintest_mag")),
    "deepest_limit_global": ("Deepest limit", Max("deepest_limit")),
}
"""Figures that can be drawn against each other, by public name: label, and how audiences' figures merge."""


@dataclass(frozen=True)
class Chosen:
    """Which of the viewer's sources; None and empty mean all."""

    classes: list[str]
    probability: float | None
    group_id: int | None
    names: list[str]


def scatter(viewer: Viewer, axes: dict[str, str], chosen: Chosen, most: int) -> tuple[list[dict[str, Any]], bool]:
    """A point for each source that has all of the figures, by ``axes`` (x, y, z → field); and whether there are more.

    Three queries, whatever the number.
    """
    figures = statistics.readable(viewer).filter(obj__in=_sources(viewer, chosen)).order_by("obj_id").values("obj_id")
    for axis, field in axes.items():
        figures = figures.annotate(**{axis: FIELDS[field][1]}).filter(**{f"{axis}__isnull": False})
    rows = list(figures[: most + 1])
    ids = [row["obj_id"] for row in rows[:most]]
    known = Obj.objects.filter(pk__in=ids).values_list("pk", "name", "ra", "dec")
    objs = {pk: {"id": name, "ra": ra, "dec": dec} for pk, name, ra, dec in known}
    classes = _classes(viewer, ids)
    points = [
        {**objs[row["obj_id"]], "classification": classes.get(row["obj_id"]), **{axis: row[axis] for axis in axes}}
        for row in rows[:most]
    ]
    return points, len(rows) > most


def _sources(viewer: Viewer, chosen: Chosen) -> QuerySet:
    saved = Source.objects.visible_to(viewer).filter(active=True)
    if chosen.group_id is not None:
        saved = saved.filter(group=chosen.group_id)
    if chosen.names:
        saved = saved.filter(obj__name__in=chosen.names)
    if chosen.classes:
        called = _classifications(viewer).filter(classification__in=chosen.classes)
        if chosen.probability is not None:
            called = called.filter(probability__gte=chosen.probability)
        saved = saved.filter(obj__in=called.values("obj_id"))
    return saved.values("obj_id")


def _classifications(viewer: Viewer) -> QuerySet:
    """What people, not machines, said."""
    return beneath(viewer, Classification.objects.filter(ml=False), said)


def _classes(viewer: Viewer, ids: list[int]) -> dict[int, str]:
    """By obj, its most probable class."""
    surest = ("obj_id", F("probability").desc(nulls_last=True), "-pk")
    rows = _classifications(viewer).filter(obj__in=ids).order_by(*surest).distinct("obj_id")
    return dict(rows.values_list("obj_id", "classification"))


@dataclass(frozen=True)
class Made:
    """When the obj was made, when its figures last changed, when they were last counted anew; None: whenever."""

    created: tuple[datetime | None, datetime | None]
    updated: tuple[datetime | None, datetime | None] = (None, None)
    recounted: tuple[datetime | None, datetime | None] = (None, None)

    def objs(self) -> QuerySet:
        return _between(Obj.objects.order_by("pk"), "created_at", self.created)


def _between(rows: QuerySet, column: str, window: tuple[datetime | None, datetime | None]) -> QuerySet:
    first, last = window
    rows = rows if first is None else rows.filter(**{f"{column}__gte": first})
    return rows if last is None else rows.filter(**{f"{column}__lte": last})


def with_figures(made: Made) -> QuerySet:
    """Objs whose photometry is counted. A full count makes rows anew, so their creation tells when that was."""
    counted: QuerySet = PhotStat.objects.filter(obj=OuterRef("pk"))
    counted = _between(_between(counted, "modified", made.updated), "created_at", made.recounted)
    return made.objs().filter(Exists(counted))


def without_figures(made: Made, *, having_points: bool = False) -> QuerySet:
    """Objs of which nothing is counted; of those that have points, it is missing."""
    objs = made.objs().filter(~Exists(PhotStat.objects.filter(obj=OuterRef("pk"))))
    return objs.filter(Exists(Photometry.objects.filter(obj=OuterRef("pk")))) if having_points else objs


def page_ids(objs: QuerySet, start: int, stop: int) -> list[int]:
    page: list[int] = list(objs.values_list("pk", flat=True)[start:stop])
    return page


def known_field(name: str, value: str) -> str:
    if value not in FIELDS:
        raise Invalid(f"Invalid {name}: {value[:60]}. Must be one of: {', '.join(FIELDS)}.")
    return value
