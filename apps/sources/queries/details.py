"""What is shown of objs, for one or a page of them: a fixed number of queries either way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db.models import F

from skyportal.access.viewer import Viewer
from skyportal.astro import cosmology, sky

from ..access import said
from ..models import Annotation, Classification, ClassificationVote, Obj, Source
from ..slots import obj_includes
from . import objs as objs_queries
from . import sources, statistics
from .objs import beneath
from .photometry import audience_members

Row = dict[str, Any]

_OBJ = [f.attname for f in Obj._meta.concrete_fields if f.name != "hpx"]
_CLASSIFICATION = (
    "id", "obj_id", "taxonomy_id", "classification", "probability", "ml", "origin", "author_id", "author_name",
    "created_at", "modified", "audience_id",
)  # fmt: skip
_ANNOTATION = ("id", "obj_id", "origin", "data", "author_id", "created_at", "modified", "audience_id")


def record(viewer: Viewer, obj: Obj, includes: Iterable[str] = ()) -> Row:
    """Everything the public API says of one obj."""
    (row,) = records(viewer, [obj.pk], includes, [_own(obj)])
    figures = statistics.merged(viewer, [obj.pk])
    row["photstats"] = [statistics.public(obj.name, f) for f in figures.values()]
    row["duplicates"] = duplicates(viewer, obj)
    return row | {
        "followup_requests": [], "assignments": [], "galaxies": None, "ebv": None, "host": None, "host_offset": None,
        "host_distance": None,
    }  # fmt: skip


def _own(obj: Obj) -> Row:
    return {name: getattr(obj, name) for name in _OBJ}


def records(viewer: Viewer, ids: list[int], includes: Iterable[str] = (), rows: list[Row] | None = None) -> list[Row]:
    """The same of a page of objs, in the order of their ids, without what only a source's own page needs."""
    if rows is None:
        by_id = {row["id"]: row for row in Obj.objects.filter(pk__in=ids).values(*_OBJ)}
        rows = [by_id[pk] for pk in ids if pk in by_id]
    _derive(rows)
    names = {row["id"]: row["name"] for row in rows}
    saved = sources.groups_of(viewer, ids)
    classified, annotated = _shared(viewer, ids, names)
    extras = {field: include(viewer, ids) for field, include in obj_includes.items() if field in includes}
    for row in rows:
        pk = row["id"]
        row |= {
            "groups": saved.get(pk, []), "classifications": classified.get(pk, []),
            "annotations": annotated.get(pk, []), "tags": [], "associated_objs": [],
        }  # fmt: skip
        row |= {field: values.get(pk) for field, values in extras.items()}
        row["id"] = row.pop("name")
    return rows


def _derive(rows: list[Row]) -> None:
    """Galactic coordinates and distances, computed for all rows at once."""
    nan = float("nan")
    ra, dec = (np.array([nan if row[c] is None else row[c] for row in rows], dtype=float) for c in ("ra", "dec"))
    lon, lat = (angle.tolist() for angle in sky.galactic(ra, dec))
    z = np.array([nan if row["redshift"] is None else row["redshift"] for row in rows], dtype=float)
    distance = cosmology.luminosity_distances(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        modulus = (5 * np.log10(distance) + 25).tolist()
        angular = (distance / (1 + z) ** 2).tolist()
    for n, row in enumerate(rows):
        row |= {
            "gal_lon": lon[n], "gal_lat": lat[n], "luminosity_distance": float(distance[n]), "dm": modulus[n],
            "angular_diameter_distance": angular[n],
        }  # fmt: skip


def _shared(viewer: Viewer, ids: list[int], names: dict[int, str]) -> tuple[dict[int, list], dict[int, list]]:
    """Classifications (newest first) and annotations that the viewer may read, each with its groups."""
    classifications = list(
        beneath(viewer, Classification.objects.all(), said)
        .filter(obj__in=ids)
        .order_by("-created_at", "-pk")
        .values(*_CLASSIFICATION, taxname=F("taxonomy__name"))
    )
    annotations = list(
        beneath(viewer, Annotation.objects.all(), said)
        .filter(obj__in=ids)
        .order_by("origin", "pk")
        .values(*_ANNOTATION)
    )
    group_lists, _ = audience_members(viewer, {row["audience_id"] for row in (*classifications, *annotations)})
    votes = _votes(viewer, [c["id"] for c in classifications])
    classified, annotated = defaultdict(list), defaultdict(list)
    for row in classifications:
        obj_id = row["obj_id"]
        row |= {"obj_id": names[obj_id], "groups": group_lists[row.pop("audience_id")], "votes": votes[row["id"]]}
        classified[obj_id].append(row)
    for row in annotations:
        obj_id = row["obj_id"]
        row |= {"obj_id": names[obj_id], "groups": group_lists[row.pop("audience_id")], "type": "source"}
        annotated[obj_id].append(row)
    return classified, annotated


def _votes(viewer: Viewer, classification_ids: list[int]) -> dict[int, list[Row]]:
    votes: dict[int, list[Any]] = defaultdict(list)
    rows = ClassificationVote.objects.filter(classification__in=classification_ids)
    for row in rows.values("id", "classification_id", "voter_id", "vote"):
        votes[row["classification_id"]].append(row)
    return votes


SAME_PLACE = 4.0
"""Separation in arcsec within which saved objs are likely the same."""


def duplicates(viewer: Viewer, obj: Obj) -> list[Row]:
    """Other objs saved to the viewer's groups at the same place."""
    if obj.ra is None or obj.dec is None:
        return []
    near = objs_queries.in_cone(obj.ra, obj.dec, SAME_PLACE)
    near.pop(obj.pk, None)
    if not near:
        return []
    saved = Source.objects.visible_to(viewer).filter(active=True, obj__in=near).values("obj_id")
    rows = Obj.objects.filter(pk__in=saved).values_list("pk", "name", "ra", "dec")
    found = [{"obj_id": name, "ra": ra, "dec": dec, "separation": near[pk]} for pk, name, ra, dec in rows]
    return sorted(found, key=lambda row: row["separation"])
