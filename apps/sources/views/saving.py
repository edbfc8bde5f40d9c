"""Saving, letting go and starring, each undone by its opposite."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.groups import queries as group_queries
from skyportal.access.errors import Invalid
from skyportal.api.params import keys
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import listings, sources
from ..queries import pages
from ..queries.objs import get_obj
from .points import need_upload


def _groups(request: ViewerRequest) -> list[int]:
    """Groups named in the form or the address."""
    given = request.POST.getlist("group") or request.GET.getlist("group")
    try:
        chosen = [group for part in given for group in keys(part)]
    except ValueError:
        chosen = []
    if not chosen:
        raise Invalid("Choose at least one group.")
    return chosen


def _answer(request: ViewerRequest, obj: Any, message: str, *, undo: str = "", **query: Any) -> HttpResponse:
    viewer = request.viewer
    answer = render(request, "sources/_groups.html", {"obj": obj, "head": pages.header(viewer, obj)})
    undo_url = f"{reverse(undo, args=[obj.name])}?{urlencode(query, doseq=True)}" if undo else ""
    return with_toast(answer, message, undo_url=undo_url)


@login_required
@require_GET
def groups(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    return render(request, "sources/_groups.html", {"obj": obj, "head": pages.header(viewer, obj)})


@login_required
@require_POST
def save(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    new = sources.save_source(viewer, obj, _groups(request))
    if not new:
        return _answer(request, obj, "It was saved there already.")
    return _answer(request, obj, f"Saved to {pages.group_names(new)}.", undo="source-unsave", group=new)


@login_required
@require_POST
def unsave(request: ViewerRequest, name: str) -> HttpResponse:
    viewer = request.viewer
    obj = get_obj(viewer, name)
    chosen = group_queries.groups_to_save_in(viewer, _groups(request))  # who may not save may not let go either
    gone = sources.unsave_source(viewer, obj, chosen)
    return _answer(request, obj, f"No longer in {pages.group_names(gone)}.", undo="source-save", group=gone)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: ViewerRequest, name: str) -> HttpResponse:
    """Ask groups to save it that one cannot save to oneself: the form, and the asking."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    if request.method == "GET":
        template = "sources/_ask.html" if request.htmx else "sources/ask.html"
        return render(request, template, {"obj": obj, "askable": pages.askable_groups(viewer, obj)})
    need_upload(request)
    known = {group.pk for group in pages.askable_groups(viewer, obj)}
    chosen = [group for group in _groups(request) if group in known]
    sources.request_save(viewer, obj, chosen)
    if not request.htmx:
        return redirect("source", name)
    # the same words for a group that has it already: who keeps what is its members' to know
    return _answer(request, obj, f"Asked {pages.group_names(chosen)}." if chosen else "Nobody was asked.")


DECISIONS = {"save": (True, False), "decline": (False, False), "open": (False, True)}
"""What a member may answer to a request to save: whether it is then saved, and whether the request stands."""


@login_required
@require_POST
def decide(request: ViewerRequest, name: str) -> HttpResponse:
    """Save what a group was asked to save, or decline; the undo leaves the request open again."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    (group, *_) = group_queries.groups_to_save_in(viewer, _groups(request)[:1])
    answer = request.POST.get("as") or request.GET.get("as", "")
    if answer not in DECISIONS:
        raise Invalid("Save or decline?")
    active, requested = DECISIONS[answer]
    sources.set_source_state(viewer, obj, group, active=active, requested=requested)
    said = {"save": "Saved to", "decline": "Declined for", "open": "Asked again:"}[answer]
    undo: dict[str, Any] = {} if answer == "open" else {"undo": "source-decide", "group": group, "as": "open"}
    return _answer(request, obj, f"{said} {pages.group_names([group])}.", **undo)


@login_required
@require_POST
def favourite(request: ViewerRequest, name: str) -> HttpResponse:
    """Star or unstar: each the other's undo."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    starred = listings.toggle(viewer, obj.name, pages.FAVORITES)
    answer = render(request, "sources/_star.html", {"obj": obj, "is_favourite": starred})
    message = "Added to your favourites." if starred else "Removed from your favourites."
    return with_toast(answer, message, undo_url=reverse("source-favourite", args=[obj.name]))


@login_required
@require_POST
def watch(request: ViewerRequest, name: str) -> HttpResponse:
    """Put it on one's watch list, or take it off: each the other's undo."""
    viewer = request.viewer
    obj = get_obj(viewer, name)
    watched = listings.toggle(viewer, obj.name, pages.WATCHLIST)
    answer = render(request, "sources/_watch.html", {"obj": obj, "is_watched": watched})
    message = "On your watch list." if watched else "No longer on your watch list."
    return with_toast(answer, message, undo_url=reverse("source-watch", args=[obj.name]))
