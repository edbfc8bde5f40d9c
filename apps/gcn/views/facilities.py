"""What is done about an event with telescope time: catalogues asked, sky maps sent, and who triggered."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from apps.followup.access import MANAGE
from apps.followup.queries import allocations
from apps.sources.queries.pages import my_groups
from skyportal.access.errors import Refusal
from skyportal.astro.skymaps.credible import LEVELS
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import catalog_queries, triggering
from ..queries import facilities as queries
from ..queries import inside
from ..queries import localizations as maps
from ..queries.events import get_event

FLAGS = {"triggered": True, "passed": False, "unsaid": None}


@login_required
@require_GET
def panel(request: ViewerRequest, dateobs: str) -> HttpResponse:
    return _panel(request, get_event(request.viewer, dateobs))


def _panel(request: ViewerRequest, event: Any) -> HttpResponse:
    viewer = request.viewer
    time = queries.with_flags(viewer, event)
    start, end = inside.window(event, {"after": None, "before": None})
    spendable = [one["allocation"] for one in time if allocations.is_valid(one["allocation"])]
    context = {
        "event": event, "time": time, "may_flag": viewer.may(MANAGE), "may_ask": viewer.may(triggering.UPLOAD),
        "asked": [{"row": row, "status": queries.status_of(row), "catalog": queries.catalog_of(row)}
                  for row in queries.catalog_queries(viewer, event)],
        "sent": list(queries.skymap_triggers(viewer, event)),
        "spendable": spendable, "takers": [row for row in spendable if triggering.taker_of(row)],
        "maps": list(maps.localizations(viewer).filter(event=event)), "catalogs": queries.catalogs(),
        "groups": my_groups(viewer), "levels": [f"{level:g}" for level in LEVELS], "start": start, "end": end,
    }  # fmt: skip
    return render(request, "gcn/_telescope_time.html", context)


@login_required
@require_POST
def ask_catalog(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """Have transients of a service that lie in a map brought in."""
    event, given = get_event(request.viewer, dateobs), request.POST
    said = ("catalogName", "localizationCumprob", "startDate", "endDate")
    payload: dict[str, Any] = {name: given[name] for name in said if given.get(name)}
    payload |= {"localization_id": _number(given.get("localization_id"))}
    body = {
        "allocation_id": _number(given.get("allocation_id")), "payload": payload,
        "target_group_ids": [_number(one) for one in given.getlist("group_ids")],
    }  # fmt: skip
    try:
        catalog_queries.ask_catalog(request.viewer, body)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(_panel(request, event), "Asked. What lies in the map is saved as it comes.")


@login_required
@require_POST
def send(request: ViewerRequest, dateobs: str) -> HttpResponse:
    """Send a map to a facility's queue."""
    event, given = get_event(request.viewer, dateobs), request.POST
    body = {name: _number(given.get(name)) for name in ("allocation_id", "localization_id")}
    try:
        triggering.ask_skymap_trigger(
            request.viewer, {**body, "integrated_probability": given.get("integrated_probability")}
        )
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(_panel(request, event), "The sky map is on its way.")


@login_required
@require_POST
def remove(request: ViewerRequest, dateobs: str, trigger_id: int) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    try:
        triggering.remove_own(request.viewer, trigger_id)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    return with_toast(_panel(request, event), "Taken out of the queue.")


@login_required
@require_POST
def flag(request: ViewerRequest, dateobs: str, allocation_id: int, flag: str) -> HttpResponse:
    """Say that an allocation was triggered or passed over; saying it again takes it back."""
    viewer, event = request.viewer, get_event(request.viewer, dateobs)
    said = FLAGS.get(flag)
    if said is None:
        triggering.take_back(viewer, event, allocation_id)
    else:
        triggering.say_triggered(viewer, event, allocation_id, said)
    return _panel(request, event)


def _number(text: Any) -> int | None:
    try:
        return int(str(text))
    except ValueError:
        return None
