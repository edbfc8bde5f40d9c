"""Objs that are one thing, what people mean to do with them, who has looked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from skyportal.access.errors import NotVisible
from skyportal.access.viewer import Viewer

from ..models import Interest, Label, Obj, SuperObj, SuperObjMember
from . import shown

_SUPER = ("id", "name", "is_roid", "created_by_id", "created_at", "modified")
MOST = 1000


def get_super_obj(viewer: Viewer, super_obj_id: int) -> SuperObj:
    found = SuperObj.objects.visible_to(viewer).filter(pk=super_obj_id).first()
    if found is None:
        raise NotVisible(f"Cannot find super object with ID {super_obj_id}.", status=404)
    return found


def super_objs(
    viewer: Viewer, *, name: str | None = None, is_roid: bool | None = None, obj_name: str | None = None
) -> list[dict[str, Any]]:
    rows = SuperObj.objects.visible_to(viewer)
    if name:
        rows = rows.filter(name__icontains=name)
    if is_roid is not None:
        rows = rows.filter(is_roid=is_roid)
    if obj_name:
        known = Obj.objects.visible_to(viewer).filter(name=obj_name)
        rows = rows.filter(pk__in=SuperObjMember.objects.filter(obj__in=known).values("super_obj_id"))
    return _with_members(viewer, rows.order_by("pk")[:MOST])


def super_obj(viewer: Viewer, super_obj_id: int) -> dict[str, Any]:
    found = _with_members(viewer, SuperObj.objects.filter(pk=get_super_obj(viewer, super_obj_id).pk))
    return found[0]


def _with_members(viewer: Viewer, rows: QuerySet) -> list[dict[str, Any]]:
    """Each with those of its objs that the viewer may know."""
    found = list(rows.values(*_SUPER))
    members = _known_members(viewer, [row["id"] for row in found])
    return [row | {"obj_ids": [member["obj__name"] for member in members[row["id"]]]} for row in found]


def _known_members(viewer: Viewer, super_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    known = Obj.objects.visible_to(viewer)
    rows = SuperObjMember.objects.filter(super_obj__in=list(super_ids), obj__in=known.values("pk"))
    members: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.order_by("obj__name").values(*_MEMBER):
        members[row["super_obj_id"]].append(row)
    return members


def parts(viewer: Viewer, ids: Any) -> QuerySet:
    """Members of all that these objs are part of, as far as the viewer may know of them."""
    theirs = SuperObjMember.objects.filter(obj__in=ids).values("super_obj_id")
    known = Obj.objects.visible_to(viewer).values("pk")
    rows = SuperObjMember.objects.filter(super_obj__in=theirs, obj__in=known).order_by("obj__name", "pk")
    return rows.values(*_MEMBER, super_obj_name=F("super_obj__name"))


_MEMBER = ("super_obj_id", "obj_id", "obj__name", "obj__ra", "obj__dec")


def associated(members: Iterable[dict[str, Any]], obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """By obj, the others among the members of what it is part of."""
    together = defaultdict(list)
    for member in members:
        together[member["super_obj_id"]].append(member)
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in obj_ids}
    for some in together.values():
        for one in some:
            if one["obj_id"] in found:
                found[one["obj_id"]] += [_associate(other) for other in some if other["obj_id"] != one["obj_id"]]
    return found


def _associate(member: dict[str, Any]) -> dict[str, Any]:
    return {
        "obj_id": member["obj__name"], "ra": member["obj__ra"], "dec": member["obj__dec"],
        "super_obj_id": member["super_obj_id"], "super_obj_name": member["super_obj_name"],
    }  # fmt: skip


def interests(viewer: Viewer, obj: Obj) -> list[dict[str, Any]]:
    """What people said they mean to do with it, oldest first."""
    rows = Interest.objects.visible_to(viewer).filter(obj=obj).order_by("pk")[:MOST]
    found: Any = rows.values(
        "id", "user_id", "title", "description", "link", "created_at", "modified", username=F("user__username"),
        first_name=F("user__first_name"), last_name=F("user__last_name"), **shown.OBJ,
    )  # fmt: skip
    return [shown.alone(row) for row in found]


def interest(viewer: Viewer, obj: Obj, interest_id: int) -> dict[str, Any]:
    found = next((row for row in interests(viewer, obj) if row["id"] == interest_id), None)
    if found is None:
        raise NotVisible(f"Cannot find interest with ID {interest_id}.")
    return found


def labellers(viewer: Viewer, obj_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """By obj, who has looked at it for one of the viewer's groups."""
    ids = list(obj_ids)
    rows = Label.objects.visible_to(viewer).filter(obj__in=ids).order_by("pk")
    found: dict[int, dict[int, dict[str, Any]]] = {pk: {} for pk in ids}
    names = ("username", "first_name", "last_name")
    for obj_id, person, *face in rows.values_list("obj_id", "labeller_id", *(f"labeller__{name}" for name in names)):
        found[obj_id][person] = {"id": person, **dict(zip(names, face, strict=True))}
    return {pk: list(people.values()) for pk, people in found.items()}
