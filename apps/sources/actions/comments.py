"""Saying something of an obj, or of whatever else people talk about."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.groups import queries as groups
from skyportal.access.errors import NotAllowed, NotVisible
from skyportal.access.viewer import Viewer
from skyportal.journal.recording import record

from ..entries import CommentChanged
from ..models import Comment
from ..queries import comments as reading
from ..queries.mentions import meant
from ..queries.objs import get_obj
from ..queries.subjects import SOURCES, Subject
from .attachments import Attachment, keep
from .checks import asked_groups, audience_of, need, need_right, optional_text, person, text
from .objs import make_known
from .undoing import remember


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
    """Say something of an obj, a spectrum, an event … to these groups; the comment's id, and whether it is new.

    Without groups it is for everybody who may see it. That alone tells nobody new of the obj: only groups that
    were named learn of it.
    """
    need(viewer, "Comment")
    author = person(viewer)
    link = on.link(on.find(viewer, resource_id))
    asked = asked_groups(viewer, group_ids)
    fields = {
        **link,
        "text": text(words, "text"),
        "audience": audience_of(asked, [groups.sitewide_group_id()]),
        "channel": optional_text(channel, "channel", most=200),
        **_attached(attachment),
    }
    with transaction.atomic():
        _hold(link)
        if same := on.comment.objects.filter(author_id=author, **fields).order_by("pk").first():
            return same.pk, False
        comment = on.comment.objects.create(author_id=author, bot=viewer.by_token, origin=origin, **fields)
        _let_know(comment, asked)
        mentioned = _mentioned(viewer, comment.text)
        record(on.posted(**on.facts(comment), user_id=viewer.user_id, comment_id=comment.pk, **mentioned))
    return comment.pk, True


def _hold(link: dict[str, Any]) -> None:
    """Let two who say the same at once wait for each other."""
    held = next(iter(link.values()))
    type(held).objects.select_for_update(no_key=True).get(pk=held.pk)


def _let_know(comment: Any, group_ids: list[int]) -> None:
    """Groups that were named learn of the obj; whoever may see another thing is decided elsewhere."""
    if obj_id := getattr(comment, "obj_id", None):
        make_known([obj_id], group_ids=group_ids)


def _attached(attachment: Attachment | None) -> dict[str, Any]:
    if attachment is None:
        return {}
    return {"attachment_name": attachment.name, "attachment": keep(attachment.body, "attachments")}


def _mentioned(viewer: Viewer, words: str, before: str = "") -> dict[str, list[int]]:
    """Whom these words mention that those before did not, as an entry names them."""
    now, then = meant(viewer, words), meant(viewer, before)
    return {
        "mentioned_user_ids": sorted({*now.user_ids} - {*then.user_ids}),
        "mentioned_group_ids": sorted({*now.group_ids} - {*then.group_ids}),
    }


def mine(viewer: Viewer, comment_id: int, resource_id: str | None, deed: str, on: Subject = SOURCES) -> Any:
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
) -> str:
    """Change the words, the groups or the attachment; what is not given stays. A receipt to put it back with."""
    comment = mine(viewer, comment_id, resource_id, "edit", on)
    asked = asked_groups(viewer, group_ids)
    changes = _attached(attachment)
    if words is not None:
        changes["text"] = text(words, "text")
    if asked:
        changes["audience"] = audience_of(asked, [])
    if not changes:
        return ""
    receipt, before = remember(viewer, [comment]), comment.text
    with transaction.atomic():
        for name, value in changes.items():
            setattr(comment, name, value)
        comment.save(update_fields=[*changes, "modified"])
        _let_know(comment, asked)
        mentioned = _mentioned(viewer, comment.text, before)
        _record_change(viewer, comment, comment.pk, "edited", on, **mentioned)
    return receipt


@transaction.atomic
def delete_comment(viewer: Viewer, comment_id: int, resource_id: str | None = None, *, on: Subject = SOURCES) -> str:
    """Take a comment away; a receipt with which it can be put back for a while."""
    comment = mine(viewer, comment_id, resource_id, "delete", on)
    receipt = remember(viewer, [comment])
    comment.delete()
    _record_change(viewer, comment, comment_id, "deleted", on)
    return receipt


def _record_change(viewer: Viewer, comment: Any, pk: int, deed: str, on: Subject, **mentioned: list[int]) -> None:
    record(on.changed(**on.facts(comment), user_id=viewer.user_id, comment_id=pk, deed=deed, **mentioned))


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
