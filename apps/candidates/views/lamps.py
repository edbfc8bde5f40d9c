"""Stream lamps for the top bar."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from skyportal.web.requests import ViewerRequest

from ..queries import streams
from ..slots import lamp_makers


@login_required
@require_GET
def lamps(request: ViewerRequest) -> HttpResponse:
    """A lamp for each stream of mine: how long ago it last brought a packet; and those of other floors."""
    viewer = request.viewer
    found = streams.lamps(viewer)
    watch = " ".join(f"stream:{lamp.stream_id}" for lamp in found)
    others = [lamp for lamps_for in lamp_makers for lamp in lamps_for(viewer)]
    return render(request, "candidates/_lamps.html", {"lamps": [*found, *others], "watch": watch})
