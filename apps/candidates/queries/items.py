"""What is shown of candidates: the obj and what the viewer may know of it, in a fixed number of reads for a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.groups.models import Group
from apps.sources.queries import comments, links, statistics, surroundings, thumbnails
from apps.sources.queries.details import derive, said_of, tags_said
from apps.sources.queries.sources import saves_by_obj
from skyportal.access.prepared import Statement, asked_ids, once_per_viewer, written
from skyportal.access.viewer import Viewer
from skyportal.astro.time import datetime_of

from ..models import LatestCandidate
from .scanning import Scope


def candidate_items(
    viewer: Viewer, objs: Iterable[tuple[int, datetime]], scope: Scope, *, with_comments: bool = False
) -> list[dict[str, Any]]:
    """Items of `GET /api/candidates` in the order given; three reads however many, one more with comments."""
    seen = dict(objs)
    around = surroundings.for_scanning(viewer, list(seen))
    rows = around.objs
    seen = {obj_id: at for obj_id, at in seen.items() if obj_id in rows}  # one may be gone since it was found
    ids = list(seen)
    derive(list(rows.values()))
    names = {obj_id: row["name"] for obj_id, row in rows.items()}
    saved = saves_by_obj(row for row in around.saves if row["active"])
    passed = _passing_groups(viewer, ids)
    pictures = thumbnails.grouped(around.pictures, ids)
    classes, said = said_of(around, names)
    counted = statistics.merge(around.figures)
    tagged, associated = tags_said(around, names), links.associated(around.linked, ids)
    talk = comments.by_obj(viewer, ids) if with_comments else {}
    items = []
    for obj_id, passed_at in seen.items():
        item = {name: value for name, value in rows[obj_id].items() if name not in ("hpx", "name")}
        annotations = [one | {"author": around.authors.get(one["author_id"])} for one in said.get(obj_id, [])]
        item |= {
            "id": names[obj_id],
            "passed_at": passed_at,
            "thumbnails": pictures[obj_id],
            "photstats": [statistics.public(names[obj_id], counted[obj_id])] if obj_id in counted else [],
            "annotations": sorted(annotations, key=lambda one: one["origin"] not in scope.origins),
            "classifications": classes.get(obj_id, [])[::-1],
            "is_source": obj_id in saved,
            "saved_groups": [{name: group[name] for name in _SAVED} for group in saved.get(obj_id, [])],
            "passing_group_ids": passed[obj_id],
            "last_detected_at": _last_detection(counted.get(obj_id)),
            "associated_objs": associated[obj_id],
            "tags": tagged.get(obj_id, []),
        }
        if with_comments:
            item["comments"] = talk[obj_id]
        items.append(item)
    return items


_SAVED = ("id", "name", "nickname", "single_user_group")


def _passing_groups(viewer: Viewer, obj_ids: list[int]) -> dict[int, list[int]]:
    """The groups of the viewer whose filters each obj ever passed."""
    found: dict[int, set[int]] = {obj_id: set() for obj_id in obj_ids}
    latest = _latest(viewer)
    for obj_id, group_id in latest.rows(obj_ids) if latest else ():
        found[obj_id].add(group_id)
    return {obj_id: sorted(groups) for obj_id, groups in found.items()}


@once_per_viewer
def _latest(viewer: Viewer) -> Statement | None:
    rows = LatestCandidate.objects.visible_to(viewer).filter(obj_id__in=asked_ids())
    text = written(rows.values_list("obj_id", "filter__group_id"))
    return Statement(text) if text else None


def _last_detection(figures: dict[str, Any] | None) -> datetime | None:
    last = figures["last_det_mjd"] if figures else None
    return None if last is None else datetime_of(last)


def savable_groups(viewer: Viewer) -> list[dict[str, Any]]:
    """The viewer's groups where they may save, by name; their own group last."""
    mine = Group.objects.filter(pk__in=viewer.group_ids)
    if not viewer.sees_all:
        mine = mine.filter(memberships__user_id=viewer.user_id or 0, memberships__can_save=True)
    ordered = mine.order_by("single_user_group", "sitewide", "name")
    return [dict(row) for row in ordered.values("id", "name", "nickname", "single_user_group")]
