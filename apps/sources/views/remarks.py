"""Fragments of the source page: what is said of it, annotated to it, and what it is said to be.

Each can be fetched alone. Asked for by its own root (htmx names the target) a fragment answers with its inside, so
that live refreshing and its own forms swap what is in the frame and leave the frame.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.errors import Invalid, Refusal
from skyportal.web.markdown import render as markdown
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import comments as saying
from ..actions import undoing
from ..actions.attachments import MOST_BYTES, Attachment, safe_name
from ..actions.catalogs import ask_catalog
from ..actions.checks import MOST_TEXT
from ..queries import annotations as reading
from ..queries import catalogs, shown
from ..queries import comments as said
from ..queries.mentions import suggestions
from ..queries.objs import get_obj
from .attachments import kind_of

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")  # a browser shows these by itself


def fragment(request: ViewerRequest, kind: str, context: dict[str, Any], *, template: str = "") -> HttpResponse:
    """`sources/_kind.html`, or only its inside when its root (of that id) asks."""
    inside = getattr(request, "htmx", None) and request.htmx.target == kind
    name = template or kind
    return render(request, f"sources/_{name}_inside.html" if inside else f"sources/_{name}.html", context)


def done(request: ViewerRequest, name: str, answer: HttpResponse, message: str, undo: str = "") -> HttpResponse:
    """The fragment with a word of what happened; without htmx, the source page."""
    if not request.htmx:
        return redirect("source", name)
    return with_toast(answer, message, undo_url=undo)


@login_required
@require_POST
def put_back(request: ViewerRequest, name: str, receipt: str) -> HttpResponse:
    """Undo a deletion or an edit; pages that watch the source see it come back."""
    what = undoing.put_back(request.viewer, name, receipt)
    return done(request, name, HttpResponse(status=204), f"The {what} is as it was.")


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
        "can_be_looked_at": bool(file) and kind_of(file) is not None,
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
            receipt = saying.edit_comment(viewer, comment_id, name, words=words)
            undo = reverse("source-put-back", args=[name, receipt])
            return done(request, name, _comments(request, name), "Comment changed.", undo=undo)
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
    receipt = saying.delete_comment(request.viewer, comment_id, name)
    undo = reverse("source-put-back", args=[name, receipt])
    return done(request, name, _comments(request, name), "Comment deleted.", undo=undo)


@login_required
@require_POST
def preview(request: ViewerRequest) -> HttpResponse:
    """Words as they will be shown."""
    return HttpResponse(markdown(request.POST.get("text", "")[:MOST_TEXT]))


@login_required
@require_GET
def mentionable(request: ViewerRequest) -> JsonResponse:
    """People and groups that one may mention, for completion."""
    return JsonResponse({"results": suggestions(request.viewer, request.GET.get("q", ""))})


# ---- annotations


@login_required
@require_GET
def annotated(request: ViewerRequest, name: str) -> HttpResponse:
    """What machines say of a source, by origin, and what catalogues were asked."""
    return _annotated(request, name)


def _annotated(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    rows = reading.by_obj(viewer, [obj.pk])[obj.pk]
    context = {
        "obj": obj,
        "origins": [dressed_origin(row) for row in rows],
        "count": sum(len(row["data"]) for row in rows),
        "searches": catalogs.recent(viewer, obj.pk),
        "catalogs": catalogs.choices() if viewer.may("Annotate") and obj.ra is not None else [],
    }
    return fragment(request, "annotations", context)


@login_required
@require_POST
def look_up(request: ViewerRequest, name: str) -> HttpResponse:
    """Have one catalogue asked, or, where none is named, all of them."""
    wanted = request.POST.get("catalog")
    keys = [wanted] if wanted else [choice["key"] for choice in catalogs.choices()]
    for key in keys:
        ask_catalog(request.viewer, name, key, {})
    what = "one catalogue" if wanted else f"{len(keys)} catalogues"
    return done(request, name, _annotated(request, name), f"Asking {what}; what is found will appear here.")


def dressed_origin(row: dict[str, Any]) -> dict[str, Any]:
    """An annotation as its list shows it."""
    values = [{"key": key, **shown.value(value)} for key, value in row["data"].items()]
    names = [g["nickname"] or g["name"] for g in row["groups"] if not g["single_user_group"]]
    return {
        **row,
        "values": values,
        "who": _name(row["author"]),
        "to": ", ".join(names),
        "as_text": json.dumps(row["data"]),
    }
