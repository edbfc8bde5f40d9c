"""The list of events, and the page of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from apps.sources.actions import checks
from apps.sources.queries.reminders import due_on
from skyportal.access.errors import Refusal
from skyportal.api.params import Param, Query, integer, text
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import remarks
from ..queries import choices, event_items, event_lists, event_pages, inside
from ..queries import events as queries
from ..queries import localizations as maps
from ..queries.subjects import EVENTS
from ..slots import event_panels

ROWS = 25
HOME_ROWS = 5
MOST_TAGS = 300
CHIPS = {
    "partialdateobs": "Name", "gcnTagKeep": "Tag", "gcnTagRemove": "Not", "localizationTagKeep": "Sky map",
    "startDate": "From", "endDate": "To", "gcnPropertiesFilter": "Property",
    "localizationPropertiesFilter": "Sky map's", "groupIds": "Groups", "localizationTagRemove": "No sky map",
}  # fmt: skip

ORDERS = {
    "-dateobs": "newest first", "dateobs": "oldest first", "area_90": "smallest region first",
    "-area_90": "largest region first", "distance": "nearest first", "-distance": "farthest first",
}  # fmt: skip


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    """Events, newest first, narrowed by the parameters of the API."""
    viewer = request.viewer
    asked, wrong = Query.of_page(
        request.GET, [*event_lists.PARAMS, Param("page", integer, 1), Param("sort", text, "-dateobs")]
    )
    if not asked["sortBy"]:  # what a header asks for, unless the address has it in the words of the API
        asked["sortBy"], asked["sortOrder"] = asked["sort"].lstrip("-"), _way(asked["sort"])
    number = min(max(1, asked["page"]), 1_000_000)
    try:
        events = event_lists.found(viewer, asked)
        page = Paginator(events, ROWS).get_page(number)
        rows = event_pages.rows(viewer, list(page.object_list))
        refusal = ""
    except Refusal as problem:
        page, rows, refusal = Page([], 1, Paginator([], ROWS)), [], problem.message
    context = {
        "rows": rows,
        "page": page,
        "query": asked,
        "default_sort": "-dateobs",
        "order": ORDERS.get(asked["sort"], f"by {asked['sortBy']}"),
        "wrong": wrong,
        "refusal": refusal,
        "chips": [
            {"name": name, "key": key, "value": value}
            for key, name in CHIPS.items()
            for value in request.GET.getlist(key)
            if value
        ],
        "tags": queries.known_tags(viewer)[:MOST_TAGS],
        "map_tags": maps.known_tags(viewer)[:MOST_TAGS],
    }
    template = "gcn/_events.html" if "rows" in request.GET else "gcn/events.html"
    return render(request, template, context, status=400 if refusal or wrong else 200)


def _way(sort: str) -> str:
    return "desc" if sort.startswith("-") else "asc"


@login_required
@require_GET
def recent(request: ViewerRequest) -> HttpResponse:
    """The dashboard's panel."""
    rows = event_pages.rows(request.viewer, event_lists.newest(request.viewer, HOME_ROWS))
    return render(request, "gcn/_home.html", {"rows": rows})


@login_required
@require_GET
def options(request: ViewerRequest) -> HttpResponse:
    """The newest events with a sky map, for a field in which the time of one is written."""
    rows = [format_html('<option value="{}" label="{}"></option>', *row) for row in choices.with_maps(request.viewer)]
    return HttpResponse("".join(rows))


@login_required
@require_GET
def event(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """One event: its head at once, each part from its own address."""
    found = queries.get_event(request.viewer, dateobs)
    if dateobs != found.address:  # one page has one address
        return redirect("event", found.address)
    panels = sorted(event_panels.items(), key=lambda item: item[1].order)
    context = {
        **_head(request, found),
        "main": [(key, panel) for key, panel in panels if panel.side == "main"],
        "side": [(key, panel) for key, panel in panels if panel.side == "side"],
    }
    return render(request, "gcn/event.html", context)


def _head(request: ViewerRequest, found: Any) -> dict[str, Any]:
    (row,) = event_pages.rows(request.viewer, [found])
    advocates = event_items.advocates(found)
    return {
        "event": found,
        "row": row,
        "advocates": advocates,
        "is_mine": any(one["user_id"] == request.viewer.user_id for one in advocates),
        "may_rename": queries.may_change(request.viewer, found),
        "readers": event_pages.readers(request.viewer, found),
        "due": due_on(request.viewer, found, EVENTS),
        "horizon": found.dateobs + timedelta(days=inside.DAYS_AFTER),
    }


@login_required
@require_GET
def head(request: ViewerRequest, dateobs: str) -> HttpResponse:
    found = queries.get_event(request.viewer, dateobs)
    return render(request, "gcn/_event_head.html", _head(request, found))


@login_required
@require_POST
def change(request: ViewerRequest, dateobs: str, deed: str) -> HttpResponse:
    """Tag, name or look after an event, or take that back."""
    viewer, found = request.viewer, queries.get_event(request.viewer, dateobs)
    said = request.POST.get("value") or request.GET.get("value", "")  # an undo has it in its address
    # who names nobody means themselves
    somebody = int(said) if said.isdecimal() and len(said) < 10 else checks.person(viewer)
    after = f"{'You' if somebody == viewer.user_id else 'They'} look after this event."
    deeds = {
        "tag": (lambda: remarks.add_tag(viewer, found, said), "untag", f"Tagged {said}."),
        "untag": (lambda: remarks.remove_tag(viewer, found, said), "tag", f"Removed the tag {said}."),
        "alias": (lambda: remarks.add_alias(viewer, found, said), "unalias", f"Also called {said}."),
        "unalias": (lambda: remarks.remove_alias(viewer, found, said), "alias", f"No longer called {said}."),
        "advocate": (lambda: remarks.add_advocate(viewer, found, somebody), "unadvocate", after),
        "unadvocate": (lambda: remarks.remove_advocate(viewer, found, somebody), "advocate", "Looked after no longer."),
    }
    if deed not in deeds:
        raise Http404
    act, undo, message = deeds[deed]
    try:
        act()
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    fresh = queries.get_event(viewer, dateobs)
    answer = render(request, "gcn/_event_head.html", _head(request, fresh))
    undo_url = reverse("event-change", args=[fresh.address, undo], query={"value": said})
    return with_toast(answer, message, undo_url=undo_url)
