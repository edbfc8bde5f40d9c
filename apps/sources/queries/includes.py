"""What `?include…=true` adds to objs: for each, a function that answers for all of them at once.

The parameter is the field's name in camel case: ``comment_exists`` is asked for by ``includeCommentExists``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import F

from skyportal.access.viewer import Viewer

from ..access import said, shared
from ..models import Annotation, Comment, Obj, Thumbnail
from ..slots import obj_includes
from . import annotations as annotated
from . import colours, links, statistics
from . import spectra as spectra_queries
from .objs import beneath

Values = dict[int, Any]


def parameter(field: str) -> str:
    """The parameter that asks for a field."""
    if field == "gcn_crossmatch":  # the one field whose parameter is in the plural
        return "includeGCNCrossmatches"
    return "include" + "".join("GCN" if part == "gcn" else part.capitalize() for part in field.split("_"))


def _by_obj(rows: Any) -> dict[int, list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in rows:
        found[row["obj_id"]].append(row)
    return found


def _present(ids: list[int], having: Any) -> Values:
    there = set(having)
    return {pk: pk in there for pk in ids}


@obj_includes.plug("comments")
def comments(viewer: Viewer, ids: list[int]) -> Values:
    """Comments outside side conversations, oldest first."""
    rows = beneath(viewer, Comment.objects.all(), said).filter(obj__in=ids, channel=None).order_by("created_at", "pk")
    names = dict(Obj.objects.filter(pk__in=ids).values_list("pk", "name"))
    found = _by_obj(
        rows.values(
            "id", "obj_id", "text", "author_id", "bot", "system", "origin", "attachment_name", "created_at", "modified",
            username=F("author__username"), first_name=F("author__first_name"), last_name=F("author__last_name"),
        )
    )  # fmt: skip
    for obj_id, remarks in found.items():
        for row in remarks:
            row["author"] = {"id": row["author_id"]} | {k: row.pop(k) for k in ("username", "first_name", "last_name")}
            row |= {"obj_id": names[obj_id], "resourceType": "sources"}
    return {pk: found.get(pk, []) for pk in ids}


@obj_includes.plug("comment_exists")
def comment_exists(viewer: Viewer, ids: list[int]) -> Values:
    rows = beneath(viewer, Comment.objects.all(), said).filter(obj__in=ids, channel=None)
    return _present(ids, rows.values_list("obj_id", flat=True).distinct())


@obj_includes.plug("photometry_exists")
def photometry_exists(viewer: Viewer, ids: list[int]) -> Values:
    figures = statistics.merged(viewer, ids)
    return {pk: pk in figures and figures[pk]["num_obs"] > 0 for pk in ids}


@obj_includes.plug("spectrum_exists")
def spectrum_exists(viewer: Viewer, ids: list[int]) -> Values:
    return _present(ids, spectra_queries.of_objs(viewer, ids).order_by().values_list("obj_id", flat=True).distinct())


@obj_includes.plug("spectra")
def spectra(viewer: Viewer, ids: list[int]) -> Values:
    """Spectra with all that belongs to them, oldest first."""
    names = dict(Obj.objects.filter(pk__in=ids).values_list("name", "pk"))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in spectra_queries.rows(viewer, spectra_queries.of_objs(viewer, ids)):
        found[names[row["obj_id"]]].append(row)
    return {pk: found.get(pk, []) for pk in ids}


@obj_includes.plug("period_exists")
def period_exists(viewer: Viewer, ids: list[int]) -> Values:
    rows = beneath(viewer, Annotation.objects.all(), said).filter(obj__in=ids, data__has_key="period")
    return _present(ids, rows.values_list("obj_id", flat=True))


@obj_includes.plug("color_magnitude")
def color_magnitude(viewer: Viewer, ids: list[int]) -> Values:
    """Where each lies in the HR diagram, as far as Gaia's annotations say."""
    said_of_each = annotated.by_obj(viewer, ids, groups=False)
    return {pk: colours.said_in(said_of_each[pk], colours.Keys()) for pk in ids}


@obj_includes.plug("photstats")
def photstats(viewer: Viewer, ids: list[int]) -> Values:
    figures = statistics.merged(viewer, ids)
    names = dict(Obj.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {pk: [statistics.public(names[pk], figures[pk])] if pk in figures else [] for pk in ids}


@obj_includes.plug("labellers")
def labellers(viewer: Viewer, ids: list[int]) -> Values:
    return links.labellers(viewer, ids)


@obj_includes.plug("thumbnails")
def thumbnails(viewer: Viewer, ids: list[int]) -> Values:
    """The newest of each type."""
    rows = (
        beneath(viewer, Thumbnail.objects.all(), shared)
        .filter(obj__in=ids)
        .order_by("obj_id", "type", F("mjd").desc(nulls_last=True), "-pk")
        .distinct("obj_id", "type")
    )
    found = _by_obj(rows.values("id", "obj_id", "type", "public_url", "origin", "is_grayscale", "created_at", "file"))
    for pictures in found.values():
        for row in pictures:
            stored = row.pop("file")
            row["public_url"] = row["public_url"] or (f"/media/{stored}" if stored else None)
    return {pk: found.get(pk, []) for pk in ids}
