"""Fragments of the source page: what is said of it, annotated to it, and what it is said to be.

Each can be fetched alone. Asked for by its own root (htmx names the target) a fragment answers with its inside, so
that live refreshing and its own forms swap what is in the frame and leave the frame.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.web.markdown import render as markdown
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import comments as saying
from ..actions.attachments import MOST_BYTES, Attachment, safe_name
from ..queries import annotations as reading
from ..queries import comments as said
from ..queries import shown
from ..queries.objs import get_obj

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def fragment(request: ViewerRequest, kind: str, context: dict[str, Any]) -> HttpResponse:
    """`sources/_kind.html`, or only its inside when its root asks."""
    inside = getattr(request, "htmx", None) and request.htmx.target == kind
    template = f"sources/_{kind}_inside.html" if inside else f"sources/_{kind}.html"
    return render(request, template, context)


def done(request: ViewerRequest, name: str, answer: HttpResponse, message: str, undo: str = "") -> HttpResponse:
    """The fragment with a word of what happened; without htmx, the source page."""
    if not request.htmx:
        return redirect("source", name)
    return with_toast(answer, message, undo_url=undo)


# ---- comments


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: ViewerRequest, name: str) -> HttpResponse:
    """What is said of a source, and saying more."""
    if request.method == "POST":
        return _post_comment(request, name)
    return _comments(request, name, keep_form=True)


def _comments(request: ViewerRequest, name: str, **more: Any) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    channel = (request.POST.get("channel") or request.GET.get("channel") or "")[:200].replace("\x00", "")
    rows = said.by_obj(viewer, [obj.pk], channel=channel or None)[obj.pk]
    address = reverse("source-comments", args=[obj.name])
    context = {
        "obj": obj,
        "comments": [dressed(viewer, row) for row in rows],
        "channel": channel,
        "channels": said.channels(viewer, obj.pk),
        "may_comment": viewer.may("Comment"),
        "groups": shown.my_groups(viewer),
        "from": f"{address}?{urlencode({'channel': channel})}" if channel else address,
        **more,
    }
    return fragment(request, "comments", context)


def dressed(viewer: Any, row: dict[str, Any], address: str = "") -> dict[str, Any]:
    """A comment as its list shows it; ``address`` is that of its attachment where it hangs on another thing."""
    file = row["attachment_name"]
    address = address or f"/api/sources/{quote(row['obj_id'])}/comments/{row['id']}/attachment"
    names = [g["nickname"] or g["name"] for g in row["groups"] if not g["single_user_group"]]
    return {
        **row,
        "html": markdown(row["text"]),
        "who": _name(row["author"]),
        "to": names or ["only me" if row["author_id"] == viewer.user_id else "one person"],
        "is_mine": viewer.may("Comment") and (row["author_id"] == viewer.user_id or viewer.sees_all),
        "attachment_url": address if file else "",
        "is_picture": bool(file) and file.lower().endswith(PICTURES),
    }


def _name(author: dict[str, Any] | None) -> str:
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


def _post_comment(request: ViewerRequest, name: str) -> HttpResponse:
    viewer, words = request.viewer, request.POST.get("text", "")
    chosen = request.POST.getlist("group_ids")
    try:
        comment, new = saying.post_comment(
            viewer,
            name,
            words,
            group_ids=chosen,
            attachment=_attachment(request),
            channel=request.POST.get("channel"),
        )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        message = "Write something first." if not words.strip() else refusal.message
        return _comments(request, name, error=message, draft=words, chosen=chosen)
    if not new:
        return done(request, name, _comments(request, name), "This comment is there already.")
    undo = reverse("source-comment-delete", args=[name, comment])
    return done(request, name, _comments(request, name), "Comment posted.", undo=undo)


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    """One comment in a form, and changing it."""
    viewer = request.viewer
    words, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            saying.edit_comment(viewer, comment_id, name, words=words)
            return done(request, name, _comments(request, name), "Comment changed.")
        except Invalid as refusal:
            error = "Write something, or delete the comment." if not words.strip() else refusal.message
    row = saying.mine(viewer, comment_id, name, "edit")
    context = {"obj": row.obj, "comment": row, "text": words or row.text, "error": error}
    answer = render(request, "sources/_comment_edit.html", context)
    if error:
        answer["HX-Retarget"], answer["HX-Reswap"] = f"#comment-{comment_id}", "outerHTML"
    return answer


@login_required
@require_POST
def comment_delete(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    saying.delete_comment(request.viewer, comment_id, name)
    return done(request, name, _comments(request, name), "Comment deleted.")


# ---- annotations


@login_required
@require_GET
def annotated(request: ViewerRequest, name: str) -> HttpResponse:
    """What machines say of a source, by origin; `q` narrows it to keys, values and origins that hold it."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    rows = reading.by_obj(viewer, [obj.pk])[obj.pk]
    wanted = request.GET.get("q", "").strip().lower()
    origins = [dressed_origin(row, wanted) for row in rows]
    context = {
        "obj": obj,
        "origins": [origin for origin in origins if origin["values"]],
        "count": sum(len(row["data"]) for row in rows),
        "q": request.GET.get("q", ""),
    }
    return fragment(request, "annotations", context)


def dressed_origin(row: dict[str, Any], wanted: str = "") -> dict[str, Any]:
    """An annotation as its list shows it, narrowed to what holds the words wanted."""
    values = [{"key": key, **shown.value(value)} for key, value in row["data"].items()]
    if wanted and wanted not in row["origin"].lower():
        values = [v for v in values if wanted in v["key"].lower() or wanted in v["full"].lower()]
    names = [g["nickname"] or g["name"] for g in row["groups"] if not g["single_user_group"]]
    return {**row, "values": values, "who": _name(row["author"]), "to": ", ".join(names)}
