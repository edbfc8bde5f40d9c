"""`/api/gcn_event/…/comments`, by the event's integer id."""

from __future__ import annotations

from apps.sources.api.comments import CommentAttachment, Comments

from ..queries.subjects import EVENTS


class CommentsOnEvent(Comments):
    """Comments on an event."""

    on = EVENTS


class AttachmentOnEvent(CommentAttachment):
    """What is attached to a comment on an event."""

    on = EVENTS
