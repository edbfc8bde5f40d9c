"""What is said of a thing, as a fragment of its page: the list, the form, editing, deleting, putting back.

Sources have theirs here; an app above makes a `Talk` of what it knows and hangs doors before the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from skyportal.access.errors import Invalid, Refusal
from skyportal.web.markdown import render as markdown
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import comments as saying
from ..actions import undoing
from ..actions.attachments import MOST_BYTES, Attachment, safe_name
from ..queries import comments as said
from ..queries import shown
from ..queries.subjects import SOURCES, Subject
from .attachments import kind_of

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")  # a browser shows these by itself


@dataclass(frozen=True)
class Talk:
    """Where comments on a kind of thing are shown.

    ``doors``: the beginning of its doors' names: ``event`` for ``event-comments``, ``event-comment``,
    ``event-comment-delete``, ``event-put-back``; ``attachment``: that of the door that shows what is attached.
    ``find(viewer, argument of the address)`` is the row; ``argument(row)`` and ``key(row)`` its name in pages and in
    the API, of a thing that takes two words in an address a tuple. ``one`` begins the ids of elements, where two talks
    may stand on one page.
    """

    on: Subject
    doors: str
    attachment: str
    find: Callable[..., Any]
    argument: Callable[[Any], Any]
    key: Callable[[Any], str]
    topic: Callable[[Any], str]
    noun: str
    channels: Callable[..., list[str]] = lambda viewer, row: []
    has_heading: bool = True
    one: str = "comment"

    def words(self, row: Any) -> tuple[Any, ...]:
        """What names a row in addresses of pages."""
        said = self.argument(row)
        return said if isinstance(said, tuple) else (said,)

    def address(self, row: Any, door: str = "comments", *more: Any) -> str:
        return reverse(f"{self.doors}-{door}", args=[*self.words(row), *more])

    def look(self, row: Any, comment_id: int) -> str:
        """Of the fragment that shows what is attached."""
        return reverse(self.attachment, args=[*self.words(row), comment_id])

    def file_address(self, row: Any, comment_id: int) -> str:
        return f"/api/{self.on.resource}/{quote(self.key(row))}/comments/{comment_id}/attachment"


OF_SOURCES = Talk(
    SOURCES, "source", "comment-attachment", SOURCES.find, lambda obj: obj.name, lambda obj: obj.name,
    lambda obj: f"source:{obj.name}", "source", lambda viewer, obj: said.channels(viewer, obj.pk),
)  # fmt: skip


def done(request: ViewerRequest, talk: Talk, row: Any, message: str, undo: str = "") -> HttpResponse:
    """The fragment with a word of what happened; without htmx, the page."""
    if not request.htmx:
        return redirect(talk.doors, *talk.words(row))
    return with_toast(listed(request, talk, row), message, undo_url=undo)


def listed(request: ViewerRequest, talk: Talk, row: Any, **more: Any) -> HttpResponse:
    """All that is said, and the form."""
    inside = getattr(request, "htmx", None) and request.htmx.target == f"{talk.one}s"
    template = f"sources/_comments{'_inside' if inside else ''}.html"
    return render(request, template, context_of(request, talk, row) | more)


def context_of(request: ViewerRequest, talk: Talk, row: Any) -> dict[str, Any]:
    """What the fragment shows."""
    viewer = request.viewer
    channel = (request.POST.get("channel") or request.GET.get("channel") or "")[:200].replace("\x00", "")
    rows = said.of(viewer, talk.key(row), channel or None, on=talk.on)
    address = talk.address(row)
    return {
        "talk": talk,
        "address": address,
        "topic": talk.topic(row),
        "comments": [_with_doors(talk, row, dressed(viewer, one, talk.file_address(row, one["id"]))) for one in rows],
        "channel": channel,
        "channels": talk.channels(viewer, row),
        "may_comment": viewer.may("Comment"),
        "groups": shown.my_groups(viewer),
        "from": f"{address}?{urlencode({'channel': channel})}" if channel else address,
    }


def dressed(viewer: Any, row: dict[str, Any], address: str) -> dict[str, Any]:
    """A comment as its list shows it; ``address`` is that of its attachment."""
    file = row["attachment_name"]
    names = [g["nickname"] or g["name"] for g in row["groups"] if not g["single_user_group"]]
    return {
        **row,
        "html": markdown(row["text"]),
        "who": name_of(row["author"]),
        "to": names or ["only me" if row["author_id"] == viewer.user_id else "one person"],
        "is_mine": viewer.may("Comment") and (row["author_id"] == viewer.user_id or viewer.sees_all),
        "attachment_url": address if file else "",
        "is_picture": bool(file) and file.lower().endswith(PICTURES),
        "can_be_looked_at": bool(file) and kind_of(file) is not None,
    }


def _with_doors(talk: Talk, row: Any, comment: dict[str, Any]) -> dict[str, Any]:
    return comment | {
        "edit_url": talk.address(row, "comment", comment["id"]),
        "delete_url": talk.address(row, "comment-delete", comment["id"]),
        "look_url": talk.look(row, comment["id"]),
    }


def name_of(author: dict[str, Any] | None) -> str:
    if author is None:
        return "the platform"
    return f"{author['first_name']} {author['last_name']}".strip() or author["username"]


def _attachment(request: ViewerRequest) -> Attachment | None:
    file = request.FILES.get("attachment")
    if file is None:
        return None
    if (file.size or 0) > MOST_BYTES:
        raise Invalid(f"The attachment is larger than {MOST_BYTES // 2**20} MB.")
    return Attachment(safe_name(file.name or ""), file.read())


def comments(request: ViewerRequest, talk: Talk, argument: Any) -> HttpResponse:
    """What is said, and saying more."""
    row = talk.find(request.viewer, argument)
    return _post(request, talk, row) if request.method == "POST" else listed(request, talk, row, keep_form=True)


def _post(request: ViewerRequest, talk: Talk, row: Any) -> HttpResponse:
    words, chosen = request.POST.get("text", ""), request.POST.getlist("group_ids")
    try:
        comment, new = saying.post_comment(
            request.viewer,
            talk.key(row),
            words,
            on=talk.on,
            group_ids=chosen,
            attachment=_attachment(request),
            channel=request.POST.get("channel"),
        )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        message = "Write something first." if not words.strip() else refusal.message
        return listed(request, talk, row, error=message, draft=words, chosen=chosen)
    if not new:
        return done(request, talk, row, "This comment is there already.")
    return done(request, talk, row, "Comment posted.", undo=talk.address(row, "comment-delete", comment))


def comment(request: ViewerRequest, talk: Talk, argument: Any, comment_id: int) -> HttpResponse:
    """One comment in a form, and changing it."""
    viewer, row = request.viewer, talk.find(request.viewer, argument)
    words, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            receipt = saying.edit_comment(viewer, comment_id, talk.key(row), words=words, on=talk.on)
            return done(request, talk, row, "Comment changed.", undo=talk.address(row, "put-back", receipt))
        except Invalid as refusal:
            error = "Write something, or delete the comment." if not words.strip() else refusal.message
    found = saying.mine(viewer, comment_id, talk.key(row), "edit", talk.on)
    context = {"talk": talk, "comment": found, "text": words or found.text, "error": error}
    context |= {"address": talk.address(row), "edit_url": talk.address(row, "comment", comment_id)}
    answer = render(request, "sources/_comment_edit.html", context)
    if error:
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#{talk.one}-{comment_id}", "outerHTML"
    return answer


def delete(request: ViewerRequest, talk: Talk, argument: Any, comment_id: int) -> HttpResponse:
    row = talk.find(request.viewer, argument)
    receipt = saying.delete_comment(request.viewer, comment_id, talk.key(row), on=talk.on)
    return done(request, talk, row, "Comment deleted.", undo=talk.address(row, "put-back", receipt))


def put_back(request: ViewerRequest, talk: Talk, argument: Any, receipt: str) -> HttpResponse:
    """Undo a deletion or an edit; pages that watch the thing see it come back."""
    row = talk.find(request.viewer, argument)
    what = undoing.put_back(request.viewer, talk.key(row), receipt, on=talk.on)
    if not request.htmx:
        return redirect(talk.doors, *talk.words(row))
    return with_toast(HttpResponse(status=204), f"The {what} is as it was.")
