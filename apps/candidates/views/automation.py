"""What follows by itself when an alert passes a filter: setting it, and what it did."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from skyportal.access.errors import Invalid
from skyportal.web.requests import ViewerRequest

from ..actions import automation as actions
from ..queries import automation as queries
from ..queries import filters

FLAGS = ("autosave", "annotate", "follow_up", "unless_classified")
WORDS = ("desk", "choice", "most_saves", "most_follow_ups", "least_score")


def context(viewer: Any, found: Any) -> dict[str, Any]:
    """What the filter page shows of it."""
    chosen = queries.of_filter(found)
    return {
        "automation": chosen,
        "heeded": {group.pk for group in chosen.unless_saved_by.all()} if chosen.pk else set(),
        "groups_to_heed": queries.groups_to_heed(viewer),
        "desks": queries.desks(viewer, found.group_id),
        "payload": orjson.dumps(chosen.payload, option=orjson.OPT_INDENT_2).decode() if chosen.payload else "",
        "acts": queries.acts(viewer, found.pk),
    }


@login_required
@require_POST
def change(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """Set it as the form says."""
    try:
        actions.automate(request.viewer, filter_id, _read(request.POST))
    except Invalid as refusal:
        from .filters import filter_page

        return filter_page(request, filter_id, unautomated=refusal.message)
    messages.success(request, "From the next batch of alerts on it does so.")
    return redirect("filter", filter_id)


def _read(form: QueryDict) -> dict[str, Any]:
    given: dict[str, Any] = {name: bool(form.get(name)) for name in FLAGS}
    given |= {name: form.get(name, "").strip() for name in WORDS if name in form}
    given["unless_saved_by"] = form.getlist("unless_saved_by")
    if "asked_of" in form:
        given["desk"], _, given["choice"] = form.get("asked_of", "").partition("|")
    if payload := form.get("payload", "").strip():
        try:
            given["payload"] = orjson.loads(payload)
        except orjson.JSONDecodeError as problem:
            raise Invalid(f"What is asked must be a JSON object: {problem}.") from None
    elif "payload" in form:
        given["payload"] = {}
    return given


@login_required
@require_GET
def acts(request: ViewerRequest, filter_id: int) -> HttpResponse:
    """What it did and what kept it from doing so: the part of the page that follows the stream."""
    found = filters.get_filter(request.viewer, filter_id, status=404)
    rows = queries.acts(request.viewer, found.pk)
    return render(request, "candidates/_acts.html", {"filter": found, "acts": rows})
