"""Saying that objs are one thing, what one means to do with them, and that one has looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import Invalid, NotAllowed, NotVisible, Unpermitted
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import InterestDeclared, ObjLabelled, ObjsLinked
from ..models import Interest, Label, Obj, SuperObj, SuperObjMember
from ..queries.links import get_super_obj
from ..queries.objs import visible_objs
from . import checks

MOST_LINKED = 500


def _objs(viewer: Viewer, names: Any, field: str) -> list[Obj]:
    """The objs of these names, all of which the viewer must know."""
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, list) or len(names) > MOST_LINKED:
        raise Invalid(f"Invalid {field}: must be a list of at most {MOST_LINKED} object ids.")
    wanted = {str(name) for name in names}
    found = list(visible_objs(viewer).filter(name__in=wanted).order_by("pk"))
    if missing := wanted - {obj.name for obj in found}:
        raise Invalid(f"Invalid {field}: no source {min(missing)[:100]}.")
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid("Invalid is_roid: must be true or false.")
    return value


@transaction.atomic
def link_objs(viewer: Viewer, names: Any, *, name: Any = None, is_roid: Any = False) -> SuperObj:
    """Say that objs are one physical thing."""
    person = checks.person(viewer)
    objs = _objs(viewer, names or [], "obj_ids")
    if len(objs) < 2:
        raise Invalid("Missing required parameter: obj_ids, at least two objects.")
    title = checks.optional_text(name, "name")
    linked = SuperObj.objects.create(name=title, is_roid=_flag(is_roid), created_by_id=person)
    _add(linked, objs)
    record(ObjsLinked([obj.name for obj in objs], linked.pk, "linked", person))
    return linked


def _add(linked: SuperObj, objs: Iterable[Obj]) -> None:
    rows = [SuperObjMember(super_obj=linked, obj=obj) for obj in objs]
    SuperObjMember.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def change_link(viewer: Viewer, super_obj_id: int, data: Mapping[str, Any]) -> SuperObj:
    """Rename it, add and remove members. Members that the viewer does not know of stay."""
    person = checks.person(viewer)
    linked = get_super_obj(viewer, super_obj_id)
    known = set(visible_objs(viewer).filter(memberships__super_obj=linked).values_list("pk", flat=True))
    added = _objs(viewer, data.get("add_obj_ids") or [], "add_obj_ids")
    removed = {obj.pk for obj in _objs(viewer, data.get("remove_obj_ids") or [], "remove_obj_ids")}
    if data.get("obj_ids") is not None:
        added += _objs(viewer, data["obj_ids"], "obj_ids")
        removed |= known - {obj.pk for obj in added}
    if "name" in data:
        linked.name = checks.optional_text(data["name"], "name")
    if data.get("is_roid") is not None:
        linked.is_roid = _flag(data["is_roid"])
    linked.save()
    _add(linked, [obj for obj in added if obj.pk not in removed])
    gone = linked.members.filter(obj__in=removed).select_related("obj")
    names = sorted({obj.name for obj in added} | {member.obj.name for member in gone})
    gone.delete()
    record(ObjsLinked(names, linked.pk, "changed", person))
    return linked


@transaction.atomic
def unlink(viewer: Viewer, super_obj_id: int) -> None:
    """They are separate things after all."""
    if not viewer.sees_all:
        raise Unpermitted("HTTP 401: Unauthorized. Only a system admin may delete a link; its members can be removed.")
    _delete(viewer, get_super_obj(viewer, super_obj_id))


@transaction.atomic
def take_back(viewer: Viewer, super_obj_id: int) -> list[str]:
    """Whoever said that objs are one thing says that they are not; their names."""
    linked = get_super_obj(viewer, super_obj_id)
    if linked.created_by_id != checks.person(viewer):
        raise NotAllowed("Only whoever linked these may take it back; on their pages, their members can be removed.")
    return _delete(viewer, linked)


def _delete(viewer: Viewer, linked: SuperObj) -> list[str]:
    names = list(linked.objs.order_by("name").values_list("name", flat=True))
    record(ObjsLinked(names, linked.pk, "deleted", viewer.user_id))
    linked.delete()
    return names


@transaction.atomic
def declare_interest(viewer: Viewer, obj: Obj, data: Mapping[str, Any]) -> Interest:
    person = checks.person(viewer)
    link = checks.optional_text(data.get("link"), "link", most=2000)
    if link and not link.startswith(("https://", "http://")):
        raise Invalid("Invalid link: must begin with https:// or http://.")
    title = checks.text(data.get("title"), "title", most=200)
    description = checks.optional_text(data.get("description"), "description", most=10_000)
    interest = Interest.objects.create(obj=obj, user_id=person, title=title, description=description, link=link)
    record(InterestDeclared(obj.pk, obj.name, person, interest.pk, "declared"))
    return interest


@transaction.atomic
def withdraw_interest(viewer: Viewer, obj: Obj, interest_id: int) -> None:
    interest = Interest.objects.visible_to(viewer).filter(obj=obj, pk=interest_id).first()
    if interest is None:
        raise NotVisible(f"Cannot find interest with ID {interest_id}.")
    checks.need_right(viewer, interest, "delete", "interest", whose="who declared it")
    record(InterestDeclared(obj.pk, obj.name, viewer.user_id, interest.pk, "withdrawn"))
    interest.delete()


def _label_groups(viewer: Viewer, group_ids: Any) -> list[int]:
    found = checks.asked_groups(viewer, group_ids)
    if not found:
        raise Invalid("Missing required parameter: groupIds")
    return groups.accessible_group_ids(viewer, found)


@transaction.atomic
def label(viewer: Viewer, obj: Obj, group_ids: Any) -> None:
    """Somebody has looked at it for these groups; once is enough."""
    person, wanted = checks.person(viewer), _label_groups(viewer, group_ids)
    rows = [Label(obj=obj, group_id=group, labeller_id=person) for group in wanted]
    Label.objects.bulk_create(rows, ignore_conflicts=True)
    record(ObjLabelled(obj.pk, obj.name, person, wanted, "added"))


@transaction.atomic
def unlabel(viewer: Viewer, obj: Obj, group_ids: Any) -> None:
    """The viewer's own labels for these groups go."""
    person, wanted = checks.person(viewer), _label_groups(viewer, group_ids)
    gone, _ = Label.objects.filter(obj=obj, group__in=wanted, labeller=person).delete()
    if gone:
        record(ObjLabelled(obj.pk, obj.name, person, wanted, "removed"))
