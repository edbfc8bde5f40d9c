"""Events on the page of a source: in which maps it lies, and what is held of it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.sources.queries.objs import get_obj
from skyportal.access.errors import Refusal
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import vetting
from ..queries import counterparts
from ..queries.event_lists import TAGS_AND_PROPERTIES
from ..queries.events import names_of

DAYS = 30


def _panel(request: ViewerRequest, name: str) -> HttpResponse:
    obj = get_obj(request.viewer, name)
    now = timezone.now()
    maps = counterparts.maps_of(request.viewer, [obj.pk])[obj.pk]
    judged = counterparts.notes_of(request.viewer, [obj.pk])[obj.pk]
    inside = {one["dateobs"] for one in maps}
    elsewhere = {one["dateobs"]: {"dateobs": one["dateobs"]} for one in judged if one["dateobs"] not in inside}
    names = names_of(request.viewer, [*inside, *elsewhere])
    context = {
        "obj": obj,
        "maps": [{**one, "name": names.get(one["dateobs"], one["dateobs"])} for one in [*maps, *elsewhere.values()]],
        "judged": judged,
        "start": now - timedelta(days=DAYS),
        "end": now,
    }
    return render(request, "gcn/_source_events.html", context)


@login_required
@require_GET
def panel(request: ViewerRequest, name: str) -> HttpResponse:
    return _panel(request, name)


@login_required
@require_POST
def match(request: ViewerRequest, name: str) -> HttpResponse:
    """Ask the events of a time whether the source lies in their sky maps."""
    obj = get_obj(request.viewer, name)
    asked = {key: request.POST.get(key, "") for key in ("startDate", "endDate", "probability")}
    try:
        found = vetting.match_with_events(request.viewer, obj, asked, TAGS_AND_PROPERTIES)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    words = f"In the sky maps of {len(found)} event{'s' if len(found) != 1 else ''}."
    return with_toast(_panel(request, name), words)
