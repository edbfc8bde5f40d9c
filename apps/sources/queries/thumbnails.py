"""Reading thumbnails and the pictures behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import F, QuerySet
from django.urls import reverse

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Thumbnail
from . import shown

COLUMNS = ("id", "type", "public_url", "origin", "is_grayscale", "mjd", "created_at", "modified", "file")

_PER_DAY = 86400
"""A cutout and its point are of one alert when their times agree to a second."""


def newest(readable: QuerySet, obj_ids: Any) -> QuerySet:
    """Of these thumbnails, the newest of each obj and type."""
    found = readable.filter(obj_id__in=obj_ids).values(*COLUMNS, **shown.OBJ)
    return found.order_by("obj_id", "type", F("mjd").desc(nulls_last=True), "-id").distinct("obj_id", "type")


def grouped(rows: list[dict[str, Any]], obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Rows of `newest` by obj, in the order in which types are shown."""
    found = shown.grouped(_addressed(rows), obj_ids)
    for pictures in found.values():
        pictures.sort(key=lambda row: Thumbnail.TYPES.index(row["type"]))
    return found


def _rows(thumbnails: QuerySet) -> list[dict[str, Any]]:
    return _addressed(list(thumbnails.values(*COLUMNS, **shown.OBJ)))


def _addressed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for row in rows:
        if row.pop("file"):
            row["public_url"] = reverse("thumbnail-file", args=[row["id"]])
    return rows


def by_obj(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Thumbnails of these objs, in one query: of each type the newest that the viewer may see."""
    obj_ids = list(obj_ids)
    return grouped(list(newest(Thumbnail.objects.visible_to(viewer), obj_ids)), obj_ids)


def cutouts_at(viewer: Viewer, obj_id: int, mjds: list[float]) -> list[str]:
    """By time, the address of the difference image of an alert of that time, "" where none is kept: at most one query.

    A negative time is that of no alert.
    """
    if max(mjds, default=-1.0) < 0:
        return [""] * len(mjds)
    cut = Thumbnail.objects.visible_to(viewer).filter(obj=obj_id, mjd__isnull=False).exclude(file__isnull=True)
    found = {round((mjd or 0.0) * _PER_DAY): pk for mjd, pk in cut.filter(type="sub").values_list("mjd", "pk")}
    keys = (round(mjd * _PER_DAY) for mjd in mjds)
    return [reverse("thumbnail-file", args=[found[key]]) if key in found else "" for key in keys]


def of_alert(viewer: Viewer, obj_id: int, mjd: float) -> list[dict[str, Any]]:
    """The pictures that came with an obj's alert of this time: at most one of each type."""
    second = 1 / _PER_DAY
    near = Thumbnail.objects.visible_to(viewer).filter(obj=obj_id, mjd__range=(mjd - second, mjd + second))
    return _rows(near.order_by("type", "-pk").distinct("type"))


def get_thumbnail(viewer: Viewer, thumbnail_id: int, *, status: int = 400) -> Thumbnail:
    found = Thumbnail.objects.visible_to(viewer).select_related("obj").filter(pk=thumbnail_id).first()
    if found is None:
        raise NotVisible(f"Could not load thumbnail with ID {thumbnail_id}", status=status)
    return found


def shown_thumbnail(viewer: Viewer, thumbnail_id: int) -> dict[str, Any]:
    get_thumbnail(viewer, thumbnail_id)
    return shown.alone(_rows(Thumbnail.objects.visible_to(viewer).filter(pk=thumbnail_id))[0])


def picture(viewer: Viewer, thumbnail_id: int) -> bytes:
    """The PNG itself."""
    thumbnail = get_thumbnail(viewer, thumbnail_id, status=404)
    if thumbnail.file:
        try:
            with default_storage.open(thumbnail.file) as file:
                return file.read()
        except OSError:
            pass
    raise NotVisible(f"Could not load thumbnail with ID {thumbnail_id}", status=404)
