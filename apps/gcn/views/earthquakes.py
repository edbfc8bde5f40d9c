"""Earthquakes: the list, and the page of one with what it does to detectors."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.sources.queries.reminders import due_on
from skyportal.access.errors import Refusal
from skyportal.api.params import Query
from skyportal.web.requests import ViewerRequest
from skyportal.web.responses import with_toast

from ..actions import earthquakes as actions
from ..queries import earthquakes as queries
from ..queries.detectors import get_detector
from ..queries.subjects import EARTHQUAKES

ROWS = 50


@login_required
@require_GET
def index(request: ViewerRequest) -> HttpResponse:
    asked, wrong = Query.of_page(request.GET, queries.PARAMS)
    rows = queries.found(request.viewer, asked).prefetch_related("notices")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, next(iter(row.notices.all()), None)) for row in page],
        "query": asked,
        "wrong": wrong,
    }
    return render(request, "gcn/earthquakes.html", context, status=400 if wrong else 200)


@login_required
@require_GET
def one(request: ViewerRequest, quake: str) -> HttpResponse:
    row = queries.get_earthquake(request.viewer, quake)
    if quake != row.event_id:
        return redirect("earthquake", row.event_id)
    return render(request, "gcn/earthquake.html", _context(request, row))


def _context(request: ViewerRequest, row: Any) -> dict[str, Any]:
    return {
        "quake": row,
        "notices": row.notices.all(),
        "places": queries.at_detectors(request.viewer, row),
        "due": due_on(request.viewer, row, EARTHQUAKES),
    }


@login_required
@require_GET
def waves(request: ViewerRequest, quake: str) -> HttpResponse:
    """What it does to detectors, as a fragment."""
    row = queries.get_earthquake(request.viewer, quake)
    return render(request, "gcn/_earthquake_waves.html", _context(request, row))


@login_required
@require_POST
def predict(request: ViewerRequest, quake: str, detector_id: int) -> HttpResponse:
    viewer = request.viewer
    row, detector = queries.get_earthquake(viewer, quake), get_detector(viewer, detector_id)
    try:
        actions.predict(viewer, row, detector)
    except Refusal as refusal:
        return with_toast(HttpResponse(status=204), refusal.message, level="danger")
    if not request.htmx:
        return redirect("earthquake", row.event_id)
    fresh = queries.get_earthquake(viewer, quake)
    answer = render(request, "gcn/_earthquake_waves.html", _context(request, fresh))
    return with_toast(answer, f"Worked out for {detector}.")
