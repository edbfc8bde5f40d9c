"""Tags: the list of them, and putting them on objs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from skyportal.access.errors import Conflict, Invalid, NotAllowed, NotVisible
from skyportal.access.models import Audience
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import ObjTagged, TagOptionChanged
from ..models import Tag, TagOption
from ..queries.objs import get_obj
from . import checks
from .objs import make_known

NAME = re.compile(r"^[A-Za-z0-9]{1,60}$")
COLOUR = re.compile(r"^#[0-9A-Fa-f]{6}$")


def _name(value: Any) -> str:
    if value in (None, ""):
        raise Invalid("Missing required parameter: name")
    if not NAME.match(str(value)):
        raise Invalid("Tag name must contain only letters and numbers, at most 60.")
    return str(value)


def _colour(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not COLOUR.match(str(value)):
        raise Invalid("Color must be a valid hex color code, as #1f77b4.")
    return str(value).lower()


@transaction.atomic
def create_option(viewer: Viewer, name: Any, color: Any = None) -> TagOption:
    checks.need(viewer, "Manage sources")
    name, color = _name(name), _colour(color)
    if TagOption.objects.filter(name__iexact=name).exists():
        raise Conflict(f"A tag called {name} already exists.")
    option = TagOption.objects.create(name=name, color=color)
    record(TagOptionChanged(option.pk, name, "created", viewer.user_id))
    return option


def _held(option_id: int) -> TagOption:
    option = TagOption.objects.select_for_update().filter(pk=option_id).first()
    if option is None:
        raise NotVisible("Tag not found", status=404)
    return option


@transaction.atomic
def change_option(viewer: Viewer, option_id: int, data: Mapping[str, Any]) -> TagOption:
    checks.need(viewer, "Manage sources")
    option = _held(option_id)
    option.name = _name(data.get("name"))
    if "color" in data:
        option.color = _colour(data["color"])
    if TagOption.objects.filter(name__iexact=option.name).exclude(pk=option.pk).exists():
        raise Conflict("This tag name already exists for another tag")
    option.save()
    record(TagOptionChanged(option.pk, option.name, "changed", viewer.user_id))
    return option


@transaction.atomic
def delete_option(viewer: Viewer, option_id: int) -> None:
    """The tag goes, and with it comes off every obj."""
    checks.need(viewer, "Manage sources")
    option = _held(option_id)
    record(TagOptionChanged(option.pk, option.name, "deleted", viewer.user_id))
    option.delete()


@transaction.atomic
def tag_obj(viewer: Viewer, obj_name: Any, option_id: int, group_ids: Any = None) -> tuple[Tag, bool]:
    """Tag an obj for groups, by default all of the viewer's; where it has the tag already, more groups are shown it."""
    person = checks.person(viewer)
    obj = get_obj(viewer, str(obj_name), status=400)
    option = TagOption.objects.filter(pk=option_id).first()
    if option is None:
        raise NotVisible("Tag not found", status=404)
    groups = checks.asked_groups(viewer, group_ids) or sorted(viewer.group_ids)
    checks.lock([obj.pk])
    found = (
        Tag.objects.visible_to(viewer).select_related("audience").filter(obj=obj, option=option).order_by("pk").first()
    )
    if found is None:
        found = Tag.objects.create(obj=obj, option=option, author_id=person, audience=Audience.objects.of(groups))
        made = True
    else:
        found.audience = Audience.objects.widened(found.audience, groups)
        made = False
        _merge(found)
    make_known([obj.pk], group_ids=groups)
    record(ObjTagged(obj.pk, obj.name, person, option.name, "added" if made else "shared"))
    return found, made


def _merge(tag: Tag) -> None:
    """Keep a tag under its new audience, in place of another that may have it."""
    Tag.objects.filter(obj=tag.obj_id, option=tag.option_id, audience=tag.audience_id).exclude(pk=tag.pk).delete()
    tag.save(update_fields=["audience", "modified"])


@transaction.atomic
def untag_obj(viewer: Viewer, tag_id: int, group_ids: Any = None) -> Tag:
    """Take a tag off, for some of the groups that see it or, where none is named, for all."""
    tag = Tag.objects.deletable_by(viewer).select_related("obj", "option", "audience").filter(pk=tag_id).first()
    if tag is None:
        raise NotVisible("Association not found", status=404)
    checks.lock([tag.obj_id])
    gone = set(checks.asked_groups(viewer, group_ids))
    kept = set(tag.audience.group_ids) - gone
    if gone and not gone & set(tag.audience.group_ids):
        raise NotAllowed("None of these groups is shown this tag.", status=400)
    record(ObjTagged(tag.obj_id, tag.obj.name, viewer.user_id, tag.option.name, "removed"))
    if gone and (kept or tag.audience.stream_ids):
        tag.audience = Audience.objects.of(kept, tag.audience.stream_ids)
        _merge(tag)
    else:
        tag.delete()
    return tag
