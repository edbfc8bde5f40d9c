"""Objs and what nearly always goes out with them: one statement, each part of it by its own policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db.models import F, Q, QuerySet

from apps.groups import queries as groups
from apps.groups.models import User
from skyportal.access.models import GROUP, AudienceMember
from skyportal.access.prepared import Statement, asked_ids, once_per_viewer, written
from skyportal.access.viewer import Viewer

from ..access import said, shared
from ..models import Annotation, Classification, ClassificationVote, Obj, Thumbnail
from . import links, shown, sources, statistics, tags, thumbnails
from .objs import beneath

Row = dict[str, Any]

_CLASSIFICATION = (
    "id", "obj_id", "taxonomy_id", "classification", "probability", "ml", "origin", "author_id", "author_name",
    "created_at", "modified", "audience__key",
)  # fmt: skip
_ANNOTATION = ("id", "obj_id", "origin", "data", "author_id", "created_at", "modified", "audience__key")
_TIMES = ("created_at", "modified", "saved_at")


@dataclass(frozen=True)
class Surroundings:
    """Rows of all the objs asked for; times in them are as the API writes them."""

    objs: dict[int, Row] = field(default_factory=dict)
    """By id, all columns of those of them that are there."""
    saves: list[Row] = field(default_factory=list)
    classifications: list[Row] = field(default_factory=list)
    annotations: list[Row] = field(default_factory=list)
    votes: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    linked: list[Row] = field(default_factory=list)
    groups: dict[str, Row] = field(default_factory=dict)
    figures: list[Row] = field(default_factory=list)
    pictures: list[Row] = field(default_factory=list)
    authors: dict[int, Row] = field(default_factory=dict)
    classes: list[Row] = field(default_factory=list)
    """Of lists: what people called each, newest last."""
    notes: list[Row] = field(default_factory=list)
    """Of lists: what annotations say, newest last."""

    def groups_in(self, key: str) -> list[Row]:
        """Of an audience, those groups that the viewer may know of."""
        return [self.groups[member] for member in key.split(",") if member in self.groups]


def of_one(viewer: Viewer, obj_id: int) -> Surroundings:
    """With the figures of its photometry; the obj itself is known."""
    return _read(_with_figures(viewer), [obj_id])


def of_many(viewer: Viewer, obj_ids: list[int]) -> Surroundings:
    return _read(_without_figures(viewer), obj_ids)


def for_scanning(viewer: Viewer, obj_ids: list[int]) -> Surroundings:
    """With figures, pictures, and who wrote the annotations."""
    return _read(_with_pictures(viewer), obj_ids)


def for_lists(viewer: Viewer, obj_ids: list[int], parts: Iterable[str]) -> Surroundings:
    """Objs, and of what hangs on them the parts that a list shows."""
    known = _parts_of_lists(viewer)
    return _read(_joined({part: known[part] for part in ("objs", *sorted(parts)) if part in known}), obj_ids)


@once_per_viewer
def _parts_of_lists(viewer: Viewer) -> dict[str, str]:
    said_of_each = beneath(viewer, Classification.objects.all(), said).filter(obj__in=asked_ids(), ml=False)
    parts = {
        "objs": _objs(),
        "saves": sources.saves_of(viewer, asked_ids()),
        "classes": said_of_each.order_by("created_at", "pk").values("obj_id", "classification"),
        "tags": tags.parts(viewer, asked_ids()),
        "figures": statistics.parts(viewer, asked_ids()),
        "notes": _annotations(viewer).order_by("modified", "pk").values("obj_id", "origin", "data"),
    }
    return _written(parts)


@once_per_viewer
def _with_figures(viewer: Viewer) -> Statement:
    return _in_one(_parts(viewer) | {"figures": statistics.parts(viewer, asked_ids())})


@once_per_viewer
def _without_figures(viewer: Viewer) -> Statement:
    return _in_one({"objs": _objs()} | _parts(viewer))


@once_per_viewer
def _with_pictures(viewer: Viewer) -> Statement:
    parts = {"objs": _objs()} | _parts(viewer) | {"figures": statistics.parts(viewer, asked_ids())}
    parts["pictures"] = thumbnails.newest(beneath(viewer, Thumbnail.objects.all(), shared), asked_ids())
    parts["authors"] = User.objects.filter(pk__in=_annotations(viewer).values("author_id")).values("id", *shown.AUTHOR)
    return _in_one(parts)


def _objs() -> QuerySet:
    """Known to be visible."""
    return Obj.objects.filter(pk__in=asked_ids()).values(*(f.attname for f in Obj._meta.concrete_fields))


def _annotations(viewer: Viewer) -> QuerySet:
    return beneath(viewer, Annotation.objects.all(), said).filter(obj__in=asked_ids())


def _parts(viewer: Viewer) -> dict[str, QuerySet]:
    classifications = beneath(viewer, Classification.objects.all(), said).filter(obj__in=asked_ids())
    annotations = _annotations(viewer)
    return {
        "saves": sources.saves_of(viewer, asked_ids()),
        # newest first
        "classifications": classifications.order_by("-created_at", "-pk").values(
            *_CLASSIFICATION, taxname=F("taxonomy__name")
        ),
        "annotations": annotations.order_by("origin", "pk").values(*_ANNOTATION),
        "votes": ClassificationVote.objects.filter(classification__in=classifications.order_by().values("pk"))
        .order_by("pk")
        .values("id", "classification_id", "voter_id", "vote"),
        "tags": tags.parts(viewer, asked_ids()),
        "linked": links.parts(viewer, asked_ids()),
        "groups": _groups(viewer, classifications, annotations),
    }


def _groups(viewer: Viewer, *shared: QuerySet) -> QuerySet:
    """Groups with which any of these rows is shared, as far as the viewer may know of them."""
    audiences = Q()
    for rows in shared:
        audiences |= Q(audience__in=rows.order_by().values("audience"))
    members = AudienceMember.objects.filter(audiences, kind=GROUP)
    known = groups.groups(viewer).filter(pk__in=members.values("ref"))
    return known.values("id", "name", "nickname", "single_user_group")


def _in_one(parts: dict[str, QuerySet]) -> Statement:
    return _joined(_written(parts))


def _written(parts: dict[str, QuerySet]) -> dict[str, str]:
    return {name: text for name, rows in parts.items() if (text := written(rows)) is not None}


def _joined(parts: dict[str, str]) -> Statement:
    """One row, one column: all parts as JSON."""
    pieces = [
        f"'{name}', (select coalesce(json_agg(r), '[]') from ({text}) r)"  # noqa: S608 - our own statements
        for name, text in parts.items()
    ]
    return Statement(f"select json_build_object({', '.join(pieces)})::text")


def _read(asked: Statement, obj_ids: list[int]) -> Surroundings:
    ((text,),) = asked.rows(obj_ids)
    found = orjson.loads(text)
    for rows in found.values():
        for row in rows:
            for name in _TIMES:
                if isinstance(row.get(name), str):
                    row[name] = _moment(row[name])
    found["objs"] = {obj["id"]: obj for obj in found.get("objs", ())}
    found["groups"] = {f"g{group['id']}": group for group in found.get("groups", ())}
    found["authors"] = {person["id"]: person for person in found.get("authors", ())}
    return Surroundings(**found)


def _moment(written: str) -> str:
    """A time of the database's JSON as the API writes it: in UTC without a zone, all six digits where there are any."""
    whole, point, fraction = written.removesuffix("+00:00").partition(".")
    return f"{whole}.{fraction:0<6}" if point else whole
