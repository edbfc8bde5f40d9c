"""From where the newest sky map of an event can be observed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.web.requests import ViewerRequest

from ..queries import localizations as maps
from ..queries.events import get_event


@login_required
@require_GET
def panel(request: ViewerRequest, dateobs: str) -> HttpResponse:
    event = get_event(request.viewer, dateobs)
    return render(request, "gcn/_visibility.html", {"event": event, "where": maps.newest(event)})
