"""Saying something of an obj."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import CommentChanged, CommentPosted
from ..models import Comment, Obj, SpectrumComment
from ..queries import comments as reading
from ..queries.objs import get_obj
from ..queries.subjects import SOURCES, Subject
from .attachments import Attachment, keep
from .checks import asked_groups, audience_of, lock, need, need_right, optional_text, person, text
from .objs import make_known


def post_comment(
    viewer: Viewer,
    resource_id: str,
    words: Any,
    *,
    on: Subject = SOURCES,
    group_ids: Any = None,
    attachment: Attachment | None = None,
    channel: Any = None,
    origin: str | None = None,
) -> tuple[int, bool]:
    """Say something of an obj or a spectrum to these groups; the comment's id, and whether it is new.

    Without groups it is for everybody who may see the obj. That alone tells nobody new of the obj: only groups that
    were named learn of it.
    """
    need(viewer, "Comment")
    author = person(viewer)
    link = on.link(on.find(viewer, resource_id))
    obj = link["obj"]
    asked = asked_groups(viewer, group_ids)
    fields = {
        **link,
        "text": text(words, "text"),
        "audience": audience_of(asked, [groups.sitewide_group_id()]),
        "channel": optional_text(channel, "channel", most=200),
        **_attached(attachment),
    }
    with transaction.atomic():
        lock([obj.pk])
        if same := on.comment.objects.filter(author_id=author, **fields).order_by("pk").first():
            return same.pk, False
        comment = on.comment.objects.create(author_id=author, bot=viewer.by_token, origin=origin, **fields)
        make_known([obj.pk], group_ids=asked)
        record(CommentPosted(obj.pk, obj.name, viewer.user_id, comment.pk, on.resource))
    return comment.pk, True


def _attached(attachment: Attachment | None) -> dict[str, Any]:
    if attachment is None:
        return {}
    return {"attachment_name": attachment.name, "attachment": keep(attachment.body, "attachments")}


def mine(
    viewer: Viewer, comment_id: int, resource_id: str | None, deed: str, on: Subject = SOURCES
) -> Comment | SpectrumComment:
    """A comment that the viewer wrote, or may change as a system admin."""
    need(viewer, "Comment")
    comment = reading.get_comment(viewer, comment_id, resource_id, on=on)
    need_right(viewer, comment, deed, "comment")
    return comment


def edit_comment(
    viewer: Viewer,
    comment_id: int,
    resource_id: str | None = None,
    *,
    on: Subject = SOURCES,
    words: Any = None,
    group_ids: Any = None,
    attachment: Attachment | None = None,
) -> None:
    """Change the words, the groups or the attachment; what is not given stays."""
    comment = mine(viewer, comment_id, resource_id, "edit", on)
    asked = asked_groups(viewer, group_ids)
    changes = _attached(attachment)
    if words is not None:
        changes["text"] = text(words, "text")
    if asked:
        changes["audience"] = audience_of(asked, [])
    if not changes:
        return
    with transaction.atomic():
        for name, value in changes.items():
            setattr(comment, name, value)
        comment.save(update_fields=[*changes, "modified"])
        make_known([comment.obj_id], group_ids=asked)
        record(CommentChanged(comment.obj_id, comment.obj.name, viewer.user_id, comment.pk, "edited", on.resource))


@transaction.atomic
def delete_comment(viewer: Viewer, comment_id: int, resource_id: str | None = None, *, on: Subject = SOURCES) -> str:
    """Take a comment away; the name of its obj."""
    comment = mine(viewer, comment_id, resource_id, "delete", on)
    obj: Obj = comment.obj
    comment.delete()
    record(CommentChanged(obj.pk, obj.name, viewer.user_id, comment_id, "deleted", on.resource))
    return obj.name


@transaction.atomic
def delete_channel(viewer: Viewer, obj_name: str, channel: str) -> None:
    """Close a side conversation with all that was said in it; only who opened it may."""
    need(viewer, "Comment")
    obj = get_obj(viewer, obj_name)
    said = Comment.objects.visible_to(viewer).filter(obj=obj, channel=channel)
    opener = said.order_by("created_at", "pk").first()
    if opener is None:
        raise NotVisible(f"There is no channel {channel[:60]!r} on this source.")
    if opener.author_id != viewer.user_id and not viewer.sees_all:
        raise NotAllowed("Only who opened this channel may delete it.")
    said.delete()
    record(CommentChanged(obj.pk, obj.name, viewer.user_id, opener.pk, "channel deleted"))
