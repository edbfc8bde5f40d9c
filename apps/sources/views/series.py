"""The photometric series of a source: their panel, its figure, their files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from skyportal.access.errors import NotVisible
from skyportal.web.bokeh import item, place
from skyportal.web.files import file_answer
from skyportal.web.requests import ViewerRequest

from ..plots import series as plots
from ..queries import series as queries
from ..queries.objs import get_obj

HEIGHT = 320
MOST_DRAWN = 12
"""Series in one figure, the newest."""


@login_required
@require_GET
def panel(request: ViewerRequest, name: str) -> HttpResponse:
    obj = get_obj(request.viewer, name)
    rows = queries.series_of(request.viewer, obj)
    address = reverse("source-series-figure", args=[obj.name])
    context = {
        "obj": obj,
        "rows": rows[::-1],
        "not_drawn": max(0, len(rows) - MOST_DRAWN),
        "plot": place(address, id="series-figure", height=HEIGHT, label="Photometric series") if rows else "",
    }
    return render(request, "sources/_series.html", context)


@login_required
@require_GET
def figure(request: ViewerRequest, name: str) -> HttpResponse:
    """The figure, thinned to what a screen can show."""
    obj = get_obj(request.viewer, name)
    rows = queries.series_of(request.viewer, obj)[-MOST_DRAWN:]
    if not rows:
        return JsonResponse({"message": "No photometric series."}, status=404)
    runs = [plots.Run(row.series_name, row.filter, queries.points_in(row)) for row in rows]
    return HttpResponse(item(plots.series(runs, height=HEIGHT)), content_type="application/json")


@login_required
@require_GET
def file(request: ViewerRequest, name: str, series_id: int) -> HttpResponse:
    """The HDF5 file, whole."""
    row = queries.get_series(request.viewer, series_id)
    if row.obj.name != name:
        raise NotVisible(f"{name} has no photometric series with ID {series_id}.", status=404)
    return file_answer(f"{name}_{row.series_name}.h5", queries.body_of(row), download=True)
