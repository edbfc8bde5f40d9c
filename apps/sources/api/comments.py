"""`/api/sources/…/comments`, and what is attached to them."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from rest_framework import serializers

from skyportal.access.errors import Invalid
from skyportal.api.endpoint import Endpoint
from skyportal.api.paging import Page, page_params
from skyportal.api.params import Param, flag, path_key, text
from skyportal.web.files import file_answer

from ..actions import comments as actions
from ..actions.attachments import from_json
from ..queries import comments as queries
from ..queries.objs import get_obj
from ..queries.subjects import SOURCES, SPECTRA, Subject

MOST_FOUND = 1000


class CommentBody(serializers.Serializer):
    """A comment, for the documentation of the API; the action checks it."""

    text = serializers.CharField(help_text="Markdown; @username mentions a person.")
    group_ids = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Missing or empty: the sitewide group."
    )
    channel = serializers.CharField(required=False, help_text="A side conversation, left out of the usual list.")
    attachment = serializers.DictField(required=False, help_text="{name, body}, the body in base64.")


class Comments(Endpoint):
    """Comments on a source."""

    on: ClassVar[Subject] = SOURCES
    requires = {"POST": "Comment", "PUT": "Comment", "DELETE": "Comment"}
    bodies = {"POST": CommentBody, "PUT": CommentBody}
    params = {
        "GET": [
            Param("text", text, None, "Without a source: comments on any that hold this text."),
            Param("channel", text, None, "Only this side conversation."),
            *page_params(25),
        ]
    }

    def get(self, request: Any, resource_id: str | None = None, comment_id: str | None = None) -> Any:
        """One comment, those on a source, or a page of those that hold a text (a bare list, newest first)."""
        if comment_id is not None:
            return queries.shown_comment(self.viewer, path_key("comment_id", comment_id), resource_id, on=self.on)
        if resource_id is not None:
            return queries.of(self.viewer, resource_id, self.query["channel"], on=self.on)
        page = Page.of(self.query, most=MOST_FOUND)
        if not self.query["text"]:
            raise Invalid("Missing required parameter: `text`, or name a source.")
        return queries.containing(self.viewer, self.query["text"], page.start, page.stop, on=self.on)

    def post(self, request: Any, resource_id: str | None = None, comment_id: str | None = None) -> Any:
        """Post a comment. The same text to the same groups again answers with the comment that is there."""
        key = self.on.key
        named = resource_id if resource_id is not None else self.data.get(key)
        if named is None:
            raise Invalid(f"Missing required parameter: `{key}`.")
        posted, new = actions.post_comment(
            self.viewer,
            str(named),
            self.data.get("text"),
            on=self.on,
            group_ids=self.data.get("group_ids"),
            channel=self.data.get("channel"),
            attachment=from_json(self.data.get("attachment")),
        )
        return {"comment_id": posted} if new else {"comment_id": posted, "message": "This comment exists already."}

    def put(self, request: Any, resource_id: str | None = None, comment_id: str | None = None) -> Any:
        """Edit one's own comment; what is not given stays."""
        actions.edit_comment(
            self.viewer,
            path_key("comment_id", comment_id),
            resource_id,
            on=self.on,
            words=self.data.get("text"),
            group_ids=self.data.get("group_ids"),
            attachment=from_json(self.data.get("attachment")),
        )

    def delete(self, request: Any, resource_id: str | None = None, comment_id: str | None = None) -> Any:
        """Delete one's own comment."""
        actions.delete_comment(self.viewer, path_key("comment_id", comment_id), resource_id, on=self.on)


class CommentsOnSpectrum(Comments):
    """Comments on a spectrum."""

    on = SPECTRA


class Channels(Endpoint):
    """Side conversations on a source."""

    requires = {"DELETE": "Comment"}
    params = {"DELETE": [Param("channel", text, "", "Its name.")]}

    def get(self, request: Any, obj_id: str) -> list[str]:
        return queries.channels(self.viewer, get_obj(self.viewer, obj_id).pk)

    def delete(self, request: Any, obj_id: str) -> None:
        """Delete a side conversation with all that was said in it; only who opened it may."""
        actions.delete_channel(self.viewer, obj_id, self.query["channel"])


class CommentAttachment(Endpoint):
    """What is attached to a comment."""

    on: ClassVar[Subject] = SOURCES
    params = {
        "GET": [
            Param("download", flag, True, "As a file to keep."),
            Param("preview", flag, False, "To look at in the browser."),
        ]
    }

    def get(self, request: Any, resource_id: str, comment_id: str) -> Any:
        """The file itself; with `download=false` and no `preview`, its content as JSON (text, else base64)."""
        name, body = queries.attachment(self.viewer, path_key("comment_id", comment_id), resource_id, on=self.on)
        if self.query["preview"]:
            return file_answer(name, body, download=False)
        if self.query["download"]:
            return file_answer(name, body, download=True)
        return {"comment_id": int(comment_id), "attachment_name": name, **_as_json(body)}


class AttachmentOnSpectrum(CommentAttachment):
    """What is attached to a comment on a spectrum."""

    on = SPECTRA


def _as_json(body: bytes) -> dict[str, str]:
    try:
        return {"attachment": body.decode(), "encoding": "text"}
    except UnicodeDecodeError:
        return {"attachment": base64.b64encode(body).decode(), "encoding": "base64"}
