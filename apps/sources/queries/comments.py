"""Reading comments and what is attached to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.storage import default_storage

from skyportal.access.errors import Invalid, NotVisible
from skyportal.access.policy import AccessQuerySet
from skyportal.access.viewer import Viewer

from ..models import Comment
from . import shown
from .objs import get_obj

COLUMNS = (
    "id", "text", "author_id", "bot", "system", "origin", "channel", "attachment_name", "created_at", "modified",
    "audience__key", *shown.AUTHOR_COLUMNS,
)  # fmt: skip

HIDDEN = "Could not find any accessible comments."


def _rows(viewer: Viewer, comments: AccessQuerySet, *, groups: bool = True) -> list[dict[str, Any]]:
    found = comments.values(*COLUMNS, **shown.OBJ)
    rows = [{**row, "author": shown.author(row), "resourceType": "sources"} for row in found]
    if groups:
        shown.add_groups(viewer, rows)
    else:
        for row in rows:
            row.pop("audience__key")
    return rows


def by_obj(
    viewer: Viewer, obj_ids: Iterable[int], *, channel: str | None = None, groups: bool = True
) -> dict[int, list[dict[str, Any]]]:
    """What is said of these objs, oldest first; a side conversation only when its channel is named.

    One query, and one more with the groups' names.
    """
    obj_ids = list(obj_ids)
    said = Comment.objects.visible_to(viewer).filter(obj_id__in=obj_ids)
    said = said.filter(channel=channel) if channel else said.filter(channel__isnull=True)
    rows = _rows(viewer, said.order_by("obj_id", "created_at", "id"), groups=groups)
    return shown.grouped(rows, obj_ids)


def of_obj(viewer: Viewer, obj_name: str, channel: str | None = None) -> list[dict[str, Any]]:
    obj = get_obj(viewer, obj_name, message=HIDDEN, status=403)
    return by_obj(viewer, [obj.pk], channel=channel)[obj.pk]


def containing(viewer: Viewer, text: str, first: int, last: int) -> list[dict[str, Any]]:
    """Comments on any obj that hold this text, newest first."""
    found = Comment.objects.visible_to(viewer).filter(text__icontains=text).order_by("-created_at", "-id")
    return [shown.alone(row) for row in _rows(viewer, found[first:last])]


def get_comment(viewer: Viewer, comment_id: int, obj_name: str | None = None) -> Comment:
    """One comment; with a name, it must be of that obj."""
    found = Comment.objects.visible_to(viewer).select_related("obj", "audience").filter(pk=comment_id).first()
    if found is None:
        raise NotVisible(HIDDEN, status=403)
    if obj_name is not None and found.obj.name != obj_name:
        raise Invalid("Comment resource ID does not match resource ID given in path")
    return found


def shown_comment(viewer: Viewer, comment_id: int, obj_name: str | None = None) -> dict[str, Any]:
    get_comment(viewer, comment_id, obj_name)
    return shown.alone(_rows(viewer, Comment.objects.visible_to(viewer).filter(pk=comment_id))[0])


def attachment(viewer: Viewer, comment_id: int, obj_name: str) -> tuple[str, bytes]:
    """The name and content of what is attached to a comment."""
    comment = get_comment(viewer, comment_id, obj_name)
    name = comment.attachment.name if comment.attachment else None
    if not name:
        raise Invalid("This comment has no attachment.")
    try:
        with default_storage.open(name) as file:
            return comment.attachment_name or "attachment", file.read()
    except OSError:
        raise NotVisible("The attachment is no longer in the file storage.", status=404) from None


def channels(viewer: Viewer, obj_id: int) -> list[str]:
    """Names of the side conversations on an obj."""
    named = Comment.objects.visible_to(viewer).filter(obj_id=obj_id, channel__isnull=False)
    return [name for name in named.order_by("channel").values_list("channel", flat=True).distinct() if name]
