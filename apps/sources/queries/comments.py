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
from .subjects import SOURCES, SPECTRA, Subject

COLUMNS = (
    "id", "text", "author_id", "bot", "system", "origin", "channel", "attachment_name", "created_at", "modified",
    "audience__key", *shown.AUTHOR_COLUMNS,
)  # fmt: skip

HIDDEN = "Could not find any accessible comments."


def _rows(
    viewer: Viewer, comments: AccessQuerySet, *, groups: bool = True, on: Subject = SOURCES
) -> list[dict[str, Any]]:
    found = comments.values(*COLUMNS, *on.columns, **on.named)
    rows = [{"author": shown.author(row), **row, "resourceType": on.resource} for row in found]
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


def by_spectrum(viewer: Viewer, spectrum_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """What is said of these spectra, oldest first; one query, and one more with the groups' names."""
    said = SPECTRA.comment.objects.visible_to(viewer).filter(spectrum_id__in=list(spectrum_ids))
    rows = _rows(viewer, said.order_by("spectrum_id", "created_at", "id"), on=SPECTRA)
    return shown.by(rows, "spectrum_id")


def of(viewer: Viewer, resource_id: str, channel: str | None = None, *, on: Subject = SOURCES) -> list[dict[str, Any]]:
    """What is said of one thing, oldest first."""
    row = on.find(viewer, resource_id, message=HIDDEN, status=403)
    said = on.comment.objects.visible_to(viewer).filter(**on.link(row))
    said = said.filter(channel=channel) if channel else said.filter(channel__isnull=True)
    return [shown.alone(found) for found in _rows(viewer, said.order_by("created_at", "id"), on=on)]


def containing(viewer: Viewer, text: str, first: int, last: int, *, on: Subject = SOURCES) -> list[dict[str, Any]]:
    """Comments on anything of a kind that hold this text, newest first."""
    found = on.comment.objects.visible_to(viewer).filter(text__icontains=text).order_by("-created_at", "-id")
    return [shown.alone(row) for row in _rows(viewer, found[first:last], on=on)]


def get_comment(viewer: Viewer, comment_id: int, resource_id: str | None = None, *, on: Subject = SOURCES) -> Any:
    """One comment; with the id of a resource, it must be on that."""
    found = on.comment.objects.visible_to(viewer).select_related(on.parent, "audience").filter(pk=comment_id).first()
    if found is None:
        raise NotVisible(HIDDEN, status=403)
    if resource_id is not None and on.id_of(found) != resource_id:
        raise Invalid("Comment resource ID does not match resource ID given in path")
    return found


def shown_comment(
    viewer: Viewer, comment_id: int, resource_id: str | None = None, *, on: Subject = SOURCES
) -> dict[str, Any]:
    get_comment(viewer, comment_id, resource_id, on=on)
    return shown.alone(_rows(viewer, on.comment.objects.visible_to(viewer).filter(pk=comment_id), on=on)[0])


def attachment(viewer: Viewer, comment_id: int, resource_id: str, *, on: Subject = SOURCES) -> tuple[str, bytes]:
    """The name and content of what is attached to a comment."""
    comment = get_comment(viewer, comment_id, resource_id, on=on)
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
