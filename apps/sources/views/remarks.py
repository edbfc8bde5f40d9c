"""Fragments of the source page: what is said of it, annotated to it, and what it is said to be.

Each can be fetched alone. Asked for by its own root (htmx names the target) a fragment answers with its inside, so
that live refreshing and its own forms swap what is in the frame and leave the frame.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from skyportal.access.viewer import Viewer
from skyportal.web.markdown import render as markdown
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions.catalogs import ask_catalog
from ..actions.checks import MOST_TEXT
from ..actions.reminders import ACL as REMINDER_ACL
from ..queries import annotations as reading
from ..queries import catalogs, shown
from ..queries.mentions import suggestions
from ..queries.objs import get_obj
from . import talk


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
    return talk.put_back(request, talk.OF_SOURCES, name, receipt)


# ---- comments


@login_required
@require_http_methods(["GET", "POST"])
def comments(request: ViewerRequest, name: str) -> HttpResponse:
    """What is said of a source, and saying more."""
    return talk.comments(request, talk.OF_SOURCES, name)


@login_required
@require_http_methods(["GET", "POST"])
def comment(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    """One comment in a form, and changing it."""
    return talk.comment(request, talk.OF_SOURCES, name, comment_id)


@login_required
@require_POST
def comment_delete(request: ViewerRequest, name: str, comment_id: int) -> HttpResponse:
    return talk.delete(request, talk.OF_SOURCES, name, comment_id)


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
        "who": talk.name_of(row["author"]),
        "to": ", ".join(names),
        "as_text": json.dumps(row["data"]),
    }


def dressed_reminder(viewer: Viewer, row: dict[str, Any]) -> dict[str, Any]:
    """A reminder as lists show it: whose it is, to whom it comes, whether it is due."""
    names = [group["nickname"] or group["name"] for group in row["groups"] if not group["single_user_group"]]
    concerned = viewer.sees_all or viewer.user_id in (row["author_id"], row["user_id"])
    return {
        **row,
        "is_mine": viewer.may(REMINDER_ACL) and concerned,
        "to": ", ".join(names) or "one person",
        "is_late": row["due_at"] is not None,
    }


def reminder_of_page(viewer: Viewer, row: dict[str, Any]) -> dict[str, Any]:
    """One of a source or of its spectrum, with where it is done with."""
    of_spectrum = row.get("spectrum_id")
    at = [row["obj_id"], *([of_spectrum] if of_spectrum else []), row["id"]]
    kind = "source-spectrum-reminder" if of_spectrum else "source-reminder"
    doors = {f"{name}_url": reverse(f"{kind}-{name}", args=at) for name in ("done", "delete")}
    return dressed_reminder(viewer, row) | doors
