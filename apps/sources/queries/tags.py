"""Reading tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..access import said
from ..models import SuperObjMember, Tag, TagOption
from . import shown
from .objs import beneath

_OPTION = ("id", "name", "color", "created_at", "modified")
_COLUMNS = ("id", "author_id", "created_at", "modified", "audience__key")
_OF_OPTION = {"objtagoption_id": F("option_id"), "name": F("option__name"), "color": F("option__color")}


def options(viewer: Viewer) -> list[dict[str, Any]]:
    return list(TagOption.objects.visible_to(viewer).order_by("name").values(*_OPTION))


def option(viewer: Viewer, option_id: int) -> dict[str, Any]:
    found = TagOption.objects.visible_to(viewer).filter(pk=option_id).values(*_OPTION).first()
    if found is None:
        raise NotVisible("Tag not found", status=404)
    return found


MOST = 10_000


def tags(
    viewer: Viewer, *, obj_name: str | None = None, option_id: int | None = None, linked: bool = False
) -> list[dict[str, Any]]:
    """Tags of an obj (and, if ``linked``, of the objs that are the same thing), or objs with a tag; newest last."""
    rows = Tag.objects.visible_to(viewer)
    if obj_name is not None:
        own = rows.filter(obj__name=obj_name)
        same = SuperObjMember.objects.filter(super_obj__members__obj__name=obj_name).values("obj_id")
        rows = own | rows.filter(obj__in=same) if linked else own
    if option_id is not None:
        rows = rows.filter(option=option_id)
    return _shown(viewer, rows.order_by("pk")[:MOST])


def tag(viewer: Viewer, tag_id: int) -> dict[str, Any]:
    found = _shown(viewer, Tag.objects.visible_to(viewer).filter(pk=tag_id))
    if not found:
        raise NotVisible("Association not found", status=404)
    return found[0]


def parts(viewer: Viewer, ids: Any) -> QuerySet:
    """Tags of these objs, which are known to be visible."""
    rows = beneath(viewer, Tag.objects.filter(obj__in=ids), said).order_by("option__name", "pk")
    return rows.values("id", "obj_id", "author_id", **_OF_OPTION)


def tags_of(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Tags by obj."""
    return by_obj(parts(viewer, list(obj_ids)))


def by_obj(rows_of_all: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """Rows of `parts` by obj, each tag once however often it was put there."""
    found: dict[int, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows_of_all:
        found[row["obj_id"]].setdefault(row["name"], row)
    return {pk: list(rows.values()) for pk, rows in found.items()}


def _shown(viewer: Viewer, rows: QuerySet) -> list[dict[str, Any]]:
    found = [shown.alone(row) for row in rows.values(*_COLUMNS, **_OF_OPTION, **shown.OBJ)]
    shown.add_groups(viewer, found)
    return found
