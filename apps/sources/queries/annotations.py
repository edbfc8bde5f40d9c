"""Reading annotations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db.models.expressions import RawSQL

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Annotation, PointAnnotation, SpectrumAnnotation
from . import shown
from .subjects import POINTS, SOURCES, SPECTRA, Subject

COLUMNS = ("id", "origin", "data", "author_id", "created_at", "modified", "audience__key", *shown.AUTHOR_COLUMNS)

COLUMN = "annotation."
"""How the name of a list's column begins that shows what an origin says under a key: ``annotation.origin.key``."""

HIDDEN = "Could not find any accessible annotations."


def _rows(annotations: AccessQuerySet, on: Subject = SOURCES) -> list[dict[str, Any]]:
    found = annotations.order_by("obj_id", "origin", "id").values(*COLUMNS, *on.columns, **shown.OBJ)
    return [{"author": shown.author(row), **row, "type": on.noun} for row in found]


def by_obj(viewer: Viewer, obj_ids: Iterable[int], *, groups: bool = True) -> dict[int, list[dict[str, Any]]]:
    """What is annotated to these objs, by origin; one query, and one more with the groups' names."""
    obj_ids = list(obj_ids)
    rows = _rows(Annotation.objects.visible_to(viewer).filter(obj_id__in=obj_ids))
    _finish(viewer, rows, groups)
    return shown.grouped(rows, obj_ids)


def by_spectrum(viewer: Viewer, spectrum_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """What is annotated to these spectra, by origin."""
    rows = _rows(SPECTRA.annotation.objects.visible_to(viewer).filter(spectrum_id__in=list(spectrum_ids)), SPECTRA)
    _finish(viewer, rows, True)
    return shown.by(rows, "spectrum_id")


def by_point(viewer: Viewer, point_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """What is annotated to these points, by origin."""
    rows = _rows(POINTS.annotation.objects.visible_to(viewer).filter(photometry_id__in=list(point_ids)), POINTS)
    _finish(viewer, rows, True)
    return shown.by(rows, "photometry_id")


def of(viewer: Viewer, resource_id: str, *, on: Subject = SOURCES) -> list[dict[str, Any]]:
    """What is annotated to one thing, by origin."""
    row = on.find(viewer, resource_id)
    rows = _rows(on.annotation.objects.visible_to(viewer).filter(**on.link(row)), on)
    _finish(viewer, rows, True)
    return [shown.alone(found) for found in rows]


def _finish(viewer: Viewer, rows: list[dict[str, Any]], groups: bool) -> None:
    if groups:
        shown.add_groups(viewer, rows)
    else:
        for row in rows:
            row.pop("audience__key")


def get_annotation(
    viewer: Viewer, annotation_id: int, resource_id: str | None = None, *, on: Subject = SOURCES
) -> Annotation | SpectrumAnnotation | PointAnnotation:
    """One annotation; with the id of a resource, it must be of that."""
    visible = on.annotation.objects.visible_to(viewer)
    found = visible.select_related("obj", "audience").filter(pk=annotation_id).first()
    if found is None:
        raise NotVisible(HIDDEN, status=403)
    if resource_id is not None and on.id_of(found) != resource_id:
        raise Invalid("Annotation resource ID does not match resource ID given in path")
    return found


def shown_annotation(viewer: Viewer, annotation_id: int, resource_id: str, *, on: Subject = SOURCES) -> dict[str, Any]:
    get_annotation(viewer, annotation_id, resource_id, on=on)
    rows = _rows(on.annotation.objects.visible_to(viewer).filter(pk=annotation_id), on)
    _finish(viewer, rows, True)
    return shown.alone(rows[0])


# A few of each origin, however many there are: the distinct origins by hopping along the index from one to the next.
SAMPLE_OF_EACH_ORIGIN = """
    with recursive origins(origin) as (
        (select origin from sources_annotation order by origin limit 1)
        union all
        select (select a.origin from sources_annotation a where a.origin > o.origin order by a.origin limit 1)
        from origins o where o.origin is not null
    )
    select sample.id from origins o
    cross join lateral (
        select id from sources_annotation a where a.origin = o.origin order by a.obj_id desc limit %s
    ) as sample
"""
SAMPLE = 200
SAMPLE_LASTS = 600


def info(viewer: Viewer) -> dict[str, list[dict[str, str]]]:
    """Keys and types of the annotations of each origin, as a sample of recent objs has them; kept ten minutes."""
    access = f"{viewer.sees_all} {sorted(viewer.group_ids)} {sorted(viewer.stream_ids)}"
    name = "annotations-info:" + hashlib.sha256(access.encode()).hexdigest()
    found = cache.get(name)
    if found is None:
        cache.set(name, found := _sampled_info(viewer), SAMPLE_LASTS)
    return found


def _sampled_info(viewer: Viewer) -> dict[str, list[dict[str, str]]]:
    sample = Annotation.objects.visible_to(viewer).filter(pk__in=RawSQL(SAMPLE_OF_EACH_ORIGIN, [SAMPLE]))  # noqa: S611
    kinds: dict[str, dict[str, str]] = {}
    for origin, data in sample.order_by("origin").values_list("origin", "data"):
        of_origin = kinds.setdefault(origin, {})
        for key, value in data.items():
            if value is not None:
                of_origin.setdefault(key, _kind(value))
    return {origin: [{key: kind} for key, kind in sorted(keys.items())] for origin, keys in kinds.items()}


def meant(column: str) -> list[tuple[str, str]]:
    """Which (origin, key) the name of a column may mean: there are points in origins, and in keys.

    Examples
    --------
    >>> meant("annotation.gaiadr3.gaia_source.Plx")
    [('gaiadr3', 'gaia_source.Plx'), ('gaiadr3.gaia_source', 'Plx')]
    """
    parts = column.removeprefix(COLUMN).split(".")
    pairs = [(".".join(parts[:n]), ".".join(parts[n:])) for n in range(1, len(parts))]
    return [(origin, key) for origin, key in pairs if origin and key]


def columns_called(viewer: Viewer, words: str, most: int = 60) -> list[dict[str, str]]:
    """Columns of annotations whose origin or key has these words in it: their names, what they show, and of whom."""
    said = [(origin, key) for origin, keys in info(viewer).items() for pair in keys for key in pair]
    wanted = words.lower().split()
    return [
        {"value": f"{COLUMN}{origin}.{key}", "label": key, "detail": origin}
        for origin, key in said
        if all(word in f"{origin} {key}".lower() for word in wanted)
    ][:most]


def _kind(value: Any) -> str:
    """JSON's own word for the type of a value."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
